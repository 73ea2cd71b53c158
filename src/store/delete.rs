//! Deleting from the history, so that it is gone: from the index of words, from the file's
//! free pages, from its log and from the copy that a change of form left.

use std::path::Path;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::{Counted, Deleted, Scope, StoreError, backup};
use crate::model::time::Timestamp;

/// A message that waits to be sent is no history yet: only sending or a refusal ends that.
const WAITS: &str = "(direction = 1 AND kind = 0 AND state = 0)";

/// Deletes what the scope has, except what waits to be sent.
pub(super) fn delete(db: &Connection, scope: &Scope) -> Result<Deleted, StoreError> {
    let (meant, values) = condition(scope);
    let count = |also: &str| -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM entry WHERE {meant} AND {also}");
        let count: i64 = db.query_row(&sql, params_from_iter(&values), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let waiting = count(WAITS)?;
    if values.is_empty() && waiting == 0 {
        let deleted = count("TRUE")?;
        // Quicker than row by row.
        db.execute_batch("INSERT INTO said (said) VALUES ('delete-all'); DELETE FROM entry")?;
        return Ok(Deleted { deleted, waiting });
    }
    db.execute(
        &format!(
            "DELETE FROM said WHERE rowid IN
             (SELECT seq FROM entry WHERE {meant} AND NOT {WAITS} AND body IS NOT NULL)"
        ),
        params_from_iter(&values),
    )?;
    let deleted = db.execute(
        &format!("DELETE FROM entry WHERE {meant} AND NOT {WAITS}"),
        params_from_iter(&values),
    )?;
    if deleted > 0 {
        // Until its parts are joined the index only knows that what it holds is void.
        db.execute_batch("INSERT INTO said (said) VALUES ('optimize')")?;
    }
    Ok(Deleted { deleted: u64::try_from(deleted).unwrap_or(u64::MAX), waiting })
}

/// How much a deletion would delete. The size of the file is another's.
pub(super) fn count(db: &Connection, scope: &Scope) -> Result<Counted, StoreError> {
    let (meant, values) = condition(scope);
    let sql = format!("SELECT count(*), ifnull(sum({WAITS}), 0), min(at) FROM entry WHERE {meant}");
    let (all, waiting, first): (i64, i64, Option<i64>) =
        db.query_row(&sql, params_from_iter(&values), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(Counted {
        entries: unsigned(all - waiting),
        waiting: unsigned(waiting),
        first: first.map(Timestamp::from_unix_millis),
        bytes: None,
    })
}

/// How large the file is, with what has not been moved into it yet.
pub(super) fn size(path: &Path) -> Option<u64> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let file = std::fs::metadata(path).ok()?.len();
    Some(file + std::fs::metadata(log).map_or(0, |log| log.len()))
}

fn condition(scope: &Scope) -> (String, Vec<Box<dyn ToSql>>) {
    let mut meant = vec!["TRUE".to_owned()];
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if !scope.with.is_empty() {
        meant.push(format!("peer IN ({})", vec!["?"; scope.with.len()].join(", ")));
        values.extend(scope.with.iter().map(|with| Box::new(with.clone()) as Box<dyn ToSql>));
    }
    if let Some(before) = scope.before {
        meant.push("at < ?".to_owned());
        values.push(Box::new(before.unix_millis()));
    }
    (meant.join(" AND "), values)
}

/// Leaves no trace of what was deleted in the files, outside of a transaction.
pub(super) fn scrub(db: &Connection, path: Option<&Path>) -> Result<(), StoreError> {
    if let Some(path) = path {
        backup::remove(&backup::path_of(path))?;
    }
    // Pages hold remains of rows that once moved to another page; a new file does not.
    db.execute_batch("VACUUM")?;
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(StoreError::Locked) }
}
