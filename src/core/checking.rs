//! The test of an account's way to its server: which one, and what its card is to name.

use super::command::CommandError;
use super::{Core, Output, RequestId};
use crate::model::account::AccountKind;
use crate::model::id::AccountId;
use crate::model::work::WorkKind;

impl Core {
    pub(super) fn check_account(&mut self, request: RequestId, account: AccountId) {
        let Some(record) = self.accounts.get(&account).filter(|record| !record.is_retired) else {
            let text = format!("There is no account “{account}”.");
            let error = CommandError::Refused(text);
            return self.outputs.push_back(Output::Reply(request, Err(error)));
        };
        let is_chat = record.view.kind == AccountKind::Xmpp;
        let phone = self.accounts.telephony_for(&account).filter(|_| is_chat);
        let phone = phone.and_then(|record| self.accounts.sip(&record.view.id));
        let phone = phone.map(|account| account.aor.clone());
        self.begin_work_about(request, WorkKind::AccountCheck, Some(account.clone()));
        self.outputs.push_back(Output::Check { request, account, phone });
    }
}
