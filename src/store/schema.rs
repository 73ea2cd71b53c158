//! The file and its form. A form is a number in `user_version`; each migration leads from one
//! to the next, within one transaction.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;
use crate::config::{create_private_dir, create_private_file};
use crate::model::time::Now;

/// From form n (its place) to form n + 1. Never edited once released, only added to.
const MIGRATIONS: [&str; 4] = [
    // seq: the order of saving; direction: 0 in, 1 out; kind: 0 message, 1 call; at: Unix
    // milliseconds; state: 0 queued, 1 sent, 2 delivered, 3 displayed, 4 failed; call: JSON.
    "CREATE TABLE entry (
         seq INTEGER PRIMARY KEY,
         account TEXT NOT NULL,
         peer TEXT NOT NULL,
         direction INTEGER NOT NULL,
         id TEXT NOT NULL,
         kind INTEGER NOT NULL,
         at INTEGER NOT NULL,
         body TEXT,
         state INTEGER,
         call TEXT,
         unread INTEGER NOT NULL DEFAULT 0,
         UNIQUE (account, peer, direction, id)
     ) STRICT;
     CREATE INDEX entry_time ON entry (peer, at, seq);
     CREATE INDEX entry_unread ON entry (peer) WHERE unread = 1;
     CREATE INDEX entry_outbox ON entry (seq) WHERE direction = 1 AND state = 0;",
    // What the user sets while the program runs; value: JSON.
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    // What was seen of a contact's cards; value: JSON.
    "CREATE TABLE seen (jid TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    // The user's address book; entry: JSON.
    "CREATE TABLE book (id TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT;",
];

/// How long another program's lock is waited for.
const BUSY: Duration = Duration::from_secs(1);

pub(super) struct Opened {
    pub connection: Connection,
    pub moved_aside: Option<PathBuf>,
}

/// Opens the file, or moves it aside when it is damaged and begins a new one.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_private_dir(parent)?;
    }
    let suspicion = suspicion(path);
    let suspected = suspicion.exists();
    let moved_aside = match open_file(path, suspected) {
        Ok(connection) => {
            if suspected {
                std::fs::remove_file(suspicion)?;
            }
            return Ok(Opened { connection, moved_aside: None });
        }
        Err(StoreError::Corrupt) => move_aside(path)?,
        Err(error) => return Err(error),
    };
    tracing::error!(kept = %moved_aside.display(), "the history was damaged; a new one begins");
    if suspected {
        std::fs::remove_file(suspicion)?;
    }
    Ok(Opened { connection: open_file(path, false)?, moved_aside: Some(moved_aside) })
}

pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    migrate(&connection)?;
    Ok(connection)
}

/// The mark that damage was met while running, so that the next start looks closer.
pub(super) fn suspicion(path: &Path) -> PathBuf {
    with_suffix(path, ".suspect")
}

fn open_file(path: &Path, thorough: bool) -> Result<Connection, StoreError> {
    // SQLite gives its side files the same mode.
    drop(create_private_file(path)?);
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A message that was answered for outlives a loss of power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&connection)?;
    if thorough {
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Corrupt);
        }
    }
    Ok(connection)
}

fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    // Also finds a damaged table of contents.
    let _tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(0);
    for (migration, form) in MIGRATIONS.iter().zip(1..).skip(done) {
        let step = format!("BEGIN IMMEDIATE; {migration} PRAGMA user_version = {form}; COMMIT");
        if let Err(error) = connection.execute_batch(&step) {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// Renames the file and its side files, over nothing that is there.
fn move_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let seconds = Now::read().wall.unix_millis() / 1000;
    let target = (0..100)
        .map(|n| match n {
            0 => with_suffix(path, &format!(".broken-{seconds}")),
            n => with_suffix(path, &format!(".broken-{seconds}-{n}")),
        })
        .find(|target| !target.exists())
        .ok_or_else(|| StoreError::Io("too many damaged histories".to_owned()))?;
    std::fs::rename(path, &target)?;
    for suffix in ["-wal", "-shm"] {
        let side = with_suffix(path, suffix);
        if side.exists() {
            std::fs::rename(side, with_suffix(&target, suffix))?;
        }
    }
    Ok(target)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}
