//! Calls with Linphone, both ways, in clear and protected.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/linphone.rs"]
mod linphone;
#[path = "support/speech.rs"]
mod speech;

use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use linphone::{Linphone, Setup};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const ALICE: &str = "sip:alice@cusax.test";
const BOB: &str = "sip:bob@cusax.test";

/// One call between alice, who has Dovetail, and bob, who has Linphone.
#[derive(Debug, Clone, Copy)]
struct Case {
    transport: Transport,
    caller: Side,
    /// The only codec that bob has.
    codec: &'static str,
    /// Alice's `srtp`.
    srtp: &'static str,
    /// Bob's `media_encryption`.
    encryption: &'static str,
    /// What becomes of the two.
    protection: &'static str,
    hangs_up: Side,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Alice,
    Bob,
}
use Side::{Alice, Bob};

async fn lab() -> Lab {
    Lab::builder()
        .sip_only()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .start()
        .await
        .unwrap()
}

async fn alice(lab: &Lab, options: &ConfigOptions) -> Instance {
    let mut alice = Instance::start(&lab.config_toml("alice", options).unwrap()).await;
    alice.online("phone").await;
    alice
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["call"]["state"] == state
}

/// Until both talk; the call.
async fn connect(alice: &mut Instance, bob: &mut Linphone, caller: Side) -> Value {
    if caller == Alice {
        alice.call("call", json!({ "to": BOB })).await;
        bob.see("Receiving new incoming call from").await;
        bob.see(ALICE).await;
        alice.wait_event(call_is("ringing"), PATIENCE).await;
        bob.type_line("answer");
    } else {
        bob.type_line(&format!("call {ALICE}"));
        let incoming = alice.wait_event(call_is("incoming"), PATIENCE).await;
        bob.see("ringing.").await;
        alice.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    }
    bob.see("Media streams established with").await;
    let mut active = alice.wait_event(call_is("active"), PATIENCE).await;
    active["call"].take()
}

impl Case {
    fn rate(&self) -> u32 {
        if self.codec == "opus" { 48_000 } else { speech::TELEPHONE }
    }

    /// Five seconds of talk; each hears the other.
    async fn talk(self, lab: &Lab) {
        println!("{self:?}");
        let sounds = tempfile::tempdir().unwrap();
        let file = |name: &str| sounds.path().join(name);
        let from_alice = speech::write(&file("alice.wav"), "alice");
        let from_bob = speech::write_as(&file("bob.wav"), "bob", self.rate(), 0);
        let source = speech::write_as(&file("bob-at-length.wav"), "bob", self.rate(), 30);
        let setup = Setup {
            transport: self.transport,
            source: Some(source),
            codec: Some(self.codec),
            encryption: self.encryption,
            is_encryption_needed: self.srtp == "required",
        };
        let mut bob = Linphone::start(lab, "bob", setup).await;
        let options = ConfigOptions {
            transport: self.transport,
            srtp: self.srtp,
            input: format!("file:{}", from_alice.display()),
            output: format!("file:{}", file("heard.wav").display()),
            ..ConfigOptions::default()
        };
        let mut alice = alice(lab, &options).await;

        let call = connect(&mut alice, &mut bob, self.caller).await;
        assert_eq!(call["media"]["codec"], self.codec, "{call}");
        assert_eq!(call["media"]["srtp"], self.protection, "{call}");
        assert_eq!(call["peer"]["uri"], BOB);
        let talked = |event: &Value| {
            let stats = &event["call"]["stats"];
            ["packets_in", "packets_out"].iter().all(|way| stats[*way].as_u64() > Some(250))
        };
        alice.wait_event(talked, PATIENCE).await;

        let reason = if self.hangs_up == Alice {
            alice.call("call.hangup", json!({ "call": call["id"] })).await;
            "You hung up."
        } else {
            bob.type_line("terminate");
            "The other side hung up."
        };
        bob.see("ended (").await;
        let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
        assert_eq!(ended["call"]["end_reason"], reason, "{ended}");
        let (status, _profile) = alice.quit().await;
        assert!(status.success());
        bob.quit().await;
        for (hearer, said, heard) in
            [("alice", &from_bob, file("heard.wav")), ("bob", &from_alice, bob.recording())]
        {
            let likeness = speech::likeness_within(self.rate(), said, &heard);
            println!("{hearer} heard with a correlation of {likeness:.3}");
            assert!(likeness > 0.9, "{hearer} heard: {likeness}\n{self:?}");
        }
    }
}

