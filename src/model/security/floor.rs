//! The least protection that an account's connection may have, and what falls short of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Security, Transport};

/// How well a sign-in keeps the password, the weaker first. Ordered among the mechanisms of one
/// protocol; across protocols only the scale of C62 compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthRank {
    /// The password itself (XMPP).
    Plain,
    /// Digest with MD5 (SIP).
    DigestMd5,
    /// SCRAM with SHA-1 (XMPP).
    ScramSha1,
    /// SCRAM with SHA-256 (XMPP).
    ScramSha256,
    /// SCRAM with SHA-512 (XMPP).
    ScramSha512,
    /// Digest with SHA-256 (SIP).
    DigestSha256,
    /// Digest with SHA-512-256 (SIP).
    DigestSha512,
    /// A certificate of ours (XMPP EXTERNAL).
    External,
}

impl AuthRank {
    /// The rank of a mechanism as [`Security::auth`] names it; binding does not count here.
    pub fn of(mechanism: &str) -> Option<Self> {
        let mechanism = mechanism.strip_suffix("-PLUS").unwrap_or(mechanism);
        Some(match mechanism {
            "PLAIN" => Self::Plain,
            "DIGEST-MD5" => Self::DigestMd5,
            "SCRAM-SHA-1" => Self::ScramSha1,
            "SCRAM-SHA-256" => Self::ScramSha256,
            "SCRAM-SHA-512" => Self::ScramSha512,
            "DIGEST-SHA-256" => Self::DigestSha256,
            "DIGEST-SHA-512-256" => Self::DigestSha512,
            "EXTERNAL" => Self::External,
            _ => return None,
        })
    }

    /// What of it is remembered as seen: a server that goes from SHA-512 to SHA-256 has lost
    /// nothing that anybody could use.
    fn remembered(self) -> Self {
        match self {
            Self::ScramSha512 => Self::ScramSha256,
            Self::DigestSha512 => Self::DigestSha256,
            rank => rank,
        }
    }
}

impl fmt::Display for AuthRank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "PLAIN",
            Self::DigestMd5 => "MD5 digest",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::DigestSha256 => "SHA-256 digest",
            Self::DigestSha512 => "SHA-512-256 digest",
            Self::External => "EXTERNAL",
        })
    }
}

/// A version of TLS that is spoken here.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum TlsVersion {
    /// RFC 5246; the least there is.
    #[default]
    #[serde(rename = "1.2")]
    V12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    V13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V12 => "1.2",
            Self::V13 => "1.3",
        })
    }
}

/// The least that a connection may be. The default asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Floor {
    /// TLS.
    pub tls: bool,
    /// The version of TLS, where there is TLS.
    pub version: TlsVersion,
    /// The way to sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthRank>,
    /// The sign-in is bound to the TLS session (RFC 5056).
    pub bound: bool,
}

impl Floor {
    /// What is to be remembered of a connection that was signed in.
    pub fn of(security: &Security) -> Self {
        Self {
            tls: security.transport == Transport::Tls,
            version: TlsVersion::default(),
            auth: AuthRank::of(&security.auth).map(AuthRank::remembered),
            bound: security.auth.ends_with("-PLUS"),
        }
    }

    /// At least as much as both.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            tls: self.tls || other.tls,
            version: self.version.max(other.version),
            auth: self.auth.max(other.auth),
            bound: self.bound || other.bound,
        }
    }
}

/// What a provider demands of the way to its server, over what holds for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Demands {
    /// The least that the connection may be.
    pub floor: Floor,
    /// The server has to show one of these certificates, or one with one of these keys: SHA-256
    /// of the certificate or of its SubjectPublicKeyInfo. Empty: any that is trusted.
    pub certificates: Vec<super::Fingerprint>,
}

/// What a floor asks for and a server does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Loss {
    /// Any TLS.
    Tls,
    /// A version of TLS.
    Version {
        /// The least.
        least: TlsVersion,
    },
    /// A way to sign in.
    Mechanism {
        /// The least.
        least: AuthRank,
        /// The best that there is; `None` when there is none that is known here.
        offered: Option<AuthRank>,
    },
    /// A sign-in that is bound to the TLS session.
    Binding,
}

/// Where a floor comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Least {
    /// The account had it when it last signed in: somebody may be in between.
    Before,
    /// The user or the provider wants it.
    Wanted,
}

/// A server that offers less than an account is to have. Nothing that is made of the password
/// was sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Weaker {
    /// What is missing.
    #[serde(flatten)]
    pub loss: Loss,
    /// Who asks for it.
    pub least: Least,
}

impl std::error::Error for Weaker {}

impl fmt::Display for Weaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.loss {
            Loss::Tls => f.write_str("The server offers no encrypted connection")?,
            Loss::Version { least } => write!(f, "The server does not offer TLS {least}")?,
            Loss::Mechanism { offered: Some(Self::MD5), .. } => {
                f.write_str("The server asks for a weak proof of the password (MD5)")?;
            }
            Loss::Mechanism { offered: Some(AuthRank::Plain), .. } => {
                f.write_str("The server asks for the password itself (PLAIN)")?;
            }
            Loss::Mechanism { offered: Some(offered), .. } => {
                write!(f, "The server offers only {offered} to sign in")?;
            }
            Loss::Mechanism { offered: None, .. } => {
                f.write_str("The server offers no way to sign in that is known here")?;
            }
            Loss::Binding => f.write_str(
                "The server no longer ties the sign-in to this connection (channel binding)",
            )?,
        }
        match (self.least, self.loss) {
            (Least::Before, Loss::Mechanism { least, .. }) => write!(
                f,
                ", though it knew {least} before. No password was sent: somebody on the way may \
                 want to learn it."
            ),
            (Least::Before, Loss::Binding) => f.write_str(
                ", though it did before. No password was sent: somebody may be in between.",
            ),
            (Least::Before, _) => f.write_str(
                ", though it did before. No password was sent: somebody on the way may want to \
                 learn it.",
            ),
            (Least::Wanted, Loss::Mechanism { least, .. }) => write!(
                f,
                ", and this account is to use {least} at least. No password was sent. Ask the \
                 provider for it."
            ),
            (Least::Wanted, _) => f.write_str(
                ", and this account is not to go without. No password was sent. Ask the provider \
                 for it.",
            ),
        }
    }
}

impl Weaker {
    /// Whether the user's word helps: a server without any way to sign in stays one.
    pub fn can_accept(&self) -> bool {
        !matches!(self.loss, Loss::Mechanism { offered: None, .. })
    }

    const MD5: AuthRank = AuthRank::DigestMd5;
}
