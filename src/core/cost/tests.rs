#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::core::asking::Asking;

/// Alice's account at `own.test` with these words of her provider.
struct Account {
    dialing: Dialing,
    plan: DialPlan,
}

fn account(dialing: Value) -> Account {
    let dialing: Dialing = serde_json::from_value(dialing).unwrap();
    let plan = DialPlan::with(&Aor::parse("sip:alice@own.test").unwrap(), &dialing);
    Account { dialing, plan }
}

impl Account {
    fn of(&self, to: &str, named: Named) -> (Dialable, Assessment) {
        let target = Dialable::parse(to, &self.plan).unwrap_or_else(|e| panic!("{to}: {e}"));
        let assessment = assess(&target, &self.plan, &self.dialing, named);
        (target, assessment)
    }

    fn class(&self, to: &str) -> CostClass {
        self.of(to, Named::User).1.class
    }

    /// Whether somebody who has settled nothing is asked.
    fn asks(&self, to: &str, named: Named) -> bool {
        let (target, assessment) = self.of(to, named);
        let asks = Asking::default().must_ask(&assessment, &target.key);
        assert!(!asks || !assessment.cues.is_empty(), "{to}: nothing to be told");
        asks
    }
}

const OTHERS: [Named; 4] = [Named::Card, Named::Peer, Named::Rule, Named::Link];

#[test]
fn without_rules_the_form_of_an_address_tells() {
    let anywhere = account(json!({}));
    for (to, class) in [
        ("sip:bob@own.test", CostClass::Internal),
        ("sip:bob@OWN.test:5060;transport=tcp", CostClass::Internal),
        ("1004", CostClass::Internal),
        ("sip:1004@own.test", CostClass::Internal),
        ("123456", CostClass::Internal),
        ("sip:1004;ext=5@own.test", CostClass::Internal),
        ("sip:bob@other.test", CostClass::OtherDomain),
        ("sip:1004@other.test", CostClass::OtherDomain),
        ("sip:112@other.test", CostClass::OtherDomain),
        ("+1 303 555 1212", CostClass::Pstn),
        ("00 49 30 123456", CostClass::Pstn),
        ("sip:+13035551212@own.test", CostClass::Pstn),
        ("sip:13035551212@own.test", CostClass::Pstn),
        ("sip:303-555-1212@own.test", CostClass::Pstn),
        ("sip:1004@own.test;user=phone", CostClass::Pstn),
        ("sip:1004@own.test;user=%70hone", CostClass::Pstn),
        ("tel:7042;phone-context=other.test", CostClass::Pstn),
        ("*72", CostClass::Unknown),
        ("*21*030123456#", CostClass::Unknown),
        ("sip:%2331%23@own.test", CostClass::Unknown),
        ("+1 900 555 1212", CostClass::Premium),
        ("00 49 900 1 234567", CostClass::Premium),
        ("+49 900 1 234567 89", CostClass::Premium),
        ("+49 (0)900 1 234567", CostClass::Premium),
        ("+44 906 123 4567", CostClass::Premium),
        ("+44 70 0123 4567", CostClass::Premium),
        ("+39 892 123", CostClass::Premium),
        ("+979 1234 56789", CostClass::Premium),
        ("+881 6 212 345678", CostClass::Premium),
        ("sip:+19005551212@own.test", CostClass::Premium),
        ("sip:00499001234567@own.test", CostClass::Premium),
        ("sip:11880@own.test", CostClass::Premium),
        ("11880", CostClass::Premium),
        ("sip:118-80@own.test", CostClass::Premium),
        ("sip:118805@own.test", CostClass::Premium),
        ("112", CostClass::Emergency),
        ("sip:911@own.test", CostClass::Emergency),
        ("sip:1-1-2@own.test", CostClass::Emergency),
        ("sip:112;x=y@own.test", CostClass::Emergency),
        ("tel:112;phone-context=+49", CostClass::Emergency),
    ] {
        assert_eq!(anywhere.class(to), class, "{to}");
    }
}

#[test]
fn a_country_tells_more() {
    for (country, to, class) in [
        ("DE", "030 123456", CostClass::Pstn),
        ("DE", "0900 1 234567", CostClass::Premium),
        ("DE", "sip:09001234567@own.test", CostClass::Premium),
        ("DE", "0180 5 123456", CostClass::Premium),
        ("DE", "11833", CostClass::Premium),
        ("DE", "4711", CostClass::Internal),
        ("GB", "118500", CostClass::Premium),
        ("GB", "2001", CostClass::Internal),
        ("US", "11880", CostClass::Internal),
        ("US", "1 900 555 1212", CostClass::Premium),
        ("US", "(303) 555-1212", CostClass::Pstn),
        ("IT", "1254", CostClass::Premium),
        ("CH", "144", CostClass::Emergency),
        ("DE", "144", CostClass::Internal),
    ] {
        assert_eq!(account(json!({ "country": country })).class(to), class, "{country} {to}");
    }
    let own = account(json!({ "emergency": ["0112"], "domains": ["voice.own.test"] }));
    assert_eq!(own.class("0112"), CostClass::Emergency);
    assert_eq!(own.class("sip:bob@voice.own.test"), CostClass::Internal);
    assert_eq!(own.class("sip:+13035551212@voice.own.test"), CostClass::Pstn);
}

