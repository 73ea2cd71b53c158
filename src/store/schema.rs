//! The file and its form. A form is a number in `user_version`; each migration leads from one
//! to the next, within one transaction.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::{Note, StoreError, backup, salvage, search};
use crate::config::{create_private_dir, create_private_file};
use crate::model::time::Now;

/// One step from a form to the next.
pub(super) enum Migration {
    Sql(&'static str),
    Work(fn(&Connection) -> Result<(), StoreError>),
}

/// From form n (its place) to form n + 1. Never edited once released, only added to.
pub(super) const MIGRATIONS: [Migration; 6] = [
    // seq: the order of saving; direction: 0 in, 1 out; kind: 0 message, 1 call; at: Unix
    // milliseconds; state: 0 queued, 1 sent, 2 delivered, 3 displayed, 4 failed; call: JSON.
    Migration::Sql(
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
    ),
    // What the user sets while the program runs; value: JSON.
    Migration::Sql(
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    ),
    // What was seen of a contact's cards; value: JSON.
    Migration::Sql(
        "CREATE TABLE seen (jid TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    ),
    // The user's address book; entry: JSON.
    Migration::Sql("CREATE TABLE book (id TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT;"),
    // The words of all texts.
    Migration::Work(search::build),
    // Why a message was refused, in words.
    Migration::Sql("ALTER TABLE entry ADD COLUMN reason TEXT;"),
];

/// How long another program's lock is waited for.
const BUSY: Duration = Duration::from_secs(1);
/// Up to this size, in bytes, the whole file is checked whenever it is opened: that takes a
/// tenth of a second at the most.
pub(super) const CHECKED_WHOLE: u64 = 8 << 20;

#[derive(Debug)]
pub(super) struct Opened {
    pub connection: Connection,
    pub notes: Vec<Note>,
}

/// Opens the file; a damaged one is set aside, and what can be read of it goes into a new one.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_private_dir(parent)?;
    }
    let mut notes = Vec::new();
    match open_file(path, &mut notes) {
        Ok(connection) => {
            backup::tidy(path);
            Ok(Opened { connection, notes })
        }
        Err(StoreError::Corrupt) => heal(path),
        Err(error) => Err(error),
    }
}

/// Sets the damaged file aside, whole, and begins a new one with what can be read of it.
pub(super) fn heal(path: &Path) -> Result<Opened, StoreError> {
    let aside = move_aside(path)?;
    let mut notes = Vec::new();
    let connection = open_file(path, &mut notes)?;
    let saved = salvage::salvage(&aside, &connection);
    notes.push(Note::Salvaged { aside, saved });
    Ok(Opened { connection, notes })
}

pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    migrate(&connection, 0)?;
    Ok(connection)
}

/// The form that this program knows.
pub(super) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

pub(super) fn form(connection: &Connection) -> Result<i64, StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known() {
        return Err(StoreError::TooNew { found, known: known() });
    }
    // Also finds a damaged table of contents.
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    // A number without its tables, or tables without a number, is nobody's form.
    if (found > 0) == (tables > 0) && found >= 0 { Ok(found) } else { Err(StoreError::Corrupt) }
}

fn open_file(path: &Path, notes: &mut Vec<Note>) -> Result<Connection, StoreError> {
    // SQLite gives its side files the same mode.
    drop(create_private_file(path)?);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // One that an older version or a copy left open to others.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    let found = form(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A message that was answered for outlives a loss of power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    let is_small = std::fs::metadata(path)?.len() <= CHECKED_WHOLE;
    let is_old = found > 0 && found < known();
    if found > 0 && (is_small || is_old) {
        check(&connection)?;
    }
    if is_old && let Err(error) = backup::make(&connection, path) {
        tracing::error!(%error, "no copy of the history before it changes its form");
        notes.push(Note::NoBackup(error));
    }
    migrate(&connection, found).map_err(|error| match error {
        // Its tables are not those of its form: it is read row by row instead.
        StoreError::Sql(_) => StoreError::Corrupt,
        other => other,
    })?;
    Ok(connection)
}

/// Compares everything in the file with everything else.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| match StoreError::from(error) {
        // Damage has many names here: a table that is not there, a text that is none.
        StoreError::Sql(_) => StoreError::Corrupt,
        other => other,
    })?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt) }
}

fn migrate(connection: &Connection, found: i64) -> Result<(), StoreError> {
    let done = usize::try_from(found).unwrap_or(0);
    for (migration, form) in MIGRATIONS.iter().zip(1..).skip(done) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let step = || -> Result<(), StoreError> {
            match migration {
                Migration::Sql(sql) => connection.execute_batch(sql)?,
                Migration::Work(work) => work(connection)?,
            }
            connection.pragma_update(None, "user_version", form)?;
            Ok(connection.execute_batch("COMMIT")?)
        };
        if let Err(error) = step() {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            return Err(error);
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

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}
