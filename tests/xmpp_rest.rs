//! An account that is away on the user's wish, and comes back (CUSAX C13).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/xmpp_client.rs"]
mod support;

use std::time::{Duration, Instant};

use dovetail::config::{HostPort, TlsStart};
use dovetail::lab::{Lab, User};
use dovetail::model::fault::Fault;
use dovetail::model::message::MessageState;
use dovetail::model::presence::Show;
use dovetail::xmpp::{XmppCommand, XmppConnection, XmppEvent};
use support::{Client, account};

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

async fn closed(client: &mut Client) {
    let closed = |event: &XmppEvent| {
        matches!(event, XmppEvent::Connection(XmppConnection::Closed)).then_some(())
    };
    client.until("the end", closed).await;
}

async fn is_connecting(client: &mut Client) {
    let next = client.next().await;
    assert_eq!(next, XmppEvent::Connection(XmppConnection::Connecting));
}

#[tokio::test]
async fn an_account_leaves_in_full_and_comes_back_as_it_was() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    alice.presence(BOB, Show::Online).await;
    bob.show(Show::Away, "back soon").await;
    alice.presence(BOB, Show::Away).await;
    bob.message("b1", ALICE, "before").await;
    bob.state("b1", MessageState::Delivered).await;

    bob.send(XmppCommand::Disconnect).await;
    closed(&mut bob).await;
    alice.presence(BOB, Show::Offline).await;
    alice.message("a1", BOB, "while you were away").await;
    alice.state("a1", MessageState::Sent).await;
    bob.message("b2", ALICE, "not yet").await;
    bob.state("b2", MessageState::Queued).await;
    // Said twice, done once: the next that happens is the way back.
    for command in [XmppCommand::Disconnect, XmppCommand::Connect, XmppCommand::Connect] {
        bob.send(command).await;
    }
    is_connecting(&mut bob).await;
    let (_, resumed) = bob.signed_in().await;
    assert!(!resumed, "the session was left, not broken");
    bob.body("while you were away").await;
    assert_eq!(alice.presence(BOB, Show::Away).await, "back soon");

    // On the way there, too.
    for command in [XmppCommand::Disconnect, XmppCommand::Connect, XmppCommand::Disconnect] {
        bob.send(command).await;
    }
    closed(&mut bob).await;
    closed(&mut bob).await;
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn connecting_by_hand_does_not_wait_for_the_next_attempt() {
    let lab = friends().await;
    let mut alice = Client::start(account(&lab, "alice", TlsStart::StartTls), "wrong");
    for asked in 1..3 {
        assert_eq!(alice.fault().await, (Fault::WrongPassword, None));
        assert_eq!(alice.asked(), asked);
        alice.send(XmppCommand::Connect).await;
        is_connecting(&mut alice).await;
    }
    alice.quit().await;

    let mut account = account(&lab, "alice", TlsStart::StartTls);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    account.server = Some(HostPort { host: "127.0.0.1".to_owned(), port });
    let mut alice = Client::start(account, "secret");
    let begun = Instant::now();
    for _ in 0..8 {
        let (_, retry_in) = alice.fault().await;
        assert!(retry_in.is_some());
        alice.send(XmppCommand::Connect).await;
        is_connecting(&mut alice).await;
    }
    // Left to itself that takes two minutes at the least.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    alice.send(XmppCommand::Disconnect).await;
    closed(&mut alice).await;
    alice.quit().await;
}
