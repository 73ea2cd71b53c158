//! An answered call until the last BYE: ACKs, offers of the other side, the end (RFC 3261
//! §13.2.2.4, §13.3.1.4, §14.2, §15; RFC 3311).

mod digits;
mod own_invite;
mod own_offer;
mod reoffer;
mod two_hundred;

use std::time::{Duration, Instant};

use super::super::CallEvent;
use super::super::agent::Stack;
use super::super::body;
use super::super::dialog::Dialog;
use super::super::message::{Method, Request, Response};
use super::super::text::ended_because;
use super::super::transaction::{ClientKey, ServerKey};
use super::Next;
use super::dtmf::Digits;
use super::line::Line;
use super::outgoing::taken_elsewhere;
use super::timer::SessionTimer;
use crate::model::call::EndReason;
use own_invite::OwnInvite;
use own_offer::OwnOffer;
pub(super) use reoffer::Reoffer;
use two_hundred::TwoHundred;

/// When a BYE that could not be sent is tried again.
const BYE_AGAIN: Duration = Duration::from_secs(1);
/// When one that failed on its way is.
const BYE_PAUSE: Duration = Duration::from_secs(4);
/// How long the end of a session is put off while there is no way to refresh it.
const PUT_OFF: Duration = Duration::from_secs(32);

/// See the module.
pub(super) struct Session {
    dialog: Dialog,
    /// The INVITE of ours that made it: every 2xx to it wants an ACK.
    invite: Option<OwnInvite>,
    /// A 200 of ours to an INVITE that waits for its ACK.
    answer: Option<TwoHundred>,
    /// An offer of theirs that the core has not answered.
    reoffer: Option<Reoffer>,
    /// Changes of the session that we ask for.
    own: OwnOffer,
    digits: Digits,
    local_sdp: Vec<u8>,
    end: End,
    timer: SessionTimer,
    /// The Contact that the other side knows.
    told: String,
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
    Sent {
        key: Option<ClientKey>,
        /// The end of all attempts.
        until: Instant,
    },
    /// BYE could not be sent; the next attempt.
    Unsent { again: Instant, until: Instant },
    /// Both sides know.
    Done,
}

impl Session {
    /// Our INVITE got its first 2xx. Sends the ACK, unless it is `delayed` until the core has
    /// an answer for it.
    pub fn called(
        line: &mut Line<'_>,
        (dialog, others): (Dialog, Vec<Dialog>),
        invite: (ClientKey, u32),
        offer: Vec<u8>,
        response: &Response,
        delayed: bool,
    ) -> Self {
        let mut invite = OwnInvite::new(line, invite, others, delayed);
        if !delayed {
            invite.acknowledge(line, &dialog, None);
        }
        let mut session = Self::new(line, dialog, offer);
        session.invite = Some(invite);
        session.learn(&response.headers);
        session.agree(line.now, &response.headers, true);
        session
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
        let mut session = Self::new(line, dialog, sdp);
        session.learn(&request.headers);
        session.agree(line.now, &response.headers, false);
        session.answer = Some(TwoHundred::send(line, key, request, response, true));
        session
    }

    fn new(line: &Line<'_>, dialog: Dialog, local_sdp: Vec<u8>) -> Self {
        Self {
            dialog,
            invite: None,
            answer: None,
            reoffer: None,
            own: OwnOffer::default(),
            digits: Digits::default(),
            local_sdp,
            end: End::No,
            timer: SessionTimer::default(),
            told: line.contact(),
        }
    }

    /// Goes on with an offer that came in the early dialog.
    pub fn adopt(&mut self, reoffer: Option<Reoffer>) {
        self.reoffer = reoffer;
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
        self.is_settled()
            && !self.change_is_open()
            && !self.invite.as_ref().is_some_and(|own| own.is_open(stack))
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
            self.go_on(line);
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
        self.go_on(line);
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
        if let Some(next) = self.on_change_response(line, key, response) {
            self.go_on(line);
            return next;
        }
        if response.status < 200 || self.on_digit_response(line, key, response) {
            return Next::Stay;
        }
        if let End::Sent { key: Some(bye), until } = &self.end
            && bye == key
        {
            // The proxy, or its way to the other side, was away for a moment.
            let passing = matches!(response.status, 408 | 430 | 477 | 480 | 500..=599);
            let (again, until) = (line.now + BYE_PAUSE, *until);
            match line.may_repeat(response) {
                true => self.send_bye(line),
                false if line.awaits_password(response) => {
                    self.end = End::Unsent { again: line.now + BYE_AGAIN, until };
                }
                false if passing && again < until => self.end = End::Unsent { again, until },
                false => self.end = End::Done,
            }
        }
        Next::Stay
    }

