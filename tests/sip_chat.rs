//! Messages over SIP between two real programs whose accounts stand alone, through a real
//! Kamailio (CUSAX C10); and an account with a chat of its own, which takes none (C8).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;

use calls::{ALICE, BOB, PATIENCE, instance, instance_with, lab};
use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use scenario::udp_address;
use serde_json::{Value, json};
use tokio::net::UdpSocket;

/// Sends a text; the message's id.
async fn write(from: &mut Instance, to: &str, body: &str) -> Value {
    from.call("message.send", json!({ "to": to, "body": body })).await["id"].take()
}

/// Waits until a message that was sent is this far.
async fn state(instance: &mut Instance, id: &Value, state: &str) {
    let wanted = |event: &Value| {
        event["type"] == "message.state" && event["id"] == *id && event["state"] == state
    };
    instance.wait_event(wanted, PATIENCE).await;
}

/// Waits for a text that came in; the event.
async fn got(instance: &mut Instance, body: &str) -> Value {
    let wanted =
        |event: &Value| event["entry"]["direction"] == "in" && event["entry"]["body"] == body;
    instance.wait_event(wanted, PATIENCE).await
}

/// Who said what, oldest first.
async fn said(instance: &mut Instance, with: &str) -> Vec<(String, String)> {
    let history = instance.call("history", json!({ "with": with })).await;
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let entries = history.as_array().unwrap().iter();
    entries.map(|entry| (text(entry, "direction"), text(entry, "body"))).collect()
}

fn pairs<const N: usize>(lines: [(&str, &str); N]) -> Vec<(String, String)> {
    lines.map(|(direction, body)| (direction.to_owned(), body.to_owned())).into()
}

/// Messages of the one conversation that nobody has looked at.
async fn unread(instance: &mut Instance, with: &str) -> Value {
    let conversations = instance.call("conversations", json!({})).await;
    let [conversation] = &conversations.as_array().unwrap()[..] else { panic!("{conversations}") };
    assert_eq!(conversation["with"], with);
    conversation["unread"].clone()
}

#[tokio::test]
async fn a_message_arrives_is_answered_and_kept() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let mut bob = instance(&lab, "bob").await;
    let first = write(&mut alice, BOB, "Grüße ☎").await;
    state(&mut alice, &first, "sent").await;
    assert_eq!(got(&mut bob, "Grüße ☎").await["with"], ALICE);
    assert_eq!(unread(&mut bob, ALICE).await, 1);
    bob.call("chat.displayed", json!({ "with": ALICE })).await;
    assert_eq!(unread(&mut bob, ALICE).await, 0);

    let second = write(&mut bob, ALICE, "ahoy").await;
    state(&mut bob, &second, "sent").await;
    assert_eq!(got(&mut alice, "ahoy").await["with"], BOB);
    assert_eq!(unread(&mut alice, BOB).await, 1);

    // Both keep it over a restart, unread or not.
    let ours = pairs([("out", "Grüße ☎"), ("in", "ahoy")]);
    let theirs = pairs([("in", "Grüße ☎"), ("out", "ahoy")]);
    for (instance, with, lines, new) in [(alice, BOB, ours, 1), (bob, ALICE, theirs, 0)] {
        let (status, profile) = instance.quit().await;
        assert!(status.success());
        let mut instance = Instance::start_in(profile).await;
        instance.online("phone").await;
        assert_eq!(said(&mut instance, with).await, lines);
        assert_eq!(unread(&mut instance, with).await, new);
    }
}

#[tokio::test]
async fn what_waits_goes_out_after_a_restart() {
    let mut lab = lab().await;
    // A connection that breaks is noticed at once.
    let options = ConfigOptions { transport: Transport::Tcp, ..ConfigOptions::default() };
    let mut alice = instance_with(&lab, "alice", &options).await;
    let mut bob = instance_with(&lab, "bob", &options).await;
    lab.kill_sip();
    let down =
        |event: &Value| event["account"]["id"] == "phone" && event["account"]["state"] != "online";
    for instance in [&mut alice, &mut bob] {
        instance.forget_events();
        instance.wait_event(down, PATIENCE).await;
    }
    for body in ["one", "two"] {
        write(&mut alice, BOB, body).await;
    }
    let history = alice.call("history", json!({ "with": BOB })).await;
    for entry in history.as_array().unwrap() {
        assert_eq!(entry["state"], "queued", "{entry}");
    }
    // It dies with the messages in hand.
    let profile = alice.kill().await;
    bob.forget_events();
    lab.start_sip().await.unwrap();
    bob.online("phone").await;
    let mut alice = Instance::start_in(profile).await;
    for entry in history.as_array().unwrap() {
        state(&mut alice, &entry["id"], "sent").await;
    }
    for body in ["one", "two"] {
        got(&mut bob, body).await;
    }
    assert_eq!(said(&mut bob, ALICE).await.len(), 2, "each came once");
}

