#![allow(clippy::unwrap_used, clippy::expect_used)]

mod damage;
mod delete;
mod faults;
mod forms;
mod search;

use super::*;
use crate::model::call::{
    Binding, Call, CallState, CallStats, Direction, MediaInfo, MediaProtection, Peer,
};
use crate::model::message::{EntryKind, Trace};

const BOB: &str = "bob@cusax.test";

fn chat() -> AccountId {
    "work-chat".into()
}

fn message(n: i64, direction: Direction) -> Entry {
    Entry {
        id: format!("m{n}"),
        kind: EntryKind::Message,
        with: BOB.into(),
        direction,
        at: Timestamp::from_unix_millis(1_000_000 + n),
        body: Some(format!("text {n}")),
        state: (direction == Direction::Out).then_some(MessageState::Queued),
        reason: None,
        call: None,
    }
}

fn call(n: i64, with: &str) -> Entry {
    let at = Timestamp::from_unix_millis(1_000_000 + n);
    let call = Call {
        id: format!("c{n}").as_str().into(),
        account: "work-phone".into(),
        direction: Direction::In,
        state: CallState::Ended,
        peer: Peer {
            uri: "sip:bob@cusax.test".into(),
            display: "Bob".into(),
            jid: Some(BOB.into()),
            binding: Binding::Verified,
            why: "verified by Bob's contact card".into(),
            proof: None,
        },
        media: MediaInfo {
            codec: "opus".into(),
            srtp: MediaProtection::Sdes,
            ..MediaInfo::default()
        },
        stats: CallStats { rtt_ms: 12.5, packets_in: 7, ..CallStats::default() },
        muted: false,
        started: Some(at),
        answered: None,
        ended: None,
        end_reason: Some("hung up".into()),
        anonymous: false,
        quiet: false,
        missed: false,
        via: None,
        account_why: None,
        transfer: None,
        ask: None,
        cost: None,
        cue: None,
    };
    let kind = EntryKind::Call;
    let id = format!("c{n}");
    Entry {
        id,
        kind,
        with: with.into(),
        direction: Direction::In,
        at,
        body: None,
        state: None,
        reason: None,
        call: Some(Box::new(call)),
    }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

#[test]
fn entries_come_back_as_they_went_in() {
    let store = Store::in_memory().unwrap();
    let entries = [message(1, Direction::Out), call(2, BOB), message(3, Direction::In)];
    for entry in entries.iter().rev() {
        assert!(store.save(&chat(), entry.clone()).wait().unwrap());
    }
    assert_eq!(store.history(BOB, None, 50).wait().unwrap(), entries);
    assert!(store.history("bob@cusax", None, 50).wait().unwrap().is_empty());
}

#[test]
fn saving_twice_keeps_one() {
    let store = Store::in_memory().unwrap();
    assert!(store.save(&chat(), message(1, Direction::In)).wait().unwrap());
    let mut again = message(1, Direction::In);
    again.at = Timestamp::from_unix_millis(5);
    assert!(!store.save(&chat(), again).wait().unwrap());
    // The same id from the other side, or on another account, is another message.
    assert!(store.save(&chat(), message(1, Direction::Out)).wait().unwrap());
    assert!(store.save(&"other".into(), message(1, Direction::In)).wait().unwrap());
    let texts = store.history(BOB, None, 50).wait().unwrap();
    assert!(texts.len() == 3 && texts.iter().all(|entry| entry.body.as_deref() == Some("text 1")));
    // A call learns how it ended.
    let mut ended = call(2, BOB);
    store.save(&chat(), ended.clone());
    ended.call.as_mut().unwrap().end_reason = Some("missed".into());
    assert!(!store.save(&chat(), ended.clone()).wait().unwrap());
    assert_eq!(store.history(BOB, None, 1).wait().unwrap(), [ended]);
}

#[test]
fn pages_join_without_gap_or_double_even_within_one_moment() {
    let store = Store::in_memory().unwrap();
    // Three entries to a moment, saved in order.
    for n in 0..30 {
        let mut entry = message(n, Direction::In);
        entry.at = Timestamp::from_unix_millis(n / 3);
        store.save(&chat(), entry);
    }
    let whole = store.history(BOB, None, 1000).wait().unwrap();
    assert_eq!(ids(&whole), (0..30).map(|n| format!("m{n}")).collect::<Vec<_>>());
    for limit in 1..12 {
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let mut page = store.history(BOB, before, limit).wait().unwrap();
            let Some(oldest) = page.first() else { break };
            before = Some(oldest.at);
            page.append(&mut pages);
            pages = page;
        }
        assert_eq!(pages, whole, "limit {limit}");
    }
    assert_eq!(ids(&store.history(BOB, None, 3).wait().unwrap()), ["m27", "m28", "m29"]);
    assert_eq!(store.history(BOB, None, 0).wait().unwrap().len(), 3);
}

