//! Keep-alive of the main flow (RFC 5626 §3.5, §4.4): line breaks or STUN, so that mappings on
//! the way stay and a dead flow is noticed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::super::transport::{FlowInfo, Ping};
use crate::model::account::Transport;

/// How long a pong may take.
const PONG_LIMIT: Duration = Duration::from_secs(10);
/// After this long a binding request is repeated for the first time (RFC 8489 §6.2.1).
const RTO: Duration = Duration::from_millis(500);
/// How often a server that may not know STUN is asked, before line breaks take its place.
const TRIES: u8 = 2;
/// Shortest and longest pause between pings, in seconds.
const STREAM: (f64, f64) = (60.0, 120.0);
const UDP: (f64, f64) = (15.0, 30.0);
const UDP_BINDING: (f64, f64) = (0.8 * 29.0, 29.0);

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    Ping(Ping),
    Dead,
}

/// The machine; at rest while there is no flow.
#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    stream: bool,
    next: Option<Instant>,
    pong_by: Option<Instant>,
    /// When an unanswered binding request is repeated, and the pause before that.
    again: Option<(Instant, Duration)>,
    /// The server has answered a ping on this flow: so silence means that the flow is dead.
    /// Not every server answers.
    answers: bool,
    asked: u8,
    /// The registrar agreed to outbound; with Flow-Timer, if it gave one.
    outbound: Option<Option<Duration>>,
    mapped: Option<SocketAddr>,
}

impl KeepAlive {
    /// A new flow: the first ping at once on a stream, to learn whether the server answers.
    pub fn start(now: Instant, flow: &FlowInfo, dice: u32) -> Self {
        let stream = flow.transport != Transport::Udp;
        let first = if stream { now } else { now + spread(UDP, dice) };
        Self { stream, next: Some(first), ..Self::default() }
    }

    /// The registrar agreed to outbound (RFC 5626 §4.4): it answers pings, and wants one at
    /// least every `flow_timer`.
    pub fn outbound(&mut self, now: Instant, flow_timer: Option<Duration>, dice: u32) {
        if self.outbound.replace(flow_timer) != Some(flow_timer) && self.next.is_some() {
            let first = if self.stream { spread(self.pause(), dice) } else { Duration::ZERO };
            self.next = self.next.min(Some(now + first));
        }
    }

    /// A ping was answered; `mapped` is our address as the server sees it. `false` when that
    /// has changed: then the flow is another one to everybody else (RFC 5626 §4.4.2).
    pub fn pong(&mut self, mapped: Option<SocketAddr>) -> bool {
        self.answers = true;
        self.alive();
        let before = self.mapped;
        self.mapped = mapped.or(before);
        before.is_none() || before == self.mapped
    }

    /// Something else came by the flow.
    pub fn alive(&mut self) {
        self.pong_by = None;
        self.again = None;
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let again = self.again.map(|(at, _)| at);
        [self.next, self.pong_by, again].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant, dice: u32) -> Option<Pulse> {
        if self.pong_by.is_some_and(|by| by <= now) {
            *self = Self::default();
            return Some(Pulse::Dead);
        }
        if let Some((_, pause)) = self.again.filter(|(at, _)| *at <= now) {
            self.again = Some((now + pause * 2, pause * 2));
            return Some(Pulse::Ping(Ping::Binding));
        }
        self.next.filter(|next| *next <= now)?;
        let ping = self.ping();
        let expects = self.answers || self.outbound.is_some();
        if ping == Ping::Binding {
            self.asked = self.asked.saturating_add(1);
            self.again = expects.then_some((now + RTO, RTO));
        }
        if expects && (self.stream || ping == Ping::Binding) {
            self.pong_by = Some(now + PONG_LIMIT);
        }
        self.next = Some(now + spread(self.pause(), dice));
        Some(Pulse::Ping(ping))
    }

    fn ping(&self) -> Ping {
        let binding = self.outbound.is_some() || self.answers || self.asked < TRIES;
        if !self.stream && binding { Ping::Binding } else { Ping::LineBreaks }
    }

