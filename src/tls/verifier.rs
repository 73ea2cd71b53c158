//! webpki's checks, with more than one acceptable name, with the user's pins, and with words for
//! every refusal.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};

use super::certificate::{self, Read};
use super::policy::Policy;
use crate::model::fault::{CertificateFault, Fault};
use crate::model::security::{CertificateFacts, Fingerprint};

/// Which of a certificate's names count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Dns,
    Sip,
}

/// What the `sip:` URIs of a certificate say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SipNames {
    /// There are none: its DNS names count.
    None,
    /// One names us.
    Ours,
    /// They name others.
    Others,
}

/// What came of a handshake's certificate.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub facts: Option<CertificateFacts>,
    /// Why it was refused.
    pub defect: Option<CertificateFault>,
    /// Somebody whom this computer trusts vouches for it.
    pub verified: bool,
    /// The user's word alone made it good.
    pub pinned: bool,
}

/// The verifier of one handshake.
#[derive(Debug)]
pub(super) struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
    domain: String,
    also: Option<ServerName<'static>>,
    uris: Vec<String>,
    naming: Naming,
    trusted: Vec<Fingerprint>,
    demanded: Vec<Fingerprint>,
    seen: Mutex<Seen>,
}

impl Verifier {
    pub fn new(
        policy: &Policy,
        domain: &str,
        also: Option<&str>,
        naming: Naming,
    ) -> Result<Self, Fault> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let inner = WebPkiServerVerifier::builder_with_provider(policy.roots.0.clone(), provider)
            .build()
            .map_err(|error| Fault::Tls(error.to_string()))?;
        let uris = [Some(domain), also].into_iter().flatten().map(|name| format!("sip:{name}"));
        Ok(Self {
            inner,
            domain: domain.to_owned(),
            also: also.and_then(|also| ServerName::try_from(also.to_owned()).ok()),
            uris: uris.collect(),
            naming,
            trusted: policy.trusted.clone(),
            demanded: policy.demanded.clone(),
            seen: Mutex::default(),
        })
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The whole judgement; `Ok` says whether somebody trusted vouches for it.
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> (Option<Read>, Result<bool, CertificateFault>) {
        let Some(read) = certificate::read(end_entity) else {
            let why = "it cannot be read".to_owned();
            return (None, Err(CertificateFault::Invalid(why)));
        };
        let verdict = self.verdict(&read, end_entity, intermediates, server_name, now);
        (Some(read), verdict)
    }

    fn verdict(
        &self,
        read: &Read,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<bool, CertificateFault> {
        if let Some(weak) = &read.weak {
            return Err(weak.clone());
        }
        let is_one = |of: &[Fingerprint]| {
            of.iter().any(|one| *one == read.facts.fingerprint || *one == read.key_hash)
        };
        let checked = self.chain_and_name(end_entity, intermediates, server_name, now);
        let verified = match checked {
            Ok(()) => true,
            Err(_) if self.trusted.contains(&read.facts.fingerprint) => false,
            Err(error) => return Err(self.sort(&error, read, intermediates)),
        };
        match self.demanded.is_empty() || is_one(&self.demanded) {
            true => Ok(verified),
            false => Err(CertificateFault::NotProvided),
        }
    }

    fn chain_and_name(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let check = |name: &ServerName<'_>| {
            self.inner.verify_server_cert(end_entity, intermediates, name, &[], now).map(drop)
        };
        // The chain is checked before the name, so a name defect means that all else is well.
        let verdict = check(server_name);
        let sip_names = match self.naming {
            Naming::Sip => self.sip_names(end_entity),
            Naming::Dns => SipNames::None,
        };
        let Err(error) = verdict else {
            return match sip_names {
                SipNames::Others => Err(CertificateError::NotValidForName.into()),
                _ => Ok(()),
            };
        };
        match (sip_names, &self.also) {
            _ if !is_name_defect(&error) => Err(error),
            (SipNames::Ours, _) => Ok(()),
            (SipNames::None, Some(also)) if check(also).is_ok() => Ok(()),
            _ => Err(error),
        }
    }

    fn sip_names(&self, certificate: &CertificateDer<'_>) -> SipNames {
        let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else {
            return SipNames::None;
        };
        let mut found = SipNames::None;
        for name in certificate.valid_uri_names() {
            if self.uris.iter().any(|uri| uri.eq_ignore_ascii_case(name)) {
                return SipNames::Ours;
            }
            let scheme = name.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
            // With a user part it names a person, which says nothing about the host.
            if scheme && !name.contains('@') {
                found = SipNames::Others;
            }
        }
        found
    }

    /// What was wrong, for people.
    fn sort(
        &self,
        error: &rustls::Error,
        read: &Read,
        intermediates: &[CertificateDer<'_>],
    ) -> CertificateFault {
        use CertificateError as Defect;
        let rustls::Error::InvalidCertificate(defect) = error else {
            return CertificateFault::Invalid(error.to_string());
        };
        match defect {
            Defect::Expired | Defect::ExpiredContext { .. } => CertificateFault::Expired,
            Defect::NotValidYet | Defect::NotValidYetContext { .. } => {
                CertificateFault::NotYetValid
            }
            Defect::NotValidForName | Defect::NotValidForNameContext { .. } => {
                CertificateFault::WrongName(self.domain.clone())
            }
            Defect::Revoked => CertificateFault::Revoked,
            _ if read.self_issued => CertificateFault::SelfSigned,
            // One above it may be what webpki does not take.
            defect => match intermediates.iter().filter_map(certificate::read).find_map(weak) {
                Some(weak) => weak,
                None => match defect {
                    // A bad signature: the issuer has the name of one that is trusted, not its key.
                    Defect::UnknownIssuer | Defect::BadSignature => CertificateFault::UnknownIssuer,
                    Defect::Other(other) => CertificateFault::Invalid(other.to_string()),
                    other => CertificateFault::Invalid(format!("{other:?}")),
                },
            },
        }
    }
}

/// What makes one of the certificates above too weak. That a root signed itself says nothing.
fn weak(read: Read) -> Option<CertificateFault> {
    read.weak
        .filter(|weak| !(read.self_issued && matches!(weak, CertificateFault::WeakSignature(_))))
}

fn is_name_defect(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let (read, verdict) = self.judge(end_entity, intermediates, server_name, now);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.facts = read.map(|read| read.facts);
        match verdict {
            Ok(verified) => {
                (seen.verified, seen.pinned) = (verified, !verified);
                Ok(ServerCertVerified::assertion())
            }
            Err(defect) => {
                // The alert that the server sees; people are told `defect`.
                let alert = match &defect {
                    CertificateFault::Expired | CertificateFault::NotYetValid => {
                        CertificateError::Expired
                    }
                    CertificateFault::WrongName(_) => CertificateError::NotValidForName,
                    CertificateFault::SelfSigned | CertificateFault::UnknownIssuer => {
                        CertificateError::UnknownIssuer
                    }
                    CertificateFault::Revoked => CertificateError::Revoked,
                    _ => CertificateError::ApplicationVerificationFailure,
                };
                seen.defect = Some(defect);
                Err(alert.into())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
