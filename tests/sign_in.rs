//! Signing in to both sides of a real service, as a user's program does.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Digest, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

fn people(builder: dovetail::lab::LabBuilder) -> dovetail::lab::LabBuilder {
    builder
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
}

fn is_state(event: &Value, account: &str, state: &str) -> bool {
    event["type"] == "account"
        && event["account"]["id"] == account
        && event["account"]["state"] == state
}

async fn online(instance: &mut Instance, account: &str) -> Value {
    instance.wait_event(|event| is_state(event, account, "online"), PATIENCE).await
}

#[tokio::test]
async fn both_sides_connect_over_verified_tls() {
    let lab = people(Lab::builder().sip_digest(Digest::Sha256)).start().await.unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    let chat = online(&mut alice, "chat").await;
    let phone = online(&mut alice, "phone").await;
    for account in [&chat["account"], &phone["account"]] {
        assert_eq!(account["security"]["transport"], "tls", "{account}");
        assert_eq!(account["security"]["tls"]["peer_verified"], true, "{account}");
    }
    let auth = chat["account"]["security"]["auth"].as_str().unwrap();
    assert!(auth.starts_with("SCRAM-SHA-"), "{auth}");
    assert_eq!(phone["account"]["security"]["auth"], "DIGEST-SHA-256");

    let status = alice.call("status", json!({})).await;
    assert_eq!(status["overall"], "online");
    assert_eq!(status["accounts"][0]["label"], "Chat");
    assert_eq!(status["accounts"][1]["label"], "Telephony");
    assert_eq!(status["accounts"][0]["related_to"], "phone");
    assert_eq!(status["accounts"][1]["related_to"], "chat");
    assert_eq!(alice.call("security", json!({})).await["level"], "equal");
    let (ended, _) = alice.quit().await;
    assert!(ended.success());
}

#[tokio::test]
async fn every_transport_and_the_old_digest_work() {
    let lab = people(Lab::builder().sip_digest(Digest::Md5)).start().await.unwrap();
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let options = ConfigOptions { transport, direct_tls: true, ..ConfigOptions::default() };
        let mut alice = Instance::start(&lab.config_toml("alice", &options).unwrap()).await;
        online(&mut alice, "chat").await;
        let phone = online(&mut alice, "phone").await;
        assert_eq!(phone["account"]["security"]["auth"], "DIGEST-MD5");
        let level = alice.call("security", json!({})).await["level"].clone();
        assert_eq!(level, "mismatch", "chat has SCRAM over TLS, telephony MD5");
        alice.quit().await;
    }
}

#[tokio::test]
async fn telephony_s_end_leaves_chat_running_and_comes_back() {
    let mut lab = people(Lab::builder()).start().await.unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    let mut bob =
        Instance::start(&lab.config_toml("bob", &ConfigOptions::default()).unwrap()).await;
    for side in ["chat", "phone"] {
        online(&mut alice, side).await;
        online(&mut bob, side).await;
    }
    lab.stop_sip().await;
    let failed = alice.wait_event(|event| is_state(event, "phone", "failed"), PATIENCE).await;
    assert!(!failed["account"]["reason"].as_str().unwrap().is_empty());
    assert_eq!(alice.call("status", json!({})).await["overall"], "partial");

    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "still here" })).await;
    bob.wait_event(|event| event["entry"]["body"] == "still here", PATIENCE).await;

    alice.forget_events();
    lab.start_sip().await.unwrap();
    online(&mut alice, "phone").await;
}
