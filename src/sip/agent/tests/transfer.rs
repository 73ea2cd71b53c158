//! Transfers among three agents, and what a peer may do wrong in them.

mod referred;

use std::time::Duration;

use super::world::*;
use crate::model::account::Transport;
use crate::model::call::{EndReason, TransferState};
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{CallEvent, IncomingCall, PlaceCall, ReferTo, SipCommand, SipEvent};

const CAROL_URI: &str = "sip:carol@cusax.test";

/// Alice talks with Bob: the world, her call and his.
fn talking(seed: u64, weather: Weather) -> (World, CallId, CallId) {
    let mut world = World::of(seed, weather, &["alice", "bob", "carol"], false).registered();
    let out = world.call(ALICE, "bob");
    let call = world.incoming(BOB);
    answer(&mut world, BOB, &call);
    world.answered(ALICE);
    world.confirmed(BOB);
    (world, out, call)
}

fn answer(world: &mut World, agent: usize, call: &CallId) {
    let command = SipCommand::Answer { call: call.clone(), sdp: ANSWER.to_vec(), impp: None };
    world.command(agent, command);
}

fn blind(world: &mut World, call: &CallId) {
    let to = ReferTo::Uri(CAROL_URI.to_owned());
    world.command(ALICE, SipCommand::Refer { call: call.clone(), to });
}

fn is_referral(event: &SipEvent) -> bool {
    matches!(event, SipEvent::Call(_, CallEvent::Referral { .. }))
}

/// Bob's user agrees.
fn agree(world: &mut World, to: &str, referral: &CallId) -> CallId {
    let call = CallId::new("referred");
    let place = PlaceCall {
        call: call.clone(),
        target: to.to_owned(),
        offer: OFFER.to_vec(),
        impp: None,
        anonymous: false,
        referral: Some(referral.clone()),
    };
    world.command(BOB, SipCommand::Invite(place));
    call
}

fn told(world: &World, agent: usize) -> Vec<TransferState> {
    let state = |event: &SipEvent| match event {
        SipEvent::Call(_, CallEvent::Transfer(state)) => Some(state.clone()),
        _ => None,
    };
    world.events[agent].iter().filter_map(state).collect()
}

fn until_done(world: &mut World, agent: usize) {
    let done = |event: &SipEvent| {
        matches!(event, SipEvent::Call(_, CallEvent::Transfer(TransferState::Done)))
    };
    world.until(agent, done);
}

fn rung(world: &mut World, agent: usize) -> IncomingCall {
    match world.until(agent, |event| matches!(event, SipEvent::Incoming(_))) {
        SipEvent::Incoming(incoming) => incoming,
        _ => unreachable!(),
    }
}

fn failed(code: u16, text: &str) -> TransferState {
    TransferState::Failed { code, text: text.to_owned() }
}

fn last(world: &World, from: usize, method: &Method) -> Request {
    (*world.requests(from, method).last().unwrap()).clone()
}

/// A response of a scripted Bob.
fn reply(request: &Request, status: u16, extra: &[(&str, &str)]) -> Message {
    let mut response = Response::to_request(request, status, None);
    for (name, value) in extra {
        response.headers.set(name, *value);
    }
    Message::Response(response)
}

/// A request of a scripted Bob in the dialog of what Alice sent last with this method.
fn of_bob(world: &World, method: &str, number: u32, extra: &[(&str, &str)]) -> Request {
    let ack = last(world, ALICE, &Method::Ack);
    let mut request = Request::new(Method::from(method), "sip:alice@192.0.2.10:5060");
    let headers = &mut request.headers;
    headers.push("Via", format!("SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKbob{method}{number}"));
    headers.push("Max-Forwards", "70");
    headers.push("From", ack.headers.get("To").unwrap());
    headers.push("To", ack.headers.get("From").unwrap());
    headers.push("Call-ID", ack.headers.call_id().unwrap());
    headers.push("CSeq", format!("{number} {method}"));
    headers.push("Contact", "<sip:bob@192.0.2.11:5060>");
    for (name, value) in extra {
        headers.set(name, *value);
    }
    request
}

fn notify(world: &World, number: u32, state: &str, sipfrag: &str) -> Request {
    let extra = [
        ("Event", "refer"),
        ("Subscription-State", state),
        ("Content-Type", "message/sipfrag;version=2.0"),
    ];
    let mut notify = of_bob(world, "NOTIFY", number, &extra);
    notify.body = format!("SIP/2.0 {sipfrag}\r\n").into_bytes();
    notify
}

