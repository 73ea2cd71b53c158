//! Challenges of several kinds, by a scripted server on a real UDP socket.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dovetail::config::Config;
use dovetail::model::fault::Fault;
use dovetail::model::security::{AuthRank, Floor, Guard, Least, Loss, Weaker};
use dovetail::sip::actor::{SipSettings, spawn};
use dovetail::sip::message::{Message, Method, Request, Response};
use dovetail::sip::{Registration, SipCommand, SipEvent, wire};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::timeout;
use zeroize::Zeroizing;

const PATIENCE: Duration = Duration::from_secs(10);
const LIFETIME: u32 = 10;

/// The server's side of the conversation.
struct Server {
    socket: UdpSocket,
    client: Option<SocketAddr>,
}

impl Server {
    /// The next REGISTER; repetitions and what else comes is passed over.
    async fn register(&mut self, after: u32) -> Request {
        timeout(PATIENCE, async {
            let mut buffer = vec![0; 4096];
            loop {
                let (length, from) = self.socket.recv_from(&mut buffer).await.unwrap();
                let Ok(Message::Request(request)) = wire::parse_datagram(&buffer[..length]) else {
                    continue;
                };
                let number = request.headers.cseq().unwrap().number;
                if request.method == Method::Register && number > after {
                    self.client = Some(from);
                    return request;
                }
            }
        })
        .await
        .expect("a REGISTER")
    }

    async fn answer(&self, request: &Request, status: u16, headers: &[(&str, &str)]) -> u32 {
        let mut response = Response::to_request(request, status, None);
        let to = format!("{};tag=server", request.headers.get("To").unwrap());
        response.headers.set("To", to);
        for (name, value) in headers {
            response.headers.push(name, *value);
        }
        let bytes = wire::write(&Message::Response(response));
        self.socket.send_to(&bytes, self.client.unwrap()).await.unwrap();
        request.headers.cseq().unwrap().number
    }

    async fn accept(&self, request: &Request, info: Option<&str>) -> u32 {
        let contact = request.headers.list("Contact")[0].to_owned();
        let contact = format!("{};expires={LIFETIME}", contact.split(";expires").next().unwrap());
        let mut headers = vec![("Contact", contact.as_str())];
        headers.extend(info.map(|info| ("Authentication-Info", info)));
        self.answer(request, 200, &headers).await
    }
}

async fn start() -> (Server, mpsc::Receiver<SipEvent>, mpsc::Sender<SipCommand>) {
    let (server, events, commands, _) = start_with(Guard::default()).await;
    (server, events, commands)
}

/// The same for an account that remembers this; and how often its password was looked up.
async fn start_with(
    guard: Guard,
) -> (Server, mpsc::Receiver<SipEvent>, mpsc::Sender<SipCommand>, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let proxy = socket.local_addr().unwrap();
    let text = format!(
        "[[sip]]\nid = \"phone\"\naor = \"sip:alice@cusax.test\"\nproxy = \"sip:127.0.0.1:{};transport=udp\"\n",
        proxy.port()
    );
    let config = Config::parse(&text, Path::new("/config.toml")).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let settings = SipSettings {
        guard,
        account: config.sip[0].clone(),
        instance: uuid::Uuid::new_v4(),
        password: Arc::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(Zeroizing::new("a password of mine".to_owned())) })
        }),
    };
    let (commands, to_actor) = mpsc::channel(16);
    let (to_core, events) = mpsc::channel(64);
    drop(spawn(settings, to_actor, to_core));
    (Server { socket, client: None }, events, commands, asked)
}

async fn state(
    events: &mut mpsc::Receiver<SipEvent>,
    wanted: impl Fn(&Registration) -> bool,
) -> Registration {
    timeout(PATIENCE, async {
        loop {
            match events.recv().await.expect("the actor lives") {
                SipEvent::Registration(state) if wanted(&state) => return state,
                _ => {}
            }
        }
    })
    .await
    .expect("the state")
}

fn param(request: &Request, header: &str, name: &str) -> Option<String> {
    let value = request.headers.get(header)?;
    let (_, rest) = value.split_once(&format!("{name}="))?;
    Some(rest.split(',').next().unwrap().trim().trim_matches('"').to_owned())
}

