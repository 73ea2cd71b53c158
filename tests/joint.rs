//! The joint between chat and telephony, in the whole program on real servers: relations, the
//! order of signing in, the own card, hints, presence from calls (CUSAX C13, C14, C19, C22–C26,
//! C30, C31).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, LabBuilder, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const BOB: &str = "bob@cusax.test";
const ALICE: &str = "alice@cusax.test";

fn people() -> LabBuilder {
    Lab::builder()
        .user(User::new("alice", "secret").contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
}

async fn start(lab: &Lab, who: &str, related: bool) -> Instance {
    let options = ConfigOptions { related, ..ConfigOptions::default() };
    Instance::start(&lab.config_toml(who, &options).unwrap()).await
}

async fn online(lab: &Lab, who: &str) -> Instance {
    let mut instance = start(lab, who, true).await;
    instance.online("chat").await;
    instance.online("phone").await;
    instance
}

fn pair() -> Value {
    json!({ "xmpp": "chat", "sip": "phone" })
}

/// An account's event, once it is as wanted.
async fn account(
    instance: &mut Instance,
    id: &'static str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let is_it = move |event: &Value| event["account"]["id"] == id && wanted(&event["account"]);
    instance.wait_event(is_it, PATIENCE).await["account"].take()
}

/// A contact's event, once it is as wanted.
async fn contact(
    instance: &mut Instance,
    jid: &'static str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let is_it = move |event: &Value| event["contact"]["jid"] == jid && wanted(&event["contact"]);
    instance.wait_event(is_it, PATIENCE).await["contact"].take()
}

#[tokio::test]
async fn two_accounts_that_belong_together_are_proposed_and_stay_related() {
    let lab = people().start().await.unwrap();
    let mut alice = start(&lab, "alice", false).await;
    let proposed = |event: &Value| !event["proposals"][0].is_null();
    let event = alice.wait_event(proposed, PATIENCE).await;
    assert_eq!(event["proposals"][0]["xmpp"], "chat", "{event}");
    assert!(event["proposals"][0]["why"].as_str().unwrap().contains("sip:alice@cusax.test"));
    alice.online("phone").await;
    let status = alice.call("status", json!({})).await;
    assert_eq!(status["accounts"][1]["features"]["chat"], true, "it stands alone");

    alice.call("relation.set", pair()).await;
    let status = alice.call("status", json!({})).await;
    assert_eq!(status["accounts"][0]["related_to"], "phone");
    assert_eq!(status["accounts"][1]["features"]["chat"], false, "chat is for the other half");
    contact(&mut alice, BOB, |contact| contact["can"]["audio"] == true).await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].clone();
    let calls = alice.call("calls", json!({})).await;
    assert_eq!(calls[0]["account_why"], format!("It belongs to your chat account {ALICE}."));
    // Bob is not there: it may be over already.
    let _ = alice.try_call("call.hangup", json!({ "call": call })).await;

    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in(profile).await;
    let relations = alice.call("relations", json!({})).await;
    assert_eq!(relations["relations"][0]["by"], "user", "{relations}");
    assert_eq!(relations["proposals"], json!([]));
    alice.call("relation.remove", pair()).await;
    alice.online("chat").await;
    let relations = alice.call("relations", json!({})).await;
    assert_eq!(relations, json!({ "relations": [], "proposals": [] }), "not asked again");
}

