#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolverConfig,
};
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{Name, Record};
use tokio::net::UdpSocket;

use super::*;
use hickory_resolver::proto::rr::rdata::NAPTR;

/// A name server on loopback that knows these records, and how often it was asked.
async fn server(zone: Vec<(&'static str, RData)>) -> (Names, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let mut message = Message::from_vec(&buffer[..length]).unwrap().into_response();
            let query = message.queries[0].clone();
            let owner = query.name().to_ascii();
            for (name, data) in &zone {
                if owner == *name && data.record_type() == query.query_type() {
                    message.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
                }
            }
            if !zone.iter().any(|(name, _)| owner == *name) {
                message.metadata.response_code = ResponseCode::NXDomain;
            }
            socket.send_to(&message.to_vec().unwrap(), from).await.unwrap();
        }
    });
    (names(port), asked)
}

fn names(port: u16) -> Names {
    let mut connection = ConnectionConfig::new(ProtocolConfig::Udp);
    connection.port = port;
    let mut server = NameServerConfig::udp("127.0.0.1".parse().unwrap());
    server.connections = vec![connection];
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    Names::of(Ok(TokioResolver::builder_with_config(config, Default::default())))
}

fn srv(priority: u16, port: u16, target: &str) -> RData {
    RData::SRV(SRV::new(priority, 1, port, Name::from_ascii(target).unwrap()))
}

fn naptr(order: u16, service: &str, replacement: &str) -> RData {
    let bytes = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    let replacement = Name::from_ascii(replacement).unwrap();
    RData::NAPTR(NAPTR::new(order, 1, bytes("s"), bytes(service), bytes(""), replacement))
}

fn a(last: u8) -> RData {
    RData::A(Ipv4Addr::new(192, 0, 2, last).into())
}

fn place(host: &str, port: Option<u16>, transport: Option<Transport>, secure: bool) -> Place {
    Place { host: host.parse().unwrap(), port, transport, secure }
}

async fn found(names: &Names, place: Place) -> Vec<(Transport, String)> {
    let targets = names.resolve(&place).await.unwrap();
    targets.into_iter().map(|target| (target.transport, target.address.to_string())).collect()
}

use Transport::{Tcp, Tls, Udp};

#[tokio::test]
async fn tls_alone_where_it_is_offered_by_priority() {
    let (names, _) = server(vec![
        ("_sip._udp.example.com.", srv(1, 5060, "one.example.com.")),
        ("_sips._tcp.example.com.", srv(2, 5443, "one.example.com.")),
        ("_sips._tcp.example.com.", srv(1, 5061, "two.example.com.")),
        ("one.example.com.", a(1)),
        ("two.example.com.", a(2)),
        ("two.example.com.", RData::AAAA("2001:db8::2".parse::<Ipv6Addr>().unwrap().into())),
    ])
    .await;
    let all = found(&names, place("Example.com", None, None, false)).await;
    let expected = [(Tls, "192.0.2.2:5061"), (Tls, "[2001:db8::2]:5061"), (Tls, "192.0.2.1:5443")];
    assert_eq!(all, expected.map(|(transport, text)| (transport, text.to_owned())));
    let udp = found(&names, place("example.com", None, Some(Udp), false)).await;
    assert_eq!(udp, [(Udp, "192.0.2.1:5060".to_owned())]);
    let secure = found(&names, place("example.com", None, Some(Udp), true)).await;
    assert!(secure.iter().all(|(transport, _)| *transport == Tls));
}

#[tokio::test]
async fn without_srv_the_address_and_with_a_port_no_srv() {
    let (names, asked) = server(vec![("example.com.", a(9))]).await;
    assert_eq!(
        found(&names, place("example.com", None, None, false)).await,
        [(Udp, "192.0.2.9:5060".to_owned())]
    );
    assert_eq!(
        found(&names, place("example.com", None, None, true)).await,
        [(Tls, "192.0.2.9:5061".to_owned())]
    );
    assert_eq!(
        found(&names, place("example.com", None, Some(Tcp), false)).await,
        [(Tcp, "192.0.2.9:5060".to_owned())]
    );
    let before = asked.load(Ordering::Relaxed);
    assert_eq!(
        found(&names, place("example.com", Some(7), Some(Tcp), false)).await,
        [(Tcp, "192.0.2.9:7".to_owned())]
    );
    assert!(asked.load(Ordering::Relaxed) - before <= 2, "A and AAAA at most");
}

