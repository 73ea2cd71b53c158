//! The history as JSON lines: one entry a line, in the shape of `docs/control.md`, with its
//! account; the oldest kept first.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::query::{COLUMNS, read};
use super::{Deleted, Scope, StoreError, delete, schema};
use crate::model::id::AccountId;
use crate::model::message::Entry;

/// After so many entries it is looked whether the export is still wanted.
const WATCHED: u64 = 500;

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The history cannot be read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Its form is an older one.
    #[error(
        "The history is of an older form. Start Dovetail once, so that it is brought up to date."
    )]
    Old,
    /// It was called off; there is no file.
    #[error("The export was called off. No file was written.")]
    CalledOff,
    /// There is a file already.
    #[error("{} is there already and was left alone. Name another file.", .0.display())]
    Exists(PathBuf),
    /// The path depends on where the program was started.
    #[error("“{}” is no absolute path. Name the file with its directory.", .0.display())]
    Relative(PathBuf),
    /// The history is in memory alone.
    #[error("The history is in memory alone, so there is no place for it. Name a file.")]
    NoPlace,
    /// The file cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    account: &'a AccountId,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// How much of the history in the file at `history` a deletion would delete.
///
/// # Errors
/// When it cannot be read.
pub fn count(history: &Path, scope: &Scope) -> Result<Deleted, ExportError> {
    let counted = delete::count(&reader(history)?, scope)?;
    Ok(Deleted { deleted: counted.entries, waiting: counted.waiting })
}

/// Writes the history that the file at `history` holds, also while a program uses it: as it is
/// at this moment. Answers how many entries there were.
///
/// # Errors
/// When it cannot be read, or `out` not be written.
pub fn export(history: &Path, scope: &Scope, out: &mut impl Write) -> Result<u64, ExportError> {
    lines(&reader(history)?, scope, out, &mut |_, _| true)
}

fn reader(history: &Path) -> Result<Connection, ExportError> {
    let db = Connection::open_with_flags(history, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(StoreError::from)?;
    if schema::form(&db)? == schema::known() { Ok(db) } else { Err(ExportError::Old) }
}

/// The same into a new file, for the user alone, that is whole or not there.
///
/// # Errors
/// As [`export`], and where there is a file already.
pub fn export_to(history: &Path, scope: &Scope, target: &Path) -> Result<u64, ExportError> {
    export_watched(history, scope, target, &mut |_, _| true)
}

/// The same, telling now and then how much was looked at, of how much; it is called off by
/// `false`.
///
/// # Errors
/// As [`export_to`], and when it was called off.
pub fn export_watched(
    history: &Path,
    scope: &Scope,
    target: &Path,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<u64, ExportError> {
    if target.exists() {
        return Err(ExportError::Exists(target.to_owned()));
    }
    let failed = |source| ExportError::Write { path: target.to_owned(), source };
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    let file = tempfile::Builder::new()
        .prefix(".history-")
        .suffix(".new")
        .tempfile_in(directory.unwrap_or(Path::new(".")))
        .map_err(failed)?;
    let mut out = BufWriter::new(&file);
    let written = lines(&reader(history)?, scope, &mut out, watch);
    let count = written.map_err(|error| match error {
        ExportError::Write { source, .. } => failed(source),
        other => other,
    })?;
    out.flush().map_err(failed)?;
    drop(out);
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(target).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists(target.to_owned()),
        _ => failed(error.error),
    })?;
    Ok(count)
}

fn lines(
    db: &Connection,
    scope: &Scope,
    out: &mut impl Write,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<u64, ExportError> {
    let total: i64 = db
        .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        .map_err(StoreError::from)?;
    let total = u64::try_from(total).unwrap_or(0);
    let failed = |source| ExportError::Write { path: PathBuf::from("the output"), source };
    let mut all = db
        .prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY seq"))
        .map_err(StoreError::from)?;
    let mut rows = all.query([]).map_err(StoreError::from)?;
    let (mut count, mut seen) = (0, 0_u64);
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        if seen.is_multiple_of(WATCHED) && !watch(seen, total) {
            return Err(ExportError::CalledOff);
        }
        seen += 1;
        let stored = read(row).map_err(StoreError::from)?;
        if !scope.has(&stored.entry) {
            continue;
        }
        let line = Line { account: &stored.account, entry: &stored.entry };
        serde_json::to_writer(&mut *out, &line).map_err(|error| failed(error.into()))?;
        out.write_all(b"\n").map_err(failed)?;
        count += 1;
    }
    Ok(count)
}
