//! Offer and answer within a call (RFC 3264): what the other side says of the session, and
//! what runs then.

use crate::core::event::NoticeLevel;
use crate::core::{Core, Output};
use crate::media::MediaCommand;
use crate::model::account::Transport;
use crate::model::call::{
    CallState, Direction, EndReason, MediaDirection, MediaInfo, MediaProtection,
};
use crate::model::id::{AccountId, CallId};
use crate::model::time::Now;
use crate::sdp::{self, LocalMedia, MediaPlan, SdpError};
use crate::sip::SipCommand;

use super::record::Stage;
use crate::config::SrtpPolicy;

/// Changes of one call's session that are followed; later ones are refused and the session
/// stays as it is. Far more than a call of weeks needs whose other side refreshes it so, every
/// 45 s: a refusal would end that.
const REOFFERS: u64 = 100_000;

/// How often the service may say something else of one call.
const CUES: u8 = 16;

impl Core {
    pub(super) fn on_ringing(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        if record.call.state == CallState::Dialing {
            record.call.state = CallState::Ringing;
            self.tell_call(id);
        }
    }

    /// What the service says of our call (C58): shown, and nothing else.
    pub(super) fn on_told(&mut self, id: &CallId, text: String) {
        let Ok(record) = self.calls.live(id) else { return };
        let is_ours = record.call.direction == Direction::Out;
        if !is_ours || record.cues >= CUES || record.call.cue.as_ref() == Some(&text) {
            return;
        }
        record.cues += 1;
        record.call.cue = Some(text);
        self.tell_call(id);
    }

