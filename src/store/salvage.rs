//! What can be read of a damaged history goes into a new one.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row, params};

use super::{StoreError, search};

/// So many rows in a row that cannot be read are the end of what can.
const HOPELESS: u32 = 20_000;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// Entries of the history that are in the new file.
    pub entries: u64,
    /// Entries that the damaged file knows of and that could not be read; `None` when it does
    /// not even tell how many it had.
    pub lost: Option<u64>,
    /// All settings and all of the address book are there, as far as the file tells.
    pub rest: bool,
    /// Why it ended early.
    pub failed: Option<StoreError>,
}

/// Reads the damaged file, without changing it, into the new one.
pub(super) fn salvage(damaged: &Path, new: &Connection) -> Saved {
    let mut saved = Saved::default();
    let Ok(old) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return saved;
    };
    // A damaged table of contents is read as far as it goes.
    let _ = old.pragma_update(None, "writable_schema", "ON");
    let mut work = || -> Result<(), StoreError> {
        new.execute_batch("BEGIN IMMEDIATE")?;
        entries(&old, new, &mut saved)?;
        saved.rest =
            [("setting", "name", "value"), ("seen", "jid", "value"), ("book", "id", "entry")]
                .into_iter()
                .map(|(table, key, value)| pairs(&old, new, table, key, value))
                .collect::<Result<Vec<bool>, _>>()?
                .into_iter()
                .all(|whole| whole);
        Ok(new.execute_batch("COMMIT")?)
    };
    if let Err(error) = work() {
        if !new.is_autocommit() {
            let _ = new.execute_batch("ROLLBACK");
        }
        saved = Saved { failed: Some(error), ..Saved::default() };
    }
    saved
}

/// By the rows' numbers, so that a page that cannot be read costs what is on it.
fn entries(old: &Connection, new: &Connection, saved: &mut Saved) -> Result<(), StoreError> {
    let known = count(old);
    let mut next = i64::MIN;
    let mut bad = 0;
    while bad < HOPELESS {
        let before = next;
        match some(old, new, &mut next, saved)? {
            Ended::All => break,
            Ended::Damage if next == before => {
                bad += 1;
                next = match beginning(old, next) {
                    Some(first) if first > next => first,
                    _ => next.saturating_add(1),
                };
            }
            Ended::Damage => bad = 0,
        }
    }
    saved.lost = known.map(|known| known.saturating_sub(saved.entries));
    if bad >= HOPELESS {
        saved.lost = saved.lost.filter(|lost| *lost > 0);
    }
    Ok(())
}

/// How many entries there were, by whichever of the indexes can still be read whole.
fn count(old: &Connection) -> Option<u64> {
    let by = |from: &str| {
        let sql = format!("SELECT count(*) FROM entry {from}");
        old.query_row(&sql, [], |row| row.get::<_, i64>(0)).ok()
    };
    let ways = ["INDEXED BY entry_time", "INDEXED BY sqlite_autoindex_entry_1", "NOT INDEXED"];
    ways.into_iter().filter_map(by).max().and_then(|most| u64::try_from(most).ok())
}

/// The first row's number, where the scan has not come to any row yet.
fn beginning(old: &Connection, next: i64) -> Option<i64> {
    if next != i64::MIN {
        return None;
    }
    let by = |sql| old.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).ok().flatten();
    by("SELECT min(seq) FROM entry INDEXED BY entry_time WHERE seq > 0")
        .or_else(|| by("SELECT min(seq) FROM entry"))
        .or(Some(1))
}

enum Ended {
    All,
    Damage,
}

/// From a row on until the end, or until one that cannot be read; `next` is behind the last.
fn some(
    old: &Connection,
    new: &Connection,
    next: &mut i64,
    saved: &mut Saved,
) -> Result<Ended, StoreError> {
    let sql = "SELECT seq, account, peer, direction, id, kind, at, body, state, call, unread
               FROM entry NOT INDEXED WHERE seq >= ?1 ORDER BY seq";
    let Ok(mut all) = old.prepare_cached(sql) else { return Ok(Ended::Damage) };
    let Ok(mut rows) = all.query([*next]) else { return Ok(Ended::Damage) };
    loop {
        match rows.next() {
            Ok(None) => return Ok(Ended::All),
            Err(_) => return Ok(Ended::Damage),
            Ok(Some(row)) => {
                let Ok(seq) = row.get::<_, i64>(0) else { return Ok(Ended::Damage) };
                if seq < *next {
                    return Ok(Ended::Damage);
                }
                if entry(row, seq, new)? {
                    saved.entries += 1;
                }
                if seq == i64::MAX {
                    return Ok(Ended::All);
                }
                *next = seq + 1;
            }
        }
    }
}

/// Copies one row. Answers whether there was sense in it.
fn entry(row: &Row<'_>, seq: i64, new: &Connection) -> Result<bool, StoreError> {
    type Columns =
        (String, String, i64, String, i64, i64, Option<String>, Option<i64>, Option<String>, i64);
    let columns = || -> rusqlite::Result<Columns> {
        Ok((
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            row.get(7)?,
            row.get(8)?,
            row.get(9)?,
            row.get(10)?,
        ))
    };
    let Ok((account, peer, direction, id, kind, at, body, state, call, unread)) = columns() else {
        return Ok(false);
    };
    let is_sound = [direction, kind, unread].iter().all(|flag| matches!(flag, 0 | 1))
        && state.is_none_or(|state| (0..=4).contains(&state))
        && !peer.is_empty();
    if !is_sound {
        return Ok(false);
    }
    let mut put = new.prepare_cached(
        "INSERT OR IGNORE INTO entry
         (seq, account, peer, direction, id, kind, at, body, state, call, unread)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let is_new = put
        .execute(params![seq, account, peer, direction, id, kind, at, body, state, call, unread])?
        > 0;
    if let (true, Some(body)) = (is_new, &body) {
        search::add(new, seq, &peer, body)?;
    }
    Ok(is_new)
}

/// A table of keys and values, from both ends. Answers whether it could be read whole.
fn pairs(
    old: &Connection,
    new: &Connection,
    table: &str,
    key: &str,
    value: &str,
) -> Result<bool, StoreError> {
    let mut put =
        new.prepare(&format!("INSERT OR IGNORE INTO {table} ({key}, {value}) VALUES (?1, ?2)"))?;
    for order in ["ASC", "DESC"] {
        let sql = format!("SELECT {key}, {value} FROM {table} ORDER BY {key} {order}");
        let Ok(mut all) = old.prepare(&sql) else {
            // One that the older form did not have yet is no loss.
            let form: i64 =
                old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap_or(0);
            return Ok(form < 4);
        };
        let Ok(mut rows) = all.query([]) else { return Ok(false) };
        loop {
            match rows.next() {
                Ok(None) => return Ok(order == "ASC"),
                Err(_) => break,
                Ok(Some(row)) => {
                    if let (Ok(key), Ok(value)) = (row.get::<_, String>(0), row.get::<_, String>(1))
                    {
                        put.execute([key, value])?;
                    }
                }
            }
        }
    }
    Ok(false)
}
