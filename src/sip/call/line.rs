//! What every stage of a call uses to speak.

use std::time::Instant;

use super::super::agent::{ALLOW_EVENTS, Owner, SUPPORTED, Stack};
use super::super::body;
use super::super::digest::{Authenticator, DigestError};
use super::super::message::{Method, Request, Response};
use super::super::transaction::{ClientKey, ServerKey};
use super::super::{CallEvent, agent::Need};
use super::dtmf::{self, Info};
use super::reliable::Reliable;
use super::usage::Usages;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::model::security::Weaker;

/// Challenges that one call answers, stale ones included.
const MAX_CHALLENGES: u8 = 6;

/// What a call keeps through all its stages.
#[derive(Debug)]
pub(super) struct Shared {
    pub id: CallId,
    pub ended: bool,
    /// What else goes on in its dialog.
    pub usages: Usages,
    /// Headers of the INVITE that a REFER asked for.
    pub referred: Vec<(&'static str, String)>,
    /// The call of ours that this one takes over.
    pub replaces: Option<CallId>,
    /// Nothing names us (RFC 3323).
    pub anonymous: bool,
    pub reliable: Reliable,
    auth: Authenticator,
    challenges: u8,
}

impl Shared {
    pub fn new(id: CallId) -> Self {
        Self {
            id,
            ended: false,
            usages: Usages::default(),
            referred: Vec::new(),
            replaces: None,
            anonymous: false,
            reliable: Reliable::default(),
            auth: Authenticator::new(),
            challenges: 0,
        }
    }
}

/// A call's voice for the length of one input.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub now: Instant,
    pub stack: &'a mut Stack,
    pub shared: &'a mut Shared,
}

/// What came of a challenge.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// The request may go out again, through [`Line::send`].
    Answerable,
    /// The password must be asked for first; it was.
    NeedsPassword,
    /// Nothing we have will do.
    Hopeless,
    /// It asks for MD5, and the account has seen better.
    Weaker(Weaker),
}

