//! A subscription of ours to an event package, out of calls (RFC 6665 §4.1): SUBSCRIBE,
//! NOTIFY, refreshing, and trying again as the notifier says.

use std::time::{Duration, Instant};

use super::agent::{Need, Owner, Stack};
use super::dialog::Dialog;
use super::digest::Authenticator;
use super::message::{Headers, Method, Request, Response};
use super::text::{before_params, retry_after};
use super::transaction::{ClientKey, ServerKey};
use super::value::{NameAddr, Params};
use crate::model::fault::back_off;

/// Challenges in a row that are answered.
const MAX_CHALLENGES: u8 = 4;
/// The longest lifetime that is believed, in seconds.
const MAX_EXPIRES: u32 = 86_400;
/// The longest wait that a notifier may impose.
const MAX_WAIT: Duration = Duration::from_secs(3600);
/// The longest body of a NOTIFY, in octets.
const MAX_BODY: usize = 64 * 1024;
/// How long an unsubscription may take.
const GOODBYE: Duration = Duration::from_secs(32);

/// What is subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// The Event.
    pub event: &'static str,
    /// The type of the bodies.
    pub accept: &'static str,
    /// The lifetime to ask for, in seconds.
    pub expires: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Subscription {
    package: Package,
    owner: Owner,
    /// Whose state it is about.
    resource: String,
    call_id: String,
    tag: String,
    seq: u32,
    expires: u32,
    /// What the notifier gave, until a NOTIFY says it better.
    granted: u32,
    dialog: Option<Dialog>,
    auth: Authenticator,
    challenges: u8,
    attempt: u32,
    key: Option<ClientKey>,
    phase: Phase,
    due: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    /// The first SUBSCRIBE is out, or the NOTIFY to it is awaited (Timer N).
    Starting,
    /// Challenged, and the password is not there yet.
    AwaitingPassword(Box<Response>),
    /// A NOTIFY came; refreshed at `due`.
    Active,
    /// Tried anew at `due`.
    Waiting,
    /// Unsubscribed; the last NOTIFY may still come.
    Leaving,
    /// Nothing more comes of it.
    Over,
}

impl Subscription {
    /// Sends the SUBSCRIBE. `owner` is what the responses are told to.
    pub fn start(
        now: Instant,
        stack: &mut Stack,
        owner: Owner,
        package: Package,
        resource: String,
    ) -> Self {
        let mut subscription = Self {
            package,
            owner,
            resource,
            call_id: String::new(),
            tag: String::new(),
            seq: 0,
            expires: package.expires,
            granted: package.expires,
            dialog: None,
            auth: Authenticator::new(),
            challenges: 0,
            attempt: 0,
            key: None,
            phase: Phase::Over,
            due: None,
        };
        subscription.restart(now, stack);
        subscription
    }

    /// Nothing comes of it any more: refused, ended by the notifier, or given up.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Whether a NOTIFY belongs to it.
    pub fn is_meant(&self, notify: &Request) -> bool {
        let headers = &notify.headers;
        let tag = |address: Option<NameAddr>| address.and_then(|a| a.tag().map(str::to_owned));
        !self.is_over()
            && headers.call_id() == Some(&self.call_id)
            && tag(headers.to()).as_ref() == Some(&self.tag)
            // Another fork of the SUBSCRIBE is not wanted (RFC 6665 §5.4.9).
            && self.dialog.as_ref().is_none_or(|dialog| {
                tag(headers.from()).unwrap_or_default() == dialog.id().remote_tag
            })
    }

    /// Says at once where we are now and that we are still here, or tries anew.
    pub fn refresh(&mut self, now: Instant, stack: &mut Stack) {
        match self.phase {
            Phase::Active => self.send(now, stack, self.expires),
            Phase::Waiting => self.restart(now, stack),
            _ => {}
        }
    }

    /// Ends it (`Expires: 0`).
    pub fn unsubscribe(&mut self, now: Instant, stack: &mut Stack) {
        if self.dialog.is_some() && matches!(self.phase, Phase::Active) {
            self.send(now, stack, 0);
            self.phase = Phase::Leaving;
            self.due = Some(now + GOODBYE);
        } else {
            self.end();
        }
    }

