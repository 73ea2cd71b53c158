#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::discovery::Source;
use super::super::document::tests::example;
use super::*;
use crate::config::{PasswordSource, SrtpPolicy};
use crate::model::feature::Feature;
use crate::model::id::AccountId;
use crate::model::relation::RelationSource;
use crate::model::time::Timestamp;

fn file(text: &str) -> UserFile<'_> {
    UserFile { text, path: Path::new("/p/config.toml") }
}

fn candidate(document: &Value) -> Candidate {
    let at = Timestamp::from_unix_millis(0);
    let url = "https://prov.example.com/d".to_owned();
    let mut record = Record::new(url, Source::Webfinger, at, document.clone());
    record.address = Some("alice@example.com".to_owned());
    let document = document::read_value(document, true).unwrap();
    Candidate { record, document, foreign: None }
}

fn with(pointer: &str, value: Value) -> Value {
    let mut document = example();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(items) => items.push(value),
        parent => parent[key] = value,
    }
    document
}

/// Applies a document in place of what held, agreeing to all.
fn applied(document: &Value, old: Option<&Candidate>, text: &str) -> Candidate {
    let mut new = candidate(document);
    if let Some(old) = old {
        new.record.agreed.clone_from(&old.record.agreed);
        new.record.retired.clone_from(&old.record.retired);
    }
    let plan = plan(&new, old, &file(text)).unwrap();
    let agree = plan.preview.consents.iter().map(|consent| consent.id.clone()).collect();
    let record = settle(&new, &plan, &agree, &BTreeSet::new()).unwrap();
    Candidate::kept(record).unwrap()
}

fn texts(plan: &Plan) -> String {
    plan.preview.changes.iter().map(|change| format!("{}\n", change.text)).collect()
}

fn consent_ids(plan: &Plan) -> Vec<&str> {
    plan.preview.consents.iter().map(|consent| consent.id.as_str()).collect()
}

#[test]
fn the_example_sets_up_both_sides_related_and_locked() {
    let new = candidate(&example());
    let plan = plan(&new, None, &file("")).unwrap();
    let Provided { config, relations, disabled, .. } = &plan.provided;
    assert_eq!(config.xmpp[0].jid.as_str(), "alice@xmpp.example.com");
    assert_eq!(config.sip[0].srtp, SrtpPolicy::Required);
    assert_eq!(
        config.sip[0].proxy.as_ref().unwrap().to_string(),
        "sip:edge.example.com;transport=tls"
    );
    assert_eq!(config.sip[0].dialing.domains, ["xmpp.example.com", "sip.example.com"]);
    assert_eq!(config.sip[0].dialing.cost_rules.len(), 4);
    assert_eq!(relations[0].by, RelationSource::Provider);
    assert!(relations[0].chat_waits && !relations[0].both_or_none);
    assert!(
        disabled
            .iter()
            .any(|d| d.account.as_str() == "phone" && d.feature == Feature::Chat && d.lock)
    );
    assert!(!config.sip[0].chat && config.sip[0].chat_is_set);
    assert_eq!(consent_ids(&plan), Vec::<&str>::new());
    let text = texts(&plan);
    for words in [
        "Chat: alice@xmpp.example.com",
        "Telephony: sip:alice@sip.example.com",
        "belong together",
        "set by your provider",
        "what calls cost",
        "country US",
    ] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    // What cannot be had is not promised.
    assert!(plan.preview.remarks.iter().any(|text| text.contains("audio over XMPP")));
}

#[test]
fn a_document_that_is_applied_again_changes_nothing() {
    let old = applied(&example(), None, "");
    let plan = plan(&candidate(&example()), Some(&old), &file("")).unwrap();
    assert_eq!(plan.preview.changes, []);
    assert_eq!(plan.preview.consents, []);
}

