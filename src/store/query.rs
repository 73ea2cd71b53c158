//! What is asked of the database.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{MAX_PAGE, Outgoing, Recent, StoreError, search};
use crate::model::call::{Call, Direction};
use crate::model::id::{AccountId, MessageId};
use crate::model::message::{Entry, EntryKind, MessageState, Trace};
use crate::model::time::Timestamp;

/// How many conversations are shown at the start.
const MAX_CONVERSATIONS: usize = 500;
/// How much text is read for that, in bytes: strangers decide how much there is.
const MAX_TEXT: usize = 64 << 20;
/// How many messages the outbox gives at once.
const MAX_OUTBOX: u32 = 10_000;
/// Of how many contacts it is read what was seen of their cards.
const MAX_SEEN: u32 = 200_000;

pub(super) fn set_setting(db: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    let mut set =
        db.prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")?;
    set.execute(params![name, value])?;
    Ok(())
}

pub(super) fn setting(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut get = db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
    Ok(get.query_row(params![name], |row| row.get(0)).optional()?)
}

pub(super) fn set_seen(db: &Connection, jid: &str, value: &str) -> Result<(), StoreError> {
    let mut set = db.prepare_cached("INSERT OR REPLACE INTO seen (jid, value) VALUES (?1, ?2)")?;
    set.execute(params![jid, value])?;
    Ok(())
}

pub(super) fn seen(db: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut get = db.prepare_cached("SELECT jid, value FROM seen LIMIT ?1")?;
    let rows = get.query_map(params![MAX_SEEN], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn save(
    db: &Connection,
    account: &AccountId,
    entry: &Entry,
) -> Result<bool, StoreError> {
    if insert(db, account, entry)? {
        return Ok(true);
    }
    // Some clients count their ids anew at every start: what says something else is new.
    if entry.kind == EntryKind::Message && entry.direction == Direction::In {
        let mut known = db.prepare_cached(
            "SELECT body FROM entry
             WHERE account = ?1 AND peer = ?2 AND direction = 0 AND id = ?3",
        )?;
        let key = params![account.as_str(), entry.with, entry.id];
        let known: Option<String> = known.query_row(key, |row| row.get(0))?;
        if known != entry.body {
            let id = uuid::Uuid::new_v4().simple().to_string();
            return insert(db, account, &Entry { id, ..entry.clone() });
        }
    }
    Ok(false)
}

/// Whether it is new; a call that is not takes the newer facts.
fn insert(db: &Connection, account: &AccountId, entry: &Entry) -> Result<bool, StoreError> {
    let call = entry.call.as_ref().map(serde_json::to_string).transpose();
    let call = call.map_err(|error| StoreError::Sql(error.to_string()))?;
    let is_unread = entry.kind == EntryKind::Message && entry.direction == Direction::In;
    let mut insert = db.prepare_cached(
        "INSERT INTO entry (account, peer, direction, id, kind, at, body, state, call, unread, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (account, peer, direction, id) DO NOTHING",
    )?;
    let is_new = insert.execute(params![
        account.as_str(),
        entry.with,
        direction_code(entry.direction),
        entry.id,
        kind_code(entry.kind),
        entry.at.unix_millis(),
        entry.body,
        entry.state.map(state_code),
        call,
        is_unread,
        entry.reason,
    ])? > 0;
    if let (true, Some(body)) = (is_new, &entry.body) {
        search::add(db, db.last_insert_rowid(), &entry.with, body)?;
    }
    if !is_new && call.is_some() {
        let mut update = db.prepare_cached(
            "UPDATE entry SET call = ?1, at = ?2
             WHERE account = ?3 AND peer = ?4 AND direction = ?5 AND id = ?6 AND kind = 1",
        )?;
        update.execute(params![
            call,
            entry.at.unix_millis(),
            account.as_str(),
            entry.with,
            direction_code(entry.direction),
            entry.id,
        ])?;
    }
    Ok(is_new)
}

pub(super) fn set_state(
    db: &Connection,
    account: &AccountId,
    with: &str,
    id: &MessageId,
    state: MessageState,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let from = match state {
        MessageState::Queued => "(4)",
        MessageState::Sent => "(0)",
        MessageState::Delivered => "(0, 1, 4)",
        MessageState::Displayed => "(0, 1, 2, 4)",
        MessageState::Failed => "(0, 1)",
    };
    let mut update = db.prepare_cached(&format!(
        "UPDATE entry SET state = ?1, reason = ?5
         WHERE account = ?2 AND peer = ?3 AND direction = 1 AND id = ?4 AND kind = 0
               AND state IN {from}"
    ))?;
    let key = params![state_code(state), account.as_str(), with, id.as_str(), reason];
    Ok(update.execute(key)? > 0)
}

pub(super) fn history(
    db: &Connection,
    with: &str,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let mut page = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry WHERE peer = ?1 AND at < ?2
         ORDER BY at DESC, seq DESC LIMIT ?3"
    ))?;
    let before = before.map_or(i64::MAX, Timestamp::unix_millis);
    let rows = page.query_map(params![with, before, limit], read)?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    if let (true, Some(oldest)) = (rows.len() >= usize_of(limit), rows.last()) {
        // Whoever asks for what is before this moment next would miss the rest of it.
        let mut rest = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entry WHERE peer = ?1 AND at = ?2 AND seq < ?3
             ORDER BY seq DESC LIMIT ?4"
        ))?;
        let at = oldest.entry.at.unix_millis();
        let rest = rest.query_map(params![with, at, oldest.seq, MAX_PAGE], read)?;
        rows.extend(rest.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(rows.into_iter().rev().map(|row| row.entry).collect())
}

