//! Who is called what: a name that a contact chose for themselves is shown only while no other
//! contact has it.

use std::collections::{BTreeSet, HashMap};

use super::Key;
use crate::book::text;
use crate::model::BareJid;

/// How many contacts of one name are told when it becomes, or ceases to be, one person's alone.
const NAMESAKES: usize = 32;

/// Names, as they are compared, and who has them.
#[derive(Debug, Default)]
pub(super) struct Names {
    holders: HashMap<String, BTreeSet<Key>>,
}

impl Names {
    /// Whether nobody else has this name.
    pub fn is_free(&self, name: &str, jid: &BareJid) -> bool {
        let holders = self.holders.get(&fold(name));
        holders.is_none_or(|holders| holders.iter().all(|(_, other)| other == jid))
    }

    /// A contact has the name from now on. Returns who else does.
    pub fn put(&mut self, name: Option<String>, key: &Key) -> Vec<Key> {
        let Some(name) = name else { return Vec::new() };
        let holders = self.holders.entry(name).or_default();
        holders.insert(key.clone());
        namesakes(holders, key)
    }

    /// A contact has the name no more. Returns who still does.
    pub fn take(&mut self, name: Option<String>, key: &Key) -> Vec<Key> {
        let Some(name) = name else { return Vec::new() };
        let Some(holders) = self.holders.get_mut(&name) else { return Vec::new() };
        holders.remove(key);
        let others = namesakes(holders, key);
        if holders.is_empty() {
            self.holders.remove(&name);
        }
        others
    }
}

/// A few at most: of more than that, each is shown by their address already.
fn namesakes(holders: &BTreeSet<Key>, key: &Key) -> Vec<Key> {
    if holders.len() > NAMESAKES {
        return Vec::new();
    }
    holders.iter().filter(|other| *other != key).cloned().collect()
}

/// Names are compared as a reader takes them: neither case nor accents nor what stands between
/// the letters, seen or unseen, makes one another.
pub(super) fn fold(name: &str) -> String {
    let folded = text::fold(name);
    let letters: String = text::words(&folded).collect();
    if letters.is_empty() { folded } else { letters }
}
