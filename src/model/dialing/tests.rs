#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn read(document: Value) -> Result<Dialing, String> {
    serde_json::from_value(document).map_err(|error| error.to_string())
}

/// The example of the provisioning document.
#[test]
fn the_example_of_the_document_is_read() {
    let dialing = read(json!({
        "country": "US", "international_prefix": "011", "national_prefix": "1",
        "emergency": ["911", "112"],
        "cost_rules": [
            { "pattern": "sip:*@sip.example.com", "class": "free" },
            { "pattern": "+1900*", "class": "premium", "confirm": "always" },
            { "pattern": "+*", "class": "pstn", "confirm": "first",
              "note": { "en": "Calls to the telephone network are charged." } },
            { "pattern": "*@*", "class": "other-domain", "confirm": "never" },
        ],
        "blocked": [
            { "pattern": "+881*", "reason": { "en": "Satellite numbers are not reachable." } },
        ],
        "later": { "than": "this version" },
    }))
    .unwrap();
    assert_eq!(dialing.country, Some(Id::US));
    assert_eq!(dialing.international_prefix.as_deref(), Some("011"));
    assert_eq!(dialing.national_prefix.as_deref(), Some("1"));
    assert_eq!(dialing.emergency, ["911", "112"]);
    let rules: Vec<_> = dialing.cost_rules.iter().map(|rule| (rule.class, rule.confirm)).collect();
    let expected = [
        (CostClass::Free, None),
        (CostClass::Premium, Some(Confirm::Always)),
        (CostClass::Pstn, Some(Confirm::First)),
        (CostClass::OtherDomain, Some(Confirm::Never)),
    ];
    assert_eq!(rules, expected);
    let note = dialing.cost_rules[2].note.as_deref();
    assert_eq!(note, Some("Calls to the telephone network are charged."));
    assert_eq!(dialing.blocked[0].reason.as_deref(), Some("Satellite numbers are not reachable."));
    assert_eq!(read(json!({})).unwrap(), Dialing::default());
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let rule = |rule: Value| json!({ "cost_rules": [{ "pattern": "+*", "class": "pstn" }, rule] });
    let many = |n: usize| vec![json!({ "pattern": "+*", "class": "pstn" }); n];
    for (document, place) in [
        (json!({ "country": "Germany" }), "country must"),
        (json!({ "country": "QQ" }), "country must"),
        (json!({ "international_prefix": "+" }), "international_prefix must"),
        (json!({ "national_prefix": "012345678" }), "national_prefix must"),
        (json!({ "emergency": ["112", "+19005551212"] }), "emergency[1] must"),
        (json!({ "emergency": vec!["112"; 33] }), "emergency has more"),
        (json!({ "domains": ["b c"] }), "domains[0] must"),
        (rule(json!({ "pattern": "", "class": "pstn" })), "cost_rules[1].pattern must"),
        (
            rule(json!({ "pattern": "+".repeat(257), "class": "pstn" })),
            "cost_rules[1].pattern must",
        ),
        (rule(json!({ "pattern": "+*", "class": "cheap" })), "cost_rules[1].class must"),
        (rule(json!({ "pattern": "+*", "class": "emergency" })), "cost_rules[1].class must"),
        (
            rule(json!({ "pattern": "+*", "class": "pstn", "confirm": "maybe" })),
            "cost_rules[1].confirm must",
        ),
        (json!({ "cost_rules": many(257) }), "cost_rules has more"),
        (json!({ "blocked": [{ "pattern": "a\u{7}" }] }), "blocked[0].pattern must"),
        (json!({ "blocked": [{}] }), "pattern"),
    ] {
        let error = read(document).unwrap_err();
        assert!(error.contains(place), "{error}");
    }
    assert_eq!(read(json!({ "cost_rules": many(256) })).unwrap().cost_rules.len(), 256);
}

#[test]
fn a_note_is_in_english_else_in_any_language_and_fit_to_be_shown() {
    let note = |note: Value| {
        let rule = json!({ "pattern": "+*", "class": "pstn", "note": note });
        read(json!({ "cost_rules": [rule] })).unwrap().cost_rules.remove(0).note
    };
    assert_eq!(note(json!({ "de": "Teuer", "en": "Dear" })).as_deref(), Some("Dear"));
    assert_eq!(note(json!({ "de": "Teuer", "en": " " })).as_deref(), Some("Teuer"));
    assert_eq!(note(json!("plain")).as_deref(), Some("plain"));
    assert_eq!(note(json!("a\u{202e}b\nc\u{7}")).as_deref(), Some("abc"));
    assert_eq!(note(json!({})), None);
    assert_eq!(note(json!("x".repeat(500))).map(|text| text.len()), Some(200));
}

