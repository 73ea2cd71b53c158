//! TLS against servers with good and bad certificates (CUSAX C64).

use std::io::Write as _;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::*;
use crate::model::fault::CertificateFault;

async fn open(settings: &TransportSettings) -> Result<(Transports, FlowInfo), Fault> {
    Transports::open(settings, &Past::default()).await
}

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> (Ca, tempfile::NamedTempFile) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(ca.pem().as_bytes()).unwrap();
    (ca, file)
}

fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
}

/// What a server that speaks TLS with such a certificate received, and its stream.
async fn serve(
    listener: TcpListener,
    params: CertificateParams,
    ca: &Ca,
) -> Option<TlsStream<TcpStream>> {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, ca).unwrap();
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
    let stream = listener.accept().await.unwrap().0;
    TlsAcceptor::from(Arc::new(config)).accept(stream).await.ok()
}

async fn listen() -> (TcpListener, TransportSettings) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = settings(listener.local_addr().unwrap(), Transport::Tls);
    (listener, settings)
}

#[tokio::test]
async fn a_verified_server_by_any_of_its_names() {
    let (ca, file) = ca("own");
    let mut by_uri = params(&[]);
    by_uri.subject_alt_names = vec![SanType::URI("sip:sip.example.com".try_into().unwrap())];
    let names =
        [params(&["sip.example.com"]), params(&["*.example.com"]), params(&["127.0.0.1"]), by_uri];
    for name in names {
        let (listener, mut settings) = listen().await;
        settings.ca_file = Some(file.path().to_owned());
        let (opened, served) = tokio::join!(open(&settings), serve(listener, name, &ca));
        let (mut transports, info) = opened.unwrap();
        let mut peer = served.unwrap();
        let security = info.security("DIGEST-SHA-256");
        assert_eq!(security.transport, Transport::Tls);
        assert_eq!(
            security.tls.map(|tls| (tls.version, tls.peer_verified)),
            Some(("TLSv1.3".to_owned(), true))
        );
        transports.send(&Hop::Flow, &request("1", 20_000)).await.unwrap();
        let mut bytes = Vec::new();
        let got = loop {
            peer.read_buf(&mut bytes).await.unwrap();
            if let Ok(message) = parse_datagram(&bytes) {
                break message;
            }
        };
        peer.write_all(&write(&ok_to(&got))).await.unwrap();
        let (_, source) = message(&mut transports).await;
        assert_eq!(source.transport, Transport::Tls);
    }
}

async fn secure_message(peer: &mut TlsStream<TcpStream>) -> Message {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(peer.read_buf(&mut bytes).await.unwrap(), 0, "closed");
        if let Ok(message) = parse_datagram(&bytes) {
            return message;
        }
    }
}

#[tokio::test]
async fn a_hop_that_proves_nothing_is_reached_by_way_of_the_own_server() {
    let (ca, file) = ca("own");
    let (listener, mut settings) = listen().await;
    settings.ca_file = Some(file.path().to_owned());
    let own = params(&["sip.example.com"]);
    let (opened, served) = tokio::join!(open(&settings), serve(listener, own.clone(), &ca));
    let (mut transports, mut peer) = (opened.unwrap().0, served.unwrap());
    // The other hop's certificate does not name its address.
    let other = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let hop: SipUri =
        format!("sip:{};transport=tls;lr", other.local_addr().unwrap()).parse().unwrap();
    let (sent, hop) = (request("1", 0), Hop::Uri(hop));
    transports.send(&hop, &sent).await.unwrap();
    let (refused, got) = tokio::join!(serve(other, own, &ca), secure_message(&mut peer));
    assert!(refused.is_none());
    assert_eq!(top_via(&got), top_via(&sent));
    transports.send(&hop, &request("2", 0)).await.unwrap();
    assert!(top_via(&secure_message(&mut peer).await).ends_with("z9hG4bK2"));
}

