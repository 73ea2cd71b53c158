//! Which chat and which telephony account are two sides of one service (CUSAX C30).

use serde::{Deserialize, Serialize};

use super::id::AccountId;

/// Two accounts that belong together. In the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The chat account.
    pub xmpp: AccountId,
    /// The telephony account.
    pub sip: AccountId,
    /// Who says so.
    pub by: RelationSource,
    /// Where one side cannot connect, the other is taken down (C13).
    #[serde(default)]
    pub both_or_none: bool,
    /// Chat connects only after telephony is registered (C14).
    #[serde(default)]
    pub chat_waits: bool,
}

impl Relation {
    /// Whether one of its sides is this account.
    pub fn has(&self, account: &AccountId) -> bool {
        self.xmpp == *account || self.sip == *account
    }

    /// Whether these are its two sides.
    pub fn is(&self, pair: &Pair) -> bool {
        self.xmpp == pair.xmpp && self.sip == pair.sip
    }
}

/// Who said that two accounts belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationSource {
    /// The configuration.
    Configuration,
    /// A provider's document.
    Provider,
    /// The user, while the program ran.
    User,
}

/// A chat and a telephony account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The chat account.
    pub xmpp: AccountId,
    /// The telephony account.
    pub sip: AccountId,
}

/// A pair that looks as if it belonged together: the user is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Which.
    #[serde(flatten)]
    pub pair: Pair,
    /// What speaks for it, in words.
    pub why: String,
}

/// What the user decided about relations; the configuration says the rest. Kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Relations {
    /// Set or changed by the user.
    pub set: Vec<Relation>,
    /// Of the configuration's, what the user took away.
    pub removed: Vec<Pair>,
    /// Proposals that the user does not want to see again.
    pub refused: Vec<Pair>,
}
