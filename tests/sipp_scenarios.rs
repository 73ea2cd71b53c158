//! Call flows with a real sipp as the other side, through a real Kamailio: scenarios of
//! `tests/sipp`, each of which has to be played to its end without anything unexpected, while
//! the program's own view of the call is asserted over JSON-RPC.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;

use calls::{ALICE, BOB, PATIENCE, answer, hang_up, hung_up, instance, lab, until};
use dovetail::lab::{Lab, ports};
use instance::Instance;
use scenario::{Sipp, udp_address};
use serde_json::{Value, json};
use tokio::net::UdpSocket;

/// Bob calls by this scenario, and is answered.
async fn answered(lab: &Lab, alice: &mut Instance, scenario: &str) -> (Sipp, Value) {
    let bob = Sipp::call(lab, "bob", ALICE, scenario);
    (bob, answer(alice).await)
}

/// Bob waits for a call by this scenario, and is called.
async fn placed(lab: &Lab, alice: &mut Instance, scenario: &str) -> (Sipp, Value) {
    let bob = Sipp::wait(lab, "bob", scenario).await;
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    (bob, call)
}

#[tokio::test]
async fn a_call_comes_in_and_either_side_ends_it() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "caller").await;
    assert_eq!((&call["media"]["codec"], &call["peer"]["uri"]), (&json!("PCMA"), &json!(BOB)));
    bob.done().await;
    hung_up(&mut alice).await;
    let (bob, call) = answered(&lab, &mut alice, "caller_waits").await;
    hang_up(&mut alice, &call["id"]).await;
    bob.done().await;
}

#[tokio::test]
async fn a_call_goes_out_and_either_side_ends_it() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = placed(&lab, &mut alice, "callee").await;
    until(&mut alice, "ringing").await;
    until(&mut alice, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
    let (bob, _) = placed(&lab, &mut alice, "callee_hangs_up").await;
    until(&mut alice, "active").await;
    bob.done().await;
    hung_up(&mut alice).await;
    let (bob, _) = placed(&lab, &mut alice, "callee_busy").await;
    assert_eq!(until(&mut alice, "ended").await["end_reason"], "Busy (486 Busy Here).");
    bob.done().await;
}

/// sipp's own `uac` and `uas`, which know no proxy.
#[tokio::test]
async fn sipp_s_own_scenarios_are_played() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let [port, other] = ports::free().unwrap();
    let direct = udp_address(alice.id().unwrap()).to_string();
    let bob = Sipp::built_in("uac", port, &["-d", "500", "-s", "alice", &direct]);
    answer(&mut alice).await;
    bob.done().await;
    hung_up(&mut alice).await;

    Sipp::call(&lab, "bob", &format!("sip:bob@127.0.0.1:{other}"), "register").done().await;
    let bob = Sipp::built_in("uas", other, &[]);
    let call = alice.call("call", json!({ "to": BOB })).await["call"].take();
    until(&mut alice, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_call_is_held_and_resumed_by_the_other_side() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    for scenario in ["hold", "hold_by_update"] {
        let (bob, call) = answered(&lab, &mut alice, scenario).await;
        let held = until(&mut alice, "held-by-peer").await;
        assert_eq!(held["id"], call["id"]);
        until(&mut alice, "active").await;
        bob.done().await;
        hung_up(&mut alice).await;
        alice.forget_events();
    }
    let (bob, call) = placed(&lab, &mut alice, "callee_holds").await;
    until(&mut alice, "active").await;
    until(&mut alice, "held-by-peer").await;
    until(&mut alice, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn a_call_without_an_offer_gets_ours() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = answered(&lab, &mut alice, "delayed_offer").await;
    assert_eq!(call["media"]["codec"], "", "nothing is agreed on before the ACK: {call}");
    let agreed = alice.wait_event(|event| event["call"]["media"]["codec"] == "PCMA", PATIENCE);
    assert_eq!(agreed.await["call"]["state"], "active");
    bob.done().await;
    hung_up(&mut alice).await;
}

/// A controller that knows neither of the two brings them together: RFC 3725, flow I.
#[tokio::test]
async fn a_third_party_connects_two_of_us() {
    let lab = lab().await;
    let (mut alice, mut carol) = (instance(&lab, "alice").await, instance(&lab, "carol").await);
    let [one, two, port] = ports::free().unwrap();
    let twin = format!("127.0.0.1:{port}");
    let addresses = [&alice, &carol].map(|one| udp_address(one.id().unwrap()).to_string());
    let to_carol = Sipp::built_in("3pcc-C-B", two, &["-3pcc", &twin, "-s", "carol", &addresses[1]]);
    to_carol.listens(port).await;
    let to_alice = Sipp::built_in("3pcc-C-A", one, &["-3pcc", &twin, "-s", "alice", &addresses[0]]);
    for phone in [&mut alice, &mut carol] {
        answer(phone).await;
    }
    for phone in [&mut alice, &mut carol] {
        hung_up(phone).await;
    }
    to_alice.done().await;
    to_carol.done().await;
}

#[tokio::test]
async fn a_caller_gives_up() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let bob = Sipp::call(&lab, "bob", ALICE, "cancel");
    until(&mut alice, "incoming").await;
    assert_eq!(until(&mut alice, "ended").await["end_reason"], "Missed call.");
    bob.done().await;
}

