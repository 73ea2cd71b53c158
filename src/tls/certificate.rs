//! A certificate read for people, and for what makes one too weak.

use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;

use crate::model::fault::CertificateFault;
use crate::model::security::{CertificateFacts, Fingerprint, bounded};
use crate::model::time::Timestamp;

/// The most names of a certificate that are shown.
const MOST_NAMES: usize = 16;
/// The fewest bits of an RSA key that nobody breaks (CA/B Forum BR §6.1.5).
const LEAST_RSA: usize = 2048;

/// A certificate, read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub facts: CertificateFacts,
    /// The SHA-256 of its public key with its kind (SubjectPublicKeyInfo).
    pub key_hash: Fingerprint,
    /// It names itself as its issuer.
    pub self_issued: bool,
    /// What makes it too weak, whoever vouches for it.
    pub weak: Option<CertificateFault>,
}

/// The SHA-256 of some bytes.
pub(super) fn hash(bytes: &[u8]) -> Fingerprint {
    Fingerprint::new(Sha256::digest(bytes).into())
}

/// Reads a certificate; `None` when it is malformed.
pub(super) fn read(der: &CertificateDer<'_>) -> Option<Read> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let (key, weak_key) = key(&certificate);
    let (signature, weak_signature) = signature(&certificate);
    let weak = match (weak_key, weak_signature) {
        (true, _) => Some(CertificateFault::WeakKey(key.clone())),
        (false, true) => Some(CertificateFault::WeakSignature(signature.clone())),
        (false, false) => None,
    };
    let validity = certificate.validity();
    let facts = CertificateFacts {
        fingerprint: hash(der),
        subject: bounded(&certificate.subject().to_string()),
        names: names(&certificate),
        issuer: bounded(&certificate.issuer().to_string()),
        not_before: Timestamp::from(validity.not_before.to_datetime()),
        not_after: Timestamp::from(validity.not_after.to_datetime()),
        key,
        signature,
    };
    Some(Read {
        facts,
        key_hash: hash(certificate.public_key().raw),
        self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
        weak,
    })
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = |extension: &ParsedExtension<'_>| match extension {
        ParsedExtension::SubjectAlternativeName(names) => {
            let names = names.general_names.iter().filter_map(|name| match name {
                GeneralName::DNSName(name) | GeneralName::URI(name) => Some(bounded(name)),
                GeneralName::IPAddress(bytes) => address(bytes),
                _ => None,
            });
            Some(names.take(MOST_NAMES).collect::<Vec<_>>())
        }
        _ => None,
    };
    let mut extensions = certificate.extensions().iter();
    extensions.find_map(|extension| alternative(extension.parsed_extension())).unwrap_or_default()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(bytes).to_string());
    }
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(bytes).to_string())
}

/// Kind and size of the key, and whether it can be broken.
fn key(certificate: &X509Certificate<'_>) -> (String, bool) {
    let key = certificate.public_key();
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => {
            let bits = rsa.key_size();
            (format!("RSA {bits}"), bits < LEAST_RSA)
        }
        Ok(PublicKey::EC(point)) => {
            let curve = key.algorithm.parameters.as_ref();
            let curve = curve.and_then(|curve| curve.as_oid().ok()).map(|oid| oid.to_id_string());
            let known = match curve.as_deref() {
                Some("1.2.840.10045.3.1.7") => "P-256",
                Some("1.3.132.0.34") => "P-384",
                Some("1.3.132.0.35") => "P-521",
                _ => return (format!("ECDSA {}", point.key_size()), point.key_size() < 224),
            };
            (format!("ECDSA {known}"), false)
        }
        Ok(PublicKey::DSA(_)) => ("DSA".to_owned(), true),
        _ => match key.algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => ("Ed25519".to_owned(), false),
            "1.3.101.113" => ("Ed448".to_owned(), false),
            other => (bounded(other), false),
        },
    }
}

/// The algorithm of the signature, and whether it can be forged.
fn signature(certificate: &X509Certificate<'_>) -> (String, bool) {
    let id = certificate.signature_algorithm.algorithm.to_id_string();
    let (name, weak) = match id.as_str() {
        "1.2.840.113549.1.1.2" => ("MD2 with RSA", true),
        "1.2.840.113549.1.1.4" => ("MD5 with RSA", true),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => ("SHA-1 with RSA", true),
        "1.2.840.10040.4.3" | "1.3.14.3.2.27" => ("SHA-1 with DSA", true),
        "1.2.840.10045.4.1" => ("SHA-1 with ECDSA", true),
        "1.2.840.113549.1.1.10" => ("RSASSA-PSS", false),
        "1.2.840.113549.1.1.11" => ("SHA-256 with RSA", false),
        "1.2.840.113549.1.1.12" => ("SHA-384 with RSA", false),
        "1.2.840.113549.1.1.13" => ("SHA-512 with RSA", false),
        "1.2.840.10045.4.3.2" => ("SHA-256 with ECDSA", false),
        "1.2.840.10045.4.3.3" => ("SHA-384 with ECDSA", false),
        "1.2.840.10045.4.3.4" => ("SHA-512 with ECDSA", false),
        "1.3.101.112" => ("Ed25519", false),
        _ => return (bounded(&id), false),
    };
    (name.to_owned(), weak)
}
