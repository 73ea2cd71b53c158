#![allow(clippy::unwrap_used)]
use std::time::Duration;

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;
use crate::media::rtp::Header;

const ALL: &str = "0123456789*#ABCD";
const FRAME: Duration = Duration::from_millis(20);

fn header(press: &Press) -> Header {
    Header {
        marker: press.marker,
        payload_type: 101,
        sequence: 0,
        timestamp: press.timestamp,
        ssrc: 1,
    }
}

/// Everything that goes out for these keys: frame number and packet.
fn presses(digits: &str, samples: u16, mut timestamp: u32) -> Vec<(u32, Press)> {
    let mut keypad = Keypad::default();
    keypad.push(digits, u16::MAX);
    let mut out = Vec::new();
    let mut frame = 0;
    while keypad.is_busy() {
        out.extend(keypad.turn(timestamp, samples).map(|press| (frame, press)));
        timestamp = timestamp.wrapping_add(u32::from(samples));
        frame += 1;
    }
    out
}

fn heard(packets: &[(u32, Press)]) -> String {
    let mut listener = Listener::default();
    packets
        .iter()
        .filter_map(|(frame, press)| {
            listener.packet(&header(press), &press.payload, FRAME * *frame)
        })
        .collect()
}

#[test]
fn an_event_is_written_as_the_rfc_says() {
    for samples in [160_u16, 960] {
        let sent = presses("5#", samples, u32::MAX - 100);
        let first: Vec<_> = sent.iter().take(7).collect();
        for (number, (frame, press)) in (1_u16..).zip(&first) {
            let event = Event::read(&press.payload).unwrap();
            assert_eq!((event.code, event.volume), (5, 10));
            assert_eq!((press.timestamp, press.marker), (u32::MAX - 100, number == 1));
            assert_eq!((event.duration, event.end), (number.min(5) * samples, number >= 5));
            assert_eq!(*frame, u32::from(number) - 1);
        }
        // 100 ms of tone and 60 ms of gap later.
        let (frame, second) = sent[7];
        assert_eq!((frame, second.marker, sent.len()), (8, true, 14));
        assert_eq!(second.timestamp, (u32::MAX - 100).wrapping_add(8 * u32::from(samples)));
    }
}

#[test]
fn only_keys_are_taken_and_only_so_many() {
    let mut keypad = Keypad::default();
    keypad.push("x+ ,p\u{661}", u16::MAX);
    assert!(!keypad.is_busy());
    keypad.push("A", 0x0fff);
    assert!(!keypad.is_busy());
    keypad.push("a", u16::MAX);
    assert_eq!(keypad.turn(0, 160).unwrap().payload[0], 12);
    assert_eq!(heard(&presses(&"1".repeat(1_000), 160, 0)).len(), send::QUEUE);
}

#[test]
fn every_key_comes_once_whatever_is_lost_swapped_or_doubled() {
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let loss = f64::from(seed as u32 % 4) * 0.1;
        let mut digits: String = ALL.repeat(2);
        digits.push_str("1111");
        let samples = if seed % 2 == 0 { 160 } else { 960 };
        let sent = presses(&digits, samples, random.random());
        let mut arrived: Vec<(u32, Press)> = Vec::new();
        for (frame, press) in sent {
            if random.random_bool(loss) {
                continue;
            }
            arrived.push((frame, press));
            if random.random_bool(0.2) {
                arrived.push((frame + random.random_range(0..4), press));
            }
        }
        // Late by up to 40 ms.
        arrived.sort_by_cached_key(|(frame, _)| frame + u32::from(random.random_bool(0.2)) * 2);
        let heard = heard(&arrived);
        if loss <= 0.2 {
            assert_eq!(heard, digits, "seed {seed}");
        } else {
            // Seven packets an event: one key in 4572 loses them all at 30 %.
            assert!((digits.len() - 1..=digits.len()).contains(&heard.len()), "{seed}: {heard}");
            let mut rest = digits.chars();
            assert!(heard.chars().all(|key| rest.any(|digit| digit == key)), "{seed}: {heard}");
        }
    }
}

#[test]
fn one_packet_is_enough_and_the_shortest_counts() {
    let sent = presses("7", 160, 5);
    for (frame, press) in &sent {
        assert_eq!(heard(&[(*frame, *press)]), "7");
    }
    let payload = Event { code: 3, end: true, volume: 0, duration: 80 }.write();
    assert_eq!(heard(&[(0, Press { payload, timestamp: 1, marker: true })]), "3");
}

#[test]
fn a_key_that_is_held_long_is_one() {
    let mut packets = Vec::new();
    // Four seconds at 48 kHz: three segments (RFC 4733 §2.5.1.3).
    for frame in 1..=200_u32 {
        let passed = frame * 960;
        let segment = (passed - 1) / 0xffff;
        let duration = (passed - segment * 0xffff) as u16;
        let event = Event { code: 9, end: frame == 200, volume: 10, duration };
        let press =
            Press { payload: event.write(), timestamp: segment * 0xffff, marker: frame == 1 };
        packets.push((frame, press));
    }
    assert_eq!(heard(&packets), "9");
    // Pressed again it is another one.
    let payload = Event { code: 9, end: false, volume: 10, duration: 960 }.write();
    packets.push((205, Press { payload, timestamp: 205 * 960, marker: false }));
    assert_eq!(heard(&packets), "99");
}

#[test]
fn a_flood_is_bounded() {
    let flood: Vec<_> = (0..100_000_u32)
        .map(|n| {
            let payload =
                Event { code: (n % 16) as u8, end: false, volume: 0, duration: 1 }.write();
            (n / 200, Press { payload, timestamp: n * 7, marker: true })
        })
        .collect();
    // Ten seconds of it.
    assert_eq!(heard(&flood).len(), 500);
}

proptest! {
    #[test]
    fn any_payload_is_survived(
        packets in proptest::collection::vec(
            (any::<bool>(), any::<u32>(), proptest::collection::vec(any::<u8>(), 0..12)), 0..50),
    ) {
        let mut listener = Listener::default();
        let mut told = 0;
        for (marker, timestamp, payload) in packets {
            let header = Header { marker, payload_type: 101, sequence: 0, timestamp, ssrc: 1 };
            told += usize::from(listener.packet(&header, &payload, Duration::ZERO).is_some());
            if let Some(event) = Event::read(&payload) {
                prop_assert_eq!(Event::read(&event.write()), Some(event));
            }
        }
        prop_assert!(told <= 50);
    }

    #[test]
    fn what_is_pressed_is_heard(digits in "[0-9*#A-D]{0,64}", at: u32, wide: bool) {
        prop_assert_eq!(heard(&presses(&digits, if wide { 960 } else { 160 }, at)), digits);
    }
}
