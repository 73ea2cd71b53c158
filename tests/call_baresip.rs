//! Calls with a telephone of another make, over every transport, codec and protection.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/speech.rs"]
mod speech;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use baresip::{Baresip, Setup};
use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const ALICE: &str = "sip:alice@cusax.test";
const BOB: &str = "sip:bob@cusax.test";

const OPUS: &str = "opus/48000/2";
const PCMA: &str = "PCMA/8000/1";
const PCMU: &str = "PCMU/8000/1";

/// One call between alice, who has Dovetail, and bob, who has baresip.
#[derive(Debug, Clone, Copy)]
struct Case {
    transport: Transport,
    caller: Side,
    /// The only codec that bob has.
    codec: &'static str,
    /// Alice's `srtp`.
    srtp: &'static str,
    /// Bob's `mediaenc`.
    mediaenc: Option<&'static str>,
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

impl Case {
    fn rate(&self) -> u32 {
        if self.codec == OPUS { 48_000 } else { speech::TELEPHONE }
    }

    /// Five seconds of talk; each hears the other.
    async fn talk(self, lab: &Lab) {
        println!("{self:?}");
        let sounds = tempfile::tempdir().unwrap();
        let file = |name: &str| sounds.path().join(name);
        let from_alice = speech::write(&file("alice.wav"), "alice");
        let from_bob = speech::write_as(&file("bob.wav"), "bob", self.rate(), 0);
        // baresip plays a file once only.
        let source = speech::write_as(&file("bob-at-length.wav"), "bob", self.rate(), 30);
        let mut bob = Baresip::start(lab, "bob", self.bob(source)).await;
        let options = ConfigOptions {
            transport: self.transport,
            srtp: self.srtp,
            input: format!("file:{}", from_alice.display()),
            output: format!("file:{}", file("heard.wav").display()),
            ..ConfigOptions::default()
        };
        let mut alice = alice(lab, &options).await;

        let active = self.connect(&mut alice, &mut bob).await;
        let media = &active["call"]["media"];
        assert_eq!(media["codec"], self.codec.split('/').next().unwrap(), "{active}");
        assert_eq!(media["srtp"], self.protection, "{active}");
        assert_eq!(active["call"]["peer"]["uri"], BOB);

        let talked = |event: &Value| {
            let stats = &event["call"]["stats"];
            ["packets_in", "packets_out"].iter().all(|way| stats[*way].as_u64() > Some(250))
        };
        alice.wait_event(talked, PATIENCE).await;
        self.end(&mut alice, &mut bob, &active["call"]["id"]).await;
        let (status, _profile) = alice.quit().await;
        assert!(status.success());
        let [by_bob] = &bob.heard()[..] else { panic!("one recording: {:?}", bob.heard()) };
        for (hearer, said, heard) in
            [("alice", &from_bob, &file("heard.wav")), ("bob", &from_alice, by_bob)]
        {
            let likeness = speech::likeness_within(self.rate(), said, heard);
            println!("{hearer} heard with a correlation of {likeness:.3}");
            assert!(likeness > 0.9, "{hearer} heard: {likeness}\n{self:?}");
        }
    }

    fn bob(&self, source: PathBuf) -> Setup {
        Setup {
            transport: self.transport,
            source: Some(source),
            codecs: Some(self.codec),
            encryption: self.mediaenc,
            ..Setup::default()
        }
    }

    /// Until both talk; the event that says so.
    async fn connect(&self, alice: &mut Instance, bob: &mut Baresip) -> Value {
        let start = Instant::now();
        if self.caller == Alice {
            alice.call("call", json!({ "to": BOB })).await;
            assert_eq!(bob.event("CALL_INCOMING").await["peeruri"], ALICE);
            alice.wait_event(call_is("ringing"), PATIENCE).await;
            bob.accept().await;
        } else {
            bob.dial(ALICE).await;
            let incoming = alice.wait_event(call_is("incoming"), PATIENCE).await;
            bob.event("CALL_RINGING").await;
            alice.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
        }
        bob.event("CALL_ESTABLISHED").await;
        let active = alice.wait_event(call_is("active"), PATIENCE).await;
        println!("connected after {} ms", start.elapsed().as_millis());
        active
    }