    fn pause(&self) -> (f64, f64) {
        let (least, most) = match (self.stream, self.outbound.is_some()) {
            (true, true) => (0.8 * STREAM.1, STREAM.1),
            (true, false) => STREAM,
            (false, _) if self.answers || self.outbound.is_some() => UDP_BINDING,
            (false, _) => UDP,
        };
        match self.outbound.flatten().map(|timer| timer.as_secs_f64()) {
            Some(timer) if self.stream || timer < most => (0.8 * timer, timer),
            _ => (least, most),
        }
    }
}

fn spread((least, most): (f64, f64), dice: u32) -> Duration {
    Duration::from_secs_f64(least + (most - least) * f64::from(dice) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CRLF: Option<Pulse> = Some(Pulse::Ping(Ping::LineBreaks));
    const STUN: Option<Pulse> = Some(Pulse::Ping(Ping::Binding));

    fn flow(transport: Transport) -> FlowInfo {
        FlowInfo {
            local: ([127, 0, 0, 1], 1).into(),
            remote: ([127, 0, 0, 1], 2).into(),
            transport,
            tls: None,
            alternatives: 0,
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_silent_stream_is_dead_ten_seconds_after_its_ping() {
        let now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Tls), 0);
        assert_eq!(flow.handle_timeout(now, 0), CRLF);
        assert!(flow.pong(None));
        let next = flow.poll_timeout().unwrap();
        assert_eq!(next, now + seconds(60));
        assert_eq!(flow.handle_timeout(next, 0), CRLF);
        let limit = flow.poll_timeout().unwrap();
        assert_eq!(limit, next + PONG_LIMIT);
        assert_eq!(flow.handle_timeout(limit, 0), Some(Pulse::Dead));
        assert_eq!(flow.poll_timeout(), None);
    }

    #[test]
    fn a_server_that_never_answers_pings_is_not_taken_for_dead() {
        for (transport, most) in [(Transport::Tcp, 120), (Transport::Udp, 30)] {
            let mut now = Instant::now();
            let mut flow = KeepAlive::start(now, &flow(transport), u32::MAX);
            let mut bindings = 0;
            for _ in 0..20 {
                let next = flow.poll_timeout().unwrap();
                assert!(next - now <= seconds(most));
                now = next;
                let pulse = flow.handle_timeout(now, u32::MAX);
                assert!(pulse == CRLF || pulse == STUN);
                bindings += usize::from(pulse == STUN);
            }
            assert_eq!(bindings, if transport == Transport::Udp { 2 } else { 0 });
        }
    }

    #[test]
    fn flow_timer_sets_the_pace() {
        for (dice, expected) in [(0, 32), (u32::MAX, 40)] {
            let now = Instant::now();
            let mut flow = KeepAlive::start(now, &flow(Transport::Tcp), dice);
            flow.handle_timeout(now, dice);
            flow.outbound(now, Some(seconds(40)), dice);
            flow.alive();
            assert_eq!(flow.poll_timeout(), Some(now + seconds(expected)));
        }
        let now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Tls), 0);
        flow.handle_timeout(now, 0);
        flow.pong(None);
        flow.outbound(now, None, u32::MAX);
        flow.handle_timeout(flow.poll_timeout().unwrap(), 0);
        flow.pong(None);
        assert_eq!(flow.poll_timeout(), Some(now + seconds(60 + 96)));
    }

    #[test]
    fn with_outbound_udp_asks_again_and_again_for_ten_seconds() {
        let now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Udp), 0);
        flow.outbound(now, None, 0);
        let mut asked = Vec::new();
        loop {
            let at = flow.poll_timeout().unwrap();
            match flow.handle_timeout(at, 0).unwrap() {
                Pulse::Ping(ping) => {
                    assert_eq!(ping, Ping::Binding);
                    asked.push((at - now).as_millis());
                }
                Pulse::Dead => {
                    assert_eq!(at - now, PONG_LIMIT);
                    break;
                }
            }
        }
        assert_eq!(asked, [0, 500, 1500, 3500, 7500]);
    }

    #[test]
    fn another_mapped_address_is_another_flow() {
        let now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Udp), 0);
        let seen = |port| Some(SocketAddr::from(([192, 0, 2, 1], port)));
        assert!(flow.pong(seen(1)));
        assert!(flow.pong(seen(1)));
        assert!(flow.pong(None));
        assert!(!flow.pong(seen(2)));
    }
}
