//! Changes of a session that we ask for, and how they meet those of the other side
//! (RFC 3261 §14, RFC 3311, RFC 5407).

use std::time::Duration;

use super::calls::{in_dialog, last, talking};
use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{CallEvent, SipCommand, SipEvent};

const HOLD: &[u8] = b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=sendonly\r\n";
const HELD: &[u8] = b"v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\na=recvonly\r\n";

fn offer(world: &mut World, agent: usize, call: &CallId) {
    world.command(agent, SipCommand::Reoffer { call: call.clone(), sdp: HOLD.to_vec() });
}

fn count(world: &World, agent: usize, event: &CallEvent) -> usize {
    let same = |seen: &&SipEvent| matches!(seen, SipEvent::Call(_, seen) if seen == event);
    world.events[agent].iter().filter(same).count()
}

fn reanswered() -> CallEvent {
    CallEvent::Reanswered { sdp: HELD.to_vec() }
}

/// The response of a scripted peer within the dialog.
fn respond(request: &Request, status: u16, sdp: &[u8]) -> Response {
    let mut response = Response::to_request(request, status, None);
    response.headers.set("Contact", "<sip:bob@192.0.2.11>");
    if !sdp.is_empty() {
        response.headers.set("Content-Type", "application/sdp");
        response.body = sdp.to_vec();
    }
    response
}

/// A call of Alice's to whom the test speaks from now on; her re-INVITE is out.
fn offered(seed: u64) -> (World, CallId, Request) {
    let (mut world, out, _) = talking(seed);
    world.scripted = Some(BOB);
    offer(&mut world, ALICE, &out);
    let invite = last(&world, ALICE, &Method::Invite);
    (world, out, invite)
}

#[test]
fn an_offer_of_ours_is_answered_and_every_2xx_acknowledged() {
    let (mut world, out, incoming) = talking(1);
    offer(&mut world, ALICE, &out);
    let theirs = SipEvent::Call(incoming.clone(), CallEvent::Reoffer { sdp: Some(HOLD.to_vec()) });
    world.until(BOB, |event| *event == theirs);
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: Some(HELD.to_vec()) });
    world.run_secs(1);
    assert_eq!(count(&world, ALICE, &reanswered()), 1);
    let invite = last(&world, ALICE, &Method::Invite);
    assert_eq!(invite.headers.cseq().unwrap().number, 2);
    assert_eq!(invite.headers.contact().unwrap().uri, "sip:alice@192.0.2.10:5060");
    assert_eq!(invite.headers.get("Session-Expires"), Some("1800;refresher=uac"));
    let acks = world.requests(ALICE, &Method::Ack).len();
    let again = respond(&invite, 200, HELD);
    world.inject(ALICE, &Message::Response(again));
    assert_eq!(world.requests(ALICE, &Method::Ack).len(), acks + 1);
    assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 2);
    assert_eq!(count(&world, ALICE, &reanswered()), 1);
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
    world.assert_at_rest();
}

#[test]
fn after_491_the_owner_of_the_call_id_waits_longer() {
    for seed in 0..20 {
        let (mut world, out, incoming) = talking(seed);
        offer(&mut world, ALICE, &out);
        offer(&mut world, BOB, &incoming);
        let start = world.now;
        world.until(BOB, |event| matches!(event, SipEvent::Call(_, CallEvent::ReofferAgain)));
        let bobs = world.now - start;
        world.until(ALICE, |event| matches!(event, SipEvent::Call(_, CallEvent::ReofferAgain)));
        let alices = world.now - start;
        assert_eq!(world.statuses(BOB, &Method::Invite).last(), Some(&491));
        assert_eq!(world.statuses(ALICE, &Method::Invite).last(), Some(&491));
        let slack = Duration::from_millis(100);
        assert!(bobs <= Duration::from_millis(2_000) + slack, "seed {seed}: {bobs:?}");
        assert!(alices >= Duration::from_millis(2_100), "seed {seed}: {alices:?}");
        assert!(alices <= Duration::from_millis(4_000) + slack, "seed {seed}: {alices:?}");
        assert!(world.ends(ALICE).is_empty() && world.ends(BOB).is_empty());
    }
}

