#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The example of the specification.
pub(crate) fn example() -> Value {
    serde_json::from_str(include_str!("tests/example.json")).unwrap()
}

fn of(value: &Value) -> Result<Document, DocumentError> {
    read(value.to_string().as_bytes(), true)
}

/// The example with one member changed, by a JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = example();
    set(&mut document, pointer, value);
    document
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => {
            let at: usize = key.parse().unwrap();
            if at < items.len() { items[at] = value } else { items.push(value) }
        }
        _ => parent[key] = value,
    }
}

fn remarks(document: &Document) -> Vec<String> {
    document.remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_of_the_specification_is_read() {
    let document = of(&example()).unwrap();
    assert_eq!(document.serial, 42);
    assert_eq!(document.service.name.as_deref(), Some("Example Phone"));
    assert_eq!(document.service.refresh, 86_400);
    let [Account::Xmpp(chat), Account::Sip(phone)] = &document.accounts[..] else {
        panic!("{document:?}")
    };
    assert_eq!(chat.jid.as_str(), "alice@xmpp.example.com");
    assert_eq!(chat.servers[0].0.to_string(), "c.example.com:5223");
    assert_eq!(phone.outbound[0].to_string(), "sip:edge.example.com");
    assert_eq!(phone.srtp, Some(Srtp::Mandatory));
    assert_eq!(document.relations[0].domains, ["xmpp.example.com", "sip.example.com"]);
    assert_eq!(document.features.disable.len(), 5);
    assert!(document.features.disable.iter().all(|disable| disable.lock));
    assert_eq!(document.dialing.cost_rules.len(), 4);
    assert_eq!(document.policy.delay_xmpp, Some(true));
    assert_eq!(document.directory.len(), 1);
    assert!(document.unknown.is_empty(), "{:?}", document.unknown);
    assert!(document.remarks.is_empty(), "{:?}", remarks(&document));
}

#[test]
fn the_example_for_providers_is_one() {
    let text = include_str!("../../../docs/provider/provisioning.json");
    let document = read(text.as_bytes(), true).unwrap();
    assert_eq!(document.accounts.len(), 2);
    assert!(document.unknown.is_empty(), "{:?}", document.unknown);
    assert!(document.remarks.is_empty(), "{:?}", remarks(&document));
}

#[test]
fn what_is_not_a_document_is_refused_whole() {
    for (body, word) in [
        (&b"<!doctype html><html><body>Sign in</body></html>"[..], "not JSON"),
        (b"", "not JSON"),
        (b"{\"cusax\":1,\"serial\":NaN}", "not JSON"),
        (b"{\"cusax\":1,\"cusax\":1}", "twice"),
        (b"{\"cusax\":1,\"x\":\"\xff\"}", "UTF-8"),
        (b"[]", "must be an object"),
        (b"{}", "cusax is missing"),
        (b"{\"cusax\":\"1\"}", "cusax must be a whole number"),
        (b"{\"cusax\":2,\"accounts\":[]}", "another version"),
        (b"{\"cusax\":1}", "the service gave no account"),
        (b"{\"cusax\":1,\"accounts\":[]}", "the service gave no account"),
        (b"{\"cusax\":1,\"accounts\":{}}", "accounts must be a list"),
        (b"{\"cusax\":1,\"accounts\":[5]}", "accounts[0] must be an object"),
        (b"{\"cusax\":1,\"serial\":-1,\"accounts\":[{}]}", "serial must be"),
        (b"{\"cusax\":1,\"serial\":1.5,\"accounts\":[{}]}", "serial must be"),
    ] {
        let error = read(body, true).unwrap_err().to_string();
        assert!(error.contains(word), "{}: {error}", String::from_utf8_lossy(body));
    }
    let deep = with("/unknown", json!(null))
        .to_string()
        .replace("null", &format!("{}{}", "[".repeat(40), "]".repeat(40)));
    assert_eq!(read(deep.as_bytes(), true), Err(JsonError::TooDeep.into()));
    let long = with("/unknown", json!(vec!["x".repeat(8_000); 40]));
    assert_eq!(of(&long), Err(JsonError::TooLong.into()));
}

#[test]
fn only_a_documents_media_types_are_read() {
    for good in [
        "application/vnd.cusax+json",
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        assert_eq!(check_media_type(Some(good)), Ok(()), "{good}");
    }
    for bad in [
        None,
        Some(""),
        Some("text/html; charset=utf-8"),
        Some("application/jsonx"),
        Some("application/json; charset=latin1"),
    ] {
        assert!(matches!(check_media_type(bad), Err(DocumentError::MediaType(_))), "{bad:?}");
    }
}

#[test]
fn what_is_wrong_in_one_account_refuses_that_one_with_its_path() {
    for (pointer, value, path) in [
        ("/accounts/1/transport", json!("carrier pigeon"), "accounts[1].transport"),
        ("/accounts/1/transport", json!(5), "accounts[1].transport"),
        ("/accounts/1/id", json!("Phone!"), "accounts[1].id"),
        ("/accounts/1/id", json!("x".repeat(33)), "accounts[1].id"),
        ("/accounts/1/id", json!("chat"), "accounts[1].id"),
        ("/accounts/1/kind", json!("h323"), "accounts[1].kind"),
        ("/accounts/1/address", json!("tel:+123"), "accounts[1].address"),
        ("/accounts/1/address", json!("sip:a\u{0}@b.example"), "accounts[1].address"),
        ("/accounts/1/address", json!(null), "accounts[1].address"),
        ("/accounts/1/outbound/0", json!("http://evil.example/"), "accounts[1].outbound[0]"),
        ("/accounts/1/outbound", json!("sip:edge.example.com"), "accounts[1].outbound"),
        ("/accounts/1/registrar", json!("a b"), "accounts[1].registrar"),
        ("/accounts/1/expires", json!(5), "accounts[1].expires"),
        ("/accounts/1/expires", json!("600"), "accounts[1].expires"),
        ("/accounts/1/voicemail", json!("https://vm.example/"), "accounts[1].voicemail"),
        ("/accounts/1/dtmf", json!("tones"), "accounts[1].dtmf"),
        ("/accounts/1/stun/0", json!("http://stun.example.com"), "accounts[1].stun[0]"),
        ("/accounts/1/turn", json!(["file:///etc/passwd"]), "accounts[1].turn[0]"),
        ("/accounts/1/media/srtp", json!("maybe"), "accounts[1].media.srtp"),
        ("/accounts/1/media/ice", json!("yes"), "accounts[1].media.ice"),
        ("/accounts/1/media/codecs", json!([1]), "accounts[1].media.codecs[0]"),
        ("/accounts/1/auth", json!([]), "accounts[1].auth"),
        ("/accounts/1/auth/min_algorithm", json!("SHA-1"), "accounts[1].auth.min_algorithm"),
        ("/accounts/1/tls", json!({"min": "1.4"}), "accounts[1].tls.min"),
        (
            "/accounts/1/tls",
            json!({"pin_sha256": vec!["00".repeat(32); 17]}),
            "accounts[1].tls.pin_sha256",
        ),
        ("/accounts/1/auth/username", json!("a\nb"), "accounts[1].auth.username"),
        ("/accounts/1/auth/secret", json!("hunter2"), "accounts[1].auth.secret"),
        ("/accounts/1/auth/secret", json!({}), "accounts[1].auth.secret.token"),
        ("/accounts/1/auth/secret", json!({"token": "a\nb"}), "accounts[1].auth.secret.token"),
    ] {
        let document = of(&with(pointer, value.clone())).unwrap();
        let [Account::Xmpp(_)] = &document.accounts[..] else { panic!("{pointer} {value}") };
        let refused: Vec<&Remark> = document
            .remarks
            .iter()
            .filter(|remark| remark.effect == Effect::AccountRefused)
            .collect();
        let [remark] = refused[..] else { panic!("{pointer}: {:?}", remarks(&document)) };
        assert_eq!(remark.complaint.path, path, "{value}");
    }
    for (pointer, value, path) in [
        ("/accounts/0/servers/0/port", json!(0), "accounts[0].servers[0].port"),
        ("/accounts/0/servers/0/port", json!(65_536), "accounts[0].servers[0].port"),
        ("/accounts/0/servers/0/host", json!("c.example.com/x"), "accounts[0].servers[0].host"),
        ("/accounts/0/servers/0/tls", json!("none"), "accounts[0].servers[0].tls"),
        ("/accounts/0/address", json!("xmpp.example.com"), "accounts[0].address"),
        ("/accounts/0/tls/min", json!("1.1"), "accounts[0].tls.min"),
        ("/accounts/0/tls/pin_sha256", json!(["x"]), "accounts[0].tls.pin_sha256[0]"),
        ("/accounts/0/auth/min_mechanism", json!("CRAM-MD5"), "accounts[0].auth.min_mechanism"),
        ("/accounts/0/label", json!(7), "accounts[0].label"),
    ] {
        let document = of(&with(pointer, value.clone())).unwrap();
        assert!(matches!(&document.accounts[..], [Account::Sip(_)]), "{pointer} {value}");
        assert_eq!(document.remarks[0].complaint.path, path, "{value}");
        // What was said of the account that is gone is ignored, and told.
        assert!(document.relations.is_empty() && document.features.disable.len() == 2);
    }
    let none = json!({"cusax": 1, "accounts": [{"id": "a"}, 5]});
    let Err(DocumentError::NoneUsable(refused)) = of(&none) else { panic!() };
    assert_eq!(refused.len(), 2);
}

#[test]
fn unknown_members_are_ignored_and_noted() {
    let mut document = with("/later", json!({"x": 1}));
    set(&mut document, "/accounts/1/media/later", json!(1));
    let read = of(&document).unwrap();
    assert_eq!(read.accounts.len(), 2);
    assert_eq!(read.unknown, ["later", "accounts[1].media.later"]);
}

#[test]
fn relations_that_cannot_be_are_ignored_and_told() {
    let third = json!({"id": "second", "kind": "sip", "address": "sip:b@sip.example.com"});
    let mut two = with("/accounts/2", third);
    set(&mut two, "/relations/1", json!({"xmpp": "chat", "sip": "second"}));
    for (document, kept, path) in [
        (with("/relations/0/sip", json!("nobody")), 0, "relations[0].sip"),
        (with("/relations/0/sip", json!("chat")), 0, "relations[0].sip"),
        (with("/relations/0/domains", json!(["a b"])), 0, "relations[0].domains[0]"),
        (with("/relations", json!("x")), 0, "relations"),
        (two, 1, "relations[1].xmpp"),
    ] {
        let read = of(&document).unwrap();
        assert_eq!(read.relations.len(), kept, "{path}");
        let ignored = |remark: &&Remark| remark.effect == Effect::Ignored;
        let first = read.remarks.iter().find(ignored).unwrap();
        assert_eq!(first.complaint.path, path);
    }
}

#[test]
fn other_parts_that_cannot_be_used_are_ignored_and_told() {
    for (pointer, value, path) in [
        ("/service", json!(1), "service"),
        ("/service/support", json!("javascript:alert(1)"), "service.support"),
        ("/service/refresh", json!("soon"), "service.refresh"),
        ("/features/disable/0/account", json!("nobody"), "features.disable[0].account"),
        ("/features/disable/0/features", json!(["fax"]), "features.disable[0].features[0]"),
        ("/features/overrides/0/match", json!({}), "features.overrides[0].match"),
        ("/features/overrides/0/protocol", json!("h323"), "features.overrides[0].protocol"),
        ("/features/defaults/audio", json!("fax"), "features.defaults.audio"),
        ("/policy/both_or_none", json!("no"), "policy.both_or_none"),
        ("/policy/accept_strangers", json!("some"), "policy.accept_strangers"),
        ("/dialing/cost_rules/1/class", json!("cheap"), "dialing"),
        ("/dialing/emergency", json!("911"), "dialing"),
        ("/directory/0/url", json!("http://dav.example.com/"), "directory[0].url"),
        ("/directory/0/kind", json!("ldap"), "directory[0].kind"),
    ] {
        let read = of(&with(pointer, value.clone())).unwrap();
        assert_eq!(read.accounts.len(), 2, "{pointer}");
        let told = read
            .remarks
            .iter()
            .any(|remark| remark.effect == Effect::Ignored && remark.complaint.path == path);
        assert!(told, "{pointer} {value}: {:?}", remarks(&read));
    }
    // Of rules of which the first that fits counts, none is left out.
    let read = of(&with("/dialing/cost_rules/1/class", json!("cheap"))).unwrap();
    assert_eq!(read.dialing, Dialing::default());
    assert!(remarks(&read).iter().any(|text| text.contains("cost_rules[1].class")));
}

#[test]
fn labels_are_cleaned_and_cut() {
    let read = of(&with("/service/name", json!("\u{202e}Evil\u{7} \u{2066}Phone"))).unwrap();
    assert_eq!(read.service.name.as_deref(), Some("Evil Phone"));
    let read = of(&with("/accounts/0/label", json!("x".repeat(500)))).unwrap();
    assert_eq!(read.accounts[0].label().map(str::len), Some(MAX_LABEL));
}

#[test]
fn a_refresh_is_within_an_hour_and_a_month() {
    for (asked, kept) in [(0, 3_600), (3_599, 3_600), (7_200, 7_200), (u64::MAX, 30 * 86_400)] {
        let read = of(&with("/service/refresh", json!(asked))).unwrap();
        assert_eq!(read.service.refresh, kept);
    }
}

#[test]
fn secrets_come_only_to_whoever_signed_in_and_are_shown_nowhere() {
    let document = with("/accounts/1/auth/secret", json!({"token": "sesame-17"}));
    let bytes = document.to_string();
    let open = read(bytes.as_bytes(), false).unwrap();
    assert_eq!(open.accounts.len(), 1);
    assert_eq!(open.remarks[0].complaint.path, "accounts[1].auth.secret");
    assert!(!remarks(&open).concat().contains("sesame"));
    let signed = read(bytes.as_bytes(), true).unwrap();
    let Secret::Token(token) = &signed.accounts[1].auth().secret else { panic!() };
    assert_eq!(token.as_str(), "sesame-17");
    assert!(!format!("{signed:?}").contains("sesame"));
    let kept = without_secrets(document);
    assert!(!kept.to_string().contains("sesame"));
    let kept = read_value(&kept, false).unwrap();
    assert_eq!(kept.accounts[1].auth().secret, Secret::Kept);
}

#[test]
fn a_document_cannot_lower_what_the_client_asks_for() {
    let read = of(&with("/accounts/0/tls/required", json!(false))).unwrap();
    assert_eq!(read.accounts.len(), 2);
    assert!(remarks(&read).iter().any(|text| text.contains("accounts[0].tls.required")));
}

#[test]
fn what_a_document_demands_of_the_way_to_the_server_is_read_for_both_sides() {
    use crate::model::security::{AuthRank, Fingerprint, Floor, TlsVersion};
    let pins = json!(["01".repeat(32), "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="]);
    let tls = json!({"min": "1.3", "pin_sha256": pins});
    let mut document = with("/accounts/0/auth/min_mechanism", json!("SCRAM-SHA-256-PLUS"));
    set(&mut document, "/accounts/0/tls", tls.clone());
    set(&mut document, "/accounts/1/tls", tls);
    set(&mut document, "/accounts/1/auth/min_algorithm", json!("SHA-512-256"));
    let read = of(&document).unwrap();
    let [Account::Xmpp(chat), Account::Sip(phone)] = &read.accounts[..] else { panic!() };
    let floor = Floor {
        tls: true,
        version: TlsVersion::V13,
        auth: Some(AuthRank::ScramSha256),
        bound: true,
    };
    assert_eq!(chat.demands.floor, floor);
    let floor = Floor { auth: Some(AuthRank::DigestSha512), bound: false, ..floor };
    assert_eq!(phone.demands.floor, floor);
    for demands in [&chat.demands, &phone.demands] {
        assert_eq!(demands.certificates, [Fingerprint::new([1; 32]); 2]);
    }
    // What is not said demands nothing.
    let plain = of(&with("/accounts/1/auth", json!({}))).unwrap();
    let Account::Sip(phone) = &plain.accounts[1] else { panic!() };
    assert_eq!(phone.demands, Default::default());
}

/// Values of every kind that a document may have anywhere.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        "\\PC{0,20}".prop_map(Value::from),
        "(sip|xmpp|https|stun|file):[a-z@.:/]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,10}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every pointer into a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let at = format!("{at}/{key}");
            all.push(at.clone());
            pointers(value, &at, all);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, value)| {
            let at = format!("{at}/{n}");
            all.push(at.clone());
            pointers(value, &at, all);
        }),
        _ => {}
    }
}

