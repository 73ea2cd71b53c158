//! What was applied, on the disk: one file beside the configuration, replaced whole. It holds no
//! secret: passwords and tokens are in the secret store.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::discovery::Source;
use crate::config;
use crate::model::id::AccountId;
use crate::model::time::Timestamp;

/// The form of the file.
const VERSION: u32 = 1;
/// The longest file that is read, in bytes: a document and what is known of it.
const MAX_LEN: u64 = 1024 * 1024;

/// What a provider set up, and what the user said to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The address that the user typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where the document is.
    pub url: String,
    /// How it was found.
    pub source: Source,
    /// What the server calls this edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it was last asked for.
    pub asked: Timestamp,
    /// The document without its secrets.
    pub document: Value,
    /// Hosts that the user confirmed by name.
    #[serde(default)]
    pub confirmed: BTreeSet<String>,
    /// What the user agreed to.
    #[serde(default)]
    pub agreed: BTreeSet<String>,
    /// What the user does not want of it.
    #[serde(default)]
    pub declined: BTreeSet<String>,
    /// The user's command that prints the password that they typed elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_command: Option<String>,
    /// The account of the document that the password which the user typed was kept for: nothing
    /// else is ever shown to the provider as that password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_of: Option<String>,
    /// Passwords are kept in memory alone.
    #[serde(default)]
    pub session: bool,
    /// Accounts that are no more in the document: switched off, not deleted.
    #[serde(default)]
    pub retired: Vec<Retired>,
}

/// An account that the provider gave no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Its id.
    pub id: AccountId,
    /// `xmpp` or `sip`.
    pub kind: String,
    /// Its address.
    pub address: String,
}

/// Why the file cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read.
    #[error("{}: what your provider set up cannot be read: {why}. Move it away to go on without.", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It cannot be written; the old one is there.
    #[error("{}: cannot be written: {source}. Nothing was changed.", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Record {
    /// A document that was just fetched.
    pub fn new(url: String, source: Source, asked: Timestamp, document: Value) -> Self {
        Self {
            version: VERSION,
            address: None,
            url,
            source,
            etag: None,
            asked,
            document,
            confirmed: BTreeSet::new(),
            agreed: BTreeSet::new(),
            declined: BTreeSet::new(),
            password_command: None,
            password_of: None,
            session: false,
            retired: Vec::new(),
        }
    }

    /// Reads the file; `None` when there is none.
    ///
    /// # Errors
    /// [`RecordError::Read`].
    pub fn load(path: &Path) -> Result<Option<Self>, RecordError> {
        let broken = |why: String| RecordError::Read { path: path.to_owned(), why };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(broken(error.to_string())),
        };
        let mut text = String::new();
        file.take(MAX_LEN).read_to_string(&mut text).map_err(|error| broken(error.to_string()))?;
        let record: Self =
            serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if record.version != VERSION {
            return Err(broken("it is of another version of Dovetail".to_owned()));
        }
        Ok(Some(record))
    }

    /// Takes the file's place at once: whoever loses power has the old or the new one.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        // One that the next start could not read is not written at all.
        let fits = |text: String| match u64::try_from(text.len()) {
            Ok(len) if len < MAX_LEN => Ok(text),
            _ => Err(io::Error::from(ErrorKind::FileTooLarge)),
        };
        let text = serde_json::to_string(self).map_err(io::Error::other).and_then(fits);
        text.and_then(|text| config::write_private(path, &text))
            .map_err(|source| RecordError::Write { path: path.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_comes_back_and_a_broken_one_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("provisioned.json");
        assert_eq!(Record::load(&path).unwrap(), None);
        let at = Timestamp::from_unix_millis(1);
        let mut record = Record::new("https://a.example/".into(), Source::Link, at, Value::Null);
        record.agreed.insert("domain:b.example".to_owned());
        record.save(&path).unwrap();
        assert_eq!(Record::load(&path).unwrap(), Some(record.clone()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "{").unwrap();
        assert!(Record::load(&path).unwrap_err().to_string().contains("provisioned.json"));
        std::fs::write(&path, serde_json::to_string(&Record { version: 9, ..record }).unwrap())
            .unwrap();
        assert!(Record::load(&path).is_err());
    }

    #[test]
    fn where_it_cannot_be_written_the_old_one_stays() {
        let nowhere = Path::new("/nonexistent/provisioned.json");
        let at = Timestamp::from_unix_millis(1);
        let record = Record::new("https://a.example/".into(), Source::Link, at, Value::Null);
        assert!(matches!(record.save(nowhere), Err(RecordError::Write { .. })));
    }

    #[test]
    fn what_the_next_start_could_not_read_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("provisioned.json");
        let url = "https://prov.example.com/d".to_owned();
        let long = serde_json::json!({ "x": " ".repeat(1024 * 1024) });
        let at = Timestamp::from_unix_millis(0);
        let record = Record::new(url, Source::Webfinger, at, long);
        assert!(matches!(record.save(&path), Err(RecordError::Write { .. })));
        assert!(Record::load(&path).unwrap().is_none());
    }
}
