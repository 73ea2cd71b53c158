//! An INVITE of ours until its first 2xx (RFC 3261 §13.2).

use std::time::Instant;

use super::super::dialog::{Dialog, DialogId};
use super::super::message::{Headers, Method, Request, Response};
use super::super::text::reason;
use super::super::transaction::{ClientKey, ServerKey};
use super::super::value::call_info;
use super::super::{CallEvent, PlaceCall, body};
use super::line::{Challenge, Line, set_sdp};
use super::session::Session;
use super::{ACCEPT_SDP, Next};
use crate::model::call::EndReason;

/// Forks whose early dialogs are kept.
const MAX_EARLY: usize = 8;

/// See the module.
pub(super) struct Outgoing {
    /// The INVITE without what each sending adds: Via and credentials.
    invite: Request,
    number: u32,
    key: Option<ClientKey>,
    early: Vec<Dialog>,
    preview: Option<Vec<u8>>,
    provisional: bool,
    /// The user hung up; whatever comes is to be undone.
    given_up: bool,
    /// CANCEL is out: the INVITE is dropped when no final response comes by then.
    drop_at: Option<Instant>,
    challenge: Option<Box<Response>>,
}

/// Without the preview of the session description: there are keys in it.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Outgoing");
        shown.field("invite", &self.invite).field("early", &self.early).finish_non_exhaustive()
    }
}

impl Outgoing {
    pub fn place(line: &mut Line<'_>, place: &PlaceCall) -> Self {
        let call_id = line.stack.call_id();
        let tag = line.stack.token();
        let aor = line.stack.aor_uri();
        let mut invite =
            line.stack.out_of_dialog(Method::Invite, place.target.clone(), &call_id, 1);
        let headers = &mut invite.headers;
        headers.push("From", format!("<{aor}>;tag={tag}"));
        headers.push("To", format!("<{}>", place.target));
        for route in &line.stack.service_route {
            headers.push("Route", route.as_str());
        }
        line.add_abilities(headers);
        for (name, value) in std::mem::take(&mut line.shared.referred) {
            headers.push(name, value);
        }
        headers.push("Accept", ACCEPT_SDP);
        if let Some(jid) = &place.impp {
            headers.push("Call-Info", call_info::impp_value(jid));
        }
        if !place.offer.is_empty() {
            set_sdp(&mut invite.headers, &mut invite.body, &place.offer);
        }
        let mut outgoing = Self {
            invite,
            number: 0,
            key: None,
            early: Vec::new(),
            preview: None,
            provisional: false,
            given_up: false,
            drop_at: None,
            challenge: None,
        };
        outgoing.send(line);
        outgoing
    }

    pub fn is_in(&self, dialog: &DialogId) -> bool {
        self.has_early(|id| id == dialog)
    }

    /// Whether one of the early dialogs is meant.
    pub fn has_early(&self, is_meant: impl Fn(&DialogId) -> bool) -> bool {
        self.early.iter().any(|early| is_meant(early.id()))
    }

    /// CANCEL, as soon as it may be sent (RFC 3261 §9.1).
    pub fn give_up(&mut self, line: &mut Line<'_>) -> Next {
        line.end(EndReason::LocalHangup);
        self.given_up = true;
        if self.challenge.is_some() || self.key.is_none() {
            return Next::Over;
        }
        self.cancel(line);
        Next::Stay
    }

