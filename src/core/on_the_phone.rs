//! Presence from calls, where the user wants it: while a call is on, the chat side shows
//! "On the phone" (XEP-0108, and a status text that older clients know), and afterwards what it
//! showed before.

use super::{Core, Output};
use crate::model::id::AccountId;
use crate::model::presence::Show;
use crate::xmpp::{Activity, XmppCommand};

/// What older clients are told.
const STATUS: &str = "On the phone";

impl Core {
    /// What is announced now: what the user set, and the call that is on.
    pub(super) fn announced(&self) -> (Show, String) {
        let (show, status) = &self.presence;
        let status = match (self.shown_on_phone, status.trim()) {
            (false, _) => status.clone(),
            (true, "") => STATUS.to_owned(),
            (true, own) => format!("{STATUS} – {own}"),
        };
        (*show, status)
    }

    /// Calls came or went, or the user changed their mind.
    pub(super) fn show_calls_in_presence(&mut self) {
        let is_talking = self.calls.list.iter().any(|record| record.is_talking());
        let is_shown = is_talking && self.telephony.on_the_phone;
        if std::mem::replace(&mut self.shown_on_phone, is_shown) == is_shown {
            return;
        }
        for id in self.accounts.online_chats() {
            self.send_activity(&id);
            self.send_presence(&id);
        }
    }

    /// On a new session: what an earlier one may have left there is taken back.
    pub(super) fn renew_activity(&mut self, account: &AccountId) {
        if self.telephony.on_the_phone {
            self.send_activity(account);
        }
    }

    fn send_activity(&mut self, account: &AccountId) {
        // Who shows nobody that they are there does not show that they talk.
        let is_hidden = self.presence.0 == Show::Offline;
        let activity = (self.shown_on_phone && !is_hidden).then_some(Activity::OnThePhone);
        self.outputs.push_back(Output::Xmpp(account.clone(), XmppCommand::Activity(activity)));
    }
}
