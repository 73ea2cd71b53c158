//! Hold, keys and transfer with Linphone, blind and attended, both ways.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/heard.rs"]
mod heard;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/linphone.rs"]
mod linphone;
#[path = "support/speech.rs"]
mod speech;

use std::path::PathBuf;

use calls::{
    ALICE, BOB, CAROL, ELSEWHERE, answer, asked, hang_up, instance, lab, on_air, pressed, speaker,
    transferred_away, until, until_call,
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

/// What both hear before, while and after the call is held.
async fn held(who_holds: &str) {
    let lab = lab().await;
    let sounds = tempfile::tempdir().unwrap();
    let file = |name: &str| sounds.path().join(name);
    let from_alice = speech::write(&file("alice.wav"), "alice");
    let from_bob = speech::write_as(&file("bob.wav"), "bob", 48_000, 0);
    let source = speech::write_as(&file("bob-at-length.wav"), "bob", 48_000, 30);
    let heard = file("heard.wav");
    let mut alice = speaker(&lab, "alice", Some(&from_alice), &heard).await;
    let mut bob = Linphone::start(&lab, "bob", says(source)).await;
    let call = call(&mut alice, &mut bob).await;
    heard::talk(&mut alice, &call, 250, &heard::BOTH).await;
    if who_holds == "we" {
        alice.call("call.hold", json!({ "call": call })).await;
        until_call(&mut alice, &call, "held").await;
        heard::talk(&mut alice, &call, 150, &["packets_out"]).await;
        alice.call("call.resume", json!({ "call": call })).await;
    } else {
        bob.type_line("pause");
        until_call(&mut alice, &call, "held-by-peer").await;
        heard::nothing_goes_out(&mut alice, &call, "held-by-peer", 3).await;
        bob.type_line("resume");
    }
    until_call(&mut alice, &call, "active").await;
    heard::talk(&mut alice, &call, 250, &heard::BOTH).await;
    hang_up(&mut alice, &call).await;
    bob.see("ended (").await;
    let (status, _profile) = alice.quit().await;
    assert!(status.success());
    bob.quit().await;
    if who_holds == "we" {
        heard::assert_held(48_000, &from_bob, &heard, 2.5);
        heard::assert_held(48_000, &from_alice, &bob.recording(), 2.5);
    } else {
        // Linphone plays music to whom it holds, and records nothing.
        heard::assert_begins_and_ends(48_000, &from_bob, &heard);
        heard::assert_begins_and_ends(48_000, &from_alice, &bob.recording());
    }
}

fn says(source: PathBuf) -> Setup {
    Setup { source: Some(source), codec: Some("opus"), ..Setup::default() }
}

#[tokio::test]
async fn nothing_is_heard_while_we_hold_and_both_after_it() {
    held("we").await;
}

#[tokio::test]
async fn nothing_is_heard_while_linphone_holds_and_both_after_it() {
    held("they").await;
}

/// Alice and carol, each with a voice and a recording.
struct Heard {
    sounds: tempfile::TempDir,
    alice: Instance,
    carol: Instance,
}

impl Heard {
    async fn start(lab: &Lab) -> Self {
        let sounds = tempfile::tempdir().unwrap();
        let file = |name: &str| sounds.path().join(name);
        let from_alice = speech::write(&file("alice.wav"), "alice");
        let from_carol = speech::write(&file("carol.wav"), "carol");
        let alice = speaker(lab, "alice", Some(&from_alice), &file("alice-hears.wav")).await;
        let carol = speaker(lab, "carol", Some(&from_carol), &file("carol-hears.wav")).await;
        Self { sounds, alice, carol }
    }

    /// On their call, the only one that is on, each hears the other.
    async fn talk_and_end(mut self) {
        let (with_carol, with_alice) =
            (on_air(&mut self.alice).await, on_air(&mut self.carol).await);
        // Whom it is with was found out anew.
        assert_eq!(
            (&with_carol["peer"]["uri"], &with_alice["peer"]["uri"]),
            (&json!(CAROL), &json!(ALICE))
        );
        heard::talk(&mut self.alice, &with_carol["id"], 250, &heard::BOTH).await;
        hang_up(&mut self.carol, &with_alice["id"]).await;
        let ended = until_call(&mut self.alice, &with_carol["id"], "ended").await;
        assert_eq!(ended["end_reason"], "The other side hung up.");
        let Self { sounds, alice, carol } = self;
        alice.quit().await;
        carol.quit().await;
        let file = |name: &str| sounds.path().join(name);
        for (says, hears) in [("carol.wav", "alice-hears"), ("alice.wav", "carol-hears")] {
            let heard = heard::longest(sounds.path(), hears);
            heard::assert_heard(48_000, &file(says), &heard);
        }
    }
}

#[tokio::test]
async fn linphone_transfers_us() {
    let lab = lab().await;
    let mut bob = Linphone::start(&lab, "bob", Setup::default()).await;
    let mut pair = Heard::start(&lab).await;
    let Heard { alice, carol, .. } = &mut pair;
    let call = called(alice, &mut bob).await;
    bob.type_line(&format!("transfer {CAROL}"));
    let with_alice = answer(carol).await;
    assert_eq!(with_alice["via"], format!("Transferred by {BOB}."));
    bob.see("has been transfered").await;
    on_air(alice).await;
    bob.type_line("terminate");
    until_call(alice, &call, "ended").await;
    pair.talk_and_end().await;
}

#[tokio::test]
async fn a_transfer_that_we_do_not_want_is_none() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = called(&mut alice, &mut bob).await;
    bob.type_line(&format!("transfer {ELSEWHERE}"));
    asked(&mut alice, "transfer").await;
    alice.call("call.consent", json!({ "call": call, "accept": false })).await;
    bob.notes("SIP/2.0 603 Declined").await;
    assert_eq!(on_air(&mut alice).await["id"], call);
    assert_eq!(carol.call("calls", json!({})).await, json!([]));
    hang_up(&mut alice, &call).await;
}

