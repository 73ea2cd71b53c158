//! Work that takes a while, as the faces show it.

use serde::Serialize;

use super::id::{AccountId, WorkId};

/// What runs, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Work {
    /// Which.
    pub id: WorkId,
    /// What it is about.
    pub kind: WorkKind,
    /// Of which account it is, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How much is done.
    pub done: u64,
    /// Of how much, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether it can be called off: what was done by then stays, and nothing is half.
    pub can_cancel: bool,
}

/// What long work is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// The contacts' cards are read, for their numbers.
    ContactCards,
    /// A file is read for the address book.
    BookImport,
    /// The history is written into a file.
    HistoryExport,
    /// A part of the history is deleted, and its file written anew.
    HistoryDelete,
    /// The way to an account is tested.
    AccountCheck,
}
