//! Signing in to a real server, and each way in which it fails (CUSAX C61, C64).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/xmpp_client.rs"]
mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dovetail::config::{HostPort, TlsStart, XmppAccount};
use dovetail::lab::{Cert, Lab, User};
use dovetail::model::account::Transport;
use dovetail::model::fault::{CertificateFault, Fault};
use dovetail::model::id::AccountId;
use dovetail::model::security::{AuthRank, Floor, Guard, Least, Loss, Weaker};
use support::{Client, account, jid};

async fn lab(certificate: Cert) -> Lab {
    let users = Lab::builder().user(User::new("alice", "secret")).xmpp_only();
    users.xmpp_certificate(certificate).start().await.unwrap()
}

#[tokio::test]
async fn starttls_and_direct_tls_both_lead_to_a_bound_session() {
    let lab = lab(Cert::Valid).await;
    for tls in [TlsStart::StartTls, TlsStart::Direct] {
        let mut client = Client::start(account(&lab, "alice", tls), "secret");
        let (security, resumed) = client.signed_in().await;
        assert!(!resumed);
        assert_eq!(security.transport, Transport::Tls);
        assert!(security.auth.starts_with("SCRAM-SHA-"), "{security:?}");
        let facts = security.tls.unwrap();
        assert_eq!(facts.version, "TLSv1.3");
        assert!(facts.peer_verified && facts.cipher_suite.starts_with("TLS_"), "{facts:?}");
        println!("{tls:?}: {} {facts:?}", security.auth);
        client.quit().await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let lab = lab(Cert::Valid).await;
    let mut client = Client::start(account(&lab, "alice", TlsStart::StartTls), "wrong");
    assert_eq!(client.fault().await, (Fault::WrongPassword, None));
    assert_eq!(client.asked(), 1);
    let log = std::fs::read_to_string(lab.directory().join("prosody.log")).unwrap();
    assert_eq!(log.matches("Stream encrypted").count(), 1, "{log}");
    client.quit().await;
}

#[tokio::test]
async fn a_bad_certificate_stops_before_the_password() {
    let cases = [
        (Cert::Expired, CertificateFault::Expired),
        (Cert::NotYetValid, CertificateFault::NotYetValid),
        (Cert::WrongName, CertificateFault::WrongName("cusax.test".to_owned())),
        (Cert::UnknownIssuer, CertificateFault::UnknownIssuer),
        (Cert::SelfSigned, CertificateFault::SelfSigned),
    ];
    for (certificate, fault) in cases {
        let lab = lab(certificate).await;
        for tls in [TlsStart::StartTls, TlsStart::Direct] {
            let began = Instant::now();
            let mut client = Client::start(account(&lab, "alice", tls), "secret");
            let (found, retry_in) = client.fault().await;
            assert_eq!(found.certificate().map(|refused| &refused.defect), Some(&fault));
            assert!(began.elapsed() < Duration::from_secs(5));
            assert!(retry_in.is_some());
            assert_eq!(client.asked(), 0, "the password was asked for");
            client.quit().await;
        }
    }
}

#[tokio::test]
async fn a_refused_port_is_told_at_once_and_tried_again() {
    let lab = lab(Cert::Valid).await;
    let mut account = account(&lab, "alice", TlsStart::StartTls);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    account.server = Some(HostPort { host: "127.0.0.1".to_owned(), port });
    let mut client = Client::start(account, "secret");
    let (fault, retry_in) = client.fault().await;
    assert_eq!(fault, Fault::Refused(format!("127.0.0.1:{port}")));
    assert!(retry_in.unwrap() <= Duration::from_secs(2));
    let (fault, _) = client.fault().await;
    assert!(matches!(fault, Fault::Refused(_)));
    client.quit().await;
}

#[tokio::test]
async fn an_unknown_host_is_told() {
    let lab = lab(Cert::Valid).await;
    let mut account = account(&lab, "alice", TlsStart::StartTls);
    account.server = Some(HostPort { host: "nobody.invalid".to_owned(), port: 5222 });
    let mut client = Client::start(account, "secret");
    assert_eq!(client.fault().await.0, Fault::UnknownHost("nobody.invalid".to_owned()));
    client.quit().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_five_seconds() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lab = lab(Cert::Valid).await;
    let mut account = account(&lab, "alice", TlsStart::StartTls);
    let address = silent.local_addr().unwrap();
    account.server = Some(HostPort::from(address));
    let began = Instant::now();
    let mut client = Client::start(account, "secret");
    assert_eq!(client.fault().await.0, Fault::TimedOut(address.to_string()));
    assert!(began.elapsed() < Duration::from_secs(7));
    client.quit().await;
}

#[tokio::test]
async fn without_tls_nothing_is_sent() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        heard.extend_from_slice(&buffer[..count]);
        let answer = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' \
            xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='cusax.test'>\
            <stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
            <mechanism>PLAIN</mechanism></mechanisms></stream:features>";
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _ = stream.read_to_end(&mut heard).await;
        String::from_utf8(heard).unwrap()
    });
    let lab = lab(Cert::Valid).await;
    let mut account = account(&lab, "alice", TlsStart::StartTls);
    account.server = Some(HostPort::from(address));
    let mut client = Client::start(account, "secret");
    assert_eq!(client.fault().await.0, Fault::NoTls);
    assert_eq!(client.asked(), 0);
    let heard = heard.await.unwrap();
    assert!(heard.contains("<stream:stream") && !heard.contains("alice"), "{heard}");
    assert!(!heard.contains("auth"), "{heard}");
    client.quit().await;
}

