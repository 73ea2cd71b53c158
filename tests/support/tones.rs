//! Which tones are in a recording, and when: 48 kHz.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

/// The pieces that a recording is looked at in, samples: 100 ms.
const PIECE: usize = 4_800;
/// Below this nobody hears anything: -60 dB of full scale.
const QUIET: f32 = 0.001;

/// How much of a frequency is in it: 1 for a sine of full scale (Goertzel).
pub fn level(samples: &[f32], frequency: f64) -> f64 {
    let turn = std::f64::consts::TAU * frequency / 48_000.0;
    let (mut one, mut two) = (0.0, 0.0);
    for sample in samples {
        (one, two) = (f64::from(*sample) + 2.0 * turn.cos() * one - two, one);
    }
    let power = one * one + two * two - 2.0 * turn.cos() * one * two;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// In how many pieces of 100 ms a frequency is most of what there is, and louder than `least`.
pub fn pieces(samples: &[f32], frequency: f64, least: f64) -> usize {
    let has = |piece: &&[f32]| {
        let there = level(piece, frequency);
        there > least && there > 3.0 * level(piece, frequency * 1.4)
    };
    samples.chunks_exact(PIECE).filter(has).count()
}

/// Nothing is to be heard in it.
pub fn is_silent(samples: &[f32]) -> bool {
    samples.iter().all(|sample| sample.abs() < QUIET)
}

/// The last so many seconds.
pub fn last(samples: &[f32], seconds: f64) -> &[f32] {
    let count = ((seconds * 48_000.0) as usize).min(samples.len());
    &samples[samples.len() - count..]
}

/// What was recorded between two moments, in seconds.
pub fn part(samples: &[f32], time: std::ops::Range<f64>) -> &[f32] {
    let place = |seconds: f64| ((seconds * 48_000.0) as usize).min(samples.len());
    &samples[place(time.start)..place(time.end)]
}
