//! Accounts side by side, each with its own state (CUSAX C11, C12), and the relation between
//! a chat and a telephony account (C30).

mod connection;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::command::Reply;
use super::relations::effective;
use crate::config::{Config, SipAccount, XmppAccount};
use crate::model::BareJid;
use crate::model::account::{
    Account, AccountKind, AccountState, Features, Overall, ReasonKind, Transport,
};
use crate::model::address::Aor;
use crate::model::id::AccountId;
use crate::model::relation::{Relation, RelationSource, Relations};
use crate::model::time::Now;

/// Why an account that the user disconnected is not connected.
pub(super) const RESTS: &str = "You disconnected it.";

/// All accounts, chat first.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    records: Vec<Record>,
    /// The relations that the configuration names.
    pub configured: Vec<Relation>,
    /// The user's own name, as their contact card has it.
    pub full_name: Option<String>,
}

/// One account.
#[derive(Debug)]
pub(super) struct Record {
    pub view: Account,
    pub settings: Settings,
    /// Its actor runs.
    started: bool,
    /// The user wants it connected, whatever its other half does.
    pub anyway: bool,
    /// A password was given while an attempt with an older one was under way.
    pub newer_password: bool,
    /// The user wants it not to connect.
    pub rests: bool,
    /// Why it is taken down: its other half is not connected.
    pub down_for: Option<String>,
    /// The provider gave it once, and does no more: switched off.
    pub is_retired: bool,
    /// Its actor is to end, and to begin anew where it is not switched off.
    pub to_renew: bool,
    /// Its actor was told to end, and has not yet.
    pub is_stopping: bool,
    /// Since when it is not online, and whether that needs the user.
    away: Option<(Instant, bool)>,
    /// Its relation.
    relation: Option<Relation>,
    /// Where media sockets are bound (SIP).
    pub local: Option<IpAddr>,
    /// What the last registration went over (SIP). Kept while there is none, for the calls that
    /// go on.
    pub transport: Option<Transport>,
}

/// Its configuration.
#[derive(Debug, Clone)]
pub(super) enum Settings {
    Xmpp(XmppAccount),
    Sip(SipAccount),
}

impl Accounts {
    pub(super) fn new(config: &Config) -> Self {
        let chat = config.xmpp.iter().map(|settings| Record::of(Settings::Xmpp(settings.clone())));
        let telephony =
            config.sip.iter().map(|settings| Record::of(Settings::Sip(settings.clone())));
        let configured = configured(config);
        let records = chat.chain(telephony).collect();
        let mut all = Self { records, configured, full_name: None };
        let nothing = Relations::default();
        let relations = effective(&all.configured, &nothing, |id| all.get(id).is_some());
        all.apply(&relations);
        all
    }

    /// Adds one, chat before telephony.
    pub(super) fn add(&mut self, settings: Settings) {
        let record = Record::of(settings);
        let place = match record.view.kind {
            AccountKind::Xmpp => self.records.iter().position(|r| r.view.kind == AccountKind::Sip),
            AccountKind::Sip => None,
        };
        self.records.insert(place.unwrap_or(self.records.len()), record);
    }

    /// Adds one that is switched off, if it is not there, and if its address can be read.
    pub(super) fn add_retired(
        &mut self,
        id: &AccountId,
        kind: AccountKind,
        address: &str,
        why: &str,
    ) {
        if self.get(id).is_some() {
            return;
        }
        let settings = match kind {
            AccountKind::Xmpp => BareJid::new(address)
                .ok()
                .map(|jid| Settings::Xmpp(XmppAccount::plain(id.clone(), jid))),
            AccountKind::Sip => Aor::parse(address)
                .ok()
                .map(|aor| Settings::Sip(SipAccount::plain(id.clone(), aor))),
        };
        let Some(settings) = settings else { return };
        self.add(settings);
        if let Some(record) = self.get_mut(id) {
            record.is_retired = true;
            record.view.state = AccountState::Disabled;
            record.view.reason = Some(why.to_owned());
        }
    }

    /// All ids, those of accounts that are switched off among them.
    pub(super) fn ids(&self) -> Vec<AccountId> {
        self.records.iter().map(|record| record.view.id.clone()).collect()
    }

