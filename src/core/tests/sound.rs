//! Calls whose sound is missing or comes late.

use super::*;

#[test]
fn without_a_sound_device_nobody_s_phone_rings() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let to = "bob@cusax.test".to_owned();
    let place = CallCommand::Place { to, account: None, confirm: false, anonymous: false };
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
    let place = CallCommand::Place { to, account: None, confirm: false, anonymous: false };
    let placing = world.begin(Command::Call(place));
    let id = world.core.snapshot().calls.last().unwrap().id.clone();
    world.ask(Command::Call(CallCommand::Hangup(id.clone()))).unwrap();
    assert_eq!(world.reply(placing).expect("an answer"), Ok(Reply::Call { call: id }));
}