/// The same call with a script in Bob's place.
fn scripted(seed: u64) -> (World, CallId) {
    let (mut world, out, _) = talking(seed, FAIR);
    world.scripted = Some(BOB);
    world
        .sent
        .retain(|(_, message)| message.headers().cseq().is_some_and(|c| c.method == Method::Ack));
    (world, out)
}

#[test]
fn blind_the_call_goes_to_a_third() {
    let (mut world, out, call) = talking(1, FAIR);
    blind(&mut world, &out);
    let asked = world.until(BOB, is_referral);
    let event = CallEvent::Referral { to: CAROL_URI.to_owned(), attended: false };
    assert_eq!(asked, SipEvent::Call(call.clone(), event));
    world.run_secs(5);
    assert!(world.requests(BOB, &Method::Invite).is_empty(), "nothing without the user's word");
    let new = agree(&mut world, CAROL_URI, &call);
    let incoming = rung(&mut world, CAROL);
    assert_eq!(incoming.referred_by.as_deref(), Some("sip:alice@cusax.test"));
    assert_eq!(incoming.replaces, None);
    world.run_secs(1);
    assert_eq!(told(&world, ALICE), [TransferState::Trying, TransferState::Ringing]);
    answer(&mut world, CAROL, &incoming.call);
    until_done(&mut world, ALICE);
    assert!(world.ends(ALICE).is_empty(), "the core ends it, not we");
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    assert!(world.ends(CAROL).is_empty());
    assert_eq!(world.requests(BOB, &Method::Notify).len(), 3, "100, 180, 200");
    world.command(BOB, SipCommand::Hangup(new));
    world.run_secs(60);
    assert_eq!(world.ends(CAROL), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn attended_the_new_call_takes_the_place_of_the_old() {
    let (mut world, out, call) = talking(2, FAIR);
    let consult = world.call(ALICE, "carol");
    let at_carol = world.incoming(CAROL);
    answer(&mut world, CAROL, &at_carol);
    world.confirmed(CAROL);
    world.run_secs(1);
    world.events[CAROL].clear();
    let to = ReferTo::Call(consult.clone());
    world.command(ALICE, SipCommand::Refer { call: out.clone(), to });
    world.until(BOB, is_referral);
    let refer_to = last(&world, ALICE, &Method::Refer);
    let refer_to = refer_to.headers.get("Refer-To").unwrap();
    assert!(refer_to.starts_with("<sip:carol@cusax.test?Replaces="), "{refer_to}");
    let event = CallEvent::Referral { to: CAROL_URI.to_owned(), attended: true };
    assert_eq!(world.events[BOB].last(), Some(&SipEvent::Call(call.clone(), event)));
    agree(&mut world, CAROL_URI, &call);
    let incoming = rung(&mut world, CAROL);
    assert_eq!(incoming.replaces, Some(at_carol.clone()));
    answer(&mut world, CAROL, &incoming.call);
    world.command(CAROL, SipCommand::Hangup(at_carol));
    until_done(&mut world, ALICE);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup, EndReason::LocalHangup]);
    assert_eq!(world.ends(CAROL), [EndReason::LocalHangup]);
    world.command(CAROL, SipCommand::Hangup(incoming.call));
    world.run_secs(60);
    world.assert_at_rest();
}

#[test]
fn a_refusal_of_the_user_or_of_the_third_is_told() {
    let (mut world, out, call) = talking(3, FAIR);
    blind(&mut world, &out);
    world.until(BOB, is_referral);
    world.command(BOB, SipCommand::RefuseReferral { call: call.clone() });
    world.run_secs(1);
    assert_eq!(told(&world, ALICE), [TransferState::Trying, failed(603, "Declined")]);
    // The call goes on, and may be transferred again.
    world.events[ALICE].clear();
    world.events[BOB].clear();
    blind(&mut world, &out);
    world.until(BOB, is_referral);
    agree(&mut world, CAROL_URI, &call);
    let third = world.incoming(CAROL);
    world.command(CAROL, SipCommand::Refuse { call: third, status: 486 });
    world.run_secs(1);
    assert_eq!(told(&world, ALICE).last(), Some(&failed(486, "Busy Here")));
    assert!(world.ends(ALICE).is_empty());
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    world.assert_at_rest();
}

