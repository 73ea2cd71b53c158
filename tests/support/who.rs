//! Who is shown to call: what a test of it asks the program, and what it never wants to see.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab};
use serde_json::{Value, json};

use crate::instance::Instance;

/// How long anything may take on a machine under load.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const ALICE: &str = "sip:alice@cusax.test";

/// Alice's instance, once it knows the cards of these contacts.
pub async fn alice(lab: &Lab, contacts: &[&str]) -> Instance {
    alice_with(lab, &ConfigOptions::default(), contacts).await
}

/// The same with other options.
pub async fn alice_with(lab: &Lab, options: &ConfigOptions, contacts: &[&str]) -> Instance {
    let config = lab.config_toml("alice", options).unwrap();
    let mut alice = Instance::start(&config).await;
    alice.online("phone").await;
    for contact in contacts {
        let can_be_called = |event: &Value| {
            event["contact"]["jid"] == *contact && event["contact"]["can"]["audio"] == true
        };
        alice.wait_event(can_be_called, PATIENCE).await;
    }
    alice.forget_events();
    alice
}

/// The call as it begins to ring.
#[track_caller]
pub fn ringing(instance: &mut Instance) -> impl Future<Output = Value> {
    let event = instance.wait_event(|event| event["call"]["state"] == "incoming", PATIENCE);
    async { event.await["call"].take() }
}

/// The call, once the verdict on who it is from is this one; also if it is so already.
pub async fn verdict(instance: &mut Instance, call: &Value, binding: &str) -> Value {
    if call["peer"]["binding"] == binding {
        return call.clone();
    }
    let id = call["id"].clone();
    let bound =
        |event: &Value| event["call"]["id"] == id && event["call"]["peer"]["binding"] == binding;
    instance.wait_event(bound, PATIENCE).await["call"].take()
}

/// Rings, proven to be this contact; declined. The peer as it was shown at first.
pub async fn is_verified(instance: &mut Instance, jid: &str, name: &str) -> Value {
    let call = ringing(instance).await;
    let peer = &call["peer"];
    assert_eq!(
        (&peer["binding"], &peer["jid"], &peer["display"]),
        (&json!("verified"), &json!(jid), &json!(name)),
        "{call}",
    );
    decline(instance, &call).await;
    instance.forget_events();
    call["peer"].clone()
}

/// Rings from this address, comes to this verdict, is declined, and from the first to the last
/// that was told of it shows that address alone. The peer, with the verdict.
pub async fn earns_no_name(instance: &mut Instance, from: &str, binding: &str) -> Value {
    let first = ringing(instance).await;
    assert_ne!(first["peer"]["binding"], "verified", "{first}");
    let judged = verdict(instance, &first, binding).await;
    let last = decline(instance, &first).await;
    let mut told = instance.take_events();
    told.retain(|event| event["call"]["id"] == first["id"]);
    let told = told.iter().map(|event| &event["call"]);
    for call in told.chain([&first, &judged, &last]) {
        let peer = &call["peer"];
        assert_ne!(peer["binding"], "verified", "{call}");
        assert_eq!((&peer["display"], &peer["uri"]), (&json!(from), &json!(from)), "{call}");
        if peer["binding"] == "none" {
            assert_eq!(peer["jid"], Value::Null, "{call}");
        }
    }
    assert_eq!(last["peer"]["binding"], binding, "{last}");
    judged["peer"].clone()
}

/// Declines it; the call as it ended.
pub async fn decline(instance: &mut Instance, call: &Value) -> Value {
    let id = &call["id"];
    instance.call("call.decline", json!({ "call": id })).await;
    let ended = |event: &Value| event["call"]["id"] == *id && event["call"]["state"] == "ended";
    instance.wait_event(ended, PATIENCE).await["call"].take()
}

/// The history with somebody: how many entries there are.
pub async fn entries(instance: &mut Instance, with: &str) -> usize {
    instance.call("history", json!({ "with": with })).await.as_array().unwrap().len()
}

/// Whether it showed no call at all since its events were last asked for.
#[track_caller]
pub fn never_rang(instance: &mut Instance) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        // What happened before the answer to this was told before it.
        instance.call("status", json!({})).await;
        let rang = instance.take_events().into_iter().find(|event| event["type"] == "call");
        assert_eq!(rang, None, "{caller}");
    }
}
