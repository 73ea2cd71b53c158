//! Chat and telephony at two providers, and calls between two providers: real servers of two
//! domains, whose Kamailios know the way to each other.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/sipp.rs"]
mod sipp;
#[path = "support/who.rs"]
mod who;

use baresip::{Baresip, Setup};
use dovetail::lab::{ConfigOptions, Contact, Lab, LabBuilder, SipLogin, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};
use sipp::{Caller, Invite};
use who::{ALICE, PATIENCE, alice, alice_with, earns_no_name, is_verified};

const BILOXI: &str = "biloxi.test";
/// Where alice is called at, by the number of her contract with biloxi.
const ALICES_NUMBER: &str = "sip:44123@biloxi.test";

/// Alice chats at cusax.test and calls at biloxi.test, with another name, another password and
/// a third name to sign in with; cusax.test gave her a telephone, too, that she did not ask for.
/// Bob is the same kind of customer.
fn customers() -> LabBuilder {
    let number = SipLogin::new("44123", "zwo").at(BILOXI).auth_name("contract-7");
    let alice = User::new("alice", "secret").contact(Contact::new("bob").name("Bob Brown"));
    let bob = User::new("bob", "secret").contact("alice").sip_at(BILOXI).sip_user("44456");
    Lab::builder()
        .second_domain(BILOXI)
        .user(alice.phone(number))
        .user(bob.tel("sip:44456@biloxi.test"))
}

fn halves(related: bool) -> ConfigOptions {
    ConfigOptions { related, related_phone: "phone-2", ..ConfigOptions::default() }
}

async fn customer(lab: &Lab, related: bool) -> Instance {
    let mut alice = Instance::start(&lab.config_toml("alice", &halves(related)).unwrap()).await;
    alice.online("phone").await;
    alice.online("phone-2").await;
    let known = |event: &Value| event["contact"]["numbers"][0]["uri"] == "sip:44456@biloxi.test";
    alice.wait_event(known, PATIENCE).await;
    alice.forget_events();
    alice
}

