#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, SanType};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::path::Path;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

use crate::model::fault::RefusedCertificate;
use crate::model::security::{Demands, Floor, Guard, Least, Loss, Weaker};
use crate::model::time::Timestamp;

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
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

/// What a server shows.
struct Shown {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// `None` as issuer means self-signed.
fn shown(params: CertificateParams, issuer: Option<&Authority>) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = match issuer {
        Some(authority) => params.signed_by(&key, &authority.issuer),
        None => params.self_signed(&key),
    };
    Shown { certificate: certificate.unwrap().der().clone(), key }
}

/// Shakes hands with a server that has this certificate.
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
    let policy = Policy::new(roots.clone());
    bare(shake_with(naming, &shown(params, issuer), also, &policy, rustls::ALL_VERSIONS).await)
}

/// A refusal without what the certificate says of itself.
fn bare(result: Result<TlsFacts, Fault>) -> Result<TlsFacts, Fault> {
    result.map_err(|fault| match fault {
        Fault::Certificate(refused) => refused.defect.into(),
        fault => fault,
    })
}

async fn shake_with(
    naming: Naming,
    shown: &Shown,
    also: Option<&str>,
    policy: &Policy,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<TlsFacts, Fault> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(shown.key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate.clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = tokio_rustls::TlsAcceptor::from(Arc::new(server)).accept(stream).await;
    });
    let stream = TcpStream::connect(address).await.unwrap();
    let shaken = super::shake(stream, "chat.x.test", also, policy, &[], naming).await;
    let facts = shaken.map(|shaken| shaken.facts);
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
    assert!(facts.peer_verified && !facts.pinned);
    let certificate = facts.certificate.unwrap();
    assert_eq!(certificate.names, ["chat.x.test"]);
    assert_eq!(certificate.issuer, "CN=An authority");
    assert_eq!(certificate.key, "ECDSA P-256");
    assert_eq!(certificate.signature, "SHA-256 with ECDSA");
    assert!(certificate.not_before < certificate.not_after);
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
        (params("chat.x.test", -1..1), None, CertificateFault::SelfSigned),
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
        assert_eq!(shaken.clone().map(drop).err(), (!good).then(|| wrong.clone()), "{dns} {uri}");
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

fn refused(result: Result<TlsFacts, Fault>) -> RefusedCertificate {
    match result {
        Err(Fault::Certificate(refused)) => *refused,
        other => panic!("{other:?}"),
    }
}

fn policy(roots: &Roots, guard: &Guard, demands: &Demands) -> Policy {
    Policy::of(roots.clone(), guard, demands, "chat.x.test")
}

async fn shake_guarded(shown: &Shown, policy: &Policy) -> Result<TlsFacts, Fault> {
    shake_with(Naming::Dns, shown, None, policy, rustls::ALL_VERSIONS).await
}

#[tokio::test]
async fn the_user_s_word_makes_one_certificate_good_and_its_change_is_told() {
    let roots = Authority::new().roots();
    let (mut guard, demands) = (Guard::default(), Demands::default());
    let now = Timestamp::from_unix_millis(0);
    for (params, defect) in [
        (params("chat.x.test", -1..1), CertificateFault::SelfSigned),
        (params("chat.x.test", -3..-1), CertificateFault::Expired),
        (params("y.test", -1..1), CertificateFault::SelfSigned),
    ] {
        let server = shown(params, None);
        let found = refused(shake_guarded(&server, &policy(&roots, &guard, &demands)).await);
        assert_eq!(found.defect, defect);
        assert!(found.can_trust());
        let facts = found.facts.unwrap();
        guard.trust(facts.fingerprint, "chat.x.test", now).unwrap();
        let facts = shake_guarded(&server, &policy(&roots, &guard, &demands)).await.unwrap();
        assert!(facts.pinned && !facts.peer_verified);
        // For another domain it says nothing.
        let other = Policy::of(roots.clone(), &guard, &demands, "sip.x.test");
        assert_eq!(refused(shake_guarded(&server, &other).await).before, None);
        // Another in its place, as if somebody were in between.
        let other = shown(self::params("chat.x.test", -1..1), None);
        let changed = refused(shake_guarded(&other, &policy(&roots, &guard, &demands)).await);
        let before = server.certificate.clone();
        assert_eq!(changed.before, Some(certificate::hash(&before)));
        assert!(changed.to_string().starts_with("The server's certificate changed"), "{changed}");
    }
}

