//! A provisioning document: bytes to a typed value, everything outside of its bounds refused,
//! the whole of it or the one account that it is about.

mod account;
mod demands;
mod reader;
mod sections;
#[cfg(test)]
pub(super) mod tests;
mod text;

use serde_json::Value;
use url::Url;

use self::reader::Reader;
use super::MEDIA_TYPE;
use super::json::{self, JsonError};
use crate::model::dialing::Dialing;
use crate::model::feature::{Feature, Rule};
use crate::model::telephony::Strangers;

pub use account::{Account, Auth, Secret, SipEntry, Srtp, XmppEntry};
pub use reader::Complaint;
pub use text::{MAX_LABEL, label};

/// The format that this version reads.
pub const FORMAT: u64 = 1;
/// The least seconds between two refreshes.
pub const MIN_REFRESH: u64 = 3_600;
/// The most: a provider is heard of once a month at least.
const MAX_REFRESH: u64 = 30 * 24 * 3_600;
/// Seconds between two refreshes where the document does not say.
const USUAL_REFRESH: u64 = 24 * 3_600;
/// The most remarks that are kept.
const MAX_REMARKS: usize = 64;

/// What a provider sets up.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Which edition of it: a lower one than the last applied is ignored.
    pub serial: u64,
    /// Who provides.
    pub service: Service,
    /// At least one.
    pub accounts: Vec<Account>,
    /// Which accounts are two sides of one service.
    pub relations: Vec<Pairing>,
    /// Which way features go, and which do not.
    pub features: Features,
    /// Further wishes.
    pub policy: Policy,
    /// How numbers are dialled, and what calls cost.
    pub dialing: Dialing,
    /// Address books: kept for a later version.
    pub directory: Vec<Url>,
    /// What was refused or ignored, in words for the user.
    pub remarks: Vec<Remark>,
    /// Members that this version does not know.
    pub unknown: Vec<String>,
}

/// Who provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name, made safe for showing.
    pub name: Option<String>,
    /// Where it helps.
    pub support: Option<Url>,
    /// Seconds until it wants to be asked again: an hour to 30 days.
    pub refresh: u64,
}

impl Default for Service {
    fn default() -> Self {
        Self { name: None, support: None, refresh: USUAL_REFRESH }
    }
}

/// A chat and a telephony account that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The chat account's id.
    pub xmpp: String,
    /// The telephony account's id.
    pub sip: String,
    /// Domains in which targets are the own service, in lower case.
    pub domains: Vec<String>,
}

/// Which way features go, and which do not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// The protocol of a feature, for everybody.
    pub defaults: Vec<Rule>,
    /// The same for some.
    pub overrides: Vec<Rule>,
    /// What accounts do not do.
    pub disable: Vec<Disable>,
}

/// A feature that an account does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disable {
    /// The account's id.
    pub account: String,
    /// Which feature.
    pub feature: Feature,
    /// The user cannot change that.
    pub lock: bool,
}

/// Further wishes; `None` where the document says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// One side is taken down with the other (CUSAX C13).
    pub both_or_none: Option<bool>,
    /// Chat connects after telephony (C14).
    pub delay_xmpp: Option<bool>,
    /// Video is for contacts that can (kept for a later version).
    pub video_gate: Option<bool>,
    /// Calls name the chat address (C40).
    pub send_call_info: Option<bool>,
    /// What becomes of calls from strangers (C43).
    pub accept_strangers: Option<Strangers>,
    /// Rooms are those of the own domain (kept for a later version).
    pub muc_same_domain: Option<bool>,
}

/// Something that was not taken as the document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What, with its path.
    pub complaint: Complaint,
    /// What follows from it.
    pub effect: Effect,
}

/// What follows from a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The account is refused; others apply.
    AccountRefused,
    /// That part is ignored.
    Ignored,
}

impl Remark {
    fn ignored(complaint: Complaint) -> Self {
        Self { complaint, effect: Effect::Ignored }
    }

    pub(super) fn refused(complaint: Complaint) -> Self {
        Self { complaint, effect: Effect::AccountRefused }
    }
}

/// In words: the path, the problem, what follows.
impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let effect = match self.effect {
            Effect::AccountRefused => "This account was left out.",
            Effect::Ignored => "It was ignored.",
        };
        write!(f, "{}. {effect}", self.complaint)
    }
}

