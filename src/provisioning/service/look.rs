//! Looking for a document, and asking again for the one that holds.

use tokio::time::Instant;
use zeroize::Zeroizing;

use super::super::client::{Found, Query, find};
use super::super::discovery::{self, Address, DiscoveryError, Source};
use super::super::document::{self, DocumentError, Secret};
use super::super::fetch::{FetchError, Fetched, host_of};
use super::super::https::{Credentials, Https};
use super::super::plan::{Candidate, Plan, UserFile, plan};
use super::super::record::Record;
use super::super::status::{Outcome, Problem, ProvisionError};
use super::super::wizard;
use super::apply::place_of;
use super::{Service, word};
use crate::config::{Config, PasswordSource};
use crate::core::command::{Answers, KeepPassword, Look};
use crate::model::fault::Fault;
use crate::model::time::Now;
use crate::secrets::{self, CHAT_SERVICE};
use crate::tls::Roots;

/// A document that waits for the user's word.
pub(super) struct Pending {
    pub candidate: Candidate,
    pub plan: Plan,
    /// The user is looking at it: a refresh does not put another in its place.
    pub by_user: bool,
    /// What the user typed, for the accounts with that password.
    pub password: Option<Zeroizing<String>>,
}

impl Service {
    pub(super) async fn look(&mut self, look: Look) -> Result<Outcome, ProvisionError> {
        let input =
            |error: discovery::WhereError| ProvisionError::new(Problem::Input, error.to_string());
        let address = look.address.as_deref().map(Address::parse).transpose().map_err(input)?;
        let link = look.url.as_deref().map(discovery::link).transpose().map_err(input)?;
        let confirmed = look.confirm.iter().map(|host| host.trim().to_lowercase()).collect();
        let mut query = Query { address, link, confirmed, credentials: None, etag: None };
        if let Some(link) = &query.link
            && !query.confirmed.contains(&host_of(link))
        {
            let host = host_of(link);
            let text = format!(
                "Your accounts would be set up by {host}, from {link}. Only go on if you trust it."
            );
            return Err(ProvisionError::new(Problem::ConfirmLink, text).at(host));
        }
        let typed = match (&look.password, &look.password_command) {
            (Some(password), _) => Some(password.0.clone()),
            (None, Some(command)) => {
                let source = PasswordSource::Command(command.clone());
                let printed = secrets::password(&source, CHAT_SERVICE, "").await;
                Some(printed.map_err(secret)?)
            }
            (None, None) => None,
        };
        if let (Some(address), Some(password)) = (&query.address, &typed) {
            let user = address.to_string();
            query.credentials = Some(Credentials { user, password: password.clone() });
        }
        let https = self.https().await?;
        self.pending = None;
        let (fetched, source) = match find(&https, &query).await.map_err(discovery_error)? {
            Found::Document(fetched, source) => (fetched, source),
            Found::Unchanged => return Ok(Outcome::Unchanged),
            Found::Nothing => return nothing(&query).await,
        };
        let mut candidate = candidate(&fetched, source)?;
        candidate.record.address = query.address.as_ref().map(ToString::to_string);
        candidate.record.confirmed = query.confirmed;
        candidate.record.password_command = look.password_command;
        if let Some(older) = self.older(&candidate) {
            return Ok(older);
        }
        self.inherit(&mut candidate);
        let plan = self.plan(&candidate)?;
        let preview = Box::new(plan.preview.clone());
        self.pending = Some(Pending { candidate, plan, by_user: true, password: typed });
        self.tell(None).await;
        Ok(Outcome::Preview { preview })
    }

    /// Asks for the document that holds again. What needs no word of the user is applied.
    pub(super) async fn refresh(&mut self) -> Result<Outcome, ProvisionError> {
        self.asked = Some(Instant::now());
        let outcome = self.ask_again().await;
        self.plan_refresh(outcome.is_err());
        let service = self.applied.as_ref().and_then(|a| a.document.service.name.clone());
        match &outcome {
            Ok(outcome) => self.tell(word(outcome, service.as_deref())).await,
            Err(error) => tracing::info!(%error, "no refresh"),
        }
        outcome
    }

