//! Messages both ways, their receipts and markers, and typing (RFC 6121 §5).

use std::collections::{BTreeMap, VecDeque};

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::message::{Id, Lang, Message, MessageType};
use tokio_xmpp::parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};
use tokio_xmpp::parsers::stanza_id::OriginId;

use super::{Session, text};
use crate::model::id::MessageId;
use crate::model::message::{ChatState, MessageState};
use crate::model::refusal::Refusal;
use crate::model::time::{Now, Timestamp};
use crate::model::{BareJid, Jid};
use crate::xmpp::xep::carbons::Unwrapped;
use crate::xmpp::xep::{
    carbons, chat_states, delay, displayed_markers, reachability, receipts, vcard4,
};
use crate::xmpp::{ChatMessage, OutgoingMessage, XmppEvent};

/// The longest text, in bytes.
const MAX_BODY: usize = 100_000;
/// The longest identifier that is taken from the network.
const MAX_ID: usize = 256;
/// The most messages that may wait for the server's acknowledgement.
const MAX_IN_FLIGHT: usize = 1000;
/// The most messages that are kept for a session to be resumed.
const MAX_KEPT: usize = 1000;
/// How many messages are remembered, for an error or a marker that comes late.
const MAX_REMEMBERED: usize = 500;

/// Which messages are where.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// Handed to the stream, not acknowledged.
    in_flight: VecDeque<(MessageId, BareJid)>,
    /// Not handed to the stream yet.
    kept: VecDeque<OutgoingMessage>,
    /// Acknowledged lately.
    sent: VecDeque<(MessageId, BareJid)>,
    /// Received lately, with the wish for a marker.
    markable: VecDeque<(MessageId, BareJid)>,
    /// Something could not be kept, so a resumed session would miss it.
    pub(super) overflowed: bool,
}

impl Session {
    pub(super) fn send_message(&mut self, message: OutgoingMessage) {
        let known = |id: &MessageId| *id == message.id;
        if self.chat.in_flight.iter().any(|(id, _)| known(id))
            || self.chat.kept.iter().any(|kept| known(&kept.id))
        {
            return;
        }
        // Commanded once more before its acknowledgement was heard of.
        if let Some((id, with)) = self.chat.sent.iter().find(|(id, _)| known(id)).cloned() {
            return self.tell_state(with, id, MessageState::Sent);
        }
        if self.is_up() && self.chat.in_flight.len() < MAX_IN_FLIGHT {
            return self.hand_over(message);
        }
        let (with, id) = (message.to.clone(), message.id.clone());
        let has_room = self.chat.kept.len() < MAX_KEPT;
        if self.is_up() && !has_room {
            return self.tell_refused(with, id, Refusal::TooMany);
        }
        if self.line != super::Line::Down {
            if has_room {
                self.chat.kept.push_back(message);
            } else {
                self.chat.overflowed = true;
            }
        }
        self.tell_state(with, id, MessageState::Queued);
    }

    /// Sends what waited for the line.
    pub(super) fn send_kept(&mut self) {
        while self.is_up() && self.chat.in_flight.len() < MAX_IN_FLIGHT {
            let Some(message) = self.chat.kept.pop_front() else { return };
            self.hand_over(message);
        }
    }

    /// The session is over: whoever keeps the outbox has to send again what was not
    /// acknowledged.
    pub(super) fn lose_messages(&mut self) {
        let chat = std::mem::take(&mut self.chat);
        for (id, with) in chat.in_flight {
            self.tell_state(with, id, MessageState::Queued);
        }
        self.chat.sent = chat.sent;
        self.chat.markable = chat.markable;
    }

    pub(super) fn message_sent(&mut self, id: &str) {
        if let Some((id, with)) = self.settle(id) {
            self.tell_state(with, id, MessageState::Sent);
        }
        self.send_kept();
    }

    /// A message came back. `from` is who says so; only who got it, or a server on the way, may.
    pub(super) fn message_failed(&mut self, id: &str, from: Option<&Jid>, why: Refusal) {
        let all = self.chat.in_flight.iter().chain(&self.chat.sent);
        let mut with = all.filter(|(known, _)| known.as_str() == id).map(|(_, with)| with.clone());
        let with = with.next_back().or_else(|| from.map(Jid::to_bare));
        let Some(with) = with else { return };
        let may = from.is_none_or(|from| {
            from.to_bare() == with
                || from.to_bare() == self.account
                || (from.node().is_none()
                    && (from.domain() == with.domain() || from.domain() == self.account.domain()))
        });
        if may {
            let _ = self.settle(id);
            self.chat.sent.retain(|(known, _)| known.as_str() != id);
            self.tell_refused(with, MessageId::new(id), why);
        }
    }