#[tokio::test]
async fn what_needs_no_dns_asks_none() {
    let names = Names(None);
    assert_eq!(
        found(&names, place("[2001:db8::1]", None, None, false)).await,
        [(Udp, "[2001:db8::1]:5060".to_owned())]
    );
    let local = found(&names, place("localhost", Some(5070), Some(Tls), false)).await;
    assert_eq!(local, [(Tls, "127.0.0.1:5070".to_owned()), (Tls, "[::1]:5070".to_owned())]);
}

#[tokio::test]
async fn refusals_have_their_words() {
    let (names, _) =
        server(vec![("_sip._udp.no.example.", srv(0, 0, ".")), ("no.example.", a(1))]).await;
    let fault = |host: &'static str| {
        let names = names.clone();
        async move { names.resolve(&place(host, None, None, false)).await.unwrap_err() }
    };
    assert_eq!(fault("gone.example").await, Fault::UnknownHost("gone.example".to_owned()));
    assert_eq!(fault("no.example").await, Fault::NotOffered("no.example".to_owned()));
}

/// Real time, as the resolver's own clock cannot be turned: a name server that never answers.
#[tokio::test]
async fn silence_is_a_time_out_within_five_seconds() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let names = names(socket.local_addr().unwrap().port());
    let start = std::time::Instant::now();
    let fault = names.resolve(&place("a.example", None, None, false)).await.unwrap_err();
    assert_eq!(fault, Fault::TimedOut("a.example".to_owned()));
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// RFC 3263 §4.1: the domain says in which order, and where its SRV records are.
#[tokio::test]
async fn naptr_leads_to_services_in_the_domains_order() {
    let zone = |tls: bool| {
        let mut zone = vec![
            ("example.com.", naptr(20, "SIP+D2U", "_sip._udp.else.example.")),
            ("example.com.", naptr(10, "SIP+D2T", "_sip._tcp.else.example.")),
            ("example.com.", naptr(5, "SIP+D2W", "_sip._ws.else.example.")),
            ("example.com.", naptr(1, "E2U+sip", "_sip._udp.wrong.example.")),
            ("_sip._udp.example.com.", srv(1, 7, "one.example.com.")),
            ("_sip._udp.else.example.", srv(1, 5070, "one.example.com.")),
            ("_sip._tcp.else.example.", srv(1, 5080, "two.example.com.")),
            ("_sips._tcp.else.example.", srv(1, 5090, "two.example.com.")),
            ("one.example.com.", a(1)),
            ("two.example.com.", a(2)),
        ];
        if tls {
            zone.push(("example.com.", naptr(30, "sips+d2t", "_sips._tcp.else.example.")));
        }
        zone
    };
    let (names, _) = server(zone(false)).await;
    let all = found(&names, place("example.com", None, None, false)).await;
    assert_eq!(all, [(Tcp, "192.0.2.2:5080".to_owned()), (Udp, "192.0.2.1:5070".to_owned())]);
    let udp = found(&names, place("example.com", None, Some(Udp), false)).await;
    assert_eq!(udp, [(Udp, "192.0.2.1:7".to_owned())], "a given transport asks no NAPTR");
    let (names, _) = server(zone(true)).await;
    for secure in [false, true] {
        let tls = found(&names, place("example.com", None, None, secure)).await;
        assert_eq!(tls, [(Tls, "192.0.2.2:5090".to_owned())]);
    }
}

#[tokio::test]
async fn naptr_that_leads_nowhere_leaves_srv() {
    let (names, _) = server(vec![
        ("example.com.", naptr(1, "SIP+D2T", "_sip._tcp.gone.example.")),
        ("_sip._udp.example.com.", srv(1, 5070, "one.example.com.")),
        ("one.example.com.", a(1)),
    ])
    .await;
    let all = found(&names, place("example.com", None, None, false)).await;
    assert_eq!(all, [(Udp, "192.0.2.1:5070".to_owned())]);
}
