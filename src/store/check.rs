//! A file that is too large to be checked at each start is checked once a week, by a thread of
//! its own that only reads.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::worker::Kind;
use super::{Store, StoreError, schema};
use crate::model::time::Now;

/// The setting that says when, in Unix milliseconds.
const CHECKED: &str = "checked";
/// How long a check holds, in milliseconds.
const HOLDS: i64 = 7 * 24 * 3600 * 1000;

/// Begins the check when it is due. It does not keep the store open.
pub(super) fn begin(store: &Store, path: &Path) {
    if !std::fs::metadata(path).is_ok_and(|meta| meta.len() > schema::CHECKED_WHOLE) {
        return;
    }
    let jobs = store.jobs.downgrade();
    let (room, path) = (store.room.clone(), path.to_owned());
    let (trouble, notes, kept) = (store.trouble.clone(), store.notes.clone(), store.path.clone());
    let again = move || {
        let jobs = jobs.upgrade()?;
        Some(Store { jobs, room, trouble, notes, path: kept })
    };
    let work = move || match due(&path) {
        Ok(None) => {}
        Ok(Some(now)) => {
            if let Some(store) = again() {
                drop(store.set_setting(CHECKED, now.to_string()));
            }
        }
        // The thread that works looks itself, and mends what it finds.
        Err(StoreError::Corrupt) => {
            if let Some(store) = again() {
                drop(store.ask(Kind::Read, 0, schema::check));
            }
        }
        Err(error) => tracing::warn!(%error, "the history was not checked"),
    };
    if let Err(error) = std::thread::Builder::new().name("store-check".to_owned()).spawn(work) {
        tracing::warn!(%error, "the history was not checked");
    }
}

/// Checks the file if that is due; the moment it was sound.
fn due(path: &PathBuf) -> Result<Option<i64>, StoreError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let last: Option<String> = db.query_row(sql, [CHECKED], |row| row.get(0)).optional()?;
    let last = last.and_then(|last| last.parse::<i64>().ok()).unwrap_or(0);
    let now = Now::read().wall.unix_millis();
    // A clock that was set back does not put it off.
    if (last..last.saturating_add(HOLDS)).contains(&now) {
        return Ok(None);
    }
    schema::check(&db)?;
    Ok(Some(now))
}
