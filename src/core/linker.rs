//! Which contact has which address of telephony, and which address a contact is called at
//! (CUSAX C18, C19, C25, C35–C39). Pure: an index, and one small machine per incoming call.

mod identity;
mod link;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::contact::NumberSource;

pub use identity::{Doubt, Identity, VCARD_DEADLINE, Verdict};
pub use link::{Link, links_of};

/// How many numbers of one contact are kept.
pub const MAX_NUMBERS: usize = 16;

/// Contacts and the addresses that name them. Look-ups take constant time.
#[derive(Debug, Default)]
pub struct Linker {
    contacts: HashMap<BareJid, Vec<Link>>,
    owners: HashMap<AddressKey, Owners>,
}

/// Who has an address. Nearly always one, so that one costs no table.
#[derive(Debug)]
enum Owners {
    One(BareJid, Evidence),
    Many(HashMap<BareJid, Evidence>),
}

/// What says that an address is a contact's (C45). The better evidence is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The contact's own card, read over the contact's XMPP account.
    ContactCard,
    /// The user's own address book, which wins over cards (C27).
    AddressBook,
}

impl Evidence {
    /// What a source of numbers proves: hints prove nothing (C24).
    pub fn of(source: NumberSource) -> Option<Self> {
        match source {
            NumberSource::VcardTemp | NumberSource::Vcard4 => Some(Self::ContactCard),
            NumberSource::AddressBook => Some(Self::AddressBook),
            NumberSource::Reachability => None,
        }
    }
}

/// Whose an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// Exactly one contact's.
    One(BareJid, Evidence),
    /// More than one contact names it with evidence of the same worth.
    Several,
    /// No contact names it, or it is of a kind that identifies nobody.
    Nobody,
}

/// How to call a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route<'a> {
    /// At this number, without a question.
    One(&'a Link),
    /// At one of these; best first.
    Choose(Vec<&'a Link>),
    /// Not at all.
    NoNumber,
}

impl Linker {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces what is known of a contact, touching only what differs. The links are
    /// ordered best first, doubles are removed and the best [`MAX_NUMBERS`] kept. Returns
    /// whether anything changed.
    pub fn set_numbers(&mut self, jid: &BareJid, numbers: Vec<Link>) -> bool {
        let numbers = link::ordered(numbers);
        let before = self.contacts.get(jid).map_or(&[][..], Vec::as_slice);
        if before == numbers {
            return false;
        }
        let (before, after) = (evidence_of(before), evidence_of(&numbers));
        for key in before.keys().filter(|key| !after.contains_key(*key)) {
            self.disown(key, jid);
        }
        for (key, evidence) in after {
            if before.get(&key) != Some(&evidence) {
                self.own(key, jid, evidence);
            }
        }
        if numbers.is_empty() {
            self.contacts.remove(jid);
        } else {
            self.contacts.insert(jid.clone(), numbers);
        }
        true
    }

    /// Forgets a contact.
    pub fn remove(&mut self, jid: &BareJid) {
        self.set_numbers(jid, Vec::new());
    }

    /// A contact's numbers, best first, also those that are never dialled (fax).
    pub fn numbers(&self, jid: &BareJid) -> &[Link] {
        self.contacts.get(jid).map_or(&[], Vec::as_slice)
    }

    /// Whose the address is. Hints (XEP-0152) do not count.
    pub fn identify(&self, caller: &AddressKey) -> Identified {
        if !caller.identifies() {
            return Identified::Nobody;
        }
        match self.owners.get(caller) {
            None => Identified::Nobody,
            Some(Owners::One(jid, evidence)) => Identified::One(jid.clone(), *evidence),
            Some(Owners::Many(all)) => {
                let mut booked = all.iter().filter(|(_, known)| **known == Evidence::AddressBook);
                match (booked.next(), booked.next()) {
                    (Some((jid, evidence)), None) => Identified::One(jid.clone(), *evidence),
                    _ => Identified::Several,
                }
            }
        }
    }

    /// Whether this contact is one of those who have the address.
    pub fn owns(&self, jid: &BareJid, address: &AddressKey) -> Option<Evidence> {
        if !address.identifies() {
            return None;
        }
        match self.owners.get(address)? {
            Owners::One(owner, evidence) => (owner == jid).then_some(*evidence),
            Owners::Many(all) => all.get(jid).copied(),
        }
    }

    /// How to call a contact: the number that its owner prefers, else the only one, else a
    /// choice. Hints are a choice only where nothing better is known.
    pub fn route(&self, jid: &BareJid) -> Route<'_> {
        let mut dialable: Vec<&Link> =
            self.numbers(jid).iter().filter(|link| link.is_dialable()).collect();
        if dialable.iter().any(|link| link.number.verified) {
            dialable.retain(|link| link.number.verified);
        }
        match dialable.as_slice() {
            [] => Route::NoNumber,
            [only] => Route::One(only),
            [best, second, ..] if best.pref < second.pref => Route::One(best),
            _ => Route::Choose(dialable),
        }
    }

    fn own(&mut self, key: AddressKey, jid: &BareJid, evidence: Evidence) {
        match self.owners.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Owners::One(jid.clone(), evidence));
            }
            Entry::Occupied(mut place) => match place.get_mut() {
                Owners::One(owner, known) if owner == jid => *known = evidence,
                Owners::One(owner, known) => {
                    let all = [(owner.clone(), *known), (jid.clone(), evidence)];
                    place.insert(Owners::Many(all.into()));
                }
                Owners::Many(all) => {
                    all.insert(jid.clone(), evidence);
                }
            },
        }
    }

    fn disown(&mut self, key: &AddressKey, jid: &BareJid) {
        let Some(owners) = self.owners.get_mut(key) else {
            return;
        };
        if let Owners::Many(all) = owners {
            all.remove(jid);
            if let (1, Some((last, evidence))) = (all.len(), all.iter().next()) {
                *owners = Owners::One(last.clone(), *evidence);
            }
        } else if matches!(owners, Owners::One(owner, _) if owner == jid) {
            self.owners.remove(key);
        }
    }
}

/// The best evidence for each address that identifies.
fn evidence_of(links: &[Link]) -> HashMap<AddressKey, Evidence> {
    let mut all = HashMap::with_capacity(links.len());
    for link in links.iter().filter(|link| link.key.identifies()) {
        if let Some(evidence) = Evidence::of(link.number.source) {
            let known = all.entry(link.key.clone()).or_insert(evidence);
            *known = evidence.max(*known);
        }
    }
    all
}