    async fn ask_again(&mut self) -> Result<Outcome, ProvisionError> {
        let Some(applied) = self.applied.clone() else {
            let text = "No provider set up your accounts.";
            return Err(ProvisionError::new(Problem::Nothing, text));
        };
        let record = &applied.record;
        let mut query = Query {
            address: record.address.as_deref().and_then(|text| Address::parse(text).ok()),
            link: discovery::link(&record.url).ok(),
            confirmed: record.confirmed.clone(),
            credentials: None,
            etag: record.etag.clone(),
        };
        let https = self.https().await?;
        let mut found = find(&https, &query).await;
        // The password is fetched only where it is asked for: the keyring may ask the user.
        if let Err(DiscoveryError::Fetch(FetchError::PasswordNeeded { .. })) = &found
            && let Some(credentials) = self.credentials(&applied).await
        {
            query.credentials = Some(credentials);
            found = find(&https, &query).await;
        }
        let (fetched, source) = match found.map_err(discovery_error)? {
            Found::Document(fetched, source) => (fetched, source),
            Found::Unchanged => {
                self.note_asked(applied.record.etag.clone());
                return Ok(Outcome::Unchanged);
            }
            Found::Nothing => {
                let text = "Your provider has no document any more. What it set up stays.";
                return Err(ProvisionError::new(Problem::Nothing, text));
            }
        };
        // A link of ours is where the document was; how it was found stays.
        let source = if source == Source::Link { record.source } else { source };
        let mut candidate = candidate(&fetched, source)?;
        candidate.record.address.clone_from(&record.address);
        candidate.record.confirmed.clone_from(&record.confirmed);
        candidate.record.password_command.clone_from(&record.password_command);
        candidate.record.password_of.clone_from(&record.password_of);
        let keep = if record.session { KeepPassword::Session } else { KeepPassword::Keyring };
        if let Some(older) = self.older(&candidate) {
            self.note_asked(applied.record.etag.clone());
            return Ok(older);
        }
        self.inherit(&mut candidate);
        let plan = self.plan(&candidate)?;
        if plan.preview.changes.is_empty()
            && plan.preview.consents.is_empty()
            && !has_token(&candidate)
        {
            self.note_asked(candidate.record.etag.clone());
            return Ok(Outcome::Unchanged);
        }
        let needs_word = !plan.preview.consents.is_empty();
        let pending = Pending { candidate, plan, by_user: false, password: None };
        if needs_word {
            let preview = Box::new(pending.plan.preview.clone());
            self.pending = Some(pending);
            return Ok(Outcome::Preview { preview });
        }
        self.carry_in(pending, &Answers { keep, ..Answers::default() }).await
    }

    /// The user's password for the provider: it is with the account that it was kept for when the
    /// user typed it. Whatever else a document says is the same may be another's password.
    async fn credentials(&self, applied: &Candidate) -> Option<Credentials> {
        let user = applied.record.address.clone()?;
        if let Some(command) = &applied.record.password_command {
            let source = PasswordSource::Command(command.clone());
            let password = secrets::password(&source, CHAT_SERVICE, &user).await.ok()?;
            return Some(Credentials { user, password });
        }
        let kept_for = applied.record.password_of.as_ref()?;
        let account = applied.document.accounts.iter().find(|account| {
            account.address() == *kept_for && account.auth().secret == Secret::Same
        })?;
        let place = place_of(account);
        let password = match self.passwords.get(&place) {
            Some(given) => given,
            None => {
                let source = PasswordSource::Keyring;
                secrets::password(&source, place.service, &place.address).await.ok()?
            }
        };
        Some(Credentials { user, password })
    }

    /// Notes that the document was asked for; where that cannot be kept it is asked for sooner.
    fn note_asked(&mut self, etag: Option<String>) {
        let Some(applied) = &mut self.applied else { return };
        applied.record.asked = Now::read().wall;
        applied.record.etag = etag;
        if let Err(error) = applied.record.save(&self.paths.record) {
            tracing::warn!(%error, "when the document was asked for is not kept");
        }
    }

    /// Whether the document that holds is newer.
    fn older(&self, candidate: &Candidate) -> Option<Outcome> {
        let applied = self.applied.as_ref()?;
        let same = applied.domain() == candidate.domain();
        let (serial, applied) = (candidate.document.serial, applied.document.serial);
        (same && serial < applied).then_some(Outcome::Older { serial, applied })
    }

    /// What the user said to this provider before.
    fn inherit(&self, candidate: &mut Candidate) {
        let Some(applied) = &self.applied else { return };
        candidate.record.retired.clone_from(&applied.record.retired);
        if applied.domain() == candidate.domain() {
            candidate.record.agreed.clone_from(&applied.record.agreed);
            candidate.record.declined.clone_from(&applied.record.declined);
            candidate.record.confirmed.extend(applied.record.confirmed.iter().cloned());
        }
    }

