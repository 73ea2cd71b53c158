//! A person in the roster, with all that is known to reach them.

use serde::{Deserialize, Serialize, Serializer};

use super::BareJid;
use super::binding::BindingState;
use super::id::AccountId;
use super::message::ChatState;
use super::presence::Presence;
use super::time::Timestamp;
use super::vcard::Photo;

/// The state of presence subscription (RFC 6121 §2.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subscription {
    /// Neither sees the other.
    #[default]
    None,
    /// We see the contact.
    To,
    /// The contact sees us.
    From,
    /// Both.
    Both,
}

/// Where a number was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberSource {
    /// The contact's vcard-temp (XEP-0054).
    VcardTemp,
    /// The contact's vCard4 over PEP (XEP-0292).
    Vcard4,
    /// A reachability hint (XEP-0152).
    Reachability,
    /// The user's own address book.
    AddressBook,
    /// A directory that the user or the provider trusts.
    Directory,
}

/// One way to call a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Number {
    /// What is dialled: a `sip:`, `sips:` or `tel:` URI.
    pub uri: String,
    /// The number as its owner wrote it.
    pub display: String,
    /// vCard types in lower case (`work`, `voice`, `video`, …).
    pub types: Vec<String>,
    /// Where it was learned.
    pub source: NumberSource,
    /// Whether the address is bound to the contact (CUSAX C25): `binding` is confirmed.
    pub verified: bool,
    /// How it is bound; `contact.evidence` tells.
    #[serde(skip)]
    pub binding: BindingState,
    /// Since when the source is known to name it.
    #[serde(skip)]
    pub since: Option<Timestamp>,
    /// Whose it was when it was last seen, where that is not the contact.
    #[serde(skip)]
    pub before: Option<String>,
}

impl Number {
    /// A number, bound as its source says by itself.
    pub fn new(uri: String, display: String, types: Vec<String>, source: NumberSource) -> Self {
        let binding = BindingState::of(source);
        let verified = binding.is_confirmed();
        Self { uri, display, types, source, verified, binding, since: None, before: None }
    }
}

/// What can be done with a contact right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Can {
    /// Send a message.
    pub chat: bool,
    /// Call.
    pub audio: bool,
    /// Call with video.
    pub video: bool,
}

/// One roster entry, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact {
    /// The XMPP account whose roster holds it.
    pub account: AccountId,
    /// The contact's address.
    #[serde(serialize_with = "jid_as_text")]
    pub jid: BareJid,
    /// The name in the roster, else the vCard's, else the address's local part.
    pub name: String,
    /// Roster groups.
    pub groups: Vec<String>,
    /// Presence subscription.
    pub subscription: Subscription,
    /// A request to see our presence waits for `contact.accept` or `contact.deny`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// Presence.
    pub presence: Presence,
    /// Numbers, best first.
    pub numbers: Vec<Number>,
    /// What can be done now.
    pub can: Can,
    /// What the contact's typing indicator says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_state: Option<ChatState>,
    /// Messages not yet looked at.
    pub unread: u32,
    /// The photo on the contact's own card, for the window.
    #[serde(skip)]
    pub photo: Option<Photo>,
}

/// Writes a JID as the network spells it.
pub(crate) fn jid_as_text<S: Serializer>(jid: &BareJid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(jid)
}
