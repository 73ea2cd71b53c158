//! Calls through a real sound system: what is spoken into the microphone is heard at the other
//! side, and what the other side says comes out of the loudspeaker.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/pulse.rs"]
mod pulse;
#[path = "support/speech.rs"]
mod speech;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dovetail::lab::process::Process;
use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use pulse::Pulse;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(40);

/// Alice at the sound system's default devices and bob elsewhere, signed in on both sides.
struct World {
    _lab: Lab,
    pulse: Pulse,
    alice: Instance,
    bob: Instance,
    sounds: tempfile::TempDir,
}

/// `(input, output)`, given where his sounds are.
type Devices = fn(&Path) -> (String, String);

fn files(sounds: &Path) -> (String, String) {
    let file = |name| format!("file:{}", sounds.join(name).display());
    (file("bob-says.wav"), file("bob-hears.wav"))
}

impl World {
    async fn new(of_bob: Devices) -> Self {
        let lab = Lab::builder()
            .user(User::new("alice", "secret").contact("bob").tel("sip:alice@cusax.test"))
            .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
            .start()
            .await
            .unwrap();
        let pulse = Pulse::start().await;
        let sounds = tempfile::tempdir().unwrap();
        let of_alice: Devices = |_| ("default".to_owned(), "default".to_owned());
        let mut both = Vec::new();
        for (name, devices) in [("alice", of_alice), ("bob", of_bob)] {
            speech::write(&sounds.path().join(format!("{name}-says.wav")), name);
            let (input, output) = devices(sounds.path());
            let options =
                ConfigOptions { srtp: "required", input, output, ..ConfigOptions::default() };
            let config = lab.config_toml(name, &options).unwrap();
            both.push(Instance::start_with(&config, pulse.environment()).await);
        }
        let (mut bob, mut alice) = (both.pop().unwrap(), both.pop().unwrap());
        for instance in [&mut alice, &mut bob] {
            let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
            instance.wait_event(callable, PATIENCE).await;
        }
        Self { _lab: lab, pulse, alice, bob, sounds }
    }

    fn sound(&self, name: &str) -> PathBuf {
        self.sounds.path().join(name)
    }

    /// Somebody speaks into a microphone, over and over.
    fn speak(&self, who: &str, microphone: &str) -> Process {
        self.pulse.play(&self.sound(&format!("{who}-says.wav")), microphone)
    }

    /// Bob takes alice's call.
    async fn connect(&mut self) -> Value {
        let placed = self.alice.call("call", json!({ "to": "bob@cusax.test" })).await;
        let incoming = self.bob.wait_event(call_is("incoming"), PATIENCE).await;
        self.bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
        self.alice.wait_event(call_is("active"), PATIENCE).await;
        placed
    }

    /// Alice hangs up.
    async fn hang_up(&mut self, call: &Value) {
        self.alice.call("call.hangup", json!({ "call": call["call"] })).await;
        self.bob.wait_event(call_is("ended"), PATIENCE).await;
    }
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

fn packets(direction: &'static str, count: u64) -> impl Fn(&Value) -> bool {
    move |event| event["call"]["stats"][direction].as_u64() > Some(count)
}

fn second_card(_: &Path) -> (String, String) {
    ("mic2-source".to_owned(), "spk2".to_owned())
}

#[tokio::test]
async fn speech_goes_from_the_microphone_and_to_the_loudspeaker() {
    let mut world = World::new(files).await;
    let recording = world.pulse.record().await;
    let voice = world.speak("alice", "mic");
    let call = world.connect().await;
    // Eight seconds, by the packets' own count.
    world.alice.wait_event(packets("packets_in", 400), PATIENCE).await;
    world.hang_up(&call).await;
    let heard = recording.finish();
    drop(voice);
    let World { bob, alice, ref sounds, .. } = world;
    bob.quit().await;
    alice.quit().await;

    let read = |name: &str| speech::read(&sounds.path().join(name));
    let at_bob = speech::find_most(&read("alice-says.wav"), &read("bob-hears.wav"));
    println!("bob heard the microphone: {at_bob:?}");
    assert!(at_bob.likeness > 0.9, "{at_bob:?}");
    let at_alice = speech::find_most(&read("bob-says.wav"), heard.at("spk"));
    println!("the loudspeaker said: {at_alice:?}");
    assert!(at_alice.likeness > 0.9, "{at_alice:?}");
}

#[tokio::test]
async fn two_cards_hear_each_other() {
    let mut world = World::new(second_card).await;
    let recording = world.pulse.record().await;
    let voices = [world.speak("alice", "mic"), world.speak("bob", "mic2")];
    let call = world.connect().await;
    world.alice.wait_event(packets("packets_in", 400), PATIENCE).await;
    world.hang_up(&call).await;
    let heard = recording.finish();
    drop(voices);
    for (mouth, ear) in [("mic", "spk2"), ("mic2", "spk")] {
        let found = heard.delay(mouth, ear);
        println!("{mouth} to {ear}: {} ms, {found:?}", found.lag / 48);
        assert!(found.likeness > 0.9, "{mouth} to {ear}: {found:?}");
        assert!(found.lag > 0, "{mouth} to {ear}: {found:?}");
    }
}

/// A notice about the devices; there are others, about the protection of the two sides.
fn of_sound(event: &Value) -> bool {
    let text = event["text"].as_str().unwrap_or_default();
    event["type"] == "notice" && (text.contains("microphone") || text.contains("sound"))
}

#[tokio::test]
async fn a_call_outlives_the_sound_system_and_takes_it_up_again() {
    let mut world = World::new(files).await;
    let call = world.connect().await;
    world.alice.wait_event(packets("packets_in", 50), PATIENCE).await;

    world.pulse.crash();
    let told = world.alice.wait_event(of_sound, PATIENCE).await;
    assert_eq!(told["level"], "warning");
    let words = "Your microphone and your loudspeaker went away. The call goes on.";
    assert_eq!(told["text"], words);
    let (begin, sent) = (world.alice.processor_seconds(), in_call(&mut world.alice).await);
    // Three seconds of silence.
    world.bob.forget_events();
    world.alice.wait_event(packets("packets_out", sent + 150), PATIENCE).await;
    let spent = world.alice.processor_seconds() - begin;
    println!("three seconds without devices took {spent:.2} processor seconds");
    // A loop that never rests takes all three.
    assert!(spent < 2.0, "{spent}");
    assert!(in_call(&mut world.bob).await > 0);

    world.pulse.run().await;
    let told = world.alice.wait_event(of_sound, PATIENCE).await;
    assert_eq!(told["level"], "info");
    assert_eq!(told["text"], "Your microphone and your loudspeaker are there again.");
    let recording = world.pulse.record().await;
    let sent = in_call(&mut world.alice).await;
    world.alice.wait_event(packets("packets_out", sent + 350), PATIENCE).await;
    let heard = recording.finish();
    world.hang_up(&call).await;
    let said = speech::read(&world.sound("bob-says.wav"));
    let found = speech::find_most(&said, heard.at("spk"));
    println!("the loudspeaker said: {found:?}");
    assert!(found.likeness > 0.9, "{found:?}");
}

/// Packets sent so far in the only call, which goes on.
async fn in_call(instance: &mut Instance) -> u64 {
    let calls = instance.call("calls", json!({})).await;
    assert_eq!(calls[0]["state"], "active");
    calls[0]["stats"]["packets_out"].as_u64().unwrap()
}
