//! Whom an address belongs to.

use super::BareJid;
use super::id::BookId;

/// Somebody whose addresses are known: a contact of the roster, or a person of the user's own
/// address book who has no chat address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Person {
    /// By their chat address.
    Jid(BareJid),
    /// By their entry in the address book.
    Book(BookId),
}

impl Person {
    /// The chat address, when there is one.
    pub fn jid(&self) -> Option<&BareJid> {
        match self {
            Self::Jid(jid) => Some(jid),
            Self::Book(_) => None,
        }
    }
}

impl From<BareJid> for Person {
    fn from(jid: BareJid) -> Self {
        Self::Jid(jid)
    }
}

impl From<&BareJid> for Person {
    fn from(jid: &BareJid) -> Self {
        Self::Jid(jid.clone())
    }
}

impl PartialEq<BareJid> for Person {
    fn eq(&self, jid: &BareJid) -> bool {
        self.jid() == Some(jid)
    }
}