#[tokio::test]
async fn one_that_nobody_takes_has_failed_and_says_why() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let id = write(&mut alice, BOB, "is anybody there?").await;
    state(&mut alice, &id, "failed").await;
    let told = |event: &Value| {
        event["type"] == "notice" && event["text"].as_str().is_some_and(|text| text.contains("480"))
    };
    alice.wait_event(told, PATIENCE).await;
}

/// One question over UDP straight to a program, and its answer.
async fn asked(to: &Instance, socket: &UdpSocket, method: &str, more: &str) -> String {
    let (own, to) = (socket.local_addr().unwrap(), udp_address(to.id().unwrap()));
    let body = if method == "MESSAGE" { "hello" } else { "" };
    let request = format!(
        "{method} sip:alice@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{method}\r\n\
         From: <sip:bob@cusax.test>;tag={method}\r\nTo: <sip:alice@cusax.test>\r\n\
         Call-ID: {method}@{own}\r\nCSeq: 1 {method}\r\nContact: <sip:bob@{own}>\r\n\
         Max-Forwards: 70\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    socket.send_to(request.as_bytes(), to).await.unwrap();
    let mut bytes = [0; 65_536];
    loop {
        let received = tokio::time::timeout(PATIENCE, socket.recv(&mut bytes)).await;
        let count = received.unwrap_or_else(|_| panic!("no answer to {method}")).unwrap();
        let answer = String::from_utf8_lossy(&bytes[..count]).into_owned();
        if answer.contains(&format!("CSeq: 1 {method}\r\n")) {
            return answer;
        }
    }
}

fn allowed(answer: &str) -> Vec<&str> {
    let line = answer.lines().find_map(|line| line.strip_prefix("Allow: "));
    line.unwrap_or_else(|| panic!("{answer}")).split(", ").collect()
}

const TEXT: &str = "Content-Type: text/plain\r\n";

#[tokio::test]
async fn an_account_with_a_chat_of_its_own_takes_no_messages() {
    let lab = Lab::builder()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret").without_xmpp())
        .start()
        .await
        .unwrap();
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    let mut alice = instance_with(&lab, "alice", &options).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let answer = asked(&alice, &socket, "OPTIONS", "").await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    for method in ["MESSAGE", "PUBLISH", "SUBSCRIBE"] {
        assert!(!allowed(&answer).contains(&method), "{answer}");
    }
    for (method, more, status) in [
        ("MESSAGE", TEXT, "405"),
        ("PUBLISH", "Event: presence\r\n", "405"),
        ("SUBSCRIBE", "Event: presence\r\nExpires: 600\r\n", "489"),
    ] {
        let answer = asked(&alice, &socket, method, more).await;
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{method}: {answer}");
        if status == "405" {
            assert!(!allowed(&answer).contains(&method), "{answer}");
        }
    }

    // Bob's program learns it, through the proxy.
    let mut bob = instance(&lab, "bob").await;
    let id = write(&mut bob, ALICE, "hello").await;
    state(&mut bob, &id, "failed").await;
    let told = |event: &Value| {
        event["type"] == "notice" && event["text"].as_str().is_some_and(|text| text.contains("405"))
    };
    bob.wait_event(told, PATIENCE).await;
    assert_eq!(alice.call("conversations", json!({})).await, json!([]));
    let to_bob = json!({ "to": BOB, "body": "hello" });
    let error = alice.try_call("message.send", to_bob).await.unwrap_err();
    assert_eq!(error.data["kind"], "refused");

    // The same question to one that stands alone.
    let answer = asked(&bob, &socket, "OPTIONS", "").await;
    assert!(allowed(&answer).contains(&"MESSAGE"), "{answer}");
}
