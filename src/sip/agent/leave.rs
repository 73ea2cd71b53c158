//! Going: for good, or to rest until the core wants the account back. Calls end, the mailbox is
//! unsubscribed, the binding removed.

use std::time::{Duration, Instant};

use super::super::call::Call;
use super::super::mailbox::Mailbox;
use super::super::{CallEvent, Registration, SipCommand, SipEvent};
use super::keep_alive::KeepAlive;
use super::probe::Probe;
use super::{Agent, Need};
use crate::model::call::EndReason;

/// How long a goodbye may take.
const DRAIN: Duration = Duration::from_secs(2);

/// On the way out.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) until: Instant,
    then: Then,
}

/// What comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Close,
    Rest,
    /// The core changed its mind.
    Return,
}

impl Agent {
    /// Goes for good.
    pub(super) fn quit(&mut self, now: Instant) {
        if std::mem::take(&mut self.resting) {
            return self.close();
        }
        self.leave(now, Then::Close);
    }

    /// Goes until [`Self::connect`].
    pub(super) fn disconnect(&mut self, now: Instant) {
        if !self.resting {
            self.leave(now, Then::Rest);
        }
    }

    /// Comes back, or stops waiting for the next attempt.
    pub(super) fn connect(&mut self, now: Instant) {
        match &mut self.leaving {
            Some(leaving) if leaving.then == Then::Close => {}
            Some(leaving) => leaving.then = Then::Return,
            None if self.closed => {}
            None if std::mem::take(&mut self.resting) => self.registration.begin(&mut self.stack),
            None => self.registration.hurry(now, &mut self.stack),
        }
    }

    fn leave(&mut self, now: Instant, then: Then) {
        if let Some(leaving) = &mut self.leaving {
            if leaving.then != Then::Close {
                leaving.then = then;
            }
            return;
        }
        if self.closed {
            return;
        }
        self.leaving = Some(Leaving { until: now + DRAIN, then });
        for (id, call) in &mut self.calls {
            call.command(now, &mut self.stack, SipCommand::Hangup(id.clone()));
        }
        self.mailbox.quit(now, &mut self.stack);
        self.registration.quit(now, &mut self.stack);
    }

    /// Goes when everything is said, or time is up.
    pub(super) fn settle_leaving(&mut self, now: Instant) {
        let quiet = self.registration.is_closed() && self.calls.values().all(Call::is_settled);
        match &mut self.leaving {
            Some(leaving) if leaving.then == Then::Close => {
                if quiet || leaving.until <= now {
                    self.close();
                }
            }
            Some(leaving) if leaving.until <= now => {
                let again = leaving.then == Then::Return;
                self.rest();
                if again {
                    self.connect(now);
                }
            }
            // At the next timeout: what is still to be sent goes out before the flow does.
            Some(leaving) if quiet && self.pager.is_idle() => leaving.until = now,
            Some(_) | None => {}
        }
    }

    fn close(&mut self) {
        self.leaving = None;
        self.closed = true;
        self.stack.emit(SipEvent::Registration(Registration::Closed));
    }

    /// Nothing is left but what the account is, and what it knows of its registrar.
    fn rest(&mut self) {
        self.leaving = None;
        self.resting = true;
        for (id, call) in std::mem::take(&mut self.calls) {
            if !call.is_ended() {
                self.stack.emit_call(&id, CallEvent::Ended(EndReason::NotConnected));
            }
        }
        self.mailbox = Mailbox::default();
        self.pager.rest(&mut self.stack);
        self.keep_alive = KeepAlive::default();
        self.probe = Probe::default();
        self.registration.rest();
        self.stack.rest();
        self.stack.need(Need::Disconnect);
        self.stack.emit(SipEvent::Registration(Registration::Closed));
    }
}
