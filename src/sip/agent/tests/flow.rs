//! The main flow: outbound, other servers, another address, a proxy that dies.

use std::time::Duration;

use super::super::FlowChange;
use super::world::*;
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::sip::message::{Message, Method};
use crate::sip::{Registration, SipCommand, SipEvent};

fn state(world: &World) -> Registration {
    let mut states = world.events[ALICE].iter().rev().filter_map(|event| match event {
        SipEvent::Registration(state) => Some(state.clone()),
        _ => None,
    });
    states.next().expect("a state")
}

fn is_registered(world: &World) -> bool {
    matches!(state(world), Registration::Registered { .. })
}

fn registers(world: &World) -> usize {
    world.requests(ALICE, &Method::Register).len()
}

fn header(world: &World, method: &Method, name: &str) -> String {
    let request = world.requests(ALICE, method).pop().expect("a request").clone();
    request.headers.get(name).unwrap_or_default().to_owned()
}

/// Alice and bob talk.
fn talk(world: &mut World) {
    world.call(ALICE, "bob");
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
    world.answered(ALICE);
    world.run(Duration::from_millis(100));
}

#[test]
fn outbound_is_asked_for_and_marks_the_contacts_of_dialogs() {
    let mut world = World::new(1, FAIR);
    world.registrar.outbound = Some("120");
    world.registrar.seen_as = Some(("198.51.100.7", 40001));
    world.run_secs(5);
    assert!(is_registered(&world));
    let contact = header(&world, &Method::Register, "Contact");
    let instance = "<sip:alice@192.0.2.10:5060>;reg-id=1;+sip.instance=\"<urn:uuid:";
    assert!(contact.starts_with(instance), "{contact}");
    assert_eq!(header(&world, &Method::Register, "Supported"), "path, outbound");
    assert_eq!(registers(&world), 1, "an address behind a NAT is no matter then");
    world.call(ALICE, "bob");
    assert_eq!(header(&world, &Method::Invite, "Contact"), "<sip:alice@192.0.2.10:5060;ob>");
    assert_eq!(
        world.agents[ALICE].stack.identities,
        ["sip:+15550100@cusax.test;user=phone", "sip:alice@cusax.test"]
    );
    world.command(ALICE, SipCommand::Quit);
    let gone = header(&world, &Method::Register, "Contact");
    assert!(gone.contains(";reg-id=1;") && gone.ends_with(";expires=0"), "{gone}");
}

#[test]
fn without_outbound_contacts_are_plain() {
    let mut world = World::ready(1, FAIR);
    world.call(ALICE, "bob");
    assert_eq!(header(&world, &Method::Invite, "Contact"), "<sip:alice@192.0.2.10:5060>");
}

#[test]
fn a_first_hop_without_outbound_is_not_asked_again() {
    let mut world = World::new(2, FAIR);
    world.registrar.lacks_outbound = true;
    world.run_secs(5);
    assert!(is_registered(&world));
    assert!(!header(&world, &Method::Register, "Contact").contains("reg-id"));
    assert_eq!(header(&world, &Method::Register, "Supported"), "path");
}

#[test]
fn with_outbound_an_unanswered_ping_ends_the_flow_within_ten_seconds() {
    let mut world = World::new(3, Weather { transport: Transport::Tls, ..FAIR });
    world.registrar.outbound = Some("30");
    world.run_secs(1);
    assert!(is_registered(&world));
    let before = registers(&world);
    // 24 to 30 s to the ping, 10 s of silence, half a second of spread.
    world.run_secs(41);
    assert!(registers(&world) > before, "{:?}", world.events[ALICE]);
    assert!(is_registered(&world));
}

#[test]
fn another_server_is_tried_at_once_for_silence_and_503() {
    for status in [None, Some(503)] {
        let mut world = World::new(4, FAIR);
        world.alternatives = 1;
        world.registrar.silent = status.is_none();
        world.registrar.status = status;
        world.run(Duration::from_millis(3900));
        world.registrar.silent = false;
        world.registrar.status = None;
        assert!(!is_registered(&world));
        world.run_secs(3);
        assert!(is_registered(&world), "{status:?}: {:?}", world.events[ALICE]);
        if status.is_none() {
            let failed = |event: &SipEvent| {
                matches!(event, SipEvent::Registration(Registration::Failed { .. }))
            };
            assert!(!world.events[ALICE].iter().any(failed));
        }
        assert_eq!(world.alternatives, 0);
    }
}

#[test]
fn a_silent_registrar_is_noticed_within_ten_seconds() {
    let mut world = World::new(5, FAIR);
    world.registrar.silent = true;
    world.run_secs(11);
    let timed_out = |event: &SipEvent| {
        matches!(
            event,
            SipEvent::Registration(Registration::Failed { fault: Fault::TimedOut(_), .. })
        )
    };
    assert!(world.events[ALICE].iter().any(timed_out), "{:?}", world.events[ALICE]);
}

