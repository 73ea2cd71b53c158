//! One TLS policy for both sides (CUSAX C64): rustls, TLS 1.2 at least, the platform's roots
//! plus the account's own anchor, the certificates that the user trusts, no silent fall-back.

mod certificate;
mod fault;
mod policy;
mod roots;
mod verifier;

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::model::fault::{CertificateFault, Fault};
use crate::model::security::{CertificateFacts, TlsFacts, TlsVersion};
use verifier::{Naming, Verifier};

pub use policy::Policy;
pub use roots::Roots;

/// A connection over TLS, and what is known of it.
pub struct Shaken {
    /// The connection.
    pub stream: TlsStream<TcpStream>,
    /// What protects it.
    pub facts: TlsFacts,
}

/// Does the TLS handshake on `stream`, checking the certificate against `domain` or, when
/// the user configured the server by hand, `also` (RFC 6125: never against what DNS pointed to).
/// SNI is `domain`.
///
/// # Errors
/// `Fault::Certificate` for every defect of the certificate, `Fault::OldTls` or
/// `Fault::Downgraded` where the server's TLS is too old, `Fault::Tls` or `Fault::Lost` for the
/// rest. Nothing but the handshake was sent then.
pub async fn handshake(
    stream: TcpStream,
    domain: &str,
    also: Option<&str>,
    policy: &Policy,
    alpn: &[&[u8]],
) -> Result<Shaken, Fault> {
    shake(stream, domain, also, policy, alpn, Naming::Dns).await
}

/// The same for SIP (RFC 5922 §7.1): a certificate with `sip:` URIs without a user among its
/// names is for the domains that they name; one without is for its DNS names, of which a
/// wildcard in the leftmost label counts as well, since nearly all services use them. The
/// common name never counts: no authority relies on it any more.
///
/// # Errors
/// As [`handshake`].
pub async fn handshake_sip(
    stream: TcpStream,
    domain: &str,
    also: Option<&str>,
    policy: &Policy,
) -> Result<Shaken, Fault> {
    shake(stream, domain, also, policy, &[], Naming::Sip).await
}

async fn shake(
    stream: TcpStream,
    domain: &str,
    also: Option<&str>,
    policy: &Policy,
    alpn: &[&[u8]],
    naming: Naming,
) -> Result<Shaken, Fault> {
    let name = ServerName::try_from(domain.to_owned())
        .map_err(|_| Fault::from(CertificateFault::WrongName(domain.to_owned())))?;
    let verifier = Arc::new(Verifier::new(policy, domain, also, naming)?);
    let versions: &[_] = match policy.least {
        TlsVersion::V12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::V13 => &[&rustls::version::TLS13],
    };
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .map_err(|error| Fault::Tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let seen = verifier.seen();
    match connected {
        Ok(stream) => {
            let facts = facts(&stream, seen);
            Ok(Shaken { stream, facts })
        }
        Err(error) => Err(fault::of(&error, seen, policy)),
    }
}

/// What a certificate (DER) says of itself; nothing when it is malformed.
pub fn describe(der: &[u8]) -> Option<CertificateFacts> {
    certificate::read(&der.into()).map(|read| read.facts)
}

/// What is known of an established session.
fn facts(stream: &TlsStream<TcpStream>, seen: verifier::Seen) -> TlsFacts {
    let connection = stream.get_ref().1;
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "unknown",
    };
    let cipher_suite = connection
        .negotiated_cipher_suite()
        .and_then(|suite| suite.suite().as_str().map(|name| name.replace("TLS13_", "TLS_")))
        .unwrap_or_default();
    TlsFacts {
        version: version.to_owned(),
        cipher_suite,
        // A resumed session would show no certificate; there are none here.
        peer_verified: seen.verified,
        pinned: seen.pinned,
        certificate: seen.facts.map(Box::new),
    }
}

#[cfg(test)]
mod tests;
