//! What every test of calls says: a lab of telephones, an instance in it, a call's state.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::path::Path;
use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use serde_json::{Value, json};

use crate::instance::Instance;

/// How long anything may take on a machine under load.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const ALICE: &str = "sip:alice@cusax.test";
pub const BOB: &str = "sip:bob@cusax.test";
pub const CAROL: &str = "sip:carol@cusax.test";
/// Outside of the lab: what leads there may cost.
pub const ELSEWHERE: &str = "sip:carol@elsewhere.example";

/// Alice, bob and carol with telephony accounts.
pub async fn lab() -> Lab {
    ["alice", "bob", "carol"]
        .iter()
        .fold(Lab::builder().sip_only(), |lab, name| lab.user(User::new(name, "secret")))
        .start()
        .await
        .unwrap()
}

/// Dovetail as a user of the lab, over UDP, online.
pub async fn instance(lab: &Lab, user: &str) -> Instance {
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    instance_with(lab, user, &options).await
}

/// The same over TCP: over UDP the NOTIFY of a REFER may overtake its 202 within Kamailio
/// (RFC 6665 §4.1.2.4), which sipp takes for a fault.
pub async fn instance_in_order(lab: &Lab, user: &str) -> Instance {
    let options = ConfigOptions { transport: Transport::Tcp, ..ConfigOptions::default() };
    instance_with(lab, user, &options).await
}

/// The same with other options.
pub async fn instance_with(lab: &Lab, user: &str, options: &ConfigOptions) -> Instance {
    let mut instance = Instance::start(&lab.config_toml(user, options).unwrap()).await;
    instance.online("phone").await;
    instance
}

/// The same with a voice (a WAV file) of its own; what it hears is recorded.
pub async fn speaker(lab: &Lab, user: &str, says: Option<&Path>, hears: &Path) -> Instance {
    let options = ConfigOptions {
        transport: Transport::Udp,
        input: says.map_or("null".to_owned(), |path| format!("file:{}", path.display())),
        output: format!("file:{}", hears.display()),
        ..ConfigOptions::default()
    };
    instance_with(lab, user, &options).await
}

/// Waits until one of its calls is in this state; the call.
#[track_caller]
pub fn until(instance: &mut Instance, state: &'static str) -> impl Future<Output = Value> {
    let event = instance.wait_event(move |event| event["call"]["state"] == state, PATIENCE);
    async { event.await["call"].take() }
}

/// Waits until this call is in this state.
#[track_caller]
pub fn until_call(
    instance: &mut Instance,
    call: &Value,
    state: &'static str,
) -> impl Future<Output = Value> {
    let call = call.clone();
    let wanted =
        move |event: &Value| event["call"]["id"] == call && event["call"]["state"] == state;
    let event = instance.wait_event(wanted, PATIENCE);
    async { event.await["call"].take() }
}

/// Waits until the other side of a call asks for this; what it asks.
#[track_caller]
pub fn asked(instance: &mut Instance, kind: &'static str) -> impl Future<Output = Value> {
    let event = instance.wait_event(move |event| event["call"]["ask"]["kind"] == kind, PATIENCE);
    async { event.await["call"].take() }
}

/// Waits until the transfer that it asked for is this far.
#[track_caller]
pub fn transferred(instance: &mut Instance, state: &'static str) -> impl Future<Output = Value> {
    let wanted = move |event: &Value| event["call"]["transfer"]["state"] == state;
    let event = instance.wait_event(wanted, PATIENCE);
    async { event.await["call"].take() }
}

/// Waits until this call was transferred: that is its end.
pub async fn transferred_away(instance: &mut Instance, call: &Value) {
    let done = transferred(instance, "done").await;
    let said = (&done["id"], &done["state"], &done["end_reason"]);
    assert_eq!(said, (call, &json!("ended"), &json!("You transferred the call.")), "{done}");
}

/// The one call that has the microphone and the ear; all others are on hold or over.
pub async fn on_air(instance: &mut Instance) -> Value {
    let calls = instance.call("calls", json!({})).await;
    let calls = calls.as_array().unwrap();
    let on: Vec<&Value> = calls
        .iter()
        .filter(|call| !["held", "held-by-peer", "ended"].iter().any(|off| call["state"] == *off))
        .collect();
    let [on] = on[..] else { panic!("one call: {calls:?}") };
    assert_eq!(on["state"], "active", "{calls:?}");
    on.clone()
}

/// Waits until the other side has pressed these keys.
pub async fn pressed(instance: &mut Instance, call: &Value, keys: &str) {
    for key in keys.chars() {
        let event = instance.wait_event(|event| event["type"] == "call.digit", PATIENCE).await;
        assert_eq!((&event["call"], &event["digit"]), (call, &json!(key)), "of {keys}");
    }
}

/// Answers what rings; the call, once active.
pub async fn answer(instance: &mut Instance) -> Value {
    let call = until(instance, "incoming").await["id"].take();
    instance.call("call.answer", json!({ "call": call })).await;
    until_call(instance, &call, "active").await
}

/// Hangs up, and waits for the end.
pub async fn hang_up(instance: &mut Instance, call: &Value) {
    instance.call("call.hangup", json!({ "call": call })).await;
    let ended = until_call(instance, call, "ended").await;
    assert_eq!(ended["end_reason"], "You hung up.", "{ended}");
}

/// Waits until the other side hung up.
pub async fn hung_up(instance: &mut Instance) {
    assert_eq!(until(instance, "ended").await["end_reason"], "The other side hung up.");
}
