#![allow(clippy::unwrap_used, clippy::expect_used)]

use phonenumber::country::Id;
use proptest::prelude::*;

use super::*;

mod pairs;

fn us() -> DialPlan {
    plan(Some(Id::US))
}

fn plan(country: Option<Id>) -> DialPlan {
    DialPlan { country, provider_domain: Some("cusax.test".into()), ..DialPlan::default() }
}

fn key(text: &str) -> AddressKey {
    Dialable::parse(text, &us()).unwrap_or_else(|error| panic!("{text}: {error}")).key
}

fn uri(text: &str) -> String {
    Dialable::parse(text, &us()).unwrap_or_else(|error| panic!("{text}: {error}")).uri
}

fn phone(number: &str) -> AddressKey {
    AddressKey::Phone(number.into())
}

#[test]
fn an_aor_is_read_and_written() {
    for text in ["sip:alice@cusax.test", "alice@cusax.test", "SIPS:alice@CUSAX.test:5061;x=y?a=b"] {
        let aor = Aor::parse(text).unwrap();
        assert_eq!((aor.user(), aor.host()), ("alice", "cusax.test"), "{text}");
        assert_eq!(aor.to_string(), "sip:alice@cusax.test");
    }
    let odd = Aor::parse("sip:j%40ne%20d%C3%B6e@[2001:DB8::1]:5060").unwrap();
    assert_eq!((odd.user(), odd.host()), ("j@ne döe", "2001:db8::1"));
    assert_eq!(odd.to_string(), "sip:j%40ne%20d%C3%B6e@[2001:db8::1]");
    assert_eq!(Aor::parse(&odd.to_string()), Ok(odd));
    assert_eq!(Aor::parse("alice:secret@cusax.test").unwrap().user(), "alice");
}

#[test]
fn what_is_no_aor_is_refused_with_its_reason() {
    for (text, error) in [
        ("", AddressError::Empty),
        ("alice", AddressError::NoUser),
        ("sip:cusax.test", AddressError::NoUser),
        ("sip:@cusax.test", AddressError::NoUser),
        ("sip:alice@", AddressError::Host),
        ("sip:alice@exa mple", AddressError::Host),
        ("sip:alice@-a.test", AddressError::Host),
        ("sip:alice@1.2.3", AddressError::Host),
        ("sip:alice@[::g]", AddressError::Host),
        ("sip:alice@b@c.test", AddressError::Host),
        ("sip:alice@host:0", AddressError::Port),
        ("sip:alice@host:65536", AddressError::Port),
        ("sip:al%4@host", AddressError::Escape),
        ("sip:al%zz@host", AddressError::Escape),
        ("sip:%ff@host", AddressError::Escape),
        ("sip:al%00ice@host", AddressError::Control),
        ("sip:al\u{7}ice@host", AddressError::Control),
        ("sip:al\r\nVia: x@host", AddressError::Control),
        ("sip:\u{202E}ecila@host", AddressError::Control),
        ("tel:+13035551212", AddressError::Scheme("tel".into())),
        ("xmpp:alice@cusax.test", AddressError::Scheme("xmpp".into())),
    ] {
        assert_eq!(Aor::parse(text), Err(error), "{text:?}");
    }
    assert_eq!(Aor::parse(&format!("sip:{}@h", "a".repeat(600))), Err(AddressError::TooLong));
    // It would be too long as it is written down.
    let long = |n: usize| Aor::parse(&format!("sip:{}@h", "ÿ".repeat(n)));
    assert_eq!(long(84).map(|aor| Aor::parse(&aor.to_string()).is_ok()), Ok(true));
    assert_eq!(long(85), Err(AddressError::TooLong));
}

#[test]
fn a_proxy_is_read_and_written() {
    let target = SipTarget::parse("sip:127.0.0.1:5061;transport=TLS;lr").unwrap();
    assert_eq!(target.to_string(), "sip:127.0.0.1:5061;transport=tls");
    assert_eq!((target.port, target.transport), (Some(5061), Some(Transport::Tls)));
    let target = SipTarget::parse("sips:[::1]").unwrap();
    assert_eq!((target.secure, target.host.as_str(), target.port), (true, "::1", None));
    assert_eq!(SipTarget::parse("sip:a@b.test"), Err(AddressError::UnexpectedUser));
    assert_eq!(SipTarget::parse("b.test:5060"), Err(AddressError::NotAnAddress));
    for bad in ["sip:h;transport=sctp", "sips:h;transport=udp"] {
        assert!(matches!(SipTarget::parse(bad), Err(AddressError::Transport(_))), "{bad}");
    }
}

/// RFC 3261 §19.1.4, with C36's wider sense of "same".
#[test]
fn the_lists_of_rfc_3261() {
    let same = [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
        ("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com"),
        // Equal for people, though not for the RFC's list.
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol:secret@chicago.com?Subject=next%20meeting"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one} {other}");
    }
    let different = [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:alice;day=tuesday@atlanta.com", "sip:alice@atlanta.com"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com.evil.example"),
        ("sip:12@cusax.test", "sip:4412@cusax.test"),
        ("sip:12@cusax.test", "sip:12@other.test"),
        ("sip:+13035551212@a.test", "sip:+13035551212@b.test"),
        ("sip:a%40cusax.test@evil.test", "sip:a@cusax.test"),
    ];
    for (one, other) in different {
        assert_ne!(key(one), key(other), "{one} {other}");
    }
}

