//! With whom a conversation is.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::BareJid;
use super::address::{AddressError, Aor};

/// With whom a conversation is: somebody on the chat side, or an address of telephony that
/// messages go to over SIP (RFC 3428, CUSAX C10).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A chat address.
    Jid(BareJid),
    /// An address of telephony.
    Sip(Aor),
}

/// The text is neither a chat address nor a SIP address-of-record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    /// No chat address.
    #[error("“{0}” is not a chat address")]
    Jid(String),
    /// No SIP address-of-record.
    #[error("“{0}” is not a telephony address: {1}")]
    Sip(String, AddressError),
}

impl Party {
    /// The chat address, when it is one.
    pub fn jid(&self) -> Option<&BareJid> {
        match self {
            Self::Jid(jid) => Some(jid),
            Self::Sip(_) => None,
        }
    }

    /// The address without its scheme, to show.
    pub fn shown(&self) -> String {
        let text = self.to_string();
        text.strip_prefix("sip:").map_or(text.clone(), str::to_owned)
    }
}

impl From<BareJid> for Party {
    fn from(jid: BareJid) -> Self {
        Self::Jid(jid)
    }
}

impl From<&BareJid> for Party {
    fn from(jid: &BareJid) -> Self {
        Self::Jid(jid.clone())
    }
}

impl PartialEq<BareJid> for Party {
    fn eq(&self, jid: &BareJid) -> bool {
        self.jid() == Some(jid)
    }
}

/// A bare JID, or `sip:user@host`: the `with` of the JSON-RPC face and the store.
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jid(jid) => jid.fmt(f),
            Self::Sip(aor) => aor.fmt(f),
        }
    }
}

/// Reads what [`fmt::Display`] writes; also `xmpp:` and `sips:` URIs.
impl FromStr for Party {
    type Err = PartyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_sip = text.split_once(':').is_some_and(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
        });
        if is_sip {
            let aor = Aor::parse(text).map_err(|error| PartyError::Sip(text.to_owned(), error))?;
            return Ok(Self::Sip(aor));
        }
        BareJid::new(text.strip_prefix("xmpp:").unwrap_or(text))
            .map(Self::Jid)
            .map_err(|_| PartyError::Jid(text.to_owned()))
    }
}

impl Serialize for Party {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_two_kinds_are_never_taken_for_each_other() {
        let jid: Party = "bob@cusax.test".parse().unwrap();
        let sip: Party = "sip:bob@cusax.test".parse().unwrap();
        assert_ne!(jid, sip);
        for party in [jid, sip] {
            assert_eq!(party.to_string().parse::<Party>().unwrap(), party);
            assert_eq!(party.shown(), "bob@cusax.test");
        }
    }

    #[test]
    fn other_spellings_of_the_same_address_are_read() {
        for (text, party) in [
            ("xmpp:bob@cusax.test", "bob@cusax.test"),
            ("SIP:bob@CUSAX.test;transport=tcp", "sip:bob@cusax.test"),
            ("sips:bob@cusax.test:5061", "sip:bob@cusax.test"),
        ] {
            assert_eq!(text.parse::<Party>().unwrap().to_string(), party);
        }
    }

    #[test]
    fn what_is_no_address_is_told() {
        for text in ["", "@", "sip:", "sip:cusax.test", "sip:b\r\no@x"] {
            assert!(text.parse::<Party>().is_err(), "{text:?}");
        }
    }
}