/// What a core would do: answer what is offered, offer again when it is time.
fn react(world: &mut World, calls: &[CallId; 2], seen: &mut [usize; 2]) {
    for agent in [ALICE, BOB] {
        let fresh = world.events[agent][seen[agent]..].to_vec();
        seen[agent] += fresh.len();
        for event in fresh {
            let call = calls[agent].clone();
            match event {
                SipEvent::Call(_, CallEvent::Reoffer { .. }) => world
                    .command(agent, SipCommand::AnswerReoffer { call, sdp: Some(HELD.to_vec()) }),
                SipEvent::Call(_, CallEvent::ReofferAgain) => offer(world, agent, &call),
                _ => {}
            }
        }
    }
}

#[test]
fn offers_that_cross_are_both_answered_in_the_end_on_any_network() {
    let mut crossed = 0;
    for (seed, loss) in (0..60).zip([0.0, 0.1, 0.2, 0.3].into_iter().cycle()) {
        let jitter = Duration::from_millis(300);
        let mut world = World::ready(seed, Weather { transport: Transport::Udp, loss, jitter });
        world.echo = 0.2;
        let out = world.call(ALICE, "bob");
        let incoming = world.incoming(BOB);
        let answer =
            SipCommand::Answer { call: incoming.clone(), sdp: ANSWER.to_vec(), impp: None };
        world.command(BOB, answer);
        world.answered(ALICE);
        world.confirmed(BOB);
        let calls = [out.clone(), incoming];
        let mut seen = [world.events[ALICE].len(), world.events[BOB].len()];
        offer(&mut world, ALICE, &calls[ALICE]);
        world.run(Duration::from_millis(seed * 7));
        offer(&mut world, BOB, &calls[BOB]);
        for _ in 0..3000 {
            react(&mut world, &calls, &mut seen);
            world.run(Duration::from_millis(50));
        }
        for agent in [ALICE, BOB] {
            assert_eq!(count(&world, agent, &reanswered()), 1, "seed {seed} agent {agent}");
            assert!(world.ends(agent).is_empty(), "seed {seed}: {:?}", world.ends(agent));
            crossed += world.statuses(agent, &Method::Invite).iter().filter(|s| **s == 491).count();
        }
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        world.assert_at_rest();
    }
    assert!(crossed > 30, "the offers do cross: {crossed}");
}

#[test]
fn while_ours_is_open_an_offer_of_theirs_is_refused_and_a_refresh_is_not() {
    let (mut world, _, invite) = offered(2);
    // Alice answered Bob: he has her tags the other way round.
    let mut theirs = in_dialog(&world, Method::Invite, HOLD, 50);
    let (from, to) = (
        theirs.headers.get("From").unwrap().to_owned(),
        theirs.headers.get("To").unwrap().to_owned(),
    );
    for (method, body, status) in [
        (Method::Invite, HOLD, 491),
        (Method::Update, HOLD, 491),
        (Method::Update, b"".as_slice(), 200),
    ] {
        theirs = in_dialog(&world, method.clone(), body, theirs.headers.cseq().unwrap().number + 1);
        theirs.headers.set("From", to.clone());
        theirs.headers.set("To", from.clone());
        world.inject(ALICE, &Message::Request(theirs.clone()));
        assert_eq!(world.statuses(ALICE, &method).last(), Some(&status), "{method}");
    }
    world.inject(ALICE, &Message::Response(respond(&invite, 200, HELD)));
    assert_eq!(count(&world, ALICE, &reanswered()), 1);
}

#[test]
fn our_offer_waits_for_theirs() {
    let (mut world, _, incoming) = talking(3);
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Invite, HOLD, 100)));
    offer(&mut world, BOB, &incoming);
    assert!(world.requests(BOB, &Method::Invite).is_empty());
    let answer = SipCommand::AnswerReoffer { call: incoming.clone(), sdp: Some(HELD.to_vec()) };
    world.command(BOB, answer);
    assert_eq!(count(&world, BOB, &CallEvent::ReofferAgain), 0, "no ACK yet");
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Ack, b"", 100)));
    assert_eq!(count(&world, BOB, &CallEvent::ReofferAgain), 1);
    offer(&mut world, BOB, &incoming);
    assert_eq!(world.requests(BOB, &Method::Invite).len(), 1);
}

