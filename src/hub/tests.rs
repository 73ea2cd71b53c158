//! The hub with a real store.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use uuid::Uuid;

use super::{Handle, Hub};
use crate::config::Config;
use crate::core::Kept;
use crate::core::command::{Command, CommandError, HistoryCommand, Reply, WorkCommand};
use crate::core::event::Event;
use crate::model::call::Direction;
use crate::model::history::Scope;
use crate::model::message::{Entry, EntryKind};
use crate::model::time::Timestamp;
use crate::model::work::Work;
use crate::store::Store;

/// More than is written in the time that a word takes.
const MANY: i64 = 60_000;

async fn with_history(directory: &Path) -> Hub {
    let path = directory.join("history.sqlite");
    let store = tokio::task::spawn_blocking(move || Store::open(&path)).await.unwrap().unwrap();
    for n in 0..MANY {
        let entry = Entry {
            id: n.to_string(),
            kind: EntryKind::Message,
            with: "bob@cusax.test".to_owned(),
            direction: Direction::In,
            at: Timestamp::from_unix_millis(n),
            body: Some("hello".to_owned()),
            state: None,
            reason: None,
            call: None,
        };
        drop(store.save(&"chat".into(), entry));
        if n % 2_000 == 0 {
            store.flush().await.unwrap();
        }
    }
    let config = Config::default();
    Hub::start(config, Uuid::nil(), store, Kept::default())
}

fn export(
    handle: &Handle,
    directory: &Path,
) -> tokio::task::JoinHandle<Result<Reply, CommandError>> {
    let (handle, path) = (handle.clone(), directory.join("out.jsonl"));
    let command = HistoryCommand::Export { path: Some(path), scope: Scope::default() };
    tokio::spawn(async move { handle.run(Command::History(command)).await })
}

async fn next_work(events: &mut broadcast::Receiver<Arc<Event>>) -> (Work, bool) {
    let next = async {
        loop {
            if let Event::Work { work, ended } = &*events.recv().await.unwrap() {
                return (work.clone(), *ended);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), next).await.unwrap()
}

fn files(directory: &Path) -> Vec<String> {
    let all = std::fs::read_dir(directory).unwrap();
    let names = all.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with("history.sqlite")).collect()
}

#[tokio::test]
async fn an_export_is_called_off_and_leaves_no_file_and_then_is_done_in_full() {
    let directory = tempfile::tempdir().unwrap();
    let hub = with_history(directory.path()).await;
    let handle = hub.handle();
    let mut events = handle.events();
    let exported = export(&handle, directory.path());
    let (work, _) = next_work(&mut events).await;
    let cancel = Command::Work(WorkCommand::Cancel(work.id));
    assert_eq!(handle.run(cancel).await, Ok(Reply::Done {}));
    assert_eq!(exported.await.unwrap(), Err(CommandError::Cancelled));
    while !next_work(&mut events).await.1 {}
    assert_eq!(handle.snapshot().borrow().work, []);
    assert_eq!(files(directory.path()), Vec::<String>::new());

    let done = export(&handle, directory.path()).await.unwrap().unwrap();
    assert!(matches!(done, Reply::Exported { entries, .. } if entries == MANY as u64), "{done:?}");
    while !next_work(&mut events).await.1 {}
    assert_eq!(files(directory.path()), ["out.jsonl"]);
    hub.stop().await;
}
