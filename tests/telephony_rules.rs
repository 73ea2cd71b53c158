//! The user's rules for calls, between two or three real programs and a real Kamailio: not to be
//! disturbed, forwarding, strangers, anonymous callers, answering by itself, call waiting.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/tap.rs"]
mod tap;

use calls::{
    ALICE, BOB, CAROL, PATIENCE, answer, asked, hang_up, hung_up, instance, lab, until, until_call,
};
use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};
use tap::Tap;

const BUSY: &str = "Busy (486 Busy Here).";

async fn set(instance: &mut Instance, rules: Value) -> Value {
    instance.call("telephony.set", rules).await
}

/// Calls; the call's id.
async fn dial(from: &mut Instance, to: &str) -> Value {
    from.call("call", json!({ "to": to })).await["call"].take()
}

/// Gives up before anybody answered.
async fn cancel(instance: &mut Instance, call: &Value) {
    instance.call("call.hangup", json!({ "call": call })).await;
    let why = until_call(instance, call, "ended").await["end_reason"].take();
    assert_eq!(why, "You cancelled the call.");
}

/// Calls in vain; why.
async fn refused(from: &mut Instance, to: &str) -> Value {
    let call = dial(from, to).await;
    until_call(from, &call, "ended").await["end_reason"].take()
}

/// Why the newest call with somebody ended, by the history.
async fn kept(instance: &mut Instance, with: &str) -> Value {
    let history = instance.call("history", json!({ "with": with })).await;
    let entry = history.as_array().unwrap().last().unwrap_or_else(|| panic!("no call: {history}"));
    assert_eq!(entry["call"]["state"], "ended", "{entry}");
    entry["call"]["end_reason"].clone()
}

/// Whether it never showed a call that wants to be answered.
async fn never_rang(instance: &mut Instance) {
    // What happened before the answer to this was told before it.
    instance.call("status", json!({})).await;
    let rings = |event: &Value| event["call"]["state"] == "incoming";
    assert_eq!(instance.take_events().into_iter().find(rings), None);
}

#[tokio::test]
async fn who_is_not_to_be_disturbed_is_busy_also_after_a_restart() {
    let lab = lab().await;
    let (mut alice, mut bob) = (instance(&lab, "alice").await, instance(&lab, "bob").await);
    let rules = json!({
        "dnd": true, "call_waiting": false, "strangers": "ask", "reject_anonymous": true,
        "auto_answer": "contacts", "send_chat_address": false,
        "forward": { "no_answer": CAROL, "after_s": 30 },
    });
    assert_eq!(set(&mut alice, rules.clone()).await, rules);
    let told = alice.wait_event(|event| event["type"] == "telephony", PATIENCE).await;
    assert_eq!(told["telephony"], rules);
    assert_eq!(refused(&mut bob, ALICE).await, BUSY);
    let why = "Missed call: you did not want to be disturbed.";
    assert_eq!(kept(&mut alice, BOB).await, why);
    never_rang(&mut alice).await;

    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in(profile).await;
    alice.online("phone").await;
    assert_eq!(alice.call("telephony", json!({})).await, rules);
    assert_eq!(refused(&mut bob, ALICE).await, BUSY);
    assert_eq!(kept(&mut alice, BOB).await, why);

    let reset = json!({ "dnd": null, "strangers": null });
    assert_eq!(set(&mut alice, reset).await["dnd"], false);
    let call = dial(&mut bob, ALICE).await;
    until(&mut alice, "incoming").await;
    cancel(&mut bob, &call).await;
}

/// Bob calls alice and comes to talk with carol.
async fn forwarded(alice: &mut Instance, bob: &mut Instance, carol: &mut Instance) {
    let call = dial(bob, ALICE).await;
    answer(carol).await;
    let active = until_call(bob, &call, "active").await;
    assert_eq!(active["peer"]["uri"], CAROL, "{active}");
    assert_eq!(kept(alice, BOB).await, format!("Missed call: forwarded to {CAROL}."));
    hang_up(bob, &call).await;
    hung_up(carol).await;
    for instance in [alice, bob, carol] {
        instance.forget_events();
    }
}

