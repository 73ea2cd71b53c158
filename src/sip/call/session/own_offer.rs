//! Changes of the session that we ask for (RFC 3261 §14.1, RFC 3311 §5.1): a new session
//! description, or only our address and the timer (RFC 4028 §7).

use std::time::{Duration, Instant};

use super::super::super::CallEvent;
use super::super::super::body;
use super::super::super::message::{Headers, Method, Request, Response};
use super::super::super::text::reason;
use super::super::super::transaction::ClientKey;
use super::super::Next;
use super::super::line::{Line, set_sdp};
use super::own_invite::ack_of;
use super::{End, Session};
use crate::model::call::EndReason;

/// Finished re-INVITEs whose 2xx is acknowledged again when it is repeated.
const MAX_ACKED: usize = 4;
/// When a refresh that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// When a change that waits for the password is tried again.
const PASSWORD: Duration = Duration::from_secs(2);
/// Attempts to tell a new address to who does not answer.
const MAX_FAILURES: u8 = 6;
/// Answers 422 that one refresh follows.
const MAX_RAISES: u8 = 3;

/// What we ask for.
#[derive(Clone, PartialEq)]
enum Change {
    /// Another session.
    Offer(Vec<u8>),
    /// The same session: our Contact, and the timer.
    Refresh,
}

struct Pending {
    key: ClientKey,
    number: u32,
    method: Method,
    change: Change,
    since: Instant,
    /// A final response must come by then; else CANCEL, and then it is dropped.
    until: Instant,
    cancelled: bool,
}

/// See the module.
#[derive(Default)]
pub(super) struct OwnOffer {
    pending: Option<Pending>,
    acked: Vec<(ClientKey, Request)>,
    /// After a 491 nothing is sent before.
    pause: Option<Instant>,
    /// The core is to be told when it may offer.
    wanted: bool,
    /// When the next refresh is due.
    refresh_at: Option<Instant>,
    raises: u8,
    /// Refreshes in a row that failed.
    failures: u8,
    /// The other side takes UPDATE.
    peer_updates: bool,
}

impl OwnOffer {
    /// An INVITE of ours is on its way.
    fn invites(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.method == Method::Invite)
    }
}

impl Session {
    /// The other side tells what it takes.
    pub(super) fn learn(&mut self, headers: &Headers) {
        if headers.get("Allow").is_some() {
            self.own.peer_updates = headers.lists("Allow", Method::Update.as_str());
        }
    }

    /// A 2xx says how long the session lasts from now on.
    pub(super) fn agree(&mut self, now: Instant, agreed: &Headers, request_was_ours: bool) {
        self.timer.agree(now, agreed, request_was_ours);
        self.own.refresh_at = self.timer.refresh_at(now);
        self.own.raises = 0;
        self.own.failures = 0;
    }

    /// An offer of ours is open: one of theirs would cross it.
    pub(super) fn offers_now(&self) -> bool {
        self.own.invites() || self.invite.as_ref().is_some_and(|invite| invite.is_delayed())
    }

    /// Nothing is open that a request of ours would cross.
    fn is_free(&self) -> bool {
        let open = self.own.pending.is_some() || self.reoffer.is_some() || self.answer.is_some();
        !open && !self.offers_now() && matches!(self.end, End::No)
    }

    pub(super) fn own_timeout(&self) -> Option<Instant> {
        if let Some(pending) = &self.own.pending {
            return Some(pending.until);
        }
        let refresh =
            self.own.refresh_at.map(|at| self.own.pause.map_or(at, |pause| pause.max(at)));
        let again = self.own.pause.filter(|_| self.own.wanted);
        refresh.into_iter().chain(again).min().filter(|_| self.is_free())
    }

    /// The core offers another session.
    pub fn offer(&mut self, line: &mut Line<'_>, sdp: Vec<u8>) -> Next {
        match self.is_free() && self.own.pause.is_none() {
            true => self.send_change(line, Change::Offer(sdp)),
            false => self.own.wanted = true,
        }
        Next::Stay
    }

    /// The way to the proxy was made anew: the other side is told where we are now.
    pub fn on_flow_up(&mut self, line: &mut Line<'_>) {
        if let End::Unsent { .. } = self.end {
            return self.send_bye(line);
        }
        // What was due while there was no way gets its time now.
        let grace = line.now + line.stack.transactions.timers().limit();
        self.timer.postpone(grace);
        if let Some(answer) = &mut self.answer {
            answer.put_off(grace);
        }
        self.refresh_soon(line.now, line.stack.transactions.timers().t1);
    }

