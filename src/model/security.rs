//! What protects an account's way to its server, and the least that it has to be
//! (CUSAX C61–C66): the same values for both sides.

mod certificate;
mod floor;
mod guard;
mod scale;

pub use certificate::{CertificateFacts, Fingerprint, NoFingerprint, bounded};
pub use floor::{AuthRank, Demands, Floor, Least, Loss, TlsVersion, Weaker};
pub use guard::{Change, Guard, MOST_PINS, Pin, TooManyPins};
pub use scale::{Level, MediaLevel};

use serde::{Deserialize, Serialize};

/// How bytes travel between us and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TLS over TCP.
    Tls,
    /// Plain TCP.
    Tcp,
    /// Plain UDP.
    Udp,
}

/// What is known of a TLS session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TlsFacts {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// The suite's IANA name.
    pub cipher_suite: String,
    /// Whether the certificate was verified against the account's domain.
    pub peer_verified: bool,
    /// The user trusts this very certificate, which is not verified otherwise.
    pub pinned: bool,
    /// The server's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Box<CertificateFacts>>,
}

/// What protects the way to the server (CUSAX C61).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Security {
    /// The transport in use.
    pub transport: Transport,
    /// TLS facts, when there is TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFacts>,
    /// The authentication mechanism, such as `SCRAM-SHA-256-PLUS` or `DIGEST-SHA-256`;
    /// empty before authentication.
    pub auth: String,
}
