#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::model::address::{DialPlan, Dialable};
use crate::model::call::Binding;
use crate::model::contact::Number;
use crate::model::vcard::{Tel, Vcard};

fn plan() -> DialPlan {
    DialPlan { provider_domain: Some("cusax.test".into()), ..DialPlan::default() }
}

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

fn key(text: &str) -> AddressKey {
    Dialable::parse(text, &plan()).unwrap().key
}

fn tel(value: &str, types: &[&str], pref: u8) -> Tel {
    Tel { value: value.into(), types: types.iter().map(|&name| name.to_owned()).collect(), pref }
}

fn card(source: NumberSource, tels: Vec<Tel>) -> Vcard {
    Vcard { full_name: None, tels, source }
}

fn link(value: &str, source: NumberSource) -> Link {
    Link::new(&tel(value, &[], 100), source, &plan()).unwrap()
}

/// alice and bob have a SIP address each; both have the switchboard's number.
fn world() -> Linker {
    let mut linker = Linker::new();
    for name in ["alice", "bob"] {
        let own = link(&format!("sip:{name}@sip.test"), NumberSource::Vcard4);
        let office = link("+1 303 555 1212", NumberSource::VcardTemp);
        assert!(linker.set_numbers(&jid(&format!("{name}@cusax.test")), vec![own, office]));
    }
    linker
}

fn one(name: &str) -> Identified {
    Identified::One(jid(name), Evidence::ContactCard)
}

#[test]
fn identifies_by_whole_address_only() {
    let mut linker = world();
    linker
        .set_numbers(&jid("short@cusax.test"), vec![link("sip:12@sip.test", NumberSource::Vcard4)]);
    assert_eq!(linker.identify(&key("sips:bob@SIP.test:5061;x=y")), one("bob@cusax.test"));
    assert_eq!(linker.identify(&key("sip:12@sip.test")), one("short@cusax.test"));
    for other in ["sip:bob@other.test", "sip:Bob@sip.test", "sip:4412@sip.test", "tel:+112", "12"] {
        assert_eq!(linker.identify(&key(other)), Identified::Nobody, "{other}");
    }
    assert_eq!(linker.identify(&key("tel:+1-303-555-1212")), Identified::Several);
}

#[test]
fn the_index_follows_changes() {
    let mut linker = world();
    let bob = jid("bob@cusax.test");
    let office = key("+13035551212");
    let own = link("sip:bob@sip.test", NumberSource::Vcard4);
    assert!(linker.set_numbers(&bob, vec![own.clone()]));
    assert!(!linker.set_numbers(&bob, vec![own.clone(), own]));
    assert_eq!(linker.identify(&office), one("alice@cusax.test"));
    linker.set_numbers(&bob, vec![link("sip:robert@sip.test", NumberSource::Vcard4)]);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), Identified::Nobody);
    linker.remove(&bob);
    linker.remove(&bob);
    linker.remove(&jid("alice@cusax.test"));
    assert!(linker.owners.is_empty() && linker.contacts.is_empty());
}

#[test]
fn hints_and_placeholders_identify_nobody_and_the_book_wins() {
    let mut linker = world();
    let eve = jid("eve@cusax.test");
    linker.set_numbers(
        &eve,
        vec![
            link("sip:room4@sip.test", NumberSource::Reachability),
            link("sip:anonymous@anonymous.invalid", NumberSource::Vcard4),
        ],
    );
    assert_eq!(linker.identify(&key("sip:room4@sip.test")), Identified::Nobody);
    assert_eq!(linker.identify(&key("sip:anonymous@anonymous.invalid")), Identified::Nobody);
    // Eve claims bob's line in her card, and the user's own book says whose it is.
    linker.set_numbers(&eve, vec![link("sip:bob@sip.test", NumberSource::Vcard4)]);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), Identified::Several);
    let bob = jid("bob@cusax.test");
    linker.set_numbers(&bob, vec![link("sip:bob@sip.test", NumberSource::AddressBook)]);
    assert_eq!(
        linker.identify(&key("sip:bob@sip.test")),
        Identified::One(bob, Evidence::AddressBook)
    );
}

