//! How calls end, and what is kept of them.

use std::time::Duration;

use super::record::Stage;
use super::words::words;
use crate::config::SrtpPolicy;
use crate::core::command::{CommandError, Reply};
use crate::core::event::NoticeLevel;
use crate::core::{Core, Keep, Output, tones};
use crate::media::MediaCommand;
use crate::model::BareJid;
use crate::model::call::{Binding, CallState, Direction, EndReason};
use crate::model::id::CallId;
use crate::model::message::{Entry, EntryKind};
use crate::model::party::Party;
use crate::model::time::Now;
use crate::sip::SipCommand;

/// How long an ended call stays in sight, so that a face can say why.
const EPILOGUE: Duration = Duration::from_secs(5);

impl Core {
    /// Ends a call once and for all. `tell_sip` when the other side does not know yet.
    pub(in crate::core) fn end_call(
        &mut self,
        now: Now,
        id: &CallId,
        reason: EndReason,
        tell_sip: bool,
    ) {
        let Ok(record) = self.calls.live(id) else { return };
        let account = record.call.account.clone();
        let encrypts = self.srtp_of(&account) == Some(SrtpPolicy::Required);
        let Ok(record) = self.calls.live(id) else { return };
        let stage = std::mem::replace(&mut record.stage, Stage::Over);
        let was_sent = !matches!(stage, Stage::Preparing { .. });
        // One that never went out leaves no trace: whoever asked for it was told.
        record.forget_at = Some(if was_sent { now.steady + EPILOGUE } else { now.steady });
        (record.identity, record.identity_until, record.ring_until) = (None, None, None);
        let farewell = record.farewell.take();
        let referral = record.referral.take().filter(|_| !was_sent);
        let call = &mut record.call;
        call.state = CallState::Ended;
        call.ended = Some(now.wall);
        call.ask = None;
        let gave_up = matches!(reason, EndReason::Cancelled | EndReason::NoAnswer);
        call.missed |= gave_up
            && farewell.is_none()
            && call.direction == Direction::In
            && call.answered.is_none();
        call.end_reason = Some(farewell.unwrap_or_else(|| words(&reason, call, encrypts)));
        if matches!(reason, EndReason::Media(_)) && call.stats.packets_in == 0 {
            // Nobody was heard: for the person it was never answered.
            call.answered = None;
        }
        let tone = tones::parting(call, &reason).filter(|_| was_sent);
        self.part(tone);
        self.answer_waiting(id, &stage, &reason);
        self.leave_floor(id);
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
        if let Some(asked_by) = referral {
            self.ask_sip(&asked_by, |call| SipCommand::RefuseReferral { call });
        }
        if tell_sip && was_sent {
            self.ask_sip(id, SipCommand::Hangup);
        }
        self.tell_call(id);
        if was_sent {
            self.file_call(id);
        }
        self.balance(now);
    }

    /// A command that waited for sockets and devices learns that the call is over.
    fn answer_waiting(&mut self, id: &CallId, stage: &Stage, reason: &EndReason) {
        let (request, done) = match (stage, reason) {
            (Stage::Preparing { request, .. }, EndReason::Media(text)) => {
                (*request, Err(CommandError::Media(text.clone())))
            }
            (Stage::Preparing { request, .. }, EndReason::NotConnected) => {
                let text = "Telephony is not connected.".to_owned();
                (*request, Err(CommandError::NotConnected(text)))
            }
            (Stage::Preparing { request, .. }, _) => {
                (*request, Ok(Reply::Call { call: id.clone() }))
            }
            (Stage::Answering { request }, _) => (*request, Err(CommandError::UnknownCall)),
            _ => return,
        };
        match (request, done) {
            (Some(request), done) => self.outputs.push_back(Output::Reply(request, done)),
            // Nobody waits for an answer, yet somebody should know.
            (None, Err(CommandError::UnknownCall) | Ok(_)) => {}
            (None, Err(error)) => self.notice(NoticeLevel::Warning, error.to_string()),
        }
    }

    /// The timeline keeps the call: under the contact only when that is proven.
    fn file_call(&mut self, id: &CallId) {
        let Some(record) = self.calls.get_mut(id) else { return };
        let call = record.call.clone();
        let contact = match (call.peer.binding, &call.peer.jid, &record.chat) {
            (Binding::Verified, Some(jid), Some(chat)) => {
                BareJid::new(jid).ok().map(|jid| (chat.clone(), jid))
            }
            _ => None,
        };
        let with = contact
            .as_ref()
            .map_or_else(|| place_of_stranger(&call.peer.uri), |(_, jid)| jid.to_string());
        let entry = Entry {
            id: call.id.as_str().to_owned(),
            kind: EntryKind::Call,
            with,
            direction: call.direction,
            at: call.started.unwrap_or(crate::model::time::Timestamp::from_unix_millis(0)),
            body: None,
            state: None,
            reason: None,
            call: Some(Box::new(call.clone())),
        };
        match contact {
            Some((chat, jid)) => {
                self.file(&chat, &jid.into(), entry);
            }
            None => {
                let keep = Keep::Entry(call.account, Box::new(entry));
                self.outputs.push_back(Output::Keep(keep));
            }
        }
    }

    pub(in crate::core) fn end_all_calls(&mut self, now: Now) {
        let live: Vec<CallId> = self
            .calls
            .list
            .iter()
            .filter(|record| !record.is_over())
            .map(|record| record.call.id.clone())
            .collect();
        for id in live {
            self.end_call(now, &id, EndReason::LocalHangup, true);
        }
    }
}

/// Where a call is kept that no contact is proven to have: never among what a chat address said,
/// though the caller may name one (`From: <xmpp:…>`).
fn place_of_stranger(uri: &str) -> String {
    match uri.parse() {
        Ok(Party::Jid(_)) => format!("… {uri}"),
        _ => uri.to_owned(),
    }
}
