//! Before the answer: reliable provisional responses (RFC 3262), several early dialogs, UPDATE
//! in them (RFC 3311), and the races with CANCEL.

use std::time::Duration;

use super::calls::{last, reply, scripted};
use super::world::*;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{CallEvent, PlaceCall, SipCommand, SipEvent};

const OTHER: &[u8] = b"v=0\r\no=- 3 1 IN IP4 127.0.0.1\r\n";

fn reliable(invite: &Request, status: u16, tag: &str, number: u32, sdp: &[u8]) -> Message {
    let Message::Response(mut response) = reply(invite, status, tag, sdp) else { panic!() };
    response.headers.set("Require", "100rel");
    response.headers.set("RSeq", number.to_string());
    Message::Response(response)
}

/// Tag and RAck of every PRACK that Alice sent.
fn pracks(world: &World) -> Vec<(String, String)> {
    world
        .requests(ALICE, &Method::Prack)
        .iter()
        .map(|prack| {
            let tag = prack.headers.to().unwrap().tag().unwrap().to_owned();
            (tag, prack.headers.get("RAck").unwrap().to_owned())
        })
        .collect()
}

fn last_event(world: &World) -> CallEvent {
    match world.events[ALICE].last() {
        Some(SipEvent::Call(_, event)) => event.clone(),
        other => panic!("{other:?}"),
    }
}

fn early(sdp: &[u8]) -> CallEvent {
    CallEvent::EarlyMedia { sdp: sdp.to_vec(), impp: vec![] }
}

fn answered(sdp: Option<&[u8]>) -> CallEvent {
    CallEvent::Answered { sdp: sdp.map(<[u8]>::to_vec), impp: vec![] }
}

/// A request of the scripted peer in the early dialog `tag` of Alice's call.
fn from_peer(invite: &Request, tag: &str, method: Method, number: u32, body: &[u8]) -> Request {
    let mut request = Request { method, ..invite.clone() };
    let headers = &mut request.headers;
    let to = format!("{};tag={tag}", invite.headers.get("To").unwrap());
    headers.set("From", to);
    headers.set("To", invite.headers.get("From").unwrap());
    headers.set("Via", format!("SIP/2.0/UDP 192.0.2.11;branch=z9hG4bK{tag}{number}"));
    headers.set("CSeq", format!("{number} {}", request.method));
    headers.set("Contact", format!("<sip:{tag}@192.0.2.99>"));
    for name in ["Content-Type", "Session-Expires", "Min-SE"] {
        request.headers.remove(name);
    }
    if !body.is_empty() {
        request.headers.set("Content-Type", "application/sdp");
    }
    request.body = body.to_vec();
    request
}

#[test]
fn reliable_responses_are_acknowledged_once_in_order_and_for_each_fork() {
    let (mut world, _, invite) = scripted();
    assert!(invite.headers.lists("Supported", "100rel"));
    for (tag, number) in
        [("one", 10), ("one", 10), ("two", 4), ("one", 12), ("one", 11), ("two", 3), ("one", 12)]
    {
        world.inject(ALICE, &reliable(&invite, 180, tag, number, b""));
    }
    let expected = [
        ("one", "10 1 INVITE"),
        ("two", "4 1 INVITE"),
        ("one", "11 1 INVITE"),
        ("one", "12 1 INVITE"),
    ];
    let expected = expected.map(|(tag, rack)| (tag.to_owned(), rack.to_owned()));
    assert_eq!(pracks(&world), expected);
    let numbers: Vec<u32> = world
        .requests(ALICE, &Method::Prack)
        .iter()
        .map(|prack| prack.headers.cseq().unwrap().number)
        .collect();
    assert_eq!(numbers, [2, 2, 3, 4], "each dialog counts for itself");
    assert_eq!(last(&world, ALICE, &Method::Prack).uri, "sip:one@192.0.2.11");
}

