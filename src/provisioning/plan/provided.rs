//! The settings that hold: the provider's, under the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::document::{self, Account, Policy, Secret, SipEntry, Srtp, XmppEntry};
use super::super::record::Retired;
use super::{Candidate, cleartext_consent, is_cleartext, media_consent};
use crate::config::{
    Addresses, Config, ConfigError, EXPIRES, PasswordSource, SipAccount, SrtpPolicy, XmppAccount,
};
use crate::model::account::{AccountKind, Transport};
use crate::model::address::{Aor, SipTarget};
use crate::model::feature::{Feature, Match, Rule};
use crate::model::id::AccountId;
use crate::model::relation::{Relation, RelationSource};
use crate::sdp::Codec;

/// The user's `config.toml`.
#[derive(Debug, Clone, Copy)]
pub struct UserFile<'a> {
    /// Its text; empty when there is none.
    pub text: &'a str,
    /// Where it is.
    pub path: &'a Path,
}

/// A feature that an account does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disabled {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub feature: Feature,
    /// The user cannot change that.
    pub lock: bool,
}

/// What holds, by the user's configuration and a provider's document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Provided {
    /// All accounts, and the rest of the user's settings.
    pub config: Config,
    /// The accounts that the provider gave.
    pub given: Vec<Retired>,
    /// Those that it gave once: switched off.
    pub retired: Vec<Retired>,
    /// Its relations.
    pub relations: Vec<Relation>,
    /// What its accounts do not do.
    pub disabled: Vec<Disabled>,
    /// Its rules for which way features go.
    pub rules: Vec<Rule>,
    /// Its further wishes.
    pub policy: Policy,
    /// What it calls itself.
    pub service: Option<String>,
    /// What was left out on account of the user's own settings, in words.
    pub remarks: Vec<String>,
}

impl Provided {
    /// The address of the telephony account that belongs to a chat account.
    pub fn phone_of(&self, chat: &AccountId) -> Option<&Aor> {
        let related = self.relations.iter().find(|relation| relation.xmpp == *chat);
        let is_it = |account: &&SipAccount| match related {
            Some(relation) => account.id == relation.sip,
            None => account.related_to.as_ref() == Some(chat),
        };
        self.config.sip.iter().find(is_it).map(|account| &account.aor)
    }

    /// Whether there is an account of this id.
    pub fn has(&self, id: &AccountId) -> bool {
        self.config.xmpp.iter().any(|account| account.id == *id)
            || self.config.sip.iter().any(|account| account.id == *id)
    }
}

/// Puts the user's configuration over what a provider set up.
///
/// # Errors
/// When the configuration cannot be read.
pub fn provided(
    candidate: Option<&Candidate>,
    file: &UserFile<'_>,
) -> Result<Provided, ConfigError> {
    let Some(candidate) = candidate else {
        let config = Config::parse(file.text, file.path)?;
        return Ok(Provided { config, ..Provided::default() });
    };
    let own = Addresses::of(file.text);
    let mut given = given(candidate, &own, None);
    let mut config = Config::parse_over(file.text, file.path, &given)?;
    if let Some(ca_file) = config.provisioning.ca_file.clone() {
        given = self::given(candidate, &own, Some(ca_file));
        config = Config::parse_over(file.text, file.path, &given)?;
    }
    let mut provided = Provided {
        config,
        policy: candidate.document.policy.clone(),
        service: candidate.document.service.name.clone(),
        ..Provided::default()
    };
    let ids = ids(candidate, &own, &mut provided);
    relate(candidate, &ids, &mut provided);
    disable(candidate, &ids, &mut provided);
    rule(candidate, &ids, &mut provided);
    let retired = candidate.record.retired.iter().filter(|account| !provided.has(&account.id));
    provided.retired = retired.cloned().collect();
    Ok(provided)
}

/// The accounts of the document alone, as far as the user agreed to them.
fn given(candidate: &Candidate, own: &Addresses, ca_file: Option<PathBuf>) -> Config {
    let mut config = Config::default();
    let taken =
        |account: &&Account| candidate.is_taken(account) && !is_elsewhere(candidate, own, account);
    for account in candidate.document.accounts.iter().filter(taken) {
        match account {
            Account::Xmpp(entry) => config.xmpp.push(chat(candidate, entry, ca_file.clone())),
            Account::Sip(entry) => config.sip.push(phone(candidate, entry, ca_file.clone())),
        }
    }
    config
}

