//! Going to rest, and coming back.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::MessageId;
use crate::sip::message::{Message, Method};
use crate::sip::{OutgoingMessage, Registration, SipCommand, SipEvent};

/// The registration's states since this was asked last.
fn states(world: &mut World) -> Vec<Registration> {
    let events = std::mem::take(&mut world.events[ALICE]);
    let state = |event| match event {
        SipEvent::Registration(state) => Some(state),
        _ => None,
    };
    events.into_iter().filter_map(state).collect()
}

fn bound(world: &World) -> usize {
    world.registrar.bound.iter().filter(|(agent, _)| *agent == ALICE).count()
}

fn registers(world: &World) -> usize {
    world.requests(ALICE, &Method::Register).len()
}

/// Alice and bob talk.
fn talk(world: &mut World) {
    world.call(ALICE, "bob");
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
    world.answered(ALICE);
    world.confirmed(BOB);
}

#[test]
fn an_account_rests_unregistered_until_it_is_wanted_back() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut world = World::new(1, Weather { transport, ..FAIR });
        world.registrar.password = Some("secret".to_owned());
        world.run_secs(5);
        let _ = states(&mut world);
        world.command(ALICE, SipCommand::Disconnect);
        world.run_secs(1);
        assert_eq!(states(&mut world), [Registration::Closed]);
        assert_eq!(bound(&world), 0);
        assert!(!world.agents[ALICE].is_closed());
        let before = registers(&world);
        for _ in 0..2 {
            world.command(ALICE, SipCommand::Disconnect);
        }
        world.run_secs(7200);
        assert!(states(&mut world).is_empty(), "said twice");
        assert_eq!(registers(&world), before, "it does not rest");

        world.command(ALICE, SipCommand::Connect);
        world.command(ALICE, SipCommand::Connect);
        world.run_secs(1);
        let [Registration::Connecting, Registration::Registered { .. }] = &states(&mut world)[..]
        else {
            panic!("{:?}", world.events[ALICE])
        };
        assert_eq!(bound(&world), 1);
        world.command(ALICE, SipCommand::Connect);
        world.run_secs(1);
        assert!(states(&mut world).is_empty());
        world.call(BOB, "alice");
        world.incoming(ALICE);
    }
}

