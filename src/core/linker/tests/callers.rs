//! Who calls: what an INVITE says, what cards say to it, and when.

use super::*;

#[test]
fn a_known_address_needs_no_hint() {
    let identity = begin(&world(), "sip:bob@sip.test", &[]);
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::OneWay));
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(
        identity.verdict().why(named),
        "Verified by Bob's contact card: it names exactly this address."
    );
    assert_eq!(identity.verdict().binding(), Binding::Verified);
    // Not even another contact's false name changes it.
    let identity = begin(&world(), "sip:bob@sip.test", &["alice@cusax.test"]);
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::OneWay));
}

#[test]
fn a_card_alone_is_not_believed_against_what_the_call_says() {
    // Eve's card names the line of somebody who is no contact, and who calls.
    let mut linker = Linker::new();
    let eve = Person::from(jid("eve@cusax.test"));
    linker.set_numbers(&eve, vec![link("sip:zoe@sip.test", NumberSource::Vcard4)]);
    let identity = begin(&linker, "sip:zoe@sip.test", &["zoe@cusax.test"]);
    let doubt = Doubt::Contradicted(eve.clone());
    assert_eq!(identity.verdict(), &claimed("zoe@cusax.test", doubt));
    assert!(identity.verdict().is_warning() && identity.need_vcard().is_none());
    // The user's own word is.
    linker.set_numbers(&eve, vec![link("sip:zoe@sip.test", NumberSource::AddressBook)]);
    let identity = begin(&linker, "sip:zoe@sip.test", &["zoe@cusax.test"]);
    assert_eq!(proven(&identity), by("eve@cusax.test", BindingState::Book));
}

#[test]
fn a_number_counts_on_the_word_of_who_can_know_whose_it_is() {
    let mut linker = Linker::new();
    let bob = Person::from(jid("bob@biloxi.test"));
    linker.set_numbers(&bob, vec![link("tel:+13035550001", NumberSource::Vcard4)]);
    let ann = Person::from(jid("ann@cusax.test"));
    linker.set_numbers(&ann, vec![link("tel:+13035550002", NumberSource::AddressBook)]);
    let host = |host: &str| Word::Host(host.to_owned());
    let number = |number: &str, word: Word, hints: &[&str]| {
        let hints: Vec<_> = hints.iter().map(|hint| jid(hint)).collect();
        Identity::begin(&linker, &[Caller { key: key(number), word }], &hints, |_| true)
    };
    // The own provider, and who answers for the chat address too.
    for word in [Word::Provider, host("biloxi.test")] {
        let identity = number("+13035550001", word, &[]);
        assert_eq!(proven(&identity), by("bob@biloxi.test", BindingState::OneWay));
    }
    // Nobody else, whatever the call says of itself.
    for word in [Word::Caller, host("evil.test"), host("test"), host("sip.biloxi.test")] {
        for hints in [&[][..], &["bob@biloxi.test"], &["ann@cusax.test"]] {
            let identity = number("+13035550001", word.clone(), hints);
            assert_eq!(identity.verdict(), &Verdict::Unvouched(bob.clone()), "{word:?}");
            assert_eq!(identity.verdict().binding(), Binding::Claimed);
            assert!(identity.verdict().is_warning() && identity.mutual().is_none());
            assert!(identity.verdict().why(named).starts_with("The caller shows Bob's number"));
        }
        let identity = number("+13035550002", word.clone(), &[]);
        assert_eq!(identity.verdict(), &Verdict::Unvouched(ann.clone()), "{word:?}");
        assert_eq!(number("+13035550003", word, &[]).verdict(), &Verdict::Nobody);
    }
}

#[test]
fn a_hint_tells_which_of_several() {
    let linker = world();
    assert_eq!(begin(&linker, "tel:+13035551212", &[]).verdict(), &Verdict::Several);
    let identity = begin(&linker, "tel:+13035551212", &["x@evil.test", "bob@cusax.test"]);
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::Mutual));
}