/// The example of the provisioning document.
fn provided() -> Account {
    account(json!({
        "country": "US", "international_prefix": "011", "national_prefix": "1",
        "emergency": ["911", "112"],
        "cost_rules": [
            { "pattern": "sip:*@own.test", "class": "free" },
            { "pattern": "+1900*", "class": "premium", "confirm": "always" },
            { "pattern": "+*", "class": "pstn", "confirm": "first", "note": { "en": "Charged." } },
            { "pattern": "*@*", "class": "other-domain", "confirm": "never" },
        ],
        "blocked": [
            { "pattern": "+881*", "reason": { "en": "Satellites are not reachable." } },
            { "pattern": "sip:*@evil.test" },
            { "pattern": "911" },
        ],
    }))
}

#[test]
fn the_first_rule_that_fits_counts() {
    let provided = provided();
    for (to, class) in [
        ("sip:bob@own.test", CostClass::Free),
        ("1004", CostClass::Free),
        ("+1 900 555 1212", CostClass::Premium),
        ("(900) 555-1212", CostClass::Premium),
        ("+49 30 123456", CostClass::Pstn),
        ("sip:bob@other.test", CostClass::OtherDomain),
        // "All users" are people: numbers dialled at the same host are not free.
        ("sip:3035551212@own.test", CostClass::Pstn),
        ("sip:9005551212@own.test", CostClass::Premium),
        ("sip:0114930123456@own.test", CostClass::Pstn),
        ("sip:99999999@own.test", CostClass::Pstn),
        ("*72", CostClass::Unknown),
        // "All numbers" are not those that are known to be dear.
        ("+44 906 123 4567", CostClass::Premium),
        ("911", CostClass::Emergency),
    ] {
        assert_eq!(provided.class(to), class, "{to}");
    }
    let cue = &provided.of("+49 30 123456", Named::User).1.cues[0];
    assert_eq!(
        (cue.text.as_str(), cue.class, cue.may_settle),
        ("Charged.", Some(CostClass::Pstn), true)
    );
}

#[test]
fn a_rule_that_names_a_dear_number_makes_it_what_it_says() {
    let rules = |pattern: &str| {
        let rule = json!({ "pattern": pattern, "class": "free" });
        account(json!({ "country": "DE", "cost_rules": [rule] }))
    };
    for (pattern, class) in [
        ("+*", CostClass::Premium),
        ("+49*", CostClass::Premium),
        ("*", CostClass::Premium),
        ("+49900*", CostClass::Free),
        ("+499001234567", CostClass::Free),
    ] {
        assert_eq!(rules(pattern).class("0900 1 234567"), class, "{pattern}");
    }
    for (pattern, class) in [
        ("sip:*@own.test", CostClass::Premium),
        ("sip:11880@own.test", CostClass::Free),
        ("sip:118??@own.test", CostClass::Free),
        ("118*", CostClass::Free),
    ] {
        assert_eq!(rules(pattern).class("11880"), class, "{pattern}");
    }
    // What is free through the own provider is not when somebody else is to carry it.
    let flat = rules("+49*");
    assert_eq!(flat.class("030 123456"), CostClass::Free);
    assert_eq!(flat.class("sip:+4930123456@gw.test;user=phone"), CostClass::Pstn);
    let cues = flat.of("sip:+4930123456@gw.test;user=phone", Named::User).1.cues;
    let kinds: Vec<CueKind> = cues.iter().map(|cue| cue.kind).collect();
    assert_eq!(kinds, [CueKind::Pstn, CueKind::InterDomain]);
}

#[test]
fn what_is_not_reached_is_known_before_but_help_is_called_all_the_same() {
    let provided = provided();
    let blocked = |to: &str| provided.of(to, Named::User).1.blocked;
    let satellites = Some("Satellites are not reachable.".to_owned());
    for to in ["+881 6 212 345678", "011 881 6212345678", "sip:+881621@gw.test;user=phone"] {
        assert_eq!(blocked(to), satellites, "{to}");
    }
    let usual = Some("Your provider does not reach evil.test.".to_owned());
    assert_eq!(blocked("sip:eve@evil.test"), usual);
    for to in ["sip:bob@other.test", "+1 303 555 1212", "911", "sip:911@own.test"] {
        assert_eq!(blocked(to), None, "{to}");
    }
}

