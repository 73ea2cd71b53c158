//! An INVITE of ours until its first 2xx (RFC 3261 §13.2).

mod detour;
mod early;
mod fork;

use std::time::{Duration, Instant};

use super::super::dialog::{Dialog, DialogId};
use super::super::message::{Headers, Method, Request, Response};
use super::super::text::{reason, retry_after, told};
use super::super::transaction::ClientKey;
use super::super::value::call_info;
use super::super::{CallEvent, PlaceCall, body};
use super::line::{Challenge, Line, set_sdp};
use super::redirect::Redirect;
use super::session::{Reoffer, Session};
use super::{ACCEPT_SDP, Next, timer};
use crate::model::account::Transport;
use crate::model::call::EndReason;
use detour::Detour;
use fork::{Fork, Forks};

/// The longest Retry-After that is shown.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);
/// Answers 422 that one call follows.
const MAX_RAISES: u8 = 3;

/// See the module.
pub(super) struct Outgoing {
    /// The INVITE without what each sending adds: Via and credentials.
    invite: Request,
    number: u32,
    key: Option<ClientKey>,
    forks: Forks,
    /// PRACKs without a final response, for the challenge that one may get.
    pracks: Vec<(ClientKey, Request, DialogId)>,
    /// An offer of theirs in an early dialog that the core has not answered.
    reoffer: Option<(DialogId, Reoffer)>,
    redirect: Redirect,
    detour: Detour,
    raises: u8,
    provisional: bool,
    /// The user hung up; whatever comes is to be undone.
    given_up: bool,
    /// CANCEL is out: the INVITE is dropped when no final response comes by then.
    drop_at: Option<Instant>,
    challenge: Option<Box<Response>>,
}

/// Without the session descriptions: there are keys in them.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("invite", &self.invite).finish_non_exhaustive()
    }
}

impl Outgoing {
    pub fn place(line: &mut Line<'_>, place: &PlaceCall) -> Self {
        line.shared.anonymous = place.anonymous;
        let mut outgoing = Self {
            invite: invite(line, place),
            number: 0,
            key: None,
            forks: Forks::default(),
            pracks: Vec::new(),
            reoffer: None,
            redirect: Redirect::new(&place.target),
            detour: Detour::default(),
            raises: 0,
            provisional: false,
            given_up: false,
            drop_at: None,
            challenge: None,
        };
        outgoing.send(line);
        outgoing
    }

    pub fn is_in(&self, dialog: &DialogId) -> bool {
        self.forks.has(dialog)
    }

    /// Whether one of the early dialogs is meant.
    pub fn has_early(&self, is_meant: impl Fn(&DialogId) -> bool) -> bool {
        self.forks.any(is_meant)
    }

    /// CANCEL, as soon as it may be sent (RFC 3261 §9.1).
    pub fn give_up(&mut self, line: &mut Line<'_>) -> Next {
        line.end(EndReason::LocalHangup);
        self.given_up = true;
        if let Some((_, reoffer)) = self.reoffer.take() {
            reoffer.give_up(line);
        }
        if self.challenge.is_some() || self.redirect.is_waiting() || self.key.is_none() {
            return Next::Over;
        }
        self.cancel(line);
        Next::Stay
    }

    /// Calls one of the targets of a redirection, or what stands for it.
    pub fn follow(&mut self, line: &mut Line<'_>, target: &str, dial_as: String) -> Next {
        if self.redirect.follow(target) {
            self.invite.uri = dial_as;
            self.send(line);
        }
        Next::Stay
    }

