//! What a document comes to: with what the user set and said, the settings that hold; and, against
//! what held before, a difference that a person can read. Pure.

mod difference;
mod provided;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

use super::document::{self, Account, Document, DocumentError, Srtp};
use super::fetch::is_within;
use super::record::{Record, Retired};
use crate::model::account::Transport;

pub use difference::{Change, How, What, changes};
pub(super) use provided::kind_of;
pub use provided::{Disabled, Provided, UserFile, provided};

/// A record with its document read.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What is kept of it.
    pub record: Record,
    /// The document; with secrets when it was just fetched.
    pub document: Document,
    /// A redirect led to this host, which nobody confirmed.
    pub foreign: Option<String>,
}

impl Candidate {
    /// What was kept, read again.
    ///
    /// # Errors
    /// As [`document::read`].
    pub fn kept(record: Record) -> Result<Self, DocumentError> {
        let document = document::read_value(&record.document, false)?;
        Ok(Self { record, document, foreign: None })
    }

    /// The domain that provides: that of the user's address, else the document's host.
    pub fn domain(&self) -> String {
        let address = self.record.address.as_deref();
        let of_address = address.and_then(|text| super::discovery::Address::parse(text).ok());
        match of_address {
            Some(address) => address.host().to_owned(),
            None => self.host(),
        }
    }

    /// The document's host.
    pub fn host(&self) -> String {
        let url = url::Url::parse(&self.record.url).ok();
        url.as_ref().map(super::fetch::host_of).unwrap_or_default()
    }

    /// Whether the user said yes to this, in these words.
    fn may(&self, consent: &Consent) -> bool {
        self.record.agreed.contains(&consent.key())
    }

    /// Whether an account is taken: of the provider's domain, or agreed to.
    fn is_taken(&self, account: &Account) -> bool {
        self.is_own(account) || self.may(&domain_consent(&self.document, account, &self.domain()))
    }

    /// Whether an account is of the provider's domain.
    pub(super) fn is_own(&self, account: &Account) -> bool {
        is_own_domain(account, &self.domain())
    }
}

/// Whether an account's address is of a domain, or below it.
fn is_own_domain(account: &Account, domain: &str) -> bool {
    is_within(&ascii(account.domain()), domain)
}

/// A domain as DNS has it.
fn ascii(domain: &str) -> String {
    let host = url::Host::parse(domain).map(|host| host.to_string());
    host.unwrap_or_else(|_| domain.to_owned())
}

/// To accounts at somebody else's domain: which, and whom they would sign in to.
fn domain_consent(document: &Document, account: &Account, provider: &str) -> Consent {
    let domain = account.domain();
    let all = document.accounts.iter().filter(|other| other.domain() == domain);
    let named = all.map(|account| match account {
        Account::Sip(entry) if !server_of(entry).eq_ignore_ascii_case(domain) => {
            format!("{}, which signs in at {},", account.address(), server_of(entry))
        }
        _ => account.address(),
    });
    let named: Vec<String> = named.collect();
    let verb = if named.len() == 1 { "is an account" } else { "are accounts" };
    // Letters that only look like those of a well-known name show in this form.
    let written = match ascii(domain) {
        same if same == domain => String::new(),
        other => format!(" ({other})"),
    };
    let text =
        format!("{} {verb} of {domain}{written}, which is not {provider}.", named.join(" and "));
    Consent { id: format!("domain:{domain}"), text, optional: true }
}

fn cleartext_consent(entry: &document::SipEntry) -> Consent {
    let text = format!(
        "{} would be used without encryption, at {}: others on the way can see whom you call, and \
         listen.",
        entry.aor,
        server_of(entry)
    );
    Consent { id: format!("cleartext:{}", entry.id), text, optional: true }
}

fn media_consent(entry: &document::SipEntry) -> Consent {
    let text = format!("Calls of {} would not be encrypted.", entry.aor);
    Consent { id: format!("unencrypted-media:{}", entry.id), text, optional: true }
}

