//! What the calling contact is heard with: three soft notes, again and again.

use std::io;
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};

const RATE: u32 = 16_000;
/// C5, E5, G5 in Hz, and a pause.
const NOTES: [f32; 4] = [523.25, 659.25, 783.99, 0.0];
const NOTE_SECONDS: f32 = 0.6;

/// Writes the notes as a WAV file.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(path: &Path) -> io::Result<()> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = WavWriter::create(path, spec).map_err(io::Error::other)?;
    let length = (NOTE_SECONDS * RATE as f32) as u32;
    for note in NOTES {
        for sample in 0..length {
            let at = sample as f32 / RATE as f32;
            let fade = (1.0 - at / NOTE_SECONDS) * (at * 50.0).min(1.0);
            let level = (at * note * std::f32::consts::TAU).sin() * fade * 0.3;
            file.write_sample((level * f32::from(i16::MAX)) as i16).map_err(io::Error::other)?;
        }
    }
    file.finalize().map_err(io::Error::other)
}
