//! Requests from elsewhere: to whom they go, and the refusals (RFC 3261 §8.2).

use std::time::Instant;

use super::super::call::Call;
use super::super::dialog::DialogId;
use super::super::message::{Method, Request, Response};
use super::super::transaction::ServerKey;
use super::super::transport::Source;
use super::super::uri::{SipUri, unescape};
use super::{ACCEPT, ALLOW, Agent, MAX_CALLS, MAX_RINGING, MAX_RINGING_STRANGERS, SUPPORTED};

impl Agent {
    pub(super) fn on_request(
        &mut self,
        now: Instant,
        source: &Source,
        key: ServerKey,
        request: Request,
    ) {
        if request.method == Method::Cancel {
            return self.on_cancel(now, &key, &request);
        }
        let refusal = match DialogId::of_request(&request) {
            Some(id) => match unsupported(&request) {
                Some(refusal) => refusal,
                None => match self.calls.values_mut().find(|call| call.is_in(&id)) {
                    Some(call) => return call.on_request(now, &mut self.stack, &key, request),
                    None => Response::to_request(&request, 481, None),
                },
            },
            None => match self.refusal(&request, self.stack.is_main(source)) {
                Some(refusal) => refusal,
                None if request.method == Method::Options => self.abilities(&request),
                None => return self.ring(now, key, request, self.stack.is_main(source)),
            },
        };
        self.stack.respond(now, &key, refusal);
    }

    /// 200 whenever the INVITE is known; it only has an effect while that rings.
    fn on_cancel(&mut self, now: Instant, key: &ServerKey, cancel: &Request) {
        let invite = key.cancelled();
        let status = if self.stack.transactions.knows(&invite) { 200 } else { 481 };
        self.stack.respond(now, key, Response::to_request(cancel, status, None));
        if let Some(call) = self.calls.values_mut().find(|call| call.rings_for(&invite)) {
            call.on_cancel(now, &mut self.stack, cancel);
        }
    }

    /// Why a request outside of dialogs is not taken; `None` for INVITE and OPTIONS in order.
    fn refusal(&self, request: &Request, trusted: bool) -> Option<Response> {
        let status = match &request.method {
            Method::Invite | Method::Options => 0,
            Method::Bye | Method::Prack | Method::Notify | Method::Update | Method::Info => 481,
            Method::Subscribe => 489,
            Method::Message | Method::Refer | Method::Register => 405,
            Method::Other(name) if name == "PUBLISH" => 405,
            _ => 501,
        };
        if status != 0 {
            let mut response = Response::to_request(request, status, None);
            if matches!(status, 405 | 501) {
                response.headers.set("Allow", ALLOW);
            }
            return Some(response);
        }
        if !has_known_scheme(&request.uri) {
            return Some(Response::to_request(request, 416, None));
        }
        if let Some(refusal) = unsupported(request) {
            return Some(refusal);
        }
        if request.method == Method::Options {
            return None;
        }
        if let Some(refusal) = unacceptable(request) {
            return Some(refusal);
        }
        let ringing = self.calls.values().filter(|call| call.is_incoming());
        let (proxied, strange): (Vec<&Call>, Vec<&Call>) =
            ringing.partition(|call| call.is_trusted());
        let busy = proxied.len() + strange.len() >= MAX_RINGING
            || (!trusted && strange.len() >= MAX_RINGING_STRANGERS);
        let status = match () {
            () if !self.is_for_us(&request.uri) => 404,
            () if self.leaving.is_some() => 480,
            () if busy || self.calls.len() >= MAX_CALLS => 486,
            () => return None,
        };
        Some(Response::to_request(request, status, None))
    }

    /// Callers that guess at addresses do not make us ring.
    fn is_for_us(&self, uri: &str) -> bool {
        match uri.parse::<SipUri>() {
            Ok(uri) => uri
                .user_text()
                .is_some_and(|user| Some(user) == unescape(&self.stack.settings.user)),
            Err(_) => uri.to_ascii_lowercase().starts_with("tel:"),
        }
    }

    /// The answer to OPTIONS (RFC 3261 §11.2).
    fn abilities(&self, request: &Request) -> Response {
        let mut response = Response::to_request(request, 200, None);
        let headers = &mut response.headers;
        headers.set("Contact", self.stack.contact());
        headers.set("Allow", ALLOW);
        headers.set("Accept", ACCEPT);
        headers.set("Accept-Language", "en");
        headers.set("Supported", SUPPORTED.join(", "));
        response
    }
}

/// 420 for option tags that we do not know (RFC 3261 §8.2.2.3).
fn unsupported(request: &Request) -> Option<Response> {
    let required = request.headers.list("Require");
    let unknown: Vec<&str> = required
        .into_iter()
        .filter(|tag| !SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(tag)))
        .take(32)
        .collect();
    (!unknown.is_empty()).then(|| {
        let mut response = Response::to_request(request, 420, None);
        response.headers.set("Unsupported", unknown.join(", "));
        response
    })
}

/// 406 for an INVITE whose sender cannot read the only bodies that we write (RFC 3261 §20.1).
fn unacceptable(request: &Request) -> Option<Response> {
    request.headers.get("Accept")?;
    let reads = |range: &str| {
        let name = range.split(';').next().unwrap_or_default().trim();
        [ACCEPT, "application/*", "*/*"].iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    (!request.headers.list("Accept").into_iter().any(reads)).then(|| {
        let mut response = Response::to_request(request, 406, None);
        response.headers.set("Warning", format!("399 dovetail \"Only {ACCEPT} is written here\""));
        response
    })
}

/// Whether it is a `sip:`, `sips:` or `tel:` URI by its scheme.
pub(super) fn has_known_scheme(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    ["sip", "sips", "tel"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}
