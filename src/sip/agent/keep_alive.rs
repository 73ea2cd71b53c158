//! Keep-alive of the main flow (RFC 5626 §3.5.1): CRLFs, so that mappings on the way stay and
//! a dead stream is noticed.

use std::time::{Duration, Instant};

use super::super::transport::FlowInfo;
use crate::model::account::Transport;

/// How long a pong may take.
const PONG_LIMIT: Duration = Duration::from_secs(10);

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    Ping,
    Dead,
}

/// The machine; at rest while there is no flow.
#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    interval: Duration,
    stream: bool,
    next: Option<Instant>,
    pong_by: Option<Instant>,
    /// The server has answered a ping on this flow: so silence means that the flow is dead.
    /// Not every server answers.
    answers: bool,
}

impl KeepAlive {
    /// A new flow: the first ping at once on a stream, to learn whether the server answers.
    pub fn start(now: Instant, flow: &FlowInfo, dice: u32) -> Self {
        let stream = flow.transport != Transport::Udp;
        let interval = flow.keep_alive;
        let first = if stream { now } else { now + spread(interval, dice) };
        Self { interval, stream, next: Some(first), pong_by: None, answers: false }
    }

    /// A ping was answered.
    pub fn pong(&mut self) {
        self.answers = true;
        self.pong_by = None;
    }

    /// Something else came by the flow.
    pub fn alive(&mut self) {
        self.pong_by = None;
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.next, self.pong_by].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant, dice: u32) -> Option<Pulse> {
        if self.pong_by.is_some_and(|by| by <= now) {
            *self = Self::default();
            return Some(Pulse::Dead);
        }
        self.next.filter(|next| *next <= now)?;
        self.next = Some(now + spread(self.interval, dice));
        if self.stream && self.answers {
            self.pong_by = Some(now + PONG_LIMIT);
        }
        Some(Pulse::Ping)
    }
}

/// 80–100 % of an interval.
fn spread(interval: Duration, dice: u32) -> Duration {
    interval.mul_f64(0.8 + 0.2 * f64::from(dice) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn flow(transport: Transport) -> FlowInfo {
        FlowInfo {
            local: ([127, 0, 0, 1], 1).into(),
            remote: ([127, 0, 0, 1], 2).into(),
            transport,
            tls: None,
            keep_alive: Duration::from_secs(100),
        }
    }

    #[test]
    fn a_silent_stream_is_dead_ten_seconds_after_its_ping() {
        let now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Tls), 0);
        assert_eq!(flow.handle_timeout(now, 0), Some(Pulse::Ping));
        flow.pong();
        let next = flow.poll_timeout().unwrap();
        assert_eq!(next, now + Duration::from_secs(80));
        assert_eq!(flow.handle_timeout(next, 0), Some(Pulse::Ping));
        let limit = flow.poll_timeout().unwrap();
        assert_eq!(limit, next + PONG_LIMIT);
        assert_eq!(flow.handle_timeout(limit, 0), Some(Pulse::Dead));
        assert_eq!(flow.poll_timeout(), None);
    }

    #[test]
    fn a_server_that_never_answers_pings_is_not_taken_for_dead() {
        let mut now = Instant::now();
        let mut flow = KeepAlive::start(now, &flow(Transport::Tcp), u32::MAX);
        for _ in 0..20 {
            assert_eq!(flow.handle_timeout(now, u32::MAX), Some(Pulse::Ping));
            now = flow.poll_timeout().unwrap();
        }
    }
}
