//! Calls at their edges: races, broken peers, lost registrations, floods.

use super::*;
use crate::media::MediaCommand;

fn lose_registration(world: &mut World) {
    world.sip(SipEvent::Registration(Registration::Failed {
        fault: Fault::Lost("gone".to_owned()),
        retry_in: Some(Duration::from_secs(4)),
    }));
}

fn reoffers_answered(world: &World) -> usize {
    let with_sdp = |c: &&&SipCommand| matches!(c, SipCommand::AnswerReoffer { sdp: Some(_), .. });
    world.sent_to_sip().iter().filter(with_sdp).count()
}

#[test]
fn a_call_goes_on_while_the_registration_is_lost() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.place("bob@cusax.test", false).unwrap();
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.sip(SipEvent::Call(call.clone(), answered));
    lose_registration(&mut world);
    world.sip(SipEvent::Call(call.clone(), CallEvent::Reoffer { sdp: Some(remote_sdp()) }));
    assert_eq!(reoffers_answered(&world), 1);
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn a_call_that_rings_can_be_taken_though_the_registration_was_lost() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    lose_registration(&mut world);
    world.media_ready();
    world.reply(taking).expect("an answer").unwrap();
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn an_answer_without_a_session_description_ends_the_call() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.place("bob@cusax.test", false).unwrap();
    let answered = CallEvent::Answered { sdp: None, impp: Vec::new() };
    world.sip(SipEvent::Call(call.clone(), answered));
    assert_eq!(world.call(&call).state, CallState::Ended);
    assert!(world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Hangup(_))));
}

#[test]
fn an_acknowledgement_without_the_answer_it_owes_ends_the_call() {
    let mut world = World::signed_in(None);
    let call = world.incoming_as("sip:eve@evil.example", |incoming| {
        incoming.offer = None;
    });
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.reply(taking).expect("an answer").unwrap();
    world.sip(SipEvent::Call(call.clone(), CallEvent::Confirmed { sdp: None }));
    assert_eq!(world.call(&call).state, CallState::Ended);
}

#[test]
fn an_ordinary_acknowledgement_changes_nothing() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:eve@evil.example", &[]);
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.sip(SipEvent::Call(call.clone(), CallEvent::Confirmed { sdp: None }));
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn a_call_muted_while_it_rings_is_silent_when_it_is_taken() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:eve@evil.example", &[]);
    world.ask(Command::Call(CallCommand::Mute { call: call.clone(), on: true })).unwrap();
    world.said.clear();
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    let media: Vec<&Output> =
        world.said.iter().filter(|o| matches!(o, Output::Media(..))).collect();
    assert!(matches!(
        media[..],
        [
            Output::Media(_, MediaCommand::Prepare { .. }),
            Output::Media(_, MediaCommand::Mute(true))
        ]
    ));
}

#[test]
fn the_last_word_of_a_stopped_session_does_not_end_a_call_that_rings() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:eve@evil.example", &[]);
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_fails();
    world.media_fails();
    assert_eq!(world.call(&call).state, CallState::Incoming);
}

#[test]
fn calling_and_giving_up_in_quick_succession_is_bounded() {
    let mut world = World::signed_in(None);
    for _ in 0..1_000 {
        let call = world.incoming("sip:eve@evil.example", &[]);
        world.sip(SipEvent::Call(call, CallEvent::Ended(EndReason::Cancelled)));
    }
    let kept = |o: &&Output| matches!(o, Output::Keep(Keep::Entry(..)));
    assert_eq!(world.said.iter().filter(kept).count(), 64);
    assert_eq!(world.core.snapshot().calls.len(), 64);
    world.later(Duration::from_secs(6));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.call(&call).state, CallState::Incoming);
}

#[test]
fn a_telephony_account_of_its_own_knows_contacts_all_the_same() {
    let mut config = config();
    config.sip[0].related_to = None;
    let mut world = World::new(&config);
    world.chat_online();
    world.phone_online();
    world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test")]));
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.call(&call).peer.binding, Binding::Verified);
    let message = Some("later".to_owned());
    world.ask(Command::Call(CallCommand::Decline { call, message })).unwrap();
    assert_eq!(world.sent_messages(), ["later"]);
    let snapshot = world.core.snapshot();
    let timeline = &snapshot.conversation(&jid("bob@cusax.test").into()).unwrap().entries;
    assert!(timeline.iter().any(|entry| entry.kind == EntryKind::Call));
}

#[test]
fn a_call_that_claims_a_chat_address_is_not_kept_in_its_conversation() {
    for from in ["xmpp:bob@cusax.test", "bob@cusax.test", "tel:+13035551212"] {
        let mut world = World::signed_in(None);
        let call = world.incoming(from, &[]);
        world.says(&call, CallEvent::Ended(EndReason::Cancelled));
        let kept = world.said.iter().find_map(|output| match output {
            Output::Keep(Keep::Entry(_, entry)) => Some(entry.with.clone()),
            _ => None,
        });
        let with = kept.unwrap().parse::<crate::model::party::Party>();
        assert!(with.is_err(), "{from}: {with:?}");
    }
}

#[test]
fn a_call_that_is_refreshed_by_offers_for_days_goes_on() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:bob@cusax.test");
    for round in 0..3_000 {
        world.said.clear();
        world.says(&call, CallEvent::Reoffer { sdp: Some(remote_sdp()) });
        let taken = |c: &&SipCommand| matches!(c, SipCommand::AnswerReoffer { sdp: Some(_), .. });
        assert!(world.sent_to_sip().iter().any(taken), "{round}");
    }
    assert_eq!(world.call(&call).state, CallState::Active);
}
