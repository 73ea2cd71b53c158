//! One TLS policy for both sides (CUSAX C64): rustls, TLS 1.2 at least, the platform's roots
//! plus the account's own anchor, no silent fall-back.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::model::account::TlsFacts;
use crate::model::fault::{CertificateFault, Fault};

/// Trust anchors of one account: the platform's and, if set, the account's own.
#[derive(Debug, Clone)]
pub struct Roots(Arc<RootCertStore>);

impl Roots {
    /// Reads the platform's roots and `ca_file` (PEM, one or more certificates).
    ///
    /// # Errors
    /// `Fault::Local` when `ca_file` cannot be read or holds no certificate.
    pub fn load(ca_file: Option<&Path>) -> Result<Self, Fault> {
        let mut store = RootCertStore::empty();
        let platform = rustls_native_certs::load_native_certs();
        let _ = store.add_parsable_certificates(platform.certs);
        if let Some(path) = ca_file {
            let broken = |why: String| Fault::Local(format!("ca_file {}: {why}", path.display()));
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| broken(error.to_string()))?;
            let (added, _) = store.add_parsable_certificates(certificates);
            if added == 0 {
                return Err(broken("no certificate in it".to_owned()));
            }
        }
        Ok(Self(Arc::new(store)))
    }
}

/// Does the TLS handshake on `stream`, checking the certificate against `domain` or, when
/// the user configured the server by hand, `also` (RFC 6125: never against what DNS pointed to).
/// SNI is `domain`.
///
/// # Errors
/// `Fault::Certificate` for every defect of the certificate, `Fault::Tls` or `Fault::Lost` for
/// the rest. Nothing but the handshake was sent then.
pub async fn handshake(
    stream: TcpStream,
    domain: &str,
    also: Option<&str>,
    roots: &Roots,
    alpn: &[&[u8]],
) -> Result<TlsStream<TcpStream>, Fault> {
    shake(stream, domain, also, roots, alpn, Naming::Dns).await
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
    roots: &Roots,
) -> Result<TlsStream<TcpStream>, Fault> {
    shake(stream, domain, also, roots, &[], Naming::Sip).await
}

async fn shake(
    stream: TcpStream,
    domain: &str,
    also: Option<&str>,
    roots: &Roots,
    alpn: &[&[u8]],
    naming: Naming,
) -> Result<TlsStream<TcpStream>, Fault> {
    let name = ServerName::try_from(domain.to_owned())
        .map_err(|_| Fault::from(CertificateFault::WrongName(domain.to_owned())))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(roots.0.clone(), provider.clone())
        .build()
        .map_err(|error| Fault::Tls(error.to_string()))?;
    let uris = [Some(domain), also].into_iter().flatten().map(|name| format!("sip:{name}"));
    let verifier = Verifier {
        inner,
        also: also.and_then(|also| ServerName::try_from(also.to_owned()).ok()),
        uris: uris.collect(),
        naming,
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| Fault::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| fault_of(&error, domain))
}

/// What is known of an established session.
pub fn facts(connection: &ClientConnection) -> TlsFacts {
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
        peer_verified: true,
        pinned: false,
        certificate: None,
    }
}

/// Sorts a handshake's error.
fn fault_of(error: &io::Error, domain: &str) -> Fault {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return Fault::Lost(error.to_string());
    };
    let rustls::Error::InvalidCertificate(defect) = error else {
        return Fault::Tls(error.to_string());
    };
    use rustls::CertificateError as Defect;
    Fault::from(match defect {
        Defect::Expired | Defect::ExpiredContext { .. } => CertificateFault::Expired,
        Defect::NotValidYet | Defect::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        Defect::NotValidForName | Defect::NotValidForNameContext { .. } => {
            CertificateFault::WrongName(domain.to_owned())
        }
        // A bad signature: the issuer has the name of one that is trusted, not its key.
        Defect::UnknownIssuer | Defect::BadSignature => CertificateFault::UnknownIssuer,
        Defect::Revoked => CertificateFault::Revoked,
        Defect::Other(other) => CertificateFault::Invalid(other.to_string()),
        other => CertificateFault::Invalid(format!("{other:?}")),
    })
}

