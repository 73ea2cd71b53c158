//! One conversation at hand.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::call::Direction;
use crate::model::id::AccountId;
use crate::model::message::{Conversation, Entry, EntryKind, MessageState};
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// Entries of one conversation that are kept at hand; the store has all of them.
const ENTRIES_AT_HAND: usize = 200;
/// Text of one conversation that is kept at hand, in bytes.
const TEXT_AT_HAND: usize = 4 << 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// The account of the newest entry, on which somebody who is no contact is answered.
    pub account: Option<AccountId>,
    pub entries: VecDeque<Arc<Entry>>,
    /// How much text its entries hold, in bytes.
    pub text: usize,
    pub unread: u32,
    pub view: Option<Arc<Conversation>>,
}

impl Thread {
    pub fn newest(&self) -> Option<Timestamp> {
        self.entries.back().map(|entry| entry.at)
    }

    /// Whether we ever said anything here.
    pub fn is_answered(&self) -> bool {
        self.entries.iter().any(|entry| entry.direction == Direction::Out)
    }

    /// When the newest message from the other side was sent.
    pub fn last_heard(&self) -> Option<Timestamp> {
        let heard = |entry: &&Arc<Entry>| {
            entry.direction == Direction::In && entry.kind == EntryKind::Message
        };
        self.entries.iter().rev().find(heard).map(|entry| entry.at)
    }

    /// Whether a message of this id says something else than one that is here already.
    pub fn contradicts(&self, id: &str, direction: Direction, body: &str) -> bool {
        self.entries.iter().any(|old| {
            old.id == id && old.direction == direction && old.body.as_deref() != Some(body)
        })
    }

    /// Files an entry by its time; `false` when it was there already.
    pub fn add(&mut self, entry: Entry) -> bool {
        let known = |old: &Arc<Entry>| old.id == entry.id && old.direction == entry.direction;
        if self.entries.iter().any(known) {
            return false;
        }
        let place = self.entries.iter().rposition(|old| old.at <= entry.at).map_or(0, |at| at + 1);
        self.text += entry.body.as_ref().map_or(0, String::len);
        self.entries.insert(place, Arc::new(entry));
        let too_much = |thread: &Self| {
            thread.entries.len() > ENTRIES_AT_HAND
                || (thread.text > TEXT_AT_HAND && thread.entries.len() > 1)
        };
        while too_much(self) {
            let gone = self.entries.pop_front().and_then(|entry| Some(entry.body.as_ref()?.len()));
            self.text = self.text.saturating_sub(gone.unwrap_or_default());
        }
        self.view = None;
        true
    }

    /// Takes entries out. What is unread is the newest of what came.
    pub fn forget(&mut self, is_gone: impl Fn(&Entry) -> bool) {
        self.entries.retain(|entry| !is_gone(entry));
        self.text = self.entries.iter().filter_map(|e| Some(e.body.as_ref()?.len())).sum();
        let came = |entry: &&Arc<Entry>| {
            entry.direction == Direction::In && entry.kind == EntryKind::Message
        };
        let came = self.entries.iter().filter(came).count();
        self.unread = self.unread.min(u32::try_from(came).unwrap_or(u32::MAX));
        self.view = None;
    }

    /// Moves an outgoing message forward; never back (a late `sent` after `delivered`), and a
    /// refusal does not undo a delivery.
    pub fn advance(&mut self, id: &str, state: MessageState, reason: Option<&str>) -> bool {
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
        let entry = Arc::make_mut(entry);
        (entry.state, entry.reason) = (Some(state), reason.map(str::to_owned));
        self.view = None;
        true
    }

    /// As the faces see it.
    pub fn conversation(&mut self, with: &Party) -> Arc<Conversation> {
        let (entries, unread) = (&self.entries, self.unread);
        let view = self.view.get_or_insert_with(|| {
            let entries = entries.iter().cloned().collect();
            Arc::new(Conversation { with: with.clone(), entries, unread })
        });
        view.clone()
    }
}
