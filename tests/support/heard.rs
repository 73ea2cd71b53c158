//! What was heard when: recordings in pieces, by ear as far as a correlation is one. Needs
//! `calls` and `speech` beside it.

#![allow(dead_code)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::instance::Instance;
use crate::{calls, speech};

/// The pieces that a recording is looked at in: 20 ms.
const PIECES_A_SECOND: usize = 50;
/// What recordings are read at, Hz.
const RATE: u32 = 48_000;
/// What of a recording is enough to know a voice by, seconds.
const ENOUGH: f64 = 4.2;
/// Below this nobody hears anything: -54 dB of full scale.
const QUIET: f32 = 0.002;

/// The longest stretch of a recording in which nothing is heard, in seconds.
pub fn silence(recording: &Path) -> Range<f64> {
    let samples = speech::at(RATE, recording);
    let (mut longest, mut begin) = (0..0, 0);
    for (at, piece) in samples.chunks(RATE as usize / PIECES_A_SECOND).enumerate() {
        if piece.iter().any(|sample| sample.abs() > QUIET) {
            begin = at + 1;
        } else if at + 1 - begin > longest.len() {
            longest = begin..at + 1;
        }
    }
    let seconds = |pieces: usize| pieces as f64 / PIECES_A_SECOND as f64;
    seconds(longest.start)..seconds(longest.end)
}

/// How like `said` a part of a recording is (seconds).
pub fn likeness(rate: u32, said: &Path, heard: &Path, part: Range<f64>) -> f64 {
    let samples = speech::at(RATE, heard);
    let place = |seconds: f64| ((seconds * f64::from(RATE)) as usize).min(samples.len());
    let cut = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(cut.path(), spec).unwrap();
    for sample in &samples[place(part.start)..place(part.end)] {
        writer.write_sample((sample * 32_767.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
    speech::likeness_within(rate, said, cut.path())
}

/// The longest of the recordings `name.wav`, `name-2.wav` …: a call that begins while another
/// ends may find the first name taken or free again.
pub fn longest(folder: &Path, name: &str) -> PathBuf {
    let names = std::iter::once(format!("{name}.wav"))
        .chain((2..5).map(|number| format!("{name}-{number}.wav")));
    let recordings = names.map(|name| folder.join(name)).filter(|path| path.exists());
    recordings.max_by_key(|path| std::fs::metadata(path).unwrap().len()).expect("a recording")
}

/// The whole of a recording is of `said`.
pub fn assert_heard(rate: u32, said: &Path, heard: &Path) {
    let likeness = likeness(rate, said, heard, 0.0..f64::MAX);
    println!("{} heard with a correlation of {likeness:.3}", heard.display());
    assert!(likeness > 0.9, "{}: {likeness}", heard.display());
}

/// A recording begins and ends with `said`, whatever is in the middle of it.
pub fn assert_begins_and_ends(rate: u32, said: &Path, heard: &Path) {
    let length = speech::at(RATE, heard).len() as f64 / f64::from(RATE);
    for part in [0.0..ENOUGH, length - ENOUGH..length] {
        let likeness = likeness(rate, said, heard, part.clone());
        println!("{} {part:?} heard with a correlation of {likeness:.3}", heard.display());
        assert!(likeness > 0.9, "{} {part:?}: {likeness}", heard.display());
    }
}

/// A recording is of `said` before and after a stretch of at least so many seconds of nothing.
pub fn assert_held(rate: u32, said: &Path, heard: &Path, seconds: f64) {
    let silence = silence(heard);
    println!("{}: nothing from {} s to {} s", heard.display(), silence.start, silence.end);
    assert!(silence.end - silence.start >= seconds, "{}: {silence:?}", heard.display());
    for part in [0.0..silence.start, silence.end..f64::MAX] {
        let likeness = likeness(rate, said, heard, part.clone());
        println!("{} {part:?} heard with a correlation of {likeness:.3}", heard.display());
        assert!(likeness > 0.9, "{} {part:?}: {likeness}", heard.display());
    }
}

/// Waits until so many more packets went each way that counts.
pub async fn talk(instance: &mut Instance, call: &Value, more: u64, ways: &[&str]) {
    let calls = instance.call("calls", serde_json::json!({})).await;
    let now = calls.as_array().unwrap().iter().find(|on| on["id"] == *call).unwrap().clone();
    let count = |stats: &Value, way: &str| stats["stats"][way].as_u64().unwrap();
    let wanted = |event: &Value| {
        let on = &event["call"];
        on["id"] == *call && ways.iter().all(|way| count(on, way) >= count(&now, way) + more)
    };
    instance.wait_event(wanted, calls::PATIENCE).await;
}

/// So many times in a row the figures of a call in this state say that no more was sent.
pub async fn nothing_goes_out(
    instance: &mut Instance,
    call: &Value,
    state: &'static str,
    seconds: u32,
) {
    let mut sent = None;
    for at in 0..=seconds {
        let figures = calls::until_call(instance, call, state).await;
        let now = figures["stats"]["packets_out"].as_u64();
        // The first ones may be of before.
        assert!(at < 2 || sent == now, "{sent:?} packets, then {figures}");
        sent = now;
    }
}

pub const BOTH: [&str; 2] = ["packets_in", "packets_out"];
