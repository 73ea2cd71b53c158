//! The way out: which event packet goes in which frame's time.

use std::collections::VecDeque;

use super::{Event, PAYLOAD, code};

/// Keys that wait at most; what is more is dropped.
pub const QUEUE: usize = 64;
/// Frames that a tone lasts: 100 ms.
const TONE: u16 = 5;
/// The last packet goes out so many times (RFC 4733 §2.5.1.4).
const ENDS: u16 = 3;
/// Frames from the beginning of a tone to that of the next: a gap of 60 ms.
const TURN: u16 = TONE + 3;
/// Loudness of the tone, below 0 dBm0: what telephones use.
const VOLUME: u8 = 10;

/// Keys that are pressed, one after the other.
pub struct Keypad {
    queue: VecDeque<u8>,
    tone: Option<Tone>,
}

struct Tone {
    code: u8,
    timestamp: u32,
    frames: u16,
}

/// A packet to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// Its payload.
    pub payload: [u8; PAYLOAD],
    /// When the event began.
    pub timestamp: u32,
    /// It is the event's first.
    pub marker: bool,
}

impl Default for Keypad {
    fn default() -> Self {
        Self { queue: VecDeque::with_capacity(QUEUE), tone: None }
    }
}

impl Keypad {
    /// Takes keys that `allowed` (a bit for each event code) has; drops all else, and what does
    /// not fit.
    pub fn push(&mut self, digits: &str, allowed: u16) {
        for code in digits.chars().filter_map(code) {
            if self.queue.len() < QUEUE && allowed & (1 << code) != 0 {
                self.queue.push_back(code);
            }
        }
    }

    /// Forgets everything, also the event that goes on.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.tone = None;
    }

    /// Ends the event that goes on; what waits stays.
    pub fn cut(&mut self) {
        self.tone = None;
    }

    /// Whether the next frame's time is a key's and not the microphone's.
    pub fn is_busy(&self) -> bool {
        self.tone.is_some() || !self.queue.is_empty()
    }

    /// A frame of `samples` by the events' clock passes, which begins at `timestamp` by the
    /// stream's: the packet to send at its end.
    pub fn turn(&mut self, timestamp: u32, samples: u16) -> Option<Press> {
        if self.tone.is_none() {
            let code = self.queue.pop_front()?;
            self.tone = Some(Tone { code, timestamp, frames: 0 });
        }
        let tone = self.tone.as_mut()?;
        tone.frames = tone.frames.saturating_add(1);
        let event = Event {
            code: tone.code,
            end: tone.frames >= TONE,
            volume: VOLUME,
            duration: samples.saturating_mul(tone.frames.min(TONE)),
        };
        let press =
            Press { payload: event.write(), timestamp: tone.timestamp, marker: tone.frames == 1 };
        let sends = tone.frames < TONE + ENDS;
        if tone.frames >= TURN {
            self.tone = None;
        }
        sends.then_some(press)
    }
}
