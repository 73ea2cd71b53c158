//! The comparison of both sides (CUSAX C61, C62), and its words.

use super::raise::cannot;
use crate::config::SrtpPolicy;
use crate::core::Core;
use crate::core::accounts::{Accounts, Record};
use crate::core::command::{CallProtection, Finding, Parity, Protection, SecurityReport};
use crate::model::account::{AccountKind, AccountState, Transport};
use crate::model::call::CallState;
use crate::model::security::{Level, MediaLevel};

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    name: String,
    level: Level,
    /// What is written or said over it.
    media: MediaLevel,
}

/// How two sides differ, in words; nothing where they do not.
fn difference(chat: &Side, phone: &Side) -> Option<String> {
    let (one, other) = (chat.level.comparable(), phone.level.comparable());
    if one == other {
        return (chat.media > phone.media).then(|| {
            format!(
                "What you write over {} is encrypted, what you say over {} is not.",
                chat.name, phone.name
            )
        });
    }
    let (weak, strong) = if one < other { (chat, phone) } else { (phone, chat) };
    Some(match weak.level {
        Level::NoTls => format!("{} is not encrypted, {} is.", weak.name, strong.name),
        Level::Unverified => format!(
            "Nobody verified the server of {}; that of {} was verified.",
            weak.name, strong.name
        ),
        _ => {
            format!("{} signs in with a weak method, {} with a strong one.", weak.name, strong.name)
        }
    })
}

/// What stands out at one account that is connected.
fn finding(record: &Record, level: Level, srtp: Option<SrtpPolicy>) -> Option<Finding> {
    let label = &record.view.label;
    let (what, advice) = match level {
        Level::NoTls if record.view.kind == AccountKind::Sip => (
            format!("Whom you call over {label}, and what you say, can be read on the way."),
            "Make both secure, or use a server or proxy address with TLS.",
        ),
        Level::NoTls => (
            format!("What you write over {label} can be read on the way."),
            "Make both secure, or use a server or proxy address with TLS.",
        ),
        Level::Unverified => (
            format!("{label} is encrypted, but the server's certificate was not checked."),
            "Use a server with a certificate that this computer trusts.",
        ),
        Level::WeakSignIn => (
            format!("{label} is encrypted, but signs in with an old method."),
            "Ask the provider for SCRAM (chat) or SHA-256 digest (telephony).",
        ),
        Level::Strong | Level::Bound if srtp == Some(SrtpPolicy::Off) => (
            format!("{label} connects securely, but the sound of calls is not encrypted."),
            "Make both secure, or take srtp = \"off\" out of the settings.",
        ),
        Level::Strong | Level::Bound => return None,
    };
    Some(Finding { account: record.view.id.clone(), what, advice: advice.to_owned() })
}

/// An account that does not connect since that would not be secure.
fn stopped(record: &Record) -> Option<Finding> {
    let view = &record.view;
    let (what, advice) = match (&view.certificate, &view.weaker) {
        (Some(refused), _) if refused.can_trust => (
            refused.problem.clone(),
            "Look at the certificate. Trust it only if you know from elsewhere that it is the \
             server's."
                .to_owned(),
        ),
        (Some(refused), _) => (refused.problem.clone(), "Ask the provider.".to_owned()),
        (None, Some(_)) => {
            return cannot(record).or_else(|| {
                Some(Finding {
                    account: view.id.clone(),
                    what: format!(
                        "{} is not connected. {}",
                        view.label,
                        view.reason.clone().unwrap_or_default()
                    ),
                    advice: "Stay disconnected, or connect although it is weaker.".to_owned(),
                })
            });
        }
        (None, None) => return None,
    };
    Some(Finding {
        account: view.id.clone(),
        what: format!("{} is not connected. {what}", view.label),
        advice,
    })
}

/// How well the sound of calls can be protected over a connection.
fn sound(srtp: SrtpPolicy, transport: Transport) -> MediaLevel {
    match (srtp, transport) {
        (SrtpPolicy::Off, _) | (_, Transport::Tcp | Transport::Udp) => MediaLevel::Open,
        _ => MediaLevel::Hops,
    }
}

impl Accounts {
    /// The name of an account among the others: its label, with its address where several have it.
    fn name_of(&self, record: &Record) -> String {
        let label = &record.view.label;
        match self.all().filter(|other| other.view.label == *label).count() {
            0 | 1 => label.clone(),
            _ => format!("{label} ({})", record.view.address),
        }
    }

    /// The accounts that are compared with each other: those that are related; where none is, each
    /// of one kind with each of the other.
    fn pairs(&self) -> Vec<(&Record, &Record)> {
        let chats = || self.of_kind(AccountKind::Xmpp);
        let phones = || self.of_kind(AccountKind::Sip);
        let is_related =
            |chat: &Record, phone: &Record| chat.view.related_to.as_ref() == Some(&phone.view.id);
        let all: Vec<_> =
            chats().flat_map(|chat| phones().map(move |phone| (chat, phone))).collect();
        let related: Vec<_> =
            all.iter().copied().filter(|(chat, phone)| is_related(chat, phone)).collect();
        if related.is_empty() { all } else { related }
    }
}