fn password(candidate: &Candidate, auth: &document::Auth) -> PasswordSource {
    match (&auth.secret, &candidate.record.password_command) {
        (Secret::Same, Some(command)) => PasswordSource::Command(command.clone()),
        _ => PasswordSource::Keyring,
    }
}

fn chat(candidate: &Candidate, entry: &XmppEntry, ca_file: Option<PathBuf>) -> XmppAccount {
    let (server, tls) = match entry.servers.first() {
        Some((server, tls)) => (Some(server.clone()), *tls),
        None => (None, crate::config::TlsStart::default()),
    };
    XmppAccount {
        id: AccountId::new(&entry.id),
        jid: entry.jid.clone(),
        server,
        tls,
        password: password(candidate, &entry.auth),
        ca_file,
        demands: entry.demands.clone(),
        chat: true,
        audio: false,
        wait_for: None,
    }
}

fn phone(candidate: &Candidate, entry: &SipEntry, ca_file: Option<PathBuf>) -> SipAccount {
    let pairing = candidate.document.relations.iter().find(|pairing| pairing.sip == entry.id);
    let mut dialing = candidate.document.dialing.clone();
    dialing.domains = pairing.map(|pairing| pairing.domains.clone()).unwrap_or_default();
    // An unlocked "no messages" is a setting like another.
    let silent = candidate
        .document
        .features
        .disable
        .iter()
        .any(|disable| disable.account == entry.id && disable.feature == Feature::Chat);
    let srtp = match entry.srtp {
        Some(Srtp::Mandatory) => SrtpPolicy::Required,
        Some(Srtp::Off) if candidate.may(&media_consent(entry)) => SrtpPolicy::Off,
        _ => SrtpPolicy::default(),
    };
    SipAccount {
        id: AccountId::new(&entry.id),
        aor: entry.aor.clone(),
        proxy: proxy(candidate, entry),
        username: entry.auth.username.clone(),
        password: password(candidate, &entry.auth),
        ca_file,
        demands: entry.demands.clone(),
        srtp,
        related_to: None,
        chat: pairing.is_none() && !silent,
        chat_is_set: silent,
        dtmf: entry.dtmf.unwrap_or_default(),
        codecs: match entry.codecs.as_slice() {
            [] => Codec::USUAL.to_vec(),
            named => named.to_vec(),
        },
        expires: entry.expires.unwrap_or(EXPIRES),
        voicemail: entry.voicemail.clone(),
        dialing,
    }
}

/// Where requests go. Without the user's consent to a way in clear, over TLS.
fn proxy(candidate: &Candidate, entry: &SipEntry) -> Option<SipTarget> {
    let registrar = entry.registrar.as_deref().unwrap_or(entry.aor.host());
    let mut target = match entry.outbound.first() {
        Some(target) => {
            SipTarget { transport: target.transport.or(entry.transport), ..target.clone() }
        }
        // The address's own host over what DNS says is what happens without a proxy.
        None if registrar == entry.aor.host() && entry.transport.is_none() => return None,
        None => SipTarget {
            secure: false,
            host: registrar.to_owned(),
            port: None,
            transport: entry.transport,
        },
    };
    if is_cleartext(entry) && !candidate.may(&cleartext_consent(entry)) {
        // The port was that of the other way.
        target = SipTarget { port: None, transport: Some(Transport::Tls), ..target };
    }
    if target.secure {
        target.transport = Some(Transport::Tls);
    }
    Some(target)
}

/// From the ids of the document to those of the accounts: an account of the user's own with the
/// same address is that account.
fn ids(
    candidate: &Candidate,
    own: &Addresses,
    provided: &mut Provided,
) -> BTreeMap<String, AccountId> {
    let mut ids = BTreeMap::new();
    for (n, account) in candidate.document.accounts.iter().enumerate() {
        if !candidate.is_taken(account) {
            continue;
        }
        if is_elsewhere(candidate, own, account) {
            provided.remarks.push(format!(
                "accounts[{n}].address is an account of yours at another provider. It stays as it is."
            ));
            continue;
        }
        let config = &provided.config;
        let id = match account {
            Account::Xmpp(entry) => {
                config.xmpp.iter().find(|chat| chat.jid == entry.jid).map(|chat| &chat.id)
            }
            Account::Sip(entry) => {
                config.sip.iter().find(|phone| phone.aor == entry.aor).map(|phone| &phone.id)
            }
        };
        let Some(id) = id.cloned() else {
            provided.remarks.push(format!(
                "accounts[{n}].id is that of another account of yours. This account was left out."
            ));
            continue;
        };
        provided.given.push(Retired {
            id: id.clone(),
            kind: kind_of(account.kind()).to_owned(),
            address: account.address(),
        });
        ids.insert(account.id().to_owned(), id);
    }
    ids
}