#[test]
fn the_users_own_settings_win_over_values_that_are_not_locked() {
    let own = "[[sip]]\nid = \"phone\"\nsrtp = \"preferred\"\nchat = true\n\
               [[xmpp]]\nid = \"chat\"\nserver = \"own.example.com:5222\"\ntls = \"starttls\"\n";
    let unlocked = with("/features/disable", json!([{"account": "phone", "features": ["chat"]}]));
    let provided = provided(Some(&candidate(&unlocked)), &file(own)).unwrap();
    assert_eq!(provided.config.sip[0].srtp, SrtpPolicy::Preferred);
    assert!(provided.config.sip[0].chat);
    assert_eq!(provided.disabled, []);
    assert_eq!(provided.config.xmpp[0].server.as_ref().unwrap().host, "own.example.com");
    // The rest is the provider's, also of a later edition.
    let changed = with("/accounts/1/outbound", json!(["sip:new.example.com"]));
    let later = self::provided(Some(&candidate(&changed)), &file(own)).unwrap();
    assert_eq!(later.config.sip[0].srtp, SrtpPolicy::Preferred);
    assert_eq!(later.config.sip[0].proxy.as_ref().unwrap().host, "new.example.com");
    // What is locked is locked.
    assert!(!later.config.sip[0].chat);
    assert!(
        later.disabled.iter().any(|disabled| disabled.feature == Feature::Chat && disabled.lock)
    );
}

#[test]
fn what_the_document_says_no_more_is_as_by_default() {
    let old = applied(&example(), None, "");
    let less = json!({
        "cusax": 1, "serial": 43,
        "accounts": [
            {"id": "chat", "kind": "xmpp", "address": "alice@xmpp.example.com"},
            {"id": "phone", "kind": "sip", "address": "sip:alice@sip.example.com"},
        ]
    });
    let plan = plan(&candidate(&less), Some(&old), &file("")).unwrap();
    let config = &plan.provided.config;
    assert_eq!((config.sip[0].srtp, &config.sip[0].proxy), (SrtpPolicy::Preferred, &None));
    assert_eq!(config.sip[0].dialing, crate::model::dialing::Dialing::default());
    assert!(plan.provided.relations.is_empty() && plan.provided.disabled.is_empty());
    let text = texts(&plan);
    for words in [
        "do not belong together any more",
        "chat may be used again",
        "calls always encrypted → calls encrypted where both sides can",
    ] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    assert_eq!(consent_ids(&plan), Vec::<&str>::new());
}

#[test]
fn an_account_that_goes_is_switched_off_after_asking() {
    let old = applied(&example(), None, "");
    let mut less = example();
    less["accounts"].as_array_mut().unwrap().pop();
    let new = candidate(&less);
    let plan = plan(&new, Some(&old), &file("")).unwrap();
    assert_eq!(consent_ids(&plan), ["remove:phone"]);
    let none = BTreeSet::new();
    assert!(matches!(settle(&new, &plan, &none, &none), Err(AnswerError::Unanswered(_))));
    let remove = BTreeSet::from(["remove:phone".to_owned()]);
    assert!(matches!(settle(&new, &plan, &none, &remove), Err(AnswerError::Needed(_))));
    let record = settle(&new, &plan, &remove, &none).unwrap();
    assert_eq!(record.retired[0].address, "sip:alice@sip.example.com");
    // It is asked about each time that it goes.
    assert!(record.agreed.is_empty());
    let kept = Candidate::kept(record).unwrap();
    let provided = provided(Some(&kept), &file("")).unwrap();
    assert!(provided.config.sip.is_empty() && provided.retired.len() == 1);
    // An account of the user's own is theirs, whatever the provider says.
    let own = "[[sip]]\nid = \"phone\"\naor = \"alice@sip.example.com\"\n";
    let plan = super::plan(&new, Some(&old), &file(own)).unwrap();
    assert_eq!(consent_ids(&plan), Vec::<&str>::new());
    // And it is back when the provider gives it again.
    let back = applied(&example(), Some(&kept), "");
    assert!(back.record.retired.is_empty());
}

#[test]
fn another_domain_is_asked_about() {
    let other = with("/accounts/1/address", json!("sip:alice@carrier.test"));
    let new = candidate(&other);
    let plan = plan(&new, None, &file("")).unwrap();
    assert_eq!(consent_ids(&plan), ["domain:carrier.test"]);
    let domain = BTreeSet::from(["domain:carrier.test".to_owned()]);
    let none = BTreeSet::new();
    let with_it = Candidate::kept(settle(&new, &plan, &domain, &none).unwrap()).unwrap();
    assert_eq!(provided(Some(&with_it), &file("")).unwrap().config.sip.len(), 1);
    let without = Candidate::kept(settle(&new, &plan, &none, &domain).unwrap()).unwrap();
    let held = provided(Some(&without), &file("")).unwrap();
    assert!(held.config.sip.is_empty() && held.relations.is_empty());
    // What was said once is not asked again.
    for kept in [with_it, without] {
        let mut again = candidate(&other);
        again.record.agreed.clone_from(&kept.record.agreed);
        again.record.declined.clone_from(&kept.record.declined);
        let plan = super::plan(&again, Some(&kept), &file("")).unwrap();
        assert_eq!(consent_ids(&plan), Vec::<&str>::new());
    }
}

