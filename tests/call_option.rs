//! What a contact can be called at, and what is asked before a call goes out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/chat.rs"]
mod chat;
#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use baresip::{Baresip, Setup};
use chat::ChatPeer;
use dovetail::lab::{ConfigOptions, Lab, LabBuilder, Tel, User};
use instance::{Instance, RpcError};
use serde_json::{Value, json};
use tokio_xmpp::minidom::Element;

const PATIENCE: Duration = Duration::from_secs(30);

/// A lab of alice and her contacts.
fn people<const N: usize>(contacts: [User; N]) -> LabBuilder {
    let names = ["bob", "carol", "dave", "erin", "frank", "gina"];
    let alice =
        names[..N].iter().fold(User::new("alice", "secret"), |alice, name| alice.contact(*name));
    contacts.into_iter().fold(Lab::builder().user(alice), LabBuilder::user)
}

fn contact(name: &str) -> User {
    User::new(name, "secret").contact("alice")
}

async fn alice(lab: &Lab) -> Instance {
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    alice.online("phone").await;
    alice.wait_event(|event| event["type"] == "roster", PATIENCE).await;
    alice
}

/// Waits until `jid` has so many numbers; the contact.
async fn with_numbers(alice: &mut Instance, name: &str, count: usize) -> Value {
    let jid = format!("{name}@cusax.test");
    let listed = |event: &Value| {
        let contact = &event["contact"];
        contact["jid"] == jid
            && contact["numbers"].as_array().is_some_and(|numbers| numbers.len() == count)
    };
    alice.wait_event(listed, PATIENCE).await["contact"].take()
}

/// What keeps the call from going out.
async fn question(alice: &mut Instance, to: &str) -> RpcError {
    alice.try_call("call", json!({ "to": to })).await.unwrap_err()
}

/// The one contact's numbers in the roster.
fn numbers_of<'a>(roster: &'a Value, name: &str) -> &'a Value {
    let contacts = roster.as_array().unwrap();
    let contact =
        contacts.iter().find(|contact| contact["jid"] == format!("{name}@cusax.test")).unwrap();
    &contact["numbers"]
}

fn number(uri: &str, display: &str, types: &[&str], source: &str) -> Value {
    json!({ "uri": uri, "display": display, "types": types, "source": source, "verified": true })
}

#[tokio::test]
async fn numbers_of_both_cards_are_listed_in_every_form() {
    let lab = people([
        contact("bob").vcard_temp_tel(Tel::new("sip:b@cusax.test").types(["voice", "video"])),
        contact("carol").vcard_temp_tel(Tel::new("+1 (303) 555-1212").types(["cell"])),
        contact("dave").vcard4_tel(Tel::new("tel:+44-20-7946-0958").types(["work"])),
        contact("erin").vcard4_tel(Tel::new("12 34").types(["home"])),
        // The same line in both is one.
        contact("frank")
            .vcard_temp_tel(Tel::new("sips:F@CUSAX.test").types(["work"]))
            .vcard4_tel(Tel::new("sip:F@cusax.test").types(["voice"])),
        contact("gina").tel(Tel::new("+13035550000").types(["fax"])),
    ])
    .start()
    .await
    .unwrap();
    let mut alice = alice(&lab).await;
    for name in ["bob", "carol", "dave", "erin", "frank"] {
        let contact = with_numbers(&mut alice, name, 1).await;
        assert_eq!(contact["can"]["audio"], true, "{contact}");
    }
    let roster = alice.call("roster", json!({})).await;
    let of = |name| numbers_of(&roster, name).clone();
    let sip_b = number("sip:b@cusax.test", "sip:b@cusax.test", &["voice", "video"], "vcard-temp");
    assert_eq!(of("bob"), json!([sip_b]));
    let cell = "sip:+13035551212@cusax.test;user=phone";
    assert_eq!(of("carol"), json!([number(cell, "+1 (303) 555-1212", &["cell"], "vcard-temp")]));
    let work = "sip:+442079460958@cusax.test;user=phone";
    assert_eq!(of("dave"), json!([number(work, "tel:+44-20-7946-0958", &["work"], "vcard4")]));
    assert_eq!(of("erin"), json!([number("sip:1234@cusax.test", "12 34", &["home"], "vcard4")]));
    let both = number("sip:F@cusax.test", "sip:F@cusax.test", &["voice", "work"], "vcard4");
    assert_eq!(of("frank"), json!([both]));
    assert_eq!(of("gina"), json!([]), "a fax machine");
    let error = question(&mut alice, "gina@cusax.test").await;
    assert_eq!(error.data["kind"], "refused");
    assert_eq!(error.message, "gina's contact card names no number.");
}