/// Whether an account is one that the user has at somebody else's: nothing of it is this
/// provider's to say, and least of all where its password goes.
fn is_elsewhere(candidate: &Candidate, own: &Addresses, account: &Account) -> bool {
    let stands = match account {
        Account::Xmpp(entry) => own.jids.contains(&entry.jid),
        Account::Sip(entry) => own.aors.contains(&entry.aor),
    };
    stands && !candidate.is_own(account)
}

/// What an account's kind is called in the record.
pub(in crate::provisioning) fn kind_of(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Xmpp => "xmpp",
        AccountKind::Sip => "sip",
    }
}

fn relate(candidate: &Candidate, ids: &BTreeMap<String, AccountId>, provided: &mut Provided) {
    let policy = &candidate.document.policy;
    for pairing in &candidate.document.relations {
        let (Some(xmpp), Some(sip)) = (ids.get(&pairing.xmpp), ids.get(&pairing.sip)) else {
            continue;
        };
        provided.relations.push(Relation {
            xmpp: xmpp.clone(),
            sip: sip.clone(),
            by: RelationSource::Provider,
            both_or_none: policy.both_or_none.unwrap_or(false),
            chat_waits: policy.delay_xmpp.unwrap_or(false),
        });
    }
}

fn disable(candidate: &Candidate, ids: &BTreeMap<String, AccountId>, provided: &mut Provided) {
    for disable in &candidate.document.features.disable {
        let Some(account) = ids.get(&disable.account) else { continue };
        let (feature, lock) = (disable.feature, disable.lock);
        let phone = provided.config.sip.iter_mut().find(|phone| phone.id == *account);
        match phone {
            // The user's file may say otherwise of what is not locked.
            Some(phone) if feature == Feature::Chat => {
                if lock {
                    (phone.chat, phone.chat_is_set) = (false, true);
                } else if phone.chat {
                    continue;
                }
            }
            _ => {}
        }
        if feature == Feature::Chat
            && let Some(chat) = provided.config.xmpp.iter_mut().find(|chat| chat.id == *account)
        {
            chat.chat = false;
        }
        if feature == Feature::Audio
            && let Some(chat) = provided.config.xmpp.iter_mut().find(|chat| chat.id == *account)
        {
            if lock {
                chat.audio = false;
            } else if chat.audio {
                continue;
            }
        }
        // Said twice, the stricter counts.
        let known = provided
            .disabled
            .iter_mut()
            .find(|known| known.account == *account && known.feature == feature);
        match known {
            Some(known) => known.lock |= lock,
            None => provided.disabled.push(Disabled { account: account.clone(), feature, lock }),
        }
    }
}

fn rule(candidate: &Candidate, ids: &BTreeMap<String, AccountId>, provided: &mut Provided) {
    let features = &candidate.document.features;
    for rule in features.overrides.iter().chain(&features.defaults) {
        let usual = rule.with.is_none() && rule.protocol == rule.feature.usual();
        if usual {
            continue;
        }
        if !rule.feature.ways().contains(&rule.protocol) {
            let feature = format!("{:?}", rule.feature).to_lowercase();
            let protocol = format!("{:?}", rule.protocol).to_uppercase();
            provided.remarks.push(format!("{feature} over {protocol}: not in this version."));
            continue;
        }
        let own = |id: &AccountId| ids.get(id.as_str()).cloned();
        let with = match &rule.with {
            Some(Match::Account(id)) => match own(id) {
                Some(id) => Some(Match::Account(id)),
                None => continue,
            },
            with => with.clone(),
        };
        let account = rule.account.as_ref().and_then(own);
        provided.rules.push(Rule { with, account, ..rule.clone() });
    }
}
