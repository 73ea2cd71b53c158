//! Several targets, flows made anew, STUN.

use super::*;

async fn udp_server() -> (UdpSocket, Transports) {
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let transports = opened(&settings(peer.local_addr().unwrap(), Transport::Udp)).await;
    (peer, transports)
}

#[tokio::test]
async fn a_binding_request_is_answered_and_nothing_else_is_believed() {
    let (peer, mut transports) = udp_server().await;
    transports.keep_alive(Ping::Binding).await.unwrap();
    let mut buffer = [0; 100];
    let from = loop {
        let (length, from) = peer.recv_from(&mut buffer).await.unwrap();
        if length == 20 {
            break from;
        }
    };
    assert_eq!(from, transports.info().local);
    assert_eq!(buffer[..8], [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
    // 192.0.2.1:32853, masked as in RFC 5769 §2.2.
    let mut answer = vec![1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42];
    answer.extend_from_slice(&buffer[8..20]);
    answer.extend_from_slice(&[0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
    let mut forged = answer.clone();
    forged[10] ^= 1;
    peer.send_to(&forged, from).await.unwrap();
    peer.send_to(&write(&request("after", 0)), from).await.unwrap();
    assert!(top_via(&message(&mut transports).await.0).contains("after"));
    peer.send_to(&answer, from).await.unwrap();
    let event = transports.next().await;
    let expected = Some("192.0.2.1:32853".parse().unwrap());
    assert!(matches!(event, TransportEvent::Pong { mapped } if mapped == expected), "{event:?}");
}

#[tokio::test]
async fn a_udp_server_that_ends_is_told_by_the_next_ping() {
    let (peer, mut transports) = udp_server().await;
    let address = peer.local_addr().unwrap();
    drop(peer);
    transports.keep_alive(Ping::LineBreaks).await.unwrap();
    let event = transports.next().await;
    let TransportEvent::Closed { flow: FlowId::MAIN, fault } = event else { panic!("{event:?}") };
    assert_eq!(fault, Fault::Refused(address.to_string()));
}

#[tokio::test]
async fn a_flow_made_anew_has_the_port_of_the_one_before() {
    let (peer, transports) = udp_server().await;
    let before = transports.info().local;
    let mut past = Past::default();
    past.keep(Some(transports));
    let settings = settings(peer.local_addr().unwrap(), Transport::Udp);
    let (mut transports, info) = Transports::open(&settings, &past).await.unwrap();
    assert_eq!(info.local, before);
    peer.send_to(&write(&request("1", 0)), before).await.unwrap();
    message(&mut transports).await;

    let (transports, stream) = tcp().await;
    let before = transports.info().local;
    let listener = stream.local_addr().unwrap();
    past.keep(Some(transports));
    drop(stream);
    let listener = TcpListener::bind(listener).await.unwrap();
    let settings = super::settings(listener.local_addr().unwrap(), Transport::Tcp);
    let (again, accepted) = tokio::join!(Transports::open(&settings, &past), listener.accept());
    assert!(accepted.is_ok());
    // Where the system still holds the port another one must do.
    let local = again.unwrap().1.local;
    assert_eq!(local.ip(), before.ip());
}

/// `localhost` has two addresses: of an account on it each is a target.
fn localhost(port: u16, transport: Transport) -> TransportSettings {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut settings = settings(address, transport);
    if let Some(proxy) = &mut settings.proxy {
        proxy.host = "localhost".to_owned();
    }
    settings
}

#[tokio::test]
async fn a_target_that_failed_comes_last() {
    let four = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = four.local_addr().unwrap().port();
    let six = TcpListener::bind(("::1", port)).await.unwrap();
    let settings = localhost(port, Transport::Tcp);
    let mut past = Past::default();
    let mut remotes = Vec::new();
    for alternatives in [1, 0, 0] {
        let (_, info) = Transports::open(&settings, &past).await.unwrap();
        assert_eq!(info.alternatives, alternatives);
        remotes.push(info.remote);
        past.shun(&info, Instant::now());
    }
    let (four, six) = (four.local_addr().unwrap(), six.local_addr().unwrap());
    assert_eq!(remotes, [four, six, four]);
    drop(past);
}

#[tokio::test]
async fn the_next_address_is_tried_and_the_more_telling_fault_kept() {
    let six = TcpListener::bind("[::1]:0").await.unwrap();
    let port = six.local_addr().unwrap().port();
    let (_, info) =
        Transports::open(&localhost(port, Transport::Tcp), &Past::default()).await.unwrap();
    assert_eq!(info.remote, six.local_addr().unwrap());

    // In clear behind the first address, nothing behind the second: TLS is what failed.
    let four = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = four.local_addr().unwrap().port();
    let settings = localhost(port, Transport::Tls);
    let serve = async {
        let mut stream = four.accept().await.unwrap().0;
        stream.write_all(b"SIP/2.0 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = stream.read(&mut [0; 1000]).await;
        stream
    };
    let past = Past::default();
    let (opened, _stream) = tokio::join!(Transports::open(&settings, &past), serve);
    assert!(matches!(opened.err(), Some(Fault::Tls(_))));
}
