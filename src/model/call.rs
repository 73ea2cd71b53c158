//! A call as the faces show it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::BareJid;
use super::binding::Proof;
use super::dialing::CostClass;
use super::id::{AccountId, CallId};
use super::time::Timestamp;

/// Who began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The other side.
    In,
    /// We.
    Out,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallState {
    /// Sent, no sign of the other side yet.
    Dialing,
    /// The other side rings.
    Ringing,
    /// We ring.
    Incoming,
    /// Connected.
    Active,
    /// On hold by us.
    Held,
    /// On hold by the other side.
    HeldByPeer,
    /// Over.
    Ended,
}

/// What ties the other side's address to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binding {
    /// The contact's card or the user's own book names this address.
    Verified,
    /// The caller says so; nothing confirms it.
    Claimed,
    /// Nothing is known or said.
    None,
}

/// The other side of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// Its address on the wire: a SIP or tel URI.
    pub uri: String,
    /// What to show: the contact's name only when `binding` is verified, else the address.
    pub display: String,
    /// The contact's JID: bound when verified, merely said when claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jid: Option<String>,
    /// How sure that is.
    pub binding: Binding,
    /// The evidence, in words (CUSAX C45).
    pub why: String,
    /// The evidence itself, where somebody's address was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Peer {
    /// The contact that this is proven to be.
    pub fn contact(&self) -> Option<BareJid> {
        self.jid.as_deref().filter(|_| self.binding == Binding::Verified)?.parse().ok()
    }
}

/// How media is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaProtection {
    /// Not at all.
    #[default]
    None,
    /// SRTP with keys in the SDP (RFC 4568): every proxy on the way could listen.
    Sdes,
    /// SRTP with keys from DTLS (RFC 5764).
    Dtls,
}

/// Which ways media flows (RFC 3264), seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaDirection {
    /// Both.
    #[default]
    Sendrecv,
    /// We send only.
    Sendonly,
    /// We receive only.
    Recvonly,
    /// Neither.
    Inactive,
}

/// What was agreed on for the sound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MediaInfo {
    /// The codec's name in SDP, such as `opus` or `PCMA`; empty before agreement.
    pub codec: String,
    /// Its RTP clock in Hz.
    pub clock_rate: u32,
    /// How it is protected.
    pub srtp: MediaProtection,
    /// Which ways it flows.
    pub direction: MediaDirection,
}

/// How the line does. Zero where not yet known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct CallStats {
    /// Round trip, milliseconds (RTCP).
    pub rtt_ms: f32,
    /// Inter-arrival jitter, milliseconds (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Packets lost on the way to us, per cent.
    pub loss_pct: f32,
    /// Sound made up to cover losses, per cent.
    pub concealed_pct: f32,
    /// What waits in the jitter buffer, milliseconds.
    pub jitter_buffer_ms: f32,
    /// Estimated mean opinion score, 1.0–4.5.
    pub mos: f32,
    /// RTP packets received.
    pub packets_in: u64,
    /// RTP packets sent.
    pub packets_out: u64,
}

/// How a transfer goes that we asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum TransferState {
    /// Asked for; the other side tries.
    Trying,
    /// The new target rings.
    Ringing,
    /// The other side reached the new target: our part is over.
    Done,
    /// It did not work; the call with us goes on.
    Failed {
        /// SIP status.
        code: u16,
        /// Why, made safe for showing.
        text: String,
    },
}

/// Something the other side wants that needs the user's word (CUSAX C59, C67): nothing remote
/// starts a call that may cost unasked. `call.consent` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What is wanted.
    pub kind: AskKind,
    /// The address that would be called.
    pub uri: String,
    /// To show: the contact's name when proven, else the address.
    pub display: String,
    /// What to know before: what it may cost and where it leads.
    pub cues: Vec<String>,
}

/// Kinds of wishes of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskKind {
    /// The called address says that the person is reached elsewhere (3xx).
    Redirect,
    /// The other side of the call wants us to talk to somebody else (REFER).
    Transfer,
    /// The call was encrypted, and the other side goes on without: nothing is sent or heard until
    /// the user agrees; otherwise the call ends.
    Unencrypted,
}

/// One call, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its identifier.
    pub id: CallId,
    /// The account it runs on.
    pub account: AccountId,
    /// Who began.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// The other side.
    pub peer: Peer,
    /// What was agreed on for the sound.
    pub media: MediaInfo,
    /// How the line does.
    pub stats: CallStats,
    /// Our microphone is muted.
    #[serde(default)]
    pub muted: bool,
    /// We hide who we are, or the caller does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    /// The user's policy for strangers wants this call shown without a ring tone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// It came in and nobody took it, although that was not what the person wanted: nothing was
    /// declined, sent on, answered elsewhere, or not to disturb.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// Who sent or forwarded the call here, as the network says; not proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Why it goes out on this account, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_why: Option<String>,
    /// How the transfer goes that we asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferState>,
    /// What the other side wants that needs the user's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
    /// Outgoing: what it costs, roughly (CUSAX C60).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostClass>,
    /// Outgoing: what the service says of it (Warning, RFC 3261 §20.43; Reason, RFC 3326), made
    /// safe for showing (CUSAX C58).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cue: Option<String>,
    /// When it was dialled or began to ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Why it ended, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
}

/// Why a call ended, as the SIP side tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndReason {
    /// The other side hung up (BYE).
    RemoteHangup,
    /// We hung up, cancelled or declined.
    LocalHangup,
    /// The caller gave up before we answered (CANCEL).
    Cancelled,
    /// Another of our devices took it (Reason: SIP;cause=200).
    AnsweredElsewhere,
    /// The other side answered with a final failure.
    Refused {
        /// SIP status.
        code: u16,
        /// The reason phrase or Warning text, made safe for showing.
        text: String,
        /// When it may be worth another try (Retry-After, RFC 3261 §20.33); at most a day.
        retry_after: Option<Duration>,
    },
    /// Nobody answered (time-out of the transaction).
    NoAnswer,
    /// The connection to our own server is not there.
    NotConnected,
    /// Media could not be agreed on or failed.
    Media(String),
}
