//! A 200 of ours to an INVITE: repeated until its ACK comes, over every transport (RFC 3261
//! §13.3.1.4).

use std::time::{Duration, Instant};

use super::super::super::message::{Request, Response};
use super::super::super::transaction::ServerKey;
use super::super::line::Line;

/// See the module.
#[derive(Debug)]
pub(super) struct TwoHundred {
    key: ServerKey,
    number: u32,
    response: Response,
    first: bool,
    offers: bool,
    resend: Instant,
    interval: Duration,
    until: Instant,
}

impl TwoHundred {
    /// Sends it. `first`: it answers the call itself and not a re-INVITE.
    pub fn send(
        line: &mut Line<'_>,
        key: ServerKey,
        request: &Request,
        response: Response,
        first: bool,
    ) -> Self {
        line.respond(&key, response.clone());
        let timers = line.stack.transactions.timers();
        Self {
            key,
            number: request.headers.cseq().map_or(0, |cseq| cseq.number),
            response,
            first,
            offers: request.body.is_empty(),
            resend: line.now + timers.t1,
            interval: timers.t1,
            until: line.now + timers.limit(),
        }
    }

    pub fn number(&self) -> u32 {
        self.number
    }

    pub fn is_first(&self) -> bool {
        self.first
    }

    /// It holds an offer, so the ACK holds the answer.
    pub fn offers(&self) -> bool {
        self.offers
    }

    /// Its end is put off, at the least until then.
    pub fn put_off(&mut self, until: Instant) {
        self.until = self.until.max(until);
    }

    pub fn poll_timeout(&self) -> Instant {
        self.resend.min(self.until)
    }

    /// Repeats it when due. `true` when nobody will acknowledge it any more.
    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> bool {
        if self.until <= line.now {
            return true;
        }
        if self.resend <= line.now {
            self.interval = line.stack.transactions.timers().next(self.interval);
            self.resend = line.now + self.interval;
            line.respond(&self.key, self.response.clone());
        }
        false
    }
}
