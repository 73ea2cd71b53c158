//! The server INVITE transaction (RFC 3261 §17.2.1 with RFC 6026 §7.1).

use std::time::{Duration, Instant};

use super::super::message::Response;
use super::{Reaction, Timers};

/// One INVITE that we got.
#[derive(Debug)]
pub(super) struct ServerInvite {
    reliable: bool,
    timers: Timers,
    state: State,
}

#[derive(Debug)]
enum State {
    /// No final response yet; the last provisional one is kept.
    Proceeding {
        last: Option<Box<Response>>,
    },
    /// A failure was sent; timers G and H.
    Completed {
        response: Box<Response>,
        resend: Option<Instant>,
        interval: Duration,
        until: Instant,
    },
    /// Its ACK came; timer I.
    Confirmed {
        until: Instant,
    },
    /// A 2xx was sent, which the transaction's user repeats; timer L.
    Accepted {
        until: Instant,
    },
    Terminated,
}

impl ServerInvite {
    pub(super) fn new(reliable: bool, timers: Timers) -> Self {
        Self { reliable, timers, state: State::Proceeding { last: None } }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }

    /// The INVITE came again.
    pub(super) fn receive(&mut self) -> Reaction {
        match &self.state {
            State::Proceeding { last: Some(response) } | State::Completed { response, .. } => {
                Reaction::send(response.as_ref().clone())
            }
            _ => Reaction::default(),
        }
    }

    /// An ACK with the INVITE's branch came.
    pub(super) fn receive_ack(&mut self, now: Instant) -> Reaction {
        match &self.state {
            State::Completed { .. } => {
                let wait = if self.reliable { Duration::ZERO } else { self.timers.t4 };
                self.state = State::Confirmed { until: now + wait };
                Reaction::default()
            }
            State::Accepted { .. } => Reaction::deliver(),
            _ => Reaction::default(),
        }
    }

    /// The transaction's user answers.
    pub(super) fn respond(&mut self, now: Instant, response: Response) -> Reaction {
        match (&mut self.state, response.status) {
            (State::Proceeding { last }, 100..=199) => {
                *last = Some(Box::new(response.clone()));
            }
            (State::Proceeding { .. }, 200..=299) => {
                self.state = State::Accepted { until: now + self.timers.limit() };
            }
            (State::Accepted { .. }, 200..=299) => {}
            (State::Proceeding { .. }, _) => {
                self.state = State::Completed {
                    response: Box::new(response.clone()),
                    resend: (!self.reliable).then(|| now + self.timers.t1),
                    interval: self.timers.t1,
                    until: now + self.timers.limit(),
                };
            }
            _ => return Reaction::default(),
        }
        Reaction::send(response)
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Completed { resend, until, .. } => {
                Some(resend.map_or(*until, |at| at.min(*until)))
            }
            State::Confirmed { until } | State::Accepted { until } => Some(*until),
            State::Proceeding { .. } | State::Terminated => None,
        }
    }

    pub(super) fn expire(&mut self, now: Instant) -> Reaction {
        match &mut self.state {
            State::Completed { until, .. }
            | State::Confirmed { until }
            | State::Accepted { until }
                if *until <= now =>
            {
                self.state = State::Terminated;
                Reaction::default()
            }
            State::Completed { response, resend: Some(at), interval, .. } if *at <= now => {
                *interval = self.timers.next(*interval);
                *at = now + *interval;
                Reaction::send(response.as_ref().clone())
            }
            _ => Reaction::default(),
        }
    }
}
