#![allow(clippy::unwrap_used)]
use std::time::{Duration, Instant};

use super::*;
use crate::media::dtmf::Event;
use crate::media::receiver::{Arrival, Receiver};
use crate::model::call::MediaDirection;
use crate::sdp::{Codec, CodecPlan};

const TICK: Duration = Duration::from_millis(20);
const KEYS: &str = "0123456789*#ABCD";

fn plan(codec: Codec, key: Option<u8>) -> MediaPlan {
    let remote = "192.0.2.1:4000".parse().unwrap();
    let suite = SrtpSuite::AesCm128HmacSha1_80;
    MediaPlan {
        remote,
        remote_rtcp: remote,
        rtcp_mux: true,
        codec: CodecPlan {
            codec,
            send_payload_type: 96,
            receive_payload_type: 96,
            ptime_ms: 20,
            remote_fmtp: String::new(),
        },
        telephone_event: Some(EventPlan {
            send_payload_type: 101,
            receive_payload_type: 101,
            clock_rate: codec.clock_rate(),
            remote_events: u16::MAX,
        }),
        direction: MediaDirection::Sendrecv,
        srtp: key.map(|key| SrtpPlan {
            suite,
            local_key: vec![key; 30],
            remote_key: vec![key; 30],
        }),
    }
}

fn tone(frame: u32) -> Frame {
    std::array::from_fn(|n| {
        let at = frame as f32 * FRAME as f32 + n as f32;
        (at * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.4
    })
}

/// A sender and the receiver at the other end.
struct Way {
    sender: Sender,
    receiver: Receiver,
    frames: u32,
    digits: String,
    headers: Vec<Header>,
    refused: u32,
    loudest: f32,
}

impl Way {
    fn new(plan: &MediaPlan) -> Self {
        Self {
            sender: Sender::new(plan, &mut rand::rng()).unwrap(),
            receiver: Receiver::new(plan).unwrap(),
            frames: 0,
            digits: String::new(),
            headers: Vec::new(),
            refused: 0,
            loudest: 0.0,
        }
    }

    fn change(&mut self, plan: &MediaPlan) {
        self.sender.change(plan, &mut rand::rng()).unwrap();
        self.receiver.change(plan).unwrap();
    }

    fn run(&mut self, frames: u32) {
        for _ in 0..frames {
            let now = TICK * self.frames;
            let Self { sender, receiver, digits, headers, refused, .. } = self;
            sender
                .frame(&tone(self.frames), |packet| {
                    headers.extend(Header::read_protected(packet).map(|(header, _)| header));
                    match receiver.packet(packet, now, || true) {
                        Arrival::Digit(digit) => digits.push(digit),
                        Arrival::Heard => {}
                        Arrival::Refused => *refused += 1,
                    }
                })
                .unwrap();
            let mut out = [0.0; FRAME];
            receiver.frame(now, &mut out);
            self.loudest = out.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            self.frames += 1;
        }
    }
}

#[test]
fn keys_go_instead_of_sound_and_time_goes_on() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        for (key, ptime_ms) in [(None, 20), (Some(7), 20), (None, 60)] {
            let mut agreed = plan(codec, key);
            agreed.codec.ptime_ms = ptime_ms;
            let mut way = Way::new(&agreed);
            way.run(50);
            way.sender.press(KEYS);
            way.run(8 * 16);
            let samples = codec.clock_rate() / 50;
            let events = way.headers.iter().filter(|header| header.payload_type == 101).count();
            assert_eq!(events, 7 * 16);
            assert_eq!(way.headers.last().unwrap().payload_type, 101);
            way.run(50);
            assert_eq!((way.digits.as_str(), way.refused), (KEYS, 0));
            for pair in way.headers.windows(2) {
                assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            }
            // Sound after it stands where its time is.
            let sound: Vec<_> = way.headers.iter().filter(|h| h.payload_type == 96).collect();
            let markers = sound.iter().filter(|header| header.marker).count();
            assert_eq!(markers, 2, "the first packet, and the first after the keys");
            let passed =
                sound.last().unwrap().timestamp.wrapping_sub(sound.first().unwrap().timestamp);
            let expected = (way.frames - 1) * samples;
            assert!(passed.abs_diff(expected) <= 4 * samples, "{codec:?} {passed} {expected}");
            assert_eq!(way.receiver.loss_pct(), 0.0);
            assert!(way.receiver.jitter_ms() < 5.0, "{}", way.receiver.jitter_ms());
            assert!(way.loudest > 0.3, "sound is there again");
            let concealed = way.receiver.concealed_pct();
            assert!(concealed < 1.0, "{codec:?} {ptime_ms}: {concealed} % made up");
        }
    }
}

#[test]
fn keys_with_the_clock_of_telephones_go_beside_a_faster_codec() {
    let mut agreed = plan(Codec::Opus, None);
    if let Some(events) = &mut agreed.telephone_event {
        events.clock_rate = 8_000;
    }
    let mut way = Way::new(&agreed);
    way.run(50);
    way.sender.press(KEYS);
    let mut last = None;
    for _ in 0..8 * 16 {
        let now = TICK * way.frames;
        way.frames += 1;
        let Way { sender, receiver, digits, .. } = &mut way;
        let heard = |packet: &[u8]| {
            let event = Event::read(&packet[HEADER..]).unwrap();
            // 100 ms, told by their clock.
            assert!(event.duration <= 800 && event.duration.is_multiple_of(160), "{event:?}");
            assert_eq!(event.end, event.duration == 800);
            let (header, _) = Header::read(packet).unwrap();
            let turn = last.replace(header.timestamp).filter(|last| *last != header.timestamp);
            // When they were pressed, by the stream's.
            assert!(turn.is_none_or(|last| header.timestamp.wrapping_sub(last) == 8 * 960));
            if let Arrival::Digit(digit) = receiver.packet(packet, now, || true) {
                digits.push(digit);
            }
        };
        sender.frame(&tone(0), heard).unwrap();
    }
    assert_eq!(way.digits, KEYS);
    way.run(50);
    assert!(way.loudest > 0.3, "sound is there again");
}

