//! What a call may cost: told before it, agreed to, shown while it is on and kept (CUSAX
//! C56–C60, C67). The program itself, at a real Kamailio whose users stand for what is behind
//! a gateway.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/tap.rs"]
mod tap;

use calls::{
    ALICE, BOB, ELSEWHERE, PATIENCE, answer, asked, hang_up, instance, instance_in_order, until,
    until_call,
};
use dovetail::lab::{ConfigOptions, Lab, LabBuilder, User};
use dovetail::model::account::Transport;
use instance::{Instance, RpcError};
use scenario::Sipp;
use serde_json::{Value, json};
use tap::Tap;

/// As people write it, and the user of the lab that answers there.
const NUMBER: &str = "+1 303 555 1212";
const PREMIUM: &str = "+1 900 555 1212";

/// What the provider says: in its own words, behind the account's other keys.
const DIALING: &str = r#"
[sip.dialing]
country = "US"
emergency = ["0112"]

[[sip.dialing.cost_rules]]
pattern = "+1303*"
class = "free"

[[sip.dialing.cost_rules]]
pattern = "+1900*"
class = "premium"
note = { en = "5 USD a minute." }

[[sip.dialing.cost_rules]]
pattern = "sip:*@elsewhere.example"
class = "other-domain"
confirm = "always"

[[sip.dialing.blocked]]
pattern = "+881*"
reason = "Satellites are not reachable."
"#;

/// Alice, bob, and what is behind the gateway.
fn people() -> LabBuilder {
    let gateway = |name, number: &str| User::new(name, "secret").sip_user(number);
    Lab::builder()
        .sip_only()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .user(gateway("landline", "+13035551212"))
        .user(gateway("hotline", "+19005551212"))
        .user(gateway("help", "112"))
}

async fn lab() -> Lab {
    people().start().await.unwrap()
}

/// Alice with the provider's words, and what she says on the wire.
async fn provided(lab: &Lab) -> (Instance, Tap) {
    let tap = Tap::udp(lab.sip(Transport::Udp)).await;
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    let config = lab.config_toml("alice", &options).unwrap();
    let (direct, tapped) = (lab.sip(Transport::Udp).to_string(), tap.address().to_string());
    let config = config.replace(&direct, &tapped) + DIALING;
    let mut alice = Instance::start(&config).await;
    alice.online("phone").await;
    (alice, tap)
}

/// Calls; what keeps the call from going out.
async fn question(instance: &mut Instance, call: Value) -> RpcError {
    let error = instance.try_call("call", call.clone()).await.expect_err(&call.to_string());
    assert_eq!(error.data["kind"], "confirmation-needed", "{call}: {error:?}");
    error
}

/// Calls, and talks with who answers there; the call as it was.
async fn talk(from: &mut Instance, call: Value, with: &mut Instance) -> Value {
    let id = from.call("call", call).await["call"].take();
    answer(with).await;
    let active = until_call(from, &id, "active").await;
    hang_up(from, &id).await;
    until(with, "ended").await;
    active
}

async fn settled(instance: &mut Instance) -> Value {
    instance.call("asking", json!({})).await["settled"].take()
}

