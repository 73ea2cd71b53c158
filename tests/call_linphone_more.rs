//! Hold, keys and transfer with Linphone, blind and attended, both ways.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/linphone.rs"]
mod linphone;

use calls::{
    ALICE, BOB, CAROL, answer, asked, hang_up, instance, lab, pressed, transferred, until,
    until_call,
};
use dovetail::lab::Lab;
use instance::Instance;
use linphone::{Linphone, Setup};
use serde_json::{Value, json};

/// Alice, and bob with Linphone.
async fn pair(lab: &Lab) -> (Instance, Linphone) {
    (instance(lab, "alice").await, Linphone::start(lab, "bob", Setup::default()).await)
}

/// Alice calls bob; her call.
async fn call(alice: &mut Instance, bob: &mut Linphone) -> Value {
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    bob.see("Receiving new incoming call from").await;
    bob.type_line("answer");
    bob.see("Media streams established with").await;
    until_call(alice, &call, "active").await;
    call
}

/// Bob calls alice; her call.
async fn called(alice: &mut Instance, bob: &mut Linphone) -> Value {
    bob.type_line(&format!("call {ALICE}"));
    let call = answer(alice).await["id"].take();
    bob.see("Media streams established with").await;
    call
}

#[tokio::test]
async fn we_hold_and_resume() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = call(&mut alice, &mut bob).await;
    for _ in 0..2 {
        alice.call("call.hold", json!({ "call": call })).await;
        until_call(&mut alice, &call, "held").await;
        bob.see("has been paused by").await;
        alice.call("call.resume", json!({ "call": call })).await;
        until_call(&mut alice, &call, "active").await;
        bob.see("Media streams established with").await;
    }
    hang_up(&mut alice, &call).await;
    bob.see("ended (").await;
}

#[tokio::test]
async fn linphone_holds_and_resumes() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = called(&mut alice, &mut bob).await;
    for _ in 0..2 {
        bob.type_line("pause");
        bob.see("is now paused.").await;
        until_call(&mut alice, &call, "held-by-peer").await;
        bob.type_line("resume");
        until_call(&mut alice, &call, "active").await;
        bob.see("Media streams established with").await;
    }
    bob.type_line("terminate");
    bob.see("ended (").await;
    assert_eq!(until(&mut alice, "ended").await["end_reason"], "The other side hung up.");
}

#[tokio::test]
async fn keys_are_heard_both_ways() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = call(&mut alice, &mut bob).await;
    alice.call("call.dtmf", json!({ "call": call, "digits": "150#*" })).await;
    for key in ["1", "5", "0", "#", "*"] {
        bob.see(&format!("Receiving tone {key} from")).await;
    }
    bob.type_line("150#*");
    pressed(&mut alice, &call, "150#*").await;
    hang_up(&mut alice, &call).await;
}

#[tokio::test]
async fn linphone_transfers_us() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = called(&mut alice, &mut bob).await;
    bob.type_line(&format!("transfer {CAROL}"));
    let asking = asked(&mut alice, "transfer").await;
    assert_eq!((&asking["id"], &asking["ask"]["uri"]), (&call, &json!(CAROL)), "{asking}");
    alice.call("call.consent", json!({ "call": call, "accept": true })).await;
    let with_alice = answer(&mut carol).await;
    assert_eq!(with_alice["peer"]["uri"], ALICE);
    bob.see("has been transfered").await;
    bob.type_line("terminate");
    until_call(&mut alice, &call, "ended").await;
    hang_up(&mut carol, &with_alice["id"]).await;
    until(&mut alice, "ended").await;
}

#[tokio::test]
async fn we_transfer_linphone() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = call(&mut alice, &mut bob).await;
    alice.call("call.transfer", json!({ "call": call, "to": CAROL })).await;
    let with_bob = answer(&mut carol).await;
    assert_eq!(with_bob["peer"]["uri"], BOB);
    transferred(&mut alice, "done").await;
    until_call(&mut alice, &call, "ended").await;
    hang_up(&mut carol, &with_bob["id"]).await;
}

#[tokio::test]
async fn we_transfer_linphone_to_whom_we_talked_to() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let with_bob = call(&mut alice, &mut bob).await;
    alice.call("call.hold", json!({ "call": with_bob })).await;
    until_call(&mut alice, &with_bob, "held").await;
    let with_carol = alice.call("call", json!({ "to": CAROL })).await["call"].take();
    let from_alice = answer(&mut carol).await["id"].take();
    until_call(&mut alice, &with_carol, "active").await;

    alice.call("call.transfer", json!({ "call": with_bob, "with": with_carol })).await;
    // Linphone's call takes the place of alice's, without ringing.
    until_call(&mut carol, &from_alice, "ended").await;
    transferred(&mut alice, "done").await;
    for call in [&with_bob, &with_carol] {
        until_call(&mut alice, call, "ended").await;
    }
    let calls = carol.call("calls", json!({})).await;
    let on: Vec<&Value> =
        calls.as_array().unwrap().iter().filter(|call| call["state"] == "active").collect();
    let [on] = on[..] else { panic!("one call: {calls}") };
    assert_eq!(on["peer"]["uri"], BOB);
    hang_up(&mut carol, &on["id"].clone()).await;
}

#[tokio::test]
async fn linphone_transfers_us_to_whom_it_talked_to() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = called(&mut alice, &mut bob).await;
    bob.type_line("pause");
    until_call(&mut alice, &call, "held-by-peer").await;
    bob.type_line(&format!("call {CAROL}"));
    let from_bob = answer(&mut carol).await["id"].take();
    bob.see("Media streams established with").await;

    bob.type_line("transfer 1 --to-call 2");
    let asking = asked(&mut alice, "transfer").await;
    assert_eq!(asking["id"], call, "{asking}");
    alice.call("call.consent", json!({ "call": call, "accept": true })).await;
    // Alice's call takes the place of bob's, without ringing.
    until_call(&mut carol, &from_bob, "ended").await;
    let calls = carol.call("calls", json!({})).await;
    let on: Vec<&Value> =
        calls.as_array().unwrap().iter().filter(|call| call["state"] == "active").collect();
    let [on] = on[..] else { panic!("one call: {calls}") };
    assert_eq!(on["peer"]["uri"], ALICE);
    hang_up(&mut carol, &on["id"].clone()).await;
}