#[test]
fn keys_are_dropped_where_nobody_understands_them_or_nothing_may_be_sent() {
    let mut way = Way::new(&MediaPlan { telephone_event: None, ..plan(Codec::Pcma, None) });
    way.sender.press("12");
    way.run(10);
    way.change(&plan(Codec::Pcma, None));
    way.run(10);
    way.sender.press("34");
    way.sender.hush();
    way.run(20);
    assert_eq!(way.digits, "");
    way.sender.press("0");
    (0..50).for_each(|_| way.sender.skip());
    way.run(20);
    assert_eq!(std::mem::take(&mut way.digits), "0", "what was slept over goes later");
    way.sender.press("56");
    way.run(4);
    way.change(&MediaPlan { telephone_event: None, ..plan(Codec::Pcma, None) });
    way.run(20);
    assert_eq!(way.digits, "5");
}

#[test]
fn keys_that_wait_go_on_with_another_codec() {
    let mut way = Way::new(&plan(Codec::Pcma, Some(1)));
    way.sender.press("123");
    way.run(12);
    way.change(&plan(Codec::Opus, Some(1)));
    way.run(40);
    assert_eq!((way.digits.as_str(), way.refused), ("123", 0));
}

#[test]
fn the_key_state_goes_on_over_changes_across_the_wrap() {
    let mut way = Way::new(&plan(Codec::Pcmu, Some(1)));
    let ssrc = way.sender.ssrc();
    way.sender.wire.header.sequence = 0xff00;
    for round in 0..14 {
        way.run(50);
        let mut next = plan(Codec::Pcmu, Some(1));
        next.remote = format!("192.0.2.{round}:4000").parse().unwrap();
        next.codec.codec = if round % 2 == 0 { Codec::Pcma } else { Codec::Pcmu };
        way.change(&next);
    }
    let wraps = way.headers.windows(2).filter(|h| h[1].sequence < h[0].sequence).count();
    assert_eq!((wraps, way.refused, way.sender.ssrc()), (1, 0, ssrc));
}

#[test]
fn a_new_key_is_used_at_once_and_an_old_one_never_with_its_ssrc() {
    let mut way = Way::new(&plan(Codec::Pcmu, Some(1)));
    let ssrc = way.sender.ssrc();
    way.run(10);
    // Half a change is none.
    way.sender.change(&plan(Codec::Pcmu, Some(2)), &mut rand::rng()).unwrap();
    way.run(10);
    assert_eq!(way.refused, 10);
    way.receiver.change(&plan(Codec::Pcmu, Some(2))).unwrap();
    way.run(10);
    assert_eq!((way.refused, way.sender.ssrc()), (10, ssrc));
    let sequence = way.headers.last().unwrap().sequence;
    assert_eq!(sequence, way.headers[0].sequence.wrapping_add(29));
    way.change(&plan(Codec::Pcmu, Some(1)));
    way.receiver.expect_another();
    way.run(10);
    assert_eq!(way.refused, 10);
    assert_ne!(way.sender.ssrc(), ssrc);
    let before = way.sender.ssrc();
    for key in 3..20 {
        way.change(&plan(Codec::Pcmu, Some(key)));
        way.receiver.expect_another();
        way.run(2);
    }
    assert_eq!(way.refused, 10);
    way.change(&plan(Codec::Pcmu, Some(4)));
    assert_ne!(way.sender.ssrc(), before);
}

#[test]
fn a_hold_is_no_loss_and_nothing_old_is_played_after_it() {
    let mut way = Way::new(&plan(Codec::Opus, None));
    way.run(100);
    assert!(way.loudest > 0.3);
    way.receiver.listen(false);
    way.run(200);
    assert_eq!((way.loudest, way.receiver.packets()), (0.0, 100));
    way.receiver.listen(true);
    way.run(1);
    assert_eq!(way.loudest, 0.0, "what waited before the hold is forgotten");
    way.run(60);
    assert!(way.loudest > 0.3);
    assert!(way.receiver.buffer_ms() < 100.0, "{}", way.receiver.buffer_ms());
    assert_eq!((way.receiver.loss_pct(), way.receiver.packets()), (0.0, 161));
    assert!(way.receiver.concealed_pct() < 2.0, "{}", way.receiver.concealed_pct());
    // Our own hold: the time goes on, and the first packet after it is marked.
    (0..100).for_each(|_| way.sender.skip());
    let before = *way.headers.last().unwrap();
    way.frames += 100;
    way.run(1);
    let after = way.headers.last().unwrap();
    assert_eq!(after.sequence, before.sequence.wrapping_add(1));
    assert_eq!(after.timestamp, before.timestamp.wrapping_add(101 * 960));
    assert!(after.marker);
}

/// Prints what a minute of one way costs.
#[test]
fn a_minute_full_of_keys_is_heard_whole() {
    let minute = |digits: &str| {
        let mut way = Way::new(&plan(Codec::Opus, Some(1)));
        let begin = Instant::now();
        for _ in 0..6 {
            way.sender.press(digits);
            way.run(500);
        }
        assert_eq!(way.digits.len(), digits.len() * 6);
        begin.elapsed()
    };
    println!("a minute without keys: {:?}", minute(""));
    println!("a minute with 192 keys: {:?}", minute(&KEYS.repeat(2)));
}
