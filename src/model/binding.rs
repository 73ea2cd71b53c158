//! What ties an address of telephony to a person, and how sure that is (CUSAX C25, C45).

use serde::{Deserialize, Serialize};

use super::contact::NumberSource;
use super::time::Timestamp;

/// How an address is tied to a person. The surer is the greater.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum BindingState {
    /// A reachability hint names it (XEP-0152): good to try, proves nothing (C24).
    Hinted,
    /// A caller says so; nothing confirms it (C38).
    #[default]
    Claimed,
    /// The person's card names it, and so did another's when it was last seen: whose it is now
    /// is not known.
    Changed,
    /// The person's card names it.
    OneWay,
    /// The card names it, and a call from it named the person's chat address.
    Mutual,
    /// A trusted directory says so (C28).
    Directory,
    /// The user's own address book says so, which wins over everything else (C27).
    Book,
}

impl BindingState {
    /// What a source of numbers says by itself.
    pub fn of(source: NumberSource) -> Self {
        match source {
            NumberSource::VcardTemp | NumberSource::Vcard4 => Self::OneWay,
            NumberSource::Reachability => Self::Hinted,
            NumberSource::AddressBook => Self::Book,
            NumberSource::Directory => Self::Directory,
        }
    }

    /// Whether it earns a name, a photo and a place in the person's history.
    pub fn is_confirmed(self) -> bool {
        self >= Self::OneWay
    }
}

/// The evidence for a binding: what was compared, from where, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How sure it is.
    pub state: BindingState,
    /// The address that was compared, in the form in which addresses are.
    pub address: String,
    /// Where the person's address was read; `None` where only the caller says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<NumberSource>,
    /// Since when the source is known to name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whose it was when it was last seen: their chat address. Only of [`BindingState::Changed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Proof {
    /// "Why this name?" in words (C45). `name` is what the person is called here, `jid` their
    /// chat address, if they have one.
    pub fn why(&self, name: &str, jid: Option<&str>) -> String {
        let card = format!("Verified by {name}'s contact card: it names exactly this address");
        match self.state {
            BindingState::OneWay => format!("{card}."),
            BindingState::Mutual => {
                let jid = jid.unwrap_or(name);
                format!("{card}, and calls from it name {jid}.")
            }
            BindingState::Directory => {
                format!("Verified by the directory: it names this address as {name}'s.")
            }
            BindingState::Book => {
                format!("Verified by your address book: it names this address as {name}'s.")
            }
            BindingState::Changed => {
                let before = self.before.as_deref().unwrap_or("somebody else");
                format!(
                    "{name}'s contact card names this address, which was {before}'s when it was \
                     last seen. Not verified."
                )
            }
            BindingState::Hinted => {
                format!("{name} says to be reached at this address for now. Not verified.")
            }
            BindingState::Claimed => {
                format!("The caller says it is {}. Not verified.", jid.unwrap_or(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_else_confirms_earns_a_name() {
        use BindingState::{Book, Changed, Claimed, Directory, Hinted, Mutual, OneWay};
        for state in [Hinted, Claimed, Changed] {
            assert!(!state.is_confirmed(), "{state:?}");
        }
        for pair in [OneWay, Mutual, Directory, Book].windows(2) {
            assert!(pair[0].is_confirmed() && pair[0] < pair[1], "{pair:?}");
        }
    }

    #[test]
    fn each_state_has_its_own_words() {
        let words: std::collections::BTreeSet<String> = [
            BindingState::Hinted,
            BindingState::Claimed,
            BindingState::Changed,
            BindingState::OneWay,
            BindingState::Mutual,
            BindingState::Directory,
            BindingState::Book,
        ]
        .into_iter()
        .map(|state| {
            let address = "sip:bob@cusax.test".to_owned();
            let proof = Proof { state, address, source: None, since: None, before: None };
            let why = proof.why("Bob", Some("bob@cusax.test"));
            assert_eq!(why.starts_with("Verified"), state.is_confirmed(), "{why}");
            why
        })
        .collect();
        assert_eq!(words.len(), 7);
    }
}