#[test]
fn whatever_the_outage_the_way_back_is_short() {
    for (outage, limit) in [(3, 15), (60, 15), (240, 15)] {
        let mut world = World::ready(6, Weather { transport: Transport::Tcp, ..FAIR });
        world.connect = Err(Fault::Refused("proxy".to_owned()));
        world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
        world.run_secs(outage);
        world.connect = Ok(());
        world.run_secs(limit);
        assert!(is_registered(&world), "after {outage} s: {:?}", world.events[ALICE]);
    }
}

#[test]
fn in_a_call_the_proxy_is_tried_every_five_seconds_for_as_long_as_it_takes() {
    let mut world = World::ready(7, Weather { transport: Transport::Tls, ..FAIR });
    talk(&mut world);
    world.connect = Err(Fault::Refused("proxy".to_owned()));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.events[ALICE].clear();
    world.run_secs(600);
    let failures = world.events[ALICE]
        .iter()
        .filter(|event| matches!(event, SipEvent::Registration(Registration::Failed { .. })));
    assert!((118..=121).contains(&failures.count()));
    assert_eq!(world.ends(ALICE), []);
    world.connect = Ok(());
    world.run_secs(6);
    assert!(is_registered(&world));
}

#[test]
fn in_a_call_over_udp_a_dead_proxy_is_noticed() {
    let mut world = World::ready(8, FAIR);
    talk(&mut world);
    world.run_secs(60);
    let probes = world.requests(ALICE, &Method::Options).len();
    assert!((5..=6).contains(&probes), "{probes}");
    assert!(is_registered_since(&world), "a proxy that answers is left alone");
    world.registrar.silent = true;
    world.connect = Err(Fault::Unreachable("proxy".to_owned()));
    world.run_secs(15);
    assert!(matches!(state(&world), Registration::Failed { .. }), "{:?}", world.events[ALICE]);
    assert_eq!(world.ends(ALICE), []);
    world.connect = Ok(());
    world.registrar.silent = false;
    world.run_secs(6);
    assert!(is_registered(&world));
}

/// No word of the registration since the last time.
fn is_registered_since(world: &World) -> bool {
    !world.events[ALICE].iter().any(|event| matches!(event, SipEvent::Registration(_)))
}

#[test]
fn without_a_call_nobody_is_probed() {
    let mut world = World::ready(9, FAIR);
    world.run_secs(400);
    assert_eq!(world.requests(ALICE, &Method::Options).len(), 0);
}

#[test]
fn another_address_is_registered_at_once_and_calls_stay() {
    let mut world = World::ready(10, FAIR);
    talk(&mut world);
    let before = registers(&world);
    let now = world.now;
    world.agents[ALICE].handle_transport(now, FlowChange::Moved);
    world.pump();
    world.run(Duration::from_millis(100));
    assert_eq!(registers(&world), before + 1);
    assert!(is_registered(&world));
    assert_eq!(world.ends(ALICE), []);
    // Also out of a long wait.
    world.connect = Err(Fault::Unreachable("proxy".to_owned()));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.run_secs(3);
    world.connect = Ok(());
    let now = world.now;
    world.agents[ALICE].handle_transport(now, FlowChange::Moved);
    world.pump();
    world.run(Duration::from_millis(100));
    assert!(is_registered(&world));
}

#[test]
fn a_refused_password_is_not_tried_again_by_moving() {
    let mut world = World::new(11, FAIR);
    world.registrar.password = Some("other".to_owned());
    world.run_secs(5);
    let before = registers(&world);
    let now = world.now;
    world.agents[ALICE].handle_transport(now, FlowChange::Moved);
    world.pump();
    world.run_secs(60);
    assert_eq!(registers(&world), before);
}

#[test]
fn a_request_for_another_identity_of_the_account_rings() {
    let mut world = World::new(12, FAIR);
    world.registrar.outbound = Some("120");
    world.run_secs(5);
    world.call(BOB, "%2b15550100");
    world.incoming(ALICE);
    let invite = world.requests(BOB, &Method::Invite).pop().unwrap().clone();
    let mut other = invite;
    other.uri = "sip:somebody@192.0.2.10".to_owned();
    other.headers.set("Call-ID", "other");
    let via = other.headers.get("Via").unwrap().replace("z9hG4bK", "z9hG4bKx");
    other.headers.set("Via", via);
    world.inject(ALICE, &Message::Request(other));
    assert_eq!(world.statuses(ALICE, &Method::Invite).last(), Some(&404));
}
