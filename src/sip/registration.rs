//! Registration (RFC 3261 §10): one binding of ours at the account's registrar, kept fresh.

use std::time::{Duration, Instant};

use super::agent::{Need, Owner, Stack, bracketed};
use super::digest::{Authenticator, DigestError};
use super::message::{Headers, Method, Request, Response};
use super::text::{reason, safe};
use super::transaction::ClientKey;
use super::value::NameAddr;
use super::{Registration as State, SipEvent};
use crate::model::account::Security;
use crate::model::fault::{Fault, back_off};

/// What we ask for, in seconds, until the registrar wants it longer.
const EXPIRES: u32 = 600;
/// The longest lifetime that is believed, in seconds.
const MAX_EXPIRES: u32 = 86_400;
/// Challenges in a row, stale ones included, before we give up for now.
const MAX_CHALLENGES: u8 = 4;
/// Registrations in a row for an address that was seen to be another.
const MAX_MOVES: u8 = 2;
/// Old bindings of ours that are still to be removed.
const MAX_OLD: usize = 4;

/// The registration's machine.
#[derive(Debug)]
pub struct Registration {
    call_id: String,
    tag: String,
    seq: u32,
    expires: u32,
    auth: Authenticator,
    challenges: u8,
    /// How often in a row our address was seen to be another.
    moves: u8,
    attempt: u32,
    /// The Contact that the registrar holds or may hold.
    bound: Option<String>,
    /// Earlier Contacts that it may still hold.
    old: Vec<String>,
    told: Option<State>,
    phase: Phase,
    due: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    /// There is no way to the proxy; the shell makes one, or will at `due`.
    Down,
    /// A REGISTER is out.
    Trying(Option<ClientKey>),
    /// Challenged, and the password is not there yet.
    AwaitingPassword(Box<Response>),
    /// Bound until refreshed at `due`.
    Registered,
    /// Failed; the next attempt on the same flow comes at `due`.
    Waiting,
    /// Failed for good: only the user can help.
    Stopped,
    /// `Expires: 0` is out.
    Leaving(Option<ClientKey>),
    /// Unregistered.
    Closed,
}

impl Registration {
    /// Asks the shell to connect.
    pub fn start(stack: &mut Stack) -> Self {
        stack.emit(SipEvent::Registration(State::Connecting));
        stack.need(Need::Connect);
        Self {
            call_id: stack.call_id(),
            tag: stack.token(),
            seq: 0,
            expires: EXPIRES,
            auth: Authenticator::new(),
            challenges: 0,
            moves: 0,
            attempt: 0,
            bound: None,
            old: Vec::new(),
            told: Some(State::Connecting),
            phase: Phase::Down,
            due: None,
        }
    }

    /// There is nothing left to wait for after [`Self::quit`].
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// The way to the proxy is there.
    pub fn flow_up(&mut self, now: Instant, stack: &mut Stack) {
        if matches!(self.phase, Phase::Closed | Phase::Leaving(_)) {
            return;
        }
        self.tell(stack, State::Connecting);
        self.register(now, stack);
    }

    /// The way to the proxy could not be made, or broke.
    pub fn flow_down(&mut self, now: Instant, stack: &mut Stack, fault: Fault) {
        match self.phase {
            Phase::Closed | Phase::Stopped => {}
            Phase::Leaving(_) => self.phase = Phase::Closed,
            _ => {
                self.fail(now, stack, fault, None);
                if !matches!(self.phase, Phase::Stopped) {
                    self.phase = Phase::Down;
                }
            }
        }
    }

