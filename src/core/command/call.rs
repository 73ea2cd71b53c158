//! What a face asks of calls.

use crate::model::id::{AccountId, CallId};

/// `call`, `call.*`, `calls`. Its `Debug` shows neither digits, which are often secrets, nor words
/// for the other side.
#[derive(Clone, PartialEq)]
pub enum CallCommand {
    /// `call`
    Place {
        /// A JID of the roster, a SIP or tel URI, or a number as typed.
        to: String,
        /// On this account.
        account: Option<AccountId>,
        /// The user has seen the cues and goes ahead.
        confirm: bool,
        /// With `confirm`: they do not want to be asked about this class of calls any more.
        remember: bool,
        /// A link or a number in a message, a web page or another program wants this call.
        linked: bool,
        /// Hide who calls.
        anonymous: bool,
    },
    /// `call.prepare`: what to know before a call that somebody else asks for, or that the person
    /// may have clicked on without seeing what it costs. Nothing is called; the answer is always a
    /// question or a refusal.
    Prepare {
        /// As for `Place`.
        to: String,
        /// On this account.
        account: Option<AccountId>,
        /// As for `Place`.
        linked: bool,
    },
    /// `call.answer`
    Answer(CallId),
    /// `call.decline`
    Decline {
        /// Which.
        call: CallId,
        /// Words for the verified contact, sent over chat.
        message: Option<String>,
    },
    /// `call.hangup`
    Hangup(CallId),
    /// `call.mute`
    Mute {
        /// Which.
        call: CallId,
        /// Mute or unmute.
        on: bool,
    },
    /// `call.hold`
    Hold(CallId),
    /// `call.resume`; another call that is on is held first.
    Resume(CallId),
    /// `call.dtmf`
    Digits {
        /// Which.
        call: CallId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digits: String,
    },
    /// `call.transfer`
    Transfer {
        /// Which.
        call: CallId,
        /// To whom.
        to: TransferTo,
        /// The user has seen the cues and goes ahead.
        confirm: bool,
    },
    /// `call.consent`: the user's word on `Call::ask`.
    Consent {
        /// Which.
        call: CallId,
        /// Go ahead, or refuse.
        accept: bool,
    },
    /// `calls`
    List,
}

impl std::fmt::Debug for CallCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, call) = match self {
            Self::Place { to, .. } => return f.debug_tuple("Place").field(to).finish(),
            Self::Prepare { to, .. } => return f.debug_tuple("Prepare").field(to).finish(),
            Self::List => return f.write_str("List"),
            Self::Answer(call) => ("Answer", call),
            Self::Decline { call, .. } => ("Decline", call),
            Self::Hangup(call) => ("Hangup", call),
            Self::Mute { call, .. } => ("Mute", call),
            Self::Hold(call) => ("Hold", call),
            Self::Resume(call) => ("Resume", call),
            Self::Digits { call, .. } => ("Digits", call),
            Self::Transfer { call, .. } => ("Transfer", call),
            Self::Consent { call, .. } => ("Consent", call),
        };
        f.debug_tuple(name).field(call).finish()
    }
}

/// Whom a call is transferred to.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferTo {
    /// Blind: a JID of the roster, a SIP or tel URI, or a number as typed.
    Address(String),
    /// Attended: the other side of this call.
    Call(CallId),
}
