//! The thread that owns the database. What the file does not take waits in memory, in order,
//! and is tried again: every request can be carried out more than once.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::{Note, StoreError, schema};

/// How many requests one transaction carries out.
const BATCH: usize = 512;
/// How many may wait for the file.
const MOST_OWED: usize = 20_000;
/// One of more bytes of text (an import) does not wait: it would hold up all others.
const LONGEST_OWED: usize = 256 << 10;
/// When the file is tried again: one that does not take a write, one that cannot be opened.
const RETRY: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_000 });
const REOPEN: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 10_000 });
/// How often at the end.
const LAST_TRIES: u32 = 3;

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only reads.
    Read,
    /// Writes what can be joined to what the file has: entries and people.
    Joined,
    /// Writes what replaces what the file has: settings.
    Whole,
    /// Is about the file itself, now.
    File,
    /// Likewise, and outside of a transaction.
    Alone,
}

/// One request.
pub(super) trait Work: Send {
    fn kind(&self) -> Kind;
    /// How much text it holds, in bytes.
    fn len(&self) -> usize;
    /// Works on the database and keeps what came of it.
    fn run(&mut self, db: &Connection) -> Result<(), StoreError>;
    /// Tells who asked, once: what came of it, or why that does not count.
    fn tell(&mut self, ended: Result<(), &StoreError>);
}

pub(super) type Job = Box<dyn Work>;

pub(super) struct Task<T, W> {
    pub kind: Kind,
    pub len: usize,
    pub work: W,
    pub result: Option<Result<T, StoreError>>,
    pub answer: Option<oneshot::Sender<Result<T, StoreError>>>,
    /// The room that its text takes while it waits.
    pub _room: OwnedSemaphorePermit,
}

impl<T, W> Work for Task<T, W>
where
    T: Send,
    W: Fn(&Connection) -> Result<T, StoreError> + Send,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn len(&self) -> usize {
        self.len
    }

    fn run(&mut self, db: &Connection) -> Result<(), StoreError> {
        let result = (self.work)(db);
        let done = result.as_ref().map(|_| ()).map_err(StoreError::clone);
        self.result = Some(result);
        done
    }

    fn tell(&mut self, ended: Result<(), &StoreError>) {
        let Some(answer) = self.answer.take() else { return };
        let result = match ended {
            Ok(()) => self.result.take().unwrap_or(Err(StoreError::Closed)),
            Err(error) => Err(error.clone()),
        };
        // Whoever asked may have dropped the answer.
        let _ = answer.send(result);
    }
}

/// The thread's state.
pub(super) struct Worker {
    pub db: Connection,
    /// Where the file is; none where memory is all that was asked for.
    pub path: Option<PathBuf>,
    /// The file could not be opened, and why: `db` is in memory until it can.
    pub apart: Option<StoreError>,
    pub trouble: watch::Sender<Option<StoreError>>,
    pub notes: watch::Sender<Vec<Note>>,
}

/// Starts the thread. It ends when nobody can ask any more and all is done.
pub(super) fn start(worker: Worker, queue: mpsc::Receiver<Job>) -> Result<(), StoreError> {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    std::thread::Builder::new().name("store".to_owned()).spawn(move || {
        let due = Instant::now() + REOPEN;
        let running = Running { worker, owed: VecDeque::new(), dropped: 0, due, was_healed: false };
        running.run(&clock, queue);
    })?;
    Ok(())
}

struct Running {
    worker: Worker,
    /// What the file has not taken yet, in order.
    owed: VecDeque<Job>,
    /// What found no room even there.
    dropped: usize,
    /// When the file is tried again.
    due: Instant,
    was_healed: bool,
}

