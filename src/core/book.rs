//! The user's own address book (CUSAX C27): kept, changed, taken from files and written to them,
//! searched together with the contacts.

mod links;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::command::{BookCommand, BookPatch, BookReply, CommandError, Reply};
use super::event::Event;
use super::{Core, Keep, Output, RequestId};
use crate::book::import::{self, Import};
use crate::book::search::{self, Indexed, MAX_FOUND};
use crate::book::vcf::{self, Cards, Version};
use crate::book::{text, tidy};
use crate::model::BareJid;
use crate::model::book::{BookEntry, BookError, BookSource, MAX_ENTRIES, uid_of};
use crate::model::id::BookId;
use crate::model::time::Now;
use crate::model::work::WorkKind;

/// Entries that are told of one by one when they change at once. Of more, only that they did:
/// they would push everything else out of the faces' queues.
const TOLD_ONE_BY_ONE: usize = 100;

/// All entries.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: BTreeMap<BookId, Indexed>,
    /// Whose entries name a chat address.
    by_jid: HashMap<BareJid, BTreeSet<BookId>>,
    view: Option<Arc<[Arc<BookEntry>]>>,
}

/// One entry that became another, is new (no `before`) or gone (no `after`).
#[derive(Debug, Clone)]
pub(super) struct BookChange {
    pub before: Option<Arc<BookEntry>>,
    pub after: Option<Arc<BookEntry>>,
}

/// What of the book is to be kept, at once or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeepBook {
    /// Entries that are new or changed.
    pub put: Vec<Arc<BookEntry>>,
    /// Entries that are gone.
    pub remove: Vec<BookId>,
}

impl Book {
    fn get(&self, id: &BookId) -> Option<&Arc<BookEntry>> {
        self.entries.get(id).map(|indexed| &indexed.entry)
    }

    /// The entries that name this chat address.
    fn entries_of(&self, jid: &BareJid) -> impl Iterator<Item = &Arc<BookEntry>> {
        self.by_jid.get(jid).into_iter().flatten().filter_map(|id| self.get(id))
    }

    fn unlist(&mut self, entry: &BookEntry) {
        for jid in &entry.jids {
            if let Some(ids) = self.by_jid.get_mut(jid) {
                ids.remove(&entry.id);
                if ids.is_empty() {
                    self.by_jid.remove(jid);
                }
            }
        }
    }

    /// Puts an entry into its place.
    fn put(&mut self, entry: BookEntry) -> (Arc<BookEntry>, BookChange) {
        self.view = None;
        let entry = Arc::new(entry);
        let indexed = Indexed::new(Arc::clone(&entry));
        let before = self.entries.insert(entry.id.clone(), indexed).map(|old| old.entry);
        if let Some(before) = &before {
            self.unlist(before);
        }
        for jid in &entry.jids {
            self.by_jid.entry(jid.clone()).or_default().insert(entry.id.clone());
        }
        (Arc::clone(&entry), BookChange { before, after: Some(entry) })
    }

    fn remove(&mut self, id: &BookId) -> Option<BookChange> {
        let before = self.entries.remove(id)?.entry;
        self.unlist(&before);
        self.view = None;
        Some(BookChange { before: Some(before), after: None })
    }

    /// All entries, sorted by name.
    pub(super) fn view(&mut self) -> Arc<[Arc<BookEntry>]> {
        let entries = &self.entries;
        let sorted = || {
            let mut all: Vec<_> = entries.values().map(|one| Arc::clone(&one.entry)).collect();
            all.sort_by_cached_key(|entry| (text::fold(&entry.name), entry.id.clone()));
            all.into()
        };
        self.view.get_or_insert_with(sorted).clone()
    }
}

impl Core {
    pub(super) fn on_book_command(&mut self, now: Now, request: RequestId, command: BookCommand) {
        let done = match command {
            BookCommand::List => Ok(BookReply::Entries(self.book.view().to_vec())),
            BookCommand::Set(patch) => {
                self.set_entry(now, *patch).map(BookReply::Entry).map_err(CommandError::from)
            }
            BookCommand::Remove(id) => {
                let done = self.remove_entry(now, &id).map(|()| Reply::Done {});
                self.outputs.push_back(Output::Reply(request, done));
                return;
            }
            BookCommand::Import { from, apply } => {
                self.begin_work(request, WorkKind::BookImport);
                self.outputs.push_back(Output::ReadCards { request, from, apply });
                return;
            }
            BookCommand::Export { version, ids } => self.export(version, ids.as_deref()),
            BookCommand::Search { text, limit } => Ok(self.search(&text, limit)),
        };
        self.outputs.push_back(Output::Reply(request, done.map(Reply::Book)));
    }

