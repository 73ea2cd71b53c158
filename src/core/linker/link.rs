//! From a card's `tel` to a number with its key.

use std::collections::HashMap;

use super::MAX_NUMBERS;
use crate::model::address::{AddressError, AddressKey, DialPlan, Dialable};
use crate::model::binding::Proof;
use crate::model::contact::{Number, NumberSource};
use crate::model::vcard::{Tel, Vcard};

/// Types that no voice call is made to, unless `voice` stands beside them.
const MACHINES: [&str; 5] = ["fax", "pager", "modem", "bbs", "textphone"];
/// How many `tel` of one card are read, before doubles are removed.
const MAX_TELS: usize = 4 * MAX_NUMBERS;

/// One way to call a contact, with what it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As the faces show it.
    pub number: Number,
    /// What it is compared by.
    pub key: AddressKey,
    /// Its owner's preference, 1 (best) to 100 (none given).
    pub pref: u8,
}

impl Link {
    /// Reads one number.
    ///
    /// # Errors
    /// When the value is no address ([`Dialable::parse`]).
    pub fn new(tel: &Tel, source: NumberSource, plan: &DialPlan) -> Result<Self, AddressError> {
        let Dialable { uri, display, key } = Dialable::parse(&tel.value, plan)?;
        let number = Number::new(uri, display, tel.types.clone(), source);
        Ok(Self { number, key, pref: tel.pref.clamp(1, 100) })
    }

    /// The evidence that it is its owner's.
    pub fn proof(&self) -> Proof {
        Proof {
            state: self.number.binding,
            address: self.key.to_string(),
            source: Some(self.number.source),
            since: self.number.since,
            before: self.number.before.clone(),
        }
    }

    /// Whether a voice call can be made to it (not to a fax machine).
    pub fn is_dialable(&self) -> bool {
        self.has("voice") || !MACHINES.iter().any(|machine| self.has(machine))
    }

    /// Whether its owner says that video can be sent to it (C21).
    pub fn is_video(&self) -> bool {
        self.has("video")
    }

    fn has(&self, name: &str) -> bool {
        self.number.types.iter().any(|known| known == name)
    }

    /// Whether the user's own address book names it.
    pub(super) fn is_booked(&self) -> bool {
        self.number.source == NumberSource::AddressBook
    }

    /// What the order of numbers goes by.
    fn rank(&self) -> (bool, bool, bool, u8, bool, u8) {
        (
            !self.is_dialable(),
            !self.number.verified,
            !self.is_booked(),
            self.pref,
            !self.has("voice"),
            worth(self.number.source),
        )
    }
}

/// The numbers of all of a contact's cards, best first, doubles removed. What cannot be
/// read as an address is left out.
pub fn links_of<'a>(cards: impl IntoIterator<Item = &'a Vcard>, plan: &DialPlan) -> Vec<Link> {
    let links = cards.into_iter().flat_map(|card| {
        let tels = card.tels.iter().take(MAX_TELS);
        tels.filter_map(|tel| Link::new(tel, card.source, plan).ok())
    });
    ordered(links.collect())
}

/// One link a key, from its best source, with the types and the preference of all; best
/// first, at most [`MAX_NUMBERS`].
pub(super) fn ordered(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by_key(|link| worth(link.number.source));
    let mut places: HashMap<AddressKey, usize> = HashMap::with_capacity(links.len());
    let mut unique: Vec<Link> = Vec::with_capacity(links.len());
    for link in links {
        match places.get(&link.key).and_then(|place| unique.get_mut(*place)) {
            Some(known) => merge(known, link),
            None => {
                places.insert(link.key.clone(), unique.len());
                unique.push(link);
            }
        }
    }
    unique.sort_by_key(Link::rank);
    unique.truncate(MAX_NUMBERS);
    unique
}

fn merge(known: &mut Link, double: Link) {
    // A hint changes nothing about what a card says, nor a card about what the book says.
    let is_weaker = known.number.verified && !double.number.verified;
    if is_weaker || (known.is_booked() && !double.is_booked()) {
        return;
    }
    known.pref = known.pref.min(double.pref);
    for name in double.number.types {
        if !known.number.types.contains(&name) {
            known.number.types.push(name);
        }
    }
}

/// Whose word counts first: the smaller.
fn worth(source: NumberSource) -> u8 {
    match source {
        NumberSource::AddressBook => 0,
        NumberSource::Directory => 1,
        NumberSource::Vcard4 => 2,
        NumberSource::VcardTemp => 3,
        NumberSource::Reachability => 4,
    }
}
