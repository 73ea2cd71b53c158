//! Conversations: what was said, how far it has come, what waits to be sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rand::RngCore;

use super::command::{ChatCommand, CommandError, Reply};
use super::event::Event;
use super::{Core, Keep, Kept, Output};
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::call::Direction;
use crate::model::id::{AccountId, MessageId};
use crate::model::message::{Conversation, Entry, EntryKind, MessageState};
use crate::model::time::{Now, Timestamp};
use crate::xmpp::{ChatMessage, OutgoingMessage, XmppCommand};

/// Entries of one conversation that are kept at hand; the store has all of them.
const ENTRIES_AT_HAND: usize = 200;
/// Conversations that are kept at hand, so that strangers cannot fill memory.
const CONVERSATIONS_AT_HAND: usize = 1_000;
/// Text of one conversation, and of all, that is kept at hand, in bytes.
const TEXT_AT_HAND: (usize, usize) = (4 << 20, 64 << 20);
/// The longest message that is sent, in bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Messages of one account that are handed over at once, before the server acknowledges some:
/// well below what the way to the account holds.
const HANDED_AT_ONCE: usize = 64;
/// Messages that may wait to be sent, over all accounts: what the store gives back as well.
const MOST_WAITING: usize = 10_000;

/// All conversations at hand.
#[derive(Debug, Default)]
pub(super) struct Chats {
    /// One a person, over all accounts.
    threads: BTreeMap<BareJid, Thread>,
    /// Messages that no server has acknowledged, in the order they were written.
    outbox: VecDeque<Waiting>,
    view: Option<Arc<[Arc<Conversation>]>>,
}

/// A message that no server has acknowledged.
#[derive(Debug)]
struct Waiting {
    account: AccountId,
    message: OutgoingMessage,
    /// It was given to the account since that came online last.
    handed: bool,
}

#[derive(Debug, Default)]
struct Thread {
    /// The account of the newest entry, on which somebody who is no contact is answered.
    account: Option<AccountId>,
    entries: VecDeque<Arc<Entry>>,
    /// How much text its entries hold, in bytes.
    text: usize,
    unread: u32,
    view: Option<Arc<Conversation>>,
}

impl Thread {
    fn newest(&self) -> Option<Timestamp> {
        self.entries.back().map(|entry| entry.at)
    }

    /// Whether we ever said anything here.
    fn is_answered(&self) -> bool {
        self.entries.iter().any(|entry| entry.direction == Direction::Out)
    }

    /// When the newest message from the other side was sent.
    fn last_heard(&self) -> Option<Timestamp> {
        let heard = |entry: &&Arc<Entry>| {
            entry.direction == Direction::In && entry.kind == EntryKind::Message
        };
        self.entries.iter().rev().find(heard).map(|entry| entry.at)
    }

    /// Whether a message of this id says something else than one that is here already.
    fn contradicts(&self, message: &ChatMessage) -> bool {
        let direction = if message.outgoing { Direction::Out } else { Direction::In };
        self.entries.iter().any(|old| {
            old.id == message.id.as_str()
                && old.direction == direction
                && old.body.as_deref() != Some(message.body.as_str())
        })
    }

    /// Files an entry by its time; `false` when it was there already.
    fn add(&mut self, entry: Entry) -> bool {
        let known = |old: &Arc<Entry>| old.id == entry.id && old.direction == entry.direction;
        if self.entries.iter().any(known) {
            return false;
        }
        let place = self.entries.iter().rposition(|old| old.at <= entry.at).map_or(0, |at| at + 1);
        self.text += entry.body.as_ref().map_or(0, String::len);
        self.entries.insert(place, Arc::new(entry));
        let too_much = |thread: &Self| {
            thread.entries.len() > ENTRIES_AT_HAND
                || (thread.text > TEXT_AT_HAND.0 && thread.entries.len() > 1)
        };
        while too_much(self) {
            let gone = self.entries.pop_front().and_then(|entry| Some(entry.body.as_ref()?.len()));
            self.text = self.text.saturating_sub(gone.unwrap_or_default());
        }
        self.view = None;
        true
    }

