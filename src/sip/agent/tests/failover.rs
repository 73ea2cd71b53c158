//! A request outside of dialogs that one of the server's targets cannot serve goes to the next
//! (RFC 3263 §4.3).

use std::time::Duration;

use super::calls::{last, reply};
use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::{CallId, MessageId};
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{CallEvent, OutgoingMessage, SipCommand, SipEvent};

/// Alice's call to a scripted peer; her server has so many targets left.
fn calling(seed: u64, alternatives: usize) -> (World, CallId, Request) {
    let mut world = World::of(seed, FAIR, &["alice", "bob"], true);
    world.alternatives = alternatives;
    let mut world = world.registered();
    world.run_secs(5);
    world.events[ALICE].clear();
    world.scripted = Some(BOB);
    let call = world.call(ALICE, "bob");
    world.run(Duration::from_millis(100));
    let invite = last(&world, ALICE, &Method::Invite);
    (world, call, invite)
}

fn busy_server(invite: &Request) -> Message {
    let Message::Response(mut response) = reply(invite, 503, "down", b"") else { unreachable!() };
    response.headers.set("Retry-After", "120 (soon)");
    Message::Response(response)
}

fn down(minutes: Option<u64>) -> EndReason {
    EndReason::Refused {
        code: 503,
        text: "Service Unavailable".to_owned(),
        retry_after: minutes.map(|minutes| Duration::from_secs(60 * minutes)),
    }
}

fn invites(world: &World) -> Vec<Request> {
    world.requests(ALICE, &Method::Invite).into_iter().cloned().collect()
}

#[test]
fn a_call_goes_to_the_next_target_as_another_transaction() {
    let (mut world, _, invite) = calling(1, 1);
    world.inject(ALICE, &busy_server(&invite));
    world.run_secs(1);
    assert_eq!(world.alternatives, 0);
    let again = last(&world, ALICE, &Method::Invite);
    assert_ne!(again.headers.via().unwrap().branch(), invite.headers.via().unwrap().branch());
    for name in ["CSeq", "Call-ID", "From", "To", "Contact"] {
        assert_eq!(again.headers.get(name), invite.headers.get(name), "{name}");
    }
    assert_eq!((&again.uri, &again.body), (&invite.uri, &invite.body));
    assert_eq!(world.ends(ALICE), []);
    world.inject(ALICE, &reply(&again, 200, "two", ANSWER));
    let answered =
        |event: &SipEvent| matches!(event, SipEvent::Call(_, CallEvent::Answered { .. }));
    assert!(world.events[ALICE].iter().any(answered));
    assert_eq!(world.ends(ALICE), []);
}

#[test]
fn each_target_is_tried_once() {
    let (mut world, _, invite) = calling(2, 2);
    let mut branches = vec![invite.headers.via().unwrap().branch().map(str::to_owned)];
    let mut invite = invite;
    for _ in 0..2 {
        world.inject(ALICE, &busy_server(&invite));
        assert_eq!(world.ends(ALICE), []);
        world.run_secs(1);
        invite = last(&world, ALICE, &Method::Invite);
        let branch = invite.headers.via().unwrap().branch().map(str::to_owned);
        assert!(!branches.contains(&branch));
        branches.push(branch);
    }
    world.inject(ALICE, &busy_server(&invite));
    assert_eq!(world.ends(ALICE), [down(Some(2))]);
    world.run_secs(60);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn with_one_target_it_is_a_refusal_with_the_time_to_wait() {
    let (mut world, _, invite) = calling(3, 0);
    world.inject(ALICE, &busy_server(&invite));
    assert_eq!(world.ends(ALICE), [down(Some(2))]);
    world.run_secs(60);
    assert_eq!(invites(&world).len(), 1);
}

#[test]
fn what_has_rung_is_not_tried_elsewhere() {
    let (mut world, _, invite) = calling(4, 1);
    world.inject(ALICE, &reply(&invite, 180, "one", b""));
    world.inject(ALICE, &busy_server(&invite));
    assert_eq!(world.ends(ALICE), [down(Some(2))]);
    assert_eq!(world.alternatives, 1);
}

#[test]
fn silence_moves_a_call_on() {
    let (mut world, _, invite) = calling(5, 1);
    world.run_secs(40);
    let again = last(&world, ALICE, &Method::Invite);
    assert_ne!(again.headers.via().unwrap().branch(), invite.headers.via().unwrap().branch());
    assert_eq!(again.headers.get("CSeq"), invite.headers.get("CSeq"));
    assert_eq!(world.ends(ALICE), []);
    world.run_secs(40);
    assert_eq!(world.ends(ALICE), [EndReason::NoAnswer]);
    world.run_secs(60);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_target_that_cannot_be_reached_ends_the_call_as_the_first_one_would() {
    let (mut world, _, invite) = calling(6, 1);
    world.connect = Err(Fault::Refused("proxy".to_owned()));
    world.inject(ALICE, &busy_server(&invite));
    world.run_secs(1);
    assert_eq!(world.ends(ALICE), [down(Some(2))]);
    world.connect = Ok(());
    world.run_secs(60);
    assert_eq!(invites(&world).len(), 1, "it is over");
}

#[test]
fn hung_up_on_the_way_nothing_follows() {
    let (mut world, call, invite) = calling(7, 1);
    world.registrar.silent = true;
    world.inject(ALICE, &busy_server(&invite));
    world.run_secs(1);
    world.command(ALICE, SipCommand::Hangup(call));
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.registrar.silent = false;
    world.run_secs(60);
    assert_eq!(invites(&world).len(), 1);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_message_goes_to_the_next_target_and_then_fails() {
    let (mut world, call, _) = calling(8, 1);
    world.command(ALICE, SipCommand::Hangup(call));
    world.run_secs(120);
    let message = OutgoingMessage {
        id: MessageId::new("m"),
        to: "sip:bob@cusax.test".to_owned(),
        body: "hello".to_owned(),
    };
    world.command(ALICE, SipCommand::Message(message));
    let outcome = |world: &World| {
        world.events[ALICE].iter().find_map(|event| match event {
            SipEvent::MessageState { sent, .. } => Some(sent.clone()),
            _ => None,
        })
    };
    let first = last(&world, ALICE, &Method::Message);
    let refusal = |request| Message::Response(Response::to_request(request, 503, None));
    world.inject(ALICE, &refusal(&first));
    world.run_secs(1);
    let second = last(&world, ALICE, &Method::Message);
    assert_ne!(second.headers.via().unwrap().branch(), first.headers.via().unwrap().branch());
    assert_eq!(second.headers.get("CSeq"), first.headers.get("CSeq"));
    assert_eq!(second.body, b"hello");
    assert_eq!(outcome(&world), None);
    world.inject(ALICE, &refusal(&second));
    assert!(matches!(outcome(&world), Some(Err(Fault::Rejected(_)))));
}

#[test]
fn other_calls_survive_the_move() {
    let weather = Weather { transport: Transport::Tls, ..FAIR };
    let mut world = World::new(9, weather);
    world.alternatives = 1;
    let mut world = world.registered();
    world.call(ALICE, "bob");
    let incoming = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call: incoming, sdp: ANSWER.to_vec(), impp: None });
    world.confirmed(BOB);
    world.scripted = Some(BOB);
    world.call(ALICE, "bob");
    world.run(Duration::from_millis(100));
    let invite = last(&world, ALICE, &Method::Invite);
    world.inject(ALICE, &busy_server(&invite));
    world.run_secs(1);
    assert_eq!(world.alternatives, 0);
    assert_eq!(world.ends(ALICE), []);
}