    pub(super) fn get(&self, id: &AccountId) -> Option<&Record> {
        self.records.iter().find(|record| record.view.id == *id)
    }

    pub(super) fn get_mut(&mut self, id: &AccountId) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.view.id == *id)
    }

    pub(super) fn is_online(&self, id: &AccountId) -> bool {
        self.get(id).is_some_and(|record| record.view.state == AccountState::Online)
    }

    /// The chat accounts that are online.
    pub(super) fn online_chats(&self) -> Vec<AccountId> {
        let online = |record: &&Record| record.view.state == AccountState::Online;
        let chats = self.of_kind(AccountKind::Xmpp).filter(online);
        chats.map(|record| record.view.id.clone()).collect()
    }

    pub(super) fn of_kind(&self, kind: AccountKind) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.view.kind == kind && !record.is_retired)
    }

    /// All, those that are switched off among them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    pub(super) fn views(&self) -> Vec<Account> {
        self.records.iter().map(|record| record.view.clone()).collect()
    }

    pub(super) fn sip(&self, id: &AccountId) -> Option<&SipAccount> {
        match &self.get(id)?.settings {
            Settings::Sip(settings) => Some(settings),
            Settings::Xmpp(_) => None,
        }
    }

    /// The address of a chat account.
    pub(super) fn jid(&self, id: &AccountId) -> Option<&BareJid> {
        match &self.get(id)?.settings {
            Settings::Xmpp(settings) => Some(&settings.jid),
            Settings::Sip(_) => None,
        }
    }

    /// Takes in what relations there are. Returns the accounts for which that is new.
    pub(super) fn apply(&mut self, relations: &[Relation]) -> Vec<AccountId> {
        let mut changed = Vec::new();
        for record in &mut self.records {
            let id = &record.view.id;
            let relation = relations.iter().find(|relation| relation.has(id));
            if record.relation.as_ref() == relation {
                continue;
            }
            record.view.related_to =
                relation.map(|r| if r.xmpp == *id { r.sip.clone() } else { r.xmpp.clone() });
            record.relation = relation.cloned();
            changed.push(id.clone());
        }
        changed
    }

    /// Whether a telephony account is to begin or to stop sending messages, by its relation
    /// (C8, C10).
    pub(super) fn chat_switched(&mut self, id: &AccountId) -> Option<bool> {
        let record = self.get_mut(id)?;
        let Settings::Sip(settings) = &record.settings else { return None };
        let chat = if settings.chat_is_set { settings.chat } else { record.relation.is_none() };
        (std::mem::replace(&mut record.view.features.chat, chat) != chat).then_some(chat)
    }

    /// Since when an account is not online; long ago when it needs the user to become so.
    pub(super) fn away_since(&self, id: &AccountId, now: Now) -> Option<Instant> {
        let record = self.get(id).filter(|record| record.down_for.is_none())?;
        let (since, needs_user) = record.away?;
        let long_ago = now.steady.checked_sub(Duration::from_secs(3600)).unwrap_or(since);
        Some(if needs_user { long_ago } else { since })
    }

    /// Those whose actor runs.
    pub(super) fn started(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.started)
    }

    /// The telephony account for calls to this chat account's contacts, when a relation or
    /// their number leaves no question (C29, C31).
    pub(super) fn telephony_for(&self, chat: &AccountId) -> Option<&Record> {
        let related = self.get(chat).and_then(|record| record.view.related_to.as_ref());
        match related {
            Some(related) => self.get(related),
            None => self.only_telephony(),
        }
    }

    /// The one telephony account, when there is exactly one.
    pub(super) fn only_telephony(&self) -> Option<&Record> {
        let mut all = self.of_kind(AccountKind::Sip);
        let first = all.next();
        if all.next().is_some() { None } else { first }
    }

    /// The user's own name for the side panel.
    pub(super) fn me(&self) -> String {
        if let Some(name) = &self.full_name {
            return name.clone();
        }
        let Some(record) = self.records.first() else { return String::new() };
        match &record.settings {
            Settings::Xmpp(settings) => settings
                .jid
                .node()
                .map_or_else(|| settings.jid.to_string(), |node| node.as_str().to_owned()),
            Settings::Sip(settings) => settings.aor.user().to_owned(),
        }
    }

    pub(super) fn overall(&self) -> Overall {
        let count = |state| self.records.iter().filter(|record| record.view.state == state).count();
        let online = count(AccountState::Online);
        let wanted = self.records.iter().filter(|record| !record.is_retired).count();
        if online > 0 && online == wanted {
            Overall::Online
        } else if online > 0 {
            Overall::Partial
        } else if count(AccountState::Connecting) > 0 {
            Overall::Connecting
        } else {
            Overall::Offline
        }
    }

    pub(super) fn status(&self) -> Reply {
        Reply::Status { accounts: self.views(), overall: self.overall() }
    }
}

