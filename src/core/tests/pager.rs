//! Messages over SIP, with an account that stands alone (CUSAX C10).

use super::*;
use crate::sip::{IncomingMessage, OutgoingMessage};

const BOB: &str = "sip:bob@cusax.test";

/// A telephony account alone, on which messages are sent.
fn alone() -> World {
    let mut config = config();
    config.xmpp.clear();
    (config.sip[0].related_to, config.sip[0].chat) = (None, true);
    let mut world = World::new(&config);
    world.phone_online();
    world
}

fn message(from: &str, body: &str) -> SipEvent {
    SipEvent::Message(IncomingMessage {
        from: from.to_owned(),
        asserted: Vec::new(),
        body: body.to_owned(),
    })
}

fn sent(world: &World) -> Vec<OutgoingMessage> {
    let message = |command: &&SipCommand| match command {
        SipCommand::Message(message) => Some(message.clone()),
        _ => None,
    };
    world.sent_to_sip().iter().filter_map(message).collect()
}

fn state_of(world: &mut World, id: &MessageId) -> Option<MessageState> {
    let snapshot = world.core.snapshot();
    let conversation = snapshot.conversation(&BOB.parse().unwrap())?;
    let entry = conversation.entries.iter().find(|entry| entry.id == id.as_str())?;
    entry.state
}

fn write(world: &mut World, body: &str) -> MessageId {
    match world.ask(send(BOB, body)).unwrap() {
        Reply::Message { id } => id,
        other => panic!("not a message: {other:?}"),
    }
}

#[test]
fn a_message_goes_out_and_one_comes_in() {
    let mut world = alone();
    let id = write(&mut world, "hello");
    let [out] = &sent(&world)[..] else { panic!("one message") };
    assert_eq!((&out.id, out.to.as_str(), out.body.as_str()), (&id, BOB, "hello"));
    assert_eq!(state_of(&mut world, &id), Some(MessageState::Queued));
    world.sip(SipEvent::MessageState { id: id.clone(), sent: Ok(()) });
    assert_eq!(state_of(&mut world, &id), Some(MessageState::Sent));

    world.sip(message("sip:bob@CUSAX.test:5060;transport=udp", "hi"));
    let snapshot = world.core.snapshot();
    let [conversation] = &snapshot.conversations[..] else { panic!("one conversation") };
    assert_eq!(conversation.with.to_string(), BOB);
    assert_eq!((conversation.entries.len(), conversation.unread), (2, 1));
    let Ok(Reply::Conversations(talks)) = world.ask(Command::Chat(ChatCommand::List)) else {
        panic!("no list")
    };
    let [talk] = &talks[..] else { panic!("one conversation: {talks:?}") };
    assert_eq!((talk.with.as_str(), talk.unread), (BOB, 1));
    assert_eq!(talk.last.body.as_deref(), Some("hi"));
    world.ask(Command::Chat(ChatCommand::Displayed { with: BOB.parse().unwrap() })).unwrap();
    assert_eq!(world.core.snapshot().conversations[0].unread, 0);
    assert!(world.said.contains(&Output::Keep(Keep::Read(BOB.to_owned()))));
}

#[test]
fn one_that_found_no_connection_waits_for_the_next() {
    let mut world = alone();
    let id = write(&mut world, "hello");
    let lost = Err(Fault::Lost("gone".to_owned()));
    world.sip(SipEvent::MessageState { id: id.clone(), sent: lost });
    assert_eq!(state_of(&mut world, &id), Some(MessageState::Queued));
    world.phone_online();
    assert_eq!(sent(&world).len(), 2, "sent again");
    world.phone_online();
    assert_eq!(sent(&world).len(), 2, "a refresh of the registration sends nothing twice");
}

#[test]
fn one_that_was_refused_says_so() {
    let mut world = alone();
    let id = write(&mut world, "hello");
    let refused = Err(Fault::Rejected("404 Not Found".to_owned()));
    world.sip(SipEvent::MessageState { id: id.clone(), sent: refused });
    assert_eq!(state_of(&mut world, &id), Some(MessageState::Failed));
    let told = world.said.iter().any(|output| match output {
        Output::Event(event) => matches!(&**event, Event::Notice { text, .. }
            if text.contains("bob@cusax.test") && text.contains("404")),
        _ => false,
    });
    assert!(told);
    world.phone_online();
    assert_eq!(sent(&world).len(), 1, "not tried again");
}

#[test]
fn a_sender_without_an_address_is_not_shown() {
    let mut world = alone();
    world.sip(message("sip:cusax.test", "nobody"));
    assert!(world.core.snapshot().conversations.is_empty());
}

#[test]
fn too_long_a_message_is_refused_before_it_goes_out() {
    let mut world = alone();
    assert!(world.ask(send(BOB, &"ä".repeat(351))).is_err());
    assert!(sent(&world).is_empty());
    assert!(world.ask(send(BOB, &"ä".repeat(350))).is_ok());
}

#[test]
fn a_related_account_leaves_text_to_chat() {
    let mut world = World::signed_in(Some(BOB));
    // The address is bob's: the message goes to him, over chat (C31).
    world.ask(send(BOB, "hello")).unwrap();
    assert_eq!(world.sent_messages(), ["hello"]);
    assert!(sent(&world).is_empty());
    // Nobody's address: nowhere to send it to.
    let error = world.ask(send("sip:eve@cusax.test", "hello")).unwrap_err();
    assert_eq!(error.kind(), "refused");
    world.sip(message(BOB, "over SIP after all"));
    let snapshot = world.core.snapshot();
    assert!(snapshot.conversation(&BOB.parse().unwrap()).is_none(), "not taken");
}

#[test]
fn a_conversation_of_an_earlier_run_goes_on() {
    let mut world = alone();
    let entry = Entry {
        id: "1".to_owned(),
        kind: EntryKind::Message,
        with: BOB.to_owned(),
        direction: crate::model::call::Direction::Out,
        at: world.now.wall,
        body: Some("waits".to_owned()),
        state: Some(MessageState::Queued),
        reason: None,
        call: None,
    };
    let conversation = KeptConversation {
        with: BOB.parse().unwrap(),
        account: PHONE.into(),
        entries: vec![entry.clone()],
        older: Vec::new(),
        unread: 0,
    };
    world.feed(Input::Kept(Kept {
        conversations: vec![conversation],
        outbox: vec![(PHONE.into(), entry)],
        ..Kept::default()
    }));
    world.phone_online();
    assert_eq!(sent(&world).len(), 1);
}
