//! Calls between two agents on a good network.

use std::time::Duration;

use super::world::*;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{CallEvent, SipCommand, SipEvent};

pub(super) fn talking(seed: u64) -> (World, crate::model::id::CallId, crate::model::id::CallId) {
    let mut world = World::ready(seed, FAIR);
    let out = world.call(ALICE, "bob");
    let incoming = world.incoming(BOB);
    world.command(
        BOB,
        SipCommand::Answer { call: incoming.clone(), sdp: ANSWER.to_vec(), impp: None },
    );
    world.answered(ALICE);
    world.confirmed(BOB);
    (world, out, incoming)
}

#[test]
fn a_call_rings_is_answered_and_hung_up_by_the_caller() {
    let mut world = World::ready(1, FAIR);
    let out = world.call(ALICE, "bob");
    world.until(ALICE, |event| matches!(event, SipEvent::Call(_, CallEvent::Ringing)));
    let SipEvent::Incoming(incoming) = world.events[BOB][0].clone() else { panic!() };
    assert_eq!(incoming.from, "sip:alice@cusax.test");
    assert_eq!(incoming.impp, ["alice@cusax.test".parse::<crate::model::BareJid>().unwrap()]);
    assert_eq!(incoming.offer.as_deref(), Some(OFFER));
    world
        .command(BOB, SipCommand::Answer { call: incoming.call, sdp: ANSWER.to_vec(), impp: None });
    let answered =
        world.until(ALICE, |event| matches!(event, SipEvent::Call(_, CallEvent::Answered { .. })));
    let expected = CallEvent::Answered { sdp: Some(ANSWER.to_vec()), impp: vec![] };
    assert_eq!(answered, SipEvent::Call(out.clone(), expected));
    world.confirmed(BOB);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1);
    world.assert_at_rest();
}

#[test]
fn the_callee_hangs_up() {
    let (mut world, _, incoming) = talking(2);
    world.command(BOB, SipCommand::Hangup(incoming));
    world.run_secs(60);
    assert_eq!(world.ends(BOB), [EndReason::LocalHangup]);
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn both_hang_up_at_once() {
    let (mut world, out, incoming) = talking(3);
    world.command(ALICE, SipCommand::Hangup(out));
    world.command(BOB, SipCommand::Hangup(incoming));
    world.run_secs(60);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    assert_eq!(world.ends(BOB), [EndReason::LocalHangup]);
    world.assert_at_rest();
}

#[test]
fn the_caller_gives_up_before_the_answer() {
    let mut world = World::ready(4, FAIR);
    let out = world.call(ALICE, "bob");
    world.incoming(BOB);
    world.run_secs(3);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    assert_eq!(world.ends(BOB), [EndReason::Cancelled]);
    assert_eq!(world.requests(ALICE, &Method::Cancel).len(), 1);
    world.assert_at_rest();
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut world = World::ready(5, FAIR);
    let out = world.call(ALICE, "bob");
    world.command(ALICE, SipCommand::Hangup(out));
    assert!(world.requests(ALICE, &Method::Cancel).is_empty());
    world.run_secs(60);
    assert_eq!(world.requests(ALICE, &Method::Cancel).len(), 1);
    assert_eq!(world.ends(BOB), [EndReason::Cancelled]);
    world.assert_at_rest();
}

#[test]
fn a_cancel_that_crosses_the_answer_ends_the_call_with_ack_and_bye() {
    let mut world = World::ready(6, FAIR);
    let out = world.call(ALICE, "bob");
    let incoming = world.incoming(BOB);
    world.run_secs(1);
    world.command(BOB, SipCommand::Answer { call: incoming, sdp: ANSWER.to_vec(), impp: None });
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.statuses(BOB, &Method::Cancel), [200]);
    assert_eq!(world.requests(ALICE, &Method::Ack).len(), 1);
    assert_eq!(world.requests(ALICE, &Method::Bye).len(), 1);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn a_refusal_reaches_the_caller_with_its_words() {
    for (status, text) in [(486, "Busy Here"), (603, "Decline"), (488, "Not Acceptable Here")] {
        let mut world = World::ready(7, FAIR);
        world.call(ALICE, "bob");
        let call = world.incoming(BOB);
        world.command(BOB, SipCommand::Refuse { call, status });
        world.run_secs(60);
        assert_eq!(
            world.ends(ALICE),
            [EndReason::Refused { code: status, text: text.to_owned(), retry_after: None }]
        );
        assert_eq!(world.ends(BOB), [EndReason::LocalHangup]);
        world.assert_at_rest();
    }
}

#[test]
fn a_callee_that_hangs_up_before_the_ack_says_bye_after_it() {
    let mut world = World::ready(8, FAIR);
    world.call(ALICE, "bob");
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call: call.clone(), sdp: ANSWER.to_vec(), impp: None });
    world.command(BOB, SipCommand::Hangup(call));
    assert!(world.requests(BOB, &Method::Bye).is_empty());
    world.run_secs(60);
    assert_eq!(world.requests(BOB, &Method::Bye).len(), 1);
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn nobody_rings_for_ever() {
    let mut world = World::ready(9, FAIR);
    world.call(ALICE, "bob");
    world.incoming(BOB);
    world.run_secs(400);
    assert_eq!(world.ends(BOB), [EndReason::NoAnswer]);
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 480, .. }]));
    assert!(
        world.statuses(BOB, &Method::Invite).iter().filter(|status| **status == 180).count() >= 4
    );
    world.assert_at_rest();
}

