//! Reads vCard files for the address book, away from the core: they can be large, and disks
//! slow.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::book::text;
use crate::book::vcf::{self, Cards, MAX_FILE, VcfError};
use crate::core::command::CardsFrom;
use crate::model::id::BookId;

/// Why cards were not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CardsError {
    #[error("“{0}” does not say where the file is: name it from the root (/home/…).")]
    Relative(PathBuf),
    #[error("There is no file “{0}”.")]
    Missing(PathBuf),
    #[error("“{0}” may not be read. Check who owns it.")]
    Denied(PathBuf),
    #[error("“{0}” is not a file.")]
    NoFile(PathBuf),
    #[error("“{0}” could not be read: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0}")]
    Cards(#[from] VcfError),
}

/// Reads cards. Blocks for the disk.
pub(super) fn read(from: CardsFrom) -> Result<Cards, CardsError> {
    let text = match from {
        CardsFrom::Text(text) => text,
        CardsFrom::File(path) => text::decode(&bytes(&path)?),
    };
    Ok(vcf::read(&text, || BookId::new(Uuid::new_v4().simple().to_string()))?)
}

fn bytes(path: &Path) -> Result<Vec<u8>, CardsError> {
    if !path.is_absolute() {
        return Err(CardsError::Relative(path.to_owned()));
    }
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => CardsError::Missing(path.to_owned()),
        io::ErrorKind::PermissionDenied => CardsError::Denied(path.to_owned()),
        _ => CardsError::Io(path.to_owned(), error),
    };
    // Before it is opened: a pipe would keep us waiting for ever.
    if !std::fs::metadata(path).map_err(fault)?.is_file() {
        return Err(CardsError::NoFile(path.to_owned()));
    }
    let most = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path).map_err(fault)?.take(most + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() > MAX_FILE { Err(VcfError::TooLarge.into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(path: &Path) -> String {
        read(CardsFrom::File(path.to_owned())).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_in_its_coding() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("book.vcf");
        std::fs::write(&path, b"BEGIN:VCARD\nFN:J\xf6rg\nTEL:12\nEND:VCARD\n").unwrap();
        let cards = read(CardsFrom::File(path)).unwrap();
        assert_eq!(cards.entries[0].name, "Jörg");
        let text = "BEGIN:VCARD\nFN:Ann\nTEL:12\nEND:VCARD".to_owned();
        let other = read(CardsFrom::Text(text)).unwrap();
        assert_ne!(other.entries[0].id, cards.entries[0].id);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let dir = tempfile::tempdir().unwrap();
        assert!(told(Path::new("book.vcf")).contains("from the root"));
        assert!(told(&dir.path().join("none.vcf")).contains("There is no file"));
        assert!(told(dir.path()).contains("is not a file"));
        let text = dir.path().join("letter.txt");
        std::fs::write(&text, "Dear Bob").unwrap();
        assert!(told(&text).contains("no vCard"));
        let large = dir.path().join("large.vcf");
        File::create(&large).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
        assert!(told(&large).contains("too large"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success() && told(&pipe).contains("is not a file"));
    }
}