#[test]
fn the_example_of_c36() {
    let all = [
        "tel:+1-303-555-1212",
        "sip:+13035551212@gw.example;user=phone",
        "(303) 555-1212",
        "303.555.1212",
        "1 303 555 1212",
        "+1 303 555 1212",
        "011 1 303 555 1212",
        "callto:+13035551212",
        "callto://+1(303)555-1212",
        "tel:555-1212;phone-context=+1-303",
        "tel:5551212;phone-context=+1303;isub=1",
        "sip:5551212;phone-context=+1303@gw.example;user=phone",
        "sip:3035551212@cusax.test;user=phone",
        "sip:+1-303-555-1212@CUSAX.test",
    ];
    for text in all {
        assert_eq!(key(text), phone("+13035551212"), "{text}");
    }
    for text in [
        "sip:+13035551212@gw.example",
        "sip:3035551212@cusax.test",
        "sip:+abc@cusax.test",
        "sip:3035551212@gw.example;user=phone",
        "tel:+1-303-555-1212;ext=12",
        "tel:7042;phone-context=example.com",
    ] {
        assert_ne!(key(text), phone("+13035551212"), "{text}");
    }
}

#[test]
fn the_examples_of_rfc_3966() {
    assert_eq!(key("tel:+1-201-555-0123"), phone("+12015550123"));
    assert_eq!(key("TEL:+1-201-555-0123"), key("tel:+12015550123"));
    let local = AddressKey::Local { digits: "7042".into(), context: Some("example.com".into()) };
    assert_eq!(key("tel:7042;phone-context=Example.com"), local);
    assert_eq!(key("sip:7042;phone-context=example.com@gw.example;user=phone"), local);
    assert_eq!(key("tel:863-1234;phone-context=+1-914-555"), phone("+19145558631234"));
    assert_eq!(
        uri("tel:7042;phone-context=example.com"),
        "sip:7042;phone-context=example.com@cusax.test;user=phone"
    );
}

#[test]
fn numbers_as_people_write_them() {
    for (text, number) in [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+39 (06) 698 1234", "+39066981234"),
        ("00 44 20 7946 0958", "+442079460958"),
        ("+49\u{a0}30\u{2013}123456", "+4930123456"),
        ("\u{ff0b}\u{ff11}303 555 1212", "+13035551212"),
        ("303-555-1212 ext. 12", "+13035551212;ext=12"),
        ("303-555-1212 x12", "+13035551212;ext=12"),
        ("tel:+1-303-555-1212;ext=12", "+13035551212;ext=12"),
    ] {
        assert_eq!(key(text), phone(number), "{text}");
    }
    let german = DialPlan { country: Some(Id::DE), ..DialPlan::default() };
    let number = Dialable::parse("030 123456", &german).unwrap();
    assert_eq!((number.key, number.uri.as_str()), (phone("+4930123456"), "tel:+4930123456"));
    assert_eq!(number.display, "030 123456");
}

#[test]
fn what_goes_on_the_wire() {
    for (text, wire) in [
        ("(303) 555-1212", "sip:+13035551212@cusax.test;user=phone"),
        ("303-555-1212 x12", "sip:+13035551212;ext=12@cusax.test;user=phone"),
        ("1234", "sip:1234@cusax.test"),
        ("*72", "sip:*72@cusax.test"),
        ("#31#", "sip:%2331%23@cusax.test"),
        ("911", "sip:911@cusax.test"),
        ("bob@other.test", "sip:bob@other.test"),
        ("<sip:bob@other.test>", "sip:bob@other.test"),
        ("callto:bob@other.test?chat", "sip:bob@other.test"),
        ("tel:sip:bob@other.test", "sip:bob@other.test"),
        (
            "sips:bob:pw@Other.test:5071;transport=tcp;maddr=10.0.0.1;method=BYE?Replaces=x",
            "sips:bob@other.test:5071;transport=tcp",
        ),
        ("sip:j%40ne@other.test", "sip:j%40ne@other.test"),
    ] {
        assert_eq!(uri(text), wire, "{text}");
    }
}

#[test]
fn what_cannot_be_dialled() {
    for text in [
        "",
        "bob",
        "xmpp:bob@cusax.test",
        "https://a.test/@b",
        "callto:some.body",
        "tel:",
        "tel:;ext=1",
        "sip:cusax.test",
        "+",
        "+1",
        "+0123456",
        "()",
        "12 apples",
        "ext 5",
        "+1234567890123456",
        "tel:1;phone-context=",
        "sip:a b@c.test",
    ] {
        assert!(Dialable::parse(text, &us()).is_err(), "{text}");
    }
    let bare = DialPlan::default();
    assert_eq!(Dialable::parse("1234", &bare), Err(AddressError::LocalNumber));
}

