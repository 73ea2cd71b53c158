//! The copy of the history that is made before it changes its form. There is one at the most,
//! `history.sqlite.backup`: the next change of form replaces it, it goes after thirty days, and
//! deleting from the history deletes it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;
use super::schema::with_suffix;
use crate::config::create_private_file;

/// How long the copy is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) fn path_of(path: &Path) -> PathBuf {
    with_suffix(path, ".backup")
}

/// Copies the history, whole or not at all, in place of an earlier copy.
pub(super) fn make(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let (target, new) = (path_of(path), with_suffix(path, ".backup.new"));
    remove(&new)?;
    drop(create_private_file(&new)?);
    let copy = || -> Result<(), StoreError> {
        let name = new.to_str().ok_or_else(|| StoreError::Io("a name is not UTF-8".to_owned()))?;
        connection.execute("VACUUM INTO ?1", [name])?;
        std::fs::File::open(&new)?.sync_all()?;
        Ok(std::fs::rename(&new, &target)?)
    };
    let done = copy();
    if done.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    done
}

/// Removes the copy when it is old.
pub(super) fn tidy(path: &Path) {
    let target = path_of(path);
    let age = std::fs::metadata(&target).and_then(|meta| meta.modified()).ok();
    if age.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > KEPT)
        && let Err(error) = std::fs::remove_file(&target)
    {
        tracing::warn!(%error, "the copy of the history's former form cannot be removed");
    }
}

/// Removes a file; one that is not there is removed already.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
