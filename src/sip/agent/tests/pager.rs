//! Instant messages, and an account that has none.

use super::world::*;
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::model::id::MessageId;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{IncomingMessage, OutgoingMessage, SipCommand, SipEvent};

fn chatting(seed: u64, weather: Weather) -> World {
    let mut world = World::of(seed, weather, &["alice", "bob"], true).registered();
    world.run_secs(5);
    world
}

fn send(world: &mut World, id: &str, to: &str, body: &str) {
    let message =
        OutgoingMessage { id: MessageId::new(id), to: to.to_owned(), body: body.to_owned() };
    world.command(ALICE, SipCommand::Message(message));
}

fn outcome(world: &World, wanted: &str) -> Vec<Result<(), Fault>> {
    let state = |event: &SipEvent| match event {
        SipEvent::MessageState { id, sent } if *id == MessageId::new(wanted) => Some(sent.clone()),
        _ => None,
    };
    world.events[ALICE].iter().filter_map(state).collect()
}

fn bodies(world: &World, agent: usize) -> Vec<String> {
    let body = |event: &SipEvent| match event {
        SipEvent::Message(message) => Some(message.body.clone()),
        _ => None,
    };
    world.events[agent].iter().filter_map(body).collect()
}

fn incoming(number: u32, extra: &[(&str, &str)], body: &[u8]) -> Request {
    let mut request = Request::new(Method::Message, "sip:alice@192.0.2.10:5060");
    let headers = &mut request.headers;
    headers.push("Via", format!("SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKm{number}"));
    headers.push("Max-Forwards", "70");
    headers.push("From", "<sip:bob@cusax.test>;tag=1");
    headers.push("To", "<sip:alice@cusax.test>");
    headers.push("Call-ID", number.to_string());
    headers.push("CSeq", "1 MESSAGE");
    headers.push("Content-Type", "text/plain");
    for (name, value) in extra {
        headers.set(name, *value);
    }
    request.body = body.to_vec();
    request
}

fn last(world: &World) -> Request {
    (*world.requests(ALICE, &Method::Message).last().unwrap()).clone()
}

fn refuse(world: &mut World, status: u16, extra: &[(&str, &str)]) {
    let mut response = Response::to_request(&last(world), status, None);
    for (name, value) in extra {
        response.headers.set(name, *value);
    }
    world.inject(ALICE, &Message::Response(response));
}

#[test]
fn a_message_arrives_once_whatever_gets_lost() {
    let bad = Weather { transport: Transport::Udp, loss: 0.3, ..FAIR };
    for seed in 0..20 {
        let mut world = chatting(seed, bad);
        for number in 0..3 {
            send(
                &mut world,
                &number.to_string(),
                "sip:bob@cusax.test",
                &format!("h\u{e9} {number}"),
            );
        }
        world.run_secs(60);
        let mut bodies = bodies(&world, BOB);
        bodies.sort();
        assert_eq!(bodies, ["h\u{e9} 0", "h\u{e9} 1", "h\u{e9} 2"], "seed {seed}");
        for number in 0..3 {
            assert_eq!(outcome(&world, &number.to_string()), [Ok(())], "seed {seed}");
        }
    }
}

#[test]
fn a_message_is_plain_and_names_no_contact() {
    let mut world = chatting(1, FAIR);
    send(&mut world, "1", "sip:bob@cusax.test;method=BYE?Subject=x", "hello");
    let sent = last(&world);
    assert_eq!(sent.uri, "sip:bob@cusax.test");
    assert_eq!(sent.headers.get("Contact"), None);
    assert_eq!(sent.headers.get("Content-Type"), Some("text/plain;charset=utf-8"));
    world.run_secs(1);
    let message = IncomingMessage {
        from: "sip:alice@cusax.test".to_owned(),
        asserted: vec![],
        body: "hello".to_owned(),
    };
    assert_eq!(world.events[BOB], [SipEvent::Message(message.clone())]);
    let shown = format!("{message:?}{:?}", SipEvent::Message(message.clone()));
    assert!(!shown.contains("hello"));
}

#[test]
fn what_cannot_be_sent_is_said_in_words() {
    let mut world = chatting(2, FAIR);
    world.scripted = Some(BOB);
    for (id, to, body) in [
        ("long", "sip:bob@cusax.test", "x".repeat(1300)),
        ("xmpp", "xmpp:bob@cusax.test", "x".to_owned()),
        ("sips", "sips:bob@cusax.test", "x".to_owned()),
    ] {
        send(&mut world, id, to, &body);
        assert!(matches!(outcome(&world, id)[..], [Err(Fault::Local(_))]), "{id}");
    }
    assert!(world.requests(ALICE, &Method::Message).is_empty());
    send(&mut world, "refused", "sip:bob@cusax.test", "x");
    refuse(&mut world, 404, &[]);
    let words = Fault::Rejected("404 Not Found".to_owned());
    assert_eq!(outcome(&world, "refused"), [Err(words)]);
    send(&mut world, "silent", "sip:bob@cusax.test", "x");
    world.run_secs(40);
    assert!(matches!(outcome(&world, "silent")[..], [Err(Fault::TimedOut(_))]));
    for number in 0..40 {
        send(&mut world, &format!("many{number}"), "sip:bob@cusax.test", "x");
    }
    assert!(matches!(outcome(&world, "many31")[..], []));
    assert!(matches!(outcome(&world, "many32")[..], [Err(Fault::Local(_))]));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.connect = Err(Fault::Refused("x".to_owned()));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    send(&mut world, "offline", "sip:bob@cusax.test", "x");
    assert!(matches!(outcome(&world, "offline")[..], [Err(Fault::Lost(_))]));
}

