//! Tones, made here and not recorded: a pure function from a moment to a sample. Each note swells
//! and fades, so that nothing clicks.

use super::frame::{Frame, SAMPLE_RATE};
use crate::model::sound::Tone;

/// The ring tone's two notes, G5 and E5, in Hz.
pub const BELL: [f64; 2] = [783.99, 659.26];
/// The tone that telephones make (ITU-T E.180), in Hz.
pub const LINE: f64 = 425.0;
/// That one more call waits, in Hz: A4.
pub const WAITING: f64 = 440.0;
/// A loudspeaker is tried with C5, E5 and G5, in Hz.
pub const SAMPLE: [f64; 3] = [523.25, 659.26, 783.99];

/// How loud what telephones make is, beside the full scale.
const SOFT: f64 = 0.12;
/// How loud what is heard besides a talk is.
const SOFTER: f64 = 0.07;
/// Every note begins and ends within so long, in seconds.
const FADE: f64 = 0.010;
/// A bell falls to a third in so long, in seconds.
const DECAY: f64 = 0.28;
/// A bell's partials: times its note, and how loud; together 1.
const PARTIALS: [(f64, f64); 3] = [(1.0, 0.72), (2.0, 0.2), (3.0, 0.08)];

/// One note.
struct Note {
    /// When it begins, in milliseconds.
    at: u32,
    /// How long it lasts, in milliseconds.
    long: u32,
    /// In Hz.
    pitch: f64,
    /// At its loudest, beside the full scale.
    level: f64,
    /// It is struck, and rings out.
    bell: bool,
}

const fn bell(at: u32, pitch: f64) -> Note {
    Note { at, long: 1_100, pitch, level: 0.8, bell: true }
}

const fn beep(at: u32, long: u32, pitch: f64, level: f64) -> Note {
    Note { at, long, pitch, level, bell: false }
}

static RING_NOTES: [Note; 4] =
    [bell(0, BELL[0]), bell(320, BELL[1]), bell(960, BELL[0]), bell(1_280, BELL[1])];
static RINGBACK_NOTES: [Note; 1] = [beep(0, 1_000, LINE, SOFT)];
static WAITING_NOTES: [Note; 2] = [beep(0, 150, WAITING, SOFTER), beep(300, 150, WAITING, SOFTER)];
static BUSY_NOTES: [Note; 3] =
    [beep(0, 480, LINE, SOFT), beep(960, 480, LINE, SOFT), beep(1_920, 480, LINE, SOFT)];
static FAILED_NOTES: [Note; 4] = [
    beep(0, 240, LINE, SOFT),
    beep(480, 240, LINE, SOFT),
    beep(960, 240, LINE, SOFT),
    beep(1_440, 240, LINE, SOFT),
];
static OVER_NOTES: [Note; 2] = [beep(0, 120, LINE, SOFTER), beep(240, 120, LINE, SOFTER)];
static SAMPLE_NOTES: [Note; 3] = [bell(0, SAMPLE[0]), bell(350, SAMPLE[1]), bell(700, SAMPLE[2])];

/// Its notes, and after how many milliseconds they begin again; or end, where they do not.
fn notes(tone: Tone) -> (&'static [Note], u32, bool) {
    match tone {
        Tone::Ring => (&RING_NOTES, 4_000, true),
        Tone::RingOnce => (&RING_NOTES, 2_400, false),
        Tone::Ringback => (&RINGBACK_NOTES, 5_000, true),
        Tone::Waiting => (&WAITING_NOTES, 6_000, true),
        Tone::Busy => (&BUSY_NOTES, 2_400, false),
        Tone::Failed => (&FAILED_NOTES, 1_680, false),
        Tone::Over => (&OVER_NOTES, 360, false),
        Tone::Sample => (&SAMPLE_NOTES, 1_800, false),
    }
}

/// A tone from its beginning on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    tone: Tone,
    at: u64,
}

impl Sound {
    /// It begins.
    pub fn new(tone: Tone) -> Self {
        Self { tone, at: 0 }
    }

    /// The next 20 ms, 48 kHz; false once it is over, with silence.
    pub fn read(&mut self, frame: &mut Frame, gain: f32) -> bool {
        let (notes, length, again) = notes(self.tone);
        let length = u64::from(length) * u64::from(SAMPLE_RATE) / 1_000;
        if !again && self.at >= length {
            frame.fill(0.0);
            return false;
        }
        for sample in frame {
            let at = if again { self.at % length } else { self.at };
            *sample = gain * value(notes, at as f64 / f64::from(SAMPLE_RATE));
            self.at += 1;
        }
        true
    }
}

/// What all notes are together at a moment, in seconds.
fn value(notes: &[Note], seconds: f64) -> f32 {
    let all = notes.iter().map(|note| note_at(note, seconds - f64::from(note.at) / 1_000.0));
    all.sum::<f64>().clamp(-1.0, 1.0) as f32
}