#[tokio::test]
async fn bad_certificates_are_refused_before_anything_is_said() {
    let (ca, file) = ca("own");
    let (other_ca, _) = self::ca("other");
    let mut expired = params(&["sip.example.com"]);
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let mut early = params(&["sip.example.com"]);
    early.not_before = rcgen::date_time_ymd(2090, 1, 1);
    let cases = [
        (
            params(&["other.example.com"]),
            &ca,
            CertificateFault::WrongName("sip.example.com".to_owned()),
        ),
        (
            params(&["*.b.example.com"]),
            &ca,
            CertificateFault::WrongName("sip.example.com".to_owned()),
        ),
        (params(&["sip.example.com"]), &other_ca, CertificateFault::UnknownIssuer),
        (expired, &ca, CertificateFault::Expired),
        (early, &ca, CertificateFault::NotYetValid),
    ];
    for (params, ca, expected) in cases {
        let (listener, mut settings) = listen().await;
        settings.ca_file = Some(file.path().to_owned());
        let (fault, served) = tokio::join!(refused(&settings), serve(listener, params, ca));
        assert_eq!(fault.certificate().map(|refused| &refused.defect), Some(&expected));
        assert!(served.is_none());
    }
}

#[tokio::test]
async fn a_server_without_tls_hears_no_sip() {
    let (listener, settings) = listen().await;
    let server = async {
        let mut stream = listener.accept().await.unwrap().0;
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.unwrap();
        heard.truncate(length);
        stream.write_all(b"SIP/2.0 400 Bad Request\r\n\r\n").await.unwrap();
        heard
    };
    let (fault, heard) = tokio::join!(refused(&settings), server);
    assert!(matches!(fault, Fault::Tls(_) | Fault::Lost(_)), "{fault:?}");
    assert_eq!(heard.first(), Some(&0x16), "a TLS handshake");
    assert!(!heard.windows(3).any(|three| three == b"SIP"));
}

#[tokio::test]
async fn sips_means_tls_whatever_the_parameter_says() {
    let (ca, file) = ca("own");
    let (listener, mut settings) = listen().await;
    settings.ca_file = Some(file.path().to_owned());
    if let Some(proxy) = &mut settings.proxy {
        proxy.secure = true;
        proxy.transport = Some(Transport::Udp);
    }
    let (opened, served) =
        tokio::join!(open(&settings), serve(listener, params(&["sip.example.com"]), &ca));
    assert_eq!(opened.unwrap().1.transport, Transport::Tls);
    assert!(served.is_some());
}

#[tokio::test]
async fn where_tls_was_seen_or_is_wanted_no_other_way_is_taken() {
    use crate::model::security::{Floor, Least, Loss, Weaker};
    let floor = Floor { tls: true, ..Floor::default() };
    let lost = |least| Fault::Downgraded(Weaker { loss: Loss::Tls, least });
    // Nothing says how to connect, and what leads there is not over TLS.
    let listener = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut left_open = settings(listener.local_addr().unwrap(), Transport::Udp);
    left_open.domain = "localhost".to_owned();
    left_open.proxy = None;
    // Whether anything listens there or not: it is tried.
    let tried = open(&left_open).await.err();
    assert!(tried.is_none() || matches!(tried, Some(Fault::Refused(_))), "{tried:?}");
    left_open.guard.seen = floor;
    assert_eq!(open(&left_open).await.err(), Some(lost(Least::Before)));
    // The user's own word about it is none of the server's.
    let mut own_word = settings(listener.local_addr().unwrap(), Transport::Udp);
    own_word.guard.seen = floor;
    assert!(open(&own_word).await.is_ok());
    // Wanted: it is looked for at the port of TLS, of which there is none at this address.
    let mut wanted = settings("127.0.0.77:5060".parse().unwrap(), Transport::Udp);
    wanted.guard.wanted = floor;
    assert_eq!(open(&wanted).await.err(), Some(lost(Least::Wanted)));
    let mut demanded = settings("127.0.0.77:5060".parse().unwrap(), Transport::Udp);
    demanded.demands.floor = floor;
    assert_eq!(open(&demanded).await.err(), Some(lost(Least::Wanted)));
}
