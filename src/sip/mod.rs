//! The telephony side. Protocol machines are pure: messages, time and randomness in; messages,
//! timers and events out. `actor` and `transport` own sockets, TLS, DNS and the clock.

pub mod actor;
pub mod agent;
mod body;
mod call;
mod debug;
pub mod dialog;
pub mod digest;
pub mod message;
mod registration;
pub mod resolve;
mod text;
pub mod transaction;
pub mod transport;
pub mod uri;
pub mod value;
pub mod wire;

use std::net::IpAddr;
use std::time::Duration;

use crate::model::BareJid;
use crate::model::account::Security;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::CallId;

/// What the core asks of a SIP account. Its `Debug` shows no session description: there are keys
/// in it.
#[derive(Clone, PartialEq)]
pub enum SipCommand {
    /// Send an INVITE.
    Invite(PlaceCall),
    /// Answer an incoming call with 200 and this SDP.
    Answer {
        /// Which.
        call: CallId,
        /// The answer; or the offer, when the INVITE held none.
        sdp: Vec<u8>,
    },
    /// The SDP of our answer to a delayed offer (goes out in the ACK).
    Acknowledge {
        /// Which.
        call: CallId,
        /// The answer.
        sdp: Vec<u8>,
    },
    /// Refuse an incoming call with this status (486, 603, 488, 480 …).
    Refuse {
        /// Which.
        call: CallId,
        /// The status.
        status: u16,
    },
    /// End a call in whatever state it is: CANCEL, BYE, or 603 before an answer.
    Hangup(CallId),
    /// Answer a re-INVITE or UPDATE that carried an offer (`CallEvent::Reoffer`).
    AnswerReoffer {
        /// Which.
        call: CallId,
        /// The answer, or `None` to refuse with 488 and keep the session as it was.
        sdp: Option<Vec<u8>>,
    },
    /// End calls, unregister, stop.
    Quit,
}

/// An outgoing call.
#[derive(Clone, PartialEq)]
pub struct PlaceCall {
    /// Its identifier, chosen by the core.
    pub call: CallId,
    /// The Request-URI: a `sip:`, `sips:` or `tel:` URI.
    pub target: String,
    /// The SDP offer.
    pub offer: Vec<u8>,
    /// The related chat address for `Call-Info: <xmpp:…>;purpose=impp` (CUSAX C40).
    pub impp: Option<BareJid>,
}

/// What a SIP account tells the core.
#[derive(Debug, Clone, PartialEq)]
pub enum SipEvent {
    /// Registration changed.
    Registration(Registration),
    /// A call comes in. 180 was sent already.
    Incoming(IncomingCall),
    /// A call went on.
    Call(CallId, CallEvent),
}

/// The state of the registration.
#[derive(Debug, Clone, PartialEq)]
pub enum Registration {
    /// On the way.
    Connecting,
    /// The registrar holds our binding.
    Registered {
        /// Our address as the way to the proxy has it: where media sockets are bound.
        local: IpAddr,
        /// What protects the way to the proxy.
        security: Security,
    },
    /// Not registered.
    Failed {
        /// Why.
        fault: Fault,
        /// When the next attempt comes; `None` when it needs the user.
        retry_in: Option<Duration>,
    },
    /// Unregistered on our wish.
    Closed,
}

/// A call that comes in.
#[derive(Clone, PartialEq)]
pub struct IncomingCall {
    /// Its identifier, made by the actor.
    pub call: CallId,
    /// It came by the account's own proxy. Else anybody may have written its From.
    pub by_proxy: bool,
    /// The From URI as on the wire; made unreadable as an address when it had to be cut or
    /// cleaned for showing.
    pub from: String,
    /// The From display name: a claim; bounded, control characters removed.
    pub from_display: Option<String>,
    /// P-Asserted-Identity URIs, only when they came from the account's own proxy over its
    /// verified flow (RFC 3325).
    pub asserted: Vec<String>,
    /// `xmpp:` addresses of Call-Info with purpose impp: hints, in order, at most 8.
    pub impp: Vec<BareJid>,
    /// The SDP offer; `None` for a delayed offer.
    pub offer: Option<Vec<u8>>,
}

/// What happened to a call.
#[derive(Clone, PartialEq)]
pub enum CallEvent {
    /// The other side rings (180).
    Ringing,
    /// Early media (183 or 180 with SDP): the preview of the answer.
    EarlyMedia {
        /// The SDP.
        sdp: Vec<u8>,
        /// The impp hints of the response, as in `IncomingCall::impp`.
        impp: Vec<BareJid>,
    },
    /// Our INVITE was answered; the ACK is sent.
    Answered {
        /// The answer; `None` when it came in a reliable provisional response before.
        sdp: Option<Vec<u8>>,
        /// The impp hints of the response (CUSAX C42).
        impp: Vec<BareJid>,
    },
    /// Our 200 was acknowledged, with the answer when the offer was ours.
    Confirmed {
        /// The answer in the ACK.
        sdp: Option<Vec<u8>>,
    },
    /// The other side offers a changed session; `SipCommand::AnswerReoffer` is due.
    Reoffer {
        /// The offer; `None` asks for ours.
        sdp: Option<Vec<u8>>,
    },
    /// The call is over.
    Ended(EndReason),
}
