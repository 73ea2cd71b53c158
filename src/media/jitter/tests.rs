#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::*;

const TICK: Duration = Duration::from_millis(20);

fn header(sequence: u32) -> Header {
    Header {
        marker: false,
        payload_type: 0,
        sequence: (65_000 + sequence) as u16,
        timestamp: (u32::MAX - 3_000).wrapping_add(sequence * 160),
        ssrc: 1,
    }
}

/// Packets 0..count with the delay that `delay_ms` gives (None: lost), played at 20 ms ticks.
/// Returns what was pulled: a packet's number, -1 for missing, -2 for idle.
fn run(count: u32, mut delay_ms: impl FnMut(u32) -> Option<u64>) -> (Vec<i32>, Jitter) {
    let mut arrivals: Vec<(Duration, u32)> = (0..count)
        .filter_map(|n| Some((TICK * n + Duration::from_millis(delay_ms(n)?), n)))
        .collect();
    arrivals.sort();
    let mut arrivals = arrivals.into_iter().peekable();
    let mut jitter = Jitter::new(8_000);
    let mut pulled = Vec::new();
    for tick in 0..count + 50 {
        let now = TICK * tick + Duration::from_millis(7);
        while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
            jitter.insert(header(n), &n.to_be_bytes(), at);
        }
        pulled.push(match jitter.pull(now) {
            Pull::Packet { payload, .. } => i32::from_be_bytes(payload.try_into().unwrap()),
            Pull::Missing { .. } => -1,
            Pull::Idle => -2,
        });
        if pulled.last().is_some_and(|n| *n >= 0) {
            jitter.played(160);
        }
    }
    (pulled, jitter)
}

fn packets(pulled: &[i32]) -> Vec<i32> {
    pulled.iter().copied().filter(|n| *n >= 0).collect()
}

#[test]
fn an_even_stream_comes_out_whole_after_the_least_wait() {
    let (pulled, jitter) = run(500, |_| Some(30));
    assert_eq!(packets(&pulled), (0..500).collect::<Vec<_>>());
    assert_eq!(
        pulled.iter().position(|n| *n == 0),
        Some(3),
        "30 ms on the way, 40 ms of wait, less the tolerance"
    );
    assert!(!pulled[3..503].contains(&-1));
    assert_eq!(pulled.last(), Some(&-2), "silence after the end is no loss for ever");
    assert_eq!((jitter.target_ms(), jitter.late()), (MIN_TARGET_MS, 0));
}

#[test]
fn a_lost_packet_is_missing_in_its_place() {
    let (pulled, _) = run(200, |n| (n % 10 != 5).then_some(10));
    let played: Vec<_> = pulled.iter().skip_while(|n| **n < 0).take(195).copied().collect();
    let expected: Vec<_> = (0..195).map(|n| if n % 10 == 5 { -1 } else { n }).collect();
    assert_eq!(played, expected);
}

#[test]
fn the_packet_after_a_loss_is_at_hand_for_recovery() {
    let mut jitter = Jitter::new(8_000);
    for n in [0, 2, 3] {
        jitter.insert(header(n), &[n as u8], TICK * n);
    }
    let now = TICK * 4;
    assert_eq!(jitter.pull(now), Pull::Packet { payload_type: 0, payload: &[0] });
    jitter.played(160);
    assert_eq!(jitter.pull(now), Pull::Missing { following: Some(&[2]) });
    assert_eq!(jitter.pull(now), Pull::Packet { payload_type: 0, payload: &[2] });
}

#[test]
fn reordered_packets_are_played_in_order() {
    let (pulled, _) = run(300, |n| Some(if n % 3 == 0 { 35 } else { 5 }));
    assert_eq!(packets(&pulled), (0..300).collect::<Vec<_>>());
}

#[test]
fn jitter_raises_the_target_until_hardly_anything_is_late() {
    let mut random = StdRng::seed_from_u64(7);
    let (pulled, jitter) = run(3_000, |_| Some(10 + random.random_range(0..120)));
    assert!((110.0..=140.0).contains(&jitter.target_ms()), "{}", jitter.target_ms());
    let late_half = packets(&pulled).iter().filter(|n| **n >= 1_500).count();
    assert!(late_half >= 1_440, "{late_half} of 1500");
}

