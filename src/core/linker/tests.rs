#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callers;

use super::*;
use crate::model::address::{DialPlan, Dialable};
use crate::model::call::Binding;
use crate::model::contact::{Number, NumberSource};
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
    Vcard { full_name: None, tels, source, photo: None }
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
        assert!(linker.set_numbers(&jid(&format!("{name}@cusax.test")).into(), vec![own, office]));
    }
    linker
}

fn one(name: &str) -> Identified {
    Identified::One(jid(name).into(), BindingState::OneWay)
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_unix_millis(day * 24 * 3600 * 1000)
}

#[test]
fn identifies_by_whole_address_only() {
    let mut linker = world();
    linker.set_numbers(
        &jid("short@cusax.test").into(),
        vec![link("sip:12@sip.test", NumberSource::Vcard4)],
    );
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
    let bob = Person::from(jid("bob@cusax.test"));
    let office = key("+13035551212");
    let own = link("sip:bob@sip.test", NumberSource::Vcard4);
    assert!(linker.set_numbers(&bob, vec![own.clone()]));
    assert!(!linker.set_numbers(&bob, vec![own.clone(), own]));
    assert_eq!(linker.identify(&office), one("alice@cusax.test"));
    linker.set_numbers(&bob, vec![link("sip:robert@sip.test", NumberSource::Vcard4)]);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), Identified::Nobody);
    linker.set_numbers(&bob, Vec::new());
    assert!(!linker.set_numbers(&bob, Vec::new()));
    linker.set_numbers(&jid("alice@cusax.test").into(), Vec::new());
    assert!(linker.owners.is_empty() && linker.people.is_empty());
}

#[test]
fn hints_and_placeholders_identify_nobody_and_the_book_wins() {
    let mut linker = world();
    let eve = Person::from(jid("eve@cusax.test"));
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
    let bob = Person::from(jid("bob@cusax.test"));
    linker.set_numbers(&bob, vec![link("sip:bob@sip.test", NumberSource::AddressBook)]);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), Identified::One(bob, BindingState::Book));
}

#[test]
fn routes_to_what_the_owner_prefers() {
    let bob = Person::from(jid("bob@cusax.test"));
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
    let bob = Person::from(jid("bob@cusax.test"));
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
    let bob = Person::from(jid("bob@cusax.test"));
    let many = (0..1000).map(|n| tel(&format!("sip:{n}@x.test"), &[], 100)).collect();
    linker.set_numbers(&bob, links_of(&[card(NumberSource::Vcard4, many)], &plan()));
    assert_eq!((linker.numbers(&bob).len(), linker.owners.len()), (MAX_NUMBERS, MAX_NUMBERS));
}

fn begin(linker: &Linker, from: &str, hints: &[&str]) -> Identity {
    let hints: Vec<_> = hints.iter().map(|hint| jid(hint)).collect();
    let roster = ["alice@cusax.test", "bob@cusax.test", "eve@cusax.test"];
    Identity::begin(linker, &[key(from).into()], &hints, |jid| roster.contains(&jid.as_str()))
}

fn claimed(name: &str, doubt: Doubt) -> Verdict {
    Verdict::Claimed { jid: jid(name), doubt }
}

/// Who is proven to call, and how.
fn proven(identity: &Identity) -> Option<(String, BindingState)> {
    match identity.verdict() {
        Verdict::Verified { person: Person::Jid(jid), proof } => {
            Some((jid.to_string(), proof.state))
        }
        Verdict::Verified { person: Person::Book(id), proof } => {
            Some((id.to_string(), proof.state))
        }
        _ => None,
    }
}

fn by(name: &str, state: BindingState) -> Option<(String, BindingState)> {
    Some((name.to_owned(), state))
}

fn named(_: &Person) -> Option<String> {
    Some("Bob".to_owned())
}

