//! The part of a conversation's history that is at hand: the newest entries as the snapshot
//! has them, and pages of older ones as the store gives them. It is one piece without a gap,
//! and bounded: pages that are far from what is looked at are let go, and fetched again.

use std::collections::HashSet;
use std::sync::Arc;

use super::rows::{self, Row};
use crate::core::command::ChatCommand;
use crate::gui::widget::feed::Key;
use crate::gui::words::Clock;
use crate::model::call::Direction;
use crate::model::id::MessageId;
use crate::model::message::{Conversation, Entry, EntryKind, MessageState};
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// Entries of one page.
pub const PAGE: usize = 100;
/// The most entries at hand.
const MOST: usize = 1_000;
/// With fewer rows beyond what is in sight the next page is fetched.
const NEAR: usize = 40;
/// Below this number of entries older ones are fetched when a conversation is opened.
pub const FEW: usize = 20;

/// Which page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one before what is at hand.
    Earlier,
    /// The one after it.
    Later,
    /// One elsewhere, from this moment on: it takes the place of what is at hand.
    From(Timestamp),
}

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wait {
    /// Nobody asked for it.
    #[default]
    Idle,
    /// It is on its way.
    Loading,
    /// It could not be had.
    Failed,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Span {
    entries: Vec<Arc<Entry>>,
    /// There is nothing earlier.
    complete: bool,
    /// It does not reach up to the newest entry.
    detached: bool,
    earlier: Wait,
    later: Wait,
    /// The page that was asked for last; the answer to any other comes too late.
    turn: u64,
    tail: Option<Arc<Conversation>>,
    /// The first entry that was unread when the conversation was opened.
    unread: Option<Key>,
    /// How many more were unread than are at hand.
    unread_earlier: usize,
    typing: bool,
    rows: Vec<Row>,
    keys: Vec<Key>,
}

impl Span {
    /// The rows, and what each is known by.
    pub fn rows(&self) -> (&[Row], &[Key]) {
        (&self.rows, &self.keys)
    }

    /// Nothing was ever said, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.earlier != Wait::Loading && self.later != Wait::Loading
    }

    /// How many entries are at hand.
    pub fn known(&self) -> usize {
        self.entries.len()
    }

    /// When the newest entry at hand was.
    pub fn newest(&self) -> Option<Timestamp> {
        self.entries.last().map(|entry| entry.at)
    }

    /// Whether an entry is at hand.
    pub fn has(&self, key: Key) -> bool {
        self.keys.contains(&key)
    }

    /// The first entry at hand from a moment on, else the last.
    pub fn at(&self, at: Timestamp) -> Option<Key> {
        let place = self.entries.partition_point(|entry| entry.at < at);
        self.entries.get(place).or(self.entries.last()).map(|entry| rows::key(entry))
    }

    /// The same, when it is known that there is none between.
    pub fn at_within(&self, at: Timestamp) -> Option<Key> {
        let begins = self.complete || self.entries.first().is_some_and(|first| first.at < at);
        let ends = !self.detached || self.entries.last().is_some_and(|last| last.at >= at);
        if begins && ends { self.at(at) } else { None }
    }

    /// It reaches up to the newest entry.
    pub fn is_present(&self) -> bool {
        !self.detached
    }

    /// An entry at hand, by what its row is known by: an identifier alone may be the other
    /// side's as well.
    pub fn entry(&self, of: Key) -> Option<&Arc<Entry>> {
        self.entries.iter().find(|entry| rows::key(entry) == of)
    }

    /// The row before which the unread part begins.
    pub fn unread(&self) -> Option<Key> {
        self.unread
    }

    /// Draws the line before the newest `count` messages that came in.
    pub fn mark_unread(&mut self, count: u32, clock: Clock) {
        self.unread = None;
        self.unread_earlier = usize::try_from(count).unwrap_or(usize::MAX);
        self.mark_before(self.entries.len());
        self.build(clock);
    }

    /// Moves the line up over entries before this one, as far as more was unread.
    fn mark_before(&mut self, end: usize) {
        let came = |entry: &&Arc<Entry>| {
            entry.kind == EntryKind::Message && entry.direction == Direction::In
        };
        let known = self.entries.iter().take(end).rev().filter(came);
        let mut count = 0;
        for entry in known.take(self.unread_earlier) {
            self.unread = Some(rows::key(entry));
            count += 1;
        }
        self.unread_earlier -= count;
    }

    /// Takes the line away.
    pub fn mark_read(&mut self, clock: Clock) {
        self.unread_earlier = 0;
        if self.unread.take().is_some() {
            self.build(clock);
        }
    }

    /// Takes in the newest entries; gives how many messages came since.
    pub fn follow(
        &mut self,
        newest: Option<&Arc<Conversation>>,
        typing: bool,
        clock: Clock,
    ) -> u32 {
        let same = match (&self.tail, newest) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if same && self.typing == typing {
            return 0;
        }
        self.typing = typing;
        let before = self.tail.as_ref().and_then(|tail| tail.entries.last());
        let last = before.map(|entry| entry.at);
        self.tail = newest.cloned();
        if !self.detached {
            self.join();
        }
        self.build(clock);
        let came = |entry: &&Arc<Entry>| {
            entry.direction == Direction::In && last.is_some_and(|last| entry.at > last)
        };
        let count = newest.map_or(0, |tail| tail.entries.iter().rev().take_while(came).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Puts the newest entries in place of what was known of them.
    fn join(&mut self) {
        let Some(tail) = &self.tail else { return };
        let Some(first) = tail.entries.first() else { return };
        let known: HashSet<Key> = tail.entries.iter().map(|entry| rows::key(entry)).collect();
        // What is newer than the oldest of them and not among them was deleted.
        self.entries.retain(|old| old.at <= first.at && !known.contains(&rows::key(old)));
        self.entries.extend(tail.entries.iter().cloned());
        self.trim(Side::Later);
    }

    /// Back to the newest entries.
    pub fn go_to_newest(&mut self, clock: Clock) {
        if self.detached {
            *self = Self {
                turn: self.turn.wrapping_add(1),
                tail: self.tail.take(),
                unread: self.unread,
                typing: self.typing,
                ..Self::default()
            };
            self.join();
            self.build(clock);
        }
    }

    /// What is to be fetched when so many rows are left above and below what is in sight.
    pub fn wanted(&self, above: usize, below: usize) -> Option<Side> {
        if above < NEAR && !self.complete && self.earlier == Wait::Idle && !self.entries.is_empty()
        {
            return Some(Side::Earlier);
        }
        (below < NEAR && self.detached && self.later == Wait::Idle).then_some(Side::Later)
    }

    /// Asks for a page; none while it is on its way. The answer comes with the number.
    pub fn ask(&mut self, side: Side, with: &Party, clock: Clock) -> Option<(ChatCommand, u64)> {
        let (before, after) = match side {
            Side::Earlier if self.earlier == Wait::Loading => return None,
            Side::Later if self.later == Wait::Loading => return None,
            Side::Earlier => (self.before(), None),
            Side::Later => (None, self.entries.last().map(|last| later(last.at))),
            Side::From(at) => (None, Some(at)),
        };
        match side {
            Side::Earlier => self.earlier = Wait::Loading,
            Side::Later => self.later = Wait::Loading,
            Side::From(_) => self.turn = self.turn.wrapping_add(1),
        }
        self.build(clock);
        let limit = u32::try_from(PAGE).ok();
        let with = with.to_string();
        Some((ChatCommand::History { with, before, after, limit }, self.turn))
    }

    /// Entries of one moment are never parted by the store; those at hand may be.
    fn before(&self) -> Option<Timestamp> {
        let first = self.entries.first()?;
        let tail = self.tail.as_ref().and_then(|tail| tail.entries.first());
        let of_tail = tail.is_some_and(|tail| Arc::ptr_eq(tail, first));
        Some(if of_tail { later(first.at) } else { first.at })
    }

    /// A page arrived, or could not be had. True when it is what was asked for last.
    pub fn fetched(
        &mut self,
        side: Side,
        turn: u64,
        page: Option<Vec<Entry>>,
        clock: Clock,
    ) -> bool {
        if turn != self.turn {
            return false;
        }
        match page {
            Some(page) => self.take(side, page),
            None => match side {
                Side::Earlier => self.earlier = Wait::Failed,
                Side::Later => self.later = Wait::Failed,
                Side::From(_) => {}
            },
        }
        self.build(clock);
        true
    }

    fn take(&mut self, side: Side, mut page: Vec<Entry>) {
        page.sort_by_key(|entry| entry.at);
        let whole = page.len() >= PAGE;
        if let Side::From(_) = side {
            self.entries.clear();
            self.unread_earlier = 0;
            (self.complete, self.detached) = (false, true);
            (self.earlier, self.later) = (Wait::Idle, Wait::Idle);
        }
        let known: HashSet<Key> = self.entries.iter().map(|entry| rows::key(entry)).collect();
        page.retain(|entry| !known.contains(&rows::key(entry)));
        let new = page.into_iter().map(Arc::new);
        match side {
            Side::Earlier => {
                self.earlier = Wait::Idle;
                let count = self.entries.len();
                self.entries.splice(0..0, new);
                let more = self.entries.len() - count;
                self.complete = !whole || more == 0;
                self.mark_before(more);
            }
            Side::Later | Side::From(_) => {
                self.later = Wait::Idle;
                self.entries.extend(new);
                let last = self.entries.last().map(|last| last.at);
                let first = self.tail.as_ref().and_then(|tail| tail.entries.first());
                let meets = first.is_some_and(|first| last.is_some_and(|last| last >= first.at));
                if !whole || meets {
                    self.detached = false;
                    self.join();
                }
            }
        }
        self.trim(side);
    }

    /// Lets go what is too much, at the other end than `side`.
    fn trim(&mut self, side: Side) {
        let over = self.entries.len().saturating_sub(MOST);
        if over == 0 {
            return;
        }
        if side == Side::Earlier {
            self.entries.truncate(MOST);
            self.detached = true;
        } else {
            self.entries.drain(..over);
            self.complete = false;
        }
    }

    /// Lets all of it go; what was asked for comes too late.
    pub fn let_go(&mut self) {
        *self = Self { turn: self.turn.wrapping_add(1), ..Self::default() };
    }

    /// Tries again what failed.
    pub fn again(&mut self, side: Side) {
        match side {
            Side::Earlier => self.earlier = Wait::Idle,
            Side::Later => self.later = Wait::Idle,
            Side::From(_) => {}
        }
    }

    /// A message of ours moved on.
    pub fn moved(
        &mut self,
        id: &MessageId,
        (state, reason): (MessageState, Option<&str>),
        clock: Clock,
    ) {
        let ours = |entry: &&mut Arc<Entry>| {
            entry.id == id.as_str()
                && entry.direction == Direction::Out
                && entry.kind == EntryKind::Message
        };
        let entry = self.entries.iter_mut().rev().find(ours);
        if let Some(entry) = entry.filter(|entry| state.follows(entry.state)) {
            let entry = Arc::make_mut(entry);
            (entry.state, entry.reason) = (Some(state), reason.map(str::to_owned));
            self.build(clock);
        }
    }

    /// A part of the history was deleted.
    pub fn forget(&mut self, before: Option<Timestamp>, clock: Clock) {
        self.entries.retain(|entry| before.is_some_and(|before| entry.at >= before));
        self.build(clock);
    }

    fn build(&mut self, clock: Clock) {
        let mut rows = Vec::with_capacity(self.entries.len() + 16);
        if self.earlier != Wait::Idle {
            rows.push(Row::Page(Side::Earlier, self.earlier));
        }
        rows::entries(&self.entries, self.unread, clock, &mut rows);
        if self.later != Wait::Idle {
            rows.push(Row::Page(Side::Later, self.later));
        }
        if self.typing && !self.detached {
            rows.push(Row::Typing);
        }
        self.keys = rows.iter().map(Row::key).collect();
        self.rows = rows;
    }
}

/// The next moment.
fn later(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_millis(at.unix_millis().saturating_add(1))
}
