//! A call that comes in is heard, and so is that the other side rings or is busy: the program
//! itself, a telephone of another make, and a real sound system.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/calls.rs"]
mod calls;
#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/pulse.rs"]
mod pulse;
#[path = "support/tones.rs"]
mod tones;

use baresip::{Baresip, Setup};
use calls::{ALICE, BOB, until};
use dovetail::lab::{ConfigOptions, Lab};
use dovetail::media::tone::{BELL, LINE, WAITING};
use dovetail::model::account::Transport;
use instance::Instance;
use pulse::Pulse;
use serde_json::{Value, json};

/// Alice with the sound system, bob with another telephone.
struct World {
    lab: Lab,
    pulse: Pulse,
    alice: Instance,
    bob: Baresip,
}

impl World {
    async fn new() -> Self {
        let lab = calls::lab().await;
        let pulse = Pulse::start().await;
        let options = ConfigOptions {
            transport: Transport::Udp,
            input: "default".to_owned(),
            output: "default".to_owned(),
            ..ConfigOptions::default()
        };
        let config = lab.config_toml("alice", &options).unwrap();
        let mut alice = Instance::start_with(&config, pulse.environment()).await;
        alice.online("phone").await;
        let bob = Baresip::start(&lab, "bob", Setup::default()).await;
        Self { lab, pulse, alice, bob }
    }
}

#[tokio::test]
async fn a_call_rings_at_the_ringer_until_it_is_declined() {
    let World { lab: _lab, pulse, mut alice, mut bob } = World::new().await;
    let mut recording = pulse.record().await;
    // The loudspeaker of calls first, then a ringer of its own, then none.
    let cases = [("output", "spk", "spk2"), ("spk2", "spk2", "spk"), ("none", "", "spk")];
    let mut parts = Vec::new();
    for (ringer, loud, still) in cases {
        match ringer {
            "none" => alice.call("ringing.set", json!({ "on": false })).await,
            ringer => alice.call("devices.use", json!({ "ringer": ringer })).await,
        };
        let begin = recording.seconds();
        bob.dial(ALICE).await;
        let is_new = |event: &Value| event["call"]["state"] == "incoming";
        let incoming = alice.wait_event(is_new, calls::PATIENCE).await;
        recording.go_on(2.6).await;
        alice.call("call.decline", json!({ "call": incoming["call"]["id"] })).await;
        bob.event("CALL_CLOSED").await;
        recording.go_on(1.8).await;
        parts.push((ringer, loud, still, begin..recording.seconds()));
        alice.forget_events();
    }
    let heard = recording.finish();
    for (ringer, loud, still, time) in parts {
        let part = |place| tones::part(heard.at(place), time.clone());
        assert!(tones::is_silent(part(still)), "{ringer}: {still}");
        if loud.is_empty() {
            assert!(tones::is_silent(part("spk2")));
            continue;
        }
        let notes = BELL.map(|note| tones::pieces(part(loud), note, 0.03));
        println!("{ringer}: pieces of 100 ms with each note: {notes:?}");
        assert!(notes.iter().all(|pieces| *pieces >= 4), "{notes:?}");
        assert!(part(loud).iter().all(|sample| sample.abs() < 0.5), "it is as loud as set");
        assert!(tones::is_silent(tones::last(part(loud), 1.0)), "it ends with the call");
    }
}

#[tokio::test]
async fn the_other_side_is_heard_ringing_and_then_busy() {
    let World { lab: _lab, pulse, mut alice, mut bob } = World::new().await;
    let mut recording = pulse.record().await;
    alice.call("call", json!({ "to": BOB })).await;
    until(&mut alice, "ringing").await;
    recording.go_on(2.0).await;
    let rang = recording.seconds();
    // baresip refuses with 486.
    bob.event("CALL_INCOMING").await;
    bob.hangup().await;
    until(&mut alice, "ended").await;
    recording.go_on(4.5).await;
    let heard = recording.finish();
    let (before, after) = heard.at("spk").split_at((rang * 48_000.0) as usize);
    let (ringback, busy) = (tones::pieces(before, LINE, 0.05), tones::pieces(after, LINE, 0.05));
    println!("pieces of 100 ms with {LINE} Hz: {ringback} while it rang, {busy} once it was busy");
    // One second of it at once, then a pause.
    assert!((8..=11).contains(&ringback), "{ringback}");
    // Three times nearly half a second.
    assert!((9..=16).contains(&busy), "{busy}");
    assert!(tones::is_silent(tones::last(after, 1.0)));
}

#[tokio::test]
async fn one_more_call_is_heard_softly_in_the_talk() {
    let World { lab, pulse, mut alice, mut bob } = World::new().await;
    let mut carol = Baresip::start(&lab, "carol", Setup::default()).await;
    alice.call("ringing.set", json!({ "volume": "loud" })).await;
    // A device that is not connected is no reason to be without sound.
    alice.call("devices.use", json!({ "input": "Yesterday's headset" })).await;
    bob.dial(ALICE).await;
    let mut recording = pulse.record().await;
    let first = until(&mut alice, "incoming").await;
    alice.call("call.answer", json!({ "call": first["id"] })).await;
    bob.event("CALL_ESTABLISHED").await;
    let is_told = |event: &Value| {
        let text = event["text"].as_str().unwrap_or_default();
        event["type"] == "notice" && text.contains("“Yesterday's headset” is not connected")
    };
    let told = alice.wait_event(is_told, calls::PATIENCE).await;
    assert!(
        told["text"].as_str().unwrap().ends_with("The system's own is used instead."),
        "{told}"
    );
    // What comes from bob is his own; on hold nothing does.
    alice.call("call.hold", json!({ "call": first["id"] })).await;
    until(&mut alice, "held").await;
    // What was under way is heard first.
    recording.go_on(1.0).await;
    let begin = recording.seconds();
    carol.dial(ALICE).await;
    let second = until(&mut alice, "incoming").await;
    recording.go_on(2.0).await;
    alice.call("call.decline", json!({ "call": second["id"] })).await;
    recording.go_on(1.5).await;
    let end = recording.seconds();
    let heard = recording.finish();
    let heard = tones::part(heard.at("spk"), begin..end);
    let waits = tones::pieces(heard, WAITING, 0.02);
    println!("pieces of 100 ms with {WAITING} Hz: {waits}");
    assert!((2..=4).contains(&waits), "{waits}");
    assert!(heard.iter().all(|sample| sample.abs() < 0.2), "it does not shout");
    let calls: Value = alice.call("calls", json!({})).await;
    assert!(calls.as_array().unwrap().iter().any(|call| call["state"] == "held"), "{calls}");
}
