//! What contacts say reaches them, what we say of ourselves, and numbers on our own card, on a
//! real server (CUSAX C22, C23, C24, C26).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/xmpp_peer.rs"]
mod peer;
#[path = "support/xmpp_client.rs"]
mod support;

use dovetail::lab::{Lab, Tel as LabTel, User};
use dovetail::model::contact::NumberSource;
use dovetail::model::presence::Show;
use dovetail::model::vcard::{Tel, Vcard};
use dovetail::xmpp::{Activity, CardStoreError, ReachAddress, XmppCommand, XmppEvent};
use peer::Peer;
use support::{Client, jid};

const ALICE: &str = "alice@cusax.test";
const BOB: &str = "bob@cusax.test";
const REACH: &str = "urn:xmpp:reach:0";
const ACTIVITY: &str = "http://jabber.org/protocol/activity";
const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";

async fn friends() -> Lab {
    Lab::builder()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .user(User::new("carol", "secret"))
        .xmpp_only()
        .start()
        .await
        .unwrap()
}

fn address(uri: &str, description: Option<&str>) -> ReachAddress {
    ReachAddress { uri: uri.to_owned(), description: description.map(str::to_owned) }
}

async fn in_presence(client: &mut Client, wanted: Show) -> Vec<ReachAddress> {
    let update = |event: &XmppEvent| match event {
        XmppEvent::Presence(update) if update.from == jid(BOB) && update.show == wanted => {
            Some(update.reach.clone())
        }
        _ => None,
    };
    client.until("presence of Bob", update).await
}

async fn on_pep(client: &mut Client) -> Vec<ReachAddress> {
    let told = |event: &XmppEvent| match event {
        XmppEvent::Reachability { jid: whose, addresses } => {
            Some((whose.clone(), addresses.clone()))
        }
        _ => None,
    };
    let (whose, addresses) = client.until("addresses of Bob", told).await;
    assert_eq!(whose, jid(BOB));
    addresses
}

fn items(node: &str) -> String {
    format!("<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='{node}'/></pubsub>")
}

#[tokio::test]
async fn an_address_in_presence_goes_with_it() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Peer::sign_in(&lab, "bob").await;
    bob.write(&format!(
        "<presence><reach xmlns='{REACH}'><addr uri='sip:room4@cusax.test'>\
         <desc xml:lang='en'>Room 4</desc></addr><addr uri='tel:+13035551212'/></reach></presence>"
    ))
    .await;
    let expected =
        [address("sip:room4@cusax.test", Some("Room 4")), address("tel:+13035551212", None)];
    assert_eq!(in_presence(&mut alice, Show::Online).await, expected);
    bob.write("<presence><show>away</show></presence>").await;
    assert!(in_presence(&mut alice, Show::Away).await.is_empty());
    alice.quit().await;
}

#[tokio::test]
async fn addresses_on_pep_are_there_for_who_comes_later_until_they_are_withdrawn() {
    let lab = friends().await;
    let mut alice = Client::present(&lab, "alice").await;
    let mut bob = Client::present(&lab, "bob").await;
    bob.presence(ALICE, Show::Online).await;
    let ours = vec![address("sip:bob@cusax.test", Some("Desk")), address("tel:+1303", None)];
    bob.send(XmppCommand::PublishReach(ours.clone())).await;
    assert_eq!(on_pep(&mut alice).await, ours);
    // Nothing of it is in the presence that everybody gets.
    bob.show(Show::Dnd, "").await;
    assert!(in_presence(&mut alice, Show::Dnd).await.is_empty());
    alice.quit().await;

    let mut alice = Client::present(&lab, "alice").await;
    assert_eq!(on_pep(&mut alice).await, ours);
    // It is for those who may see Bob's presence.
    let mut carol = Peer::sign_in(&lab, "carol").await;
    let answer = carol.ask("get", BOB, &items(REACH)).await;
    assert!(answer.contains("error") && !answer.contains("sip:"), "{answer}");
    bob.send(XmppCommand::PublishReach(Vec::new())).await;
    assert!(on_pep(&mut alice).await.is_empty());
    alice.quit().await;
    bob.quit().await;
}

#[tokio::test]
async fn contacts_see_a_call_while_it_is_on_and_strangers_never() {
    let lab = friends().await;
    let alice = Client::present(&lab, "alice").await;
    let mut bob = Peer::sign_in(&lab, "bob").await;
    // Nothing was commanded yet.
    let answer = bob.ask("get", ALICE, &items(ACTIVITY)).await;
    assert!(answer.contains("item-not-found"), "{answer}");
    for (activity, expected) in [(Some(Activity::OnThePhone), true), (None, false)] {
        alice.send(XmppCommand::Activity(activity)).await;
        let mut answer = String::new();
        // The command and the question go different ways.
        for _ in 0..2000 {
            answer = bob.ask("get", ALICE, &items(ACTIVITY)).await;
            if answer.contains("<activity") && answer.contains("on_the_phone") == expected {
                break;
            }
        }
        assert_eq!(answer.contains("<talking><on_the_phone"), expected, "{answer}");
        assert!(answer.contains("<activity"), "{answer}");
    }
    let mut carol = Peer::sign_in(&lab, "carol").await;
    let answer = carol.ask("get", ALICE, &items(ACTIVITY)).await;
    assert!(answer.contains("error"), "{answer}");
    alice.quit().await;
}