pub(super) fn history_from(
    db: &Connection,
    with: &str,
    from: Timestamp,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let mut page = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry WHERE peer = ?1 AND at >= ?2 AND at < ?3
         ORDER BY at, seq LIMIT ?4"
    ))?;
    let before = before.map_or(i64::MAX, Timestamp::unix_millis);
    let rows = page.query_map(params![with, from.unix_millis(), before, limit], read)?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    if let (true, Some(newest)) = (rows.len() >= usize_of(limit), rows.last()) {
        let mut rest = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entry WHERE peer = ?1 AND at = ?2 AND seq > ?3
             ORDER BY seq LIMIT ?4"
        ))?;
        let at = newest.entry.at.unix_millis();
        let rest = rest.query_map(params![with, at, newest.seq, MAX_PAGE], read)?;
        rows.extend(rest.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(rows.into_iter().map(|row| row.entry).collect())
}

pub(super) fn recent(db: &Connection, known: u32, whole: u32) -> Result<Vec<Recent>, StoreError> {
    // Steps from peer to peer by the index instead of reading every entry.
    let mut peers = db.prepare_cached(
        "WITH RECURSIVE peers (peer) AS (
             SELECT min(peer) FROM entry
             UNION ALL
             SELECT (SELECT min(peer) FROM entry WHERE entry.peer > peers.peer)
             FROM peers WHERE peers.peer IS NOT NULL)
         SELECT peer, (SELECT max(at) FROM entry WHERE entry.peer = peers.peer) AS newest
         FROM peers WHERE peer IS NOT NULL ORDER BY newest DESC, peer LIMIT ?1",
    )?;
    let limit_peers = i64::try_from(MAX_CONVERSATIONS).unwrap_or(i64::MAX);
    let peers = peers.query_map([limit_peers], |row| row.get::<_, String>(0))?;
    let mut text: usize = 0;
    peers
        .map(|with| {
            let with = with?;
            // Once there is too much, the newest entry of each is enough to show it.
            let limit = if text < MAX_TEXT { known } else { 1 };
            let (older, entries) = parted(history(db, &with, None, limit)?, usize_of(whole));
            text +=
                entries.iter().filter_map(|entry| Some(entry.body.as_ref()?.len())).sum::<usize>();
            let unread = unread(db, &with)?;
            let mut newest = db.prepare_cached(
                "SELECT account FROM entry WHERE peer = ?1 ORDER BY at DESC, seq DESC LIMIT 1",
            )?;
            let account: String = newest.query_row([&with], |row| row.get(0))?;
            Ok(Recent { account: AccountId::new(account), with, entries, older, unread })
        })
        .collect()
}

