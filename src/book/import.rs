//! What taking a file's cards into the book would change: shown before it is done. By its `UID`
//! a card is the newer form of an entry; by a chat address, or by its name with an address, it
//! is only found to be of the same person and adds to it. Nothing that the user has is taken
//! away.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::vcf::{Cards, Skip};
use super::{text, tidy};
use crate::model::BareJid;
use crate::model::address::{AddressKey, DialPlan, Dialable};
use crate::model::book::{BookAddress, BookEntry, BookError, MAX_ENTRIES, NO_PREF};

/// What an import does, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Import {
    /// Entries that are new.
    pub add: Vec<BookEntry>,
    /// Entries that change.
    pub change: Vec<Change>,
    /// How many cards say nothing new.
    pub same: usize,
    /// What is left out, and why.
    pub skip: Vec<Skip>,
}

/// One entry that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// As it is.
    pub before: Arc<BookEntry>,
    /// As it becomes.
    pub after: BookEntry,
}

/// How a card is known to be an entry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// By its `UID`: another state of the same card.
    Card,
    /// By an address: a card of the same person.
    Person,
}

/// What an address is compared by; of a number of one place, its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(AddressKey),
    Text(String),
}

/// One entry as it was and as it is to be.
struct Slot {
    before: Option<Arc<BookEntry>>,
    now: Option<BookEntry>,
}

/// Who is found by what. Where two have the same, the first has it.
#[derive(Default)]
struct Index {
    by_uid: HashMap<String, usize>,
    by_jid: HashMap<BareJid, usize>,
    by_name: HashMap<(String, Key), usize>,
}

/// What taking these cards into the book would change. `plan` says how numbers are read.
pub fn plan<'a>(
    cards: Cards,
    book: impl IntoIterator<Item = &'a Arc<BookEntry>>,
    plan: &DialPlan,
) -> Import {
    let mut index = Index::default();
    let mut slots: Vec<Slot> = Vec::new();
    for entry in book {
        index.add(slots.len(), entry, plan);
        slots.push(Slot { before: Some(Arc::clone(entry)), now: None });
    }
    let Cards { entries, mut skipped } = cards;
    let mut same = 0;
    for card in entries {
        let Some((at, how)) = index.find(&card, plan) else {
            if slots.len() >= MAX_ENTRIES {
                skipped.add(&card.name, BookError::Full);
                continue;
            }
            index.add(slots.len(), &card, plan);
            slots.push(Slot { before: None, now: Some(card) });
            continue;
        };
        let Some(slot) = slots.get_mut(at) else { continue };
        let Some(known) = slot.now.as_ref().or(slot.before.as_deref()) else { continue };
        let merged = merge(known, &card, how, plan);
        if merged == *known {
            same += 1;
        } else if let Err(error) = merged.check() {
            skipped.add(&card.name, error);
        } else {
            index.add(at, &merged, plan);
            slot.now = Some(merged);
        }
    }
    let mut import = Import { same, skip: skipped.into_all(), ..Import::default() };
    for slot in slots {
        match slot {
            Slot { before: Some(before), now: Some(after) } => {
                import.change.push(Change { before, after });
            }
            Slot { before: None, now: Some(entry) } => import.add.push(entry),
            Slot { now: None, .. } => {}
        }
    }
    import
}

/// The entry with what the card says besides.
fn merge(known: &BookEntry, card: &BookEntry, how: Same, plan: &DialPlan) -> BookEntry {
    let mut merged = known.clone();
    let newer = |known: &mut Option<String>, card: &Option<String>| {
        if card.is_some() && (how == Same::Card || known.is_none()) {
            known.clone_from(card);
        }
    };
    newer(&mut merged.organisation, &card.organisation);
    newer(&mut merged.note, &card.note);
    if how == Same::Card {
        merged.name.clone_from(&card.name);
    }
    merged.jids.extend(card.jids.iter().cloned());
    merged.categories.extend(card.categories.iter().cloned());
    for address in &card.addresses {
        let key = key_of(address, plan);
        match merged.addresses.iter_mut().find(|known| key_of(known, plan) == key) {
            Some(known) => renew(known, address, how),
            None => merged.addresses.push(address.clone()),
        }
    }
    tidy(&mut merged);
    merged
}

fn renew(known: &mut BookAddress, card: &BookAddress, how: Same) {
    if how == Same::Card {
        known.value.clone_from(&card.value);
        if card.pref != NO_PREF {
            known.pref = card.pref;
        }
    }
    known.types.extend(card.types.iter().cloned());
}

fn key_of(address: &BookAddress, plan: &DialPlan) -> Key {
    Dialable::parse(&address.value, plan)
        .map_or_else(|_| Key::Text(address.value.clone()), |dialable| Key::Address(dialable.key))
}

impl Index {
    fn add(&mut self, at: usize, entry: &BookEntry, plan: &DialPlan) {
        if let Some(uid) = &entry.uid {
            self.by_uid.entry(uid.clone()).or_insert(at);
        }
        for jid in &entry.jids {
            self.by_jid.entry(jid.clone()).or_insert(at);
        }
        let name = text::fold(&entry.name);
        for address in &entry.addresses {
            self.by_name.entry((name.clone(), key_of(address, plan))).or_insert(at);
        }
    }

    fn find(&self, card: &BookEntry, plan: &DialPlan) -> Option<(usize, Same)> {
        let uid = card.uid.as_ref().and_then(|uid| self.by_uid.get(uid));
        if let Some(at) = uid {
            return Some((*at, Same::Card));
        }
        let jid = card.jids.iter().find_map(|jid| self.by_jid.get(jid));
        let named = || {
            let name = text::fold(&card.name);
            let mut keys = card.addresses.iter().map(|address| key_of(address, plan));
            keys.find_map(|key| self.by_name.get(&(name.clone(), key)))
        };
        jid.or_else(named).map(|at| (*at, Same::Person))
    }
}
