//! Whose word an address that a call comes from is.

use crate::model::address::AddressKey;
use crate::model::person::Person;

/// An address that a call comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What it is compared by.
    pub key: AddressKey,
    /// Who says so.
    pub word: Word,
}

/// Who says that a call comes from an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The account's own provider: the address is one of its own domain, or asserted by it
    /// (RFC 3325).
    Provider,
    /// Whoever runs this host, in lower case.
    Host(String),
    /// The caller alone: a `tel:` URI in From.
    Caller,
}

impl Caller {
    /// Whether the one whose word it is can know that it is this person's.
    ///
    /// A SIP address is its host's to give, and the host is compared with it. A telephone number
    /// is no host's: anybody can write one before their own domain. Of it the user's provider
    /// knows, or who answers for the person's chat address as well, whose card is believed.
    pub fn counts_for(&self, person: &Person) -> bool {
        match (&self.key, &self.word) {
            (AddressKey::Sip(_), _) | (_, Word::Provider) => true,
            (_, Word::Host(host)) => person.jid().is_some_and(|jid| jid.domain().as_str() == host),
            (_, Word::Caller) => false,
        }
    }
}

/// An address of which the own provider says that it is there, as of one that was called.
impl From<AddressKey> for Caller {
    fn from(key: AddressKey) -> Self {
        Self { key, word: Word::Provider }
    }
}
