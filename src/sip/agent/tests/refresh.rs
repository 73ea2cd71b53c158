//! Sessions that last: timers of both roles (RFC 4028), and a new address of ours.

use std::time::Duration;

use super::super::FlowChange;
use super::calls::{in_dialog, last, reply, scripted, talking};
use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::{SipCommand, transport::FlowInfo};

const HOUR: u64 = 3_600;

fn numbers(world: &World, from: usize, method: &Method) -> Vec<u32> {
    let requests = world.requests(from, method);
    requests.iter().map(|request| request.headers.cseq().unwrap().number).collect()
}

/// Alice's call was answered by a scripted peer with this Session-Expires and Allow.
fn agreed(expires: &str, allow: &str) -> (World, crate::model::id::CallId) {
    let (mut world, call, invite) = scripted();
    let Message::Response(mut ok) = reply(&invite, 200, "one", ANSWER) else { panic!() };
    if !expires.is_empty() {
        ok.headers.set("Session-Expires", expires);
    }
    ok.headers.set("Allow", allow);
    world.inject(ALICE, &Message::Response(ok));
    (world, call)
}

fn ok(request: &Request, sdp: &[u8]) -> Response {
    let mut response = Response::to_request(request, 200, None);
    response.headers.set("Contact", "<sip:one@192.0.2.11>");
    if !sdp.is_empty() {
        response.headers.set("Content-Type", "application/sdp");
        response.body = sdp.to_vec();
    }
    response
}

#[test]
fn a_call_lasts_for_hours_on_any_network() {
    for (seed, loss) in (0..12).zip([0.0, 0.1, 0.2, 0.3].into_iter().cycle()) {
        let jitter = Duration::from_millis(300);
        let mut world = World::ready(seed, Weather { transport: Transport::Udp, loss, jitter });
        world.echo = 0.2;
        let out = world.call(ALICE, "bob");
        let call = world.incoming(BOB);
        world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None });
        world.answered(ALICE);
        world.confirmed(BOB);
        assert_eq!(last(&world, ALICE, &Method::Invite).headers.get("Min-SE"), Some("90"));
        world.run_secs(3 * HOUR);
        assert!(world.ends(ALICE).is_empty() && world.ends(BOB).is_empty(), "seed {seed}");
        let mut updates = numbers(&world, ALICE, &Method::Update);
        updates.dedup();
        // A flow that was made anew tells the other side, and that refreshes as well.
        let rate = if loss == 0.0 { 11..=12 } else { 9..=24 };
        assert!(rate.contains(&updates.len()), "every 900 s: {updates:?}");
        let update = last(&world, ALICE, &Method::Update);
        assert_eq!(update.headers.get("Session-Expires"), Some("1800;refresher=uac"));
        assert!(update.body.is_empty());
        let others = world.requests(BOB, &Method::Update).len();
        assert!(others == 0 || loss > 0.0, "one side refreshes");
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        world.assert_at_rest();
    }
}

#[test]
fn without_update_a_reinvite_with_the_same_session_refreshes() {
    let (mut world, _) = agreed("1800;refresher=uac", "INVITE, ACK, BYE, CANCEL");
    world.run_secs(899);
    assert_eq!(numbers(&world, ALICE, &Method::Invite), [1]);
    world.run_secs(2);
    let refresh = last(&world, ALICE, &Method::Invite);
    assert_eq!((refresh.headers.cseq().unwrap().number, refresh.body.as_slice()), (2, OFFER));
    assert!(refresh.headers.to().unwrap().tag().is_some());
    let mut agreed = ok(&refresh, ANSWER);
    agreed.headers.set("Session-Expires", "120;refresher=uac");
    let events = world.events[ALICE].len();
    world.inject(ALICE, &Message::Response(agreed));
    assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 2);
    assert_eq!(world.events[ALICE].len(), events, "nothing changed for the core");
    world.run_secs(61);
    assert_eq!(last(&world, ALICE, &Method::Invite).headers.cseq().unwrap().number, 3);
}