    fn plan(&self, candidate: &Candidate) -> Result<Plan, ProvisionError> {
        let text = crate::config::text(&self.paths.config).map_err(local)?.unwrap_or_default();
        let file = UserFile { text: &text, path: &self.paths.config };
        plan(candidate, self.applied.as_ref(), &file).map_err(local)
    }

    /// The edge, as the user's file has it now.
    async fn https(&self) -> Result<Https, ProvisionError> {
        let text = crate::config::text(&self.paths.config).map_err(local)?.unwrap_or_default();
        let given = self.paths.held(self.applied.as_ref()).map_err(local)?.config;
        let settings =
            Config::parse_over(&text, &self.paths.config, &given).map_err(local)?.provisioning;
        let ca_file = settings.ca_file.clone();
        let read = tokio::task::spawn_blocking(move || Roots::load(ca_file.as_deref())).await;
        let roots = read.map_err(local)?.map_err(local)?;
        Ok(Https::new(roots, settings.hosts))
    }
}

/// Whether a token came, which may be a new one.
fn has_token(candidate: &Candidate) -> bool {
    let accounts = candidate.document.accounts.iter();
    accounts.into_iter().any(|account| matches!(account.auth().secret, Secret::Token(_)))
}

async fn nothing(query: &Query) -> Result<Outcome, ProvisionError> {
    match &query.address {
        Some(address) => Ok(Outcome::Wizard { wizard: Box::new(wizard::look(address).await) }),
        None => {
            let text = "There is no document at this link.";
            Err(ProvisionError::new(Problem::Nothing, text))
        }
    }
}

/// What was fetched, read.
pub(crate) fn candidate(fetched: &Fetched, source: Source) -> Result<Candidate, ProvisionError> {
    let host = host_of(&fetched.url);
    let refused = |error: DocumentError| {
        let text = format!("The document of {host} cannot be used: {error}. Nothing was changed.");
        ProvisionError::new(Problem::Malformed, text).at(host.clone())
    };
    document::check_media_type(fetched.media_type.as_deref()).map_err(refused)?;
    let value = document::value(&fetched.body).map_err(refused)?;
    let document = document::read_value(&value, fetched.authenticated).map_err(refused)?;
    if !document.unknown.is_empty() {
        tracing::info!(%host, members = ?document.unknown, "unknown members were ignored");
    }
    for remark in &document.remarks {
        tracing::info!(%host, %remark, "a provider's document");
    }
    let value = document::without_secrets(value);
    let mut record = Record::new(fetched.url.to_string(), source, Now::read().wall, value);
    record.etag.clone_from(&fetched.etag);
    Ok(Candidate { record, document, foreign: fetched.foreign.clone() })
}

pub(super) fn local(error: impl std::fmt::Display) -> ProvisionError {
    ProvisionError::new(Problem::Local, error.to_string())
}

pub(super) fn secret(fault: Fault) -> ProvisionError {
    ProvisionError::new(Problem::Secrets, fault.to_string())
}

/// Why the search stopped, for the faces.
fn discovery_error(error: DiscoveryError) -> ProvisionError {
    let (problem, host) = match &error {
        DiscoveryError::Webfinger { host, .. } => (Problem::Malformed, host.clone()),
        DiscoveryError::Fetch(fetch) => (problem_of(fetch), fetch.host().to_owned()),
    };
    ProvisionError::new(problem, error.to_string()).at(host)
}

fn problem_of(error: &FetchError) -> Problem {
    match error {
        FetchError::Fault {
            fault: Fault::Certificate(_) | Fault::Tls(_) | Fault::OldTls(_),
            ..
        } => Problem::Certificate,
        FetchError::Fault { .. } | FetchError::Status { .. } => Problem::Network,
        FetchError::NotFound { .. } => Problem::Nothing,
        FetchError::Malformed { .. } | FetchError::TooLong { .. } => Problem::Malformed,
        FetchError::Insecure { .. }
        | FetchError::Local { .. }
        | FetchError::TooManyRedirects { .. }
        | FetchError::UnknownScheme { .. } => Problem::Unsafe,
        FetchError::PasswordNeeded { .. } => Problem::PasswordNeeded,
        FetchError::ConfirmHost { .. } => Problem::ConfirmHost,
        FetchError::WrongPassword { .. } => Problem::WrongPassword,
    }
}
