//! A changed session that the other side offers by re-INVITE or UPDATE (RFC 3261 §14.2,
//! RFC 3311 §5.2).

use std::time::Instant;

use super::super::super::agent::SUPPORTED;
use super::super::super::message::{Method, Request, Response};
use super::super::super::transaction::ServerKey;
use super::super::super::{CallEvent, body};
use super::super::line::{Line, set_sdp};
use super::super::timer;
use super::{Session, TwoHundred};

/// One that waits for the core.
#[derive(Debug)]
pub(super) struct Reoffer {
    pub key: ServerKey,
    pub request: Request,
    pub until: Instant,
}

impl Reoffer {
    /// The call ends before it was answered.
    pub fn give_up(self, line: &mut Line<'_>) {
        line.respond_status(&self.key, &self.request, 487);
    }
}

impl Session {
    /// A re-INVITE or UPDATE came.
    pub(super) fn on_change(&mut self, line: &mut Line<'_>, key: &ServerKey, request: Request) {
        if let Some(refusal) = timer::refusal(&request) {
            return line.respond(key, refusal);
        }
        let Ok(sdp) = body::sdp(&request.headers, &request.body) else {
            let mut response = Response::to_request(&request, 415, None);
            response.headers.set("Accept", body::SDP);
            return line.respond(key, response);
        };
        let is_invite = request.method == Method::Invite;
        if self.reoffer.is_some() && (is_invite || sdp.is_some()) {
            let mut response = Response::to_request(&request, 500, None);
            let wait = line.stack.dice() % 11;
            response.headers.set("Retry-After", wait.to_string());
            return line.respond(key, response);
        }
        let busy = self.answer.is_some() && (is_invite || sdp.is_some());
        let own_open = self.invite.as_ref().is_some_and(|invite| invite.is_delayed());
        if busy || own_open {
            return line.respond_status(key, &request, 491);
        }
        let until = line.now + line.stack.transactions.timers().limit();
        let reoffer = Reoffer { key: key.clone(), request, until };
        match sdp {
            Some(sdp) => {
                if is_invite {
                    line.respond_status(key, &reoffer.request, 100);
                }
                self.reoffer = Some(reoffer);
                line.emit(CallEvent::Reoffer { sdp: Some(sdp) });
            }
            // Nothing is to change: the timer is refreshed, or the route (RFC 4028 §7.4).
            None => self.accept_change(line, reoffer, is_invite),
        }
    }

    /// 200, with our session description when `with_sdp`.
    pub(super) fn accept_change(&mut self, line: &mut Line<'_>, reoffer: Reoffer, with_sdp: bool) {
        let Reoffer { key, request, .. } = reoffer;
        self.dialog.refresh_target(&request.headers);
        let mut response = Response::to_request(&request, 200, None);
        line.add_abilities(&mut response.headers);
        response.headers.set("Supported", SUPPORTED.join(", "));
        timer::grant(&request, &mut response);
        self.expires = timer::expiry(line.now, &response.headers);
        if with_sdp {
            set_sdp(&mut response.headers, &mut response.body, &self.local_sdp);
        }
        match request.method {
            Method::Invite => {
                self.answer = Some(TwoHundred::send(line, key, &request, response, false));
            }
            _ => line.respond(&key, response),
        }
    }
}
