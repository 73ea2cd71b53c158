//! Two hundred calls, each on another bad network.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::sip::message::Method;
use crate::sip::{CallEvent, SipCommand, SipEvent};

const BAD: Weather =
    Weather { transport: Transport::Udp, loss: 0.2, jitter: Duration::from_millis(300) };

/// What the two users do, drawn by the seed.
struct Script {
    bob_answers: bool,
    bob_reacts_after: Duration,
    alice_hangs_up_after: Duration,
    bob_hangs_up_after: Duration,
    /// When each of them changes the session, types a digit, or finds the network made anew.
    changes: Vec<(Duration, usize, Change)>,
}

#[derive(Clone, Copy)]
enum Change {
    Offer,
    Digit,
    Flow,
}

impl Script {
    fn of(seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed ^ 0xd0_5e7a11);
        let millis =
            |dice: &mut StdRng, most: u64| Duration::from_millis(dice.random_range(0..most));
        let bob_reacts_after = millis(&mut dice, 4_000);
        let alice_hangs_up_after = millis(&mut dice, 12_000);
        let bob_hangs_up_after = bob_reacts_after + millis(&mut dice, 12_000);
        let mut changes = Vec::new();
        for change in [Change::Offer, Change::Offer, Change::Digit, Change::Flow] {
            changes.push((millis(&mut dice, 12_000), dice.random_range(0..2), change));
        }
        Self {
            changes,
            bob_answers: dice.random_bool(0.8),
            bob_reacts_after,
            alice_hangs_up_after,
            bob_hangs_up_after,
        }
    }
}

/// Plays one call; the call's life on both sides must then be over.
fn play(seed: u64) -> World {
    let mut script = Script::of(seed);
    let mut world = World::ready(seed, BAD);
    world.echo = 0.1;
    let out = world.call(ALICE, "bob");
    let start = world.now;
    let mut hung_up = [false; 2];
    let mut rang: Option<(CallId, Duration)> = None;
    let mut reacted = false;
    while world.now - start < Duration::from_secs(120) {
        world.run(Duration::from_millis(50));
        let elapsed = world.now - start;
        if rang.is_none() {
            rang = world.events[BOB].iter().find_map(|event| match event {
                SipEvent::Incoming(incoming) => Some((incoming.call.clone(), elapsed)),
                _ => None,
            });
        }
        if !hung_up[ALICE] && elapsed > script.alice_hangs_up_after {
            hung_up[ALICE] = true;
            world.command(ALICE, SipCommand::Hangup(out.clone()));
        }
        let Some((call, since)) = rang.clone() else { continue };
        meddle(&mut world, &mut script, elapsed, [&out, &call]);
        let ringing = elapsed - since;
        if !reacted && ringing > script.bob_reacts_after {
            reacted = true;
            world.command(
                BOB,
                match script.bob_answers {
                    true => SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None },
                    false => SipCommand::Refuse { call, status: 486 },
                },
            );
        } else if reacted && !hung_up[BOB] && ringing > script.bob_hangs_up_after {
            hung_up[BOB] = true;
            world.command(BOB, SipCommand::Hangup(call));
        }
    }
    world
}

/// What is due in the script; offers of the other side are answered.
fn meddle(world: &mut World, script: &mut Script, elapsed: Duration, calls: [&CallId; 2]) {
    for agent in [ALICE, BOB] {
        let sdp = ANSWER.to_vec();
        let asked = matches!(
            world.events[agent].last(),
            Some(SipEvent::Call(_, CallEvent::Reoffer { .. }))
        );
        if asked {
            let call = calls[agent].clone();
            world.command(agent, SipCommand::AnswerReoffer { call, sdp: Some(sdp) });
        }
    }
    let due: Vec<_> = script.changes.extract_if(.., |(at, ..)| *at <= elapsed).collect();
    for (_, agent, change) in due {
        let call = calls[agent].clone();
        match change {
            Change::Offer => {
                world.command(agent, SipCommand::Reoffer { call, sdp: OFFER.to_vec() });
            }
            Change::Digit => world.command(agent, SipCommand::Digit { call, digit: '5' }),
            Change::Flow => world.flow(agent, Ok(())),
        }
    }
}

#[test]
fn every_call_ends_on_both_sides() {
    let (mut answered, mut repeated) = (0, 0);
    for seed in 0..200 {
        let world = play(seed);
        world.assert_at_rest();
        assert_eq!(world.ends(ALICE).len(), 1, "seed {seed}: {:?}", world.events[ALICE]);
        let rang = world.events[BOB].iter().any(|event| matches!(event, SipEvent::Incoming(_)));
        assert_eq!(
            world.ends(BOB).len(),
            usize::from(rang),
            "seed {seed}: {:?}",
            world.events[BOB]
        );
        assert_consistent(seed, &world);
        let is_answer =
            |event: &SipEvent| matches!(event, SipEvent::Call(_, CallEvent::Answered { .. }));
        answered += usize::from(world.events[ALICE].iter().any(is_answer));
        repeated += usize::from(world.requests(ALICE, &Method::Invite).len() > 1);
    }
    assert!(answered > 50, "the scripts play real calls: {answered}");
    assert!(repeated > 30, "the network loses things: {repeated}");
}

/// What one side believes must not contradict what the other does.
fn assert_consistent(seed: u64, world: &World) {
    let (alice, bob) = (&world.ends(ALICE)[0], world.ends(BOB).first().cloned());
    let fits = match (alice, &bob) {
        (EndReason::LocalHangup, None) => true,
        (EndReason::LocalHangup, Some(bob)) => !matches!(bob, EndReason::Refused { .. }),
        (EndReason::RemoteHangup, Some(bob)) => {
            matches!(bob, EndReason::LocalHangup | EndReason::NoAnswer)
        }
        (EndReason::Refused { code: 486, .. }, Some(bob)) => *bob == EndReason::LocalHangup,
        _ => false,
    };
    assert!(fits, "seed {seed}: {alice:?} against {bob:?}");
}

#[test]
fn who_waits_is_answered_whatever_gets_lost() {
    for seed in 1000..1100 {
        let mut world = World::ready(seed, BAD);
        let out = world.call(ALICE, "bob");
        let call = world.incoming(BOB);
        world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
        world.answered(ALICE);
        world.confirmed(BOB);
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        assert_eq!(world.ends(BOB), [EndReason::RemoteHangup], "seed {seed}");
        world.assert_at_rest();
    }
}
