//! Requests outside of dialogs, and what strangers may not do.

use std::time::Duration;

use super::world::*;
use crate::model::account::Transport;
use crate::sip::message::{Headers, Message, Method, Request, Response};
use crate::sip::{SipCommand, SipEvent, wire};

fn request(method: &str, uri: &str) -> Request {
    let mut headers = Headers::default();
    headers.push("Via", format!("SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK{method}"));
    headers.push("Max-Forwards", "70");
    headers.push("From", "\"Eve\u{1}\u{202e}\" <sip:eve@evil.test>;tag=1");
    headers.push("To", "<sip:alice@cusax.test>");
    headers.push("Call-ID", format!("{method}@evil"));
    headers.push("CSeq", format!("1 {method}"));
    headers.push("Contact", "<sip:eve@192.0.2.11>");
    Request { method: Method::from(method), uri: uri.to_owned(), headers, body: vec![] }
}

const ALICE_URI: &str = "sip:alice@192.0.2.10:5060";

/// What Alice answers to one request on a fresh network.
fn answer(request: Request) -> Response {
    let mut world = World::ready(1, FAIR);
    world.scripted = Some(BOB);
    world.inject(ALICE, &Message::Request(request));
    let finals = world.sent.iter().rev().find_map(|(_, message)| match message {
        Message::Response(response) => Some(response.clone()),
        Message::Request(_) => None,
    });
    finals.expect("an answer")
}

#[test]
fn every_request_gets_its_answer() {
    for (method, status) in [
        ("OPTIONS", 200),
        ("MESSAGE", 405),
        ("PUBLISH", 405),
        ("REFER", 403),
        ("REGISTER", 405),
        ("SUBSCRIBE", 489),
        ("NOTIFY", 489),
        ("BYE", 481),
        ("PRACK", 481),
        ("UPDATE", 481),
        ("CANCEL", 481),
        ("NEWMETHOD", 501),
        ("INVITE", 180),
    ] {
        let response = answer(request(method, ALICE_URI));
        assert_eq!(response.status, status, "{method}");
        assert!(response.headers.to().unwrap().tag().is_some(), "{method}");
    }
}

/// A request of Eve's in the dialog of the call that she began.
fn within(method: &str, tag: &str, extra: &[(&str, &str)]) -> Request {
    let mut request = request(method, ALICE_URI);
    request.headers.set("Via", format!("SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKin{method}"));
    request.headers.set("To", format!("<sip:alice@cusax.test>;tag={tag}"));
    request.headers.set("Call-ID", "INVITE@evil");
    request.headers.set("CSeq", format!("7 {method}"));
    for (name, value) in extra {
        request.headers.set(name, *value);
    }
    request
}

#[test]
fn in_every_place_every_request_gets_its_answer() {
    let refer = [("Refer-To", "<sip:x@y>")];
    let notify = [("Event", "refer"), ("Subscription-State", "active")];
    let presence = [("Event", "presence")];
    /// Method and headers; the status ringing here, answered, and in a dialog that nobody knows.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, u16, u16);
    let table: [Row<'_>; 14] = [
        ("OPTIONS", &[], 200, 200, 481),
        ("REFER", &refer, 403, 202, 481),
        ("NOTIFY", &notify, 481, 481, 481),
        ("NOTIFY", &presence, 481, 489, 481),
        ("SUBSCRIBE", &presence, 489, 489, 481),
        ("SUBSCRIBE", &[("Event", "refer")], 489, 481, 481),
        ("MESSAGE", &[], 405, 405, 481),
        ("PUBLISH", &[], 405, 405, 481),
        ("REGISTER", &[], 405, 405, 481),
        ("NEWMETHOD", &[], 501, 501, 481),
        ("OPTIONS", &[("Require", "wings")], 420, 420, 420),
        ("BYE", &[], 200, 200, 481),
        ("OPTIONS", &[("CSeq", "0 OPTIONS")], 500, 500, 481),
        ("REFER", &[("CSeq", "0 REFER")], 500, 500, 481),
    ];
    for (method, extra, ringing, answered, unknown) in table {
        for (place, expected) in [ringing, answered, unknown].into_iter().enumerate() {
            let mut world = World::ready(1, FAIR);
            world.scripted = Some(BOB);
            world.inject(ALICE, &Message::Request(request("INVITE", ALICE_URI)));
            let (_, Message::Response(ringing)) = world.sent.last().unwrap().clone() else {
                panic!()
            };
            let tag = ringing.headers.to().unwrap().tag().unwrap().to_owned();
            let SipEvent::Incoming(call) = world.events[ALICE][0].clone() else { panic!() };
            if place == 1 {
                let sdp = ANSWER.to_vec();
                world.command(ALICE, SipCommand::Answer { call: call.call, sdp, impp: None });
                let ack = within("ACK", &tag, &[("CSeq", "1 ACK")]);
                world.inject(ALICE, &Message::Request(ack));
            }
            let tag = if place == 2 { "nobody" } else { &tag };
            world.inject(ALICE, &Message::Request(within(method, tag, extra)));
            let status = world.statuses(ALICE, &Method::from(method));
            assert_eq!(status, [expected], "{method} {extra:?} in place {place}");
        }
    }
}