#[test]
fn a_dead_dialog_ends_the_call_and_another_failure_does_not() {
    for (status, reason) in [(481, EndReason::RemoteHangup), (408, EndReason::NoAnswer)] {
        let (mut world, _, invite) = offered(4);
        world.inject(ALICE, &Message::Response(respond(&invite, status, b"")));
        assert_eq!(world.ends(ALICE), [reason], "{status}");
        assert_eq!(world.requests(ALICE, &Method::Bye).len(), 1);
    }
    for status in [400, 403, 488, 500, 503, 606] {
        let (mut world, out, invite) = offered(5);
        let mut refusal = respond(&invite, status, b"");
        refusal.headers.set("Retry-After", "5");
        refusal.headers.set("Warning", "304 x \"no such codec\"");
        world.inject(ALICE, &Message::Response(refusal));
        let text = "no such codec".to_owned();
        assert_eq!(count(&world, ALICE, &CallEvent::ReofferFailed { code: status, text }), 1);
        world.run_secs(120);
        assert!(world.ends(ALICE).is_empty(), "{status}");
        offer(&mut world, ALICE, &out);
        assert_eq!(last(&world, ALICE, &Method::Invite).headers.cseq().unwrap().number, 3);
    }
}

#[test]
fn an_offer_nobody_answers_ends_the_call_unless_the_way_is_gone() {
    let (mut world, _, _) = offered(6);
    world.run_secs(31);
    assert!(world.ends(ALICE).is_empty());
    world.run_secs(2);
    assert_eq!(world.ends(ALICE), [EndReason::NoAnswer]);
    assert_eq!(world.requests(ALICE, &Method::Bye).len(), 2, "sent, and repeated");

    let (mut world, _, invite) = offered(7);
    let now = world.now;
    world.agents[ALICE].handle_unsent(now, &Message::Request(invite));
    world.pump();
    let failed = CallEvent::ReofferFailed { code: 503, text: "There is no connection".to_owned() };
    assert_eq!(count(&world, ALICE, &failed), 1);
    world.run_secs(100);
    assert!(world.ends(ALICE).is_empty(), "the call goes on");
}

#[test]
fn an_offer_that_is_only_received_is_cancelled_and_given_up() {
    let (mut world, out, invite) = offered(8);
    world.inject(ALICE, &Message::Response(respond(&invite, 100, b"")));
    world.run_secs(65);
    assert!(!world.requests(ALICE, &Method::Cancel).is_empty());
    world.run_secs(33);
    let failed = CallEvent::ReofferFailed { code: 408, text: "There was no answer".to_owned() };
    assert_eq!(count(&world, ALICE, &failed), 1);
    assert!(world.ends(ALICE).is_empty());
    world.command(ALICE, SipCommand::Hangup(out));
    world.run_secs(60);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn hanging_up_does_not_wait_for_an_answer_and_acknowledges_it_still() {
    let (mut world, out, invite) = offered(9);
    world.inject(ALICE, &Message::Response(respond(&invite, 100, b"")));
    world.command(ALICE, SipCommand::Hangup(out));
    assert_eq!(world.requests(ALICE, &Method::Bye).len(), 1);
    world.inject(ALICE, &Message::Response(respond(&invite, 200, HELD)));
    assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 2);
    let bye = last(&world, ALICE, &Method::Bye);
    world.inject(ALICE, &Message::Response(respond(&bye, 200, b"")));
    assert_eq!(count(&world, ALICE, &reanswered()), 0);
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.run_secs(60);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn the_other_side_hangs_up_while_our_offer_is_out() {
    for seed in 0..10 {
        let (mut world, out, incoming) = talking(seed);
        offer(&mut world, ALICE, &out);
        world.run(Duration::from_millis(seed * 6));
        world.command(BOB, SipCommand::Hangup(incoming));
        world.run_secs(120);
        assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup], "seed {seed}");
        assert_eq!(world.ends(BOB), [EndReason::LocalHangup], "seed {seed}");
        world.assert_at_rest();
    }
}

