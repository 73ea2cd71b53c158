//! History, outbox, address book and the user's settings in SQLite. One thread owns the database
//! and writes what has gathered in one transaction; nobody else ever waits for the disk. What the
//! disk does not take waits in memory; a damaged file is set aside, and what can be read of it
//! goes into a new one. Message text is never logged. `docs/history.md` has the rules.

mod backup;
mod book;
mod check;
mod delete;
mod error;
mod export;
mod query;
mod salvage;
mod schema;
mod search;
#[cfg(test)]
mod tests;
mod words;
mod worker;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use crate::model::book::BookEntry;
use crate::model::history::{Counted, Deleted, Scope};
use crate::model::id::{AccountId, BookId, MessageId};
use crate::model::message::{Entry, MessageState, Trace};
use crate::model::time::Timestamp;

pub use error::{Note, StoreError};
pub use export::{ExportError, count, export, export_to, export_watched};
pub use salvage::Saved;
use worker::{Job, Kind, Worker};

/// How many requests may wait.
const QUEUE: usize = 4096;
/// How much text may wait to be written, in KiB.
const QUEUE_KIB: usize = 64 * 1024;
/// The most entries that [`Store::history`] is asked for.
pub const MAX_PAGE: u32 = 1000;

/// The way to the history. Cheap to clone; the database closes after the last clone is gone
/// and everything asked before is done.
///
/// No method blocks or awaits: the request is on its way when the method returns, and the
/// [`Answer`] can be awaited or dropped. Requests are carried out in their order.
#[derive(Debug, Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
    trouble: watch::Receiver<Option<StoreError>>,
    notes: watch::Receiver<Vec<Note>>,
    path: Option<Arc<PathBuf>>,
}

/// A message that no server has confirmed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The account it goes out on.
    pub account: AccountId,
    /// The message.
    pub entry: Entry,
}

/// What is shown of a conversation at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Recent {
    /// With whom: a bare JID, or the URI of somebody unknown.
    pub with: String,
    /// The account of the newest entry.
    pub account: AccountId,
    /// The newest entries, oldest of them first.
    pub entries: Vec<Entry>,
    /// What was before them, oldest first.
    pub older: Vec<Trace>,
    /// Messages not yet looked at.
    pub unread: u32,
}

