//! Accounts whose password is missing or was refused: they are asked for it, and sign in with
//! what is given.

use super::accounts::Settings;
use super::command::{CommandError, KeepPassword, Reply};
use super::event::NoticeLevel;
use super::{Core, Output, RequestId};
use crate::config::PasswordSource;
use crate::model::account::{AccountState, ReasonKind};
use crate::model::fault::Fault;
use crate::model::id::AccountId;
use crate::model::secret::Secret;

impl Core {
    /// `account.password`
    pub(super) fn give_password(
        &mut self,
        request: RequestId,
        account: AccountId,
        password: Secret,
        keep: KeepPassword,
    ) {
        match self.check_password(&account, &password, keep) {
            Ok(()) => {
                self.outputs.push_back(Output::Password { request, account, password, keep });
            }
            Err(error) => self.outputs.push_back(Output::Reply(request, Err(error))),
        }
    }

    fn check_password(
        &self,
        account: &AccountId,
        password: &Secret,
        keep: KeepPassword,
    ) -> Result<(), CommandError> {
        let refused = |text: String| Err(CommandError::Refused(text));
        let Some(record) = self.accounts.get(account) else {
            return refused(format!("There is no account “{account}”."));
        };
        let source = match &record.settings {
            Settings::Xmpp(settings) => &settings.password,
            Settings::Sip(settings) => &settings.password,
        };
        if password.is_empty() {
            return refused("An empty password is none.".to_owned());
        }
        // It would never be read there.
        if keep == KeepPassword::Keyring && *source != PasswordSource::Keyring {
            let text = "This account takes its password from a command (password_command). Take \
                        that out of config.toml, or give the password for this time only.";
            return refused(text.to_owned());
        }
        Ok(())
    }

    /// The password is where it was wanted, or, with `trouble`, only in memory: sign in with it.
    pub(super) fn on_password_kept(
        &mut self,
        request: RequestId,
        account: &AccountId,
        keep: KeepPassword,
        trouble: Option<String>,
    ) {
        let kept = if trouble.is_some() { KeepPassword::Session } else { keep };
        if let Some(trouble) = &trouble {
            let text =
                format!("{trouble} It is used until Dovetail ends, and asked for again then.");
            self.notice(NoticeLevel::Warning, text);
        }
        if let Some(record) = self.accounts.get_mut(account) {
            // An attempt under way may have begun with the old one.
            record.newer_password = record.view.state == AccountState::Connecting;
            record.rests = false;
            match record.is_started() {
                true => self.connect(account),
                false => self.start_accounts(),
            }
        }
        let reply = Reply::Password { kept, why: trouble };
        self.outputs.push_back(Output::Reply(request, Ok(reply)));
    }

    /// An account failed. A password that the server refused is not tried again: unless a newer
    /// one was given meanwhile, the user is asked.
    pub(super) fn on_account_fault(&mut self, account: &AccountId, fault: &Fault) {
        let Some(record) = self.accounts.get_mut(account) else { return };
        let kind = ReasonKind::of(fault);
        record.view.reason_kind = Some(kind);
        if !kind.wants_password() {
            return;
        }
        if std::mem::take(&mut record.newer_password) {
            self.connect(account);
        } else if kind == ReasonKind::PasswordWrong {
            self.outputs.push_back(Output::ForgetPassword(account.clone()));
        }
    }
}
