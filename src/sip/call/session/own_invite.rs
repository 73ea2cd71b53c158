//! An INVITE of ours after its first 2xx: an ACK for each 2xx, a BYE for each further fork
//! (RFC 3261 §13.2.2.4).

use std::time::Instant;

use super::super::super::agent::Stack;
use super::super::super::dialog::Dialog;
use super::super::super::message::{Method, Request, Response};
use super::super::super::transaction::ClientKey;
use super::super::line::{Line, set_sdp};

/// Further forks that are answered.
const MAX_FORKS: usize = 8;

/// See the module.
#[derive(Debug)]
pub(super) struct OwnInvite {
    key: ClientKey,
    number: u32,
    ack: Ack,
    /// The early dialogs that did not answer first; their numbers go on in the BYE.
    early: Vec<Dialog>,
    ended_forks: Vec<String>,
}

#[derive(Debug)]
enum Ack {
    /// The core has to answer an offer first.
    Due(Instant),
    Sent(Box<Request>),
}

impl OwnInvite {
    pub fn new(
        line: &Line<'_>,
        (key, number): (ClientKey, u32),
        early: Vec<Dialog>,
        delayed: bool,
    ) -> Self {
        let wait =
            if delayed { line.stack.transactions.timers().limit() } else { Default::default() };
        Self { key, number, ack: Ack::Due(line.now + wait), early, ended_forks: Vec::new() }
    }

    pub fn is(&self, key: &ClientKey) -> bool {
        self.key == *key
    }

    /// A 2xx may still come.
    pub fn is_open(&self, stack: &Stack) -> bool {
        stack.transactions.sent(&self.key).is_some()
    }

    pub fn is_delayed(&self) -> bool {
        matches!(self.ack, Ack::Due(_))
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.ack {
            Ack::Due(until) => Some(until),
            Ack::Sent(_) => None,
        }
    }

    /// Sends the ACK, with our answer when there is one.
    pub fn acknowledge(&mut self, line: &mut Line<'_>, dialog: &Dialog, sdp: Option<&[u8]>) {
        let mut ack = self.ack_in(line, dialog);
        if let Some(sdp) = sdp {
            set_sdp(&mut ack.headers, &mut ack.body, sdp);
        }
        self.ack = Ack::Sent(Box::new(ack.clone()));
        line.send(ack, Some(dialog.next_hop()));
    }

    /// A 2xx came again, or another fork answered as well.
    pub fn on_response(&mut self, line: &mut Line<'_>, dialog: &Dialog, response: &Response) {
        if !(200..300).contains(&response.status) {
            return;
        }
        let tag =
            response.headers.to().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
        if tag == dialog.id().remote_tag {
            if let Ack::Sent(ack) = &self.ack {
                line.send(ack.as_ref().clone(), Some(dialog.next_hop()));
            }
            return;
        }
        let known = self.ended_forks.contains(&tag);
        if !known && self.ended_forks.len() >= MAX_FORKS {
            return;
        }
        let sent = line.stack.transactions.sent(&self.key).map(|(request, _)| request.clone());
        let Some((invite, mut fork)) =
            sent.and_then(|request| Dialog::uac(&request, response).map(|fork| (request, fork)))
        else {
            return;
        };
        if let Some(place) = self.early.iter().position(|early| early.id() == fork.id()) {
            fork = self.early.swap_remove(place);
            fork.confirm(&invite, response);
        }
        let ack = self.ack_in(line, &fork);
        let next_hop = fork.next_hop().to_owned();
        line.send(ack, Some(&next_hop));
        if !known {
            self.ended_forks.push(tag);
            line.send(fork.request(Method::Bye), Some(&next_hop));
        }
    }

    /// The ACK carries the credentials of its INVITE (RFC 3261 §22.1).
    fn ack_in(&self, line: &Line<'_>, dialog: &Dialog) -> Request {
        ack_of(line, dialog, &self.key, self.number)
    }
}

/// The ACK to a 2xx, with the credentials of its INVITE; without them in an anonymous call, where
/// they would tell the other side our name.
pub(super) fn ack_of(line: &Line<'_>, dialog: &Dialog, key: &ClientKey, number: u32) -> Request {
    let mut ack = dialog.ack(number);
    if line.shared.anonymous {
        return ack;
    }
    if let Some((invite, _)) = line.stack.transactions.sent(key) {
        for name in ["Authorization", "Proxy-Authorization"] {
            for value in invite.headers.all(name) {
                ack.headers.push(name, value);
            }
        }
    }
    ack
}
