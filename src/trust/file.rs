//! The file `security.json`.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config;
use crate::model::id::AccountId;
use crate::model::security::{Guard, MOST_PINS};

/// The form of the file.
const VERSION: u32 = 1;
/// The longest file that is read, in bytes.
const MAX_LEN: u64 = 512 * 1024;
/// The most accounts that are remembered.
const MAX_ACCOUNTS: usize = 256;
/// The most damaged files that are kept.
const MOST_APART: u32 = 9;

/// What is remembered of all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct File {
    version: u32,
    accounts: BTreeMap<AccountId, Remembered>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    /// The account's address: an account of the same id and another address is another one.
    address: String,
    #[serde(flatten)]
    guard: Guard,
}

/// Why nothing is remembered, for the user.
#[derive(Debug, thiserror::Error)]
pub enum LoadNotice {
    /// The file was damaged, and is kept under another name.
    #[error(
        "What Dovetail remembered of your servers' protection cannot be read ({why}); it was kept \
         as {}. Until each account has signed in again, a weaker sign-in than before is not \
         noticed, and certificates that you trusted are asked about again.",
        apart.display()
    )]
    Damaged {
        /// Where it is.
        apart: PathBuf,
        /// Why.
        why: String,
    },
    /// The file cannot be read, and was left alone.
    #[error(
        "{}: what Dovetail remembered of your servers' protection cannot be read ({why}). A weaker \
         sign-in than before is not noticed in this run, and nothing is remembered. Check the \
         file's owner, and restart.",
        path.display()
    )]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl File {
    /// What is remembered of an account; nothing when it is another address's.
    pub fn guard(&self, id: &AccountId, address: &str) -> Option<&Guard> {
        self.accounts.get(id).filter(|known| known.address == address).map(|known| &known.guard)
    }

    /// Remembers it; of too many accounts, one that is not `used` makes way. Whether the file
    /// has to be written.
    pub fn set(
        &mut self,
        id: &AccountId,
        address: &str,
        guard: Guard,
        used: impl Fn(&AccountId) -> bool,
    ) -> bool {
        let new = Remembered { address: address.to_owned(), guard };
        if self.accounts.get(id) == Some(&new) {
            return false;
        }
        self.accounts.insert(id.clone(), new);
        while self.accounts.len() > MAX_ACCOUNTS {
            let unused = self.accounts.keys().find(|known| *known != id && !used(known)).cloned();
            let Some(unused) = unused else { break };
            self.accounts.remove(&unused);
        }
        true
    }

    /// Takes the file's place at once.
    ///
    /// # Errors
    /// The operating system's; the old file is there then.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let file = Self { version: VERSION, ..self.clone() };
        let text = serde_json::to_string_pretty(&file).map_err(io::Error::other)?;
        config::write_private(path, &text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut file: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.version != VERSION {
            return Err("it is of another version of Dovetail".to_owned());
        }
        if file.accounts.len() > MAX_ACCOUNTS {
            return Err("it holds too many accounts".to_owned());
        }
        for known in file.accounts.values_mut() {
            known.guard.pins.truncate(MOST_PINS);
        }
        Ok(file)
    }
}

/// Reads the file. `path` is where it may be written: nowhere, where the one that is there cannot
/// be read and must not be lost.
pub fn load(path: &Path) -> (File, Option<PathBuf>, Option<LoadNotice>) {
    let unreadable = |error: io::Error| {
        let notice = LoadNotice::Unreadable { path: path.to_owned(), why: error.to_string() };
        (File::default(), None, Some(notice))
    };
    let mut text = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(MAX_LEN + 1).read_to_end(&mut text));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return (File::default(), Some(path.to_owned()), None);
        }
        Err(error) => return unreadable(error),
    }
    let parsed = match u64::try_from(text.len()) {
        Ok(length) if length <= MAX_LEN => {
            std::str::from_utf8(&text).map_err(|error| error.to_string()).and_then(File::parse)
        }
        _ => Err("it is too long".to_owned()),
    };
    match parsed {
        Ok(file) => (file, Some(path.to_owned()), None),
        Err(why) => match set_apart(path) {
            Ok(apart) => {
                let notice = LoadNotice::Damaged { apart, why };
                (File::default(), Some(path.to_owned()), Some(notice))
            }
            Err(error) => unreadable(error),
        },
    }
}

