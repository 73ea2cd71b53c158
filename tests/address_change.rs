//! The address towards the server changes in the middle of a call: the program notices, registers
//! from the new one, and the call goes on there. The program itself and a real Kamailio, in a
//! network namespace of their own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/correlation.rs"]
mod correlation;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/speech.rs"]
mod speech;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
/// Said to the test's own child, which runs in the namespace.
const INSIDE: &str = "DOVETAIL_TEST_NAMESPACE";
const BEFORE: &str = "10.0.0.1";
/// The recordings', in samples a second.
const RATE: usize = 48_000;
const AFTER: &str = "10.0.0.2";

/// Whether this process is in a namespace of its own. Otherwise the named test is run again in
/// one, or left out with a word where the system forbids it.
fn inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let allowed = Command::new("unshare").args(["-rn", "ip", "link", "set", "lo", "up"]).output();
    match allowed {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            println!("skipped: no network namespace here: {reason}");
            return false;
        }
        Err(error) => {
            println!("skipped: no network namespace here: {error}");
            return false;
        }
    }
    let status = Command::new("unshare")
        .arg("-rn")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    false
}

fn ip(arguments: &str) {
    let output = Command::new("ip").args(arguments.split(' ')).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {arguments}: {said}");
}

/// From now on this is the address of who talks to that port of the server, on 127.0.0.1.
fn take_address(address: &str) {
    ip(&format!("route replace local 127.0.0.1 dev lo table 200 src {address}"));
}

/// Two addresses, of which the first is taken by who talks to that port, and nobody else.
fn two_addresses(port: u16) {
    ip(&format!("address add {BEFORE}/32 dev lo"));
    ip(&format!("address add {AFTER}/32 dev lo"));
    take_address(BEFORE);
    ip("rule add pref 100 lookup local");
    ip(&format!("rule add pref 50 dport {port} lookup 200"));
    ip("rule del pref 0");
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

async fn packets(instance: &mut Instance) -> u64 {
    instance.call("calls", json!({})).await[0]["stats"]["packets_in"].as_u64().unwrap_or_default()
}

/// Another two seconds of sound come in.
/// Waits until so many more packets came in.
async fn more_sound(instance: &mut Instance, count: u64) {
    let before = packets(instance).await;
    let more =
        move |event: &Value| event["call"]["stats"]["packets_in"].as_u64() > Some(before + count);
    instance.wait_event(more, PATIENCE).await;
}

async fn sound_goes_on(instance: &mut Instance) {
    more_sound(instance, 100).await;
    assert_eq!(instance.call("calls", json!({})).await[0]["state"], "active");
}

async fn start(lab: &Lab, sounds: &Path, name: &str, transport: Transport) -> Instance {
    let spoken = speech::write(&sounds.join(format!("{name}-says.wav")), name);
    let options = ConfigOptions {
        transport,
        input: format!("file:{}", spoken.display()),
        output: format!("file:{}", sounds.join(format!("{name}-hears.wav")).display()),
        ..ConfigOptions::default()
    };
    let mut instance = Instance::start(&lab.config_toml(name, &options).unwrap()).await;
    instance.online("phone").await;
    instance
}

/// Alice moves; bob, who comes by another port of the server, stays.
async fn moves(transport: Transport, bobs: Transport) {
    ip("link set lo up");
    let lab = Lab::builder()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .sip_only()
        .start()
        .await
        .unwrap();
    two_addresses(lab.sip(transport).port());
    let sounds = tempfile::tempdir().unwrap();
    let mut alice = start(&lab, sounds.path(), "alice", transport).await;
    let mut bob = start(&lab, sounds.path(), "bob", bobs).await;
    let placed = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    sound_goes_on(&mut alice).await;
    alice.forget_events();
    bob.forget_events();

    take_address(AFTER);
    ip(&format!("address del {BEFORE}/32 dev lo"));
    let begun = Instant::now();
    let away =
        |event: &Value| event["account"]["id"] == "phone" && event["account"]["state"] != "online";
    alice.wait_event(away, PATIENCE).await;
    println!("noticed after {:.1} s", begun.elapsed().as_secs_f64());
    alice.online("phone").await;
    println!("registered again after {:.1} s", begun.elapsed().as_secs_f64());
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    for instance in [&mut alice, &mut bob] {
        sound_goes_on(instance).await;
        println!("sound came in again by {:.1} s", begun.elapsed().as_secs_f64());
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    // Long enough for what was heard since to count: eight seconds of sound.
    for instance in [&mut alice, &mut bob] {
        more_sound(instance, 400).await;
    }
    // Over one transport he who moved says goodbye, over the other he who was told of it.
    let ended = if transport == Transport::Udp {
        alice.call("call.hangup", json!({ "call": placed["call"] })).await;
        bob.wait_event(call_is("ended"), PATIENCE).await
    } else {
        bob.call("call.hangup", json!({ "call": incoming["call"]["id"] })).await;
        alice.wait_event(call_is("ended"), PATIENCE).await
    };
    assert_eq!(ended["call"]["end_reason"], "The other side hung up.");
    alice.quit().await;
    bob.quit().await;
    for (says, hears) in [("alice", "bob"), ("bob", "alice")] {
        let said = speech::read(&sounds.path().join(format!("{says}-says.wav")));
        let heard = speech::read(&sounds.path().join(format!("{hears}-hears.wav")));
        // Of the last seconds: what came from the new address.
        let likeness = [0, 1, 2, 3].map(|before| {
            let end = heard.len() - before * RATE;
            speech::find(&said, &heard[end - 5 * RATE..end]).likeness
        });
        println!("{hears} heard {says} with correlations of {likeness:.3?}");
        assert!(likeness.into_iter().any(|likeness| likeness > 0.9), "{likeness:?}");
    }
}

#[tokio::test]
async fn a_call_goes_on_from_another_address_over_udp() {
    if inside("a_call_goes_on_from_another_address_over_udp") {
        moves(Transport::Udp, Transport::Tls).await;
    }
}

#[tokio::test]
async fn a_call_goes_on_from_another_address_over_tls() {
    if inside("a_call_goes_on_from_another_address_over_tls") {
        moves(Transport::Tls, Transport::Udp).await;
    }
}