#[tokio::test]
async fn a_server_s_own_conversion_between_the_cards_does_no_harm() {
    let bob = contact("bob").vcard4_tel("sip:bob@cusax.test").vcard4_tel("+1 303 555 1212");
    let lab = people([bob]).one_card().start().await.unwrap();
    let mut alice = alice(&lab).await;
    let contact = with_numbers(&mut alice, "bob", 2).await;
    let uris: Vec<&Value> =
        contact["numbers"].as_array().unwrap().iter().map(|number| &number["uri"]).collect();
    assert_eq!(uris, ["sip:bob@cusax.test", "sip:+13035551212@cusax.test;user=phone"]);
}

/// Publishes a vCard4 with these numbers, as another client of the contact does.
async fn publish(peer: &mut ChatPeer, numbers: &[&str]) {
    let tels: String = numbers.iter().map(|uri| format!("<tel><uri>{uri}</uri></tel>")).collect();
    let publish = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:vcard4'>\
         <item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>\
         <fn><text>Bob Brown</text></fn>{tels}</vcard></item></publish></pubsub>",
    );
    assert!(peer.set(None, publish.parse::<Element>().unwrap()).await);
}

#[tokio::test]
async fn call_appears_and_goes_with_the_number() {
    let lab = people([contact("bob")]).start().await.unwrap();
    let mut alice = alice(&lab).await;
    let error = question(&mut alice, "bob@cusax.test").await;
    assert_eq!(error.data["kind"], "refused");
    assert_eq!(error.message, "bob's contact card names no number.");

    let mut peer = ChatPeer::connect(&lab, "bob", "secret").await;
    publish(&mut peer, &["sip:bob@cusax.test"]).await;
    let contact = with_numbers(&mut alice, "bob", 1).await;
    assert_eq!(contact["can"]["audio"], true);
    assert_eq!(contact["name"], "Bob Brown");
    let mut phone = Baresip::start(&lab, "bob", Setup::default()).await;
    let call = alice.call("call", json!({ "to": "bob@cusax.test" })).await["call"].clone();
    phone.event("CALL_INCOMING").await;
    alice.call("call.hangup", json!({ "call": call })).await;

    alice.forget_events();
    publish(&mut peer, &[]).await;
    let contact = with_numbers(&mut alice, "bob", 0).await;
    assert_eq!(contact["can"]["audio"], false);
    assert_eq!(question(&mut alice, "bob@cusax.test").await.data["kind"], "refused");
}

#[tokio::test]
async fn of_many_changes_the_last_holds() {
    let lab = people([contact("bob")]).start().await.unwrap();
    let mut alice = alice(&lab).await;
    let mut peer = ChatPeer::connect(&lab, "bob", "secret").await;
    for round in 0..20 {
        alice.forget_events();
        for number in ["sip:old@cusax.test", "sip:older@cusax.test"] {
            publish(&mut peer, &[number]).await;
        }
        let uri = format!("sip:b{round}@cusax.test");
        publish(&mut peer, &[&uri]).await;
        let last = |event: &Value| event["contact"]["numbers"][0]["uri"] == uri;
        alice.wait_event(last, PATIENCE).await;
    }
}