#[test]
fn a_challenge_to_an_offer_is_answered() {
    let (mut world, _, invite) = offered(10);
    world.give_password(ALICE);
    let mut challenge = respond(&invite, 407, b"");
    let value = "Digest realm=\"cusax.test\", nonce=\"n2\", qop=\"auth\"";
    challenge.headers.push("Proxy-Authenticate", value);
    world.inject(ALICE, &Message::Response(challenge));
    let again = last(&world, ALICE, &Method::Invite);
    assert_eq!(again.headers.cseq().unwrap().number, 3);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    assert_eq!(again.body, HOLD);
    world.inject(ALICE, &Message::Response(respond(&again, 200, HELD)));
    assert_eq!(count(&world, ALICE, &reanswered()), 1);
    assert!(last(&world, ALICE, &Method::Ack).headers.get("Proxy-Authorization").is_some());
}

#[test]
fn a_cancel_of_an_offer_that_the_core_has_comes_too_late() {
    let (mut world, _, incoming) = talking(11);
    let theirs = in_dialog(&world, Method::Invite, HOLD, 100);
    world.inject(BOB, &Message::Request(theirs.clone()));
    world.inject(BOB, &Message::Request(crate::sip::transaction::cancel_for(&theirs)));
    assert_eq!(world.statuses(BOB, &Method::Cancel), [200]);
    // The core runs what it answers with: the other side has to know that answer.
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: Some(HELD.to_vec()) });
    assert_eq!(world.statuses(BOB, &Method::Invite).last(), Some(&200));
    assert!(world.ends(BOB).is_empty());
}

#[test]
fn an_offer_of_ours_that_the_ack_does_not_answer_is_told() {
    let (mut world, _, incoming) = talking(13);
    let mut theirs = in_dialog(&world, Method::Invite, b"", 100);
    theirs.headers.remove("Content-Type");
    world.inject(BOB, &Message::Request(theirs));
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: Some(HELD.to_vec()) });
    let before = count(&world, BOB, &CallEvent::Confirmed { sdp: None });
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Ack, b"", 100)));
    assert_eq!(count(&world, BOB, &CallEvent::Confirmed { sdp: None }), before + 1);
}

#[test]
fn an_ack_that_no_way_leads_to_us_ends_no_call() {
    let (mut world, _, incoming) = talking(14);
    world.scripted = Some(ALICE);
    world.inject(BOB, &Message::Request(in_dialog(&world, Method::Invite, HOLD, 100)));
    world.command(BOB, SipCommand::AnswerReoffer { call: incoming, sdp: Some(HELD.to_vec()) });
    world.connect = Err(Fault::Lost("refused".to_owned()));
    world.flow(BOB, Err(Fault::Lost("reset".to_owned())));
    world.run_secs(100);
    assert!(world.ends(BOB).is_empty());
    world.connect = Ok(());
    world.flow(BOB, Ok(()));
    world.run_secs(5);
    assert_eq!(world.statuses(BOB, &Method::Invite).last(), Some(&200), "it is said again");
    world.run_secs(60);
    assert_eq!(world.ends(BOB), [EndReason::NoAnswer], "and not for ever");
}