    pub fn on_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) -> Next {
        if self.key.as_ref() != Some(key) {
            self.on_prack_response(line, key, response);
            return Next::Stay;
        }
        match response.status {
            100..=199 => self.on_provisional(line, response),
            200..=299 => self.on_success(line, response),
            _ if self.given_up => Next::Over,
            401 | 407 => self.on_challenge(line, response),
            _ => self.on_failure(line, response),
        }
    }

    pub fn on_no_answer(&mut self, line: &mut Line<'_>, key: &ClientKey) -> Next {
        if self.key.as_ref() != Some(key) {
            return Next::Stay;
        }
        let why = match line.stack.flow {
            Some(_) => EndReason::NoAnswer,
            None => EndReason::NotConnected,
        };
        self.detour(line, why)
    }

    pub fn on_password(&mut self, line: &mut Line<'_>) -> Next {
        let Some(challenge) = self.challenge.take() else { return Next::Stay };
        if line.stack.needs_password(&challenge) {
            return Self::refused(line, &challenge);
        }
        self.on_challenge(line, &challenge)
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let reoffer = self.reoffer.as_ref().map(|(_, reoffer)| reoffer.until);
        [self.drop_at, self.redirect.poll_timeout(), reoffer].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        let now = line.now;
        if let Some((_, reoffer)) = self.reoffer.take_if(|(_, reoffer)| reoffer.until <= now) {
            line.respond_status(&reoffer.key, &reoffer.request, 500);
        }
        if let Some(response) = self.redirect.expired(now) {
            return Self::refused(line, &response);
        }
        if self.drop_at.is_none_or(|at| now < at) {
            return Next::Stay;
        }
        if let Some(key) = &self.key {
            line.stack.transactions.forget(key);
        }
        Next::Over
    }

    /// The INVITE goes out, also again with credentials, a longer timer or to another target.
    /// What early dialogs there were are gone with the one before.
    fn send(&mut self, line: &mut Line<'_>) {
        self.number = self.number.saturating_add(1);
        self.invite.headers.set("CSeq", format!("{} INVITE", self.number));
        self.transmit(line);
    }

    fn transmit(&mut self, line: &mut Line<'_>) {
        self.invite.headers.set("Contact", line.contact());
        self.provisional = false;
        self.forks = Forks::default();
        self.pracks.clear();
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

    /// The first 2xx wins. When the user gave up meanwhile it is acknowledged and ended.
    fn on_success(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        line.accepted(response);
        let Some((key, fresh)) = self.key.clone().zip(Dialog::uac(&self.invite, response)) else {
            let (code, text) = (response.status, String::new());
            line.end(EndReason::Refused { code, text, retry_after: None });
            return Next::Over;
        };
        let fork = self.forks.win(fresh.id());
        let (dialog, agreed, updated, early, local) = match fork {
            Some(Fork { mut dialog, agreed, updated, sdp, local, .. }) => {
                dialog.confirm(&self.invite, response);
                (dialog, agreed, updated, sdp, local)
            }
            None => (fresh, false, false, None, None),
        };
        let sdp = body::sdp(&response.headers, &response.body).ok().flatten();
        let asked = self.invite.body.is_empty();
        let delayed = asked && !agreed && sdp.is_some() && !self.given_up;
        let reoffer = self.reoffer.take().filter(|(id, _)| id == dialog.id());
        let others = std::mem::take(&mut self.forks).into_others();
        let mut session = Session::called(
            line,
            (dialog, others),
            (key, self.number),
            local.unwrap_or_else(|| self.invite.body.clone()),
            response,
            delayed,
        );
        session.adopt(reoffer.map(|(_, reoffer)| reoffer));
        if self.given_up {
            let next = session.hang_up(line);
            return match next {
                Next::Over => Next::Over,
                _ => Next::Session(Box::new(session)),
            };
        }
        // The offer in a 2xx after an agreed one would be a second one: it is not for that.
        let sdp = sdp.filter(|_| !(asked && agreed)).or(early.filter(|_| !asked));
        let sdp = sdp.filter(|_| !updated);
        if let Some(text) = told(&response.headers) {
            line.emit(CallEvent::Told(text));
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
            Challenge::Weaker(weaker) => {
                let (code, text) = (response.status, weaker.to_string());
                line.end(EndReason::Refused { code, text, retry_after: None });
                Next::Over
            }
        }
    }

    fn on_failure(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        let brief = response.status == 422 && self.raises < MAX_RAISES;
        if brief && timer::raise(&mut self.invite.headers, response) {
            self.raises += 1;
            self.send(line);
            return Next::Stay;
        }
        let over_tls =
            line.stack.flow.as_ref().is_some_and(|flow| flow.transport == Transport::Tls);
        match self.redirect.take(line.now, response, over_tls) {
            Some(targets) => {
                line.emit(CallEvent::Redirected { targets });
                Next::Stay
            }
            None if response.status == 503 => self.detour(line, refusal(response)),
            None => Self::refused(line, response),
        }
    }

    fn refused(line: &mut Line<'_>, response: &Response) -> Next {
        line.end(refusal(response));
        Next::Over
    }
}

fn refusal(response: &Response) -> EndReason {
    let wait = response.headers.get("Retry-After");
    EndReason::Refused {
        code: response.status,
        text: reason(response),
        retry_after: wait.and_then(|value| retry_after(value, MAX_RETRY_AFTER)),
    }
}

fn invite(line: &mut Line<'_>, place: &PlaceCall) -> Request {
    let call_id = line.stack.call_id();
    tracing::debug!(call = %place.call, %call_id, "an INVITE goes out");
    let tag = line.stack.token();
    let aor = line.stack.aor_uri();
    let mut invite = line.stack.out_of_dialog(Method::Invite, place.target.clone(), &call_id, 1);
    let headers = &mut invite.headers;
    match place.anonymous {
        true => {
            let nobody = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
            headers.push("From", format!("{nobody};tag={tag}"));
            headers.push("Privacy", "id");
            // For our own proxy alone, which takes it out (RFC 3325 §9.2).
            headers.push("P-Preferred-Identity", format!("<{aor}>"));
        }
        false => headers.push("From", format!("<{aor}>;tag={tag}")),
    }
    headers.push("To", format!("<{}>", place.target));
    for route in &line.stack.service_route {
        headers.push("Route", route.as_str());
    }
    line.add_abilities(headers);
    for (name, value) in std::mem::take(&mut line.shared.referred) {
        headers.push(name, value);
    }
    headers.push("Supported", super::super::agent::SUPPORTED.join(", "));
    headers.push("Accept", ACCEPT_SDP);
    timer::wish(headers);
    if let Some(jid) = place.impp.as_ref().filter(|_| !place.anonymous) {
        headers.push("Call-Info", call_info::impp_value(jid));
    }
    if !place.offer.is_empty() {
        set_sdp(&mut invite.headers, &mut invite.body, &place.offer);
    }
    invite
}

/// Whether a Reason header says that another of our devices took the call (RFC 3326).
pub(super) fn taken_elsewhere(headers: &Headers) -> bool {
    headers.list("Reason").into_iter().any(|reason| {
        let mut parts = reason.split(';').map(str::trim);
        parts.next().is_some_and(|protocol| protocol.eq_ignore_ascii_case("SIP"))
            && parts.any(|part| part.replace(' ', "").eq_ignore_ascii_case("cause=200"))
    })
}
