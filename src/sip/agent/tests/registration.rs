//! Registration against the registrar.

use std::time::Duration;

use super::world::*;
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::sip::message::Method;
use crate::sip::{Registration, SipCommand, SipEvent};

fn states(world: &World, agent: usize) -> Vec<&Registration> {
    world.events[agent]
        .iter()
        .filter_map(|event| match event {
            SipEvent::Registration(state) => Some(state),
            _ => None,
        })
        .collect()
}

fn with_password() -> World {
    let mut world = World::new(1, FAIR);
    world.registrar.password = Some("secret".to_owned());
    world
}

#[test]
fn registers_with_digest_and_refreshes_in_time() {
    let mut world = World::new(1, Weather { transport: Transport::Tcp, ..FAIR });
    world.registrar.password = Some("secret".to_owned());
    world.run_secs(1);
    let [Registration::Connecting, Registration::Registered { local, security }] =
        states(&world, ALICE)[..]
    else {
        panic!("{:?}", world.events[ALICE]);
    };
    assert_eq!(*local, address(ALICE).ip());
    assert_eq!(security.auth, "DIGEST-MD5");
    let before = world.requests(ALICE, &Method::Register).len();
    world.run_secs(479 - 1);
    assert_eq!(world.requests(ALICE, &Method::Register).len(), before);
    world.run_secs(62);
    assert_eq!(world.requests(ALICE, &Method::Register).len(), before + 1);
    assert_eq!(states(&world, ALICE).len(), 2, "a refresh is no news");
    let registers = world.requests(ALICE, &Method::Register);
    let ids: Vec<_> = registers.iter().map(|request| request.headers.call_id()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    let numbers: Vec<_> =
        registers.iter().map(|request| request.headers.cseq().unwrap().number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
}

#[test]
fn over_udp_a_registrar_that_forgot_us_hears_of_us_within_ninety_seconds() {
    let mut world = with_password();
    world.run_secs(600);
    for _ in 0..5 {
        let before = world.requests(ALICE, &Method::Register).len();
        world.registrar.bound.clear();
        world.run_secs(91);
        assert!(world.registrar.bound.iter().any(|(agent, _)| *agent == ALICE));
        let more = world.requests(ALICE, &Method::Register).len() - before;
        assert!((1..=2).contains(&more), "{more}");
    }
    assert_eq!(states(&world, ALICE).len(), 2, "no news");
}

#[test]
fn a_wrong_password_is_tried_once() {
    let mut world = with_password();
    world.registrar.password = Some("other".to_owned());
    world.run_secs(3600);
    let last = states(&world, ALICE).pop().unwrap().clone();
    let expected = Registration::Failed { fault: Fault::WrongPassword, retry_in: None };
    assert_eq!(last, expected);
    assert_eq!(world.requests(ALICE, &Method::Register).len(), 2);
}

#[test]
fn without_a_password_nothing_is_tried() {
    let mut world = with_password();
    let fault = Fault::NoPassword("the keyring is locked".to_owned());
    world.password = Err(fault.clone());
    world.run_secs(600);
    let last = states(&world, ALICE).pop().unwrap().clone();
    assert_eq!(last, Registration::Failed { fault, retry_in: None });
    assert_eq!(world.requests(ALICE, &Method::Register).len(), 1);
}

#[test]
fn a_longer_lifetime_is_accepted() {
    let mut world = World::new(2, FAIR);
    world.registrar.min_expires = 1800;
    world.run_secs(5);
    assert!(matches!(states(&world, ALICE)[..], [_, Registration::Registered { .. }]));
    assert_eq!(world.registrar.asked, [600, 600, 1800, 1800]);
}

#[test]
fn refusals_stop_and_failures_back_off() {
    let mut world = World::new(3, FAIR);
    world.registrar.status = Some(403);
    world.run_secs(3600);
    assert!(matches!(
        states(&world, ALICE)[..],
        [_, Registration::Failed { fault: Fault::Rejected(_), retry_in: None }]
    ));
    let mut world = World::new(3, FAIR);
    world.registrar.status = Some(503);
    world.run_secs(600);
    let tries = world.requests(ALICE, &Method::Register).len();
    assert!((6..=12).contains(&tries), "{tries} attempts in ten minutes");
    world.registrar.status = None;
    world.run_secs(300);
    assert!(matches!(states(&world, ALICE).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn silence_is_a_fault_and_passes() {
    let mut world = World::new(4, FAIR);
    world.registrar.silent = true;
    world.run_secs(40);
    let timed_out = |state: &&Registration| {
        matches!(state, Registration::Failed { fault: Fault::TimedOut(_), retry_in: Some(_) })
    };
    assert!(states(&world, ALICE).iter().any(timed_out), "{:?}", world.events[ALICE]);
    world.registrar.silent = false;
    world.run_secs(60);
    assert!(matches!(states(&world, ALICE).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn a_lost_connection_is_made_anew() {
    let mut world = World::ready(5, Weather { transport: Transport::Tcp, ..FAIR });
    world.connect = Err(Fault::Refused("proxy".to_owned()));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.run_secs(30);
    let failures = |world: &World| {
        let failed =
            |state: &&Registration| matches!(state, Registration::Failed { retry_in: Some(_), .. });
        states(world, ALICE).into_iter().filter(failed).count()
    };
    assert!(failures(&world) >= 3, "{:?}", world.events[ALICE]);
    world.connect = Ok(());
    world.run_secs(120);
    assert!(matches!(states(&world, ALICE).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn the_address_behind_a_nat_is_learned_and_the_inner_one_not_left_behind() {
    let mut world = World::new(6, FAIR);
    world.registrar.seen_as = Some(("198.51.100.7", 40001));
    world.run_secs(5);
    let bound: Vec<_> = world.registrar.bound.iter().filter(|(agent, _)| *agent == ALICE).collect();
    assert_eq!(bound, [&(ALICE, "<sip:alice@198.51.100.7:40001".to_owned())]);
    let seen = |address: &std::net::SocketAddr| address.port() == 40001;
    assert!(!seen(&address(ALICE)));
}

/// How often it registers in ten minutes.
fn attempts(world: &mut World) -> usize {
    // Step by step: one that goes on without a pause would never let a longer step end.
    for _ in 0..600 {
        world.run_secs(1);
        let tries = world.requests(ALICE, &Method::Register).len();
        if tries > 100 {
            return tries;
        }
    }
    world.requests(ALICE, &Method::Register).len()
}

#[test]
fn a_registrar_that_is_never_content_is_not_asked_without_a_pause() {
    let mut world = World::new(8, FAIR);
    world.registrar.min_expires = u32::MAX;
    assert!(attempts(&mut world) < 20);
    let failed = |state: &&Registration| matches!(state, Registration::Failed { .. });
    assert!(states(&world, ALICE).iter().any(failed));
}

#[test]
fn an_address_that_never_rests_is_not_registered_without_a_pause() {
    let mut world = World::new(9, FAIR);
    world.registrar.seen_as = Some(("198.51.100.7", 40001));
    world.registrar.is_restless = true;
    // Three each time.
    assert!(attempts(&mut world) < 600 / 60 * 3 + 4);
    assert!(matches!(states(&world, ALICE).pop(), Some(Registration::Registered { .. })));
}

#[test]
fn quitting_removes_the_binding() {
    let mut world = with_password();
    world.run_secs(1);
    world.command(ALICE, SipCommand::Quit);
    world.run(Duration::from_millis(500));
    assert_eq!(states(&world, ALICE).pop(), Some(&Registration::Closed));
    assert!(world.agents[ALICE].is_closed());
    assert!(world.registrar.bound.iter().all(|(agent, _)| *agent != ALICE));
}

#[test]
fn quitting_does_not_wait_for_a_silent_registrar() {
    let mut world = World::ready(7, FAIR);
    world.registrar.silent = true;
    world.command(ALICE, SipCommand::Quit);
    world.run(Duration::from_millis(1900));
    assert!(!world.agents[ALICE].is_closed());
    world.run(Duration::from_millis(200));
    assert!(world.agents[ALICE].is_closed());
}
