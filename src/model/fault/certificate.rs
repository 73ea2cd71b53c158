//! Certificates that were not accepted.

use crate::model::security::{CertificateFacts, Fingerprint};

/// A certificate that was not accepted; nothing secret was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCertificate {
    /// What was wrong with it.
    pub defect: CertificateFault,
    /// What it says of itself, where it could be read.
    pub facts: Option<CertificateFacts>,
    /// The certificate that the user trusted for this server: it is another one now.
    pub before: Option<Fingerprint>,
}

impl RefusedCertificate {
    /// Whether the user may trust this very certificate: its trouble is who vouches for it, not
    /// that anybody could have made it.
    pub fn can_trust(&self) -> bool {
        self.facts.is_some() && self.defect.can_trust()
    }
}

impl std::error::Error for RefusedCertificate {}

impl std::fmt::Display for RefusedCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.before.is_some() {
            f.write_str(
                "The server's certificate changed: it is not the one that you trusted, and somebody \
                 may be in between. ",
            )?;
        }
        self.defect.fmt(f)
    }
}

impl From<CertificateFault> for RefusedCertificate {
    fn from(defect: CertificateFault) -> Self {
        Self { defect, facts: None, before: None }
    }
}

/// What was wrong with the server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Past its end date.
    #[error("The server's certificate has expired. No password was sent.")]
    Expired,
    /// Before its start date.
    #[error("The server's certificate is not valid yet. No password was sent.")]
    NotYetValid,
    /// Issued for another name.
    #[error("The server's certificate is not for “{0}”. No password was sent.")]
    WrongName(String),
    /// The server vouches for itself.
    #[error("The server's certificate is signed by nobody but itself. No password was sent.")]
    SelfSigned,
    /// From an issuer that this computer does not trust.
    #[error("The server's certificate comes from an unknown issuer. No password was sent.")]
    UnknownIssuer,
    /// Its key, or one above it, can be broken; what kind and size.
    #[error(
        "The server's certificate has a key that is too weak ({0}): others can make one like it. \
         No password was sent."
    )]
    WeakKey(String),
    /// Its signature, or one above it, can be forged; by which algorithm.
    #[error(
        "The server's certificate is signed by a method that can be forged ({0}). No password \
         was sent."
    )]
    WeakSignature(String),
    /// Withdrawn by its issuer.
    #[error("The server's certificate was revoked. No password was sent.")]
    Revoked,
    /// None of those that the provider named.
    #[error(
        "The server's certificate is not the one that your provider named. No password was sent."
    )]
    NotProvided,
    /// Any other defect.
    #[error("The server's certificate is not valid ({0}). No password was sent.")]
    Invalid(String),
}

impl CertificateFault {
    /// Whether the user may trust a certificate in spite of it.
    pub fn can_trust(&self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::NotYetValid
                | Self::WrongName(_)
                | Self::SelfSigned
                | Self::UnknownIssuer
        )
    }
}