    pub(super) fn send_chat_state(&mut self, to: BareJid, state: ChatState) {
        if !(self.is_up() && self.knows(&to)) {
            return;
        }
        let mut message = Message::chat(Jid::from(to));
        message.payloads.push(chat_states::payload(state));
        message.payloads.push(Element::bare("no-store", HINTS));
        self.send(message);
    }

    pub(super) fn send_displayed(&mut self, to: BareJid, id: MessageId) {
        let entry = (id, to);
        if !(self.is_up() && self.sees_us(&entry.1) && self.chat.markable.contains(&entry)) {
            return;
        }
        self.chat.markable.retain(|known| *known != entry);
        let (id, to) = entry;
        let mut message = Message::chat(Jid::from(to));
        message.id = Some(Id(self.new_id()));
        message.payloads.push(displayed_markers::mark(id.as_str().to_owned()));
        message.payloads.push(Element::bare("store", HINTS));
        self.send(message);
    }

    pub(super) fn receive_message(&mut self, now: Now, message: Message) {
        if vcard4::is_change(&message) {
            if let Some(from) = message.from.as_ref().map(Jid::to_bare)
                && self.knows(&from)
            {
                self.event(XmppEvent::VcardChanged(from));
            }
            return;
        }
        if let Some(addresses) = reachability::announced(&message) {
            if let Some(jid) = message.from.as_ref().map(Jid::to_bare)
                && self.roster.contains_key(&jid)
            {
                self.event(XmppEvent::Reachability { jid, addresses });
            }
            return;
        }
        match message.type_ {
            MessageType::Groupchat | MessageType::Headline => {}
            MessageType::Error => {
                if let Some(id) = &message.id {
                    self.message_failed(&id.0, message.from.as_ref(), refusal(&message));
                }
            }
            MessageType::Chat | MessageType::Normal => {
                match carbons::unwrap(&message, &self.account, now.wall) {
                    Unwrapped::Plain if !self.takes_chat => self.refuse_chat(&message),
                    Unwrapped::Carbon(_) if !self.takes_chat => {}
                    Unwrapped::Plain => self.receive_chat(now, &message),
                    Unwrapped::Carbon(carbon) => {
                        self.receive_copy(&carbon.message, carbon.sent, carbon.at);
                    }
                    Unwrapped::Forged => tracing::debug!("a forged carbon was dropped"),
                }
            }
        }
    }

    /// Says that there are no messages here (RFC 6121 §8.5.2), to who may know that we are: to
    /// others, and to what holds no text, nothing.
    fn refuse_chat(&mut self, message: &Message) {
        let Some(from) = message.from.clone() else { return };
        if message.bodies.is_empty() || !self.sees_us(&from.to_bare()) {
            return;
        }
        let mut answer = Message::new_with_type(MessageType::Error, from);
        answer.id.clone_from(&message.id);
        let error = StanzaError {
            type_: ErrorType::Cancel,
            by: None,
            defined_condition: DefinedCondition::ServiceUnavailable,
            texts: BTreeMap::new(),
            other: None,
        };
        answer.payloads.push(error.into());
        self.send(answer);
    }

    fn receive_chat(&mut self, now: Now, message: &Message) {
        let Some(from) = message.from.clone() else { return };
        let with = from.to_bare();
        let at = delay::stamp(&message.payloads, now.wall);
        self.receive_signals(&with, message);
        self.receive_body(&with, message, false, at);
        if let Some(state) = chat_states::state(message)
            && at.is_none()
            && self.knows(&with)
        {
            self.event(XmppEvent::ChatState { from: with.clone(), state });
        }
        if let Some(id) = receipts::asked_for(message)
            && self.signals.delivered
            && self.sees_us(&with)
        {
            let mut receipt = Message::new_with_type(message.type_.clone(), from);
            receipt.id = Some(Id(self.new_id()));
            receipt.payloads.push(receipts::confirm(id));
            receipt.payloads.push(Element::bare("store", HINTS));
            self.send(receipt);
        }
    }

    fn receive_copy(&mut self, message: &Message, sent: bool, at: Option<Timestamp>) {
        if !matches!(message.type_, MessageType::Chat | MessageType::Normal) {
            return;
        }
        let (ours, theirs) =
            if sent { (&message.from, &message.to) } else { (&message.to, &message.from) };
        let own = ours.as_ref().is_none_or(|ours| ours.to_bare() == self.account);
        let (true, Some(with)) = (own, theirs.as_ref().map(Jid::to_bare)) else { return };
        if !sent {
            self.receive_signals(&with, message);
        }
        self.receive_body(&with, message, sent, at);
    }