#[test]
fn pages_from_a_moment_on_join_as_well() {
    let store = Store::in_memory().unwrap();
    for n in 0..30 {
        let mut entry = message(n, Direction::In);
        entry.at = Timestamp::from_unix_millis(n / 3);
        store.save(&chat(), entry);
    }
    let moment = Timestamp::from_unix_millis;
    let whole = store.history(BOB, None, 1000).wait().unwrap();
    for limit in 1..12 {
        let (mut pages, mut from) = (Vec::new(), moment(0));
        loop {
            let page = store.history_from(BOB, from, None, limit).wait().unwrap();
            let Some(newest) = page.last() else { break };
            from = moment(newest.at.unix_millis() + 1);
            pages.extend(page);
        }
        assert_eq!(pages, whole, "limit {limit}");
    }
    let some = store.history_from(BOB, moment(3), Some(moment(4)), 10).wait().unwrap();
    assert_eq!(ids(&some), ["m9", "m10", "m11"]);
    assert!(store.history_from("eve@cusax.test", moment(0), None, 10).wait().unwrap().is_empty());
}

#[test]
fn states_only_advance() {
    use MessageState::{Delivered, Displayed, Failed, Queued, Sent};
    let store = Store::in_memory().unwrap();
    let id = MessageId::new("m1");
    store.save(&chat(), message(1, Direction::Out));
    for (state, moves) in [
        (Queued, false),
        (Sent, true),
        (Sent, false),
        (Delivered, true),
        (Sent, false),
        (Failed, false),
        (Displayed, true),
        (Delivered, false),
        (Queued, false),
    ] {
        assert_eq!(store.set_state(&chat(), BOB, &id, state).wait().unwrap(), moves, "{state:?}");
    }
    let id = MessageId::new("m2");
    store.save(&chat(), message(2, Direction::Out));
    for (state, moves) in
        [(Failed, true), (Sent, false), (Queued, true), (Failed, true), (Delivered, true)]
    {
        assert_eq!(store.set_state(&chat(), BOB, &id, state).wait().unwrap(), moves, "{state:?}");
    }
    // Not somebody else's message of that id.
    store.save(&chat(), message(3, Direction::Out));
    let id = MessageId::new("m3");
    assert!(!store.set_state(&chat(), "eve@cusax.test", &id, Displayed).wait().unwrap());
    assert!(!store.set_state(&"other".into(), BOB, &id, Displayed).wait().unwrap());
}

#[test]
fn why_a_message_was_refused_is_kept_until_it_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.save(&chat(), message(1, Direction::Out));
    let id = MessageId::new("m1");
    assert!(
        store
            .refuse(&chat(), BOB, &id, "You have blocked this address.".to_owned())
            .wait()
            .unwrap()
    );
    close(store);
    let store = Store::open(&path).unwrap();
    let kept = |store: &Store| store.history(BOB, None, 5).wait().unwrap().remove(0);
    assert_eq!(kept(&store).state, Some(MessageState::Failed));
    assert_eq!(kept(&store).reason.as_deref(), Some("You have blocked this address."));
    store.set_state(&chat(), BOB, &id, MessageState::Queued).wait().unwrap();
    assert_eq!(kept(&store).reason, None);
}

#[test]
fn the_outbox_keeps_its_order() {
    let store = Store::in_memory().unwrap();
    for n in [3, 1, 2] {
        store.save(&chat(), message(n, Direction::Out));
        store.save(&chat(), message(n, Direction::In));
    }
    store.set_state(&chat(), BOB, &MessageId::new("m1"), MessageState::Sent);
    let outbox = store.outbox().wait().unwrap();
    let waiting: Vec<_> =
        outbox.iter().map(|out| (out.account.as_str(), out.entry.id.as_str())).collect();
    assert_eq!(waiting, [("work-chat", "m3"), ("work-chat", "m2")]);
}