impl Store {
    /// Opens the history, making it and its directory (for the user alone) when it is not
    /// there, and bringing an older form up to date. Blocks for the disk: for start-up, or
    /// within `spawn_blocking`.
    ///
    /// A damaged file is moved aside, never deleted, and a new one begun with what can be read
    /// of it: [`Store::notes`] tells.
    ///
    /// # Errors
    /// When the file cannot be opened, is in use by another program, or was written by a
    /// newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let schema::Opened { connection, notes } = schema::open(path)?;
        let store = Self::start(connection, Some(path), None, notes)?;
        check::begin(&store, path);
        Ok(store)
    }

    /// The same; where the file cannot be opened, a history in memory that goes into the file
    /// once it can be. [`Store::trouble`] says why. Settings that are changed meanwhile hold
    /// until the program ends: they would replace what the file has.
    ///
    /// # Errors
    /// When there is no memory or no thread for it.
    pub fn open_or_apart(path: &Path) -> Result<Self, StoreError> {
        match Self::open(path) {
            Ok(store) => Ok(store),
            Err(error) => {
                tracing::error!(%error, "history");
                Self::start(schema::in_memory()?, Some(path), Some(error), Vec::new())
            }
        }
    }

    /// A history that is gone when dropped, otherwise the same.
    ///
    /// # Errors
    /// When there is no memory or no thread for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::start(schema::in_memory()?, None, None, Vec::new())
    }

    /// Where its file is; none when it is in memory alone.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref().map(PathBuf::as_path)
    }

    /// What the user has to know about the file, since it was opened.
    pub fn notes(&self) -> watch::Receiver<Vec<Note>> {
        self.notes.clone()
    }

    /// What goes wrong, for telling the user; `None` again once a write succeeds. What could
    /// not be written is kept in memory, and tried again every second.
    pub fn trouble(&self) -> watch::Receiver<Option<StoreError>> {
        self.trouble.clone()
    }

    /// Keeps an entry. Answers whether it is new: one of the same account, `with`, direction
    /// and id is kept as it was (a call takes the newer facts); an incoming message that says
    /// something else under such an id gets one of its own. An incoming message counts
    /// as unread until [`Store::mark_read`].
    pub fn save(&self, account: &AccountId, entry: Entry) -> Answer<bool> {
        let account = account.clone();
        let len = entry.body.as_ref().map_or(0, String::len);
        self.ask(Kind::Joined, len, move |db| query::save(db, &account, &entry))
    }

    /// Moves an outgoing message on. Answers whether it moved: states only advance, a
    /// refusal does not undo a delivery, and only a failed message can be queued again.
    pub fn set_state(
        &self,
        account: &AccountId,
        with: &str,
        id: &MessageId,
        state: MessageState,
    ) -> Answer<bool> {
        let (account, with, id) = (account.clone(), with.to_owned(), id.clone());
        self.ask(Kind::Joined, 0, move |db| query::set_state(db, &account, &with, &id, state, None))
    }

    /// An outgoing message was refused, for this reason.
    pub fn refuse(
        &self,
        account: &AccountId,
        with: &str,
        id: &MessageId,
        reason: String,
    ) -> Answer<bool> {
        let (account, with, id) = (account.clone(), with.to_owned(), id.clone());
        let (state, len) = (MessageState::Failed, reason.len());
        self.ask(Kind::Joined, len, move |db| {
            query::set_state(db, &account, &with, &id, state, Some(&reason))
        })
    }

    /// The newest entries with somebody before a moment, over all accounts, newest last.
    /// Entries of one moment keep the order in which they were saved, and a page is never
    /// cut among them: it can be longer than `limit` (at most [`MAX_PAGE`]) by the entries
    /// that share its oldest moment.
    pub fn history(&self, with: &str, before: Option<Timestamp>, limit: u32) -> Answer<Vec<Entry>> {
        let with = with.to_owned();
        self.ask(Kind::Read, 0, move |db| {
            query::history(db, &with, before, limit.clamp(1, MAX_PAGE))
        })
    }

    /// The oldest entries with somebody from a moment on, that one included, and before
    /// another, newest last. A page is cut as that of [`Store::history`] is, at its end.
    pub fn history_from(
        &self,
        with: &str,
        from: Timestamp,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Answer<Vec<Entry>> {
        let with = with.to_owned();
        self.ask(Kind::Read, 0, move |db| {
            query::history_from(db, &with, from, before, limit.clamp(1, MAX_PAGE))
        })
    }

    /// The conversations to show at the start, the one with the newest entry first. Of each
    /// the newest `known` entries are read, and given as a whole back to the newest that came
    /// in, at least `whole` of them.
    pub fn recent(&self, known: u32, whole: u32) -> Answer<Vec<Recent>> {
        let (known, whole) = (known.clamp(1, MAX_PAGE), whole.clamp(1, MAX_PAGE));
        self.ask(Kind::Read, 0, move |db| query::recent(db, known, whole))
    }

    /// How many messages of a conversation were not looked at.
    pub fn unread(&self, with: &str) -> Answer<u32> {
        let with = with.to_owned();
        self.ask(Kind::Read, 0, move |db| query::unread(db, &with))
    }

    /// The conversation was looked at. Answers how many messages were not before.
    pub fn mark_read(&self, with: &str) -> Answer<u32> {
        let with = with.to_owned();
        self.ask(Kind::Joined, 0, move |db| query::mark_read(db, &with))
    }

    /// Messages that wait for a connection or were not confirmed by the server before it was
    /// lost ([`MessageState::Queued`]), of all accounts, in the order they were written.
    pub fn outbox(&self) -> Answer<Vec<Outgoing>> {
        self.ask(Kind::Read, 0, query::outbox)
    }

    /// The newest entries whose text has what is looked for, in `scope`, the newest last; the
    /// newest are those that were kept last. Words are found by their beginnings, without case
    /// and accents, in any order; parts of a word with signs (`don't`, `a@b`) in theirs; of
    /// scripts without blanks any part; emoji. No text is an error.
    pub fn search(&self, text: &str, scope: Scope, limit: u32) -> Answer<Vec<Entry>> {
        let text = text.to_owned();
        let limit = limit.clamp(1, MAX_PAGE);
        self.ask(Kind::Read, 0, move |db| search::search(db, &text, &scope, limit))
    }

    /// How much there is of a part of the history, and how large the file is.
    pub fn count(&self, scope: Scope) -> Answer<Counted> {
        let path = self.path.clone();
        self.ask(Kind::Read, 0, move |db| {
            let bytes = path.as_deref().and_then(|path| delete::size(path));
            Ok(Counted { bytes, ..delete::count(db, &scope)? })
        })
    }

    /// Deletes a part of the history; what waits to be sent stays. It is gone when
    /// [`Store::scrub`] has answered as well.
    pub fn delete(&self, scope: Scope) -> Answer<Deleted> {
        self.ask(Kind::File, 0, move |db| delete::delete(db, &scope))
    }

    /// Writes the file anew, so that it holds no remains of what was deleted, and gives its
    /// room back. Takes a few seconds for a million entries, and as much room again as the
    /// file has meanwhile.
    pub fn scrub(&self) -> Answer<()> {
        let path = self.path.clone();
        self.ask(Kind::Alone, 0, move |db| delete::scrub(db, path.as_deref().map(PathBuf::as_path)))
    }

    /// Keeps a setting of the user's, in place of what it was.
    pub fn set_setting(&self, name: &'static str, value: String) -> Answer<()> {
        self.ask(Kind::Whole, value.len(), move |db| query::set_setting(db, name, &value))
    }

    /// A setting, as it was kept last.
    pub fn setting(&self, name: &'static str) -> Answer<Option<String>> {
        self.ask(Kind::Read, 0, move |db| query::setting(db, name))
    }

    /// Keeps what was seen of a contact's cards, in place of what was kept before.
    pub fn set_seen(&self, jid: &str, value: String) -> Answer<()> {
        let jid = jid.to_owned();
        self.ask(Kind::Whole, value.len(), move |db| query::set_seen(db, &jid, &value))
    }

    /// What was seen of all contacts' cards, with their addresses.
    pub fn seen(&self) -> Answer<Vec<(String, String)>> {
        self.ask(Kind::Read, 0, query::seen)
    }

    /// The address book. What cannot be read any more is left out, and told in the log.
    pub fn book(&self) -> Answer<Vec<BookEntry>> {
        self.ask(Kind::Read, 0, book::all)
    }

    /// Keeps entries of the address book, each in place of what it was: all of them or, on an
    /// error, none.
    pub fn put_book(&self, entries: Vec<Arc<BookEntry>>) -> Answer<()> {
        let rows = book::rows(&entries);
        let len = rows.as_ref().map_or(0, |rows| rows.iter().map(|(_, json)| json.len()).sum());
        self.ask(Kind::Joined, len, move |db| {
            book::put(db, rows.as_ref().map_err(StoreError::clone)?)
        })
    }

    /// Forgets an entry of the address book. Answers whether there was one.
    pub fn remove_book(&self, id: &BookId) -> Answer<bool> {
        let id = id.clone();
        self.ask(Kind::Joined, 0, move |db| book::remove(db, &id))
    }

    /// Answers when everything asked before is on the disk.
    pub fn flush(&self) -> Answer<()> {
        self.ask(Kind::File, 0, |_| Ok(()))
    }

    /// Gives this handle up and, if it was the last, waits until everything is on the disk and
    /// the file is closed. For the end of the program.
    pub async fn close(self) {
        let mut trouble = self.trouble.clone();
        drop(self);
        // The thread's end of the channel goes last of all.
        while trouble.changed().await.is_ok() {}
    }

    fn start(
        db: Connection,
        path: Option<&Path>,
        apart: Option<StoreError>,
        first_notes: Vec<Note>,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell, trouble) = watch::channel(apart.clone());
        let (note, notes) = watch::channel(first_notes);
        for note in &*notes.borrow() {
            tracing::warn!("{note}");
        }
        let path = path.map(Path::to_owned);
        let worker = Worker { db, path: path.clone(), apart, trouble: tell, notes: note };
        worker::start(worker, queue)?;
        let room = Arc::new(Semaphore::new(QUEUE_KIB));
        Ok(Self { jobs, room, trouble, notes, path: path.map(Arc::new) })
    }

    fn ask<T: Send + 'static>(
        &self,
        kind: Kind,
        text_len: usize,
        work: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<T> {
        let kib = u32::try_from(text_len / 1024).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(kib) else {
            return Answer(Err(Some(StoreError::Overloaded)));
        };
        let (tell, told) = oneshot::channel();
        let task = worker::Task {
            kind,
            len: text_len,
            work,
            result: None,
            answer: Some(tell),
            _room: room,
        };
        match self.jobs.try_send(Box::new(task)) {
            Ok(()) => Answer(Ok(told)),
            Err(mpsc::error::TrySendError::Full(_)) => Answer(Err(Some(StoreError::Overloaded))),
            Err(mpsc::error::TrySendError::Closed(_)) => Answer(Err(Some(StoreError::Closed))),
        }
    }
}

/// What a request comes to. Dropping it does not undo the request.
#[derive(Debug)]
pub struct Answer<T>(Result<oneshot::Receiver<Result<T, StoreError>>, Option<StoreError>>);

impl<T> Answer<T> {
    /// Why the request was not even taken; `None` when it is on its way.
    pub fn refused(self) -> Option<StoreError> {
        self.0.err().map(|error| error.unwrap_or(StoreError::Closed))
    }

    /// Waits for the answer outside of the async runtime (tests, start-up).
    ///
    /// # Errors
    /// The request's.
    pub fn wait(self) -> Result<T, StoreError> {
        match self.0 {
            Ok(told) => told.blocking_recv().unwrap_or(Err(StoreError::Closed)),
            Err(error) => Err(error.unwrap_or(StoreError::Closed)),
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(told) => {
                Pin::new(told).poll(context).map(|told| told.unwrap_or(Err(StoreError::Closed)))
            }
            Err(error) => Poll::Ready(Err(error.take().unwrap_or(StoreError::Closed))),
        }
    }
}
