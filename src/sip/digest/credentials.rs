//! Who we are to a server that challenges.

use std::fmt;

use zeroize::Zeroizing;

use super::answer::secret;
use super::challenge::{Challenge, Hash};

/// The most realms whose secret is remembered.
const MOST_KEYS: usize = 8;

/// A user name, and what proves that it is ours: the password while it is at hand, and
/// afterwards what was made of it for the realms that asked (`A1` hashed, RFC 7616 §3.4.2). By
/// that an account goes on registering and calling without its password in memory. Who steals
/// it can do the same at that realm, and cannot read the password from it.
#[derive(Clone)]
pub struct Credentials {
    username: String,
    password: Option<Zeroizing<String>>,
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    realm: String,
    hash: Hash,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// A user name, as the server knows it, and the password.
    pub fn new(username: impl Into<String>, password: Zeroizing<String>) -> Self {
        Self { username: username.into(), password: Some(password), keys: Vec::new() }
    }

    /// The user name.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password is at hand again.
    pub fn open(&mut self, password: Zeroizing<String>) {
        self.password = Some(password);
    }

    /// Wipes the password. What was made of it stays.
    pub fn seal(&mut self) {
        self.password = None;
    }

    /// Forgets what was made for the realms of these challenges: it was refused.
    pub(super) fn forget(&mut self, challenges: &[Challenge]) {
        self.keys.retain(|key| !challenges.iter().any(|challenge| key.is_for(challenge)));
    }

    /// Whether a challenge can be answered without the password.
    pub(super) fn knows(&self, challenge: &Challenge) -> bool {
        self.password.is_some() || self.key(challenge).is_some()
    }

    /// Makes what answers a challenge, while the password is at hand.
    pub(super) fn learn(&mut self, challenge: &Challenge) {
        let Some(password) = &self.password else { return };
        let secret = secret(challenge, &self.username, password);
        self.keys.retain(|key| !key.is_for(challenge));
        if self.keys.len() == MOST_KEYS {
            self.keys.remove(0);
        }
        let realm = challenge.realm.clone();
        self.keys.push(Key { realm, hash: challenge.algorithm.hash, secret });
    }

    /// What answers a challenge, once it was learnt.
    pub(super) fn key(&self, challenge: &Challenge) -> Option<&str> {
        self.keys.iter().find(|key| key.is_for(challenge)).map(|key| key.secret.as_str())
    }
}

impl Key {
    fn is_for(&self, challenge: &Challenge) -> bool {
        self.realm == challenge.realm && self.hash == challenge.algorithm.hash
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}