/// Gives a damaged file another name; of many, the last one makes way.
fn set_apart(path: &Path) -> io::Result<PathBuf> {
    let name = |n: u32| {
        let end = if n == 1 { "damaged".to_owned() } else { format!("damaged-{n}") };
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{end}"));
        PathBuf::from(name)
    };
    let free = (1..=MOST_APART).map(name).find(|path| !path.exists());
    let apart = free.unwrap_or_else(|| name(MOST_APART));
    std::fs::rename(path, &apart)?;
    Ok(apart)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::security::Fingerprint;
    use crate::model::time::Timestamp;

    fn guard() -> Guard {
        let mut guard = Guard::default();
        guard.seen.tls = true;
        let now = Timestamp::from_unix_millis(0);
        guard.trust(Fingerprint::new([3; 32]), "chat.example", now).unwrap();
        guard
    }

    #[test]
    fn it_comes_back_for_the_same_account_and_address() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("security.json");
        let (mut file, may_write, notice) = load(&path);
        assert_eq!((may_write.as_deref(), notice.is_none()), (Some(&*path), true));
        let id = AccountId::new("chat");
        assert!(file.set(&id, "a@chat.example", guard(), |_| true));
        assert!(!file.set(&id, "a@chat.example", guard(), |_| true));
        file.save(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let (again, _, notice) = load(&path);
        assert!(notice.is_none());
        assert_eq!(again.guard(&id, "a@chat.example"), Some(&guard()));
        assert_eq!(again.guard(&id, "b@chat.example"), None);
        assert_eq!(again.guard(&AccountId::new("phone"), "a@chat.example"), None);
    }

    #[test]
    fn a_damaged_one_is_kept_apart_and_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("security.json");
        let newer = r#"{"version": 2, "accounts": {}}"#.to_owned();
        let long = format!(r#"{{"version": 1, "accounts": {{}}}}{}"#, " ".repeat(600_000));
        for (n, text) in ["{", &newer, &long, "\u{0}"].into_iter().enumerate() {
            std::fs::write(&path, text).unwrap();
            let (file, may_write, notice) = load(&path);
            assert_eq!((file, may_write), (File::default(), Some(path.clone())));
            let Some(LoadNotice::Damaged { apart, .. }) = &notice else { panic!("{notice:?}") };
            assert_eq!(std::fs::read_to_string(apart).unwrap(), text);
            let end = if n == 0 { ".damaged".to_owned() } else { format!(".damaged-{}", n + 1) };
            assert!(apart.to_str().unwrap().ends_with(&end), "{apart:?}");
            assert!(notice.unwrap().to_string().contains("security.json.damaged"));
            assert!(!path.exists());
        }
    }

    #[test]
    fn one_that_cannot_be_read_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("security.json");
        // A directory in its place cannot be read as a file, by nobody.
        std::fs::create_dir(&path).unwrap();
        let (file, may_write, notice) = load(&path);
        assert_eq!((file, may_write), (File::default(), None));
        assert!(matches!(notice, Some(LoadNotice::Unreadable { .. })));
        assert!(path.is_dir());
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut file = File::default();
        for n in 0..400 {
            let id = AccountId::new(format!("{n}"));
            assert!(file.set(&id, "a", Guard::default(), |id| id.as_str() == "7"));
        }
        assert_eq!(file.accounts.len(), MAX_ACCOUNTS);
        assert!(file.guard(&AccountId::new("7"), "a").is_some());
        assert!(file.guard(&AccountId::new("399"), "a").is_some());
    }
}
