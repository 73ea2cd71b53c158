//! The end of a registration, and its next beginning.

use std::time::Instant;

use super::super::agent::{Owner, Stack};
use super::super::digest::Authenticator;
use super::super::message::Response;
use super::{Phase, Registration, State};

impl Registration {
    /// Removes the binding; `Expires: 0` (RFC 3261 §10.2.2).
    pub fn quit(&mut self, now: Instant, stack: &mut Stack) {
        self.due = None;
        if stack.flow.is_none() || self.bound.is_none() {
            self.phase = Phase::Closed;
            return;
        }
        self.challenges = 0;
        self.unregister(now, stack);
    }

    /// It is quiet until [`Self::begin`]. A binding that could not be removed is remembered.
    pub fn rest(&mut self) {
        self.phase = Phase::Closed;
        (self.due, self.answer_by) = (None, None);
        self.agreed = None;
        self.told = Some(State::Closed);
    }

    /// Asks the shell to connect, as at the start.
    pub fn begin(&mut self, stack: &mut Stack) {
        (self.attempt, self.told_to_wait) = (0, false);
        self.reconnect(stack);
    }

    /// Tries now what would be tried later, or not by itself any more.
    pub fn hurry(&mut self, now: Instant, stack: &mut Stack) {
        match self.phase {
            Phase::Stopped => {
                // What was known then was wrong.
                stack.credentials = None;
                self.auth = Authenticator::new();
                self.begin(stack);
            }
            Phase::Down | Phase::Waiting if self.due.is_some() => {
                self.due = Some(now);
                self.handle_timeout(now, stack);
            }
            _ => {}
        }
    }

    /// The registrar answered to that.
    pub(super) fn on_leaving_final(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        response: &Response,
    ) {
        self.challenges = self.challenges.saturating_add(1);
        let again = matches!(response.status, 401 | 407)
            && self.challenges <= 2
            && stack.challenged(&mut self.auth, response).is_ok();
        if again {
            self.unregister(now, stack);
        } else {
            if response.status < 300 {
                self.bound = None;
            }
            self.phase = Phase::Closed;
        }
    }

    fn unregister(&mut self, now: Instant, stack: &mut Stack) {
        let mut request = self.request(stack);
        if let Some(bound) = &self.bound {
            let flow = self.flow_params(stack);
            request.headers.push("Contact", format!("{bound}{flow};expires=0"));
        }
        request.headers.push("Expires", "0");
        request.headers.push("Supported", self.supported());
        self.answer_by = None;
        stack.authorize(&mut self.auth, &mut request);
        self.phase = Phase::Leaving(stack.send(now, Owner::Registration, request, None));
    }
}
