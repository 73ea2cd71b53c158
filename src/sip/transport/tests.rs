#![allow(clippy::unwrap_used, clippy::expect_used)]
mod flows;
mod tls;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::*;
use crate::sip::message::{Method, Response};
use crate::sip::wire::{WireFault, parse_datagram};

fn settings(address: SocketAddr, transport: Transport) -> TransportSettings {
    TransportSettings {
        domain: "sip.example.com".to_owned(),
        proxy: Some(SipTarget {
            secure: false,
            host: address.ip().to_string(),
            port: Some(address.port()),
            transport: Some(transport),
        }),
        ca_file: None,
        guard: Default::default(),
        demands: Default::default(),
    }
}

fn request(branch: &str, body: usize) -> Message {
    let mut request = Request::new(Method::Options, "sip:sip.example.com");
    for (name, value) in [
        ("Via", format!("SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{branch}")),
        ("From", "<sip:a@b>;tag=1".to_owned()),
        ("To", "<sip:c@d>".to_owned()),
        ("Call-ID", "1".to_owned()),
        ("CSeq", "1 OPTIONS".to_owned()),
    ] {
        request.headers.push(name, value);
    }
    request.body = vec![b'x'; body];
    Message::Request(request)
}

fn ok_to(message: &Message) -> Message {
    let Message::Request(request) = message else { panic!("a response") };
    Message::Response(Response::to_request(request, 200, None))
}

async fn opened(settings: &TransportSettings) -> Transports {
    Transports::open(settings, &Past::default()).await.unwrap().0
}

async fn refused(settings: &TransportSettings) -> Fault {
    Transports::open(settings, &Past::default()).await.err().expect("a fault")
}

async fn message(transports: &mut Transports) -> (Message, Source) {
    match transports.next().await {
        TransportEvent::Received { message, from } => (message.unwrap(), from),
        other => panic!("{other:?}"),
    }
}

/// The next message that a UDP peer gets, keep-alives left out.
async fn datagram(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut buffer = [0; 65_535];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
        if let Ok(message) = parse_datagram(&buffer[..length]) {
            return (message, from);
        }
    }
}

async fn read_message(stream: &mut TcpStream) -> Message {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "closed");
        if let Ok(message) = parse_datagram(&bytes) {
            return message;
        }
    }
}

fn top_via(message: &Message) -> String {
    message.headers().get("Via").unwrap().to_owned()
}

#[tokio::test]
async fn udp_both_ways_and_from_strangers() {
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = peer.local_addr().unwrap();
    let mut transports = opened(&settings(address, Transport::Udp)).await;
    assert_eq!((transports.info().transport, transports.info().remote), (Transport::Udp, address));
    let sent = request("1", 0);
    transports.send(&Hop::Flow, &sent).await.unwrap();
    let (got, from) = datagram(&peer).await;
    assert_eq!(from, transports.info().local);
    assert_eq!(top_via(&got), top_via(&sent));
    peer.send_to(b"\r\n\r\n", from).await.unwrap();
    peer.send_to(&[0, 1, 0, 0], from).await.unwrap();
    peer.send_to(&write(&ok_to(&got)), from).await.unwrap();
    let (answer, source) = message(&mut transports).await;
    assert!(matches!(answer, Message::Response(Response { status: 200, .. })));
    assert_eq!((source.address, source.flow), (address, FlowId::MAIN));

    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    stranger.send_to(&write(&request("2", 0)), from).await.unwrap();
    let (asked, source) = message(&mut transports).await;
    let port = stranger.local_addr().unwrap().port();
    assert_eq!(asked.headers().via().unwrap().rport(), Some(port));
    assert_eq!(asked.headers().via().unwrap().received(), Some(address.ip()));
    transports.send(&Hop::Source(source), &ok_to(&asked)).await.unwrap();
    assert!(matches!(datagram(&stranger).await.0, Message::Response(_)));
    let uri = format!("sip:x@127.0.0.1:{port}").parse().unwrap();
    transports.send(&Hop::Uri(uri), &request("3", 0)).await.unwrap();
    assert_eq!(datagram(&stranger).await.1, from);
}

