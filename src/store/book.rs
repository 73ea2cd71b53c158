//! The address book's table.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::StoreError;
use crate::model::book::{BookEntry, MAX_ENTRIES};
use crate::model::id::BookId;

/// Entries as they are written: the id, and the whole as JSON.
pub(super) type Rows = Vec<(BookId, String)>;

pub(super) fn rows(entries: &[Arc<BookEntry>]) -> Result<Rows, StoreError> {
    let row = |entry: &Arc<BookEntry>| {
        let json = serde_json::to_string(&**entry);
        json.map(|json| (entry.id.clone(), json))
            .map_err(|error| StoreError::Sql(error.to_string()))
    };
    entries.iter().map(row).collect()
}

pub(super) fn all(db: &Connection) -> Result<Vec<BookEntry>, StoreError> {
    let mut all = db.prepare_cached("SELECT id, entry FROM book ORDER BY id LIMIT ?1")?;
    let most = i64::try_from(MAX_ENTRIES).unwrap_or(i64::MAX);
    let mut rows = all.query([most])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        // The texts by their bytes: one that is damaged must not cost the others.
        let id = row.get_ref(0)?.as_bytes().map(String::from_utf8_lossy).unwrap_or_default();
        let read = row.get_ref(1)?.as_bytes().map(serde_json::from_slice::<BookEntry>);
        match read {
            Ok(Ok(entry)) if entry.id.as_str() == id => entries.push(entry),
            // The error's own words can quote the entry.
            _ => tracing::error!(%id, "an entry of the address book is damaged and left out"),
        }
    }
    Ok(entries)
}

/// All rows, or none of them.
pub(super) fn put(db: &Connection, rows: &Rows) -> Result<(), StoreError> {
    // Within the batch's transaction, whose other requests are to be kept in any case.
    db.execute_batch("SAVEPOINT book")?;
    let put = || -> Result<(), StoreError> {
        let mut put =
            db.prepare_cached("INSERT OR REPLACE INTO book (id, entry) VALUES (?1, ?2)")?;
        for (id, json) in rows {
            put.execute(params![id.as_str(), json])?;
        }
        Ok(())
    };
    let done = put();
    // A grave error (disk full) has undone the transaction, and the savepoint with it.
    if !db.is_autocommit() {
        db.execute_batch(if done.is_ok() {
            "RELEASE book"
        } else {
            "ROLLBACK TO book; RELEASE book"
        })?;
    }
    done
}

pub(super) fn remove(db: &Connection, id: &BookId) -> Result<bool, StoreError> {
    let mut remove = db.prepare_cached("DELETE FROM book WHERE id = ?1")?;
    Ok(remove.execute([id.as_str()])? > 0)
}
