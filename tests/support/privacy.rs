//! A whole day of real people at real servers, and all of it that nobody else may read: to be
//! searched for in whatever the program writes.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use serde_json::{Value, json};

use crate::instance::Instance;
use crate::tap::Tap;

const PATIENCE: Duration = Duration::from_secs(30);

pub const PASSWORD: &str = "sesam-oeffne-dich-4711";
pub const WRONG: &str = "falsches-wort-0815";
pub const ASKED: &str = "meet me behind the old lighthouse";
pub const ANSWERED: &str = "bring the blue umbrella then";
pub const PAGED: &str = "the parcel is under the doormat";
pub const TONES: &str = "937185";

/// One of the things that a log must not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// What it is.
    pub kind: &'static str,
    /// It.
    pub text: String,
}

/// What is secret whatever was said on the wire.
pub fn known() -> Vec<Secret> {
    let fixed = [
        ("password", PASSWORD),
        ("wrong password", WRONG),
        ("message", ASKED),
        ("message", ANSWERED),
        ("message", PAGED),
        ("media key", "inline:"),
        ("media key", "a=crypto"),
        ("session description", "m=audio"),
        ("session description", "v=0\r\n"),
        ("credentials", "Digest username"),
        ("digest", "cnonce="),
        ("digest", "nonce="),
        ("digest", "response="),
        ("tones", TONES),
    ];
    fixed.map(|(kind, text)| Secret { kind, text: text.to_owned() }).into()
}

/// The values of digest authentication that were on the wire.
pub fn digests(wire: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (kind, name) in [("nonce", "nonce=\""), ("response", "response=\"")] {
        for (at, _) in wire.match_indices(name) {
            let value = wire[at + name.len()..].split('"').next().unwrap_or_default();
            if value.len() >= 8 {
                found.push(Secret { kind, text: value.to_owned() });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Those secrets that a text holds.
pub fn leaks<'a>(text: &str, secrets: &'a [Secret]) -> Vec<&'a Secret> {
    secrets.iter().filter(|secret| text.contains(&secret.text)).collect()
}

/// Standard error and every log file in the profile.
pub fn logs(instance: &Instance) -> String {
    let mut all = instance.log();
    let mut folders = vec![instance.profile().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_log(&path) {
                all += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
            }
        }
    }
    all
}

fn is_log(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains("log"))
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["call"]["state"] == state
}

/// What a whole day of alice and bob leaves in their logs, and what was on alice's wire where that
/// can be read.
pub struct Day {
    pub logs: String,
    pub wire: String,
}

/// Everybody at the end of the day, still signed in.
pub struct Living {
    /// She wrote, called, pressed keys, and held the call.
    pub alice: Instance,
    /// Her contact.
    pub bob: Instance,
    others: Vec<Instance>,
    /// What was on alice's wire.
    pub tap: Tap,
    /// The servers.
    pub lab: Lab,
}

/// One day with both ends of it.
pub async fn day(level: &str, transport: Transport, srtp: &'static str) -> Day {
    live(level, transport, srtp).await.end().await
}

/// One day, up to where everybody would go home.
pub async fn live(level: &str, transport: Transport, srtp: &'static str) -> Living {
    let lab = Lab::builder()
        .user(User::new("alice", PASSWORD).contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", PASSWORD).contact("alice").tel("sip:bob@cusax.test"))
        .user(User::new("carol", PASSWORD).without_xmpp())
        .user(User::new("dave", PASSWORD).without_xmpp())
        .start()
        .await
        .unwrap();
    let server = lab.sip(transport);
    let tap = match transport {
        Transport::Udp => Tap::udp(server).await,
        Transport::Tcp | Transport::Tls => Tap::tcp(server).await,
    };
    let options = ConfigOptions { transport, srtp, ..ConfigOptions::default() };
    let config = |user: &str| lab.config_toml(user, &options).unwrap();
    // Nothing can be read of TLS; and the way of the call, which names the server itself, would be
    // tried beside the relay, with a certificate for another name. Kamailio may take a handshake
    // that failed for the end of another connection, and the relay keeps that from the client.
    let is_read = transport != Transport::Tls;
    let tapped = |text: String| match is_read {
        true => text.replace(&server.to_string(), &tap.address().to_string()),
        false => text,
    };
    let environment = || vec![("RUST_LOG", OsString::from(level))];
    let mut alice = Instance::start_with(&tapped(config("alice")), environment()).await;
    let mut bob = Instance::start_with(&config("bob"), environment()).await;
    for instance in [&mut alice, &mut bob] {
        let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
        instance.wait_event(callable, PATIENCE).await;
    }

    let written = |event: &Value| event["type"] == "message";
    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": ASKED })).await;
    assert_eq!(bob.wait_event(written, PATIENCE).await["entry"]["body"], ASKED);
    bob.call("message.send", json!({ "to": "alice@cusax.test", "body": ANSWERED })).await;
    let theirs = |event: &Value| event["entry"]["body"] == ANSWERED;
    alice.wait_event(theirs, PATIENCE).await;

    let placed = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    let call = json!({ "call": placed["call"] });
    alice.call("call.dtmf", json!({ "call": placed["call"], "digits": TONES })).await;
    for tone in TONES.chars() {
        let event = bob.wait_event(|event| event["type"] == "call.digit", PATIENCE).await;
        assert_eq!(event["digit"], tone.to_string());
    }
    alice.call("call.hold", call.clone()).await;
    alice.wait_event(call_is("held"), PATIENCE).await;
    alice.call("call.resume", call.clone()).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    alice.call("call.hangup", call).await;
    bob.wait_event(call_is("ended"), PATIENCE).await;

    // Without chat accounts text goes over SIP.
    let mut carol = Instance::start_with(&config("carol"), environment()).await;
    let mut dave = Instance::start_with(&config("dave"), environment()).await;
    for instance in [&mut carol, &mut dave] {
        instance.online("phone").await;
    }
    carol.call("message.send", json!({ "to": "sip:dave@cusax.test", "body": PAGED })).await;
    assert_eq!(dave.wait_event(written, PATIENCE).await["entry"]["body"], PAGED);

    let wrong = tapped(config("alice")).replace(PASSWORD, WRONG);
    let mut refused = Instance::start_with(&wrong, environment()).await;
    for account in ["chat", "phone"] {
        let failed = move |event: &Value| {
            event["account"]["id"] == account && event["account"]["state"] == "failed"
        };
        refused.wait_event(failed, PATIENCE).await;
    }

    Living { alice, bob, others: vec![carol, dave, refused], tap, lab }
}

impl Living {
    /// Everybody goes home.
    pub async fn end(self) -> Day {
        let mut text = String::new();
        for instance in [self.alice, self.bob].into_iter().chain(self.others) {
            text += &logs(&instance);
            let (_, profile) = instance.quit().await;
            // What is said on the way out.
            text += &std::fs::read_to_string(profile.path().join("stderr.log")).unwrap_or_default();
        }
        Day { logs: without_colour(&text), wire: self.tap.heard() }
    }
}

/// Names, equals signs and values stand in different colours: without them, they are together.
pub fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}
