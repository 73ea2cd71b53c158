//! The search over contacts and address book together: by the beginnings of words, of addresses,
//! and by digits. Case and accents do not count.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::text;
use crate::model::BareJid;
use crate::model::address::{DialPlan, Dialable};
use crate::model::book::BookEntry;
use crate::model::contact::{Contact, Number, NumberSource};
use crate::model::id::{AccountId, BookId};

/// What `search` gives when no limit is asked for, and the most that it gives.
pub const MAX_FOUND: usize = 50;
/// How much of a question is read, in characters.
const MAX_QUESTION: usize = 200;
/// Digits that are enough to look for within a number, and not only at its beginning.
const WITHIN: usize = 3;

/// Somebody who was found, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// Whether it is a contact of a roster.
    pub kind: FoundKind,
    /// The name, as it is shown.
    pub name: String,
    /// The chat address, when there is one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "jid_as_text")]
    pub jid: Option<BareJid>,
    /// The entry of the address book, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<BookId>,
    /// The account whose roster holds the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Numbers, the book's first.
    pub numbers: Vec<Number>,
}

/// Who was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundKind {
    /// A contact, with what the book knows of them.
    Contact,
    /// An entry of the book that is no contact's.
    Book,
}

/// An entry with what the search compares, so that it is folded once and not at every key.
#[derive(Debug, Clone)]
pub struct Indexed {
    /// The entry.
    pub entry: Arc<BookEntry>,
    terms: Terms,
}

impl Indexed {
    /// Folds an entry.
    pub fn new(entry: Arc<BookEntry>) -> Self {
        let terms = Terms::of_entry(&entry);
        Self { entry, terms }
    }
}

/// What somebody is found by, folded.
#[derive(Clone, Default)]
struct Terms {
    names: Vec<String>,
    /// Organisations: they count less than a name.
    others: Vec<String>,
    /// Chat and SIP addresses, without their scheme.
    addresses: Vec<String>,
    /// Numbers as digits.
    digits: Vec<String>,
}

/// How good a match is; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Name,
    NameBegins,
    Words,
    Address,
    Other,
    Within,
}

/// A question, folded.
struct Question {
    whole: String,
    words: Vec<String>,
    /// When it is a number: its digits; and those without what only a call within one country,
    /// or out of it, begins with.
    digits: Vec<String>,
}

/// Everybody whom the question fits, best first, at most `limit`. An entry that has a contact's
/// chat address is found as that contact, with the book's numbers. `plan` reads the book's
/// numbers, for a contact's account or (`None`) for nobody's.
pub fn search<'a>(
    question: &str,
    limit: usize,
    contacts: &[Arc<Contact>],
    book: impl Iterator<Item = &'a Indexed> + Clone,
    plan: impl Fn(Option<&AccountId>) -> DialPlan,
) -> Vec<Found> {
    let Some(question) = Question::new(question) else { return Vec::new() };
    let mut by_jid: HashMap<&BareJid, Vec<&Indexed>> = HashMap::new();
    for one in book.clone() {
        one.entry.jids.iter().for_each(|jid| by_jid.entry(jid).or_default().push(one));
    }
    let mut found: Vec<(Rank, &str, FoundKind, Hit<'_>)> = Vec::new();
    for contact in contacts {
        let known = by_jid.get(&contact.jid).map_or(&[][..], Vec::as_slice);
        let own = Terms::of_contact(contact);
        let terms: Vec<&Terms> =
            std::iter::once(&own).chain(known.iter().map(|one| &one.terms)).collect();
        if let Some(rank) = question.rank(&terms) {
            let entries = known.iter().map(|one| &*one.entry).collect();
            let hit = Hit { contact: Some(contact), entries };
            found.push((rank, &contact.name, FoundKind::Contact, hit));
        }
    }
    let listed: HashSet<&BareJid> = contacts.iter().map(|contact| &contact.jid).collect();
    for one in book.filter(|one| !one.entry.jids.iter().any(|jid| listed.contains(jid))) {
        if let Some(rank) = question.rank(&[&one.terms]) {
            let hit = Hit { contact: None, entries: vec![&*one.entry] };
            found.push((rank, &one.entry.name, FoundKind::Book, hit));
        }
    }
    found.sort_by_cached_key(|(rank, name, kind, _)| (*rank, text::fold(name), *kind));
    let best = found.into_iter().take(limit.min(MAX_FOUND));
    best.map(|(_, _, _, hit)| hit.found(&plan)).collect()
}

/// Who was found, before their numbers are read.
struct Hit<'a> {
    contact: Option<&'a Contact>,
    entries: Vec<&'a BookEntry>,
}

impl Hit<'_> {
    fn found(self, plan: impl Fn(Option<&AccountId>) -> DialPlan) -> Found {
        let account = self.contact.map(|contact| contact.account.clone());
        let plan = plan(account.as_ref());
        let booked = self.entries.iter().flat_map(|entry| numbers(entry, &plan));
        let others = self.contact.iter().flat_map(|contact| contact.numbers.iter().cloned());
        let mut all: Vec<Number> = Vec::new();
        for number in booked.chain(others) {
            if !all.iter().any(|known| known.uri == number.uri) {
                all.push(number);
            }
        }
        let first = self.entries.first();
        Found {
            kind: if self.contact.is_some() { FoundKind::Contact } else { FoundKind::Book },
            name: match (self.contact, first) {
                (Some(contact), _) => contact.name.clone(),
                (None, entry) => entry.map(|entry| entry.name.clone()).unwrap_or_default(),
            },
            jid: match self.contact {
                Some(contact) => Some(contact.jid.clone()),
                None => first.and_then(|entry| entry.jids.first().cloned()),
            },
            id: first.map(|entry| entry.id.clone()),
            account,
            numbers: all,
        }
    }
}