#[tokio::test]
async fn calls_are_sent_on_always_when_busy_and_when_nobody_answers() {
    let lab = lab().await;
    let (mut alice, mut bob) = (instance(&lab, "alice").await, instance(&lab, "bob").await);
    let mut carol = instance(&lab, "carol").await;
    set(&mut alice, json!({ "forward": { "always": CAROL } })).await;
    forwarded(&mut alice, &mut bob, &mut carol).await;
    set(&mut alice, json!({ "dnd": true, "forward": { "always": null, "busy": CAROL } })).await;
    forwarded(&mut alice, &mut bob, &mut carol).await;
    let no_answer = json!({ "busy": null, "no_answer": CAROL, "after_s": 5 });
    set(&mut alice, json!({ "dnd": false, "forward": no_answer })).await;
    let begun = std::time::Instant::now();
    forwarded(&mut alice, &mut bob, &mut carol).await;
    assert!(begun.elapsed().as_secs() >= 5, "it rang first");
}

#[tokio::test]
async fn who_is_sent_to_elsewhere_is_asked_first() {
    let lab = lab().await;
    let (mut alice, mut bob) = (instance(&lab, "alice").await, instance(&lab, "bob").await);
    let elsewhere = "sip:carol@elsewhere.test";
    let rule = json!({ "forward": { "always": elsewhere } });
    let error = alice.try_call("telephony.set", rule.clone()).await.unwrap_err();
    assert_eq!(error.data["kind"], "confirmation-needed");
    assert_eq!(error.data["cues"][0]["kind"], "inter-domain");
    let mut rule = rule;
    rule["confirm"] = json!(true);
    set(&mut alice, rule).await;
    let call = dial(&mut bob, ALICE).await;
    let asking = asked(&mut bob, "redirect").await;
    assert_eq!((&asking["id"], &asking["ask"]["uri"]), (&call, &json!(elsewhere)), "{asking}");
    bob.call("call.consent", json!({ "call": call, "accept": false })).await;
    until_call(&mut bob, &call, "ended").await;
    let circle = json!({ "forward": { "always": ALICE } });
    assert_eq!(alice.try_call("telephony.set", circle).await.unwrap_err().data["kind"], "refused");
}

#[tokio::test]
async fn strangers_are_shown_without_a_tone_or_refused() {
    let lab = lab().await;
    let (mut alice, mut bob) = (instance(&lab, "alice").await, instance(&lab, "bob").await);
    for (strangers, quiet) in [("accept", Value::Null), ("ask", json!(true))] {
        set(&mut alice, json!({ "strangers": strangers })).await;
        let call = dial(&mut bob, ALICE).await;
        assert_eq!(until(&mut alice, "incoming").await["quiet"], quiet, "{strangers}");
        cancel(&mut bob, &call).await;
        until(&mut alice, "ended").await;
        alice.forget_events();
    }
    set(&mut alice, json!({ "strangers": "refuse" })).await;
    let why = refused(&mut bob, ALICE).await;
    assert!(why.as_str().unwrap().contains("603"), "{why}");
    let why = "Refused: the caller is not proven to be a contact.";
    assert_eq!(kept(&mut alice, BOB).await, why);
    never_rang(&mut alice).await;
}

#[tokio::test]
async fn a_second_call_waits_or_finds_us_busy() {
    let lab = lab().await;
    let (mut alice, mut bob) = (instance(&lab, "alice").await, instance(&lab, "bob").await);
    let mut carol = instance(&lab, "carol").await;
    let first = dial(&mut bob, ALICE).await;
    let ours = answer(&mut alice).await["id"].take();
    let second = dial(&mut carol, ALICE).await;
    until(&mut alice, "incoming").await;
    cancel(&mut carol, &second).await;
    until(&mut alice, "ended").await;
    alice.forget_events();

    set(&mut alice, json!({ "call_waiting": false })).await;
    assert_eq!(refused(&mut carol, ALICE).await, BUSY);
    assert_eq!(kept(&mut alice, CAROL).await, "Missed call: you were in another call.");
    never_rang(&mut alice).await;
    let calls = alice.call("calls", json!({})).await;
    let on: Vec<&Value> =
        calls.as_array().unwrap().iter().filter(|call| call["state"] == "active").collect();
    let [on] = on[..] else { panic!("{calls}") };
    assert_eq!(on["id"], ours);
    hang_up(&mut bob, &first).await;
    hung_up(&mut alice).await;
}

/// Alice and bob know each other, and their cards name their telephones; eve is a stranger.
async fn people() -> Lab {
    Lab::builder()
        .user(User::new("alice", "secret").contact("bob").tel(ALICE))
        .user(User::new("bob", "secret").contact("alice").tel(BOB))
        .user(User::new("eve", "secret").without_xmpp())
        .start()
        .await
        .unwrap()
}

/// Waits until the one contact can be called.
async fn knows(instance: &mut Instance) {
    let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
    instance.wait_event(callable, PATIENCE).await;
}

