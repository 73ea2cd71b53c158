//! Messages, and the timeline they share with calls.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

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

impl MessageState {
    /// Whether a message in the state `old` moves on to this one: never back (a late `sent`
    /// after `delivered`), and a refusal does not undo a delivery.
    pub fn follows(self, old: Option<Self>) -> bool {
        let arrived = matches!(old, Some(Self::Delivered | Self::Displayed));
        old.is_none_or(|old| old < self) && !(arrived && self == Self::Failed)
    }
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
    /// The call. There are many messages for each: it takes room only where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<Call>>,
}

/// What is remembered of an entry that only the store has: enough to know it again, and how
/// far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    id: u64,
    said: u64,
    /// Message or call.
    pub kind: EntryKind,
    /// Who began.
    pub direction: Direction,
    /// When it was sent, or when the call began.
    pub at: Timestamp,
    /// How far an outgoing message has come.
    pub state: Option<MessageState>,
}

impl Trace {
    /// Of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self {
            id: Self::name(&entry.id),
            said: digest(entry.body.as_deref().unwrap_or_default()),
            kind: entry.kind,
            direction: entry.direction,
            at: entry.at,
            state: entry.state,
        }
    }

    /// What those of an identifier are told by: made once to look through many.
    pub fn name(id: &str) -> u64 {
        digest(id)
    }

    /// Whether it is of the entry of this name.
    pub fn is(&self, name: u64, direction: Direction) -> bool {
        self.direction == direction && self.id == name
    }

    /// Whether that entry says this.
    pub fn says(&self, body: &str) -> bool {
        self.said == digest(body)
    }
}

/// Whoever finds two texts of one digest hides the second from their own conversation.
fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
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