#[test]
fn the_start_shows_the_newest_conversations_with_what_is_unread() {
    let store = Store::in_memory().unwrap();
    for n in 0..5 {
        store.save(&chat(), message(n, Direction::In));
    }
    store.save(&chat(), message(5, Direction::Out));
    store.save(&"work-phone".into(), call(9, "sip:stranger@other.test"));
    let recent = store.recent(2, 2).wait().unwrap();
    assert_eq!(recent.len(), 2);
    assert_eq!((recent[0].with.as_str(), recent[0].unread), ("sip:stranger@other.test", 0));
    assert_eq!((recent[1].with.as_str(), recent[1].unread), (BOB, 5));
    assert_eq!(ids(&recent[1].entries), ["m4", "m5"]);
    assert_eq!(store.mark_read(BOB).wait().unwrap(), 5);
    assert_eq!(store.mark_read(BOB).wait().unwrap(), 0);
    assert_eq!(store.unread(BOB).wait().unwrap(), 0);
    assert!(Store::in_memory().unwrap().recent(2, 2).wait().unwrap().is_empty());
}

#[test]
fn what_was_answered_for_is_there_after_the_file_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/history.sqlite");
    let store = Store::open(&path).unwrap();
    for n in 0..100 {
        store.save(&chat(), message(n, Direction::Out));
    }
    store.flush().wait().unwrap();
    // A copy of the files as a sudden death would leave them, the database still open.
    let copy = dir.path().join("copy.sqlite");
    for suffix in ["", "-wal"] {
        let from = format!("{}{suffix}", path.display());
        std::fs::copy(from, format!("{}{suffix}", copy.display())).unwrap();
    }
    let again = Store::open(&copy).unwrap();
    assert_eq!(again.outbox().wait().unwrap().len(), 100);
    // And what was still queued when the last handle was dropped.
    store.save(&chat(), message(100, Direction::Out));
    close(store);
    assert_eq!(Store::open(&path).unwrap().outbox().wait().unwrap().len(), 101);
}

#[test]
fn a_setting_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.save(&chat(), message(1, Direction::In)).wait().unwrap();
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.history(BOB, None, 10).wait().unwrap().len(), 1);
    assert_eq!(store.setting("rules").wait().unwrap(), None);
    for value in ["a", "b"] {
        store.set_setting("rules", value.to_owned()).wait().unwrap();
    }
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.setting("rules").wait().unwrap().as_deref(), Some("b"));
}

fn entry(id: &str) -> Arc<BookEntry> {
    let addresses = serde_json::json!([{ "value": "sip:bob@cusax.test", "types": ["work"] }]);
    let entry = serde_json::json!({ "id": id, "name": "Bob", "addresses": addresses });
    Arc::new(serde_json::from_value(entry).unwrap())
}

fn book_ids(store: &Store) -> Vec<String> {
    store.book().wait().unwrap().iter().map(|entry| entry.id.to_string()).collect()
}

#[test]
fn the_address_book_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.set_setting("rules", "a".to_owned()).wait().unwrap();
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.setting("rules").wait().unwrap().as_deref(), Some("a"));
    assert!(store.book().wait().unwrap().is_empty());
    let mut renamed = (*entry("2")).clone();
    renamed.name = "Bobby".to_owned();
    store.put_book(vec![entry("1"), entry("2"), entry("3")]).wait().unwrap();
    store.put_book(vec![Arc::new(renamed.clone())]).wait().unwrap();
    assert_eq!(store.remove_book(&"3".into()).wait(), Ok(true));
    assert_eq!(store.remove_book(&"3".into()).wait(), Ok(false));
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.book().wait().unwrap(), [(*entry("1")).clone(), renamed]);
}

#[test]
fn a_damaged_entry_of_the_book_does_not_cost_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.put_book((1..=6).map(|n| entry(&n.to_string())).collect()).wait().unwrap();
    close(store);
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(
        "UPDATE book SET entry = '{' WHERE id = '1';
         UPDATE book SET entry = '{\"id\":\"3\"}' WHERE id = '3';
         UPDATE book SET entry = CAST(X'FF' AS TEXT) WHERE id = '4';
         UPDATE book SET id = '9' WHERE id = '5';",
    )
    .unwrap();
    drop(raw);
    assert_eq!(book_ids(&Store::open(&path).unwrap()), ["2", "6"]);
}