fn note_at(note: &Note, seconds: f64) -> f64 {
    let long = f64::from(note.long) / 1_000.0;
    if seconds < 0.0 || seconds >= long {
        return 0.0;
    }
    let edge = (seconds.min(long - seconds) / FADE).min(1.0);
    // A raised cosine: its slope has no corner.
    let edge = 0.5 - 0.5 * (edge * std::f64::consts::PI).cos();
    let turn = seconds * note.pitch * std::f64::consts::TAU;
    if !note.bell {
        return note.level * edge * turn.sin();
    }
    let wave: f64 = PARTIALS
        .iter()
        // The higher, the sooner it has rung out.
        .map(|(times, level)| level * (-seconds * times / DECAY).exp() * (turn * times).sin())
        .sum();
    note.level * edge * wave
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::frame::FRAME;

    const ALL: [Tone; 8] = [
        Tone::Ring,
        Tone::RingOnce,
        Tone::Ringback,
        Tone::Waiting,
        Tone::Busy,
        Tone::Failed,
        Tone::Over,
        Tone::Sample,
    ];

    fn heard(tone: Tone, seconds: usize) -> (Vec<f32>, bool) {
        let (mut sound, mut samples, mut goes_on) = (Sound::new(tone), Vec::new(), true);
        for _ in 0..seconds * 50 {
            let mut frame = [f32::NAN; FRAME];
            goes_on = sound.read(&mut frame, 1.0);
            samples.extend_from_slice(&frame);
        }
        (samples, goes_on)
    }

    /// How much of a frequency is in it: 1 for a sine of full scale (Goertzel).
    fn goertzel(samples: &[f32], frequency: f64) -> f64 {
        let turn = std::f64::consts::TAU * frequency / f64::from(SAMPLE_RATE);
        let (mut one, mut two) = (0.0, 0.0);
        for sample in samples {
            (one, two) = (f64::from(*sample) + 2.0 * turn.cos() * one - two, one);
        }
        let power = one * one + two * two - 2.0 * turn.cos() * one * two;
        2.0 * power.max(0.0).sqrt() / samples.len() as f64
    }

    fn part(samples: &[f32], from_ms: usize, to_ms: usize) -> &[f32] {
        &samples[from_ms * 48..to_ms * 48]
    }

    #[test]
    fn each_tone_has_its_frequencies_and_no_other() {
        for (tone, frequency, from, to) in [
            (Tone::Ring, BELL[0], 20, 300),
            (Tone::RingOnce, BELL[1], 340, 620),
            (Tone::Ringback, LINE, 100, 900),
            (Tone::Waiting, WAITING, 10, 140),
            (Tone::Busy, LINE, 1_000, 1_400),
            (Tone::Failed, LINE, 500, 700),
            (Tone::Over, LINE, 10, 110),
            (Tone::Sample, SAMPLE[2], 720, 1_000),
        ] {
            let (samples, _) = heard(tone, 3);
            let (there, besides) = (
                goertzel(part(&samples, from, to), frequency),
                goertzel(part(&samples, from, to), frequency * 1.3),
            );
            assert!(there > 0.03, "{tone:?}: {there}");
            assert!(there > 6.0 * besides, "{tone:?}: {there}, besides {besides}");
        }
    }

    #[test]
    fn no_tone_clicks_or_is_too_loud() {
        for tone in ALL {
            let (samples, _) = heard(tone, 9);
            let loudest = samples.iter().fold(0.0_f32, |loudest, s| loudest.max(s.abs()));
            assert!((0.05..=0.95).contains(&loudest), "{tone:?}: {loudest}");
            // A sine of the third partial at full scale moves by 0.31 a sample; a click is a corner.
            let corner = samples
                .windows(3)
                .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
                .fold(0.0_f32, f32::max);
            assert!(corner < 0.03, "{tone:?}: {corner}");
            let mean = samples.iter().sum::<f32>() / samples.len() as f32;
            assert!(mean.abs() < 0.001, "{tone:?}: {mean}");
        }
    }

    #[test]
    fn what_is_to_go_on_goes_on_and_the_rest_ends_in_silence() {
        for tone in ALL {
            let (samples, goes_on) = heard(tone, 9);
            let wanted = matches!(tone, Tone::Ring | Tone::Ringback | Tone::Waiting);
            assert_eq!(goes_on, wanted, "{tone:?}");
            let last = part(&samples, 4_900, 9_000);
            assert_eq!(last.iter().any(|sample| *sample != 0.0), wanted, "{tone:?}");
        }
        // The same again, to the sample.
        let (samples, _) = heard(Tone::Ring, 9);
        assert_eq!(part(&samples, 0, 2_400), part(&samples, 4_000, 6_400));
    }
}