    /// The registrar answered.
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
        match &self.phase {
            Phase::Trying(Some(current)) if current == key => self.on_final(now, stack, response),
            Phase::Leaving(Some(current)) if current == key => {
                self.on_leaving_final(now, stack, response);
            }
            _ => {}
        }
    }

    /// No answer came in time.
    pub fn on_no_answer(&mut self, now: Instant, stack: &mut Stack, key: &ClientKey) {
        match &self.phase {
            Phase::Trying(Some(current)) if current == key => {
                let fault = Fault::TimedOut(stack.settings.domain.clone());
                self.fail(now, stack, fault.clone(), None);
                self.phase = Phase::Down;
                stack.flow = None;
                stack.need(Need::Disconnect);
            }
            Phase::Leaving(Some(current)) if current == key => self.phase = Phase::Closed,
            _ => {}
        }
    }

    /// The password is there (in the stack), or cannot be had.
    pub fn on_password(&mut self, now: Instant, stack: &mut Stack, fault: Option<Fault>) {
        let Phase::AwaitingPassword(challenge) = &self.phase else { return };
        match fault {
            Some(fault) => self.fail(now, stack, fault, None),
            None => {
                let challenge = challenge.clone();
                self.on_challenge(now, stack, &challenge);
            }
        }
    }

    /// Removes the binding; `Expires: 0` (RFC 3261 §10.2.2).
    pub fn quit(&mut self, now: Instant, stack: &mut Stack) {
        self.due = None;
        if stack.flow.is_none() || self.bound.is_none() {
            self.phase = Phase::Closed;
            return;
        }
        self.challenges = 0;
        self.unregister(now, stack);
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// Refreshes, or tries again.
    pub fn handle_timeout(&mut self, now: Instant, stack: &mut Stack) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        match self.phase {
            Phase::Registered => self.register(now, stack),
            Phase::Waiting => {
                self.tell(stack, State::Connecting);
                self.register(now, stack);
            }
            Phase::Down => {
                self.tell(stack, State::Connecting);
                stack.need(Need::Connect);
            }
            _ => {}
        }
    }

    fn register(&mut self, now: Instant, stack: &mut Stack) {
        let contact = stack.contact();
        if let Some(bound) = self.bound.replace(contact.clone()).filter(|bound| *bound != contact) {
            self.old.push(bound);
            if self.old.len() > MAX_OLD {
                self.old.remove(0);
            }
        }
        self.old.retain(|old| *old != contact);
        let mut request = self.request(stack);
        let instance = stack.settings.instance;
        request.headers.push(
            "Contact",
            format!("{contact};+sip.instance=\"<urn:uuid:{instance}>\";expires={}", self.expires),
        );
        for old in &self.old {
            request.headers.push("Contact", format!("{old};expires=0"));
        }
        request.headers.push("Expires", self.expires.to_string());
        request.headers.push("Supported", "path");
        stack.authorize(&mut self.auth, &mut request);
        self.phase = Phase::Trying(stack.send(now, Owner::Registration, request, None));
        self.due = None;
    }

    fn unregister(&mut self, now: Instant, stack: &mut Stack) {
        let mut request = self.request(stack);
        if let Some(bound) = &self.bound {
            request.headers.push("Contact", format!("{bound};expires=0"));
        }
        request.headers.push("Expires", "0");
        stack.authorize(&mut self.auth, &mut request);
        self.phase = Phase::Leaving(stack.send(now, Owner::Registration, request, None));
    }

    fn request(&mut self, stack: &mut Stack) -> Request {
        self.seq = self.seq.saturating_add(1);
        let uri = format!("sip:{}", stack.settings.domain);
        let mut request = stack.out_of_dialog(Method::Register, uri, &self.call_id, self.seq);
        let aor = stack.aor_uri();
        request.headers.push("From", format!("<{aor}>;tag={}", self.tag));
        request.headers.push("To", format!("<{aor}>"));
        request
    }

    fn on_final(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        match response.status {
            200..=299 => self.on_success(now, stack, response),
            401 | 407 => self.on_challenge(now, stack, response),
            // Asked for again at once only while it rises: a registrar that is never content
            // is refused like any other failure.
            423 => match min_expires(&response.headers).map(|min| min.min(MAX_EXPIRES)) {
                Some(min) if min > self.expires => {
                    self.expires = min;
                    self.register(now, stack);
                }
                _ => self.refused(now, stack, response),
            },
            _ => self.refused(now, stack, response),
        }
    }

    fn on_success(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        self.auth.accepted(response);
        self.challenges = 0;
        self.attempt = 0;
        self.old.clear();
        stack.service_route =
            response.headers.list("Service-Route").into_iter().take(8).map(str::to_owned).collect();
        self.phase = Phase::Registered;
        let granted = self.granted(&response.headers);
        // 80–90 % of the lifetime, spread so that many clients do not come at once.
        let share = 0.8 + 0.1 * f64::from(stack.dice()) / f64::from(u32::MAX);
        self.due = Some(now + Duration::from_secs(granted.into()).mul_f64(share));
        // Registered again at once for a new address, but not for one that changes each time.
        let moved = self.learn_address(stack, response);
        if moved && self.moves < MAX_MOVES {
            self.moves += 1;
            self.register(now, stack);
            return;
        }
        self.moves = 0;
        let Some(flow) = &stack.flow else { return };
        let state = State::Registered {
            local: flow.local.ip(),
            security: Security {
                transport: flow.transport,
                tls: flow.tls.clone(),
                auth: self.auth.mechanism().to_owned(),
            },
        };
        self.tell(stack, state);
    }

    /// Takes our address as the proxy sees it (RFC 3581) and says whether it is news.
    fn learn_address(&self, stack: &mut Stack, response: &Response) -> bool {
        let Some(via) = response.headers.via() else { return false };
        let (host, port) = stack.local_address();
        let host = via.received().map_or(host, bracketed);
        let seen = (host, via.rport().unwrap_or(port));
        let news = seen != stack.public_address();
        stack.public = (seen != stack.local_address()).then_some(seen);
        news
    }

    /// The lifetime in seconds that the registrar gave to our Contact.
    fn granted(&self, headers: &Headers) -> u32 {
        let bound = self.bound.as_deref().and_then(|bound| bound.parse::<NameAddr>().ok());
        let ours =
            headers.list("Contact").into_iter().filter_map(|value| value.parse::<NameAddr>().ok());
        ours.filter(|value| bound.as_ref().is_some_and(|bound| bound.uri == value.uri))
            .find_map(|value| value.params.get("expires").and_then(|text| text.parse::<u32>().ok()))
            .or_else(|| headers.get("Expires").and_then(|text| text.trim().parse().ok()))
            .unwrap_or(self.expires)
            .clamp(10, MAX_EXPIRES)
    }

    fn on_challenge(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        if stack.credentials.is_none() {
            self.phase = Phase::AwaitingPassword(Box::new(response.clone()));
            stack.need(Need::Password);
            return;
        }
        self.challenges = self.challenges.saturating_add(1);
        if self.challenges > MAX_CHALLENGES {
            self.challenges = 0;
            return self.refused(now, stack, response);
        }
        self.learn_address(stack, response);
        match self.auth.challenged(response) {
            Ok(()) => self.register(now, stack),
            Err(DigestError::WrongPassword) => self.fail(now, stack, Fault::WrongPassword, None),
            Err(DigestError::Endless) => self.refused(now, stack, response),
            Err(_) => self.fail(now, stack, Fault::NoMechanism, None),
        }
    }

    fn on_leaving_final(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        self.challenges = self.challenges.saturating_add(1);
        let again = matches!(response.status, 401 | 407)
            && self.challenges <= 2
            && self.auth.challenged(response).is_ok();
        if again {
            self.unregister(now, stack);
        } else {
            self.phase = Phase::Closed;
        }
    }

    fn refused(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        let fault = Fault::Rejected(format!("{} {}", response.status, reason(response)));
        if matches!(response.status, 403 | 404) {
            self.stop(stack, fault);
            return;
        }
        let wait = response.headers.get("Retry-After").and_then(retry_after);
        self.fail(now, stack, fault, wait);
    }

    /// Back-off for what can pass, a stop for the rest.
    fn fail(&mut self, now: Instant, stack: &mut Stack, fault: Fault, at_least: Option<Duration>) {
        if !fault.can_pass() {
            return self.stop(stack, fault);
        }
        let wait = back_off(self.attempt, stack.dice()).max(at_least.unwrap_or_default());
        self.attempt = self.attempt.saturating_add(1);
        self.phase = Phase::Waiting;
        self.due = Some(now + wait);
        self.tell(stack, State::Failed { fault, retry_in: Some(wait) });
    }

    fn stop(&mut self, stack: &mut Stack, fault: Fault) {
        self.phase = Phase::Stopped;
        self.due = None;
        self.tell(stack, State::Failed { fault, retry_in: None });
    }

    fn tell(&mut self, stack: &mut Stack, state: State) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            stack.emit(SipEvent::Registration(state));
        }
    }
}

fn min_expires(headers: &Headers) -> Option<u32> {
    headers.get("Min-Expires")?.trim().parse().ok()
}

/// The seconds of a Retry-After, at most half an hour; its comment and parameters are dropped.
fn retry_after(value: &str) -> Option<Duration> {
    let digits = safe(value).chars().take_while(char::is_ascii_digit).collect::<String>();
    digits.parse().ok().map(|seconds: u64| Duration::from_secs(seconds.min(1800)))
}
