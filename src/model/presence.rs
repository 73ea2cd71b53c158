//! Presence (RFC 6121 §4).

use serde::{Deserialize, Serialize};

/// Availability, in the words of the JSON-RPC face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Eager to chat.
    Chat,
    /// Available.
    Online,
    /// Away for a short while.
    Away,
    /// Away for long.
    Xa,
    /// Do not disturb.
    Dnd,
    /// Not available.
    #[default]
    Offline,
}

/// A contact's presence over all their resources: the show and status of the most
/// available one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Presence {
    /// Availability.
    pub show: Show,
    /// The status text; empty when none is set.
    pub status: String,
    /// The resources that are available, in the order of their priority.
    pub resources: Vec<String>,
}
