//! Requests from elsewhere: to whom they go, and the refusals (RFC 3261 §8.2).

use std::time::Instant;

use super::super::call::Call;
use super::super::dialog::DialogId;
use super::super::event::SipEvent;
use super::super::message::{Method, Request, Response};
use super::super::subscription::package;
use super::super::transaction::ServerKey;
use super::super::transport::Source;
use super::super::uri::{SipUri, unescape};
use super::{ALLOW_EVENTS, Agent, MAX_CALLS, MAX_RINGING, MAX_RINGING_STRANGERS, SUPPORTED};

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
        let trusted = self.stack.is_main(source);
        let response = match DialogId::of_request(&request) {
            Some(id) => match unsupported(&request) {
                Some(refusal) => refusal,
                None => return self.on_request_within(now, source, &key, &id, request),
            },
            None => match self.refusal(&request, trusted) {
                Some(refusal) => refusal,
                None => match request.method {
                    Method::Options => self.abilities(&request),
                    // Only by our own registrar's flow: anybody else got 489.
                    Method::Notify if is_check_sync(&request) => {
                        self.stack.emit(SipEvent::CheckSync);
                        Response::to_request(&request, 200, None)
                    }
                    Method::Notify => self.mailbox.on_unsolicited(&mut self.stack, &request),
                    Method::Message => self.pager.receive(&mut self.stack, &request, trusted),
                    _ => return self.ring(now, key, request, trusted),
                },
            },
        };
        self.stack.respond(now, &key, response);
    }

    /// A request in a dialog.
    fn on_request_within(
        &mut self,
        now: Instant,
        source: &Source,
        key: &ServerKey,
        id: &DialogId,
        request: Request,
    ) {
        if request.method == Method::Notify
            && self.mailbox.on_notify(now, &mut self.stack, key, &request)
        {
            return;
        }
        let trusted = self.stack.is_main(source);
        let response = match self.calls.values_mut().find(|call| call.is_in(id)) {
            // Nothing remote starts a call, but who we talk to may ask for one.
            Some(call)
                if request.method == Method::Refer
                    && call.next_hop().is_some_and(|hop| !self.stack.is_way(source, hop)) =>
            {
                Response::to_request(&request, 403, None)
            }
            Some(call) if request.method == Method::Message && self.stack.settings.chat => {
                match call.count(&request) {
                    true => self.pager.receive(&mut self.stack, &request, trusted),
                    false => Response::to_request(&request, 500, None),
                }
            }
            Some(call) => return call.on_request(now, &mut self.stack, key, request),
            None => Response::to_request(&request, 481, None),
        };
        self.stack.respond(now, key, response);
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

    /// Why a request outside of dialogs is not taken; `None` for one in order that
    /// [`Self::on_request`] has an answer for.
    fn refusal(&self, request: &Request, trusted: bool) -> Option<Response> {
        if let Some(status) = self.method_status(request, trusted) {
            let mut response = Response::to_request(request, status, None);
            match status {
                405 | 501 => response.headers.set("Allow", self.stack.allow()),
                489 => response.headers.set("Allow-Events", ALLOW_EVENTS),
                _ => {}
            }
            return Some(response);
        }
        if !has_known_scheme(&request.uri) {
            return Some(Response::to_request(request, 416, None));
        }
        if let Some(refusal) = unsupported(request) {
            return Some(refusal);
        }
        if matches!(request.method, Method::Options | Method::Notify) {
            return None;
        }
        if request.method == Method::Message {
            let known = self.is_for_us(&request.uri);
            return (!known).then(|| Response::to_request(request, 404, None));
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

    /// What the method, and with events the package, already decide.
    fn method_status(&self, request: &Request, trusted: bool) -> Option<u16> {
        let status = match &request.method {
            Method::Invite | Method::Options => return None,
            Method::Message if self.stack.settings.chat => return None,
            Method::Bye | Method::Prack | Method::Update | Method::Info => 481,
            Method::Notify => match package(&request.headers).to_ascii_lowercase().as_str() {
                "message-summary" if trusted => return None,
                "check-sync" if trusted => return None,
                "message-summary" | "refer" => 481,
                _ => 489,
            },
            // Whose referral would it be (RFC 3515 §2.4.6)?
            Method::Subscribe if package(&request.headers).eq_ignore_ascii_case("refer") => 403,
            Method::Subscribe => 489,
            // Nothing remote starts a call.
            Method::Refer => 403,
            Method::Message | Method::Register => 405,
            Method::Other(name) if name == "PUBLISH" => 405,
            _ => 501,
        };
        Some(status)
    }

    /// Callers that guess at addresses do not make us ring.
    fn is_for_us(&self, uri: &str) -> bool {
        match uri.parse::<SipUri>() {
            Ok(uri) => uri.user_text().is_some_and(|user| {
                Some(&user) == unescape(&self.stack.settings.user).as_ref()
                    || self.stack.identities.iter().any(|identity| is_user_of(identity, &user))
            }),
            Err(_) => uri.to_ascii_lowercase().starts_with("tel:"),
        }
    }

    /// The answer to OPTIONS (RFC 3261 §11.2).
    fn abilities(&self, request: &Request) -> Response {
        let mut response = Response::to_request(request, 200, None);
        let headers = &mut response.headers;
        headers.set("Contact", self.stack.contact());
        headers.set("Allow", self.stack.allow());
        headers.set("Accept", self.stack.accept());
        headers.set("Accept-Language", "en");
        headers.set("Supported", SUPPORTED.join(", "));
        headers.set("Allow-Events", ALLOW_EVENTS);
        response
    }
}

/// "Ask for your provider's document again."
fn is_check_sync(notify: &Request) -> bool {
    package(&notify.headers).eq_ignore_ascii_case("check-sync")
}

fn is_user_of(identity: &str, user: &str) -> bool {
    identity.parse::<SipUri>().is_ok_and(|uri| uri.user_text().as_deref() == Some(user))
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

/// Whether it is a `sip:`, `sips:` or `tel:` URI by its scheme.
pub(super) fn has_known_scheme(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    ["sip", "sips", "tel"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}
