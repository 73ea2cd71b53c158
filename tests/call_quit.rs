//! The end of the program while calls are on, over real servers: the other side hears of it and
//! the registrar forgets us.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

async fn world(transport: Transport) -> (Lab, Instance, Instance) {
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
        .start()
        .await
        .unwrap();
    let mut both = Vec::new();
    for name in ["alice", "bob"] {
        let options = ConfigOptions { transport, ..ConfigOptions::default() };
        let mut instance = Instance::start(&lab.config_toml(name, &options).unwrap()).await;
        let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
        instance.wait_event(callable, PATIENCE).await;
        both.push(instance);
    }
    let (bob, alice) = (both.pop().unwrap(), both.pop().unwrap());
    (lab, alice, bob)
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

/// What bob is told when he calls alice now.
async fn why_not_reached(bob: &mut Instance) -> String {
    bob.forget_events();
    bob.call("call", json!({ "to": "alice@cusax.test" })).await;
    let ended = bob.wait_event(call_is("ended"), PATIENCE).await;
    ended["call"]["end_reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn quitting_in_a_call_says_goodbye_and_unregisters() {
    for transport in [Transport::Tls, Transport::Udp] {
        let (lab, mut alice, mut bob) = world(transport).await;
        alice.call("call", json!({ "to": "bob@cusax.test" })).await;
        let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
        bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
        alice.wait_event(call_is("active"), PATIENCE).await;
        let begun = std::time::Instant::now();
        let (status, _profile) = alice.quit().await;
        assert!(status.success(), "{status}");
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        // The call itself, not a time-out of its sound.
        let ended = bob.wait_event(call_is("ended"), Duration::from_secs(2)).await;
        assert_eq!(ended["call"]["end_reason"], "The other side hung up.");
        let why = why_not_reached(&mut bob).await;
        assert!(why.contains("480") || why.contains("404"), "{why}");
        drop(lab);
    }
}

#[tokio::test]
async fn quitting_while_it_rings_ends_the_ringing_on_both_sides() {
    let (_lab, mut alice, mut bob) = world(Transport::Tls).await;
    alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    bob.wait_event(call_is("incoming"), PATIENCE).await;
    alice.wait_event(call_is("ringing"), PATIENCE).await;
    let (status, profile) = alice.quit().await;
    assert!(status.success(), "{status}");
    let ended = bob.wait_event(call_is("ended"), Duration::from_secs(2)).await;
    assert_eq!(ended["call"]["end_reason"], "Missed call.");

    let mut alice = Instance::start_in(profile).await;
    let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
    alice.wait_event(callable, PATIENCE).await;
    bob.forget_events();
    bob.call("call", json!({ "to": "alice@cusax.test" })).await;
    alice.wait_event(call_is("incoming"), PATIENCE).await;
    let (status, _profile) = alice.quit().await;
    assert!(status.success(), "{status}");
    let ended = bob.wait_event(call_is("ended"), Duration::from_secs(2)).await;
    let why = ended["call"]["end_reason"].as_str().unwrap();
    assert!(why.starts_with("Declined"), "{why}");
}
