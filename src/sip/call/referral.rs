//! The other side asks us to call somebody else (RFC 3515 §2.4, RFC 5589): its REFER, the
//! user's word, and the NOTIFYs that tell how the new call goes. It outlives the call it came
//! in (RFC 5057 §5), within its time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::super::CallEvent;
use super::super::dialog::Dialog;
use super::super::message::{Method, Request, Response, reason_phrase};
use super::super::replaces::ReferTarget;
use super::super::text::MAX_TEXT;
use super::super::transaction::{ClientKey, ServerKey};
use super::super::value::NameAddr;
use super::line::{Challenge, Line};
use super::transfer::SIPFRAG;
use crate::model::call::EndReason;

/// How long the user may take to say yes or no.
const ASK: Duration = Duration::from_secs(180);
/// How long the other side is told of the new call.
const LIFETIME: Duration = Duration::from_secs(600);
/// NOTIFYs that wait for the answer to the one before.
const MAX_QUEUE: usize = 4;
/// When a NOTIFY that came at a bad moment is sent again; each time later.
const AGAIN: Duration = Duration::from_millis(500);
/// How often in a row it is.
const MAX_REPEATS: u32 = 5;

/// How a call that was asked for goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Progress {
    /// It rings there.
    Ringing,
    /// It was answered.
    Answered,
    /// It failed, with this status and these words.
    Failed(u16, String),
}

impl Progress {
    /// What an event of the new call means to the one who asked for it.
    pub fn of(event: &CallEvent) -> Option<Self> {
        let (code, text) = match event {
            CallEvent::Ringing => return Some(Self::Ringing),
            CallEvent::Answered { .. } => return Some(Self::Answered),
            CallEvent::Ended(EndReason::Refused { code, text, .. }) => (*code, text.clone()),
            CallEvent::Ended(EndReason::LocalHangup) => (487, String::new()),
            CallEvent::Ended(EndReason::NoAnswer) => (408, String::new()),
            CallEvent::Ended(_) => (503, String::new()),
            _ => return None,
        };
        Some(Self::Failed(code, text))
    }
}

/// What a NOTIFY says.
#[derive(Debug, Clone)]
struct Report {
    code: u16,
    text: String,
    last: bool,
}

/// See the module.
#[derive(Debug)]
pub(in super::super) struct Referral {
    /// The Event of its NOTIFYs.
    event: String,
    target: ReferTarget,
    referred_by: Option<String>,
    /// The other side wants to be told (RFC 4488).
    watched: bool,
    /// The user has not said a word yet.
    asking: bool,
    ask_until: Instant,
    until: Instant,
    key: Option<ClientKey>,
    challenge: Option<Box<Response>>,
    current: Report,
    waiting: VecDeque<Report>,
    /// The last NOTIFY came at a bad moment; when there may be a better one.
    again: Option<Instant>,
    repeats: u32,
    over: bool,
}

