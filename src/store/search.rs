//! The index of what was said, and finding by it. The index (FTS5) holds terms and no texts:
//! about 45 bytes a message. It is kept with the entries, in their transactions.

use rusqlite::{Connection, ToSql, params};
use sha2::{Digest as _, Sha256};

use super::query::{COLUMNS, read};
use super::words::{self, Question};
use super::{Scope, StoreError};
use crate::model::message::Entry;

/// Entries that are compared with a question at the most, the newest first.
const MOST_COMPARED: usize = 50_000;
/// Entries that the index takes in at once when it is made.
const STEP: u32 = 5_000;

/// What the index is. `ascii` parts what [`words::terms`] has joined by blanks; `prefix` makes
/// beginnings of two and three letters as fast as whole words.
pub(super) const INDEX: &str =
    "CREATE VIRTUAL TABLE said USING fts5(terms, content='', contentless_delete=1,
         tokenize='ascii', detail=none, prefix='2 3')";

/// Takes a text into the index.
pub(super) fn add(db: &Connection, seq: i64, with: &str, body: &str) -> Result<(), StoreError> {
    let mut add = db.prepare_cached("INSERT INTO said (rowid, terms) VALUES (?1, ?2)")?;
    let mut terms = words::terms(body);
    if terms.is_empty() {
        return Ok(());
    }
    terms.push(' ');
    terms.push_str(&mark(with));
    add.execute(params![seq, terms])?;
    Ok(())
}

/// Makes the index of all there is.
pub(super) fn build(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(INDEX)?;
    let mut last = i64::MIN;
    loop {
        let mut some = db.prepare_cached(
            "SELECT seq, peer, body FROM entry
             WHERE seq > ?1 AND body IS NOT NULL ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = some.query(params![last, STEP])?;
        let before = last;
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            let (with, body) = (row.get_ref(1)?.as_bytes(), row.get_ref(2)?.as_bytes());
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            add(
                db,
                last,
                &with.map(text).unwrap_or_default(),
                &body.map(text).unwrap_or_default(),
            )?;
        }
        if last == before {
            return Ok(());
        }
    }
}

/// The newest entries whose text answers the question, the newest last.
pub(super) fn search(
    db: &Connection,
    text: &str,
    scope: &Scope,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let Some(question) = Question::read(text) else { return Ok(Vec::new()) };
    let mut expression = question.expression();
    if !scope.with.is_empty() {
        let marks: Vec<_> = scope.with.iter().map(|with| format!("\"{}\"", mark(with))).collect();
        expression = format!("({expression}) AND ({})", marks.join(" OR "));
    }
    // The join in this order: the index gives the newest first, and stops when there is enough.
    let mut found = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM said CROSS JOIN entry ON entry.seq = said.rowid
         WHERE said MATCH ?1 ORDER BY said.rowid DESC LIMIT ?2"
    ))?;
    let most = i64::try_from(MOST_COMPARED).unwrap_or(i64::MAX);
    let parameters: [&dyn ToSql; 2] = [&expression, &most];
    let mut rows = found.query(parameters)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = read(row)?.entry;
        let is_meant = scope.is_with(&entry.with)
            && (!question.compare
                || entry.body.as_ref().is_some_and(|body| question.is_answered_by(body)));
        if is_meant {
            entries.push(entry);
            if entries.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
        }
    }
    entries.reverse();
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

/// The term that stands for a conversation: no word of a text begins so.
fn mark(with: &str) -> String {
    let digest = Sha256::digest(with.as_bytes());
    let mut mark = String::from('\u{e000}');
    for byte in digest.iter().take(8) {
        mark.push_str(&format!("{byte:02x}"));
    }
    mark
}