#[test]
fn a_change_without_contact_or_with_a_strange_body_is_refused() {
    let (mut world, _, _) = talking(12);
    for (number, method) in [(100, Method::Invite), (200, Method::Update)] {
        let mut request = in_dialog(&world, method.clone(), HOLD, number);
        request.headers.remove("Contact");
        world.inject(BOB, &Message::Request(request));
        assert_eq!(world.statuses(BOB, &method).last(), Some(&400), "{method}");
        let mut request = in_dialog(&world, method.clone(), HOLD, number + 10);
        request.headers.set("Content-Type", "text/plain");
        world.inject(BOB, &Message::Request(request));
        assert_eq!(world.statuses(BOB, &method).last(), Some(&415), "{method}");
        let mut request = in_dialog(&world, method.clone(), HOLD, number + 20);
        request.headers.set("Require", "timer, teleport");
        world.inject(BOB, &Message::Request(request));
        assert_eq!(world.statuses(BOB, &method).last(), Some(&420), "{method}");
    }
    let mut deaf = in_dialog(&world, Method::Invite, HOLD, 300);
    deaf.headers.set("Accept", "text/plain");
    world.inject(BOB, &Message::Request(deaf));
    assert_eq!(world.statuses(BOB, &Method::Invite).last(), Some(&406));
}

#[test]
fn a_bye_that_cannot_be_sent_goes_out_when_the_way_is_back() {
    let (mut world, out, _) = talking(13);
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.connect = Err(Fault::Lost("refused".to_owned()));
    world.command(ALICE, SipCommand::Hangup(out));
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.run_secs(3);
    assert!(world.ends(BOB).is_empty());
    world.connect = Ok(());
    world.run_secs(20);
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);

    let (mut world, out, _) = talking(14);
    world.scripted = Some(BOB);
    world.command(ALICE, SipCommand::Hangup(out));
    for _ in 0..3 {
        let (now, bye) = (world.now, last(&world, ALICE, &Method::Bye));
        world.agents[ALICE].handle_unsent(now, &Message::Request(bye));
        world.run(Duration::from_millis(1_100));
    }
    let byes = world.requests(ALICE, &Method::Bye);
    assert!(byes.len() >= 4, "{}", byes.len());
    let bye = last(&world, ALICE, &Method::Bye);
    world.inject(ALICE, &Message::Response(respond(&bye, 200, b"")));
    world.run_secs(40);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_bye_that_failed_on_its_way_is_said_again_and_not_for_ever() {
    let (mut world, out, _) = talking(15);
    world.scripted = Some(BOB);
    world.command(ALICE, SipCommand::Hangup(out));
    let mut number = 0;
    for _ in 0..20 {
        let bye = last(&world, ALICE, &Method::Bye);
        let fresh = bye.headers.cseq().unwrap().number;
        if fresh > number {
            number = fresh;
            world.inject(ALICE, &Message::Response(respond(&bye, 503, b"")));
        }
        world.run_secs(4);
    }
    assert_eq!(number, 2 + 7, "every 4 s for 32 s");
    assert_eq!(world.ends(ALICE), [EndReason::LocalHangup]);
    world.assert_at_rest_of(ALICE);
}

#[test]
fn a_first_challenge_in_a_call_waits_for_the_password() {
    let challenged = |request: &Request| {
        let mut challenge = respond(request, 407, b"");
        let value = "Digest realm=\"cusax.test\", nonce=\"n\", qop=\"auth\"";
        challenge.headers.push("Proxy-Authenticate", value);
        Message::Response(challenge)
    };
    let (mut world, out, invite) = offered(16);
    world.inject(ALICE, &challenged(&invite));
    world.run_secs(3);
    assert_eq!(count(&world, ALICE, &CallEvent::ReofferAgain), 1);
    offer(&mut world, ALICE, &out);
    world.inject(ALICE, &challenged(&last(&world, ALICE, &Method::Invite)));
    let again = last(&world, ALICE, &Method::Invite);
    assert!(again.headers.get("Proxy-Authorization").is_some());
    world.inject(ALICE, &Message::Response(respond(&again, 200, HELD)));
    assert_eq!(count(&world, ALICE, &reanswered()), 1);

    let (mut world, out, _) = talking(17);
    world.scripted = Some(BOB);
    world.command(ALICE, SipCommand::Hangup(out));
    for _ in 0..2 {
        world.inject(ALICE, &challenged(&last(&world, ALICE, &Method::Bye)));
        world.run_secs(2);
    }
    assert!(last(&world, ALICE, &Method::Bye).headers.get("Proxy-Authorization").is_some());
}
