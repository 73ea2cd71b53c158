//! `dovetail check-provider`: a service as a newcomer's client meets it, from an address alone.

use std::collections::BTreeSet;

use serde_json::Value;
use zeroize::Zeroizing;

use super::call::call;
use super::report::{Item, Line, Part, Report, Verdict};
use super::session::{self, Chat, Phone};
use super::sides::{self, Known};
use super::verdict::{self, Promise};
use crate::config::{Config, Provisioning, SipAccount, XmppAccount};
use crate::model::BareJid;
use crate::model::address::Aor;
use crate::model::fault::Fault;
use crate::model::id::AccountId;
use crate::provisioning::client::{Found, Query, find_watched};
use crate::provisioning::discovery::{Address, DiscoveryError};
use crate::provisioning::document::{Account, Effect, Secret};
use crate::provisioning::fetch::{FetchError, Fetched, Kind, host_of};
use crate::provisioning::https::{Credentials, Https};
use crate::provisioning::plan::{Candidate, UserFile, consents, provided};
use crate::provisioning::{WELL_KNOWN, service};
use crate::secrets::PasswordProvider;
use crate::tls::Roots;

/// Who is looked for, and how far the check goes.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The address that a user would type.
    pub address: Address,
    /// Its password; without it nothing is signed in to.
    pub password: Option<Zeroizing<String>>,
    /// Place a call, which is never answered: to `second`, or to the own address, where the user's
    /// other devices ring for a moment.
    pub call: bool,
    /// Another user of the service, with the password.
    pub second: Option<(Address, Zeroizing<String>)>,
    /// Hosts that may ask for the password though they are not of the address's domain.
    pub confirmed: BTreeSet<String>,
    /// How documents are fetched.
    pub provisioning: Provisioning,
}

/// What discovery came to.
struct Service {
    lines: Vec<Line>,
    config: Config,
    candidate: Option<Candidate>,
}

/// Looks at a provider's service from outside, and signs in where there is a password. Changes
/// nothing there, and keeps nothing here.
///
/// # Errors
/// When the trust anchors cannot be read.
pub async fn provider(wish: &Wish) -> Result<Report, Fault> {
    let service = look(wish, &wish.address, wish.password.as_ref()).await?;
    let password = wish.password.as_ref();
    let chats = service.config.xmpp.iter().map(|account| {
        let known = service.known(&account.id, password);
        async move { (account, sides::chat(account, &known).await) }
    });
    let phones = service.config.sip.iter().map(|account| {
        let known = service.known(&account.id, password);
        async move { (account, sides::phone(account, &known).await) }
    });
    let (chats, phones) =
        tokio::join!(futures::future::join_all(chats), futures::future::join_all(phones));
    let mut lines = service.lines.clone();
    let (mut chat, mut phone) = (Vec::new(), Vec::new());
    for (account, (found, session)) in chats {
        lines.extend(found);
        chat.extend(session.map(|session| (account, session)));
    }
    for (account, (found, session)) in phones {
        lines.extend(found);
        phone.extend(session.map(|session| (account, session)));
    }
    lines.extend(together(wish, &service, &mut chat, &mut phone).await);
    for (_, session) in chat {
        session.close().await;
    }
    for (_, session) in phone {
        session.close().await;
    }
    Ok(Report { subject: wish.address.to_string(), lines })
}

/// Finds the service of an address as the first run does.
async fn look(
    wish: &Wish,
    address: &Address,
    password: Option<&Zeroizing<String>>,
) -> Result<Service, Fault> {
    let ca_file = wish.provisioning.ca_file.clone();
    let roots = tokio::task::spawn_blocking(move || Roots::load(ca_file.as_deref()));
    let roots = roots.await.map_err(|error| Fault::Local(error.to_string()))??;
    let https = Https::new(roots, wish.provisioning.hosts.clone());
    let credentials = password
        .map(|password| Credentials { user: address.to_string(), password: password.clone() });
    let query = Query {
        address: Some(address.clone()),
        confirmed: wish.confirmed.clone(),
        credentials,
        ..Query::default()
    };
    let mut lines = Vec::new();
    let found = find_watched(&https, &query, |kind, url, fetched| {
        if let Some(fetched) = fetched {
            lines.push(fetch_line(kind, url, fetched));
        }
    })
    .await;
    let candidate = match found {
        Ok(Found::Document(fetched, source)) => match service::candidate(&fetched, source) {
            Ok(mut candidate) => {
                candidate.record.address = Some(address.to_string());
                Some(candidate)
            }
            Err(error) => {
                lines.push(document(Verdict::Problem, error.text));
                None
            }
        },
        Ok(_) => {
            let line =
                document(Verdict::Problem, "there is none: both sides would have to be typed");
            lines.push(line.advice("Serve one, and name it by WebFinger (docs/provider.md)."));
            None
        }
        Err(error) => {
            // Of a fetch there is a line already.
            if let DiscoveryError::Webfinger { .. } = &error {
                let words = error.to_string();
                lines.push(Line::new(Part::Provider, Item::Webfinger, Verdict::Problem, words));
            }
            let words = "the search stops there; both sides are looked for at the address itself";
            lines.push(document(Verdict::NotTested, words));
            None
        }
    };
    let config = match &candidate {
        Some(candidate) => {
            lines.extend(document_lines(candidate));
            settings(candidate, &wish.provisioning)?
        }
        None => by_address(address, &wish.provisioning),
    };
    Ok(Service { lines, config, candidate })
}