#[test]
fn calls_and_messages_end_with_the_rest_and_none_begins_in_it() {
    let mut world = World::of(2, FAIR, &["alice", "bob"], true).registered();
    talk(&mut world);
    world.scripted = Some(BOB);
    let (id, to) = (MessageId::new("1"), "sip:bob@cusax.test".to_owned());
    let message = OutgoingMessage { id: id.clone(), to, body: "hi".to_owned() };
    world.command(ALICE, SipCommand::Message(message));
    world.command(ALICE, SipCommand::Disconnect);
    world.run_secs(3);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    let lost = |event: &SipEvent| {
        matches!(event, SipEvent::MessageState { sent: Err(Fault::Lost(_)), .. })
    };
    assert!(world.events[ALICE].iter().any(lost), "{:?}", world.events[ALICE]);
    assert!(world.inbox.iter().any(|message| {
        matches!(message, Message::Request(request) if request.method == Method::Bye)
    }));
    world.assert_at_rest_of(ALICE);

    world.scripted = None;
    world.events.iter_mut().for_each(Vec::clear);
    world.sent.clear();
    world.call(BOB, "alice");
    world.call(ALICE, "bob");
    world.run_secs(1);
    assert!(world.sent.iter().all(|(from, _)| *from != ALICE), "{:?}", world.sent);
    assert_eq!(world.ends(ALICE), [EndReason::NotConnected]);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_silent_registrar_keeps_nobody_from_resting_and_its_binding_is_replaced_later() {
    let mut world = World::ready(3, FAIR);
    world.registrar.silent = true;
    world.command(ALICE, SipCommand::Disconnect);
    world.run(Duration::from_millis(1900));
    assert!(states(&mut world).is_empty());
    world.run(Duration::from_millis(200));
    assert_eq!(states(&mut world), [Registration::Closed]);
    world.registrar.silent = false;
    world.registrar.seen_as = Some(("198.51.100.7", 40001));
    world.command(ALICE, SipCommand::Connect);
    world.run_secs(5);
    assert_eq!(bound(&world), 1, "{:?}", world.registrar.bound);
}

#[test]
fn a_changed_mind_is_followed_once_it_has_left() {
    let mut world = World::ready(4, FAIR);
    world.command(ALICE, SipCommand::Disconnect);
    world.command(ALICE, SipCommand::Connect);
    world.run_secs(1);
    let all = states(&mut world);
    let [Registration::Closed, Registration::Connecting, Registration::Registered { .. }] =
        all.as_slice()
    else {
        panic!("{all:?}")
    };
    for command in [SipCommand::Disconnect, SipCommand::Connect, SipCommand::Disconnect] {
        world.command(ALICE, command);
    }
    world.run_secs(3);
    assert_eq!(states(&mut world), [Registration::Closed]);
    assert_eq!(bound(&world), 0);
}

#[test]
fn one_that_rests_or_is_about_to_can_still_quit() {
    for wait in [Duration::ZERO, Duration::from_secs(5)] {
        let mut world = World::ready(5, FAIR);
        world.command(ALICE, SipCommand::Disconnect);
        world.run(wait);
        let _ = states(&mut world);
        world.command(ALICE, SipCommand::Quit);
        world.command(ALICE, SipCommand::Connect);
        world.run_secs(1);
        assert_eq!(states(&mut world), [Registration::Closed]);
        assert!(world.agents[ALICE].is_closed());
        world.command(ALICE, SipCommand::Connect);
        world.command(ALICE, SipCommand::Disconnect);
        world.run_secs(5);
        assert!(states(&mut world).is_empty());
    }
}

#[test]
fn a_wait_for_the_next_attempt_is_cut_short() {
    let mut world = World::new(6, FAIR);
    world.connect = Err(Fault::Refused("proxy".to_owned()));
    world.run_secs(3600);
    world.connect = Ok(());
    let _ = states(&mut world);
    world.command(ALICE, SipCommand::Connect);
    world.run(Duration::from_millis(200));
    assert!(matches!(states(&mut world).pop(), Some(Registration::Registered { .. })));

    let mut world = World::new(6, FAIR);
    world.registrar.status = Some(500);
    world.run_secs(3600);
    world.registrar.status = None;
    world.command(ALICE, SipCommand::Connect);
    world.run(Duration::from_millis(200));
    assert!(matches!(states(&mut world).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn a_password_that_was_wrong_is_fetched_anew() {
    let mut world = World::new(7, FAIR);
    world.registrar.password = Some("secret".to_owned());
    world.password = Ok("old".to_owned());
    world.run_secs(5);
    let wrong = Registration::Failed { fault: Fault::WrongPassword, retry_in: None };
    assert_eq!(states(&mut world).pop(), Some(wrong));
    world.password = Ok("secret".to_owned());
    world.command(ALICE, SipCommand::Connect);
    world.run_secs(1);
    assert!(matches!(states(&mut world).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn whatever_the_moment_it_comes_to_rest_and_comes_back() {
    for seed in 0..40 {
        let bad =
            Weather { transport: Transport::Udp, loss: 0.2, jitter: Duration::from_millis(100) };
        let mut dice = StdRng::seed_from_u64(seed);
        let mut world = World::new(seed, bad);
        world.registrar.password = Some("secret".to_owned());
        for _ in 0..30 {
            match dice.random_range(0..6) {
                0 => drop(world.call(ALICE, "bob")),
                1 => drop(world.call(BOB, "alice")),
                2 => world.command(ALICE, SipCommand::Disconnect),
                3 => world.command(ALICE, SipCommand::Connect),
                4 => world.flow(ALICE, Err(Fault::Lost("reset".to_owned()))),
                _ => {
                    let rings = |event: &SipEvent| match event {
                        SipEvent::Incoming(incoming) => Some(incoming.call.clone()),
                        _ => None,
                    };
                    if let Some(call) = world.events[ALICE].iter().rev().find_map(rings) {
                        let answer = SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None };
                        world.command(ALICE, answer);
                    }
                }
            }
            world.run(Duration::from_millis(dice.random_range(0..1500)));
        }
        world.command(ALICE, SipCommand::Disconnect);
        world.run_secs(3);
        world.assert_at_rest_of(ALICE);
        let closed = SipEvent::Registration(Registration::Closed);
        let last = world.events[ALICE]
            .iter()
            .rev()
            .find(|event| matches!(event, SipEvent::Registration(_)));
        assert_eq!(last, Some(&closed), "seed {seed}");
        let begun =
            world.events[ALICE].iter().filter(|event| matches!(event, SipEvent::Incoming(_)));
        let begun = begun.count();
        let placed = world.ends(ALICE).len();
        assert!(placed >= begun, "seed {seed}: a call was left behind");
        world.command(ALICE, SipCommand::Connect);
        world.run_secs(60);
        let last = world.events[ALICE]
            .iter()
            .rev()
            .find(|event| matches!(event, SipEvent::Registration(_)));
        let registered =
            matches!(last, Some(SipEvent::Registration(Registration::Registered { .. })));
        assert!(registered, "seed {seed}: {last:?}");
    }
}