#[test]
fn a_ninth_caller_finds_us_busy() {
    let mut world = World::ready(10, FAIR);
    for _ in 0..9 {
        world.call(ALICE, "bob");
    }
    world.run_secs(2);
    let rang = |event: &&SipEvent| matches!(event, SipEvent::Incoming(_));
    assert_eq!(world.events[BOB].iter().filter(rang).count(), 8);
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 486, .. }]));
}

#[test]
fn calls_outlive_a_lost_connection_and_can_still_be_ended() {
    let (mut world, out, _) = talking(11);
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.run_secs(10);
    assert!(world.ends(ALICE).is_empty());
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn quitting_ends_calls() {
    let (mut world, _, _) = talking(12);
    world.command(ALICE, SipCommand::Quit);
    world.run_secs(3);
    assert!(world.agents[ALICE].is_closed());
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
}

fn reoffer(call: &crate::model::id::CallId, sdp: Option<&[u8]>) -> SipEvent {
    SipEvent::Call(call.clone(), CallEvent::Reoffer { sdp: sdp.map(<[u8]>::to_vec) })
}

pub(super) fn last(world: &World, from: usize, method: &Method) -> Request {
    (*world.requests(from, method).last().unwrap()).clone()
}

/// A request of Alice's in the dialog of her call, as her user agent would write it.
pub(super) fn in_dialog(world: &World, method: Method, body: &[u8], number: u32) -> Request {
    let ack = last(world, ALICE, &Method::Ack);
    let mut request = Request { method, body: body.to_vec(), ..ack };
    let headers = &mut request.headers;
    headers.set("Via", format!("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKtest{number};rport"));
    headers.set("CSeq", format!("{number} {}", request.method));
    headers.set("Contact", "<sip:alice@192.0.2.10:5060>");
    if !body.is_empty() {
        headers.set("Content-Type", "application/sdp");
    }
    request
}

#[test]
fn a_reoffer_goes_to_the_core_and_a_second_one_has_to_wait() {
    let (mut world, _, incoming) = talking(13);
    let hold = b"v=0\r\na=sendonly\r\n".to_vec();
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Invite, &hold, 100)));
    let reoffer = CallEvent::Reoffer { sdp: Some(hold.clone()) };
    assert_eq!(world.events[BOB].last(), Some(&SipEvent::Call(incoming.clone(), reoffer)));
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Update, &hold, 101)));
    assert_eq!(world.statuses(BOB, &Method::Update), [500]);
    let held = b"v=0\r\na=recvonly\r\n".to_vec();
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: Some(held.clone()) });
    let (_, Message::Response(ok)) = world.sent.last().unwrap() else { panic!() };
    assert_eq!((ok.status, &ok.body), (200, &held));
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Invite, &hold, 102)));
    assert_eq!(world.statuses(BOB, &Method::Invite).last(), Some(&491));
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Ack, b"", 100)));
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Info, b"", 50)));
    assert_eq!(world.statuses(BOB, &Method::Info), [500], "an old number");
}