impl Line<'_> {
    /// Tells the core, unless the call is over for it.
    pub fn emit(&mut self, event: CallEvent) {
        if !self.shared.ended {
            self.stack.emit_call(&self.shared.id, event);
        }
    }

    /// Tells the core once that the call is over.
    pub fn end(&mut self, reason: EndReason) {
        self.emit(CallEvent::Ended(reason));
        self.shared.ended = true;
    }

    /// Sends a request of this call, with credentials once a challenge asked for them. Within the
    /// dialog many a proxy leaves them in, and they hold our name: the other side of an anonymous
    /// call gets none that were not asked for just now.
    pub fn send(&mut self, mut request: Request, next_hop: Option<&str>) -> Option<ClientKey> {
        let within = request.headers.to().is_some_and(|to| to.tag().is_some());
        let hides = self.shared.anonymous && within && self.shared.challenges == 0;
        if request.method != Method::Ack && !hides {
            self.stack.authorize(&mut self.shared.auth, &mut request);
        }
        self.stack.send(self.now, Owner::Call(self.shared.id.clone()), request, next_hop)
    }

    /// Cancels an INVITE of this call.
    pub fn cancel(&mut self, invite: &ClientKey) {
        self.stack.cancel(self.now, Owner::Call(self.shared.id.clone()), invite);
    }

    /// Sends a response.
    pub fn respond(&mut self, key: &ServerKey, response: Response) {
        self.stack.respond(self.now, key, response);
    }

    /// Sends a response that is no more than its status.
    pub fn respond_status(&mut self, key: &ServerKey, request: &Request, status: u16) {
        self.respond(key, Response::to_request(request, status, None));
    }

    /// Takes a 401 or 407.
    pub fn challenged(&mut self, response: &Response) -> Challenge {
        if self.stack.needs_password(response) {
            self.stack.need(Need::Password);
            return Challenge::NeedsPassword;
        }
        self.shared.challenges = self.shared.challenges.saturating_add(1);
        if self.shared.challenges > MAX_CHALLENGES {
            return Challenge::Hopeless;
        }
        match self.stack.challenged(&mut self.shared.auth, response) {
            Ok(()) => Challenge::Answerable,
            Err(DigestError::WrongPassword) => Challenge::Hopeless,
            Err(DigestError::Weaker(weaker)) => Challenge::Weaker(weaker),
            Err(error) => {
                tracing::info!(call = %self.shared.id, %error, "challenge cannot be answered");
                Challenge::Hopeless
            }
        }
    }

    /// Takes the 2xx that followed on an answer to a challenge.
    pub fn accepted(&mut self, response: &Response) {
        self.shared.challenges = 0;
        self.stack.accepted(&mut self.shared.auth, response);
    }

    /// Whether a request that was challenged may go out again.
    pub fn may_repeat(&mut self, response: &Response) -> bool {
        matches!(response.status, 401 | 407) && self.challenged(response) == Challenge::Answerable
    }

    /// A challenge that cannot be answered yet, since the password is not there.
    pub fn awaits_password(&mut self, response: &Response) -> bool {
        matches!(response.status, 401 | 407) && self.stack.needs_password(response)
    }

    /// Where we are, as `<uri>`.
    pub fn contact(&self) -> String {
        match self.shared.anonymous {
            true => self.stack.contact_as("anonymous"),
            false => self.stack.contact(),
        }
    }

    /// A refusal that says when to come again: 0–10 s (RFC 3261 §14.2).
    pub fn respond_later(&mut self, key: &ServerKey, request: &Request) {
        let mut response = Response::to_request(request, 500, None);
        let wait = self.stack.dice() % 11;
        response.headers.set("Retry-After", wait.to_string());
        self.respond(key, response);
    }

    /// Adds where we are and what we can.
    pub fn add_abilities(&self, headers: &mut super::super::message::Headers) {
        headers.set("Contact", self.contact());
        headers.set("Allow", self.stack.allow());
    }

    /// The same with the option tags, for 2xx and requests without provisional responses.
    pub fn add_options(&self, headers: &mut super::super::message::Headers) {
        self.add_abilities(headers);
        let tags = SUPPORTED.iter().filter(|tag| **tag != super::reliable::TAG);
        headers.set("Supported", tags.copied().collect::<Vec<_>>().join(", "));
    }

    /// Answers in-dialog requests that mean the same in every stage. `false` for the rest.
    pub fn answer_common(&mut self, key: &ServerKey, request: &Request) -> bool {
        let status = match request.method {
            Method::Options => 200,
            Method::Info => self.on_info(request),
            Method::Prack => self.on_prack(request),
            Method::Notify => 481,
            Method::Subscribe => 489,
            // Only an answered call can be transferred.
            Method::Refer => 403,
            Method::Message | Method::Register => 405,
            Method::Other(ref name) if name == "PUBLISH" => 405,
            Method::Other(_) => 501,
            _ => return false,
        };
        let mut response = Response::to_request(request, status, None);
        match status {
            200 if request.method == Method::Options => {
                self.add_abilities(&mut response.headers);
                response.headers.set("Accept", self.stack.accept());
                response.headers.set("Supported", SUPPORTED.join(", "));
            }
            415 if request.method == Method::Info => response.headers.set("Accept", dtmf::ACCEPT),
            415 => response.headers.set("Accept", body::SDP),
            489 => response.headers.set("Allow-Events", ALLOW_EVENTS),
            405 | 501 => response.headers.set("Allow", self.stack.allow()),
            _ => {}
        }
        self.respond(key, response);
        true
    }

    fn on_info(&mut self, info: &Request) -> u16 {
        match dtmf::read(info) {
            Info::Empty => 200,
            Info::Digit(digit) => {
                self.emit(CallEvent::Digit(digit));
                200
            }
            Info::Malformed => 400,
            Info::Unknown => 415,
        }
    }
}

/// Puts a session description into a message.
pub(super) fn set_sdp(
    headers: &mut super::super::message::Headers,
    body: &mut Vec<u8>,
    sdp: &[u8],
) {
    headers.set("Content-Type", body::SDP);
    *body = sdp.to_vec();
}
