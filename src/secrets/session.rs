//! Passwords that the user wants kept in memory alone, until the program ends.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use zeroize::Zeroizing;

/// The most that are kept; an account has one.
const MOST: usize = 128;

type Kept = HashMap<(String, String), Zeroizing<String>>;

static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

fn with<T>(act: impl FnOnce(&mut Kept) -> T) -> T {
    act(&mut KEPT.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Keeps one in place of an earlier one; `false` when there are too many.
pub(super) fn set(service: &str, account: &str, password: Zeroizing<String>) -> bool {
    let key = (service.to_owned(), account.to_owned());
    with(|kept| {
        let fits = kept.len() < MOST || kept.contains_key(&key);
        if fits {
            kept.insert(key, password);
        }
        fits
    })
}

/// The one that was kept.
pub(super) fn get(service: &str, account: &str) -> Option<Zeroizing<String>> {
    with(|kept| kept.get(&(service.to_owned(), account.to_owned())).cloned())
}

/// Forgets one.
pub(super) fn forget(service: &str, account: &str) {
    with(|kept| kept.remove(&(service.to_owned(), account.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_kept_for_its_account_until_it_is_forgotten() {
        assert!(set("s", "session@test", Zeroizing::new("secret".to_owned())));
        assert_eq!(get("s", "session@test").as_deref().map(String::as_str), Some("secret"));
        assert_eq!(get("t", "session@test"), None);
        forget("s", "session@test");
        assert_eq!(get("s", "session@test"), None);
    }
}
