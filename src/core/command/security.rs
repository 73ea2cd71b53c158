//! What a face asks about protection, and what it gets back (CUSAX C61–C65).

use serde::Serialize;

use crate::config::SrtpPolicy;
use crate::model::id::{AccountId, CallId};
use crate::model::security::{Fingerprint, Floor, Level, MediaLevel, Pin, Security};

/// `security`, `security.raise`, and what the user says of an account's protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityCommand {
    /// `security`
    Report,
    /// `security.raise`: make both sides secure.
    Raise,
    /// `account.trust`: this very certificate, which was refused.
    Trust {
        /// Whose server's.
        account: AccountId,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// `account.distrust`: no more.
    Distrust {
        /// Whose server's.
        account: AccountId,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// `account.accept_weaker`: connect although the server offers less.
    AcceptWeaker(AccountId),
}

/// The two sides' protection compared (CUSAX C62).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityReport {
    /// `equal` or `mismatch`.
    pub level: Parity,
    /// The mismatch in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
    /// Something can be raised, as far as is known here.
    pub can_raise: bool,
    /// What stands out.
    pub findings: Vec<Finding>,
    /// What a server cannot do that the user wants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cannot: Vec<Finding>,
    /// Every account's protection.
    pub accounts: Vec<Protection>,
    /// That of the calls that are on.
    pub calls: Vec<CallProtection>,
}

impl Default for SecurityReport {
    fn default() -> Self {
        Self {
            level: Parity::Equal,
            difference: None,
            can_raise: false,
            findings: Vec::new(),
            cannot: Vec::new(),
            accounts: Vec::new(),
            calls: Vec::new(),
        }
    }
}

/// Whether both sides are protected alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Parity {
    /// They are.
    Equal,
    /// One is weaker.
    Mismatch,
}

/// One thing to know about an account's protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which account.
    pub account: AccountId,
    /// What was found.
    pub what: String,
    /// What to do.
    pub advice: String,
}

/// What protects one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Protection {
    /// Which.
    pub account: AccountId,
    /// Where it stands on the scale of C62, while it is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The facts of its connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// Chat: how messages are protected now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<MediaLevel>,
    /// Telephony: how the sound of a call is protected at best now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<MediaLevel>,
    /// Telephony: whether calls have to be encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srtp: Option<SrtpPolicy>,
    /// The least that its connection may be, by what it had and by what the user or the provider
    /// wants.
    pub floor: Floor,
    /// The user wants it so ("make both secure").
    pub raised: bool,
    /// The certificates that the user trusts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted: Vec<Pin>,
}

/// What protects one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallProtection {
    /// Which.
    pub call: CallId,
    /// The account it runs on.
    pub account: AccountId,
    /// How its sound is protected.
    pub level: MediaLevel,
}

/// What came of `security.raise`, as far as it is known at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// What is different now, in words.
    pub changes: Vec<String>,
    /// What a server is known not to offer.
    pub cannot: Vec<Finding>,
}