    /// Receipts and markers for messages of ours.
    fn receive_signals(&mut self, with: &BareJid, message: &Message) {
        let told = [
            (receipts::confirmed(message), MessageState::Delivered),
            (displayed_markers::marked(message), MessageState::Displayed),
        ];
        for (id, state) in told {
            let Some(id) = id.filter(|id| id.len() <= MAX_ID) else { continue };
            // Who has it has it from the server.
            let own =
                self.chat.in_flight.iter().any(|(known, to)| known.as_str() == id && to == with);
            if own {
                let _ = self.settle(&id);
            }
            self.tell_state(with.clone(), MessageId::new(&id), state);
        }
    }

    fn receive_body(
        &mut self,
        with: &BareJid,
        message: &Message,
        outgoing: bool,
        at: Option<Timestamp>,
    ) {
        let body = message.bodies.get("").or_else(|| message.bodies.values().next());
        let body = body.map(|body| text::clean(body, MAX_BODY)).filter(|body| !body.is_empty());
        let Some(body) = body else { return };
        let given = message.id.as_ref().map(|id| id.0.as_str());
        let id = match given.filter(|id| !id.is_empty() && id.len() <= MAX_ID) {
            Some(id) => MessageId::new(id),
            None => MessageId::new(self.new_id()),
        };
        if !outgoing && displayed_markers::asked_for(message) {
            remember(&mut self.chat.markable, (id.clone(), with.clone()));
        }
        self.event(XmppEvent::Message(ChatMessage { id, with: with.clone(), outgoing, body, at }));
    }

    fn hand_over(&mut self, message: OutgoingMessage) {
        let OutgoingMessage { id, to, body } = message;
        let text = id.as_str().to_owned();
        let mut stanza = Message::chat(Jid::from(to.clone()));
        stanza.id = Some(Id(text.clone()));
        let _ = stanza.bodies.insert(Lang::new(), text::clean(&body, MAX_BODY));
        stanza.payloads =
            vec![receipts::request(), displayed_markers::request(), OriginId { id: text }.into()];
        if self.signals.typing {
            stanza.payloads.push(chat_states::payload(ChatState::Active));
        }
        self.chat.in_flight.push_back((id, to));
        self.send(stanza);
    }

    /// Moves a message from "in flight" to "sent".
    fn settle(&mut self, id: &str) -> Option<(MessageId, BareJid)> {
        let index = self.chat.in_flight.iter().position(|(known, _)| known.as_str() == id)?;
        let entry = self.chat.in_flight.remove(index)?;
        remember(&mut self.chat.sent, entry.clone());
        Some(entry)
    }

    fn tell_state(&mut self, with: BareJid, id: MessageId, state: MessageState) {
        self.event(XmppEvent::MessageState { with, id, state, why: None });
    }

    fn tell_refused(&mut self, with: BareJid, id: MessageId, why: Refusal) {
        let (state, why) = (MessageState::Failed, Some(why));
        self.event(XmppEvent::MessageState { with, id, state, why });
    }
}

/// Why a message came back (RFC 6120 §8.3).
fn refusal(message: &Message) -> Refusal {
    use DefinedCondition as Condition;
    let error = message.payloads.iter().find(|payload| payload.name() == "error").cloned();
    let Some(error) = error.and_then(|error| StanzaError::try_from(error).ok()) else {
        return Refusal::Nobody;
    };
    let blocked = error.other.as_ref().is_some_and(|other| other.is("blocked", BLOCKING_ERRORS));
    match error.defined_condition {
        _ if blocked => Refusal::Blocked,
        Condition::RemoteServerNotFound => Refusal::NoServer,
        Condition::RemoteServerTimeout => Refusal::Silent,
        Condition::ItemNotFound
        | Condition::ServiceUnavailable
        | Condition::RecipientUnavailable => Refusal::Nobody,
        Condition::Forbidden
        | Condition::NotAllowed
        | Condition::RegistrationRequired
        | Condition::SubscriptionRequired => Refusal::Forbidden,
        Condition::Gone { .. } | Condition::Redirect { .. } => Refusal::Gone,
        Condition::ResourceConstraint => Refusal::Full,
        _ => Refusal::Other(super::iq::words(&error)),
    }
}

/// XEP-0191 §3.2.
const BLOCKING_ERRORS: &str = "urn:xmpp:blocking:errors";

/// XEP-0334.
const HINTS: &str = "urn:xmpp:hints";

fn remember(memory: &mut VecDeque<(MessageId, BareJid)>, entry: (MessageId, BareJid)) {
    if memory.len() >= MAX_REMEMBERED {
        let _ = memory.pop_front();
    }
    memory.push_back(entry);
}