/// The host that a telephony account would sign in to.
fn server_of(entry: &document::SipEntry) -> &str {
    let outbound = entry.outbound.first().map(|target| target.host.as_str());
    outbound.or(entry.registrar.as_deref()).unwrap_or(entry.aor.host())
}

/// Whether a telephony account would send in clear what it sends to its provider.
fn is_cleartext(entry: &document::SipEntry) -> bool {
    let in_clear = |transport| matches!(transport, Some(Transport::Tcp | Transport::Udp));
    in_clear(entry.transport)
        || entry.outbound.first().is_some_and(|target| in_clear(target.transport))
}

/// Something that the user has to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// What `provision.apply` names it by.
    pub id: String,
    /// In words.
    pub text: String,
    /// The rest can be had without it.
    pub optional: bool,
}

/// What the user has to agree to before a document is applied, in place of what held.
pub fn consents(new: &Candidate, old: Option<&Candidate>, gone: &[Retired]) -> Vec<Consent> {
    let mut all = Vec::new();
    let mut ask = |consent: Consent| {
        if !all.iter().any(|known: &Consent| known.id == consent.id) {
            all.push(consent);
        }
    };
    let needed = |id: String, text: String| Consent { id, text, optional: false };
    if let Some(old) = old.filter(|old| old.domain() != new.domain()) {
        let text = format!(
            "The accounts that {} set up are switched off: {} takes its place.",
            old.domain(),
            new.domain()
        );
        ask(needed(format!("replace:{}", new.domain()), text));
    }
    if let Some(host) = &new.foreign {
        let text = format!("The document comes from {host}, where its own address sent on to.");
        ask(needed(format!("host:{host}"), text));
    }
    let domain = new.domain();
    for account in &new.document.accounts {
        if !is_own_domain(account, &domain) {
            ask(domain_consent(&new.document, account, &domain));
        }
        let Account::Sip(entry) = account else { continue };
        if is_cleartext(entry) {
            ask(cleartext_consent(entry));
        }
        if entry.srtp == Some(Srtp::Off) {
            ask(media_consent(entry));
        }
    }
    for account in gone {
        let text = format!(
            "{} is not among the provider's accounts any more. It is switched off; what you have \
             of it stays.",
            account.address
        );
        ask(needed(format!("remove:{}", account.id), text));
    }
    let known = |consent: &Consent| {
        // What goes is asked about each time.
        let lasting = !consent.id.starts_with("remove:") && !consent.id.starts_with("replace:");
        lasting
            && (new.record.agreed.contains(&consent.key())
                || new.record.declined.contains(&consent.key()))
    };
    all.retain(|consent| !known(consent));
    all
}

impl Consent {
    /// By what the user's answer is remembered: it holds for these words alone, so that a later
    /// edition which means another host or another account asks again.
    fn key(&self) -> String {
        format!("{} {}", self.id, digest(self.text.as_bytes()))
    }
}

/// The beginning of SHA-256, in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// What is shown before a document is applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// By what `provision.apply` says that it means this one: it comes of all that is shown.
    pub id: String,
    /// What the service calls itself, made safe for showing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where the document comes from.
    pub host: String,
    /// Its address.
    pub url: String,
    /// How it was found.
    pub source: super::discovery::Source,
    /// Which edition it is.
    pub serial: u64,
    /// Its accounts.
    pub accounts: Vec<PreviewAccount>,
    /// What would change.
    pub changes: Vec<Change>,
    /// What the user has to agree to.
    pub consents: Vec<Consent>,
    /// What was refused or ignored of it.
    pub remarks: Vec<String>,
}

/// An account of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewAccount {
    /// Its id in the document.
    pub id: String,
    /// `xmpp` or `sip`.
    pub kind: crate::model::account::AccountKind,
    /// Its address.
    pub address: String,
    /// What the provider calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The user is asked for its password: it is another one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks_password: bool,
}

