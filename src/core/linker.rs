//! Which person has which address of telephony, and which address a person is called at
//! (CUSAX C18, C19, C25, C27, C35–C39). Pure: an index, what earlier cards said, and one small
//! machine per incoming call.

mod caller;
mod identity;
mod link;
mod memory;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::binding::{BindingState, Proof};
use crate::model::person::Person;
use crate::model::time::Timestamp;

pub use caller::{Caller, Word};
pub use identity::{Doubt, Identity, VCARD_DEADLINE, Verdict};
pub use link::{Link, links_of};
pub use memory::{Memory, Seen};

/// How many numbers of one person are kept.
pub const MAX_NUMBERS: usize = 16;

/// People and the addresses that name them. Look-ups take constant time; a change costs what
/// differs.
#[derive(Debug, Default)]
pub struct Linker {
    people: HashMap<Person, Vec<Link>>,
    owners: HashMap<AddressKey, Owners>,
    memory: Memory,
}

/// Who has an address. Nearly always one, so that one costs no table.
#[derive(Debug)]
enum Owners {
    One(Person, BindingState),
    Many(HashMap<Person, BindingState>),
}

/// Whose an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// Exactly one person's, by the best evidence there is.
    One(Person, BindingState),
    /// More than one person has it, with evidence of the same worth.
    Several,
    /// One person's card names it, which was somebody else's when last seen.
    Changed(Person),
    /// No person has it, or it is of a kind that identifies nobody.
    Nobody,
}

