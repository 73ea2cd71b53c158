//! Hold, resume, several calls, digits, a new address.

use super::*;
use crate::config::DtmfMode;
use crate::media::MediaCommand;
use crate::model::call::MediaDirection;

/// A description of the other side with this direction.
fn sdp_with(direction: &str) -> Vec<u8> {
    [remote_sdp(), format!("a={direction}\r\n").into_bytes()].concat()
}

/// The offers that went out for a call, as text.
fn offers(world: &World, call: &CallId) -> Vec<String> {
    let reoffer = |command: &SipCommand| match command {
        SipCommand::Reoffer { call: of, sdp } if of == call => {
            Some(String::from_utf8(sdp.clone()).unwrap())
        }
        _ => None,
    };
    world.sent_to_sip().into_iter().filter_map(reoffer).collect()
}

fn version(sdp: &str) -> u64 {
    let origin = sdp.lines().find(|line| line.starts_with("o=")).unwrap();
    origin.split(' ').nth(2).unwrap().parse().unwrap()
}

/// What the call's media session was told last of the microphone.
fn is_muted(world: &World, call: &CallId) -> bool {
    let mute = |output: &Output| match output {
        Output::Media(of, MediaCommand::Mute(on)) if of == call => Some(*on),
        _ => None,
    };
    world.said.iter().rev().find_map(mute).unwrap_or(false)
}

fn runs(world: &World, call: &CallId) -> MediaDirection {
    let run = |output: &Output| match output {
        Output::Media(of, MediaCommand::Run(plan)) if of == call => Some(plan.direction),
        _ => None,
    };
    world.said.iter().rev().find_map(run).unwrap()
}

fn hold(world: &mut World, call: &CallId) {
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.says(call, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
}

#[test]
fn a_call_is_held_and_resumed_and_the_mute_button_stays_as_it_was() {
    for muted in [false, true] {
        let mut world = World::signed_in(None);
        let call = world.talking("sip:bob@cusax.test");
        world.run(CallCommand::Mute { call: call.clone(), on: muted }).unwrap();
        world.run(CallCommand::Hold(call.clone())).unwrap();
        assert!(is_muted(&world, &call), "at once");
        assert_eq!(world.call(&call).state, CallState::Active, "not agreed yet");
        let offer = offers(&world, &call).pop().unwrap();
        assert!(offer.contains("a=sendonly"), "{offer}");
        world.says(&call, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
        assert_eq!(world.call(&call).state, CallState::Held);
        assert_eq!(runs(&world, &call), MediaDirection::Sendonly);
        assert_eq!(world.call(&call).muted, muted);

        world.run(CallCommand::Resume(call.clone())).unwrap();
        assert!(is_muted(&world, &call), "until it is agreed");
        let resume = offers(&world, &call).pop().unwrap();
        assert!(resume.contains("a=sendrecv"), "{resume}");
        assert_eq!(version(&resume), version(&offer) + 1);
        world.says(&call, CallEvent::Reanswered { sdp: remote_sdp() });
        assert_eq!(world.call(&call).state, CallState::Active);
        assert_eq!(is_muted(&world, &call), muted);
    }
}

#[test]
fn hold_and_resume_while_an_offer_is_under_way_end_as_wanted() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.run(CallCommand::Resume(call.clone())).unwrap();
    assert_eq!(offers(&world, &call).len(), 1, "one at a time");
    world.says(&call, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
    assert_eq!(offers(&world, &call).len(), 2);
    world.says(&call, CallEvent::Reanswered { sdp: remote_sdp() });
    assert_eq!(world.call(&call).state, CallState::Active);
    assert!(!is_muted(&world, &call));
}

#[test]
fn a_hold_that_is_refused_leaves_the_call_on_and_nobody_overhears_us() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.says(&call, CallEvent::ReofferFailed { code: 488, text: "No".to_owned() });
    assert_eq!(world.call(&call).state, CallState::Active);
    assert!(is_muted(&world, &call) && world.call(&call).muted);
    assert!(world.notices().last().unwrap().contains("could not be put on hold"));
    world.run(CallCommand::Mute { call: call.clone(), on: false }).unwrap();
    assert!(!is_muted(&world, &call), "the user's word opens it again");
    hold(&mut world, &call);
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.says(&call, CallEvent::ReofferFailed { code: 500, text: String::new() });
    assert_eq!(world.call(&call).state, CallState::Held);
    assert!(is_muted(&world, &call));
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.says(&call, CallEvent::Reanswered { sdp: remote_sdp() });
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn offers_that_cross_are_made_anew_a_few_times() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.run(CallCommand::Hold(call.clone())).unwrap();
    for _ in 0..20 {
        world.says(&call, CallEvent::ReofferAgain);
    }
    let all = offers(&world, &call);
    assert_eq!(all.len(), 6);
    assert!(all.windows(2).all(|two| version(&two[1]) == version(&two[0]) + 1));
    assert_eq!(world.call(&call).state, CallState::Active);
    assert!(is_muted(&world, &call) && world.call(&call).muted);
}

#[test]
fn no_new_offer_follows_where_none_is_wanted_any_more() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.says(&call, CallEvent::ReofferAgain);
    assert_eq!(offers(&world, &call).len(), 1);
}

