//! The server transaction of every method but INVITE (RFC 3261 §17.2.2).

use std::time::{Duration, Instant};

use super::super::message::Response;
use super::{Reaction, Timers};

/// One request that we got.
#[derive(Debug)]
pub(super) struct Server {
    reliable: bool,
    timers: Timers,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Trying and Proceeding of the RFC. A user that forgets to answer must not hold the
    /// place for ever, so it ends after timer J as well.
    Open {
        last: Option<Box<Response>>,
        until: Instant,
    },
    /// Answered; timer J.
    Completed {
        response: Box<Response>,
        until: Instant,
    },
    Terminated,
}

impl Server {
    pub(super) fn new(now: Instant, reliable: bool, timers: Timers) -> Self {
        let until = now + timers.limit();
        Self { reliable, timers, state: State::Open { last: None, until } }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }

    /// The request came again.
    pub(super) fn receive(&mut self) -> Reaction {
        match &self.state {
            State::Open { last: Some(response), .. } | State::Completed { response, .. } => {
                Reaction::send(response.as_ref().clone())
            }
            _ => Reaction::default(),
        }
    }

    /// The transaction's user answers.
    pub(super) fn respond(&mut self, now: Instant, response: Response) -> Reaction {
        let State::Open { last, .. } = &mut self.state else {
            return Reaction::default();
        };
        if response.status < 200 {
            *last = Some(Box::new(response.clone()));
        } else {
            let wait = if self.reliable { Duration::ZERO } else { self.timers.limit() };
            self.state =
                State::Completed { response: Box::new(response.clone()), until: now + wait };
        }
        Reaction::send(response)
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Open { until, .. } | State::Completed { until, .. } => Some(*until),
            State::Terminated => None,
        }
    }

    pub(super) fn expire(&mut self, now: Instant) -> Reaction {
        if self.timeout().is_some_and(|until| until <= now) {
            self.state = State::Terminated;
        }
        Reaction::default()
    }
}
