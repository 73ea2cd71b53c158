//! Sound cards. Their own threads only move samples between the card and a ring.

mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod pulse;
mod ring;

use std::sync::Arc;
use std::time::Duration;

use self::ring::{Health, Inlet, Outlet, RING, Watch};
use super::{Devices, Pace, Sink, Source};
use crate::media::MediaError;
use crate::media::frame::{FRAME, Frame, SAMPLE_RATE};
use crate::media::resample::Resampler;

/// Sound of the microphone that waits beyond this is dropped: 160 ms. A thread that was held
/// up sends what it missed in one go; what waits longer would only be delay.
const MAX_WAITING: usize = 7_680;
/// What waits for a loudspeaker beyond what it asks for, at first: 10 ms.
const SLACK: usize = 480;
/// By how much that grows when it was too little: 5 ms.
const SLACK_STEP: usize = 240;
/// … and at most, when that was too little again and again: 60 ms.
const MAX_SLACK: usize = 2_880;

pub(super) fn devices() -> Devices {
    #[cfg(all(unix, not(target_os = "macos")))]
    if pulse::is_there()
        && let Ok(devices) = pulse::devices()
    {
        return devices;
    }
    native::devices()
}

/// What keeps a stream open.
type Stream = Box<dyn Send>;

fn capture(name: Option<&str>, inlet: Inlet) -> Result<(Stream, u32), MediaError> {
    #[cfg(all(unix, not(target_os = "macos")))]
    if pulse::is_there() {
        return Ok((Box::new(pulse::capture(name, inlet)?), SAMPLE_RATE));
    }
    let (stream, rate) = native::capture(name, inlet)?;
    Ok((Box::new(stream), rate))
}

fn playback(name: Option<&str>, outlet: Outlet) -> Result<(Stream, u32), MediaError> {
    #[cfg(all(unix, not(target_os = "macos")))]
    if pulse::is_there() {
        return Ok((Box::new(pulse::playback(name, outlet)?), SAMPLE_RATE));
    }
    let (stream, rate) = native::playback(name, outlet)?;
    Ok((Box::new(stream), rate))
}

/// A microphone.
pub(super) struct Microphone {
    _stream: Stream,
    ring: rtrb::Consumer<f32>,
    watch: Watch,
    resampler: Option<Resampler>,
    ready: Vec<f32>,
}

impl Microphone {
    pub fn open(name: Option<&str>) -> Result<Self, MediaError> {
        let (inlet, ring, health) = ring::inlet();
        let (stream, rate) = capture(name, inlet)?;
        Ok(Self {
            _stream: stream,
            ring,
            watch: Watch::new(health),
            resampler: converter(rate, SAMPLE_RATE)?,
            ready: Vec::with_capacity(RING * 6),
        })
    }

    fn collect(&mut self) {
        let slots = self.ring.slots();
        let Ok(chunk) = self.ring.read_chunk(slots) else {
            return;
        };
        let (first, second) = chunk.as_slices();
        for samples in [first, second] {
            let ready = &mut self.ready;
            match &mut self.resampler {
                Some(resampler) => resampler.push(samples, |out| ready.extend_from_slice(out)),
                None => ready.extend_from_slice(samples),
            }
        }
        chunk.commit_all();
        if self.ready.len() > MAX_WAITING {
            let surplus = self.ready.len().saturating_sub(FRAME);
            self.ready.drain(..surplus);
        }
    }
}

impl Source for Microphone {
    fn begin(&mut self) {
        self.collect();
        self.ready.clear();
    }

    fn pace(&mut self) -> Pace {
        if self.is_lost() {
            return Pace::Clock;
        }
        self.collect();
        Pace::Own(wait(FRAME.saturating_sub(self.ready.len())))
    }

    fn read(&mut self, frame: &mut Frame) {
        match self.ready.first_chunk::<FRAME>() {
            Some(samples) => {
                *frame = *samples;
                self.ready.drain(..FRAME);
            }
            None => frame.fill(0.0),
        }
    }

    fn is_lost(&mut self) -> bool {
        self.watch.is_lost()
    }
}

/// A loudspeaker.
pub(super) struct Loudspeaker {
    _stream: Stream,
    ring: rtrb::Producer<f32>,
    health: Arc<Health>,
    watch: Watch,
    resampler: Option<Resampler>,
    rate: usize,
    slack: usize,
    gaps: Option<u32>,
}

impl Loudspeaker {
    pub fn open(name: Option<&str>) -> Result<Self, MediaError> {
        let (outlet, ring, health) = ring::outlet();
        let (stream, rate) = playback(name, outlet)?;
        Ok(Self {
            _stream: stream,
            ring,
            watch: Watch::new(Arc::clone(&health)),
            health,
            resampler: converter(SAMPLE_RATE, rate)?,
            rate: rate as usize,
            slack: SLACK,
            gaps: None,
        })
    }

    /// Each time that there was too little, more waits from then on. Before the first frame
    /// there is always too little.
    fn learn(&mut self) {
        let gaps = self.health.gaps();
        if self.gaps.replace(gaps).is_some_and(|before| before != gaps) {
            self.slack = (self.slack + SLACK_STEP).min(MAX_SLACK);
            tracing::debug!(gaps, slack = self.slack, "the loudspeaker had to wait");
        }
    }
}

impl Sink for Loudspeaker {
    fn pace(&mut self) -> Pace {
        if self.is_lost() {
            return Pace::Clock;
        }
        // A frame goes in when less waits than the card will ask for next.
        let waiting = RING.saturating_sub(self.ring.slots());
        let surplus = waiting.saturating_sub(self.health.asked().min(RING / 2) + self.slack);
        Pace::Own(wait(surplus.saturating_mul(SAMPLE_RATE as usize) / self.rate.max(1)))
    }

    fn write(&mut self, frame: &Frame) -> Result<(), MediaError> {
        self.learn();
        let ring = &mut self.ring;
        let mut push = |samples: &[f32]| {
            for sample in samples {
                // A full ring means that the card stands still: the sound is lost.
                let _ = ring.push(*sample);
            }
        };
        match &mut self.resampler {
            Some(resampler) => resampler.push(frame, push),
            None => push(frame),
        }
        Ok(())
    }

    fn is_lost(&mut self) -> bool {
        self.watch.is_lost()
    }
}

/// How long so many samples at 48 kHz take, at least a scheduling step.
fn wait(samples: usize) -> Duration {
    if samples == 0 {
        return Duration::ZERO;
    }
    Duration::from_micros((samples as u64).saturating_mul(125) / 6)
        .clamp(Duration::from_millis(1), Duration::from_millis(20))
}

fn converter(from: u32, to: u32) -> Result<Option<Resampler>, MediaError> {
    if from == to {
        return Ok(None);
    }
    Resampler::new(from, to)
        .map(Some)
        .ok_or_else(|| MediaError::unusable("its sample rate is not supported"))
}

fn missing(what: &str, name: Option<&str>) -> MediaError {
    MediaError::Device(match name {
        Some(name) => format!("The {what} “{name}” is not connected."),
        None => format!("No {what} was found. Connect one, then call again."),
    })
}
