//! What a SIP account tells the core.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::BareJid;
use crate::model::account::{Mailbox, Security};
use crate::model::call::{EndReason, TransferState};
use crate::model::fault::Fault;
use crate::model::id::{CallId, MessageId};

/// What a SIP account tells the core.
#[derive(Debug, Clone, PartialEq)]
pub enum SipEvent {
    /// Registration changed.
    Registration(Registration),
    /// A call comes in. 180 was sent already.
    Incoming(IncomingCall),
    /// A call went on.
    Call(CallId, CallEvent),
    /// What waits in the account's mailbox (RFC 3842).
    Mailbox(Mailbox),
    /// The account's own provider wants its document asked for again (`Event: check-sync`).
    CheckSync,
    /// An instant message came, and was answered 200.
    Message(IncomingMessage),
    /// How far an instant message of ours has come.
    MessageState {
        /// Which.
        id: MessageId,
        /// It was taken (`Ok`), or why not.
        sent: Result<(), Fault>,
    },
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
    /// Unregistered on our wish, for now or for good.
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
    /// The host in From is the address that the account's own proxy sent it from: one that
    /// ends calls and begins them anew, as Asterisk does, says so of who is on the other side.
    pub from_proxy: bool,
    /// The From display name: a claim; bounded, control characters removed.
    pub from_display: Option<String>,
    /// P-Asserted-Identity URIs, only when they came from the account's own proxy over its
    /// verified flow (RFC 3325).
    pub asserted: Vec<String>,
    /// `xmpp:` addresses of Call-Info with purpose impp: hints, in order, at most 8.
    pub impp: Vec<BareJid>,
    /// The SDP offer; `None` for a delayed offer.
    pub offer: Option<Vec<u8>>,
    /// The caller hides who they are (RFC 3323): an anonymous From, or `Privacy: id`.
    pub anonymous: bool,
    /// The call of ours, answered before, that this one is to replace (RFC 3891). It came by
    /// our own proxy and named that call's dialog rightly.
    pub replaces: Option<CallId>,
    /// Who sent the caller here (Referred-By, RFC 3892): a claim, made safe for showing.
    pub referred_by: Option<String>,
    /// Who forwarded the call to us (Diversion, RFC 5806; History-Info, RFC 7044): a claim of
    /// the network, only by our own proxy, made safe for showing.
    pub forwarded_by: Option<String>,
}

/// An instant message that came by the account's own proxy (RFC 3428).
#[derive(Clone, PartialEq)]
pub struct IncomingMessage {
    /// The From URI, as in [`IncomingCall::from`].
    pub from: String,
    /// P-Asserted-Identity, as in [`IncomingCall::asserted`].
    pub asserted: Vec<String>,
    /// The text.
    pub body: String,
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
    /// What the service says of the call, in a response to our INVITE that came by our own
    /// proxy (Warning, RFC 3261 §20.43; Reason, RFC 3326); made safe for showing.
    Told(String),
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
    /// Our `Reoffer` was answered: the session is as the answer says.
    Reanswered {
        /// The answer.
        sdp: Vec<u8>,
    },
    /// Our `Reoffer` was refused: the session stays as it was.
    ReofferFailed {
        /// SIP status.
        code: u16,
        /// The reason phrase or Warning text, made safe for showing.
        text: String,
    },
    /// Our `Reoffer` crossed one of theirs (491) and is void; now is the time for a new one, if
    /// it is still wanted (RFC 3261 §14.1).
    ReofferAgain,
    /// 3xx: the other side is to be found elsewhere. `SipCommand::Follow` or `Hangup` is due.
    Redirected {
        /// `sip:`, `sips:` and `tel:` URIs, best first, at most 8.
        targets: Vec<String>,
    },
    /// The other side asks us to call somebody else (REFER). An `Invite` with this call as its
    /// `referral`, or `RefuseReferral`, is due.
    Referral {
        /// The `sip:`, `sips:` or `tel:` URI it wants called.
        to: String,
        /// The new call takes over one that it has there (attended).
        attended: bool,
    },
    /// How the transfer that we asked for goes.
    Transfer(TransferState),
    /// A DTMF digit came as INFO.
    Digit(char),
    /// The other side offers a changed session; `SipCommand::AnswerReoffer` is due.
    Reoffer {
        /// The offer; `None` asks for ours.
        sdp: Option<Vec<u8>>,
    },
    /// The call is over.
    Ended(EndReason),
}

/// Without the text: it is nobody's business in a log.
impl std::fmt::Debug for IncomingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IncomingMessage").field("from", &self.from).finish_non_exhaustive()
    }
}