    pub fn on_response(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ClientKey,
        response: &Response,
    ) -> bool {
        if response.status < 200 || self.key.as_ref() != Some(key) {
            return false;
        }
        self.key = None;
        match (response.status, &self.phase) {
            (401 | 407, _) => self.on_challenge(now, stack, response),
            (200..=299, Phase::Leaving) => stack.accepted(&mut self.auth, response),
            (200..=299, _) => self.on_success(now, stack, response),
            (_, Phase::Leaving) => self.end(),
            (423, _) => match seconds(&response.headers, "Min-Expires") {
                Some(min) if min > self.expires && min <= MAX_EXPIRES => {
                    self.expires = min;
                    self.send(now, stack, min);
                }
                _ => self.end(),
            },
            (481, _) if self.dialog.is_some() => self.wait(now, stack, None),
            (408 | 500 | 502..=504, _) => {
                let wait = response.headers.get("Retry-After");
                self.wait(now, stack, wait.and_then(|value| retry_after(value, MAX_WAIT)));
            }
            // It is not to be had here.
            _ => self.end(),
        }
        true
    }

    pub fn on_no_answer(&mut self, now: Instant, stack: &mut Stack, key: &ClientKey) {
        if self.key.as_ref() != Some(key) {
            return;
        }
        self.key = None;
        match self.phase {
            Phase::Leaving => self.end(),
            _ => self.wait(now, stack, None),
        }
    }

    /// The password is there, or will not come.
    pub fn on_password(&mut self, now: Instant, stack: &mut Stack) {
        let Phase::AwaitingPassword(challenge) = &self.phase else { return };
        let challenge = challenge.clone();
        self.phase = Phase::Starting;
        match stack.needs_password(&challenge) {
            false => self.on_challenge(now, stack, &challenge),
            true => self.end(),
        }
    }

    /// Answers a NOTIFY that [`Self::is_meant`]; gives the state it tells, if any.
    pub fn on_notify(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ServerKey,
        notify: &Request,
    ) -> Option<Vec<u8>> {
        let status = self.notify_status(notify);
        let mut response = Response::to_request(notify, status, None);
        match status {
            200 => response.headers.set("Contact", stack.contact()),
            415 => response.headers.set("Accept", self.package.accept),
            489 => response.headers.set("Allow-Events", self.package.event),
            _ => {}
        }
        stack.respond(now, key, response);
        if status != 200 {
            return None;
        }
        if self.dialog.is_none() {
            self.dialog = Dialog::notified(notify, self.seq);
        }
        self.on_state(now, stack, notify.headers.get("Subscription-State").unwrap_or("active"));
        (!notify.body.is_empty()).then(|| notify.body.clone())
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    pub fn handle_timeout(&mut self, now: Instant, stack: &mut Stack) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        match self.phase {
            Phase::Active => self.send(now, stack, self.expires),
            Phase::Waiting => self.restart(now, stack),
            // Timer N: nobody notifies.
            Phase::Starting => self.wait(now, stack, None),
            Phase::Leaving => self.end(),
            Phase::AwaitingPassword(_) | Phase::Over => {}
        }
    }

    fn restart(&mut self, now: Instant, stack: &mut Stack) {
        self.call_id = stack.call_id();
        self.tag = stack.token();
        self.seq = 0;
        self.dialog = None;
        self.challenges = 0;
        self.phase = Phase::Starting;
        self.due = None;
        self.send(now, stack, self.expires);
    }

    fn send(&mut self, now: Instant, stack: &mut Stack, expires: u32) {
        let (mut request, next_hop) = match &mut self.dialog {
            Some(dialog) => (dialog.request(Method::Subscribe), Some(dialog.next_hop().to_owned())),
            None => self.first_request(stack),
        };
        let headers = &mut request.headers;
        headers.push("Contact", stack.contact());
        headers.push("Event", self.package.event);
        headers.push("Accept", self.package.accept);
        headers.push("Expires", expires.to_string());
        headers.push("Allow", stack.allow());
        stack.authorize(&mut self.auth, &mut request);
        self.due = None;
        self.key = stack.send(now, self.owner.clone(), request, next_hop.as_deref());
    }

    fn first_request(&mut self, stack: &mut Stack) -> (Request, Option<String>) {
        self.seq = self.seq.saturating_add(1);
        let uri = self.resource.clone();
        let mut request = stack.out_of_dialog(Method::Subscribe, uri, &self.call_id, self.seq);
        let headers = &mut request.headers;
        headers.push("From", format!("<{}>;tag={}", stack.aor_uri(), self.tag));
        headers.push("To", format!("<{}>", self.resource));
        for route in &stack.service_route {
            headers.push("Route", route.as_str());
        }
        let route = stack.service_route.first();
        let next_hop = route.and_then(|route| super::dialog::uri_of(route)).map(str::to_owned);
        (request, next_hop)
    }