#[test]
fn the_numbers_of_a_dialog_go_on_after_its_pracks() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &reliable(&invite, 180, "one", 1, b""));
    world.inject(ALICE, &reliable(&invite, 183, "two", 1, ANSWER));
    world.inject(ALICE, &reliable(&invite, 180, "two", 2, b""));
    world.inject(ALICE, &reply(&invite, 200, "two", b""));
    assert_eq!(last_event(&world), answered(Some(ANSWER)), "it came in the 183 only");
    assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 1);
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    let bye = last(&world, ALICE, &Method::Bye);
    assert_eq!((bye.uri.as_str(), bye.headers.cseq().unwrap().number), ("sip:one@192.0.2.11", 3));
    world.command(ALICE, SipCommand::Hangup(call));
    let bye = last(&world, ALICE, &Method::Bye);
    assert_eq!((bye.uri.as_str(), bye.headers.cseq().unwrap().number), ("sip:two@192.0.2.11", 4));
}

#[test]
fn a_challenged_prack_goes_out_again() {
    let (mut world, _, invite) = scripted();
    world.give_password(ALICE);
    world.inject(ALICE, &reliable(&invite, 180, "one", 7, b""));
    let prack = last(&world, ALICE, &Method::Prack);
    let mut challenge = Response::to_request(&prack, 407, None);
    let value = "Digest realm=\"cusax.test\", nonce=\"n2\", qop=\"auth\"";
    challenge.headers.push("Proxy-Authenticate", value);
    world.inject(ALICE, &Message::Response(challenge));
    let again = last(&world, ALICE, &Method::Prack);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    assert_eq!(again.headers.cseq().unwrap().number, 3);
    assert_eq!(again.headers.get("RAck"), Some("7 1 INVITE"));
}

#[test]
fn of_several_forks_the_last_with_media_is_heard_until_one_is_over() {
    let (mut world, _, invite) = scripted();
    world.inject(ALICE, &reply(&invite, 183, "one", ANSWER));
    assert_eq!(last_event(&world), early(ANSWER));
    world.inject(ALICE, &reply(&invite, 183, "two", OTHER));
    assert_eq!(last_event(&world), early(OTHER));
    let events = world.events[ALICE].len();
    world.inject(ALICE, &reply(&invite, 183, "one", ANSWER));
    assert_eq!(world.events[ALICE].len(), events, "nothing new");
    world.inject(ALICE, &reply(&invite, 199, "two", b""));
    assert_eq!(last_event(&world), early(ANSWER), "the other goes on");
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    assert_eq!(last_event(&world), answered(Some(ANSWER)));
}

#[test]
fn an_offer_in_a_reliable_response_is_answered_in_its_prack() {
    let mut world = World::ready(1, FAIR);
    world.scripted = Some(BOB);
    let call = CallId::new("late");
    let place = PlaceCall {
        call: call.clone(),
        target: "sip:bob@cusax.test".to_owned(),
        offer: vec![],
        impp: None,
        anonymous: false,
        referral: None,
    };
    world.command(ALICE, SipCommand::Invite(place));
    let invite = last(&world, ALICE, &Method::Invite);
    world.inject(ALICE, &reliable(&invite, 183, "one", 5, OFFER));
    assert_eq!(last_event(&world), early(OFFER));
    assert!(pracks(&world).is_empty(), "our answer is not there yet");
    world.command(ALICE, SipCommand::Acknowledge { call, sdp: ANSWER.to_vec() });
    let prack = last(&world, ALICE, &Method::Prack);
    assert_eq!((prack.headers.get("RAck"), prack.body.as_slice()), (Some("5 1 INVITE"), ANSWER));
    world.inject(ALICE, &reply(&invite, 200, "one", b""));
    assert_eq!(last_event(&world), answered(None));
    assert!(last(&world, ALICE, &Method::Ack).body.is_empty());
}

