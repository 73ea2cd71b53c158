//! Where there is no document: both accounts as the user types them, written into the file and
//! signed in to at once, with real servers.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use dovetail::lab::{Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PASSWORD: &str = "alice-secret-17";

/// A service of both sides, and a profile that trusts its authority and has no account.
async fn start(user: User) -> (Lab, Instance) {
    let lab = Lab::builder().user(user).user(User::new("bob", "b")).start().await.unwrap();
    let config = format!(
        "# mine\n[provisioning]\nca_file = \"{}\"\n[audio]\ninput = \"null\"\noutput = \"null\"\n",
        lab.ca_file().display()
    );
    let instance = Instance::start(&config).await;
    (lab, instance)
}

/// Both accounts, with the places that DNS would say.
fn both(lab: &Lab) -> Value {
    json!({
        "chat": { "address": "alice@cusax.test", "password": PASSWORD,
                  "server": lab.xmpp_starttls().to_string() },
        "telephony": { "address": "sip:alice@cusax.test",
                       "proxy": lab.sip(Transport::Tls).to_string() },
        "keep_password": "session",
    })
}

#[tokio::test]
async fn what_is_typed_for_both_sides_is_written_and_connects_at_once() {
    let alice = User::new("alice", PASSWORD).contact("bob").tel("sip:alice@cusax.test");
    let (lab, mut instance) = start(alice).await;
    let added = instance.call("account.add", both(&lab)).await;
    assert_eq!(added, json!({ "state": "added", "accounts": ["chat", "phone"] }));
    instance.online("chat").await;
    // One password that was typed is for both.
    instance.online("phone").await;
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["accounts"][0]["related_to"], "phone", "{status}");
    assert_eq!(status["accounts"][1]["security"]["transport"], "tls", "{status}");
    let text = std::fs::read_to_string(instance.profile().join("config.toml")).unwrap();
    assert!(text.starts_with("# mine\n"), "what was there stays: {text}");
    assert!(text.contains("related_to = \"chat\"") && !text.contains(PASSWORD), "{text}");
    // The same again is refused, at its field.
    let error = instance.try_call("account.add", both(&lab)).await.unwrap_err();
    assert_eq!(error.data["field"], "chat.address", "{error:?}");
    assert_eq!(error.data["problem"], "input");
    // It is so after a new start; a password of one run is asked for again.
    let (status, profile) = instance.quit().await;
    assert!(status.success());
    let mut instance = Instance::start_in(profile).await;
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["accounts"][0]["related_to"], "phone", "{status}");
    assert_eq!(status["accounts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn one_side_alone_is_enough_and_the_other_can_come_later() {
    let alice = User::new("alice", PASSWORD).sip_auth_name("a-17").sip_password("another");
    let (lab, mut instance) = start(alice).await;
    let telephony = json!({
        "address": "alice@cusax.test", "password": "another", "username": "a-17",
        "proxy": format!("sip:{};transport=tls", lab.sip(Transport::Tls)),
    });
    let typed = json!({ "telephony": telephony, "keep_password": "session" });
    instance.call("account.add", typed).await;
    instance.online("phone").await;
    let chat = both(&lab)["chat"].clone();
    let typed = json!({ "chat": chat, "keep_password": "session" });
    let added = instance.call("account.add", typed).await;
    assert_eq!(added["accounts"], json!(["chat"]));
    instance.online("chat").await;
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["overall"], "online", "{status}");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_added() {
    let (lab, mut instance) = start(User::new("alice", PASSWORD)).await;
    let before = std::fs::read_to_string(instance.profile().join("config.toml")).unwrap();
    let with = |side: &str, key: &str, value: &str| {
        let mut typed = both(&lab);
        typed[side][key] = json!(value);
        typed
    };
    let cases = [
        (json!({}), "chat.address"),
        (with("chat", "address", "alice"), "chat.address"),
        (with("chat", "server", "two words"), "chat.server"),
        (with("telephony", "address", "tel:+1"), "telephony.address"),
        (with("telephony", "proxy", "sip:alice@x"), "telephony.proxy"),
    ];
    for (typed, field) in cases {
        let error = instance.try_call("account.add", typed).await.unwrap_err();
        assert_eq!(error.data["field"], field, "{error:?}");
        assert!(!error.message.is_empty());
    }
    // Without a keyring nothing is added either, and the choice is the user's.
    let mut typed = both(&lab);
    typed["keep_password"] = json!("keyring");
    let error = instance.try_call("account.add", typed).await.unwrap_err();
    assert_eq!(error.data["problem"], "secrets", "{error:?}");
    let after = std::fs::read_to_string(instance.profile().join("config.toml")).unwrap();
    assert_eq!(after, before);
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["accounts"], json!([]));
    // A wrong password is the account's to say, as always.
    let wrong = with("chat", "password", "wrong");
    instance.call("account.add", wrong).await;
    let refused = |event: &Value| {
        event["account"]["id"] == "chat" && event["account"]["reason_kind"] == "password-wrong"
    };
    instance.wait_event(refused, std::time::Duration::from_secs(30)).await;
}