#[tokio::test]
async fn a_malformed_request_comes_with_its_refusal() {
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut transports = opened(&settings(peer.local_addr().unwrap(), Transport::Udp)).await;
    let Message::Request(mut bad) = request("1", 0) else { panic!() };
    bad.headers.set("CSeq", "1 INFO");
    peer.send_to(&write(&Message::Request(bad)), transports.info().local).await.unwrap();
    let TransportEvent::Received { message: Err(error), from } = transports.next().await else {
        panic!("no error")
    };
    assert_eq!(error.fault, WireFault::Mismatch);
    let answer = Message::Response(error.answer().unwrap());
    transports.send(&Hop::Source(from), &answer).await.unwrap();
    let (Message::Response(answer), _) = datagram(&peer).await else { panic!() };
    assert_eq!(answer.status, 400);
    assert_eq!(answer.headers.via().unwrap().rport(), Some(peer.local_addr().unwrap().port()));
}

#[tokio::test]
async fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    // Over UDP the first answer tells; once it did, the next flow waits for it.
    let (mut transports, _) =
        Transports::open(&settings(free, Transport::Udp), &Past::default()).await.unwrap();
    match transports.next().await {
        TransportEvent::Closed { flow: FlowId::MAIN, fault } => {
            assert_eq!(fault, Fault::Refused(free.to_string()));
        }
        other => panic!("{other:?}"),
    }
    let mut past = Past::default();
    past.keep(Some(transports));
    let again = Transports::open(&settings(free, Transport::Udp), &past).await.err();
    assert_eq!(again, Some(Fault::Refused(free.to_string())));
    for transport in [Transport::Tcp, Transport::Tls] {
        let fault = refused(&settings(free, transport)).await;
        assert_eq!(fault, Fault::Refused(free.to_string()), "{transport:?}");
    }
}

#[tokio::test]
async fn a_port_without_any_answer_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place =
        protection::place(&settings(listener.local_addr().unwrap(), Transport::Tls)).unwrap();
    let (events, _received) = mpsc::channel(1);
    let shared = Shared {
        events,
        names: Names::system(),
        anchors: Anchors::new(None),
        domain: "sip.example.com".into(),
        guard: Arc::default(),
        demands: Arc::default(),
        lookups: Arc::new(Semaphore::new(1)),
    };
    let verify = Verify { domain: "sip.example.com".to_owned(), also: None, only_tls: None };
    let opened =
        connect::open(&shared, &place, &verify, Duration::from_millis(50), &Past::default()).await;
    assert_eq!(opened.err(), Some(Fault::TimedOut(listener.local_addr().unwrap().to_string())));
}

async fn tcp() -> (Transports, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = settings(listener.local_addr().unwrap(), Transport::Tcp);
    let (transports, accepted) = tokio::join!(opened(&settings), listener.accept());
    (transports, accepted.unwrap().0)
}

#[tokio::test]
async fn tcp_messages_and_keep_alives() {
    let (mut transports, mut peer) = tcp().await;
    assert_eq!(transports.info().local, peer.peer_addr().unwrap());
    transports.send(&Hop::Flow, &request("1", 3000)).await.unwrap();
    let got = read_message(&mut peer).await;
    let answer = write(&ok_to(&got));
    let (first, rest) = answer.split_at(50);
    peer.write_all(first).await.unwrap();
    peer.write_all(rest).await.unwrap();
    assert!(matches!(message(&mut transports).await.0, Message::Response(_)));

    transports.keep_alive(Ping::LineBreaks).await.unwrap();
    let mut ping = [0; 4];
    peer.read_exact(&mut ping).await.unwrap();
    assert_eq!(&ping, b"\r\n\r\n");
    peer.write_all(b"\r\n").await.unwrap();
    assert!(matches!(transports.next().await, TransportEvent::Pong { mapped: None }));

    peer.write_all(b"\r\n\r\n").await.unwrap();
    let mut pong = [0; 2];
    peer.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\r\n");

    peer.write_all(&write(&request("2", 0))).await.unwrap();
    let (asked, source) = message(&mut transports).await;
    transports.send(&Hop::Source(source), &ok_to(&asked)).await.unwrap();
    assert!(matches!(read_message(&mut peer).await, Message::Response(_)));
}