    /// Moves an outgoing message forward; never back (a late `sent` after `delivered`), and a
    /// refusal does not undo a delivery.
    fn advance(&mut self, id: &str, state: MessageState) -> bool {
        let Some(entry) = self.entries.iter_mut().rev().find(|entry| {
            entry.id == id && entry.direction == Direction::Out && entry.kind == EntryKind::Message
        }) else {
            return false;
        };
        let arrived =
            matches!(entry.state, Some(MessageState::Delivered | MessageState::Displayed));
        if entry.state.is_some_and(|old| old >= state) || (arrived && state == MessageState::Failed)
        {
            return false;
        }
        Arc::make_mut(entry).state = Some(state);
        self.view = None;
        true
    }
}

impl Chats {
    /// The conversation with somebody, begun if need be. Where there are too many, those of
    /// strangers go first, so that a flood of them takes nobody else's place.
    fn thread(&mut self, with: &BareJid, is_contact: impl Fn(&BareJid) -> bool) -> &mut Thread {
        self.view = None;
        let is_new = !self.threads.contains_key(with);
        let is_full = |chats: &Self| {
            let text = chats.threads.values().map(|thread| thread.text).sum::<usize>();
            chats.threads.len() + usize::from(is_new) > CONVERSATIONS_AT_HAND
                || text > TEXT_AT_HAND.1
        };
        while is_full(self) {
            let worth = |with: &BareJid, thread: &Thread| {
                (is_contact(with) || thread.is_answered(), thread.newest())
            };
            let others = self.threads.iter().filter(|(other, _)| *other != with);
            let least = others.min_by_key(|(with, thread)| worth(with, thread));
            let Some(least) = least.map(|(with, _)| with.clone()) else { break };
            self.threads.remove(&least);
        }
        self.threads.entry(with.clone()).or_default()
    }

    /// Moves an outgoing message forward; `false` when there is none, or nothing new about it.
    fn advance(&mut self, with: &BareJid, id: &str, state: MessageState) -> bool {
        let advanced = self.threads.get_mut(with).is_some_and(|thread| thread.advance(id, state));
        if advanced {
            self.view = None;
        }
        advanced
    }

    pub(super) fn unread(&self, with: &BareJid) -> u32 {
        self.threads.get(with).map_or(0, |thread| thread.unread)
    }

    #[cfg(test)]
    pub(super) fn threads_at_hand(&self) -> usize {
        self.threads.len()
    }

    /// All conversations, the one with the newest entry first.
    pub(super) fn view(&mut self) -> Arc<[Arc<Conversation>]> {
        if let Some(view) = &self.view {
            return view.clone();
        }
        let mut all: Vec<(Option<Timestamp>, Arc<Conversation>)> = self
            .threads
            .iter_mut()
            .filter(|(_, thread)| !thread.entries.is_empty())
            .map(|(with, thread)| {
                let view = thread.view.get_or_insert_with(|| {
                    Arc::new(Conversation {
                        with: with.clone(),
                        entries: thread.entries.iter().cloned().collect(),
                        unread: thread.unread,
                    })
                });
                (view.entries.last().map(|entry| entry.at), view.clone())
            })
            .collect();
        all.sort_by(|(a, _), (b, _)| b.cmp(a));
        let view: Arc<[_]> = all.into_iter().map(|(_, conversation)| conversation).collect();
        self.view = Some(view.clone());
        view
    }
}

impl Core {
    pub(super) fn on_chat_command(
        &mut self,
        now: Now,
        command: ChatCommand,
    ) -> Result<Reply, CommandError> {
        match command {
            ChatCommand::Send { to, body } => {
                let account = self.chat_account_for(&to)?;
                self.send_message(now, &account, &to, body)
            }
            ChatCommand::State { to, state } => {
                let account = self.chat_account_for(&to)?;
                if self.accounts.is_online(&account) {
                    let command = XmppCommand::ChatState { to, state };
                    self.outputs.push_back(Output::Xmpp(account, command));
                }
                Ok(Reply::Done {})
            }
            ChatCommand::Displayed { with } => {
                let account = self.chat_account_for(&with)?;
                self.tell_displayed(&account, &with);
                self.mark_read(&account, &with);
                Ok(Reply::Done {})
            }
            // Answered from the store before it comes here.
            ChatCommand::History { .. } => Ok(Reply::History(Vec::new())),
        }
    }

