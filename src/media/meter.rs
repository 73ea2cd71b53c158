//! How loud it is now, for a face that looks at it: two numbers that the sound threads raise and
//! the face takes. Nothing waits, and nothing is kept.

use std::sync::atomic::{AtomicU32, Ordering};

use super::frame::Frame;

/// What is quieter shows as nothing.
const FLOOR_DB: f32 = -60.0;

/// The loudest moment of microphone and loudspeaker since they were last looked at. All calls of
/// a program share one: only one of them has the sound at a time.
#[derive(Debug, Default)]
pub struct Meter {
    input: AtomicU32,
    output: AtomicU32,
}

/// What a [`Meter`] shows, from 0 (silence) to 1 (as loud as can be).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// What is sent of the microphone.
    pub input: f32,
    /// What comes from the other side.
    pub output: f32,
}

impl Meter {
    /// A frame of the microphone goes out.
    pub fn sent(&self, frame: &Frame) {
        raise(&self.input, frame);
    }

    /// A frame goes to the loudspeaker.
    pub fn played(&self, frame: &Frame) {
        raise(&self.output, frame);
    }

    /// The loudest since the last time this was asked.
    pub fn take(&self) -> Levels {
        let taken = |peak: &AtomicU32| shown(f32::from_bits(peak.swap(0, Ordering::Relaxed)));
        Levels { input: taken(&self.input), output: taken(&self.output) }
    }
}

/// Numbers that are not negative are ordered as their bits are.
fn raise(peak: &AtomicU32, frame: &Frame) {
    let loudest = frame.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
    peak.fetch_max(loudest.to_bits(), Ordering::Relaxed);
}

/// Loudness is heard in steps of equal ratio.
fn shown(peak: f32) -> f32 {
    if peak <= 0.0 { 0.0 } else { (1.0 - 20.0 * peak.log10() / FLOOR_DB).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::FRAME;

    #[test]
    fn a_meter_shows_the_loudest_moment_and_forgets_it() {
        let meter = Meter::default();
        assert_eq!(meter.take(), Levels::default());
        meter.sent(&[0.001; FRAME]);
        meter.sent(&[-1.0; FRAME]);
        meter.sent(&[0.0; FRAME]);
        meter.played(&[0.1; FRAME]);
        let levels = meter.take();
        assert!((levels.input - 1.0).abs() < 1e-6, "{levels:?}");
        assert!((levels.output - 2.0 / 3.0).abs() < 1e-4, "{levels:?}");
        assert_eq!(meter.take(), Levels::default());
        meter.played(&[f32::NAN; FRAME]);
        meter.sent(&[2.0; FRAME]);
        assert_eq!(meter.take(), Levels { input: 1.0, output: 0.0 });
    }
}
