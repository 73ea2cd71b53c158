//! Calls that are under way, and how each goes on and ends. `outgoing` and `incoming` hold
//! their beginnings.

mod words;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rand::RngCore;

use self::words::words;
use super::command::{CallCommand, CommandError, Reply};
use super::event::{Event, NoticeLevel};
use super::linker::Identity;
use super::{Core, Keep, Output, RequestId};
use crate::media::{MediaCommand, MediaError, MediaEvent};
use crate::model::BareJid;
use crate::model::account::Transport;
use crate::model::call::{
    Binding, Call, CallState, CallStats, Direction, EndReason, MediaDirection, MediaInfo,
    MediaProtection, Peer,
};
use crate::model::id::{AccountId, CallId};
use crate::model::message::{Entry, EntryKind};
use crate::model::time::Now;
use crate::sdp::{self, Codec, LocalMedia, MediaPlan, SdpError};
use crate::sip::{CallEvent, SipCommand};

/// How long an ended call stays in sight, so that a face can say why.
const EPILOGUE: Duration = Duration::from_secs(5);
/// Calls at once; more are answered with "busy".
pub(super) const CALLS_AT_ONCE: usize = 8;
/// Calls at once together with those that ended in the last few seconds: who calls and gives up
/// in quick succession fills neither memory nor the history.
pub(super) const CALLS_IN_SIGHT: usize = 64;
/// Changes of one call's session that are followed; later ones are refused and the session
/// stays as it is.
const REOFFERS: u64 = 1_000;

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) list: Vec<Record>,
    /// Commands that wait for a contact's card.
    pub(super) parked: Vec<super::outgoing::Parked>,
}

/// One call.
pub(super) struct Record {
    pub call: Call,
    pub stage: Stage,
    /// The chat account whose contacts this call is matched with.
    pub chat: Option<AccountId>,
    pub identity: Option<Identity>,
    /// The other side's offer, when the call came in with one.
    pub remote_offer: Option<Vec<u8>>,
    /// Our offer, while its answer is awaited.
    pub offer: Option<sdp::Offer>,
    /// The description we sent last: its keys and lines go on in the next (RFC 3264 §8).
    pub sent: Option<Vec<u8>>,
    local: Option<SocketAddr>,
    session_id: u64,
    version: u64,
    /// When a verdict on the caller is reached without the card.
    pub identity_until: Option<Instant>,
    forget_at: Option<Instant>,
}

/// Without the session descriptions: there are keys in them.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Record");
        shown.field("call", &self.call).field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// What a call waits for.
#[derive(Debug)]
pub(super) enum Stage {
    /// Outgoing: for sockets and devices, before the INVITE.
    Preparing { request: RequestId, target: String, impp: Option<BareJid> },
    /// Outgoing: for the other side.
    Inviting,
    /// Incoming: for the user.
    Ringing,
    /// Incoming: for sockets and devices, before the 200.
    Answering { request: RequestId },
    /// For nothing: it runs.
    Running,
    /// For being forgotten.
    Over,
}

