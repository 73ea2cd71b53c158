//! The list in the side panel: what stands in it, and which slice of it is in sight.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::book;
use super::palette::Said;
use crate::core::snapshot::Snapshot;
use crate::gui::theme::measure;
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::address::Aor;
use crate::model::book::BookEntry;
use crate::model::contact::Contact;
use crate::model::message::Conversation;
use crate::model::party::Party;
use crate::tr;

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A section's name.
    Heading(&'static str),
    /// Call what was typed.
    Dial(String),
    /// Add what was typed to the contacts.
    Add(BareJid),
    /// Write to the telephony address that was typed.
    Write(Aor),
    /// A conversation.
    Conversation(Arc<Conversation>),
    /// A contact with whom there is no conversation yet.
    Contact(Arc<Contact>),
    /// Somebody of the address book who has no chat address.
    Person(Arc<BookEntry>),
    /// What was said in a message.
    Said(Said),
    /// Why there is nothing.
    Note(&'static str, &'static str),
}

impl Item {
    /// Its height in logical pixels.
    pub fn height(&self) -> f32 {
        match self {
            Self::Heading(_) => measure::HEADING,
            Self::Note(..) => 2.0 * measure::ROW,
            _ => measure::ROW,
        }
    }

    /// Tells whom or what it is about.
    pub fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Heading(name) => (0, name).hash(&mut hasher),
            Self::Dial(_) => 1.hash(&mut hasher),
            Self::Add(_) => 2.hash(&mut hasher),
            Self::Write(_) => 3.hash(&mut hasher),
            Self::Conversation(conversation) => (4, &conversation.with).hash(&mut hasher),
            Self::Contact(contact) => (5, &contact.jid).hash(&mut hasher),
            Self::Person(entry) => (6, entry.id.to_string()).hash(&mut hasher),
            Self::Said(said) => (8, &said.with, said.entry.at).hash(&mut hasher),
            Self::Note(title, _) => (7, title).hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// The list as it was made last: views ask for it with every frame, and it changes only with
/// what it was made of.
#[derive(Debug, Default)]
pub struct Listing(RefCell<Option<Rc<List>>>);

impl Listing {
    /// The list for a search text, with what the history has of it; all of it when the text is
    /// empty.
    pub fn of(&self, snapshot: &Snapshot, search: &str, said: &Rc<[Said]>) -> Rc<List> {
        let mut kept = self.0.borrow_mut();
        if let Some(list) = kept.as_ref().filter(|list| list.source.is(snapshot, search, said)) {
            return Rc::clone(list);
        }
        let list = Rc::new(List::new(snapshot, search, said));
        *kept = Some(Rc::clone(&list));
        list
    }
}

/// A list, and what is looked up in it.
#[derive(Debug)]
pub struct List {
    source: Source,
    items: Vec<Item>,
    /// Where each item ends, from the top of the list.
    ends: Vec<f32>,
    /// The contacts with whom there are conversations.
    talked: HashMap<BareJid, Arc<Contact>>,
}

impl List {
    fn new(snapshot: &Snapshot, search: &str, said: &Rc<[Said]>) -> Self {
        let mut items = items(snapshot, search);
        if !said.is_empty() {
            items.retain(|item| !matches!(item, Item::Note(..)));
            items.push(Item::Heading(tr!("sidebar-in-messages")));
            items.extend(said.iter().cloned().map(Item::Said));
        }
        let mut end = 0.0;
        let ends = items.iter().map(|item| {
            end += item.height();
            end
        });
        let ends = ends.collect();
        let talked: HashSet<&BareJid> =
            snapshot.conversations.iter().filter_map(|c| c.with.jid()).collect();
        let contacts = snapshot.contacts.iter().filter(|contact| talked.contains(&contact.jid));
        let talked = contacts.map(|contact| (contact.jid.clone(), Arc::clone(contact))).collect();
        Self { source: Source::of(snapshot, search, said), items, ends, talked }
    }

    /// What stands in it.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The contact with whom a conversation is.
    pub fn contact(&self, with: &Party) -> Option<&Contact> {
        self.talked.get(with.jid()?).map(AsRef::as_ref)
    }

    /// Where an item begins and ends, from the top of the list.
    pub fn place(&self, at: usize) -> (f32, f32) {
        let end = |at: Option<usize>| at.and_then(|at| self.ends.get(at)).copied();
        let top = end(at.checked_sub(1)).unwrap_or_default();
        (top, end(Some(at)).unwrap_or(top))
    }

