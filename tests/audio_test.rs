//! The devices are tried: what was spoken into the microphone is heard, the loudspeaker and the
//! ring tone sound, and what is wrong is said. The program itself and a real sound system.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/pulse.rs"]
mod pulse;
#[path = "support/speech.rs"]
mod speech;
#[path = "support/tones.rs"]
mod tones;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dovetail::media::tone::{BELL, SAMPLE};
use instance::Instance;
use pulse::Pulse;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

async fn goes(instance: &mut Instance, kind: &'static str, state: &'static str) -> Value {
    let wanted =
        move |event: &Value| event["test"]["kind"] == kind && event["test"]["state"] == state;
    instance.wait_event(wanted, PATIENCE).await["test"].take()
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
}

#[tokio::test]
async fn what_is_spoken_is_heard_again_and_nothing_of_it_is_kept() {
    let pulse = Pulse::start().await;
    let sounds = tempfile::tempdir().unwrap();
    let said = sounds.path().join("says.wav");
    speech::write(&said, "alice");
    let mut dovetail = Instance::start_with("", pulse.environment()).await;
    let voice = pulse.play(&said, "mic");
    // It is heard once the microphone's level says so.
    loop {
        let levels = dovetail.call("audio.levels", json!({})).await;
        assert!(levels["trouble"].is_null(), "{levels}");
        if levels["input"].as_f64().unwrap() > 0.4 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let recording = pulse.record().await;
    dovetail.call("audio.test", json!({ "kind": "record" })).await;
    goes(&mut dovetail, "record", "recording").await;
    let before = recording.seconds();
    goes(&mut dovetail, "record", "playing").await;
    let recorded = recording.seconds() - before;
    goes(&mut dovetail, "record", "ended").await;
    let heard = recording.finish();
    drop(voice);
    let ear: Vec<f32> =
        heard.at("spk").iter().copied().skip_while(|sample| sample.abs() < 0.001).collect();
    let length = ear.len() - ear.iter().rev().take_while(|sample| sample.abs() < 0.001).count();
    println!("recorded for {recorded:.2} s, heard for {:.2} s", length as f64 / 48_000.0);
    assert!((4.5..6.5).contains(&recorded), "{recorded}");
    assert!(length <= 5 * 48_000 + 4_800, "{length}");
    let found = speech::find(&speech::read(&said), &ear[..length]);
    println!("what was heard is what was said: {found:?}");
    assert!(found.likeness > 0.9, "{found:?}");

    let mut files = Vec::new();
    files_under(dovetail.profile(), &mut files);
    let is_sound = |path: &PathBuf| {
        let length = std::fs::metadata(path).map_or(0, |file| file.len());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(".wav")
            || (length > 200_000 && !name.starts_with("history")) && name != "stderr.log"
    };
    assert!(!files.iter().any(is_sound), "{files:?}");
}

#[tokio::test]
async fn a_recording_is_ended_early_and_stopped_at_any_time() {
    let pulse = Pulse::start().await;
    let mut dovetail = Instance::start_with("", pulse.environment()).await;
    let mut recording = pulse.record().await;
    dovetail.call("audio.test", json!({ "kind": "record" })).await;
    goes(&mut dovetail, "record", "recording").await;
    recording.go_on(1.0).await;
    dovetail.call("audio.test.hear", json!({})).await;
    goes(&mut dovetail, "record", "playing").await;
    goes(&mut dovetail, "record", "ended").await;
    println!("a second was recorded and heard within {:.2} s", recording.seconds());
    assert!(recording.seconds() < 5.0);

    dovetail.call("audio.test", json!({ "kind": "output" })).await;
    recording.go_on(0.5).await;
    dovetail.call("audio.test.stop", json!({})).await;
    goes(&mut dovetail, "output", "ended").await;
    let stopped = recording.seconds();
    recording.go_on(1.5).await;
    let heard = recording.finish();
    let after = &heard.at("spk")[((stopped + 0.5) * 48_000.0) as usize..];
    assert!(tones::is_silent(after));
    assert!(!tones::is_silent(heard.at("spk")));
}

#[tokio::test]
async fn the_loudspeaker_and_the_ring_tone_are_tried_where_they_are() {
    let pulse = Pulse::start().await;
    let mut dovetail = Instance::start_with("", pulse.environment()).await;
    dovetail.call("devices.use", json!({ "ringer": "spk2" })).await;
    let recording = pulse.record().await;
    for kind in ["output", "ringer"] {
        dovetail.call("audio.test", json!({ "kind": kind })).await;
        goes(&mut dovetail, kind, "playing").await;
        goes(&mut dovetail, kind, "ended").await;
    }
    let heard = recording.finish();
    let pieces = |place, note| tones::pieces(heard.at(place), note, 0.02);
    let (notes, bell) =
        (SAMPLE.map(|note| pieces("spk", note)), BELL.map(|note| pieces("spk2", note)));
    println!(
        "pieces of 100 ms with each note: {notes:?} of the loudspeaker, {bell:?} of the ringer"
    );
    assert!(notes.iter().all(|pieces| *pieces >= 1), "{notes:?}");
    assert!(bell.iter().all(|pieces| *pieces >= 2), "{bell:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_device_is_said() {
    let mut pulse = Pulse::start().await;
    let mut dovetail = Instance::start_with("", pulse.environment()).await;
    dovetail.call("devices.use", json!({ "input": "Yesterday's headset" })).await;
    dovetail.call("audio.test", json!({ "kind": "record" })).await;
    let instead = |event: &Value| event["test"]["reason"].is_string();
    let told = dovetail.wait_event(instead, PATIENCE).await;
    let words = "The microphone “Yesterday's headset” is not connected. The system's own is used \
                 instead.";
    assert_eq!(told["test"]["reason"], words);
    assert_eq!(told["test"]["state"], "recording");
    // The sound system goes away in the middle of it.
    pulse.crash();
    let failed = goes(&mut dovetail, "record", "failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("went away"), "{failed}");
    dovetail.call("audio.test", json!({ "kind": "record" })).await;
    let failed = goes(&mut dovetail, "record", "failed").await;
    println!("without a sound system: {}", failed["reason"]);
    assert!(!failed["reason"].as_str().unwrap().is_empty());
}