#[test]
fn routes_to_what_the_owner_prefers() {
    let bob = jid("bob@cusax.test");
    let route = |tels: Vec<Tel>, temp: Vec<Tel>| {
        let mut linker = Linker::new();
        let cards = [card(NumberSource::VcardTemp, temp), card(NumberSource::Vcard4, tels)];
        linker.set_numbers(&bob, links_of(&cards, &plan()));
        match linker.route(&bob) {
            Route::One(link) => vec![link.number.uri.clone()],
            Route::Choose(links) => {
                assert!(links.len() > 1);
                links.iter().map(|link| link.number.uri.clone()).collect()
            }
            Route::NoNumber => Vec::new(),
        }
    };
    assert!(route(vec![], vec![]).is_empty());
    assert!(
        route(vec![tel("+13035550001", &["fax"], 1), tel("nonsense", &[], 1)], vec![]).is_empty()
    );
    // The preferred one, whatever the order; a fax's preference counts for nothing.
    let both = vec![
        tel("sip:b@x.test", &["fax"], 1),
        tel("sip:c@x.test", &["voice"], 100),
        tel("sip:d@x.test", &[], 2),
    ];
    assert_eq!(route(both, vec![]), ["sip:d@x.test"]);
    // Without a preference the choice is the user's: voice first, vCard4 before vcard-temp.
    let choice = route(
        vec![tel("sip:a@x.test", &["cell"], 100), tel("sip:b@x.test", &["voice"], 100)],
        vec![tel("sip:c@x.test", &["voice"], 100)],
    );
    assert_eq!(choice, ["sip:b@x.test", "sip:c@x.test", "sip:a@x.test"]);
    // The same line in both forms is one.
    let same = route(vec![tel("sip:a@x.test", &[], 100)], vec![tel("sips:a@X.test:5061", &[], 1)]);
    assert_eq!(same, ["sip:a@x.test"]);
    assert_eq!(route(vec![tel("sip:a@x.test", &["fax", "voice"], 100)], vec![]), ["sip:a@x.test"]);
}

#[test]
fn hints_are_dialled_only_where_nothing_better_is_known() {
    let mut linker = Linker::new();
    let bob = jid("bob@cusax.test");
    let hint = link("sip:room4@sip.test", NumberSource::Reachability);
    linker.set_numbers(&bob, vec![hint.clone()]);
    assert!(matches!(
        linker.route(&bob),
        Route::One(Link { number: Number { verified: false, .. }, .. })
    ));
    linker.set_numbers(&bob, vec![hint, link("sip:bob@sip.test", NumberSource::VcardTemp)]);
    assert!(
        matches!(linker.route(&bob), Route::One(link) if link.number.uri == "sip:bob@sip.test")
    );
}

#[test]
fn numbers_are_bounded() {
    let mut linker = Linker::new();
    let bob = jid("bob@cusax.test");
    let many = (0..1000).map(|n| tel(&format!("sip:{n}@x.test"), &[], 100)).collect();
    linker.set_numbers(&bob, links_of(&[card(NumberSource::Vcard4, many)], &plan()));
    assert_eq!((linker.numbers(&bob).len(), linker.owners.len()), (MAX_NUMBERS, MAX_NUMBERS));
}

fn begin(linker: &Linker, from: &str, hints: &[&str]) -> Identity {
    let hints: Vec<_> = hints.iter().map(|hint| jid(hint)).collect();
    let roster = ["alice@cusax.test", "bob@cusax.test", "eve@cusax.test"];
    Identity::begin(linker, &[key(from)], &hints, |jid| roster.contains(&jid.as_str()))
}

fn claimed(name: &str, doubt: Doubt) -> Verdict {
    Verdict::Claimed { jid: jid(name), doubt }
}

fn verified(name: &str) -> Verdict {
    Verdict::Verified { jid: jid(name), evidence: Evidence::ContactCard }
}

#[test]
fn a_known_address_needs_no_hint() {
    let identity = begin(&world(), "sip:bob@sip.test", &[]);
    assert_eq!((identity.verdict(), identity.need_vcard()), (&verified("bob@cusax.test"), None));
    assert_eq!(
        identity.verdict().why(Some("Bob")),
        "Verified by Bob's contact card: it names exactly this address."
    );
    assert_eq!(identity.verdict().binding(), Binding::Verified);
    // Not even a false one changes it.
    let identity = begin(&world(), "sip:bob@sip.test", &["alice@cusax.test", "x@evil.test"]);
    assert_eq!(identity.verdict(), &verified("bob@cusax.test"));
}