/// The INVITE that a telephone got, of those in its trace the last.
fn invite_at(phone: &Baresip) -> String {
    let log = phone.whole_log();
    let at = log.rfind("INVITE sip:").unwrap_or_else(|| panic!("{log}"));
    log[at..].split("\r\n\r\n").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_two_sides_of_one_person_may_live_at_two_providers() {
    let lab = customers().start().await.unwrap();
    let mut alice = customer(&lab, true).await;
    let status = alice.call("status", json!({})).await;
    let told: Vec<_> = status["accounts"].as_array().unwrap().iter().collect();
    let addresses: Vec<&Value> = told.iter().map(|account| &account["address"]).collect();
    assert_eq!(addresses, ["alice@cusax.test", ALICE, ALICES_NUMBER], "{status}");
    assert_eq!(told[0]["related_to"], "phone-2", "{status}");

    // Out: by the related account and without a question, though another could as well.
    let mut bob = Baresip::start(&lab, "bob", Setup { trace: true, ..Setup::default() }).await;
    alice.call("call", json!({ "to": "bob@cusax.test" })).await;
    let rings = bob.event("CALL_INCOMING").await;
    assert_eq!(rings["peeruri"], ALICES_NUMBER, "{rings}");
    let invite = invite_at(&bob);
    assert!(invite.contains("Call-Info: <xmpp:alice@cusax.test> ;purpose=impp"), "{invite}");
    let ringing = |event: &Value| event["call"]["state"] == "ringing";
    let call = alice.wait_event(ringing, PATIENCE).await["call"].take();
    assert_eq!(
        (&call["account"], &call["peer"]["display"]),
        (&json!("phone-2"), &json!("Bob Brown"))
    );
    bob.accept().await;
    let active = |event: &Value| event["call"]["state"] == "active";
    alice.wait_event(active, PATIENCE).await;
    alice.call("call.hangup", json!({ "call": call["id"] })).await;
    bob.event("CALL_CLOSED").await;
    alice.forget_events();

    // In: his card is read over one provider and proves who calls over the other.
    bob.dial(ALICES_NUMBER).await;
    let peer = is_verified(&mut alice, "bob@cusax.test", "Bob Brown").await;
    assert_eq!(peer["uri"], "sip:44456@biloxi.test");
    bob.event("CALL_CLOSED").await;
}

#[tokio::test]
async fn without_a_relation_the_user_says_by_which_provider() {
    let lab = customers().start().await.unwrap();
    let mut alice = customer(&lab, false).await;
    let mut bob = Baresip::start(&lab, "bob", Setup { trace: true, ..Setup::default() }).await;
    let wish = json!({ "to": "bob@cusax.test" });
    let error = alice.try_call("call", wish).await.unwrap_err();
    assert_eq!(error.data["kind"], "choice-needed", "{error:?}");
    let choices = error.data["choices"].as_array().unwrap().iter();
    let accounts: Vec<&Value> = choices.map(|choice| &choice["account"]).collect();
    assert_eq!(accounts, ["phone", "phone-2"], "{error:?}");
    let wish = json!({ "to": "bob@cusax.test", "account": "phone-2" });
    let call = alice.call("call", wish).await["call"].take();
    assert_eq!(bob.event("CALL_INCOMING").await["peeruri"], ALICES_NUMBER);
    // Nothing says that the two accounts are one person's.
    assert!(!invite_at(&bob).contains("cusax"), "{}", invite_at(&bob));
    alice.call("call.hangup", json!({ "call": call })).await;
    bob.event("CALL_CLOSED").await;
    // From her other provider's account the number is one outside: that is asked first.
    let wish = json!({ "to": "bob@cusax.test", "account": "phone" });
    let error = alice.try_call("call", wish).await.unwrap_err();
    assert_eq!(error.data["kind"], "confirmation-needed", "{error:?}");
    assert_eq!(error.data["cues"][0]["kind"], "inter-domain", "{error:?}");
}

/// Alice is with cusax.test alone. Two of her contacts have one name: one here, one at biloxi.
fn neighbours() -> LabBuilder {
    let alice = User::new("alice", "secret")
        .contact(Contact::new("bob").name("Bob at work"))
        .contact(Contact::new("bob@biloxi.test").name("Bob in Biloxi"));
    let away = User::new("bob", "secret").at(BILOXI).contact("alice@cusax.test");
    Lab::builder()
        .second_domain(BILOXI)
        .user(alice)
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
        .user(away.tel("sip:bob@biloxi.test"))
        .user(User::new("mallory", "secret").at(BILOXI))
}

async fn knows_both(lab: &Lab) -> Instance {
    alice(lab, &["bob@cusax.test", "bob@biloxi.test"]).await
}

/// What this proves: biloxi's server asked for bob's password and takes no other From of him;
/// alice's own takes from there only what is of biloxi.test; and the card that names the address
/// is bob's own, at his chat address. So it is bob, as sure as his provider knows its users and
/// as alice's knows whom it talks to.
#[tokio::test]
async fn a_contact_at_another_provider_is_verified_by_the_whole_address() {
    let lab = neighbours().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    for (who, jid, name) in [
        ("bob@biloxi.test", "bob@biloxi.test", "Bob in Biloxi"),
        ("bob@cusax.test", "bob@cusax.test", "Bob at work"),
    ] {
        for transport in [Transport::Udp, Transport::Tls] {
            let mut bob = Baresip::start(&lab, who, Setup { transport, ..Setup::default() }).await;
            bob.dial(ALICE).await;
            let peer = is_verified(&mut alice, jid, name).await;
            assert_eq!(peer["uri"], lab.aor(who).unwrap());
            bob.event("CALL_CLOSED").await;
        }
    }
    // Of another user there, nobody knows anything; not even if the user says to be one of them.
    for (headers, binding) in
        [(&[][..], "none"), (&["Call-Info: <xmpp:bob@biloxi.test>;purpose=impp"], "claimed")]
    {
        let from = "\"Bob\" <sip:mallory@biloxi.test>";
        let invite = Invite { by: "mallory", to: ALICE, from, headers };
        let caller = Caller::call(&lab, &invite);
        earns_no_name(&mut alice, "sip:mallory@biloxi.test", binding).await;
        caller.declined().await;
    }
}

/// Among its own users a provider can mistake one for another, and nobody else can tell.
#[tokio::test]
async fn a_careless_provider_vouches_for_its_own_users_alone() {
    let lab = neighbours().sip_any_from_at(BILOXI).start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    let from = "<sip:bob@biloxi.test>";
    let caller = Caller::call(&lab, &Invite { by: "mallory", to: ALICE, from, headers: &[] });
    is_verified(&mut alice, "bob@biloxi.test", "Bob in Biloxi").await;
    caller.declined().await;
    let from = "<sip:bob@cusax.test>";
    let caller = Caller::call(&lab, &Invite { by: "mallory", to: ALICE, from, headers: &[] });
    caller.refused(403).await;
}

#[tokio::test]
async fn a_call_goes_from_one_provider_to_the_other_and_either_side_ends_it() {
    let lab = neighbours().start().await.unwrap();
    for (ours, theirs) in [(Transport::Tls, Transport::Udp), (Transport::Udp, Transport::Tls)] {
        let options = ConfigOptions { transport: ours, ..ConfigOptions::default() };
        let mut alice = alice_with(&lab, &options, &["bob@biloxi.test"]).await;
        let setup = Setup { transport: theirs, answer_mode: "auto", ..Setup::default() };
        let mut bob = Baresip::start(&lab, "bob@biloxi.test", setup).await;
        let wish = |confirm: bool| json!({ "to": "bob@biloxi.test", "confirm": confirm });
        let error = alice.try_call("call", wish(false)).await.unwrap_err();
        assert_eq!(error.data["cues"][0]["kind"], "inter-domain", "{error:?}");
        for ends in ["alice", "bob"] {
            let call = alice.call("call", wish(true)).await["call"].take();
            let active = |event: &Value| event["call"]["state"] == "active";
            let told = alice.wait_event(active, PATIENCE).await["call"].take();
            assert_eq!(told["peer"]["jid"], "bob@biloxi.test", "{told}");
            bob.event("CALL_ESTABLISHED").await;
            match ends {
                "alice" => {
                    alice.call("call.hangup", json!({ "call": call })).await;
                    bob.event("CALL_CLOSED").await;
                }
                _ => bob.hangup().await,
            }
            let ended = |event: &Value| event["call"]["state"] == "ended";
            alice.wait_event(ended, PATIENCE).await;
            alice.forget_events();
        }
        alice.quit().await;
    }
}
