//! Every timer of RFC 3261 §17 and RFC 6026 by its letter, on a virtual clock.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use super::super::message::{Message, Method, Request, Response};
use super::super::transport::{FlowId, Hop, Source};
use super::{Arrival, ClientKey, Origin, ServerKey, Timers, Transactions, ack_for};
use crate::model::account::Transport;

/// One side, and what it sent when.
struct Side {
    layer: Transactions<u8>,
    start: Instant,
    now: Instant,
    sent: Vec<(u64, Message)>,
    failed: Vec<u64>,
}

impl Side {
    fn new() -> Self {
        let start = Instant::now();
        let layer = Transactions::new(Timers::default());
        Self { layer, start, now: start, sent: Vec::new(), failed: Vec::new() }
    }

    fn millis(&self) -> u64 {
        u64::try_from((self.now - self.start).as_millis()).unwrap()
    }

    fn take(&mut self) {
        let at = self.millis();
        while let Some((_, message)) = self.layer.poll_transmit() {
            self.sent.push((at, message));
        }
        while self.layer.poll_failed().is_some() {
            self.failed.push(at);
        }
    }

    fn run(&mut self, millis: u64) {
        self.take();
        let end = self.now + Duration::from_millis(millis);
        while let Some(due) = self.layer.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.layer.handle_timeout(self.now);
            self.take();
        }
        self.now = end;
    }

    fn send(&mut self, method: Method, reliable: bool) -> (Request, ClientKey) {
        let request = request(method);
        let key = self.layer.request(self.now, 0, request.clone(), Hop::Flow, reliable).unwrap();
        self.take();
        (request, key)
    }

    fn receive(&mut self, message: impl Into<Message>, reliable: bool) -> Option<Arrival<u8>> {
        let transport = if reliable { Transport::Tcp } else { Transport::Udp };
        let address = ([192, 0, 2, 1], 5060).into();
        let answers = Hop::Source(Source { flow: FlowId::MAIN, address, transport });
        let origin = Origin { answers, reliable, trusted: true };
        let arrival = self.layer.receive(self.now, origin, message.into());
        self.take();
        arrival
    }

    fn respond(&mut self, request: &Request, status: u16) -> ServerKey {
        let key = ServerKey::of(request).unwrap();
        self.layer.respond(self.now, &key, response(request, status));
        self.take();
        key
    }

    /// When the messages were sent since the last look, in milliseconds.
    fn times(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.sent).into_iter().map(|(at, _)| at).collect()
    }

    fn acks(&mut self) -> usize {
        let is_ack = |message: &Message| matches!(message, Message::Request(request) if request.method == Method::Ack);
        std::mem::take(&mut self.sent).iter().filter(|(_, message)| is_ack(message)).count()
    }
}

