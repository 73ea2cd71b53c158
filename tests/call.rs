//! Calls between two instances over real servers, with sound from and to files.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/speech.rs"]
mod speech;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

struct World {
    lab: Lab,
    alice: Instance,
    bob: Instance,
    sounds: tempfile::TempDir,
}

/// Alice and bob, each with a card that names their number, signed in on both sides.
async fn world(srtp: &'static str) -> World {
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
        .start()
        .await
        .unwrap();
    let sounds = tempfile::tempdir().unwrap();
    let mut both = Vec::new();
    for name in ["alice", "bob"] {
        let spoken = speech::write(&sounds.path().join(format!("{name}-says.wav")), name);
        let options = ConfigOptions {
            srtp,
            input: format!("file:{}", spoken.display()),
            output: format!("file:{}", sounds.path().join(format!("{name}-hears.wav")).display()),
            ..ConfigOptions::default()
        };
        both.push(Instance::start(&lab.config_toml(name, &options).unwrap()).await);
    }
    let (mut bob, mut alice) = (both.pop().unwrap(), both.pop().unwrap());
    for instance in [&mut alice, &mut bob] {
        let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
        instance.wait_event(callable, PATIENCE).await;
    }
    World { lab, alice, bob, sounds }
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

/// How like what one said is to what the other heard.
fn likeness(sounds: &tempfile::TempDir, says: &str, hears: &str) -> f64 {
    let said = sounds.path().join(format!("{says}-says.wav"));
    let heard = sounds.path().join(format!("{hears}-hears.wav"));
    speech::likeness(&said, &heard)
}

#[tokio::test]
async fn a_call_by_jid_reaches_the_number_and_carries_speech_both_ways() {
    let mut world = world("required").await;
    let (alice, bob) = (&mut world.alice, &mut world.bob);
    let placed = alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    // Bob knows alice by her card.
    let peer = &incoming["call"]["peer"];
    assert_eq!(peer["binding"], "verified", "{peer}");
    assert_eq!(peer["jid"], "alice@cusax.test");
    assert_eq!(peer["uri"], "sip:alice@cusax.test");
    alice.wait_event(call_is("ringing"), PATIENCE).await;

    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    let active = alice.wait_event(call_is("active"), PATIENCE).await;
    assert_eq!(active["call"]["id"], placed["call"]);
    assert_eq!(active["call"]["peer"]["uri"], "sip:bob@cusax.test");
    assert_eq!(active["call"]["media"]["codec"], "opus");
    assert_eq!(active["call"]["media"]["srtp"], "sdes");

    // Six seconds' worth of packets, by the packets' own count.
    let spoken = |event: &Value| event["call"]["stats"]["packets_in"].as_u64() > Some(300);
    alice.wait_event(spoken, PATIENCE).await;
    alice.call("call.hangup", json!({ "call": placed["call"] })).await;
    let ended = bob.wait_event(call_is("ended"), PATIENCE).await;
    assert_eq!(ended["call"]["end_reason"], "The other side hung up.");
    assert!(ended["call"]["answered"].is_string());

    let history = alice.call("history", json!({ "with": "bob@cusax.test" })).await;
    assert_eq!(history[0]["kind"], "call", "{history}");
    assert_eq!(history[0]["direction"], "out");

    let World { alice, bob, sounds, .. } = world;
    alice.quit().await;
    bob.quit().await;
    for (says, hears) in [("alice", "bob"), ("bob", "alice")] {
        let likeness = likeness(&sounds, says, hears);
        println!("{hears} heard {says} with a correlation of {likeness:.3}");
        assert!(likeness > 0.9, "{hears} heard {says}: {likeness}");
    }
}

#[tokio::test]
async fn a_call_can_be_declined_cancelled_and_missed() {
    let mut world = world("off").await;
    let (alice, bob) = (&mut world.alice, &mut world.bob);

    alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    let words = json!({ "call": incoming["call"]["id"], "message": "in a meeting" });
    bob.call("call.decline", words).await;
    let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
    assert!(ended["call"]["end_reason"].as_str().unwrap().starts_with("Declined"), "{ended}");
    let message = alice.wait_event(|event| event["type"] == "message", PATIENCE).await;
    assert_eq!(message["entry"]["body"], "in a meeting");
    assert_eq!(message["with"], "bob@cusax.test");

    alice.forget_events();
    bob.forget_events();
    let placed = alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    let second = bob.wait_event(call_is("incoming"), PATIENCE).await["call"]["id"].take();
    alice.call("call.hangup", json!({ "call": placed["call"] })).await;
    // The end of the first one may be told only now.
    let over = |event: &Value| event["call"]["id"] == second && event["call"]["state"] == "ended";
    let missed = bob.wait_event(over, PATIENCE).await;
    assert_eq!(missed["call"]["end_reason"], "Missed call.");
    let history = bob.call("history", json!({ "with": "alice@cusax.test" })).await;
    let calls = history.as_array().unwrap().iter().filter(|entry| entry["kind"] == "call");
    assert_eq!(calls.count(), 2, "{history}");
}

#[tokio::test]
async fn a_call_goes_on_when_chat_goes_down() {
    let mut world = world("preferred").await;
    let (alice, bob) = (&mut world.alice, &mut world.bob);
    let placed = alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    world.lab.stop_xmpp().await;
    alice.wait_event(|event| event["account"]["state"] == "failed", PATIENCE).await;
    alice.forget_events();
    // Sound goes on in both directions.
    let calls = alice.call("calls", json!({})).await;
    let before = calls[0]["stats"]["packets_in"].as_u64().unwrap();
    let more =
        move |event: &Value| event["call"]["stats"]["packets_in"].as_u64() > Some(before + 50);
    alice.wait_event(more, PATIENCE).await;
    assert_eq!(alice.call("calls", json!({})).await[0]["state"], "active");
    alice.call("call.hangup", json!({ "call": placed["call"] })).await;
    bob.wait_event(call_is("ended"), PATIENCE).await;
}

#[tokio::test]
async fn a_call_to_nobody_ends_with_a_reason() {
    let mut world = world("preferred").await;
    world.alice.call("call", json!({ "to": "sip:nobody@cusax.test" })).await;
    let ended = world.alice.wait_event(call_is("ended"), PATIENCE).await;
    let reason = ended["call"]["end_reason"].as_str().unwrap();
    assert!(reason.contains("does not exist") || reason.contains("Not available"), "{reason}");
    let error = world.alice.try_call("call.hangup", json!({ "call": ended["call"]["id"] })).await;
    assert_eq!(error.unwrap_err().data["kind"], "unknown-call");
}