#[tokio::test]
async fn chat_waits_for_telephony_and_goes_without_it_on_the_user_s_word() {
    let mut lab = people().xmpp_log_stanzas().start().await.unwrap();
    let mut alice = online(&lab, "alice").await;
    let mut wish = pair();
    wish["chat_waits"] = true.into();
    alice.call("relation.set", wish).await;
    let (_, profile) = alice.quit().await;
    let bound = |lab: &Lab| {
        let log = std::fs::read_to_string(lab.xmpp_log()).unwrap();
        log.matches("Authenticated as alice").count()
    };
    let before = bound(&lab);
    assert!(before > 0, "the log tells of sign-ins");
    lab.stop_sip().await;
    let mut alice = Instance::start_in(profile).await;
    account(&mut alice, "phone", |account| account["state"] == "failed").await;
    let waits = "Waits until Telephony is connected.";
    let trouble = |account: &Value| {
        account["reason"].as_str().is_some_and(|why| why.starts_with(waits) && why.len() > 45)
    };
    let chat = account(&mut alice, "chat", trouble).await;
    assert_eq!(chat["state"], "offline");
    assert_eq!(bound(&lab), before, "not a word to the chat server");
    alice.call("account.connect", json!({ "account": "chat" })).await;
    account(&mut alice, "chat", |account| account["state"] == "online").await;
    assert_eq!(bound(&lab), before + 1);
}

#[tokio::test]
async fn both_or_none() {
    let mut lab = people().start().await.unwrap();
    let mut alice = online(&lab, "alice").await;
    let mut bob = online(&lab, "bob").await;
    contact(&mut bob, ALICE, |contact| contact["presence"]["show"] == "online").await;
    let mut wish = pair();
    wish["both_or_none"] = true.into();
    alice.call("relation.set", wish).await;
    bob.forget_events();
    lab.stop_sip().await;
    // Bob sees her go, and come back.
    contact(&mut bob, ALICE, |contact| contact["presence"]["show"] == "offline").await;
    let down = |account: &Value| {
        let why = "Taken down, since Telephony is not connected.";
        account["reason"].as_str().is_some_and(|reason| reason.starts_with(why))
    };
    account(&mut alice, "chat", down).await;
    lab.start_sip().await.unwrap();
    account(&mut alice, "chat", |account| account["state"] == "online").await;
    contact(&mut bob, ALICE, |contact| contact["presence"]["show"] == "online").await;
}

#[tokio::test]
async fn a_call_is_seen_by_contacts_when_the_user_wants_that() {
    let lab = people().start().await.unwrap();
    let mut alice = online(&lab, "alice").await;
    let mut bob = online(&lab, "bob").await;
    alice.call("telephony.set", json!({ "on_the_phone": true })).await;
    alice.call("presence.set", json!({ "show": "away", "status": "tea" })).await;
    let shows = |text: &'static str| move |contact: &Value| contact["presence"]["status"] == text;
    contact(&mut bob, ALICE, shows("tea")).await;
    contact(&mut alice, BOB, |contact| contact["can"]["audio"] == true).await;
    contact(&mut bob, ALICE, |contact| contact["can"]["audio"] == true).await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].clone();
    let rings = |event: &Value| event["call"]["state"] == "incoming";
    let ringing = bob.wait_event(rings, PATIENCE).await["call"].take();
    assert_eq!(ringing["peer"]["proof"]["state"], "mutual", "{ringing}");
    bob.call("call.answer", json!({ "call": ringing["id"] })).await;
    contact(&mut bob, ALICE, shows("On the phone – tea")).await;
    alice.call("call.hangup", json!({ "call": call })).await;
    let back = contact(&mut bob, ALICE, shows("tea")).await;
    assert_eq!(back["presence"]["show"], "away");
}

