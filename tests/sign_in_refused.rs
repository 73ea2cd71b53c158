//! What stands between a user and the service is told plainly, each fault with its own words,
//! and no password goes out over a connection that is not verified.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::{Duration, Instant};

use dovetail::lab::{Cert, ConfigOptions, Lab, LabBuilder, User};
use instance::Instance;
use serde_json::Value;

/// What a fault may take where the network answers at once.
const AT_ONCE: Duration = Duration::from_secs(5);

fn lab() -> LabBuilder {
    Lab::builder().user(User::new("alice", "secret"))
}

fn config(lab: &Lab) -> String {
    lab.config_toml("alice", &ConfigOptions::default()).unwrap()
}

/// The account's first failure, with what it says.
async fn fault(instance: &mut Instance, account: &str) -> Value {
    let begun = Instant::now();
    let failed = |event: &Value| {
        event["type"] == "account"
            && event["account"]["id"] == account
            && event["account"]["state"] == "failed"
    };
    let event = instance.wait_event(failed, AT_ONCE).await;
    println!("{account}: {} after {:?}", event["account"]["reason"], begun.elapsed());
    event["account"].clone()
}

#[track_caller]
fn says(account: &Value, words: &str) {
    let reason = account["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(words), "“{reason}” does not say “{words}”");
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let lab = lab().start().await.unwrap();
    let wrong = config(&lab).replace("secret", "mistaken");
    let mut alice = Instance::start(&wrong).await;
    for account in ["chat", "phone"] {
        let account = fault(&mut alice, account).await;
        says(&account, "user name or password");
        assert!(account["retry_in"].is_null(), "a wrong password is not tried again: {account}");
    }
}

#[tokio::test]
async fn a_refused_port_is_tried_again_later() {
    let mut lab = lab().start().await.unwrap();
    lab.stop_xmpp().await;
    lab.stop_sip().await;
    let mut alice = Instance::start(&config(&lab)).await;
    for account in ["chat", "phone"] {
        let account = fault(&mut alice, account).await;
        says(&account, "refused the connection");
        assert!(account["retry_in"].is_u64(), "{account}");
    }
}

#[tokio::test]
async fn an_unknown_host_is_named() {
    let lab = lab().start().await.unwrap();
    let text = config(&lab)
        .replace(&lab.xmpp_starttls().to_string(), "chat.nowhere.invalid:5222")
        .replace(
            &lab.sip(dovetail::model::account::Transport::Tls).to_string(),
            "sip.nowhere.invalid:5061",
        );
    let mut alice = Instance::start(&text).await;
    for (account, host) in [("chat", "chat.nowhere.invalid"), ("phone", "sip.nowhere.invalid")] {
        says(&fault(&mut alice, account).await, host);
    }
}

#[tokio::test]
async fn each_bad_certificate_is_refused_alike_on_both_sides() {
    for (kind, words) in [
        (Cert::Expired, "expired"),
        (Cert::NotYetValid, "not valid yet"),
        (Cert::WrongName, "is not for “cusax.test”"),
        (Cert::UnknownIssuer, "unknown issuer"),
        (Cert::SelfSigned, "nobody but itself"),
    ] {
        let lab = lab().xmpp_certificate(kind).sip_certificate(kind).start().await.unwrap();
        let mut alice = Instance::start(&config(&lab)).await;
        for account in ["chat", "phone"] {
            let account = fault(&mut alice, account).await;
            says(&account, words);
            says(&account, "No password was sent");
        }
        alice.quit().await;
    }
}
