//! Messages over a real server: there, back, and across an outage.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

async fn world() -> (Lab, Instance, Instance) {
    let lab = Lab::builder()
        .xmpp_only()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .start()
        .await
        .unwrap();
    let mut both = Vec::new();
    for name in ["alice", "bob"] {
        let config = lab.config_toml(name, &ConfigOptions::default()).unwrap();
        both.push(Instance::start(&config).await);
    }
    let (mut bob, mut alice) = (both.pop().unwrap(), both.pop().unwrap());
    for instance in [&mut alice, &mut bob] {
        instance.wait_event(sees_somebody_online, PATIENCE).await;
    }
    (lab, alice, bob)
}

fn sees_somebody_online(event: &Value) -> bool {
    event["contact"]["presence"]["show"] == "online"
}

fn message_state<'a>(id: &'a Value, state: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |event| event["type"] == "message.state" && event["id"] == *id && event["state"] == state
}

#[tokio::test]
async fn a_message_arrives_is_confirmed_and_kept() {
    let (_lab, mut alice, mut bob) = world().await;
    let sent =
        alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "ahoy ☎" })).await;
    let got = bob.wait_event(|event| event["type"] == "message", PATIENCE).await;
    assert_eq!(got["with"], "alice@cusax.test");
    assert_eq!(got["entry"]["body"], "ahoy ☎");
    assert_eq!(got["entry"]["direction"], "in");
    alice.wait_event(message_state(&sent["id"], "delivered"), PATIENCE).await;

    let unread = |event: &Value| event["contact"]["unread"] == 1;
    bob.wait_event(unread, PATIENCE).await;
    bob.call("chat.displayed", json!({ "with": "alice@cusax.test" })).await;
    bob.wait_event(|event| event["contact"]["unread"] == 0, PATIENCE).await;

    // Both keep it over a restart.
    let (_, profile) = bob.quit().await;
    let mut bob = Instance::start_in(profile).await;
    for (instance, with) in [(&mut bob, "alice@cusax.test"), (&mut alice, "bob@cusax.test")] {
        let history = instance.call("history", json!({ "with": with })).await;
        assert_eq!(history.as_array().unwrap().len(), 1, "{history}");
        assert_eq!(history[0]["body"], "ahoy ☎");
    }
}

#[tokio::test]
async fn a_message_written_during_an_outage_arrives_once() {
    let (mut lab, mut alice, mut bob) = world().await;
    lab.stop_xmpp().await;
    let down = |event: &Value| event["account"]["state"] == "failed";
    alice.wait_event(down, PATIENCE).await;
    let sent = alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "later" })).await;
    let history = alice.call("history", json!({ "with": "bob@cusax.test" })).await;
    assert_eq!(history[0]["state"], "queued");
    lab.start_xmpp().await.unwrap();
    bob.wait_event(|event| event["entry"]["body"] == "later", PATIENCE).await;
    alice.wait_event(message_state(&sent["id"], "delivered"), PATIENCE).await;
    let history = bob.call("history", json!({ "with": "alice@cusax.test" })).await;
    assert_eq!(history.as_array().unwrap().len(), 1, "{history}");
}

#[tokio::test]
async fn a_message_written_before_a_crash_arrives_after_it() {
    let (mut lab, mut alice, mut bob) = world().await;
    lab.stop_xmpp().await;
    alice.wait_event(|event| event["account"]["state"] == "failed", PATIENCE).await;
    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "kept" })).await;
    let (_, profile) = alice.quit().await;
    lab.start_xmpp().await.unwrap();
    let _alice = Instance::start_in(profile).await;
    bob.wait_event(|event| event["entry"]["body"] == "kept", PATIENCE).await;
}

#[tokio::test]
async fn typing_is_seen() {
    let (_lab, mut alice, mut bob) = world().await;
    alice.call("chat.state", json!({ "to": "bob@cusax.test", "state": "composing" })).await;
    let event = bob.wait_event(|event| event["type"] == "chat.state", PATIENCE).await;
    assert_eq!(event["state"], "composing");
}

