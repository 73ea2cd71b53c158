//! WAV files as microphone and loudspeaker (hound).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{Sink, Source};
use crate::media::MediaError;
use crate::media::frame::{Frame, SAMPLE_RATE};
use crate::media::resample::Resampler;

/// The longest file that is played: ten minutes, kept as 16 bit in memory.
const MAX_SAMPLES: usize = 600 * SAMPLE_RATE as usize;

/// Plays a file in a loop.
pub(super) struct Player {
    samples: Vec<i16>,
    position: usize,
}

impl Player {
    /// Reads a WAV file of any rate and number of channels, 8 to 32 bit or float.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let error = |what: &dyn std::fmt::Display| file_error(path, what);
        let mut reader = WavReader::open(path).map_err(|e| error(&e))?;
        let spec = reader.spec();
        let channels = usize::from(spec.channels.max(1));
        let mut out = Output { samples: Vec::new(), resampler: None };
        if spec.sample_rate != SAMPLE_RATE {
            let resampler = Resampler::new(spec.sample_rate, SAMPLE_RATE)
                .filter(|_| (1_000..=384_000).contains(&spec.sample_rate))
                .ok_or_else(|| error(&"its sample rate is not supported"))?;
            out.resampler = Some(resampler);
        }
        let tail = spec.sample_rate / 50;
        match spec.sample_format {
            SampleFormat::Float => out.read(reader.samples::<f32>(), channels, 1.0, tail),
            SampleFormat::Int => {
                let full = 2_f32.powi(i32::from(spec.bits_per_sample.max(1)) - 1);
                out.read(
                    reader.samples::<i32>().map(|s| s.map(|s| s as f32)),
                    channels,
                    1.0 / full,
                    tail,
                )
            }
        }
        .map_err(|e| error(&e))?;
        match out.samples.len() {
            0 => Err(error(&"there is no sound in it")),
            MAX_SAMPLES.. => Err(error(&"it is longer than ten minutes")),
            _ => Ok(Self { samples: out.samples, position: 0 }),
        }
    }
}

struct Output {
    samples: Vec<i16>,
    resampler: Option<Resampler>,
}

impl Output {
    fn read(
        &mut self,
        samples: impl Iterator<Item = Result<f32, hound::Error>>,
        channels: usize,
        scale: f32,
        tail: u32,
    ) -> Result<(), hound::Error> {
        let (mut sum, mut count) = (0.0, 0);
        for sample in samples {
            sum += sample?;
            count += 1;
            if count == channels {
                self.push(sum * scale / channels as f32);
                (sum, count) = (0.0, 0);
            }
            if self.samples.len() >= MAX_SAMPLES {
                break;
            }
        }
        // The resampler holds up to 20 ms back.
        if self.resampler.is_some() && !self.samples.is_empty() {
            for _ in 0..tail {
                self.push(0.0);
            }
        }
        Ok(())
    }

    fn push(&mut self, sample: f32) {
        let samples = &mut self.samples;
        match &mut self.resampler {
            Some(resampler) => {
                resampler.push(&[sample], |out| samples.extend(out.iter().map(|s| to_pcm(*s))))
            }
            None => samples.push(to_pcm(sample)),
        }
    }
}

impl Source for Player {
    fn read(&mut self, frame: &mut Frame) {
        for sample in frame {
            *sample = self.samples.get(self.position).map_or(0.0, |s| f32::from(*s) / 32_768.0);
            self.position = (self.position + 1) % self.samples.len().max(1);
        }
    }
}

/// Records to a file: 48 kHz, mono, 16 bit. It is made when the first sound comes: a call that
/// nobody answers leaves none. While another call records to it, to a file beside it.
pub(super) struct Recorder {
    path: PathBuf,
    writer: Option<WavWriter<BufWriter<File>>>,
    since_flush: u32,
}

const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: SAMPLE_RATE,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};
/// Frames between two times that the file is made readable.
const FLUSH_FRAMES: u32 = 50;
/// Files that are tried, so many calls may record at once.
const MAX_BESIDE: u32 = 16;
/// WAV counts its octets with 32 bit: after some twelve hours recording ends.
const MAX_RECORDED: u32 = 2_000_000_000;

impl Recorder {
    /// Checks that the file could be written.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let possible = if path.exists() {
            OpenOptions::new().write(true).open(path)
        } else {
            tempfile::tempfile_in(folder.unwrap_or(Path::new(".")))
        };
        let recorder = Self { path: path.to_owned(), writer: None, since_flush: 0 };
        match possible {
            Ok(_) => Ok(recorder),
            Err(error) => Err(recorder.error(&error)),
        }
    }

    fn error(&self, error: &dyn std::fmt::Display) -> MediaError {
        file_error(&self.path, error)
    }

    fn record(&mut self, frame: &Frame) -> Result<(), hound::Error> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let (path, file) = own(&self.path)?;
                self.path = path;
                self.writer.insert(WavWriter::new(BufWriter::new(file), SPEC)?)
            }
        };
        if writer.len() > MAX_RECORDED {
            return Ok(());
        }
        for sample in frame {
            writer.write_sample(to_pcm(*sample))?;
        }
        self.since_flush += 1;
        if self.since_flush >= FLUSH_FRAMES {
            self.since_flush = 0;
            writer.flush()?;
        }
        Ok(())
    }
}