#[test]
fn nobody_waits_for_ever_for_the_user_s_word() {
    let (mut world, out, call) = talking(4, FAIR);
    blind(&mut world, &out);
    world.run_secs(175);
    assert_eq!(told(&world, ALICE), [TransferState::Trying]);
    world.run_secs(10);
    assert!(matches!(told(&world, ALICE)[..], [_, TransferState::Failed { .. }]));
    agree(&mut world, CAROL_URI, &call);
    assert!(matches!(world.ends(BOB)[..], [EndReason::Refused { code: 408, .. }]));
    assert!(world.requests(BOB, &Method::Invite).is_empty());
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    world.assert_at_rest();
}

#[test]
fn a_transferor_that_hangs_up_early_does_not_end_the_new_call() {
    let (mut world, out, call) = talking(5, FAIR);
    blind(&mut world, &out);
    world.until(BOB, is_referral);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(1);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    let new = agree(&mut world, CAROL_URI, &call);
    let incoming = rung(&mut world, CAROL);
    answer(&mut world, CAROL, &incoming.call);
    world.run_secs(5);
    let answered = |event: &SipEvent| matches!(event, SipEvent::Call(id, CallEvent::Answered { .. }) if *id == new);
    assert!(world.events[BOB].iter().any(answered));
    assert!(world.statuses(ALICE, &Method::Notify).iter().all(|status| *status == 200));
    world.command(BOB, SipCommand::Hangup(new.clone()));
    world.run_secs(700);
    world.assert_at_rest();
}

#[test]
fn what_the_other_side_says_of_our_refer() {
    let busy = |status| {
        (
            vec![status],
            vec![],
            TransferState::Failed {
                code: status,
                text: crate::sip::message::reason_phrase(status),
            },
        )
    };
    /// Statuses of the answers, state and fragment of the NOTIFYs, and what comes of it.
    type Row = (Vec<u16>, Vec<(&'static str, &'static str)>, TransferState);
    let table: Vec<Row> = vec![
        busy(405),
        busy(603),
        busy(481),
        (
            vec![202],
            vec![("active;expires=60", "100 Trying"), ("terminated;reason=noresource", "200 OK")],
            TransferState::Done,
        ),
        (
            vec![202],
            vec![("terminated;reason=noresource", "404 Nobody\u{202e}")],
            failed(404, "Nobody"),
        ),
        (
            vec![202],
            vec![("terminated;reason=timeout", "100 Trying")],
            failed(480, "The other side does not tell how it went"),
        ),
        (vec![202], vec![], failed(408, "The other side did not tell in time how it went")),
        (
            vec![202],
            vec![("active", "180 Ringing")],
            failed(408, "The other side did not tell in time how it went"),
        ),
    ];
    for (at, (answers, notifies, expected)) in table.into_iter().enumerate() {
        let (mut world, out) = scripted(20);
        blind(&mut world, &out);
        let refer = last(&world, ALICE, &Method::Refer);
        assert_eq!(refer.headers.get("Referred-By"), Some("<sip:alice@cusax.test>"));
        for status in answers {
            world.inject(ALICE, &reply(&refer, status, &[]));
        }
        for (number, (state, sipfrag)) in notifies.iter().enumerate() {
            let notify = notify(&world, 10 + number as u32, state, sipfrag);
            world.inject(ALICE, &Message::Request(notify));
        }
        world.run_secs(181);
        let told = told(&world, ALICE);
        assert_eq!(told.last(), Some(&expected), "row {at}: {told:?}");
        let ends =
            told.iter().filter(|s| matches!(s, TransferState::Done | TransferState::Failed { .. }));
        assert_eq!(ends.count(), 1, "row {at}: told once");
        assert!(world.ends(ALICE).is_empty(), "row {at}: the call goes on");
    }
}

