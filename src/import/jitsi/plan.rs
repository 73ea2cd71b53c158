//! From Jitsi's accounts to ours: what would be added, and what is left out and why.

use std::collections::HashSet;

use super::account::{Account, Kind, Proxy, Sip, Xmpp};
use super::relation::{self, At, Chat, Phone};
use super::safe;
use super::words::{Note, Reason};
use crate::config::{
    self, Config, DtmfMode, EXPIRES, HostPort, MAX_ACCOUNTS, PasswordSource, SipAccount,
    SrtpPolicy, TlsStart, XmppAccount,
};
use crate::model::account::Transport;
use crate::model::address::{Aor, SipTarget};
use crate::model::dialing::Dialing;
use crate::model::id::AccountId;
use crate::model::{BareJid, Jid};
use crate::sdp::Codec;

/// What an import would do. Its texts are safe to show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Chat accounts to add.
    pub xmpp: Vec<Planned<XmppAccount>>,
    /// Telephony accounts to add.
    pub sip: Vec<Planned<SipAccount>>,
    /// Accounts that are left out.
    pub skipped: Vec<Skipped>,
}

/// An account to add.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<T> {
    /// As it would stand in the configuration.
    pub account: T,
    /// What is different from Jitsi, or worth a thought.
    pub notes: Vec<Note>,
}

/// An account that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its address or, where it has none, its name in the file.
    pub what: String,
    /// Its protocol, in Jitsi's words.
    pub protocol: String,
    /// Why.
    pub reason: Reason,
    /// What is to be done by hand.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Nothing would be added.
    pub fn is_empty(&self) -> bool {
        self.xmpp.is_empty() && self.sip.is_empty()
    }

    /// The tables to append to `config.toml`; empty when nothing is to be added.
    pub fn tables(&self) -> String {
        let xmpp: Vec<_> = self.xmpp.iter().map(|planned| planned.account.clone()).collect();
        let sip: Vec<_> = self.sip.iter().map(|planned| planned.account.clone()).collect();
        config::tables(&xmpp, &sip)
    }
}

/// What importing these accounts into this configuration would do.
pub fn plan(accounts: &[Account], config: &Config) -> Plan {
    let ids = config.xmpp.iter().map(|account| &account.id);
    let ids = ids.chain(config.sip.iter().map(|account| &account.id)).cloned().collect();
    let mut planner = Planner { config, ids, plan: Plan::default() };
    let mut chats = Vec::new();
    for account in accounts {
        if let Kind::Xmpp(own) = &account.kind {
            let id = planner.chat(account, own);
            chats.push(Chat { node: &account.node, uid: &account.uid, id });
        }
    }
    let mut phones = Vec::new();
    for account in accounts {
        if let Kind::Sip(own) = &account.kind {
            phones.extend(planner.phone(account, own));
        }
    }
    for account in accounts.iter().filter(|account| account.kind == Kind::Other) {
        planner.skip(account, None, Reason::Protocol(safe(&account.protocol)));
    }
    let mut plan = planner.plan;
    relation::join(&mut plan, config, &chats, &phones);
    plan
}

struct Planner<'a> {
    config: &'a Config,
    /// Identifiers in use.
    ids: HashSet<AccountId>,
    plan: Plan,
}

impl Planner<'_> {
    /// Plans a chat account; gives the identifier of the account with this address, which may
    /// be an old one.
    fn chat(&mut self, account: &Account, own: &Xmpp) -> Option<AccountId> {
        let jid = match jid(account) {
            Ok(_) if own.anonymous => Err(Reason::Anonymous),
            other => other,
        };
        let jid = match jid {
            Ok(jid) => jid,
            Err(reason) => {
                self.skip(account, None, reason);
                return None;
            }
        };
        let there = self.config.xmpp.iter().find(|there| there.jid == jid).map(|it| it.id.clone());
        let first = self.plan.xmpp.iter().find(|first| first.account.jid == jid);
        let first = first.map(|it| it.account.id.clone());
        let count = self.config.xmpp.len() + self.plan.xmpp.len();
        if let Some(reason) = reason(account, there.as_ref(), first.as_ref(), count) {
            self.skip(account, Some(jid.to_string()), reason);
            return there.or(first);
        }
        let id = self.fresh("chat");
        self.plan.xmpp.push(chat(id.clone(), jid, account, own));
        Some(id)
    }

    /// Plans a telephony account; gives where it went, when it is joined to a chat account.
    fn phone<'b>(&mut self, account: &Account, own: &'b Sip) -> Option<Phone<'b>> {
        let aor = match aor(account) {
            Ok(aor) => aor,
            Err(reason) => {
                self.skip(account, None, reason);
                return None;
            }
        };
        let there = self.config.sip.iter().find(|there| there.aor == aor).map(|it| it.id.clone());
        let first = self.plan.sip.iter().find(|first| first.account.aor == aor);
        let first = first.map(|it| it.account.id.clone());
        let count = self.config.sip.len() + self.plan.sip.len();
        let at = match reason(account, there.as_ref(), first.as_ref(), count) {
            None => {
                let id = self.fresh("phone");
                self.plan.sip.push(phone(id, aor.clone(), account, own));
                At::New(self.plan.sip.len() - 1)
            }
            Some(reason) => {
                self.skip(account, Some(aor.to_string()), reason);
                there?;
                At::There(self.plan.skipped.len() - 1)
            }
        };
        own.joined_to.as_deref().map(|named| Phone { aor, named, at })
    }

    fn skip(&mut self, account: &Account, address: Option<String>, reason: Reason) {
        let name = if account.user.is_empty() { &account.node } else { &account.user };
        let what = safe(address.as_ref().unwrap_or(name));
        let protocol = safe(&account.protocol);
        self.plan.skipped.push(Skipped { what, protocol, reason, notes: Vec::new() });
    }

    /// `chat`, `chat-2`, and so on: the first that no account has.
    fn fresh(&mut self, base: &str) -> AccountId {
        let mut id = AccountId::new(base);
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = AccountId::new(format!("{base}-{count}"));
        }
        id
    }
}