impl Record {
    pub(super) fn new(call: Call, stage: Stage, chat: Option<AccountId>, session_id: u64) -> Self {
        Self {
            call,
            stage,
            chat,
            identity: None,
            remote_offer: None,
            offer: None,
            sent: None,
            local: None,
            // RFC 3264 §5: fits a 64 bit signed integer.
            session_id: session_id >> 1,
            version: 0,
            identity_until: None,
            forget_at: None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Both sides agreed on something to hear.
    fn has_media(&self) -> bool {
        !self.call.media.codec.is_empty()
    }
}

/// A call that begins now.
pub(super) fn new_call(
    now: Now,
    id: CallId,
    account: &AccountId,
    direction: Direction,
    peer: Peer,
) -> Call {
    let state = match direction {
        Direction::In => CallState::Incoming,
        Direction::Out => CallState::Dialing,
    };
    Call {
        id,
        account: account.clone(),
        direction,
        state,
        peer,
        media: MediaInfo::default(),
        stats: CallStats::default(),
        muted: false,
        started: Some(now.wall),
        answered: None,
        ended: None,
        end_reason: None,
        anonymous: false,
        quiet: false,
        via: None,
        transfer: None,
        ask: None,
    }
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

    pub(super) fn live_count(&self) -> usize {
        self.list.iter().filter(|record| !record.is_over()).count()
    }

    pub(super) fn views(&self) -> Vec<Call> {
        self.list.iter().map(|record| record.call.clone()).collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let calls = self.list.iter().flat_map(|record| [record.forget_at, record.identity_until]);
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
            CallCommand::Place { .. } | CallCommand::Answer(_) => {}
            CallCommand::List => return Ok(Reply::Calls(self.calls.views())),
            CallCommand::Hold(_)
            | CallCommand::Resume(_)
            | CallCommand::Digits { .. }
            | CallCommand::Transfer { .. }
            | CallCommand::Consent { .. } => {}
            CallCommand::Decline { call, message } => self.decline_call(now, &call, message)?,
            CallCommand::Hangup(call) => {
                self.calls.live(&call)?;
                self.end_call(now, &call, EndReason::LocalHangup, true);
            }
            CallCommand::Mute { call, on } => {
                self.calls.live(&call)?.call.muted = on;
                self.outputs.push_back(Output::Media(call.clone(), MediaCommand::Mute(on)));
                self.tell_call(&call);
            }
        }
        Ok(Reply::Done {})
    }

    pub(super) fn on_call_event(&mut self, now: Now, id: &CallId, event: CallEvent) {
        if self.calls.live(id).is_err() {
            return;
        }
        match event {
            CallEvent::Ringing => self.on_ringing(id),
            CallEvent::EarlyMedia { sdp, .. } => {
                self.on_ringing(id);
                self.on_early_media(id, &sdp);
            }
            CallEvent::Answered { sdp, .. } => self.on_answered(now, id, sdp.as_deref()),
            CallEvent::Confirmed { sdp } => self.on_confirmed(now, id, sdp.as_deref()),
            CallEvent::Reoffer { sdp } => self.on_reoffer(id, sdp.as_deref()),
            CallEvent::Reanswered { .. }
            | CallEvent::ReofferFailed { .. }
            | CallEvent::ReofferAgain
            | CallEvent::Redirected { .. }
            | CallEvent::Referral { .. }
            | CallEvent::Transfer(_)
            | CallEvent::Digit(_) => {}
            CallEvent::Ended(reason) => self.end_call(now, id, reason, false),
        }
    }

    fn on_ringing(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        if record.call.state == CallState::Dialing {
            record.call.state = CallState::Ringing;
            self.tell_call(id);
        }
    }

    /// Plays what comes before the answer: ring-back tones and announcements (C58). An early
    /// description that cannot be used is no reason to end the call.
    fn on_early_media(&mut self, id: &CallId, answer: &[u8]) {
        let Ok(record) = self.calls.live(id) else { return };
        let plan = record.offer.as_ref().map(|offer| sdp::accept(offer, answer));
        if let Some(Ok(plan)) = plan {
            self.run_media(id, plan);
        }
    }

    fn on_answered(&mut self, now: Now, id: &CallId, answer: Option<&[u8]>) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Inviting) {
            return;
        }
        record.stage = Stage::Running;
        record.call.state = CallState::Active;
        record.call.answered = Some(now.wall);
        let plan = match (&record.offer, answer) {
            (Some(offer), Some(answer)) => Some(sdp::accept(offer, answer)),
            // The preview agreed on everything.
            _ if record.has_media() => None,
            _ => Some(Err(SdpError::NoAudio)),
        };
        self.settle(now, id, plan);
    }

    /// Our 200 was acknowledged; with the answer, when the offer was ours.
    fn on_confirmed(&mut self, now: Now, id: &CallId, answer: Option<&[u8]>) {
        let Ok(record) = self.calls.live(id) else { return };
        let plan = match (&record.offer, answer) {
            (Some(offer), Some(answer)) => sdp::accept(offer, answer),
            (Some(_), None) if !record.has_media() => Err(SdpError::NoAudio),
            _ => return,
        };
        self.settle(now, id, Some(plan));
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

    /// The other side changes the session: hold, a new address, another codec.
    fn on_reoffer(&mut self, id: &CallId, offer: Option<&[u8]>) {
        let Some(local) = self.local_media(id) else { return self.answer_reoffer(id, None) };
        let Ok(record) = self.calls.live(id) else { return };
        let previous = record.sent.clone();
        let Some(offer) = offer else {
            let ours = sdp::offer(&local, previous.as_deref(), &mut self.random).ok();
            let body = ours.as_ref().map(|ours| ours.body.clone());
            record.offer = ours;
            return self.answer_reoffer(id, body);
        };
        match sdp::answer(offer, &local, previous.as_deref(), &mut self.random) {
            Ok((body, plan)) if record.version < REOFFERS => {
                self.answer_reoffer(id, Some(body));
                self.run_media(id, plan);
                self.tell_call(id);
            }
            _ => self.answer_reoffer(id, None),
        }
    }

    fn answer_reoffer(&mut self, id: &CallId, sdp: Option<Vec<u8>>) {
        if let (Ok(record), Some(sdp)) = (self.calls.live(id), &sdp) {
            record.sent = Some(sdp.clone());
        }
        self.ask_sip(id, |call| SipCommand::AnswerReoffer { call, sdp });
    }

    /// What we can offer or answer for this call now; each use is a new version (RFC 3264 §8).
    pub(super) fn local_media(&mut self, id: &CallId) -> Option<LocalMedia> {
        let record = self.calls.get_mut(id)?;
        record.version += 1;
        let (local, session, version) = (record.local?, record.session_id, record.version);
        let account = record.call.account.clone();
        self.media_towards(&account, local, session, version)
    }

    /// What we can offer or answer on an account.
    pub(super) fn media_towards(
        &self,
        account: &AccountId,
        rtp: SocketAddr,
        session_id: u64,
        version: u64,
    ) -> Option<LocalMedia> {
        let transport = self.accounts.get(account)?.transport?;
        Some(LocalMedia {
            rtp,
            srtp: self.accounts.sip(account)?.srtp,
            signalling_protected: transport == Transport::Tls,
            codecs: vec![Codec::Opus, Codec::Pcma, Codec::Pcmu],
            session_id,
            version,
            direction: MediaDirection::Sendrecv,
        })
    }

    pub(super) fn run_media(&mut self, id: &CallId, plan: MediaPlan) {
        let Ok(record) = self.calls.live(id) else { return };
        let was_protected = record.call.media.srtp != MediaProtection::None;
        record.call.media = MediaInfo {
            codec: plan.codec.codec.name().to_owned(),
            clock_rate: plan.codec.codec.clock_rate(),
            srtp: match plan.srtp {
                Some(_) => MediaProtection::Sdes,
                None => MediaProtection::None,
            },
            direction: plan.direction,
        };
        let held = matches!(plan.direction, MediaDirection::Recvonly | MediaDirection::Inactive);
        record.call.state = match record.call.state {
            CallState::Active if held => CallState::HeldByPeer,
            CallState::HeldByPeer if !held => CallState::Active,
            state => state,
        };
        let loses =
            (was_protected && plan.srtp.is_none()).then(|| record.call.peer.display.clone());
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Run(Box::new(plan))));
        if let Some(peer) = loses {
            let text = format!("The call with {peer} is not encrypted any more.");
            self.notice(NoticeLevel::Warning, text);
        }
    }

    pub(super) fn on_media(&mut self, now: Now, id: &CallId, event: MediaEvent) {
        match event {
            MediaEvent::Prepared(local) => {
                let Ok(record) = self.calls.live(id) else {
                    // It ended meanwhile.
                    self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
                    return;
                };
                record.local = Some(local);
                match record.stage {
                    Stage::Preparing { .. } => self.send_invite(now, id),
                    Stage::Answering { .. } => self.send_answer(now, id),
                    _ => {}
                }
            }
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
            MediaEvent::Digit(_) | MediaEvent::Silent(_) | MediaEvent::Stopped => {}
        }
    }

    /// Asks for sockets and devices; the session that begins knows of the mute button.
    pub(super) fn prepare_media(&mut self, id: &CallId, local: IpAddr) {
        let prepare = MediaCommand::Prepare { local, audio: self.audio.clone() };
        self.outputs.push_back(Output::Media(id.clone(), prepare));
        if self.calls.live(id).is_ok_and(|record| record.call.muted) {
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Mute(true)));
        }
    }

    /// There is no sound: said to whoever waits for it. A call that comes in goes on ringing,
    /// so that a headset can be connected and the call be taken after all.
    fn on_media_failed(&mut self, now: Now, id: &CallId, error: &MediaError) {
        let Ok(record) = self.calls.live(id) else { return };
        if let Stage::Answering { request } = record.stage {
            record.stage = Stage::Ringing;
            let refused = Err(CommandError::Media(error.to_string()));
            self.outputs.push_back(Output::Reply(request, refused));
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
        } else if !matches!(record.stage, Stage::Ringing) {
            // Where it rings again, this is the last word of the session that was stopped.
            self.end_call(now, id, EndReason::Media(error.to_string()), true);
        }
    }

    /// Ends a call once and for all. `tell_sip` when the other side does not know yet.
    pub(super) fn end_call(&mut self, now: Now, id: &CallId, reason: EndReason, tell_sip: bool) {
        let Ok(record) = self.calls.live(id) else { return };
        let stage = std::mem::replace(&mut record.stage, Stage::Over);
        let was_sent = !matches!(stage, Stage::Preparing { .. });
        // One that never went out leaves no trace: whoever asked for it was told.
        record.forget_at = Some(if was_sent { now.steady + EPILOGUE } else { now.steady });
        (record.identity, record.identity_until) = (None, None);
        let call = &mut record.call;
        call.state = CallState::Ended;
        call.ended = Some(now.wall);
        call.end_reason = Some(words(&reason, call));
        if matches!(reason, EndReason::Media(_)) && call.stats.packets_in == 0 {
            // Nobody was heard: for the person it was never answered.
            call.answered = None;
        }
        self.answer_waiting(id, &stage, &reason);
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
        if tell_sip && was_sent {
            self.ask_sip(id, SipCommand::Hangup);
        }
        self.tell_call(id);
        if was_sent {
            self.file_call(id);
        }
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
        self.outputs.push_back(Output::Reply(request, done));
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
        let with =
            contact.as_ref().map_or_else(|| call.peer.uri.clone(), |(_, jid)| jid.to_string());
        let entry = Entry {
            id: call.id.as_str().to_owned(),
            kind: EntryKind::Call,
            with,
            direction: call.direction,
            at: call.started.unwrap_or(crate::model::time::Timestamp::from_unix_millis(0)),
            body: None,
            state: None,
            call: Some(call.clone()),
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

    pub(super) fn end_all_calls(&mut self, now: Now) {
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

    pub(super) fn calls_timeout(&mut self, now: Now) {
        let before = self.calls.list.len();
        self.calls.list.retain(|record| record.forget_at.is_none_or(|at| at > now.steady));
        self.changed |= self.calls.list.len() != before;
        self.identity_timeout(now);
        self.parked_timeout(now);
    }

    pub(super) fn ask_sip(&mut self, id: &CallId, command: impl FnOnce(CallId) -> SipCommand) {
        let Some(record) = self.calls.get_mut(id) else { return };
        let account = record.call.account.clone();
        self.outputs.push_back(Output::Sip(account, command(id.clone())));
    }

    pub(super) fn tell_call(&mut self, id: &CallId) {
        if let Some(record) = self.calls.get_mut(id) {
            let call = record.call.clone();
            self.tell(Event::Call { call });
        }
    }

    pub(super) fn random_session(&mut self) -> u64 {
        self.random.next_u64()
    }
}