#[test]
fn a_hint_is_confirmed_by_the_card_and_by_nothing_else() {
    let bob = jid("bob@cusax.test");
    let start = || begin(&Linker::new(), "sip:bob@sip.test", &["bob@cusax.test"]);
    let with = |value: &str| {
        let mut linker = Linker::new();
        linker.set_numbers(&Person::from(&bob), vec![link(value, NumberSource::VcardTemp)]);
        linker
    };
    let mut identity = start();
    assert_eq!((identity.need_vcard(), identity.verdict()), (Some(&bob), &Verdict::Nobody));
    assert!(!identity.on_vcard(&Linker::new(), &jid("alice@cusax.test"), true));
    assert!(identity.on_vcard(&with("sips:bob@sip.test"), &bob, true));
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::Mutual));
    assert_eq!(identity.mutual(), Some((&bob, &key("sip:bob@sip.test"))));
    assert_eq!(
        identity.verdict().why(named),
        "Verified by Bob's contact card: it names exactly this address, and calls from it name \
         bob@cusax.test."
    );
    assert!(!identity.on_deadline(&with("sips:bob@sip.test")));

    let mut identity = start();
    assert!(identity.on_vcard(&with("sip:robert@sip.test"), &bob, true));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::OtherAddress));
    assert!(identity.verdict().is_warning());
    assert!(identity.verdict().why(named).contains("names another address"));

    let mut identity = start();
    assert!(identity.on_vcard(&Linker::new(), &bob, true));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::NoAddress));

    let mut identity = start();
    assert!(identity.on_vcard(&Linker::new(), &bob, false));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::NoCard));
}

#[test]
fn a_strangers_card_is_never_asked_for() {
    let identity = begin(&world(), "sip:eve@evil.test", &["boss@evil.test"]);
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(identity.verdict(), &claimed("boss@evil.test", Doubt::NotAContact));
    assert_eq!(identity.verdict().binding(), Binding::Claimed);
    let why = identity.verdict().why(|_| None);
    assert_eq!(why, "The caller says it is boss@evil.test, who is not among your contacts.");
}

#[test]
fn a_card_after_the_deadline_still_counts() {
    let bob = jid("bob@cusax.test");
    let mut identity = begin(&Linker::new(), "sip:bob@sip.test", &["bob@cusax.test"]);
    assert!(identity.on_deadline(&Linker::new()));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::NoCard));
    assert_eq!(identity.need_vcard(), None);
    assert!(identity.on_vcard(&world(), &bob, true));
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::Mutual));
    let mut identity = begin(&Linker::new(), "sip:eve@evil.test", &["bob@cusax.test"]);
    identity.on_deadline(&Linker::new());
    assert!(identity.on_vcard(&world(), &bob, true));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::OtherAddress));
}

#[test]
fn of_several_hints_the_one_that_verifies_counts() {
    let (alice, bob) = (jid("alice@cusax.test"), jid("bob@cusax.test"));
    let hints =
        ["x@evil.test", "alice@cusax.test", "alice@cusax.test", "bob@cusax.test", "y@evil.test"];
    let start = || begin(&Linker::new(), "sip:bob@sip.test", &hints);
    let mut linker = Linker::new();
    let other = vec![link("sip:alice@sip.test", NumberSource::Vcard4)];
    linker.set_numbers(&Person::from(&alice), other);
    let mut identity = start();
    assert_eq!(identity.need_vcard(), Some(&alice));
    identity.on_vcard(&linker, &alice, true);
    assert_eq!(identity.need_vcard(), Some(&bob));
    identity.on_vcard(&world(), &bob, true);
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::Mutual));
    let mut identity = start();
    identity.on_vcard(&linker, &alice, true);
    identity.on_deadline(&linker);
    assert_eq!(identity.verdict(), &claimed("alice@cusax.test", Doubt::OtherAddress));
}

#[test]
fn a_number_learned_while_it_rings_is_used_and_one_withdrawn_is_not() {
    let mut identity = begin(&Linker::new(), "sip:bob@sip.test", &[]);
    assert!(!identity.on_index(&Linker::new()));
    assert!(identity.on_index(&world()));
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::OneWay));
    assert!(!identity.on_index(&world()));
    assert!(identity.on_index(&Linker::new()));
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::Withdrawn));
    assert!(identity.on_index(&world()));
    assert_eq!(proven(&identity), by("bob@cusax.test", BindingState::OneWay));
}

#[test]
fn anonymous_calls_are_nobodys() {
    let identity = begin(&world(), "sip:anonymous@anonymous.invalid", &["bob@cusax.test"]);
    assert_eq!(identity.need_vcard(), None);
    assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::Anonymous));
    let identity = begin(&world(), "sip:anonymous@anonymous.invalid", &[]);
    assert_eq!(identity.verdict(), &Verdict::Nobody);
}

#[test]
fn a_call_around_the_provider_is_only_claimed() {
    for (from, hints) in
        [("sip:bob@sip.test", vec![]), ("sip:eve@evil.test", vec!["bob@cusax.test"])]
    {
        let hints: Vec<_> = hints.into_iter().map(jid).collect();
        let mut identity = Identity::around_provider(&world(), &[key(from).into()], &hints);
        for _ in 0..2 {
            assert_eq!(identity.verdict(), &claimed("bob@cusax.test", Doubt::AroundProvider));
            assert!(!identity.on_vcard(&world(), &jid("bob@cusax.test"), true));
        }
        assert_eq!(identity.need_vcard(), None);
    }
}