#[tokio::test]
async fn a_number_on_the_own_card_makes_the_user_callable() {
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .start()
        .await
        .unwrap();
    let mut alice = online(&lab, "alice").await;
    let mut bob = online(&lab, "bob").await;
    let card = |event: &Value| event["type"] == "card";
    let event = alice.wait_event(card, PATIENCE).await;
    assert!(event["card"]["advice"].as_str().unwrap().contains("sip:alice@cusax.test"));
    let tel = |value: &str| json!({ "tels": [{ "value": value, "types": ["voice", "work"] }] });
    let error = alice.try_call("card.set", tel("sip:bob@cusax.test")).await.unwrap_err();
    assert_eq!(error.data["kind"], "confirmation-needed");
    assert!(bob.try_call("call", json!({ "to": ALICE })).await.is_err());
    alice.call("card.set", tel("sip:alice@cusax.test")).await;
    let named = |event: &Value| event["card"]["tels"][0]["value"] == "sip:alice@cusax.test";
    let event = alice.wait_event(named, PATIENCE).await;
    assert_eq!(event["card"]["advice"], Value::Null, "{event}");
    // Without a restart.
    let callable = contact(&mut bob, ALICE, |contact| contact["can"]["audio"] == true).await;
    assert_eq!(callable["numbers"][0]["verified"], true, "{callable}");
    let evidence = bob.call("contact.evidence", json!({ "jid": ALICE })).await[0].take();
    assert_eq!(evidence["state"], "one-way", "{evidence}");
    assert_eq!(evidence["address"], "sip:alice@cusax.test");
    bob.call("call", json!({ "to": ALICE })).await;
    alice.wait_event(|event| event["call"]["state"] == "incoming", PATIENCE).await;
}

#[tokio::test]
async fn an_address_that_is_published_is_a_hint_to_others() {
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .start()
        .await
        .unwrap();
    let mut alice = online(&lab, "alice").await;
    let mut bob = online(&lab, "bob").await;
    let wish = json!({ "publish_address": true });
    let error = bob.try_call("telephony.set", wish).await.unwrap_err();
    assert_eq!(error.data["cues"][0]["kind"], "privacy");
    bob.call("telephony.set", json!({ "publish_address": true, "confirm": true })).await;
    let hinted = |contact: &Value| contact["numbers"][0]["source"] == "reachability";
    let hint = contact(&mut alice, BOB, hinted).await["numbers"][0].take();
    assert_eq!(hint["verified"], false);
    let evidence = alice.call("contact.evidence", json!({ "jid": BOB })).await[0].take();
    assert_eq!(evidence["state"], "hinted", "{evidence}");
    assert!(evidence["why"].as_str().unwrap().contains("Not verified"));
    let error = alice.try_call("call", json!({ "to": BOB })).await.unwrap_err();
    assert_eq!(error.data["cues"][0]["kind"], "unverified-number", "{error:?}");
    // A call from there shows no name of his; with his word for it on the call, a claim.
    bob.call("call", json!({ "to": "sip:alice@cusax.test" })).await;
    let claims = |event: &Value| event["call"]["peer"]["binding"] == "claimed";
    let call = alice.wait_event(claims, PATIENCE).await["call"].take();
    assert_eq!(call["peer"]["display"], "sip:bob@cusax.test");
    bob.call("telephony.set", json!({ "publish_address": false })).await;
    contact(&mut alice, BOB, |contact| contact["numbers"] == json!([])).await;
}

#[tokio::test]
async fn a_rule_of_the_user_s_decides_and_says_so() {
    let lab = people().start().await.unwrap();
    let mut alice = online(&lab, "alice").await;
    contact(&mut alice, BOB, |contact| contact["can"]["audio"] == true).await;
    let rule = json!({
        "match": { "domain": "CUSAX.test" }, "feature": "audio", "protocol": "sip",
        "account": "phone",
    });
    alice.call("feature.set", rule).await;
    alice.call("call", json!({ "to": BOB })).await;
    let calls = alice.call("calls", json!({})).await;
    assert_eq!(calls[0]["account_why"], "Your rule for everybody at cusax.test.");
    let features = alice.call("features", json!({ "with": BOB })).await;
    let audio = features["features"].as_array().unwrap().iter();
    let audio = audio.clone().find(|decision| decision["feature"] == "audio").unwrap();
    assert_eq!(audio["by"], json!({ "rule": { "domain": "cusax.test" } }));
    let wish = json!({ "feature": "audio", "protocol": "xmpp" });
    let error = alice.try_call("feature.set", wish).await.unwrap_err();
    assert_eq!(error.data["kind"], "refused", "what cannot be had is not promised");
}