#[test]
fn a_refused_reoffer_leaves_the_call_as_it_was() {
    let (mut world, out, incoming) = talking(14);
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Update, OFFER, 2)));
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: None });
    assert_eq!(world.statuses(BOB, &Method::Update), [488]);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(BOB).len(), 1);
}

#[test]
fn a_change_without_offer_keeps_the_timer_or_asks_for_ours() {
    let (mut world, _, incoming) = talking(15);
    let mut update = in_dialog(&world, Method::Update, b"", 100);
    update.headers.set("Supported", "timer");
    update.headers.set("Session-Expires", "120;refresher=uac");
    world.inject(BOB, &Message::Request(update));
    let (_, Message::Response(ok)) = world.sent.last().unwrap().clone() else { panic!() };
    assert_eq!(ok.headers.get("Session-Expires"), Some("120;refresher=uac"));
    assert!(ok.body.is_empty());
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Invite, b"", 101)));
    assert_eq!(world.events[BOB].last(), Some(&reoffer(&incoming, None)), "ours is wanted");
    let answer = SipCommand::AnswerReoffer { call: incoming, sdp: Some(ANSWER.to_vec()) };
    world.command(BOB, answer);
    let (_, Message::Response(ok)) = world.sent.last().unwrap().clone() else { panic!() };
    assert_eq!((ok.status, ok.body.as_slice()), (200, ANSWER));
    let mut ack = in_dialog(&world, Method::Ack, OFFER, 101);
    ack.headers.set("CSeq", "101 ACK");
    world.inject(BOB, &Message::Request(ack));
    let confirmed = CallEvent::Confirmed { sdp: Some(OFFER.to_vec()) };
    assert!(
        matches!(world.events[BOB].last(), Some(SipEvent::Call(_, event)) if *event == confirmed)
    );
}

#[test]
fn a_session_nobody_refreshes_is_ended() {
    let (mut world, _, _) = talking(16);
    let mut update = in_dialog(&world, Method::Update, b"", 100);
    update.headers.set("Supported", "timer");
    update.headers.set("Session-Expires", "120;refresher=uac");
    world.inject(BOB, &Message::Request(update));
    world.run_secs(87);
    assert!(world.ends(BOB).is_empty());
    world.run_secs(2);
    assert_eq!(world.ends(BOB), [EndReason::NoAnswer]);
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup]);
}

#[test]
fn a_call_another_device_took_is_not_missed() {
    let mut world = World::ready(17, FAIR);
    world.call(ALICE, "bob");
    world.incoming(BOB);
    let invite = last(&world, ALICE, &Method::Invite);
    let mut cancel = crate::sip::transaction::cancel_for(&invite);
    cancel.headers.push("Reason", "SIP ;cause=200 ;text=\"Call completed elsewhere\"");
    world.inject(BOB, &Message::Request(cancel));
    assert_eq!(world.ends(BOB), [EndReason::AnsweredElsewhere]);
}

/// Alice calls a peer that the test speaks for; the INVITE is in its hands.
pub(super) fn scripted() -> (World, crate::model::id::CallId, Request) {
    let mut world = World::ready(18, FAIR);
    world.scripted = Some(BOB);
    let call = world.call(ALICE, "bob");
    world.run(Duration::from_millis(100));
    let invite = last(&world, ALICE, &Method::Invite);
    (world, call, invite)
}