impl Running {
    fn run(mut self, clock: &tokio::runtime::Runtime, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH);
        loop {
            if self.owed.is_empty() && self.worker.apart.is_none() {
                if queue.blocking_recv_many(&mut jobs, BATCH) == 0 {
                    break;
                }
            } else {
                let wait = self.due.saturating_duration_since(Instant::now());
                let came = clock.block_on(async {
                    tokio::time::timeout(wait, queue.recv_many(&mut jobs, BATCH)).await
                });
                if came == Ok(0) {
                    break;
                }
            }
            self.turn(std::mem::take(&mut jobs));
        }
        self.end();
    }

    /// Carries out requests in their order.
    fn turn(&mut self, jobs: Vec<Job>) {
        let mut some = Vec::with_capacity(jobs.len());
        for job in jobs {
            if job.kind() != Kind::Alone {
                some.push(job);
                continue;
            }
            self.batch(std::mem::take(&mut some));
            self.alone(job);
        }
        self.batch(some);
    }

    fn alone(&mut self, mut job: Job) {
        let trouble = self.worker.trouble.borrow().clone();
        let in_the_way = trouble.filter(|_| !self.owed.is_empty() || self.worker.apart.is_some());
        match in_the_way {
            Some(error) => job.tell(Err(&error)),
            None => {
                let _ = job.run(&self.worker.db);
                job.tell(Ok(()));
            }
        }
    }

    fn batch(&mut self, jobs: Vec<Job>) {
        if self.worker.apart.is_some() {
            return self.batch_apart(jobs);
        }
        if !self.owed.is_empty() && Instant::now() < self.due {
            let error = self.worker.trouble.borrow().clone().unwrap_or(StoreError::Closed);
            return self.hold(jobs, &error);
        }
        let was_behind = !self.owed.is_empty();
        let mut all: Vec<Job> = self.owed.drain(..).chain(jobs).collect();
        loop {
            let failed = match transaction(&self.worker.db, &mut all) {
                Ok(first_error) => {
                    self.report(first_error.as_ref());
                    // Before the answers: who has one finds the word that goes with it.
                    if was_behind {
                        self.note([Note::Kept]);
                    }
                    all.iter_mut().for_each(|job| job.tell(Ok(())));
                    return;
                }
                Err(failed) => failed,
            };
            match failed.error {
                StoreError::Corrupt if self.heal() => {
                    if self.worker.apart.is_some() {
                        return self.batch_apart(all);
                    }
                }
                error if error.may_pass() => {
                    let is_long =
                        |at: &usize| all.get(*at).is_some_and(|job| job.len() > LONGEST_OWED);
                    match failed.at.filter(is_long) {
                        Some(at) => {
                            all.remove(at).tell(Err(&error));
                            self.report(Some(&error));
                            if all.is_empty() {
                                return;
                            }
                        }
                        None => {
                            self.due = Instant::now() + RETRY;
                            self.report(Some(&error));
                            return self.hold(all, &error);
                        }
                    }
                }
                error => {
                    self.report(Some(&error));
                    all.iter_mut().for_each(|job| job.tell(Err(&error)));
                    return;
                }
            }
        }
    }

    /// The file takes nothing now: reads are answered, writes wait.
    fn hold(&mut self, jobs: Vec<Job>, error: &StoreError) {
        for mut job in jobs {
            if job.kind() == Kind::Read {
                let _ = job.run(&self.worker.db);
                job.tell(Ok(()));
                continue;
            }
            job.tell(Err(error));
            self.owe(job);
        }
    }

    fn owe(&mut self, job: Job) {
        if job.kind() == Kind::File || job.len() > LONGEST_OWED {
            return;
        }
        if self.owed.len() < MOST_OWED {
            self.owed.push_back(job);
        } else {
            self.dropped += 1;
        }
    }

    /// Without the file: memory answers, and what can be joined to the file later waits.
    fn batch_apart(&mut self, jobs: Vec<Job>) {
        let Some(why) = self.worker.apart.clone() else { return };
        let (mut for_file, mut jobs): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| job.kind() == Kind::File);
        for_file.iter_mut().for_each(|job| job.tell(Err(&why)));
        let ended = transaction(&self.worker.db, &mut jobs);
        for mut job in jobs {
            match &ended {
                Ok(_) => job.tell(Ok(())),
                Err(failed) => job.tell(Err(&failed.error)),
            }
            if job.kind() == Kind::Joined {
                self.owe(job);
            }
        }
        if Instant::now() >= self.due {
            self.due = Instant::now() + REOPEN;
            self.rejoin();
        }
    }

    /// Tries to open the file, and writes what waits for it.
    fn rejoin(&mut self) {
        let Some(path) = &self.worker.path else { return };
        let opened = match schema::open(path) {
            Ok(opened) => opened,
            Err(error) => {
                self.worker.apart = Some(error.clone());
                return self.report(Some(&error));
            }
        };
        let mut all: Vec<Job> = self.owed.drain(..).collect();
        let ended = transaction(&opened.connection, &mut all);
        self.note(opened.notes);
        match ended {
            Ok(_) => {
                self.worker.db = opened.connection;
                self.worker.apart = None;
                self.report(None);
                self.note([Note::Kept]);
            }
            Err(failed) => {
                self.owed.extend(all);
                self.worker.apart = Some(failed.error.clone());
                self.report(Some(&failed.error));
            }
        }
    }

    /// Sets the damaged file aside and goes on with a new one, once in a run; without any file
    /// where that cannot be done. `false` where there is no file at all.
    fn heal(&mut self) -> bool {
        let Some(path) = &self.worker.path else { return false };
        let Ok(memory) = schema::in_memory() else { return false };
        let damaged = std::mem::replace(&mut self.worker.db, memory);
        drop(damaged.close());
        let again = std::mem::replace(&mut self.was_healed, true);
        let healed = if again { Err(StoreError::Corrupt) } else { schema::heal(path) };
        match healed {
            Ok(opened) => {
                self.worker.db = opened.connection;
                self.note(opened.notes);
            }
            Err(error) => {
                self.report(Some(&error));
                self.due = Instant::now() + REOPEN;
                self.worker.apart = Some(error);
            }
        }
        true
    }

    fn end(mut self) {
        for last in 1..=LAST_TRIES {
            if self.owed.is_empty() {
                break;
            }
            self.due = Instant::now();
            self.batch(Vec::new());
            if last < LAST_TRIES && !self.owed.is_empty() {
                std::thread::sleep(RETRY / 4);
            }
        }
        let lost = self.owed.len() + self.dropped;
        if lost > 0 {
            self.report(Some(&StoreError::Lost(lost)));
        }
        let Worker { db, trouble, .. } = self.worker;
        if let Err((_, error)) = db.close() {
            tracing::warn!(%error, "the history was not closed cleanly");
        }
        // Whoever waits for the end waits for this.
        drop(trouble);
    }

    fn note(&self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            tracing::warn!("{note}");
            self.worker.notes.send_modify(|all| all.push(note));
        }
    }

    fn report(&self, error: Option<&StoreError>) {
        self.worker.trouble.send_if_modified(|known| {
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
}

/// Why a transaction came to nothing, and at which request.
struct Failed {
    error: StoreError,
    at: Option<usize>,
}

/// Carries requests out in one transaction. A request can fail by itself: the first such error
/// is given back. What concerns the file, or all of them, undoes the transaction.
fn transaction(db: &Connection, jobs: &mut [Job]) -> Result<Option<StoreError>, Failed> {
    if jobs.is_empty() {
        return Ok(None);
    }
    let only_reads = jobs.iter().all(|job| job.kind() == Kind::Read);
    // A lock of another program's does not keep us from reading.
    let begin = if only_reads { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let all = |error: rusqlite::Error| Failed { error: error.into(), at: None };
    db.execute_batch(begin).map_err(all)?;
    let mut first_error = None;
    for (at, job) in jobs.iter_mut().enumerate() {
        let Err(error) = job.run(db) else { continue };
        let is_grave = db.is_autocommit()
            || error == StoreError::Corrupt
            || (error.may_pass() && job.kind() != Kind::Read);
        if is_grave {
            rollback(db);
            return Err(Failed { error, at: Some(at) });
        }
        first_error.get_or_insert(error);
    }
    db.execute_batch("COMMIT").map_err(|error| {
        rollback(db);
        all(error)
    })?;
    Ok(first_error)
}

fn rollback(db: &Connection) {
    if !db.is_autocommit() {
        let _ = db.execute_batch("ROLLBACK");
    }
}