#[test]
fn a_hint_tells_which_of_several() {
    let linker = world();
    assert_eq!(begin(&linker, "tel:+13035551212", &[]).verdict(), &Verdict::Several);
    let identity = begin(&linker, "tel:+13035551212", &["bob@cusax.test"]);
    assert_eq!(identity.verdict(), &verified("bob@cusax.test"));
}

#[test]
fn a_hint_is_confirmed_by_the_card_and_by_nothing_else() {
    let bob = jid("bob@cusax.test");
    let start = || begin(&Linker::new(), "sip:bob@sip.test", &["bob@cusax.test"]);
    let mut identity = start();
    assert_eq!((identity.need_vcard(), identity.verdict()), (Some(&bob), &Verdict::Nobody));
    assert!(!identity.on_vcard(&jid("alice@cusax.test"), &[key("sip:bob@sip.test")]));
    assert!(identity.on_vcard(&bob, &[key("+1303"), key("sips:bob@sip.test")]));
    assert_eq!((identity.need_vcard(), identity.verdict()), (None, &verified("bob@cusax.test")));
    assert!(!identity.on_deadline());

    let mut identity = start();
    assert!(identity.on_vcard(&bob, &[key("sip:robert@sip.test")]));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::OtherAddress));
    assert!(identity.verdict().is_warning());
    assert!(identity.verdict().why(Some("Bob")).contains("names another address"));

    let mut identity = start();
    assert!(identity.on_vcard(&bob, &[]));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::NoAddress));
}

#[test]
fn a_strangers_card_is_never_asked_for() {
    let identity = begin(&world(), "sip:eve@evil.test", &["boss@evil.test"]);
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(identity.verdict(), &claimed("boss@evil.test", Doubt::NotAContact));
    assert_eq!(identity.verdict().binding(), Binding::Claimed);
    let why = identity.verdict().why(None);
    assert_eq!(why, "The caller says it is boss@evil.test, who is not among your contacts.");
}

#[test]
fn a_card_after_the_deadline_still_counts() {
    let bob = jid("bob@cusax.test");
    let mut identity = begin(&Linker::new(), "sip:bob@sip.test", &["bob@cusax.test"]);
    assert!(identity.on_deadline());
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::NoCard));
    assert!(identity.on_vcard(&bob, &[key("sip:bob@sip.test")]));
    assert_eq!(identity.verdict(), &verified("bob@cusax.test"));
    let mut identity = begin(&Linker::new(), "sip:eve@evil.test", &["bob@cusax.test"]);
    identity.on_deadline();
    assert!(identity.on_vcard(&bob, &[key("sip:bob@sip.test")]));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::OtherAddress));
}

#[test]
fn of_several_hints_the_one_that_verifies_counts() {
    let (alice, bob) = (jid("alice@cusax.test"), jid("bob@cusax.test"));
    let hints =
        ["x@evil.test", "alice@cusax.test", "alice@cusax.test", "bob@cusax.test", "y@evil.test"];
    let start = || begin(&Linker::new(), "sip:bob@sip.test", &hints);
    let mut identity = start();
    assert_eq!(identity.need_vcard(), Some(&alice));
    identity.on_vcard(&alice, &[key("sip:alice@sip.test")]);
    assert_eq!(identity.need_vcard(), Some(&bob));
    identity.on_vcard(&bob, &[key("sip:bob@sip.test")]);
    assert_eq!(identity.verdict(), &verified("bob@cusax.test"));
    let mut identity = start();
    identity.on_vcard(&alice, &[key("sip:alice@sip.test")]);
    identity.on_deadline();
    assert_eq!(identity.verdict(), &claimed("alice@cusax.test", Doubt::OtherAddress));
}

#[test]
fn a_number_learned_while_it_rings_is_used() {
    let mut identity = begin(&Linker::new(), "sip:bob@sip.test", &[]);
    assert!(!identity.on_index(&Linker::new()));
    assert!(identity.on_index(&world()));
    assert_eq!(identity.verdict(), &verified("bob@cusax.test"));
    assert!(!identity.on_index(&Linker::new()));
}

#[test]
fn anonymous_calls_are_nobodys() {
    let identity = begin(&world(), "sip:anonymous@anonymous.invalid", &["bob@cusax.test"]);
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::Anonymous));
    let identity = begin(&world(), "sip:anonymous@anonymous.invalid", &[]);
    assert_eq!(identity.verdict(), &Verdict::Nobody);
}