#[test]
fn an_early_update_with_an_offer_waits_until_ours_was_answered_reliably() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &reply(&invite, 183, "one", ANSWER));
    let update =
        |number, body| Message::Request(from_peer(&invite, "one", Method::Update, number, body));
    world.inject(ALICE, &update(1, OTHER));
    assert_eq!(world.statuses(ALICE, &Method::Update), [491], "a preview is no answer");
    world.inject(ALICE, &update(2, b""));
    assert_eq!(world.statuses(ALICE, &Method::Update), [491, 200]);
    world.inject(ALICE, &reliable(&invite, 183, "one", 1, ANSWER));
    assert_eq!(last(&world, ALICE, &Method::Prack).uri, "sip:one@192.0.2.99", "the new target");
    world.inject(ALICE, &update(3, OTHER));
    assert_eq!(last_event(&world), CallEvent::Reoffer { sdp: Some(OTHER.to_vec()) });
    world.inject(ALICE, &update(4, OTHER));
    assert_eq!(world.statuses(ALICE, &Method::Update), [491, 200, 500]);
    world.command(ALICE, SipCommand::AnswerReoffer { call, sdp: Some(OFFER.to_vec()) });
    let (_, Message::Response(ok)) = world.sent.last().unwrap() else { panic!() };
    assert_eq!((ok.status, ok.body.as_slice()), (200, OFFER));
    world.inject(ALICE, &update(2, b""));
    assert_eq!(world.statuses(ALICE, &Method::Update).last(), Some(&200), "seen before: repeated");
}

#[test]
fn what_an_early_update_changed_is_not_undone_by_the_answer() {
    for sdp in [ANSWER, b""] {
        let (mut world, call, invite) = scripted();
        world.inject(ALICE, &reliable(&invite, 183, "one", 1, ANSWER));
        let update = from_peer(&invite, "one", Method::Update, 1, OTHER);
        world.inject(ALICE, &Message::Request(update));
        world.command(ALICE, SipCommand::AnswerReoffer { call, sdp: Some(OTHER.to_vec()) });
        world.inject(ALICE, &reply(&invite, 200, "one", sdp));
        assert_eq!(last_event(&world), answered(None), "the core runs what it agreed to last");
        // The peer takes no UPDATE: a refresh repeats the session as it is.
        world.flow(ALICE, Ok(()));
        world.run_secs(1);
        let refresh = last(&world, ALICE, &Method::Invite);
        assert_eq!((refresh.headers.cseq().unwrap().number > 1, &*refresh.body), (true, OTHER));
    }
}

