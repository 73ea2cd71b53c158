//! Call flows with a real sipp that need more than a call: hold, transfer, redirection,
//! reliable provisional responses, session timers, keys, a mailbox. As `sipp_scenarios.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;

use calls::{
    ALICE, BOB, CAROL, PATIENCE, answer, asked, hang_up, hung_up, instance, instance_in_order,
    instance_with, lab, pressed, transferred, until_call,
};
use dovetail::lab::{ConfigOptions, Lab};
use instance::Instance;
use scenario::Sipp;
use serde_json::{Value, json};

/// Bob calls by this scenario, and is answered.
async fn answered(lab: &Lab, alice: &mut Instance, scenario: &str) -> (Sipp, Value) {
    let bob = Sipp::call(lab, "bob", ALICE, scenario);
    (bob, answer(alice).await["id"].take())
}

/// Bob waits for a call by this scenario, and is called.
async fn placed(lab: &Lab, alice: &mut Instance, scenario: &str) -> (Sipp, Value) {
    let bob = Sipp::wait(lab, "bob", scenario).await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    (bob, call)
}

#[tokio::test]
async fn we_hold_and_resume() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "held").await;
    alice.call("call.hold", json!({ "call": call })).await;
    until_call(&mut alice, &call, "held").await;
    alice.call("call.resume", json!({ "call": call })).await;
    until_call(&mut alice, &call, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_hold_that_crosses_another_comes_again() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "glare").await;
    alice.call("call.hold", json!({ "call": call })).await;
    until_call(&mut alice, &call, "held").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_transfer_within_the_service_is_followed() {
    let lab = lab().await;
    let mut alice = instance_in_order(&lab, "alice").await;
    let mut carol = instance(&lab, "carol").await;
    let (bob, call) = answered(&lab, &mut alice, "refer").await;
    answer(&mut carol).await;
    bob.done().await;
    until_call(&mut alice, &call, "ended").await;
    let calls = alice.call("calls", json!({})).await;
    let on: Vec<&Value> =
        calls.as_array().unwrap().iter().filter(|call| call["state"] == "active").collect();
    let [call] = on[..] else { panic!("one call: {calls}") };
    assert_eq!(call["peer"]["uri"], CAROL);
}

#[tokio::test]
async fn a_transfer_elsewhere_is_not_followed_when_the_user_does_not_agree() {
    let lab = lab().await;
    let mut alice = instance_in_order(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "refer_refused").await;
    asked(&mut alice, "transfer").await;
    alice.call("call.consent", json!({ "call": call, "accept": false })).await;
    let over = |event: &Value| event["call"]["id"] == call && event["call"]["ask"].is_null();
    let over = alice.wait_event(over, PATIENCE).await;
    assert_eq!(over["call"]["state"], "active");
    // Two datagrams may overtake each other on their way.
    bob.heard("SIP/2.0 603").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn we_transfer_and_are_told_how_it_goes() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = placed(&lab, &mut alice, "referred").await;
    until_call(&mut alice, &call, "active").await;
    alice.call("call.transfer", json!({ "call": call, "to": CAROL })).await;
    transferred(&mut alice, "ringing").await;
    let done = transferred(&mut alice, "done").await;
    assert_eq!((&done["id"], &done["state"]), (&call, &json!("ended")), "{done}");
    assert_eq!(done["end_reason"], "You transferred the call.");
    bob.done().await;
}

#[tokio::test]
async fn a_transfer_in_vain_leaves_the_call() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = placed(&lab, &mut alice, "referred_in_vain").await;
    until_call(&mut alice, &call, "active").await;
    alice.call("call.transfer", json!({ "call": call, "to": CAROL })).await;
    let failed = transferred(&mut alice, "failed").await;
    assert_eq!(failed["transfer"]["code"], 486, "{failed}");
    assert_ne!(failed["state"], "ended");
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_redirection_is_followed_and_elsewhere_only_once_the_user_agrees() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let mut carol = instance(&lab, "carol").await;
    let (bob, call) = placed(&lab, &mut alice, "redirect").await;
    answer(&mut carol).await;
    let active = until_call(&mut alice, &call, "active").await;
    assert_eq!(active["peer"]["uri"], CAROL, "{active}");
    bob.done().await;
    hang_up(&mut alice, &call).await;

    let (bob, call) = placed(&lab, &mut alice, "redirect_away").await;
    let asking = asked(&mut alice, "redirect").await;
    let away = json!("sip:carol@elsewhere.test");
    assert_eq!((&asking["id"], &asking["ask"]["uri"]), (&call, &away), "{asking}");
    alice.call("call.consent", json!({ "call": call, "accept": false })).await;
    until_call(&mut alice, &call, "ended").await;
    bob.done().await;
}

#[tokio::test]
async fn a_reliable_answer_before_the_last_is_confirmed() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = placed(&lab, &mut alice, "reliable").await;
    let early = |event: &Value| {
        event["call"]["media"]["codec"] == "PCMA" && event["call"]["answered"].is_null()
    };
    alice.wait_event(early, PATIENCE).await;
    let active = until_call(&mut alice, &call, "active").await;
    assert_eq!(active["media"]["codec"], "PCMA", "{active}");
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn ringing_is_reliable_for_who_requires_it() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, _) = answered(&lab, &mut alice, "requires_reliable").await;
    bob.done().await;
    hung_up(&mut alice).await;
}

#[tokio::test]
async fn a_session_interval_is_agreed_on() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, _) = answered(&lab, &mut alice, "short_interval").await;
    bob.done().await;
    hung_up(&mut alice).await;
    let (bob, call) = placed(&lab, &mut alice, "long_interval").await;
    until_call(&mut alice, &call, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_key_comes_by_info() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "info_digit").await;
    pressed(&mut alice, &call, "5").await;
    bob.done().await;
    hung_up(&mut alice).await;
}

#[tokio::test]
async fn what_waits_in_the_mailbox_is_told() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let bob = Sipp::call(&lab, "bob", ALICE, "mailbox");
    bob.done().await;
    let told = |event: &Value| event["account"]["mailbox"].is_object();
    let told = alice.wait_event(told, PATIENCE).await;
    let mailbox = json!({ "waiting": true, "new": 2, "old": 8, "uri": "sip:voicemail@cusax.test" });
    assert_eq!(told["account"]["mailbox"], mailbox);
    let status = alice.call("status", json!({})).await;
    assert_eq!(status["accounts"][0]["mailbox"], mailbox);
}

#[tokio::test]
async fn a_wish_for_new_settings_is_heard() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let bob = Sipp::call(&lab, "bob", ALICE, "check_sync");
    bob.done().await;
    assert_eq!(alice.call("status", json!({})).await["overall"], "online");
}

/// What was encrypted stays so, whatever a real telephone offers (CUSAX C65).
#[tokio::test]
async fn a_telephone_that_drops_the_encryption_is_refused_and_the_call_goes_on() {
    let lab = lab().await;
    let mut alice = instance_with(&lab, "alice", &ConfigOptions::default()).await;
    let (bob, call) = placed(&lab, &mut alice, "drops_encryption").await;
    until_call(&mut alice, &call, "active").await;
    let refused = |event: &Value| {
        event["text"].as_str().is_some_and(|text| text.contains("the call stays encrypted"))
    };
    alice.wait_event(refused, PATIENCE).await;
    let calls = alice.call("calls", json!({})).await;
    assert_eq!(
        (&calls[0]["state"], &calls[0]["media"]["srtp"]),
        (&json!("active"), &json!("sdes"))
    );
    hang_up(&mut alice, &call).await;
    bob.done().await;
}
