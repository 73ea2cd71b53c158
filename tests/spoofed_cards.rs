//! Contact cards that name what is not their owner's, or not any more, over real servers: nobody
//! is shown under the name of whoever says so (CUSAX C25, C35–C38).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/chat.rs"]
mod chat;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/sipp.rs"]
mod sipp;
#[path = "support/who.rs"]
mod who;

use baresip::{Baresip, Setup};
use chat::ChatPeer;
use dovetail::lab::{Contact, Lab, LabBuilder, User};
use instance::Instance;
use serde_json::{Value, json};
use sipp::{Caller, Invite};
use tokio_xmpp::minidom::Element;
use who::{ALICE, PATIENCE, alice, decline, earns_no_name, entries, is_verified, ringing};

const BOB: &str = "bob@cusax.test";
const EVE: &str = "eve@cusax.test";
const BOBS: &str = "sip:bob@cusax.test";

/// Alice with these contacts, whom she has under a name of her own.
fn knowing(contacts: &[(&str, &str)]) -> LabBuilder {
    let alice = contacts.iter().fold(User::new("alice", "secret"), |alice, (who, name)| {
        alice.contact(Contact::new(who).name(name))
    });
    Lab::builder().user(alice)
}

fn contact(name: &str) -> User {
    User::new(name, "secret").contact("alice")
}

async fn call(lab: &Lab, by: &str, headers: &[&str]) -> Caller {
    let from = format!("<{}>", lab.aor(by).unwrap());
    Caller::call(lab, &Invite { by, to: ALICE, from: &from, headers })
}

#[tokio::test]
async fn a_card_that_names_another_contact_s_address_names_nobody() {
    let lab = knowing(&[("bob", "Bob Brown"), ("eve", "Eve")])
        .user(contact("bob").vcard4_tel(BOBS))
        .user(contact("eve").vcard4_tel("sip:b%6Fb@CUSAX.test;user=ip"))
        .start()
        .await
        .unwrap();
    let mut alice = alice(&lab, &[BOB, EVE]).await;
    let mut phone = Baresip::start(&lab, "bob", Setup::default()).await;
    phone.dial(ALICE).await;
    let peer = earns_no_name(&mut alice, BOBS, "none").await;
    assert_eq!(peer["why"], "Several of your contacts have this address.");
    phone.event("CALL_CLOSED").await;
    // The one who calls from there and says who it is has both.
    let caller = call(&lab, "bob", &["Call-Info: <xmpp:bob@cusax.test>;purpose=impp"]).await;
    is_verified(&mut alice, BOB, "Bob Brown").await;
    caller.declined().await;
    // Eve's card does not make eve's own telephone bob's.
    let caller = call(&lab, "eve", &["Call-Info: <xmpp:bob@cusax.test>;purpose=impp"]).await;
    earns_no_name(&mut alice, "sip:eve@cusax.test", "claimed").await;
    caller.declined().await;
    assert_eq!(entries(&mut alice, EVE).await, 0);
}

/// Bob is no contact and says who he is: eve's card does not make his call one of hers.
#[tokio::test]
async fn a_card_that_names_the_address_of_a_non_contact_who_says_who_it_is_earns_no_name() {
    let lab = knowing(&[("eve", "Eve")])
        .user(User::new("bob", "secret").tel(BOBS))
        .user(contact("eve").vcard4_tel(BOBS))
        .start()
        .await
        .unwrap();
    let mut alice = alice(&lab, &[EVE]).await;
    let caller = call(&lab, "bob", &["Call-Info: <xmpp:bob@cusax.test>;purpose=impp"]).await;
    earns_no_name(&mut alice, BOBS, "claimed").await;
    caller.declined().await;
    assert_eq!(entries(&mut alice, EVE).await, 0);
}