/// A server over TLS that a stranger made: it offers these mechanisms, and notes what is said.
struct Scripted {
    address: SocketAddr,
    ca: tempfile::NamedTempFile,
    heard: tokio::task::JoinHandle<String>,
}

impl Scripted {
    async fn start(mechanisms: &'static str) -> Self {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["cusax.test".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let ca = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(ca.path(), certificate.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            let mut stream = acceptor.accept(stream).await.unwrap();
            let mut heard = vec![0; 4096];
            let count = stream.read(&mut heard).await.unwrap();
            heard.truncate(count);
            let answer = format!(
                "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' \
                 xmlns:stream='http://etherx.jabber.org/streams' version='1.0' \
                 from='cusax.test'><stream:features><mechanisms \
                 xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{mechanisms}</mechanisms>\
                 </stream:features>"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = stream.read_to_end(&mut heard).await;
            String::from_utf8(heard).unwrap()
        });
        Self { address, ca, heard }
    }
}

#[tokio::test]
async fn to_a_server_that_offers_less_than_in_an_earlier_run_nothing_is_said() {
    let signed_in = |auth: AuthRank, bound| Guard {
        seen: Floor { tls: true, auth: Some(auth), bound, ..Floor::default() },
        ..Guard::default()
    };
    let least = AuthRank::ScramSha256;
    let sha_1 = "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism>";
    let sha_256 = "<mechanism>SCRAM-SHA-256</mechanism>";
    let plain = "<mechanism>PLAIN</mechanism>";
    let mechanism = |offered| Loss::Mechanism { least, offered: Some(offered) };
    for (mechanisms, guard, loss) in [
        (sha_1, signed_in(least, false), mechanism(AuthRank::ScramSha1)),
        (plain, signed_in(least, false), mechanism(AuthRank::Plain)),
        (sha_256, signed_in(least, true), Loss::Binding),
    ] {
        let server = Scripted::start(mechanisms).await;
        let account = XmppAccount {
            server: Some(HostPort::from(server.address)),
            tls: TlsStart::Direct,
            ca_file: Some(server.ca.path().to_owned()),
            ..XmppAccount::plain(AccountId::new("alice"), jid("alice@cusax.test"))
        };
        let mut client = Client::start_with(account, guard, "secret");
        let (fault, retry_in) = client.fault().await;
        assert_eq!(fault, Fault::Downgraded(Weaker { loss, least: Least::Before }));
        assert_eq!((retry_in, client.asked()), (None, 0));
        client.quit().await;
        let heard = server.heard.await.unwrap();
        assert!(heard.contains("<stream:stream") && !heard.contains("auth"), "{heard}");
    }
}
