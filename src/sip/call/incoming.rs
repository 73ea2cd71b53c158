//! An INVITE from elsewhere until we answer or refuse it (RFC 3261 §13.3).

mod identity;

use std::time::{Duration, Instant};

use super::super::agent::{SUPPORTED, target};
use super::super::dialog::{Dialog, with_tag};
use super::super::message::{Method, Request, Response};
use super::super::text::{asserted, safe, shown_uri};
use super::super::transaction::ServerKey;
use super::super::uri::{Host, SipUri};
use super::super::value::{NameAddr, call_info};
use super::super::{IncomingCall, SipEvent, body};
use super::line::{Line, set_sdp};
use super::outgoing::taken_elsewhere;
use super::session::Session;
use super::{Next, accept, reliable, timer};
use crate::model::BareJid;
use crate::model::call::EndReason;
use identity::{forwarded_by, is_anonymous};

/// 180 is repeated so often, lest a proxy takes the call for dead (RFC 3261 §13.3.1.1).
const RING_AGAIN: Duration = Duration::from_secs(60);
/// Nobody rings longer than this.
const RING_LIMIT: Duration = Duration::from_secs(300);

/// As much of a Call-ID as the log shows, in characters.
const LONGEST_ID: usize = 128;

/// See the module.
#[derive(Debug)]
pub(super) struct Incoming {
    key: ServerKey,
    request: Request,
    tag: String,
    dialog: Dialog,
    trusted: bool,
    again: Instant,
    until: Instant,
}

impl Incoming {
    pub fn ring(
        line: &mut Line<'_>,
        key: ServerKey,
        request: Request,
        trusted: bool,
    ) -> Option<Self> {
        let tag = line.stack.token();
        let Some(dialog) = Dialog::uas(&request, &tag) else {
            line.respond_status(&key, &request, 400);
            return None;
        };
        let Ok(offer) = body::sdp(&request.headers, &request.body) else {
            let mut response = Response::to_request(&request, 415, None);
            response.headers.set("Accept", body::SDP);
            line.respond(&key, response);
            return None;
        };
        if let Some(refusal) = timer::refusal(&request).or_else(|| accept::refusal(&request)) {
            line.respond(&key, refusal);
            return None;
        }
        let event = describe(line, &request, offer, trusted);
        let until = line.now + ring_limit(&request);
        let again = line.now + RING_AGAIN;
        let incoming = Self { key, request, tag, dialog, trusted, again, until };
        let call_id: String = incoming
            .request
            .headers
            .call_id()
            .unwrap_or_default()
            .chars()
            .take(LONGEST_ID)
            .collect();
        // Somebody else's text: shown escaped.
        tracing::debug!(call = %line.shared.id, ?call_id, "an INVITE came");
        incoming.send_ringing(line);
        line.stack.emit(SipEvent::Incoming(event));
        Some(incoming)
    }

