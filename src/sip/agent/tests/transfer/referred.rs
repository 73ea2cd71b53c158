//! Asked to call a third, or to let one take a call's place (RFC 3515, RFC 3891).

use super::*;

#[test]
fn which_refers_are_taken() {
    let table: [(&[(&str, &str)], u16); 8] = [
        (&[("Refer-To", "<sip:carol@cusax.test>")], 202),
        (&[("Refer-To", "<sip:carol@cusax.test>"), ("Refer-Sub", "false")], 202),
        (&[("Refer-To", "<tel:+15551234>")], 202),
        (&[], 400),
        (&[("Refer-To", "<sip:a@b>, <sip:c@d>")], 400),
        (&[("Refer-To", "<http://a.b/>")], 416),
        (&[("Refer-To", "<sip:carol@cusax.test;method=BYE>")], 603),
        (&[("Refer-To", "<sip:carol@cusax.test>"), ("Require", "wings")], 420),
    ];
    for (at, (extra, status)) in table.into_iter().enumerate() {
        let (mut world, _) = scripted(30);
        let refer = of_bob(&world, "REFER", 10, extra);
        world.inject(ALICE, &Message::Request(refer));
        assert_eq!(world.statuses(ALICE, &Method::Refer), [status], "row {at}");
        let asked = world.events[ALICE].iter().filter(|event| is_referral(event)).count();
        assert_eq!(asked, usize::from(status == 202), "row {at}");
        let silent = extra.iter().any(|(name, _)| *name == "Refer-Sub");
        let notified = world.requests(ALICE, &Method::Notify).len();
        assert_eq!(notified, usize::from(status == 202 && !silent), "row {at}");
    }
}

#[test]
fn one_referral_at_a_time_and_none_by_a_stranger() {
    let (mut world, _) = scripted(31);
    let refer = |world: &World, number| {
        Message::Request(of_bob(world, "REFER", number, &[("Refer-To", "<sip:carol@cusax.test>")]))
    };
    let (one, two) = (refer(&world, 10), refer(&world, 11));
    world.inject(ALICE, &one);
    world.inject(ALICE, &one);
    world.inject(ALICE, &two);
    assert_eq!(world.statuses(ALICE, &Method::Refer), [202, 202, 491]);
    let notify = last(&world, ALICE, &Method::Notify);
    assert_eq!(notify.headers.get("Event"), Some("refer;id=10"));
    assert_eq!(notify.headers.get("Subscription-State"), Some("active;expires=600"));
    assert_eq!(notify.body, b"SIP/2.0 100 Trying\r\n");
    // Their dialog leads to 192.0.2.11; this comes from elsewhere, and not by our proxy.
    let (mut world, _) = scripted(31);
    let stranger = refer(&world, 12);
    let source = crate::sip::transport::Source {
        flow: crate::sip::transport::FlowId::MAIN,
        address: ([203, 0, 113, 5], 5060).into(),
        transport: Transport::Udp,
    };
    let now = world.now;
    world.agents[ALICE].handle_message(now, &source, stranger);
    world.pump();
    assert_eq!(world.statuses(ALICE, &Method::Refer), [403]);
    assert!(!world.events[ALICE].iter().any(is_referral));
}

#[test]
fn a_subscription_that_the_other_side_ends_is_not_told_more() {
    let (mut world, out) = scripted(32);
    let refer = of_bob(&world, "REFER", 10, &[("Refer-To", "<sip:carol@cusax.test>")]);
    world.inject(ALICE, &Message::Request(refer));
    let first = last(&world, ALICE, &Method::Notify);
    world.inject(ALICE, &reply(&first, 481, &[]));
    world.command(ALICE, SipCommand::RefuseReferral { call: out.clone() });
    world.run_secs(60);
    assert_eq!(world.requests(ALICE, &Method::Notify).len(), 1);
    let again = of_bob(&world, "REFER", 11, &[("Refer-To", "<sip:carol@cusax.test>")]);
    world.inject(ALICE, &Message::Request(again));
    let end = of_bob(&world, "SUBSCRIBE", 12, &[("Event", "refer"), ("Expires", "0")]);
    world.inject(ALICE, &reply(&last(&world, ALICE, &Method::Notify), 200, &[]));
    world.inject(ALICE, &Message::Request(end));
    assert_eq!(world.statuses(ALICE, &Method::Subscribe), [200]);
    let notify = last(&world, ALICE, &Method::Notify);
    assert!(notify.headers.get("Subscription-State").unwrap().starts_with("terminated"));
}

