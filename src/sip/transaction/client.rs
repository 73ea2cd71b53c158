//! The client transaction of every method but INVITE (RFC 3261 §17.1.2).

use std::time::{Duration, Instant};

use super::super::message::{Request, Response};
use super::{Reaction, Timers};

/// One request that we sent.
#[derive(Debug)]
pub(super) struct Client {
    request: Request,
    reliable: bool,
    timers: Timers,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Trying and Proceeding of the RFC: timers E and F run in both.
    Open {
        resend: Option<Instant>,
        interval: Duration,
        until: Instant,
        proceeding: bool,
    },
    /// A final response was seen; timer K.
    Completed {
        until: Instant,
    },
    Terminated,
}

impl Client {
    pub(super) fn new(now: Instant, request: Request, reliable: bool, timers: Timers) -> Self {
        let state = State::Open {
            resend: (!reliable).then(|| now + timers.t1),
            interval: timers.t1,
            until: now + timers.limit(),
            proceeding: false,
        };
        Self { request, reliable, timers, state }
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    pub(super) fn awaits_first_response(&self) -> bool {
        matches!(self.state, State::Open { proceeding: false, .. })
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }

    pub(super) fn receive(&mut self, now: Instant, response: &Response) -> Reaction {
        let State::Open { proceeding, interval, .. } = &mut self.state else {
            return Reaction::default();
        };
        if response.status < 200 {
            *proceeding = true;
            *interval = self.timers.t2;
        } else {
            let wait = if self.reliable { Duration::ZERO } else { self.timers.t4 };
            self.state = State::Completed { until: now + wait };
        }
        Reaction::deliver()
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Open { resend, until, .. } => Some(resend.map_or(*until, |at| at.min(*until))),
            State::Completed { until } => Some(*until),
            State::Terminated => None,
        }
    }

    pub(super) fn expire(&mut self, now: Instant) -> Reaction {
        match &mut self.state {
            State::Open { until, .. } if *until <= now => {
                self.state = State::Terminated;
                Reaction { timed_out: true, ..Reaction::default() }
            }
            State::Open { resend: Some(at), interval, .. } if *at <= now => {
                *interval = self.timers.next(*interval);
                *at = now + *interval;
                Reaction::send(self.request.clone())
            }
            State::Completed { until } if *until <= now => {
                self.state = State::Terminated;
                Reaction::default()
            }
            _ => Reaction::default(),
        }
    }
}
