//! A TOML table read strictly: every key known, every value of its kind, every complaint
//! with its line.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::file::ConfigError;
use crate::model::address::AddressError;

/// The file that is read.
pub(super) struct Document<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl Document<'_> {
    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
    }

    pub fn error(
        &self,
        at: &Range<usize>,
        key: impl Into<String>,
        problem: Problem,
    ) -> ConfigError {
        let (path, line) = (self.path.to_owned(), self.line(at.start));
        ConfigError::Key { path, line, key: key.into(), problem }
    }
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not a key of this table.
    #[error("is not a key that Dovetail knows; it knows {0}")]
    Unknown(String),
    /// A password in the file.
    #[error(
        "a password never stands in this file; remove it (and change it if others could read \
         the file), then let Dovetail keep it in the keyring or use password_command"
    )]
    Password,
    /// Not there, and needed.
    #[error("is missing")]
    Missing,
    /// Of another type.
    #[error("must be {0}")]
    Type(&'static str),
    /// None of the words that are known.
    #[error("must be one of {0}")]
    Word(&'static str),
    /// Not a bare JID.
    #[error("must be a chat address such as alice@example.org")]
    Jid,
    /// Not an address of telephony.
    #[error("is not a usable address. {0}")]
    Address(#[from] AddressError),
    /// Not a host and port.
    #[error("must be a host and a port, such as chat.example.org:5222")]
    Server,
    /// Nothing in it.
    #[error("must not be empty")]
    Empty,
    /// Two accounts of one id.
    #[error("“{0}” is the id of another account already; give each its own id")]
    DuplicateId(String),
    /// Names no account of the needed kind.
    #[error("“{0}” is not the id of a {1} account in this file")]
    NoSuchAccount(String, &'static str),
    /// More accounts than can be served.
    #[error("has more entries than Dovetail serves ({0})")]
    TooMany(usize),
}

/// A table being read.
pub(super) struct Table<'a, 'd> {
    document: &'a Document<'d>,
    name: &'static str,
    at: Range<usize>,
    entries: &'a DeTable<'d>,
}

impl<'a, 'd> Table<'a, 'd> {
    /// Begins; refuses keys that are not in `known`.
    pub fn new(
        document: &'a Document<'d>,
        name: &'static str,
        at: Range<usize>,
        entries: &'a DeTable<'d>,
        known: &[&str],
    ) -> Result<Self, ConfigError> {
        let table = Self { document, name, at, entries };
        let stranger = entries
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        match stranger {
            None => Ok(table),
            Some(key) => {
                let word = key.get_ref().to_lowercase();
                let secret = ["password", "passwd", "passphrase", "pass", "secret"];
                let problem = if secret.contains(&word.as_str()) {
                    Problem::Password
                } else {
                    Problem::Unknown(known.join(", "))
                };
                Err(document.error(&key.span(), table.full(key.get_ref()), problem))
            }
        }
    }

    /// The value and where it stands.
    pub fn value(&self, key: &str) -> Option<(&'a DeValue<'d>, Range<usize>)> {
        let (_, value) = self.entries.iter().find(|(known, _)| known.get_ref() == key)?;
        Some((value.get_ref(), value.span()))
    }

    /// A text, trimmed and not empty.
    pub fn text(&self, key: &str) -> Result<Option<&'a str>, ConfigError> {
        let Some((value, at)) = self.value(key) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or(Problem::Type("a text in quotes"));
        let text = text.and_then(|text| match text.trim() {
            "" => Err(Problem::Empty),
            text => Ok(text),
        });
        text.map(Some).map_err(|problem| self.document.error(&at, self.full(key), problem))
    }

    /// A text that means something.
    pub fn parsed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        parse(text).map(Some).map_err(|problem| self.complain(key, problem))
    }

    /// The same, and it must be there.
    pub fn needed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<T, ConfigError> {
        self.parsed(key, parse)?.ok_or_else(|| self.complain(key, Problem::Missing))
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, ConfigError> {
        match self.value(key) {
            None => Ok(default),
            Some((value, _)) => {
                value.as_bool().ok_or_else(|| self.complain(key, Problem::Type("true or false")))
            }
        }
    }

    /// An error at this key, or at the table where there is no such key.
    pub fn complain(&self, key: &str, problem: Problem) -> ConfigError {
        let at = self.value(key).map_or_else(|| self.at.clone(), |(_, at)| at);
        self.document.error(&at, self.full(key), problem)
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}
