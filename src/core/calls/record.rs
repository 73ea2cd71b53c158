//! One call as the core keeps it.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::hold::Hold;
use crate::core::RequestId;
use crate::core::linker::Identity;
use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::call::{Call, CallState, CallStats, Direction, MediaInfo, Peer};
use crate::model::id::{AccountId, CallId};
use crate::model::time::Now;
use crate::sdp;

/// One call.
pub(in crate::core) struct Record {
    pub call: Call,
    pub stage: Stage,
    /// The chat account whose contacts this call is matched with.
    pub chat: Option<AccountId>,
    pub identity: Option<Identity>,
    /// Outgoing: what the called address is compared by.
    pub called: Option<AddressKey>,
    /// What is shown of the other side while nobody is proven to be it.
    pub bare: String,
    /// Incoming: it came by the account's own proxy.
    pub by_proxy: bool,
    /// Incoming: the user's rules have said what becomes of it.
    pub screened: bool,
    /// The other side's offer, when the call came in with one.
    pub remote_offer: Option<Vec<u8>>,
    /// Our offer, while its answer is awaited.
    pub offer: Option<sdp::Offer>,
    /// The description we sent last: its keys and lines go on in the next (RFC 3264 §8).
    pub sent: Option<Vec<u8>>,
    pub local: Option<SocketAddr>,
    /// The address that the sockets are being moved to.
    pub moving_to: Option<IpAddr>,
    pub session_id: u64,
    pub version: u64,
    pub hold: Hold,
    /// What the media session was told of the microphone.
    pub microphone_off: bool,
    /// It was agreed on with encryption, which the user has not given up.
    pub keeps_encryption: bool,
    /// What the other side agreed on without encryption, while the user is asked.
    pub unencrypted: Option<Box<sdp::MediaPlan>>,
    /// Digits can go as telephone-events (RFC 4733).
    pub has_events: bool,
    /// The call that this one takes over from (RFC 3891).
    pub replaces: Option<CallId>,
    /// The call whose other side asked for this one (RFC 3515).
    pub referral: Option<CallId>,
    /// The call that an attended transfer joins this one with.
    pub transferred_with: Option<CallId>,
    /// How often the call was sent on (3xx).
    pub redirects: u8,
    /// How often the service said something of the call.
    pub cues: u8,
    /// Why it ends, where the way it ends does not say it all.
    pub farewell: Option<String>,
    /// When a verdict on the caller is reached without the card.
    pub identity_until: Option<Instant>,
    /// When it is sent on since nobody answers.
    pub ring_until: Option<Instant>,
    pub forget_at: Option<Instant>,
}

/// Without the session descriptions: there are keys in them.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Record");
        shown.field("call", &self.call).field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// What a call waits for. A `request` is answered once that is there; nobody asked for what
/// goes by itself.
#[derive(Debug)]
pub(in crate::core) enum Stage {
    /// Outgoing: for sockets and devices, before the INVITE.
    Preparing { request: Option<RequestId>, target: String, impp: Option<BareJid> },
    /// Outgoing: for the other side.
    Inviting,
    /// Incoming: for the user.
    Ringing,
    /// Incoming: for sockets and devices, before the 200.
    Answering { request: Option<RequestId> },
    /// For nothing: it runs.
    Running,
    /// For being forgotten.
    Over,
}

impl Record {
    pub(in crate::core) fn new(
        call: Call,
        stage: Stage,
        chat: Option<AccountId>,
        session_id: u64,
    ) -> Self {
        Self {
            bare: call.peer.display.clone(),
            call,
            stage,
            chat,
            identity: None,
            called: None,
            by_proxy: true,
            screened: false,
            remote_offer: None,
            offer: None,
            sent: None,
            local: None,
            moving_to: None,
            // RFC 3264 §5: fits a 64 bit signed integer.
            session_id: session_id >> 1,
            version: 0,
            hold: Hold::default(),
            microphone_off: false,
            keeps_encryption: false,
            unencrypted: None,
            has_events: false,
            replaces: None,
            referral: None,
            transferred_with: None,
            redirects: 0,
            cues: 0,
            farewell: None,
            identity_until: None,
            ring_until: None,
            forget_at: None,
        }
    }

    pub(in crate::core) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// It was answered and is on.
    pub(in crate::core) fn is_talking(&self) -> bool {
        matches!(self.stage, Stage::Running)
    }

    /// Both sides agreed on something to hear.
    pub(in crate::core) fn has_media(&self) -> bool {
        !self.call.media.codec.is_empty()
    }
}

/// A call that begins now.
pub(in crate::core) fn new_call(
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
        missed: false,
        via: None,
        account_why: None,
        transfer: None,
        ask: None,
        cost: None,
        cue: None,
    }
}
