//! Messages on their way out: what waits, what was handed over, how far each has come.

use super::super::command::{CommandError, Reply};
use super::super::event::{Event, NoticeLevel};
use super::super::{Core, Keep, Output};
use crate::model::account::AccountKind;
use crate::model::call::Direction;
use crate::model::fault::Fault;
use crate::model::id::{AccountId, MessageId};
use crate::model::message::{Entry, EntryKind, MessageState};
use crate::model::party::Party;
use crate::model::refusal;
use crate::model::time::Now;
use crate::sip::{self, SipCommand};
use crate::xmpp::{self, XmppCommand};

/// The longest message that is sent, in bytes: over XMPP, and over SIP, where all of it has to
/// fit into 1,300 bytes with its headers (RFC 3428 §8).
const LONGEST_BODY: usize = 64 * 1024;
const LONGEST_SIP_BODY: usize = 700;
/// Messages of one account that are handed over at once, before the server acknowledges some:
/// well below what the way to the account holds.
const HANDED_AT_ONCE: usize = 64;
/// Messages that may wait to be sent, over all accounts: what the store gives back as well.
const MOST_WAITING: usize = 10_000;

/// A message that no server has acknowledged.
pub(super) struct Waiting {
    pub account: AccountId,
    pub id: MessageId,
    pub to: Party,
    pub body: String,
    /// It was given to the account since that came online last.
    pub handed: bool,
}

/// Without the text: it is nobody's business in a log.
impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Waiting {
    fn output(&self) -> Output {
        let (account, id, body) = (self.account.clone(), self.id.clone(), self.body.clone());
        match &self.to {
            Party::Jid(jid) => {
                let message = xmpp::OutgoingMessage { id, to: jid.clone(), body };
                Output::Xmpp(account, XmppCommand::Message(message))
            }
            Party::Sip(aor) => {
                let message = sip::OutgoingMessage { id, to: aor.to_string(), body };
                Output::Sip(account, SipCommand::Message(message))
            }
        }
    }
}

impl Core {
    /// Sends now, or when the account is connected again.
    pub(in crate::core) fn send_message(
        &mut self,
        now: Now,
        account: &AccountId,
        to: &Party,
        body: String,
    ) -> Result<Reply, CommandError> {
        let refused = |text: &str| Err(CommandError::Refused(text.to_owned()));
        if body.trim().is_empty() {
            return refused("There is nothing to send.");
        }
        if body.len() > LONGEST_BODY {
            return refused("This message is too long to be sent.");
        }
        if to.jid().is_none() && body.len() > LONGEST_SIP_BODY {
            return refused(
                "Messages to a telephony address can have about 700 letters. Send it in parts.",
            );
        }
        if self.chats.outbox.len() >= MOST_WAITING {
            return refused("Too many messages wait to be sent. Wait until there is a connection.");
        }
        let id = MessageId::new(self.random_id());
        let entry = Entry {
            id: id.as_str().to_owned(),
            kind: EntryKind::Message,
            with: to.to_string(),
            direction: Direction::Out,
            at: now.wall,
            body: Some(body.clone()),
            state: Some(MessageState::Queued),
            reason: None,
            call: None,
        };
        self.file(account, to, entry);
        let (account, to) = (account.clone(), to.clone());
        let waiting = Waiting { account: account.clone(), id: id.clone(), to, body, handed: false };
        self.chats.outbox.push_back(waiting);
        self.hand_over(&account);
        Ok(Reply::Message { id })
    }

    /// Sends again, under the same ids, what no server has acknowledged. Also after a session
    /// was resumed: what was written meanwhile was never given to it, and it knows the rest.
    /// What a telephony account has under way it tells of by itself.
    pub(in crate::core) fn send_outbox(&mut self, account: &AccountId) {
        let is_chat = self.accounts.get(account).map(|record| record.view.kind);
        if is_chat == Some(AccountKind::Xmpp) {
            let mine = |waiting: &&mut Waiting| waiting.account == *account;
            self.chats.outbox.iter_mut().filter(mine).for_each(|waiting| waiting.handed = false);
        }
        self.hand_over(account);
    }

    /// Gives the account what waits, in order, a bounded number at a time.
    fn hand_over(&mut self, account: &AccountId) {
        if !self.accounts.is_online(account) {
            return;
        }
        let mine = |waiting: &&mut Waiting| waiting.account == *account;
        for waiting in self.chats.outbox.iter_mut().filter(mine).take(HANDED_AT_ONCE) {
            if !std::mem::replace(&mut waiting.handed, true) {
                self.outputs.push_back(waiting.output());
            }
        }
    }

    pub(in crate::core) fn on_message_state(
        &mut self,
        account: &AccountId,
        with: &Party,
        id: &MessageId,
        state: MessageState,
        reason: Option<String>,
    ) {
        // Only who got a message can tell of it: an id alone proves nothing.
        let place = self.chats.outbox.iter().position(|waiting| {
            waiting.account == *account && waiting.to == *with && waiting.id == *id
        });
        if let Some(place) = place.filter(|_| state > MessageState::Queued) {
            self.chats.outbox.remove(place);
            self.hand_over(account);
        } else if let Some(waiting) = place.and_then(|place| self.chats.outbox.get_mut(place)) {
            // It was not taken: it goes out again when the next one is confirmed, or with the
            // next session.
            waiting.handed = false;
        }
        let advanced = self.chats.advance(with, id.as_str(), state, reason.as_deref());
        // One that is not at hand any more still is in the store, and would be sent again.
        if !(advanced || place.is_some() && state > MessageState::Queued) {
            return;
        }
        let with = with.to_string();
        self.outputs.push_back(Output::Keep(Keep::State {
            account: account.clone(),
            with: with.clone(),
            id: id.clone(),
            state,
            reason: reason.clone(),
        }));
        self.tell(Event::MessageState { with, id: id.clone(), state, reason });
    }

    /// The telephony side took a message, or did not. One that found no connection waits for
    /// the next; any other is not tried again, since it may have arrived.
    pub(in crate::core) fn on_sip_message_state(
        &mut self,
        account: &AccountId,
        id: &MessageId,
        sent: Result<(), Fault>,
    ) {
        let mine = |waiting: &&Waiting| waiting.account == *account && waiting.id == *id;
        let Some(to) = self.chats.outbox.iter().find(mine).map(|waiting| waiting.to.clone()) else {
            return;
        };
        let state = match &sent {
            Ok(()) => MessageState::Sent,
            Err(Fault::Lost(_) | Fault::Unreachable(_)) => MessageState::Queued,
            Err(_) => MessageState::Failed,
        };
        let reason = match (state, &sent) {
            (MessageState::Failed, Err(fault)) => Some(refusal::bounded(fault.to_string())),
            _ => None,
        };
        self.on_message_state(account, &to, id, state, reason);
        if let (MessageState::Failed, Err(fault)) = (state, sent) {
            let text = format!("A message to {} was not sent. {fault}", to.shown());
            self.notice(NoticeLevel::Warning, text);
        }
    }
}
