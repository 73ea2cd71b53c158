//! Redirections, both ways (RFC 3261 §8.1.3.4, §13.3.1.2).

use super::calls::{last, reply, scripted};
use super::world::*;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request};
use crate::sip::{CallEvent, SipCommand, SipEvent};

fn moved(invite: &Request, status: u16, contacts: &str) -> Message {
    let Message::Response(mut response) = reply(invite, status, "x", b"") else { panic!() };
    response.headers.set("Contact", contacts);
    Message::Response(response)
}

fn targets(world: &World) -> Vec<String> {
    let last = world.events[ALICE].last().cloned();
    let Some(SipEvent::Call(_, CallEvent::Redirected { targets })) = last else {
        panic!("{last:?}")
    };
    targets
}

fn follow(world: &mut World, call: &CallId, target: &str) {
    follow_as(world, call, target, target);
}

fn follow_as(world: &mut World, call: &CallId, target: &str, dial_as: &str) {
    let (target, dial_as) = (target.to_owned(), dial_as.to_owned());
    world.command(ALICE, SipCommand::Follow { call: call.clone(), target, dial_as });
}

#[test]
fn a_redirection_waits_for_the_user_and_is_followed() {
    for status in [300, 301, 302, 305] {
        let (mut world, call, invite) = scripted();
        let contacts = "<sip:desk@cusax.test>;q=0.3, <tel:+15551234>;q=0.8, <sips:b@cusax.test>";
        world.inject(ALICE, &moved(&invite, status, contacts));
        assert_eq!(targets(&world), ["tel:+15551234", "sip:desk@cusax.test"]);
        assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1, "nothing is called unasked");
        follow(&mut world, &call, "sip:else@cusax.test");
        assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1, "only what was offered");
        follow(&mut world, &call, "sip:desk@cusax.test");
        let again = last(&world, ALICE, &Method::Invite);
        assert_eq!(again.uri, "sip:desk@cusax.test");
        assert_eq!(again.headers.call_id(), invite.headers.call_id());
        assert_eq!(again.headers.from().unwrap().tag(), invite.headers.from().unwrap().tag());
        assert_eq!(again.headers.to().unwrap().tag(), None);
        assert_eq!(again.headers.cseq().unwrap().number, 2);
        assert_eq!(again.body, OFFER);
        world.inject(ALICE, &reply(&again, 200, "desk", ANSWER));
        world.answered(ALICE);
        assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 2);
    }
}

#[test]
fn a_number_is_dialled_through_the_provider() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &moved(&invite, 302, "<tel:+15551234>"));
    let dialled = "sip:+15551234@cusax.test";
    follow_as(&mut world, &call, "tel:+1555", dialled);
    assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1, "only what was offered");
    follow_as(&mut world, &call, "tel:+15551234", dialled);
    assert_eq!(last(&world, ALICE, &Method::Invite).uri, dialled);
}

#[test]
fn nobody_is_led_round_in_circles() {
    let (mut world, call, mut invite) = scripted();
    for round in 0..5 {
        let next = format!("sip:{round}@cusax.test");
        let back = format!("<{next}>, <{}>, <sip:bob@cusax.test>", invite.uri);
        world.inject(ALICE, &moved(&invite, 302, &back));
        assert_eq!(targets(&world), std::slice::from_ref(&next));
        follow(&mut world, &call, &next);
        invite = last(&world, ALICE, &Method::Invite);
    }
    world.inject(ALICE, &moved(&invite, 302, "<sip:6@cusax.test>"));
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 302, .. }]));
    world.run_secs(60);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_user_who_does_not_choose_or_hangs_up_ends_it() {
    let (mut world, _, invite) = scripted();
    world.inject(ALICE, &moved(&invite, 302, "<sip:desk@cusax.test>"));
    world.run_secs(63);
    assert!(world.ends(ALICE).is_empty());
    world.run_secs(2);
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 302, .. }]));
    world.assert_at_rest_of(ALICE);

    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &moved(&invite, 302, "<sip:desk@cusax.test>"));
    world.command(ALICE, SipCommand::Hangup(call));
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.assert_at_rest_of(ALICE);

    let (mut world, _, invite) = scripted();
    world.inject(ALICE, &moved(&invite, 380, "<sip:desk@cusax.test>"));
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 380, .. }]));
}

#[test]
fn we_send_a_caller_elsewhere() {
    let mut world = World::ready(1, FAIR);
    let out = world.call(ALICE, "bob");
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Redirect { call, to: "sip:desk@cusax.test".to_owned() });
    let event = world
        .until(ALICE, |event| matches!(event, SipEvent::Call(_, CallEvent::Redirected { .. })));
    let targets = vec!["sip:desk@cusax.test".to_owned()];
    assert_eq!(event, SipEvent::Call(out.clone(), CallEvent::Redirected { targets }));
    assert_eq!(world.ends(BOB), [EndReason::LocalHangup]);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    world.assert_at_rest();
}
