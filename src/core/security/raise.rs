//! "Make both secure" (CUSAX C63): what is to be asked of both sides' servers, and what came of
//! it. The configuration is not touched: what the user wants stands beside it.

use crate::core::Core;
use crate::core::accounts::Record;
use crate::core::command::{Finding, Raised};
use crate::core::event::NoticeLevel;
use crate::model::account::{AccountKind, AccountState};
use crate::model::fault::Fault;
use crate::model::id::AccountId;
use crate::model::security::{AuthRank, Floor, Guard, Least, Security};

/// What an account is to have at least: as good as both protocols can.
pub(super) fn wanted(kind: AccountKind) -> Floor {
    let auth = match kind {
        AccountKind::Xmpp => AuthRank::ScramSha1,
        AccountKind::Sip => AuthRank::DigestSha256,
    };
    Floor { tls: true, auth: Some(auth), ..Floor::default() }
}

/// What raising an account adds to what it remembers.
pub(super) fn raised(mut guard: Guard, kind: AccountKind) -> Guard {
    guard.wanted = guard.wanted.max(wanted(kind));
    // Where it was offered, it is kept by what was seen; wanted, it is not given up alone.
    guard.wanted.bound |= guard.seen.bound;
    guard.srtp |= kind == AccountKind::Sip;
    guard
}

/// Whether a connection is below what is asked for.
pub(super) fn falls_short(security: &Security, floor: &Floor) -> bool {
    let has = Floor::of(security);
    floor.tls && !has.tls
        || floor.bound && !has.bound
        // What is remembered of a sign-in can be less than what it was.
        || floor.auth > AuthRank::of(&security.auth)
}

/// What is missing, as an answer to "make both secure".
pub(super) fn cannot(record: &Record) -> Option<Finding> {
    let question = record.view.weaker.as_ref().filter(|q| q.weaker.least == Least::Wanted)?;
    Some(Finding {
        account: record.view.id.clone(),
        what: format!("{} cannot be made secure. {}", record.view.label, question.weaker),
        advice: match question.can_accept {
            true => "Disconnect it, or connect as before.".to_owned(),
            false => "Disconnect it, and ask the provider.".to_owned(),
        },
    })
}

impl Core {
    /// `security.raise`
    pub(super) fn raise(&mut self) -> Raised {
        let accounts: Vec<(AccountId, AccountKind)> = [AccountKind::Xmpp, AccountKind::Sip]
            .into_iter()
            .flat_map(|kind| self.accounts.of_kind(kind))
            .map(|record| (record.view.id.clone(), record.view.kind))
            .collect();
        let mut changes = Vec::new();
        for (account, kind) in accounts {
            changes.extend(self.raise_account(&account, kind));
        }
        self.tell_security();
        Raised { changes, cannot: self.accounts.all().filter_map(cannot).collect() }
    }

    fn raise_account(&mut self, account: &AccountId, kind: AccountKind) -> Option<String> {
        let guard = raised(self.guard(account), kind);
        let floor = guard.floor();
        let is_news = guard != self.guard(account);
        self.keep_guard(account, guard);
        let has_calls = self.has_calls_on(account);
        let record = self.accounts.get_mut(account)?;
        let is_short = record.view.security.as_ref().is_some_and(|s| falls_short(s, &floor));
        if is_short && record.is_started() {
            record.to_renew = true;
            self.trust.raising.push(account.clone());
        }
        let record = self.accounts.get(account)?;
        let label = &record.view.label;
        match (is_short, kind) {
            (true, AccountKind::Sip) if has_calls => Some(format!(
                "{label} connects again over TLS when the call is over; every call is then \
                 encrypted."
            )),
            (true, AccountKind::Sip) => Some(format!(
                "{label} connects again: over TLS, with a strong sign-in, and every call is \
                 encrypted."
            )),
            (true, AccountKind::Xmpp) => {
                Some(format!("{label} connects again with a strong sign-in."))
            }
            (false, AccountKind::Sip) if is_news => {
                Some(format!("{label} stays as secure as it is, and every call is encrypted."))
            }
            (false, AccountKind::Xmpp) if is_news => {
                Some(format!("{label} stays as secure as it is."))
            }
            (false, _) => None,
        }
    }

    /// An account that was to be raised is signed in.
    pub(super) fn raised(&mut self, account: &AccountId, security: &Security) {
        let was_raised = self.trust.raising.contains(account);
        if !was_raised || falls_short(security, &self.guard(account).floor()) {
            return;
        }
        self.trust.raising.retain(|other| other != account);
        let Some(record) = self.accounts.get(account) else { return };
        let text = format!("{} is secure now.", record.view.label);
        self.notice(NoticeLevel::Info, text);
    }

    /// An account that was to be raised is not: that is said, and what can be done.
    pub(super) fn raise_failed(&mut self, account: &AccountId, fault: &Fault) {
        let was_raised = self.trust.raising.contains(account);
        if !was_raised || fault.can_pass() {
            return;
        }
        self.trust.raising.retain(|other| other != account);
        let Some(record) = self.accounts.get(account) else { return };
        let said = cannot(record).map(|finding| format!("{} {}", finding.what, finding.advice));
        let label = record.view.label.clone();
        let text = said.unwrap_or_else(|| format!("{label} could not be made secure. {fault}"));
        self.notice(NoticeLevel::Warning, text);
    }

    /// Whether raising would change anything that is known.
    pub(super) fn could_raise(&self) -> bool {
        self.accounts.all().filter(|record| !record.is_retired).any(|record| {
            let guard = self.guard(&record.view.id);
            let floor = raised(guard.clone(), record.view.kind);
            let is_online = record.view.state == AccountState::Online;
            let security = record.view.security.as_ref().filter(|_| is_online);
            floor != guard && security.is_some_and(|s| falls_short(s, &wanted(record.view.kind)))
                || self.srtp_of(&record.view.id) == Some(crate::config::SrtpPolicy::Off)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::security::Transport;

    fn security(transport: Transport, auth: &str) -> Security {
        Security { transport, tls: None, auth: auth.to_owned() }
    }

    #[test]
    fn what_is_strong_enough_does_not_fall_short() {
        let chat = wanted(AccountKind::Xmpp);
        let phone = wanted(AccountKind::Sip);
        for (transport, auth, floor, short) in [
            (Transport::Tls, "SCRAM-SHA-512", chat, false),
            (Transport::Tls, "SCRAM-SHA-1-PLUS", chat, false),
            (Transport::Tls, "PLAIN", chat, true),
            (Transport::Tls, "DIGEST-SHA-512-256", phone, false),
            (Transport::Tls, "DIGEST-SHA-256", phone, false),
            (Transport::Tls, "DIGEST-MD5", phone, true),
            (Transport::Udp, "DIGEST-SHA-256", phone, true),
            (Transport::Tls, "SCRAM-SHA-256", Floor { bound: true, ..chat }, true),
        ] {
            let security = security(transport, auth);
            assert_eq!(falls_short(&security, &floor), short, "{security:?}");
        }
    }

    #[test]
    fn raising_asks_for_binding_only_where_it_was_offered() {
        let mut guard = Guard::default();
        assert!(!raised(guard.clone(), AccountKind::Xmpp).wanted.bound);
        guard.seen.bound = true;
        let chat = raised(guard.clone(), AccountKind::Xmpp);
        assert!(chat.wanted.bound && chat.wanted.tls && !chat.srtp);
        assert!(raised(guard, AccountKind::Sip).srtp);
    }
}