#[test]
fn an_update_that_is_refused_after_all_becomes_a_reinvite() {
    let (mut world, _) = agreed("1800;refresher=uac", "INVITE, UPDATE");
    world.run_secs(901);
    let update = last(&world, ALICE, &Method::Update);
    world.inject(ALICE, &Message::Response(Response::to_request(&update, 501, None)));
    let refresh = last(&world, ALICE, &Method::Invite);
    assert_eq!((refresh.headers.cseq().unwrap().number, refresh.body.as_slice()), (3, OFFER));
    world.inject(ALICE, &Message::Response(Response::to_request(&refresh, 500, None)));
    world.run_secs(11);
    assert_eq!(last(&world, ALICE, &Method::Invite).headers.cseq().unwrap().number, 4, "again");
    assert!(world.ends(ALICE).is_empty());
}

#[test]
fn a_session_the_other_side_does_not_refresh_is_ended_in_time() {
    for (expires, end) in [("1800;refresher=uas", 1768), ("90;refresher=uas", 60)] {
        let (mut world, _) = agreed(expires, "UPDATE");
        world.run_secs(end - 1);
        assert!(world.ends(ALICE).is_empty());
        world.run_secs(2);
        assert_eq!(world.ends(ALICE), [EndReason::NoAnswer]);
        assert!(world.requests(ALICE, &Method::Update).is_empty());
        assert!(!world.requests(ALICE, &Method::Bye).is_empty());
    }
}

#[test]
fn without_session_expires_there_is_no_timer() {
    let (mut world, _) = agreed("", "UPDATE");
    world.run_secs(5 * HOUR);
    assert!(world.requests(ALICE, &Method::Update).is_empty());
    assert!(world.ends(ALICE).is_empty());
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    world.run_secs(901);
    let update = last(&world, ALICE, &Method::Update);
    world.inject(ALICE, &Message::Response(ok(&update, b"")));
    let updates = world.requests(ALICE, &Method::Update).len();
    world.run_secs(5 * HOUR);
    assert_eq!(world.requests(ALICE, &Method::Update).len(), updates, "turned off");
    assert!(world.ends(ALICE).is_empty());
}

#[test]
fn a_callee_refreshes_when_it_is_asked_to() {
    let (mut world, _, _) = talking(1);
    let mut update = in_dialog(&world, Method::Update, b"", 100);
    update.headers.set("Supported", "timer");
    update.headers.set("Session-Expires", "200;refresher=uas");
    world.inject(BOB, &Message::Request(update));
    let (_, Message::Response(granted)) = world.sent.last().unwrap() else { panic!() };
    assert_eq!(granted.headers.get("Session-Expires"), Some("200;refresher=uas"));
    assert_eq!(granted.headers.get("Require"), Some("timer"));
    world.run_secs(101);
    let refresh = last(&world, BOB, &Method::Update);
    assert_eq!(refresh.headers.get("Session-Expires"), Some("200;refresher=uac"));
    world.run_secs(HOUR);
    assert!(world.ends(BOB).is_empty());
}

#[test]
fn an_interval_that_is_too_short_is_raised_and_not_for_ever() {
    let (mut world, _, mut invite) = scripted();
    for (min, expires) in [("2000", "2000"), ("3000", "3000"), ("4000", "4000")] {
        let Message::Response(mut brief) = reply(&invite, 422, "one", b"") else { panic!() };
        brief.headers.set("Min-SE", min);
        world.inject(ALICE, &Message::Response(brief));
        invite = last(&world, ALICE, &Method::Invite);
        assert_eq!(invite.headers.get("Session-Expires"), Some(expires));
        assert_eq!(invite.headers.get("Min-SE"), Some(min));
    }
    assert_eq!(invite.headers.cseq().unwrap().number, 4);
    let Message::Response(mut brief) = reply(&invite, 422, "one", b"") else { panic!() };
    brief.headers.set("Min-SE", "5000");
    world.inject(ALICE, &Message::Response(brief));
    assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 422, .. }]));
}

#[test]
fn a_refresh_that_is_too_short_is_raised() {
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    world.run_secs(901);
    let update = last(&world, ALICE, &Method::Update);
    let mut brief = Response::to_request(&update, 422, None);
    brief.headers.set("Min-SE", "2400");
    world.inject(ALICE, &Message::Response(brief));
    let again = last(&world, ALICE, &Method::Update);
    assert_eq!(again.headers.get("Session-Expires"), Some("2400;refresher=uac"));
    assert_eq!(again.headers.get("Min-SE"), Some("2400"));
}

