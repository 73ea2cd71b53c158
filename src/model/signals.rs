//! What others are told of our reading and writing.

use serde::{Deserialize, Serialize};

/// What is sent to those who may see our presence; none of it changes what they send us. In the
/// shape of the JSON-RPC face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signals {
    /// That a message has come (XEP-0184).
    pub delivered: bool,
    /// That it was looked at (XEP-0333).
    pub displayed: bool,
    /// That we write (XEP-0085).
    pub typing: bool,
}

impl Default for Signals {
    fn default() -> Self {
        Self { delivered: true, displayed: true, typing: true }
    }
}

/// A change of them; what is not named stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignalsPatch {
    /// That a message has come.
    pub delivered: Option<bool>,
    /// That it was looked at.
    pub displayed: Option<bool>,
    /// That we write.
    pub typing: Option<bool>,
}

impl Signals {
    /// The same, changed.
    pub fn with(self, patch: SignalsPatch) -> Self {
        Self {
            delivered: patch.delivered.unwrap_or(self.delivered),
            displayed: patch.displayed.unwrap_or(self.displayed),
            typing: patch.typing.unwrap_or(self.typing),
        }
    }
}
