//! A call that was encrypted stays so, or the user decides (CUSAX C65).

use super::*;
use crate::model::call::{AskKind, MediaDirection, MediaProtection};

const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

/// A description of the other side with a key.
fn encrypted_sdp() -> Vec<u8> {
    let line = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n");
    [remote_sdp(), line.into_bytes()].concat()
}

/// A call that runs encrypted.
fn encrypted(world: &mut World) -> CallId {
    let call = world.incoming_as("sip:eve@evil.example", |incoming| {
        incoming.offer = Some(encrypted_sdp());
    });
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.says(&call, CallEvent::Confirmed { sdp: None });
    assert_eq!(world.call(&call).media.srtp, MediaProtection::Sdes);
    world.said.clear();
    call
}

/// What the call's session was told to run last: encrypted or not, and which way.
fn runs(world: &World) -> Option<(bool, MediaDirection)> {
    world.said.iter().rev().find_map(|output| match output {
        Output::Media(_, MediaCommand::Run(plan)) => Some((plan.srtp.is_some(), plan.direction)),
        _ => None,
    })
}

/// Holds the call; the other side answers our offer without a key.
fn loses(world: &mut World, call: &CallId) {
    world.run(CallCommand::Hold(call.clone())).unwrap();
    world.says(call, CallEvent::Reanswered { sdp: remote_sdp() });
}

fn consent(world: &mut World, call: &CallId, accept: bool) {
    world.run(CallCommand::Consent { call: call.clone(), accept }).unwrap();
}

#[test]
fn an_offer_that_takes_the_encryption_away_is_refused_and_the_call_goes_on() {
    let mut world = World::signed_in(None);
    let call = encrypted(&mut world);
    for _ in 0..3 {
        world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
        assert!(matches!(
            world.sent_to_sip().last(),
            Some(SipCommand::AnswerReoffer { sdp: None, .. })
        ));
    }
    assert_eq!(runs(&world), None, "nothing else runs");
    assert_eq!(world.call(&call).state, CallState::Active);
    assert_eq!(world.call(&call).media.srtp, MediaProtection::Sdes);
    let told: Vec<String> = world.notices();
    assert_eq!(told.iter().filter(|text| text.contains("stays encrypted")).count(), 1, "{told:?}");
    world.says(&call, CallEvent::Reoffer { sdp: Some(encrypted_sdp()) });
    assert_eq!(runs(&world), Some((true, MediaDirection::Sendrecv)), "a good one is taken");
}

#[test]
fn encryption_that_is_lost_in_a_call_is_told() {
    let mut world = World::signed_in(None);
    let call = encrypted(&mut world);
    loses(&mut world, &call);
    assert_eq!(runs(&world), Some((false, MediaDirection::Inactive)), "nobody hears anything");
    let ask = world.call(&call).ask.unwrap();
    assert_eq!(ask.kind, AskKind::Unencrypted);
    assert!(ask.cues[0].contains("Others could listen"), "{ask:?}");
    assert!(world.notices().iter().any(|text| text.contains("not encrypted any more")));
    assert_eq!(world.call(&call).media.srtp, MediaProtection::None);
    // A change of theirs that is in the clear as well opens nothing.
    world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
    assert_eq!(runs(&world), Some((false, MediaDirection::Inactive)));
    assert!(world.call(&call).ask.is_some());
}

#[test]
fn a_call_goes_on_in_the_clear_on_the_user_s_word_alone() {
    let mut world = World::signed_in(None);
    let call = encrypted(&mut world);
    loses(&mut world, &call);
    consent(&mut world, &call, true);
    assert_eq!(world.call(&call).ask, None);
    assert!(
        matches!(runs(&world), Some((false, direction)) if direction != MediaDirection::Inactive)
    );
    world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
    assert!(world.call(&call).ask.is_none(), "the user has decided");
    assert!(matches!(
        world.sent_to_sip().last(),
        Some(SipCommand::AnswerReoffer { sdp: Some(_), .. } | SipCommand::Reoffer { .. })
    ));
}

#[test]
fn a_call_that_lost_its_encryption_ends_when_the_user_does_not_agree() {
    let mut world = World::signed_in(None);
    let call = encrypted(&mut world);
    loses(&mut world, &call);
    consent(&mut world, &call, false);
    let ended = world.call(&call);
    assert_eq!(ended.state, CallState::Ended);
    assert_eq!(ended.end_reason.as_deref(), Some("The call was not encrypted any more."));
    assert!(world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Hangup(_))));
}

#[test]
fn encryption_that_comes_back_answers_the_question() {
    let mut world = World::signed_in(None);
    let call = encrypted(&mut world);
    loses(&mut world, &call);
    world.says(&call, CallEvent::Reoffer { sdp: Some(encrypted_sdp()) });
    assert_eq!(world.call(&call).ask, None);
    assert_eq!(world.call(&call).media.srtp, MediaProtection::Sdes);
    assert!(matches!(runs(&world), Some((true, _))));
}

#[test]
fn a_call_that_never_was_encrypted_is_not_asked_about() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
    assert_eq!(world.call(&call).ask, None);
    assert!(matches!(runs(&world), Some((false, MediaDirection::Sendrecv))));
}