/// The file, or the first of `name-2.wav`, `name-3.wav` … that no other call writes to; emptied,
/// and locked until it is closed.
fn own(path: &Path) -> std::io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let path = match number {
            1 => path.to_owned(),
            _ => beside(path, number),
        };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if number < MAX_BESIDE => number += 1,
            Err(TryLockError::WouldBlock) => return Err(std::io::ErrorKind::ResourceBusy.into()),
            // A file system without locks: there is nobody to ask.
            Ok(()) | Err(TryLockError::Error(_)) => {
                file.set_len(0)?;
                return Ok((path, file));
            }
        }
    }
}

fn beside(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn file_error(path: &Path, error: &dyn std::fmt::Display) -> MediaError {
    MediaError::File(format!("{}: {error}", path.display()))
}

impl Sink for Recorder {
    fn write(&mut self, frame: &Frame) -> Result<(), MediaError> {
        self.record(frame).map_err(|error| self.error(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), MediaError> {
        let Self { writer, path, .. } = *self;
        match writer {
            Some(writer) => writer.finalize().map_err(|error| file_error(&path, &error)),
            None => Ok(()),
        }
    }
}

fn to_pcm(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::media::frame::FRAME;

    fn write(path: &Path, spec: WavSpec, seconds: f32) {
        let mut writer = WavWriter::create(path, spec).unwrap();
        for n in 0..(spec.sample_rate as f32 * seconds) as u32 {
            let value =
                (n as f32 * 440.0 * std::f32::consts::TAU / spec.sample_rate as f32).sin() * 0.5;
            for _ in 0..spec.channels {
                match spec.sample_format {
                    SampleFormat::Float => writer.write_sample(value).unwrap(),
                    SampleFormat::Int => {
                        let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
                        writer.write_sample((value * full) as i32).unwrap();
                    }
                }
            }
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn files_of_many_kinds_are_played_alike() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        for (channels, sample_rate, bits_per_sample, sample_format) in [
            (1, 8_000, 16, SampleFormat::Int),
            (2, 44_100, 16, SampleFormat::Int),
            (1, 48_000, 24, SampleFormat::Int),
            (6, 22_050, 32, SampleFormat::Float),
            (1, 16_000, 8, SampleFormat::Int),
        ] {
            write(&path, WavSpec { channels, sample_rate, bits_per_sample, sample_format }, 0.5);
            let mut player = Player::open(&path).unwrap();
            assert!((23_000..=25_000).contains(&player.samples.len()), "{}", player.samples.len());
            let mut energy = 0.0;
            let mut frame = [0.0; FRAME];
            for n in 0..100 {
                player.read(&mut frame);
                if (5..20).contains(&n) {
                    energy += frame.iter().map(|s| s * s).sum::<f32>() / 960.0 / 15.0;
                }
            }
            assert!((energy.sqrt() - 0.354).abs() < 0.01, "{energy}");
        }
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        assert!(matches!(Player::open(&path), Err(MediaError::File(_))));
        std::fs::write(&path, b"RIFF nonsense").unwrap();
        assert!(matches!(Player::open(&path), Err(MediaError::File(_))));
        assert!(matches!(Recorder::open(dir.path()), Err(MediaError::File(_))));
    }

    #[test]
    fn a_file_is_made_with_the_first_sound_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        Box::new(Recorder::open(&path).unwrap()).finish().unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let missing = Recorder::open(&dir.path().join("none").join("a.wav"));
        assert!(matches!(missing, Err(MediaError::File(_))));
        // What is there stays until then.
        std::fs::write(&path, b"before").unwrap();
        let mut recorder = Recorder::open(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        recorder.write(&[0.25; FRAME]).unwrap();
        Box::new(recorder).finish().unwrap();
        assert_eq!(WavReader::open(&path).unwrap().len(), 960);
    }

    #[test]
    fn two_calls_at_once_leave_a_recording_each() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.b.wav");
        let count = |name: &str| WavReader::open(dir.path().join(name)).unwrap().len();
        let record = |frames| {
            let mut recorder = Box::new(Recorder::open(&path).unwrap());
            (0..frames).for_each(|_| recorder.write(&[0.25; FRAME]).unwrap());
            recorder
        };
        let (first, second, third) = (record(3), record(2), record(1));
        first.finish().unwrap();
        third.finish().unwrap();
        // Its place is free again.
        record(4).finish().unwrap();
        second.finish().unwrap();
        let counts = ["a.b.wav", "a.b-2.wav", "a.b-3.wav"].map(count);
        assert_eq!(counts, [4 * 960, 2 * 960, 960]);
    }

    #[test]
    fn a_recording_is_complete_and_readable_before_its_end_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut recorder = Box::new(Recorder::open(&path).unwrap());
        for _ in 0..55 {
            recorder.write(&[0.25; FRAME]).unwrap();
        }
        assert_eq!(WavReader::open(&path).unwrap().len(), 50 * 960);
        recorder.finish().unwrap();
        let reader = WavReader::open(&path).unwrap();
        assert_eq!((reader.len(), reader.spec().sample_rate), (55 * 960, 48_000));
        assert!(reader.into_samples::<i16>().all(|s| s.unwrap() == 8_192));
    }
}