proptest! {
    /// Whatever stands wherever: no panic, ids are distinct, every remark has a path, relations
    /// name accounts that are there, and labels are clean.
    #[test]
    fn whatever_stands_somewhere_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        value in any_value(),
    ) {
        let mut all = Vec::new();
        pointers(&example(), "", &mut all);
        let document = with(which.get(&all[..]).as_str(), value);
        if let Ok(read) = of(&document) {
            check(&read);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, true);
    }
}

/// The bounds that hold of whatever was read.
fn check(read: &Document) {
    assert!(!read.accounts.is_empty() && read.accounts.len() <= 64);
    let ids: std::collections::BTreeSet<&str> = read.accounts.iter().map(Account::id).collect();
    assert_eq!(ids.len(), read.accounts.len());
    for relation in &read.relations {
        assert!(ids.contains(relation.xmpp.as_str()) && ids.contains(relation.sip.as_str()));
    }
    for remark in &read.remarks {
        assert!(!remark.complaint.path.is_empty());
    }
    let labels =
        read.accounts.iter().filter_map(Account::label).chain(read.service.name.as_deref());
    for label in labels {
        assert!(label.chars().count() <= MAX_LABEL && !label.chars().any(char::is_control));
    }
    assert!((3_600..=30 * 86_400).contains(&read.service.refresh));
}

#[test]
fn of_the_codecs_those_that_are_built_count_in_their_order() {
    let codecs = |value: serde_json::Value| {
        let document = of(&with("/accounts/1/media/codecs", value)).unwrap();
        let Account::Sip(phone) = &document.accounts[1] else { panic!("{document:?}") };
        let told = remarks(&document).iter().any(|remark| remark.contains("media.codecs"));
        (phone.codecs.clone(), told)
    };
    use crate::sdp::Codec::{Opus, Pcma, Pcmu};
    assert_eq!(
        codecs(json!(["G722", "pcma", "opus", "PCMA", "PCMU"])),
        (vec![Pcma, Opus, Pcmu], false)
    );
    assert_eq!(codecs(json!([])), (vec![], false));
    assert_eq!(codecs(json!(["G722", "G729"])), (vec![], true));
}