    async fn end(&self, alice: &mut Instance, bob: &mut Baresip, call: &Value) {
        let reason = if self.hangs_up == Alice {
            alice.call("call.hangup", json!({ "call": call })).await;
            "You hung up."
        } else {
            bob.hangup().await;
            "The other side hung up."
        };
        bob.event("CALL_CLOSED").await;
        let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
        assert_eq!(ended["call"]["end_reason"], reason, "{ended}");
    }
}

#[tokio::test]
async fn over_udp() {
    let lab = lab().await;
    let (transport, mediaenc, protection) = (Transport::Udp, None, "none");
    for (caller, codec, srtp, hangs_up) in
        [(Alice, OPUS, "off", Bob), (Bob, PCMA, "preferred", Alice)]
    {
        let case = Case { transport, caller, codec, srtp, mediaenc, protection, hangs_up };
        case.talk(&lab).await;
    }
}

#[tokio::test]
async fn over_tcp() {
    let lab = lab().await;
    let (transport, mediaenc, protection) = (Transport::Tcp, None, "none");
    for (caller, codec, srtp, hangs_up) in
        [(Alice, PCMU, "preferred", Alice), (Bob, OPUS, "off", Bob)]
    {
        let case = Case { transport, caller, codec, srtp, mediaenc, protection, hangs_up };
        case.talk(&lab).await;
    }
}

#[tokio::test]
async fn over_tls_with_keys() {
    let lab = lab().await;
    let (transport, protection) = (Transport::Tls, "sdes");
    for (caller, codec, srtp, mediaenc, hangs_up) in [
        (Alice, OPUS, "required", "srtp-mand", Alice),
        (Bob, PCMA, "required", "srtp-mand", Bob),
        (Alice, PCMU, "preferred", "srtp", Bob),
        (Bob, OPUS, "preferred", "srtp", Alice),
    ] {
        let mediaenc = Some(mediaenc);
        let case = Case { transport, caller, codec, srtp, mediaenc, protection, hangs_up };
        case.talk(&lab).await;
    }
}

#[tokio::test]
async fn over_tls_with_a_telephone_that_has_no_keys() {
    let lab = lab().await;
    let (transport, srtp, mediaenc, protection) = (Transport::Tls, "preferred", None, "none");
    for (caller, codec, hangs_up) in [(Alice, PCMA, Bob), (Bob, PCMU, Alice)] {
        let case = Case { transport, caller, codec, srtp, mediaenc, protection, hangs_up };
        case.talk(&lab).await;
    }
}

/// What the caller is told of a call that cannot be.
async fn fruitless(lab: &Lab, caller: Side, srtp: &'static str, setup: Setup) -> String {
    let options = ConfigOptions { transport: setup.transport, srtp, ..ConfigOptions::default() };
    let mut alice = alice(lab, &options).await;
    let mut bob = Baresip::start(lab, "bob", setup).await;
    if caller == Bob {
        bob.dial(ALICE).await;
        let closed = bob.event("CALL_CLOSED").await;
        // Refused and kept, without ringing: it says so as long as it is in sight.
        let calls = alice.call("calls", json!({})).await;
        assert_eq!(calls[0]["state"], "ended");
        assert_eq!(calls[0]["answered"], serde_json::Value::Null);
        return closed["param"].as_str().unwrap().to_owned();
    }
    match alice.try_call("call", json!({ "to": BOB })).await {
        Err(error) => {
            assert_eq!(error.data["kind"], "media");
            error.message
        }
        Ok(_) => {
            let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
            ended["call"]["end_reason"].as_str().unwrap().to_owned()
        }
    }
}

#[tokio::test]
async fn no_agreement_on_protection_is_no_call() {
    let lab = lab().await;
    let not_there = "The other side cannot take this kind of call (488 Not Acceptable Here).";
    let not_encrypted = "The other side cannot take this call. This account makes encrypted calls \
                         only, and the other side may not be able to encrypt (488 Not Acceptable \
                         Here).";
    let not_in_clear = "This call would have to be encrypted, but the connection that carries its \
                        keys is not. Connect over TLS, or change the account's encryption setting.";
    for (transport, srtp, encryption, told) in [
        (Transport::Tls, "required", None, not_encrypted),
        (Transport::Tls, "off", Some("srtp-mand"), not_there),
        // Keys never travel in clear.
        (Transport::Tcp, "preferred", Some("srtp-mand"), not_there),
        (Transport::Tcp, "required", Some("srtp-mand"), not_in_clear),
    ] {
        let setup = Setup { transport, encryption, ..Setup::default() };
        assert_eq!(fruitless(&lab, Alice, srtp, setup.clone()).await, told);
        assert_eq!(fruitless(&lab, Bob, srtp, setup).await, "488 Not Acceptable Here");
    }
}

/// A pair that can call each other, over UDP.
async fn pair(lab: &Lab) -> (Instance, Baresip) {
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    (alice(lab, &options).await, Baresip::start(lab, "bob", Setup::default()).await)
}

#[tokio::test]
async fn a_call_to_the_telephone_can_be_declined_there_and_cancelled_here() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    for (is_declined, reason) in
        [(true, "Busy (486 Rejected)."), (false, "You cancelled the call.")]
    {
        alice.forget_events();
        let call = alice.call("call", json!({ "to": BOB })).await["call"].clone();
        bob.event("CALL_INCOMING").await;
        alice.wait_event(call_is("ringing"), PATIENCE).await;
        if is_declined {
            bob.hangup().await;
        } else {
            alice.call("call.hangup", json!({ "call": call })).await;
        }
        bob.event("CALL_CLOSED").await;
        let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
        assert_eq!(ended["call"]["id"], call);
        assert_eq!(ended["call"]["end_reason"], reason);
        assert!(ended["call"]["answered"].is_null(), "{ended}");
    }
}

#[tokio::test]
async fn a_call_from_the_telephone_can_be_declined_here_and_cancelled_there() {
    let lab = lab().await;
    let (mut alice, mut bob) = pair(&lab).await;
    for (is_declined, reason) in [(true, "You declined."), (false, "Missed call.")] {
        alice.forget_events();
        bob.dial(ALICE).await;
        bob.event("CALL_RINGING").await;
        let incoming = alice.wait_event(call_is("incoming"), PATIENCE).await;
        let call = &incoming["call"]["id"];
        if is_declined {
            alice.call("call.decline", json!({ "call": call })).await;
            assert_eq!(bob.event("CALL_CLOSED").await["param"], "603 Decline");
        } else {
            bob.hangup().await;
            bob.event("CALL_CLOSED").await;
        }
        let ended = alice.wait_event(call_is("ended"), PATIENCE).await;
        assert_eq!(ended["call"]["id"], *call);
        assert_eq!(ended["call"]["end_reason"], reason);
    }
}
