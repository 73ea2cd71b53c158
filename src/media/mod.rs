//! Sound. One session a call: `session` is the shell that owns the RTP sockets and its
//! threads; jitter buffer, statistics and RTP bookkeeping are pure; codecs and devices stand
//! at the edges behind small traits.

pub mod codec;
pub mod device;
pub mod dtmf;
mod frame;
pub mod g711;
pub mod jitter;
pub mod latch;
pub mod meter;
mod receiver;
mod resample;
pub mod rtcp;
pub mod rtp;
mod sender;
pub mod session;
pub mod side;
pub mod srtp;
pub mod stats;
pub mod stretch;
pub mod tone;

pub use device::{Devices, devices};
pub use frame::{FRAME, Frame, SAMPLE_RATE};
pub use session::{SessionHandle, spawn};

use std::net::{IpAddr, SocketAddr};

use crate::config::Audio;
use crate::model::call::CallStats;
use crate::sdp::MediaPlan;

/// What the core asks of a call's media session.
#[derive(Clone, PartialEq)]
pub enum MediaCommand {
    /// Open the devices, bind RTP and RTCP sockets on this address; a `Prepared` event follows.
    Prepare {
        /// The local address towards the proxy.
        local: IpAddr,
        /// Devices or files.
        audio: Audio,
    },
    /// Begin, or go on with a changed plan.
    Run(Box<MediaPlan>),
    /// Use these devices from now on. They are opened aside, so that the sound goes on
    /// meanwhile; where one cannot be had, the one before stays, and a `Device` event says so.
    Use(Audio),
    /// Send silence instead of the microphone.
    Mute(bool),
    /// Send these DTMF digits (0–9, *, #, A–D) one after the other as telephone-events
    /// (RFC 4733), 100 ms each; at most 64 wait. Dropped where the plan has none, or where its
    /// direction does not let us send.
    Digits(String),
    /// Bind new sockets on this address, ours having changed; a `Prepared` event follows. What
    /// runs goes on with the new ones. When the address cannot be used, all stays as it was and
    /// no event follows.
    Rebind(IpAddr),
    /// Stop, close the devices, complete the recording.
    Stop,
}

/// What a media session tells the core.
#[derive(Clone, PartialEq)]
pub enum MediaEvent {
    /// Sockets are bound; the RTP port (RTCP is the next, or muxed).
    Prepared(SocketAddr),
    /// Figures, about once a second.
    Stats(CallStats),
    /// The other side pressed a key (RFC 4733); once for each, 50 in a second at most.
    Digit(char),
    /// Nothing came for 20 s, neither sound nor reports, though the plan lets the other side
    /// send: told once. `false` when something comes again or nothing is expected any more.
    Silent(bool),
    /// A sound device went away during the call, or all are there again. The call goes on;
    /// lost devices are opened again when they can be.
    Device {
        /// One is missing.
        gone: bool,
        /// What happened, in a sentence.
        text: String,
    },
    /// The devices could not be opened or the sockets failed: the call cannot have sound.
    Failed(MediaError),
    /// Everything is closed and files are complete.
    Stopped,
}

// By hand: digits are often secrets, and must not enter a log.
impl std::fmt::Debug for MediaCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prepare { local, audio } => {
                f.debug_struct("Prepare").field("local", local).field("audio", audio).finish()
            }
            Self::Run(plan) => f.debug_tuple("Run").field(plan).finish(),
            Self::Use(audio) => f.debug_tuple("Use").field(audio).finish(),
            Self::Mute(on) => f.debug_tuple("Mute").field(on).finish(),
            Self::Digits(_) => f.write_str("Digits"),
            Self::Rebind(local) => f.debug_tuple("Rebind").field(local).finish(),
            Self::Stop => f.write_str("Stop"),
        }
    }
}

impl std::fmt::Debug for MediaEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prepared(address) => f.debug_tuple("Prepared").field(address).finish(),
            Self::Stats(stats) => f.debug_tuple("Stats").field(stats).finish(),
            Self::Digit(_) => f.write_str("Digit"),
            Self::Silent(on) => f.debug_tuple("Silent").field(on).finish(),
            Self::Device { gone, text } => {
                f.debug_struct("Device").field("gone", gone).field("text", text).finish()
            }
            Self::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
            Self::Stopped => f.write_str("Stopped"),
        }
    }
}

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// No microphone or loudspeaker: what is missing, in a sentence.
    #[error("{0}")]
    Device(String),
    /// The sound file could not be read or written.
    #[error("The sound file cannot be used: {0}")]
    File(String),
    /// No socket.
    #[error("No network port for the call: {0}")]
    Socket(String),
    /// The codec failed.
    #[error("The codec failed: {0}")]
    Codec(String),
    /// The keys were refused.
    #[error("The call's encryption failed: {0}")]
    Srtp(String),
}

impl MediaError {
    /// A device that is there but does not do.
    fn unusable(why: impl std::fmt::Display) -> Self {
        Self::Device(format!("The sound device cannot be used: {why}"))
    }

    /// Another program has it for itself.
    #[cfg(feature = "audio")]
    fn in_use() -> Self {
        let text = "Another program has the sound device. Close that program, then try again.";
        Self::Device(text.to_owned())
    }

    /// The system keeps it from us.
    #[cfg(feature = "audio")]
    fn denied() -> Self {
        let text = "The system does not let Dovetail use the sound device. Allow it in the \
                    system's privacy settings, then try again.";
        Self::Device(text.to_owned())
    }
}