#[test]
fn an_answer_that_the_caller_cannot_read_is_not_begun() {
    for (accept, status) in [
        ("application/sdp", 180),
        ("text/plain, application/*;q=0.5", 180),
        ("*/*", 180),
        ("text/plain", 406),
        ("", 406),
    ] {
        let mut invite = request("INVITE", ALICE_URI);
        invite.headers.push("Accept", accept);
        assert_eq!(answer(invite).status, status, "{accept}");
    }
}

#[test]
fn events_that_nobody_serves_are_named() {
    let mut presence = request("SUBSCRIBE", ALICE_URI);
    presence.headers.push("Event", "presence");
    let refused = answer(presence.clone());
    assert_eq!((refused.status, refused.headers.get("Allow-Events")), (489, Some("refer")));
    presence.headers.set("Event", "refer");
    assert_eq!(answer(presence).status, 403);
}

#[test]
fn abilities_do_not_name_chat() {
    let options = answer(request("OPTIONS", "sip:192.0.2.10"));
    let allow = options.headers.get("Allow").unwrap();
    assert!(allow.contains("INVITE") && !allow.contains("MESSAGE") && !allow.contains("PUBLISH"));
    for method in ["ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE", "INFO"] {
        assert!(options.headers.lists("Allow", method), "{method}");
    }
    assert!(options.headers.lists("Accept", "application/sdp"));
    assert!(options.headers.lists("Accept", "application/dtmf-relay"));
    assert!(options.headers.lists("Supported", "timer"));
    assert!(options.headers.lists("Supported", "100rel"));
    assert!(options.headers.lists("Supported", "replaces"));
    assert!(options.headers.lists("Supported", "norefersub"));
    assert_eq!(answer(request("MESSAGE", ALICE_URI)).headers.get("Allow"), Some(allow));
}

#[test]
fn what_cannot_be_met_is_named() {
    assert_eq!(answer(request("INVITE", "http://alice")).status, 416);
    assert_eq!(answer(request("INVITE", "sip:100@192.0.2.10")).status, 404);
    let mut extended = request("INVITE", ALICE_URI);
    extended.headers.push("Require", "100rel, timer, foo");
    let refused = answer(extended);
    assert_eq!((refused.status, refused.headers.get("Unsupported")), (420, Some("foo")));
    let mut strange = request("INVITE", ALICE_URI);
    strange.headers.push("Content-Type", "text/plain");
    strange.body = b"hello".to_vec();
    let refused = answer(strange);
    assert_eq!((refused.status, refused.headers.get("Accept")), (415, Some("application/sdp")));
    let mut deaf = request("INVITE", ALICE_URI);
    deaf.headers.push("Accept", "text/plain");
    assert_eq!(answer(deaf).status, 406);
    let mut lost = request("BYE", ALICE_URI);
    lost.headers.set("To", "<sip:alice@cusax.test>;tag=none");
    assert_eq!(answer(lost).status, 481);
    let mut unreachable = request("INVITE", ALICE_URI);
    unreachable.headers.remove("Contact");
    assert_eq!(answer(unreachable).status, 400);
}

#[test]
fn a_request_that_came_by_two_paths_is_taken_once() {
    let mut world = World::ready(2, FAIR);
    let first = request("INVITE", ALICE_URI);
    let mut second = first.clone();
    second.headers.set("Via", "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKother");
    world.inject(ALICE, &Message::Request(first.clone()));
    world.inject(ALICE, &Message::Request(second));
    world.inject(ALICE, &Message::Request(first));
    assert_eq!(world.statuses(ALICE, &Method::Invite), [180, 482, 180]);
}

#[test]
fn who_begins_each_call_anew_writes_its_own_address_into_from() {
    for (host, main, expected) in [
        (None, true, true),
        (None, false, false),
        (Some("192.0.2.200"), true, false),
        (Some("cusax.test"), true, false),
    ] {
        let mut world = World::ready(3, FAIR);
        let proxy = world.agents[ALICE].stack.flow.as_ref().unwrap().remote.ip().to_string();
        let mut invite = request("INVITE", ALICE_URI);
        let host = host.unwrap_or(&proxy);
        invite.headers.set("From", format!("<sip:+13035551212@{host}>;tag=a"));
        world.inject_from(ALICE, &Message::Request(invite), main);
        let SipEvent::Incoming(call) = world.events[ALICE][0].clone() else { panic!() };
        assert_eq!(call.from_proxy, expected, "{host}, {main}");
    }
}

