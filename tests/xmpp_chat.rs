//! Roster, presence, messages and cards between two accounts on a real server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/xmpp_client.rs"]
mod support;

use dovetail::config::TlsStart;
use dovetail::lab::{Contact, Lab, Tel, User};
use dovetail::model::contact::{NumberSource, Subscription};
use dovetail::model::id::MessageId;
use dovetail::model::message::{ChatState, MessageState};
use dovetail::model::presence::Show;
use dovetail::xmpp::{RosterCommand, VcardError, XmppCommand, XmppConnection, XmppEvent};
use support::{Client, account, jid};

const ALICE: &str = "alice@cusax.test";
const BOB: &str = "bob@cusax.test";

async fn friends() -> Lab {
    let alice = User::new("alice", "secret").contact(Contact::new("bob").name("Bob").group("Work"));
    let bob = User::new("bob", "secret").contact("alice");
    Lab::builder().user(alice).user(bob).xmpp_only().start().await.unwrap()
}

#[tokio::test]
async fn the_roster_comes_once_after_sign_in() {
    let lab = friends().await;
    let mut alice = Client::start(account(&lab, "alice", TlsStart::StartTls), "secret");
    let roster = alice
        .until("roster", |event| match event {
            XmppEvent::Roster(items) => Some(items.clone()),
            _ => None,
        })
        .await;
    let [bob] = roster.as_slice() else { panic!("{roster:?}") };
    assert_eq!(bob.jid, jid(BOB));
    assert_eq!(bob.name.as_deref(), Some("Bob"));
    assert_eq!(bob.groups, ["Work"]);
    assert_eq!(bob.subscription, Subscription::Both);
    alice.quit().await;
}

#[tokio::test]
async fn presence_goes_both_ways_and_only_when_it_is_wanted() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::online(&lab, "bob").await;
    // Bob is signed in, but nobody may see it before he says so.
    bob.show(Show::Away, "Lunch").await;
    assert_eq!(alice.presence(BOB, Show::Away).await, "Lunch");
    bob.presence(ALICE, Show::Online).await;
    alice.show(Show::Dnd, "").await;
    bob.presence(ALICE, Show::Dnd).await;
    alice.show(Show::Offline, "").await;
    bob.presence(ALICE, Show::Offline).await;
    bob.quit().await;
    alice.show(Show::Online, "").await;
    alice.quit().await;
}

#[tokio::test]
async fn a_message_is_sent_delivered_and_displayed() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    bob.presence(ALICE, Show::Online).await;
    let text = "Grüße & <b>ünïcödé</b> 👋\nsecond line";
    alice.message("m1", BOB, text).await;
    bob.body(text).await;
    alice.state("m1", MessageState::Sent).await;
    alice.state("m1", MessageState::Delivered).await;
    bob.send(XmppCommand::Displayed { to: jid(ALICE), id: MessageId::new("m1") }).await;
    alice.state("m1", MessageState::Displayed).await;
    bob.send(XmppCommand::ChatState { to: jid(ALICE), state: ChatState::Composing }).await;
    let typing = |event: &XmppEvent| match event {
        XmppEvent::ChatState { from, state: ChatState::Composing } => Some(from.clone()),
        _ => None,
    };
    assert_eq!(alice.until("typing", typing).await, jid(BOB));
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn a_message_to_nobody_fails() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    alice.message("lost", "nobody@cusax.test", "hello?").await;
    alice.state("lost", MessageState::Failed).await;
    alice.quit().await;
}

#[tokio::test]
async fn another_device_of_ours_sees_both_sides() {
    let lab = friends().await;
    let desk = Client::present(&lab, "alice").await;
    let mut phone = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    bob.presence(ALICE, Show::Online).await;
    bob.presence(ALICE, Show::Online).await;
    desk.message("c1", BOB, "from the desk").await;
    let copy = phone
        .until("copy", |event| match event {
            XmppEvent::Message(message) => Some(message.clone()),
            _ => None,
        })
        .await;
    assert!(copy.outgoing);
    assert_eq!((copy.with, copy.body.as_str()), (jid(BOB), "from the desk"));
    desk.quit().await;
    phone.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn an_offline_message_says_when_it_was_sent() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    alice.message("o1", BOB, "read it later").await;
    alice.state("o1", MessageState::Sent).await;
    alice.quit().await;
    let mut bob = Client::present(&lab, "bob").await;
    let message = bob
        .until("message", |event| match event {
            XmppEvent::Message(message) => Some(message.clone()),
            _ => None,
        })
        .await;
    assert_eq!(message.body, "read it later");
    assert!(message.at.is_some());
    bob.quit().await;
}

