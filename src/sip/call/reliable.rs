//! Provisional responses that are acknowledged (RFC 3262), for both sides.

use std::time::{Duration, Instant};

use super::super::body;
use super::super::message::{Request, Response};
use super::super::transaction::ServerKey;
use super::line::Line;

/// The option tag.
pub(super) const TAG: &str = "100rel";

/// The reliable response of ours that waits for its PRACK.
#[derive(Debug, Default)]
pub(super) struct Reliable {
    /// The number of the last one; zero before the first.
    last: u32,
    /// RSeq and CSeq of the one that has no PRACK yet.
    open: Option<(u32, u32)>,
    repeat: Option<Box<Repeat>>,
}

/// It is repeated until its PRACK comes or a final response makes it void.
#[derive(Debug)]
struct Repeat {
    key: ServerKey,
    response: Response,
    resend: Instant,
    interval: Duration,
    until: Instant,
}

impl Reliable {
    /// A final response was sent: nothing is repeated any more.
    pub fn stop(&mut self) {
        self.repeat = None;
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.repeat.as_ref().map(|repeat| repeat.resend.min(repeat.until))
    }
}

impl Line<'_> {
    /// Sends a provisional response until its PRACK comes; not while one before it waits.
    pub fn respond_reliably(&mut self, key: &ServerKey, mut response: Response) {
        if self.shared.reliable.repeat.is_some() {
            return;
        }
        let number = match self.shared.reliable.last {
            // RFC 3262 §3: the first lies between 1 and 2^31 - 1.
            0 => 1 + self.stack.dice() % (u32::MAX / 4),
            last => last.saturating_add(1),
        };
        response.headers.set("Require", TAG);
        response.headers.set("RSeq", number.to_string());
        let timers = self.stack.transactions.timers();
        let cseq = response.headers.cseq().map_or(0, |cseq| cseq.number);
        self.respond(key, response.clone());
        self.shared.reliable = Reliable {
            last: number,
            open: Some((number, cseq)),
            repeat: Some(Box::new(Repeat {
                key: key.clone(),
                response,
                resend: self.now + timers.t1,
                interval: timers.t1,
                until: self.now + timers.limit(),
            })),
        };
    }

    /// Repeats it when due. `true` when nobody will acknowledge it any more (RFC 3262 §3).
    pub fn repeat_reliable(&mut self) -> bool {
        let Some(mut repeat) = self.shared.reliable.repeat.take() else { return false };
        if repeat.until <= self.now {
            return true;
        }
        if repeat.resend <= self.now {
            repeat.interval = repeat.interval.saturating_mul(2);
            repeat.resend = self.now + repeat.interval;
            self.respond(&repeat.key, repeat.response.clone());
        }
        self.shared.reliable.repeat = Some(repeat);
        false
    }

    /// The status for a PRACK. One with an offer is refused: ours hold no session description
    /// that it could follow on.
    pub fn on_prack(&mut self, prack: &Request) -> u16 {
        let named = prack.headers.get("RAck").and_then(acknowledged);
        if named.is_none() || self.shared.reliable.open != named {
            return 481;
        }
        self.shared.reliable.open = None;
        self.shared.reliable.repeat = None;
        match body::sdp(&prack.headers, &prack.body) {
            Ok(None) => 200,
            Ok(Some(_)) => 488,
            Err(_) => 415,
        }
    }
}

/// RSeq and CSeq that a RAck names, when it is about an INVITE.
fn acknowledged(value: &str) -> Option<(u32, u32)> {
    let mut parts = value.split_ascii_whitespace();
    let numbers = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next()? == "INVITE" && parts.next().is_none()).then_some(numbers)
}

/// The number of a provisional response that wants a PRACK.
pub(super) fn number(response: &Response) -> Option<u32> {
    let wanted = (101..200).contains(&response.status) && response.headers.lists("Require", TAG);
    wanted.then(|| response.headers.get("RSeq")?.trim().parse().ok()).flatten()
}

/// The caller's side of one early dialog: which of its responses are new.
#[derive(Debug, Default)]
pub(super) struct Order {
    last: Option<u32>,
}

impl Order {
    /// Whether the response numbered `number` is the next. Repeated ones and those that came
    /// too early are not: these are repeated (RFC 3262 §4).
    pub fn take(&mut self, number: u32) -> bool {
        let next = self.last.is_none_or(|last| last.checked_add(1) == Some(number));
        if next {
            self.last = Some(number);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_once_and_in_order() {
        let mut order = Order::default();
        let taken: Vec<u32> =
            [7, 7, 9, 8, 8, 9, 7].into_iter().filter(|number| order.take(*number)).collect();
        assert_eq!(taken, [7, 8, 9]);
        let mut order = Order { last: Some(u32::MAX) };
        assert!(!order.take(0), "numbers do not wrap");
    }

    #[test]
    fn a_rack_names_an_invite() {
        assert_eq!(acknowledged("776656 1 INVITE"), Some((776_656, 1)));
        for wrong in
            ["1 1 UPDATE", "1 INVITE", "x 1 INVITE", "1 1 INVITE 1", "", "4294967296 1 INVITE"]
        {
            assert_eq!(acknowledged(wrong), None, "{wrong}");
        }
    }
}