impl Referral {
    /// Takes a REFER in order, or answers what is wrong with it. `busy`: another one waits.
    pub fn start(
        line: &mut Line<'_>,
        dialog: &mut Dialog,
        key: &ServerKey,
        refer: &Request,
        busy: bool,
    ) -> Option<Self> {
        let refused = match ReferTarget::of_request(&refer.headers) {
            Err(error) => Err(error.status()),
            Ok(_) if busy => Err(491),
            Ok(target) => Ok(target),
        };
        let target = match refused {
            Ok(target) => target,
            Err(status) => {
                line.respond_status(key, refer, status);
                return None;
            }
        };
        let watched = !refer
            .headers
            .get("Refer-Sub")
            .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("false"));
        let mut response = Response::to_request(refer, 202, None);
        line.add_abilities(&mut response.headers);
        if !watched {
            response.headers.set("Refer-Sub", "false");
        }
        line.respond(key, response);
        let number = refer.headers.cseq().map_or(0, |cseq| cseq.number);
        let asked =
            CallEvent::Referral { to: target.uri.clone(), attended: target.replaces.is_some() };
        let mut referral = Self {
            event: format!("refer;id={number}"),
            target,
            referred_by: referred_by(refer),
            watched,
            asking: true,
            ask_until: line.now + ASK,
            until: line.now + LIFETIME,
            key: None,
            challenge: None,
            current: Report { code: 100, text: reason_phrase(100), last: false },
            waiting: VecDeque::new(),
            again: None,
            repeats: 0,
            over: false,
        };
        referral.notify(line, dialog);
        line.emit(asked);
        Some(referral)
    }

    /// Nothing is left to be told.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether a request of this key is its.
    pub fn owns(&self, key: &ClientKey) -> bool {
        self.key.as_ref() == Some(key)
    }

    /// The user agrees: what the new INVITE carries. `None` when it is too late for that.
    pub fn consent(&mut self) -> Option<Vec<(&'static str, String)>> {
        if !std::mem::take(&mut self.asking) {
            return None;
        }
        let replaces = self.target.replaces.as_ref().map(|value| ("Replaces", value.to_string()));
        let referred_by = self.referred_by.clone().map(|value| ("Referred-By", value));
        Some(replaces.into_iter().chain(referred_by).collect())
    }

    /// The user does not want it.
    pub fn refuse(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        if std::mem::take(&mut self.asking) {
            self.report(line, dialog, Report { code: 603, text: "Declined".into(), last: true });
        }
    }

    /// The new call went on.
    pub fn on_progress(&mut self, line: &mut Line<'_>, dialog: &mut Dialog, progress: Progress) {
        let (code, text, last) = match progress {
            Progress::Ringing => (180, String::new(), false),
            Progress::Answered => (200, String::new(), true),
            Progress::Failed(code, text) => (code, text, true),
        };
        let text = if text.is_empty() { reason_phrase(code) } else { text };
        self.report(line, dialog, Report { code, text, last });
    }

    pub fn on_response(&mut self, line: &mut Line<'_>, dialog: &mut Dialog, response: &Response) {
        match response.status {
            ..200 => {}
            401 | 407 => match line.challenged(response) {
                Challenge::Answerable => self.notify(line, dialog),
                Challenge::NeedsPassword => self.challenge = Some(Box::new(response.clone())),
                Challenge::Hopeless | Challenge::Weaker(_) => self.unwatch(),
            },
            200..=299 => {
                line.accepted(response);
                self.repeats = 0;
                self.next(line, dialog);
            }
            // This NOTIFY, not the subscription (RFC 5057 §5.1): one that overtakes an ACK of
            // ours gets 491 or 500.
            491 | 500 | 503 if self.repeats < MAX_REPEATS => {
                self.key = None;
                self.again = Some(line.now + AGAIN * 2_u32.saturating_pow(self.repeats));
                self.repeats = self.repeats.saturating_add(1);
            }
            // The other side listens no more (RFC 6665 §4.2.2).
            _ => self.unwatch(),
        }
    }

    pub fn on_no_answer(&mut self) {
        self.unwatch();
    }

    pub fn on_password(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        let Some(challenge) = self.challenge.take() else { return };
        match line.stack.needs_password(&challenge) {
            false => self.on_response(line, dialog, &challenge),
            true => self.unwatch(),
        }
    }

    /// A SUBSCRIBE that refreshes or ends the subscription (RFC 6665 §4.1.2).
    pub fn on_subscribe(
        &mut self,
        line: &mut Line<'_>,
        dialog: &mut Dialog,
        key: &ServerKey,
        subscribe: &Request,
    ) {
        let expires = subscribe.headers.get("Expires").and_then(|text| text.trim().parse().ok());
        let left = self.until.saturating_duration_since(line.now).as_secs();
        let granted = expires.unwrap_or(left).min(left);
        let mut response = Response::to_request(subscribe, 200, None);
        line.add_abilities(&mut response.headers);
        response.headers.set("Expires", granted.to_string());
        line.respond(key, response);
        if granted == 0 {
            let last = Report { last: true, ..self.current.clone() };
            self.report(line, dialog, last);
            self.asking = false;
        } else {
            let now = self.current.clone();
            self.report(line, dialog, now);
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Instant {
        let ask = self.asking.then_some(self.ask_until);
        [ask, self.again].into_iter().flatten().fold(self.until, Instant::min)
    }

    pub fn handle_timeout(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        if self.asking && self.ask_until <= line.now {
            self.refuse(line, dialog);
        }
        if self.again.take_if(|again| *again <= line.now).is_some() {
            match self.waiting.is_empty() {
                true => self.notify(line, dialog),
                // What it said is old.
                false => self.next(line, dialog),
            }
        }
        if self.until <= line.now {
            self.over = true;
        }
    }

    /// Tells it, after what is on the way: NOTIFYs that overtake each other are refused.
    fn report(&mut self, line: &mut Line<'_>, dialog: &mut Dialog, report: Report) {
        if self.over || self.current.last || self.waiting.iter().any(|report| report.last) {
            return;
        }
        if !self.watched {
            self.over = report.last;
            self.current = report;
            return;
        }
        if self.waiting.len() < MAX_QUEUE || report.last {
            self.waiting.push_back(report);
        }
        if self.key.is_none() && self.challenge.is_none() && self.again.is_none() {
            self.next(line, dialog);
        }
    }

    /// The NOTIFY before is answered.
    fn next(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        self.key = None;
        match self.waiting.pop_front() {
            Some(report) => {
                self.current = report;
                self.notify(line, dialog);
            }
            None => self.over |= self.current.last,
        }
    }

    fn notify(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        if !self.watched {
            return;
        }
        let Report { code, text, last } = &self.current;
        let state = match last {
            true => "terminated;reason=noresource".to_owned(),
            false => {
                let left = self.until.saturating_duration_since(line.now).as_secs();
                format!("active;expires={left}")
            }
        };
        let mut notify = dialog.request(Method::Notify);
        notify.headers.push("Event", self.event.as_str());
        notify.headers.push("Subscription-State", state);
        notify.headers.push("Content-Type", format!("{SIPFRAG};version=2.0"));
        line.add_abilities(&mut notify.headers);
        notify.body = format!("SIP/2.0 {code} {text}\r\n").into_bytes();
        let next_hop = dialog.next_hop().to_owned();
        self.key = line.send(notify, Some(&next_hop));
    }

    /// Nobody wants to know how it goes. The question to the user stands.
    fn unwatch(&mut self) {
        self.watched = false;
        (self.key, self.again) = (None, None);
        self.over |= self.current.last || self.waiting.drain(..).any(|report| report.last);
    }
}

/// The Referred-By to pass on: one that can be read, short and without a body's reference.
fn referred_by(refer: &Request) -> Option<String> {
    let [value] = refer.headers.list("Referred-By")[..] else { return None };
    let uri = value.parse::<NameAddr>().ok()?.uri;
    Some(NameAddr::new(uri).to_string()).filter(|text| text.len() <= MAX_TEXT)
}