    /// Plays what comes before the answer: ring-back tones and announcements (C58). An early
    /// description that cannot be used is no reason to end the call.
    pub(super) fn on_early_media(&mut self, id: &CallId, answer: &[u8]) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Inviting) {
            return;
        }
        let plan = record.offer.as_ref().map(|offer| sdp::accept(offer, answer));
        if let Some(Ok(plan)) = plan {
            self.run_media(id, plan);
            self.tell_call(id);
        }
    }

    pub(super) fn on_answered(&mut self, now: Now, id: &CallId, answer: Option<&[u8]>) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Inviting) {
            return;
        }
        record.stage = Stage::Running;
        record.hold.confirmed = true;
        record.call.ask = None;
        record.call.state = CallState::Active;
        record.call.answered = Some(now.wall);
        let plan = match (record.offer.take(), answer) {
            (Some(offer), Some(answer)) => Some(sdp::accept(&offer, answer)),
            // The preview agreed on everything.
            _ if record.has_media() => None,
            _ => Some(Err(SdpError::NoAudio)),
        };
        if plan.is_some() {
            record.hold.agreed = false;
        }
        self.settle(now, id, plan);
        self.renegotiate(id);
    }

    /// Our 200 was acknowledged; with the answer, when the offer was ours.
    pub(super) fn on_confirmed(&mut self, now: Now, id: &CallId, answer: Option<&[u8]>) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Running) {
            return;
        }
        record.hold.confirmed = true;
        let plan = match (record.offer.take(), answer) {
            (Some(offer), Some(answer)) => Some(sdp::accept(&offer, answer)),
            (Some(_), None) => Some(Err(SdpError::NoAudio)),
            (None, _) => None,
        };
        match plan {
            Some(Err(error)) if record.has_media() => {
                tracing::info!(%error, "a change of the session is void");
            }
            Some(plan) => {
                record.hold.agreed = record.hold.offered;
                self.settle(now, id, Some(plan));
                self.set_microphone(id);
            }
            None => {}
        }
        self.renegotiate(id);
    }

    /// Runs the agreed plan, or ends a call on which no agreement was found.
    fn settle(&mut self, now: Now, id: &CallId, plan: Option<Result<MediaPlan, SdpError>>) {
        match plan {
            Some(Ok(plan)) => self.run_media(id, plan),
            Some(Err(error)) => {
                return self.end_call(now, id, EndReason::Media(error.to_string()), true);
            }
            None => {}
        }
        self.tell_call(id);
    }

    /// The other side changes the session: hold, a new address, another codec. What we want of
    /// it ourselves is in the answer.
    pub(super) fn on_reoffer(&mut self, id: &CallId, offer: Option<&[u8]>) {
        let Some(local) = self.local_media(id) else { return self.answer_reoffer(id, None) };
        let Ok(record) = self.calls.live(id) else { return };
        // Our own offer, the last one that went into a 200, is not answered yet.
        let owes = record.offer.is_some() && matches!(record.stage, Stage::Running);
        let is_on = matches!(record.stage, Stage::Inviting | Stage::Running);
        if record.version >= REOFFERS || owes || !is_on {
            return self.answer_reoffer(id, None);
        }
        let previous = record.sent.clone();
        let Some(offer) = offer else {
            let ours = sdp::offer(&local, previous.as_deref(), &mut self.random).ok();
            let body = ours.as_ref().map(|ours| ours.body.clone());
            record.offer = ours;
            record.hold.offered = record.hold.wanted;
            return self.answer_reoffer(id, body);
        };
        // What was encrypted stays so, whatever they offer (CUSAX C65).
        let keeps = record.keeps_encryption;
        let local = if keeps { LocalMedia { srtp: SrtpPolicy::Required, ..local } } else { local };
        match sdp::answer(offer, &local, previous.as_deref(), &mut self.random) {
            Ok((body, plan)) => {
                record.hold.agreed = record.hold.wanted;
                record.hold.moved = false;
                self.answer_reoffer(id, Some(body));
                self.run_media(id, plan);
                self.set_microphone(id);
                self.tell_call(id);
                self.renegotiate(id);
            }
            Err(error) => {
                self.answer_reoffer(id, None);
                if keeps && error == SdpError::NotEncrypted {
                    self.tell_kept(id);
                }
            }
        }
    }

    fn answer_reoffer(&mut self, id: &CallId, sdp: Option<Vec<u8>>) {
        if let (Ok(record), Some(sdp)) = (self.calls.live(id), &sdp) {
            record.sent = Some(sdp.clone());
        }
        self.ask_sip(id, |call| SipCommand::AnswerReoffer { call, sdp });
    }

    /// What we can offer or answer for this call now; each use is a new version (RFC 3264 §8).
    pub(in crate::core) fn local_media(&mut self, id: &CallId) -> Option<LocalMedia> {
        let record = self.calls.get_mut(id)?;
        record.version += 1;
        let (local, session, version) = (record.local?, record.session_id, record.version);
        let direction = record.hold.direction();
        let is_secure = record.sent.as_deref().is_some_and(is_secure);
        let account = record.call.account.clone();
        let media = self.media_towards(&account, local, session, version)?;
        // A line that was encrypted by its transport stays so.
        let keeps = is_secure && media.srtp == SrtpPolicy::Preferred && media.signalling_protected;
        let srtp = if keeps { SrtpPolicy::Required } else { media.srtp };
        Some(LocalMedia { direction, srtp, ..media })
    }

    /// What we can offer or answer on an account.
    pub(in crate::core) fn media_towards(
        &self,
        account: &AccountId,
        rtp: std::net::SocketAddr,
        session_id: u64,
        version: u64,
    ) -> Option<LocalMedia> {
        let transport = self.accounts.get(account)?.transport?;
        let settings = self.accounts.sip(account)?;
        Some(LocalMedia {
            rtp,
            srtp: self.srtp_of(account)?,
            signalling_protected: transport == Transport::Tls,
            codecs: settings.codecs.clone(),
            session_id,
            version,
            direction: MediaDirection::Sendrecv,
        })
    }

    pub(in crate::core) fn run_media(&mut self, id: &CallId, plan: MediaPlan) {
        let Ok(record) = self.calls.live(id) else { return };
        if record.keeps_encryption && plan.srtp.is_none() {
            return self.ask_about_unencrypted(id, plan);
        }
        record.keeps_encryption |= record.is_talking() && plan.srtp.is_some();
        if record.unencrypted.take().is_some() {
            record.call.ask = None;
        }
        let was_protected = record.call.media.srtp != MediaProtection::None;
        record.has_events = plan.telephone_event.is_some();
        record.call.media = MediaInfo {
            codec: plan.codec.codec.name().to_owned(),
            clock_rate: plan.codec.codec.clock_rate(),
            srtp: match plan.srtp {
                Some(_) => MediaProtection::Sdes,
                None => MediaProtection::None,
            },
            direction: plan.direction,
        };
        let waits = matches!(plan.direction, MediaDirection::Recvonly | MediaDirection::Inactive);
        record.call.state = match record.call.state {
            CallState::Active | CallState::Held | CallState::HeldByPeer => {
                match (record.hold.agreed, waits) {
                    (true, _) => CallState::Held,
                    (false, true) => CallState::HeldByPeer,
                    (false, false) => CallState::Active,
                }
            }
            state => state,
        };
        let loses =
            (was_protected && plan.srtp.is_none()).then(|| record.call.peer.display.clone());
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Run(Box::new(plan))));
        if let Some(peer) = loses {
            self.tell_unprotected(&peer);
        }
    }

    /// What was encrypted goes on in the clear.
    pub(in crate::core) fn tell_unprotected(&mut self, peer: &str) {
        let text = format!("The call with {peer} is not encrypted any more.");
        self.notice(NoticeLevel::Warning, text);
    }
}

/// Whether a description of ours has the encrypted transport (RFC 3711 §12).
fn is_secure(description: &[u8]) -> bool {
    description.windows(9).any(|window| window == b" RTP/SAVP")
}