#[test]
fn asserted_identity_counts_only_from_the_proxy() {
    for (main, expected) in [(true, vec!["sip:eve@evil.test", "tel:+1555"]), (false, vec![])] {
        let mut world = World::ready(3, FAIR);
        let mut invite = request("INVITE", ALICE_URI);
        invite.headers.push("P-Asserted-Identity", "\"E, V\" <sip:eve@evil.test>, <tel:+1555>");
        world.inject_from(ALICE, &Message::Request(invite), main);
        let SipEvent::Incoming(call) = world.events[ALICE][0].clone() else { panic!() };
        assert_eq!(call.asserted, expected);
        assert_eq!(call.by_proxy, main);
        assert_eq!(call.from_display.as_deref(), Some("Eve"));
    }
}

#[test]
fn a_cut_or_cleaned_address_is_nobody_s() {
    let padding = "x".repeat(200 - "sip:bob:@cusax.test".len());
    for from in [
        // Within the limit of what is shown, this ends with `@cusax.test`.
        format!("<sip:bob:{padding}@cusax.test.evil.example>;tag=1"),
        "<sip:bob@cusax\u{202e}.test>;tag=1".to_owned(),
    ] {
        let mut world = World::ready(3, FAIR);
        let mut invite = request("INVITE", ALICE_URI);
        invite.headers.set("From", from);
        world.inject(ALICE, &Message::Request(invite));
        let SipEvent::Incoming(call) = world.events[ALICE][0].clone() else { panic!() };
        let read = crate::model::address::Dialable::parse(&call.from, &Default::default());
        assert!(read.is_err(), "{} is read as {read:?}", call.from);
    }
}

#[test]
fn a_flood_is_bounded_and_the_account_goes_on() {
    let mut world = World::ready(4, FAIR);
    world.scripted = Some(BOB);
    for number in 0..2000 {
        let mut probe = request("OPTIONS", ALICE_URI);
        probe.headers.set("Via", format!("SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK{number}"));
        probe.headers.set("Call-ID", number.to_string());
        world.inject_from(ALICE, &Message::Request(probe), false);
    }
    let statuses = world.statuses(ALICE, &Method::Options);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 256);
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 2000 - 256);
    let mut proxied = request("OPTIONS", ALICE_URI);
    proxied.headers.set("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxied");
    proxied.headers.set("Call-ID", "proxied");
    world.inject(ALICE, &Message::Request(proxied));
    assert_eq!(world.statuses(ALICE, &Method::Options).last(), Some(&200), "not shut out");
    world.run_secs(40);
    world.inject_from(ALICE, &Message::Request(request("OPTIONS", ALICE_URI)), false);
    assert_eq!(world.statuses(ALICE, &Method::Options).last(), Some(&200));
}

#[test]
fn strangers_cannot_take_every_line() {
    let mut world = World::ready(7, FAIR);
    world.scripted = Some(BOB);
    for number in 0..4 {
        let mut invite = request("INVITE", ALICE_URI);
        invite.headers.set("Via", format!("SIP/2.0/UDP 192.0.2.11;branch=z9hG4bK{number}"));
        invite.headers.set("Call-ID", number.to_string());
        world.inject_from(ALICE, &Message::Request(invite), false);
    }
    assert_eq!(world.statuses(ALICE, &Method::Invite), [180, 180, 486, 486]);
    world.call(BOB, "alice");
    world.run_secs(1);
    assert_eq!(world.statuses(ALICE, &Method::Invite).last(), Some(&180));
}

#[test]
fn malformed_requests_are_answered_and_nothing_else_happens() {
    let mut world = World::ready(5, FAIR);
    let broken = b"INVITE sip:alice@192.0.2.10 SIP/7.0\r\nVia: SIP/2.0/UDP 192.0.2.11;branch=z9hG4bKx\r\nFrom: <sip:e@e>;tag=1\r\nTo: <sip:alice@cusax.test>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    let error = wire::parse_datagram(broken).unwrap_err();
    let source = crate::sip::transport::Source {
        flow: crate::sip::transport::FlowId::MAIN,
        address: address(BOB),
        transport: Transport::Udp,
    };
    world.agents[ALICE].handle_malformed(&source, &error);
    world.run(Duration::from_millis(1));
    assert_eq!(world.statuses(ALICE, &Method::Invite), [505]);
    assert!(world.events[ALICE].is_empty());
}

#[test]
fn a_retransmitted_answer_is_acknowledged_again() {
    let mut world = World::ready(6, FAIR);
    world.scripted = Some(BOB);
    world.inject(ALICE, &Message::Request(request("INVITE", ALICE_URI)));
    let SipEvent::Incoming(call) = world.events[ALICE][0].clone() else { panic!() };
    world.command(ALICE, SipCommand::Answer { call: call.call, sdp: ANSWER.to_vec(), impp: None });
    world.run_secs(40);
    let answers = world.statuses(ALICE, &Method::Invite);
    assert!(answers.iter().filter(|status| **status == 200).count() >= 10, "{answers:?}");
    assert!(!world.requests(ALICE, &Method::Bye).is_empty(), "unacknowledged: ended with BYE");
    world.run_secs(60);
    world.assert_at_rest();
}
