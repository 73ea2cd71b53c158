//! What earlier cards named: since when an address is a person's, whose it was before, and
//! whether a call ever confirmed it. Kept over restarts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{Link, MAX_NUMBERS};
use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::binding::BindingState;
use crate::model::time::Timestamp;

/// For how long an address that left one card is not believed of another without more.
const QUARANTINE_MS: i64 = 90 * 24 * 3600 * 1000;
/// Two people whose cards were first read within this time have an address equally long.
const SAME_TIME_MS: i64 = 24 * 3600 * 1000;
/// People of whom something is remembered.
const MAX_PEOPLE: usize = 200_000;

/// What was seen of one person's cards. Addresses are as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// What the cards name, since when.
    named: BTreeMap<String, Timestamp>,
    /// From which of them a call named the person, when last.
    mutual: BTreeMap<String, Timestamp>,
    /// What they named before.
    former: BTreeMap<String, Span>,
}

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    since: Timestamp,
    until: Timestamp,
}

/// What was seen of everybody's.
#[derive(Debug, Default)]
pub struct Memory {
    people: HashMap<BareJid, Seen>,
    /// Whose an address was, for each that left a card.
    left: HashMap<String, Vec<BareJid>>,
}

impl Memory {
    pub(super) fn insert(&mut self, jid: BareJid, seen: Seen) {
        if self.people.len() >= MAX_PEOPLE && !self.people.contains_key(&jid) {
            return;
        }
        for address in seen.former.keys() {
            mark(&mut self.left, address, &jid);
        }
        self.people.insert(jid, seen);
    }

    /// Notes what a person's cards name now. Returns what is to be kept, if it differs.
    pub(super) fn note(&mut self, jid: &BareJid, links: &[Link], now: Timestamp) -> Option<Seen> {
        let known = self.people.get(jid);
        let by_card = links.iter().filter(|link| is_of_card(link));
        let tokens: BTreeSet<String> = by_card.map(|link| link.key.to_string()).collect();
        let tokens: BTreeSet<String> = tokens.into_iter().take(MAX_NUMBERS).collect();
        if known.is_none() && (tokens.is_empty() || self.people.len() >= MAX_PEOPLE) {
            return None;
        }
        let before = known.cloned().unwrap_or_default();
        let mut seen = before.clone();
        seen.named.retain(|address, since| {
            let stays = tokens.contains(address);
            if !stays {
                seen.former.insert(address.clone(), Span { since: *since, until: now });
                seen.mutual.remove(address);
                mark(&mut self.left, address, jid);
            }
            stays
        });
        for address in tokens {
            seen.former.remove(&address);
            seen.named.entry(address).or_insert(now);
        }
        seen.former.retain(|_, span| is_recent(span.until, now));
        while seen.former.len() > MAX_NUMBERS {
            let oldest = seen.former.iter().min_by_key(|(_, span)| span.until);
            let Some(oldest) = oldest.map(|(address, _)| address.clone()) else { break };
            seen.former.remove(&oldest);
        }
        if seen == before {
            return None;
        }
        self.people.insert(jid.clone(), seen.clone());
        Some(seen)
    }

    /// A call from the address named the person.
    pub(super) fn met(
        &mut self,
        jid: &BareJid,
        address: &AddressKey,
        now: Timestamp,
    ) -> Option<Seen> {
        let seen = self.people.get_mut(jid)?;
        let address = address.to_string();
        if !seen.named.contains_key(&address) {
            return None;
        }
        seen.mutual.insert(address, now);
        Some(seen.clone())
    }

    /// Says how a link is bound, by what was seen.
    pub(super) fn judge(&self, jid: &BareJid, link: &mut Link, now: Timestamp) {
        if !is_of_card(link) {
            return;
        }
        let Some(seen) = self.people.get(jid) else { return };
        let address = link.key.to_string();
        let number = &mut link.number;
        number.since = seen.named.get(&address).copied();
        number.before = None;
        number.binding = BindingState::OneWay;
        if seen.mutual.contains_key(&address) {
            number.binding = BindingState::Mutual;
        } else if let Some(since) = number.since
            && let Some(before) = self.last_owner(jid, &address, since, now)
        {
            number.binding = BindingState::Changed;
            number.before = Some(before.to_string());
        }
        number.verified = number.binding.is_confirmed();
    }

    /// Whose the address was last, of those whose cards name it no more; and until when.
    pub(super) fn former_owner(&self, address: &AddressKey) -> Option<(&BareJid, Timestamp)> {
        let address = address.to_string();
        let had = self.left.get(&address)?.iter();
        let had = had.filter_map(|jid| Some((jid, self.people.get(jid)?.former.get(&address)?)));
        had.max_by_key(|(_, span)| span.until).map(|(jid, span)| (jid, span.until))
    }

    /// Who else had the address before this person, not long ago, and has it no more.
    fn last_owner(
        &self,
        jid: &BareJid,
        address: &str,
        since: Timestamp,
        now: Timestamp,
    ) -> Option<&BareJid> {
        let others = self.left.get(address)?.iter().filter(|other| *other != jid);
        let had = others.filter_map(|other| Some((other, self.people.get(other)?)));
        had.filter_map(|(other, seen)| Some((other, seen.former.get(address)?)))
            .filter(|(_, span)| is_recent(span.until, now))
            .filter(|(_, span)| span.since.unix_millis() < since.unix_millis() + SAME_TIME_MS)
            .max_by_key(|(_, span)| span.until)
            .map(|(other, _)| other)
    }
}

fn is_recent(until: Timestamp, now: Timestamp) -> bool {
    now.unix_millis() - until.unix_millis() < QUARANTINE_MS
}

fn is_of_card(link: &Link) -> bool {
    BindingState::of(link.number.source) == BindingState::OneWay && link.key.identifies()
}

fn mark(left: &mut HashMap<String, Vec<BareJid>>, address: &str, jid: &BareJid) {
    let who = left.entry(address.to_owned()).or_default();
    // More than a few who had it and lost it tell no more than the last of them.
    if !who.contains(jid) {
        if who.len() >= 8 {
            who.remove(0);
        }
        who.push(jid.clone());
    }
}