pub(super) fn reply(invite: &Request, status: u16, tag: &str, sdp: &[u8]) -> Message {
    let mut response = Response::to_request(invite, status, None);
    let to = format!("{};tag={tag}", invite.headers.get("To").unwrap());
    response.headers.set("To", to);
    response.headers.set("Contact", format!("<sip:{tag}@192.0.2.11>"));
    if !sdp.is_empty() {
        response.headers.set("Content-Type", "application/sdp");
        response.body = sdp.to_vec();
    }
    Message::Response(response)
}

#[test]
fn of_several_forks_the_first_answer_wins_and_the_others_are_ended() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &reply(&invite, 180, "one", b""));
    world.inject(ALICE, &reply(&invite, 183, "two", ANSWER));
    let early = CallEvent::EarlyMedia { sdp: ANSWER.to_vec(), impp: vec![] };
    assert_eq!(world.events[ALICE].last(), Some(&SipEvent::Call(call.clone(), early)));
    world.inject(ALICE, &reply(&invite, 200, "two", ANSWER));
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    world.inject(ALICE, &reply(&invite, 200, "two", ANSWER));
    let acks: Vec<_> = world
        .requests(ALICE, &Method::Ack)
        .iter()
        .map(|ack| ack.headers.to().unwrap().tag().unwrap().to_owned())
        .collect();
    assert_eq!(acks, ["two", "one", "one", "two"]);
    let byes = world.requests(ALICE, &Method::Bye);
    assert_eq!(byes.len(), 1);
    assert_eq!(byes[0].uri, "sip:one@192.0.2.11");
    assert!(world.ends(ALICE).is_empty(), "the call goes on with the other");
}

#[test]
fn a_challenge_is_answered_with_the_same_call_id_and_call_info() {
    let (mut world, _, invite) = scripted();
    let Message::Response(mut challenge) = reply(&invite, 407, "p", b"") else { panic!() };
    challenge
        .headers
        .push("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"n1\", qop=\"auth\"");
    world.inject(ALICE, &Message::Response(challenge.clone()));
    let again = last(&world, ALICE, &Method::Invite);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    assert_eq!(again.headers.call_id(), invite.headers.call_id());
    assert_eq!(again.headers.get("From"), invite.headers.get("From"));
    assert_eq!(again.headers.get("To"), invite.headers.get("To"));
    assert_eq!(again.headers.cseq().unwrap().number, 2);
    assert_ne!(again.headers.via(), invite.headers.via());
    let info = Some("<xmpp:alice@cusax.test> ;purpose=impp");
    assert_eq!([&invite, &again].map(|invite| invite.headers.get("Call-Info")), [info, info]);
    let Message::Response(mut second) = reply(&again, 407, "p", b"") else { panic!() };
    second
        .headers
        .push("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"n1\", qop=\"auth\"");
    world.inject(ALICE, &Message::Response(second));
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 407, .. }]));
}

#[test]
fn a_redirection_to_where_we_came_from_is_a_refusal() {
    let (mut world, _, invite) = scripted();
    let Message::Response(mut moved) = reply(&invite, 302, "x", b"") else { panic!() };
    moved.headers.set("Contact", "<sip:bob@cusax.test>");
    world.inject(ALICE, &Message::Response(moved));
    assert_eq!(
        world.ends(ALICE),
        [EndReason::Refused { code: 302, text: "Moved Temporarily".to_owned(), retry_after: None }]
    );
    world.run_secs(60);
    assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1);
    world.assert_at_rest();
}

#[test]
fn a_peer_that_never_answers_is_given_up_after_32_seconds() {
    let (mut world, _, _) = scripted();
    world.run_secs(33);
    assert_eq!(world.ends(ALICE), [EndReason::NoAnswer]);
    assert_eq!(world.requests(ALICE, &Method::Invite).len(), 7);
    world.assert_at_rest();
}

#[test]
fn a_cancelled_invite_that_gets_no_final_response_is_dropped() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &reply(&invite, 180, "one", b""));
    world.command(ALICE, SipCommand::Hangup(call));
    world.run_secs(70);
    world.assert_at_rest();
}

