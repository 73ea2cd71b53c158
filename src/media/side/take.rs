//! Recording and hearing oneself: a few seconds in memory, then the loudspeaker. Nothing of it is
//! kept.

use std::time::{Duration, Instant};

use super::{Beat, Ear, SideNews};
use crate::config::Audio;
use crate::media::MediaError;
use crate::media::device::{self, Sink};
use crate::media::frame::{FRAME, Frame, SAMPLE_RATE};
use crate::media::meter::Meter;

/// What is recorded at most.
pub const SECONDS: usize = 5;
/// Frames of silence afterwards, until all that waits in a card was heard: 300 ms.
const AFTERWARDS: u32 = 15;
/// What is louder or quieter at the edges of a recording begins and ends within so many samples.
const FADE: usize = 480;

/// What was recorded: room for [`SECONDS`], taken once.
pub struct Take {
    samples: Vec<f32>,
    /// While it is played: where.
    place: Option<usize>,
}

impl Default for Take {
    fn default() -> Self {
        Self { samples: Vec::with_capacity(SECONDS * SAMPLE_RATE as usize), place: None }
    }
}

impl Take {
    /// Takes a frame of the microphone; true when there is no room for one more.
    pub fn record(&mut self, frame: &Frame) -> bool {
        if self.samples.len() + FRAME <= self.samples.capacity() {
            self.samples.extend_from_slice(frame);
        }
        self.samples.len() + FRAME > SECONDS * SAMPLE_RATE as usize
    }

    /// It is to be heard from now on.
    pub fn rewind(&mut self) {
        let length = self.samples.len();
        let edge = FADE.min(length / 2);
        for at in 0..edge {
            let factor = at as f32 / edge as f32;
            for place in [at, length - 1 - at] {
                if let Some(sample) = self.samples.get_mut(place) {
                    *sample *= factor;
                }
            }
        }
        self.place = Some(0);
    }

    /// The next of it; false when there is no more.
    pub fn play(&mut self, frame: &mut Frame) -> bool {
        frame.fill(0.0);
        let Some(place) = &mut self.place else { return false };
        let rest = self.samples.get(*place..).unwrap_or_default();
        for (out, sample) in frame.iter_mut().zip(rest) {
            *out = *sample;
        }
        let is_more = !rest.is_empty();
        *place += FRAME;
        is_more
    }
}

/// The recording and its devices.
pub(super) struct Session {
    take: Take,
    /// The microphone, until it is heard.
    ear: Option<Ear>,
    sink: Box<dyn Sink>,
    beat: Beat,
    enough: bool,
    afterwards: u32,
}

impl Session {
    /// Opens both, so that what is missing is told at once.
    pub fn open(audio: &Audio) -> Result<(Self, Option<String>), MediaError> {
        let (sink, no_sink) = device::open_sink_or_usual(audio)?;
        let (ear, no_source) = Ear::open(audio)?;
        let session = Self {
            take: Take::default(),
            ear: Some(ear),
            sink,
            beat: Beat::new(Instant::now()),
            enough: false,
            afterwards: AFTERWARDS,
        };
        Ok((session, no_source.or(no_sink)))
    }

    /// Enough was recorded.
    pub fn hear(&mut self) {
        self.enough = true;
    }

    pub fn wait(&mut self, now: Instant) -> Duration {
        match &mut self.ear {
            Some(_) if self.enough => Duration::ZERO,
            Some(ear) => ear.wait(now),
            None => self.beat.wait(self.sink.pace(), now),
        }
    }

    pub fn run(&mut self, now: Instant, meter: &Meter) -> Vec<SideNews> {
        let mut frame: Frame = [0.0; FRAME];
        if let Some(ear) = &mut self.ear {
            let due = ear.beat.is_due(ear.source.pace(), now);
            if ear.source.is_lost() {
                let text = "The microphone went away. Connect it again, or choose another one.";
                return vec![SideNews::Failed(MediaError::Device(text.to_owned()))];
            }
            if due {
                ear.source.read(&mut frame);
                meter.sent(&frame);
                self.enough |= self.take.record(&frame);
            }
            if !self.enough {
                return Vec::new();
            }
            (self.ear, self.beat) = (None, Beat::new(now));
            self.take.rewind();
            return vec![SideNews::Playing];
        }
        if self.sink.is_lost() {
            let text = "The loudspeaker went away. Connect it again, or choose another one.";
            return vec![SideNews::Failed(MediaError::Device(text.to_owned()))];
        }
        if !self.beat.is_due(self.sink.pace(), now) {
            return Vec::new();
        }
        if !self.take.play(&mut frame) {
            self.afterwards = self.afterwards.saturating_sub(1);
        }
        meter.played(&frame);
        match self.sink.write(&frame) {
            Ok(()) if self.afterwards == 0 => vec![SideNews::Ended],
            Ok(()) => Vec::new(),
            Err(error) => vec![SideNews::Failed(error)],
        }
    }

    pub fn close(self) {
        if let Err(error) = self.sink.finish() {
            tracing::warn!(%error, "what was tried could not be recorded in full");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_seconds_are_recorded_and_heard_and_no_more() {
        let mut take = Take::default();
        let room = take.samples.capacity();
        let frames = (1..).take_while(|n| !take.record(&[*n as f32; FRAME])).count() + 1;
        assert_eq!(frames, SECONDS * 50);
        assert!(take.record(&[9.0; FRAME]));
        assert_eq!((take.samples.len(), take.samples.capacity()), (SECONDS * 48_000, room));

        let mut frame = [9.0; FRAME];
        assert!(!take.play(&mut frame), "it is not heard while it is recorded");
        take.rewind();
        let mut heard = 0;
        while take.play(&mut frame) {
            heard += 1;
            if heard == 1 {
                assert_eq!((frame[0], frame[FRAME - 1]), (0.0, 1.0));
            } else if heard < frames {
                assert_eq!(frame, [heard as f32; FRAME]);
            }
        }
        assert_eq!(heard, frames);
        assert_eq!(frame, [0.0; FRAME]);
    }

    #[test]
    fn of_nothing_nothing_is_heard() {
        let mut take = Take::default();
        take.rewind();
        assert!(!take.play(&mut [0.0; FRAME]));
    }
}
