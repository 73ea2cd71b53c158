//! Hold, keys, early media and transfer with baresip. It knows no attended transfer (version
//! 1.0): neither a command for it nor Replaces.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/calls.rs"]
mod calls;
#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/heard.rs"]
mod heard;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/speech.rs"]
mod speech;

use std::path::PathBuf;

use baresip::{Baresip, Setup};
use calls::{
    ALICE, BOB, CAROL, ELSEWHERE, answer, asked, hang_up, instance, lab, on_air, pressed, speaker,
    transferred, transferred_away, until_call,
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
async fn its_keys_are_heard() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    for way in ["in", "out"] {
        let call = match way {
            "in" => called(&mut alice, &mut bob).await,
            _ => call(&mut alice, &mut bob).await,
        };
        for key in ["1", "5", "0", "#", "*"] {
            bob.command("sndcode", key).await;
            pressed(&mut alice, &call, key).await;
        }
        hang_up(&mut alice, &call).await;
        bob.event("CALL_CLOSED").await;
        alice.forget_events();
    }
}

/// Its `answermode=early`: 183 with a session description, though nothing is sent before the 200.
#[tokio::test]
async fn a_session_before_the_answer_is_told_at_once() {
    let lab = lab().await;
    let setup = Setup { trace: true, answer_mode: "early", ..Setup::default() };
    let mut bob = Baresip::start(&lab, "bob", setup).await;
    let mut alice = instance(&lab, "alice").await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    let early = until_call(&mut alice, &call, "ringing").await;
    let early = match early["media"]["codec"] == "" {
        true => until_call(&mut alice, &call, "ringing").await,
        false => early,
    };
    assert_eq!((&early["media"]["codec"], &early["answered"]), (&json!("opus"), &Value::Null));
    // Told at once, not with the first figures.
    assert_eq!(early["stats"]["packets_out"], 0, "{early}");
    bob.accept().await;
    until_call(&mut alice, &call, "active").await;
    hang_up(&mut alice, &call).await;
    bob.event("CALL_CLOSED").await;
}

/// What alice hears before, while and after the call is held. The telephone's own recording ends
/// with the first change of the session.
async fn held(who_holds: &str) {
    let lab = lab().await;
    let sounds = tempfile::tempdir().unwrap();
    let file = |name: &str| sounds.path().join(name);
    let from_alice = speech::write(&file("alice.wav"), "alice");
    let from_bob = speech::write_as(&file("bob.wav"), "bob", 48_000, 0);
    let source = speech::write_as(&file("bob-at-length.wav"), "bob", 48_000, 30);
    let heard = file("heard.wav");
    let mut alice = speaker(&lab, "alice", Some(&from_alice), &heard).await;
    let mut bob = Baresip::start(&lab, "bob", telephone(source)).await;
    let call = call(&mut alice, &mut bob).await;
    heard::talk(&mut alice, &call, 250, &heard::BOTH).await;
    if who_holds == "we" {
        alice.call("call.hold", json!({ "call": call })).await;
        until_call(&mut alice, &call, "held").await;
        // What comes does not count; the time is told by what goes out.
        heard::talk(&mut alice, &call, 150, &["packets_out"]).await;
        alice.call("call.resume", json!({ "call": call })).await;
    } else {
        bob.command("hold", "").await;
        until_call(&mut alice, &call, "held-by-peer").await;
        heard::nothing_goes_out(&mut alice, &call, "held-by-peer", 3).await;
        bob.command("resume", "").await;
    }
    until_call(&mut alice, &call, "active").await;
    heard::talk(&mut alice, &call, 250, &heard::BOTH).await;
    hang_up(&mut alice, &call).await;
    bob.event("CALL_CLOSED").await;
    let (status, _profile) = alice.quit().await;
    assert!(status.success());
    heard::assert_held(48_000, &from_bob, &heard, 2.5);
    heard::assert_heard(48_000, &from_alice, &bob.heard()[0]);
}

/// One with Opus alone that says this.
fn telephone(source: PathBuf) -> Setup {
    Setup { source: Some(source), codecs: Some("opus/48000/2"), trace: true, ..Setup::default() }
}

#[tokio::test]
async fn nothing_is_heard_while_we_hold_and_both_after_it() {
    held("we").await;
}

#[tokio::test]
async fn nothing_is_heard_while_the_telephone_holds_and_both_after_it() {
    held("they").await;
}

/// Each of the two that are left hears the other.
#[tokio::test]
async fn the_telephone_transfers_us() {
    let lab = lab().await;
    let sounds = tempfile::tempdir().unwrap();
    let file = |name: &str| sounds.path().join(name);
    let from_alice = speech::write(&file("alice.wav"), "alice");
    let from_carol = speech::write(&file("carol.wav"), "carol");
    let mut alice = speaker(&lab, "alice", Some(&from_alice), &file("alice-hears.wav")).await;
    let mut carol = speaker(&lab, "carol", Some(&from_carol), &file("carol-hears.wav")).await;
    let mut bob = Baresip::start(&lab, "bob", Setup { trace: true, ..Setup::default() }).await;
    let call = called(&mut alice, &mut bob).await;
    bob.command("transfer", CAROL).await;
    let with_alice = answer(&mut carol).await;
    // Whom it is with is found out anew.
    assert_eq!(with_alice["peer"]["uri"], ALICE);
    bob.event("CALL_CLOSED").await;
    let over = until_call(&mut alice, &call, "ended").await;
    assert_eq!(
        (&over["end_reason"], &over["peer"]["uri"]),
        (&json!("The other side hung up."), &json!(BOB))
    );
    let with_carol = on_air(&mut alice).await;
    assert_eq!(
        (&with_carol["peer"]["uri"], &with_carol["via"]),
        (&json!(CAROL), &json!(format!("Transferred by {BOB}.")))
    );
    on_air(&mut carol).await;
    heard::talk(&mut alice, &with_carol["id"], 250, &heard::BOTH).await;
    hang_up(&mut carol, &with_alice["id"]).await;
    let ended = until_call(&mut alice, &with_carol["id"], "ended").await;
    assert_eq!(ended["end_reason"], "The other side hung up.");
    alice.quit().await;
    carol.quit().await;
    let by_alice = heard::longest(sounds.path(), "alice-hears");
    heard::assert_heard(48_000, &from_carol, &by_alice);
    heard::assert_heard(48_000, &from_alice, &file("carol-hears.wav"));
}

