//! An answered call until the last BYE: ACKs, offers of the other side, the end (RFC 3261
//! §13.2.2.4, §13.3.1.4, §14.2, §15; RFC 3311).

mod own_invite;
mod reoffer;
mod two_hundred;

use std::time::{Duration, Instant};

use super::super::CallEvent;
use super::super::agent::Stack;
use super::super::body;
use super::super::dialog::Dialog;
use super::super::message::{Method, Request, Response};
use super::super::transaction::{ClientKey, ServerKey};
use super::line::{Challenge, Line};
use super::{Next, timer};
use crate::model::call::EndReason;
use own_invite::OwnInvite;
use reoffer::Reoffer;
use two_hundred::TwoHundred;

/// A BYE that failed on its way is sent so often, with this pause: as long as one that got no
/// answer would have been repeated.
const MAX_BYES: u8 = 8;
const BYE_PAUSE: Duration = Duration::from_secs(4);

/// See the module.
pub(super) struct Session {
    dialog: Dialog,
    /// The INVITE of ours that made it: every 2xx to it wants an ACK.
    invite: Option<OwnInvite>,
    /// A 200 of ours to an INVITE that waits for its ACK.
    answer: Option<TwoHundred>,
    /// An offer of theirs that the core has not answered.
    reoffer: Option<Reoffer>,
    local_sdp: Vec<u8>,
    end: End,
    byes: u8,
    /// When BYE is sent again.
    bye_at: Option<Instant>,
    /// When the session is over unless refreshed (RFC 4028).
    expires: Option<Instant>,
}

/// Without our session description: there are keys in it.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Session");
        shown.field("dialog", &self.dialog).field("end", &self.end).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum End {
    /// On.
    No,
    /// BYE goes out once our 200 is acknowledged (RFC 3261 §15).
    AfterAck,
    /// BYE is out.
    Sent(Option<ClientKey>),
    /// Both sides know.
    Done,
}

impl Session {
    /// Our INVITE got its first 2xx. Sends the ACK, unless it is `delayed` until the core has
    /// an answer for it.
    pub fn called(
        line: &mut Line<'_>,
        dialog: Dialog,
        key: ClientKey,
        offer: Vec<u8>,
        response: &Response,
        delayed: bool,
    ) -> Self {
        let expires = timer::peer_refreshes(&response.headers)
            .then(|| timer::expiry(line.now, &response.headers))
            .flatten();
        let mut invite = OwnInvite::new(line, key, &dialog, delayed);
        if !delayed {
            invite.acknowledge(line, &dialog, None);
        }
        Self {
            dialog,
            invite: Some(invite),
            answer: None,
            reoffer: None,
            local_sdp: offer,
            end: End::No,
            byes: 0,
            bye_at: None,
            expires,
        }
    }

    /// We answer an INVITE: `response` goes out until its ACK comes.
    pub fn answered(
        line: &mut Line<'_>,
        dialog: Dialog,
        key: ServerKey,
        request: &Request,
        response: Response,
        sdp: Vec<u8>,
    ) -> Self {
        let expires = timer::expiry(line.now, &response.headers);
        let answer = TwoHundred::send(line, key, request, response, true);
        Self {
            dialog,
            invite: None,
            answer: Some(answer),
            reoffer: None,
            local_sdp: sdp,
            end: End::No,
            byes: 0,
            bye_at: None,
            expires,
        }
    }

    pub fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    /// For what shares the dialog with the session.
    pub fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    /// Neither side has ended it.
    pub fn is_on(&self) -> bool {
        matches!(self.end, End::No)
    }

    /// Over for both sides.
    pub fn is_settled(&self) -> bool {
        matches!(self.end, End::Done)
    }

    /// Over for both sides, and no 2xx can come again.
    pub fn is_over(&self, stack: &Stack) -> bool {
        self.is_settled() && !self.invite.as_ref().is_some_and(|own| own.is_open(stack))
    }

    /// BYE, at once or as soon as it may be sent.
    pub fn hang_up(&mut self, line: &mut Line<'_>) -> Next {
        self.finish(line, EndReason::LocalHangup)
    }

    /// The core's answer to an offer that came in a 2xx goes out in the ACK.
    pub fn acknowledge(&mut self, line: &mut Line<'_>, sdp: Vec<u8>) -> Next {
        if let Some(invite) = self.invite.as_mut().filter(|invite| invite.is_delayed()) {
            invite.acknowledge(line, &self.dialog, Some(&sdp));
            self.local_sdp = sdp;
        }
        Next::Stay
    }

    /// The core's answer to a `Reoffer`.
    pub fn answer_reoffer(&mut self, line: &mut Line<'_>, sdp: Option<Vec<u8>>) -> Next {
        let Some(reoffer) = self.reoffer.take() else { return Next::Stay };
        match sdp {
            Some(sdp) => {
                self.local_sdp = sdp;
                self.accept_change(line, reoffer, true);
            }
            None => line.respond_status(&reoffer.key, &reoffer.request, 488),
        }
        Next::Stay
    }