#[tokio::test]
async fn who_does_not_want_to_tell_tells_nothing_also_after_a_restart() {
    let (_lab, mut alice, bob) = world().await;
    let (_, profile) = {
        let mut bob = bob;
        let off = json!({ "delivered": false, "displayed": false, "typing": false });
        assert_eq!(bob.call("chat.signals.set", off.clone()).await, off);
        bob.quit().await
    };
    let mut bob = Instance::start_in(profile).await;
    bob.wait_event(sees_somebody_online, PATIENCE).await;
    let set = bob.call("chat.signals", json!({})).await;
    assert_eq!(set, json!({ "delivered": false, "displayed": false, "typing": false }));

    alice.forget_events();
    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "there?" })).await;
    bob.wait_event(|event| event["entry"]["body"] == "there?", PATIENCE).await;
    bob.call("chat.state", json!({ "to": "alice@cusax.test", "state": "composing" })).await;
    bob.call("chat.displayed", json!({ "with": "alice@cusax.test" })).await;
    bob.wait_event(|event| event["contact"]["unread"] == 0, PATIENCE).await;
    // Whatever was told comes before this.
    bob.call("message.send", json!({ "to": "alice@cusax.test", "body": "later" })).await;
    alice.wait_event(|event| event["entry"]["body"] == "later", PATIENCE).await;
    let told = |event: &Value| {
        let state = event["state"].as_str().unwrap_or_default();
        event["type"] == "chat.state" || ["delivered", "displayed"].contains(&state)
    };
    let events = alice.take_events();
    assert!(!events.iter().any(told), "{events:?}");

    bob.call("chat.signals.set", json!({ "delivered": true })).await;
    let sent = alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "now?" })).await;
    alice.wait_event(message_state(&sent["id"], "delivered"), PATIENCE).await;
}

#[tokio::test]
async fn presence_is_seen_both_ways() {
    let (_lab, mut alice, mut bob) = world().await;
    alice.call("presence.set", json!({ "show": "dnd", "status": "on the phone" })).await;
    let dnd = |event: &Value| event["contact"]["presence"]["show"] == "dnd";
    let seen = bob.wait_event(dnd, PATIENCE).await;
    assert_eq!(seen["contact"]["presence"]["status"], "on the phone");
    bob.quit().await;
    alice.wait_event(|event| event["contact"]["presence"]["show"] == "offline", PATIENCE).await;
}

#[tokio::test]
async fn why_a_message_was_not_sent_is_told_and_kept() {
    let (_lab, mut alice, _bob) = world().await;
    let nobody = "nobody@cusax.test";
    let nowhere = "romeo@no-such-domain.invalid";
    let bob = "bob@cusax.test";
    alice.call("contact.block", json!({ "jid": bob })).await;
    for (to, wanted) in [
        (nobody, "Nobody at this address takes your messages."),
        // This server talks to no other.
        (nowhere, "The server does not let you write to this address."),
        (bob, "You have blocked this address."),
    ] {
        let sent = alice.call("message.send", json!({ "to": to, "body": "hello?" })).await;
        let event = alice.wait_event(message_state(&sent["id"], "failed"), PATIENCE).await;
        assert_eq!(event["reason"], wanted, "{event}");
    }
    let reasons = async |alice: &mut Instance| {
        let mut reasons = Vec::new();
        for to in [nobody, nowhere, bob] {
            let history = alice.call("history", json!({ "with": to })).await;
            assert_eq!(history[0]["state"], "failed");
            reasons.push(history[0]["reason"].as_str().unwrap_or_default().to_owned());
        }
        reasons
    };
    let before = reasons(&mut alice).await;
    assert!(before.iter().all(|reason| !reason.is_empty()), "{before:?}");
    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in(profile).await;
    assert_eq!(reasons(&mut alice).await, before);
    // One that is taken has none.
    alice.online("chat").await;
    alice.call("contact.unblock", json!({ "jid": bob })).await;
    let sent = alice.call("message.send", json!({ "to": bob, "body": "ahoy" })).await;
    alice.wait_event(message_state(&sent["id"], "sent"), PATIENCE).await;
    let history = alice.call("history", json!({ "with": bob })).await;
    assert!(history[1]["body"] == "ahoy" && history[1].get("reason").is_none(), "{history}");
}
