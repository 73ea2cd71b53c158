//! A changed session that the other side offers by re-INVITE or UPDATE (RFC 3261 §14.2,
//! RFC 3311 §5.2).

use std::time::Instant;

use super::super::super::message::{Method, Request, Response};
use super::super::super::transaction::ServerKey;
use super::super::super::{CallEvent, body};
use super::super::line::{Line, set_sdp};
use super::super::{accept, timer};
use super::{Session, TwoHundred};

/// One that waits for the core.
#[derive(Debug)]
pub(in super::super) struct Reoffer {
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
        if request.headers.contact().is_none() {
            return line.respond_status(key, &request, 400);
        }
        if let Some(refusal) = timer::refusal(&request).or_else(|| accept::refusal(&request)) {
            return line.respond(key, refusal);
        }
        let Ok(sdp) = body::sdp(&request.headers, &request.body) else {
            let mut response = Response::to_request(&request, 415, None);
            response.headers.set("Accept", body::SDP);
            return line.respond(key, response);
        };
        let is_invite = request.method == Method::Invite;
        self.learn(&request.headers);
        let offers = is_invite || sdp.is_some();
        // While a 200 of ours has no ACK, theirs is not over (RFC 5407 §3.1.4).
        match () {
            () if !offers => {}
            () if self.reoffer.is_some() => return line.respond_later(key, &request),
            () if self.offers_now() || self.answer.is_some() => {
                return line.respond_status(key, &request, 491);
            }
            () => {}
        }
        let until = line.now + line.stack.transactions.timers().limit();
        let reoffer = Reoffer { key: key.clone(), request, until };
        if is_invite {
            line.respond_status(key, &reoffer.request, 100);
        }
        match offers {
            true => {
                self.reoffer = Some(reoffer);
                line.emit(CallEvent::Reoffer { sdp });
            }
            // Nothing is to change: the timer is refreshed, or the route (RFC 4028 §7.4).
            false => self.accept_change(line, reoffer, false),
        }
    }

    /// 200, with our session description when `with_sdp`.
    pub(super) fn accept_change(&mut self, line: &mut Line<'_>, reoffer: Reoffer, with_sdp: bool) {
        let Reoffer { key, request, .. } = reoffer;
        self.dialog.refresh_target(&request.headers);
        let mut response = Response::to_request(&request, 200, None);
        line.add_options(&mut response.headers);
        timer::grant(&request, &mut response);
        self.agree(line.now, &response.headers, false);
        self.told = line.contact();
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
