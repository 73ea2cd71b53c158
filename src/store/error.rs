//! What can go wrong with the history, in words with advice.

use rusqlite::ErrorCode;

/// Why the history could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk.
    #[error("The disk is full, so messages and calls are not being kept. Free some space.")]
    DiskFull,
    /// Another program holds the file.
    #[error("Another program is using the history. Close it and try again.")]
    Locked,
    /// The file is damaged.
    #[error(
        "The history is damaged. Restart Dovetail: it keeps the damaged file and begins a new one."
    )]
    Corrupt,
    /// Not permitted.
    #[error("The history may not be written. Check who owns its file and directory.")]
    Denied,
    /// Written by a newer version of the program.
    #[error(
        "The history was written by a newer Dovetail (form {found}; this one knows {known}). Update Dovetail."
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
    /// The disk or the operating system failed.
    #[error("The history could not be read or written: {0}")]
    Io(String),
    /// A fault of ours.
    #[error("The history failed: {0}")]
    Sql(String),
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
            _ => Self::Sql(error.to_string()),
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
