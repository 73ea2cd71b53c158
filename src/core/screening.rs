//! The user's rules, applied to a call that comes in (CUSAX C43): whether it rings, is refused,
//! is sent on or is answered by itself. Nothing that the caller asks for counts.

use std::time::Duration;

use super::Core;
use super::calls::Stage;
use super::event::NoticeLevel;
use super::incoming::{BUSY, DECLINE};
use crate::model::address::{AddressKey, Dialable};
use crate::model::call::{Binding, EndReason};
use crate::model::id::{AccountId, CallId};
use crate::model::telephony::{AutoAnswer, Strangers};
use crate::model::time::Now;
use crate::sip::SipCommand;

/// SIP: anonymity disallowed (RFC 5079).
const ANONYMITY_DISALLOWED: u16 = 433;

/// What becomes of a call.
#[derive(Debug, PartialEq, Eq)]
enum Ruling {
    /// It rings; without a tone when `quiet`.
    Ring { quiet: bool },
    /// It is shown, and decided on when it is known who calls.
    Wait,
    /// It is answered by itself.
    Answer,
    /// It is refused with a status, and why.
    Refuse(u16, &'static str),
    /// It is sent to this URI.
    SendOn(String),
}

impl Core {
    /// Decides on a call that came in.
    pub(super) fn screen(&mut self, now: Now, id: &CallId) {
        let ruling = self.rule(id);
        let Ok(record) = self.calls.live(id) else { return };
        record.screened = ruling != Ruling::Wait;
        match ruling {
            Ruling::Ring { quiet } => {
                record.call.quiet = quiet;
                let forwards = self.telephony.forward.no_answer.is_some();
                let patience = Duration::from_secs(u64::from(self.telephony.forward.after_s));
                record.ring_until = forwards.then(|| now.steady + patience);
                self.ask_for_card(now, id);
                self.tell_call(id);
            }
            Ruling::Wait => {
                record.call.quiet = true;
                self.ask_for_card(now, id);
                self.tell_call(id);
            }
            Ruling::Answer => self.answer_by_itself(id),
            Ruling::Refuse(status, words) => {
                self.refuse_call(now, id, status, words.to_owned());
            }
            Ruling::SendOn(to) => self.send_on(now, id, to),
        }
    }

    /// More is known of who calls.
    pub(super) fn screen_again(&mut self, now: Now, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Ringing) {
            return;
        }
        if !record.screened {
            return self.screen(now, id);
        }
        if record.call.peer.binding != Binding::Verified {
            return;
        }
        if std::mem::take(&mut record.call.quiet) {
            self.tell_call(id);
        }
        if self.answers_contacts(id) {
            self.answer_by_itself(id);
        }
    }

    /// Whether the rules about who may call at all let this call in, as far as is known.
    pub(super) fn lets_in(&mut self, id: &CallId) -> bool {
        let Ok(record) = self.calls.live(id) else { return false };
        let is_contact = record.call.peer.binding == Binding::Verified;
        let rules = &self.telephony;
        let is_hidden = record.call.anonymous && rules.reject_anonymous;
        !is_hidden && (is_contact || rules.strangers != Strangers::Refuse)
    }

    fn rule(&mut self, id: &CallId) -> Ruling {
        let is_busy = self.calls.others_than(id) && !self.telephony.call_waiting;
        let answers = self.answers_contacts(id);
        let Ok(record) = self.calls.live(id) else { return Ruling::Wait };
        let is_contact = record.call.peer.binding == Binding::Verified;
        let is_open =
            record.identity.as_ref().is_some_and(|identity| identity.need_vcard().is_some());
        let (account, hides) = (record.call.account.clone(), record.call.anonymous);
        let rules = &self.telephony;
        let address = |to: &Option<String>| self.forward_target(&account, to.as_deref());
        if hides && rules.reject_anonymous {
            return Ruling::Refuse(ANONYMITY_DISALLOWED, "Refused: the caller hides who they are.");
        }
        if rules.strangers == Strangers::Refuse && !is_contact {
            return if is_open {
                Ruling::Wait
            } else {
                Ruling::Refuse(DECLINE, "Refused: the caller is not proven to be a contact.")
            };
        }
        if let Some(to) = address(&rules.forward.always) {
            return Ruling::SendOn(to);
        }
        let refused = if rules.dnd {
            Some("Missed call: you did not want to be disturbed.")
        } else if is_busy {
            Some("Missed call: you were in another call.")
        } else {
            None
        };
        match (refused, address(&rules.forward.busy)) {
            (Some(_), Some(to)) => Ruling::SendOn(to),
            (Some(words), None) => Ruling::Refuse(BUSY, words),
            (None, _) if answers => Ruling::Answer,
            (None, _) => Ruling::Ring { quiet: rules.strangers == Strangers::Ask && !is_contact },
        }
    }

    /// Whether the user wants this call answered by itself: that of a proven contact, while no
    /// other call is on. What the caller asks for (Alert-Info, Answer-Mode) is not even read.
    pub(super) fn answers_contacts(&mut self, id: &CallId) -> bool {
        self.telephony.auto_answer == AutoAnswer::Contacts
            && !self.calls.others_than(id)
            && self.calls.live(id).is_ok_and(|record| record.call.peer.binding == Binding::Verified)
    }

    fn answer_by_itself(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let peer = record.call.peer.display.clone();
        let begun = self.begin_answer(None, id);
        self.tell_call(id);
        if begun.is_ok() {
            let text = format!("The call of {peer} is answered by itself.");
            self.notice(NoticeLevel::Info, text);
        }
    }

    /// Nobody answered in time: calls are sent on.
    pub(super) fn ringing_timeout(&mut self, now: Now) {
        let mut late = Vec::new();
        for record in &mut self.calls.list {
            if record.ring_until.is_some_and(|until| until <= now.steady) {
                record.ring_until = None;
                if matches!(record.stage, Stage::Ringing) {
                    late.push((record.call.id.clone(), record.call.account.clone()));
                }
            }
        }
        for (id, account) in late {
            let to = self.telephony.forward.no_answer.as_deref();
            if let Some(target) = self.forward_target(&account, to) {
                self.send_on(now, &id, target);
            }
        }
    }

    /// Where a rule sends the calls of an account on to: nowhere, when that is the account
    /// itself.
    fn forward_target(&self, account: &AccountId, to: Option<&str>) -> Option<String> {
        let target = Dialable::parse(to?, &self.plan_of(Some(account))).ok()?;
        let own = self.accounts.sip(account).map(|sip| AddressKey::Sip(sip.aor.clone()));
        (Some(&target.key) != own.as_ref()).then_some(target.uri)
    }

    fn send_on(&mut self, now: Now, id: &CallId, to: String) {
        if let Ok(record) = self.calls.live(id) {
            record.farewell = Some(format!("Missed call: forwarded to {to}."));
        }
        self.ask_sip(id, |call| SipCommand::Redirect { call, to });
        self.end_call(now, id, EndReason::LocalHangup, false);
    }

    /// Refuses a call that nobody was asked about; the history keeps it.
    pub(super) fn refuse_call(&mut self, now: Now, id: &CallId, status: u16, words: String) {
        let is_wanted = self.telephony.dnd;
        if let Ok(record) = self.calls.live(id) {
            record.farewell = Some(words);
            record.call.missed = status == BUSY && !is_wanted;
        }
        self.ask_sip(id, |call| SipCommand::Refuse { call, status });
        self.end_call(now, id, EndReason::LocalHangup, false);
    }
}
