//! A call's sound: sockets and devices, digits, and what becomes of a call without.

use std::net::IpAddr;

use super::record::Stage;
use crate::config::DtmfMode;
use crate::core::command::CommandError;
use crate::core::event::{Event, NoticeLevel};
use crate::core::{Core, Output};
use crate::media::{MediaCommand, MediaError, MediaEvent};
use crate::model::call::{EndReason, MediaDirection};
use crate::model::id::{AccountId, CallId};
use crate::model::time::Now;
use crate::sip::SipCommand;

/// Digits that one command may send.
const DIGITS: usize = 64;

impl Core {
    pub(in crate::core) fn on_media(&mut self, now: Now, id: &CallId, event: MediaEvent) {
        match event {
            MediaEvent::Prepared(local) => self.on_prepared(now, id, local),
            MediaEvent::Stats(stats) => {
                if let Ok(record) = self.calls.live(id) {
                    record.call.stats = stats;
                    self.tell_call(id);
                }
            }
            MediaEvent::Device { gone, text } => {
                let level = if gone { NoticeLevel::Warning } else { NoticeLevel::Info };
                self.tell(Event::Notice { level, text });
            }
            MediaEvent::Failed(error) => self.on_media_failed(now, id, &error),
            MediaEvent::Digit(digit) => self.on_digit(id, digit),
            MediaEvent::Silent(on) => self.on_silence(id, on),
            MediaEvent::Stopped => {}
        }
    }

    /// Nothing comes from the other side any more, or does again. The user decides: a line that
    /// is dead for us may be heard by them.
    fn on_silence(&mut self, id: &CallId, on: bool) {
        let Ok(record) = self.calls.live(id) else { return };
        let peer = &record.call.peer.display;
        let (level, text) = if on {
            let text = format!(
                "Nothing has come from {peer} for a while; the line may be dead. Hang up if you \
                 hear nothing."
            );
            (NoticeLevel::Warning, text)
        } else {
            (NoticeLevel::Info, format!("{peer} can be heard again."))
        };
        self.notice(level, text);
    }

    fn on_prepared(&mut self, now: Now, id: &CallId, local: std::net::SocketAddr) {
        let Ok(record) = self.calls.live(id) else {
            // It ended meanwhile.
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
            return;
        };
        let before = record.local.replace(local);
        match record.stage {
            Stage::Preparing { .. } => self.send_invite(now, id),
            Stage::Answering { .. } => self.send_answer(now, id),
            // What was said to the other side of where we are is wrong now.
            Stage::Inviting | Stage::Running if before.is_some_and(|before| before != local) => {
                record.moving_to = None;
                record.hold.moved = true;
                self.renegotiate(id);
            }
            _ => {}
        }
    }

    /// Asks for sockets and devices; the session that begins knows of the mute button.
    pub(in crate::core) fn prepare_media(&mut self, id: &CallId, local: IpAddr) {
        let prepare = MediaCommand::Prepare { local, audio: self.audio.clone() };
        self.outputs.push_back(Output::Media(id.clone(), prepare));
        let Ok(record) = self.calls.live(id) else { return };
        record.microphone_off = record.call.muted;
        if record.call.muted {
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Mute(true)));
        }
    }

    /// The user chose other devices: calls that have sound go on with them.
    pub(in crate::core) fn change_devices(&mut self) {
        for record in &self.calls.list {
            if record.local.is_some() && !record.is_over() {
                let id = record.call.id.clone();
                self.outputs.push_back(Output::Media(id, MediaCommand::Use(self.audio.clone())));
            }
        }
    }

    /// Our address towards an account's proxy is another: its calls get new sockets, and the
    /// other sides are told where they are.
    pub(in crate::core) fn move_calls(&mut self, account: &AccountId, to: IpAddr) {
        for record in &mut self.calls.list {
            let Some(local) = record.local else { continue };
            let at = record.moving_to.unwrap_or(local.ip());
            if record.call.account == *account && !record.is_over() && at != to {
                record.moving_to = Some(to);
                let id = record.call.id.clone();
                self.outputs.push_back(Output::Media(id, MediaCommand::Rebind(to)));
            }
        }
    }

    pub(super) fn send_digits(&mut self, id: &CallId, digits: &str) -> Result<(), CommandError> {
        let is_key = |c: char| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D' | 'a'..='d');
        if digits.is_empty() || digits.len() > DIGITS || !digits.chars().all(is_key) {
            let text = "Keys are 0–9, *, # and A–D, at most 64 at once.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        let record = self.calls.live(id)?;
        let by_sound = record.has_events && self.dtmf_by_sound(id);
        let record = self.calls.live(id)?;
        // Some menus talk, and listen, before they answer.
        let is_early = by_sound && record.has_media() && matches!(record.stage, Stage::Inviting);
        if !is_early {
            self.calls.answered(id)?;
        }
        let record = self.calls.live(id)?;
        let can_send = matches!(
            record.call.media.direction,
            MediaDirection::Sendrecv | MediaDirection::Sendonly
        );
        if record.hold.is_on() || (by_sound && !can_send) {
            let text = "The call is on hold; keys would not be heard.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        let digits = digits.to_ascii_uppercase();
        if by_sound {
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Digits(digits)));
        } else {
            for digit in digits.chars() {
                self.ask_sip(id, |call| SipCommand::Digit { call, digit });
            }
        }
        Ok(())
    }

    fn dtmf_by_sound(&mut self, id: &CallId) -> bool {
        let Ok(record) = self.calls.live(id) else { return false };
        let account = record.call.account.clone();
        self.accounts.sip(&account).is_some_and(|sip| sip.dtmf == DtmfMode::Rtp)
    }

    pub(super) fn on_digit(&mut self, id: &CallId, digit: char) {
        if self.calls.live(id).is_ok() {
            self.tell(Event::CallDigit { call: id.clone(), digit });
        }
    }

    /// There is no sound: said to whoever waits for it. A call that comes in goes on ringing,
    /// so that a headset can be connected and the call be taken after all.
    fn on_media_failed(&mut self, now: Now, id: &CallId, error: &MediaError) {
        let Ok(record) = self.calls.live(id) else { return };
        if let Stage::Answering { request } = record.stage {
            record.stage = Stage::Ringing;
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
            match request {
                Some(request) => {
                    let refused = Err(CommandError::Media(error.to_string()));
                    self.outputs.push_back(Output::Reply(request, refused));
                }
                None => {
                    self.notice(NoticeLevel::Warning, error.to_string());
                    self.tell_call(id);
                }
            }
        } else if !matches!(record.stage, Stage::Ringing) {
            // Where it rings again, this is the last word of the session that was stopped.
            self.end_call(now, id, EndReason::Media(error.to_string()), true);
        }
    }
}
