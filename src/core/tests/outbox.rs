//! What becomes of messages that no server has acknowledged.

use super::*;

fn resume(world: &mut World) {
    world.xmpp(XmppEvent::Connection(XmppConnection::Online {
        bound: FullJid::new("alice@cusax.test/x").unwrap(),
        security: tls("SCRAM-SHA-256-PLUS"),
        resumed: true,
    }));
}

fn interrupt(world: &mut World) {
    world.xmpp(XmppEvent::Connection(XmppConnection::Failed {
        fault: Fault::Lost("gone".to_owned()),
        retry_in: Some(Duration::from_secs(2)),
    }));
}

fn state(with: &str, id: &str, state: MessageState) -> XmppEvent {
    XmppEvent::MessageState { with: jid(with), id: id.into(), state, why: None }
}

fn write(world: &mut World, body: &str) -> MessageId {
    match world.ask(send("bob@cusax.test", body)).unwrap() {
        Reply::Message { id } => id,
        other => panic!("not a message: {other:?}"),
    }
}

fn kept(world: &World, of: &str) -> Vec<MessageState> {
    let kept = |output: &Output| match output {
        Output::Keep(Keep::State { id, state, .. }) if id.as_str() == of => Some(*state),
        _ => None,
    };
    world.said.iter().filter_map(kept).collect()
}

#[test]
fn what_was_written_during_an_interruption_goes_out_when_the_session_resumes() {
    let mut world = World::signed_in(None);
    interrupt(&mut world);
    write(&mut world, "meanwhile");
    assert!(world.sent_messages().is_empty());
    resume(&mut world);
    assert_eq!(world.sent_messages(), ["meanwhile"]);
}

#[test]
fn a_presence_set_during_an_interruption_is_announced_when_the_session_resumes() {
    let mut world = World::signed_in(None);
    interrupt(&mut world);
    let dnd = Command::Presence { show: Show::Dnd, status: "deep work".to_owned() };
    world.ask(dnd).unwrap();
    world.said.clear();
    let announced = |world: &World| {
        let dnd = |o: &&Output| {
            matches!(o, Output::Xmpp(_, XmppCommand::Presence { show: Show::Dnd, .. }))
        };
        world.said.iter().filter(dnd).count()
    };
    resume(&mut world);
    assert_eq!(announced(&world), 1);
    interrupt(&mut world);
    resume(&mut world);
    assert_eq!(announced(&world), 1, "said once, it holds");
}

#[test]
fn a_long_outbox_goes_out_in_pieces_and_in_order() {
    let mut world = World::new(&config());
    let ids: Vec<MessageId> = (0..300).map(|n| write(&mut world, &n.to_string())).collect();
    world.chat_online();
    assert_eq!(world.sent_messages().len(), 64, "not more than the way to the account holds");
    for id in &ids {
        world.xmpp(state("bob@cusax.test", id.as_str(), MessageState::Sent));
    }
    let all: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    assert_eq!(world.sent_messages(), all);
}

#[test]
fn the_outbox_is_bounded() {
    let mut world = World::new(&config());
    for _ in 0..10_000 {
        write(&mut world, "x");
    }
    assert_eq!(world.ask(send("bob@cusax.test", "x")).unwrap_err().kind(), "refused");
}

#[test]
fn an_acknowledged_message_that_is_not_at_hand_is_kept_as_sent() {
    let mut world = World::new(&config());
    let entry = |id: &str| Entry {
        id: id.to_owned(),
        kind: EntryKind::Message,
        with: "bob@cusax.test".to_owned(),
        direction: crate::model::call::Direction::Out,
        at: world.now.wall,
        body: Some("old".to_owned()),
        state: Some(MessageState::Queued),
        reason: None,
        call: None,
    };
    let outbox = vec![(CHAT.into(), entry("old-1"))];
    world.feed(Input::Kept(Kept { outbox, ..Kept::default() }));
    world.chat_online();
    assert_eq!(world.sent_messages(), ["old"]);
    world.xmpp(state("bob@cusax.test", "old-1", MessageState::Sent));
    assert_eq!(kept(&world, "old-1"), [MessageState::Sent], "else the next start sends it again");
}

#[test]
fn only_who_got_a_message_can_tell_of_it() {
    let mut world = World::signed_in(None);
    let id = write(&mut world, "hi");
    for told in [MessageState::Delivered, MessageState::Displayed, MessageState::Failed] {
        world.xmpp(state("eve@evil.example", id.as_str(), told));
    }
    assert!(kept(&world, id.as_str()).is_empty());
    let snapshot = world.core.snapshot();
    assert!(snapshot.conversation(&jid("eve@evil.example").into()).is_none());
    world.said.clear();
    world.chat_online();
    assert_eq!(world.sent_messages(), ["hi"], "it still waits to be acknowledged");
}

#[test]
fn what_strangers_claim_of_messages_takes_no_room() {
    let mut world = World::signed_in(None);
    for n in 0..3_000 {
        let with = format!("u{n}@evil.example");
        world.xmpp(state(&with, "x", MessageState::Delivered));
    }
    assert_eq!(world.core.chats.threads_at_hand(), 0);
}

#[test]
fn an_account_that_does_not_keep_up_is_told_of_and_stays_what_it_is() {
    let mut world = World::signed_in(None);
    let id = write(&mut world, "hi");
    world.xmpp(state("bob@cusax.test", id.as_str(), MessageState::Queued));
    for _ in 0..1_000 {
        world.feed(Input::Behind(CHAT.into()));
    }
    let told = |o: &&Output| matches!(o, Output::Event(e) if matches!(**e, Event::Notice { .. }));
    assert_eq!(world.said.iter().filter(told).count(), 1);
    let Reply::Status { overall, .. } = world.ask(Command::Status).unwrap() else { panic!() };
    assert_eq!(overall, Overall::Online);
    write(&mut world, "there");
    assert_eq!(world.sent_messages(), ["hi", "hi", "there"], "what was not taken goes out again");
}