#[tokio::test]
async fn among_several_numbers_the_user_chooses() {
    let bob = contact("bob")
        .vcard4_tel(Tel::new("sip:bob@cusax.test").types(["work", "voice"]))
        .vcard4_tel(Tel::new("sip:home-of-bob@cusax.test").types(["home"]));
    let home = User::new("home-of-bob", "secret").without_xmpp();
    let lab = people([bob]).user(home).start().await.unwrap();
    let mut alice = alice(&lab).await;
    with_numbers(&mut alice, "bob", 2).await;
    let error = question(&mut alice, "bob@cusax.test").await;
    assert_eq!(error.data["kind"], "choice-needed");
    let choice = |uri: &str, label: &str| json!({ "account": "phone", "uri": uri, "label": label });
    assert_eq!(
        error.data["choices"],
        json!([
            choice("sip:bob@cusax.test", "sip:bob@cusax.test (work, voice)"),
            choice("sip:home-of-bob@cusax.test", "sip:home-of-bob@cusax.test (home)"),
        ]),
    );

    let mut phone = Baresip::start(&lab, "home-of-bob", Setup::default()).await;
    let chosen = &error.data["choices"][1];
    let params = json!({ "to": chosen["uri"], "account": chosen["account"] });
    let call = alice.call("call", params).await["call"].clone();
    assert_eq!(phone.event("CALL_INCOMING").await["peeruri"], "sip:alice@cusax.test");
    let ringing = |event: &Value| event["call"]["state"] == "ringing";
    let ringing = alice.wait_event(ringing, PATIENCE).await;
    assert_eq!(ringing["call"]["id"], call);
    let peer = &ringing["call"]["peer"];
    assert_eq!(peer["jid"], "bob@cusax.test", "{peer}");
    assert_eq!(peer["binding"], "verified");
}

#[tokio::test]
async fn a_telephone_number_is_called_when_the_cost_was_confirmed() {
    let bob = contact("bob").sip_user("+13035551212").tel("tel:+1-303-555-1212");
    let lab = people([bob]).start().await.unwrap();
    let mut alice = alice(&lab).await;
    with_numbers(&mut alice, "bob", 1).await;
    let mut phone = Baresip::start(&lab, "bob", Setup::default()).await;
    for to in
        ["bob@cusax.test", "+1 303 555 1212", "tel:+13035551212", "sip:+13035551212@cusax.test"]
    {
        let error = question(&mut alice, to).await;
        assert_eq!(error.data["kind"], "confirmation-needed", "{to}");
        let cues = &error.data["cues"];
        assert_eq!(cues.as_array().unwrap().len(), 1, "{cues}");
        assert_eq!(cues[0]["kind"], "pstn");
        let text = "+13035551212 is a telephone number. Your provider may charge this call.";
        assert_eq!(cues[0]["text"], text);

        let confirmed = json!({ "to": to, "confirm": true });
        let call = alice.call("call", confirmed).await["call"].clone();
        phone.event("CALL_INCOMING").await;
        alice.call("call.hangup", json!({ "call": call })).await;
        phone.event("CALL_CLOSED").await;
    }
    assert_eq!(alice.call("history", json!({ "with": "bob@cusax.test" })).await[3]["kind"], "call");
}

#[tokio::test]
async fn a_call_out_of_the_domain_asks_and_a_call_for_help_does_not() {
    let lab = people([]).start().await.unwrap();
    let mut alice = alice(&lab).await;
    let error = question(&mut alice, "sip:bob@elsewhere.test").await;
    assert_eq!(error.data["kind"], "confirmation-needed");
    assert_eq!(error.data["cues"][0]["kind"], "inter-domain");
    let confirmed = json!({ "to": "sip:bob@elsewhere.test", "confirm": true });
    // The lab's provider knows neither.
    for (params, reason) in [
        (
            confirmed,
            "This address does not exist; your provider may not carry calls to other providers \
             (404 Not Found).",
        ),
        (
            json!({ "to": "112" }),
            "Not available right now. Try again later (480 Temporarily Unavailable).",
        ),
    ] {
        let call = alice.call("call", params).await["call"].clone();
        let ended =
            |event: &Value| event["call"]["id"] == call && event["call"]["state"] == "ended";
        let ended = alice.wait_event(ended, PATIENCE).await;
        assert_eq!(ended["call"]["end_reason"], reason);
    }
}
