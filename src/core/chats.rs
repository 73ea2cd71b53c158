//! Conversations: what was said, how far it has come, what waits to be sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rand::RngCore;

use self::outbox::Waiting;
use self::thread::Thread;
use super::command::{ChatCommand, CommandError, Reply, Talk};
use super::event::Event;
use super::features::With;
use super::linker::Identified;
use super::{Core, Keep, Kept, Output};
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::address::{AddressKey, Aor, Dialable};
use crate::model::call::Direction;
use crate::model::feature::{Decision, Feature, Protocol};
use crate::model::id::{AccountId, MessageId};
use crate::model::message::{Conversation, Entry, EntryKind, MessageState, Trace};
use crate::model::party::Party;
use crate::model::person::Person;
use crate::model::time::{Now, Timestamp};
use crate::sip;
use crate::xmpp::{ChatMessage, XmppCommand};

mod outbox;
mod signals;
mod thread;

/// Conversations that are kept at hand, so that strangers cannot fill memory.
const CONVERSATIONS_AT_HAND: usize = 1_000;
/// Text of all conversations that is kept at hand, in bytes.
const TEXT_AT_HAND: usize = 64 << 20;
/// All conversations at hand.
#[derive(Debug, Default)]
pub(super) struct Chats {
    /// One a person, over all accounts.
    threads: BTreeMap<Party, Thread>,
    /// Messages that no server has acknowledged, in the order they were written.
    outbox: VecDeque<Waiting>,
    view: Option<Arc<[Arc<Conversation>]>>,
}

