//! What can go wrong with the history, in words with advice.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::salvage::Saved;

/// Why the history could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk.
    #[error(
        "The disk is full: messages, calls and changes wait in memory and are lost when Dovetail ends. Free some space; they are written then."
    )]
    DiskFull,
    /// Another program holds the file.
    #[error(
        "Another program is using the history: what is new waits in memory. Close that program; it is written then."
    )]
    Locked,
    /// The file is damaged.
    #[error(
        "The history is damaged. Restart Dovetail: it keeps the damaged file and begins a new one with what can be read."
    )]
    Corrupt,
    /// Not permitted.
    #[error(
        "The history may not be written: what is new is in memory and lost when Dovetail ends. Check who owns the history's file and directory, and whether they may be written."
    )]
    Denied,
    /// Written by a newer version of the program.
    #[error(
        "The history was written by a newer Dovetail (form {found}; this one knows {known}) and is left alone: what is new is in memory and lost when Dovetail ends. Update Dovetail."
    )]
    TooNew {
        /// The file's form.
        found: i64,
        /// The newest form known here.
        known: i64,
    },
    /// The disk does not keep up.
    #[error("The disk is too slow to keep the history.")]
    Overloaded,
    /// The store is gone.
    #[error("The history is closed.")]
    Closed,
    /// The program ended before what waited could be written.
    #[error(
        "{0} changes of the history could not be written before Dovetail ended, and are lost: messages, calls, or how far a message has come. Look through what you sent last."
    )]
    Lost(usize),
    /// The disk or the operating system failed.
    #[error(
        "The history could not be read or written ({0}): what is new waits in memory. Check the disk."
    )]
    Io(String),
    /// A fault of ours.
    #[error("The history failed: {0}")]
    Sql(String),
}

impl StoreError {
    /// Whether it can pass by itself, or by what the user does: what was to be written waits.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Locked | Self::Denied | Self::Io(_))
    }
}

/// Something about the history that the user is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It was damaged; a new one holds what could be read.
    Salvaged {
        /// Where the damaged file was moved to.
        aside: PathBuf,
        /// What could be read.
        saved: Saved,
    },
    /// There is no copy of its former form.
    NoBackup(StoreError),
    /// What waited in memory is written.
    Kept,
}

impl Note {
    /// Whether it is good news.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Kept)
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Salvaged { aside, saved } => {
                let Saved { entries, lost, rest, failed } = saved;
                write!(
                    f,
                    "The history was damaged. {entries} entries were saved into a new one; "
                )?;
                match lost {
                    Some(0) => write!(f, "none is missing, as far as the file tells.")?,
                    Some(lost) => write!(f, "{lost} could not be read.")?,
                    None => write!(f, "how many could not be read is not known.")?,
                }
                if !rest {
                    write!(f, " Settings or people of the address book may be missing.")?;
                }
                if let Some(error) = failed {
                    write!(f, " Saving ended early: {error}")?;
                }
                write!(f, " The damaged file is kept as {}.", aside.display())
            }
            Self::NoBackup(error) => write!(
                f,
                "The history was brought to its new form without a copy of the former one, since none could be made. {error}"
            ),
            Self::Kept => write!(f, "The history is being kept again; nothing waits in memory."),
        }
    }
}

/// SQLite's messages name tables and columns, never values.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::Denied,
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => Self::Io(error.to_string()),
            _ => match error {
                // The tables are strict: what is of another type was changed by no program.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => Self::Corrupt,
                error => Self::Sql(error.to_string()),
            },
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied
            }
            _ => Self::Io(error.to_string()),
        }
    }
}
