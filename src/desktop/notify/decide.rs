//! Which notifications there are to be. Pure: from what was told before, what is so now, what the
//! person looks at, and the moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{About, Note, Wanted, words};
use crate::core::snapshot::Snapshot;
use crate::model::call::{Call, CallState, Direction};
use crate::model::message::{Conversation, Entry, EntryKind};
use crate::model::party::Party;
use crate::model::preferences::Notifications;
use crate::model::presence::Show;
use crate::model::time::Timestamp;

/// The most notifications at once; of more the person is not told.
const AT_ONCE: usize = 32;
/// What was said longer ago comes from an archive, and is not news.
const NEWS: Duration = Duration::from_secs(15 * 60);
/// The longest address that can be called back.
const ADDRESS: usize = 512;

/// What the person looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looking {
    /// The main window is in front.
    pub in_front: bool,
    /// The conversation whose newest message is in sight there.
    pub at: Option<Party>,
}

/// What was told, and what from.
#[derive(Debug, Default)]
pub struct Teller {
    before: Option<Arc<Snapshot>>,
    looked: Looking,
    set: Notifications,
    told: BTreeMap<About, (u32, Arc<Note>)>,
    edition: u64,
}

impl Teller {
    /// What there is to be told now; none when that is what was told before.
    pub fn follow(
        &mut self,
        now: &Arc<Snapshot>,
        looking: &Looking,
        set: &Notifications,
        at: Timestamp,
    ) -> Option<Wanted> {
        let is_known = self.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, now));
        if is_known && self.looked == *looking && self.set == *set {
            return None;
        }
        (self.looked, self.set) = (looking.clone(), set.clone());
        let before = self.before.replace(Arc::clone(now));
        self.told.retain(|about, _| !is_over(about, now, looking, set));
        self.ringing(now);
        // What is there when the program begins was told in another run, or never will be.
        if let Some(before) = before.filter(|before| !Arc::ptr_eq(before, now)) {
            self.messages(&before, now, at);
            self.missed(&before, now);
        }
        Some(self.told.iter().map(|(about, (_, note))| (about.clone(), Arc::clone(note))).collect())
    }

    /// The person dealt with it.
    pub fn is_done(&mut self, about: &About) -> bool {
        self.told.remove(about).is_some()
    }

    /// A call that rings is told also when the window goes to the back while it does.
    fn ringing(&mut self, now: &Snapshot) {
        if self.looked.in_front || !self.set.calls {
            return;
        }
        for call in now.calls.iter().filter(|call| rings(call)) {
            let about = About::Ringing(call.id.clone());
            if !self.told.contains_key(&about) {
                self.tell(about, 1, |_| words::ringing(call));
            }
        }
    }

    fn messages(&mut self, before: &Snapshot, now: &Snapshot, at: Timestamp) {
        if !self.set.messages || now.presence == Show::Dnd {
            return;
        }
        if Arc::ptr_eq(&before.conversations, &now.conversations) {
            return;
        }
        for conversation in now.conversations.iter().filter(|talk| talk.unread > 0) {
            let with = &conversation.with;
            if self.looked.in_front && self.looked.at.as_ref() == Some(with) {
                continue;
            }
            let known = before.conversation(with);
            if known.is_some_and(|known| Arc::ptr_eq(known, conversation)) {
                continue;
            }
            let newest = newest(known.map(AsRef::as_ref), conversation);
            let Some(newest) = newest.filter(|entry| is_news(entry, at)) else { continue };
            let shown = self.set.text.then_some(newest);
            let (about, count) = (About::Messages(with.clone()), conversation.unread);
            self.tell(about, count, |count| words::messages(now, with, count, shown));
        }
    }

    fn missed(&mut self, before: &Snapshot, now: &Snapshot) {
        if self.looked.in_front || !self.set.missed || now.presence == Show::Dnd {
            return;
        }
        let was_over = |call: &Call| {
            before.calls.iter().any(|old| old.id == call.id && old.state == CallState::Ended)
        };
        for call in now.calls.iter().filter(|call| is_missed(call) && !was_over(call)) {
            let about = About::Missed(call.peer.uri.clone());
            let count = self.told.get(&about).map_or(1, |(count, _)| count.saturating_add(1));
            self.tell(about, count, |count| words::missed(call, count));
        }
    }

    fn tell(&mut self, about: About, count: u32, note: impl FnOnce(u32) -> Note) {
        // A call that rings is told of in any case: the core bounds those.
        let has_room = self.told.len() < AT_ONCE || matches!(about, About::Ringing(_));
        if has_room || self.told.contains_key(&about) {
            self.edition = self.edition.wrapping_add(1);
            let note = Note { edition: self.edition, ..note(count) };
            self.told.insert(about, (count, Arc::new(note)));
        }
    }
}

/// What was read, answered or seen, here or elsewhere, is not told any more.
fn is_over(about: &About, now: &Snapshot, looking: &Looking, set: &Notifications) -> bool {
    match about {
        About::Messages(with) => {
            !set.messages
                || (looking.in_front && looking.at.as_ref() == Some(with))
                || now.conversation(with).is_none_or(|talk| talk.unread == 0)
        }
        About::Ringing(id) => {
            !set.calls
                || looking.in_front
                || !now.calls.iter().any(|call| call.id == *id && rings(call))
        }
        About::Missed(_) => !set.missed || looking.in_front,
    }
}

/// The newest message of theirs that was not there before; none when we wrote since.
fn newest<'a>(known: Option<&Conversation>, now: &'a Conversation) -> Option<&'a Entry> {
    let last = known.and_then(|known| known.entries.last()).map(|entry| &entry.id);
    let is_new = |entry: &&Arc<Entry>| Some(&entry.id) != last;
    let messages = now.entries.iter().rev().take_while(is_new);
    let newest = messages.map(AsRef::as_ref).find(|entry| entry.kind == EntryKind::Message);
    newest.filter(|entry| entry.direction == Direction::In)
}

fn is_news(entry: &Entry, at: Timestamp) -> bool {
    entry.at.plus(NEWS) >= at
}

/// It asks for attention: a call that is only shown does not.
fn rings(call: &Call) -> bool {
    call.state == CallState::Incoming && !call.quiet
}

/// The caller gave up, or we could not take it.
fn is_missed(call: &Call) -> bool {
    call.state == CallState::Ended && call.missed && !call.quiet && call.peer.uri.len() <= ADDRESS
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