#[tokio::test]
async fn a_class_is_asked_about_until_it_is_settled_over_restarts_and_again_after_a_reset() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let mut landline = instance(&lab, "landline").await;
    let error = question(&mut alice, json!({ "to": NUMBER })).await;
    let text = "+13035551212 is a telephone number. Your provider may charge this call.";
    let cue = json!({ "kind": "pstn", "class": "pstn", "text": text, "may_settle": true });
    assert_eq!(error.data["cues"], json!([cue]));
    let confirmed = json!({ "to": NUMBER, "confirm": true });
    let call = talk(&mut alice, confirmed, &mut landline).await;
    assert_eq!(call["cost"], "pstn", "{call}");
    let with = call["peer"]["uri"].clone();
    let history = alice.call("history", json!({ "with": with })).await;
    assert_eq!(history[0]["call"]["cost"], "pstn", "{history}");

    question(&mut alice, json!({ "to": NUMBER, "remember": true })).await;
    assert_eq!(settled(&mut alice).await, json!([]), "nobody agreed");
    let remember = json!({ "to": NUMBER, "confirm": true, "remember": true });
    talk(&mut alice, remember, &mut landline).await;
    let told = alice.wait_event(|event| event["type"] == "asking", PATIENCE).await;
    assert_eq!(told["settled"], json!(["pstn"]), "{told}");

    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in(profile).await;
    alice.online("phone").await;
    assert_eq!(settled(&mut alice).await, json!(["pstn"]));
    talk(&mut alice, json!({ "to": NUMBER }), &mut landline).await;
    question(&mut alice, json!({ "to": ELSEWHERE })).await;
    question(&mut alice, json!({ "to": PREMIUM })).await;
    let linked = question(&mut alice, json!({ "to": NUMBER, "linked": true })).await;
    assert_eq!(linked.data["cues"][0]["may_settle"], Value::Null, "a link cannot be settled");
    let unknown = alice.try_call("asking.reset", json!({ "class": "cheap" })).await;
    assert_eq!(unknown.unwrap_err().code, -32602);
    let reset = alice.call("asking.reset", json!({ "class": "pstn" })).await;
    assert_eq!(reset, json!({ "settled": [] }));
    question(&mut alice, json!({ "to": NUMBER })).await;
}

#[tokio::test]
async fn the_provider_s_rules_say_what_is_free_dear_and_not_reached() {
    let lab = lab().await;
    let (mut alice, tap) = provided(&lab).await;
    let mut landline = instance(&lab, "landline").await;
    let mut hotline = instance(&lab, "hotline").await;
    let call = talk(&mut alice, json!({ "to": "(303) 555-1212" }), &mut landline).await;
    assert_eq!(call["cost"], "free", "{call}");

    let premium = json!([{ "kind": "pstn", "class": "premium", "text": "5 USD a minute." }]);
    let error = question(&mut alice, json!({ "to": PREMIUM })).await;
    assert_eq!(error.data["cues"], premium);
    let agreed = json!({ "to": PREMIUM, "confirm": true, "remember": true });
    assert_eq!(talk(&mut alice, agreed, &mut hotline).await["cost"], "premium");
    let agreed = json!({ "to": ELSEWHERE, "confirm": true, "remember": true });
    let call = alice.call("call", agreed).await["call"].take();
    let ended = until_call(&mut alice, &call, "ended").await;
    assert_eq!(
        ended["end_reason"],
        "This address does not exist; your provider may not carry calls to other providers \
         (404 Not Found)."
    );
    assert_eq!(settled(&mut alice).await, json!([]), "neither can be settled");
    question(&mut alice, json!({ "to": PREMIUM })).await;
    question(&mut alice, json!({ "to": ELSEWHERE })).await;

    alice.forget_events();
    let satellite = json!({ "to": "+881 6 212 345678", "confirm": true });
    let error = alice.try_call("call", satellite).await.unwrap_err();
    assert_eq!(error.data["kind"], "refused");
    assert_eq!(error.message, "Satellites are not reachable.");
    // What a call would have told came before the answer to this.
    alice.call("status", json!({})).await;
    let calls = |event: &Value| event["type"] == "call";
    assert_eq!(alice.take_events().into_iter().find(calls), None);
    assert!(tap.heard().contains("INVITE sip:+19005551212"), "the tap hears");
    assert!(!tap.heard().contains("8816212345678"), "nothing went out");
}