/// A certificate shown by one who has not its key.
#[tokio::test]
async fn a_trusted_certificate_without_its_key_is_worth_nothing() {
    let roots = Authority::new().roots();
    let server = shown(params("chat.x.test", -1..1), None);
    let mut guard = Guard::default();
    let now = Timestamp::from_unix_millis(0);
    guard.trust(certificate::hash(&server.certificate), "chat.x.test", now).unwrap();
    let policy = policy(&roots, &guard, &Demands::default());
    let thief = Thief(server.certificate.clone(), KeyPair::generate().unwrap());
    for versions in [[&rustls::version::TLS13], [&rustls::version::TLS12]] {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(thief.resolver()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await;
        });
        let stream = TcpStream::connect(address).await.unwrap();
        let shaken = handshake(stream, "chat.x.test", None, &policy, &[]).await;
        assert!(matches!(shaken.map(|shaken| shaken.facts), Err(Fault::Tls(_))));
        served.await.unwrap();
    }
}

struct Thief(CertificateDer<'static>, KeyPair);

impl Thief {
    fn resolver(&self) -> rustls::sign::SingleCertAndKey {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.1.serialize_der()));
        let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        let certified = rustls::sign::CertifiedKey::new(vec![self.0.clone()], key);
        rustls::sign::SingleCertAndKey::from(certified)
    }
}

#[tokio::test]
async fn a_provider_s_certificate_has_to_be_among_those_it_named() {
    let authority = Authority::new();
    let roots = authority.roots();
    let server = shown(params("chat.x.test", -1..1), Some(&authority));
    let read = certificate::read(&server.certificate).unwrap();
    let of = |certificates: Vec<_>| Demands { certificates, ..Demands::default() };
    for named in [read.facts.fingerprint, read.key_hash] {
        let policy = policy(&roots, &Guard::default(), &of(vec![certificate::hash(b"x"), named]));
        assert!(shake_guarded(&server, &policy).await.unwrap().peer_verified);
    }
    let other = of(vec![certificate::hash(b"x")]);
    let found = shake_guarded(&server, &policy(&roots, &Guard::default(), &other)).await;
    let found = refused(found);
    assert_eq!(found.defect, CertificateFault::NotProvided);
    assert!(!found.can_trust());
    // Named is not trusted: the usual checks hold as well.
    let strange = shown(params("chat.x.test", -1..1), None);
    let named = of(vec![certificate::hash(&strange.certificate)]);
    let found = shake_guarded(&strange, &policy(&roots, &Guard::default(), &named)).await;
    assert_eq!(refused(found).defect, CertificateFault::SelfSigned);
    // And the user's word does not go over the provider's.
    let mut guard = Guard::default();
    let print = certificate::hash(&strange.certificate);
    guard.trust(print, "chat.x.test", Timestamp::from_unix_millis(0)).unwrap();
    let found = shake_guarded(&strange, &policy(&roots, &guard, &other)).await;
    assert_eq!(refused(found).defect, CertificateFault::NotProvided);
}

