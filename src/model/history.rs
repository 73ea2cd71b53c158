//! Parts of the history, and what was done with them.

use serde::Serialize;

use super::BareJid;
use super::message::Entry;
use super::time::Timestamp;

/// A part of the history: where nothing is said, all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// With whom, in the spellings it can be filed under; everybody when empty.
    pub with: Vec<String>,
    /// Only what is older than this moment.
    pub before: Option<Timestamp>,
}

impl Scope {
    /// The history with one address: a JID, or the URI of somebody unknown.
    pub fn with(address: &str) -> Self {
        let bare = address.strip_prefix("xmpp:").unwrap_or(address);
        let mut with = vec![address.to_owned()];
        if let Ok(jid) = BareJid::new(bare)
            && !bare.contains(':')
            && jid.as_str() != address
        {
            with.push(jid.as_str().to_owned());
        }
        Self { with, before: None }
    }

    /// Whether a conversation is in it, at least in part.
    pub fn is_with(&self, with: &str) -> bool {
        self.with.is_empty() || self.with.iter().any(|one| one == with)
    }

    /// Whether an entry is in it.
    pub fn has(&self, entry: &Entry) -> bool {
        self.is_with(&entry.with) && self.before.is_none_or(|before| entry.at < before)
    }
}

/// What was deleted of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Deleted {
    /// Entries that are gone.
    pub deleted: u64,
    /// Messages that wait to be sent, and stay for that.
    pub waiting: u64,
}

/// How much there is of a part of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Entries that a deletion would delete.
    pub entries: u64,
    /// Messages that wait to be sent, and would stay for that.
    pub waiting: u64,
    /// When the oldest of all these was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// How large the whole history's file is, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_meant_in_every_spelling() {
        let scope = Scope::with("xmpp:Bob@CUSAX.test");
        assert!(scope.is_with("bob@cusax.test") && !scope.is_with("eve@cusax.test"));
        assert_eq!(Scope::with("sip:+1@x.test;user=phone").with.len(), 1);
        assert!(Scope::default().is_with("anybody"));
    }
}