#[test]
fn whose_an_address_was_is_remembered_and_names_nobody() {
    let mut linker = Linker::new();
    learn(&mut linker, "bob@cusax.test", &["sip:bob@sip.test"], 1);
    let kept = learn(&mut linker, "bob@cusax.test", &["sip:new@sip.test"], 9).seen.unwrap();
    let mut next = Linker::new();
    next.remember([(jid("bob@cusax.test"), kept)]);
    for linker in [&linker, &next] {
        let identity = begin(linker, "sip:bob@sip.test", &[]);
        let former = Verdict::Former { jid: jid("bob@cusax.test"), until: at(9) };
        assert_eq!((identity.verdict(), identity.verdict().binding()), (&former, Binding::None));
        assert_eq!(identity.verdict().person(), None);
        let why = identity.verdict().why(named);
        assert!(why.starts_with("Bob's contact card named this address until 1970-01-10"), "{why}");
    }
}

/// A contact whose card names these, from that day on.
fn learn(linker: &mut Linker, name: &str, values: &[&str], day: i64) -> Learned {
    let links = values.iter().map(|value| link(value, NumberSource::Vcard4)).collect();
    linker.learn(&jid(name), links, at(day))
}

#[test]
fn an_address_that_went_from_one_card_to_another_proves_nothing_by_that() {
    let (bob, eve) = ("bob@cusax.test", "eve@cusax.test");
    let line = key("sip:bob@sip.test");
    let mut linker = Linker::new();
    learn(&mut linker, bob, &["sip:bob@sip.test"], 1);
    learn(&mut linker, eve, &["sip:bob@sip.test"], 5);
    assert_eq!(linker.identify(&line), Identified::Several);
    learn(&mut linker, bob, &["sip:new@sip.test"], 10);
    learn(&mut linker, eve, &["sip:bob@sip.test", "sip:eve@sip.test"], 11);
    assert_eq!(linker.identify(&line), Identified::Changed(jid(eve).into()));
    assert_eq!(linker.identify(&key("sip:new@sip.test")), one(bob), "a new number is no change");
    let identity = begin(&linker, "sip:bob@sip.test", &[]);
    let Verdict::Claimed { jid: claims, doubt: Doubt::Changed(proof) } = identity.verdict() else {
        panic!("{:?}", identity.verdict())
    };
    assert_eq!((claims.as_str(), proof.before.as_deref()), (eve, Some(bob)));
    assert!(identity.verdict().why(named).contains("bob@cusax.test's when it was last seen"));
    // What the line itself says settles it, for the calls after it as well.
    let identity = begin(&linker, "sip:bob@sip.test", &[eve]);
    assert_eq!(proven(&identity), by(eve, BindingState::Mutual));
    let (who, address) = identity.mutual().unwrap();
    let kept = linker.met(who, address, at(12)).unwrap();
    assert_eq!(linker.met(who, address, at(12)), None);
    assert_eq!(proven(&begin(&linker, "sip:bob@sip.test", &[])), by(eve, BindingState::Mutual));
    // But a call from it that names somebody else is not shown as theirs.
    let identity = begin(&linker, "sip:bob@sip.test", &["x@evil.test"]);
    let doubt = Doubt::Contradicted(jid(eve).into());
    assert_eq!(identity.verdict(), &claimed("x@evil.test", doubt));
    // It all outlives the program.
    let mut next = Linker::new();
    next.remember([(jid(eve), kept)]);
    learn(&mut next, eve, &["sip:bob@sip.test"], 13);
    assert_eq!(proven(&begin(&next, "sip:bob@sip.test", &[])), by(eve, BindingState::Mutual));
}

#[test]
fn who_names_anothers_line_for_a_while_takes_nothing_from_them() {
    let (bob, eve) = ("bob@cusax.test", "eve@cusax.test");
    let mut linker = Linker::new();
    learn(&mut linker, bob, &["sip:bob@sip.test"], 1);
    learn(&mut linker, eve, &["sip:bob@sip.test"], 5);
    learn(&mut linker, eve, &["sip:eve@sip.test"], 6);
    learn(&mut linker, bob, &["sip:bob@sip.test", "sip:b2@sip.test"], 7);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), one(bob));
}

