//! Shows a directory in the desktop's own program for files.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// What shows a directory on this platform.
const PROGRAM: &str = if cfg!(target_os = "macos") {
    "open"
} else if cfg!(windows) {
    "explorer.exe"
} else {
    "xdg-open"
};

/// Why a directory is not shown.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The program cannot be started.
    #[error("{PROGRAM}: {0}")]
    Start(#[from] io::Error),
    /// It says that it could not.
    #[error("{PROGRAM}: {0}")]
    Failed(std::process::ExitStatus),
}

/// Whether there is a program for it.
pub fn can_open() -> bool {
    static FOUND: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os("PATH").is_some_and(|path| is_in(&path)));
    *FOUND
}

fn is_in(path: &OsStr) -> bool {
    std::env::split_paths(path).any(|directory| directory.join(PROGRAM).is_file())
}

/// Shows it. Waits until the program has done so, or has been closed: for a thread that may wait.
///
/// # Errors
/// When the program is missing, or could not.
pub fn open(directory: &Path) -> Result<(), FolderError> {
    let mut command = Command::new(PROGRAM);
    let _ = command.arg(directory).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status()?;
    // The one of Windows says that it failed whenever it did not.
    if status.success() || cfg!(windows) { Ok(()) } else { Err(FolderError::Failed(status)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_program_is_looked_for_where_programs_are() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_in(dir.path().as_os_str()));
        std::fs::write(dir.path().join(PROGRAM), "").unwrap();
        assert!(is_in(dir.path().as_os_str()));
    }
}
