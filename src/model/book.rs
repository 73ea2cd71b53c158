//! An entry of the user's own address book (CUSAX C27): whom the user knows, under which name,
//! with which chat and telephony addresses. What stands here the user said: it wins over what
//! others say of themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::BareJid;
use super::address::{AddressError, DialPlan, Dialable};
use super::id::BookId;

/// The longest name, and the longest organisation, in characters.
pub const MAX_NAME: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 4_000;
/// The longest `uid`, in bytes.
pub const MAX_UID: usize = 512;
/// The most addresses of one entry.
pub const MAX_ADDRESSES: usize = 32;
/// The most chat addresses of one entry.
pub const MAX_JIDS: usize = 8;
/// The most categories of one entry.
pub const MAX_CATEGORIES: usize = 32;
/// The longest category, in characters.
pub const MAX_CATEGORY: usize = 100;
/// The most types of one address.
pub const MAX_TYPES: usize = 8;
/// The longest type, in bytes.
pub const MAX_TYPE: usize = 32;
/// The most entries of the book.
pub const MAX_ENTRIES: usize = 20_000;
/// The preference of an address that has none (RFC 6350 §5.3: 1 is best, 100 least).
pub const NO_PREF: u8 = 100;

/// One entry, in the shape of the JSON-RPC face and of the store. Its `Debug` shows no address
/// and no words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookEntry {
    /// Which.
    pub id: BookId,
    /// The `UID` of its vCard (RFC 6350 §6.7.6): what says over time and over programs that two
    /// cards are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Where it came from.
    #[serde(default)]
    pub source: BookSource,
    /// The name, as it is shown.
    pub name: String,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Whatever the user noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Chat addresses.
    #[serde(default, with = "jids")]
    pub jids: Vec<BareJid>,
    /// Addresses of telephony.
    #[serde(default)]
    pub addresses: Vec<BookAddress>,
    /// Groups that the user sorts people into.
    #[serde(default)]
    pub categories: Vec<String>,
}

/// Where an entry came from; who keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BookSource {
    /// The user typed it here.
    #[default]
    User,
    /// A vCard file.
    File,
}

/// One address of telephony. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookAddress {
    /// As written: a SIP or tel URI, or a number in any form.
    pub value: String,
    /// vCard types in lower case (`work`, `cell`, `video`, …).
    #[serde(default)]
    pub types: Vec<String>,
    /// Preference, 1 (best) to 100 (none given).
    #[serde(default = "no_pref")]
    pub pref: u8,
}

/// What is wrong with an entry, and with which of its fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// `name` is empty.
    #[error("An entry of the address book needs a name.")]
    NoName,
    /// Neither `addresses` nor `jids` has anything.
    #[error("An entry of the address book needs a telephony or a chat address.")]
    NoAddress,
    /// A text is too long.
    #[error("“{field}” is too long: at most {most} characters.")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How long it may be.
        most: usize,
    },
    /// A list is too long.
    #[error("“{field}” has too many entries: at most {most}.")]
    TooMany {
        /// Which field.
        field: &'static str,
        /// How many it may have.
        most: usize,
    },
    /// One of `jids` cannot be read back from what it is written as: preparing a long domain can
    /// make it longer than one may be (RFC 7622 §3.2).
    #[error("“{0}” is no chat address.")]
    Jid(String),
    /// One of `addresses` is no address.
    #[error("“{value}” is no telephony address: {why}")]
    Address {
        /// What was written, its beginning.
        value: String,
        /// What is wrong with it.
        why: AddressError,
    },
    /// A type of an address is no name (RFC 6350 §5.6).
    #[error("“{0}” is no type of an address: use letters, digits and “-”, at most 32.")]
    Type(String),
    /// The preference of an address.
    #[error("The preference of an address is a number from 1 (best) to 100, not {0}.")]
    Pref(u8),
    /// The book has [`MAX_ENTRIES`].
    #[error("The address book is full: at most {MAX_ENTRIES} entries. Remove some first.")]
    Full,
    /// There is no entry of this id.
    #[error("There is no such entry in the address book any more.")]
    Unknown(BookId),
}

