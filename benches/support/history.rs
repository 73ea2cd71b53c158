//! A history as large as years make it, written through the store's own door.

use dovetail::model::call::Direction;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::{Store, StoreError};

/// What people say: short and long, with other scripts and signs now and then.
const SAID: [&str; 8] = [
    "ok",
    "See you at ten.",
    "Could you send me the slides before the meeting?",
    "Grüße aus Köln 😀 bis später",
    "One thing I noticed: when I dial the old number, the gateway still sends the call to the \
     desk phone first and only then here. Could you ask them?",
    "https://example.com/minutes/2026-03-01 has all of it",
    "日本語のメッセージも届きます",
    "Yes, same address for chat and calls now.",
];

/// The `n`-th message, in or out by turns, a minute after the one before it and the last of
/// `count` just before `end`.
pub fn message(n: usize, count: usize, with: &str, end: Timestamp) -> Entry {
    let ago = i64::try_from(count - n).unwrap_or(i64::MAX).saturating_mul(60_000);
    let incoming = n % 2 == 1;
    Entry {
        id: format!("{n:032x}"),
        kind: EntryKind::Message,
        with: with.to_owned(),
        direction: if incoming { Direction::In } else { Direction::Out },
        at: Timestamp::from_unix_millis(end.unix_millis().saturating_sub(ago)),
        body: Some(format!("{} ({n})", SAID[n % SAID.len()])),
        state: (!incoming).then_some(MessageState::Displayed),
        reason: None,
        call: None,
    }
}

/// Saves `count` messages; `with` says with whom the `n`-th is.
pub fn fill(
    store: &Store,
    count: usize,
    end: Timestamp,
    with: impl Fn(usize) -> String,
) -> Result<(), StoreError> {
    for n in 0..count {
        drop(store.save(&"chat".into(), message(n, count, &with(n), end)));
        // The store's queue is bounded: what is in it is written before more is given.
        if n % 2_000 == 1_999 {
            store.flush().wait()?;
        }
    }
    store.flush().wait()
}
