//! Digits as INFO, both ways.

use std::time::Duration;

use super::calls::{in_dialog, last, talking};
use super::world::*;
use crate::model::account::Transport;
use crate::sip::message::{Message, Method};
use crate::sip::{CallEvent, SipCommand, SipEvent};

fn digits(world: &World, agent: usize) -> String {
    let digit = |event: &SipEvent| match event {
        SipEvent::Call(_, CallEvent::Digit(digit)) => Some(*digit),
        _ => None,
    };
    world.events[agent].iter().filter_map(digit).collect()
}

#[test]
fn digits_arrive_once_and_in_order_whatever_gets_lost() {
    for (seed, loss) in (0..30).zip([0.0, 0.1, 0.3].into_iter().cycle()) {
        let jitter = Duration::from_millis(400);
        let mut world = World::ready(seed, Weather { transport: Transport::Udp, loss, jitter });
        world.echo = 0.3;
        let call = world.call(ALICE, "bob");
        let incoming = world.incoming(BOB);
        world.command(BOB, SipCommand::Answer { call: incoming, sdp: ANSWER.to_vec(), impp: None });
        world.answered(ALICE);
        for digit in "0123456789*#ABCD".chars() {
            world.command(ALICE, SipCommand::Digit { call: call.clone(), digit });
        }
        world.command(ALICE, SipCommand::Digit { call, digit: '\n' });
        world.run_secs(200);
        assert_eq!(digits(&world, BOB), "0123456789*#ABCD", "seed {seed}");
        let info = last(&world, ALICE, &Method::Info);
        assert_eq!(info.body, b"Signal=D\r\nDuration=160\r\n");
    }
}

#[test]
fn an_info_of_another_kind_is_refused_with_what_we_take() {
    let (mut world, _, _) = talking(1);
    let mut info = in_dialog(&world, Method::Info, b"Signal=7\r\n", 100);
    info.headers.set("Content-Type", "application/dtmf-relay");
    world.inject(BOB, &Message::Request(info.clone()));
    world.inject(BOB, &Message::Request(info));
    assert_eq!(digits(&world, BOB), "7", "repeated, and taken once");
    let mut video = in_dialog(&world, Method::Info, b"<media_control/>", 101);
    video.headers.set("Content-Type", "application/media_control+xml");
    world.inject(BOB, &Message::Request(video));
    let (_, Message::Response(refused)) = world.sent.last().unwrap() else { panic!() };
    assert_eq!(refused.status, 415);
    assert!(refused.headers.lists("Accept", "application/dtmf-relay"));
    assert_eq!(world.statuses(BOB, &Method::Info), [200, 200, 415]);
}
