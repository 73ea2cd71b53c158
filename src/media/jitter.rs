//! The jitter buffer: packets in as they come, out in their order and at their time. Pure: the
//! time is an argument.
//!
//! A packet's delay is its arrival against its timestamp, over the least such of the last
//! seconds. A fading histogram of the delays gives the target: what 97 in 100 packets need.

use std::time::Duration;

use super::rtp::{Header, MAX_PACKET};

const SLOTS: usize = 128;
const BIN_MS: f64 = 5.0;
const BINS: usize = 100;
const FADE: f32 = 0.995;
const QUANTILE: f32 = 0.97;
const MIN_TARGET_MS: f64 = 40.0;
const MAX_TARGET_MS: f64 = 400.0;
const MARGIN_MS: f64 = 10.0;
/// Above the target by this much, playing speeds up.
const SLACK_MS: f64 = 45.0;
/// Above the target by this much, a loudspeaker stood still or the like: what is old is dropped,
/// for made faster it would go on for seconds.
const BACKLOG_MS: f64 = 250.0;
/// How long the least delay is remembered; twice this at most.
const FLOOR_WINDOW: Duration = Duration::from_secs(5);
/// Nothing came for so long: the talk is over, the next packet begins anew.
const PAUSE_MS: f64 = 300.0;
/// A jump of the timestamps by more than this is a new beginning.
const JUMP_MS: f64 = 3_000.0;

struct Slot {
    used: bool,
    header: Header,
    arrival: Duration,
    payload: Vec<u8>,
}

/// What there is to play.
#[derive(Debug, PartialEq, Eq)]
pub enum Pull<'a> {
    /// The next packet. Tell its duration by [`Jitter::played`].
    Packet {
        /// Its payload type.
        payload_type: u8,
        /// Its payload.
        payload: &'a [u8],
    },
    /// The next packet is not there: make up its sound.
    Missing {
        /// The packet that directly follows, which may carry a copy (Opus FEC).
        following: Option<&'a [u8]>,
    },
    /// The other side is silent, or has not begun.
    Idle,
}

#[derive(Clone, Copy)]
struct Cursor {
    timestamp: u32,
    last_sequence: Option<u16>,
}

/// See the module.
pub struct Jitter {
    slots: Vec<Slot>,
    clock_rate: f64,
    cursor: Option<Cursor>,
    duration: u32,
    newest: Option<(u32, i64)>,
    floor: Floor,
    histogram: Vec<f32>,
    dry_ms: f64,
    late: u64,
}

impl Jitter {
    /// An empty buffer for this RTP clock in Hz, expecting packets of 20 ms.
    pub fn new(clock_rate: u32) -> Self {
        let header = Header { marker: false, payload_type: 0, sequence: 0, timestamp: 0, ssrc: 0 };
        let slot = || Slot {
            used: false,
            header,
            arrival: Duration::ZERO,
            payload: Vec::with_capacity(MAX_PACKET),
        };
        let mut histogram = vec![0.0; BINS];
        if let Some(first) = histogram.first_mut() {
            *first = 1.0;
        }
        Self {
            slots: std::iter::repeat_with(slot).take(SLOTS).collect(),
            clock_rate: f64::from(clock_rate.max(1)),
            cursor: None,
            duration: clock_rate / 50,
            newest: None,
            floor: Floor::default(),
            histogram,
            dry_ms: 0.0,
            late: 0,
        }
    }