    fn on_success(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        stack.accepted(&mut self.auth, response);
        self.challenges = 0;
        self.granted = seconds(&response.headers, "Expires").unwrap_or(self.expires);
        match self.phase {
            Phase::Active => {
                self.attempt = 0;
                self.refresh_in(now, stack, self.granted);
            }
            Phase::Starting => self.due = Some(now + stack.transactions.timers().limit()),
            _ => {}
        }
    }

    fn on_challenge(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        if stack.needs_password(response) {
            stack.need(Need::Password);
            self.phase = Phase::AwaitingPassword(Box::new(response.clone()));
            return;
        }
        self.challenges = self.challenges.saturating_add(1);
        if self.challenges > MAX_CHALLENGES || stack.challenged(&mut self.auth, response).is_err() {
            return self.end();
        }
        let expires = if matches!(self.phase, Phase::Leaving) { 0 } else { self.expires };
        let due = self.due;
        self.send(now, stack, expires);
        if expires == 0 {
            self.due = due;
        }
    }

    fn notify_status(&mut self, notify: &Request) -> u16 {
        let headers = &notify.headers;
        let media_type = headers.get("Content-Type").unwrap_or(self.package.accept);
        let media_type = before_params(media_type);
        let in_order = self.dialog.as_mut().is_none_or(|dialog| dialog.accept(notify).is_ok());
        match () {
            () if !package(headers).eq_ignore_ascii_case(self.package.event) => 489,
            () if !in_order => 500,
            () if headers.contact().is_none() && self.dialog.is_none() => 400,
            () if notify.body.len() > MAX_BODY => 413,
            () if notify.body.is_empty() => 200,
            () if !media_type.eq_ignore_ascii_case(self.package.accept) => 415,
            () => 200,
        }
    }

    /// RFC 6665 §4.1.3.
    fn on_state(&mut self, now: Instant, stack: &mut Stack, state: &str) {
        let (state, params) = state.split_once(';').unwrap_or((state, ""));
        let params = Params::parse(params).unwrap_or_default();
        let leaving = matches!(self.phase, Phase::Leaving);
        if state.trim().eq_ignore_ascii_case("terminated") {
            let reason = params.get("reason").unwrap_or_default().to_ascii_lowercase();
            return match reason.as_str() {
                _ if leaving => self.end(),
                "rejected" | "noresource" | "invariant" => self.end(),
                "probation" | "giveup" => {
                    let wait = params.get("retry-after");
                    self.wait(now, stack, wait.and_then(|value| retry_after(value, MAX_WAIT)));
                }
                _ => self.wait(now, stack, None),
            };
        }
        if leaving {
            return;
        }
        let begun = matches!(self.phase, Phase::Active);
        self.phase = Phase::Active;
        let left = params.get("expires").and_then(|text| text.parse().ok());
        if left.is_some() || !begun {
            self.refresh_in(now, stack, left.unwrap_or(self.granted));
        }
    }

    /// At 80–90 % of the lifetime.
    fn refresh_in(&mut self, now: Instant, stack: &mut Stack, seconds: u32) {
        let share = 0.8 + 0.1 * f64::from(stack.dice()) / f64::from(u32::MAX);
        let whole = Duration::from_secs(seconds.clamp(10, MAX_EXPIRES).into());
        self.due = Some(now + whole.mul_f64(share));
    }

    /// Tries anew later: never at once, so that two sides that disagree do not do it for ever.
    fn wait(&mut self, now: Instant, stack: &mut Stack, at_least: Option<Duration>) {
        let wait = back_off(self.attempt, stack.dice()).max(at_least.unwrap_or_default());
        self.attempt = self.attempt.saturating_add(1);
        self.key = None;
        self.phase = Phase::Waiting;
        self.due = Some(now + wait);
    }

    fn end(&mut self) {
        self.key = None;
        self.phase = Phase::Over;
        self.due = None;
    }
}

/// The event package that a request names; empty when it names none.
pub fn package(headers: &Headers) -> &str {
    before_params(headers.get("Event").unwrap_or_default())
}

fn seconds(headers: &Headers, name: &str) -> Option<u32> {
    headers.get(name)?.trim().parse().ok()
}