    /// Our address changed, perhaps.
    pub fn watch_contact(&mut self, now: Instant, contact: &str, soon: Duration) {
        if self.told != contact {
            self.refresh_soon(now, soon);
        }
    }

    fn refresh_soon(&mut self, now: Instant, soon: Duration) {
        let at = now + soon;
        if matches!(self.end, End::No) && self.own.refresh_at.is_none_or(|due| due > at) {
            self.own.refresh_at = Some(at);
        }
    }

    /// Does what waited for its time, or for the other side.
    pub(super) fn go_on(&mut self, line: &mut Line<'_>) {
        if !self.is_free() || self.own.pause.is_some_and(|pause| line.now < pause) {
            return;
        }
        self.own.pause = None;
        let due = self.own.refresh_at.is_some_and(|at| at <= line.now);
        if due && line.stack.flow.is_some() {
            self.own.refresh_at = None;
            self.send_change(line, Change::Refresh);
        } else if due {
            // The flow's coming up will be the time.
            self.own.refresh_at = None;
        } else if std::mem::take(&mut self.own.wanted) {
            line.emit(CallEvent::ReofferAgain);
        }
    }

    fn send_change(&mut self, line: &mut Line<'_>, change: Change) {
        self.told = line.contact();
        let (method, body) = match &change {
            Change::Offer(sdp) => (Method::Invite, Some(sdp)),
            Change::Refresh if self.own.peer_updates => (Method::Update, None),
            Change::Refresh if self.local_sdp.is_empty() => return,
            Change::Refresh => (Method::Invite, Some(&self.local_sdp)),
        };
        let mut request = self.dialog.request(method.clone());
        line.add_options(&mut request.headers);
        self.timer.describe(&mut request.headers);
        if let Some(sdp) = body {
            set_sdp(&mut request.headers, &mut request.body, sdp);
        }
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let next_hop = self.dialog.next_hop().to_owned();
        let Some(key) = line.send(request, Some(&next_hop)) else { return };
        let until = line.now + line.stack.transactions.timers().limit() * 2;
        let since = line.now;
        self.own.pending =
            Some(Pending { key, number, method, change, since, until, cancelled: false });
    }

