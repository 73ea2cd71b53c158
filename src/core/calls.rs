//! Calls that are under way. `outgoing` and `incoming` hold their beginnings, `screening` the
//! user's rules for those that come in.

mod asks;
mod encryption;
mod ending;
mod hold;
mod record;
mod session;
mod sound;
mod transfer;
mod words;

use std::time::Instant;

use rand::RngCore;

pub(super) use self::record::{Record, Stage, new_call};
use super::command::{CallCommand, CommandError, Reply};
use super::event::Event;
use super::{Core, Output};
use crate::model::call::{Call, EndReason};
use crate::model::id::CallId;
use crate::model::time::Now;
use crate::sip::{CallEvent, SipCommand};

/// Calls at once; more are answered with "busy".
pub(super) const CALLS_AT_ONCE: usize = 8;
/// Calls at once together with those that ended in the last few seconds: who calls and gives up
/// in quick succession fills neither memory nor the history.
pub(super) const CALLS_IN_SIGHT: usize = 64;

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) list: Vec<Record>,
    /// Commands that wait for a contact's card.
    pub(super) parked: Vec<super::outgoing::Parked>,
    /// The call that has the microphone.
    floor: Option<CallId>,
}

impl Calls {
    pub(super) fn get_mut(&mut self, id: &CallId) -> Option<&mut Record> {
        self.list.iter_mut().find(|record| record.call.id == *id)
    }

    /// A call that is not over.
    pub(super) fn live(&mut self, id: &CallId) -> Result<&mut Record, CommandError> {
        self.list
            .iter_mut()
            .find(|record| record.call.id == *id && !record.is_over())
            .ok_or(CommandError::UnknownCall)
    }

    /// A call that was answered and is not over.
    pub(super) fn answered(&mut self, id: &CallId) -> Result<&mut Record, CommandError> {
        let record = self.live(id)?;
        if matches!(record.stage, Stage::Running) {
            Ok(record)
        } else {
            Err(CommandError::Refused("This call is not answered yet.".to_owned()))
        }
    }

    pub(super) fn live_count(&self) -> usize {
        self.list.iter().filter(|record| !record.is_over()).count()
    }

    /// Whether another call than this is not over.
    pub(super) fn others_than(&self, id: &CallId) -> bool {
        self.list.iter().any(|record| record.call.id != *id && !record.is_over())
    }

    pub(super) fn views(&self) -> Vec<Call> {
        self.list.iter().map(|record| record.call.clone()).collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let calls = self.list.iter().flat_map(|record| {
            let moves = record.hold.move_at.filter(|_| !record.is_over());
            [record.forget_at, record.identity_until, record.ring_until, moves]
        });
        calls.flatten().chain(self.parked.iter().map(|parked| parked.until)).min()
    }
}

impl Core {
    pub(super) fn on_call_command(
        &mut self,
        now: Now,
        command: CallCommand,
    ) -> Result<Reply, CommandError> {
        match command {
            // Taken before they come here.
            CallCommand::Place { .. }
            | CallCommand::Prepare { .. }
            | CallCommand::Answer(_)
            | CallCommand::Transfer { .. } => {}
            CallCommand::List => return Ok(Reply::Calls(self.calls.views())),
            CallCommand::Hold(call) => self.hold_call(&call)?,
            CallCommand::Resume(call) => self.resume_call(&call)?,
            CallCommand::Digits { call, digits } => self.send_digits(&call, &digits)?,
            CallCommand::Consent { call, accept } => self.on_consent(now, &call, accept)?,
            CallCommand::Decline { call, message } => self.decline_call(now, &call, message)?,
            CallCommand::Hangup(call) => {
                self.calls.live(&call)?;
                self.end_call(now, &call, EndReason::LocalHangup, true);
            }
            CallCommand::Mute { call, on } => self.mute_call(&call, on)?,
        }
        Ok(Reply::Done {})
    }

    pub(super) fn on_call_event(&mut self, now: Now, id: &CallId, event: CallEvent) {
        if self.calls.live(id).is_err() {
            return;
        }
        match event {
            CallEvent::Ringing => self.on_ringing(id),
            CallEvent::Told(text) => self.on_told(id, text),
            CallEvent::EarlyMedia { sdp, impp } => {
                self.on_ringing(id);
                self.on_response_hints(now, id, &impp);
                self.on_early_media(id, &sdp);
            }
            CallEvent::Answered { sdp, impp } => {
                self.on_response_hints(now, id, &impp);
                self.on_answered(now, id, sdp.as_deref());
            }
            CallEvent::Confirmed { sdp } => self.on_confirmed(now, id, sdp.as_deref()),
            CallEvent::Reoffer { sdp } => self.on_reoffer(id, sdp.as_deref()),
            CallEvent::Reanswered { sdp } => self.on_reanswered(id, &sdp),
            CallEvent::ReofferFailed { code, text } => self.on_reoffer_failed(now, id, code, &text),
            CallEvent::ReofferAgain => self.on_reoffer_again(id),
            CallEvent::Redirected { targets } => self.on_redirected(now, id, &targets),
            CallEvent::Referral { to, .. } => self.on_referral(now, id, to),
            CallEvent::Transfer(state) => self.on_transfer(now, id, state),
            CallEvent::Digit(digit) => self.on_digit(id, digit),
            CallEvent::Ended(reason) => self.end_call(now, id, reason, false),
        }
    }

    pub(super) fn calls_timeout(&mut self, now: Now) {
        let before = self.calls.list.len();
        self.calls.list.retain(|record| record.forget_at.is_none_or(|at| at > now.steady));
        self.changed |= self.calls.list.len() != before;
        self.identity_timeout(now);
        self.ringing_timeout(now);
        self.moves_timeout(now);
        self.parked_timeout(now);
    }

    pub(super) fn ask_sip(&mut self, id: &CallId, command: impl FnOnce(CallId) -> SipCommand) {
        let Some(record) = self.calls.get_mut(id) else { return };
        let account = record.call.account.clone();
        self.outputs.push_back(Output::Sip(account, command(id.clone())));
    }

    pub(super) fn tell_call(&mut self, id: &CallId) {
        if let Some(record) = self.calls.get_mut(id) {
            let call = Box::new(record.call.clone());
            self.tell(Event::Call { call });
        }
        self.tell_security();
        self.show_calls_in_presence();
    }

    pub(super) fn random_session(&mut self) -> u64 {
        self.random.next_u64()
    }
}
