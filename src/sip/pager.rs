//! Instant messages (RFC 3428), for an account that chats over SIP.

use std::time::Instant;

use super::agent::{Need, Owner, Stack};
use super::digest::{Authenticator, DigestError};
use super::message::{Message, Method, Request, Response};
use super::text::{asserted, reason, safe, shown_uri};
use super::transaction::ClientKey;
use super::uri::SipUri;
use super::{IncomingMessage, OutgoingMessage, SipEvent, wire};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::model::id::MessageId;

/// The type of the texts.
const PLAIN: &str = "text/plain";
/// The longest MESSAGE that is sent, in octets (RFC 3428 §8).
const MAX_SENT: usize = 1300;
/// The longest text that is taken, in octets.
const MAX_TAKEN: usize = 8 * 1024;
/// Messages that may be on their way at once.
const MAX_SENDING: usize = 32;
/// Challenges that one message answers.
const MAX_CHALLENGES: u8 = 4;

/// See the module.
#[derive(Debug, Default)]
pub struct Pager {
    sending: Vec<Sending>,
    auth: Authenticator,
}

#[derive(Debug)]
struct Sending {
    id: MessageId,
    request: Request,
    seq: u32,
    challenges: u8,
    key: Option<ClientKey>,
    /// It waits for the password.
    challenge: Option<Box<Response>>,
    /// It waits for another of the server's targets, because of this.
    moving: Option<Fault>,
}

impl Pager {
    /// Sends a message; [`SipEvent::MessageState`] tells what came of it.
    pub fn send(&mut self, now: Instant, stack: &mut Stack, message: OutgoingMessage) {
        let id = message.id.clone();
        match self.request(stack, message) {
            Ok(request) => {
                let mut sending = Sending {
                    id,
                    request,
                    seq: 1,
                    challenges: 0,
                    key: None,
                    challenge: None,
                    moving: None,
                };
                self.transmit(now, stack, &mut sending);
                self.sending.push(sending);
            }
            Err(fault) => tell(stack, id, Err(fault)),
        }
    }

    pub fn on_response(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ClientKey,
        response: &Response,
    ) {
        if response.status < 200 {
            return;
        }
        let Some(at) = self.sending.iter().position(|one| one.key.as_ref() == Some(key)) else {
            return;
        };
        let mut sending = self.sending.swap_remove(at);
        let sent = match response.status {
            401 | 407 if stack.needs_password(response) => {
                stack.need(Need::Password);
                sending.key = None;
                sending.challenge = Some(Box::new(response.clone()));
                self.sending.push(sending);
                return;
            }
            401 | 407 => match self.challenged(stack, &mut sending, response) {
                Ok(()) => {
                    self.transmit(now, stack, &mut sending);
                    self.sending.push(sending);
                    return;
                }
                Err(fault) => Err(fault),
            },
            200..=299 => {
                stack.accepted(&mut self.auth, response);
                Ok(())
            }
            status => {
                let fault = Fault::Rejected(format!("{status} {}", reason(response)));
                if status == 503 && stack.elsewhere() {
                    self.wait(sending, fault);
                    return;
                }
                Err(fault)
            }
        };
        tell(stack, sending.id, sent);
    }

    pub fn on_no_answer(&mut self, stack: &mut Stack, key: &ClientKey) {
        let at = self.sending.iter().position(|one| one.key.as_ref() == Some(key));
        if let Some(at) = at {
            let sending = self.sending.swap_remove(at);
            let fault = Fault::TimedOut(safe(&sending.request.uri));
            match stack.elsewhere() {
                true => self.wait(sending, fault),
                false => tell(stack, sending.id, Err(fault)),
            }
        }
    }

    /// There is another target: what waited for it goes there (RFC 3263 §4.3).
    pub fn registered(&mut self, now: Instant, stack: &mut Stack) {
        for mut sending in self.take_moving() {
            sending.moving = None;
            // The same request in another transaction.
            sending.seq = sending.seq.saturating_sub(1);
            sending.request.headers.remove("Route");
            for route in &stack.service_route {
                sending.request.headers.push("Route", route.as_str());
            }
            self.transmit(now, stack, &mut sending);
            self.sending.push(sending);
        }
    }

    /// There is no other target after all.
    pub fn not_registered(&mut self, stack: &mut Stack) {
        for sending in self.take_moving() {
            let Some(fault) = sending.moving else { continue };
            tell(stack, sending.id, Err(fault));
        }
    }

    /// No message waits for its answer.
    pub fn is_idle(&self) -> bool {
        self.sending.is_empty()
    }

    /// There is no connection any more, on our own wish: what was not answered may go out with
    /// the next.
    pub fn rest(&mut self, stack: &mut Stack) {
        for sending in std::mem::take(&mut self.sending) {
            tell(stack, sending.id, Err(Fault::Lost("the account was disconnected".to_owned())));
        }
    }

    fn wait(&mut self, mut sending: Sending, why: Fault) {
        sending.key = None;
        sending.moving = Some(why);
        self.sending.push(sending);
    }

    fn take_moving(&mut self) -> Vec<Sending> {
        let (moving, others) =
            std::mem::take(&mut self.sending).into_iter().partition(|one| one.moving.is_some());
        self.sending = others;
        moving
    }

