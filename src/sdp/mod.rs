//! Session descriptions (RFC 8866, RFC 3264), pure: offer and answer in, `MediaPlan` out.
//!
//! [`offer()`] begins, [`answer()`] replies, [`accept()`] reads the reply. Within a dialog, hand
//! in the description that we sent last: its keys, payload types and media lines stay.

mod accept;
mod answer;
mod crypto;
mod error;
mod negotiate;
mod offer;
mod parse;
#[cfg(test)]
mod tests;
mod write;

pub use accept::accept;
pub use answer::answer;
pub use error::{SdpError, SyntaxError};
pub use offer::{Offer, offer};

use std::net::SocketAddr;

use crate::config::SrtpPolicy;
use crate::model::call::MediaDirection;

/// Everything a media session needs to run, as offer and answer agreed on it.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaPlan {
    /// Where RTP goes to.
    pub remote: SocketAddr,
    /// Where RTCP goes to (RFC 3605, or the next port, or `remote` when muxed).
    pub remote_rtcp: SocketAddr,
    /// RTP and RTCP share a port (RFC 5761).
    pub rtcp_mux: bool,
    /// The codec.
    pub codec: CodecPlan,
    /// telephone-event (RFC 4733), where both sides have it: at the codec's clock, or at that of
    /// telephones.
    pub telephone_event: Option<EventPlan>,
    /// Which ways media flows, seen from us.
    pub direction: MediaDirection,
    /// Keys, when the media is encrypted.
    pub srtp: Option<SrtpPlan>,
}

/// A codec with the payload types both sides chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecPlan {
    /// Which codec.
    pub codec: Codec,
    /// The payload type we send.
    pub send_payload_type: u8,
    /// The payload type we accept.
    pub receive_payload_type: u8,
    /// Packet length in milliseconds.
    pub ptime_ms: u32,
    /// The peer's `fmtp` for this codec, as written.
    pub remote_fmtp: String,
}

/// telephone-event with the payload types both sides chose (RFC 4733).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPlan {
    /// The payload type we send.
    pub send_payload_type: u8,
    /// The payload type we accept.
    pub receive_payload_type: u8,
    /// The clock that durations are told in, Hz.
    pub clock_rate: u32,
    /// The keys that the other side understands, a bit for each event code.
    pub remote_events: u16,
}

/// The codecs that are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// G.711 µ-law, payload type 0.
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// All of them, best first.
    pub const USUAL: [Self; 3] = [Self::Opus, Self::Pcma, Self::Pcmu];

    /// The codec of an encoding name, in any case (RFC 4855 §3).
    pub fn named(name: &str) -> Option<Self> {
        Self::USUAL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The encoding name in `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The RTP clock in Hz.
    pub fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu | Self::Pcma => 8_000,
        }
    }
}

/// Keys of SRTP, one a direction (RFC 4568).
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpPlan {
    /// The crypto suite.
    pub suite: SrtpSuite,
    /// Master key and salt of what we send.
    pub local_key: Vec<u8>,
    /// Master key and salt of what we receive.
    pub remote_key: Vec<u8>,
}

impl std::fmt::Debug for SrtpPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpPlan").field("suite", &self.suite).finish_non_exhaustive()
    }
}

/// Crypto suites of SRTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SrtpSuite {
    /// RFC 7714.
    AeadAes256Gcm,
    /// RFC 7714.
    AeadAes128Gcm,
    /// RFC 3711, RFC 4568.
    AesCm128HmacSha1_80,
    /// RFC 3711, RFC 4568.
    AesCm128HmacSha1_32,
}

/// What we can and want, for building an offer or an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalMedia {
    /// The RTP address to announce.
    pub rtp: SocketAddr,
    /// Our wish for encryption.
    pub srtp: SrtpPolicy,
    /// Whether the signalling is protected: keys are put into SDP only then (RFC 4568 §7).
    pub signalling_protected: bool,
    /// Codecs, best first.
    pub codecs: Vec<Codec>,
    /// `o=` session id; fixed for a dialog.
    pub session_id: u64,
    /// `o=` version; rises with each change.
    pub version: u64,
    /// Which ways media may flow.
    pub direction: MediaDirection,
}
