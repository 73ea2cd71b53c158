//! Sound. One session a call: `session` is the shell that owns the RTP sockets and its
//! threads; jitter buffer, statistics and RTP bookkeeping are pure; codecs and devices stand
//! at the edges behind small traits.

pub mod codec;
pub mod device;
mod frame;
pub mod g711;
pub mod jitter;
pub mod latch;
mod receiver;
mod resample;
pub mod rtcp;
pub mod rtp;
mod sender;
pub mod session;
pub mod srtp;
pub mod stats;
pub mod stretch;

pub use device::{Devices, devices};
pub use frame::{FRAME, Frame, SAMPLE_RATE};
pub use session::{SessionHandle, spawn};

use std::net::{IpAddr, SocketAddr};

use crate::config::Audio;
use crate::model::call::CallStats;
use crate::sdp::MediaPlan;

/// What the core asks of a call's media session.
#[derive(Debug, Clone, PartialEq)]
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
    /// Send silence instead of the microphone.
    Mute(bool),
    /// Send these DTMF digits one after the other as telephone-events (RFC 4733); dropped where
    /// the plan has none.
    Digits(String),
    /// Bind new sockets on this address, ours having changed; a `Prepared` event follows. What
    /// runs goes on with the new ones.
    Rebind(IpAddr),
    /// Stop, close the devices, complete the recording.
    Stop,
}

/// What a media session tells the core.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEvent {
    /// Sockets are bound; the RTP port (RTCP is the next, or muxed).
    Prepared(SocketAddr),
    /// Figures, about once a second.
    Stats(CallStats),
    /// The other side pressed a key (RFC 4733).
    Digit(char),
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
}