/// linphonec answers 491 to what overtakes the ACK to its 200.
#[test]
fn what_came_at_a_bad_moment_is_told_again() {
    let (mut world, out) = scripted(33);
    let refer = of_bob(&world, "REFER", 10, &[("Refer-To", "<sip:carol@cusax.test>")]);
    world.inject(ALICE, &Message::Request(refer));
    let first = last(&world, ALICE, &Method::Notify);
    world.inject(ALICE, &reply(&first, 491, &[]));
    assert_eq!(world.requests(ALICE, &Method::Notify).len(), 1, "not at once");
    world.run_secs(1);
    let again = last(&world, ALICE, &Method::Notify);
    assert!(again.headers.cseq().unwrap().number > first.headers.cseq().unwrap().number);
    assert_eq!(again.body, first.body);
    // What is to be told meanwhile waits, and what it makes old is not told any more.
    world.inject(ALICE, &reply(&again, 500, &[]));
    let before = world.requests(ALICE, &Method::Notify).len();
    world.command(ALICE, SipCommand::RefuseReferral { call: out });
    assert_eq!(world.requests(ALICE, &Method::Notify).len(), before);
    world.run_secs(2);
    let end = last(&world, ALICE, &Method::Notify);
    assert_eq!(end.body, b"SIP/2.0 603 Declined\r\n");
    assert!(end.headers.get("Subscription-State").unwrap().starts_with("terminated"));
    // Not for ever.
    for _ in 0..20 {
        let newest = last(&world, ALICE, &Method::Notify);
        world.inject(ALICE, &reply(&newest, 491, &[]));
        world.run_secs(20);
    }
    let sent: std::collections::BTreeSet<u32> = world
        .requests(ALICE, &Method::Notify)
        .iter()
        .filter_map(|notify| Some(notify.headers.cseq()?.number))
        .collect();
    assert!(sent.len() <= 7, "{sent:?}");
}

/// An INVITE with this Replaces, to Alice while she talks with a scripted Bob.
fn taking_over(replaces: &[&str], main: bool, ended: bool) -> (Vec<u16>, Option<IncomingCall>) {
    let (mut world, out) = scripted(40);
    let ack = last(&world, ALICE, &Method::Ack);
    let tag =
        |address: Option<crate::sip::value::NameAddr>| address.unwrap().tag().unwrap().to_owned();
    let (ours, theirs) = (tag(ack.headers.from()), tag(ack.headers.to()));
    if ended {
        world.command(ALICE, SipCommand::Hangup(out.clone()));
    }
    let mut invite = Request::new(Method::Invite, "sip:alice@192.0.2.10:5060");
    invite.headers.push("Via", "SIP/2.0/UDP 192.0.2.12:5060;branch=z9hG4bKcarol");
    for (name, value) in [
        ("Max-Forwards", "70"),
        ("From", "<sip:carol@cusax.test>;tag=c"),
        ("To", "<sip:alice@cusax.test>"),
        ("Call-ID", "carol"),
        ("CSeq", "1 INVITE"),
        ("Contact", "<sip:carol@192.0.2.12>"),
        ("Require", "replaces"),
    ] {
        invite.headers.push(name, value);
    }
    for value in replaces {
        let value = value
            .replace("CALL", ack.headers.call_id().unwrap())
            .replace("OURS", &ours)
            .replace("THEIRS", &theirs);
        invite.headers.push("Replaces", value);
    }
    world.inject_from(ALICE, &Message::Request(invite), main);
    let call = world.events[ALICE].iter().find_map(|event| match event {
        SipEvent::Incoming(incoming) => Some(incoming.clone()),
        _ => None,
    });
    if let Some(call) = &call {
        assert_eq!(call.replaces, Some(out).filter(|_| !replaces.is_empty()));
    }
    (world.statuses(ALICE, &Method::Invite), call)
}

#[test]
fn who_may_take_a_call_over() {
    let right = "CALL;to-tag=OURS;from-tag=THEIRS";
    for (at, (replaces, main, ended, status)) in [
        (&[right][..], true, false, 180),
        (&[][..], true, false, 180),
        (&["CALL;from-tag=THEIRS;to-tag=OURS;early-only"][..], true, false, 486),
        (&["CALL;to-tag=THEIRS;from-tag=OURS"][..], true, false, 481),
        (&["other;to-tag=OURS;from-tag=THEIRS"][..], true, false, 481),
        (&[right, right][..], true, false, 400),
        (&["CALL;to-tag=OURS"][..], true, false, 400),
        (&[right][..], true, true, 603),
        (&[right][..], false, false, 403),
    ]
    .into_iter()
    .enumerate()
    {
        let (statuses, call) = taking_over(replaces, main, ended);
        assert_eq!(statuses, [status], "row {at}");
        assert_eq!(call.is_some(), status == 180, "row {at}");
    }
}