/// What is asked of Prosody: the same of one that keeps a single card and of one that keeps two.
async fn with_cards(one_card: bool) -> Lab {
    let alice = User::new("alice", "secret").contact("bob").display_name("Alice A.");
    let builder = Lab::builder()
        .user(alice.tel(LabTel::new("tel:+13035550000").types(["home"])))
        .user(User::new("bob", "secret").contact("alice"))
        .user(User::new("carol", "secret"))
        .xmpp_only();
    let builder = if one_card { builder.one_card() } else { builder };
    builder.start().await.unwrap()
}

fn tel(value: &str, types: &[&str], pref: u8) -> Tel {
    let types = types.iter().map(|kind| (*kind).to_owned()).collect();
    Tel { value: value.to_owned(), types, pref }
}

async fn set(client: &mut Client, tels: Vec<Tel>) -> Result<(), CardStoreError> {
    client.send(XmppCommand::SetOwnTels(tels)).await;
    let told = |event: &XmppEvent| match event {
        XmppEvent::OwnTelsSet(result) => Some(result.clone()),
        _ => None,
    };
    client.until("the card's fate", told).await
}

async fn cards(client: &mut Client, of: &str) -> Vec<Vcard> {
    client.send(XmppCommand::FetchVcards(jid(of))).await;
    let told = |event: &XmppEvent| match event {
        XmppEvent::Vcards { jid: whose, cards } if *whose == jid(of) => Some(cards.clone()),
        _ => None,
    };
    client.until("cards", told).await.unwrap()
}

fn of(cards: &[Vcard], form: NumberSource) -> Vec<Tel> {
    let mut found = cards.iter().filter(|card| card.source == form);
    found.next().map(|card| card.tels.clone()).unwrap_or_default()
}

fn values(tels: &[Tel]) -> Vec<&str> {
    tels.iter().map(|tel| tel.value.as_str()).collect()
}

const PHOTO: &str = "iVBORw0KGgo=";

/// Alice's other client writes what ours knows nothing of.
async fn enrich(lab: &Lab) {
    let mut other = Peer::sign_in(lab, "alice").await;
    let temp = other.ask("get", "", "<vCard xmlns='vcard-temp'/>").await;
    let at = temp.find("<vCard").unwrap();
    let end = temp.find("</vCard>").unwrap();
    let photo = format!("<PHOTO><TYPE>image/png</TYPE><BINVAL>{PHOTO}</BINVAL></PHOTO>");
    let card = format!("{}{photo}<NICKNAME>Al</NICKNAME></vCard>", &temp[at..end]);
    let stored = other.ask("set", "", &card).await;
    assert!(stored.contains("'result'"), "{stored}");
    let newer = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:vcard4'>\
         <item id='current'><vcard xmlns='{VCARD4}'><fn><text>Alice A.</text></fn>\
         <tel><uri>tel:+13035550000</uri></tel><lang><language-tag>eo</language-tag></lang>\
         </vcard></item></publish></pubsub>"
    );
    let stored = other.ask("set", "", &newer).await;
    assert!(stored.contains("'result'"), "{stored}");
}

