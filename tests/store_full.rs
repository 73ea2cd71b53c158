//! A small file system that is full, then has room; and one that may only be read. The test
//! runs itself again in a mount namespace of its own; where none may be made, it says so.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use dovetail::model::call::Direction;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::{Note, Store, StoreError};

const DIR: &str = "DOVETAIL_TEST_SMALL_DISK";

/// Runs a test of this file again with a file system of 1 MiB at a directory. `None` within it.
fn within_a_small_disk(test: &str) -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os(DIR) {
        return Some(dir.into());
    }
    let dir = tempfile::tempdir().unwrap();
    let may = Command::new("unshare").args(["-rm", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        println!("not tried: no mount namespace may be made here");
        return None;
    }
    let script = "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    None
}

fn save(store: &Store, n: i64) -> Result<bool, StoreError> {
    let entry = Entry {
        id: format!("m{n}"),
        kind: EntryKind::Message,
        with: "bob@cusax.test".into(),
        direction: Direction::Out,
        at: Timestamp::from_unix_millis(n),
        body: Some(format!("number {n} ").repeat(300)),
        state: Some(MessageState::Queued),
        reason: None,
        call: None,
    };
    store.save(&"work-chat".into(), entry).wait()
}

fn written(store: &Store) {
    let end = Instant::now() + Duration::from_secs(30);
    while let Err(error) = store.flush().wait() {
        assert!(Instant::now() < end, "{error}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn close(store: Store) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.close());
}

#[test]
fn a_full_disk_loses_nothing_that_there_is_room_for_later() {
    let Some(dir) = within_a_small_disk("a_full_disk_loses_nothing_that_there_is_room_for_later")
    else {
        return;
    };
    let path = dir.join("history.sqlite");
    let ballast = dir.join("ballast");
    std::fs::write(&ballast, vec![0; 500_000]).unwrap();
    let store = Store::open(&path).unwrap();
    let mut n = 0;
    while save(&store, n).is_ok() {
        n += 1;
        assert!(n < 10_000, "the disk is never full");
    }
    assert!(n > 5, "{n}");
    assert_eq!(*store.trouble().borrow(), Some(StoreError::DiskFull));
    assert_eq!(store.outbox().wait().unwrap().len(), usize::try_from(n).unwrap(), "it is read");
    for more in 1..5 {
        assert!(save(&store, n + more).is_err());
    }
    std::fs::remove_file(&ballast).unwrap();
    written(&store);
    assert_eq!(store.notes().borrow().last(), Some(&Note::Kept));
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(*store.notes().borrow(), []);
    assert_eq!(store.outbox().wait().unwrap().len(), usize::try_from(n + 5).unwrap());
}

#[test]
fn a_disk_without_any_room_or_that_may_only_be_read_leaves_memory() {
    let name = "a_disk_without_any_room_or_that_may_only_be_read_leaves_memory";
    let Some(dir) = within_a_small_disk(name) else { return };
    let path = dir.join("history.sqlite");
    let ballast = dir.join("ballast");
    let _ = std::fs::write(&ballast, vec![0; 2_000_000]);
    let error = Store::open(&path).unwrap_err();
    assert_eq!(error, StoreError::DiskFull);
    let store = Store::open_or_apart(&path).unwrap();
    assert_eq!(save(&store, 1), Ok(true));
    std::fs::remove_file(&ballast).unwrap();
    written(&store);
    assert_eq!(*store.trouble().borrow(), None);
    close(store);
    assert_eq!(count(&path), 1);

    remount(&dir, "ro");
    let store = Store::open_or_apart(&path).unwrap();
    assert_eq!(*store.trouble().borrow(), Some(StoreError::Denied));
    assert_eq!(save(&store, 2), Ok(true));
    remount(&dir, "rw");
    written(&store);
    close(store);
    assert_eq!(count(&path), 2, "what was there, and what was said meanwhile");
}

fn count(path: &Path) -> usize {
    Store::open(path).unwrap().outbox().wait().unwrap().len()
}

fn remount(dir: &Path, how: &str) {
    let options = format!("remount,{how}");
    assert!(Command::new("mount").args(["-o", &options]).arg(dir).status().unwrap().success());
}