fn document(verdict: Verdict, words: impl AsRef<str>) -> Line {
    Line::new(Part::Provider, Item::Document, verdict, words)
}

/// What one fetch of the search came to.
fn fetch_line(kind: Kind, url: &url::Url, fetched: &Result<Fetched, FetchError>) -> Line {
    let item = match kind {
        Kind::Webfinger => Item::Webfinger,
        Kind::Document if url.path() == WELL_KNOWN => Item::WellKnown,
        Kind::Document => Item::Document,
    };
    let line = |verdict, words: String| Line::new(Part::Provider, item, verdict, words);
    let host = host_of(url);
    match fetched {
        Ok(fetched) => {
            let from = match item {
                Item::Document => fetched.url.to_string(),
                _ => host.clone(),
            };
            let auth = if fetched.authenticated { ", to who has the password" } else { "" };
            line(Verdict::Ok, format!("{from} answers{auth}; the certificate is good"))
        }
        Err(FetchError::NotFound { .. }) if item == Item::Document => {
            line(Verdict::Problem, format!("WebFinger leads to {url}, where there is nothing"))
                .advice("Serve the document there, or mend the link's href.")
        }
        Err(FetchError::NotFound { .. }) => line(Verdict::NotTested, format!("{host} has none")),
        Err(error @ FetchError::Fault { fault, .. }) => line(Verdict::Problem, error.to_string())
            .advice(match fault {
                Fault::Certificate(_) | Fault::Tls(_) => verdict::tls_advice(fault, &host),
                _ => format!("Let a web server answer for {host} at port 443."),
            }),
        Err(error @ FetchError::PasswordNeeded { .. }) => {
            line(Verdict::NotTested, error.to_string()).advice("Check with --password-stdin.")
        }
        Err(error @ FetchError::ConfirmHost { host, .. }) => {
            line(Verdict::Warning, error.to_string()).advice(format!(
                "Serve it below the address's domain, or check with --confirm {host}."
            ))
        }
        Err(error) => line(Verdict::Problem, error.to_string()),
    }
}

/// What the document says of itself.
fn document_lines(candidate: &Candidate) -> Vec<Line> {
    let found = &candidate.document;
    let name = found.service.name.as_deref().unwrap_or("a service without a name");
    let words = format!(
        "“{name}”, serial {}: {} accounts, {} related",
        found.serial,
        found.accounts.len(),
        found.relations.len()
    );
    let mut lines = vec![document(Verdict::Ok, words)];
    for remark in &found.remarks {
        let verdict = match remark.effect {
            Effect::AccountRefused => Verdict::Problem,
            Effect::Ignored => Verdict::Warning,
        };
        lines.push(document(verdict, remark.to_string()));
    }
    if found.relations.is_empty() && found.accounts.len() > 1 {
        let advice =
            "Add the pair to relations: calls then name the chat address, and the other way.";
        lines.push(document(Verdict::Warning, "no accounts are related").advice(advice));
    }
    for consent in consents(candidate, None, &[]) {
        let words = format!("every user is asked: {}", consent.text);
        lines.push(document(Verdict::Warning, words));
    }
    lines
}

/// The settings that the document comes to for somebody who set nothing.
fn settings(candidate: &Candidate, provisioning: &Provisioning) -> Result<Config, Fault> {
    let local = |error: &dyn std::fmt::Display| Fault::Local(error.to_string());
    let text = match &provisioning.ca_file {
        Some(path) => {
            let path = std::path::absolute(path).map_err(|error| local(&error))?;
            let path = toml::Value::String(path.to_string_lossy().into_owned());
            format!("[provisioning]\nca_file = {path}\n")
        }
        None => String::new(),
    };
    let file = UserFile { text: &text, path: std::path::Path::new("") };
    Ok(provided(Some(candidate), &file).map_err(|error| local(&error))?.config)
}

