//! RTCP (RFC 3550 §6): our compound packets, and what is learnt from theirs. Pure.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rand::Rng;
use rtc_rtcp::goodbye::Goodbye;
use rtc_rtcp::packet::{self, Packet};
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::source_description::{
    SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
};

use super::stats::Block;

/// The largest compound packet that is read.
const MAX_COMPOUND: usize = 1_500;

/// What we sent, for a sender report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The RTP timestamp of now.
    pub timestamp: u32,
    /// RTP packets in all.
    pub packets: u32,
    /// Octets of payload in all.
    pub octets: u32,
}

/// The two ways' figures, as RTCP tells them.
#[derive(Debug, Default)]
pub struct Reports {
    last_sender_report: Option<(u32, Duration)>,
    rtt: Option<Duration>,
    remote_loss_pct: Option<f32>,
    bye: bool,
}

impl Reports {
    /// The round trip in milliseconds, once known.
    pub fn rtt_ms(&self) -> Option<f32> {
        self.rtt.map(|rtt| rtt.as_secs_f32() * 1_000.0)
    }

    /// Per cent of our packets that the other side missed lately.
    pub fn remote_loss_pct(&self) -> Option<f32> {
        self.remote_loss_pct
    }

    /// The other side said that it leaves.
    pub fn said_goodbye(&self) -> bool {
        self.bye
    }

    /// Our compound packet: SR when we `sent`, else RR; SDES with the CNAME; BYE at the end.
    /// `remote` is whom we report about; `ntp` the time of day in NTP format.
    pub fn write(
        &self,
        ssrc: u32,
        cname: &str,
        sent: Option<Sent>,
        remote: Option<(u32, Block)>,
        clock: Clock,
        bye: bool,
    ) -> Option<BytesMut> {
        let reports: Vec<_> =
            remote.map(|(ssrc, block)| self.block(ssrc, block, clock.now)).into_iter().collect();
        let first: Box<dyn Packet> = match sent {
            Some(sent) => Box::new(SenderReport {
                ssrc,
                ntp_time: clock.ntp,
                rtp_time: sent.timestamp,
                packet_count: sent.packets,
                octet_count: sent.octets,
                reports,
                profile_extensions: Bytes::new(),
            }),
            None => Box::new(ReceiverReport { ssrc, reports, profile_extensions: Bytes::new() }),
        };
        let cname = SourceDescriptionItem {
            sdes_type: SdesType::SdesCname,
            text: Bytes::copy_from_slice(cname.as_bytes()),
        };
        let chunk = SourceDescriptionChunk { source: ssrc, items: vec![cname] };
        let mut packets = vec![first, Box::new(SourceDescription { chunks: vec![chunk] })];
        if bye {
            packets.push(Box::new(Goodbye { sources: vec![ssrc], reason: Bytes::new() }));
        }
        packet::marshal(&packets).ok()
    }

    /// Learns from a compound packet of theirs; `ours` is our SSRC. Whether it was one.
    pub fn read(&mut self, compound: &[u8], ours: u32, clock: Clock) -> bool {
        if compound.len() > MAX_COMPOUND {
            return false;
        }
        let mut rest = compound;
        let Ok(packets) = packet::unmarshal(&mut rest) else {
            return false;
        };
        for packet in packets {
            let any = packet.as_any();
            if let Some(report) = any.downcast_ref::<SenderReport>() {
                self.last_sender_report = Some((middle(report.ntp_time), clock.now));
                self.read_blocks(&report.reports, ours, clock);
            } else if let Some(report) = any.downcast_ref::<ReceiverReport>() {
                self.read_blocks(&report.reports, ours, clock);
            } else if any.is::<Goodbye>() {
                self.bye = true;
            }
        }
        true
    }

