#![allow(clippy::unwrap_used)]
use super::*;
use crate::media::SAMPLE_RATE;
use crate::media::frame::FRAME;
use crate::model::call::MediaDirection::{self, Inactive, Recvonly, Sendonly, Sendrecv};
use crate::sdp::{Codec, CodecPlan, EventPlan, SrtpPlan, SrtpSuite};

const TICK: Duration = Duration::from_millis(20);

fn plan(remote: SocketAddr, direction: MediaDirection, key: Option<u8>) -> MediaPlan {
    MediaPlan {
        remote,
        remote_rtcp: remote,
        rtcp_mux: true,
        codec: CodecPlan {
            codec: Codec::Pcmu,
            send_payload_type: 0,
            receive_payload_type: 0,
            ptime_ms: 20,
            remote_fmtp: String::new(),
        },
        telephone_event: Some(EventPlan {
            send_payload_type: 101,
            receive_payload_type: 101,
            clock_rate: 8_000,
            remote_events: u16::MAX,
        }),
        direction,
        srtp: key.map(|key| SrtpPlan {
            suite: SrtpSuite::AeadAes128Gcm,
            local_key: vec![0; 28],
            remote_key: vec![key; 28],
        }),
    }
}

fn tone() -> Frame {
    std::array::from_fn(|n| {
        (n as f32 * 450.0 * std::f32::consts::TAU / SAMPLE_RATE as f32).sin() * 0.4
    })
}

/// Somebody who sends to us.
struct Peer {
    sender: Sender,
    address: SocketAddr,
}

impl Peer {
    fn new(address: &str, key: Option<u8>) -> Self {
        let address = address.parse().unwrap();
        let mut plan = plan(address, Sendrecv, key);
        if let Some(srtp) = &mut plan.srtp {
            srtp.local_key.clone_from(&srtp.remote_key);
        }
        Self { sender: Sender::new(&plan, &mut rand::rng()).unwrap(), address }
    }

    fn talk(&mut self, line: &mut Line, now: Duration) {
        let Self { sender, address } = self;
        sender.frame(&tone(), |packet| line.received(packet, *address, now)).unwrap();
    }
}

