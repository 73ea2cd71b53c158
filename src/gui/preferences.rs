//! The file edge of the [preferences](crate::model::preferences): read when the window opens,
//! written when something is set. A file that cannot be read is told and left as it is; what is
//! set then holds until the program ends, or until the file is set aside.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::write_private;
use crate::model::preferences::Preferences;

/// The longest file that is read, in bytes: ours have a few hundred.
const LONGEST: u64 = 64 << 10;
/// How many files that could not be read are kept beside each other.
const ASIDE: u32 = 9;

/// What is set, and where it is kept.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    set: Preferences,
    file: Option<PathBuf>,
    broken: Option<String>,
    /// What the file is to hold. Whoever writes holds it, so that the last word is written last.
    wanted: Arc<Mutex<Preferences>>,
}

/// Why there are no preferences to be had from a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system's.
    #[error("{} cannot be read: {source}.", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is none of ours.
    #[error("{} is too long for preferences.", .0.display())]
    TooLong(PathBuf),
    /// It is not well written.
    #[error("{}: {source}.", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

/// Why the preferences could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The operating system's.
    #[error(
        "{} cannot be written: {source}. What you set holds until Dovetail ends. Check the \
         directory's owner and the room on the disk.",
        path.display()
    )]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There are too many that were set aside.
    #[error("There are too many old files beside {}. Remove some.", .0.display())]
    Crowded(PathBuf),
}

/// What is to be written; it may wait for the disk.
#[derive(Debug)]
pub struct Job {
    file: PathBuf,
    wanted: Arc<Mutex<Preferences>>,
    aside: bool,
}

impl Kept {
    /// Reads a file; one that is not there is as good as an empty one.
    pub fn read(file: PathBuf) -> Self {
        match read(&file) {
            Ok(set) => Self {
                wanted: Arc::new(Mutex::new(set.clone())),
                set,
                file: Some(file),
                broken: None,
            },
            Err(error) => {
                tracing::warn!(%error, "the preferences are left alone");
                Self { file: Some(file), broken: Some(error.to_string()), ..Self::default() }
            }
        }
    }

    /// What is set.
    pub fn set(&self) -> &Preferences {
        &self.set
    }

    /// What is wrong with the file; it is not written then.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Sets something; what is to be written then, where it is kept.
    pub fn put(&mut self, set: Preferences) -> Option<Job> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&set);
        self.set = set;
        let file = self.file.clone().filter(|_| self.broken.is_none())?;
        Some(Job { file, wanted: Arc::clone(&self.wanted), aside: false })
    }

    /// Gives a file that cannot be read another name, and keeps what is set from now on.
    pub fn set_aside(&self) -> Option<Job> {
        self.broken.as_ref()?;
        let file = self.file.clone()?;
        Some(Job { file, wanted: Arc::clone(&self.wanted), aside: true })
    }

    /// The file was set aside.
    pub fn is_mended(&mut self) {
        self.broken = None;
    }
}

impl WriteError {
    /// The operating system's.
    pub fn of(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

impl Job {
    /// The file that is written.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes it.
    ///
    /// # Errors
    /// The file or its directory does not take it; what is there stays.
    pub fn run(self) -> Result<(), WriteError> {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |source| WriteError::of(&self.file, source);
        if self.aside {
            let to = free_name(&self.file).ok_or_else(|| WriteError::Crowded(self.file.clone()))?;
            std::fs::rename(&self.file, to).map_err(failed)?;
        }
        let text = serde_json::to_string_pretty(&*wanted).map_err(|error| failed(error.into()))?;
        write_private(&self.file, &format!("{text}\n")).map_err(failed)
    }
}

fn read(path: &Path) -> Result<Preferences, ReadError> {
    let failed = |source| ReadError::Io { path: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Preferences::default());
        }
        file => file.map_err(failed)?,
    };
    let mut text = String::new();
    let read = file.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if read as u64 > LONGEST {
        return Err(ReadError::TooLong(path.to_owned()));
    }
    serde_json::from_str(&text)
        .map_err(|source| ReadError::Content { path: path.to_owned(), source })
}

/// A name beside the file that nothing has.
fn free_name(path: &Path) -> Option<PathBuf> {
    (1..=ASIDE).map(|n| path.with_extension(format!("{n}.old"))).find(|path| !path.exists())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::preferences::{Change, Theme};

    fn file() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("preferences.json");
        (dir, path)
    }

    #[test]
    fn what_is_set_comes_back_and_is_nobody_elses_business() {
        let (_dir, path) = file();
        let mut kept = Kept::read(path.clone());
        assert_eq!(kept.set(), &Preferences::default());
        let set = kept.set().clone().with(Change::Theme(Theme::Dark));
        kept.put(set.clone()).unwrap().run().unwrap();
        assert_eq!(Kept::read(path.clone()).set(), &set);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn whoever_writes_last_writes_what_was_set_last() {
        let (_dir, path) = file();
        let mut kept = Kept::read(path.clone());
        let first = kept.put(kept.set().clone().with(Change::LargeText(true))).unwrap();
        let second = kept.put(kept.set().clone().with(Change::LargeText(false))).unwrap();
        second.run().unwrap();
        first.run().unwrap();
        assert!(!Kept::read(path).set().large_text);
    }

    #[test]
    fn a_broken_file_is_told_and_left_alone_until_it_is_set_aside() {
        let (dir, path) = file();
        for broken in ["{\"theme\":\"mauve\"}", "{", "{\"colour\":1}", "\u{0}"] {
            std::fs::write(&path, broken).unwrap();
            let mut kept = Kept::read(path.clone());
            assert!(kept.broken().unwrap().contains("preferences.json"), "{broken}");
            assert!(kept.put(Preferences::default()).is_none());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
        }
        let mut kept = Kept::read(path.clone());
        let _ = kept.put(kept.set().clone().with(Change::Theme(Theme::Light)));
        kept.set_aside().unwrap().run().unwrap();
        kept.is_mended();
        assert_eq!(Kept::read(path.clone()).set().theme, Theme::Light);
        let aside = dir.path().join("preferences.1.old");
        assert_eq!(std::fs::read_to_string(aside).unwrap(), "\u{0}");
        assert!(kept.put(Preferences::default()).is_some());
    }

    #[test]
    fn a_file_that_never_ends_is_not_read_whole() {
        let (_dir, path) = file();
        std::fs::write(&path, vec![b' '; 70_000]).unwrap();
        assert!(Kept::read(path).broken().unwrap().contains("too long"));
    }

    #[test]
    fn a_directory_that_takes_nothing_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gone").join("preferences.json");
        let mut kept = Kept::read(path);
        let error = kept.put(Preferences::default()).unwrap().run().unwrap_err();
        assert!(error.to_string().contains("until Dovetail ends"), "{error}");
    }
}
