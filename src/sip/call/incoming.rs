//! An INVITE from elsewhere until we answer or refuse it (RFC 3261 §13.3).

use std::time::{Duration, Instant};

use super::super::agent::SUPPORTED;
use super::super::dialog::{Dialog, with_tag};
use super::super::message::{Method, Request, Response};
use super::super::text::{asserted, safe, shown_uri};
use super::super::transaction::ServerKey;
use super::super::value::{NameAddr, call_info};
use super::super::{IncomingCall, SipEvent, body};
use super::line::{Line, set_sdp};
use super::outgoing::taken_elsewhere;
use super::session::Session;
use super::{Next, timer};
use crate::model::call::EndReason;

/// 180 is repeated so often, lest a proxy takes the call for dead (RFC 3261 §13.3.1.1).
const RING_AGAIN: Duration = Duration::from_secs(60);
/// Nobody rings longer than this.
const RING_LIMIT: Duration = Duration::from_secs(300);

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
        if let Some(refusal) = timer::refusal(&request) {
            line.respond(&key, refusal);
            return None;
        }
        let event = describe(line, &request, offer, trusted);
        let until = line.now + ring_limit(&request);
        let again = line.now + RING_AGAIN;
        let incoming = Self { key, request, tag, dialog, trusted, again, until };
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
    pub fn answer(&mut self, line: &mut Line<'_>, sdp: Vec<u8>) -> Next {
        let mut response = self.response(line, 200);
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
        if !line.answer_common(key, request) {
            // An offer before ours was answered (RFC 3311 §5.2, RFC 3261 §14.2).
            let mut response = Response::to_request(request, 500, None);
            response.headers.set("Retry-After", "2");
            line.respond(key, response);
        }
        Next::Stay
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        Some(self.again.min(self.until))
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> Next {
        if self.until <= line.now {
            return self.close(line, 480, EndReason::NoAnswer);
        }
        self.again = line.now + RING_AGAIN;
        self.send_ringing(line);
        Next::Stay
    }

    fn send_ringing(&self, line: &mut Line<'_>) {
        let response = self.response(line, 180);
        line.respond(&self.key, response);
    }

    fn close(&self, line: &mut Line<'_>, status: u16, reason: EndReason) -> Next {
        let response = self.response(line, status);
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
    IncomingCall {
        call: line.shared.id.clone(),
        by_proxy: trusted,
        from: from.map(|from| shown_uri(&from.uri)).unwrap_or_default(),
        from_display: display.filter(|display| !display.is_empty()),
        asserted: if trusted { asserted(&request.headers) } else { Vec::new() },
        impp: call_info::impp(&request.headers),
        offer,
        anonymous: false,
        replaces: line.shared.replaces.clone(),
        referred_by: referred_by(request),
        forwarded_by: None,
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
