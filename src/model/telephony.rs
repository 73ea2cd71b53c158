//! How calls are taken, as the user sets it.

use serde::{Deserialize, Serialize};

/// The user's rules for calls. In the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Telephony {
    /// Nothing rings: callers find us busy.
    pub dnd: bool,
    /// Where calls are sent on to.
    pub forward: Forward,
    /// A second call may ring while one is on; else callers find us busy.
    pub call_waiting: bool,
    /// Calls from people outside the roster (CUSAX C43).
    pub strangers: Strangers,
    /// Calls from people who hide who they are are refused (433, RFC 5079).
    pub reject_anonymous: bool,
    /// Calls that are answered by themselves.
    pub auto_answer: AutoAnswer,
    /// Calls say which chat address is ours (CUSAX C40–C42).
    pub send_chat_address: bool,
    /// While a call is on, presence says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub on_the_phone: bool,
    /// The chat side tells contacts our telephony address as one to be reached at (XEP-0152,
    /// CUSAX C26).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub publish_address: bool,
}

impl Default for Telephony {
    fn default() -> Self {
        Self {
            dnd: false,
            forward: Forward::default(),
            call_waiting: true,
            strangers: Strangers::default(),
            reject_anonymous: false,
            auto_answer: AutoAnswer::default(),
            send_chat_address: true,
            on_the_phone: false,
            publish_address: false,
        }
    }
}

/// Where calls are sent on to: SIP or tel URIs, or numbers as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forward {
    /// Always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub always: Option<String>,
    /// When we are busy, or do not want to be disturbed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy: Option<String>,
    /// When nobody answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_answer: Option<String>,
    /// How long it rings before `no_answer`, in seconds: 5–120.
    pub after_s: u32,
}

impl Default for Forward {
    fn default() -> Self {
        Self { always: None, busy: None, no_answer: None, after_s: 20 }
    }
}

/// What becomes of calls from people outside the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strangers {
    /// They ring.
    #[default]
    Accept,
    /// They are shown, without a ring tone.
    Ask,
    /// They are refused (603) and kept in the history.
    Refuse,
}

/// Which calls are answered by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoAnswer {
    /// None.
    #[default]
    Off,
    /// Those of contacts, once proven, while no other call is on.
    Contacts,
}
