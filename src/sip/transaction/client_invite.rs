//! The client INVITE transaction (RFC 3261 §17.1.1 with RFC 6026 §7.2).

use std::time::{Duration, Instant};

use super::super::message::{Request, Response};
use super::{Reaction, Timers, ack_for};

/// One INVITE that we sent.
#[derive(Debug)]
pub(super) struct ClientInvite {
    request: Request,
    reliable: bool,
    timers: Timers,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Timers A and B run.
    Calling {
        resend: Option<Instant>,
        interval: Duration,
        until: Instant,
    },
    /// A provisional response was seen.
    Proceeding,
    /// A final failure was seen; timer D.
    Completed {
        ack: Box<Request>,
        until: Instant,
    },
    /// A 2xx was seen; timer M.
    Accepted {
        until: Instant,
    },
    Terminated,
}

impl ClientInvite {
    pub(super) fn new(now: Instant, request: Request, reliable: bool, timers: Timers) -> Self {
        let state = State::Calling {
            resend: (!reliable).then(|| now + timers.t1),
            interval: timers.t1,
            until: now + timers.limit(),
        };
        Self { request, reliable, timers, state }
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    pub(super) fn awaits_first_response(&self) -> bool {
        matches!(self.state, State::Calling { .. })
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }

    pub(super) fn receive(&mut self, now: Instant, response: &Response) -> Reaction {
        match (&self.state, response.status) {
            (State::Calling { .. } | State::Proceeding, 100..=199) => {
                self.state = State::Proceeding;
                Reaction::deliver()
            }
            (State::Calling { .. } | State::Proceeding, 200..=299) => {
                self.state = State::Accepted { until: now + self.timers.limit() };
                Reaction::deliver()
            }
            (State::Accepted { .. }, 200..=299) => Reaction::deliver(),
            (State::Calling { .. } | State::Proceeding, 300..=699) => {
                let ack = ack_for(&self.request, response);
                let wait = if self.reliable { Duration::ZERO } else { self.timers.limit() };
                self.state = State::Completed { ack: Box::new(ack.clone()), until: now + wait };
                Reaction { send: Some(ack.into()), deliver: true, timed_out: false }
            }
            (State::Completed { ack, .. }, 300..=699) => Reaction::send(ack.as_ref().clone()),
            _ => Reaction::default(),
        }
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Calling { resend, until, .. } => {
                Some(resend.map_or(*until, |at| at.min(*until)))
            }
            State::Completed { until, .. } | State::Accepted { until } => Some(*until),
            State::Proceeding | State::Terminated => None,
        }
    }

    pub(super) fn expire(&mut self, now: Instant) -> Reaction {
        match &mut self.state {
            State::Calling { until, .. } if *until <= now => {
                self.state = State::Terminated;
                Reaction { timed_out: true, ..Reaction::default() }
            }
            State::Calling { resend: Some(at), interval, .. } if *at <= now => {
                *interval = interval.saturating_mul(2);
                *at = now + *interval;
                Reaction::send(self.request.clone())
            }
            State::Completed { until, .. } | State::Accepted { until } if *until <= now => {
                self.state = State::Terminated;
                Reaction::default()
            }
            _ => Reaction::default(),
        }
    }
}