/// Without a document: both sides at the address itself.
fn by_address(address: &Address, provisioning: &Provisioning) -> Config {
    let mut config = Config::default();
    if let Ok(jid) = BareJid::new(address.as_str()) {
        let mut account = XmppAccount::plain(AccountId::new("chat"), jid);
        account.ca_file.clone_from(&provisioning.ca_file);
        config.xmpp.push(account);
    }
    if let Ok(aor) = Aor::parse(address.as_str()) {
        let mut account = SipAccount::plain(AccountId::new("phone"), aor);
        account.ca_file.clone_from(&provisioning.ca_file);
        account.chat = false;
        config.sip.push(account);
    }
    config
}

impl Service {
    /// What is known of an account beside its settings.
    fn known(&self, id: &AccountId, password: Option<&Zeroizing<String>>) -> Known {
        let raw = self.raw(id);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let auth = &raw["auth"];
        let least = text(&auth["min_mechanism"]).or_else(|| text(&auth["min_algorithm"]));
        let stun = raw["stun"].as_array().into_iter().flatten().filter_map(text).collect();
        let password = self.password(id, password);
        Known { password, promise: Promise { least }, stun }
    }

    /// The account as the document writes it.
    fn raw(&self, id: &AccountId) -> &Value {
        let accounts =
            self.candidate.as_ref().and_then(|it| it.record.document["accounts"].as_array());
        let found = accounts.into_iter().flatten().find(|account| account["id"] == id.as_str());
        found.unwrap_or(&Value::Null)
    }

    fn password(
        &self,
        id: &AccountId,
        typed: Option<&Zeroizing<String>>,
    ) -> Option<PasswordProvider> {
        let Some(candidate) = &self.candidate else {
            return typed.cloned().map(session::given);
        };
        let mut accounts = candidate.document.accounts.iter();
        let secret = accounts.find(|account| account.id() == id.as_str()).map(Account::auth)?;
        match &secret.secret {
            Secret::Same => typed.cloned().map(session::given),
            Secret::Token(token) => Some(session::given(token.clone())),
            Secret::Ask | Secret::Kept => None,
        }
    }
}

/// What joins the two sides: the own card, and a call.
async fn together(
    wish: &Wish,
    service: &Service,
    chats: &mut [(&XmppAccount, Chat)],
    phones: &mut [(&SipAccount, Phone)],
) -> Vec<Line> {
    let line = |item, words: &str| Line::new(Part::Together, item, Verdict::NotTested, words);
    let mut lines = Vec::new();
    let aor = service.config.sip.first().map(|account| &account.aor);
    match (chats.first_mut(), aor) {
        (Some((account, chat)), Some(aor)) => {
            lines.push(verdict::card(aor, &chat.cards(&account.jid).await));
        }
        _ => lines.push(line(Item::Card, "chat was not signed in to")),
    }
    let jid = service.config.xmpp.first().map(|account| account.jid.clone());
    let (Some((account, phone)), Some(jid)) = (phones.first_mut(), jid) else {
        lines.push(line(Item::CallInfo, "telephony was not signed in to"));
        return lines;
    };
    if !wish.call {
        let words = "with --call a call goes to the own address, where other devices ring for a \
                     moment";
        lines.push(line(Item::CallInfo, words));
        return lines;
    }
    let own = account.aor.clone();
    let arrived = match &wish.second {
        None => call(phone, &own, None, &own, &jid).await,
        Some((address, password)) => match second(wish, address, password).await {
            Ok((target, mut other)) => {
                let arrived = call(phone, &own, Some(&mut other), &target, &jid).await;
                other.close().await;
                arrived
            }
            Err(fault) => {
                lines.push(line(Item::CallInfo, &format!("{address} did not sign in: {fault}")));
                return lines;
            }
        },
    };
    lines.push(verdict::call_info(&jid, &arrived));
    lines
}

/// The other user's telephony, registered.
async fn second(
    wish: &Wish,
    address: &Address,
    password: &Zeroizing<String>,
) -> Result<(Aor, Phone), Fault> {
    let service = look(wish, address, Some(password)).await?;
    let none = || Fault::NotOffered(address.host().to_owned());
    let account = service.config.sip.first().ok_or_else(none)?;
    let no_password = || Fault::NoPassword("the document has it asked for".to_owned());
    let password = service.password(&account.id, Some(password)).ok_or_else(no_password)?;
    let phone = Phone::open(account.clone(), password).await?;
    Ok((account.aor.clone(), phone))
}
