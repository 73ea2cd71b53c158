//! Which account a call goes out on (CUSAX C29–C33).

use super::Core;
use super::accounts::Record;
use super::command::{Choice, CommandError};
use crate::model::account::{AccountKind, AccountState};
use crate::model::id::AccountId;

impl Core {
    /// The telephony account for a call: the one that was asked for, the one related to the
    /// contact's chat account, the only one there is; else the user chooses.
    pub(super) fn calling_account(
        &self,
        asked: Option<&AccountId>,
        chat: Option<&AccountId>,
        target: &str,
    ) -> Result<AccountId, CommandError> {
        let record = match (asked, chat) {
            (Some(asked), _) => {
                self.accounts.get(asked).filter(|record| record.view.kind == AccountKind::Sip)
            }
            (None, Some(chat)) => self.accounts.telephony_for(chat),
            (None, None) => self.accounts.only_telephony(),
        };
        let Some(record) = record else { return Err(self.no_calling_account(target)) };
        if record.view.state != AccountState::Online {
            let reason = record.view.reason.clone().unwrap_or_default();
            let text = format!("{} is not connected. {reason}", record.view.label);
            return Err(CommandError::NotConnected(text.trim_end().to_owned()));
        }
        Ok(record.view.id.clone())
    }

    fn no_calling_account(&self, target: &str) -> CommandError {
        let choices: Vec<Choice> =
            self.accounts.of_kind(AccountKind::Sip).map(|record| choice(record, target)).collect();
        if choices.is_empty() {
            CommandError::NotConnected("There is no telephony account to call with.".to_owned())
        } else {
            CommandError::ChoiceNeeded(choices)
        }
    }
}

/// One account as a way to make a call; honest about one that cannot now (C33).
fn choice(record: &Record, target: &str) -> Choice {
    let state = match record.view.state {
        AccountState::Online => "",
        _ => " (not connected)",
    };
    Choice {
        account: record.view.id.clone(),
        uri: target.to_owned(),
        label: format!("{}{state}", record.view.address),
    }
}