impl BookEntry {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn check(&self) -> Result<(), BookError> {
        if self.name.trim().is_empty() {
            return Err(BookError::NoName);
        }
        if self.jids.is_empty() && self.addresses.is_empty() {
            return Err(BookError::NoAddress);
        }
        long("name", &self.name, MAX_NAME)?;
        long("organisation", self.organisation.as_deref().unwrap_or_default(), MAX_NAME)?;
        long("note", self.note.as_deref().unwrap_or_default(), MAX_NOTE)?;
        if self.uid.as_ref().is_some_and(|uid| uid.len() > MAX_UID) {
            return Err(BookError::TooLong { field: "uid", most: MAX_UID });
        }
        many("jids", self.jids.len(), MAX_JIDS)?;
        self.jids.iter().try_for_each(check_jid)?;
        many("addresses", self.addresses.len(), MAX_ADDRESSES)?;
        many("categories", self.categories.len(), MAX_CATEGORIES)?;
        self.categories.iter().try_for_each(|name| long("categories", name, MAX_CATEGORY))?;
        self.addresses.iter().try_for_each(BookAddress::check)
    }
}

impl BookAddress {
    /// An address without types and preference.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), types: Vec::new(), pref: NO_PREF }
    }

    /// Whether it can be kept: an address of telephony in any of the forms that
    /// [`Dialable::parse`] reads, with any telephony account or none.
    ///
    /// # Errors
    /// [`BookError::Address`], [`BookError::Type`], [`BookError::Pref`], [`BookError::TooMany`].
    pub fn check(&self) -> Result<(), BookError> {
        match Dialable::parse(&self.value, &DialPlan::default()) {
            // A number of one place: what it means there, a telephony account will say.
            Ok(_) | Err(AddressError::LocalNumber) => {}
            Err(why) => {
                let value = self.value.chars().filter(|c| !c.is_control()).take(60).collect();
                return Err(BookError::Address { value, why });
            }
        }
        many("types", self.types.len(), MAX_TYPES)?;
        if let Some(name) = self.types.iter().find(|name| !is_type(name)) {
            return Err(BookError::Type(name.chars().take(MAX_TYPE).collect()));
        }
        match self.pref {
            1..=100 => Ok(()),
            pref => Err(BookError::Pref(pref)),
        }
    }
}

/// Whether a chat address is read back as itself, as everything that is kept must be.
///
/// # Errors
/// [`BookError::Jid`].
pub fn check_jid(jid: &BareJid) -> Result<(), BookError> {
    if BareJid::new(jid.as_str()).as_ref() == Ok(jid) {
        return Ok(());
    }
    Err(BookError::Jid(jid.as_str().chars().filter(|c| !c.is_control()).take(60).collect()))
}

/// Whether this is a type in lower case (RFC 6350 §4: letters, digits, `-`). `pref` is none: it
/// is a preference in an old spelling.
pub fn is_type(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= MAX_TYPE && name != "pref" && name.bytes().all(fits)
}

/// The `UID` of an entry that came without one.
pub fn uid_of(id: &BookId) -> String {
    match uuid::Uuid::parse_str(id.as_str()) {
        // An id is random bits; a UUID says of them that they are (RFC 9562 §5.4).
        Ok(bits) => {
            let uuid = uuid::Builder::from_random_bytes(bits.into_bytes()).into_uuid();
            uuid.urn().to_string()
        }
        Err(_) => id.to_string(),
    }
}

fn long(field: &'static str, text: &str, most: usize) -> Result<(), BookError> {
    match text.chars().nth(most) {
        None => Ok(()),
        Some(_) => Err(BookError::TooLong { field, most }),
    }
}

fn many(field: &'static str, found: usize, most: usize) -> Result<(), BookError> {
    if found > most { Err(BookError::TooMany { field, most }) } else { Ok(()) }
}

fn no_pref() -> u8 {
    NO_PREF
}

impl fmt::Debug for BookEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BookEntry")
            .field("id", &self.id)
            .field("jids", &self.jids.len())
            .field("addresses", &self.addresses.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BookAddress").field("types", &self.types).finish_non_exhaustive()
    }
}

/// Chat addresses as the network spells them.
mod jids {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::model::BareJid;