/// The newest as they are, back to the newest message that came in; of the rest what is
/// remembered of it.
fn parted(mut entries: Vec<Entry>, whole: usize) -> (Vec<Trace>, Vec<Entry>) {
    let came = |entry: &Entry| entry.kind == EntryKind::Message && entry.direction == Direction::In;
    let heard = entries.iter().rposition(came).unwrap_or(entries.len());
    let whole = entries.split_off(entries.len().saturating_sub(whole).min(heard));
    (entries.iter().map(Trace::of).collect(), whole)
}

pub(super) fn unread(db: &Connection, with: &str) -> Result<u32, StoreError> {
    let mut count =
        db.prepare_cached("SELECT count(*) FROM entry WHERE peer = ?1 AND unread = 1")?;
    Ok(count.query_row([with], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(super) fn mark_read(db: &Connection, with: &str) -> Result<u32, StoreError> {
    let mut update =
        db.prepare_cached("UPDATE entry SET unread = 0 WHERE peer = ?1 AND unread = 1")?;
    Ok(u32::try_from(update.execute([with])?).unwrap_or(u32::MAX))
}

pub(super) fn outbox(db: &Connection) -> Result<Vec<Outgoing>, StoreError> {
    let mut all = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry WHERE direction = 1 AND state = 0 AND kind = 0
         ORDER BY seq LIMIT ?1"
    ))?;
    let rows = all.query_map([MAX_OUTBOX], read)?;
    let outgoing =
        rows.map(|row| row.map(|row| Outgoing { account: row.account, entry: row.entry }));
    Ok(outgoing.collect::<Result<_, _>>()?)
}

/// What [`read`] reads.
pub(super) const COLUMNS: &str =
    "entry.seq, account, peer, direction, id, kind, at, body, state, call, reason";

/// A row.
pub(super) struct Stored {
    pub seq: i64,
    pub account: AccountId,
    pub entry: Entry,
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let call: Option<String> = row.get(9)?;
    let entry = Entry {
        id: row.get(4)?,
        kind: if row.get::<_, i64>(5)? == 1 { EntryKind::Call } else { EntryKind::Message },
        with: row.get(2)?,
        direction: if row.get::<_, i64>(3)? == 1 { Direction::Out } else { Direction::In },
        at: Timestamp::from_unix_millis(row.get(6)?),
        body: row.get(7)?,
        state: row.get::<_, Option<i64>>(8)?.and_then(state_of),
        reason: row.get(10)?,
        // Of a form that is no longer known: the entry still says when and with whom.
        call: call.and_then(|json| serde_json::from_str::<Box<Call>>(&json).ok()),
    };
    Ok(Stored { seq: row.get(0)?, account: AccountId::new(row.get::<_, String>(1)?), entry })
}

fn direction_code(direction: Direction) -> i64 {
    match direction {
        Direction::In => 0,
        Direction::Out => 1,
    }
}

fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Message => 0,
        EntryKind::Call => 1,
    }
}

fn state_code(state: MessageState) -> i64 {
    match state {
        MessageState::Queued => 0,
        MessageState::Sent => 1,
        MessageState::Delivered => 2,
        MessageState::Displayed => 3,
        MessageState::Failed => 4,
    }
}

fn state_of(code: i64) -> Option<MessageState> {
    match code {
        0 => Some(MessageState::Queued),
        1 => Some(MessageState::Sent),
        2 => Some(MessageState::Delivered),
        3 => Some(MessageState::Displayed),
        4 => Some(MessageState::Failed),
        _ => None,
    }
}

fn usize_of(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