/// Why an account with a good address is left out.
fn reason(
    account: &Account,
    there: Option<&AccountId>,
    first: Option<&AccountId>,
    count: usize,
) -> Option<Reason> {
    match (there, first) {
        (Some(id), _) => Some(Reason::There(id.clone())),
        (_, Some(id)) => Some(Reason::Twice(id.clone())),
        _ if !account.enabled => Some(Reason::Off),
        _ if count >= MAX_ACCOUNTS => Some(Reason::TooMany(MAX_ACCOUNTS)),
        _ => None,
    }
}

/// A user without domain is one of the server's.
fn jid(account: &Account) -> Result<BareJid, Reason> {
    let text = match &account.server {
        Some(server) if !account.user.contains('@') => format!("{}@{server}", account.user),
        _ => account.user.clone(),
    };
    let jid = Jid::new(&text).map_err(|_| Reason::Jid)?.to_bare();
    if jid.node().is_some() { Ok(jid) } else { Err(Reason::Jid) }
}

/// The user's own domain counts, else the server's.
fn aor(account: &Account) -> Result<Aor, Reason> {
    let (user, domain) = account.user.split_once('@').unwrap_or((&account.user, ""));
    let domain = Some(domain).filter(|domain| !domain.is_empty()).or(account.server.as_deref());
    let domain = domain.ok_or(Reason::NoServer)?;
    Aor::parse(&format!("{user}@{domain}")).map_err(Reason::Address)
}

fn chat(id: AccountId, jid: BareJid, account: &Account, own: &Xmpp) -> Planned<XmppAccount> {
    let mut notes = Vec::new();
    let server = own.port.and_then(|port| {
        let named = account.server.as_deref().unwrap_or_default();
        let found = host(named).map(|host| HostPort { host, port });
        if found.is_none() {
            notes.push(Note::Server(safe(named)));
        }
        found
    });
    let told = [
        (own.allows_plain, Note::AllowsPlain),
        (own.over_http, Note::OverHttp),
        (account.certificate, Note::Certificate),
        (!account.calls, Note::ChatCallsOff),
    ];
    notes.extend(told.into_iter().filter(|(holds, _)| *holds).map(|(_, note)| note));
    let account = XmppAccount {
        id,
        jid,
        server,
        tls: TlsStart::StartTls,
        password: PasswordSource::Keyring,
        ca_file: None,
        demands: Default::default(),
        chat: true,
        audio: false,
        wait_for: None,
    };
    Planned { account, notes }
}

fn phone(id: AccountId, aor: Aor, account: &Account, own: &Sip) -> Planned<SipAccount> {
    let mut notes = Vec::new();
    let proxy = own.proxy.as_ref().and_then(|proxy| {
        let found = target(proxy);
        notes.push(match &found {
            None => Note::Proxy(safe(&proxy.host)),
            Some(_) if proxy.transport == Transport::Tls => return found,
            Some(_) => Note::Unencrypted(proxy.transport),
        });
        found
    });
    let given = own.username.as_deref().filter(|name| *name != aor.user());
    let username = given.filter(|name| safe(name) == **name).map(str::to_owned);
    let registrar = account.server.as_deref().filter(|_| proxy.is_none());
    let registrar = registrar.filter(|server| !server.eq_ignore_ascii_case(aor.host()));
    notes.extend(registrar.map(|server| Note::Registrar(safe(server))));
    let crypt = own.encryption;
    let told = [
        (given.is_some() && username.is_none(), Note::Username),
        (account.certificate, Note::Certificate),
        (!account.calls, Note::CallsOff),
        (!crypt.on, Note::EncryptionOff),
        (crypt.required && !crypt.sdes, Note::RequiredOtherwise),
        (crypt.zrtp && !crypt.sdes && !crypt.required, Note::Zrtp),
        (own.dtmf.as_deref() == Some("INBAND_DTMF"), Note::DtmfInBand),
    ];
    notes.extend(told.into_iter().filter(|(holds, _)| *holds).map(|(_, note)| note));
    let info = own.dtmf.as_deref() == Some("SIP_INFO_DTMF");
    let account = SipAccount {
        id,
        aor,
        proxy,
        username,
        password: PasswordSource::Keyring,
        ca_file: None,
        demands: Default::default(),
        srtp: if crypt.required { SrtpPolicy::Required } else { SrtpPolicy::Preferred },
        related_to: None,
        chat: own.messages,
        // What the relation says is right unless Jitsi was told otherwise.
        chat_is_set: !own.messages,
        codecs: Codec::USUAL.to_vec(),
        expires: EXPIRES,
        voicemail: None,
        dtmf: if info { DtmfMode::Info } else { DtmfMode::Rtp },
        dialing: Dialing::default(),
    };
    Planned { account, notes }
}

fn target(proxy: &Proxy) -> Option<SipTarget> {
    let host = host(&proxy.host)?;
    let (port, transport) = (Some(proxy.port), Some(proxy.transport));
    Some(SipTarget { secure: false, host, port, transport })
}

/// A host name, or an IP address with or without brackets.
fn host(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    let bare = plain && text.matches(':').count() > 1 && !text.starts_with('[');
    let text = if bare { format!("[{text}]") } else { text.to_owned() };
    let target = SipTarget::parse(&format!("sip:{text}")).ok().filter(|_| plain)?;
    target.port.is_none().then_some(target.host)
}