#[test]
fn patterns_fit_whole_addresses() {
    for (text, fits, fits_not) in [
        ("+1900*", &["+19005551212", "+1900"][..], &["+1800", "1900", "x+1900"][..]),
        ("+*", &["+1", "+"], &["sip:a@b", ""]),
        ("*", &["", "+1", "sip:a@b.test"], &[]),
        ("*@*", &["sip:a@b.test"], &["+1"]),
        ("sip:70??@b.test", &["sip:7042@b.test"], &["sip:704@b.test", "sip:70421@b.test"]),
        ("sip:*@b.test", &["sip:a@b.test", "sip:a@x@b.test"], &["sip:a@c.test", "sip:a@b.test.c"]),
        ("a?c*e*g", &["abcdefg", "abceg"], &["abcdefh", "acdefg"]),
        ("*a*b*", &["ab", "xaxbx"], &["ba"]),
        ("+49*1", &["+4911", "+4921", "+491"], &["+4912"]),
        ("?", &["é"], &["", "ab"]),
    ] {
        let pattern = pattern(text);
        for address in fits {
            assert!(pattern.fits(address), "{text} {address}");
        }
        for address in fits_not {
            assert!(!pattern.fits(address), "{text} {address}");
        }
    }
}

#[test]
fn other_spellings_of_a_pattern_mean_the_same() {
    for (text, meant) in [
        ("tel:+1 (900) 555-*", "+1900555*"),
        ("sips:*@Example.COM.", "sip:*@example.com"),
        ("alice@example.com", "sip:alice@example.com"),
        ("*@BÜCHER.example", "*@xn--bcher-kva.example"),
        ("sip:*@[2001:DB8:0::1]", "sip:*@[2001:db8::1]"),
        ("*@*.Example.com", "*@*.example.com"),
        (" 118* ", "sip:118*@*"),
    ] {
        assert_eq!(pattern(text).as_str(), meant, "{text}");
    }
    assert!(Pattern::parse("sip:*@a b").is_err());
}

#[test]
fn short_numbers_are_those_of_a_fixed_length() {
    let rules = ["sip:70??@b.test", "sip:*@b.test", "sip:7*@b.test", "+1900", "sip:bob@b.test"];
    let rules = rules.map(|pattern| json!({ "pattern": pattern, "class": "internal" }));
    let short = read(json!({ "cost_rules": rules })).unwrap().short_numbers();
    assert_eq!(short.iter().map(Pattern::as_str).collect::<Vec<_>>(), ["70??"]);
    assert!(pattern("sip:?*@b").names_users() && !pattern("sip:*@b").names_users());
    assert_eq!(["+1900*", "+*", "*@*"].map(|text| pattern(text).leading_digits()), [4, 0, 0]);
}

/// What a pattern means, without any thought of time.
fn slowly(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            slowly(rest, text) || text.split_first().is_some_and(|(_, text)| slowly(pattern, text))
        }
        (Some(('?', rest)), Some((_, text))) => slowly(rest, text),
        (Some((one, rest)), Some((other, text))) => one == other && slowly(rest, text),
        _ => false,
    }
}

#[test]
fn a_hostile_pattern_takes_no_time() {
    let text = "a".repeat(512);
    let begun = std::time::Instant::now();
    for hostile in ["*a".repeat(127) + "b", format!("*{}b*", "a".repeat(250)), "*".repeat(256)] {
        let pattern = Pattern(hostile);
        for _ in 0..100 {
            std::hint::black_box(pattern.fits(&text));
        }
    }
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn a_pattern_fits_what_it_means(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = slowly(&chars(&pattern), &chars(&text));
        prop_assert_eq!(Pattern(pattern).fits(&text), expected);
    }

    #[test]
    fn no_pattern_panics_and_reading_it_again_changes_nothing(text in "\\PC{0,40}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            prop_assert_eq!(Pattern::parse(pattern.as_str()), Ok(pattern));
        }
    }
}