#[tokio::test]
async fn a_fork_that_is_answered_twice_is_one_call() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (mut bob, call) = placed(&lab, &mut alice, "fork").await;
    until(&mut alice, "ringing").await;
    until(&mut alice, "active").await;
    // The second answer comes after 300 ms and is hung up; the call stays.
    bob.heard("BYE sip:").await;
    assert_eq!(alice.call("calls", json!({})).await[0]["state"], "active");
    assert!(!bob.has_ended(), "{}", bob.log());
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn sound_before_the_answer_is_heard() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, call) = placed(&lab, &mut alice, "early_media").await;
    let early = |event: &Value| {
        event["call"]["media"]["codec"] == "PCMA" && event["call"]["answered"].is_null()
    };
    let early = alice.wait_event(early, PATIENCE).await;
    assert_ne!(early["call"]["state"], "active");
    until(&mut alice, "active").await;
    hang_up(&mut alice, &call).await;
    bob.done().await;
}

#[tokio::test]
async fn questions_within_a_call_are_answered_by_the_book() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (bob, _) = answered(&lab, &mut alice, "in_dialog").await;
    bob.done().await;
    hung_up(&mut alice).await;
}

#[tokio::test]
async fn nonsense_within_a_call_does_not_end_it() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let (mut bob, call) = answered(&lab, &mut alice, "broken_in_dialog").await;
    bob.heard("SIP/2.0 481 ").await;
    assert!(!bob.has_ended(), "{}", bob.log());
    assert_eq!(alice.call("calls", json!({})).await[0]["state"], "active");
    hang_up(&mut alice, &call["id"]).await;
    bob.done().await;
}

/// From anywhere to the port that the call is on.
#[tokio::test]
async fn malformed_messages_leave_the_call_and_the_connection_up() {
    let lab = lab().await;
    let mut alice = instance(&lab, "alice").await;
    let to = udp_address(alice.id().unwrap());
    let (bob, call) = answered(&lab, &mut alice, "caller_waits").await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let own = socket.local_addr().unwrap();
    let head = format!("Via: SIP/2.0/UDP {own};branch=z9hG4bKx\r\n");
    let messages: Vec<Vec<u8>> = vec![
        b"\0\xff\xfe garbage".to_vec(),
        b"INVITE".to_vec(),
        b"BYE sip:alice@cusax.test SIP/2.0\r\n".to_vec(),
        format!("INVITE sip:alice SIP/7.0\r\n{head}Content-Length: 0\r\n\r\n").into_bytes(),
        format!("BYE sip:alice SIP/2.0\r\n{head}Content-Length: 99999999999\r\n\r\n").into_bytes(),
        format!("BYE sip:a SIP/2.0\r\n{head}CSeq: 4294967296 BYE\r\nCall-ID: \r\n\r\n")
            .into_bytes(),
        format!("SIP/2.0 2000 OK\r\n{head}\r\n").into_bytes(),
        format!("INVITE sip:alice SIP/2.0\r\n{}\r\n", head.repeat(1_000)).into_bytes(),
        vec![b'A'; 60_000],
    ];
    for message in &messages {
        socket.send_to(message, to).await.unwrap();
    }
    // A real question behind them is answered: nobody is stuck.
    let question = format!(
        "OPTIONS sip:alice@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKlast\r\n\
         From: <sip:x@y>;tag=1\r\nTo: <sip:alice@{to}>\r\nCall-ID: last\r\nCSeq: 1 OPTIONS\r\n\
         Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send_to(question.as_bytes(), to).await.unwrap();
    let answered = async {
        let mut bytes = [0; 65_536];
        loop {
            let count = socket.recv(&mut bytes).await.unwrap();
            let answer = String::from_utf8_lossy(&bytes[..count]).into_owned();
            if answer.contains("Call-ID: last") {
                return answer;
            }
        }
    };
    let Ok(answer) = tokio::time::timeout(PATIENCE, answered).await else {
        panic!("no answer\n{}", alice.log());
    };
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    assert_eq!(alice.call("calls", json!({})).await[0]["state"], "active");
    assert_eq!(alice.call("status", json!({})).await["overall"], "online");
    hang_up(&mut alice, &call["id"]).await;
    bob.done().await;
}
