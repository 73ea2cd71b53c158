//! Transfer: the other side is asked to call somebody else instead of us (RFC 3515, RFC 5589).

use crate::core::Core;
use crate::core::command::CommandError;
use crate::core::event::NoticeLevel;
use crate::model::address::Dialable;
use crate::model::call::{EndReason, TransferState};
use crate::model::id::CallId;
use crate::model::time::Now;
use crate::sip::{ReferTo, SipCommand};

impl Core {
    /// Blind: the other side is to call this address.
    pub(in crate::core) fn transfer_to(
        &mut self,
        id: &CallId,
        target: &Dialable,
    ) -> Result<(), CommandError> {
        self.transferable(id)?;
        self.refer(id, ReferTo::Uri(target.uri.clone()), None);
        Ok(())
    }

    /// Attended: the other side is to take over the place that we have in the call `with`.
    pub(in crate::core) fn join_calls(
        &mut self,
        id: &CallId,
        with: &CallId,
    ) -> Result<(), CommandError> {
        self.transferable(id)?;
        self.transferable(with)?;
        let account = |calls: &mut super::Calls, id: &CallId| {
            calls.live(id).map(|record| record.call.account.clone())
        };
        if id == with {
            let text = "A call cannot be transferred to itself.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        if account(&mut self.calls, id)? != account(&mut self.calls, with)? {
            let text = "The two calls run on different accounts and cannot be joined.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        self.refer(id, ReferTo::Call(with.clone()), Some(with.clone()));
        Ok(())
    }

    /// Answered, and no transfer of it is under way.
    pub(in crate::core) fn transferable(&mut self, id: &CallId) -> Result<(), CommandError> {
        match self.calls.answered(id)?.call.transfer {
            Some(TransferState::Trying | TransferState::Ringing) => {
                let text = "This call is being transferred already.";
                Err(CommandError::Refused(text.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn refer(&mut self, id: &CallId, to: ReferTo, with: Option<CallId>) {
        if let Ok(record) = self.calls.live(id) {
            record.call.transfer = Some(TransferState::Trying);
            record.transferred_with = with;
        }
        self.ask_sip(id, |call| SipCommand::Refer { call, to });
        self.tell_call(id);
    }

    /// How the transfer that we asked for goes.
    pub(super) fn on_transfer(&mut self, now: Now, id: &CallId, state: TransferState) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.call.transfer, Some(TransferState::Trying | TransferState::Ringing)) {
            return;
        }
        let peer = record.call.peer.display.clone();
        record.call.transfer = Some(state.clone());
        match state {
            TransferState::Trying | TransferState::Ringing => self.tell_call(id),
            TransferState::Done => {
                let with = record.transferred_with.take();
                for leg in [Some(id.clone()), with].into_iter().flatten() {
                    let Ok(record) = self.calls.live(&leg) else { continue };
                    record.farewell = Some("You transferred the call.".to_owned());
                    self.end_call(now, &leg, EndReason::LocalHangup, true);
                }
            }
            TransferState::Failed { code, text } => {
                record.transferred_with = None;
                let why = super::words::refusal(code, &text);
                self.notice(
                    NoticeLevel::Warning,
                    format!("The call with {peer} was not transferred: {why} It goes on with you."),
                );
                self.tell_call(id);
            }
        }
    }
}