fn peak(line: &mut Line, now: Duration) -> f32 {
    let mut frame = [0.0; FRAME];
    line.play(now, &mut frame);
    frame.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

fn news(line: &mut Line) -> Vec<MediaEvent> {
    std::iter::from_fn(|| line.news()).collect()
}

async fn nothing_listens() -> Sockets {
    bind("127.0.0.1".parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn silence_is_told_once_and_its_end_too() {
    let sockets = nothing_listens().await;
    let mut peer = Peer::new("127.0.0.1:9", None);
    let agreed = |direction| plan("127.0.0.1:9".parse().unwrap(), direction, None);
    let mut line = Line::new(agreed(Sendrecv), Duration::ZERO).unwrap();
    let mut second = 0;
    let mut wait = |line: &mut Line, seconds: u64| {
        for _ in 0..seconds {
            second += 1;
            line.housekeeping(Duration::from_secs(second), &sockets);
        }
        (news(line), Duration::from_secs(second))
    };
    let (silent, heard) = (vec![MediaEvent::Silent(true)], vec![MediaEvent::Silent(false)]);
    assert_eq!(wait(&mut line, 19).0, []);
    assert_eq!(wait(&mut line, 1).0, silent);
    let (none, now) = wait(&mut line, 100);
    assert_eq!(none, []);
    peer.talk(&mut line, now);
    peer.talk(&mut line, now);
    assert_eq!(news(&mut line), heard);
    // Reports are a sign of life too, a stranger's noise is none.
    let (_, now) = wait(&mut line, 15);
    let report = Reports::default().write(1, "c", None, None, clock(now), false).unwrap();
    line.received(&report, peer.address, now);
    line.received(&[0x80, 200, 0, 9, 1], peer.address, now);
    assert_eq!(wait(&mut line, 19).0, []);
    assert_eq!(wait(&mut line, 1).0, silent);
    // While it may not send nobody waits for it.
    let (_, now) = wait(&mut line, 0);
    line.change(agreed(Sendonly), now).unwrap();
    assert_eq!(wait(&mut line, 100).0, heard);
    let (_, now) = wait(&mut line, 0);
    line.change(agreed(Recvonly), now).unwrap();
    assert_eq!(wait(&mut line, 19).0, []);
    assert_eq!(wait(&mut line, 1).0, silent);
}

#[tokio::test]
async fn another_branch_is_heard_at_once_and_the_old_one_no_more() {
    for (first_key, second_key) in [(None, None), (Some(1), Some(2))] {
        let mut old = Peer::new("198.51.100.1:5000", first_key);
        let mut new = Peer::new("203.0.113.1:6000", second_key);
        let mut now = Duration::ZERO;
        let mut line = Line::new(plan(old.address, Sendrecv, first_key), now).unwrap();
        for _ in 0..50 {
            now += TICK;
            old.talk(&mut line, now);
            peak(&mut line, now);
        }
        assert!(peak(&mut line, now) > 0.2);
        assert_eq!(line.rtp.destination(), Some(old.address));
        line.change(plan(new.address, Sendrecv, second_key), now).unwrap();
        assert_eq!(line.rtp.destination(), Some(new.address));
        let before = line.receiver.packets();
        for _ in 0..20 {
            now += TICK;
            old.talk(&mut line, now);
            new.talk(&mut line, now);
            peak(&mut line, now);
        }
        assert_eq!(line.receiver.packets(), before + 20);
        assert!(peak(&mut line, now) > 0.2);
        assert_eq!(line.rtp.destination(), Some(new.address));
        assert_eq!(line.receiver.loss_pct(), 0.0);
    }
}

#[tokio::test]
async fn each_direction_sends_and_plays_what_it_may() {
    let ears = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let sockets = nothing_listens().await;
    let mut peer = Peer::new(&ears.local_addr().unwrap().to_string(), None);
    let remote = peer.address;
    for mux in [true, false] {
        let agreed = |direction| MediaPlan {
            rtcp_mux: mux,
            remote_rtcp: "127.0.0.1:9".parse().unwrap(),
            ..plan(remote, direction, None)
        };
        let mut now = Duration::ZERO;
        let mut line = Line::new(agreed(Sendrecv), now).unwrap();
        let ssrc = line.sender.ssrc();
        // Long enough for a report, or for what keeps the way open.
        let frames = if mux { 400 } else { 800 };
        let all = [Sendrecv, Sendonly, Sendrecv, Recvonly, Inactive, Sendrecv, Inactive, Recvonly];
        for direction in all.into_iter().skip(if mux { 0 } else { 4 }) {
            line.change(agreed(direction), now).unwrap();
            let plays = matches!(direction, Sendrecv | Recvonly);
            let sends = matches!(direction, Sendrecv | Sendonly);
            let (mut loudest, mut packets, mut reports, mut others) = (0.0_f32, 0, 0, 0);
            for frame in 0..frames {
                now += TICK;
                peer.talk(&mut line, now);
                let loudness = peak(&mut line, now);
                assert!(frame > 0 || direction == Recvonly || loudness == 0.0, "old sound");
                loudest = loudest.max(loudness);
                line.send(&tone(), &sockets).unwrap();
                line.housekeeping(now, &sockets);
                let mut buffer = [0; 2_000];
                // What is sent on loopback is there.
                while let Ok(length) = ears.try_recv(&mut buffer) {
                    match &buffer[..length] {
                        [] => others += 1,
                        packet if is_rtcp(packet) => reports += 1,
                        _ => packets += 1,
                    }
                }
                tokio::task::yield_now().await;
            }
            assert_eq!(loudest > 0.2, plays, "{direction:?} {loudest}");
            assert_eq!(packets > frames * 9 / 10, sends, "{direction:?} {packets}");
            assert!(sends || packets <= 1, "{direction:?} {packets}");
            assert_eq!(reports > 0, mux, "reports go on: {direction:?}");
            assert_eq!(others > 0, !mux && !sends, "a NAT's way stays open: {direction:?}");
            assert_eq!(line.receiver.loss_pct(), 0.0);
        }
        assert_eq!(line.sender.ssrc(), ssrc);
        assert_eq!(news(&mut line), []);
    }
}

#[tokio::test]
async fn nothing_goes_to_the_address_of_an_old_hold() {
    let mut peer = Peer::new("127.0.0.1:9", None);
    let sockets = nothing_listens().await;
    let mut line = Line::new(plan(peer.address, Sendrecv, None), Duration::ZERO).unwrap();
    peer.talk(&mut line, TICK);
    line.send(&tone(), &sockets).unwrap();
    let packets = line.sender.packets();
    line.change(plan("0.0.0.0:9".parse().unwrap(), Recvonly, None), TICK).unwrap();
    assert_eq!((line.rtp.destination(), line.rtcp.destination()), (None, None));
    line.send(&tone(), &sockets).unwrap();
    assert_eq!(line.sender.packets(), packets);
    // Its music is heard, from where it comes.
    for n in 2..60 {
        peer.talk(&mut line, TICK * n);
        peak(&mut line, TICK * n);
    }
    assert!(peak(&mut line, TICK * 60) > 0.2);
}

#[tokio::test]
async fn keys_are_told_in_order_and_never_too_many() {
    let mut peer = Peer::new("127.0.0.1:9", Some(3));
    let mut line = Line::new(plan(peer.address, Sendrecv, Some(3)), Duration::ZERO).unwrap();
    peer.sender.press(&"12345678".repeat(8));
    for n in 0..600 {
        peer.talk(&mut line, TICK * n);
    }
    let event = line.news().unwrap();
    assert_eq!(event, MediaEvent::Digit('1'));
    line.untold(event);
    assert_eq!(news(&mut line).len(), 64);
    peer.sender.press("1");
    peer.talk(&mut line, TICK * 600);
    assert_eq!(news(&mut line), [MediaEvent::Digit('1')]);
    assert!(!format!("{:?}", MediaEvent::Digit('7')).contains('7'));
}