/// The relations that the configuration names.
pub(super) fn configured(config: &Config) -> Vec<Relation> {
    let related = config.sip.iter().filter_map(|sip| {
        let xmpp = sip.related_to.clone()?;
        let chat = config.xmpp.iter().find(|chat| chat.id == xmpp)?;
        Some(Relation {
            xmpp,
            sip: sip.id.clone(),
            by: RelationSource::Configuration,
            both_or_none: false,
            chat_waits: chat.wait_for.as_ref() == Some(&sip.id),
        })
    });
    related.collect()
}

impl Record {
    fn of(settings: Settings) -> Self {
        let (id, kind, address, features) = match &settings {
            Settings::Xmpp(account) => (
                account.id.clone(),
                AccountKind::Xmpp,
                account.jid.to_string(),
                Features { chat: true, presence: true, ..Features::default() },
            ),
            Settings::Sip(account) => (
                account.id.clone(),
                AccountKind::Sip,
                account.aor.to_string(),
                Features { audio: true, chat: account.chat, ..Features::default() },
            ),
        };
        Self::new(&id, kind, address, features, settings)
    }

    fn new(
        id: &AccountId,
        kind: AccountKind,
        address: String,
        features: Features,
        settings: Settings,
    ) -> Self {
        let view = Account {
            id: id.clone(),
            kind,
            label: kind.label().to_owned(),
            address,
            state: AccountState::Offline,
            reason: None,
            reason_kind: None,
            retry_in: None,
            related_to: None,
            security: None,
            level: None,
            certificate: None,
            weaker: None,
            features,
            locked: Vec::new(),
            mailbox: None,
        };
        Self {
            view,
            settings,
            started: false,
            anyway: false,
            newer_password: false,
            rests: false,
            down_for: None,
            is_retired: false,
            to_renew: false,
            is_stopping: false,
            away: None,
            relation: None,
            local: None,
            transport: None,
        }
    }

    pub(super) fn is_started(&self) -> bool {
        self.started
    }

    /// Its actor has ended.
    pub(super) fn stopped(&mut self) {
        (self.started, self.is_stopping) = (false, false);
        (self.view.state, self.view.security) = (AccountState::Offline, None);
        (self.view.level, self.view.certificate, self.view.weaker) = (None, None, None);
        (self.view.reason, self.view.reason_kind, self.view.retry_in) = (None, None, None);
        if self.rests {
            self.view.reason = Some(RESTS.to_owned());
            self.view.reason_kind = Some(ReasonKind::Disconnected);
        }
        (self.away, self.local) = (None, None);
    }

    /// The account that has to be online before this one connects (C13, C14).
    fn waits_for(&self) -> Option<&AccountId> {
        let Settings::Xmpp(settings) = &self.settings else { return None };
        let configured = settings.wait_for.as_ref();
        let waits = match &self.relation {
            Some(r) if configured.is_none_or(|other| *other == r.sip) => {
                (r.chat_waits || r.both_or_none).then_some(&r.sip)
            }
            _ => configured,
        };
        waits.filter(|_| !self.anyway)
    }

    /// What a telephony account's messages are to be switched to, where that differs from what
    /// its actor begins with.
    fn switched_from_configuration(&self) -> Option<bool> {
        let Settings::Sip(settings) = &self.settings else { return None };
        let chat = self.view.features.chat;
        (settings.chat != chat).then_some(chat)
    }

    /// Notes whether it is away. `needs_user`: it does not try again by itself.
    fn note_away(&mut self, now: Now, needs_user: bool) {
        self.away = match self.view.state {
            AccountState::Online => None,
            _ => Some((self.away.map_or(now.steady, |(since, _)| since), needs_user)),
        };
    }
}
