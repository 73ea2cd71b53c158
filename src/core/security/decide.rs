//! The user's word: on a certificate, on a server that offers less than before, and that an
//! account is to rest.

use super::give_up;
use crate::core::accounts::RESTS;
use crate::core::command::{CommandError, Reply};
use crate::core::{Core, Output};
use crate::model::account::{AccountKind, AccountState, ReasonKind};
use crate::model::id::AccountId;
use crate::model::security::Fingerprint;
use crate::model::time::Now;
use crate::sip::SipCommand;
use crate::xmpp::XmppCommand;

type Done = Result<Reply, CommandError>;

fn refused(text: impl Into<String>) -> Done {
    Err(CommandError::Refused(text.into()))
}

fn unknown(account: &AccountId) -> Done {
    refused(format!("There is no account “{account}”."))
}

impl Core {
    /// `account.trust`: exactly the certificate that was refused and is shown.
    pub(super) fn trust_certificate(
        &mut self,
        now: Now,
        account: &AccountId,
        fingerprint: &Fingerprint,
    ) -> Done {
        let Some(record) = self.accounts.get(account) else { return unknown(account) };
        let shown = record.view.certificate.as_deref();
        let Some(shown) = shown.filter(|shown| shown.facts.fingerprint == *fingerprint) else {
            return refused("This is not the certificate that the server showed last.");
        };
        if !shown.can_trust {
            return refused(shown.why_not.clone().unwrap_or_default());
        }
        let (domain, before) = (record.domain(), shown.before);
        let mut guard = self.guard(account);
        if let Some(before) = before {
            guard.distrust(&before);
        }
        if let Err(error) = guard.trust(*fingerprint, &domain, now.wall) {
            return refused(error.to_string());
        }
        self.keep_guard(account, guard);
        if let Some(record) = self.accounts.get_mut(account) {
            record.view.certificate = None;
        }
        self.on_connect_command(now, account.clone())
    }

    /// `account.distrust`: a connection that rests on it ends, and is tried anew.
    pub(super) fn distrust_certificate(
        &mut self,
        account: &AccountId,
        fingerprint: &Fingerprint,
    ) -> Done {
        let Some(record) = self.accounts.get(account) else { return unknown(account) };
        let tls = record.view.security.as_ref().and_then(|security| security.tls.as_ref());
        let certificate = tls.filter(|tls| tls.pinned).and_then(|tls| tls.certificate.as_ref());
        let in_use = certificate.is_some_and(|facts| facts.fingerprint == *fingerprint);
        let mut guard = self.guard(account);
        if !guard.distrust(fingerprint) {
            return refused("This account does not trust that certificate.");
        }
        self.keep_guard(account, guard);
        if in_use && let Some(record) = self.accounts.get_mut(account) {
            record.to_renew = record.is_started();
        }
        self.tell_security();
        Ok(Reply::Done {})
    }

    /// `account.accept_weaker`: the answer to `Account::weaker`.
    pub(super) fn accept_weaker(&mut self, now: Now, account: AccountId) -> Done {
        let Some(record) = self.accounts.get_mut(&account) else { return unknown(&account) };
        let Some(question) = record.view.weaker.take() else {
            return refused("The server of this account offers no less than before.");
        };
        if let Some(why_not) = &question.why_not {
            let text = why_not.clone();
            record.view.weaker = Some(question);
            return refused(text);
        }
        let mut guard = self.guard(&account);
        give_up(&mut guard, &question.weaker);
        self.keep_guard(&account, guard);
        self.on_connect_command(now, account)
    }

    /// `account.disconnect`: until `account.connect`, or until the program starts anew.
    pub(in crate::core) fn on_disconnect_command(&mut self, now: Now, account: &AccountId) -> Done {
        let has_calls = self.has_calls_on(account);
        let Some(record) = self.accounts.get_mut(account) else { return unknown(account) };
        if has_calls {
            return refused("There is a call on this account. Hang up first.");
        }
        if record.view.state == AccountState::Disabled {
            return refused("This account is switched off.");
        }
        record.rests = true;
        record.anyway = false;
        record.down_for = None;
        (record.view.certificate, record.view.weaker) = (None, None);
        let kind = record.view.kind;
        if record.is_started() {
            self.outputs.push_back(match kind {
                AccountKind::Xmpp => Output::Xmpp(account.clone(), XmppCommand::Disconnect),
                AccountKind::Sip => Output::Sip(account.clone(), SipCommand::Disconnect),
            });
        }
        self.show_rest(account);
        self.balance(now);
        Ok(Reply::Done {})
    }

    /// What is shown of an account that rests by the user's word.
    fn show_rest(&mut self, account: &AccountId) {
        if let Some(record) = self.accounts.get_mut(account)
            && record.view.state != AccountState::Online
        {
            record.view.state = AccountState::Offline;
            record.view.reason = Some(RESTS.to_owned());
            record.view.reason_kind = Some(ReasonKind::Disconnected);
            record.view.retry_in = None;
        }
        self.tell_account(account);
    }
}
