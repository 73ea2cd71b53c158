//! A telephony server says that the provider's document changed: it is asked for again, whatever the
//! next regular moment is. The word comes by a real Kamailio, on the registered flow.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use scenario::Sipp;
use serde_json::{Value, json};

/// The word is spread over half a minute, so that not all clients come at once.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_word_of_the_telephony_server_brings_the_new_document() {
    let alice = User::new("alice", "secret").contact("bob");
    let lab = Lab::builder().user(alice).user(User::new("bob", "secret")).start().await.unwrap();
    let provider = lab.provider("Example Phone").await.unwrap();
    let mut instance = Instance::start(&provider.config_toml(&ConfigOptions {
        input: "null".to_owned(),
        output: "null".to_owned(),
        ..ConfigOptions::default()
    }))
    .await;
    let typed = json!({ "address": "alice@cusax.test", "password": "secret" });
    instance.call("provision", typed).await;
    instance.call("provision.apply", json!({ "keep_password": "session" })).await;
    instance.online("phone").await;
    // The provider changes something. Nobody would ask before tomorrow.
    let asked = Arc::new(Mutex::new(0));
    let (count, pages) = (asked.clone(), lab.pages("Example Phone"));
    let pages = pages.with("alice", |document| {
        document["serial"] = json!(2);
        document["policy"] = json!({ "accept_strangers": "ask" });
    });
    provider.web.answer(move |request| {
        *count.lock().unwrap() += 1;
        pages.answer(request)
    });
    let status = instance.call("provision.status", json!({})).await;
    assert!(status["next_in"].as_u64().unwrap() > 80_000, "{status}");
    assert_eq!(*asked.lock().unwrap(), 0);
    let bob = Sipp::call(&lab, "bob", "sip:alice@cusax.test", "check_sync");
    bob.done().await;
    let newer = |event: &Value| event["type"] == "provisioning" && event["serial"] == 2;
    instance.wait_event(newer, PATIENCE).await;
    assert_eq!(instance.call("telephony", json!({})).await["strangers"], "ask");
    assert!(*asked.lock().unwrap() > 0);
}
