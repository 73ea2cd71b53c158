//! Whom the servers of chat accounts keep away (XEP-0191).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Core;
use super::command::CommandError;
use super::event::Event;
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::blocked::BlockList;
use crate::model::id::AccountId;

/// The lists, as the servers told them last.
#[derive(Debug, Default)]
pub(super) struct Blocked(BTreeMap<AccountId, BlockList>);

impl Core {
    /// A list came, or is none to be had.
    pub(super) fn on_blocked(&mut self, account: &AccountId, jids: Option<Vec<BareJid>>) {
        let list = BlockList {
            account: account.clone(),
            offered: Some(jids.is_some()),
            jids: jids.map(Arc::from).unwrap_or_default(),
        };
        if self.blocked.0.get(account) != Some(&list) {
            self.blocked.0.insert(account.clone(), list.clone());
            self.tell(Event::Blocked { list });
        }
    }

    /// The list of each chat account.
    pub(super) fn block_lists(&self) -> Vec<BlockList> {
        let accounts = self.accounts.of_kind(AccountKind::Xmpp).map(|record| &record.view.id);
        let known = |id: &AccountId| self.blocked.0.get(id).cloned();
        accounts.map(|id| known(id).unwrap_or_else(|| BlockList::unknown(id.clone()))).collect()
    }

    /// The account whose server is to keep somebody away: whose contact they are, else the first.
    pub(super) fn account_to_block(&self, jid: &BareJid) -> Result<AccountId, CommandError> {
        let own = |jid: &BareJid| {
            let mut accounts = self.accounts.of_kind(AccountKind::Xmpp);
            let (is_domain, domain) = (jid.node().is_none(), jid.domain());
            accounts.any(|record| {
                BareJid::new(&record.view.address)
                    .is_ok_and(|own| own == *jid || is_domain && own.domain() == domain)
            })
        };
        if own(jid) {
            let text = "This is your own address or your own server: it cannot be blocked.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        let account = self.account_listing(jid).or_else(|_| self.first_chat_account())?;
        self.blocks(&account)?;
        Ok(account)
    }

    /// The account whose server keeps somebody away.
    pub(super) fn account_blocking(&self, jid: &BareJid) -> Result<AccountId, CommandError> {
        let mut lists = self.blocked.0.values();
        let blocks = lists.find(|list| list.jids.contains(jid)).map(|list| list.account.clone());
        let account = blocks.map_or_else(|| self.first_chat_account(), Ok)?;
        self.blocks(&account)?;
        Ok(account)
    }

    fn blocks(&self, account: &AccountId) -> Result<(), CommandError> {
        if self.blocked.0.get(account).and_then(|list| list.offered) == Some(false) {
            let text = "The server of this account blocks nobody.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        Ok(())
    }
}
