//! vCard files: 2.1 (versit), 3.0 (RFC 2426, RFC 4770) and 4.0 (RFC 6350) in, 3.0 and 4.0 out.
//! The grammar is `calcard`'s; here is what of it a book keeps.

mod read;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::book::BookEntry;

pub use read::read;
pub use write::write;

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 << 20;
/// The largest card that is read, in bytes: room for a picture, which is left out.
pub const MAX_CARD: usize = 4 << 20;
/// The most cards of one file.
pub const MAX_CARDS: usize = 20_000;
/// The most lines of one card.
const MAX_LINES: usize = 64 << 10;
/// How much that was left out is told of one by one.
const MAX_SKIPPED: usize = 1_000;

/// Which vCard is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Version {
    /// RFC 2426, which every telephone reads.
    #[serde(rename = "3.0")]
    V3,
    /// RFC 6350.
    #[default]
    #[serde(rename = "4.0")]
    V4,
}

/// What a file has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cards {
    /// One a card, each fit to be kept ([`BookEntry::check`]).
    pub entries: Vec<BookEntry>,
    /// What of it is left out.
    pub skipped: Skipped,
}

/// What was left out, and why: at most 1,000, then only how many more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    told: Vec<Skip>,
    more: usize,
}

/// One card, or one part of a card, that is left out. Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Skip {
    /// What: the card's name, or its place in the file.
    pub what: String,
    /// Why, in words.
    pub why: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VcfError {
    /// Larger than [`MAX_FILE`].
    #[error("The file is too large: an address book of up to 16 MiB can be read. Split it.")]
    TooLarge,
    /// More than [`MAX_CARDS`].
    #[error("The file has too many cards: up to {MAX_CARDS} can be read. Split it.")]
    TooMany,
    /// Nothing in it begins like a card.
    #[error("There is no vCard in it. Export the address book as vCard (.vcf) and try that.")]
    NoCard,
}

impl Skipped {
    /// Notes one.
    pub fn add(&mut self, what: &str, why: impl fmt::Display) {
        if self.told.len() < MAX_SKIPPED {
            self.told.push(Skip { what: what.to_owned(), why: why.to_string() });
        } else {
            self.more += 1;
        }
    }

    /// All that are told of one by one, with a last one for the rest.
    pub fn into_all(mut self) -> Vec<Skip> {
        if self.more > 0 {
            let why = "They are left out for reasons like these.".to_owned();
            self.told.push(Skip { what: format!("{} more", self.more), why });
        }
        self.told
    }
}

impl fmt::Debug for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Skip")
    }
}
