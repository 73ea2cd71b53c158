//! What a server has to show before anything is said to it.

use super::Roots;
use crate::model::security::{Demands, Fingerprint, Guard, TlsVersion, Weaker};

/// What one account asks of the server of one domain.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) roots: Roots,
    /// The least version of TLS.
    pub(super) least: TlsVersion,
    /// What it is called when the server's TLS is too old for `least`.
    pub(super) older: Option<Weaker>,
    /// Certificates that the user trusts for the domain.
    pub(super) trusted: Vec<Fingerprint>,
    /// One of these or none: SHA-256 of the certificate or of its public key. Empty: any.
    pub(super) demanded: Vec<Fingerprint>,
}

impl Policy {
    /// What holds for everybody: TLS 1.2, and a certificate that this computer trusts.
    pub fn new(roots: Roots) -> Self {
        Self {
            roots,
            least: TlsVersion::default(),
            older: None,
            trusted: Vec::new(),
            demanded: Vec::new(),
        }
    }

    /// The same with what an account remembers of `domain`, and what its provider demands.
    pub fn of(roots: Roots, guard: &Guard, demands: &Demands, domain: &str) -> Self {
        let guard = guard.with(demands);
        Self {
            least: guard.floor().version,
            older: guard.old_tls(),
            trusted: guard.trusted(domain),
            demanded: demands.certificates.clone(),
            ..Self::new(roots)
        }
    }
}
