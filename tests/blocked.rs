//! Who is blocked, with a real server: the list, its changes by this device and another, and what
//! comes of it; and a server that blocks nobody.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const BOB: &str = "bob@cusax.test";

async fn start(lab: &Lab, user: &str) -> Instance {
    let mut config = lab.config_toml(user, &ConfigOptions::default()).unwrap();
    config.push('\n');
    let mut instance = Instance::start(&config).await;
    let online = |event: &Value| event["type"] == "roster";
    instance.wait_event(online, PATIENCE).await;
    instance
}

fn list(jids: &[&str]) -> impl Fn(&Value) -> bool {
    let wanted = json!(jids);
    move |event| event["type"] == "blocked" && event["jids"] == wanted
}

fn users() -> dovetail::lab::LabBuilder {
    let alice = User::new("alice", "secret").contact("bob");
    Lab::builder().user(alice).user(User::new("bob", "secret").contact("alice")).xmpp_only()
}

#[tokio::test]
async fn somebody_is_blocked_and_unblocked_and_every_device_follows() {
    let lab = users().start().await.unwrap();
    let mut alice = start(&lab, "alice").await;
    alice.wait_event(list(&[]), PATIENCE).await;
    let mut second = start(&lab, "alice").await;
    second.wait_event(list(&[]), PATIENCE).await;
    let mut bob = start(&lab, "bob").await;

    alice.call("contact.block", json!({ "jid": BOB })).await;
    alice.wait_event(list(&[BOB]), PATIENCE).await;
    second.wait_event(list(&[BOB]), PATIENCE).await;
    let lists = second.call("contact.blocked", json!({})).await;
    assert_eq!((&lists[0]["offered"], &lists[0]["jids"]), (&json!(true), &json!([BOB])));
    // The server refuses what he writes.
    let sent = bob.call("message.send", json!({ "to": "alice@cusax.test", "body": "no" })).await;
    let failed = |event: &Value| {
        event["type"] == "message.state" && event["id"] == sent["id"] && event["state"] == "failed"
    };
    bob.wait_event(failed, PATIENCE).await;

    second.call("contact.unblock", json!({ "jid": BOB })).await;
    for device in [&mut alice, &mut second] {
        device.wait_event(list(&[]), PATIENCE).await;
    }
    bob.call("message.send", json!({ "to": "alice@cusax.test", "body": "yes" })).await;
    let message = alice.wait_event(|event| event["type"] == "message", PATIENCE).await;
    assert_eq!(message["entry"]["body"], "yes", "what was refused never came");

    // Whole servers too; and what is blocked is still there at the next start.
    alice.call("contact.block", json!({ "jid": "evil.test" })).await;
    alice.wait_event(list(&["evil.test"]), PATIENCE).await;
    drop(alice);
    let mut alice = start(&lab, "alice").await;
    alice.wait_event(list(&["evil.test"]), PATIENCE).await;
    for own in ["alice@cusax.test", "cusax.test"] {
        let error = alice.try_call("contact.block", json!({ "jid": own })).await.unwrap_err();
        assert_eq!(error.data["kind"], "refused", "{own}");
    }
}

#[tokio::test]
async fn a_server_that_blocks_nobody_is_known_as_one() {
    let lab = users().xmpp_without_blocking().start().await.unwrap();
    let mut alice = start(&lab, "alice").await;
    let none = |event: &Value| event["type"] == "blocked" && event["offered"] == false;
    alice.wait_event(none, PATIENCE).await;
    let error = alice.try_call("contact.block", json!({ "jid": BOB })).await.unwrap_err();
    assert!(error.message.contains("blocks nobody"), "{error:?}");
}