#[test]
fn a_line_given_up_long_ago_is_anybodys() {
    let (bob, eve) = ("bob@cusax.test", "eve@cusax.test");
    let mut linker = Linker::new();
    let kept = learn(&mut linker, bob, &["sip:bob@sip.test"], 1).seen.unwrap();
    linker.forget(&jid(bob), at(2));
    learn(&mut linker, eve, &["sip:bob@sip.test"], 30);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), Identified::Changed(jid(eve).into()));
    learn(&mut linker, eve, &["sip:bob@sip.test", "sip:eve@sip.test"], 100);
    assert_eq!(linker.identify(&key("sip:bob@sip.test")), one(eve));
    // A person of whom nothing new is seen costs nothing.
    let mut next = Linker::new();
    next.remember([(jid(bob), kept)]);
    assert_eq!(learn(&mut next, bob, &["sip:bob@sip.test"], 3).seen, None);
}

#[test]
fn a_line_that_is_proven_wins_over_a_card_that_copies_it() {
    let (bob, eve) = ("bob@cusax.test", "eve@cusax.test");
    let mut linker = Linker::new();
    learn(&mut linker, bob, &["sip:bob@sip.test"], 1);
    assert!(linker.met(&jid(bob), &key("sip:bob@sip.test"), at(2)).is_some());
    assert!(linker.met(&jid(bob), &key("sip:other@sip.test"), at(2)).is_none());
    learn(&mut linker, eve, &["sip:bob@sip.test"], 3);
    assert_eq!(proven(&begin(&linker, "sip:bob@sip.test", &[])), by(bob, BindingState::Mutual));
}

#[test]
fn the_book_is_called_first_and_its_people_need_no_chat_address() {
    let mut linker = Linker::new();
    let bob = jid("bob@cusax.test");
    let booked = link("sip:desk@sip.test", NumberSource::AddressBook);
    let carded = Link { pref: 1, ..link("sip:bob@sip.test", NumberSource::Vcard4) };
    linker.learn(&bob, vec![carded, booked], at(1));
    assert_eq!(linker.numbers(&Person::from(&bob)).len(), 2);
    assert!(matches!(
        linker.route(&Person::from(&bob)),
        Route::One(link) if link.number.uri == "sip:desk@sip.test"
    ));
    let grandma = Person::Book("7".into());
    linker.set_numbers(&grandma, vec![link("+1 303 555 7777", NumberSource::AddressBook)]);
    let identity = begin(&linker, "tel:+13035557777", &["x@evil.test"]);
    assert_eq!(proven(&identity), by("7", BindingState::Book));
    let why = identity.verdict().why(|_| Some("Grandma".to_owned()));
    assert_eq!(why, "Verified by your address book: it names this address as Grandma's.");
}

mod brute {
    use proptest::prelude::*;

    use super::*;

    /// Few people and few addresses, so that they meet.
    fn step() -> impl Strategy<Value = (u8, Vec<(u8, bool)>)> {
        (0u8..6, proptest::collection::vec((0u8..8, any::<bool>()), 0..5))
    }

    fn address(n: u8) -> String {
        if n.is_multiple_of(2) { format!("sip:u{n}@sip.test") } else { format!("+1303555{n:04}") }
    }

    proptest! {
        #[test]
        fn the_index_equals_a_scan(steps in proptest::collection::vec(step(), 0..40)) {
            let mut linker = Linker::new();
            for (who, numbers) in steps {
                let links = numbers.iter().map(|(n, booked)| {
                    let source =
                        if *booked { NumberSource::AddressBook } else { NumberSource::Vcard4 };
                    link(&address(*n), source)
                });
                linker.set_numbers(&jid(&format!("p{who}@x.test")).into(), links.collect());
            }
            for n in 0..8 {
                let key = key(&address(n));
                let scan = linker.people.iter().flat_map(|(person, links)| {
                    let mine = links.iter().filter(|link| link.key == key);
                    mine.map(|link| link.number.binding).max().map(|state| (person, state))
                });
                let scan: Vec<_> = scan.collect();
                prop_assert_eq!(linker.identify(&key), best_of(scan.iter().copied()));
                prop_assert_eq!(linker.owners(&key).count(), scan.len());
            }
            let mut held: Vec<&AddressKey> = linker.owners.keys().collect();
            held.sort();
            let mut named: Vec<&AddressKey> =
                linker.people.values().flatten().map(|link| &link.key).collect();
            named.sort();
            named.dedup();
            prop_assert_eq!(held, named);
        }
    }
}
