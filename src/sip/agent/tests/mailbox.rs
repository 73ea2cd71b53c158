//! The mailbox's subscription, with a scripted provider.

use std::time::Duration;

use super::world::*;
use crate::model::account::Mailbox;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{SipCommand, SipEvent};

const BODY: &str =
    "Messages-Waiting: yes\r\nMessage-Account: sip:vm@cusax.test\r\nVoice-Message: 2/1 (0/0)\r\n";

/// Alice is registered, her SUBSCRIBE waits.
fn subscribing() -> (World, Request) {
    let mut world = World::new(1, FAIR);
    world.mailboxes = true;
    world.run(Duration::from_millis(300));
    world.events.iter_mut().for_each(Vec::clear);
    let subscribe = last(&world);
    (world, subscribe)
}

fn last(world: &World) -> Request {
    (*world.requests(ALICE, &Method::Subscribe).last().unwrap()).clone()
}

fn reply(request: &Request, status: u16, extra: &[(&str, &str)]) -> Message {
    let mut response = Response::to_request(request, status, None);
    let to = request.headers.get("To").unwrap();
    if request.headers.to().unwrap().tag().is_none() {
        response.headers.set("To", format!("{to};tag=vm"));
    }
    for (name, value) in extra {
        response.headers.set(name, *value);
    }
    Message::Response(response)
}

fn notify(of: &Request, number: u32, state: &str, body: &str) -> Request {
    let mut notify = Request::new(Method::Notify, "sip:alice@192.0.2.10:5060");
    let headers = &mut notify.headers;
    let tag = of.headers.call_id().unwrap();
    headers.push("Via", format!("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKvm{tag}{number}"));
    headers.push("Max-Forwards", "70");
    headers.push("From", "<sip:alice@cusax.test>;tag=vm");
    headers.push("To", of.headers.get("From").unwrap());
    headers.push("Call-ID", tag);
    headers.push("CSeq", format!("{number} NOTIFY"));
    headers.push("Contact", "<sip:vm@192.0.2.1:5060>");
    headers.push("Event", "message-summary");
    headers.push("Subscription-State", state);
    headers.push("Content-Type", "application/simple-message-summary");
    notify.body = body.as_bytes().to_vec();
    notify
}

fn give(world: &mut World, request: Request) -> u16 {
    world.inject(ALICE, &Message::Request(request));
    *world.statuses(ALICE, &Method::Notify).last().unwrap()
}

fn state() -> SipEvent {
    let uri = Some("sip:vm@cusax.test".to_owned());
    SipEvent::Mailbox(Mailbox { waiting: true, new: 2, old: 1, uri })
}

#[test]
fn is_told_refreshed_and_ended() {
    let (mut world, subscribe) = subscribing();
    assert_eq!(subscribe.uri, "sip:alice@cusax.test");
    assert_eq!(subscribe.headers.get("Event"), Some("message-summary"));
    assert_eq!(subscribe.headers.get("Expires"), Some("3600"));
    world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
    assert_eq!(give(&mut world, notify(&subscribe, 1, "active;expires=600", BODY)), 200);
    assert_eq!(give(&mut world, notify(&subscribe, 2, "active;expires=600", BODY)), 200);
    assert_eq!(world.events[ALICE], [state()], "told once");
    world.run_secs(470);
    assert_eq!(world.requests(ALICE, &Method::Subscribe).len(), 1);
    for _ in 0..80 {
        if world.requests(ALICE, &Method::Subscribe).len() == 1 {
            world.run_secs(1);
        }
    }
    let refresh = last(&world);
    assert_eq!(refresh.headers.call_id(), subscribe.headers.call_id());
    assert_eq!(refresh.headers.to().unwrap().tag(), Some("vm"));
    assert_eq!(refresh.headers.cseq().unwrap().number, 2);
    world.inject(ALICE, &reply(&refresh, 200, &[("Expires", "600")]));
    world.command(ALICE, SipCommand::Quit);
    assert_eq!(last(&world).headers.get("Expires"), Some("0"));
    world.run_secs(3);
    assert!(world.agents[ALICE].is_closed());
}

#[test]
fn a_state_without_a_lifetime_has_that_of_the_answer() {
    let (mut world, subscribe) = subscribing();
    world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
    give(&mut world, notify(&subscribe, 1, "active", BODY));
    let wait = anew(&mut world).unwrap().as_secs();
    assert!((479..=541).contains(&wait), "{wait}");
}

#[test]
fn a_notify_may_come_before_the_answer_and_foreign_ones_find_nothing() {
    let (mut world, subscribe) = subscribing();
    assert_eq!(give(&mut world, notify(&subscribe, 5, "active;expires=600", BODY)), 200);
    world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
    assert_eq!(world.events[ALICE], [state()]);
    assert_eq!(give(&mut world, notify(&subscribe, 4, "active", BODY)), 500, "out of order");
    let mut fork = notify(&subscribe, 6, "active", BODY);
    fork.headers.set("From", "<sip:alice@cusax.test>;tag=other");
    assert_eq!(give(&mut world, fork), 481);
    let mut package = notify(&subscribe, 7, "active", BODY);
    package.headers.set("Event", "presence");
    assert_eq!(give(&mut world, package), 489);
    let mut html = notify(&subscribe, 8, "active", BODY);
    html.headers.set("Content-Type", "text/html");
    assert_eq!(give(&mut world, html), 415);
    let odd = notify(&subscribe, 9, "active", "Messages-Waiting: perhaps");
    assert_eq!(give(&mut world, odd), 200);
    assert_eq!(world.events[ALICE], [state()]);
}