    /// Forgets packets and times, as a stream that begins needs it. What was learnt about the
    /// network stays.
    pub fn reset(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.used = false);
        self.cursor = None;
        self.newest = None;
        self.floor = Floor::default();
        self.dry_ms = 0.0;
    }

    /// A packet came.
    pub fn insert(&mut self, header: Header, payload: &[u8], now: Duration) {
        if payload.len() > MAX_PACKET {
            return;
        }
        let jumped = self
            .newest
            .is_some_and(|(newest, _)| self.ms(distance(header.timestamp, newest)).abs() > JUMP_MS);
        if jumped {
            self.reset();
        }
        let delay = self.learn(header.timestamp, now);
        self.count(delay);
        if self.cursor.is_some_and(|cursor| distance(header.timestamp, cursor.timestamp) < 0) {
            self.late = self.late.saturating_add(1);
            return;
        }
        let index = usize::from(header.sequence) % SLOTS;
        if let Some(slot) = self.slots.get_mut(index) {
            slot.used = true;
            slot.header = header;
            slot.arrival = now;
            slot.payload.clear();
            slot.payload.extend_from_slice(payload);
        }
    }

    /// What to play next. Call it whenever sound is needed.
    pub fn pull(&mut self, now: Duration) -> Pull<'_> {
        let earliest = self.earliest();
        let Some(cursor) = self.cursor.or_else(|| self.begin(earliest, now)) else {
            return Pull::Idle;
        };
        let cursor = self.catch_up(cursor, now);
        let earliest = self.earliest();
        let gap = earliest.map(|index| (index, self.gap(index, cursor)));
        match gap {
            // Timestamps that are off by less than half a packet are the next one's all the same.
            Some((index, gap)) if gap <= i64::from(self.duration / 2) => self.take(index),
            Some((index, gap)) => self.missing(cursor, Some((index, gap)), now),
            None => self.missing(cursor, None, now),
        }
    }

    /// The packet pulled last held so many samples at the RTP clock.
    pub fn played(&mut self, samples: u32) {
        if samples > 0 && self.ms(i64::from(samples)) <= 120.0 {
            self.duration = samples;
        }
        if let Some(cursor) = &mut self.cursor {
            cursor.timestamp = cursor.timestamp.wrapping_add(samples);
        }
    }

    /// The usual duration of a packet in samples at the RTP clock.
    pub fn packet_samples(&self) -> u32 {
        self.duration
    }

    /// Whether sound waits longer than it needs to, so that playing may go faster.
    pub fn is_slow(&self, now: Duration) -> bool {
        self.waiting(now).is_some_and(|waiting| waiting > self.target_ms() + SLACK_MS)
    }

    /// What packets wait, in milliseconds.
    pub fn depth_ms(&self) -> f32 {
        let packets = self.slots.iter().filter(|slot| slot.used).count() as i64;
        self.ms(packets * i64::from(self.duration)) as f32
    }

    /// The delay aimed at, over the fastest packet's, in milliseconds.
    pub fn target_ms(&self) -> f64 {
        let total: f32 = self.histogram.iter().sum();
        let mut sum = 0.0;
        let mut bins = 0.0;
        for weight in &self.histogram {
            sum += weight;
            bins += 1.0;
            if sum >= total * QUANTILE {
                break;
            }
        }
        (bins * BIN_MS + MARGIN_MS).clamp(MIN_TARGET_MS, MAX_TARGET_MS)
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.late
    }

    fn begin(&mut self, earliest: Option<usize>, now: Duration) -> Option<Cursor> {
        let slot = self.slots.get(earliest?)?;
        let waited = now.saturating_sub(slot.arrival).as_secs_f64() * 1_000.0;
        // Half a tick early is nearer than a whole one late.
        if waited + BIN_MS < self.target_ms() {
            return None;
        }
        self.dry_ms = 0.0;
        self.cursor = Some(Cursor { timestamp: slot.header.timestamp, last_sequence: None });
        self.drop_backlog(now);
        self.cursor
    }

    fn catch_up(&mut self, cursor: Cursor, now: Duration) -> Cursor {
        if self.waiting(now).is_some_and(|waiting| waiting > self.target_ms() + BACKLOG_MS) {
            self.drop_backlog(now);
        }
        self.cursor.unwrap_or(cursor)
    }

    /// What waited in a queue before we began to listen would only be delay.
    fn drop_backlog(&mut self, now: Duration) {
        while self.is_slow(now) {
            let Some(old) = self.earliest() else { return };
            if let Some(slot) = self.slots.get_mut(old) {
                slot.used = false;
            }
            let Some(next) = self.earliest().and_then(|index| self.slots.get_mut(index)) else {
                return;
            };
            self.cursor = Some(Cursor { timestamp: next.header.timestamp, last_sequence: None });
        }
    }

    fn take(&mut self, index: usize) -> Pull<'_> {
        self.dry_ms = 0.0;
        let Some(slot) = self.slots.get_mut(index) else {
            return Pull::Idle;
        };
        slot.used = false;
        self.cursor = Some(Cursor {
            timestamp: slot.header.timestamp,
            last_sequence: Some(slot.header.sequence),
        });
        Pull::Packet { payload_type: slot.header.payload_type, payload: &slot.payload }
    }

    fn missing(&mut self, cursor: Cursor, next: Option<(usize, i64)>, now: Duration) -> Pull<'_> {
        let packet_ms = self.ms(i64::from(self.duration));
        if next.is_none() {
            self.dry_ms += packet_ms;
            if self.dry_ms > PAUSE_MS {
                self.cursor = None;
                return Pull::Idle;
            }
        }
        // Too little delay: made-up sound goes in without taking a packet's place.
        let wants_more =
            self.waiting(now).is_some_and(|waiting| waiting + BIN_MS < self.target_ms());
        if wants_more {
            return Pull::Missing { following: None };
        }
        let (duration, slots) = (self.duration, &self.slots);
        self.cursor = Some(Cursor {
            timestamp: cursor.timestamp.wrapping_add(duration),
            last_sequence: cursor.last_sequence.map(|last| last.wrapping_add(1)),
        });
        let following = next
            .filter(|(_, gap)| *gap <= i64::from(duration + duration / 2))
            .and_then(|(index, _)| slots.get(index))
            .filter(|slot| {
                cursor.last_sequence.map(|last| last.wrapping_add(2)) == Some(slot.header.sequence)
            });
        Pull::Missing { following: following.map(|slot| slot.payload.as_slice()) }
    }

    /// How long the sound at the cursor has waited, beyond the fastest packet's way.
    fn waiting(&self, now: Duration) -> Option<f64> {
        let (newest, extended) = self.newest?;
        let cursor = self.cursor?;
        let position = extended.saturating_add(distance(cursor.timestamp, newest));
        Some(now.as_secs_f64() * 1_000.0 - self.ms(position) - self.floor.get()?)
    }

    fn earliest(&self) -> Option<usize> {
        let base = self
            .cursor
            .map_or_else(|| self.newest.map(|(newest, _)| newest), |c| Some(c.timestamp))?;
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.used)
            .min_by_key(|(_, slot)| distance(slot.header.timestamp, base))
            .map(|(index, _)| index)
    }

    fn gap(&self, index: usize, cursor: Cursor) -> i64 {
        self.slots.get(index).map_or(0, |slot| distance(slot.header.timestamp, cursor.timestamp))
    }

    /// The packet's delay in milliseconds over the least of late.
    fn learn(&mut self, timestamp: u32, now: Duration) -> f64 {
        let (newest, extended) = self.newest.unwrap_or((timestamp, 0));
        let position = extended.saturating_add(distance(timestamp, newest));
        if position >= extended {
            self.newest = Some((timestamp, position));
        }
        let offset = now.as_secs_f64() * 1_000.0 - self.ms(position);
        offset - self.floor.update(offset, now)
    }

    fn count(&mut self, delay_ms: f64) {
        self.histogram.iter_mut().for_each(|weight| *weight *= FADE);
        let bin = (delay_ms / BIN_MS).clamp(0.0, (BINS - 1) as f64) as usize;
        if let Some(weight) = self.histogram.get_mut(bin) {
            *weight += 1.0 - FADE;
        }
    }

    fn ms(&self, samples: i64) -> f64 {
        samples as f64 * 1_000.0 / self.clock_rate
    }
}

/// The least offset of the last five to ten seconds, so that a drift of clocks is followed.
#[derive(Debug, Default)]
struct Floor {
    before: Option<f64>,
    current: Option<f64>,
    since: Duration,
}

impl Floor {
    fn update(&mut self, offset: f64, now: Duration) -> f64 {
        if self.current.is_some() && now.saturating_sub(self.since) > FLOOR_WINDOW {
            self.before = self.current.take();
        }
        if self.current.is_none() {
            self.since = now;
        }
        self.current = Some(self.current.map_or(offset, |current| current.min(offset)));
        self.get().unwrap_or(offset)
    }

    fn get(&self) -> Option<f64> {
        match (self.before, self.current) {
            (Some(before), Some(current)) => Some(before.min(current)),
            (before, current) => before.or(current),
        }
    }
}

/// `a - b`, across the wrap of timestamps.
fn distance(a: u32, b: u32) -> i64 {
    i64::from(a.wrapping_sub(b) as i32)
}

#[cfg(test)]
mod tests;
