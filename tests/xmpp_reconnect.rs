//! Connections that break: nothing is lost, and all is as it was (XEP-0198, CUSAX C11).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/xmpp_client.rs"]
mod support;

use std::net::SocketAddr;

use dovetail::config::{HostPort, TlsStart};
use dovetail::lab::{Lab, User};
use dovetail::model::message::MessageState;
use dovetail::model::presence::Show;
use dovetail::xmpp::XmppEvent;
use support::{Client, account};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const ALICE: &str = "alice@cusax.test";
const BOB: &str = "bob@cusax.test";

async fn friends() -> Lab {
    Lab::builder()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .xmpp_only()
        .start()
        .await
        .unwrap()
}

/// A cable between an account and its server that can be cut.
struct Cable {
    address: SocketAddr,
    plugged: watch::Sender<bool>,
}

impl Cable {
    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (plugged, state) = watch::channel(true);
        drop(tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut state = state.clone();
                if !*state.borrow() {
                    continue;
                }
                drop(tokio::spawn(async move {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = state.wait_for(|plugged| !plugged) => {}
                    }
                }));
            }
        }));
        Self { address, plugged }
    }
}

async fn on_cable(lab: &Lab, user: &str) -> (Client, Cable) {
    let cable = Cable::to(lab.xmpp_starttls()).await;
    let mut account = account(lab, user, TlsStart::StartTls);
    account.server = Some(HostPort::from(cable.address));
    (Client::start(account, "secret"), cable)
}

#[tokio::test]
async fn a_cut_line_is_resumed_with_every_message() {
    let lab = friends().await;
    let mut bob = Client::present(&lab, "bob").await;
    let (mut alice, cable) = on_cable(&lab, "alice").await;
    assert!(!alice.signed_in().await.1);
    alice.show(Show::Online, "").await;
    bob.presence(ALICE, Show::Online).await;

    cable.plugged.send(false).unwrap();
    let _ = alice.fault().await;
    alice.message("m1", BOB, "said on a dead line").await;
    alice.state("m1", MessageState::Queued).await;
    bob.message("m2", ALICE, "heard on a dead line").await;
    bob.state("m2", MessageState::Sent).await;
    cable.plugged.send(true).unwrap();

    assert!(alice.signed_in().await.1, "the session was not resumed");
    alice.body("heard on a dead line").await;
    alice.state("m1", MessageState::Sent).await;
    bob.body("said on a dead line").await;
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn a_message_on_a_line_that_is_being_cut_arrives_once() {
    let lab = friends().await;
    let mut bob = Client::present(&lab, "bob").await;
    let (mut alice, cable) = on_cable(&lab, "alice").await;
    alice.signed_in().await;
    alice.show(Show::Online, "").await;
    bob.presence(ALICE, Show::Online).await;
    for round in 0..3 {
        for nr in 0..20 {
            alice.message(&format!("{round}-{nr}"), BOB, &format!("{round}-{nr}")).await;
        }
        cable.plugged.send(false).unwrap();
        let _ = alice.fault().await;
        cable.plugged.send(true).unwrap();
        assert!(alice.signed_in().await.1, "the session was not resumed");
    }
    alice.message("last", BOB, "last").await;
    let mut heard = Vec::new();
    bob.until("the last message", |event| match event {
        XmppEvent::Message(message) if message.body == "last" => Some(()),
        XmppEvent::Message(message) => {
            heard.push(message.body.clone());
            None
        }
        _ => None,
    })
    .await;
    let sent: Vec<_> =
        (0..3).flat_map(|round| (0..20).map(move |nr| format!("{round}-{nr}"))).collect();
    assert_eq!(heard, sent);
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn a_server_that_restarts_finds_everything_as_it_was() {
    let mut lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::online(&lab, "bob").await;
    bob.show(Show::Away, "still here").await;
    alice.presence(BOB, Show::Away).await;

    lab.stop_xmpp().await;
    let (fault, retry_in) = alice.fault().await;
    assert!(retry_in.is_some(), "{fault}");
    let _ = bob.fault().await;
    alice.message("m1", BOB, "waited for the server").await;
    alice.state("m1", MessageState::Queued).await;
    lab.start_xmpp().await.unwrap();

    let (_, resumed) = alice.signed_in().await;
    assert!(!resumed);
    // The core's part after a new session: what was not sent goes out again, under its old id.
    alice.message("m1", BOB, "waited for the server").await;
    bob.body("waited for the server").await;
    let (mut sent, mut seen) = (false, false);
    alice
        .until("the message's and Bob's return", |event| {
            match event {
                XmppEvent::MessageState { state: MessageState::Sent, .. } => sent = true,
                XmppEvent::Presence(bob) if bob.show == Show::Away => {
                    seen = bob.status == "still here";
                }
                _ => {}
            }
            (sent && seen).then_some(())
        })
        .await;
    alice.quit().await;
    bob.quit().await;
}
