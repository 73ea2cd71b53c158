//! A handshake's error, sorted.

use std::io;

use rustls::{AlertDescription, PeerIncompatible};

use super::policy::Policy;
use super::verifier::Seen;
use crate::model::fault::{Fault, RefusedCertificate};

/// What a failed handshake is called.
pub(super) fn of(error: &io::Error, seen: Seen, policy: &Policy) -> Fault {
    if let Some(defect) = seen.defect {
        let facts = seen.facts;
        let of = |facts: &crate::model::security::CertificateFacts| facts.fingerprint;
        let current = facts.as_ref().map(of);
        let mut pinned = policy.trusted.iter().rev().copied();
        // Refused though it was trusted: it is not another one that came in its place.
        let known = current.is_some_and(|current| policy.trusted.contains(&current));
        let before = if known { None } else { pinned.next() };
        return Fault::Certificate(Box::new(RefusedCertificate { defect, facts, before }));
    }
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(error) = inner else { return Fault::lost(error) };
    match error {
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => match policy.older {
            Some(weaker) => Fault::Downgraded(weaker),
            None => Fault::OldTls(policy.least),
        },
        error => Fault::Tls(error.to_string()),
    }
}