    /// The password is there, or will not come.
    pub fn on_password(&mut self, now: Instant, stack: &mut Stack, fault: Option<&Fault>) {
        let waiting: Vec<Sending>;
        (waiting, self.sending) =
            std::mem::take(&mut self.sending).into_iter().partition(|one| one.challenge.is_some());
        for mut sending in waiting {
            let Some(challenge) = sending.challenge.take() else { continue };
            let sent = match fault {
                Some(fault) => Err(fault.clone()),
                None => self.challenged(stack, &mut sending, &challenge),
            };
            match sent {
                Ok(()) => {
                    self.transmit(now, stack, &mut sending);
                    self.sending.push(sending);
                }
                Err(fault) => tell(stack, sending.id, Err(fault)),
            }
        }
    }

    /// Takes a MESSAGE that is for us. Gives its answer. One that did not come by our own proxy
    /// names whom it likes as its sender, so it is refused.
    pub fn receive(&self, stack: &mut Stack, request: &Request, trusted: bool) -> Response {
        let headers = &request.headers;
        let status = match () {
            () if !trusted => 403,
            () if !is_plain(request) => 415,
            () if request.body.len() > MAX_TAKEN => 413,
            () => 200,
        };
        let text = std::str::from_utf8(&request.body).ok();
        let (status, text) = match (status, text) {
            (200, None) => (400, ""),
            (status, text) => (status, text.unwrap_or_default()),
        };
        let mut response = Response::to_request(request, status, None);
        match status {
            200 if !text.is_empty() => stack.emit(SipEvent::Message(IncomingMessage {
                from: headers.from().map(|from| shown_uri(&from.uri)).unwrap_or_default(),
                asserted: asserted(headers),
                body: text.to_owned(),
            })),
            415 => response.headers.set("Accept", PLAIN),
            _ => {}
        }
        response
    }

    fn request(&self, stack: &mut Stack, message: OutgoingMessage) -> Result<Request, Fault> {
        let local = |text: &str| Err(Fault::Local(text.to_owned()));
        let Some(flow) = stack.flow.as_ref().map(|flow| flow.transport) else {
            // Nothing was sent: it may go out with the next connection.
            return Err(Fault::Lost("there is no connection".to_owned()));
        };
        let Ok(mut uri) = message.to.parse::<SipUri>() else {
            return local("This is no SIP address.");
        };
        uri.headers = None;
        uri.params.remove("method");
        match () {
            () if !stack.settings.chat => {
                return local("This account does not send messages.");
            }
            () if uri.secure && flow != Transport::Tls => {
                return local("This address needs an account that is connected over TLS.");
            }
            () if self.sending.len() >= MAX_SENDING => {
                return local("Too many messages are on their way. Try again in a moment.");
            }
            () => {}
        }
        let (call_id, tag, aor) = (stack.call_id(), stack.token(), stack.aor_uri());
        let mut request = stack.out_of_dialog(Method::Message, uri.to_string(), &call_id, 1);
        let headers = &mut request.headers;
        headers.push("From", format!("<{aor}>;tag={tag}"));
        headers.push("To", format!("<{uri}>"));
        for route in &stack.service_route {
            headers.push("Route", route.as_str());
        }
        headers.push("Content-Type", format!("{PLAIN};charset=utf-8"));
        request.body = message.body.into_bytes();
        let message = Message::Request(request);
        let length = wire::write(&message).len();
        match message {
            Message::Request(request) if length <= MAX_SENT => Ok(request),
            _ => local("The message is too long to be sent over SIP."),
        }
    }

    fn transmit(&mut self, now: Instant, stack: &mut Stack, sending: &mut Sending) {
        let mut request = sending.request.clone();
        request.headers.set("CSeq", format!("{} MESSAGE", sending.seq));
        sending.seq = sending.seq.saturating_add(1);
        stack.authorize(&mut self.auth, &mut request);
        let next_hop = request.headers.get("Route").and_then(super::dialog::uri_of);
        let next_hop = next_hop.map(str::to_owned);
        // What a later challenge refused is told from what was sent.
        sending.request = request.clone();
        sending.key = stack.send(now, Owner::Pager, request, next_hop.as_deref());
    }

    fn challenged(
        &mut self,
        stack: &mut Stack,
        sending: &mut Sending,
        response: &Response,
    ) -> Result<(), Fault> {
        sending.challenges = sending.challenges.saturating_add(1);
        if sending.challenges > MAX_CHALLENGES {
            return Err(Fault::Rejected(format!("{} {}", response.status, reason(response))));
        }
        let taken = stack.challenged_by(&mut self.auth, &sending.request, response);
        taken.map_err(|error| match error {
            DigestError::WrongPassword => Fault::WrongPassword,
            DigestError::WrongServer => Fault::Impostor,
            DigestError::Unsupported => Fault::NoMechanism,
            DigestError::Weaker(weaker) => Fault::Downgraded(weaker),
            DigestError::NoChallenge | DigestError::Endless => {
                Fault::Rejected(format!("{} {}", response.status, reason(response)))
            }
        })
    }
}

fn tell(stack: &mut Stack, id: MessageId, sent: Result<(), Fault>) {
    stack.emit(SipEvent::MessageState { id, sent });
}

/// Whether the body is plain text in UTF-8, or in what is a part of it.
fn is_plain(request: &Request) -> bool {
    let headers = &request.headers;
    let content_type = headers.get("Content-Type").unwrap_or(PLAIN);
    let mut parts = content_type.split(';').map(str::trim);
    let is_text = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(PLAIN));
    let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    });
    let encoded =
        headers.get("Content-Encoding").is_some_and(|name| !name.eq_ignore_ascii_case("identity"));
    let known = charset.is_none_or(|name| matches!(name.as_str(), "utf-8" | "utf8" | "us-ascii"));
    is_text && known && !encoded
}
