//! Accounts connect, sign in, and fail: what the actors tell of it, and what follows.

use std::time::Duration;

use super::{RESTS, Record, Settings};
use crate::core::event::{Event, NoticeLevel};
use crate::core::{Core, Output};
use crate::model::account::{AccountState, Mailbox, ReasonKind};
use crate::model::fault::Fault;
use crate::model::id::AccountId;
use crate::model::security::{Level, Security};
use crate::model::time::Now;
use crate::sip::{Registration, SipCommand};
use crate::xmpp::XmppConnection;

/// The longest reason for not being connected, in characters.
const LONGEST_REASON: usize = 300;

/// A fault in words; those of a server are cut and cleaned.
fn words(fault: &Fault) -> String {
    fault.to_string().chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

impl Record {
    fn went_online(&mut self, security: &Security) {
        let view = &mut self.view;
        view.state = AccountState::Online;
        view.level = Some(Level::of(security));
        view.security = Some(security.clone());
        (view.certificate, view.weaker) = (None, None);
    }

    fn went_down(&mut self, fault: &Fault, retry_in: Option<Duration>) {
        let view = &mut self.view;
        view.state = AccountState::Failed;
        (view.security, view.level) = (None, None);
        view.reason = Some(words(fault));
        view.retry_in = retry_in.map(|wait| wait.as_secs());
    }

    fn closed(&mut self) {
        let view = &mut self.view;
        view.state = AccountState::Offline;
        (view.security, view.level) = (None, None);
        (view.certificate, view.weaker) = (None, None);
        view.reason.clone_from(&self.down_for);
        if self.rests {
            view.reason = Some(RESTS.to_owned());
            view.reason_kind = Some(ReasonKind::Disconnected);
        }
    }
}

impl Core {
    /// Starts every account that has not to wait for another (C14).
    pub(in crate::core) fn start_accounts(&mut self) {
        let ready: Vec<AccountId> = self
            .accounts
            .records
            .iter()
            .filter(|record| !record.started && !record.is_retired && !record.rests)
            .filter(|record| record.waits_for().is_none_or(|other| self.accounts.is_online(other)))
            .map(|record| record.view.id.clone())
            .collect();
        for id in ready {
            let Some(record) = self.accounts.get_mut(&id) else { continue };
            record.started = true;
            record.view.state = AccountState::Connecting;
            (record.view.reason, record.view.reason_kind) = (None, None);
            let chat = record.switched_from_configuration();
            self.outputs.push_back(Output::Start(id.clone()));
            self.begin_signals(&id);
            if let Some(chat) = chat {
                self.outputs.push_back(Output::Sip(id.clone(), SipCommand::SetChat(chat)));
            }
            self.tell_account(&id);
        }
        self.tell_waiting();
    }

    /// Says of every account that waits for another what it waits for (C14).
    fn tell_waiting(&mut self) {
        let waiting: Vec<(AccountId, String)> = self
            .accounts
            .records
            .iter()
            .filter(|record| !record.started && !record.is_retired && !record.rests)
            .filter_map(|record| {
                let other = self.accounts.get(record.waits_for()?)?;
                let trouble = other.view.reason.clone().unwrap_or_default();
                let words = format!("Waits until {} is connected. {trouble}", other.view.label);
                Some((record.view.id.clone(), words.trim_end().to_owned()))
            })
            .collect();
        for (id, words) in waiting {
            let Some(record) = self.accounts.get_mut(&id) else { continue };
            if record.view.reason.as_ref() != Some(&words) {
                record.view.reason = Some(words);
                self.tell_account(&id);
            }
        }
    }

    pub(in crate::core) fn on_xmpp_connection(
        &mut self,
        now: Now,
        id: &AccountId,
        connection: XmppConnection,
    ) {
        let Some(record) = self.accounts.get_mut(id) else { return };
        let view = &mut record.view;
        (view.reason, view.reason_kind, view.retry_in) = (None, None, None);
        let (mut online, mut secured, mut failed) = (None, None, None);
        match connection {
            XmppConnection::Connecting => view.state = AccountState::Connecting,
            XmppConnection::Online { security, resumed, .. } => {
                record.went_online(&security);
                (online, secured) = (Some(resumed), Some(security));
            }
            XmppConnection::Failed { fault, retry_in } => {
                record.went_down(&fault, retry_in);
                failed = Some(fault);
            }
            XmppConnection::Closed => record.closed(),
        }
        self.settle_account(now, id, secured.as_ref(), failed.as_ref());
        if online == Some(false) {
            for jid in self.roster.forget_presence(id) {
                self.link_contact(now, id, &jid);
            }
            self.send_presence(id);
            self.fetch_own_card(id);
            self.renew_activity(id);
            self.renew_address(id);
        } else if online == Some(true) && self.presence_missed.remove(id) {
            self.send_presence(id);
        }
        if online.is_some() {
            self.send_outbox(id);
        }
        self.refresh_contacts(now);
        self.balance(now);
    }

    pub(in crate::core) fn on_registration(
        &mut self,
        now: Now,
        id: &AccountId,
        registration: Registration,
    ) {
        let Some(record) = self.accounts.get_mut(id) else { return };
        let view = &mut record.view;
        let before = view.state;
        let (mut moved_to, mut secured, mut failed) = (None, None, None);
        (view.reason, view.reason_kind, view.retry_in) = (None, None, None);
        match registration {
            Registration::Connecting => view.state = AccountState::Connecting,
            Registration::Registered { local, security } => {
                record.transport = Some(security.transport);
                record.local = Some(local);
                record.went_online(&security);
                (moved_to, secured) = (Some(local), Some(security));
            }
            Registration::Failed { fault, retry_in } => {
                record.went_down(&fault, retry_in);
                failed = Some(fault);
            }
            Registration::Closed => record.closed(),
        }
        let after = record.view.state;
        self.settle_account(now, id, secured.as_ref(), failed.as_ref());
        self.tell_waiting();
        if before != after {
            self.refresh_contacts(now);
        }
        if let Some(local) = moved_to {
            self.move_calls(id, local);
        }
        if after == AccountState::Online {
            self.send_outbox(id);
            self.start_accounts();
        }
        self.balance(now);
    }

    /// What follows for every account from what its actor told.
    fn settle_account(
        &mut self,
        now: Now,
        id: &AccountId,
        secured: Option<&Security>,
        failed: Option<&Fault>,
    ) {
        let Some(record) = self.accounts.get_mut(id) else { return };
        let view = &record.view;
        let needs_user = view.state == AccountState::Failed && view.retry_in.is_none();
        record.note_away(now, needs_user);
        record.newer_password &= record.view.state != AccountState::Online;
        if let Some(security) = secured {
            self.on_secured(id, security);
        }
        if let Some(fault) = failed {
            self.on_insecure(id, fault);
            self.on_account_fault(id, fault);
        }
        self.tell_account(id);
    }

    /// What waits in an account's mailbox (RFC 3842).
    pub(in crate::core) fn on_mailbox(&mut self, id: &AccountId, mailbox: Mailbox) {
        let Some(record) = self.accounts.get_mut(id) else { return };
        let configured = match &record.settings {
            Settings::Sip(settings) => settings.voicemail.clone(),
            Settings::Xmpp(_) => None,
        };
        let mailbox = Mailbox { uri: mailbox.uri.or(configured), ..mailbox };
        let before = record.view.mailbox.replace(mailbox.clone()).unwrap_or_default();
        self.tell_account(id);
        let is_news = mailbox.waiting && (!before.waiting || mailbox.new > before.new);
        if is_news {
            let text = match mailbox.new {
                0 => "There are new messages in your mailbox.".to_owned(),
                1 => "There is a new message in your mailbox.".to_owned(),
                new => format!("There are {new} new messages in your mailbox."),
            };
            self.notice(NoticeLevel::Info, text);
        }
    }

    /// Tells the faces of an account's change, and of what it means for the comparison.
    pub(in crate::core) fn tell_account(&mut self, id: &AccountId) {
        let Some(record) = self.accounts.get(id) else { return };
        let account = record.view.clone();
        self.tell(Event::Account { account });
        self.tell_security();
    }
}