    /// The slice that a view of `height` shows at `offset`, with a row to spare on both sides.
    pub fn slice(&self, offset: f32, height: f32) -> Slice {
        let (from, to) = (offset - measure::ROW, offset + height + measure::ROW);
        let first = self.ends.partition_point(|end| *end < from);
        // The first item that begins below is not seen.
        let behind = self.ends.partition_point(|end| *end <= to) + 1;
        let behind = behind.clamp(first, self.items.len().max(first));
        let whole = self.ends.last().copied().unwrap_or_default();
        let bottom = self.place(behind).0;
        Slice { range: first..behind, above: self.place(first).0, below: whole - bottom }
    }
}

/// What a list is made of.
#[derive(Debug)]
struct Source {
    contacts: Arc<[Arc<Contact>]>,
    book: Arc<[Arc<BookEntry>]>,
    conversations: Arc<[Arc<Conversation>]>,
    known: bool,
    accounts: (bool, bool),
    search: String,
    said: Rc<[Said]>,
}

impl Source {
    fn of(snapshot: &Snapshot, search: &str, said: &Rc<[Said]>) -> Self {
        Self {
            contacts: Arc::clone(&snapshot.contacts),
            book: Arc::clone(&snapshot.book),
            conversations: Arc::clone(&snapshot.conversations),
            known: snapshot.roster_known,
            accounts: (snapshot.accounts.is_empty(), sends_over_sip(snapshot)),
            search: search.to_owned(),
            said: Rc::clone(said),
        }
    }

    fn is(&self, snapshot: &Snapshot, search: &str, said: &Rc<[Said]>) -> bool {
        Arc::ptr_eq(&self.contacts, &snapshot.contacts)
            && Arc::ptr_eq(&self.conversations, &snapshot.conversations)
            && Arc::ptr_eq(&self.book, &snapshot.book)
            && self.known == snapshot.roster_known
            && self.accounts == (snapshot.accounts.is_empty(), sends_over_sip(snapshot))
            && self.search == search
            && Rc::ptr_eq(&self.said, said)
    }
}

/// The list for a search text; all of it when the text is empty.
pub fn items(snapshot: &Snapshot, search: &str) -> Vec<Item> {
    let search = search.trim();
    let folded = search.to_lowercase();
    // Contacts come by the thousand: nothing may look through all for each of all.
    let talked: HashSet<&BareJid> =
        snapshot.conversations.iter().filter_map(|c| c.with.jid()).collect();
    let mut known = HashMap::with_capacity(talked.len());
    let mut contacts = Vec::with_capacity(snapshot.contacts.len());
    for contact in &*snapshot.contacts {
        let meant = matches(contact, &folded);
        if talked.contains(&contact.jid) {
            known.insert(&contact.jid, meant);
        } else if meant {
            contacts.push(contact);
        }
    }
    let meant = |with: &Party| match with.jid().and_then(|jid| known.get(jid)) {
        Some(meant) => *meant,
        None => holds(&with.to_string(), &folded),
    };
    let conversations: Vec<_> = snapshot.conversations.iter().filter(|c| meant(&c.with)).collect();
    let people: Vec<_> = snapshot
        .book
        .iter()
        .filter(|entry| entry.jids.is_empty() && book::found(entry, &folded))
        .collect();
    let nobody = conversations.is_empty() && contacts.is_empty() && people.is_empty();
    let mut items = Vec::with_capacity(conversations.len() + contacts.len() + 4);
    if dialable(search) {
        items.push(Item::Dial(search.to_owned()));
    }
    if let Some(jid) = stranger(snapshot, search) {
        items.push(Item::Add(jid));
    }
    if let Some(aor) = writable(snapshot, search) {
        items.push(Item::Write(aor));
    }
    section(&mut items, tr!("sidebar-conversations"), conversations, Item::Conversation);
    section(&mut items, tr!("sidebar-contacts"), contacts, Item::Contact);
    section(&mut items, tr!("sidebar-address-book"), people, Item::Person);
    if nobody && items.is_empty() {
        items.push(empty(snapshot, search));
    }
    items
}

fn section<T>(
    items: &mut Vec<Item>,
    heading: &'static str,
    entries: Vec<&Arc<T>>,
    item: fn(Arc<T>) -> Item,
) {
    if !entries.is_empty() {
        items.push(Item::Heading(heading));
        items.extend(entries.into_iter().map(|entry| item(Arc::clone(entry))));
    }
}

fn empty(snapshot: &Snapshot, search: &str) -> Item {
    if !search.is_empty() {
        Item::Note(tr!("sidebar-nothing"), tr!("sidebar-nothing-why"))
    } else if snapshot.accounts.is_empty() {
        Item::Note(tr!("sidebar-no-account"), tr!("sidebar-no-account-why"))
    } else if !snapshot.roster_known {
        Item::Note(tr!("sidebar-on-their-way"), tr!("sidebar-on-their-way-why"))
    } else {
        Item::Note(tr!("sidebar-no-contacts"), tr!("sidebar-no-contacts-why"))
    }
}

fn matches(contact: &Contact, folded: &str) -> bool {
    folded.is_empty()
        || holds(&contact.name, folded)
        || holds(contact.jid.as_str(), folded)
        || (dialable(folded)
            && contact.numbers.iter().any(|n| holds(&n.display, folded) || holds(&n.uri, folded)))
}

/// Whether a text holds what is looked for, which is in lower case.
fn holds(text: &str, folded: &str) -> bool {
    folded.is_empty() || text.to_lowercase().contains(folded)
}

/// Whether a typed text could be called: a number, or an address with a host or scheme.
pub fn dialable(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let scheme = ["sip:", "sips:", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    let number = digits >= 2
        && text.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | '*' | '#' | ' ')
        });
    scheme
        || number
        || text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
}