#[test]
fn what_the_other_side_changes_keeps_our_hold() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    hold(&mut world, &call);
    world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
    let answered = world.sent_to_sip().into_iter().rev().find_map(|command| match command {
        SipCommand::AnswerReoffer { sdp, .. } => sdp.clone(),
        _ => None,
    });
    let answered = String::from_utf8(answered.unwrap()).unwrap();
    assert!(answered.contains("a=sendonly"), "{answered}");
    assert_eq!(world.call(&call).state, CallState::Held);
    // They hold, too.
    world.says(&call, CallEvent::Reoffer { sdp: Some(sdp_with("sendonly")) });
    let held = world.call(&call);
    assert_eq!((held.state, held.media.direction), (CallState::Held, MediaDirection::Inactive));
    // Their hold outlives ours.
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.says(&call, CallEvent::Reanswered { sdp: sdp_with("sendonly") });
    assert_eq!(world.call(&call).state, CallState::HeldByPeer);
}

#[test]
fn a_hold_before_the_acknowledgement_waits_for_it() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:bob@cusax.test", &[]);
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.run(CallCommand::Hold(call.clone())).unwrap();
    assert!(offers(&world, &call).is_empty());
    assert!(is_muted(&world, &call));
    world.says(&call, CallEvent::Confirmed { sdp: None });
    assert_eq!(offers(&world, &call).len(), 1);
}

#[test]
fn the_call_that_is_on_is_held_before_another() {
    let mut world = World::signed_in(None);
    let first = world.talking("sip:bob@cusax.test");
    let second = world.taken("sip:carol@cusax.test");
    assert!(is_muted(&world, &first) && !is_muted(&world, &second));
    world.says(&first, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
    assert_eq!(world.call(&first).state, CallState::Held);
    let third = world.talking("sip:dave@cusax.test");
    world.says(&second, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
    assert_eq!(world.call(&second).state, CallState::Held);
    world.run(CallCommand::Resume(first.clone())).unwrap();
    world.says(&third, CallEvent::Reanswered { sdp: sdp_with("recvonly") });
    world.says(&first, CallEvent::Reanswered { sdp: remote_sdp() });
    let states = [&first, &second, &third].map(|call| world.call(call).state);
    assert_eq!(states, [CallState::Active, CallState::Held, CallState::Held]);
    let silent = [&first, &second, &third].map(|call| is_muted(&world, call));
    assert_eq!(silent, [false, true, true]);
}

#[test]
fn who_cannot_be_held_is_muted_while_another_call_is_on() {
    let mut world = World::signed_in(None);
    let first = world.talking("sip:bob@cusax.test");
    let second = world.taken("sip:carol@cusax.test");
    world.says(&first, CallEvent::ReofferFailed { code: 488, text: String::new() });
    assert!(is_muted(&world, &first) && world.call(&first).muted);
    assert!(world.notices().last().unwrap().contains("muted instead"));
    // The user turns to it all the same.
    world.run(CallCommand::Mute { call: first.clone(), on: false }).unwrap();
    assert!(!is_muted(&world, &first) && is_muted(&world, &second));
}

#[test]
fn a_call_answered_late_waits_while_another_is_on() {
    let mut world = World::signed_in(None);
    let dialled = world.place("sip:bob@cusax.test", true).unwrap();
    let taken = world.taken("sip:carol@cusax.test");
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.says(&dialled, answered);
    assert!(is_muted(&world, &dialled) && !is_muted(&world, &taken));
    assert!(offers(&world, &dialled).pop().unwrap().contains("a=sendonly"));
}

#[test]
fn only_an_answered_call_is_held() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.run(CallCommand::Hold(call)).unwrap_err().kind(), "refused");
    let gone = world.run(CallCommand::Hold("gone".into())).unwrap_err();
    assert_eq!(gone.kind(), "unknown-call");
}