const PROXY: &str = "Digest realm=\"proxy\", nonce=\"p1\", qop=\"auth\", algorithm=MD5";
const WEAK: &str = "Digest realm=\"home\", nonce=\"w1\", qop=\"auth\", algorithm=MD5";
const STRONG: &str = "Digest realm=\"home\", nonce=\"s1\", qop=\"auth-int\", algorithm=SHA-256";

#[tokio::test]
async fn a_proxy_and_a_registrar_challenge_in_turn_and_md5_is_refused_after_better() {
    let (mut server, mut events, commands) = start().await;
    let plain = server.register(0).await;
    assert_eq!(plain.headers.get("Authorization"), None);
    let number = server.answer(&plain, 407, &[("Proxy-Authenticate", PROXY)]).await;

    let to_proxy = server.register(number).await;
    assert_eq!(param(&to_proxy, "Proxy-Authorization", "realm").as_deref(), Some("proxy"));
    assert_eq!(to_proxy.headers.get("Authorization"), None);
    let both = [("WWW-Authenticate", WEAK), ("WWW-Authenticate", STRONG)];
    let number = server.answer(&to_proxy, 401, &both).await;

    let to_both = server.register(number).await;
    assert_eq!(param(&to_both, "Proxy-Authorization", "nc").as_deref(), Some("00000002"));
    let answered = |name: &str| param(&to_both, "Authorization", name);
    assert_eq!(answered("algorithm").as_deref(), Some("SHA-256"), "the stronger of the two");
    assert_eq!(answered("qop").as_deref(), Some("auth-int"), "nothing else was offered");
    assert_eq!(answered("response").unwrap().len(), 64);
    assert_eq!(to_both.headers.call_id(), plain.headers.call_id());
    let number = server.accept(&to_both, Some("nextnonce=\"s2\"")).await;
    state(&mut events, |state| matches!(state, Registration::Registered { .. })).await;

    // The refresh uses the nonce that was given for it, and goes on counting the proxy's.
    let refresh = server.register(number).await;
    assert_eq!(param(&refresh, "Authorization", "nonce").as_deref(), Some("s2"));
    assert_eq!(param(&refresh, "Authorization", "nc").as_deref(), Some("00000001"));
    assert_eq!(param(&refresh, "Proxy-Authorization", "nc").as_deref(), Some("00000003"));

    // Somebody in between takes the better challenge away.
    server.answer(&refresh, 401, &[("WWW-Authenticate", WEAK)]).await;
    let failed = state(&mut events, |state| matches!(state, Registration::Failed { .. })).await;
    let loss =
        Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
    let fault = Fault::Downgraded(Weaker { loss, least: Least::Before });
    assert_eq!(failed, Registration::Failed { fault, retry_in: None });
    drop(commands);
}

#[tokio::test]
async fn nothing_answers_a_challenge_that_is_weaker_than_in_an_earlier_run() {
    let floor = Floor { auth: Some(AuthRank::DigestSha256), ..Floor::default() };
    let guard = Guard { seen: floor, ..Guard::default() };
    let (mut server, mut events, commands, asked) = start_with(guard.clone()).await;
    let first = server.register(0).await;
    assert!(first.headers.get("Authorization").is_none());
    let number = server.answer(&first, 401, &[("WWW-Authenticate", WEAK)]).await;
    let failed = state(&mut events, |state| matches!(state, Registration::Failed { .. })).await;
    let loss =
        Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
    let weaker = Weaker { loss, least: Least::Before };
    let expected = Registration::Failed { fault: Fault::Downgraded(weaker), retry_in: None };
    assert_eq!(failed, expected);
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the password was not looked up");

    // The user takes it as it is: the next request is the first that proves anything.
    let mut accepted = guard;
    accepted.accept(&weaker);
    commands.send(SipCommand::Guard(Box::new(accepted))).await.unwrap();
    commands.send(SipCommand::Connect).await.unwrap();
    let again = server.register(number).await;
    assert!(again.headers.get("Authorization").is_none());
    let number = server.answer(&again, 401, &[("WWW-Authenticate", WEAK)]).await;
    let proven = server.register(number).await;
    assert!(proven.headers.get("Authorization").unwrap().contains("algorithm=MD5"));
    server.accept(&proven, None).await;
    state(&mut events, |state| matches!(state, Registration::Registered { .. })).await;
}
