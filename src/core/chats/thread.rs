//! One conversation at hand.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::call::Direction;
use crate::model::id::AccountId;
use crate::model::message::{Conversation, Entry, EntryKind, MessageState, Trace};
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// Entries of one conversation that are kept at hand; the store has all of them.
const ENTRIES_AT_HAND: usize = 200;
/// Traces of one conversation that are kept: whoever dates messages back does not fill the memory.
const TRACES: usize = 200;
/// Text of one conversation that is kept at hand, in bytes.
const TEXT_AT_HAND: usize = 4 << 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// The account of the newest entry, on which somebody who is no contact is answered.
    pub account: Option<AccountId>,
    pub entries: VecDeque<Arc<Entry>>,
    /// What is remembered of entries before them, oldest first: only the store has those.
    pub older: Vec<Trace>,
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
            || self.older.iter().any(|trace| trace.direction == Direction::Out)
    }

    /// When the newest message from the other side was sent.
    pub fn last_heard(&self) -> Option<Timestamp> {
        let heard = |entry: &&Arc<Entry>| came(entry.kind, entry.direction);
        let newest = self.entries.iter().rev().find(heard).map(|entry| entry.at);
        newest.or_else(|| {
            let heard = |trace: &&Trace| came(trace.kind, trace.direction);
            self.older.iter().rev().find(heard).map(|trace| trace.at)
        })
    }

    /// Whether a message of this id says something else than one that is here already.
    pub fn contradicts(&self, id: &str, direction: Direction, body: &str) -> bool {
        let name = Trace::name(id);
        self.entries.iter().any(|old| {
            old.id == id && old.direction == direction && old.body.as_deref() != Some(body)
        }) || self.older.iter().any(|old| old.is(name, direction) && !old.says(body))
    }

    /// Files an entry by its time; `false` when it was there already.
    pub fn add(&mut self, entry: Entry) -> bool {
        let known = |old: &Arc<Entry>| old.id == entry.id && old.direction == entry.direction;
        let name = Trace::name(&entry.id);
        let remembered = |old: &Trace| old.is(name, entry.direction);
        if self.entries.iter().any(known) || self.older.iter().any(remembered) {
            return false;
        }
        let oldest = self.entries.front().is_none_or(|first| first.at > entry.at);
        if oldest && self.older.last().is_some_and(|last| last.at > entry.at) {
            // What is at hand has no gaps.
            let place = self.older.partition_point(|old| old.at <= entry.at);
            self.older.insert(place, Trace::of(&entry));
            let too_many = self.older.len().saturating_sub(TRACES);
            self.older.drain(..too_many);
            return true;
        }
        let place = self.entries.iter().rposition(|old| old.at <= entry.at).map_or(0, |at| at + 1);
        self.text += entry.body.as_ref().map_or(0, String::len);
        self.entries.insert(place, Arc::new(entry));
        let too_much = |thread: &Self| {
            thread.entries.len() > ENTRIES_AT_HAND
                || (thread.text > TEXT_AT_HAND && thread.entries.len() > 1)
        };
        if too_much(self) {
            // Nothing is remembered of what is before a gap.
            self.older = Vec::new();
        }
        while too_much(self) {
            let gone = self.entries.pop_front().and_then(|entry| Some(entry.body.as_ref()?.len()));
            self.text = self.text.saturating_sub(gone.unwrap_or_default());
        }
        self.view = None;
        true
    }

    /// Takes entries out, and traces. What is unread is the newest of what came.
    pub fn forget(&mut self, is_gone: impl Fn(&Entry) -> bool, is_lost: impl Fn(&Trace) -> bool) {
        self.entries.retain(|entry| !is_gone(entry));
        self.older.retain(|trace| !is_lost(trace));
        self.text = self.entries.iter().filter_map(|e| Some(e.body.as_ref()?.len())).sum();
        let entries = self.entries.iter().map(|entry| (entry.kind, entry.direction));
        let older = self.older.iter().map(|trace| (trace.kind, trace.direction));
        let came = entries.chain(older).filter(|(kind, direction)| came(*kind, *direction)).count();
        self.unread = self.unread.min(u32::try_from(came).unwrap_or(u32::MAX));
        self.view = None;
    }

    /// Moves an outgoing message forward; `false` where it does not move.
    pub fn advance(&mut self, id: &str, state: MessageState, reason: Option<&str>) -> bool {
        let Some(entry) = self.entries.iter_mut().rev().find(|entry| {
            entry.id == id && entry.direction == Direction::Out && entry.kind == EntryKind::Message
        }) else {
            let name = Trace::name(id);
            let older = self.older.iter_mut().rev();
            let mut messages = older.filter(|trace| trace.kind == EntryKind::Message);
            let trace = messages.find(|trace| trace.is(name, Direction::Out));
            let Some(trace) = trace.filter(|trace| state.follows(trace.state)) else {
                return false;
            };
            trace.state = Some(state);
            return true;
        };
        if !state.follows(entry.state) {
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

/// It is a message from the other side.
fn came(kind: EntryKind, direction: Direction) -> bool {
    kind == EntryKind::Message && direction == Direction::In
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(n: i64) -> Entry {
        Entry {
            id: format!("m{n}"),
            with: "bob@x.test".to_owned(),
            kind: EntryKind::Message,
            direction: Direction::In,
            at: Timestamp::from_unix_millis(n),
            body: Some(n.to_string()),
            state: None,
            reason: None,
            call: None,
        }
    }

    #[test]
    fn who_dates_messages_back_does_not_fill_the_memory() {
        let newest = 1_000_000;
        let older = vec![Trace::of(&message(newest - 1))];
        let mut thread = Thread { older, ..Thread::default() };
        assert!(thread.add(message(newest)));
        for n in 0..1_000 {
            assert!(thread.add(message(n)), "{n}");
        }
        assert_eq!((thread.entries.len(), thread.older.len()), (1, TRACES));
        // Those next to what is at hand are known again.
        assert!(!thread.add(message(newest - 1)) && !thread.add(message(999)));
    }
}