#[tokio::test]
async fn a_call_for_help_is_not_held_up_unless_somebody_else_leads_there() {
    let lab = lab().await;
    let (mut alice, _tap) = provided(&lab).await;
    let mut help = instance(&lab, "help").await;
    let call = talk(&mut alice, json!({ "to": "112" }), &mut help).await;
    assert_eq!(call["cost"], "emergency", "{call}");
    let error = question(&mut alice, json!({ "to": "112", "linked": true })).await;
    let text = "A link or another program calls an emergency number: 112.";
    assert_eq!(error.data["cues"], json!([{ "kind": "pstn", "class": "emergency", "text": text }]));
    question(&mut alice, json!({ "to": "0112", "linked": true })).await;
    let forward = json!({ "forward": { "always": "112" } });
    let error = alice.try_call("telephony.set", forward).await.unwrap_err();
    assert_eq!(error.data["cues"][0]["class"], "emergency", "{error:?}");
}

#[tokio::test]
async fn where_the_other_side_sends_us_is_asked_about_though_the_class_is_settled() {
    let lab = lab().await;
    let mut alice = instance_in_order(&lab, "alice").await;
    let mut landline = instance(&lab, "landline").await;
    let mut hotline = instance(&lab, "hotline").await;
    let remember = json!({ "to": NUMBER, "confirm": true, "remember": true });
    talk(&mut alice, remember, &mut landline).await;
    assert_eq!(settled(&mut alice).await, json!(["pstn"]));

    let bob = Sipp::call(&lab, "bob", ALICE, "refer_number");
    let call = answer(&mut alice).await["id"].take();
    let asking = asked(&mut alice, "transfer").await;
    let cues = asking["ask"]["cues"].to_string();
    assert!(cues.contains("+13035551212 is a telephone number"), "{asking}");
    assert_eq!(asking["cost"], Value::Null, "bob pays for this one");
    alice.call("call.consent", json!({ "call": call, "accept": false })).await;
    bob.heard("SIP/2.0 603").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;

    let bob = Sipp::wait(&lab, "bob", "redirect_premium").await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    let asking = asked(&mut alice, "redirect").await;
    assert_eq!((&asking["id"], &asking["cost"]), (&call, &json!("internal")), "{asking}");
    bob.done().await;
    alice.call("call.consent", json!({ "call": call, "accept": true })).await;
    answer(&mut hotline).await;
    let active = until_call(&mut alice, &call, "active").await;
    assert_eq!(active["cost"], "premium", "{active}");
    hang_up(&mut alice, &call).await;
}

#[tokio::test]
async fn what_the_service_says_of_a_call_is_shown_before_it_is_answered() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let bob = Sipp::wait(&lab, "bob", "charged").await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    let said = "This call costs 2 EUR a minute.";
    let told = alice.wait_event(|event| event["call"]["cue"] == said, PATIENCE).await;
    assert_eq!(told["call"]["id"], call);
    assert_ne!(told["call"]["state"], "active", "{told}");
    assert_eq!(until_call(&mut alice, &call, "active").await["cue"], said, "it stays");
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_contact_s_card_leads_to_a_dear_number_only_on_the_user_s_word_each_time() {
    let alice = User::new("alice", "secret").contact("bob");
    let bob = User::new("bob", "secret").contact("alice").tel(PREMIUM);
    let hotline = User::new("hotline", "secret").sip_user("+19005551212").without_xmpp();
    let lab = Lab::builder().user(alice).user(bob).user(hotline).start().await.unwrap();
    let mut alice = instance(&lab, "alice").await;
    let mut hotline = instance(&lab, "hotline").await;
    let numbered = |event: &Value| !event["contact"]["numbers"][0].is_null();
    alice.wait_event(numbered, PATIENCE).await;
    let to = "bob@cusax.test";
    for _ in 0..2 {
        let error = question(&mut alice, json!({ "to": to })).await;
        let cue = &error.data["cues"][0];
        assert_eq!((&cue["class"], &cue["may_settle"]), (&json!("premium"), &Value::Null));
        let agreed = json!({ "to": to, "confirm": true, "remember": true });
        let call = talk(&mut alice, agreed, &mut hotline).await;
        assert_eq!((&call["cost"], &call["peer"]["jid"]), (&json!("premium"), &json!(to)));
    }
    assert_eq!(settled(&mut alice).await, json!([]));
}