    /// The INVITE came by our own proxy.
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }

    pub fn key(&self) -> &ServerKey {
        &self.key
    }

    pub fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    /// 200 with our session description.
    pub fn answer(&mut self, line: &mut Line<'_>, sdp: Vec<u8>, impp: Option<&BareJid>) -> Next {
        line.shared.reliable.stop();
        let mut response = self.response(line, 200);
        if let Some(jid) = impp {
            response.headers.push("Call-Info", call_info::impp_value(jid));
        }
        timer::grant(&self.request, &mut response);
        response.headers.set("Supported", SUPPORTED.join(", "));
        set_sdp(&mut response.headers, &mut response.body, &sdp);
        let session = Session::answered(
            line,
            self.dialog.clone(),
            self.key.clone(),
            &self.request,
            response,
            sdp,
        );
        Next::Session(Box::new(session))
    }

    /// A final failure on the user's wish; 603 for what is none.
    pub fn refuse(&mut self, line: &mut Line<'_>, status: u16) -> Next {
        let status = if (400..=699).contains(&status) { status } else { 603 };
        self.close(line, status, EndReason::LocalHangup)
    }

    /// 302 to another address, on the user's wish.
    pub fn redirect(&mut self, line: &mut Line<'_>, to: &str) -> Next {
        let Some(to) = target(to) else { return self.refuse(line, 480) };
        let mut response = self.response(line, 302);
        response.headers.set("Contact", format!("<{to}>"));
        self.close_with(line, response, EndReason::LocalHangup)
    }

    pub fn on_cancel(&mut self, line: &mut Line<'_>, cancel: &Request) -> Next {
        let reason = match taken_elsewhere(&cancel.headers) {
            true => EndReason::AnsweredElsewhere,
            false => EndReason::Cancelled,
        };
        self.close(line, 487, reason)
    }

    /// A request in the early dialog.
    pub fn on_request(&mut self, line: &mut Line<'_>, key: &ServerKey, request: &Request) -> Next {
        if self.dialog.accept(request).is_err() {
            line.respond_status(key, request, 500);
            return Next::Stay;
        }
        if request.method == Method::Bye {
            line.respond_status(key, request, 200);
            return self.close(line, 487, EndReason::Cancelled);
        }
        let refreshes = request.method == Method::Update && request.body.is_empty();
        if refreshes && request.headers.contact().is_none() {
            line.respond_status(key, request, 400);
        } else if refreshes {
            self.dialog.refresh_target(&request.headers);
            let mut response = Response::to_request(request, 200, None);
            line.add_options(&mut response.headers);
            line.respond(key, response);
        } else if !line.answer_common(key, request) {
            // An offer before theirs was answered (RFC 3311 §5.2, RFC 3261 §14.2).
            line.respond_later(key, request);
        }
        Next::Stay
    }

    pub fn poll_timeout(&self, reliable: Option<Instant>) -> Option<Instant> {
        Some(self.again.min(self.until).min(reliable.unwrap_or(self.until)))
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        if self.until <= line.now {
            return self.close(line, 480, EndReason::NoAnswer);
        }
        if line.repeat_reliable() {
            return self.close(line, 504, EndReason::NoAnswer);
        }
        if self.again <= line.now {
            self.again = line.now + RING_AGAIN;
            self.send_ringing(line);
        }
        Next::Stay
    }

    /// Reliably when the caller insists. Then it would have to hold an offer when the INVITE has
    /// none, which we do not have before the user answers: so it is left out (RFC 3262 §5).
    fn send_ringing(&self, line: &mut Line<'_>) {
        let response = self.response(line, 180);
        match self.request.headers.lists("Require", reliable::TAG) {
            false => line.respond(&self.key, response),
            true if self.request.body.is_empty() => {}
            true => line.respond_reliably(&self.key, response),
        }
    }

    fn close(&self, line: &mut Line<'_>, status: u16, reason: EndReason) -> Next {
        let response = self.response(line, status);
        self.close_with(line, response, reason)
    }

    fn close_with(&self, line: &mut Line<'_>, response: Response, reason: EndReason) -> Next {
        line.shared.reliable.stop();
        line.respond(&self.key, response);
        line.end(reason);
        Next::Over
    }

    /// A response with our tag and, when it makes or keeps a dialog, our address.
    fn response(&self, line: &Line<'_>, status: u16) -> Response {
        let mut response = Response::to_request(&self.request, status, None);
        if let Some(to) = self.request.headers.get("To") {
            response.headers.set("To", with_tag(to, &self.tag));
        }
        if status < 300 {
            for route in self.request.headers.all("Record-Route") {
                response.headers.push("Record-Route", route);
            }
            line.add_abilities(&mut response.headers);
        }
        response
    }
}

fn describe(
    line: &Line<'_>,
    request: &Request,
    offer: Option<Vec<u8>>,
    trusted: bool,
) -> IncomingCall {
    let from = request.headers.from();
    let display = from.as_ref().and_then(|from| from.display.as_deref()).map(safe);
    let host = from.as_ref().and_then(|from| from.uri.parse::<SipUri>().ok()).map(|uri| uri.host);
    let proxy = line.stack.flow.as_ref().map(|flow| Host::Ip(flow.remote.ip().to_canonical()));
    IncomingCall {
        call: line.shared.id.clone(),
        by_proxy: trusted,
        from: from.map(|from| shown_uri(&from.uri)).unwrap_or_default(),
        from_proxy: trusted && host.is_some() && host == proxy,
        from_display: display.filter(|display| !display.is_empty()),
        asserted: if trusted { asserted(&request.headers) } else { Vec::new() },
        impp: call_info::impp(&request.headers),
        offer,
        anonymous: is_anonymous(&request.headers),
        replaces: line.shared.replaces.clone(),
        referred_by: referred_by(request),
        forwarded_by: forwarded_by(&request.headers).filter(|_| trusted),
    }
}

/// Who sent the caller here, by their own word (RFC 3892).
fn referred_by(request: &Request) -> Option<String> {
    let [value] = request.headers.list("Referred-By")[..] else { return None };
    let uri = value.parse::<NameAddr>().ok()?.uri;
    Some(shown_uri(&uri))
}

/// How long it may ring: what the caller's Expires says (RFC 3261 §20.19), within our limit.
fn ring_limit(request: &Request) -> Duration {
    let expires = request.headers.get("Expires").and_then(|text| text.trim().parse().ok());
    expires.map_or(RING_LIMIT, |seconds: u64| Duration::from_secs(seconds.max(1)).min(RING_LIMIT))
}