#[tokio::test]
async fn a_contact_is_answered_by_itself_and_a_stranger_is_not() {
    let lab = people().await;
    let mut alice = instance(&lab, "alice").await;
    let (mut bob, mut eve) = (instance(&lab, "bob").await, instance(&lab, "eve").await);
    knows(&mut alice).await;
    set(&mut alice, json!({ "auto_answer": "contacts" })).await;
    let call = dial(&mut bob, ALICE).await;
    until_call(&mut bob, &call, "active").await;
    let active = until(&mut alice, "active").await;
    assert_eq!(active["peer"]["binding"], "verified", "{active}");
    let notice = |event: &Value| {
        event["text"].as_str().is_some_and(|text| text.contains("answered by itself"))
    };
    alice.wait_event(notice, PATIENCE).await;
    hang_up(&mut bob, &call).await;
    hung_up(&mut alice).await;
    alice.forget_events();

    let call = dial(&mut eve, ALICE).await;
    let incoming = until(&mut alice, "incoming").await;
    until_call(&mut eve, &call, "ringing").await;
    assert_eq!(incoming["peer"]["binding"], "none", "{incoming}");
    cancel(&mut eve, &call).await;
    assert_eq!(until(&mut alice, "ended").await["answered"], Value::Null);
}

/// One whose connection to the server is overheard.
async fn overheard(lab: &Lab, user: &str) -> (Instance, Tap) {
    let server = lab.sip(Transport::Tcp);
    let tap = Tap::tcp(server).await;
    let options = ConfigOptions { transport: Transport::Tcp, ..ConfigOptions::default() };
    let config = lab.config_toml(user, &options).unwrap();
    let config = config.replace(&server.to_string(), &tap.address().to_string());
    let mut instance = Instance::start(&config).await;
    instance.online("phone").await;
    (instance, tap)
}

#[tokio::test]
async fn who_calls_anonymously_is_named_nowhere_and_may_be_refused() {
    let lab = people().await;
    let (mut alice, ours) = overheard(&lab, "alice").await;
    let (mut bob, theirs) = overheard(&lab, "bob").await;
    for instance in [&mut alice, &mut bob] {
        knows(instance).await;
    }
    let nameless = json!({ "to": BOB, "anonymous": true });
    let call = alice.call("call", nameless.clone()).await["call"].take();
    let at_bob = until(&mut bob, "incoming").await;
    assert_eq!(at_bob["anonymous"], true, "{at_bob}");
    assert_eq!(at_bob["peer"]["display"], "Anonymous", "{at_bob}");
    assert_eq!(at_bob["peer"]["jid"], Value::Null, "{at_bob}");
    bob.call("call.answer", json!({ "call": at_bob["id"] })).await;
    until_call(&mut alice, &call, "active").await;
    alice.call("call.hold", json!({ "call": call })).await;
    until_call(&mut alice, &call, "held").await;
    hang_up(&mut alice, &call).await;
    hung_up(&mut bob).await;
    // The whole call, as bob's wire had it.
    let wire = theirs.heard();
    for said in ["INVITE sip:bob", "ACK sip:", "BYE sip:"] {
        assert!(wire.contains(said), "{said}: {wire}");
    }
    for name in ["alice", "Alice", "xmpp:", "P-Preferred-Identity", "P-Asserted-Identity"] {
        assert!(!wire.contains(name), "{name}: {wire}");
    }
    // Our own server is told, and nobody else.
    let wire = ours.heard();
    let from = "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>";
    for said in [from, "Privacy: id", "P-Preferred-Identity: <sip:alice@cusax.test>"] {
        assert!(wire.contains(said), "{said}: {wire}");
    }

    set(&mut bob, json!({ "reject_anonymous": true })).await;
    bob.forget_events();
    let call = alice.call("call", nameless).await["call"].take();
    let why = until_call(&mut alice, &call, "ended").await["end_reason"].take();
    assert!(why.as_str().unwrap().contains("433"), "{why}");
    let nobody = "sip:anonymous@anonymous.invalid";
    assert_eq!(kept(&mut bob, nobody).await, "Refused: the caller hides who they are.");
    never_rang(&mut bob).await;

    // One who says who they are is named, and rings.
    let call = dial(&mut alice, BOB).await;
    until(&mut bob, "incoming").await;
    assert!(theirs.heard().contains("Call-Info: <xmpp:alice@cusax.test>"), "{}", theirs.heard());
    cancel(&mut alice, &call).await;
}