/// An entry's addresses as numbers, best first; those that mean nothing to the account are left
/// out.
fn numbers(entry: &BookEntry, plan: &DialPlan) -> Vec<Number> {
    let mut addresses: Vec<_> = entry.addresses.iter().collect();
    addresses.sort_by_key(|address| address.pref);
    let read = addresses.into_iter().filter_map(|address| {
        let Dialable { uri, display, .. } = Dialable::parse(&address.value, plan).ok()?;
        let (types, source) = (address.types.clone(), NumberSource::AddressBook);
        Some(Number::new(uri, display, types, source))
    });
    read.collect()
}

impl Terms {
    fn of_entry(entry: &BookEntry) -> Self {
        let mut terms = Self {
            names: vec![text::fold(&entry.name)],
            others: entry.organisation.iter().map(|name| text::fold(name)).collect(),
            ..Self::default()
        };
        entry.jids.iter().for_each(|jid| terms.addresses.push(text::fold(jid.as_str())));
        entry.addresses.iter().for_each(|address| terms.add_address(&address.value));
        terms
    }

    fn of_contact(contact: &Contact) -> Self {
        let mut terms = Self { names: vec![text::fold(&contact.name)], ..Self::default() };
        terms.addresses.push(text::fold(contact.jid.as_str()));
        contact.numbers.iter().for_each(|number| terms.add_address(&number.display));
        terms
    }

    /// A SIP address is found by its beginning, a number by its digits; one that is both, by
    /// both.
    fn add_address(&mut self, value: &str) {
        let (scheme, rest) = value.split_once(':').unwrap_or(("", value));
        let rest = if scheme.contains('@') { value } else { rest };
        let user = rest.split(['@', ';', '?']).next().unwrap_or_default();
        if rest.contains('@') {
            self.addresses.push(text::fold(rest));
        }
        if let Some(digits) = digits_of(user) {
            self.digits.push(digits);
        }
    }
}

impl Question {
    /// `None` when nothing is asked.
    fn new(question: &str) -> Option<Self> {
        let question: String = text::line(question).chars().take(MAX_QUESTION).collect();
        let whole = text::fold(&question);
        let words: Vec<String> = text::words(&whole).map(str::to_owned).collect();
        let mut digits: Vec<String> = digits_of(&question).into_iter().collect();
        let rest = digits.first().and_then(|all| all.strip_prefix("00").or(all.strip_prefix('0')));
        let rest = rest.filter(|rest| rest.len() >= WITHIN).map(str::to_owned);
        digits.extend(rest);
        (!words.is_empty() || !digits.is_empty()).then_some(Self { whole, words, digits })
    }

    /// How well it fits the best of these; the words may be in any of them.
    fn rank(&self, terms: &[&Terms]) -> Option<Rank> {
        let names = || terms.iter().flat_map(|terms| &terms.names);
        let others = || terms.iter().flat_map(|terms| &terms.others);
        let mut addresses = terms.iter().flat_map(|terms| &terms.addresses);
        let begins = |name: &String, word: &String| {
            text::words(name).any(|known| known.starts_with(word.as_str()))
        };
        let is_asked = !self.words.is_empty();
        if is_asked && names().any(|name| *name == self.whole) {
            return Some(Rank::Name);
        }
        if is_asked && names().any(|name| name.starts_with(&self.whole)) {
            return Some(Rank::NameBegins);
        }
        if is_asked && self.words.iter().all(|word| names().any(|name| begins(name, word))) {
            return Some(Rank::Words);
        }
        let asked = without_scheme(&self.whole);
        let is_address = |address: &String| !asked.is_empty() && address.starts_with(asked);
        let numbers = || terms.iter().flat_map(|terms| &terms.digits);
        let begins_so = |asked: &String| numbers().any(|number| number.starts_with(asked.as_str()));
        if addresses.any(is_address) || self.digits.iter().any(begins_so) {
            return Some(Rank::Address);
        }
        let is_there = |word| names().chain(others()).any(|text| begins(text, word));
        if is_asked && self.words.iter().all(is_there) {
            return Some(Rank::Other);
        }
        let mut long = self.digits.iter().filter(|asked| asked.len() >= WITHIN);
        let is_within = |asked: &String| numbers().any(|number| number.contains(asked.as_str()));
        long.any(is_within).then_some(Rank::Within)
    }
}

fn without_scheme(folded: &str) -> &str {
    let known = ["sips:", "sip:", "tel:", "xmpp:"];
    known.iter().find_map(|scheme| folded.strip_prefix(scheme)).unwrap_or(folded)
}

/// The digits of what is written like a number; `None` when it is not.
fn digits_of(text: &str) -> Option<String> {
    let text = without_scheme(text);
    let is_separator = |c: char| {
        c.is_whitespace()
            || matches!(c, '+' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}')
    };
    if !text.chars().all(|c| c.is_ascii_digit() || is_separator(c) || "*#".contains(c)) {
        return None;
    }
    let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
    Some(digits).filter(|digits| !digits.is_empty())
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terms")
    }
}

fn jid_as_text<S: Serializer>(jid: &Option<BareJid>, to: S) -> Result<S::Ok, S::Error> {
    match jid {
        Some(jid) => to.collect_str(jid),
        None => to.serialize_none(),
    }
}
