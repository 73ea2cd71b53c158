//! Passwords that the user gave for this run of the program: where they are asked for each
//! time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::Place;

/// Every account's password of this run, by its place in the keyring: an account of another address
/// has another password, whatever it is called. They are wiped when they are forgotten,
/// replaced, or when the program ends. Clones share them.
#[derive(Clone, Default)]
pub struct SessionPasswords(Arc<Mutex<HashMap<Place, Zeroizing<String>>>>);

impl SessionPasswords {
    /// Keeps a password, in place of an earlier one.
    pub fn give(&self, place: &Place, password: Zeroizing<String>) {
        self.with(|all| drop(all.insert(place.clone(), password)));
    }

    /// Forgets an account's password.
    pub fn forget(&self, place: &Place) {
        self.with(|all| drop(all.remove(place)));
    }

    /// An account's password, where the user gave one.
    pub fn get(&self, place: &Place) -> Option<Zeroizing<String>> {
        self.with(|all| all.get(place).cloned())
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Place, Zeroizing<String>>) -> T) -> T {
        // Whoever panicked in here left a map that is whole.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whose passwords are there, and nothing of them.
impl std::fmt::Debug for SessionPasswords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.with(|all| f.debug_set().entries(all.keys()).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_counts_until_it_is_forgotten() {
        let passwords = SessionPasswords::default();
        let (chat, phone) = (Place::chat("a@b.test"), Place::phone("a@b.test"));
        let give = |text: &str| passwords.give(&chat, Zeroizing::new(text.to_owned()));
        give("first");
        give("second");
        assert_eq!(passwords.clone().get(&chat).as_deref().map(String::as_str), Some("second"));
        assert_eq!(passwords.get(&phone), None);
        assert!(!format!("{passwords:?}").contains("second"));
        passwords.forget(&chat);
        assert_eq!(passwords.get(&chat), None);
    }
}
