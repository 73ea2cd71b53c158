//! Hold, keys and transfer with baresip. It knows no attended transfer (version 1.0).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;

use baresip::{Baresip, Setup};
use calls::{
    ALICE, BOB, CAROL, answer, asked, hang_up, instance, lab, transferred, until, until_call,
};
use dovetail::lab::Lab;
use instance::Instance;
use serde_json::{Value, json};

/// Alice, and bob with his telephone.
async fn pair(lab: &Lab) -> (Instance, Baresip) {
    let setup = Setup { trace: true, ..Setup::default() };
    (instance(lab, "alice").await, Baresip::start(lab, "bob", setup).await)
}

/// Alice calls bob; her call.
async fn call(alice: &mut Instance, bob: &mut Baresip) -> Value {
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    bob.event("CALL_INCOMING").await;
    bob.accept().await;
    bob.event("CALL_ESTABLISHED").await;
    until_call(alice, &call, "active").await;
    call
}

/// Bob calls alice; her call.
async fn called(alice: &mut Instance, bob: &mut Baresip) -> Value {
    bob.dial(ALICE).await;
    let call = answer(alice).await["id"].take();
    bob.event("CALL_ESTABLISHED").await;
    call
}

#[tokio::test]
async fn we_hold_and_resume() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = call(&mut alice, &mut bob).await;
    for _ in 0..2 {
        let before = bob.whole_log().matches("a=sendonly").count();
        alice.call("call.hold", json!({ "call": call })).await;
        until_call(&mut alice, &call, "held").await;
        assert_eq!(bob.event("CALL_REMOTE_SDP").await["param"], "offer");
        assert!(bob.whole_log().matches("a=sendonly").count() > before, "{}", bob.whole_log());
        alice.call("call.resume", json!({ "call": call })).await;
        until_call(&mut alice, &call, "active").await;
        assert_eq!(bob.event("CALL_REMOTE_SDP").await["param"], "offer");
    }
    hang_up(&mut alice, &call).await;
    bob.event("CALL_CLOSED").await;
}

#[tokio::test]
async fn the_telephone_holds_and_resumes() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = called(&mut alice, &mut bob).await;
    for _ in 0..2 {
        bob.command("hold", "").await;
        until_call(&mut alice, &call, "held-by-peer").await;
        bob.command("resume", "").await;
        until_call(&mut alice, &call, "active").await;
    }
    // Both at once, and back one after the other.
    bob.command("hold", "").await;
    until_call(&mut alice, &call, "held-by-peer").await;
    alice.call("call.hold", json!({ "call": call })).await;
    until_call(&mut alice, &call, "held").await;
    bob.command("resume", "").await;
    alice.call("call.resume", json!({ "call": call })).await;
    until_call(&mut alice, &call, "active").await;
    hang_up(&mut alice, &call).await;
}

#[tokio::test]
async fn our_keys_are_heard() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = call(&mut alice, &mut bob).await;
    alice.call("call.dtmf", json!({ "call": call, "digits": "150#*" })).await;
    for key in ["1", "5", "0", "#", "*"] {
        assert_eq!(bob.event("CALL_DTMF_START").await["param"], key);
    }
    hang_up(&mut alice, &call).await;
}

#[tokio::test]
async fn the_telephone_transfers_us() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = called(&mut alice, &mut bob).await;
    bob.command("transfer", CAROL).await;
    let asking = asked(&mut alice, "transfer").await;
    assert_eq!((&asking["id"], &asking["ask"]["uri"]), (&call, &json!(CAROL)), "{asking}");
    alice.call("call.consent", json!({ "call": call, "accept": true })).await;
    let with_alice = answer(&mut carol).await;
    assert_eq!(with_alice["peer"]["uri"], ALICE);
    bob.event("CALL_CLOSED").await;
    until_call(&mut alice, &call, "ended").await;
    hang_up(&mut carol, &with_alice["id"]).await;
    until(&mut alice, "ended").await;
}

#[tokio::test]
async fn we_transfer_the_telephone() {
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
async fn a_transfer_to_nobody_leaves_the_call() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let call = call(&mut alice, &mut bob).await;
    alice.call("call.transfer", json!({ "call": call, "to": CAROL })).await;
    let failed = transferred(&mut alice, "failed").await;
    assert_eq!(failed["transfer"]["code"], 480, "{failed}");
    assert_ne!(failed["state"], "ended", "{failed}");
    hang_up(&mut alice, &call).await;
    bob.event("CALL_CLOSED").await;
}
