//! What the history has answered for outlives the sudden death of the program, two hundred
//! times. The test runs itself again as the program, and kills it while it writes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dovetail::model::call::Direction;
use dovetail::model::history::Scope;
use dovetail::model::id::MessageId;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::{Answer, Store};

const FILE: &str = "DOVETAIL_TEST_STORE_FILE";
const BOB: &str = "bob@cusax.test";
const KILLS: i64 = 200;
/// Messages that go to the store at once.
const BATCH: i64 = 5;

#[test]
fn answered_writes_outlive_a_kill() {
    if let Some(path) = std::env::var_os(FILE) {
        write_for_ever(Path::new(&path));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let mut kept = 0;
    // What a kill caught before it was answered for: of these alone the state is not known.
    let mut unsure: Vec<std::ops::Range<i64>> = Vec::new();
    for round in 1..=KILLS {
        let answered = match round {
            early if early % 10 == 5 => killed_while_opening(&path, early),
            long if long % 20 == 0 => killed_after(&path, 300),
            other => killed_after(&path, other * 7 % 40),
        };
        let store = Store::open(&path).unwrap();
        assert_eq!(*store.notes().borrow(), [], "round {round}");
        let newest = store.history(BOB, None, 1).wait().unwrap();
        let now = newest.last().map_or(0, |entry| entry.at.unix_millis() + 1);
        assert!(now >= answered.max(kept), "round {round}: {now} of {answered}");
        unsure.push(answered.max(kept)..now);
        kept = now;
        // Each once, in order, without a gap.
        let outbox = store.outbox().wait().unwrap();
        let numbers = outbox.iter().map(|out| out.entry.at.unix_millis());
        let (tenths, others): (Vec<i64>, Vec<i64>) = numbers.partition(|n| n % 10 == 0);
        assert!(others.into_iter().eq((0..now).filter(|n| n % 10 != 0)), "round {round}");
        let late = |n: &i64| unsure.iter().any(|range| range.contains(n));
        assert!(tenths.iter().all(late), "round {round}: a state that was answered for is gone");
        if let Some(last) = now.checked_sub(1).filter(|last| *last >= 0) {
            let found = store.search(&format!("number-{last}"), Scope::default(), 9);
            assert!(!found.wait().unwrap().is_empty(), "round {round}: {last} is not found");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.close());
    }
    assert!(kept > KILLS * 10, "{kept}");
    println!("{kept} messages were kept over {KILLS} kills");
}

fn writer(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "answered_writes_outlive_a_kill", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn number(line: &str) -> Option<i64> {
    line.strip_prefix("kept ")?.parse().ok()
}

/// Runs the writer until it has answered for so many more, kills it, and says up to which
/// number it did.
fn killed_after(path: &Path, count: i64) -> i64 {
    let mut child = writer(path);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let (mut first, mut answered) = (None, 0);
    while first.is_none_or(|first| answered < first + count) {
        let line = lines.next().expect("the writer ended by itself");
        if let Some(n) = number(&line) {
            first.get_or_insert(n);
            answered = n;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines.filter_map(|line| number(&line)).last().unwrap_or(answered)
}

/// Kills it a few milliseconds after its start.
fn killed_while_opening(path: &Path, round: i64) -> i64 {
    let mut child = writer(path);
    std::thread::sleep(Duration::from_millis(u64::try_from(round / 10).unwrap()));
    child.kill().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let answered = lines.filter_map(|line| number(&line)).last().unwrap_or(0);
    child.wait().unwrap();
    answered
}

/// Says `kept n` once all below n are answered for. Of every tenth also that it was sent.
fn write_for_ever(path: &Path) -> ! {
    let store = Store::open(path).unwrap();
    let newest = store.history(BOB, None, 1).wait().unwrap();
    let mut n = newest.last().map_or(0, |entry| entry.at.unix_millis() + 1);
    println!("\nkept {n}");
    loop {
        let saved: Vec<Answer<bool>> = (n..n + BATCH).map(|n| save(&store, n)).collect();
        for answer in saved {
            assert!(answer.wait().unwrap());
        }
        for tenth in (n..n + BATCH).filter(|n| n % 10 == 0) {
            let id = MessageId::new(format!("m{tenth}"));
            store.set_state(&"work-chat".into(), BOB, &id, MessageState::Sent).wait().unwrap();
        }
        n += BATCH;
        println!("kept {n}");
        std::io::stdout().flush().unwrap();
    }
}

fn save(store: &Store, n: i64) -> Answer<bool> {
    let entry = Entry {
        id: format!("m{n}"),
        kind: EntryKind::Message,
        with: BOB.into(),
        direction: Direction::Out,
        at: Timestamp::from_unix_millis(n),
        body: Some(format!("text of number {n}")),
        state: Some(MessageState::Queued),
        reason: None,
        call: None,
    };
    store.save(&"work-chat".into(), entry)
}
