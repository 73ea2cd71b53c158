//! Messages that are almost right, in every state of a call: nothing panics, and the account
//! goes on.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::world::*;
use crate::sip::message::Message;
use crate::sip::{SipCommand, SipEvent, wire};

const LINES: &[&str] = &[
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK",
    "Via: SIP/2.0/UDP [::1]:1;rport;received=x, SIP/2.0/TCP a;;b",
    "CSeq: 2147483647 INVITE",
    "CSeq: 0 BYE",
    "Content-Length: 99999999999999999999",
    "Content-Length: 3",
    "Contact: *",
    "Contact: <sip:%@%>, <sip:a@[::1]:0>",
    "Record-Route: <sip:a;lr>,<sips:b>,<tel:1>,<>",
    "Session-Expires: 4294967296;refresher=uas",
    "Session-Expires: 90;refresher=uac\r\nSupported: timer",
    "Expires: 18446744073709551615",
    "Min-SE: -1",
    "Require: timer, 100rel",
    "To: \"\\\" <sip:a@b;tag=x>;tag=",
    "From: <sip:b@c>;tag=\"",
    "Call-ID: \u{fffd}",
    "Call-Info: <xmpp:%00@x>;purpose=impp, <xmpp:a@b>;purpose=impp",
    "P-Asserted-Identity: <sip:a@b>, <tel:+1>, ,,",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"\", algorithm=SHA-512-256-sess, qop=\"auth-int\"",
    "Proxy-Authenticate: Digest realm=r nonce=n,,=,Basic",
    "Reason: SIP;cause=200",
    "Retry-After: 99999999999999999999 (x);duration=",
    "Content-Type: multipart/mixed;boundary=",
    "Content-Type: multipart/mixed;boundary=--\r\n\r\n----\r\n\r\n--",
    "RAck: 1 1 INVITE",
    "RAck: 4294967295 4294967295 INVITE",
    "Require: 100rel\r\nRSeq: 1",
    "RSeq: 4294967295",
    "Accept: ,;q=x, */*;q=0",
    "Allow: ,,UPDATE,\u{0}",
    "Session-Expires: 1;refresher=uas\r\nSupported: timer",
    "Min-SE: 86399",
    "Privacy: ;;id",
    "Diversion: <>;reason=,\"",
    "History-Info: <sip:a@b;cause=302>;index=1",
    "Content-Type: application/dtmf-relay",
    "SIP/2.0 422 Session Interval Too Small",
    "SIP/2.0 491 Request Pending",
    "SIP/2.0 302 Moved Temporarily",
    "Warning: 399 x \"",
];

fn mutate(bytes: &[u8], dice: &mut StdRng) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        String::from_utf8_lossy(bytes).split("\r\n").map(|line| line.as_bytes().to_vec()).collect();
    for _ in 0..dice.random_range(1..4) {
        let at = dice.random_range(0..lines.len());
        match dice.random_range(0..6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let line = LINES.choose(dice).unwrap();
                lines.insert(at.max(1), line.as_bytes().to_vec());
            }
            3 => {
                let cut = dice.random_range(0..=lines[at].len());
                lines[at].truncate(cut);
            }
            4 => {
                for byte in &mut lines[at] {
                    if dice.random_ratio(1, 20) {
                        *byte = dice.random();
                    }
                }
            }
            _ => {
                let other = dice.random_range(0..lines.len());
                lines.swap(at, other);
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join(&b"\r\n"[..])
}

/// Gives an agent what was really said before, spoilt, as if from its proxy or from a stranger.
fn spoil(world: &mut World, dice: &mut StdRng) {
    let Some((_, message)) = world.sent.choose(dice).cloned() else { return };
    let bytes = mutate(&wire::write(&message), dice);
    let now = world.now;
    for agent in [ALICE, BOB] {
        let source = world.source(1 - agent, dice.random());
        match wire::parse_datagram(&bytes) {
            Ok(message) => world.agents[agent].handle_message(now, &source, message),
            Err(error) => world.agents[agent].handle_malformed(&source, &error),
        }
    }
    world.pump();
}

#[test]
fn almost_right_messages_do_no_harm() {
    for seed in 0..30 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut world = World::new(seed, FAIR);
        world.registrar.password = Some("secret".to_owned());
        world.spoilt = true;
        world.run_secs(2);
        for _ in 0..60 {
            match dice.random_range(0..8) {
                0 => drop(world.call(ALICE, "bob")),
                1 => drop(world.call(BOB, "alice")),
                2 => world.run(Duration::from_millis(dice.random_range(0..20_000))),
                _ => {}
            }
            let agent = dice.random_range(0..2);
            let known: Vec<_> = world.events[agent]
                .iter()
                .filter_map(|event| match event {
                    SipEvent::Incoming(incoming) => Some(incoming.call.clone()),
                    SipEvent::Call(call, _) => Some(call.clone()),
                    _ => None,
                })
                .collect();
            if let Some(call) = known.choose(&mut dice).cloned() {
                let sdp = ANSWER.to_vec();
                let target = || "sip:carol@cusax.test".to_owned();
                let command = match dice.random_range(0..14) {
                    0..4 => SipCommand::Answer { call, sdp, impp: None },
                    4 => SipCommand::AnswerReoffer { call, sdp: Some(sdp) },
                    5 => SipCommand::AnswerReoffer { call, sdp: None },
                    6 => SipCommand::Refuse { call, status: dice.random() },
                    7 | 8 => SipCommand::Reoffer { call, sdp },
                    9 => SipCommand::Digit { call, digit: char::from(dice.random::<u8>()) },
                    10 => SipCommand::Follow { call, target: target(), dial_as: target() },
                    11 => SipCommand::Redirect { call, to: target() },
                    12 => SipCommand::Acknowledge { call, sdp },
                    _ => SipCommand::Hangup(call),
                };
                world.command(agent, command);
                if dice.random_ratio(1, 20) {
                    world.flow(agent, Ok(()));
                }
            }
            for _ in 0..10 {
                spoil(&mut world, &mut dice);
            }
            // What was said long ago need not be known for ever.
            let old = world.sent.len().saturating_sub(300);
            world.sent.drain(..old);
        }
        world.run_secs(700);
        for agent in [ALICE, BOB] {
            world.command(agent, SipCommand::Quit);
        }
        world.run_secs(5);
        assert!(world.agents.iter().all(|agent| agent.is_closed()), "seed {seed}");
    }
}

#[test]
fn a_message_with_nothing_but_via_is_read_in_time() {
    let via = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n";
    let lists = format!("Via: {}\r\n", vec!["SIP/2.0/UDP a"; 500].join(","));
    for head in [via.repeat(8_000), lists.repeat(120)] {
        let text = format!(
            "INVITE sip:alice@192.0.2.10 SIP/2.0\r\n{head}From: <sip:e@e>;tag=1\r\n\
             To: <sip:alice@cusax.test>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:e@e>\r\nContent-Length: 0\r\n\r\n"
        );
        let begun = std::time::Instant::now();
        let mut reader = wire::StreamReader::new();
        reader.push(text.as_bytes());
        let mut world = World::ready(1, FAIR);
        (world.scripted, world.spoilt) = (Some(BOB), true);
        let source = world.source(BOB, true);
        let now = world.now;
        match reader.next() {
            Some(Ok(wire::Framed::Message(message @ Message::Request(_)))) => {
                world.agents[ALICE].handle_message(now, &source, message);
            }
            Some(Err(error)) => world.agents[ALICE].handle_malformed(&source, &error),
            other => panic!("{other:?}"),
        }
        world.run_secs(1);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}