fn request(method: Method) -> Request {
    let mut request = Request::new(method, "sip:b@x");
    let cseq = format!("1 {}", request.method);
    for (name, value) in [
        ("Via", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKtimers"),
        ("From", "<sip:a@x>;tag=1"),
        ("To", "<sip:b@x>"),
        ("Call-ID", "timers"),
        ("CSeq", cseq.as_str()),
    ] {
        request.headers.push(name, value);
    }
    request
}

fn response(request: &Request, status: u16) -> Response {
    Response::to_request(request, status, None)
}

#[test]
fn timer_a_doubles_and_b_gives_up_an_invite() {
    let mut side = Side::new();
    side.send(Method::Invite, false);
    side.run(40_000);
    assert_eq!(side.times(), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(side.failed, [32_000]);
}

#[test]
fn timer_a_rests_on_a_stream_and_b_does_not() {
    let mut side = Side::new();
    side.send(Method::Invite, true);
    side.run(40_000);
    assert_eq!((side.times(), side.failed.as_slice()), (vec![0], [32_000].as_slice()));
}

#[test]
fn timers_a_and_b_end_with_the_first_provisional_response() {
    let mut side = Side::new();
    let (invite, _) = side.send(Method::Invite, false);
    side.run(600);
    side.receive(response(&invite, 180), false);
    side.run(600_000);
    assert_eq!(side.times(), [0, 500]);
    assert!(side.failed.is_empty());
}

#[test]
fn timer_c_is_the_proxy_s_and_not_ours() {
    let mut side = Side::new();
    let (invite, key) = side.send(Method::Invite, false);
    side.receive(response(&invite, 180), false);
    side.run(200_000);
    assert!(side.layer.sent(&key).is_some(), "who calls decides when to give up");
}

#[test]
fn timer_d_acknowledges_a_repeated_failure() {
    for (reliable, acks) in [(false, 3), (true, 1)] {
        let mut side = Side::new();
        let (invite, key) = side.send(Method::Invite, reliable);
        side.times();
        assert!(side.receive(response(&invite, 486), reliable).is_some());
        side.run(1);
        assert!(side.receive(response(&invite, 486), reliable).is_none(), "told once");
        side.run(31_990);
        side.receive(response(&invite, 486), reliable);
        assert_eq!(side.acks(), acks);
        side.run(20);
        assert!(side.layer.sent(&key).is_none());
    }
}

#[test]
fn timer_e_doubles_to_t2_and_f_gives_up() {
    let mut side = Side::new();
    side.send(Method::Options, false);
    side.run(40_000);
    let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(side.times(), expected);
    assert_eq!(side.failed, [32_000]);
}

#[test]
fn timer_e_is_t2_after_a_provisional_response_and_f_goes_on() {
    let mut side = Side::new();
    let (options, _) = side.send(Method::Options, false);
    side.run(100);
    side.receive(response(&options, 100), false);
    side.run(40_000);
    let times = side.times();
    assert!(times.windows(2).skip(1).all(|pair| pair[1] - pair[0] == 4_000), "{times:?}");
    assert_eq!(side.failed, [32_000]);
}

#[test]
fn timer_f_alone_runs_on_a_stream() {
    let mut side = Side::new();
    side.send(Method::Options, true);
    side.run(40_000);
    assert_eq!((side.times(), side.failed.as_slice()), (vec![0], [32_000].as_slice()));
}

#[test]
fn timer_g_repeats_a_failure_to_t2_and_h_ends_it() {
    let mut side = Side::new();
    let invite = request(Method::Invite);
    side.receive(invite.clone(), false);
    let key = side.respond(&invite, 486);
    side.run(31_999);
    let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(side.times(), expected);
    assert!(side.layer.knows(&key));
    side.run(2);
    assert!(!side.layer.knows(&key));
}

#[test]
fn timer_g_rests_on_a_stream() {
    let mut side = Side::new();
    let invite = request(Method::Invite);
    side.receive(invite.clone(), true);
    side.respond(&invite, 486);
    side.run(40_000);
    assert_eq!(side.times(), [0]);
}

#[test]
fn timer_i_swallows_repeated_acks() {
    for (reliable, wait) in [(false, 5_000), (true, 0)] {
        let mut side = Side::new();
        let invite = request(Method::Invite);
        side.receive(invite.clone(), reliable);
        let key = side.respond(&invite, 486);
        let ack = ack_for(&invite, &response(&invite, 486));
        assert!(side.receive(ack.clone(), reliable).is_none());
        side.times();
        if wait > 0 {
            side.run(wait - 1);
            assert!(side.receive(ack, reliable).is_none());
            assert!(side.layer.knows(&key));
        }
        side.run(2);
        assert!(!side.layer.knows(&key));
        assert!(side.times().is_empty(), "nothing is repeated once it is acknowledged");
    }
}

#[test]
fn timer_j_answers_a_repeated_request_again() {
    let mut side = Side::new();
    let options = request(Method::Options);
    side.receive(options.clone(), false);
    let key = side.respond(&options, 200);
    side.run(31_999);
    assert!(side.receive(options.clone(), false).is_none(), "told once");
    assert_eq!(side.times(), [0, 31_999]);
    side.run(2);
    assert!(!side.layer.knows(&key));

    let mut side = Side::new();
    side.receive(options.clone(), true);
    let key = side.respond(&options, 200);
    side.run(0);
    assert!(!side.layer.knows(&key), "on a stream nothing is repeated");
}

#[test]
fn timer_k_swallows_repeated_responses() {
    for (reliable, wait) in [(false, 5_000), (true, 0)] {
        let mut side = Side::new();
        let (options, key) = side.send(Method::Options, reliable);
        assert!(side.receive(response(&options, 200), reliable).is_some());
        assert!(side.receive(response(&options, 200), reliable).is_none());
        if wait > 0 {
            side.run(wait - 1);
            assert!(side.layer.sent(&key).is_some());
        }
        side.run(1);
        assert!(side.layer.sent(&key).is_none());
        assert_eq!(side.times(), [0]);
    }
}

#[test]
fn timer_l_keeps_an_accepted_invite_for_its_repetitions_and_ack() {
    let mut side = Side::new();
    let invite = request(Method::Invite);
    side.receive(invite.clone(), false);
    let key = side.respond(&invite, 200);
    side.run(31_999);
    assert!(side.receive(invite.clone(), false).is_none(), "no second call");
    assert_eq!(side.times(), [0], "the 2xx is repeated by who answered, not from here");
    assert!(matches!(side.receive(request(Method::Ack), false), Some(Arrival::Ack(_))));
    side.run(2);
    assert!(!side.layer.knows(&key));
}

#[test]
fn timer_m_lets_further_2xx_through() {
    let mut side = Side::new();
    let (invite, key) = side.send(Method::Invite, false);
    for _ in 0..3 {
        let arrival = side.receive(response(&invite, 200), false);
        assert!(matches!(arrival, Some(Arrival::Response(0, _, _))));
        side.run(10_000);
    }
    assert!(side.receive(response(&invite, 486), false).is_none(), "too late");
    side.run(2_001);
    assert!(side.layer.sent(&key).is_none());
    assert!(side.receive(response(&invite, 200), false).is_none());
    assert!(side.failed.is_empty());
}
