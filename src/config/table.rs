//! A TOML table read strictly: every key known, every value of its kind, every complaint
//! with its line.

use std::ops::{Range, RangeInclusive};
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::file::ConfigError;
use crate::model::address::AddressError;
use crate::model::dialing::DialingProblem;

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
    /// Not a `sip:` or `sips:` URI.
    #[error("must be a sip or sips address, such as sip:voicemail@example.org")]
    SipUri,
    /// Not a number within these bounds.
    #[error("must be a whole number from {0} to {1}")]
    Number(u32, u32),
    /// Nothing that is said of dialling.
    #[error("{0}")]
    Dialing(DialingProblem),
    /// Not a host and port.
    #[error("must be a host and a port, such as chat.example.org:5222")]
    Server,
    /// Not an address and port.
    #[error("must be an address and a port, such as 127.0.0.1:8443")]
    Place,
    /// Nothing in it.
    #[error("must not be empty")]
    Empty,
    /// Two accounts of one id.
    #[error("“{0}” is the id of another account already; give each its own id")]
    DuplicateId(String),
    /// Names no account of the needed kind.
    #[error("“{0}” is not the id of a {1} account in this file")]
    NoSuchAccount(String, &'static str),
    /// More than can be served.
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

    /// A whole number within bounds.
    pub fn number(
        &self,
        key: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, ConfigError> {
        let Some((value, _)) = self.value(key) else {
            return Ok(None);
        };
        let number = value.as_integer().and_then(|number| {
            u32::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|number| range.contains(number))
        });
        let problem = || Problem::Number(*range.start(), *range.end());
        number.map(Some).ok_or_else(|| self.complain(key, problem()))
    }

    /// A table within, of the name by which complaints call it; `form` says how it is written, and
    /// `known` which keys it may have.
    pub fn table(
        &self,
        key: &str,
        name: &'static str,
        form: &'static str,
        known: Option<&[&str]>,
    ) -> Result<Option<Table<'a, 'd>>, ConfigError> {
        let Some((value, at)) = self.value(key) else {
            return Ok(None);
        };
        let entries = value.as_table().ok_or_else(|| self.complain(key, Problem::Type(form)))?;
        match known {
            Some(known) => Table::new(self.document, name, at, entries, known).map(Some),
            None => Ok(Some(Table { document: self.document, name, at, entries })),
        }
    }

    /// The tables of a list within, at most so many.
    pub fn tables(
        &self,
        key: &str,
        name: &'static str,
        known: &[&str],
        most: usize,
    ) -> Result<Vec<Table<'a, 'd>>, ConfigError> {
        let form = "a list of tables, as [{ pattern = \"…\" }]";
        let items = self.items(key, form, most)?;
        let table = |(item, at): (&'a DeValue<'d>, Range<usize>)| match item.as_table() {
            Some(entries) => Table::new(self.document, name, at, entries, known),
            None => Err(self.document.error(&at, self.full(key), Problem::Type(form))),
        };
        items.into_iter().map(table).collect()
    }

    /// A list of texts that mean something, at most so many.
    pub fn list<T>(
        &self,
        key: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Vec<T>, ConfigError> {
        let form = "a list of texts in quotes";
        let items = self.items(key, form, most)?;
        let read = |(item, at): (&'a DeValue<'d>, Range<usize>)| {
            let text = item.as_str().ok_or(Problem::Type(form));
            text.and_then(|text| parse(text.trim()))
                .map_err(|problem| self.document.error(&at, self.full(key), problem))
        };
        items.into_iter().map(read).collect()
    }

    /// All its keys with their values, which must be texts.
    pub fn texts(&self) -> Result<Vec<(&'a str, &'a str)>, ConfigError> {
        let text = |(key, value): (
            &'a toml::Spanned<std::borrow::Cow<'d, str>>,
            &'a toml::Spanned<DeValue<'d>>,
        )| {
            let problem = Problem::Type("a text in quotes");
            let text = value.get_ref().as_str();
            text.map(|text| (key.get_ref().as_ref(), text)).ok_or_else(|| {
                self.document.error(&value.span(), self.full(key.get_ref()), problem)
            })
        };
        self.entries.iter().map(text).collect()
    }

    fn items(
        &self,
        key: &str,
        form: &'static str,
        most: usize,
    ) -> Result<Vec<(&'a DeValue<'d>, Range<usize>)>, ConfigError> {
        let Some((value, _)) = self.value(key) else {
            return Ok(Vec::new());
        };
        let array = value.as_array().ok_or_else(|| self.complain(key, Problem::Type(form)))?;
        if array.len() > most {
            return Err(self.complain(key, Problem::TooMany(most)));
        }
        Ok(array.iter().map(|item| (item.get_ref(), item.span())).collect())
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