#[test]
fn a_way_in_clear_is_taken_only_by_consent() {
    for (pointer, value) in [
        ("/accounts/1/transport", json!("udp")),
        ("/accounts/1/outbound", json!(["sip:edge.example.com:5060;transport=tcp"])),
    ] {
        let new = candidate(&with(pointer, value));
        let plan = plan(&new, None, &file("")).unwrap();
        assert_eq!(consent_ids(&plan), ["cleartext:phone"]);
        let clear = BTreeSet::from(["cleartext:phone".to_owned()]);
        let none = BTreeSet::new();
        let transport = |record| {
            let kept = Candidate::kept(record).unwrap();
            let config = provided(Some(&kept), &file("")).unwrap().config;
            let proxy = config.sip[0].proxy.clone().unwrap();
            (proxy.transport, proxy.port)
        };
        let yes = transport(settle(&new, &plan, &clear, &none).unwrap());
        assert_ne!(yes.0, Some(Transport::Tls));
        let no = transport(settle(&new, &plan, &none, &clear).unwrap());
        assert_eq!(no, (Some(Transport::Tls), None));
        // Both said: no.
        let both = transport(settle(&new, &plan, &clear, &clear).unwrap());
        assert_eq!(both, no);
    }
    let new = candidate(&with("/accounts/1/media/srtp", json!("off")));
    let plan = plan(&new, None, &file("")).unwrap();
    assert_eq!(consent_ids(&plan), ["unencrypted-media:phone"]);
    let off = BTreeSet::from(["unencrypted-media:phone".to_owned()]);
    let record = settle(&new, &plan, &BTreeSet::new(), &off).unwrap();
    let held = provided(Some(&Candidate::kept(record).unwrap()), &file("")).unwrap();
    assert_eq!(held.config.sip[0].srtp, SrtpPolicy::Preferred);
}

#[test]
fn another_provider_and_another_host_are_asked_about() {
    let old = applied(&example(), None, "");
    let mut new = candidate(&example());
    new.record.address = Some("alice@other.test".to_owned());
    new.foreign = Some("cdn.test".to_owned());
    let plan = plan(&new, Some(&old), &file("")).unwrap();
    let ids = consent_ids(&plan);
    assert_eq!(ids[..2], ["replace:other.test", "host:cdn.test"]);
}

#[test]
fn an_account_of_the_users_own_is_not_mixed_with_another() {
    // The id is taken by somebody else's account: its password must not go to the provider.
    let own = "[[sip]]\nid = \"phone\"\naor = \"alice@elsewhere.test\"\n";
    let held = provided(Some(&candidate(&example())), &file(own)).unwrap();
    let [phone] = &held.config.sip[..] else { panic!() };
    assert_eq!((phone.aor.to_string().as_str(), &phone.proxy), ("sip:alice@elsewhere.test", &None));
    assert!(held.relations.is_empty());
    assert!(held.remarks[0].contains("accounts[1].id"), "{:?}", held.remarks);
    // The same account under another id keeps that id, and what the user set.
    let own = "[[sip]]\naor = \"alice@sip.example.com\"\nsrtp = \"off\"\n";
    let held = provided(Some(&candidate(&example())), &file(own)).unwrap();
    let [phone] = &held.config.sip[..] else { panic!() };
    assert_eq!(phone.id.as_str(), "sip:alice@sip.example.com");
    assert_eq!(phone.srtp, SrtpPolicy::Off);
    assert_eq!(held.relations[0].sip, phone.id);
    assert!(!phone.chat, "the lock is about this account");
}

