//! Nobody on the way talks an account down to MD5 (RFC 8760 §2.3).

use super::challenge::{Challenge, Hash};

/// The most realms that are remembered to have asked for MD5.
const MOST_WEAK: usize = 8;

/// How strong the challenges of one account's servers were, for as long as the program runs.
#[derive(Debug, Default)]
pub struct Strength {
    /// An answer by SHA-256 or better was accepted.
    strong: bool,
    /// Who had answers by MD5 accepted before that, as an outbound proxy beside a better
    /// registrar may: by kind and realm.
    weak: Vec<(bool, String)>,
}

impl Strength {
    pub(super) fn allows(&self, challenge: &Challenge) -> bool {
        challenge.algorithm.hash > Hash::Md5 || !self.strong || self.is_weak(challenge)
    }

    /// An answer to this was accepted.
    pub(super) fn accepted(&mut self, challenge: &Challenge) {
        if challenge.algorithm.hash > Hash::Md5 {
            self.strong = true;
            self.weak.retain(|known| !is_of(known, challenge));
        } else if !self.is_weak(challenge) && self.weak.len() < MOST_WEAK {
            self.weak.push((challenge.proxy, challenge.realm.clone()));
        }
    }

    fn is_weak(&self, challenge: &Challenge) -> bool {
        self.weak.iter().any(|known| is_of(known, challenge))
    }
}

fn is_of((proxy, realm): &(bool, String), challenge: &Challenge) -> bool {
    *proxy == challenge.proxy && *realm == challenge.realm
}