#[test]
fn placeholders_identify_nobody() {
    assert!(!key("sip:anonymous@anonymous.invalid").identifies());
    assert!(!key("sip:Anonymous@cusax.test").identifies());
    assert!(key("sip:alice@cusax.test").identifies());
    assert!(!AddressKey::Local { digits: "12".into(), context: None }.identifies());
}

#[test]
fn slashes_of_a_user_are_not_those_of_a_web_address() {
    let aor = Aor { user: "//bob".into(), host: "cusax.test".into() };
    assert_eq!(aor.to_string(), "sip:%2F%2Fbob@cusax.test");
    assert_eq!(Aor::parse(&aor.to_string()), Ok(aor));
}

fn any_plan() -> impl Strategy<Value = DialPlan> {
    let countries = vec![
        None,
        Some(Id::US),
        Some(Id::DE),
        Some(Id::IT),
        Some(Id::GB),
        Some(Id::RU),
        Some(Id::BR),
        Some(Id::AR),
        Some(Id::MX),
        Some(Id::CI),
    ];
    (proptest::sample::select(countries), any::<bool>()).prop_map(|(country, home)| DialPlan {
        provider_domain: home.then(|| "cusax.test".to_owned()),
        ..plan(country)
    })
}

#[test]
fn a_hostile_address_takes_no_time() {
    let begun = std::time::Instant::now();
    for unit in
        ["(0)", "+", "0", "%41", ";ext=1", ";phone-context=+1", "x", "é", "[", "xn--", "a.", "☎"]
    {
        for scheme in ["", "sip:", "tel:", "sip:1@", "sip:+49"] {
            let mut text = format!("{scheme}{}", unit.repeat(MAX_ADDRESS_LEN));
            let mut end = MAX_ADDRESS_LEN;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            for plan in [plan(Some(Id::DE)), us(), DialPlan::default()] {
                let _ = Dialable::parse(&text, &plan);
            }
        }
    }
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,64}") {
        let _ = Dialable::parse(&text, &us());
        let _ = Dialable::parse(&text, &DialPlan::default());
        let _ = (us().is_emergency(&text), us().is_dear_code(&text), is_dear(&text));
        let _ = (Aor::parse(&text), SipTarget::parse(&text));
    }

    #[test]
    fn nothing_panics_near_the_grammar(
        text in "(sips?:|tel:|callto:)?[+0-9a%@:;=.*#()ex\\[\\] -]{0,40}(;phone-context=[+0-9a.]{0,8})?(;user=phone)?"
    ) {
        let _ = (Dialable::parse(&text, &us()), SipTarget::parse(&text));
    }

    /// What is put on the wire is read again as the same address, whatever the plan, and so is
    /// its key where it is a whole address.
    #[test]
    fn the_canonical_form_is_a_fixed_point(
        text in "(sips?:|tel:)?[+*#a-z0-9%;@.=()\\- ]{1,30}(@cusax.test|@gw.example)?(;user=phone)?",
        plan in any_plan(),
    ) {
        if let Ok(first) = Dialable::parse(&text, &plan) {
            let second = Dialable::parse(&first.uri, &plan).unwrap();
            prop_assert_eq!(&second.uri, &first.uri);
            prop_assert_eq!(&second.key, &first.key);
            if !matches!(first.key, AddressKey::Local { .. }) {
                prop_assert_eq!(Dialable::parse(&first.key.to_string(), &plan).unwrap().key, first.key);
            }
        }
    }

    /// The same for numbers as people dial them.
    #[test]
    fn what_is_dialled_is_a_fixed_point(
        text in "\\+?[0-9]{1,3}[0-9 ().-]{3,18}( ?(x|ext\\.|#|,,) ?[0-9]{1,4})?",
        plan in any_plan(),
    ) {
        if let Ok(first) = Dialable::parse(&text, &plan) {
            let second = Dialable::parse(&first.uri, &plan).unwrap();
            prop_assert_eq!((&second.uri, &second.key), (&first.uri, &first.key));
        }
    }

    /// Separators between digits change nothing.
    #[test]
    fn separators_change_nothing(digits in "[1-9][0-9]{2,14}", at in 1..3_usize, plan in any_plan()) {
        let (start, end) = digits.split_at(at);
        for between in [" ", "-", ".", "/", "\u{2013}", "\u{a0}"] {
            let text = format!("+{start}{between}{end}");
            let key = |text: &str| Dialable::parse(text, &plan).map(|address| address.key);
            prop_assert_eq!(key(&text), key(&format!("+{digits}")));
        }
    }

    #[test]
    fn an_aor_survives_writing(user in "\\PC{1,20}") {
        prop_assume!(!user.chars().any(char::is_control));
        let aor = Aor { user, host: "cusax.test".into() };
        if let Ok(again) = Aor::parse(&aor.to_string()) {
            prop_assert_eq!(again, aor);
        }
    }
}