#[test]
fn one_hiccup_neither_moves_the_target_nor_the_clock() {
    let (pulled, jitter) =
        run(500, |n| Some(if (200..206).contains(&n) { 130 - 20 * u64::from(n - 200) } else { 5 }));
    assert_eq!(jitter.target_ms(), MIN_TARGET_MS);
    let start = pulled.iter().position(|n| *n == 0).unwrap();
    assert_eq!(pulled[start + 400], 400);
}

#[test]
fn a_delay_that_fell_is_reported_as_slow() {
    let mut arrivals: Vec<_> = (0..600_u32)
        .map(|n| (TICK * n + Duration::from_millis(if n < 50 { 200 } else { 0 }), n))
        .collect();
    arrivals.sort();
    let mut arrivals = arrivals.into_iter().peekable();
    let mut jitter = Jitter::new(8_000);
    let mut slow = Vec::new();
    for tick in 0..600 {
        let now = TICK * tick;
        while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
            jitter.insert(header(n), &[0], at);
        }
        if matches!(jitter.pull(now), Pull::Packet { .. }) {
            jitter.played(160);
        }
        slow.push(jitter.is_slow(now));
    }
    assert!(!slow[..50].contains(&true));
    assert!(!slow[500..].contains(&false), "what was late is forgotten by now");
}

#[test]
fn a_backlog_at_the_beginning_is_not_played() {
    let mut jitter = Jitter::new(8_000);
    let now = TICK * 50;
    for n in 0..50_u32 {
        jitter.insert(header(n), &[n as u8], now);
    }
    let first = jitter.pull(now + Duration::from_millis(40));
    assert_eq!(first, Pull::Packet { payload_type: 0, payload: &[47] });
}

#[test]
fn a_pause_and_a_jump_begin_anew() {
    let mut jitter = Jitter::new(8_000);
    jitter.insert(header(0), &[0], TICK);
    assert!(matches!(jitter.pull(TICK * 4), Pull::Packet { .. }));
    jitter.played(160);
    let mut tick = 4;
    while jitter.pull(TICK * tick) != Pull::Idle {
        tick += 1;
        assert!(tick < 40);
    }
    let far = Header { timestamp: header(0).timestamp.wrapping_add(8_000_000), ..header(1) };
    jitter.insert(far, &[9], TICK * 50);
    assert_eq!(jitter.pull(TICK * 50), Pull::Idle);
    assert_eq!(jitter.pull(TICK * 53), Pull::Packet { payload_type: 0, payload: &[9] });
}

proptest! {
    #[test]
    fn anything_may_come(
        packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0_u64..10_000, any::<bool>()), 0..300),
        seed in any::<u64>(),
    ) {
        let mut jitter = Jitter::new(48_000);
        let mut packets = packets;
        packets.shuffle(&mut StdRng::seed_from_u64(seed));
        for (sequence, timestamp, at, pull) in packets {
            let now = Duration::from_millis(at);
            let header = Header { marker: false, payload_type: 0, sequence, timestamp, ssrc: 0 };
            jitter.insert(header, &[1], now);
            if pull {
                let packet = matches!(jitter.pull(now), Pull::Packet { .. });
                if packet {
                    jitter.played(timestamp % 9_000);
                }
                let _ = (jitter.is_slow(now), jitter.depth_ms(), jitter.target_ms());
            }
        }
    }
}

#[test]
fn what_waited_while_the_loudspeaker_stood_still_is_dropped() {
    let mut jitter = Jitter::new(8_000);
    let mut pulled = Vec::new();
    for n in 0..200 {
        let now = TICK * n;
        jitter.insert(header(n), &n.to_be_bytes(), now);
        if (50..100).contains(&n) {
            continue;
        }
        if let Pull::Packet { payload, .. } = jitter.pull(now) {
            pulled.push(u32::from_be_bytes(payload.try_into().unwrap()));
            jitter.played(160);
        }
    }
    let jumps: Vec<_> = pulled.windows(2).filter(|pair| pair[1] != pair[0] + 1).collect();
    assert_eq!(jumps.len(), 1, "{jumps:?}");
    let behind = 199 - pulled.last().unwrap();
    assert!((2..=5).contains(&behind), "{behind} packets behind");
}