impl Core {
    /// Compares the accounts that are connected.
    pub(in crate::core) fn security_report(&self) -> SecurityReport {
        let differences: Vec<String> = self
            .accounts
            .pairs()
            .into_iter()
            .filter_map(|(chat, phone)| difference(&self.side(chat)?, &self.side(phone)?))
            .collect();
        let accounts = self.accounts.all();
        let findings = accounts.filter_map(|record| match level(record) {
            Some(level) => finding(record, level, self.srtp_of(&record.view.id)),
            None => stopped(record),
        });
        SecurityReport {
            level: if differences.is_empty() { Parity::Equal } else { Parity::Mismatch },
            difference: (!differences.is_empty()).then(|| differences.join(" ")),
            can_raise: self.could_raise(),
            findings: findings.collect(),
            cannot: self.accounts.all().filter_map(cannot).collect(),
            accounts: self.accounts.all().map(|record| self.protection(record)).collect(),
            calls: self.call_protections(),
        }
    }

    /// Whether every pair that is compared is connected on both sides.
    pub(super) fn are_compared(&self) -> bool {
        let both =
            |(chat, phone): (&Record, &Record)| level(chat).is_some() && level(phone).is_some();
        self.accounts.pairs().into_iter().all(both)
    }

    fn side(&self, record: &Record) -> Option<Side> {
        let level = level(record)?;
        let media = match record.view.kind {
            AccountKind::Xmpp => MediaLevel::of_messages(level),
            AccountKind::Sip => {
                let transport = record.view.security.as_ref()?.transport;
                sound(self.srtp_of(&record.view.id)?, transport)
            }
        };
        Some(Side { name: self.accounts.name_of(record), level, media })
    }

    fn protection(&self, record: &Record) -> Protection {
        let id = &record.view.id;
        let guard = self.guard(id);
        let level = level(record);
        let security = record.view.security.clone().filter(|_| level.is_some());
        let srtp = self.srtp_of(id);
        let transport = security.as_ref().map(|security| security.transport);
        Protection {
            account: id.clone(),
            level,
            messages: level.filter(|_| record.view.features.chat).map(MediaLevel::of_messages),
            sound: srtp.zip(transport).map(|(srtp, transport)| sound(srtp, transport)),
            srtp,
            floor: guard.with(record.demands()).floor(),
            raised: guard.srtp || guard.wanted != Default::default(),
            trusted: guard.pins,
            security,
        }
    }

    fn call_protections(&self) -> Vec<CallProtection> {
        let on = self.calls.list.iter().filter(|record| {
            let state = record.call.state;
            matches!(state, CallState::Active | CallState::Held | CallState::HeldByPeer)
        });
        on.map(|record| {
            let account = &record.call.account;
            let transport = self.accounts.get(account).and_then(|record| record.transport);
            let protected = transport == Some(Transport::Tls);
            CallProtection {
                call: record.call.id.clone(),
                account: account.clone(),
                level: MediaLevel::of_call(record.call.media.srtp, protected),
            }
        })
        .collect()
    }
}

/// Where an account stands, while it is connected.
fn level(record: &Record) -> Option<Level> {
    let is_online = record.view.state == AccountState::Online;
    record.view.security.as_ref().filter(|_| is_online).map(Level::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, level: Level) -> Side {
        Side { name: name.to_owned(), level, media: MediaLevel::of_messages(level) }
    }

    #[test]
    fn a_difference_is_told_in_words() {
        let said = |chat, phone| difference(&side("Chat", chat), &side("Telephony", phone));
        for (chat, phone, words) in [
            (Level::Bound, Level::NoTls, Some("Telephony is not encrypted, Chat is.")),
            (Level::NoTls, Level::WeakSignIn, Some("Chat is not encrypted, Telephony is.")),
            (
                Level::Strong,
                Level::Unverified,
                Some("Nobody verified the server of Telephony; that of Chat was verified."),
            ),
            (
                Level::Bound,
                Level::WeakSignIn,
                Some("Telephony signs in with a weak method, Chat with a strong one."),
            ),
            (Level::Bound, Level::Strong, None),
            (Level::NoTls, Level::NoTls, None),
        ] {
            assert_eq!(said(chat, phone).as_deref(), words);
        }
    }

    #[test]
    fn equal_connections_with_open_sound_differ() {
        let phone = Side { media: MediaLevel::Open, ..side("Telephony", Level::Strong) };
        let words = difference(&side("Chat", Level::Strong), &phone);
        let wanted = "What you write over Chat is encrypted, what you say over Telephony is not.";
        assert_eq!(words.as_deref(), Some(wanted));
    }

    #[test]
    fn sound_is_protected_no_better_than_its_keys() {
        assert_eq!(sound(SrtpPolicy::Required, Transport::Udp), MediaLevel::Open);
        assert_eq!(sound(SrtpPolicy::Off, Transport::Tls), MediaLevel::Open);
        assert_eq!(sound(SrtpPolicy::Preferred, Transport::Tls), MediaLevel::Hops);
    }
}
