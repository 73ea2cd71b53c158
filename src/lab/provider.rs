//! A lab's provisioning: a web server of the lab's domain that serves WebFinger and each user's
//! document, so that an address and a password are enough to sign in to both sides.

use std::collections::HashMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::error::LabError;
use super::web::{Answer, Asked, Web};
use super::{Cert, ConfigOptions, Lab, User};
use crate::model::account::Transport;
use crate::provisioning::{MEDIA_TYPE, REL};

/// Where the document is.
const PATH: &str = "/cusax/v1";
/// The type of its answer, and where it is asked (RFC 7033 §10.1).
const JRD: &str = "application/jrd+json";
const WEBFINGER: &str = "/.well-known/webfinger";

/// The web side of a lab. Dropping it ends it.
#[derive(Debug)]
pub struct Provider {
    /// The server. It can be told to answer otherwise.
    pub web: Web,
    domain: String,
    ca_file: PathBuf,
}

/// What the server says by itself, for a test that changes some of it.
#[derive(Debug, Clone)]
pub struct Pages {
    domain: String,
    /// By user name: what they write into `Authorization`, and their document.
    documents: HashMap<String, (String, Value)>,
}

impl Lab {
    /// Starts the web side, which calls the service `name`.
    ///
    /// # Errors
    /// `LabError::Certificate`, `LabError::Io`.
    pub async fn provider(&self, name: &str) -> Result<Provider, LabError> {
        self.provider_showing(name, Cert::Valid).await
    }

    /// The same with a certificate of this kind.
    ///
    /// # Errors
    /// As [`Lab::provider`].
    pub async fn provider_showing(&self, name: &str, kind: Cert) -> Result<Provider, LabError> {
        let web = Web::start(&self.authority, kind, &[self.domain()], self.directory()).await?;
        let pages = self.pages(name);
        web.answer(move |asked| pages.answer(asked));
        Ok(Provider { web, domain: self.domain().to_owned(), ca_file: self.ca_file() })
    }

    /// What [`Lab::provider`] serves.
    pub fn pages(&self, name: &str) -> Pages {
        let documents = self.plan.users.iter().filter(|user| user.xmpp).map(|user| {
            let typed = format!("{}:{}", user.jid(self.domain()), user.password);
            let authorization = format!("Basic {}", STANDARD.encode(typed));
            (user.name.clone(), (authorization, self.document(name, user)))
        });
        Pages { domain: self.domain().to_owned(), documents: documents.collect() }
    }

    fn document(&self, name: &str, user: &User) -> Value {
        let place = self.xmpp_starttls();
        let mut accounts = vec![json!({
            "id": "chat", "kind": "xmpp", "address": user.jid(self.domain()), "label": "Chat",
            "servers": [{ "host": place.ip().to_string(), "port": place.port(), "tls": "starttls" }],
            "auth": { "secret": "same" },
            "tls": { "min": "1.2", "required": true },
        })];
        let phone = user.sip.first().and_then(|login| Some((login, self.server_of(login)?)));
        if let Some((login, server)) = phone {
            let proxy = format!("sip:{};transport=tls;lr", server.listens(Transport::Tls));
            let secret = if login.password == user.password { "same" } else { "ask" };
            accounts.push(json!({
                "id": "phone", "kind": "sip", "address": self.aor_of(login), "label": "Telephony",
                "outbound": [proxy], "transport": "tls",
                "auth": { "username": login.auth_name, "secret": secret },
                "media": { "srtp": "mandatory" },
            }));
        }
        let relation = json!({ "xmpp": "chat", "sip": "phone", "domains": [self.domain()] });
        let relations: Vec<Value> = phone.map(|_| relation).into_iter().collect();
        json!({
            "cusax": 1, "serial": 1, "service": { "name": name, "refresh": 86_400 },
            "accounts": accounts, "relations": relations,
            "policy": { "send_call_info": true },
        })
    }
}

impl Provider {
    /// A `config.toml` with which an address of the lab's domain leads here, and with these
    /// sound devices. It names no account.
    pub fn config_toml(&self, options: &ConfigOptions) -> String {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!(
            "[provisioning]\nca_file = {}\nhosts = {{ {} = \"{}\" }}\n\n\
             [audio]\ninput = {}\noutput = {}\n",
            text(&self.ca_file.to_string_lossy()),
            text(&self.domain),
            self.web.address,
            text(&options.input),
            text(&options.output),
        )
    }

    /// A link to a user's document.
    pub fn link(&self, user: &str) -> String {
        format!("cusax:https://{}{PATH}?user={user}", self.domain)
    }
}

impl Pages {
    /// What is answered: WebFinger to everybody, a document to whoever knows the password, or has
    /// the link; there is no secret in it.
    pub fn answer(&self, asked: &Asked) -> Answer {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        match path {
            WEBFINGER => self.webfinger(query),
            PATH => match query.strip_prefix("user=") {
                Some(user) => self
                    .documents
                    .get(user)
                    .map_or(Answer::new(404), |(_, document)| given(document)),
                None => self.to_who_asks(asked),
            },
            _ => Answer::new(404),
        }
    }

    /// A user's document.
    pub fn document(&self, user: &str) -> Option<&Value> {
        self.documents.get(user).map(|(_, document)| document)
    }

    /// The same with one user's document in another form.
    pub fn with(mut self, user: &str, change: impl FnOnce(&mut Value)) -> Self {
        if let Some((_, document)) = self.documents.get_mut(user) {
            change(document);
        }
        self
    }

    fn webfinger(&self, query: &str) -> Answer {
        let asked = url::form_urlencoded::parse(query.as_bytes());
        let resource =
            asked.into_iter().find(|(name, _)| name == "resource").map(|(_, value)| value);
        let suffix = format!("@{}", self.domain);
        let user =
            resource.as_deref().and_then(|it| it.strip_prefix("acct:")?.strip_suffix(&suffix));
        if !user.is_some_and(|user| self.documents.contains_key(user)) {
            return Answer::new(404);
        }
        let href = format!("https://{}{PATH}", self.domain);
        let link = json!({ "rel": REL, "type": MEDIA_TYPE, "href": href });
        Answer::json(JRD, &json!({ "subject": resource, "links": [link] }))
    }

    fn to_who_asks(&self, asked: &Asked) -> Answer {
        let shown = asked.headers.get("authorization");
        let found = self.documents.values().find(|(right, _)| Some(right) == shown);
        match found {
            Some((_, document)) => given(document),
            None => {
                let realm = format!("Basic realm=\"{}\"", self.domain);
                Answer::new(401).header("WWW-Authenticate", realm)
            }
        }
    }
}

fn given(document: &Value) -> Answer {
    Answer::json(MEDIA_TYPE, document)
}
