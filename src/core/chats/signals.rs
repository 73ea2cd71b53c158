//! What others are told of our reading and writing: changed, kept, handed to the accounts.

use crate::core::command::Reply;
use crate::core::event::Event;
use crate::core::{Core, Keep, Output};
use crate::model::account::AccountKind;
use crate::model::id::AccountId;
use crate::model::signals::{Signals, SignalsPatch};
use crate::xmpp::XmppCommand;

impl Core {
    pub(in crate::core) fn on_signals(&mut self, patch: SignalsPatch) -> Reply {
        let signals = self.signals.with(patch);
        if signals != self.signals {
            self.signals = signals;
            let started = self.accounts.started();
            let chats = started.filter(|record| record.view.kind == AccountKind::Xmpp);
            let ids: Vec<AccountId> = chats.map(|record| record.view.id.clone()).collect();
            for id in ids {
                self.outputs.push_back(Output::Xmpp(id, XmppCommand::Signals(signals)));
            }
            self.outputs.push_back(Output::Keep(Keep::Signals(signals)));
            self.tell(Event::Signals { signals });
        }
        Reply::Signals(self.signals)
    }

    /// An account's actor begins: it has to know before it says anything.
    pub(in crate::core) fn begin_signals(&mut self, account: &AccountId) {
        let is_chat =
            self.accounts.get(account).is_some_and(|record| record.view.kind == AccountKind::Xmpp);
        if is_chat && self.signals != Signals::default() {
            let command = XmppCommand::Signals(self.signals);
            self.outputs.push_back(Output::Xmpp(account.clone(), command));
        }
    }
}