    /// The account on which this address is talked to: the one whose roster has it, the one on
    /// which it wrote to us (another would tell a stranger an address of ours), else the first.
    fn chat_account_for(&self, jid: &BareJid) -> Result<AccountId, CommandError> {
        let talked = self.chats.threads.get(jid).and_then(|thread| thread.account.as_ref());
        let talked = talked.filter(|account| self.accounts.get(account).is_some());
        if let Some(account) = self.roster.account_of(jid).or(talked) {
            return Ok(account.clone());
        }
        let first = self.accounts.of_kind(AccountKind::Xmpp).next();
        first.map(|record| record.view.id.clone()).ok_or_else(|| {
            CommandError::NotConnected("There is no chat account to send this with.".to_owned())
        })
    }

    /// Sends now, or when the account is connected again.
    pub(super) fn send_message(
        &mut self,
        now: Now,
        account: &AccountId,
        to: &BareJid,
        body: String,
    ) -> Result<Reply, CommandError> {
        if body.trim().is_empty() {
            return Err(CommandError::Refused("There is nothing to send.".to_owned()));
        }
        if body.len() > LONGEST_BODY {
            return Err(CommandError::Refused("This message is too long to be sent.".to_owned()));
        }
        if self.chats.outbox.len() >= MOST_WAITING {
            let text = "Too many messages wait to be sent. Wait until chat is connected.";
            return Err(CommandError::Refused(text.to_owned()));
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
            call: None,
        };
        self.file(account, to, entry);
        let message = OutgoingMessage { id: id.clone(), to: to.clone(), body };
        let account = account.clone();
        self.chats.outbox.push_back(Waiting { account: account.clone(), message, handed: false });
        self.hand_over(&account);
        Ok(Reply::Message { id })
    }

    /// Sends again, under the same ids, what no server has acknowledged. Also after a session
    /// was resumed: what was written meanwhile was never given to it, and it knows the rest.
    pub(super) fn send_outbox(&mut self, account: &AccountId) {
        for waiting in self.chats.outbox.iter_mut().filter(|waiting| waiting.account == *account) {
            waiting.handed = false;
        }
        self.hand_over(account);
    }

    /// Gives the account what waits, in order, a bounded number at a time.
    fn hand_over(&mut self, account: &AccountId) {
        if !self.accounts.is_online(account) {
            return;
        }
        let mut room = HANDED_AT_ONCE;
        for waiting in self.chats.outbox.iter_mut().filter(|waiting| waiting.account == *account) {
            if room == 0 {
                return;
            }
            room -= 1;
            if !std::mem::replace(&mut waiting.handed, true) {
                let command = XmppCommand::Message(waiting.message.clone());
                self.outputs.push_back(Output::Xmpp(account.clone(), command));
            }
        }
    }

    pub(super) fn on_chat_message(&mut self, now: Now, account: &AccountId, message: ChatMessage) {
        let direction = if message.outgoing { Direction::Out } else { Direction::In };
        let thread = self.chats.threads.get(&message.with);
        // Some clients count their ids anew at every start.
        let is_taken = thread.is_some_and(|thread| thread.contradicts(&message));
        // Servers deliver in order, and anybody can write a stamp: nothing is slipped in among
        // what was said before.
        let heard = thread.filter(|_| !message.outgoing).and_then(Thread::last_heard);
        // A clock that runs ahead elsewhere must not pin its message below all later ones.
        let at = message.at.max(heard.filter(|_| message.at.is_some()));
        let at = at.unwrap_or(now.wall).min(now.wall);
        let id = if is_taken { self.random_id() } else { message.id.as_str().to_owned() };
        let entry = Entry {
            id,
            kind: EntryKind::Message,
            with: message.with.to_string(),
            direction,
            at,
            body: Some(message.body),
            state: message.outgoing.then_some(MessageState::Sent),
            call: None,
        };
        if !self.file(account, &message.with, entry) {
            return;
        }
        if message.outgoing {
            self.mark_read(account, &message.with);
        } else {
            let Some(thread) = self.chats.threads.get_mut(&message.with) else { return };
            thread.unread = thread.unread.saturating_add(1);
            thread.view = None;
            self.contact_changed(account, &message.with);
        }
    }