    pub fn on_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) -> Next {
        if self.key.as_ref() != Some(key) {
            return Next::Stay;
        }
        match response.status {
            100..=199 => self.on_provisional(line, response),
            200..=299 => self.on_success(line, response),
            _ if self.given_up => Next::Over,
            401 | 407 => self.on_challenge(line, response),
            _ => Self::refused(line, response),
        }
    }

    pub fn on_no_answer(&mut self, line: &mut Line<'_>, key: &ClientKey) -> Next {
        if self.key.as_ref() != Some(key) {
            return Next::Stay;
        }
        line.end(if line.stack.flow.is_some() {
            EndReason::NoAnswer
        } else {
            EndReason::NotConnected
        });
        Next::Over
    }

    pub fn on_password(&mut self, line: &mut Line<'_>) -> Next {
        let Some(challenge) = self.challenge.take() else { return Next::Stay };
        if line.stack.credentials.is_none() {
            return Self::refused(line, &challenge);
        }
        self.on_challenge(line, &challenge)
    }

    /// A request in one of the early dialogs. Nothing can change before the answer.
    pub fn on_request(&mut self, line: &mut Line<'_>, key: &ServerKey, request: &Request) -> Next {
        let Some(id) = DialogId::of_request(request) else { return Next::Stay };
        let Some(early) = self.early.iter_mut().find(|early| *early.id() == id) else {
            return Next::Stay;
        };
        if early.accept(request).is_err() {
            line.respond_status(key, request, 500);
        } else if request.method == Method::Update && request.body.is_empty() {
            early.refresh_target(&request.headers);
            let mut response = Response::to_request(request, 200, None);
            line.add_abilities(&mut response.headers);
            line.respond(key, response);
        } else if !line.answer_common(key, request) {
            line.respond_status(key, request, 491);
        }
        Next::Stay
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.drop_at
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        if let Some(key) = &self.key {
            line.stack.transactions.forget(key);
        }
        Next::Over
    }

    fn send(&mut self, line: &mut Line<'_>) {
        self.number = self.number.saturating_add(1);
        self.invite.headers.set("CSeq", format!("{} INVITE", self.number));
        self.invite.headers.set("Contact", line.stack.contact());
        self.provisional = false;
        let route = self.invite.headers.get("Route").map(str::to_owned);
        let next_hop = route.as_deref().and_then(super::super::dialog::uri_of).map(str::to_owned);
        self.key = line.send(self.invite.clone(), next_hop.as_deref());
    }

    fn cancel(&mut self, line: &mut Line<'_>) {
        if !self.provisional || self.drop_at.is_some() {
            return;
        }
        if let Some(key) = &self.key {
            line.cancel(key);
            self.drop_at = Some(line.now + line.stack.transactions.timers().limit());
        }
    }

    fn on_provisional(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        self.provisional = true;
        if self.given_up {
            self.cancel(line);
            return Next::Stay;
        }
        if response.status == 100 {
            return Next::Stay;
        }
        self.learn_early(response);
        if response.status == 180 {
            line.emit(CallEvent::Ringing);
        }
        let sdp = body::sdp(&response.headers, &response.body).ok().flatten();
        if let Some(sdp) = sdp.filter(|sdp| self.preview.as_ref() != Some(sdp)) {
            self.preview = Some(sdp.clone());
            line.emit(CallEvent::EarlyMedia { sdp, impp: call_info::impp(&response.headers) });
        }
        Next::Stay
    }

    fn learn_early(&mut self, response: &Response) {
        let has_tag = response.headers.to().is_some_and(|to| to.tag().is_some());
        if !has_tag || self.early.len() >= MAX_EARLY {
            return;
        }
        if let Some(dialog) = Dialog::uac(&self.invite, response)
            && !self.is_in(dialog.id())
        {
            self.early.push(dialog);
        }
    }

    /// The first 2xx wins. When the user gave up meanwhile it is acknowledged and ended.
    fn on_success(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        line.accepted(response);
        let Some((key, dialog)) = self.key.clone().zip(Dialog::uac(&self.invite, response)) else {
            line.end(EndReason::Refused { code: response.status, text: String::new() });
            return Next::Over;
        };
        let sdp = body::sdp(&response.headers, &response.body).ok().flatten();
        let delayed = self.invite.body.is_empty() && sdp.is_some() && !self.given_up;
        let mut session =
            Session::called(line, dialog, key, self.invite.body.clone(), response, delayed);
        if self.given_up {
            let next = session.hang_up(line);
            return match next {
                Next::Over => Next::Over,
                _ => Next::Session(Box::new(session)),
            };
        }
        line.emit(CallEvent::Answered { sdp, impp: call_info::impp(&response.headers) });
        Next::Session(Box::new(session))
    }

    fn on_challenge(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        match line.challenged(response) {
            Challenge::Answerable => {
                self.send(line);
                Next::Stay
            }
            Challenge::NeedsPassword => {
                self.challenge = Some(Box::new(response.clone()));
                Next::Stay
            }
            Challenge::Hopeless => Self::refused(line, response),
        }
    }

    fn refused(line: &mut Line<'_>, response: &Response) -> Next {
        line.end(EndReason::Refused { code: response.status, text: reason(response) });
        Next::Over
    }
}

/// Whether a Reason header says that another of our devices took the call (RFC 3326).
pub(super) fn taken_elsewhere(headers: &Headers) -> bool {
    headers.list("Reason").into_iter().any(|reason| {
        let mut parts = reason.split(';').map(str::trim);
        parts.next().is_some_and(|protocol| protocol.eq_ignore_ascii_case("SIP"))
            && parts.any(|part| part.replace(' ', "").eq_ignore_ascii_case("cause=200"))
    })
}