    pub fn on_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) -> Next {
        if let Some(invite) = self.invite.as_mut().filter(|invite| invite.is(key)) {
            invite.on_response(line, &self.dialog, response);
            return Next::Stay;
        }
        if response.status < 200 || !matches!(&self.end, End::Sent(Some(bye)) if bye == key) {
            return Next::Stay;
        }
        let again = matches!(response.status, 401 | 407)
            && line.challenged(response) == Challenge::Answerable;
        // The proxy, or its way to the other side, was away for a moment.
        let passing = matches!(response.status, 408 | 430 | 477 | 480 | 500..=599);
        match again {
            true => self.send_bye(line),
            false if passing && self.byes < MAX_BYES => self.bye_at = Some(line.now + BYE_PAUSE),
            false => self.end = End::Done,
        }
        Next::Stay
    }

    pub fn on_no_answer(&mut self, _: &mut Line<'_>, key: &ClientKey) -> Next {
        if matches!(&self.end, End::Sent(Some(bye)) if bye == key) {
            self.end = End::Done;
        }
        Next::Stay
    }

    pub fn on_request(&mut self, line: &mut Line<'_>, key: &ServerKey, request: Request) -> Next {
        if self.dialog.accept(&request).is_err() {
            line.respond_status(key, &request, 500);
            return Next::Stay;
        }
        match request.method {
            Method::Bye => self.on_bye(line, key, &request),
            _ if !matches!(self.end, End::No) => line.respond_status(key, &request, 481),
            Method::Invite | Method::Update => self.on_change(line, key, request),
            _ => {
                if !line.answer_common(key, &request) {
                    line.respond_status(key, &request, 501);
                }
            }
        }
        Next::Stay
    }

    pub fn on_ack(&mut self, line: &mut Line<'_>, ack: &Request) -> Next {
        let number = ack.headers.cseq().map(|cseq| cseq.number);
        let Some(answer) = self.answer.take_if(|answer| Some(answer.number()) == number) else {
            return Next::Stay;
        };
        let sdp = body::sdp(&ack.headers, &ack.body).ok().flatten().filter(|_| answer.offers());
        if answer.is_first() || sdp.is_some() {
            line.emit(CallEvent::Confirmed { sdp });
        }
        if matches!(self.end, End::AfterAck) {
            self.send_bye(line);
        }
        Next::Stay
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let delayed = self.invite.as_ref().and_then(OwnInvite::poll_timeout);
        let answer = self.answer.as_ref().map(TwoHundred::poll_timeout);
        let reoffer = self.reoffer.as_ref().map(|reoffer| reoffer.until);
        let expires = self.expires.filter(|_| matches!(self.end, End::No));
        [delayed, answer, reoffer, expires, self.bye_at].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        let now = line.now;
        if self.bye_at.take_if(|at| *at <= now).is_some() {
            self.send_bye(line);
        }
        if let Some(reoffer) = self.reoffer.take_if(|reoffer| reoffer.until <= now) {
            line.respond_status(&reoffer.key, &reoffer.request, 500);
        }
        if let Some(answer) = &mut self.answer
            && answer.handle_timeout(line)
        {
            // Nobody acknowledges: the session is ended (RFC 3261 §13.3.1.4).
            self.answer = None;
            return self.finish(line, EndReason::NoAnswer);
        }
        let unanswered = self.invite.as_ref().and_then(OwnInvite::poll_timeout);
        let expired = self.expires.filter(|_| matches!(self.end, End::No));
        if [unanswered, expired].into_iter().flatten().any(|due| due <= now) {
            return self.finish(line, EndReason::NoAnswer);
        }
        Next::Stay
    }

    fn finish(&mut self, line: &mut Line<'_>, reason: EndReason) -> Next {
        line.end(reason);
        if let Some(reoffer) = self.reoffer.take() {
            reoffer.give_up(line);
        }
        match self.end {
            End::No if self.answer.is_some() => self.end = End::AfterAck,
            End::No | End::AfterAck => {
                if let Some(invite) = self.invite.as_mut().filter(|invite| invite.is_delayed()) {
                    invite.acknowledge(line, &self.dialog, None);
                }
                self.send_bye(line);
            }
            End::Sent(_) | End::Done => {}
        }
        Next::Stay
    }

    fn send_bye(&mut self, line: &mut Line<'_>) {
        self.byes = self.byes.saturating_add(1);
        let bye = self.dialog.request(Method::Bye);
        let next_hop = self.dialog.next_hop().to_owned();
        let key = line.send(bye, Some(&next_hop));
        self.end = End::Sent(key);
    }

    fn on_bye(&mut self, line: &mut Line<'_>, key: &ServerKey, bye: &Request) {
        line.respond_status(key, bye, 200);
        if let Some(reoffer) = self.reoffer.take() {
            reoffer.give_up(line);
        }
        self.answer = None;
        self.expires = None;
        line.end(EndReason::RemoteHangup);
        self.end = End::Done;
    }
}
