//! What the history has answered for outlives the sudden death of the program. The test runs
//! itself again as the program, and kills it while it writes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use dovetail::model::call::Direction;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::Store;

const FILE: &str = "DOVETAIL_TEST_STORE_FILE";

#[test]
fn answered_writes_outlive_a_kill() {
    if let Some(path) = std::env::var_os(FILE) {
        write_for_ever(Path::new(&path));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let mut answered: i64 = 0;
    for round in 1..=3 {
        let last = killed_after(&path, 200);
        answered += last;
        let store = Store::open(&path).unwrap();
        assert_eq!(store.moved_aside(), None);
        let kept = i64::try_from(store.outbox().wait().unwrap().len()).unwrap();
        assert!(kept >= answered, "round {round}: {kept} of {answered}");
        answered = kept;
    }
}

/// Runs the writer until it has answered for so many, kills it, and says for how many it did.
fn killed_after(path: &Path, count: i64) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "answered_writes_outlive_a_kill", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut answered = 0;
    while answered < count {
        let line = lines.next().expect("the writer ended by itself");
        answered += i64::from(line.starts_with("kept"));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    answered + i64::try_from(lines.filter(|line| line.starts_with("kept")).count()).unwrap()
}

fn write_for_ever(path: &Path) -> ! {
    let store = Store::open(path).unwrap();
    let mut n = i64::try_from(store.outbox().wait().unwrap().len()).unwrap();
    println!();
    loop {
        let entry = Entry {
            id: format!("m{n}"),
            kind: EntryKind::Message,
            with: "bob@cusax.test".into(),
            direction: Direction::Out,
            at: Timestamp::from_unix_millis(n),
            body: Some("text".into()),
            state: Some(MessageState::Queued),
            call: None,
        };
        assert!(store.save(&"work-chat".into(), entry).wait().unwrap());
        println!("kept {n}");
        std::io::stdout().flush().unwrap();
        n += 1;
    }
}