#[tokio::test]
async fn tls_that_is_too_old_has_words_of_its_own() {
    let authority = Authority::new();
    let roots = authority.roots();
    let server = shown(params("chat.x.test", -1..1), Some(&authority));
    let least = TlsVersion::V13;
    let demands =
        Demands { floor: Floor { version: least, ..Floor::default() }, ..Demands::default() };
    let newer = policy(&roots, &Guard::default(), &demands);
    let facts = shake_with(Naming::Dns, &server, None, &newer, &[&rustls::version::TLS13]).await;
    assert_eq!(facts.unwrap().version, "TLSv1.3");
    let old = shake_with(Naming::Dns, &server, None, &newer, &[&rustls::version::TLS12]).await;
    let weaker = Weaker { loss: Loss::Version { least }, least: Least::Wanted };
    assert_eq!(old, Err(Fault::Downgraded(weaker)));
    // What a server of TLS 1.0 or 1.1 says: its alert, or its own hello.
    let hello =
        [&[0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat();
    for (said, policy, fault) in [
        (
            &[0x15, 3, 1, 0, 2, 2, 70][..],
            Policy::new(roots.clone()),
            Fault::OldTls(TlsVersion::V12),
        ),
        (&hello, Policy::new(roots.clone()), Fault::OldTls(TlsVersion::V12)),
        (&[0x15, 3, 1, 0, 2, 2, 70][..], newer, Fault::Downgraded(weaker)),
    ] {
        assert_eq!(answered_by(said, &policy).await, fault, "{said:?}");
    }
    let words = Fault::OldTls(TlsVersion::V12).to_string();
    assert!(words.contains("only TLS older than 1.2"), "{words}");
}

/// The fault of a handshake with a server that says this.
async fn answered_by(said: &[u8], policy: &Policy) -> Fault {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let said = said.to_vec();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello).await.unwrap();
        stream.write_all(&said).await.unwrap();
        let _ = stream.read(&mut hello).await;
    });
    let stream = TcpStream::connect(address).await.unwrap();
    let shaken = handshake(stream, "chat.x.test", None, policy, &[]).await;
    served.await.unwrap();
    shaken.map(|shaken| shaken.facts).unwrap_err()
}

#[test]
fn what_makes_a_certificate_too_weak_is_seen() {
    let read = |pem: &str| {
        certificate::read(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap()
    };
    let weak = read(include_str!("tests/rsa-1024.pem"));
    assert_eq!(weak.weak, Some(CertificateFault::WeakKey("RSA 1024".to_owned())));
    assert!(weak.self_issued);
    let names = ["weak.x.test", "sip:weak.x.test", "192.0.2.1", "2001:db8::1"];
    assert_eq!(weak.facts.names, names);
    let old = read(include_str!("tests/sha-1.pem"));
    let method = CertificateFault::WeakSignature("SHA-1 with RSA".to_owned());
    assert_eq!(old.weak, Some(method.clone()));
    assert_eq!(old.facts.key, "RSA 2048");
    assert_eq!(old.facts.subject, "CN=old.x.test, O=Old & Sons");
    assert!(!method.can_trust());
    assert_eq!(
        old.facts.fingerprint.to_string(),
        "00:C7:33:D9:DE:13:F9:86:F0:CD:7E:89:42:64:B3:FF:F2:88:6E:56:2A:C5:9E:6D:5F:20:F7:AD:71:0A:87:C8"
    );
    let new = read(include_str!("tests/ed25519.pem"));
    assert_eq!((new.weak, new.facts.key.as_str()), (None, "Ed25519"));
    assert_eq!(new.facts.signature, "Ed25519");
    assert!(certificate::read(&CertificateDer::from(vec![0x30, 0])).is_none());
    // Whatever a stranger writes into one is read or refused.
    let der = CertificateDer::from_pem_slice(include_bytes!("tests/rsa-1024.pem")).unwrap();
    for at in 0..der.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut bytes = der.to_vec();
            bytes[at] ^= bits;
            if let Some(read) = certificate::read(&CertificateDer::from(bytes.clone())) {
                assert!(read.facts.subject.chars().count() <= 200 && read.facts.names.len() <= 16);
            }
            bytes.truncate(at);
            assert!(certificate::read(&CertificateDer::from(bytes)).is_none());
        }
    }
}