#[test]
fn secrets_are_not_kept_and_the_users_command_is_used_for_the_same_password() {
    let token = with("/accounts/1/auth/secret", json!({"token": "sesame-17"}));
    let mut new = candidate(&token);
    new.record.password_command = Some("pass show example".to_owned());
    let plan = plan(&new, None, &file("")).unwrap();
    let record = settle(&new, &plan, &BTreeSet::new(), &BTreeSet::new()).unwrap();
    let text = serde_json::to_string(&record).unwrap();
    assert!(!text.contains("sesame"), "{text}");
    let held = provided(Some(&Candidate::kept(record).unwrap()), &file("")).unwrap();
    let command = PasswordSource::Command("pass show example".to_owned());
    assert_eq!(held.config.xmpp[0].password, command);
    assert_eq!(held.config.sip[0].password, PasswordSource::Keyring);
}

#[test]
fn no_document_names_a_file_or_a_command() {
    let mut document = example();
    for account in document["accounts"].as_array_mut().unwrap() {
        account["ca_file"] = json!("/etc/passwd");
        account["password_command"] = json!("rm -rf /");
        account["input"] = json!("file:/dev/zero");
    }
    let held = provided(Some(&candidate(&document)), &file("")).unwrap();
    assert_eq!((&held.config.xmpp[0].ca_file, &held.config.sip[0].ca_file), (&None, &None));
    assert_eq!(held.config.sip[0].password, PasswordSource::Keyring);
    let anchor = "[provisioning]\nca_file = \"ca.pem\"\n";
    let held = provided(Some(&candidate(&document)), &file(anchor)).unwrap();
    assert_eq!(held.config.sip[0].ca_file.as_deref(), Some(Path::new("/p/ca.pem")));
}

proptest! {
    /// However the user answers: nothing in clear without a yes, no account of another domain
    /// without one, and what is kept says the same again.
    #[test]
    fn only_what_was_agreed_to_holds(
        transport in prop_oneof![Just("udp"), Just("tcp"), Just("tls"), Just("auto")],
        srtp in prop_oneof![Just("off"), Just("optional"), Just("mandatory")],
        domain in prop_oneof![Just("example.com"), Just("sip.example.com"), Just("other.test")],
        yes in proptest::collection::vec(any::<bool>(), 4),
    ) {
        let mut document = example();
        let phone = document.pointer_mut("/accounts/1").unwrap();
        phone["transport"] = json!(transport);
        phone["media"]["srtp"] = json!(srtp);
        phone["address"] = json!(format!("sip:alice@{domain}"));
        let new = candidate(&document);
        let plan = plan(&new, None, &file("")).unwrap();
        let (mut agree, mut decline) = (BTreeSet::new(), BTreeSet::new());
        for (consent, yes) in plan.preview.consents.iter().zip(yes) {
            let set = if yes { &mut agree } else { &mut decline };
            set.insert(consent.id.clone());
        }
        let record = settle(&new, &plan, &agree, &decline).unwrap();
        let kept = Candidate::kept(record).unwrap();
        let held = provided(Some(&kept), &file("")).unwrap();
        if let Some(phone) = held.config.sip.first() {
            let clear = phone.proxy.as_ref().is_some_and(|proxy| {
                matches!(proxy.transport, Some(Transport::Udp | Transport::Tcp))
            });
            prop_assert!(!clear || agree.contains("cleartext:phone"));
            prop_assert!(phone.srtp != SrtpPolicy::Off || agree.contains("unencrypted-media:phone"));
            prop_assert!(domain != "other.test" || agree.contains("domain:other.test"));
        } else {
            prop_assert!(decline.contains("domain:other.test"));
        }
        prop_assert_eq!(super::consents(&kept, None, &[]), vec![]);
    }
}

#[test]
fn codecs_lifetime_and_voice_mail_hold_under_the_user_s_own() {
    use crate::sdp::Codec;
    let mut document = example();
    document["accounts"][1]["media"]["codecs"] = json!(["G722", "PCMU", "opus"]);
    document["accounts"][1]["expires"] = json!(1200);
    let new = applied(&document, None, "");
    let phone = |text| provided(Some(&new), &file(text)).unwrap().config.sip.remove(0);
    let given = phone("");
    assert_eq!((given.codecs, given.expires), (vec![Codec::Pcmu, Codec::Opus], 1200));
    assert_eq!(given.voicemail.as_deref(), Some("sip:vm@sip.example.com"));
    let own = phone("[[sip]]\nid = \"phone\"\nexpires = 90\ncodecs = [\"opus\"]\n");
    assert_eq!((own.codecs, own.expires), (vec![Codec::Opus], 90));
    assert_eq!(own.voicemail.as_deref(), Some("sip:vm@sip.example.com"));
}