/// The address that was typed, when it is nobody's in the roster.
fn stranger(snapshot: &Snapshot, search: &str) -> Option<BareJid> {
    let jid: BareJid = search.parse().ok()?;
    let user_at_host = jid.node().is_some() && !search.contains(':');
    (user_at_host && snapshot.roster_known && snapshot.contact(&jid).is_none()).then_some(jid)
}

/// The telephony address that was typed, when an account sends messages over SIP.
fn writable(snapshot: &Snapshot, search: &str) -> Option<Aor> {
    let Ok(Party::Sip(aor)) = search.parse() else { return None };
    sends_over_sip(snapshot).then_some(aor)
}

fn sends_over_sip(snapshot: &Snapshot) -> bool {
    let mut accounts = snapshot.accounts.iter();
    accounts.any(|account| account.kind == AccountKind::Sip && account.features.chat)
}

/// What is drawn of a list: the items in sight and the height of what is left out above and
/// below them.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The items.
    pub range: Range<usize>,
    /// Pixels above.
    pub above: f32,
    /// Pixels below.
    pub below: f32,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// People of the address book, of a number.
    fn many(count: usize) -> Snapshot {
        let person = |n: usize| {
            let text = format!(r#"{{"id":"{n}","name":"Bob","addresses":[]}}"#);
            Arc::new(serde_json::from_str(&text).unwrap())
        };
        Snapshot { book: (0..count).map(person).collect(), ..Snapshot::default() }
    }

    #[test]
    fn of_a_long_list_only_a_slice_is_drawn() {
        let none = Rc::default();
        let list = Listing::default().of(&many(10_000), "", &none);
        let all = measure::HEADING + 10_000.0 * measure::ROW;
        for offset in [0.0, 20.0, 28_000.0, all - 600.0, all + 5_000.0] {
            let slice = list.slice(offset, 600.0);
            assert!(slice.range.len() <= 14, "{slice:?}");
            let drawn: f32 = list.items()[slice.range.clone()].iter().map(Item::height).sum();
            assert_eq!(slice.above + drawn + slice.below, all);
            assert!(slice.above <= offset && slice.above + drawn >= (offset + 600.0).min(all));
        }
        let few = Listing::default().of(&many(3), "", &none).slice(0.0, 600.0);
        assert_eq!(few, Slice { range: 0..4, above: 0.0, below: 0.0 });
    }

    #[test]
    fn a_list_is_made_anew_when_what_it_is_made_of_changes_and_not_before() {
        let (listing, none) = (Listing::default(), Rc::default());
        let mut snapshot = many(3);
        let first = listing.of(&snapshot, "", &none);
        snapshot.me = "alice".to_owned();
        assert!(Rc::ptr_eq(&first, &listing.of(&snapshot, "", &none)));
        let found = listing.of(&snapshot, "bo", &none);
        assert!(!Rc::ptr_eq(&first, &found));
        snapshot.book = many(2).book;
        assert_eq!(listing.of(&snapshot, "bo", &none).items().len(), 3);
        snapshot.book = Arc::default();
        assert!(matches!(listing.of(&snapshot, "", &none).items(), [Item::Note(..)]));
        let before = listing.of(&snapshot, "", &none);
        snapshot.roster_known = true;
        assert!(!Rc::ptr_eq(&before, &listing.of(&snapshot, "", &none)));
    }
}
