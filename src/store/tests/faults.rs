//! A disk or a file that does not take what is to be kept.

use std::time::{Duration, Instant};

use super::*;

/// A store with room for a few pages more.
fn nearly_full() -> Store {
    let connection = schema::in_memory().unwrap();
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages + 8).unwrap();
    Store::start(connection, None, None, Vec::new()).unwrap()
}

fn make_room(store: &Store) {
    let room =
        store.ask(Kind::Read, 0, |db| Ok(db.pragma_update(None, "max_page_count", 1_000_000)?));
    room.wait().unwrap();
}

/// Until everything is on the disk.
fn written(store: &Store) {
    let end = Instant::now() + Duration::from_secs(30);
    while let Err(error) = store.flush().wait() {
        assert!(Instant::now() < end, "{error}");
        std::thread::yield_now();
    }
}

#[test]
fn what_a_full_disk_does_not_take_is_written_once_there_is_room() {
    let store = nearly_full();
    let mut n = 0;
    let refused = loop {
        let mut large = message(n, Direction::Out);
        large.body = Some("x".repeat(10_000));
        if let Err(error) = store.save(&chat(), large).wait() {
            break error;
        }
        n += 1;
    };
    assert_eq!(refused, StoreError::DiskFull);
    assert_eq!(*store.trouble().borrow(), Some(StoreError::DiskFull));
    assert!(refused.to_string().contains("wait in memory") && refused.to_string().contains("Free"));
    // What follows waits behind it, in order, and what there is can be read.
    let id = MessageId::new(format!("m{n}"));
    assert!(store.set_state(&chat(), BOB, &id, MessageState::Sent).wait().is_err());
    assert!(store.save(&chat(), message(n + 1, Direction::Out)).wait().is_err());
    assert_eq!(store.outbox().wait().unwrap().len(), usize::try_from(n).unwrap());
    make_room(&store);
    written(&store);
    assert_eq!(*store.trouble().borrow(), None);
    assert_eq!(store.notes().borrow().last(), Some(&Note::Kept));
    let outbox = store.outbox().wait().unwrap();
    let waiting: Vec<_> = outbox.iter().map(|out| out.entry.id.clone()).collect();
    let expected: Vec<_> = (0..n).chain([n + 1]).map(|n| format!("m{n}")).collect();
    assert_eq!(waiting, expected, "the one that was sent is not sent again");
    assert_eq!(store.history(BOB, None, 1000).wait().unwrap().len(), expected.len() + 1);
}

#[test]
fn what_could_not_be_written_before_the_end_is_told() {
    let store = nearly_full();
    let mut large = message(1, Direction::Out);
    large.body = Some("x".repeat(100_000));
    assert_eq!(store.save(&chat(), large).wait(), Err(StoreError::DiskFull));
    assert!(store.save(&chat(), message(2, Direction::Out)).wait().is_err());
    let trouble = store.trouble();
    close(store);
    assert_eq!(*trouble.borrow(), Some(StoreError::Lost(2)));
}

#[test]
fn an_import_that_does_not_fit_is_not_half_written_and_holds_up_nothing() {
    let store = nearly_full();
    store.put_book(vec![entry("1")]).wait().unwrap();
    let many = (2..5_000).map(|n| entry(&n.to_string())).collect();
    assert_eq!(store.put_book(many).wait(), Err(StoreError::DiskFull));
    assert_eq!(book_ids(&store), ["1"]);
    store.put_book(vec![entry("2")]).wait().unwrap();
    assert_eq!(book_ids(&store), ["1", "2"]);
}

#[test]
fn another_programs_lock_is_told_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.save(&chat(), message(1, Direction::In)).wait(), Err(StoreError::Locked));
    assert_eq!(*store.trouble().borrow(), Some(StoreError::Locked));
    assert_eq!(store.history(BOB, None, 50).wait(), Ok(Vec::new()), "reading goes on");
    other.execute_batch("COMMIT").unwrap();
    written(&store);
    assert_eq!(store.save(&chat(), message(1, Direction::In)).wait(), Ok(false), "it is there");
    assert_eq!(*store.trouble().borrow(), None);
}

#[test]
fn a_file_that_cannot_be_opened_gets_what_was_said_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    store.save(&chat(), message(1, Direction::In)).wait().unwrap();
    store.set_setting("rules", "old".to_owned()).wait().unwrap();
    close(store);
    let other = Connection::open(&path).unwrap();
    other.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    other.execute_batch("BEGIN EXCLUSIVE; UPDATE setting SET value = 'their'; COMMIT").unwrap();
    assert_eq!(Store::open(&path).unwrap_err(), StoreError::Locked);

    let store = Store::open_or_apart(&path).unwrap();
    assert_eq!(*store.trouble().borrow(), Some(StoreError::Locked));
    assert_eq!(store.save(&chat(), message(2, Direction::Out)).wait(), Ok(true));
    let id = MessageId::new("m2");
    assert_eq!(store.set_state(&chat(), BOB, &id, MessageState::Sent).wait(), Ok(true));
    store.set_setting("rules", "new".to_owned()).wait().unwrap();
    assert_eq!(ids(&store.history(BOB, None, 50).wait().unwrap()), ["m2"]);
    assert_eq!(store.delete(Scope::default()).wait(), Err(StoreError::Locked));
    assert_eq!(store.history(BOB, None, 50).wait().unwrap().len(), 1, "nothing was deleted");
    drop(other);
    written(&store);
    assert_eq!(*store.trouble().borrow(), None);
    let all = store.history(BOB, None, 50).wait().unwrap();
    assert_eq!(ids(&all), ["m1", "m2"]);
    assert_eq!(all[1].state, Some(MessageState::Sent));
    // A setting would have replaced what this program never read.
    assert_eq!(store.setting("rules").wait().unwrap().as_deref(), Some("their"));
}

#[test]
fn what_waits_for_the_file_is_written_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(store.save(&chat(), message(1, Direction::Out)).wait().is_err());
    drop(other);
    close(store);
    assert_eq!(Store::open(&path).unwrap().outbox().wait().unwrap().len(), 1);
}
