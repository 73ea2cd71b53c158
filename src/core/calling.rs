//! Which account a call goes out on, and why that one (CUSAX C9, C29–C33).

use super::Core;
use super::accounts::Record;
use super::command::{Choice, CommandError};
use super::features::With;
use crate::model::account::{AccountKind, AccountState};
use crate::model::feature::{DecidedBy, Feature, Protocol};
use crate::model::id::AccountId;

/// The account for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calling {
    /// Which.
    pub account: AccountId,
    /// Why that one, in words.
    pub why: String,
}

impl Core {
    /// The telephony account for a call: the one that was asked for, the one that a rule of the
    /// user's names, the one related to the contact's chat account, the only one there is; else
    /// the user chooses.
    pub(super) fn calling_account(
        &self,
        asked: Option<&AccountId>,
        with: &With,
        target: &str,
    ) -> Result<Calling, CommandError> {
        let found = match asked {
            Some(asked) => self.telephony(asked).map(|record| (record, "You chose it.".to_owned())),
            None => self.usual_account(with)?,
        };
        let Some((record, why)) = found else { return Err(self.no_calling_account(target)) };
        self.refused_by_provider(&record.view.id, Feature::Audio)?;
        if record.view.state != AccountState::Online {
            let reason = record.view.reason.clone().unwrap_or_default();
            let text = format!("{} is not connected. {reason}", record.view.label);
            return Err(CommandError::NotConnected(text.trim_end().to_owned()));
        }
        Ok(Calling { account: record.view.id.clone(), why })
    }

    fn telephony(&self, id: &AccountId) -> Option<&Record> {
        self.accounts.get(id).filter(|record| record.view.kind == AccountKind::Sip)
    }

    /// Where nobody asks for one. With it, why that one.
    fn usual_account(&self, with: &With) -> Result<Option<(&Record, String)>, CommandError> {
        let decision = self.decide(Feature::Audio, with);
        if decision.protocol != Protocol::Sip {
            return Err(CommandError::Refused(decision.why));
        }
        if let Some(record) = decision.account.as_ref().and_then(|id| self.telephony(id)) {
            return Ok(Some((record, decision.why)));
        }
        let because = match decision.by {
            DecidedBy::Usual => String::new(),
            _ => format!("{} ", decision.why),
        };
        if let Some(chat) = with.account.as_ref().and_then(|chat| self.accounts.get(chat))
            && let Some(record) = chat.view.related_to.as_ref().and_then(|id| self.telephony(id))
        {
            let why = format!("{because}It belongs to your chat account {}.", chat.view.address);
            return Ok(Some((record, why)));
        }
        let why = format!("{because}It is your only telephony account.");
        Ok(self.accounts.only_telephony().map(|record| (record, why)))
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
    Choice {
        account: record.view.id.clone(),
        uri: target.to_owned(),
        label: record.view.address.clone(),
        available: record.view.state == AccountState::Online,
    }
}
