//! What the faces are told of provisioning.

use serde::Serialize;

use super::plan::{Change, Consent, Preview};
use super::wizard::Wizard;
use crate::model::id::AccountId;
use crate::model::time::Timestamp;

/// Where provisioning stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No provider set anything up.
    #[default]
    None,
    /// What a provider set up holds.
    Applied,
    /// A document waits for the user's word.
    Waiting,
}

/// `provision.status`, and the event `provisioning`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Status {
    /// Where it stands.
    pub state: State,
    /// What the provider calls itself, made safe for showing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where it helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
    /// The address that the user typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where the document is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The edition that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<u64>,
    /// When it was last asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    /// Seconds until it is asked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_in: Option<u64>,
    /// What happened last, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Box<Preview>>,
}

/// What a search, a refresh or an application came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Outcome {
    /// Here is what would change; `provision.apply` does it.
    Preview {
        /// What to show.
        preview: Box<Preview>,
    },
    /// There is no document: a form for both sides, and what DNS says of them.
    Wizard {
        /// What the form begins with.
        wizard: Box<Wizard>,
    },
    /// What holds is the newest.
    Unchanged,
    /// The document is older than the one that holds, and was ignored.
    Older {
        /// Its edition.
        serial: u64,
        /// The edition that holds.
        applied: u64,
    },
    /// The accounts that the user typed are there.
    Added {
        /// Their identifiers.
        accounts: Vec<AccountId>,
    },
    /// It holds now.
    Applied {
        /// What changed.
        changes: Vec<Change>,
    },
}

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// What was typed is no address or link.
    Input,
    /// A link is to be confirmed, its host by name.
    ConfirmLink,
    /// A host asks for the password that is not of the address's domain.
    ConfirmHost,
    /// A password is asked for.
    PasswordNeeded,
    /// The password was refused.
    WrongPassword,
    /// The user has to agree to something.
    ConsentNeeded,
    /// No way there, or no answer.
    Network,
    /// A certificate that does not fit.
    Certificate,
    /// An answer or a document that cannot be used.
    Malformed,
    /// A redirect that is not followed, or a way to sign in that is not gone.
    Unsafe,
    /// Nothing waits, or nothing is set up.
    Nothing,
    /// The secret store does not keep the password.
    Secrets,
    /// A file of ours.
    Local,
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{text}")]
pub struct ProvisionError {
    /// What stood in the way.
    pub problem: Problem,
    /// In words.
    pub text: String,
    /// Whom it is about.
    pub host: Option<String>,
    /// What the user has to agree to.
    pub consents: Vec<Consent>,
    /// The field that is wrong, such as `chat.address`.
    pub field: Option<&'static str>,
}

impl ProvisionError {
    /// A problem in words.
    pub fn new(problem: Problem, text: impl Into<String>) -> Self {
        Self { problem, text: text.into(), host: None, consents: Vec::new(), field: None }
    }

    /// The same, about a host.
    pub fn at(self, host: impl Into<String>) -> Self {
        Self { host: Some(host.into()), ..self }
    }

    /// Whether the user's word is all that is missing.
    pub fn is_question(&self) -> bool {
        matches!(self.problem, Problem::ConfirmLink | Problem::ConfirmHost | Problem::ConsentNeeded)
    }
}
