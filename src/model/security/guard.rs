//! What an account remembers of its server, so that nobody talks it down later (CUSAX C65).

use serde::{Deserialize, Serialize};

use super::{AuthRank, Demands, Fingerprint, Floor, Least, Loss, Security, TlsFacts, Weaker};
use crate::model::time::Timestamp;

/// The most certificates that one account trusts by the user's word.
pub const MOST_PINS: usize = 8;

/// A certificate that the user trusts for one account's domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Which.
    pub fingerprint: Fingerprint,
    /// For which domain.
    pub domain: String,
    /// Since when.
    pub since: Timestamp,
}

/// There are [`MOST_PINS`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This account trusts {MOST_PINS} certificates already. Take one of them back first.")]
pub struct TooManyPins;

/// What a sign-in taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The account's own configuration leads past TLS now: the user's word, not an attack.
    TlsGivenUp,
    /// The certificate is another than at the last sign-in, and trusted as that one was.
    Certificate {
        /// What the certificate was before.
        before: Fingerprint,
        /// The one before was trusted only by the user's word.
        was_pinned: bool,
    },
}

/// The least that an account's connection may be, and the certificates that its user trusts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    /// What the account had when it last signed in.
    pub seen: Floor,
    /// What the user wants ("make both secure"), or the provider.
    pub wanted: Floor,
    /// The user wants the sound of calls encrypted, whatever the configuration says.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub srtp: bool,
    /// Certificates that the user trusts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Pin>,
    /// The certificate of the last sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Fingerprint>,
}

impl Guard {
    /// The same with what a provider demands.
    #[must_use]
    pub fn with(&self, demands: &Demands) -> Self {
        Self { wanted: self.wanted.max(demands.floor), ..self.clone() }
    }

    /// The least that a connection may be.
    pub fn floor(&self) -> Floor {
        self.seen.max(self.wanted)
    }

    /// Remembers a connection that was signed in; what changed. What is seen only rises, but
    /// for TLS: an account is never connected without it after it was seen, except by its own
    /// configuration.
    pub fn learn(&mut self, security: &Security) -> Option<Change> {
        let now = Floor::of(security);
        let given_up = self.seen.tls && !now.tls;
        self.seen = Floor { tls: now.tls, ..self.seen.max(now) };
        let current = certificate(security.tls.as_ref());
        let before = match current {
            Some(current) => self.certificate.replace(current),
            None => None,
        };
        if given_up {
            return Some(Change::TlsGivenUp);
        }
        let before = before.filter(|before| Some(*before) != current)?;
        let was_pinned = self.pins.iter().any(|pin| pin.fingerprint == before);
        Some(Change::Certificate { before, was_pinned })
    }

    /// Whether a connection without TLS falls short.
    pub fn without_tls(&self) -> Option<Weaker> {
        self.short(|floor| floor.tls.then_some(Loss::Tls))
    }

    /// Whether a server that only has older TLS than is wanted falls short.
    pub fn old_tls(&self) -> Option<Weaker> {
        let least = self.floor().version;
        (least > super::TlsVersion::default())
            .then_some(Weaker { loss: Loss::Version { least }, least: Least::Wanted })
    }

    /// Whether the best mechanism of a server falls short; `None` as `offered`: there is none
    /// that is known here.
    pub fn mechanism(&self, offered: Option<AuthRank>) -> Option<Weaker> {
        self.short(|floor| {
            let least = floor.auth.filter(|least| offered.is_none_or(|rank| rank < *least))?;
            Some(Loss::Mechanism { least, offered })
        })
    }

    /// Whether a sign-in that is not bound to the TLS session falls short.
    pub fn unbound(&self) -> Option<Weaker> {
        self.short(|floor| floor.bound.then_some(Loss::Binding))
    }

    /// What was seen comes first: it is the greater alarm.
    fn short(&self, loss: impl Fn(&Floor) -> Option<Loss>) -> Option<Weaker> {
        let of = |floor, least| loss(floor).map(|loss| Weaker { loss, least });
        of(&self.seen, Least::Before).or_else(|| of(&self.wanted, Least::Wanted))
    }

    /// The user takes it as it is: what was seen and what the user wants sink as far as that
    /// takes, and no further.
    pub fn accept(&mut self, weaker: &Weaker) {
        for floor in [&mut self.seen, &mut self.wanted] {
            match weaker.loss {
                Loss::Tls => floor.tls = false,
                Loss::Version { .. } => floor.version = super::TlsVersion::default(),
                Loss::Mechanism { offered, .. } if offered.is_some() => {
                    floor.auth = floor.auth.min(offered);
                }
                Loss::Mechanism { .. } => {}
                Loss::Binding => floor.bound = false,
            }
        }
    }

    /// The user trusts this very certificate for `domain`.
    ///
    /// # Errors
    /// [`TooManyPins`].
    pub fn trust(
        &mut self,
        fingerprint: Fingerprint,
        domain: &str,
        since: Timestamp,
    ) -> Result<(), TooManyPins> {
        if self.is_trusted(&fingerprint, domain) {
            return Ok(());
        }
        if self.pins.len() >= MOST_PINS {
            return Err(TooManyPins);
        }
        self.pins.push(Pin { fingerprint, domain: domain.to_ascii_lowercase(), since });
        Ok(())
    }

    /// The user trusts it no more; whether they did.
    pub fn distrust(&mut self, fingerprint: &Fingerprint) -> bool {
        let before = self.pins.len();
        self.pins.retain(|pin| pin.fingerprint != *fingerprint);
        self.pins.len() < before
    }

    /// Whether the user trusts this very certificate for `domain`.
    pub fn is_trusted(&self, fingerprint: &Fingerprint, domain: &str) -> bool {
        self.pins_of(domain).any(|pin| pin.fingerprint == *fingerprint)
    }

    /// The certificates that the user trusts for `domain`, the latest last.
    pub fn trusted(&self, domain: &str) -> Vec<Fingerprint> {
        self.pins_of(domain).map(|pin| pin.fingerprint).collect()
    }

    fn pins_of(&self, domain: &str) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(move |pin| pin.domain.eq_ignore_ascii_case(domain))
    }
}

fn certificate(tls: Option<&TlsFacts>) -> Option<Fingerprint> {
    Some(tls?.certificate.as_ref()?.fingerprint)
}

#[cfg(test)]
mod tests;
