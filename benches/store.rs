//! Paging through a history of 10,000 entries, the start, and writing.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use dovetail::model::call::Direction;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::Store;

const ENTRIES: i64 = 10_000;

fn message(n: i64, with: String) -> Entry {
    Entry {
        id: format!("m{n}"),
        kind: EntryKind::Message,
        with,
        direction: if n % 2 == 0 { Direction::In } else { Direction::Out },
        at: Timestamp::from_unix_millis(n),
        body: Some("The train is late again, begin without me.".into()),
        state: (n % 2 == 1).then_some(MessageState::Sent),
        call: None,
    }
}

fn bench(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("history.sqlite")).unwrap();
    let account = "work-chat".into();
    for n in 0..ENTRIES {
        // Two conversations of 10,000, and 500 short ones.
        drop(store.save(&account, message(n, "bob@cusax.test".into())));
        drop(store.save(&account, message(n, "carol@cusax.test".into())));
        if n % 500 == 0 {
            store.flush().wait().unwrap();
        }
    }
    for n in 0..500 {
        drop(store.save(&account, message(n, format!("user{n}@cusax.test"))));
    }
    store.flush().wait().unwrap();
    assert_eq!(store.history("bob@cusax.test", None, 1).wait().unwrap().len(), 1);

    c.bench_function("newest page of 50", |b| {
        b.iter(|| store.history("bob@cusax.test", None, 50).wait().unwrap())
    });
    let middle = Some(Timestamp::from_unix_millis(ENTRIES / 2));
    c.bench_function("page of 50 in the middle", |b| {
        b.iter(|| store.history("bob@cusax.test", middle, 50).wait().unwrap())
    });
    c.bench_function("start: 500 conversations of 50", |b| {
        b.iter(|| store.recent(50).wait().unwrap())
    });
    let mut n = ENTRIES;
    c.bench_function("save 100 and wait for the disk", |b| {
        b.iter(|| {
            for _ in 0..100 {
                n += 1;
                drop(store.save(&account, message(n, "dave@cusax.test".into())));
            }
            store.flush().wait().unwrap();
        })
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