impl Chats {
    /// The conversation with somebody, begun if need be. Where there are too many, those of
    /// strangers go first, so that a flood of them takes nobody else's place.
    fn thread(&mut self, with: &Party, is_contact: impl Fn(&Party) -> bool) -> &mut Thread {
        self.view = None;
        let is_new = !self.threads.contains_key(with);
        let is_full = |chats: &Self| {
            let text = chats.threads.values().map(|thread| thread.text).sum::<usize>();
            chats.threads.len() + usize::from(is_new) > CONVERSATIONS_AT_HAND || text > TEXT_AT_HAND
        };
        while is_full(self) {
            let worth = |with: &Party, thread: &Thread| {
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
    fn advance(
        &mut self,
        with: &Party,
        id: &str,
        state: MessageState,
        reason: Option<&str>,
    ) -> bool {
        let thread = self.threads.get_mut(with);
        let advanced = thread.is_some_and(|thread| thread.advance(id, state, reason));
        if advanced {
            self.view = None;
        }
        advanced
    }

    /// Takes entries out of a conversation, and traces of older ones; it goes with the last
    /// entry. Gives its account back.
    pub(super) fn forget(
        &mut self,
        with: &Party,
        is_gone: impl Fn(&Entry) -> bool,
        is_lost: impl Fn(&Trace) -> bool,
    ) -> Option<AccountId> {
        self.view = None;
        let thread = self.threads.get_mut(with)?;
        thread.forget(is_gone, is_lost);
        let account = thread.account.clone();
        if thread.entries.is_empty() {
            self.threads.remove(with);
        }
        account
    }

    /// Whether there is a trace of such an entry.
    pub(super) fn remembers(&self, with: &Party, is_such: impl Fn(&Trace) -> bool) -> bool {
        self.threads.get(with).is_some_and(|thread| thread.older.iter().any(is_such))
    }

    pub(super) fn unread(&self, with: &Party) -> u32 {
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
                let view = thread.conversation(with);
                (view.entries.last().map(|entry| entry.at), view)
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
                let (account, to) = self.way_to(to)?;
                self.refused_by_provider(&account, Feature::Chat)?;
                self.send_message(now, &account, &to, body)
            }
            ChatCommand::State { to, state } => {
                let (account, to) = self.way_to(to)?;
                // Over SIP nobody is told of it.
                if self.signals.typing
                    && let Party::Jid(to) = to
                    && self.accounts.is_online(&account)
                {
                    let command = XmppCommand::ChatState { to, state };
                    self.outputs.push_back(Output::Xmpp(account, command));
                }
                Ok(Reply::Done {})
            }
            ChatCommand::Displayed { with } => {
                // What is there is read, whether or not it could be answered.
                let known = self.chats.threads.get(&with).and_then(|thread| thread.account.clone());
                let account = match known {
                    Some(account) if with.jid().is_none() => account,
                    _ => self.way_to(with.clone())?.0,
                };
                if self.signals.displayed {
                    self.tell_displayed(&account, &with);
                }
                self.mark_read(&account, &with);
                Ok(Reply::Done {})
            }
            ChatCommand::Signals(patch) => Ok(self.on_signals(patch)),
            ChatCommand::List => Ok(Reply::Conversations(self.talks())),
            // Answered from the store before it comes here.
            ChatCommand::History { .. } => Ok(Reply::History(Vec::new())),
        }
    }

    fn talks(&mut self) -> Vec<Talk> {
        let talk = |conversation: &Arc<Conversation>| {
            let last = conversation.entries.last()?.as_ref().clone();
            let with = conversation.with.to_string();
            Some(Talk { with, unread: conversation.unread, last })
        };
        self.chats.view().iter().filter_map(talk).collect()
    }

    /// The account on which somebody is written to, and under which address: on the chat side
    /// the one whose roster has them, the one on which they wrote to us (another would tell a
    /// stranger an address of ours), else the first; on the telephony side one that sends
    /// messages, else the chat with the contact whose address it is (CUSAX C31).
    fn way_to(&self, to: Party) -> Result<(AccountId, Party), CommandError> {
        let talked = self.chats.threads.get(&to).and_then(|thread| thread.account.as_ref());
        let talked = talked.filter(|account| self.accounts.get(account).is_some());
        match &to {
            Party::Jid(jid) => {
                if let Some(account) = self.roster.account_of(jid).or(talked) {
                    let with = With::new(Some(jid), None).of(Some(account.clone()));
                    let decision = self.decide(Feature::Chat, &with);
                    if decision.protocol == Protocol::Sip {
                        return self.way_over_sip(jid, &decision);
                    }
                    let named = decision.account.filter(|id| self.accounts.get(id).is_some());
                    return Ok((named.unwrap_or_else(|| account.clone()), to));
                }
                let first = self.accounts.of_kind(AccountKind::Xmpp).next();
                let first = first.map(|record| record.view.id.clone()).ok_or_else(|| {
                    let text = "There is no chat account to send this with.";
                    CommandError::NotConnected(text.to_owned())
                })?;
                Ok((first, to))
            }
            Party::Sip(aor) => {
                let chat = self.chat_of(aor);
                let decision = self.decide(Feature::Chat, &self.with_chat(aor, chat.as_ref()));
                // Whoever is known by both is written to on the chat side, where that is the
                // other half of the service, unless they are talked with here already (C31).
                let is_related = |(account, _): &(AccountId, Party)| {
                    self.accounts.get(account).is_some_and(|r| r.view.related_to.is_some())
                };
                if let Some((account, jid)) =
                    chat.clone().filter(|chat| talked.is_none() && is_related(chat))
                    && decision.protocol == Protocol::Xmpp
                {
                    let named = decision.account.filter(|id| self.accounts.get(id).is_some());
                    return Ok((named.unwrap_or(account), jid));
                }
                let named = decision.account.filter(|_| decision.protocol == Protocol::Sip);
                if let Some(account) = self.messaging_account(aor, talked, named.as_ref()) {
                    return Ok((account, to));
                }
                let (account, jid) = chat.ok_or_else(|| {
                    let text = format!(
                        "No account sends messages to {}, and the address is not known to be a \
                         contact's.",
                        to.shown()
                    );
                    CommandError::Refused(text)
                })?;
                Ok((account, jid))
            }
        }
    }

    /// Somebody by their address of telephony, and the chat with the contact whose it is.
    fn with_chat(&self, aor: &Aor, chat: Option<&(AccountId, Party)>) -> With {
        let address = Dialable::parse(&aor.to_string(), &self.plan_of(None)).ok();
        let jid = chat.and_then(|(_, party)| party.jid());
        With::new(jid, address.as_ref()).of(chat.map(|(account, _)| account.clone()))
    }

    /// A rule of the user's wants a contact written to over SIP.
    fn way_over_sip(
        &self,
        jid: &BareJid,
        decision: &Decision,
    ) -> Result<(AccountId, Party), CommandError> {
        let numbers = self.linker.numbers(&jid.into()).iter();
        let aor = numbers.filter(|link| link.number.verified).find_map(|link| match &link.key {
            AddressKey::Sip(aor) => Some(aor.clone()),
            _ => None,
        });
        let way = aor.and_then(|aor| {
            let account = self.messaging_account(&aor, None, decision.account.as_ref())?;
            Some((account, Party::Sip(aor)))
        });
        way.ok_or_else(|| {
            CommandError::Refused(format!(
                "{} It wants messages to {jid} sent over SIP, but no telephony account sends \
                 messages, or the contact has no SIP address.",
                decision.why
            ))
        })
    }

    /// The telephony account that sends messages to this address: the one that a rule names,
    /// the one talked on, else one of the same domain, else the first. Related accounts leave
    /// that to chat (C8).
    fn messaging_account(
        &self,
        aor: &Aor,
        talked: Option<&AccountId>,
        named: Option<&AccountId>,
    ) -> Option<AccountId> {
        let all =
            self.accounts.of_kind(AccountKind::Sip).filter(|record| record.view.features.chat);
        let at_home =
            |id: &AccountId| self.accounts.sip(id).is_some_and(|sip| sip.aor.host() == aor.host());
        all.map(|record| &record.view.id)
            .max_by_key(|id| (Some(*id) == named, Some(*id) == talked, at_home(id)))
            .cloned()
    }

    /// The chat with the one contact whose address this is.
    fn chat_of(&self, aor: &Aor) -> Option<(AccountId, Party)> {
        let key = Dialable::parse(&aor.to_string(), &self.plan_of(None)).ok()?.key;
        let Identified::One(Person::Jid(jid), _) = self.linker.identify(&key) else { return None };
        Some((self.roster.account_of(&jid)?.clone(), jid.into()))
    }

    pub(super) fn on_chat_message(&mut self, now: Now, account: &AccountId, message: ChatMessage) {
        if self.refuses_messages(account) {
            return tracing::info!(%account, "a message came on an account without messages");
        }
        let with = Party::from(&message.with);
        let outgoing = message.outgoing;
        let direction = if outgoing { Direction::Out } else { Direction::In };
        let thread = self.chats.threads.get(&with);
        // Some clients count their ids anew at every start.
        let is_taken = thread.is_some_and(|thread| {
            thread.contradicts(message.id.as_str(), direction, &message.body)
        });
        // Servers deliver in order, and anybody can write a stamp: nothing is slipped in among
        // what was said before.
        let heard = thread.filter(|_| !outgoing).and_then(Thread::last_heard);
        // A clock that runs ahead elsewhere must not pin its message below all later ones.
        let at = message.at.max(heard.filter(|_| message.at.is_some()));
        let at = at.unwrap_or(now.wall).min(now.wall);
        let id = if is_taken { self.random_id() } else { message.id.as_str().to_owned() };
        let entry = Entry {
            id,
            kind: EntryKind::Message,
            with: with.to_string(),
            direction,
            at,
            body: Some(message.body),
            state: outgoing.then_some(MessageState::Sent),
            reason: None,
            call: None,
        };
        self.take_in(account, &with, entry);
    }

    /// A message over SIP.
    pub(super) fn on_sip_message(
        &mut self,
        now: Now,
        account: &AccountId,
        message: sip::IncomingMessage,
    ) {
        let from = message.asserted.first().unwrap_or(&message.from);
        let Ok(aor) = Aor::parse(from) else {
            tracing::info!(%account, "a message without a usable sender was dropped");
            return;
        };
        let takes = self.accounts.get(account).is_some_and(|record| record.view.features.chat);
        if !takes {
            return;
        }
        let with = Party::Sip(aor);
        let entry = Entry {
            id: self.random_id(),
            kind: EntryKind::Message,
            with: with.to_string(),
            direction: Direction::In,
            at: now.wall,
            body: Some(message.body),
            state: None,
            reason: None,
            call: None,
        };
        self.take_in(account, &with, entry);
    }

    /// Files a message that came, or that another of our devices sent.
    fn take_in(&mut self, account: &AccountId, with: &Party, entry: Entry) {
        let outgoing = entry.direction == Direction::Out;
        if !self.file(account, with, entry) {
            return;
        }
        if outgoing {
            return self.mark_read(account, with);
        }
        let Some(thread) = self.chats.threads.get_mut(with) else { return };
        thread.unread = thread.unread.saturating_add(1);
        thread.view = None;
        if let Party::Jid(jid) = with {
            self.contact_changed(account, jid);
        }
    }

    /// Lets the contact know that their newest message was seen (XEP-0333); whether it asked
    /// for that, and whether they may know, the XMPP side knows.
    fn tell_displayed(&mut self, account: &AccountId, with: &Party) {
        let Party::Jid(jid) = with else { return };
        let Some(thread) = self.chats.threads.get(with).filter(|thread| thread.unread > 0) else {
            return;
        };
        let newest = thread
            .entries
            .iter()
            .rev()
            .find(|entry| entry.direction == Direction::In && entry.kind == EntryKind::Message);
        if let Some(id) = newest.map(|entry| MessageId::new(&entry.id)) {
            let command = XmppCommand::Displayed { to: jid.clone(), id };
            self.outputs.push_back(Output::Xmpp(account.clone(), command));
        }
    }

    pub(super) fn mark_read(&mut self, account: &AccountId, with: &Party) {
        let unread = self.chats.threads.get_mut(with).filter(|thread| thread.unread > 0);
        let Some(thread) = unread else { return };
        thread.unread = 0;
        thread.view = None;
        self.chats.view = None;
        self.changed = true;
        self.outputs.push_back(Output::Keep(Keep::Read(with.to_string())));
        if let Party::Jid(jid) = with {
            self.contact_changed(account, jid);
        }
    }

    /// Puts an entry into a person's timeline and the store; `false` when it was there.
    pub(super) fn file(&mut self, account: &AccountId, with: &Party, entry: Entry) -> bool {
        let listed = |with: &Party| with.jid().is_some_and(|jid| self.roster.lists(None, jid));
        let thread = self.chats.thread(with, listed);
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

    pub(super) fn on_kept(&mut self, now: Now, kept: Kept) {
        if let Some(rules) = kept.telephony {
            self.telephony = rules;
            self.wishes.telephony_is_set = true;
        }
        self.signals = kept.signals;
        self.restore_asking(kept.asking);
        self.linker.remember(kept.seen);
        self.rules = kept.rules;
        self.decided = kept.relations;
        self.hold_relations(now);
        for conversation in kept.conversations {
            let thread = self.chats.thread(&conversation.with, |_| false);
            thread.account = Some(conversation.account);
            thread.older = conversation.older;
            for entry in conversation.entries {
                thread.add(entry);
            }
            thread.unread = thread.unread.saturating_add(conversation.unread);
            thread.view = None;
        }
        for (account, entry) in kept.outbox {
            let (Ok(to), Some(body)) = (entry.with.parse(), entry.body) else { continue };
            let id = MessageId::new(&entry.id);
            self.chats.outbox.push_back(Waiting { account, id, to, body, handed: false });
        }
        self.changed = true;
    }

    /// An identifier that nobody can guess.
    pub(super) fn random_id(&mut self) -> String {
        let (high, low) = (self.random.next_u64(), self.random.next_u64());
        uuid::Uuid::from_u64_pair(high, low).simple().to_string()
    }
}