#[test]
fn who_named_the_address_decides_whether_it_is_asked() {
    let anywhere = account(json!({}));
    for named in [Named::User].into_iter().chain(OTHERS) {
        for (to, asks) in [
            ("sip:bob@own.test", false),
            ("1004", false),
            ("sip:bob@other.test", true),
            ("+1 303 555 1212", true),
            ("+1 900 555 1212", true),
            ("*72", true),
            ("11880", true),
        ] {
            assert_eq!(anywhere.asks(to, named), asks, "{named:?} {to}");
        }
        assert_eq!(anywhere.asks("112", named), named != Named::User, "{named:?}");
    }
    let rules = |confirm: &str| {
        let rule = |pattern: &str, class: &str| json!({ "pattern": pattern, "class": class, "confirm": confirm });
        account(json!({ "cost_rules": [
            rule("+1900*", "premium"), rule("+*", "pstn"), rule("sip:free@*", "free"),
            rule("sip:in@*", "internal"), rule("*@*", "other-domain"),
        ] }))
    };
    let never = rules("never");
    for (to, asking) in [
        ("+1 900 555 1212", &[Named::User, Named::Card, Named::Peer, Named::Rule, Named::Link][..]),
        ("+1 303 555 1212", &[Named::Peer, Named::Link]),
        ("sip:bob@other.test", &[Named::Peer, Named::Link]),
        ("sip:free@other.test", &[Named::Peer, Named::Link]),
        ("sip:in@other.test", &[]),
        ("sip:free@own.test", &[]),
    ] {
        for named in [Named::User].into_iter().chain(OTHERS) {
            assert_eq!(never.asks(to, named), asking.contains(&named), "{named:?} {to}");
        }
    }
    let always = rules("always");
    for to in ["+1 303 555 1212", "sip:bob@other.test", "sip:free@own.test"] {
        for named in [Named::User].into_iter().chain(OTHERS) {
            assert!(always.asks(to, named), "{named:?} {to}");
        }
    }
}

#[test]
fn what_the_user_agreed_to_counts_for_their_own_wishes_only() {
    let first = account(json!({ "cost_rules": [
        { "pattern": "+*", "class": "pstn", "confirm": "first" },
        { "pattern": "sip:desk@own.test", "class": "free", "confirm": "first" },
    ] }));
    let anywhere = account(json!({}));
    let number = "+1 303 555 1212";
    for (account, to, again) in [
        (&first, number, &[Named::Peer, Named::Rule, Named::Link][..]),
        (&first, "sip:desk@own.test", &[Named::Peer, Named::Rule, Named::Link]),
        // Without a rule an answer is for that call alone.
        (&anywhere, number, &[Named::User, Named::Card, Named::Peer, Named::Rule, Named::Link]),
    ] {
        let mut asking = Asking::default();
        let (target, _) = account.of(to, Named::User);
        asking.agree(&target.key);
        for named in [Named::User].into_iter().chain(OTHERS) {
            let (target, assessment) = account.of(to, named);
            let asks = asking.must_ask(&assessment, &target.key);
            assert_eq!(asks, again.contains(&named), "{named:?} {to}");
        }
    }
    let mut asking = Asking::default();
    let (other, _) = first.of("+1 303 555 0000", Named::User);
    asking.agree(&other.key);
    let (target, assessment) = first.of(number, Named::User);
    assert!(asking.must_ask(&assessment, &target.key), "another address");
    for n in 0..1_000 {
        asking.agree(&first.of(&format!("+1 303 555 {n:04}"), Named::User).0.key);
    }
    assert!(format!("{asking:?}").len() < 64 * 1024, "the memory has a bound");
}

#[test]
fn only_what_is_surely_usual_can_be_settled() {
    let may = |account: &Account, to: &str, named| account.of(to, named).1.may_settle();
    let anywhere = account(json!({}));
    for to in ["+1 303 555 1212", "sip:bob@other.test"] {
        assert!(may(&anywhere, to, Named::User) && may(&anywhere, to, Named::Card), "{to}");
    }
    // The user knows what they dial; a card could name anything.
    for to in ["*72", "030 1234567", "sip:1004@own.test;user=phone"] {
        assert!(may(&anywhere, to, Named::User) && !may(&anywhere, to, Named::Card), "{to}");
    }
    for to in ["+1 900 555 1212", "11880", "112", "1004"] {
        assert!(!may(&anywhere, to, Named::User), "{to}");
    }
    for named in [Named::Peer, Named::Link, Named::Rule] {
        assert!(!may(&anywhere, "+1 303 555 1212", named), "{named:?}");
    }
    let always = json!({ "pattern": "+*", "class": "pstn", "confirm": "always" });
    assert!(!may(&account(json!({ "cost_rules": [always] })), "+1 303 555 1212", Named::User));
}

#[test]
fn a_link_says_that_it_is_one() {
    let anywhere = account(json!({}));
    let text = |to: &str| anywhere.of(to, Named::Link).1.cues.remove(0).text;
    assert!(text("+1 303 555 1212").starts_with("A link or another program asks"));
    assert!(text("112").contains("emergency number: 112"));
}