#[tokio::test]
async fn numbers_go_onto_both_forms_and_nothing_else_of_them_changes() {
    for one_card in [false, true] {
        let lab = with_cards(one_card).await;
        enrich(&lab).await;
        let mut alice = Client::present(&lab, "alice").await;
        let mut bob = Client::present(&lab, "bob").await;
        let ours = vec![
            tel("sip:alice@cusax.test", &["work", "voice", "video"], 1),
            tel("+1 303 555 1212", &["cell"], 100),
        ];
        assert_eq!(set(&mut alice, ours.clone()).await, Ok(()), "one card: {one_card}");
        bob.until("the change", |event| {
            (*event == XmppEvent::VcardChanged(jid(ALICE))).then_some(())
        })
        .await;
        for client in [&mut bob, &mut alice] {
            let found = cards(client, ALICE).await;
            assert_eq!(of(&found, NumberSource::Vcard4), ours, "one card: {one_card}");
            let temp = of(&found, NumberSource::VcardTemp);
            // What is no URI is lost on the way from one form to the other.
            let kept = if one_card { &ours[..1] } else { &ours[..] };
            assert_eq!(values(&temp), values(kept), "one card: {one_card}");
            if !one_card {
                assert_eq!(temp, ours);
            }
        }
        let mut other = Peer::sign_in(&lab, "carol").await;
        let temp = other.ask("get", ALICE, "<vCard xmlns='vcard-temp'/>").await;
        assert!(temp.contains("<FN>Alice A.</FN>") && temp.contains(PHOTO), "{temp}");
        assert!(one_card || temp.contains("<NICKNAME>Al</NICKNAME>"), "{temp}");
        // Anybody may read it, as may be needed to tell who calls.
        let newer = other.ask("get", ALICE, &items("urn:xmpp:vcard4")).await;
        assert!(newer.contains("<language-tag>eo<"), "{newer}");
        assert!(newer.contains("<uri>sip:alice@cusax.test</uri>"), "{newer}");

        // What a server with one card cannot tell from its other form.
        let fewer = vec![tel("sip:alice@cusax.test", &["work", "voice"], 1), ours[1].clone()];
        assert_eq!(set(&mut alice, fewer.clone()).await, Ok(()));
        let found = cards(&mut bob, ALICE).await;
        assert_eq!(of(&found, NumberSource::Vcard4), fewer, "one card: {one_card}");
        let newer = other.ask("get", ALICE, &items("urn:xmpp:vcard4")).await;
        assert!(newer.contains("<language-tag>eo<"), "{newer}");
        let temp = other.ask("get", ALICE, "<vCard xmlns='vcard-temp'/>").await;
        assert!(temp.contains(PHOTO) && !temp.contains("VIDEO"), "{temp}");

        assert_eq!(set(&mut alice, Vec::new()).await, Ok(()));
        for card in cards(&mut bob, ALICE).await {
            assert!(card.tels.is_empty(), "one card: {one_card}: {card:?}");
            assert_eq!(card.full_name.as_deref(), Some("Alice A."));
        }
        alice.quit().await;
        bob.quit().await;
    }
}

#[tokio::test]
async fn the_first_number_makes_the_first_card() {
    for one_card in [false, true] {
        let lab = with_cards(one_card).await;
        let mut bob = Client::present(&lab, "bob").await;
        assert_eq!(set(&mut bob, Vec::new()).await, Ok(()));
        let ours = vec![tel("sip:bob@cusax.test", &["video"], 100)];
        assert_eq!(set(&mut bob, ours.clone()).await, Ok(()));
        let found = cards(&mut bob, BOB).await;
        assert_eq!(of(&found, NumberSource::Vcard4), ours);
        assert_eq!(values(&of(&found, NumberSource::VcardTemp)), ["sip:bob@cusax.test"]);
        bob.quit().await;
    }
}

#[tokio::test]
async fn a_card_for_contacts_alone_stays_one_and_the_user_hears_of_it() {
    let lab = friends().await;
    let mut other = Peer::sign_in(&lab, "alice").await;
    let private = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:vcard4'>\
         <item id='mine'><vcard xmlns='{VCARD4}'><fn><text>A</text></fn></vcard></item></publish>\
         <publish-options><x xmlns='jabber:x:data' type='submit'>\
         <field var='FORM_TYPE' type='hidden'>\
         <value>http://jabber.org/protocol/pubsub#publish-options</value></field>\
         <field var='pubsub#access_model'><value>presence</value></field></x></publish-options>\
         </pubsub>"
    );
    let stored = other.ask("set", "", &private).await;
    assert!(stored.contains("'result'"), "{stored}");
    let mut alice = Client::present(&lab, "alice").await;
    alice.send(XmppCommand::SetOwnTels(vec![tel("sip:alice@cusax.test", &[], 100)])).await;
    let notice = |event: &XmppEvent| match event {
        XmppEvent::Notice(text) => Some(text.clone()),
        _ => None,
    };
    let text = alice.until("a notice", notice).await;
    assert!(text.contains("only your contacts"), "{text}");
    let told = |event: &XmppEvent| match event {
        XmppEvent::OwnTelsSet(result) => Some(result.clone()),
        _ => None,
    };
    assert_eq!(alice.until("the card's fate", told).await, Ok(()));
    let request = items("urn:xmpp:vcard4");
    let mut bob = Peer::sign_in(&lab, "bob").await;
    let seen = bob.ask("get", ALICE, &request).await;
    assert!(seen.contains("<uri>sip:alice@cusax.test</uri>") && seen.contains("'mine'"), "{seen}");
    let mut carol = Peer::sign_in(&lab, "carol").await;
    let seen = carol.ask("get", ALICE, &request).await;
    assert!(seen.contains("error") && !seen.contains("sip:"), "{seen}");
    alice.quit().await;
}