    /// Adds an entry, or changes the fields that are given of the one that is named.
    fn set_entry(&mut self, now: Now, patch: BookPatch) -> Result<Arc<BookEntry>, BookError> {
        let mut entry = match &patch.id {
            Some(id) => {
                let known = self.book.get(id).ok_or_else(|| BookError::Unknown(id.clone()))?;
                BookEntry::clone(known)
            }
            None if self.book.entries.len() >= MAX_ENTRIES => return Err(BookError::Full),
            None => {
                let id = BookId::new(self.random_id());
                BookEntry {
                    uid: Some(uid_of(&id)),
                    id,
                    source: BookSource::User,
                    name: String::new(),
                    organisation: None,
                    note: None,
                    jids: Vec::new(),
                    addresses: Vec::new(),
                    categories: Vec::new(),
                }
            }
        };
        patch.apply(&mut entry);
        tidy(&mut entry);
        entry.check()?;
        if let Some(known) = self.book.get(&entry.id).filter(|known| ***known == entry) {
            return Ok(Arc::clone(known));
        }
        let (entry, change) = self.book.put(entry);
        self.keep_book(std::slice::from_ref(&change));
        self.book_changed(now, &[change]);
        Ok(entry)
    }

    fn remove_entry(&mut self, now: Now, id: &BookId) -> Result<(), CommandError> {
        let change = self.book.remove(id).ok_or_else(|| BookError::Unknown(id.clone()))?;
        self.keep_book(std::slice::from_ref(&change));
        self.book_changed(now, &[change]);
        Ok(())
    }

    /// A file was read: tells what it would change or, if that was wished for, does it.
    pub(super) fn on_cards_read(
        &mut self,
        now: Now,
        request: RequestId,
        apply: bool,
        read: Result<Cards, CommandError>,
    ) {
        if self.called_off.remove(&request) {
            return;
        }
        self.end_work(request);
        let done = read.map(|cards| {
            let known = self.book.entries.values().map(|one| &one.entry);
            let import = import::plan(cards, known, &self.plan_of(None));
            if apply {
                self.take_import(now, &import);
            }
            Reply::Book(BookReply::Import(Box::new(import)))
        });
        self.outputs.push_back(Output::Reply(request, done));
    }

    fn take_import(&mut self, now: Now, import: &Import) {
        let changed = import.change.iter().map(|change| &change.after);
        let all = import.add.iter().chain(changed).cloned();
        let changes: Vec<BookChange> = all.map(|entry| self.book.put(entry).1).collect();
        self.keep_book(&changes);
        self.book_changed(now, &changes);
    }

    fn export(
        &mut self,
        version: Version,
        ids: Option<&[BookId]>,
    ) -> Result<BookReply, CommandError> {
        let view;
        let text = match ids {
            None => {
                view = self.book.view();
                vcf::write(view.iter().map(|entry| &**entry), version)
            }
            Some(ids) => {
                let known = |id: &BookId| {
                    self.book.get(id).map(|entry| &**entry).ok_or(BookError::Unknown(id.clone()))
                };
                let entries: Vec<&BookEntry> = ids.iter().map(known).collect::<Result<_, _>>()?;
                vcf::write(entries, version)
            }
        };
        Ok(BookReply::Export { text })
    }

    fn search(&mut self, text: &str, limit: Option<usize>) -> BookReply {
        let contacts = self.roster.view();
        let plan = |account: Option<&_>| match account {
            Some(account) => self.dial_plan_for(account),
            None => self.plan_of(None),
        };
        let book = self.book.entries.values();
        let limit = limit.unwrap_or(MAX_FOUND);
        BookReply::Found(search::search(text, limit, &contacts, book, plan))
    }

    /// What earlier runs kept. More than the book holds cannot have been kept by us.
    pub(super) fn on_kept_book(&mut self, now: Now, entries: Vec<BookEntry>) {
        let kept = entries.into_iter().take(MAX_ENTRIES);
        let changes: Vec<BookChange> = kept.map(|entry| self.book.put(entry).1).collect();
        self.book_changed(now, &changes);
    }

    fn keep_book(&mut self, changes: &[BookChange]) {
        let mut keep = KeepBook::default();
        for change in changes {
            match (&change.before, &change.after) {
                (_, Some(after)) => keep.put.push(Arc::clone(after)),
                (Some(before), None) => keep.remove.push(before.id.clone()),
                (None, None) => {}
            }
        }
        if keep != KeepBook::default() {
            self.outputs.push_back(Output::Keep(Keep::Book(keep)));
        }
    }

    /// Every change of the book comes by here, also what was kept.
    fn book_changed(&mut self, now: Now, changed: &[BookChange]) {
        self.changed |= !changed.is_empty();
        self.link_book(now, changed);
        if changed.len() > TOLD_ONE_BY_ONE {
            self.tell(Event::BookChanged { count: changed.len() });
            return;
        }
        for change in changed {
            let removed = change.after.is_none();
            if let Some(entry) = change.after.as_ref().or(change.before.as_ref()) {
                self.tell(Event::Book { entry: Arc::clone(entry), removed });
            }
        }
    }
}

impl BookPatch {
    /// Puts what is given in the place of what is there.
    fn apply(self, entry: &mut BookEntry) {
        let Self { id: _, name, organisation, note, jids, addresses, categories } = self;
        entry.name = name.unwrap_or_else(|| std::mem::take(&mut entry.name));
        entry.organisation = organisation.unwrap_or_else(|| entry.organisation.take());
        entry.note = note.unwrap_or_else(|| entry.note.take());
        entry.jids = jids.unwrap_or_else(|| std::mem::take(&mut entry.jids));
        entry.addresses = addresses.unwrap_or_else(|| std::mem::take(&mut entry.addresses));
        entry.categories = categories.unwrap_or_else(|| std::mem::take(&mut entry.categories));
    }
}
