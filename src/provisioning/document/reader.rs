//! A JSON object read member by member; every complaint names its path.

use serde_json::{Map, Value};

use super::Remark;

/// The most unknown members that are noted.
const MAX_UNKNOWN: usize = 32;

/// What is wrong with a value, and where it stands: `accounts[1].transport`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub struct Complaint {
    /// From the document's outermost object on.
    pub path: String,
    /// In words, to be read after the path.
    pub problem: String,
}

impl Complaint {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

/// An object being read.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Reader<'a> {
    pub fn new(value: &'a Value, path: impl Into<String>) -> Result<Self, Complaint> {
        let path = path.into();
        match value {
            Value::Object(members) => Ok(Self { members, path }),
            _ => Err(Complaint::new(path, "must be an object")),
        }
    }

    /// The path of a member.
    pub fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub fn complain(&self, key: &str, problem: impl Into<String>) -> Complaint {
        Complaint::new(self.at(key), problem)
    }

    /// Notes the members that this version does not know; they are ignored.
    pub fn only(&self, known: &[&str], unknown: &mut Vec<String>) {
        for key in self.members.keys().filter(|key| !known.contains(&key.as_str())) {
            if unknown.len() < MAX_UNKNOWN {
                let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
                unknown.push(self.at(&key));
            }
        }
    }

    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key)
    }

    pub fn text(&self, key: &str) -> Result<Option<&'a str>, Complaint> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.complain(key, "must be a text")),
        }
    }

    /// A text that means something.
    pub fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Result<Option<T>, Complaint> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        parse(text).map(Some).map_err(|problem| self.complain(key, problem.to_string()))
    }

    /// The same, and it must be there.
    pub fn needed<T, E: std::fmt::Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Result<T, Complaint> {
        self.parsed(key, parse)?.ok_or_else(|| self.complain(key, "is missing"))
    }

    /// One of some words.
    pub fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Complaint> {
        self.parsed(key, |text| {
            let found = words.iter().find(|(word, _)| *word == text);
            found.map(|(_, value)| *value).ok_or_else(|| {
                let words: Vec<String> =
                    words.iter().map(|(word, _)| format!("“{word}”")).collect();
                format!("must be one of {}", words.join(", "))
            })
        })
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>, Complaint> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.complain(key, "must be true or false")),
        }
    }

    pub fn number(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Complaint> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = value.as_u64().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| {
            let problem = match *range.end() {
                u64::MAX => format!("must be a whole number, {} or more", range.start()),
                end => format!("must be a whole number from {} to {end}", range.start()),
            };
            self.complain(key, problem)
        })
    }

    pub fn object(&self, key: &str) -> Result<Option<Reader<'a>>, Complaint> {
        self.value(key).map(|value| Reader::new(value, self.at(key))).transpose()
    }

    fn items(&self, key: &str) -> Result<Vec<(String, &'a Value)>, Complaint> {
        match self.value(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let at = self.at(key);
                let numbered = items.iter().enumerate();
                Ok(numbered.map(|(n, item)| (format!("{at}[{n}]"), item)).collect())
            }
            Some(_) => Err(self.complain(key, "must be a list")),
        }
    }

    /// The objects of a list; a complaint for each item that is none.
    pub fn objects(&self, key: &str) -> Result<Vec<Result<Reader<'a>, Complaint>>, Complaint> {
        let items = self.items(key)?;
        Ok(items.into_iter().map(|(path, item)| Reader::new(item, path)).collect())
    }

    /// The texts of a list, each of which means something.
    pub fn texts<T, E: std::fmt::Display>(
        &self,
        key: &str,
        parse: impl Fn(&'a str) -> Result<T, E>,
    ) -> Result<Vec<T>, Complaint> {
        let read = |(path, item): (String, &'a Value)| match item {
            Value::String(text) => {
                parse(text).map_err(|problem| Complaint::new(path, problem.to_string()))
            }
            _ => Err(Complaint::new(path, "must be a text")),
        };
        self.items(key)?.into_iter().map(read).collect()
    }
}

/// What a part of the document says; where it cannot be used, nothing, and a remark.
pub(super) fn or_remark<T: Default>(read: Result<T, Complaint>, remarks: &mut Vec<Remark>) -> T {
    read.unwrap_or_else(|complaint| {
        remarks.push(Remark::ignored(complaint));
        T::default()
    })
}