/// Which of a certificate's names count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
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

/// webpki's checks, with more than one acceptable name.
#[derive(Debug)]
struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
    also: Option<ServerName<'static>>,
    uris: Vec<String>,
    naming: Naming,
}

impl Verifier {
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
}

fn is_name_defect(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            rustls::CertificateError::NotValidForName
                | rustls::CertificateError::NotValidForNameContext { .. }
        )
    )
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        // The chain is checked before the name, so a name defect means that all else is well.
        let verdict = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let sip_names = match self.naming {
            Naming::Sip => self.sip_names(end_entity),
            Naming::Dns => SipNames::None,
        };
        let error = match (verdict, sip_names) {
            (Ok(_), SipNames::Others) => {
                return Err(rustls::CertificateError::NotValidForName.into());
            }
            (Ok(verified), _) => return Ok(verified),
            (Err(error), _) => error,
        };
        match sip_names {
            _ if !is_name_defect(&error) => return Err(error),
            SipNames::Ours => return Ok(ServerCertVerified::assertion()),
            SipNames::Others => return Err(error),
            SipNames::None => {}
        }
        if let Some(also) = &self.also {
            let second =
                self.inner.verify_server_cert(end_entity, intermediates, also, ocsp_response, now);
            if second.is_ok() {
                return second;
            }
        }
        Err(error)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, SanType};
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use time::{Duration, OffsetDateTime};
    use tokio::net::TcpListener;

    struct Authority {
        issuer: CertifiedIssuer<'static, KeyPair>,
    }

    impl Authority {
        fn new() -> Self {
            let mut params = CertificateParams::default();
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let issuer =
                CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
            Self { issuer }
        }

        /// What the platform trusts is left out, so that nothing else decides.
        fn roots(&self) -> Roots {
            let mut store = RootCertStore::empty();
            let pem = self.issuer.pem();
            store.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
            Roots(Arc::new(store))
        }
    }

    fn params(name: &str, days: std::ops::Range<i64>) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = OffsetDateTime::now_utc() + Duration::days(days.start);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(days.end);
        params
    }

    /// Shakes hands with a server that has this certificate; `None` as issuer means self-signed.
    async fn shake(
        params: CertificateParams,
        issuer: Option<&Authority>,
        roots: &Roots,
        also: Option<&str>,
    ) -> Result<TlsFacts, Fault> {
        shake_as(Naming::Dns, params, issuer, roots, also).await
    }

    async fn shake_as(
        naming: Naming,
        params: CertificateParams,
        issuer: Option<&Authority>,
        roots: &Roots,
        also: Option<&str>,
    ) -> Result<TlsFacts, Fault> {
        let key = KeyPair::generate().unwrap();
        let certificate = match issuer {
            Some(authority) => params.signed_by(&key, &authority.issuer),
            None => params.self_signed(&key),
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap().der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = tokio_rustls::TlsAcceptor::from(Arc::new(server)).accept(stream).await;
        });
        let stream = TcpStream::connect(address).await.unwrap();
        let shaken = super::shake(stream, "chat.x.test", also, roots, &[], naming).await;
        let facts = shaken.map(|stream| facts(stream.get_ref().1));
        served.await.unwrap();
        facts
    }

    #[tokio::test]
    async fn a_good_certificate_is_accepted_and_the_session_described() {
        let authority = Authority::new();
        let good = params("chat.x.test", -1..1);
        let facts = shake(good, Some(&authority), &authority.roots(), None).await.unwrap();
        assert_eq!(facts.version, "TLSv1.3");
        assert!(facts.cipher_suite.starts_with("TLS_AES_"), "{}", facts.cipher_suite);
        assert!(facts.peer_verified);
        let wildcard = params("*.x.test", -1..1);
        assert!(shake(wildcard, Some(&authority), &authority.roots(), None).await.is_ok());
    }

    #[tokio::test]
    async fn each_defect_has_a_fault_of_its_own() {
        let authority = Authority::new();
        let roots = authority.roots();
        let stranger = Authority::new();
        let wrong_name = CertificateFault::WrongName("chat.x.test".to_owned());
        let cases = [
            (params("chat.x.test", -3..-1), Some(&authority), CertificateFault::Expired),
            (params("chat.x.test", 1..3), Some(&authority), CertificateFault::NotYetValid),
            (params("y.test", -1..1), Some(&authority), wrong_name),
            (params("chat.x.test", -1..1), Some(&stranger), CertificateFault::UnknownIssuer),
            (params("chat.x.test", -1..1), None, CertificateFault::UnknownIssuer),
        ];
        for (params, issuer, fault) in cases {
            let found = shake(params, issuer, &roots, None).await;
            assert_eq!(found, Err(fault.into()));
        }
    }

    #[tokio::test]
    async fn a_second_name_counts_only_when_the_user_gave_it() {
        let authority = Authority::new();
        let other = || params("host.example", -1..1);
        let roots = authority.roots();
        assert!(shake(other(), Some(&authority), &roots, Some("host.example")).await.is_ok());
        assert!(shake(other(), Some(&authority), &roots, Some("else.example")).await.is_err());
        assert!(shake(other(), Some(&authority), &roots, None).await.is_err());
        let stranger = Authority::new();
        let strange = shake(other(), Some(&stranger), &roots, Some("host.example")).await;
        assert_eq!(strange, Err(CertificateFault::UnknownIssuer.into()));
    }

    #[tokio::test]
    async fn for_sip_a_uri_names_the_domain_before_any_dns_name() {
        let authority = Authority::new();
        let roots = authority.roots();
        let with = |dns: &str, uri: &str| {
            let mut params = params(dns, -1..1);
            params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap()));
            params
        };
        let wrong = Fault::from(CertificateFault::WrongName("chat.x.test".to_owned()));
        for (dns, uri, good) in [
            ("host.example", "sip:chat.x.test", true),
            ("host.example", "SIP:Chat.X.Test", true),
            ("host.example", "sip:y.test", false),
            ("host.example", "sips:chat.x.test", false),
            ("host.example", "sip:me@chat.x.test", false),
            ("chat.x.test", "sip:y.test", false),
            ("chat.x.test", "sip:me@y.test", true),
            ("chat.x.test", "https://y.test", true),
            ("*.x.test", "https://y.test", true),
        ] {
            let params = with(dns, uri);
            let shaken = shake_as(Naming::Sip, params, Some(&authority), &roots, None).await;
            assert_eq!(
                shaken.clone().map(drop).err(),
                (!good).then(|| wrong.clone()),
                "{dns} {uri}"
            );
        }
        let only_uri = || {
            let mut params = with("x.test", "sip:chat.x.test");
            params.subject_alt_names.remove(0);
            params
        };
        let shaken = shake_as(Naming::Sip, only_uri(), Some(&authority), &roots, None).await;
        assert!(shaken.is_ok(), "{shaken:?}");
        assert_eq!(shake(only_uri(), Some(&authority), &roots, None).await, Err(wrong.clone()));
        let mut expired = only_uri();
        expired.not_after = OffsetDateTime::now_utc() - Duration::hours(1);
        let shaken = shake_as(Naming::Sip, expired, Some(&authority), &roots, None).await;
        assert_eq!(shaken, Err(CertificateFault::Expired.into()));
        let stranger = Authority::new();
        let shaken = shake_as(Naming::Sip, only_uri(), Some(&stranger), &roots, None).await;
        assert_eq!(shaken, Err(CertificateFault::UnknownIssuer.into()));
        let configured = with("host.example", "sip:proxy.example");
        let also = Some("proxy.example");
        assert!(shake_as(Naming::Sip, configured, Some(&authority), &roots, also).await.is_ok());
    }

    #[test]
    fn an_anchor_that_cannot_be_read_is_told_with_its_name() {
        let missing = Roots::load(Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
        assert!(matches!(&missing, Fault::Local(why) if why.contains("/nowhere/ca.pem")));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no certificate").unwrap();
        assert!(matches!(Roots::load(Some(file.path())), Err(Fault::Local(_))));
        std::fs::write(file.path(), Authority::new().issuer.pem()).unwrap();
        assert!(Roots::load(Some(file.path())).is_ok());
    }
}