    /// A response to a change of ours, or to one that is finished. `None` when it is neither.
    pub(super) fn on_change_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) -> Option<Next> {
        if let Some((_, ack)) = self.own.acked.iter().find(|(known, _)| known == key) {
            if (200..300).contains(&response.status) {
                line.send(ack.clone(), Some(self.dialog.next_hop()));
            }
            return Some(Next::Stay);
        }
        let ours = |pending: &mut Pending| pending.key == *key;
        if response.status < 200 {
            return self
                .own
                .pending
                .as_mut()
                .filter(|pending| pending.key == *key)
                .map(|_| Next::Stay);
        }
        let pending = self.own.pending.take_if(ours)?;
        let next = match response.status {
            200..=299 => self.on_changed(line, pending, response),
            _ if !matches!(self.end, End::No) => Next::Stay,
            491 => self.on_crossed(line, pending),
            // A proxy that finds no way to the other side now may find one soon.
            408 if pending.change == Change::Refresh => {
                self.refresh_later(line.now);
                Next::Stay
            }
            408 => self.finish(line, EndReason::NoAnswer),
            481 => self.finish(line, EndReason::RemoteHangup),
            _ => self.on_change_refused(line, pending, response),
        };
        Some(next)
    }

    fn on_changed(&mut self, line: &mut Line<'_>, pending: Pending, response: &Response) -> Next {
        line.accepted(response);
        self.dialog.refresh_target(&response.headers);
        self.learn(&response.headers);
        if pending.method == Method::Invite {
            let ack = ack_of(line, &self.dialog, &pending.key, pending.number);
            line.send(ack.clone(), Some(self.dialog.next_hop()));
            if self.own.acked.len() >= MAX_ACKED {
                self.own.acked.remove(0);
            }
            self.own.acked.push((pending.key, ack));
        }
        if !matches!(self.end, End::No) {
            return Next::Stay;
        }
        self.agree(line.now, &response.headers, true);
        if let Change::Offer(offer) = pending.change {
            match body::sdp(&response.headers, &response.body) {
                Ok(Some(sdp)) => {
                    self.local_sdp = offer;
                    line.emit(CallEvent::Reanswered { sdp });
                }
                _ => self.tell_failed(line, 488, "The answer holds no session".to_owned()),
            }
        }
        Next::Stay
    }

    /// 491: who made the Call-ID waits longer, so that the next two do not cross again
    /// (RFC 3261 §14.1).
    fn on_crossed(&mut self, line: &mut Line<'_>, pending: Pending) -> Next {
        let steps = match self.invite.is_some() {
            true => 210 + line.stack.dice() % 191,
            false => line.stack.dice() % 201,
        };
        let at = line.now + Duration::from_millis(u64::from(steps) * 10);
        self.own.pause = Some(at);
        match pending.change {
            Change::Offer(_) => self.own.wanted = true,
            Change::Refresh => self.own.refresh_at = Some(at),
        }
        Next::Stay
    }

    fn on_change_refused(
        &mut self,
        line: &mut Line<'_>,
        pending: Pending,
        response: &Response,
    ) -> Next {
        let raised =
            response.status == 422 && self.own.raises < MAX_RAISES && self.timer.raise(response);
        if raised {
            self.own.raises += 1;
        }
        if !pending.cancelled && (raised || line.may_repeat(response)) {
            self.send_change(line, pending.change);
            return Next::Stay;
        }
        match pending.change {
            Change::Offer(_) if line.awaits_password(response) && !pending.cancelled => {
                self.own.pause = Some(line.now + PASSWORD);
                self.own.wanted = true;
            }
            Change::Offer(_) => self.tell_failed(line, response.status, reason(response)),
            Change::Refresh
                if pending.method == Method::Update
                    && matches!(response.status, 400 | 403 | 405 | 415 | 420 | 488 | 501 | 606) =>
            {
                // It said that it can; a re-INVITE can do the same.
                self.own.peer_updates = false;
                self.send_change(line, Change::Refresh);
            }
            Change::Refresh => self.refresh_later(line.now),
        }
        Next::Stay
    }

    /// A change got no answer, or could not be sent. `None` when it is none of ours.
    pub(super) fn on_change_unanswered(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
    ) -> Option<Next> {
        let pending = self.own.pending.take_if(|pending| pending.key == *key)?;
        if !matches!(self.end, End::No) {
            return Some(Next::Stay);
        }
        let limit = line.stack.transactions.timers().limit();
        // That the way is gone says nothing about the other side.
        let unsent = line.stack.flow.is_none() || line.now < pending.since + limit;
        Some(match pending.change {
            Change::Refresh => {
                self.refresh_later(line.now);
                Next::Stay
            }
            Change::Offer(_) if unsent => {
                self.tell_failed(line, 503, "There is no connection".to_owned());
                Next::Stay
            }
            Change::Offer(_) => self.finish(line, EndReason::NoAnswer),
        })
    }

    /// A change that got a provisional response and then nothing is cancelled, and then dropped.
    pub(super) fn on_change_timeout(&mut self, line: &mut Line<'_>) {
        let now = line.now;
        let due = |pending: &mut Pending| pending.until <= now;
        let Some(mut pending) = self.own.pending.take_if(due) else { return };
        if pending.method == Method::Invite && !pending.cancelled {
            line.cancel(&pending.key);
            pending.cancelled = true;
            pending.until = now + line.stack.transactions.timers().limit();
            self.own.pending = Some(pending);
            return;
        }
        line.stack.transactions.forget(&pending.key);
        match pending.change {
            Change::Offer(_) => self.tell_failed(line, 408, "There was no answer".to_owned()),
            Change::Refresh => self.refresh_later(now),
        }
    }

    /// A change whose answer the end of the call did not await; it is over by then.
    pub(super) fn change_is_open(&self) -> bool {
        self.own.invites()
    }

    /// With a timer until the session is over; else only so often.
    fn refresh_later(&mut self, now: Instant) {
        self.own.failures = self.own.failures.saturating_add(1);
        let again = self.timer.is_on() || self.own.failures <= MAX_FAILURES;
        self.own.refresh_at = again.then(|| now + TRY_AGAIN);
    }

    fn tell_failed(&mut self, line: &mut Line<'_>, code: u16, text: String) {
        line.emit(CallEvent::ReofferFailed { code, text });
    }
}