#[tokio::test]
async fn two_contacts_who_claim_one_number_have_no_name() {
    let lab = knowing(&[("carol", "Carol"), ("dave", "Dave")])
        .user(contact("carol").vcard4_tel("tel:+1-303-555-1212"))
        .user(contact("dave").vcard_temp_tel("+1 (303) 555 1212"))
        .user(User::new("trunk", "secret").without_xmpp().sip_user("+13035551212"))
        .start()
        .await
        .unwrap();
    let mut alice = alice(&lab, &["carol@cusax.test", "dave@cusax.test"]).await;
    for from in ["<sip:+13035551212@cusax.test;user=phone>", "<sip:+13035551212@cusax.test>"] {
        let caller = Caller::call(&lab, &Invite { by: "trunk", to: ALICE, from, headers: &[] });
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["binding"], "none", "{call}");
        assert_eq!(call["peer"]["display"], "+13035551212");
        assert_eq!(call["peer"]["why"], "Several of your contacts have this address.");
        let ended = decline(&mut alice, &call).await;
        assert_eq!(ended["peer"]["binding"], "none", "{ended}");
        caller.declined().await;
    }
    // A stranger's word is no third opinion.
    let info = ["Call-Info: <xmpp:eve@cusax.test>;purpose=impp"];
    let caller = call(&lab, "trunk", &info).await;
    let ringing = ringing(&mut alice).await;
    assert_ne!(ringing["peer"]["binding"], "verified", "{ringing}");
    decline(&mut alice, &ringing).await;
    caller.declined().await;
    for contact in ["carol@cusax.test", "dave@cusax.test"] {
        assert_eq!(entries(&mut alice, contact).await, 0);
    }
}

/// Whoever asks to see our presence is not yet a contact, and nor is their card.
#[tokio::test]
async fn the_card_of_somebody_who_asks_to_be_a_contact_does_not_count() {
    let lab = knowing(&[("bob", "Bob Brown")])
        .user(contact("bob").vcard4_tel(BOBS))
        .user(User::new("eve", "secret").tel("sip:eve@cusax.test"))
        .xmpp_log_stanzas()
        .start()
        .await
        .unwrap();
    let mut alice = alice(&lab, &[BOB]).await;
    let mut peer = ChatPeer::connect(&lab, "eve", "secret").await;
    let ask: Element =
        "<presence xmlns='jabber:client' to='alice@cusax.test' type='subscribe'/>".parse().unwrap();
    peer.send(tokio_xmpp::parsers::presence::Presence::try_from(ask).unwrap()).await;
    let here: Element = "<presence xmlns='jabber:client' to='alice@cusax.test'/>".parse().unwrap();
    peer.send(tokio_xmpp::parsers::presence::Presence::try_from(here).unwrap()).await;
    let asks = |event: &Value| event["contact"]["jid"] == EVE && event["contact"]["asks"] == true;
    alice.wait_event(asks, PATIENCE).await;
    let caller = call(&lab, "eve", &["Call-Info: <xmpp:eve@cusax.test>;purpose=impp"]).await;
    earns_no_name(&mut alice, "sip:eve@cusax.test", "claimed").await;
    caller.declined().await;
    // It is not even asked for: that would tell her that alice is there.
    alice.quit().await;
    let log = std::fs::read_to_string(lab.xmpp_log()).unwrap();
    let asked = |whom: &str| {
        let to = format!("to='{whom}'");
        log.split("<iq ").any(|iq| iq.split('>').next().is_some_and(|head| head.contains(&to)))
    };
    assert!(asked(BOB) && !asked(EVE), "{log}");
}

/// Bob with a telephone and a second chat client, and alice who knows his card.
async fn bob_and_alice() -> (Lab, Instance, Baresip, ChatPeer) {
    let lab = knowing(&[("bob", "Bob Brown")])
        .user(contact("bob").vcard4_tel(BOBS))
        .start()
        .await
        .unwrap();
    let phone = Baresip::start(&lab, "bob", Setup::default()).await;
    let peer = ChatPeer::connect(&lab, "bob", "secret").await;
    let alice = alice(&lab, &[BOB]).await;
    (lab, alice, phone, peer)
}

