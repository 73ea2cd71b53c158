//! A tone that is being played: its device is opened when it begins, and again when it went away.

use std::time::{Duration, Instant};

use super::{Beat, SideNews, Sounding};
use crate::config::{Audio, AudioDevice};
use crate::media::device::{self, Sink};
use crate::media::frame::{FRAME, Frame};
use crate::media::tone::Sound;
use crate::model::sound::Tone;

/// Between two attempts to open a device.
const RETRY: Duration = Duration::from_secs(2);
/// Frames of silence after a tone, until all that waits in a card was heard: 200 ms.
const AFTERWARDS: u32 = 10;

/// See the module.
pub(super) struct Play {
    pub turn: u64,
    sounding: Sounding,
    sound: Sound,
    sink: Option<Box<dyn Sink>>,
    beat: Beat,
    /// When a device that could not be had is tried again.
    retry: Option<Instant>,
    stage: Stage,
    told: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The tone is heard.
    On,
    /// It fades within the next frame.
    Fades,
    /// So many frames of silence more.
    Ends(u32),
}

impl Play {
    pub fn new(turn: u64, sounding: Sounding) -> Self {
        let sound = Sound::new(sounding.tone);
        let beat = Beat::new(Instant::now());
        Self { turn, sounding, sound, sink: None, beat, retry: None, stage: Stage::On, told: false }
    }

    /// It is heard until it is told to end.
    pub fn is_endless(&self) -> bool {
        matches!(self.sounding.tone, Tone::Ring | Tone::Ringback | Tone::Waiting)
    }

    /// Goes on with another tone on the same device, without closing it.
    pub fn go_on(&mut self, turn: u64, sounding: &Sounding) -> bool {
        if self.sink.is_none() || sounding.device != self.sounding.device {
            return false;
        }
        if matches!(self.stage, Stage::On | Stage::Fades) {
            // What it was at is ended softly first.
            let mut frame = [0.0; FRAME];
            let _ = self.sound.read(&mut frame, self.sounding.gain);
            fade_out(&mut frame);
            if let Some(sink) = &mut self.sink {
                let _ = sink.write(&frame);
            }
        }
        (self.turn, self.sounding) = (turn, sounding.clone());
        (self.sound, self.stage, self.told) = (Sound::new(sounding.tone), Stage::On, false);
        true
    }

    /// Ends it softly.
    pub fn fade(&mut self) {
        self.stage = match (self.stage, &self.sink) {
            (Stage::On, Some(_)) => Stage::Fades,
            (Stage::On | Stage::Fades, None) => Stage::Ends(0),
            (stage, _) => stage,
        };
    }

    pub fn wait(&mut self, now: Instant) -> Duration {
        match (&mut self.sink, self.retry) {
            (Some(sink), _) => self.beat.wait(sink.pace(), now),
            (None, Some(retry)) if self.stage == Stage::On => retry.saturating_duration_since(now),
            (None, _) => Duration::ZERO,
        }
    }

    pub fn run(&mut self, now: Instant) -> Vec<SideNews> {
        if self.sink.as_mut().is_some_and(|sink| sink.is_lost()) {
            (self.sink, self.retry) = (None, Some(now + RETRY));
        }
        if self.sink.is_none() && self.stage != Stage::On {
            return vec![SideNews::Ended];
        }
        if self.sink.is_none() && self.retry.is_none_or(|retry| retry <= now) {
            return self.open(now).into_iter().collect();
        }
        let Some(sink) = &mut self.sink else { return Vec::new() };
        if !self.beat.is_due(sink.pace(), now) {
            return Vec::new();
        }
        let mut frame: Frame = [0.0; FRAME];
        self.stage = match self.stage {
            Stage::On if self.sound.read(&mut frame, self.sounding.gain) => Stage::On,
            Stage::On => Stage::Ends(AFTERWARDS),
            Stage::Fades => {
                let _ = self.sound.read(&mut frame, self.sounding.gain);
                fade_out(&mut frame);
                Stage::Ends(AFTERWARDS)
            }
            Stage::Ends(0) => return vec![SideNews::Ended],
            Stage::Ends(left) => Stage::Ends(left - 1),
        };
        match sink.write(&frame) {
            Ok(()) => Vec::new(),
            Err(error) => {
                (self.sink, self.retry) = (None, Some(now + RETRY));
                vec![SideNews::Failed(error)]
            }
        }
    }

    /// Opens the device; what is to be said of that, once.
    fn open(&mut self, now: Instant) -> Option<SideNews> {
        let audio = Audio {
            input: AudioDevice::Null,
            output: self.sounding.device.clone(),
            ringer: None,
            echo_cancellation: false,
        };
        let news = match device::open_sink_or_usual(&audio) {
            Ok((sink, instead)) => {
                (self.sink, self.beat) = (Some(sink), Beat::new(now));
                instead.map(SideNews::Instead)
            }
            Err(error) => {
                self.retry = Some(now + RETRY);
                Some(SideNews::Failed(error))
            }
        };
        news.filter(|_| !std::mem::replace(&mut self.told, true))
    }

    pub fn close(mut self) {
        if let Some(sink) = self.sink.take()
            && let Err(error) = sink.finish()
        {
            tracing::warn!(%error, "what rang could not be recorded in full");
        }
    }
}

/// From as loud as it is to nothing.
fn fade_out(frame: &mut Frame) {
    for (at, sample) in frame.iter_mut().enumerate() {
        *sample *= 1.0 - (at + 1) as f32 / FRAME as f32;
    }
}
