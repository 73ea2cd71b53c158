//! The rows of a timeline. What will be told there one day (a file, a reply, a reaction, a
//! room's news) is one more kind of row and nothing else.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::span::{Side, Wait};
use crate::gui::widget::feed::Key;
use crate::gui::words::Clock;
use crate::model::call::Direction;
use crate::model::message::{Entry, EntryKind};
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// One row.
#[derive(Debug, Clone)]
pub enum Row {
    /// A page of entries that is not there yet.
    Page(Side, Wait),
    /// A day begins.
    Day(Timestamp),
    /// What was unread begins.
    Unread,
    /// A message.
    Message(Arc<Entry>),
    /// A call.
    Call(Arc<Entry>),
    /// The other side writes.
    Typing,
}

/// A letter of body text and one of its lines, about, in logical pixels.
const LETTER: f32 = 7.2;
const LINE: f32 = 20.0;

impl Row {
    /// What it is known by: the same while it is there.
    pub fn key(&self) -> Key {
        match self {
            Self::Page(Side::Earlier, _) => hash("earlier"),
            Self::Page(..) => hash("later"),
            Self::Day(at) => hash(("day", at.unix_millis())),
            Self::Unread => hash("unread"),
            Self::Message(entry) | Self::Call(entry) => key(entry),
            Self::Typing => hash("typing"),
        }
    }

    /// It stays when a page comes before it.
    pub fn is_steady(&self) -> bool {
        matches!(self, Self::Message(_) | Self::Call(_))
    }

    /// How high it may be at a width, before it was ever laid out.
    pub fn guess(&self, width: f32) -> f32 {
        match self {
            Self::Message(entry) => {
                let body = entry.body.as_deref().unwrap_or_default();
                let line = (width.clamp(120.0, 536.0) / LETTER).max(1.0);
                // Whatever it says, the bytes are near enough.
                let lines = body.lines().map(|text| (text.len() as f32 / line).ceil().max(1.0));
                lines.sum::<f32>().max(1.0) * LINE + 16.0
            }
            Self::Call(_) => 36.0,
            Self::Page(..) => 36.0,
            Self::Day(_) | Self::Unread => 24.0,
            Self::Typing => 16.0,
        }
    }
}

/// What an entry is known by.
pub fn key(entry: &Entry) -> Key {
    hash((entry.id.as_str(), entry.direction == Direction::Out))
}

/// What the line before the unread part is known by.
pub fn unread() -> Key {
    Row::Unread.key()
}

/// The number of a wish of one conversation: no other has it.
pub fn turn(with: &Party, turn: u64) -> u64 {
    hash((with, turn))
}

fn hash(of: impl Hash) -> Key {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The rows of entries: each day under its name, the unread part below its line.
pub fn entries(entries: &[Arc<Entry>], unread: Option<Key>, clock: Clock, rows: &mut Vec<Row>) {
    let mut last = None;
    for entry in entries {
        if !last.is_some_and(|last| clock.same_day(last, entry.at)) {
            rows.push(Row::Day(entry.at));
        }
        last = Some(entry.at);
        if unread.is_some_and(|unread| unread == key(entry)) {
            rows.push(Row::Unread);
        }
        rows.push(match entry.kind {
            EntryKind::Message => Row::Message(Arc::clone(entry)),
            EntryKind::Call => Row::Call(Arc::clone(entry)),
        });
    }
}