/// Bob, and carol with a voice and a recording: bob says this.
async fn we_transferred(attended: bool) {
    let lab = lab().await;
    let sounds = tempfile::tempdir().unwrap();
    let file = |name: &str| sounds.path().join(name);
    let from_bob = speech::write_as(&file("bob.wav"), "bob", 48_000, 0);
    let source = speech::write_as(&file("bob-at-length.wav"), "bob", 48_000, 30);
    let from_carol = speech::write(&file("carol.wav"), "alice");
    let mut bob = Linphone::start(&lab, "bob", says(source)).await;
    let mut alice = instance(&lab, "alice").await;
    let mut carol = speaker(&lab, "carol", Some(&from_carol), &file("carol-hears.wav")).await;
    let with_bob = call(&mut alice, &mut bob).await;
    if attended {
        join(&mut alice, &mut carol, &with_bob).await;
    } else {
        alice.call("call.transfer", json!({ "call": with_bob, "to": CAROL })).await;
        answer(&mut carol).await;
        transferred_away(&mut alice, &with_bob).await;
    }
    let calls = alice.call("calls", json!({})).await;
    assert!(calls.as_array().unwrap().iter().all(|call| call["state"] == "ended"), "{calls}");
    let on = on_air(&mut carol).await;
    assert_eq!(on["peer"]["uri"], BOB);
    heard::talk(&mut carol, &on["id"], 250, &heard::BOTH).await;
    hang_up(&mut carol, &on["id"]).await;
    carol.quit().await;
    bob.quit().await;
    heard::assert_heard(48_000, &from_bob, &heard::longest(sounds.path(), "carol-hears"));
    heard::assert_heard(48_000, &from_carol, &bob.recording());
}

/// Alice calls carol, and gives her bob.
async fn join(alice: &mut Instance, carol: &mut Instance, with_bob: &Value) {
    alice.call("call.hold", json!({ "call": with_bob })).await;
    until_call(alice, with_bob, "held").await;
    let with_carol = alice.call("call", json!({ "to": CAROL })).await["call"].take();
    let from_alice = answer(carol).await["id"].take();
    until_call(alice, &with_carol, "active").await;
    alice.call("call.transfer", json!({ "call": with_bob, "with": with_carol })).await;
    // Linphone's call takes the place of alice's, without ringing.
    until_call(carol, &from_alice, "ended").await;
    transferred_away(alice, with_bob).await;
    until_call(alice, &with_carol, "ended").await;
}

#[tokio::test]
async fn we_transfer_linphone() {
    we_transferred(false).await;
}

#[tokio::test]
async fn we_transfer_linphone_to_whom_we_talked_to() {
    we_transferred(true).await;
}

#[tokio::test]
async fn linphone_transfers_us_to_whom_it_talked_to() {
    let lab = lab().await;
    let mut bob = Linphone::start(&lab, "bob", Setup::default()).await;
    let mut pair = Heard::start(&lab).await;
    let Heard { alice, carol, .. } = &mut pair;
    let call = called(alice, &mut bob).await;
    bob.type_line("pause");
    until_call(alice, &call, "held-by-peer").await;
    bob.type_line(&format!("call {CAROL}"));
    let from_bob = answer(carol).await["id"].take();
    bob.see("Media streams established with").await;

    bob.type_line("transfer 1 --to-call 2");
    // Alice's call takes the place of bob's, without ringing.
    until_call(carol, &from_bob, "ended").await;
    bob.see("has been transfered").await;
    bob.type_line("terminate 1");
    until_call(alice, &call, "ended").await;
    pair.talk_and_end().await;
}
