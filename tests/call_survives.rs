//! The SIP server is killed while a call is on: the call goes on, the account comes back by
//! itself, and the goodbye arrives. The program itself against a real Kamailio.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::{Duration, Instant};

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long a registration may take once the server is back.
const BACK: Duration = Duration::from_secs(15);

struct World {
    lab: Lab,
    alice: Instance,
    bob: Instance,
    call: Value,
}

/// Alice and bob in a call.
async fn in_a_call(transport: Transport) -> World {
    let lab = Lab::builder()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .sip_only()
        .start()
        .await
        .unwrap();
    let mut both = Vec::new();
    for name in ["alice", "bob"] {
        let options = ConfigOptions { transport, ..ConfigOptions::default() };
        let mut instance = Instance::start(&lab.config_toml(name, &options).unwrap()).await;
        instance.online("phone").await;
        both.push(instance);
    }
    let (mut bob, mut alice) = (both.pop().unwrap(), both.pop().unwrap());
    let placed = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    World { lab, alice, bob, call: placed["call"].clone() }
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

async fn packets(instance: &mut Instance) -> u64 {
    instance.call("calls", json!({})).await[0]["stats"]["packets_in"].as_u64().unwrap_or_default()
}

/// Another two seconds of sound come in.
async fn sound_goes_on(instance: &mut Instance) {
    let before = packets(instance).await;
    let more =
        move |event: &Value| event["call"]["stats"]["packets_in"].as_u64() > Some(before + 100);
    instance.wait_event(more, PATIENCE).await;
    assert_eq!(instance.call("calls", json!({})).await[0]["state"], "active");
}

/// Kills the server and lets sound flow without it until both know.
async fn server_killed(world: &mut World) {
    world.alice.forget_events();
    world.bob.forget_events();
    world.lab.kill_sip();
    let begun = Instant::now();
    for instance in [&mut world.alice, &mut world.bob] {
        let down = |event: &Value| {
            event["account"]["id"] == "phone" && event["account"]["state"] != "online"
        };
        instance.wait_event(down, PATIENCE).await;
    }
    println!("noticed after {:.1} s", begun.elapsed().as_secs_f64());
    for instance in [&mut world.alice, &mut world.bob] {
        sound_goes_on(instance).await;
        instance.forget_events();
    }
}

/// Starts the server again; both are registered within the limit.
async fn server_back(world: &mut World) {
    world.lab.start_sip().await.unwrap();
    let begun = Instant::now();
    for instance in [&mut world.alice, &mut world.bob] {
        instance.online("phone").await;
    }
    let taken = begun.elapsed();
    println!("registered again after {:.1} s", taken.as_secs_f64());
    assert!(taken < BACK, "{taken:?}");
}

async fn survives(transport: Transport) {
    let mut world = in_a_call(transport).await;
    sound_goes_on(&mut world.alice).await;
    server_killed(&mut world).await;
    server_back(&mut world).await;
    sound_goes_on(&mut world.bob).await;
    world.alice.call("call.hangup", json!({ "call": world.call })).await;
    let ended = world.bob.wait_event(call_is("ended"), BACK).await;
    assert_eq!(ended["call"]["end_reason"], "The other side hung up.");
}

#[tokio::test]
async fn a_killed_server_does_not_end_a_call_over_udp() {
    survives(Transport::Udp).await;
}

#[tokio::test]
async fn a_killed_server_does_not_end_a_call_over_tcp() {
    survives(Transport::Tcp).await;
}

#[tokio::test]
async fn a_killed_server_does_not_end_a_call_over_tls() {
    survives(Transport::Tls).await;
}

async fn goodbye_meanwhile(transport: Transport) {
    let mut world = in_a_call(transport).await;
    // By now the last message of its beginning has gone by the server, too.
    sound_goes_on(&mut world.alice).await;
    server_killed(&mut world).await;
    world.alice.call("call.hangup", json!({ "call": world.call })).await;
    world.alice.wait_event(call_is("ended"), PATIENCE).await;
    server_back(&mut world).await;
    let ended = world.bob.wait_event(call_is("ended"), PATIENCE).await;
    assert_eq!(ended["call"]["end_reason"], "The other side hung up.");
}

#[tokio::test]
async fn a_goodbye_said_while_the_server_is_away_arrives_over_udp() {
    goodbye_meanwhile(Transport::Udp).await;
}

#[tokio::test]
async fn a_goodbye_said_while_the_server_is_away_arrives_over_tcp() {
    goodbye_meanwhile(Transport::Tcp).await;
}

#[tokio::test]
async fn a_goodbye_said_while_the_server_is_away_arrives_over_tls() {
    goodbye_meanwhile(Transport::Tls).await;
}

/// Without a call nothing but the account says that the server was away.
async fn comes_back_without_a_call(transport: Transport) {
    let mut lab =
        Lab::builder().user(User::new("alice", "secret")).sip_only().start().await.unwrap();
    let options = ConfigOptions { transport, ..ConfigOptions::default() };
    let mut alice = Instance::start(&lab.config_toml("alice", &options).unwrap()).await;
    alice.online("phone").await;
    alice.forget_events();
    lab.kill_sip();
    let killed = Instant::now();
    let down =
        |event: &Value| event["account"]["id"] == "phone" && event["account"]["state"] != "online";
    let down = alice.wait_event(down, PATIENCE).await;
    println!("{transport:?}: noticed after {:.1} s", killed.elapsed().as_secs_f64());
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    // It has tried again in vain, and waits.
    let waits = |event: &Value| event["account"]["retry_in"].is_number();
    if !waits(&down) {
        alice.wait_event(waits, PATIENCE).await;
    }
    lab.start_sip().await.unwrap();
    let begun = Instant::now();
    alice.online("phone").await;
    let taken = begun.elapsed();
    println!("{transport:?}: registered again after {:.1} s", taken.as_secs_f64());
    assert!(taken < BACK, "{taken:?}");
}

#[tokio::test]
async fn a_server_restarted_without_a_call_knows_us_again_over_udp() {
    comes_back_without_a_call(Transport::Udp).await;
}

#[tokio::test]
async fn a_server_restarted_without_a_call_knows_us_again_over_tcp() {
    comes_back_without_a_call(Transport::Tcp).await;
}