#[tokio::test]
async fn a_stream_out_of_step_is_closed() {
    let (mut transports, mut peer) = tcp().await;
    peer.write_all(b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nl: -1\r\n\r\n")
        .await
        .unwrap();
    let event = transports.next().await;
    let TransportEvent::Received { message: Err(error), .. } = event else { panic!("{event:?}") };
    assert!(error.fatal);
    let event = transports.next().await;
    assert!(
        matches!(event, TransportEvent::Closed { flow: FlowId::MAIN, fault: Fault::Lost(_) }),
        "{event:?}"
    );
    assert!(matches!(transports.send(&Hop::Flow, &request("1", 0)).await, Err(Fault::Lost(_))));
    assert_eq!(peer.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn the_servers_close_is_told() {
    let (mut transports, peer) = tcp().await;
    drop(peer);
    let event = transports.next().await;
    assert!(matches!(event, TransportEvent::Closed { flow: FlowId::MAIN, .. }), "{event:?}");
}

#[tokio::test]
async fn a_large_request_moves_to_tcp_and_takes_its_ack_along() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let udp = UdpSocket::bind(listener.local_addr().unwrap()).await.unwrap();
    let mut transports = opened(&settings(udp.local_addr().unwrap(), Transport::Udp)).await;
    transports.send(&Hop::Flow, &request("large", 2000)).await.unwrap();
    let (mut stream, from) = listener.accept().await.unwrap();
    let got = read_message(&mut stream).await;
    assert_eq!(top_via(&got), format!("SIP/2.0/TCP {from};rport;branch=z9hG4bKlarge"));
    stream.write_all(&write(&ok_to(&got))).await.unwrap();
    assert!(matches!(message(&mut transports).await.0, Message::Response(_)));
    transports.send(&Hop::Flow, &request("large", 0)).await.unwrap();
    assert_eq!(top_via(&read_message(&mut stream).await), top_via(&got));
    transports.send(&Hop::Flow, &request("small", 0)).await.unwrap();
    assert!(top_via(&datagram(&udp).await.0).ends_with("small"));
}

#[tokio::test]
async fn a_server_without_tcp_gets_large_requests_by_udp() {
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut transports = opened(&settings(udp.local_addr().unwrap(), Transport::Udp)).await;
    for branch in ["1", "2"] {
        let sent = request(branch, 2000);
        transports.send(&Hop::Flow, &sent).await.unwrap();
        let (got, from) = datagram(&udp).await;
        assert_eq!((top_via(&got), from), (top_via(&sent), transports.info().local));
    }
    assert!(transports.tcp_refused.load(Ordering::Relaxed));
}

#[tokio::test]
async fn what_cannot_be_sent_comes_back() {
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut transports = opened(&settings(udp.local_addr().unwrap(), Transport::Udp)).await;
    let sent = request("1", 0);
    let port = udp.local_addr().unwrap().port();
    let uri = format!("sip:x@127.0.0.1:{port};transport=tcp;maddr=127.0.0.2").parse().unwrap();
    transports.send(&Hop::Uri(uri), &sent).await.unwrap();
    let TransportEvent::Unsent { message, fault } = transports.next().await else { panic!() };
    assert_eq!((*message, fault), (sent, Fault::Refused(format!("127.0.0.2:{port}"))));
    let TransportEvent::Closed { flow, .. } = transports.next().await else { panic!() };
    assert_ne!(flow, FlowId::MAIN);
    assert!(transports.flows.is_empty());
}

#[tokio::test]
async fn flows_are_reused_and_bounded() {
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut transports = opened(&settings(udp.local_addr().unwrap(), Transport::Udp)).await;
    let mut peers = Vec::new();
    for _ in 0..=MOST_FLOWS {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let uri: SipUri = format!("sip:x@{address};transport=tcp").parse().unwrap();
        transports.send(&Hop::Uri(uri.clone()), &request("1", 0)).await.unwrap();
        let mut peer = listener.accept().await.unwrap().0;
        read_message(&mut peer).await;
        transports.send(&Hop::Uri(uri), &request("2", 0)).await.unwrap();
        read_message(&mut peer).await;
        peers.push(peer);
    }
    assert_eq!(transports.flows.len(), MOST_FLOWS);
    assert_eq!(peers[0].read(&mut [0; 8]).await.unwrap(), 0, "the oldest made way");
}