/// Bob gets an INVITE that insists on reliable responses; he rings.
fn insisted(sdp: &[u8]) -> (World, Request) {
    let (_, _, invite) = scripted();
    let mut world = World::ready(2, FAIR);
    let mut invite = Request { body: sdp.to_vec(), ..invite };
    if sdp.is_empty() {
        invite.headers.remove("Content-Type");
    }
    invite.headers.set("Call-ID", "insists");
    invite.headers.set("Via", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKinsists");
    invite.headers.set("Require", "100rel");
    world.scripted = Some(ALICE);
    world.sent.clear();
    world.inject(BOB, &Message::Request(invite.clone()));
    (world, invite)
}

fn ringing(world: &World) -> Response {
    let found = world.sent.iter().rev().find_map(|(_, message)| match message {
        Message::Response(response) if response.status == 180 => Some(response.clone()),
        _ => None,
    });
    found.expect("180")
}

fn prack(invite: &Request, ringing: &Response, rack: &str, number: u32) -> Message {
    let mut prack = Request { method: Method::Prack, body: Vec::new(), ..invite.clone() };
    for name in ["Content-Type", "Require"] {
        prack.headers.remove(name);
    }
    prack.headers.set("To", ringing.headers.get("To").unwrap());
    prack.headers.set("CSeq", format!("{number} PRACK"));
    prack.headers.set("RAck", rack);
    prack.headers.set("Via", format!("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKprack{number}"));
    Message::Request(prack)
}

#[test]
fn a_reliable_180_is_repeated_until_its_prack_comes() {
    let (mut world, invite) = insisted(OFFER);
    let first = ringing(&world);
    assert!(first.headers.lists("Require", "100rel"));
    let number: u32 = first.headers.get("RSeq").unwrap().parse().unwrap();
    assert!((1..1 << 31).contains(&number));
    world.run(Duration::from_millis(3_600));
    assert_eq!(world.statuses(BOB, &Method::Invite), [180; 4], "at 0, 0.5, 1.5 and 3.5 s");
    world.inject(BOB, &prack(&invite, &first, "1 1 INVITE", 2));
    world.inject(BOB, &prack(&invite, &first, &format!("{number} 1 INVITE"), 3));
    world.inject(BOB, &prack(&invite, &first, &format!("{number} 1 INVITE"), 4));
    assert_eq!(world.statuses(BOB, &Method::Prack), [481, 200, 481]);
    world.run_secs(30);
    assert_eq!(world.statuses(BOB, &Method::Invite), [180; 4], "not any more");
    world.run_secs(30);
    let second: u32 = ringing(&world).headers.get("RSeq").unwrap().parse().unwrap();
    assert_eq!(second, number + 1, "a minute later it rings again");
}

#[test]
fn a_180_nobody_acknowledges_ends_the_call_after_64_t1() {
    let (mut world, _) = insisted(OFFER);
    world.run(Duration::from_millis(31_900));
    assert_eq!(world.statuses(BOB, &Method::Invite), [180; 6 + 1], "T1 doubles without bound");
    world.run_secs(1);
    assert_eq!(world.statuses(BOB, &Method::Invite)[7], 504);
    assert_eq!(world.ends(BOB), [EndReason::NoAnswer]);
}

#[test]
fn no_answer_is_stuck_behind_a_prack() {
    let (mut world, invite) = insisted(OFFER);
    let rang = ringing(&world);
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
    assert_eq!(world.statuses(BOB, &Method::Invite), [180, 200]);
    world.run(Duration::from_millis(600));
    assert_eq!(world.statuses(BOB, &Method::Invite), [180, 200, 200], "only the 200 again");
    let rack = format!("{} 1 INVITE", rang.headers.get("RSeq").unwrap());
    world.inject(BOB, &prack(&invite, &rang, &rack, 2));
    assert_eq!(world.statuses(BOB, &Method::Prack), [200], "late, but right");
}

#[test]
fn who_insists_and_offers_nothing_is_not_told_that_it_rings() {
    let (mut world, _) = insisted(b"");
    world.run_secs(70);
    assert!(world.statuses(BOB, &Method::Invite).is_empty());
    let call = world.incoming(BOB);
    world.command(BOB, SipCommand::Answer { call, sdp: OFFER.to_vec(), impp: None });
    assert_eq!(world.statuses(BOB, &Method::Invite), [200]);
}

#[test]
fn a_call_whose_180_is_reliable_is_made_on_any_network() {
    for seed in 0..40 {
        let jitter = Duration::from_millis(300);
        let transport = crate::model::account::Transport::Udp;
        let mut world = World::ready(seed, Weather { transport, loss: 0.3, jitter });
        world.insist = true;
        world.echo = 0.2;
        let out = world.call(ALICE, "bob");
        let call = world.incoming(BOB);
        world.run(Duration::from_millis(seed * 50));
        world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
        world.answered(ALICE);
        world.confirmed(BOB);
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        assert_eq!(world.ends(BOB), [EndReason::RemoteHangup], "seed {seed}");
        world.assert_at_rest();
    }
}

#[test]
fn a_cancel_that_crosses_the_answer_ends_in_ack_and_bye() {
    let (mut world, call, invite) = scripted();
    world.inject(ALICE, &reliable(&invite, 180, "one", 1, b""));
    world.command(ALICE, SipCommand::Hangup(call));
    assert_eq!(world.requests(ALICE, &Method::Cancel).len(), 1);
    world.inject(ALICE, &reliable(&invite, 180, "one", 2, b""));
    assert_eq!(pracks(&world).len(), 2, "still acknowledged");
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    assert_eq!(world.requests(ALICE, &Method::Ack).len(), 1);
    assert_eq!(world.requests(ALICE, &Method::Bye).len(), 1);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.run_secs(70);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_cancelled_call_is_over_with_its_487() {
    let (mut world, call, invite) = scripted();
    world.command(ALICE, SipCommand::Hangup(call));
    assert!(world.requests(ALICE, &Method::Cancel).is_empty(), "nothing came back yet");
    world.inject(ALICE, &reply(&invite, 180, "one", b""));
    assert_eq!(world.requests(ALICE, &Method::Cancel).len(), 1);
    world.inject(ALICE, &reply(&invite, 487, "one", b""));
    assert_eq!(world.requests(ALICE, &Method::Ack).len(), 1);
    world.assert_at_rest_of(ALICE);
}
