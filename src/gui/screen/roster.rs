//! The list in the side panel: what stands in it, and which slice of it is in sight.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::book;
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
}

/// The list for a search text; all of it when the text is empty.
pub fn items(snapshot: &Snapshot, search: &str) -> Vec<Item> {
    let search = search.trim();
    let folded = search.to_lowercase();
    // The list is made for every frame: nothing may look through all for each of all.
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
    let mut accounts = snapshot.accounts.iter();
    accounts.any(|account| account.kind == AccountKind::Sip && account.features.chat).then_some(aor)
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

/// The slice that a view of `height` shows at `offset`, with a row to spare on both sides.
pub fn slice(items: &[Item], offset: f32, height: f32) -> Slice {
    let (from, to) = (offset - measure::ROW, offset + height + measure::ROW);
    let mut slice = Slice { range: 0..0, above: 0.0, below: 0.0 };
    let mut top = 0.0;
    for (at, item) in items.iter().enumerate() {
        let bottom = top + item.height();
        if bottom < from {
            slice.above = bottom;
            slice.range = at + 1..at + 1;
        } else if top <= to {
            slice.range.end = at + 1;
        } else {
            slice.below += item.height();
        }
        top = bottom;
    }
    slice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_list_only_a_slice_is_drawn() {
        let items = vec![Item::Dial(String::new()); 10_000];
        let all: f32 = 10_000.0 * measure::ROW;
        for offset in [0.0, 28_000.0, all - 600.0] {
            let slice = slice(&items, offset, 600.0);
            assert!(slice.range.len() <= 14, "{slice:?}");
            let drawn = slice.range.len() as f32 * measure::ROW;
            assert_eq!(slice.above + drawn + slice.below, all);
            assert!(slice.above <= offset && slice.above + drawn >= (offset + 600.0).min(all));
        }
    }
}