#[test]
fn a_yes_holds_for_the_words_it_was_said_to() {
    let elsewhere = |id: &str, address: &str, outbound: &str| {
        json!({ "id": id, "kind": "sip", "address": address, "outbound": [outbound],
                "auth": { "secret": "same" } })
    };
    let bank = elsewhere("bank", "sip:alice@bank.test", "sips:edge.bank.test");
    let agreed = applied(&with("/accounts/2", bank.clone()), None, "");
    assert!(provided(Some(&agreed), &file("")).unwrap().has(&AccountId::new("bank")));
    let asked_again = |account: Value, more: Option<Value>| {
        let mut document = with("/accounts/2", account);
        if let Some(more) = more {
            document["accounts"].as_array_mut().unwrap().push(more);
        }
        let mut new = candidate(&document);
        new.record.agreed.clone_from(&agreed.record.agreed);
        let held = provided(Some(&new), &file("")).unwrap();
        let plan = plan(&new, Some(&agreed), &file("")).unwrap();
        let texts = plan.preview.consents.iter().map(|consent| consent.text.clone());
        (held.has(&AccountId::new("bank")), texts.collect::<Vec<_>>())
    };
    assert_eq!(asked_again(bank.clone(), None), (true, vec![]));
    // Another server, or one more account there, is another question.
    let evil = elsewhere("bank", "sip:alice@bank.test", "sips:evil.test");
    let (held, texts) = asked_again(evil, None);
    assert!(!held && texts.len() == 1 && texts[0].contains("signs in at evil.test"), "{texts:?}");
    let more = elsewhere("more", "sip:boss@bank.test", "sips:edge.bank.test");
    let (held, texts) = asked_again(bank, Some(more));
    assert!(!held && texts.len() == 1 && texts[0].contains("sip:boss@bank.test"), "{texts:?}");
    // Letters that only look the same are told.
    let (_, texts) =
        asked_again(elsewhere("bank", "sip:alice@b\u{430}nk.test", "sips:x.test"), None);
    assert!(texts.is_empty() || texts[0].contains("xn--"), "{texts:?}");
}

#[test]
fn an_account_that_the_user_has_elsewhere_stays_as_it_is() {
    let bank = json!({ "id": "bank", "kind": "sip", "address": "sip:alice@bank.test",
                       "outbound": ["sips:evil.test"], "auth": { "secret": "same" } });
    let own = "[[sip]]\nid = \"mine\"\naor = \"sip:alice@bank.test\"\n";
    let new = applied(&with("/accounts/2", bank), None, own);
    let held = provided(Some(&new), &file(own)).unwrap();
    let mine = held.config.sip.iter().find(|phone| phone.id.as_str() == "mine").unwrap();
    assert_eq!(mine.proxy, None, "nothing sends it elsewhere");
    assert!(!held.given.iter().any(|given| given.address.contains("bank")), "no password of ours");
    assert!(held.remarks.iter().any(|remark| remark.contains("another provider")), "{held:?}");
}

#[test]
fn an_id_of_the_user_s_names_no_account_of_the_other_kind() {
    let mut document = example();
    document["accounts"][0]["id"] = json!("mine");
    let own = "[[sip]]\nid = \"mine\"\naor = \"sip:me@own.test\"\n";
    let new = candidate(&document);
    let held = provided(Some(&new), &file(own)).unwrap();
    let named = |id: &str| held.config.xmpp.iter().any(|chat| chat.id.as_str() == id);
    assert!(!named("mine"), "{held:?}");
    assert!(held.config.sip.iter().any(|phone| phone.id.as_str() == "mine"));
    assert!(held.remarks.iter().any(|remark| remark.contains("accounts[0].id")), "{held:?}");
}

#[test]
fn a_preview_is_named_by_all_that_it_shows() {
    let id = |document: &Value| plan(&candidate(document), None, &file("")).unwrap().preview.id;
    let mut other = example();
    other["accounts"][1]["outbound"] = json!(["sips:other.example.com"]);
    assert_eq!(id(&example()), id(&example()));
    assert_ne!(id(&example()), id(&other));
}