/// The decision about a candidate: what to show, and what would hold.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is shown.
    pub preview: Preview,
    /// Accounts that would be switched off.
    pub gone: Vec<Retired>,
    /// What would hold, if the user agrees to all.
    pub provided: Provided,
}

/// Plans a candidate in place of what holds now.
///
/// # Errors
/// When the user's file cannot be read over it.
pub fn plan(
    new: &Candidate,
    old: Option<&Candidate>,
    file: &UserFile<'_>,
) -> Result<Plan, crate::config::ConfigError> {
    let before = provided(old, file)?;
    let gone = |after: &Provided| -> Vec<Retired> {
        let is_gone = |account: &&Retired| !after.has(&account.id);
        before.given.iter().filter(is_gone).cloned().collect()
    };
    // Whatever the user may agree to is shown as if they did.
    let mut agreeing = new.clone();
    let asked = consents(new, old, &[]).into_iter().map(|consent| consent.key());
    agreeing.record.agreed.extend(asked);
    let after = provided(Some(&agreeing), file)?;
    let gone = gone(&after);
    let consents = consents(new, old, &gone);
    let changes = changes(&before, &after, &gone);
    let document = &new.document;
    let mut remarks: Vec<String> = document.remarks.iter().map(ToString::to_string).collect();
    remarks.extend(after.remarks.iter().cloned());
    let accounts = document.accounts.iter().map(|account| PreviewAccount {
        id: account.id().to_owned(),
        kind: account.kind(),
        address: account.address(),
        label: account.label().map(str::to_owned),
        asks_password: account.auth().secret == document::Secret::Ask,
    });
    let mut preview = Preview {
        id: String::new(),
        service: document.service.name.clone(),
        host: new.host(),
        url: new.record.url.clone(),
        source: new.record.source,
        serial: document.serial,
        accounts: accounts.collect(),
        changes,
        consents,
        remarks,
    };
    preview.id = digest(&serde_json::to_vec(&preview).unwrap_or_default());
    Ok(Plan { preview, gone, provided: after })
}

/// Why the user's answer does not settle what is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not everything was answered.
    #[error("Your consent is needed first. {}", .0.iter().map(|consent| consent.text.as_str()).collect::<Vec<_>>().join(" "))]
    Unanswered(Vec<Consent>),
    /// Without it nothing can be applied.
    #[error("Without that nothing can be taken over: {}", .0.text)]
    Needed(Consent),
}

/// The record as it is kept once the user has answered.
///
/// # Errors
/// See [`AnswerError`]; nothing is to be applied then.
pub fn settle(
    candidate: &Candidate,
    plan: &Plan,
    agree: &BTreeSet<String>,
    decline: &BTreeSet<String>,
) -> Result<Record, AnswerError> {
    let asked = &plan.preview.consents;
    let open = |consent: &&Consent| !agree.contains(&consent.id) && !decline.contains(&consent.id);
    let open: Vec<Consent> = asked.iter().filter(open).cloned().collect();
    if !open.is_empty() {
        return Err(AnswerError::Unanswered(open));
    }
    let refused = |consent: &&Consent| !consent.optional && decline.contains(&consent.id);
    if let Some(needed) = asked.iter().find(refused) {
        return Err(AnswerError::Needed(needed.clone()));
    }
    let mut record = candidate.record.clone();
    record.document = document::without_secrets(record.document);
    for consent in asked {
        // No, when both are said.
        match decline.contains(&consent.id) {
            true => record.declined.insert(consent.key()),
            false => record.agreed.insert(consent.key()),
        };
    }
    record.agreed.retain(|id| !id.starts_with("remove:") && !id.starts_with("replace:"));
    record.retired.extend(plan.gone.iter().cloned());
    record.retired.retain(|account| !plan.provided.has(&account.id));
    record.retired.dedup();
    record.retired.truncate(MAX_RETIRED);
    Ok(record)
}

/// The most accounts that are remembered as switched off.
const MAX_RETIRED: usize = 64;