    pub(super) fn serialize<S: Serializer>(jids: &[BareJid], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(jids.iter().map(|jid| jid.as_str()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<BareJid>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let read = |text: &String| {
            BareJid::new(text).map_err(|_| D::Error::custom("a chat address is none"))
        };
        texts.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bob() -> BookEntry {
        BookEntry {
            id: "1".into(),
            uid: Some("urn:uuid:1".to_owned()),
            source: BookSource::File,
            name: "Bob".to_owned(),
            organisation: None,
            note: None,
            jids: vec![BareJid::new("bob@cusax.test").unwrap()],
            addresses: vec![BookAddress {
                types: vec!["work".to_owned()],
                ..BookAddress::new("sip:bob@cusax.test")
            }],
            categories: Vec::new(),
        }
    }

    #[test]
    fn an_entry_has_the_shape_that_is_promised() {
        let text = serde_json::to_string(&bob()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"id":"1","uid":"urn:uuid:1","source":"file","name":"Bob","#,
                r#""jids":["bob@cusax.test"],"addresses":[{"value":"sip:bob@cusax.test","#,
                r#""types":["work"],"pref":100}],"categories":[]}"#,
            )
        );
        assert_eq!(serde_json::from_str::<BookEntry>(&text).unwrap(), bob());
        let short = r#"{"id":"1","name":"Bob","addresses":[{"value":"12"}]}"#;
        let short: BookEntry = serde_json::from_str(short).unwrap();
        assert_eq!((short.source, short.addresses[0].pref), (BookSource::User, 100));
        assert!(serde_json::from_str::<BookEntry>(&text.replace("bob@", "@")).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field() {
        let wrong = |change: &dyn Fn(&mut BookEntry)| {
            let mut entry = bob();
            change(&mut entry);
            entry.check().unwrap_err().to_string()
        };
        assert_eq!(bob().check(), Ok(()));
        assert!(wrong(&|entry| entry.name = "  ".to_owned()).contains("a name"));
        assert!(wrong(&|entry| entry.name = "é".repeat(201)).contains("“name” is too long"));
        assert!(wrong(&|entry| entry.note = Some("x".repeat(4_001))).contains("“note”"));
        assert!(wrong(&|entry| entry.uid = Some("x".repeat(513))).contains("“uid”"));
        let nothing = wrong(&|entry| {
            entry.jids.clear();
            entry.addresses.clear();
        });
        assert!(nothing.contains("a telephony or a chat address"), "{nothing}");
        let many = wrong(&|entry| entry.addresses = vec![BookAddress::new("12"); 33]);
        assert_eq!(many, "“addresses” has too many entries: at most 32.");
        let mail = wrong(&|entry| entry.addresses[0].value = "mailto:bob@cusax.test".to_owned());
        assert!(mail.contains("“mailto:bob@cusax.test” is no telephony address"), "{mail}");
        for (name, why) in [("Work", "“Work”"), ("a b", "“a b”"), ("pref", "“pref”")] {
            let told = wrong(&|entry| entry.addresses[0].types = vec![name.to_owned()]);
            assert!(told.contains(why), "{told}");
        }
        assert!(wrong(&|entry| entry.addresses[0].pref = 0).contains("not 0"));
    }

    #[test]
    fn a_number_of_one_place_is_kept_without_a_telephony_account() {
        for value in ["1234", "*72", "+1 303 555 1212", "tel:+13035551212", "bob@cusax.test"] {
            assert_eq!(BookAddress::new(value).check(), Ok(()), "{value}");
        }
        for value in ["", "no number", "http://x.test", "sip:", "12\u{202e}34"] {
            assert!(BookAddress::new(value).check().is_err(), "{value}");
        }
    }

    #[test]
    fn neither_words_nor_digits_are_in_what_a_log_would_show() {
        let mut entry = bob();
        entry.addresses[0].value = "+13035551212".to_owned();
        entry.note = Some("secret".to_owned());
        let shown = format!("{entry:?} {:?}", entry.addresses);
        assert!(!shown.contains("303") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn an_entry_of_ours_gets_the_uid_of_its_id() {
        let id = BookId::new("67e5504410b1426f9247bb680e5fe0c8");
        assert_eq!(uid_of(&id), "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8");
        let random = BookId::new("67e5504410b1926f1247bb680e5fe0c8");
        assert_eq!(uid_of(&random), "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8");
        assert_eq!(uid_of(&"7".into()), "7");
    }
}