#[test]
fn a_notify_may_come_before_the_answer_and_more_after_the_end() {
    let (mut world, out) = scripted(21);
    blind(&mut world, &out);
    let refer = last(&world, ALICE, &Method::Refer);
    let first = Message::Request(notify(&world, 10, "active;expires=60", "180 Ringing"));
    world.inject(ALICE, &first);
    world.inject(ALICE, &first);
    world.inject(ALICE, &reply(&refer, 202, &[]));
    for number in 11..14 {
        let more = notify(&world, number, "terminated;reason=noresource", "200 OK");
        world.inject(ALICE, &Message::Request(more));
    }
    let late = notify(&world, 9, "terminated", "486 Busy Here");
    world.inject(ALICE, &Message::Request(late));
    assert_eq!(told(&world, ALICE), [TransferState::Ringing, TransferState::Done]);
    assert_eq!(world.statuses(ALICE, &Method::Notify), [200, 200, 200, 200, 200, 500]);
    let mut foreign = notify(&world, 20, "terminated", "486 Busy Here");
    foreign.headers.set("Event", "refer;id=4711");
    world.inject(ALICE, &Message::Request(foreign));
    assert_eq!(world.statuses(ALICE, &Method::Notify).last(), Some(&481));
}

#[test]
fn a_refer_without_a_subscription_is_done_when_taken() {
    let (mut world, out) = scripted(22);
    blind(&mut world, &out);
    let refer = last(&world, ALICE, &Method::Refer);
    world.inject(ALICE, &reply(&refer, 200, &[("Refer-Sub", "false")]));
    assert_eq!(told(&world, ALICE), [TransferState::Done]);
}

#[test]
fn a_challenge_to_our_refer_is_answered_once() {
    let (mut world, out) = scripted(23);
    blind(&mut world, &out);
    let challenge = ("Proxy-Authenticate", "Digest realm=\"x\", nonce=\"n1\", qop=\"auth\"");
    let refer = last(&world, ALICE, &Method::Refer);
    world.inject(ALICE, &reply(&refer, 407, &[challenge]));
    let again = last(&world, ALICE, &Method::Refer);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    assert!(again.headers.cseq().unwrap().number > refer.headers.cseq().unwrap().number);
    world.inject(ALICE, &reply(&again, 407, &[challenge]));
    assert!(matches!(told(&world, ALICE)[..], [TransferState::Failed { code: 407, .. }]));
}

#[test]
fn only_what_can_be_transferred_is() {
    let (mut world, out) = scripted(24);
    for to in [
        ReferTo::Uri("xmpp:carol@cusax.test".to_owned()),
        ReferTo::Call(out.clone()),
        ReferTo::Call(CallId::new("nobody")),
    ] {
        world.events[ALICE].clear();
        world.command(ALICE, SipCommand::Refer { call: out.clone(), to });
        assert!(matches!(told(&world, ALICE)[..], [TransferState::Failed { code: 416, .. }]));
    }
    let ringing = world.call(ALICE, "bob");
    world.events[ALICE].clear();
    blind(&mut world, &ringing);
    assert!(matches!(told(&world, ALICE)[..], [TransferState::Failed { code: 481, .. }]));
    assert!(world.requests(ALICE, &Method::Refer).is_empty());
}

#[test]
fn transfers_come_to_an_end_whatever_gets_lost() {
    let bad = Weather { transport: Transport::Udp, loss: 0.2, jitter: Duration::from_millis(300) };
    let (mut done, mut failed) = (0, 0);
    for seed in 0..60 {
        let (mut world, out, call) = talking(seed, bad);
        blind(&mut world, &out);
        world.until(BOB, is_referral);
        let new = agree(&mut world, CAROL_URI, &call);
        let third = world.incoming(CAROL);
        match seed % 3 {
            0 => world.command(CAROL, SipCommand::Refuse { call: third.clone(), status: 486 }),
            _ => answer(&mut world, CAROL, &third),
        }
        if seed % 6 == 1 {
            world.command(BOB, SipCommand::Hangup(call.clone()));
        }
        world.run_secs(190);
        let ended = told(&world, ALICE);
        let of_end =
            |s: &&TransferState| matches!(s, TransferState::Done | TransferState::Failed { .. });
        assert!(ended.iter().filter(of_end).count() <= 1, "seed {seed}: {ended:?}");
        match ended.last() {
            Some(TransferState::Done) => {
                assert_ne!(seed % 3, 0, "seed {seed}");
                done += 1;
            }
            Some(TransferState::Failed { .. }) => failed += 1,
            _ => assert_eq!(seed % 6, 1, "seed {seed}: only a call that ended says nothing"),
        }
        world.command(ALICE, SipCommand::Hangup(out));
        world.command(BOB, SipCommand::Hangup(new));
        world.run_secs(700);
        world.assert_at_rest();
    }
    assert!(done >= 25 && failed >= 20, "{done} done, {failed} failed");
}
