//! What a face asks of the address book, and what it gets back.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::book::import::Import;
use crate::book::search::Found;
use crate::book::vcf::Version;
use crate::model::BareJid;
use crate::model::book::{BookAddress, BookEntry};
use crate::model::id::BookId;

/// `book`, `book.*`, `search`. Its `Debug` shows neither names nor digits.
#[derive(Clone, PartialEq)]
pub enum BookCommand {
    /// `book`
    List,
    /// `book.set`
    Set(Box<BookPatch>),
    /// `book.remove`
    Remove(BookId),
    /// `book.import`
    Import {
        /// The cards.
        from: CardsFrom,
        /// Carry it out, and not only tell what it would change.
        apply: bool,
    },
    /// `book.export`
    Export {
        /// In which form.
        version: Version,
        /// These entries; all when absent.
        ids: Option<Vec<BookId>>,
    },
    /// `search`: over contacts and book.
    Search {
        /// Beginnings of words, of an address, or digits.
        text: String,
        /// At most so many; 50 when absent, and at most.
        limit: Option<usize>,
    },
}

impl std::fmt::Debug for BookCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List => f.write_str("List"),
            Self::Set(patch) => f.debug_tuple("Set").field(&patch.id).finish(),
            Self::Remove(id) => f.debug_tuple("Remove").field(id).finish(),
            Self::Import { from, apply } => {
                f.debug_struct("Import").field("from", from).field("apply", apply).finish()
            }
            Self::Export { version, .. } => f.debug_tuple("Export").field(version).finish(),
            Self::Search { .. } => f.write_str("Search"),
        }
    }
}

/// An entry to add (without `id`), or what is to change of one: the fields that are given take
/// the place of what is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BookPatch {
    /// Which entry.
    pub id: Option<BookId>,
    /// Its name.
    pub name: Option<String>,
    /// Its organisation; `Some(None)` takes it away.
    pub organisation: Option<Option<String>>,
    /// Its note, likewise.
    pub note: Option<Option<String>>,
    /// All its chat addresses.
    pub jids: Option<Vec<BareJid>>,
    /// All its telephony addresses.
    pub addresses: Option<Vec<BookAddress>>,
    /// All its categories.
    pub categories: Option<Vec<String>>,
}

/// Where vCards are. Its `Debug` shows how many bytes, not which.
#[derive(Clone, PartialEq, Eq)]
pub enum CardsFrom {
    /// Here.
    Text(String),
    /// In this file, named from the root.
    File(PathBuf),
}

impl std::fmt::Debug for CardsFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(&text.len()).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// What a command of the address book gives back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BookReply {
    /// `book`: all entries, sorted by name.
    Entries(Vec<Arc<BookEntry>>),
    /// `book.set`: as it is now.
    Entry(Arc<BookEntry>),
    /// `book.import`: what it changes.
    Import(Box<Import>),
    /// `book.export`
    Export {
        /// A vCard file.
        text: String,
    },
    /// `search`: best first.
    Found(Vec<Found>),
}