    pub fn on_no_answer(&mut self, line: &mut Line<'_>, key: &ClientKey) -> Next {
        if let Some(next) = self.on_change_unanswered(line, key) {
            self.go_on(line);
            return next;
        }
        if self.digits.is(key) {
            self.digits.finish(false);
            self.send_digit(line);
        }
        if let End::Sent { key: Some(bye), until } = &self.end
            && bye == key
        {
            // Not in time, or not sent at all: the way may come back (RFC 5626 §4.3).
            let again = line.now + BYE_AGAIN;
            self.end = match again < *until {
                true => End::Unsent { again, until: *until },
                false => End::Done,
            };
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
        self.go_on(line);
        Next::Stay
    }

    pub fn on_ack(&mut self, line: &mut Line<'_>, ack: &Request) -> Next {
        let number = ack.headers.cseq().map(|cseq| cseq.number);
        let Some(answer) = self.answer.take_if(|answer| Some(answer.number()) == number) else {
            return Next::Stay;
        };
        let sdp = body::sdp(&ack.headers, &ack.body).ok().flatten().filter(|_| answer.offers());
        // Where the offer was ours the core waits for this, even if no answer is in it.
        if answer.is_first() || answer.offers() {
            line.emit(CallEvent::Confirmed { sdp });
        }
        if matches!(self.end, End::AfterAck) {
            self.send_bye(line);
        }
        self.go_on(line);
        Next::Stay
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let delayed = self.invite.as_ref().and_then(OwnInvite::poll_timeout);
        let answer = self.answer.as_ref().map(TwoHundred::poll_timeout);
        let reoffer = self.reoffer.as_ref().map(|reoffer| reoffer.until);
        let end = match self.end {
            End::No => self.timer.expires(),
            End::Unsent { again, .. } => Some(again),
            _ => None,
        };
        let own = self.own_timeout();
        [delayed, answer, reoffer, end, own].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        let now = line.now;
        if let Some(reoffer) = self.reoffer.take_if(|reoffer| reoffer.until <= now) {
            line.respond_status(&reoffer.key, &reoffer.request, 500);
        }
        if let Some(answer) = &mut self.answer
            && answer.handle_timeout(line)
        {
            match matches!(self.end, End::No) && line.stack.flow.is_none() {
                // Nobody can now.
                true => answer.put_off(now + PUT_OFF),
                // Nobody acknowledges: the session is ended (RFC 3261 §13.3.1.4).
                false => {
                    self.answer = None;
                    return self.finish(line, EndReason::NoAnswer);
                }
            }
        }
        self.on_change_timeout(line);
        if matches!(self.end, End::Unsent { again, .. } if again <= now) {
            self.send_bye(line);
        }
        let unanswered = self.invite.as_ref().and_then(OwnInvite::poll_timeout);
        if unanswered.is_some_and(|due| due <= now) {
            return self.finish(line, EndReason::NoAnswer);
        }
        let expired = self.timer.expires().is_some_and(|due| due <= now);
        match expired && matches!(self.end, End::No) {
            // Nobody can say a word now, and nobody has to.
            true if line.stack.flow.is_none() => self.timer.postpone(now + PUT_OFF),
            true => return self.finish(line, EndReason::NoAnswer),
            false => {}
        }
        self.go_on(line);
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
            End::Sent { .. } | End::Unsent { .. } | End::Done => {}
        }
        Next::Stay
    }

    fn send_bye(&mut self, line: &mut Line<'_>) {
        let until = match self.end {
            End::Sent { until, .. } | End::Unsent { until, .. } => until,
            _ => line.now + line.stack.transactions.timers().limit(),
        };
        let bye = self.dialog.request(Method::Bye);
        let next_hop = self.dialog.next_hop().to_owned();
        let key = line.send(bye, Some(&next_hop));
        self.end = End::Sent { key, until };
    }

    fn on_bye(&mut self, line: &mut Line<'_>, key: &ServerKey, bye: &Request) {
        line.respond_status(key, bye, 200);
        if let Some(reoffer) = self.reoffer.take() {
            reoffer.give_up(line);
        }
        self.answer = None;
        line.end(match ended_because(&bye.headers) {
            _ if taken_elsewhere(&bye.headers) => EndReason::AnsweredElsewhere,
            Some((Some(code @ 300..=699), Some(text))) => {
                EndReason::Refused { code, text, retry_after: None }
            }
            _ => EndReason::RemoteHangup,
        });
        self.end = End::Done;
    }
}