    pub(super) fn on_message_state(
        &mut self,
        account: &AccountId,
        with: &BareJid,
        id: &MessageId,
        state: MessageState,
    ) {
        // Only who got a message can tell of it: an id alone proves nothing.
        let place = self.chats.outbox.iter().position(|waiting| {
            waiting.account == *account && waiting.message.to == *with && waiting.message.id == *id
        });
        if let Some(place) = place.filter(|_| state > MessageState::Queued) {
            self.chats.outbox.remove(place);
            self.hand_over(account);
        } else if let Some(waiting) = place.and_then(|place| self.chats.outbox.get_mut(place)) {
            // It was not taken: it goes out again when the next one is confirmed, or with the
            // next session.
            waiting.handed = false;
        }
        let advanced = self.chats.advance(with, id.as_str(), state);
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
        }));
        self.tell(Event::MessageState { with, id: id.clone(), state });
    }

    /// Lets the contact know that their newest message was seen (XEP-0333); whether it asked
    /// for that, and whether they may know, the XMPP side knows.
    fn tell_displayed(&mut self, account: &AccountId, with: &BareJid) {
        let Some(thread) = self.chats.threads.get(with).filter(|thread| thread.unread > 0) else {
            return;
        };
        let newest = thread
            .entries
            .iter()
            .rev()
            .find(|entry| entry.direction == Direction::In && entry.kind == EntryKind::Message);
        if let Some(id) = newest.map(|entry| MessageId::new(&entry.id)) {
            let command = XmppCommand::Displayed { to: with.clone(), id };
            self.outputs.push_back(Output::Xmpp(account.clone(), command));
        }
    }

    pub(super) fn mark_read(&mut self, account: &AccountId, with: &BareJid) {
        let unread = self.chats.threads.get_mut(with).filter(|thread| thread.unread > 0);
        let Some(thread) = unread else { return };
        thread.unread = 0;
        thread.view = None;
        self.chats.view = None;
        self.changed = true;
        self.outputs.push_back(Output::Keep(Keep::Read(with.to_string())));
        self.contact_changed(account, with);
    }

    /// Puts an entry into a contact's timeline and the store; `false` when it was there.
    pub(super) fn file(&mut self, account: &AccountId, with: &BareJid, entry: Entry) -> bool {
        let thread = self.chats.thread(with, |jid| self.roster.lists(None, jid));
        if !thread.add(entry.clone()) {
            return false;
        }
        thread.account = Some(account.clone());
        self.changed = true;
        self.outputs.push_back(Output::Keep(Keep::Entry(account.clone(), Box::new(entry.clone()))));
        if entry.kind == EntryKind::Message {
            self.tell(Event::Message { with: entry.with.clone(), entry });
        }
        true
    }

    pub(super) fn on_kept(&mut self, kept: Kept) {
        if let Some(rules) = kept.telephony {
            self.telephony = rules;
        }
        for conversation in kept.conversations {
            let thread = self.chats.thread(&conversation.with, |_| false);
            thread.account = Some(conversation.account);
            for entry in conversation.entries {
                thread.add(entry);
            }
            thread.unread = thread.unread.saturating_add(conversation.unread);
            thread.view = None;
        }
        for (account, entry) in kept.outbox {
            let (Ok(to), Some(body)) = (BareJid::new(&entry.with), entry.body) else { continue };
            let message = OutgoingMessage { id: MessageId::new(&entry.id), to, body };
            self.chats.outbox.push_back(Waiting { account, message, handed: false });
        }
        self.changed = true;
    }

    /// An identifier that nobody can guess.
    pub(super) fn random_id(&mut self) -> String {
        let (high, low) = (self.random.next_u64(), self.random.next_u64());
        uuid::Uuid::from_u64_pair(high, low).simple().to_string()
    }
}