#[test]
fn a_challenge_is_answered_and_a_wrong_password_said() {
    let mut world = chatting(3, FAIR);
    world.scripted = Some(BOB);
    let challenge =
        ("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"n\", qop=\"auth\"");
    send(&mut world, "1", "sip:bob@cusax.test", "x");
    let first = last(&world);
    refuse(&mut world, 407, &[challenge]);
    let again = last(&world);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    assert_eq!(again.headers.call_id(), first.headers.call_id());
    assert_eq!(again.headers.cseq().unwrap().number, 2);
    refuse(&mut world, 407, &[challenge]);
    assert_eq!(outcome(&world, "1"), [Err(Fault::WrongPassword)]);
}

#[test]
fn which_messages_are_taken() {
    for (at, (extra, body, status)) in [
        (&[][..], &b"hi"[..], 200),
        (&[("Content-Type", "text/plain;charset=UTF-8")][..], b"hi", 200),
        (&[("Content-Type", "text/plain;charset=utf-16")][..], b"hi", 415),
        (&[("Content-Type", "message/cpim")][..], b"hi", 415),
        (&[("Content-Type", "application/im-iscomposing+xml")][..], b"<a/>", 415),
        (&[("Content-Encoding", "gzip")][..], b"hi", 415),
        (&[][..], b"\xff\xfe", 400),
        (&[][..], &[b'x'; 9000][..], 413),
        (&[("Require", "wings")][..], b"hi", 420),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = chatting(4, FAIR);
        world.scripted = Some(BOB);
        world.inject(ALICE, &Message::Request(incoming(1, extra, body)));
        assert_eq!(world.statuses(ALICE, &Method::Message), [status], "row {at}");
        assert_eq!(bodies(&world, ALICE).len(), usize::from(status == 200), "row {at}");
    }
    let mut world = chatting(4, FAIR);
    world.scripted = Some(BOB);
    let mut other = incoming(1, &[], b"hi");
    other.uri = "sip:100@192.0.2.10".to_owned();
    world.inject(ALICE, &Message::Request(other));
    world.inject_from(ALICE, &Message::Request(incoming(2, &[], b"I am your bank")), false);
    world.inject(ALICE, &Message::Request(incoming(3, &[], b"hi")));
    assert_eq!(world.statuses(ALICE, &Method::Message), [404, 403, 200]);
    assert_eq!(bodies(&world, ALICE), ["hi"]);
}

#[test]
fn what_is_allowed_is_the_account_s() {
    for (chat, allowed, accept) in [
        (true, true, "application/sdp, application/dtmf-relay, application/dtmf, text/plain"),
        (false, false, "application/sdp, application/dtmf-relay, application/dtmf"),
    ] {
        let mut world = World::of(5, FAIR, &["alice", "bob"], chat).registered();
        world.scripted = Some(BOB);
        let mut options = incoming(1, &[], b"");
        options.method = Method::Options;
        options.headers.set("CSeq", "1 OPTIONS");
        world.inject(ALICE, &Message::Request(options));
        world.inject(ALICE, &Message::Request(incoming(2, &[], b"hi")));
        let response = |method: Method| {
            world.sent.iter().find_map(|(_, message)| match message {
                Message::Response(response)
                    if response.headers.cseq().is_some_and(|cseq| cseq.method == method) =>
                {
                    Some(response.clone())
                }
                _ => None,
            })
        };
        let options = response(Method::Options).unwrap();
        assert_eq!(options.headers.lists("Allow", "MESSAGE"), allowed);
        assert!(!options.headers.lists("Allow", "PUBLISH"));
        assert_eq!(options.headers.get("Accept"), Some(accept));
        let message = response(Method::Message).unwrap();
        assert_eq!(message.status, if chat { 200 } else { 405 });
        assert_eq!(message.headers.get("Allow").is_some(), !chat);
        if !chat {
            send(&mut world, "off", "sip:bob@cusax.test", "x");
            assert!(matches!(outcome(&world, "off")[..], [Err(Fault::Local(_))]));
            assert!(world.requests(ALICE, &Method::Message).is_empty());
        }
    }
}

#[test]
fn messages_are_switched_while_the_account_runs() {
    let mut world = chatting(6, FAIR);
    world.scripted = Some(BOB);
    for (number, chat) in [(1, false), (2, true), (3, false)] {
        world.command(ALICE, SipCommand::SetChat(chat));
        world.sent.clear();
        world.inject(ALICE, &Message::Request(incoming(10 * number, &[], b"hi")));
        assert_eq!(world.statuses(ALICE, &Method::Message), [if chat { 200 } else { 405 }]);
        let id = number.to_string();
        send(&mut world, &id, "sip:bob@cusax.test", "x");
        assert_eq!(world.requests(ALICE, &Method::Message).len(), usize::from(chat));
        assert_eq!(outcome(&world, &id).is_empty(), chat);
        world.call(ALICE, "bob");
        let invite = world.requests(ALICE, &Method::Invite)[0];
        assert_eq!(invite.headers.lists("Allow", "MESSAGE"), chat);
    }
}
