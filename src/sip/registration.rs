//! Registration (RFC 3261 §10): one binding of ours at the account's registrar, kept fresh.

mod granted;
mod leave;
mod pace;

use std::time::{Duration, Instant};

use super::agent::{Need, Owner, Stack};
use super::digest::{Authenticator, DigestError};
use super::message::{Headers, Method, Request, Response};
use super::text::{reason, retry_after};
use super::transaction::ClientKey;
use super::{Registration as State, SipEvent};
use crate::model::fault::Fault;
use pace::{Cause, wait};

/// The longest lifetime that is believed, in seconds.
const MAX_EXPIRES: u32 = 86_400;
/// Challenges in a row, stale ones included, before we give up for now.
const MAX_CHALLENGES: u8 = 4;
/// Old bindings of ours that are still to be removed.
const MAX_OLD: usize = 4;
/// How long a registrar may take to answer, before the way to it counts as broken: after a
/// provisional answer, without one, and while there is another server to try.
const PATIENCE_WORKING: Duration = Duration::from_secs(32);
const PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE_ALTERNATIVE: Duration = Duration::from_secs(4);
/// The longest wait that a registrar may impose.
const MAX_WAIT: Duration = Duration::from_secs(1800);
/// The longest a call on waits for the next attempt.
const HURRY: Duration = Duration::from_secs(5);

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
    /// `reg-id` is sent until the first hop says that it knows no outbound.
    reg_id: bool,
    /// Outbound was agreed on since it was last asked for: with Flow-Timer.
    agreed: Option<Option<Duration>>,
    /// The server asked for a wait of its own.
    told_to_wait: bool,
    /// The number of the last OPTIONS, whose Call-ID is its own.
    probes: u32,
    probe_id: String,
    answer_by: Option<Instant>,
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
    /// Asks the shell to connect. `expires` is what we ask for, in seconds, until the registrar
    /// wants it longer.
    pub fn start(stack: &mut Stack, expires: u32) -> Self {
        stack.emit(SipEvent::Registration(State::Connecting));
        stack.need(Need::Connect);
        Self {
            call_id: stack.call_id(),
            tag: stack.token(),
            seq: 0,
            expires,
            auth: Authenticator::new(),
            challenges: 0,
            moves: 0,
            attempt: 0,
            reg_id: true,
            agreed: None,
            told_to_wait: false,
            probes: 0,
            probe_id: stack.call_id(),
            answer_by: None,
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

    /// The registrar holds our binding, or is being asked to go on doing so.
    pub fn is_registered(&self) -> bool {
        matches!(self.told, Some(State::Registered { .. }))
    }

    /// Outbound as agreed on since the last call, with Flow-Timer.
    pub fn take_outbound(&mut self) -> Option<Option<Duration>> {
        self.agreed.take()
    }

    /// The way to the proxy is there.
    pub fn flow_up(&mut self, now: Instant, stack: &mut Stack) {
        if matches!(self.phase, Phase::Closed | Phase::Leaving(_)) {
            return;
        }
        self.tell(stack, State::Connecting);
        self.register(now, stack);
    }

    /// Our address is another, or time has jumped: everything anew, at once.
    pub fn moved(&mut self, stack: &mut Stack) {
        match self.phase {
            Phase::Closed | Phase::Stopped => {}
            Phase::Leaving(_) => self.phase = Phase::Closed,
            _ => {
                self.attempt = 0;
                self.reconnect(stack);
            }
        }
    }

    /// Registers now, to see whether the registrar answers.
    pub fn verify(&mut self, now: Instant, stack: &mut Stack) {
        if matches!(self.phase, Phase::Registered) && stack.flow.is_some() {
            self.register(now, stack);
        }
    }

    /// Asks the proxy for a sign of life.
    pub fn probe(&mut self, now: Instant, stack: &mut Stack) -> Option<ClientKey> {
        self.probes = self.probes.saturating_add(1);
        let uri = format!("sip:{}", stack.settings.domain);
        let mut request =
            stack.out_of_dialog(Method::Options, uri.clone(), &self.probe_id, self.probes);
        request.headers.push("From", format!("<{}>;tag={}", stack.aor_uri(), self.tag));
        request.headers.push("To", format!("<{uri}>"));
        stack.send(now, Owner::Probe, request, None)
    }

    /// A call that is on does not wait long for its proxy.
    pub fn settle(&mut self, now: Instant, stack: &mut Stack) {
        let waits = matches!(self.phase, Phase::Down | Phase::Waiting) && !self.told_to_wait;
        if stack.in_call && waits {
            self.due = self.due.map(|due| due.min(now + HURRY));
        }
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
            self.answer_by = self.answer_by.map(|_| now + PATIENCE_WORKING);
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
                if self.detour(stack) {
                    return;
                }
                let fault = Fault::TimedOut(stack.settings.domain.clone());
                self.fail(now, stack, fault, None);
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

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.due, self.answer_by].into_iter().flatten().min()
    }

    /// Refreshes, or tries again.
    pub fn handle_timeout(&mut self, now: Instant, stack: &mut Stack) {
        if self.answer_by.take_if(|by| *by <= now).is_some()
            && let Phase::Trying(Some(key)) = &self.phase
        {
            let key = key.clone();
            stack.transactions.forget(&key);
            self.on_no_answer(now, stack, &key);
        }
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        self.told_to_wait = false;
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
        let contact = stack.binding();
        if let Some(bound) = self.bound.replace(contact.clone()).filter(|bound| *bound != contact) {
            self.old.push(bound);
            if self.old.len() > MAX_OLD {
                self.old.remove(0);
            }
        }
        self.old.retain(|old| *old != contact);
        let mut request = self.request(stack);
        let flow = self.flow_params(stack);
        request.headers.push("Contact", format!("{contact}{flow};expires={}", self.expires));
        for old in &self.old {
            request.headers.push("Contact", format!("{old};expires=0"));
        }
        request.headers.push("Expires", self.expires.to_string());
        request.headers.push("Supported", self.supported());
        stack.authorize(&mut self.auth, &mut request);
        self.phase = Phase::Trying(stack.send(now, Owner::Registration, request, None));
        self.due = None;
        let others = stack.flow.as_ref().is_some_and(|flow| flow.alternatives > 0);
        self.answer_by = Some(now + if others { PATIENCE_ALTERNATIVE } else { PATIENCE });
    }

    /// What tells this installation's flow from others (RFC 5626 §4.1, §4.2).
    fn flow_params(&self, stack: &Stack) -> String {
        let reg_id = if self.reg_id { ";reg-id=1" } else { "" };
        format!("{reg_id};+sip.instance=\"<urn:uuid:{}>\"", stack.settings.instance)
    }

    fn supported(&self) -> &'static str {
        if self.reg_id { "path, outbound" } else { "path" }
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
        self.answer_by = None;
        match response.status {
            // First Hop Lacks Outbound Support (RFC 5626 §6).
            439 if self.reg_id => {
                self.reg_id = false;
                self.register(now, stack);
            }
            // Flow Failed (RFC 5626 §5.3).
            430 => {
                stack.flow = None;
                stack.need(Need::Disconnect);
                self.flow_down(now, stack, refusal(response));
            }
            503 if self.detour(stack) => {}
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

    fn on_challenge(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        if stack.needs_password(response) {
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
        match stack.challenged(&mut self.auth, response) {
            Ok(()) => self.register(now, stack),
            Err(DigestError::WrongPassword) => self.fail(now, stack, Fault::WrongPassword, None),
            Err(DigestError::Endless) => self.refused(now, stack, response),
            Err(DigestError::Weaker(weaker)) => {
                self.fail(now, stack, Fault::Downgraded(weaker), None);
            }
            Err(_) => self.fail(now, stack, Fault::NoMechanism, None),
        }
    }

    fn refused(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        let fault = refusal(response);
        if matches!(response.status, 403 | 404) {
            self.stop(stack, fault);
            return;
        }
        let wait = response.headers.get("Retry-After");
        let wait = wait.and_then(|value| retry_after(value, MAX_WAIT));
        self.fail(now, stack, fault, wait);
    }

    /// Back-off for what can pass, a stop for the rest.
    fn fail(&mut self, now: Instant, stack: &mut Stack, fault: Fault, at_least: Option<Duration>) {
        if !fault.can_pass() {
            return self.stop(stack, fault);
        }
        let cause = match fault {
            Fault::Rejected(_) => Cause::Refused,
            _ => Cause::Unreached,
        };
        let wait = wait(cause, self.attempt, stack.in_call, stack.dice());
        let wait = wait.max(at_least.unwrap_or_default());
        self.told_to_wait = at_least.is_some();
        self.answer_by = None;
        self.attempt = self.attempt.saturating_add(1);
        self.phase = Phase::Waiting;
        self.due = Some(now + wait);
        self.tell(stack, State::Failed { fault, retry_in: Some(wait) });
    }

    fn stop(&mut self, stack: &mut Stack, fault: Fault) {
        self.phase = Phase::Stopped;
        self.due = None;
        self.answer_by = None;
        self.tell(stack, State::Failed { fault, retry_in: None });
    }

    /// A request of ours failed here and is to be tried at another of the server's targets.
    pub fn elsewhere(&mut self, stack: &mut Stack) {
        let is_off = matches!(self.phase, Phase::Closed | Phase::Stopped | Phase::Leaving(_));
        if !is_off {
            self.detour(stack);
        }
    }

    /// Goes to another of the server's targets at once (RFC 3263 §4.3), if there is one left.
    fn detour(&mut self, stack: &mut Stack) -> bool {
        if stack.flow.as_ref().is_none_or(|flow| flow.alternatives == 0) {
            return false;
        }
        stack.need(Need::Elsewhere);
        self.reconnect(stack);
        true
    }

    fn reconnect(&mut self, stack: &mut Stack) {
        stack.flow = None;
        self.phase = Phase::Down;
        self.due = None;
        self.answer_by = None;
        self.challenges = 0;
        self.tell(stack, State::Connecting);
        stack.need(Need::Connect);
    }

    fn tell(&mut self, stack: &mut Stack, state: State) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            stack.emit(SipEvent::Registration(state));
        }
    }
}

fn refusal(response: &Response) -> Fault {
    Fault::Rejected(format!("{} {}", response.status, reason(response)))
}

fn min_expires(headers: &Headers) -> Option<u32> {
    headers.get("Min-Expires")?.trim().parse().ok()
}
