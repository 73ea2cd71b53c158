//! What the core asks of a SIP account.

use crate::model::BareJid;
use crate::model::id::{CallId, MessageId};
use crate::model::security::Guard;

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
        /// The related chat address, so that the caller can chat back (CUSAX C42).
        impp: Option<BareJid>,
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
    /// Offer a changed session: hold, resume, a new address. `CallEvent::Reanswered`,
    /// `ReofferFailed` or `ReofferAgain` follows.
    Reoffer {
        /// Which.
        call: CallId,
        /// The whole offer, its version one higher (RFC 3264 §8).
        sdp: Vec<u8>,
    },
    /// Ask the other side to call somebody else instead (REFER, RFC 3515);
    /// `CallEvent::Transfer` tells how it goes.
    Refer {
        /// The call to transfer.
        call: CallId,
        /// To whom.
        to: ReferTo,
    },
    /// The user does not want what `CallEvent::Referral` asks for. Consent is an `Invite` that
    /// names the call as its `referral`.
    RefuseReferral {
        /// The call whose other side asks.
        call: CallId,
    },
    /// Call one of the targets of a `CallEvent::Redirected`.
    Follow {
        /// Which.
        call: CallId,
        /// One of the targets.
        target: String,
        /// What is called for it: the target as it was judged, without parameters that lead
        /// elsewhere than it says; a number by way of the provider.
        dial_as: String,
    },
    /// Send an incoming call elsewhere: 302 with this URI.
    Redirect {
        /// Which.
        call: CallId,
        /// A SIP or tel URI.
        to: String,
    },
    /// Send a DTMF digit as INFO (`application/dtmf-relay`), for a peer that has no
    /// telephone-event.
    Digit {
        /// Which.
        call: CallId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
    },
    /// Send an instant message (RFC 3428); `SipEvent::MessageState` follows.
    Message(OutgoingMessage),
    /// Take part in instant messages from now on, or no more: what `SipAccount::chat` was at
    /// first (CUSAX C8, C10).
    SetChat(bool),
    /// What the user said about the least that the account is to have: for connections and
    /// challenges from now on.
    Guard(Box<Guard>),
    /// End calls, unregister, close the connections, and wait for `Connect`;
    /// `Registration::Closed` is told within about two seconds. Does nothing while that is so
    /// already.
    Disconnect,
    /// Register now: after a `Disconnect`, and instead of waiting for the next attempt. Does
    /// nothing for an account that is registered or about to be.
    Connect,
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
    /// Hide who calls (RFC 3323, RFC 3325): nothing in the INVITE names us (C41).
    pub anonymous: bool,
    /// The call whose other side asked for this one (`CallEvent::Referral`): the INVITE carries
    /// the Replaces and Referred-By it gave, and it is told how the INVITE goes.
    pub referral: Option<CallId>,
}

/// Whom a call is transferred to.
#[derive(Debug, Clone, PartialEq)]
pub enum ReferTo {
    /// A `sip:`, `sips:` or `tel:` URI: blind.
    Uri(String),
    /// The other side of this call of the same account, which the new one replaces (RFC 3891):
    /// attended.
    Call(CallId),
}

/// An instant message to send.
#[derive(Clone, PartialEq)]
pub struct OutgoingMessage {
    /// Its identifier, chosen by the core.
    pub id: MessageId,
    /// A `sip:` or `sips:` URI.
    pub to: String,
    /// The text.
    pub body: String,
}

/// Without the text: it is nobody's business in a log.
impl std::fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingMessage").field("id", &self.id).finish_non_exhaustive()
    }
}
