//! Which protocol, and which account, a feature goes over (CUSAX C5, C6, C9).

use serde::{Deserialize, Serialize};

use super::id::AccountId;

/// Something that people do with each other. The names are the provisioning document's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feature {
    /// Text messages between two.
    Chat,
    /// Rooms.
    Groupchat,
    /// Who is there.
    Presence,
    /// Files.
    Files,
    /// Calls.
    Audio,
    /// Video calls.
    Video,
    /// Conferences.
    Conference,
    /// A shared screen.
    Screen,
}

impl Feature {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Chat,
        Self::Groupchat,
        Self::Presence,
        Self::Files,
        Self::Audio,
        Self::Video,
        Self::Conference,
        Self::Screen,
    ];

    /// The protocol that it goes over where nobody says otherwise (C6).
    pub fn usual(self) -> Protocol {
        match self {
            Self::Chat | Self::Groupchat | Self::Presence | Self::Files => Protocol::Xmpp,
            Self::Audio | Self::Video | Self::Conference | Self::Screen => Protocol::Sip,
        }
    }

    /// The protocols that it can go over in this version.
    pub fn ways(self) -> &'static [Protocol] {
        match self {
            Self::Chat => &[Protocol::Xmpp, Protocol::Sip],
            Self::Presence => &[Protocol::Xmpp],
            Self::Audio => &[Protocol::Sip],
            Self::Groupchat | Self::Files | Self::Video | Self::Conference | Self::Screen => &[],
        }
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// XMPP: the chat side.
    Xmpp,
    /// SIP: the telephony side.
    Sip,
}

/// Whom a rule is about; the narrowest that fits decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// One device or number of somebody: a full JID, or an address of telephony.
    Device(String),
    /// Somebody: a bare JID, or an address of telephony.
    Contact(String),
    /// Everybody of a domain.
    Domain(String),
    /// Everybody in the roster of one of the user's chat accounts.
    Account(AccountId),
}

/// "This feature with these people goes that way." In the shape of the provisioning document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// With whom; with everybody when absent.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub with: Option<Match>,
    /// What.
    pub feature: Feature,
    /// Over this protocol.
    pub protocol: Protocol,
    /// On this account of the protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DecidedBy {
    /// A rule about these people.
    Rule(Match),
    /// The user's default for everybody.
    Default,
    /// Nobody: it is usual.
    Usual,
}

/// How a feature goes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What.
    pub feature: Feature,
    /// Over this protocol.
    pub protocol: Protocol,
    /// On this account, when a rule names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What decided.
    pub by: DecidedBy,
    /// The protocols that it can go over in this version.
    pub ways: Vec<Protocol>,
    /// In words: which rule decided, and what cannot be had.
    pub why: String,
    /// A way that there is otherwise is not there, set by the provider (C4).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}