/// Why nothing of a document is taken. What holds now stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, or out of bounds.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// Of a media type that is not read.
    #[error("it is of the type “{0}”, and not {MEDIA_TYPE}")]
    MediaType(String),
    /// Of another format.
    #[error("it is written for another version of Dovetail (format {0}); this one reads {FORMAT}")]
    Format(u64),
    /// A member that all depends on.
    #[error("{0}")]
    Member(#[from] Complaint),
    /// There is no account in it.
    #[error("the service gave no account")]
    NoAccounts,
    /// None of its accounts can be used.
    #[error("none of its accounts can be used. {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    NoneUsable(Vec<Remark>),
}

/// Whether a body of this `Content-Type` is read: a document's own type or plain JSON, in UTF-8.
///
/// # Errors
/// [`DocumentError::MediaType`]; the header is told cleaned and cut.
pub fn check_media_type(header: Option<&str>) -> Result<(), DocumentError> {
    let header = header.unwrap_or_default();
    if is_media_type(header, &[MEDIA_TYPE, "application/json"]) {
        return Ok(());
    }
    Err(DocumentError::MediaType(label(header).unwrap_or_else(|| "none".to_owned())))
}

/// Whether a `Content-Type` is one of these, and not in another charset than UTF-8.
pub(super) fn is_media_type(header: &str, known: &[&str]) -> bool {
    let mut parts = header.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let charset = parts.filter_map(|param| param.split_once('='));
    let mut charset = charset.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    known.iter().any(|known| media.eq_ignore_ascii_case(known))
        && charset.all(|(_, value)| value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// Reads a document. `authenticated`: it was fetched with the user's credentials, so that it may
/// hold secrets.
///
/// # Errors
/// See [`DocumentError`]; nothing of the document is taken then. What is wrong with one account
/// or one part of it is among [`Document::remarks`].
pub fn read(bytes: &[u8], authenticated: bool) -> Result<Document, DocumentError> {
    read_value(&json::read(bytes)?, authenticated)
}

/// The JSON value of a document, within its bounds.
///
/// # Errors
/// As [`read`].
pub fn value(bytes: &[u8]) -> Result<Value, DocumentError> {
    Ok(json::read(bytes)?)
}

/// The members of the outermost object.
const KNOWN: [&str; 9] = [
    "cusax",
    "serial",
    "service",
    "accounts",
    "relations",
    "features",
    "policy",
    "dialing",
    "directory",
];

/// Reads a document that was read as JSON.
///
/// # Errors
/// As [`read`].
pub fn read_value(value: &Value, authenticated: bool) -> Result<Document, DocumentError> {
    let root =
        Reader::new(value, "").map_err(|_| Complaint::new("The document", "must be an object"))?;
    let format =
        root.number("cusax", 1..=u64::MAX)?.ok_or_else(|| root.complain("cusax", "is missing"))?;
    if format != FORMAT {
        return Err(DocumentError::Format(format));
    }
    let serial = root.number("serial", 0..=u64::MAX)?.unwrap_or(0);
    let mut unknown = Vec::new();
    let mut remarks = Vec::new();
    root.only(&KNOWN, &mut unknown);
    let accounts = account::accounts(&root, authenticated, &mut remarks, &mut unknown)?;
    let service = sections::service(&root, &mut remarks, &mut unknown);
    let relations = sections::relations(&root, &accounts, &mut remarks, &mut unknown);
    let features = sections::features(&root, &accounts, &mut remarks, &mut unknown);
    let policy = sections::policy(&root, &mut remarks, &mut unknown);
    let dialing = sections::dialing(&root, &mut remarks);
    let directory = sections::directory(&root, &mut remarks, &mut unknown);
    remarks.truncate(MAX_REMARKS);
    Ok(Document {
        serial,
        service,
        accounts,
        relations,
        features,
        policy,
        dialing,
        directory,
        remarks,
        unknown,
    })
}

/// The same document without its secrets, as it is kept.
pub fn without_secrets(mut value: Value) -> Value {
    let accounts = value.get_mut("accounts").and_then(Value::as_array_mut);
    for account in accounts.into_iter().flatten() {
        if let Some(secret) = account.get_mut("auth").and_then(|auth| auth.get_mut("secret"))
            && secret.is_object()
        {
            *secret = Value::String(KEPT.to_owned());
        }
    }
    value
}

/// What stands in the kept copy in a token's place: the secret store has it.
pub(super) const KEPT: &str = "kept";
