//! Speech to send, and whether it was heard. Needs espeak-ng and sox.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::correlation;

/// The rate of recordings.
const RATE: u32 = 48_000;
/// The sampling rate of G.711.
pub const TELEPHONE: u32 = 8_000;

/// Writes a few seconds of speech, with a voice of its own for each `speaker`.
pub fn write(path: &Path, speaker: &str) -> PathBuf {
    write_as(path, speaker, RATE, 0)
}

/// Writes the same speech at another sampling rate, and so many times more.
pub fn write_as(path: &Path, speaker: &str, rate: u32, more: u32) -> PathBuf {
    let raw = path.with_extension("raw.wav");
    let (voice, text) = match speaker {
        "alice" => ("en+f3", "The harbour lights went on, one after the other."),
        _ => ("en+m3", "Please bring seven small boxes to the old railway station."),
    };
    run(Command::new("espeak-ng").args(["-v", voice, "-s", "150", "-w"]).arg(&raw).arg(text));
    let (rate, more) = (rate.to_string(), more.to_string());
    run(Command::new("sox")
        .arg(&raw)
        .args(["-r", &rate, "-c", "1", "-b", "16"])
        .arg(path)
        .args(["gain", "-6", "repeat", &more]));
    path.to_owned()
}

/// How like one of three seconds of `heard` is to any second of `said`, which was played over
/// and over: 1 is equal but for the level. The best counts, for a machine under load may well
/// stumble over one of them.
pub fn likeness(said: &Path, heard: &Path) -> f64 {
    likeness_within(RATE, said, heard)
}

/// The same, of what is left of both at this sampling rate.
pub fn likeness_within(rate: u32, said: &Path, heard: &Path) -> f64 {
    let (said, heard) = (at(rate, said), at(rate, heard));
    let rest = heard.len().saturating_sub(RATE as usize);
    let mut best = 0.0_f64;
    for begin in [rest / 2, rest / 4, rest / 4 * 3] {
        best = best.max(piece(&said, &heard, begin).likeness);
        if best > 0.95 {
            break;
        }
    }
    best
}

/// A recording, at the rate of recordings.
pub fn read(path: &Path) -> Vec<f32> {
    let (samples, rate) = correlation::read_wav(path);
    assert_eq!(rate, RATE, "{}", path.display());
    samples
}

/// Where a second from the middle of `heard` is in `said`, which was played over and over.
pub fn find(said: &[f32], heard: &[f32]) -> correlation::Match {
    piece(said, heard, (heard.len() - RATE as usize) / 2)
}

/// The same of each of five seconds around the middle, and of these the median by likeness: a
/// machine under load may well stumble over one of them.
pub fn find_most(said: &[f32], heard: &[f32]) -> correlation::Match {
    let second = RATE as usize;
    assert!(heard.len() > 6 * second, "only {} samples were heard", heard.len());
    let begin = (heard.len() - 5 * second) / 2;
    let mut found: Vec<_> = (0..5).map(|n| piece(said, heard, begin + n * second)).collect();
    found.sort_by(|a, b| a.likeness.total_cmp(&b.likeness));
    found[2]
}

fn piece(said: &[f32], heard: &[f32], begin: usize) -> correlation::Match {
    let second = RATE as usize;
    assert!(heard.len() > 4 * second, "only {} samples were heard", heard.len());
    let looped: Vec<f32> = said.iter().copied().cycle().take(said.len() + second).collect();
    correlation::best_match(&looped, &heard[begin..begin + second], said.len())
}

/// Reads a recording as it sounds at this sampling rate, at [`RATE`] samples a second.
pub fn at(rate: u32, recording: &Path) -> Vec<f32> {
    let copy = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
    let rates = [rate, RATE].map(|rate| rate.to_string());
    run(Command::new("sox")
        .arg("-V1")
        .arg(recording)
        .args(["-c", "1", "-b", "16"])
        .arg(copy.path())
        .args(["rate", &rates[0], "rate", &rates[1]]));
    let (samples, _) = correlation::read_wav(copy.path());
    samples
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}");
}
