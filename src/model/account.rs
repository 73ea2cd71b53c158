//! An account as the faces show it.

use serde::{Serialize, Serializer};

use super::fault::Fault;
use super::feature::Feature;
use super::id::AccountId;
use super::security::{CertificateFacts, Fingerprint, Level, Weaker};
pub use super::security::{Security, TlsFacts, Transport};

/// The protocol an account speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// Chat: roster, presence, messages.
    Xmpp,
    /// Telephony: registration, calls.
    Sip,
}

impl AccountKind {
    /// The side's name for users (CUSAX C12).
    pub fn label(self) -> &'static str {
        match self {
            Self::Xmpp => "Chat",
            Self::Sip => "Telephony",
        }
    }
}

/// Where an account's connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// Not connected, by the user's wish or before the first attempt.
    Offline,
    /// On the way.
    Connecting,
    /// Signed in (XMPP) or registered (SIP).
    Online,
    /// Not connected; `reason` says why.
    Failed,
    /// Switched off in the configuration.
    Disabled,
}

/// All accounts in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Overall {
    /// Every account is online.
    Online,
    /// Some are.
    Partial,
    /// None is yet, at least one is on the way.
    Connecting,
    /// None is.
    Offline,
}

/// Why an account is not connected, for whoever acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// There is no password: the user is to give it.
    PasswordNeeded,
    /// The server refused the password: the user is to give another.
    PasswordWrong,
    /// The connection would not be safe: a certificate, no TLS, a weak sign-in.
    NotSecure,
    /// The server offers less than it did, or than it is to: the user decides.
    Weaker,
    /// The server refused for another reason.
    Refused,
    /// The server was not reached, or the connection broke.
    NotReached,
    /// Something on this computer.
    Local,
    /// The user disconnected it.
    Disconnected,
}

impl ReasonKind {
    /// The kind of a fault.
    pub fn of(fault: &Fault) -> Self {
        match fault {
            Fault::NoPassword(_) => Self::PasswordNeeded,
            Fault::WrongPassword => Self::PasswordWrong,
            Fault::Certificate(_)
            | Fault::Tls(_)
            | Fault::OldTls(_)
            | Fault::NoTls
            | Fault::NoMechanism
            | Fault::Impostor => Self::NotSecure,
            Fault::Downgraded(_) => Self::Weaker,
            Fault::Rejected(_) | Fault::Replaced | Fault::NotOffered(_) => Self::Refused,
            Fault::Local(_) => Self::Local,
            _ => Self::NotReached,
        }
    }

    /// The user is to give a password.
    pub fn wants_password(self) -> bool {
        matches!(self, Self::PasswordNeeded | Self::PasswordWrong)
    }
}

/// What an account is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Features {
    /// Text messages.
    pub chat: bool,
    /// Presence.
    pub presence: bool,
    /// Audio calls.
    pub audio: bool,
    /// Video calls.
    pub video: bool,
}

/// What waits in a telephony account's mailbox (RFC 3842).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Mailbox {
    /// There is something new.
    pub waiting: bool,
    /// New voice messages; zero as well when the server counts none.
    pub new: u32,
    /// Voice messages that were heard before.
    pub old: u32,
    /// What to call to hear them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// A certificate that was refused, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// What is wrong with it, in words.
    pub problem: String,
    /// The user may trust it all the same.
    pub can_trust: bool,
    /// Why not, where they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// The certificate that the user trusted before, and that this one is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Fingerprint>,
    /// What it says of itself.
    pub facts: CertificateFacts,
}

/// A server that offers less than it did, or than the user wants: nothing goes on without the
/// user's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What is missing, and who wants it.
    #[serde(flatten)]
    pub weaker: Weaker,
    /// The user may take it as it is.
    pub can_accept: bool,
    /// Why not, where they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// One account, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// Its protocol.
    pub kind: AccountKind,
    /// Its name for users: "Chat", "Telephony".
    pub label: String,
    /// The bare JID or the AOR.
    pub address: String,
    /// Where its connection stands.
    pub state: AccountState,
    /// Why it is not online, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What kind of reason that is, where the connection failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_kind: Option<ReasonKind>,
    /// Seconds until the next attempt, when one is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in: Option<u64>,
    /// The other half of a CUSAX relation (C30).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_to: Option<AccountId>,
    /// What protects the connection, once there is one; `null` before.
    #[serde(serialize_with = "or_null")]
    pub security: Option<Security>,
    /// Where that stands on the scale of C62, while it is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The certificate that the server was refused for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Box<Refused>>,
    /// What the server does not offer, for the user to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weaker: Option<Question>,
    /// What the account is used for.
    pub features: Features,
    /// Features that it does not have, set by the provider: the user cannot change that (C4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locked: Vec<Feature>,
    /// What waits in its mailbox, once the server told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Mailbox>,
}

fn or_null<S: Serializer>(security: &Option<Security>, serializer: S) -> Result<S::Ok, S::Error> {
    security.serialize(serializer)
}
