//! A call that was encrypted does not go on in the clear by itself (CUSAX C65): an offer that would
//! take the encryption away is refused, and where the other side's answer has done so already,
//! nothing is sent or heard until the user agrees.

use crate::core::event::NoticeLevel;
use crate::core::{Core, Output};
use crate::media::MediaCommand;
use crate::model::call::{Ask, AskKind, EndReason, MediaDirection, MediaProtection};
use crate::model::id::CallId;
use crate::model::time::Now;
use crate::sdp::MediaPlan;
use crate::sip::SipCommand;

/// What is told of the question before it is answered.
const CUE: &str = "Others could listen. Until you decide, nobody hears you, and you hear nobody.";

impl Core {
    /// They wanted to go on without; the session is as it was.
    pub(super) fn tell_kept(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        if std::mem::replace(&mut record.hold.was_told_kept, true) {
            return;
        }
        let text = format!(
            "{} wanted to go on without encryption. That was refused: the call stays encrypted.",
            record.call.peer.display
        );
        self.notice(NoticeLevel::Warning, text);
    }

    /// They agreed without encryption on what was encrypted: it rests until the user decides.
    pub(super) fn ask_about_unencrypted(&mut self, id: &CallId, plan: MediaPlan) {
        let Ok(record) = self.calls.live(id) else { return };
        let rests = MediaPlan { direction: MediaDirection::Inactive, ..plan.clone() };
        record.unencrypted = Some(Box::new(plan));
        record.call.media.srtp = MediaProtection::None;
        record.call.media.direction = MediaDirection::Inactive;
        let (peer, uri) = (record.call.peer.display.clone(), record.call.peer.uri.clone());
        let asked = record.call.ask.as_ref().map(|ask| ask.kind);
        let transfers = asked == Some(AskKind::Transfer);
        let is_news = asked != Some(AskKind::Unencrypted);
        record.call.ask = Some(Ask {
            kind: AskKind::Unencrypted,
            uri,
            display: peer.clone(),
            cues: vec![CUE.to_owned()],
        });
        if transfers {
            self.ask_sip(id, |call| SipCommand::RefuseReferral { call });
        }
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Run(Box::new(rests))));
        if is_news {
            self.tell_unprotected(&peer);
        }
    }

    /// The user's word on that: on without it, or not at all.
    pub(super) fn on_unencrypted_consent(&mut self, now: Now, id: &CallId, accept: bool) {
        let Ok(record) = self.calls.live(id) else { return };
        let Some(plan) = record.unencrypted.take() else { return };
        if !accept {
            record.farewell = Some("The call was not encrypted any more.".to_owned());
            return self.end_call(now, id, EndReason::LocalHangup, true);
        }
        record.keeps_encryption = false;
        self.run_media(id, *plan);
        self.set_microphone(id);
        self.tell_call(id);
    }
}
