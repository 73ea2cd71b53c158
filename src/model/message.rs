//! Messages, and the timeline they share with calls.

use serde::{Deserialize, Serialize};

use super::call::{Call, Direction};
use super::party::Party;
use super::time::Timestamp;

/// How far an outgoing message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// Waits for a connection.
    Queued,
    /// Our server has it (XEP-0198 acknowledgement).
    Sent,
    /// The contact's client has it (XEP-0184).
    Delivered,
    /// The contact has seen it (XEP-0333).
    Displayed,
    /// It was refused.
    Failed,
}

/// Typing notifications (XEP-0085).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatState {
    /// Attends to the conversation.
    Active,
    /// Types.
    Composing,
    /// Stopped typing.
    Paused,
    /// Looked away.
    Inactive,
    /// Left.
    Gone,
}

/// What an entry of the timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A message.
    Message,
    /// A call that has ended.
    Call,
}

/// One entry of the timeline with a contact, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The message's or the call's identifier.
    pub id: String,
    /// Message or call.
    pub kind: EntryKind,
    /// With whom. A call with somebody unknown is filed under its SIP or tel URI.
    pub with: String,
    /// Who began.
    pub direction: Direction,
    /// When it was sent, or when the call began.
    pub at: Timestamp,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How far an outgoing message has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<MessageState>,
    /// Why it was refused, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}

/// The conversation with one person, its newest entries last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// With whom.
    pub with: Party,
    /// The newest entries, oldest of them first.
    pub entries: Vec<std::sync::Arc<Entry>>,
    /// Messages not yet looked at.
    pub unread: u32,
}