/// How a number is taken from a card.
#[derive(Debug, Clone, Copy)]
enum Withdrawal {
    /// A card without it is published.
    Empty,
    /// There is no card any more.
    Delete,
}

/// Takes the number from bob's card, and waits until alice's program knows.
async fn withdraw(alice: &mut Instance, bob: &mut ChatPeer, how: Withdrawal) {
    let payload = match how {
        Withdrawal::Empty => {
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:vcard4'>\
             <item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>\
             <fn><text>Bob</text></fn></vcard></item></publish></pubsub>"
        }
        Withdrawal::Delete => {
            "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>\
             <delete node='urn:xmpp:vcard4'/></pubsub>"
        }
    };
    alice.forget_events();
    assert!(bob.set(None, payload.parse().unwrap()).await, "{how:?}");
    let is_gone =
        |event: &Value| event["contact"]["jid"] == BOB && event["contact"]["numbers"] == json!([]);
    alice.wait_event(is_gone, PATIENCE).await;
}

/// Bob calls, and is nobody any more.
async fn is_nobody_now(alice: &mut Instance, phone: &mut Baresip) {
    alice.forget_events();
    phone.dial(ALICE).await;
    earns_no_name(alice, BOBS, "none").await;
    phone.event("CALL_CLOSED").await;
}

#[tokio::test]
async fn after_a_card_is_emptied_while_it_rings_a_new_call_from_there_has_no_name() {
    for how in [Withdrawal::Empty, Withdrawal::Delete] {
        let (_lab, mut alice, mut phone, mut peer) = bob_and_alice().await;
        phone.dial(ALICE).await;
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["display"], "Bob Brown", "{call}");
        withdraw(&mut alice, &mut peer, how).await;
        decline(&mut alice, &call).await;
        phone.event("CALL_CLOSED").await;
        is_nobody_now(&mut alice, &mut phone).await;
    }
}

/// The name goes with its proof.
#[tokio::test]
async fn a_name_goes_while_it_rings_when_the_card_names_the_caller_no_more() {
    for how in [Withdrawal::Empty, Withdrawal::Delete] {
        let (_lab, mut alice, mut phone, mut peer) = bob_and_alice().await;
        phone.dial(ALICE).await;
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["binding"], "verified", "{call}");
        withdraw(&mut alice, &mut peer, how).await;
        // It may be told just before or just after the contact's numbers are.
        let calls = alice.call("calls", json!({})).await;
        let peer = &calls[0]["peer"];
        assert_ne!(peer["binding"], "verified", "{calls}");
        assert_eq!(peer["display"], BOBS, "{calls}");
        assert!(!peer["why"].as_str().unwrap().starts_with("Verified"), "{calls}");
        decline(&mut alice, &call).await;
        phone.event("CALL_CLOSED").await;
    }
}

#[tokio::test]
async fn after_a_card_is_emptied_in_a_call_a_new_call_from_there_has_no_name() {
    for how in [Withdrawal::Empty, Withdrawal::Delete] {
        let (_lab, mut alice, mut phone, mut peer) = bob_and_alice().await;
        phone.dial(ALICE).await;
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["display"], "Bob Brown", "{call}");
        alice.call("call.answer", json!({ "call": call["id"] })).await;
        let active = |event: &Value| event["call"]["state"] == "active";
        alice.wait_event(active, PATIENCE).await;
        phone.event("CALL_ESTABLISHED").await;
        withdraw(&mut alice, &mut peer, how).await;
        phone.hangup().await;
        let ended = |event: &Value| event["call"]["state"] == "ended";
        alice.wait_event(ended, PATIENCE).await;
        is_nobody_now(&mut alice, &mut phone).await;
    }
}