/// How to call a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route<'a> {
    /// At this number, without a question.
    One(&'a Link),
    /// At one of these; best first.
    Choose(Vec<&'a Link>),
    /// Not at all.
    NoNumber,
}

/// What came of new cards.
#[derive(Debug, Default, PartialEq)]
pub struct Learned {
    /// The person's numbers, or how they are bound, changed.
    pub changed: bool,
    /// What is to be kept over restarts, when that changed. Others whose standing it changes are
    /// not in it: what is kept of them stays.
    pub seen: Option<Seen>,
}

impl Linker {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// What earlier runs saw.
    pub fn remember(&mut self, seen: impl IntoIterator<Item = (BareJid, Seen)>) {
        for (jid, seen) in seen {
            self.memory.insert(jid, seen);
        }
    }

    /// Takes in what is known of a contact now: cards, hints, the address book's entries.
    pub fn learn(&mut self, jid: &BareJid, numbers: Vec<Link>, now: Timestamp) -> Learned {
        let seen = self.memory.note(jid, &numbers, now);
        let mut numbers = link::ordered(numbers);
        for link in &mut numbers {
            self.memory.judge(jid, link, now);
        }
        Learned { changed: self.set_numbers(&jid.into(), numbers), seen }
    }

    /// A call from this address named the person, whose card names it: each names the other.
    /// Returns what is to be kept.
    pub fn met(&mut self, jid: &BareJid, address: &AddressKey, now: Timestamp) -> Option<Seen> {
        if self.state(&jid.into(), address)? == BindingState::Mutual {
            return None;
        }
        let seen = self.memory.met(jid, address, now)?;
        let person = Person::from(jid);
        let mut numbers = self.numbers(&person).to_vec();
        for link in &mut numbers {
            self.memory.judge(jid, link, now);
        }
        self.set_numbers(&person, numbers);
        Some(seen)
    }

    /// Forgets a contact, but not which addresses were theirs. Returns what is to be kept.
    pub fn forget(&mut self, jid: &BareJid, now: Timestamp) -> Option<Seen> {
        self.set_numbers(&jid.into(), Vec::new());
        self.memory.note(jid, &[], now)
    }

    /// Replaces what is known of a person, touching only what differs. The links are ordered
    /// best first, doubles are removed and the best [`MAX_NUMBERS`] kept. Returns whether
    /// anything changed.
    pub fn set_numbers(&mut self, person: &Person, numbers: Vec<Link>) -> bool {
        let numbers = link::ordered(numbers);
        let before = self.people.get(person).map_or(&[][..], Vec::as_slice);
        if before == numbers {
            return false;
        }
        let (before, after) = (evidence_of(before), evidence_of(&numbers));
        for key in before.keys().filter(|key| !after.contains_key(*key)) {
            self.disown(key, person);
        }
        for (key, state) in after {
            if before.get(&key) != Some(&state) {
                self.own(key, person, state);
            }
        }
        if numbers.is_empty() {
            self.people.remove(person);
        } else {
            self.people.insert(person.clone(), numbers);
        }
        true
    }

    /// A person's numbers, best first, also those that are never dialled (fax).
    pub fn numbers(&self, person: &Person) -> &[Link] {
        self.people.get(person).map_or(&[], Vec::as_slice)
    }

    /// Whose the address is. Hints (XEP-0152) do not count.
    pub fn identify(&self, address: &AddressKey) -> Identified {
        if !address.identifies() {
            return Identified::Nobody;
        }
        match self.owners.get(address) {
            None => Identified::Nobody,
            Some(Owners::One(person, state)) if state.is_confirmed() => {
                Identified::One(person.clone(), *state)
            }
            Some(Owners::One(person, _)) => Identified::Changed(person.clone()),
            Some(Owners::Many(all)) => best_of(all.iter().map(|(person, state)| (person, *state))),
        }
    }

    /// Everybody who has the address in the index, and how.
    pub(super) fn owners(
        &self,
        address: &AddressKey,
    ) -> impl Iterator<Item = (&Person, BindingState)> {
        let owners = self.owners.get(address).filter(|_| address.identifies());
        let (one, many) = match owners {
            None => (None, None),
            Some(Owners::One(person, state)) => (Some((person, *state)), None),
            Some(Owners::Many(all)) => (None, Some(all)),
        };
        let many = many.into_iter().flatten().map(|(person, state)| (person, *state));
        one.into_iter().chain(many)
    }

    /// How this person has the address.
    pub fn state(&self, person: &Person, address: &AddressKey) -> Option<BindingState> {
        self.owners(address).find(|(owner, _)| *owner == person).map(|(_, state)| state)
    }

    /// The evidence that the address is this person's.
    pub fn proof(&self, person: &Person, address: &AddressKey) -> Option<Proof> {
        let link = self.numbers(person).iter().find(|link| link.key == *address)?;
        Some(link.proof())
    }

    /// Whose the address was, where nobody is known to have it now; and until when.
    pub(super) fn former_owner(&self, address: &AddressKey) -> Option<(&BareJid, Timestamp)> {
        self.memory.former_owner(address).filter(|_| address.identifies())
    }

    /// How to call a person: the number that its owner prefers, else the only one, else a
    /// choice. What the user's own book names comes before everything else (C27); what is not
    /// bound to them counts only where nothing better is known.
    pub fn route(&self, person: &Person) -> Route<'_> {
        let mut dialable: Vec<&Link> =
            self.numbers(person).iter().filter(|link| link.is_dialable()).collect();
        if dialable.iter().any(|link| link.number.verified) {
            dialable.retain(|link| link.number.verified);
        }
        if dialable.iter().any(|link| link.is_booked()) {
            dialable.retain(|link| link.is_booked());
        }
        match dialable.as_slice() {
            [] => Route::NoNumber,
            [only] => Route::One(only),
            [best, second, ..] if best.pref < second.pref => Route::One(best),
            _ => Route::Choose(dialable),
        }
    }

    fn own(&mut self, key: AddressKey, person: &Person, state: BindingState) {
        match self.owners.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Owners::One(person.clone(), state));
            }
            Entry::Occupied(mut place) => match place.get_mut() {
                Owners::One(owner, known) if owner == person => *known = state,
                Owners::One(owner, known) => {
                    let all = [(owner.clone(), *known), (person.clone(), state)];
                    place.insert(Owners::Many(all.into()));
                }
                Owners::Many(all) => {
                    all.insert(person.clone(), state);
                }
            },
        }
    }

    fn disown(&mut self, key: &AddressKey, person: &Person) {
        let Some(owners) = self.owners.get_mut(key) else {
            return;
        };
        if let Owners::Many(all) = owners {
            all.remove(person);
            if let (1, Some((last, state))) = (all.len(), all.iter().next()) {
                *owners = Owners::One(last.clone(), *state);
            }
        } else if matches!(owners, Owners::One(owner, _) if owner == person) {
            self.owners.remove(key);
        }
    }
}

/// The one among several with the best evidence. Of two cards neither is believed; what is more
/// than a card wins over cards.
fn best_of<'a>(all: impl Iterator<Item = (&'a Person, BindingState)> + Clone) -> Identified {
    let Some(best) = all.clone().map(|(_, state)| state).max() else { return Identified::Nobody };
    let mut holders = all.filter(|(_, state)| *state == best);
    match (holders.next(), holders.next()) {
        (Some((person, state)), None) if state.is_confirmed() => {
            Identified::One(person.clone(), state)
        }
        (Some((person, _)), None) => Identified::Changed(person.clone()),
        _ => Identified::Several,
    }
}

/// The best evidence for each address that identifies.
fn evidence_of(links: &[Link]) -> HashMap<AddressKey, BindingState> {
    let mut all = HashMap::with_capacity(links.len());
    for link in links.iter().filter(|link| link.key.identifies()) {
        let state = link.number.binding;
        if state >= BindingState::Changed {
            let known = all.entry(link.key.clone()).or_insert(state);
            *known = state.max(*known);
        }
    }
    all
}