#[test]
fn what_was_seen_of_cards_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    for value in ["old", "new"] {
        store.set_seen(BOB, value.to_owned()).wait().unwrap();
    }
    store.set_seen("zoe@cusax.test", "other".to_owned()).wait().unwrap();
    close(store);
    let store = Store::open(&path).unwrap();
    let mut seen = store.seen().wait().unwrap();
    seen.sort();
    let row = |jid: &str, value: &str| (jid.to_owned(), value.to_owned());
    assert_eq!(seen, [row(BOB, "new"), row("zoe@cusax.test", "other")]);
}

fn close(store: Store) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.close());
}

#[test]
fn what_waits_is_bounded() {
    let store = Store::in_memory().unwrap();
    // Hold the thread up, so that the queue fills.
    let (go, held) = std::sync::mpsc::channel::<()>();
    let hold = store.ask(Kind::Read, 0, move |_| {
        let _ = held.recv();
        Ok(())
    });
    let mut large = message(0, Direction::In);
    large.body = Some("x".repeat(QUEUE_KIB * 1024 / 2 + 1024));
    let first = store.save(&chat(), large.clone());
    assert_eq!(store.save(&chat(), large).wait(), Err(StoreError::Overloaded));
    let refused = (0..=QUEUE).filter(|_| store.flush().0.is_err()).count();
    assert!(refused > 0);
    go.send(()).unwrap();
    hold.wait().unwrap();
    first.wait().unwrap();
    store.flush().wait().unwrap();
}

#[tokio::test]
async fn the_answer_can_be_awaited_or_dropped() {
    let store = Store::in_memory().unwrap();
    drop(store.save(&chat(), message(1, Direction::In)));
    assert!(store.save(&chat(), message(2, Direction::In)).await.unwrap());
    assert_eq!(store.history(BOB, None, 50).await.unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn the_files_are_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.save(&chat(), message(1, Direction::In)).wait().unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", path.display());
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_id_used_twice_for_different_words_loses_none_of_them() {
    let store = Store::in_memory().unwrap();
    let said = |body: &str| Entry {
        id: "1".to_owned(),
        body: Some(body.to_owned()),
        ..message(1, Direction::In)
    };
    for (body, is_new) in [("morning", true), ("morning", false), ("evening", true)] {
        assert_eq!(store.save(&chat(), said(body)).wait().unwrap(), is_new, "{body}");
    }
    let kept = store.history(BOB, None, 10).wait().unwrap();
    let bodies: Vec<_> = kept.iter().filter_map(|entry| entry.body.as_deref()).collect();
    assert_eq!(bodies, ["morning", "evening"]);
}

#[test]
fn of_what_is_not_shown_at_the_start_a_trace_is_given() {
    let store = Store::in_memory().unwrap();
    for n in 0..4 {
        store.save(&chat(), message(n, Direction::In));
    }
    for n in 4..9 {
        store.save(&chat(), message(n, Direction::Out));
    }
    let recent = store.recent(8, 2).wait().unwrap();
    // Back to the newest that came: others are told that it was looked at.
    assert_eq!(ids(&recent[0].entries), ["m3", "m4", "m5", "m6", "m7", "m8"]);
    let older: Vec<_> = recent[0].older.iter().map(|trace| trace.at).collect();
    assert_eq!(older, [message(1, Direction::In).at, message(2, Direction::In).at]);
    let trace = recent[0].older[0];
    let is = |id: &str| trace.is(Trace::name(id), Direction::In);
    assert!(is("m1") && !is("m2"));
    let body = message(1, Direction::In).body.unwrap();
    assert!(trace.says(&body) && !trace.says("else"));
}

#[test]
fn what_strangers_wrote_does_not_fill_memory_at_the_start() {
    let store = Store::in_memory().unwrap();
    let long = "x".repeat(1 << 20);
    for n in 0..200 {
        let with = format!("u{}@evil.test", n / 2);
        let entry = Entry { with, body: Some(long.clone()), ..message(n, Direction::In) };
        store.save(&chat(), entry).wait().unwrap();
    }
    let recent = store.recent(60, 60).wait().unwrap();
    assert_eq!(recent.len(), 100, "each is shown");
    let entries: usize = recent.iter().map(|recent| recent.entries.len()).sum();
    assert!(entries < 150, "{entries}");
}
