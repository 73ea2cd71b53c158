//! Changing the sample rate of mono sound, 10 ms at a time (rubato).

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// A converter between two rates in Hz.
pub struct Resampler {
    fft: Fft<f32>,
    waiting: Vec<f32>,
    out: Vec<f32>,
}

impl Resampler {
    /// `None` for a rate of zero or beyond what rubato does.
    pub fn new(from: u32, to: u32) -> Option<Self> {
        let chunk = usize::try_from(from / 100).ok()?.max(1);
        let fft = Fft::new(from as usize, to as usize, chunk, 1, FixedSync::Both).ok()?;
        let out = vec![0.0; fft.output_frames_max()];
        let waiting = Vec::with_capacity(fft.input_frames_max().saturating_mul(16));
        Some(Self { fft, waiting, out })
    }

    /// Takes samples, and gives `sink` what is ready, piece by piece.
    pub fn push(&mut self, samples: &[f32], mut sink: impl FnMut(&[f32])) {
        self.waiting.extend_from_slice(samples);
        let mut used = 0;
        while let Some(input) = self.waiting.get(used..used + self.fft.input_frames_next()) {
            let frames = input.len();
            let room = self.out.len();
            let (Ok(input), Ok(mut output)) = (
                InterleavedSlice::new(input, 1, frames),
                InterleavedSlice::new_mut(&mut self.out, 1, room),
            ) else {
                break;
            };
            let Ok((_, written)) = self.fft.process_into_buffer(&input, &mut output, None) else {
                break;
            };
            used += frames;
            sink(self.out.get(..written).unwrap_or_default());
        }
        self.waiting.drain(..used);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tone(rate: u32, seconds: f32) -> Vec<f32> {
        let count = (rate as f32 * seconds) as usize;
        (0..count).map(|n| (n as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin()).collect()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_level() {
        for (from, to) in
            [(48_000, 8_000), (8_000, 48_000), (44_100, 48_000), (22_050, 48_000), (48_000, 44_100)]
        {
            let mut resampler = Resampler::new(from, to).unwrap();
            let mut out = Vec::new();
            for piece in tone(from, 1.0).chunks(333) {
                resampler.push(piece, |samples| out.extend_from_slice(samples));
            }
            let seconds = out.len() as f32 / to as f32;
            assert!((0.93..=1.0).contains(&seconds), "{from} to {to}: {seconds}");
            let settled = &out[out.len() / 4..];
            let crossings = settled.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count() as f32;
            let pitch = crossings * to as f32 / settled.len() as f32;
            assert!((pitch - 440.0).abs() < 3.0, "{from} to {to}: {pitch}");
            let rms = (settled.iter().map(|s| s * s).sum::<f32>() / settled.len() as f32).sqrt();
            assert!((rms - 0.707).abs() < 0.02, "{from} to {to}: {rms}");
        }
        assert!(Resampler::new(0, 8_000).is_none());
    }
}