#[test]
fn a_delayed_offer_is_answered_in_the_ack() {
    let mut world = World::ready(19, FAIR);
    world.scripted = Some(BOB);
    let call = crate::model::id::CallId::new("late");
    let place = crate::sip::PlaceCall {
        call: call.clone(),
        target: "sip:bob@cusax.test".to_owned(),
        offer: vec![],
        impp: None,
        anonymous: false,
        referral: None,
    };
    world.command(ALICE, SipCommand::Invite(place));
    let invite = last(&world, ALICE, &Method::Invite);
    world.inject(ALICE, &reply(&invite, 200, "one", OFFER));
    assert!(world.requests(ALICE, &Method::Ack).is_empty());
    world.command(ALICE, SipCommand::Acknowledge { call, sdp: ANSWER.to_vec() });
    assert_eq!(last(&world, ALICE, &Method::Ack).body, ANSWER);
}

#[test]
fn an_offer_in_our_200_is_answered_in_the_ack() {
    let (mut world, _, invite) = scripted();
    world.scripted = None;
    let mut late = Request { body: vec![], ..invite };
    late.headers.remove("Content-Type");
    late.headers.set("Call-ID", "late");
    late.headers.set("Via", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKlate");
    late.headers.set("Require", "timer");
    world.inject(BOB, &Message::Request(late.clone()));
    let SipEvent::Incoming(incoming) = world.events[BOB].last().unwrap().clone() else { panic!() };
    assert_eq!(incoming.offer, None);
    world.command(BOB, SipCommand::Answer { call: incoming.call, sdp: OFFER.to_vec(), impp: None });
    let (_, Message::Response(ok)) = world.sent.last().unwrap().clone() else { panic!() };
    let mut ack = late;
    ack.method = Method::Ack;
    ack.headers.set("CSeq", "1 ACK");
    ack.headers.set("To", ok.headers.get("To").unwrap());
    ack.headers.set("Via", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKack");
    ack.headers.set("Content-Type", "application/sdp");
    ack.body = ANSWER.to_vec();
    world.inject(BOB, &Message::Request(ack));
    let event = CallEvent::Confirmed { sdp: Some(ANSWER.to_vec()) };
    assert!(matches!(world.events[BOB].last(), Some(SipEvent::Call(_, last)) if *last == event));
}

#[test]
fn a_challenge_that_is_not_our_providers_gets_no_answer() {
    let (mut world, _, invite) = scripted();
    let Message::Response(mut challenge) = reply(&invite, 407, "p", b"") else { panic!() };
    challenge
        .headers
        .push("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"mine\", qop=\"auth\"");
    world.inject_from(ALICE, &Message::Response(challenge), false);
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 407, .. }]));
    assert_eq!(world.requests(ALICE, &Method::Invite).len(), 1);
}

#[test]
fn only_addresses_that_can_be_called_safely_are() {
    let mut world = World::ready(20, FAIR);
    for target in ["xmpp:bob@cusax.test", "sip:bob@cusax.test>\r\nX: y", "sips:bob@cusax.test"] {
        let place = crate::sip::PlaceCall {
            call: crate::model::id::CallId::new(target),
            target: target.to_owned(),
            offer: OFFER.to_vec(),
            impp: None,
            anonymous: false,
            referral: None,
        };
        world.command(ALICE, SipCommand::Invite(place));
    }
    assert_eq!(world.ends(ALICE).len(), 3);
    assert!(world.requests(ALICE, &Method::Invite).is_empty());
    let place = crate::sip::PlaceCall {
        call: crate::model::id::CallId::new("plain"),
        target: "sip:bob@cusax.test;method=BYE?Replaces=x".to_owned(),
        offer: OFFER.to_vec(),
        impp: None,
        anonymous: false,
        referral: None,
    };
    world.command(ALICE, SipCommand::Invite(place));
    assert_eq!(last(&world, ALICE, &Method::Invite).uri, "sip:bob@cusax.test");
}