#[test]
fn digits_go_with_the_sound_or_by_info() {
    let with_events = [remote_sdp(), b"a=rtpmap:101 telephone-event/8000\r\n".to_vec()].concat();
    let with_events = String::from_utf8(with_events).unwrap().replace("AVP 8", "AVP 8 101");
    for (mode, sdp, by_sound) in [
        (DtmfMode::Rtp, with_events.clone().into_bytes(), true),
        (DtmfMode::Rtp, remote_sdp(), false),
        (DtmfMode::Info, with_events.into_bytes(), false),
    ] {
        let mut config = config();
        config.sip[0].dtmf = mode;
        let mut world = World::new(&config);
        world.phone_online();
        let call = world.place("sip:bob@cusax.test", true).unwrap();
        world.says(&call, CallEvent::Answered { sdp: Some(sdp), impp: Vec::new() });
        let digits =
            |digits: &str| CallCommand::Digits { call: call.clone(), digits: digits.into() };
        for wrong in ["", "12x", "1 2", &"1".repeat(65)] {
            assert_eq!(world.run(digits(wrong)).unwrap_err().kind(), "refused", "{wrong}");
        }
        world.run(digits("1a#")).unwrap();
        let sound: Vec<&Output> = (world.said.iter())
            .filter(|o| matches!(o, Output::Media(_, MediaCommand::Digits(d)) if d == "1A#"))
            .collect();
        let info = |command: &SipCommand| match command {
            SipCommand::Digit { digit, .. } => Some(*digit),
            _ => None,
        };
        let info: String = world.sent_to_sip().into_iter().filter_map(info).collect();
        let expected = if by_sound { (1, "") } else { (0, "1A#") };
        assert_eq!((sound.len(), info.as_str()), expected, "{mode:?}");
    }
}

#[test]
fn digits_of_the_other_side_are_told() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.says(&call, CallEvent::Digit('5'));
    world.feed(Input::Media(call.clone(), MediaEvent::Digit('#')));
    let digit = |output: &Output| match output {
        Output::Event(event) => match &**event {
            Event::CallDigit { digit, .. } => Some(*digit),
            _ => None,
        },
        _ => None,
    };
    let told: String = world.said.iter().filter_map(digit).collect();
    assert_eq!(told, "5#");
}

#[test]
fn a_new_address_is_told_to_the_other_side_and_a_hold_stays() {
    for held in [false, true] {
        let mut world = World::signed_in(None);
        let call = world.talking("sip:bob@cusax.test");
        if held {
            hold(&mut world, &call);
        }
        let before = offers(&world, &call).len();
        let registered = || {
            SipEvent::Registration(Registration::Registered {
                local: [127, 0, 0, 9].into(),
                security: tls("DIGEST-SHA-256"),
            })
        };
        world.sip(registered());
        world.sip(registered());
        let rebinds = |o: &&Output| matches!(o, Output::Media(_, MediaCommand::Rebind(_)));
        assert_eq!(world.said.iter().filter(rebinds).count(), 1);
        assert_eq!(offers(&world, &call).len(), before, "not before the sockets are there");
        let prepared = MediaEvent::Prepared("127.0.0.9:21000".parse().unwrap());
        world.feed(Input::Media(call.clone(), prepared));
        let offer = offers(&world, &call).pop().unwrap();
        assert!(offer.contains("c=IN IP4 127.0.0.9") && offer.contains("m=audio 21000"), "{offer}");
        assert_eq!(offer.contains("a=sendonly"), held);
        assert_eq!(offers(&world, &call).len(), before + 1);
    }
}