    fn read_blocks(&mut self, blocks: &[ReceptionReport], ours: u32, clock: Clock) {
        for block in blocks.iter().filter(|block| block.ssrc == ours) {
            self.remote_loss_pct = Some(f32::from(block.fraction_lost) * 100.0 / 256.0);
            if block.last_sender_report != 0 {
                let rtt = middle(clock.ntp)
                    .wrapping_sub(block.last_sender_report)
                    .wrapping_sub(block.delay);
                // Clocks that step or a peer that lies can make this "negative".
                if rtt < 10 << 16 {
                    self.rtt = Some(Duration::from_secs_f64(f64::from(rtt) / 65_536.0));
                }
            }
        }
    }

    fn block(&self, ssrc: u32, block: Block, now: Duration) -> ReceptionReport {
        let (last_sender_report, delay) = self.last_sender_report.map_or((0, 0), |(report, at)| {
            (report, (now.saturating_sub(at).as_secs_f64() * 65_536.0) as u32)
        });
        ReceptionReport {
            ssrc,
            fraction_lost: block.fraction_lost,
            total_lost: block.total_lost,
            last_sequence_number: block.highest,
            jitter: block.jitter,
            last_sender_report,
            delay,
        }
    }
}

/// The time, in the two forms that RTCP wants.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Since the session began.
    pub now: Duration,
    /// Of day, NTP format (RFC 3550 §4).
    pub ntp: u64,
}

impl Clock {
    /// From the time since the Unix epoch.
    pub fn new(now: Duration, unix: Duration) -> Self {
        let seconds = unix.as_secs().wrapping_add(2_208_988_800);
        let fraction = (u64::from(unix.subsec_nanos()) << 32) / 1_000_000_000;
        Self { now, ntp: (seconds << 32) | fraction }
    }
}

/// The wait until the next report: 5 s, spread (RFC 3550 §6.3.1); the first comes at half.
pub fn interval(first: bool, random: &mut impl Rng) -> Duration {
    let base: f64 = if first { 2.5 } else { 5.0 };
    Duration::from_secs_f64(base * random.random_range(0.5..1.5) / 1.218_28)
}

fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn clock(ms: u64) -> Clock {
        Clock::new(Duration::from_millis(ms), Duration::from_millis(1_700_000_000_000 + ms))
    }

    #[test]
    fn two_sides_learn_the_round_trip_and_the_loss() {
        let (mut a, mut b) = (Reports::default(), Reports::default());
        let sent = Sent { timestamp: 5, packets: 10, octets: 1_600 };
        let block = Block { fraction_lost: 64, total_lost: 3, highest: 9, jitter: 8 };
        let report = a.write(1, "a", Some(sent), None, clock(1_000), false).unwrap();
        b.read(&report, 2, clock(1_040));
        let reply = b.write(2, "b", None, Some((1, block)), clock(3_000), true).unwrap();
        a.read(&reply, 1, clock(3_050));
        assert!((a.rtt_ms().unwrap() - 90.0).abs() < 1.0);
        assert_eq!(a.remote_loss_pct(), Some(25.0));
        assert!(a.said_goodbye() && !b.said_goodbye());
        assert_eq!(&report[..2], [0x80, 200]);
        assert_eq!(&reply[..2], [0x81, 201]);
    }

    #[test]
    fn intervals_stay_in_their_range() {
        let mut random = rand::rng();
        for _ in 0..1_000 {
            let seconds = interval(false, &mut random).as_secs_f64();
            assert!((2.0..6.2).contains(&seconds));
        }
    }

    proptest! {
        #[test]
        fn never_panics(mut compound in proptest::collection::vec(any::<u8>(), 0..120), kind in 190_u8..215) {
            Reports::default().read(&compound, 1, clock(0));
            let words = (compound.len() / 4).saturating_sub(1) as u8;
            if let [first, second, high, low, ..] = &mut compound[..] {
                (*first, *second, *high, *low) = (0x80 | (*first & 0x3f), kind, 0, words);
            }
            Reports::default().read(&compound, 1, clock(0));
        }
    }
}
