//! The rings between a card's own thread, which must never wait, and the call's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a ring holds: 200 ms at 48 kHz.
pub const RING: usize = 9_600;
/// A card that neither gives nor takes anything for so long is lost. A headset that changes
/// its profile needs a second or two.
const STALL: Duration = Duration::from_secs(3);
/// After a gap, sound comes back within so many samples.
const FADE_IN: f32 = 96.0;

/// What a card's thread tells the call's.
#[derive(Debug, Default)]
pub struct Health {
    lost: AtomicBool,
    turns: AtomicU32,
    asked: AtomicUsize,
    gaps: AtomicU32,
}

impl Health {
    /// The card is gone and does not come back.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// See [`Health::lose`].
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Samples that a loudspeaker asked for last.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// How often there was too little for a loudspeaker.
    pub fn gaps(&self) -> u32 {
        self.gaps.load(Ordering::Relaxed)
    }

    fn turn(&self) {
        self.turns.fetch_add(1, Ordering::Relaxed);
    }
}

/// Notices a card that stands still.
#[derive(Debug)]
pub struct Watch {
    health: Arc<Health>,
    turns: u32,
    since: Instant,
}

impl Watch {
    /// Begins now.
    pub fn new(health: Arc<Health>) -> Self {
        Self { health, turns: 0, since: Instant::now() }
    }

    /// Whether the card is gone, or stands still for long.
    pub fn is_lost(&mut self) -> bool {
        let turns = self.health.turns.load(Ordering::Relaxed);
        if turns != self.turns {
            (self.turns, self.since) = (turns, Instant::now());
        } else if self.since.elapsed() > STALL {
            self.health.lose();
        }
        self.health.is_lost()
    }
}

/// A microphone's end.
pub struct Inlet {
    ring: rtrb::Producer<f32>,
    health: Arc<Health>,
}

/// A loudspeaker's end.
pub struct Outlet {
    ring: rtrb::Consumer<f32>,
    health: Arc<Health>,
    last: f32,
    gain: f32,
}

/// A ring for a microphone.
pub fn inlet() -> (Inlet, rtrb::Consumer<f32>, Arc<Health>) {
    let (ring, consumer) = rtrb::RingBuffer::new(RING);
    let health = Arc::new(Health::default());
    (Inlet { ring, health: Arc::clone(&health) }, consumer, health)
}

/// A ring for a loudspeaker.
pub fn outlet() -> (Outlet, rtrb::Producer<f32>, Arc<Health>) {
    let (producer, ring) = rtrb::RingBuffer::new(RING);
    let health = Arc::new(Health::default());
    (Outlet { ring, health: Arc::clone(&health), last: 0.0, gain: 1.0 }, producer, health)
}

impl Inlet {
    /// Takes what was recorded. When nobody reads, the newest is lost.
    pub fn take(&mut self, samples: impl Iterator<Item = f32>) {
        self.health.turn();
        for sample in samples {
            if self.ring.push(sample).is_err() {
                break;
            }
        }
    }

    /// What to tell when the card goes away.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }
}

impl Outlet {
    /// Gives so many samples to play, one by one. What is missing fades out and in again
    /// without a click.
    pub fn give(&mut self, count: usize, mut play: impl FnMut(f32)) {
        self.health.turn();
        self.health.asked.store(count, Ordering::Relaxed);
        let there = self.ring.slots().min(count);
        if there < count {
            self.health.gaps.fetch_add(1, Ordering::Relaxed);
        }
        for _ in 0..there {
            let sample = self.ring.pop().unwrap_or_default();
            self.gain = (self.gain + 1.0 / FADE_IN).min(1.0);
            self.last = sample * self.gain;
            play(self.last);
        }
        for _ in there..count {
            self.gain = 0.0;
            self.last *= 0.98;
            play(self.last);
        }
    }

    /// What to tell when the card goes away.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(outlet: &mut Outlet, count: usize) -> Vec<f32> {
        let mut played = Vec::new();
        outlet.give(count, |sample| played.push(sample));
        played
    }

    #[test]
    fn a_gap_is_filled_without_a_click_and_counted() {
        let (mut outlet, mut ring, health) = outlet();
        (0..100).for_each(|_| ring.push(0.5).unwrap());
        let mut played = given(&mut outlet, 50);
        assert_eq!((played.clone(), health.gaps()), (vec![0.5; 50], 0));
        played.extend(given(&mut outlet, 400));
        assert_eq!((played.len(), health.gaps(), health.asked()), (450, 1, 400));
        assert!(played[449].abs() < 0.01, "{}", played[449]);
        (0..200).for_each(|_| ring.push(0.5).unwrap());
        played.extend(given(&mut outlet, 200));
        assert_eq!(played[649], 0.5);
        let step = played.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(step <= 0.011, "{step}");
    }

    #[test]
    fn what_nobody_reads_is_dropped() {
        let (mut inlet, ring, health) = inlet();
        inlet.take((0..RING + 10).map(|n| n as f32));
        assert_eq!((ring.slots(), *ring.peek().unwrap()), (RING, 0.0));
        let mut watch = Watch::new(Arc::clone(&health));
        assert!(!watch.is_lost());
        health.lose();
        assert!(watch.is_lost());
    }
}