#[test]
fn a_new_address_that_was_not_taken_is_told_again_and_not_for_ever() {
    let moved = || {
        let mut world = World::signed_in(None);
        let call = world.talking("sip:bob@cusax.test");
        let prepared = MediaEvent::Prepared("127.0.0.9:21000".parse().unwrap());
        world.feed(Input::Media(call.clone(), prepared));
        assert_eq!(offers(&world, &call).len(), 1);
        (world, call)
    };
    let fails = || CallEvent::ReofferFailed { code: 503, text: String::new() };
    let later = Duration::from_secs(10);
    let (mut world, call) = moved();
    world.says(&call, fails());
    assert_eq!(offers(&world, &call).len(), 1, "not at once");
    world.later(later);
    let all = offers(&world, &call);
    assert!(all.len() == 2 && all[1].contains("c=IN IP4 127.0.0.9"), "{all:?}");
    world.says(&call, CallEvent::Reanswered { sdp: remote_sdp() });
    world.later(later);
    assert_eq!(offers(&world, &call).len(), 2, "once");
    assert!(world.notices().is_empty());
    let (mut world, call) = moved();
    for _ in 0..20 {
        world.says(&call, fails());
        world.later(later);
    }
    assert_eq!(offers(&world, &call).len(), 7);
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn a_hold_keeps_the_encryption_and_its_key() {
    let crypto =
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    let secure = |direction: &str| {
        let text = String::from_utf8(remote_sdp()).unwrap().replace("RTP/AVP", "RTP/SAVP");
        format!("{text}{crypto}a={direction}\r\n").into_bytes()
    };
    let mut world = World::signed_in(None);
    let call =
        world.incoming_as("sip:bob@cusax.test", |call| call.offer = Some(secure("sendrecv")));
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.says(&call, CallEvent::Confirmed { sdp: None });
    let answer = world.sent_to_sip().into_iter().find_map(|command| match command {
        SipCommand::Answer { sdp, .. } => Some(String::from_utf8(sdp.clone()).unwrap()),
        _ => None,
    });
    let answer = answer.unwrap();
    let key = answer.split("inline:").nth(1).unwrap().split_whitespace().next().unwrap();
    world.run(CallCommand::Hold(call.clone())).unwrap();
    let offer = offers(&world, &call).pop().unwrap();
    assert!(offer.contains("RTP/SAVP") && offer.contains(key), "{offer}");
    let tag = offer.lines().find(|line| line.contains(key)).unwrap();
    let tag = &tag["a=crypto:".len()..tag.find(' ').unwrap()];
    let answer = String::from_utf8(secure("recvonly")).unwrap();
    let answer = answer.replace("crypto:1", &format!("crypto:{tag}"));
    world.says(&call, CallEvent::Reanswered { sdp: answer.into_bytes() });
    let held = world.call(&call);
    assert_eq!(held.state, CallState::Held);
    assert_eq!(held.media.srtp, crate::model::call::MediaProtection::Sdes);
    // An answer without is not taken: what runs goes on, encrypted.
    world.run(CallCommand::Resume(call.clone())).unwrap();
    world.says(&call, CallEvent::Reanswered { sdp: remote_sdp() });
    let held = world.call(&call);
    assert_eq!(held.state, CallState::Held);
    assert_eq!(held.media.srtp, crate::model::call::MediaProtection::Sdes);
}

#[test]
fn digits_are_in_no_debug_output() {
    let command = CallCommand::Digits { call: "c".into(), digits: "4711".to_owned() };
    let event = Event::CallDigit { call: "c".into(), digit: '7' };
    let shown = format!("{:?} {event:?}", Command::Call(command));
    assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
}

#[test]
fn a_line_gone_silent_is_told_and_the_call_goes_on() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    for on in [true, false] {
        world.feed(Input::Media(call.clone(), MediaEvent::Silent(on)));
    }
    let told = world.notices();
    assert!(told[0].contains("Hang up") && told[1].contains("again"), "{told:?}");
    assert_eq!(world.call(&call).state, CallState::Active);
}
