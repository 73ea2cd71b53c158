//! What was chosen for sound is there again after a restart; a device that is not is told.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/pulse.rs"]
mod pulse;

use std::time::Duration;

use instance::Instance;
use pulse::Pulse;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

/// What is used each way, and whether it is missing.
async fn used(instance: &mut Instance) -> [(String, bool); 3] {
    let devices = instance.call("devices", json!({})).await;
    ["inputs", "outputs", "ringers"].map(|way| {
        let all = devices[way].as_array().unwrap();
        let current: Vec<&Value> = all.iter().filter(|one| one["current"] == true).collect();
        assert_eq!(current.len(), 1, "{devices}");
        let name = current[0]["name"].as_str().unwrap().to_owned();
        (name, current[0]["missing"] == true)
    })
}

fn there(names: [&str; 3]) -> [(String, bool); 3] {
    names.map(|name| (name.to_owned(), false))
}

#[tokio::test]
async fn devices_and_ring_tone_are_as_chosen_after_a_restart() {
    let pulse = Pulse::start().await;
    let config = "[audio]\ninput = 'mic-source'\noutput = 'spk'\n";
    let mut dovetail = Instance::start_with(config, pulse.environment()).await;
    assert_eq!(used(&mut dovetail).await, there(["mic-source", "spk", "output"]));
    let pick = json!({ "output": "spk2", "ringer": "spk" });
    dovetail.call("devices.use", pick).await;
    dovetail.call("ringing.set", json!({ "volume": "soft" })).await;
    let (status, profile) = dovetail.quit().await;
    assert!(status.success());

    // What was not chosen is as the file says, also when it says something else now.
    let file = profile.path().join("config.toml");
    std::fs::write(&file, config.replace("mic-source", "mic2-source")).unwrap();
    let mut dovetail = Instance::start_in_with(profile, pulse.environment()).await;
    assert_eq!(used(&mut dovetail).await, there(["mic2-source", "spk2", "spk"]));
    let ringing = dovetail.call("ringing", json!({})).await;
    assert_eq!(ringing, json!({ "on": true, "volume": "soft" }));
    let (_, profile) = dovetail.quit().await;

    // Also when the program had no time to say goodbye.
    let mut dovetail = Instance::start_in_with(profile, pulse.environment()).await;
    dovetail.call("devices.use", json!({ "ringer": "output" })).await;
    let again = dovetail.call("history.search", json!({ "text": "x" })).await;
    assert_eq!(again, json!([]), "the store has taken what came before");
    let profile = dovetail.kill().await;
    let mut dovetail = Instance::start_in_with(profile, pulse.environment()).await;
    assert_eq!(used(&mut dovetail).await, there(["mic2-source", "spk2", "output"]));
}

#[tokio::test]
async fn a_device_that_is_gone_is_told_and_comes_back() {
    let pulse = Pulse::start().await;
    let mut dovetail = Instance::start_with("", pulse.environment()).await;
    dovetail.call("devices.use", json!({ "output": "spk2" })).await;
    let (_, profile) = dovetail.quit().await;

    // A sound system in which there is no such device.
    let elsewhere = Pulse::start_without("spk2").await;
    let mut dovetail = Instance::start_in_with(profile, elsewhere.environment()).await;
    let is_told = |event: &Value| {
        event["type"] == "notice" && event["text"].as_str().unwrap_or_default().contains("spk2")
    };
    let told = dovetail.wait_event(is_told, PATIENCE).await;
    let words = "The loudspeaker “spk2” is not connected. The system's own is used until it is \
                 there again.";
    assert_eq!((told["level"].as_str(), told["text"].as_str()), (Some("warning"), Some(words)));
    assert_eq!(used(&mut dovetail).await[1], ("spk2".to_owned(), true));
    // The system's own is heard meanwhile.
    let recording = elsewhere.record().await;
    dovetail.call("audio.test", json!({ "kind": "output" })).await;
    let ended = |event: &Value| event["test"]["state"] == "ended";
    let ended = dovetail.wait_event(ended, PATIENCE).await;
    assert!(ended["test"]["reason"].as_str().unwrap().contains("is used instead"), "{ended}");
    assert!(recording.finish().at("spk").iter().any(|sample| sample.abs() > 0.1));
    let (_, profile) = dovetail.quit().await;

    let mut dovetail = Instance::start_in_with(profile, pulse.environment()).await;
    assert_eq!(used(&mut dovetail).await[1], ("spk2".to_owned(), false));
    let recording = pulse.record().await;
    dovetail.call("audio.test", json!({ "kind": "output" })).await;
    let over = |event: &Value| event["test"]["state"] == "ended";
    dovetail.wait_event(over, PATIENCE).await;
    assert!(recording.finish().at("spk2").iter().any(|sample| sample.abs() > 0.1));
}
