//! The thread that owns the database.

use std::path::PathBuf;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::StoreError;

/// How many requests one transaction carries out.
const BATCH: usize = 512;

/// One request: works on the database, or learns why there is no transaction to work in.
pub(super) type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Ran + Send>;

/// A request that was worked on.
pub(super) struct Ran {
    error: Option<StoreError>,
    /// Tells who asked, once the transaction has ended.
    tell: Tell,
}

type Tell = Box<dyn FnOnce(&Result<(), StoreError>)>;

/// Makes a request of what to do and where the answer goes.
pub(super) fn job<T: Send + 'static>(
    work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    answer: oneshot::Sender<Result<T, StoreError>>,
) -> Job {
    Box::new(move |db| {
        let result = db.and_then(work);
        let error = result.as_ref().err().cloned();
        let tell = Box::new(move |ended: &Result<(), StoreError>| {
            // Whoever asked may have dropped the answer.
            let _ = answer.send(ended.clone().and(result));
        });
        Ran { error, tell }
    })
}

/// Starts the thread. It ends when nobody can ask any more and all is done.
pub(super) fn start(
    connection: Connection,
    mut queue: mpsc::Receiver<Job>,
    trouble: watch::Sender<Option<StoreError>>,
    suspicion: Option<PathBuf>,
) -> Result<(), StoreError> {
    std::thread::Builder::new().name("store".to_owned()).spawn(move || {
        let mut jobs = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut jobs, BATCH) > 0 {
            batch(&connection, &mut jobs, |error| {
                if error == Some(&StoreError::Corrupt)
                    && let Some(path) = &suspicion
                    && let Err(error) = std::fs::write(path, b"")
                {
                    tracing::warn!(%error, "the damaged history could not be marked");
                }
                report(&trouble, error);
            });
        }
        if let Err((_, error)) = connection.close() {
            tracing::warn!(%error, "the history was not closed cleanly");
        }
    })?;
    Ok(())
}

fn report(trouble: &watch::Sender<Option<StoreError>>, error: Option<&StoreError>) {
    trouble.send_if_modified(|known| {
        let changed = known.as_ref() != error;
        if changed {
            if let Some(error) = error {
                tracing::error!(%error, "history");
            }
            *known = error.cloned();
        }
        changed
    });
}

/// Carries requests out in one transaction, reports the first failure if there was one, and
/// then tells each who asked what came of it.
fn batch(connection: &Connection, jobs: &mut Vec<Job>, report: impl FnOnce(Option<&StoreError>)) {
    let mut state = connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
    let mut ran = Vec::with_capacity(jobs.len());
    let mut first_error = None;
    for job in jobs.drain(..) {
        let done = job(state.as_ref().map(|()| connection).map_err(StoreError::clone));
        if let Some(error) = &done.error {
            // A grave one (disk full) has undone the transaction already.
            if state.is_ok() && connection.is_autocommit() {
                state = Err(error.clone());
            }
            first_error.get_or_insert_with(|| error.clone());
        }
        ran.push(done);
    }
    let ended = state.and_then(|()| commit(connection));
    let first_error = first_error.as_ref();
    report(ended.as_ref().err().or(first_error));
    for Ran { tell, .. } in ran {
        tell(&ended);
    }
}

fn commit(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("COMMIT").map_err(|error| {
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        error.into()
    })
}
