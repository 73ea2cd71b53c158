//! Figures of a stream (RFC 3550 §6.4, appendix A) and the estimate of its quality (ITU-T
//! G.107, simplified). Pure.

use std::time::Duration;

use crate::sdp::Codec;

/// What is known of the packets that came.
#[derive(Debug, Clone, Default)]
pub struct Reception {
    first: Option<u64>,
    highest: u64,
    received: u64,
    jitter: f64,
    transit: Option<f64>,
    expected_before: u64,
    paused: bool,
    reported_expected: u64,
    reported_received: u64,
}

/// The block of a receiver report (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Lost since the last report, of 256.
    pub fraction_lost: u8,
    /// Lost in all; 24 bits on the wire.
    pub total_lost: u32,
    /// Highest sequence number with its cycles.
    pub highest: u32,
    /// Jitter in samples at the RTP clock.
    pub jitter: u32,
}

impl Reception {
    /// A packet came.
    pub fn packet(&mut self, sequence: u16, timestamp: u32, clock_rate: u32, now: Duration) {
        self.untimed(sequence);
        let arrival = now.as_secs_f64() * f64::from(clock_rate);
        let transit = (arrival - f64::from(timestamp)).rem_euclid(4_294_967_296.0);
        if let Some(before) = self.transit.replace(transit) {
            let change = (transit - before).abs();
            let change = change.min(4_294_967_296.0 - change);
            // A jump of the timestamps is no jitter.
            if change < f64::from(clock_rate) {
                self.jitter += (change - self.jitter) / 16.0;
            }
        }
    }

    /// A packet came whose timestamp says nothing about its time.
    pub fn untimed(&mut self, sequence: u16) {
        self.received = self.received.saturating_add(1);
        if self.first.is_none() {
            // One cycle up, so that a packet from before the first one has a place.
            let start = u64::from(sequence) + (1 << 16);
            (self.first, self.highest) = (Some(start), start);
        }
        let step = i64::from(sequence.wrapping_sub(self.highest as u16) as i16);
        if std::mem::take(&mut self.paused) {
            self.expected_before = self.expected();
            let start = self.highest.saturating_add_signed(step);
            (self.first, self.highest, self.transit) = (Some(start), start, None);
        } else if step > 0 {
            self.highest = self.highest.saturating_add_signed(step);
        }
    }

    /// We do not listen for a while: what is sent meanwhile is not missed.
    pub fn pause(&mut self) {
        self.paused = self.first.is_some();
    }

    /// Packets that came.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Per cent lost of all that was sent to us.
    pub fn loss_pct(&self) -> f32 {
        let expected = self.expected();
        if expected == 0 {
            return 0.0;
        }
        expected.saturating_sub(self.received) as f32 * 100.0 / expected as f32
    }

    /// Jitter in milliseconds.
    pub fn jitter_ms(&self, clock_rate: u32) -> f32 {
        (self.jitter * 1_000.0 / f64::from(clock_rate.max(1))) as f32
    }

    /// The block to report; the fraction counts from the last call.
    pub fn report(&mut self) -> Block {
        let expected = self.expected();
        let new_expected = expected.saturating_sub(self.reported_expected);
        let new_received = self.received.saturating_sub(self.reported_received);
        (self.reported_expected, self.reported_received) = (expected, self.received);
        let lost = new_expected.saturating_sub(new_received).saturating_mul(256);
        Block {
            fraction_lost: lost.checked_div(new_expected).unwrap_or(0).min(255) as u8,
            total_lost: expected.saturating_sub(self.received).min(0x7f_ffff) as u32,
            highest: self.highest.wrapping_sub(1 << 16) as u32,
            jitter: self.jitter as u32,
        }
    }

    fn expected(&self) -> u64 {
        let since =
            self.first.map_or(0, |first| self.highest.saturating_sub(first).saturating_add(1));
        self.expected_before.saturating_add(since)
    }
}

/// The estimated mean opinion score, 1.0 to 4.5: the E-model's rating of delay and loss.
/// `delay_ms` is mouth to ear, `loss_pct` what remained after the network and the jitter buffer.
pub fn mos(codec: Codec, delay_ms: f32, loss_pct: f32) -> f32 {
    // Robustness to loss: G.113 for G.711 with concealment; Opus with FEC is taken as twice that.
    let robustness = match codec {
        Codec::Opus => 50.0,
        Codec::Pcmu | Codec::Pcma => 25.1,
    };
    let loss = loss_pct.clamp(0.0, 100.0);
    let equipment = 95.0 * loss / (loss + robustness);
    let delay = 0.024 * delay_ms + 0.11 * (delay_ms - 177.3).max(0.0);
    let rating = (93.2 - delay - equipment).clamp(0.0, 100.0);
    (1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_counted_across_the_wrap_and_between_reports() {
        let mut reception = Reception::default();
        for n in 0..200_u32 {
            if n % 10 != 3 {
                reception.packet(
                    (65_400 + n) as u16,
                    n * 160,
                    8_000,
                    Duration::from_millis(20) * n,
                );
            }
        }
        assert_eq!((reception.received(), reception.loss_pct()), (180, 10.0));
        let block = reception.report();
        assert_eq!((block.fraction_lost, block.total_lost, block.highest), (25, 20, 65_400 + 199));
        assert_eq!(reception.report().fraction_lost, 0);
        assert_eq!(block.jitter, 0);
    }

    #[test]
    fn a_pause_is_no_loss() {
        let mut reception = Reception::default();
        let mut run = |sequences: std::ops::Range<u32>| {
            for n in sequences.filter(|n| n % 10 != 3) {
                reception.packet(n as u16, n * 160, 8_000, Duration::from_millis(20) * n);
            }
            reception.pause();
            (reception.received(), reception.loss_pct())
        };
        assert_eq!(run(0..100), (90, 10.0));
        assert_eq!(run(60_000..60_100), (180, 10.0));
        assert_eq!(run(70_000..70_100), (270, 10.0));
        assert_eq!((reception.report().total_lost, reception.jitter as u32), (30, 0));
    }

    #[test]
    fn jitter_nears_the_mean_difference() {
        let mut reception = Reception::default();
        for n in 0..500_u32 {
            let late = Duration::from_millis(if n % 2 == 0 { 0 } else { 10 });
            reception.packet(n as u16, n * 160, 8_000, Duration::from_millis(20) * n + late);
        }
        assert!((reception.jitter_ms(8_000) - 10.0).abs() < 0.1);
    }

    #[test]
    fn reordering_and_duplicates_do_no_harm() {
        let mut reception = Reception::default();
        for sequence in [0_u16, 65_535, 2, 1, 1, 3] {
            reception.packet(sequence, 0, 8_000, Duration::ZERO);
        }
        assert_eq!((reception.loss_pct(), reception.report().total_lost), (0.0, 0));
    }

    #[test]
    fn the_score_falls_with_loss_and_delay() {
        let best = mos(Codec::Opus, 60.0, 0.0);
        assert!((4.3..=4.5).contains(&best), "{best}");
        assert!(mos(Codec::Pcmu, 60.0, 5.0) < mos(Codec::Opus, 60.0, 5.0));
        assert!(mos(Codec::Opus, 60.0, 5.0) < best);
        assert!(mos(Codec::Opus, 500.0, 0.0) < 3.7);
        assert_eq!(mos(Codec::Pcmu, 2_000.0, 100.0), 1.0);
    }
}
