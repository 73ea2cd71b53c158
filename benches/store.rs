//! A history of a million messages: its newest page, finding in it, writing to it, how large it
//! is. It is built once, in a temporary file.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use dovetail::model::call::Direction;
use dovetail::model::history::Scope;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::Store;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const MESSAGES: i64 = 1_000_000;
/// Of them with one person; the others are with 500.
const BOB: &str = "bob@cusax.test";

/// Words as often as those of a language: the n-th every n-th time.
struct Words(Vec<String>, StdRng);

impl Words {
    fn new() -> Self {
        let mut random = StdRng::seed_from_u64(1);
        let letters = b"etaoinshrdlucmfwypvbgkjqxz";
        let word = |n: usize| {
            let len = if n < 200 { 2 + n % 3 } else { random.random_range(4..=10) };
            let letter = |_| {
                let at = random.random_range(0..26_usize).min(random.random_range(0..26));
                char::from(letters[at])
            };
            (0..len).map(letter).collect()
        };
        Self((0..50_000).map(word).collect(), StdRng::seed_from_u64(2))
    }

    fn text(&mut self) -> String {
        let count = self.1.random_range(3..=14);
        let words: Vec<&str> = (0..count)
            .map(|_| {
                let rank = (50_000_f64).powf(self.1.random::<f64>()) - 1.0;
                self.0[rank as usize].as_str()
            })
            .collect();
        words.join(" ")
    }
}

fn message(n: i64, with: String, body: String) -> Entry {
    Entry {
        // As long as those that clients make.
        id: format!("{:032x}", n.wrapping_mul(0x1e37_79b9_7f4a_7c15)),
        kind: EntryKind::Message,
        with,
        direction: if n % 2 == 0 { Direction::In } else { Direction::Out },
        at: Timestamp::from_unix_millis(1_700_000_000_000 + n * 1_000),
        body: Some(body),
        state: (n % 2 == 1).then_some(MessageState::Sent),
        reason: None,
        call: None,
    }
}

fn build(path: &std::path::Path, words: &mut Words) -> (Store, f64) {
    let store = Store::open(path).unwrap();
    let mut text = 0;
    let mut spent = Duration::ZERO;
    let mut n = 0;
    while n < MESSAGES {
        let entries: Vec<Entry> = (n..(n + 2_000).min(MESSAGES))
            .map(|n| {
                let with =
                    if n % 2 == 0 { BOB.to_owned() } else { format!("user{}@cusax.test", n % 500) };
                message(n, with, words.text())
            })
            .collect();
        n += 2_000;
        text += entries.iter().filter_map(|e| e.body.as_ref()).map(String::len).sum::<usize>();
        let begin = Instant::now();
        for entry in entries {
            drop(store.save(&"work-chat".into(), entry));
        }
        store.flush().wait().unwrap();
        spent += begin.elapsed();
    }
    let a_second = MESSAGES as f64 / spent.as_secs_f64();
    println!("text: {:.1} bytes a message", text as f64 / MESSAGES as f64);
    (store, a_second)
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    println!("{what}: {:.2} s", begin.elapsed().as_secs_f64());
    done
}

fn bench(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let mut words = Words::new();
    let (store, a_second) = build(&path, &mut words);
    println!("stored: {a_second:.0} messages a second, all of them on the disk");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.close());
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("database: {:.1} bytes a message", bytes as f64 / MESSAGES as f64);
    let store = timed("open", || Store::open(&path).unwrap());
    timed("start: 500 conversations of 60", || store.recent(60, 12).wait().unwrap());

    c.bench_function("newest page of 50 of 500,000", |b| {
        b.iter(|| store.history(BOB, None, 50).wait().unwrap())
    });
    let middle = Some(Timestamp::from_unix_millis(1_700_000_000_000 + MESSAGES * 500));
    c.bench_function("page of 50 in the middle", |b| {
        b.iter(|| store.history(BOB, middle, 50).wait().unwrap())
    });
    let all = Scope::default();
    let one = Scope::with("user7@cusax.test");
    let (common, usual, rare) = (&words.0[0], &words.0[300], &words.0[40_000]);
    let two = common.get(..2).unwrap();
    for (what, text, scope) in [
        ("the most common word", common.clone(), &all),
        ("its first two letters", two.to_owned(), &all),
        ("a usual word", usual.clone(), &all),
        ("its first three letters", usual.get(..3).unwrap().to_owned(), &all),
        ("its first four letters", usual.get(..4).unwrap().to_owned(), &all),
        ("a rare word", rare.clone(), &all),
        ("three words", format!("{common} {} {usual}", words.0[5]), &all),
        ("a common and a rare word", format!("{common} {rare}"), &all),
        ("the most common word, with one of 500", common.clone(), &one),
        ("two letters, with one of 500", two.to_owned(), &one),
        ("two words in their order", format!("{common}-{}", words.0[1]), &all),
        ("what nobody said", "zqzqzqzq".to_owned(), &all),
    ] {
        let found = store.search(&text, scope.clone(), 50).wait().unwrap().len();
        c.bench_function(&format!("find {what} ({found} of at most 50)"), |b| {
            b.iter(|| store.search(&text, scope.clone(), 50).wait().unwrap())
        });
    }
    let mut n = MESSAGES;
    c.bench_function("save 100 and wait for the disk", |b| {
        b.iter(|| {
            for _ in 0..100 {
                n += 1;
                drop(store.save(&"work-chat".into(), message(n, BOB.to_owned(), words.text())));
            }
            store.flush().wait().unwrap();
        })
    });
    let out = dir.path().join("out.jsonl");
    timed("write all of it out", || dovetail::store::export_to(&path, &all, &out).unwrap());
    timed("delete 2,000 with one person", || store.delete(one).wait().unwrap());
    timed("write the file anew", || store.scrub().wait().unwrap());
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = bench
}
criterion_main!(benches);