#[tokio::test]
async fn over_udp() {
    let lab = lab().await;
    let (transport, encryption, protection) = (Transport::Udp, "none", "none");
    for (caller, codec, srtp, hangs_up) in
        [(Alice, "opus", "off", Bob), (Bob, "PCMA", "preferred", Alice)]
    {
        Case { transport, caller, codec, srtp, encryption, protection, hangs_up }.talk(&lab).await;
    }
}

#[tokio::test]
async fn over_tcp() {
    let lab = lab().await;
    let (transport, encryption, protection) = (Transport::Tcp, "none", "none");
    for (caller, codec, srtp, hangs_up) in
        [(Alice, "PCMU", "preferred", Alice), (Bob, "opus", "off", Bob)]
    {
        Case { transport, caller, codec, srtp, encryption, protection, hangs_up }.talk(&lab).await;
    }
}

#[tokio::test]
async fn over_tls_with_keys() {
    let lab = lab().await;
    let (transport, encryption, protection) = (Transport::Tls, "srtp", "sdes");
    for (caller, codec, srtp, hangs_up) in [
        (Alice, "opus", "required", Alice),
        (Bob, "PCMA", "required", Bob),
        (Bob, "opus", "preferred", Alice),
    ] {
        Case { transport, caller, codec, srtp, encryption, protection, hangs_up }.talk(&lab).await;
    }
}

/// Linphone takes an offer that merely can be protected (RFC 8643) as one in clear.
#[tokio::test]
async fn over_tls_in_clear() {
    let lab = lab().await;
    let (transport, srtp, encryption, protection) = (Transport::Tls, "preferred", "none", "none");
    for (caller, codec, hangs_up) in [(Alice, "PCMA", Bob), (Bob, "PCMU", Alice)] {
        Case { transport, caller, codec, srtp, encryption, protection, hangs_up }.talk(&lab).await;
    }
}

/// A pair that can call each other, over UDP.
async fn pair(lab: &Lab) -> (Instance, Linphone) {
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    (alice(lab, &options).await, Linphone::start(lab, "bob", Setup::default()).await)
}

#[tokio::test]
async fn a_call_can_be_declined_and_cancelled_by_either() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;

    alice.call("call", json!({ "to": BOB })).await;
    bob.see("Receiving new incoming call from").await;
    alice.wait_event(call_is("ringing"), PATIENCE).await;
    bob.type_line("terminate");
    let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
    assert!(ended["call"]["answered"].is_null(), "{ended}");
    println!("declined there: {}", ended["call"]["end_reason"]);
    bob.see("ended (").await;
    alice.forget_events();

    let call = alice.call("call", json!({ "to": BOB })).await["call"].clone();
    bob.see("Receiving new incoming call from").await;
    alice.wait_event(call_is("ringing"), PATIENCE).await;
    alice.call("call.hangup", json!({ "call": call })).await;
    let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
    assert_eq!(ended["call"]["end_reason"], "You cancelled the call.");
    bob.see("ended (").await;

    for (is_declined, reason) in [(true, "You declined."), (false, "Missed call.")] {
        alice.forget_events();
        bob.type_line(&format!("call {ALICE}"));
        let incoming = alice.wait_event(call_is("incoming"), PATIENCE).await;
        bob.see("ringing.").await;
        if is_declined {
            alice.call("call.decline", json!({ "call": incoming["call"]["id"] })).await;
        } else {
            bob.type_line("terminate");
        }
        let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
        assert_eq!(ended["call"]["end_reason"], reason);
        bob.see_one_of(&["ended (", "error."]).await;
    }
}