/// Alice's machine got another address, and the flow was made anew.
fn moves(world: &mut World, port: u16) {
    let info = FlowInfo { local: ([192, 0, 2, 10], port).into(), ..world.flow_info(ALICE) };
    let now = world.now;
    world.agents[ALICE].handle_transport(now, FlowChange::Up(info));
    world.pump();
}

#[test]
fn every_call_is_told_a_new_address() {
    let (mut world, _, incoming) = talking(2);
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    moves(&mut world, 6000);
    world.run_secs(2);
    let update = last(&world, ALICE, &Method::Update);
    assert_eq!(update.headers.contact().unwrap().uri, "sip:alice@192.0.2.10:6000");
    assert_eq!(world.statuses(BOB, &Method::Update), [200]);
    world.command(BOB, SipCommand::Hangup(incoming));
    assert_eq!(last(&world, BOB, &Method::Bye).uri, "sip:alice@192.0.2.10:6000");
    world.run_secs(60);
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup]);
}

#[test]
fn a_peer_without_update_is_told_by_reinvite() {
    let (mut world, _) = agreed("", "INVITE");
    moves(&mut world, 6001);
    world.run_secs(1);
    let invite = last(&world, ALICE, &Method::Invite);
    assert_eq!(invite.headers.contact().unwrap().uri, "sip:alice@192.0.2.10:6001");
    assert_eq!(invite.body, OFFER);
    world.inject(ALICE, &Message::Response(Response::to_request(&invite, 488, None)));
    world.run_secs(HOUR);
    assert!(world.ends(ALICE).is_empty(), "whatever becomes of it");
}

#[test]
fn a_peer_that_is_not_back_yet_is_told_later() {
    let (mut world, _) = agreed("", "INVITE, UPDATE");
    moves(&mut world, 6002);
    world.run_secs(1);
    for status in [408, 503] {
        let update = last(&world, ALICE, &Method::Update);
        world.inject(ALICE, &Message::Response(Response::to_request(&update, status, None)));
        world.run_secs(11);
    }
    let mut numbers = numbers(&world, ALICE, &Method::Update);
    numbers.dedup();
    assert_eq!(numbers, [2, 3, 4]);
    let update = last(&world, ALICE, &Method::Update);
    world.inject(ALICE, &Message::Response(ok(&update, b"")));
    let sent = world.requests(ALICE, &Method::Update).len();
    world.run_secs(HOUR);
    assert_eq!(world.requests(ALICE, &Method::Update).len(), sent);
    assert!(world.ends(ALICE).is_empty());
}

#[test]
fn a_peer_that_says_the_dialog_is_gone_ends_it() {
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    world.run_secs(901);
    let update = last(&world, ALICE, &Method::Update);
    world.inject(ALICE, &Message::Response(Response::to_request(&update, 481, None)));
    assert_eq!(world.ends(ALICE), [EndReason::RemoteHangup]);
    assert_eq!(world.requests(ALICE, &Method::Bye).len(), 1);
}

#[test]
fn a_proxy_that_is_away_ends_no_call() {
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    world.connect = Err(Fault::Lost("refused".to_owned()));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.run_secs(2 * HOUR);
    assert!(world.ends(ALICE).is_empty(), "nothing could be refreshed, and nothing was ended");
    // Silence on a way that looks well is no end either, until the session is over.
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    world.run_secs(1_700);
    assert!(numbers(&world, ALICE, &Method::Update).len() > 2);
    assert!(world.ends(ALICE).is_empty());
    world.run_secs(100);
    assert_eq!(world.ends(ALICE), [EndReason::NoAnswer]);
}

#[test]
fn a_way_that_is_back_just_before_the_end_of_a_session_saves_it() {
    let (mut world, _) = agreed("1800;refresher=uac", "UPDATE");
    let connect = std::mem::replace(&mut world.connect, Err(Fault::Lost("refused".to_owned())));
    world.flow(ALICE, Err(Fault::Lost("reset".to_owned())));
    world.run(Duration::from_millis(1_767_800));
    world.connect = connect;
    world.flow(ALICE, Ok(()));
    world.run_secs(1);
    let update = last(&world, ALICE, &Method::Update);
    world.inject(ALICE, &Message::Response(ok(&update, b"")));
    world.run_secs(HOUR / 4);
    assert!(world.ends(ALICE).is_empty());
}
