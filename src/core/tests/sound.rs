//! Calls whose sound is missing, comes early or comes late.

use super::*;

#[test]
fn sound_before_the_answer_is_told_at_once() {
    let mut world = World::signed_in(None);
    let call = world.place("sip:bob@cusax.test", true).unwrap();
    world.said.clear();
    world.says(&call, CallEvent::EarlyMedia { sdp: remote_sdp(), impp: Vec::new() });
    let told = world.said.iter().rev().find_map(|output| match output {
        Output::Event(event) => match &**event {
            Event::Call { call } => Some(call.clone()),
            _ => None,
        },
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!((told.state, told.media.codec.as_str()), (CallState::Ringing, "PCMA"));
    assert!(told.answered.is_none());
    // Some send the same description again and again: nothing is new then but what it says.
    world.says(&call, CallEvent::EarlyMedia { sdp: remote_sdp(), impp: Vec::new() });
    assert_eq!(world.call(&call).state, CallState::Ringing);
}

#[test]
fn without_a_sound_device_nobody_s_phone_rings() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let to = "bob@cusax.test".to_owned();
    let place = CallCommand::Place {
        to,
        account: None,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    };
    let placing = world.begin(Command::Call(place));
    world.media_fails();
    let error = world.reply(placing).expect("an answer").unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), ("media", "No microphone was found."));
    assert!(world.sent_to_sip().is_empty());
    world.later(Duration::ZERO);
    let snapshot = world.core.snapshot();
    assert!(snapshot.calls.is_empty(), "the failed command has said it all");
    assert!(snapshot.conversation(&jid("bob@cusax.test").into()).is_none());
}

#[test]
fn a_call_that_cannot_be_heard_goes_on_ringing() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_fails();
    assert_eq!(world.reply(taking).expect("an answer").unwrap_err().kind(), "media");
    assert_eq!(world.call(&call).state, CallState::Incoming);
    assert!(world.sent_to_sip().is_empty());
    // A headset was connected.
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.reply(taking).expect("an answer").unwrap();
    assert_eq!(world.call(&call).state, CallState::Active);
    world.media_fails();
    let over = world.call(&call);
    assert_eq!(over.end_reason.as_deref(), Some("No microphone was found."));
    assert_eq!(over.answered, None, "nobody was heard");
}

#[test]
fn a_command_never_waits_for_a_call_that_is_over() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let incoming = world.incoming("sip:bob@cusax.test", &[]);
    let taking = world.begin(Command::Call(CallCommand::Answer(incoming.clone())));
    world.sip(SipEvent::Call(incoming, CallEvent::Ended(EndReason::Cancelled)));
    assert_eq!(world.reply(taking).expect("an answer").unwrap_err().kind(), "unknown-call");
    let to = "bob@cusax.test".to_owned();
    let place = CallCommand::Place {
        to,
        account: None,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    };
    let placing = world.begin(Command::Call(place));
    let id = world.core.snapshot().calls.last().unwrap().id.clone();
    world.ask(Command::Call(CallCommand::Hangup(id.clone()))).unwrap();
    assert_eq!(world.reply(placing).expect("an answer"), Ok(Reply::Call { call: id }));
}
