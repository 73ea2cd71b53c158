//! Nobody on the way talks an account down to MD5 (RFC 8760 §2.3).

use super::challenge::{Challenge, Hash};
use crate::model::security::{AuthRank, Guard, Least, Loss, Weaker};

/// The most realms that are remembered to have asked for MD5.
const MOST_WEAK: usize = 8;

/// How strong the challenges of one account's servers were: in earlier runs, by its guard, and
/// in this one.
#[derive(Debug, Default)]
pub struct Strength {
    guard: Guard,
    /// An answer by SHA-256 or better was accepted.
    strong: bool,
    /// Who had answers by MD5 accepted before that, as an outbound proxy beside a better
    /// registrar may: by kind and realm.
    weak: Vec<(bool, String)>,
}

impl Strength {
    /// With what earlier runs saw, and what is wanted.
    pub fn new(guard: Guard) -> Self {
        Self { guard, ..Self::default() }
    }

    /// Takes what the user said about it meanwhile. What was seen in this run stays seen, unless
    /// the user gave it up.
    pub fn guard(&mut self, guard: Guard) {
        let refuses = |guard: &Guard| guard.mechanism(Some(AuthRank::DigestMd5)).is_some();
        self.strong &= !refuses(&self.guard) || refuses(&guard);
        self.guard = guard;
    }

    /// Why a challenge is not answered.
    pub(super) fn check(&self, challenge: &Challenge) -> Option<Weaker> {
        let offered = challenge.algorithm.rank();
        let weaker = self.guard.mechanism(Some(offered));
        let lost = self.strong && offered == AuthRank::DigestMd5 && !self.is_weak(challenge);
        let loss = Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(offered) };
        weaker.or(lost.then_some(Weaker { loss, least: Least::Before }))
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
