//! The torture messages sent to the real program, registered at a real Kamailio: by UDP from a
//! stranger, and by TCP on the connection to its proxy. Afterwards it takes a call.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/tap.rs"]
mod tap;
#[path = "support/torture/mod.rs"]
mod torture;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};
use tap::Tap;
use tokio::net::UdpSocket;
use torture::{Case, RFC_4475, VERDICTS, corpus};

const PATIENCE: Duration = Duration::from_secs(60);
/// Says a message where the server speaks, and a question behind it. Whether that was answered:
/// the message was read and ended where it should.
async fn is_read(tap: &Tap, case: &Case, number: usize) -> bool {
    tap.say(&case.bytes).await;
    let question = format!(
        "OPTIONS sip:alice@cusax.test SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK{number}\r\n\
         From: <sip:x@y>;tag=1\r\nTo: <sip:alice@cusax.test>\r\nCall-ID: behind-{number}\r\n\
         CSeq: {number} OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
    );
    tap.say(question.as_bytes()).await;
    // Only answers are heard: the question does not come from the server.
    let (begun, answer) = (Instant::now(), format!("Call-ID: behind-{number}\r\n"));
    while begun.elapsed() < PATIENCE {
        if tap.heard().contains(&answer) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

async fn lab() -> Lab {
    let users = ["alice", "bob"].map(|name| User::new(name, "secret"));
    let [alice, bob] = users;
    Lab::builder().sip_only().user(alice).user(bob).start().await.unwrap()
}

/// Our own messages, and the RFC's octets where they are at hand.
fn messages() -> Vec<Case> {
    let mut all = corpus();
    if let Some(folder) = std::env::var_os("DOVETAIL_RFC4475").map(std::path::PathBuf::from) {
        all.extend(VERDICTS[..RFC_4475].iter().map(|(name, ..)| Case {
            name,
            bytes: std::fs::read(folder.join(format!("{name}.dat"))).unwrap(),
        }));
    }
    all
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["call"]["state"] == state
}

/// Declines what rings, and takes a call of bob's.
async fn takes_a_call(lab: &Lab, alice: &mut Instance) {
    let calls = alice.call("calls", json!({})).await;
    for call in calls.as_array().unwrap() {
        let _ = alice.try_call("call.decline", json!({ "call": call["id"] })).await;
    }
    alice.forget_events();
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    let mut bob = Instance::start(&lab.config_toml("bob", &options).unwrap()).await;
    bob.online("phone").await;
    let placed = bob.call("call", json!({ "to": "sip:alice@cusax.test" })).await;
    let from_bob = |event: &Value| {
        event["call"]["state"] == "incoming" && event["call"]["peer"]["uri"] == "sip:bob@cusax.test"
    };
    let incoming = alice.wait_event(from_bob, PATIENCE).await;
    alice.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    bob.wait_event(call_is("active"), PATIENCE).await;
    bob.call("call.hangup", json!({ "call": placed["call"] })).await;
    bob.wait_event(call_is("ended"), PATIENCE).await;
}

/// The UDP ports on loopback that a process has.
fn udp_ports(process: u32) -> Vec<u16> {
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let sockets: HashSet<String> = descriptors
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = std::fs::read_to_string("/proc/net/udp").unwrap();
    let port = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        sockets.contains(*fields.get(9)?).then_some(())?;
        u16::from_str_radix(fields.get(1)?.split_once(':')?.1, 16).ok()
    };
    table.lines().skip(1).filter_map(port).collect()
}

#[tokio::test]
async fn by_udp_from_a_stranger() {
    let lab = lab().await;
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    let mut alice = Instance::start(&lab.config_toml("alice", &options).unwrap()).await;
    alice.online("phone").await;
    let ports = udp_ports(alice.id().unwrap());
    assert!(!ports.is_empty(), "no UDP socket found");
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (mut sent, mut answers) = (0, 0);
    let mut buffer = vec![0; 65_536];
    for case in messages() {
        for port in &ports {
            let to = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
            stranger.send_to(&case.bytes, to).await.unwrap();
        }
        sent += 1;
        let wait = Duration::from_millis(50);
        while let Ok(Ok(length)) = tokio::time::timeout(wait, stranger.recv(&mut buffer)).await {
            answers += usize::from(buffer[..length].starts_with(b"SIP/2.0 "));
        }
    }
    takes_a_call(&lab, &mut alice).await;
    figures::tell(&format!(
        "torture: the real program by UDP: {sent} messages sent, {answers} answers, alive"
    ));
    assert!(answers >= sent / 2, "only {answers} answers");
    assert!(!alice.log().contains("panicked"), "{}", alice.log());
}

#[tokio::test]
async fn by_tcp_on_the_connection_to_the_proxy() {
    let lab = lab().await;
    let tap = Tap::tcp(lab.sip(Transport::Tcp)).await;
    let options = ConfigOptions { transport: Transport::Tcp, ..ConfigOptions::default() };
    let config = lab.config_toml("alice", &options).unwrap();
    let config = config.replace(&lab.sip(Transport::Tcp).to_string(), &tap.address().to_string());
    let mut alice = Instance::start(&config).await;
    alice.online("phone").await;
    // Behind these nothing more can be read, or only after octets that never come.
    let (last, framed): (Vec<Case>, Vec<Case>) = messages().into_iter().partition(|case| {
        ["ncl", "mcl01", "inv2543", "clerr", "baddn", "dblreq"].contains(&case.name)
    });
    for (number, case) in framed.iter().enumerate() {
        assert!(is_read(&tap, case, number).await, "{}: deaf behind it", case.name);
    }
    assert_eq!(tap.connections(), 1, "a message that can be framed ends no connection");
    let mut sent = framed.len();
    for case in &last {
        let before = tap.connections();
        tap.say(&case.bytes).await;
        sent += 1;
        if !tap.reconnected(before, Duration::from_secs(2)).await {
            tap.cut().await;
        }
        assert!(tap.reconnected(before, PATIENCE).await, "{}: it does not come back", case.name);
        alice.forget_events();
        let online = |event: &Value| event["account"]["state"] == "online";
        let accounts = alice.call("status", json!({})).await;
        if accounts["accounts"][0]["state"] != "online" {
            alice.wait_event(online, PATIENCE).await;
        }
    }
    takes_a_call(&lab, &mut alice).await;
    figures::tell(&format!("torture: the real program by TCP: {sent} messages sent, alive"));
    assert!(!alice.log().contains("panicked"), "{}", alice.log());
}