#[tokio::test]
async fn strangers_become_contacts_when_both_agree() {
    let lab = Lab::builder()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .xmpp_only()
        .start()
        .await
        .unwrap();
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    let add = |whom: &str| {
        XmppCommand::Roster(RosterCommand::Add {
            jid: jid(whom),
            name: Some("Friend".to_owned()),
            groups: vec!["New".to_owned()],
        })
    };
    alice.send(add(BOB)).await;
    let asks = |event: &XmppEvent| match event {
        XmppEvent::SubscriptionRequest { from, .. } => Some(from.clone()),
        _ => None,
    };
    assert_eq!(bob.until("request", asks).await, jid(ALICE));
    bob.send(XmppCommand::Roster(RosterCommand::Accept(jid(ALICE)))).await;
    alice.presence(BOB, Show::Online).await;
    bob.send(add(ALICE)).await;
    assert_eq!(alice.until("request", asks).await, jid(BOB));
    alice.send(XmppCommand::Roster(RosterCommand::Accept(jid(BOB)))).await;
    bob.presence(ALICE, Show::Online).await;
    let both = |event: &XmppEvent| match event {
        XmppEvent::RosterItem(item) if item.subscription == Subscription::Both => {
            Some(item.clone())
        }
        _ => None,
    };
    let item = alice.until("both", both).await;
    assert_eq!((item.jid, item.name.as_deref()), (jid(BOB), Some("Friend")));
    alice.send(XmppCommand::Roster(RosterCommand::Remove(jid(BOB)))).await;
    let gone = |event: &XmppEvent| match event {
        XmppEvent::RosterRemoved(jid) => Some(jid.clone()),
        _ => None,
    };
    assert_eq!(alice.until("removal", gone).await, jid(BOB));
    bob.presence(ALICE, Show::Offline).await;
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn who_is_blocked_is_not_heard() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    bob.presence(ALICE, Show::Online).await;
    alice.send(XmppCommand::Roster(RosterCommand::Block(jid(BOB)))).await;
    bob.presence(ALICE, Show::Offline).await;
    bob.message("b1", ALICE, "can you hear me?").await;
    bob.state("b1", MessageState::Failed).await;
    alice.send(XmppCommand::Roster(RosterCommand::Unblock(jid(BOB)))).await;
    bob.presence(ALICE, Show::Online).await;
    bob.message("b2", ALICE, "and now?").await;
    alice.body("and now?").await;
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn both_forms_of_a_card_are_fetched() {
    let bob = User::new("bob", "secret")
        .contact("alice")
        .display_name("Bob B.")
        .vcard_temp_tel(Tel::new("+1 303 555 1212").types(["cell", "voice"]))
        .vcard4_tel(Tel::new("sip:bob@cusax.test").types(["work", "video"]));
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob").contact("carol"))
        .user(bob)
        .user(User::new("carol", "secret").contact("alice"))
        .xmpp_only()
        .start()
        .await
        .unwrap();
    let mut alice = Client::present(&lab, "alice").await;
    let cards = |event: &XmppEvent| match event {
        XmppEvent::Vcards { jid, cards } => Some((jid.clone(), cards.clone())),
        _ => None,
    };
    alice.send(XmppCommand::FetchVcards(jid(BOB))).await;
    let (whose, found) = alice.until("cards", cards).await;
    assert_eq!(whose, jid(BOB));
    let found = found.unwrap();
    let tels: Vec<_> = found
        .iter()
        .flat_map(|card| card.tels.iter().map(|tel| (card.source, tel.value.as_str())))
        .collect();
    assert_eq!(
        tels,
        [
            (NumberSource::Vcard4, "sip:bob@cusax.test"),
            (NumberSource::VcardTemp, "+1 303 555 1212"),
        ]
    );
    assert_eq!(found[0].tels[0].types, ["work", "video"]);
    assert_eq!(found[1].full_name.as_deref(), Some("Bob B."));

    alice.send(XmppCommand::FetchVcards(jid("carol@cusax.test"))).await;
    let (_, none) = alice.until("cards", cards).await;
    assert_eq!(none, Ok(Vec::new()));

    let mut offline = Client::start(account(&lab, "alice", TlsStart::StartTls), "wrong");
    let _ = offline.fault().await;
    offline.send(XmppCommand::FetchVcards(jid(BOB))).await;
    let (_, refused) = offline.until("cards", cards).await;
    assert_eq!(refused, Err(VcardError::NotConnected));
    offline.quit().await;
    alice.quit().await;
}

#[tokio::test]
async fn quitting_takes_leave() {
    let lab = friends().await;
    let alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    bob.presence(ALICE, Show::Online).await;
    alice.message("q1", BOB, "one more thing").await;
    alice.quit().await;
    bob.body("one more thing").await;
    bob.presence(ALICE, Show::Offline).await;
    let never = |event: &XmppEvent| {
        matches!(event, XmppEvent::Connection(XmppConnection::Closed)).then_some(())
    };
    bob.send(XmppCommand::Quit).await;
    bob.until("end", never).await;
}