#[test]
fn a_provider_without_mailboxes_is_asked_once_a_registration() {
    for status in [403, 404, 405, 480, 489, 501, 603] {
        let (mut world, subscribe) = subscribing();
        world.inject(ALICE, &reply(&subscribe, status, &[]));
        world.run_secs(7200);
        assert_eq!(world.requests(ALICE, &Method::Subscribe).len(), 1, "{status}");
        assert!(world.events[ALICE].is_empty(), "{status}: without a word");
        world.flow(ALICE, Err(crate::model::fault::Fault::Lost("reset".to_owned())));
        world.run_secs(10);
        let asked = world.requests(ALICE, &Method::Subscribe);
        let asked: std::collections::BTreeSet<_> =
            asked.iter().filter_map(|request| request.headers.call_id()).collect();
        assert_eq!(asked.len(), 2, "{status}");
    }
}

/// How long until it is tried anew; `None` when it is not within two hours.
fn anew(world: &mut World) -> Option<Duration> {
    let count = world.requests(ALICE, &Method::Subscribe).len();
    let start = world.now;
    for _ in 0..7200 {
        world.run_secs(1);
        if world.requests(ALICE, &Method::Subscribe).len() > count {
            return Some(world.now - start);
        }
    }
    None
}

#[test]
fn how_an_end_is_taken() {
    for (state, at_least, at_most) in [
        ("terminated;reason=deactivated", 1, 5),
        ("terminated;reason=timeout", 1, 5),
        ("terminated", 1, 5),
        ("terminated;reason=probation;retry-after=90", 90, 92),
        ("terminated;reason=giveup;retry-after=9999999", 3600, 3602),
        ("terminated;reason=rejected", 0, 0),
        ("terminated;reason=noresource", 0, 0),
        ("terminated;reason=invariant", 0, 0),
    ] {
        let (mut world, subscribe) = subscribing();
        world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
        give(&mut world, notify(&subscribe, 1, state, ""));
        let wait = anew(&mut world).map_or(0, |wait| wait.as_secs());
        assert!((at_least..=at_most).contains(&wait), "{state}: {wait}");
        if wait > 0 {
            assert_ne!(last(&world).headers.call_id(), subscribe.headers.call_id(), "{state}");
        }
    }
}

#[test]
fn what_the_provider_may_want_first() {
    let (mut world, subscribe) = subscribing();
    let challenge =
        ("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"n\", qop=\"auth\"");
    world.inject(ALICE, &reply(&subscribe, 407, &[challenge]));
    let again = last(&world);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    world.inject(ALICE, &reply(&again, 423, &[("Min-Expires", "7200")]));
    let longer = last(&world);
    assert_eq!(longer.headers.get("Expires"), Some("7200"));
    world.inject(ALICE, &reply(&longer, 423, &[("Min-Expires", "7200")]));
    assert_eq!(anew(&mut world), None, "a provider that is never content");
    // Taken, and then nobody notifies: Timer N.
    let (mut world, subscribe) = subscribing();
    world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
    let wait = anew(&mut world).unwrap().as_secs();
    assert!((32..40).contains(&wait), "{wait}");
    // Forgotten by the provider.
    let (mut world, subscribe) = subscribing();
    world.inject(ALICE, &reply(&subscribe, 200, &[("Expires", "600")]));
    give(&mut world, notify(&subscribe, 1, "active;expires=600", BODY));
    // Before it is repeated for the last time and given up.
    let before = world.requests(ALICE, &Method::Subscribe).len();
    while world.requests(ALICE, &Method::Subscribe).len() == before {
        world.run_secs(1);
    }
    let refresh = last(&world);
    assert_eq!(refresh.headers.call_id(), subscribe.headers.call_id());
    world.inject(ALICE, &reply(&refresh, 481, &[]));
    assert!(anew(&mut world).unwrap().as_secs() < 5);
    assert_eq!(last(&world).headers.to().unwrap().tag(), None);
}

#[test]
fn unasked_only_from_our_own_provider() {
    for (main, event, status, told) in [
        (true, "message-summary", 200, 1),
        (false, "message-summary", 481, 0),
        (true, "check-sync", 200, 1),
        (true, "check-sync;reboot=false", 200, 1),
        (false, "check-sync", 489, 0),
        (true, "refer", 481, 0),
        (true, "presence", 489, 0),
    ] {
        let mut world = World::ready(2, FAIR);
        let subscribe = Request::new(Method::Subscribe, "sip:x@y");
        let mut of = subscribe;
        of.headers.push("Call-ID", "unasked");
        of.headers.push("From", "<sip:alice@cusax.test>");
        let mut unasked = notify(&of, 1, "active", BODY);
        unasked.headers.set("Event", event);
        world.inject_from(ALICE, &Message::Request(unasked), main);
        assert_eq!(world.statuses(ALICE, &Method::Notify), [status], "{event} {main}");
        assert_eq!(world.events[ALICE].len(), told, "{event} {main}");
    }
}