#[tokio::test]
async fn a_transfer_that_we_do_not_want_is_none() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let call = called(&mut alice, &mut bob).await;
    bob.command("transfer", ELSEWHERE).await;
    let asking = asked(&mut alice, "transfer").await;
    assert_eq!((&asking["id"], &asking["ask"]["uri"]), (&call, &json!(ELSEWHERE)), "{asking}");
    alice.call("call.consent", json!({ "call": call, "accept": false })).await;
    bob.event("TRANSFER_FAILED").await;
    // It hangs up itself then.
    let over = until_call(&mut alice, &call, "ended").await;
    assert_eq!(over["end_reason"], "The other side hung up.");
    assert_eq!(carol.call("calls", json!({})).await, json!([]));
}

/// Of bob and carol each hears the other, and alice is out.
#[tokio::test]
async fn we_transfer_the_telephone() {
    let lab = lab().await;
    let sounds = tempfile::tempdir().unwrap();
    let file = |name: &str| sounds.path().join(name);
    let from_bob = speech::write_as(&file("bob.wav"), "bob", 48_000, 0);
    let source = speech::write_as(&file("bob-at-length.wav"), "bob", 48_000, 30);
    let from_carol = speech::write(&file("carol.wav"), "alice");
    let mut bob = Baresip::start(&lab, "bob", telephone(source)).await;
    let mut alice = instance(&lab, "alice").await;
    let mut carol = speaker(&lab, "carol", Some(&from_carol), &file("carol-hears.wav")).await;
    let call = call(&mut alice, &mut bob).await;
    alice.call("call.transfer", json!({ "call": call, "to": CAROL })).await;
    let with_bob = answer(&mut carol).await;
    assert_eq!(with_bob["peer"]["uri"], BOB);
    transferred_away(&mut alice, &call).await;
    bob.event("CALL_CLOSED").await;
    assert_eq!(on_air(&mut carol).await["id"], with_bob["id"]);
    heard::talk(&mut carol, &with_bob["id"], 250, &heard::BOTH).await;
    hang_up(&mut carol, &with_bob["id"]).await;
    bob.event("CALL_CLOSED").await;
    carol.quit().await;
    heard::assert_heard(48_000, &from_bob, &file("carol-hears.wav"));
    let by_bob = bob.heard();
    heard::assert_heard(48_000, &from_carol, by_bob.last().unwrap());
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

/// Alice talks with bob, then with carol, who answered: her two calls.
async fn between(
    alice: &mut Instance,
    bob: &mut Baresip,
    carol: &mut Instance,
) -> (Value, Value, Value) {
    let with_bob = call(alice, bob).await;
    alice.call("call.hold", json!({ "call": with_bob })).await;
    until_call(alice, &with_bob, "held").await;
    let with_carol = alice.call("call", json!({ "to": CAROL })).await["call"].take();
    let from_alice = answer(carol).await["id"].take();
    until_call(alice, &with_carol, "active").await;
    assert_eq!(on_air(alice).await["id"], with_carol);
    (with_bob, with_carol, from_alice)
}

/// A telephone without Replaces rings like for any call, and takes the old one for another.
#[tokio::test]
async fn whom_we_talked_to_is_transferred_to_the_telephone() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let (with_bob, with_carol, from_alice) = between(&mut alice, &mut bob, &mut carol).await;
    alice.call("call.transfer", json!({ "call": with_carol, "with": with_bob })).await;
    bob.event("CALL_INCOMING").await;
    bob.accept().await;
    transferred_away(&mut alice, &with_carol).await;
    until_call(&mut alice, &with_bob, "ended").await;
    until_call(&mut carol, &from_alice, "ended").await;
    let on = on_air(&mut carol).await;
    assert_eq!(on["peer"]["uri"], BOB);
    hang_up(&mut carol, &on["id"]).await;
}

/// The telephone makes an ordinary call of it: that rings, and is taken like any other.
#[tokio::test]
async fn the_telephone_is_transferred_to_whom_we_talked_to() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    let mut carol = instance(&lab, "carol").await;
    let (with_bob, with_carol, from_alice) = between(&mut alice, &mut bob, &mut carol).await;
    alice.call("call.transfer", json!({ "call": with_bob, "with": with_carol })).await;
    let from_bob = answer(&mut carol).await;
    assert_eq!(from_bob["peer"]["uri"], BOB);
    transferred_away(&mut alice, &with_bob).await;
    until_call(&mut alice, &with_carol, "ended").await;
    until_call(&mut carol, &from_alice, "ended").await;
    assert_eq!(on_air(&mut carol).await["id"], from_bob["id"]);
    hang_up(&mut carol, &from_bob["id"]).await;
}
