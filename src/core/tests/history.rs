//! Conversations empty when their history is deleted, and only then.

use super::*;
use crate::core::command::HistoryCommand;
use crate::model::call::Direction;
use crate::model::history::{Deleted, Scope};
use crate::model::message::Trace;

const BOB: &str = "bob@cusax.test";

fn heard(world: &mut World, from: &str, id: &str) {
    world.xmpp(XmppEvent::Message(ChatMessage {
        id: id.into(),
        with: jid(from),
        outgoing: false,
        body: "hello".to_owned(),
        at: None,
    }));
}

fn delete(world: &mut World, scope: Scope) -> RequestId {
    let command = HistoryCommand::Delete(scope);
    let request = world.begin(Command::History(command.clone()));
    assert_eq!(world.said.pop(), Some(Output::Archive(request, command)));
    request
}

fn done(world: &mut World, request: RequestId, done: Result<Deleted, CommandError>) {
    world.feed(Input::Deleted { request, done, remains: None });
}

fn left(world: &mut World, with: &str) -> Vec<String> {
    let snapshot = world.core.snapshot();
    let conversation = snapshot.conversation(&with.parse().unwrap());
    let entries = conversation.map(|conversation| conversation.entries.clone());
    entries.unwrap_or_default().iter().map(|entry| entry.id.clone()).collect()
}

#[test]
fn a_conversation_empties_once_the_store_says_so_and_what_came_meanwhile_stays() {
    let mut world = World::signed_in(None);
    heard(&mut world, BOB, "m1");
    heard(&mut world, "carol@cusax.test", "m2");
    let request = delete(&mut world, Scope::with("Bob@cusax.test"));
    assert_eq!(left(&mut world, BOB), ["m1"]);
    heard(&mut world, BOB, "m3");
    let deleted = Deleted { deleted: 7, waiting: 0 };
    done(&mut world, request, Ok(deleted));
    assert_eq!(world.reply(request), Some(Ok(Reply::Deleted(deleted))));
    let event = Event::HistoryDeleted { with: Some(BOB.to_owned()), before: None, deleted };
    assert!(world.said.contains(&Output::Event(Box::new(event))));
    assert_eq!(left(&mut world, BOB), ["m3"]);
    assert_eq!(left(&mut world, "carol@cusax.test"), ["m2"]);
    assert_eq!(world.core.snapshot().contact(&jid(BOB)).unwrap().unread, 1);
    // All of it.
    let request = delete(&mut world, Scope::default());
    done(&mut world, request, Ok(deleted));
    assert!(world.core.snapshot().conversations.is_empty());
    assert_eq!(world.core.snapshot().contact(&jid(BOB)).unwrap().unread, 0);
}

#[test]
fn what_waits_to_be_sent_stays_and_is_sent() {
    let mut world = World::new(&config());
    world.chat_online();
    world.xmpp(XmppEvent::Roster(vec![item(BOB)]));
    heard(&mut world, BOB, "m1");
    let Ok(Reply::Message { id }) = world.ask(send(BOB, "later")) else { panic!("no message") };
    let request = delete(&mut world, Scope::default());
    // It was sent while the store was at it, which kept it for that.
    let state = MessageState::Sent;
    world.xmpp(XmppEvent::MessageState { with: jid(BOB), id: id.clone(), state, why: None });
    done(&mut world, request, Ok(Deleted { deleted: 1, waiting: 1 }));
    assert_eq!(left(&mut world, BOB), [id.as_str()]);
}

#[test]
fn nothing_goes_from_sight_that_could_not_be_deleted() {
    let mut world = World::signed_in(None);
    heard(&mut world, BOB, "m1");
    let request = delete(&mut world, Scope::default());
    let error = CommandError::Refused("The disk is full.".to_owned());
    done(&mut world, request, Err(error.clone()));
    assert_eq!(world.reply(request), Some(Err(error)));
    assert_eq!(left(&mut world, BOB), ["m1"]);
    // An answer to nobody's request does nothing.
    done(&mut world, RequestId(999), Ok(Deleted::default()));
    assert_eq!(left(&mut world, BOB), ["m1"]);
}

/// Bob's conversation after a new start: of two messages each way only the last is at hand.
fn started_anew(world: &mut World) {
    let at = |minutes: i64| Timestamp::from_unix_millis(world.now.wall.unix_millis() + minutes);
    let entry = |id: &str, minutes, direction, state| Entry {
        id: id.to_owned(),
        kind: EntryKind::Message,
        with: BOB.to_owned(),
        direction,
        at: at(minutes),
        body: Some("hello".to_owned()),
        state,
        reason: None,
        call: None,
    };
    let sent = Some(MessageState::Sent);
    let older = [
        entry("m1", -40, Direction::In, None),
        entry("m2", -30, Direction::Out, sent),
        entry("m3", -20, Direction::In, None),
    ];
    let conversation = KeptConversation {
        with: BOB.parse().unwrap(),
        account: CHAT.into(),
        entries: vec![entry("m4", -10, Direction::Out, sent)],
        older: older.iter().map(Trace::of).collect(),
        unread: 2,
    };
    world.feed(Input::Kept(Kept { conversations: vec![conversation], ..Kept::default() }));
    world.chat_online();
    world.xmpp(XmppEvent::Roster(vec![item(BOB)]));
    world.said.clear();
}

fn saved(world: &World) -> Vec<String> {
    let saved = |output: &Output| match output {
        Output::Keep(Keep::Entry(_, entry)) => Some(entry.id.clone()),
        _ => None,
    };
    world.said.iter().filter_map(saved).collect()
}

#[test]
fn what_only_the_store_has_is_known_again() {
    let mut world = World::new(&config());
    started_anew(&mut world);
    heard(&mut world, BOB, "m3");
    heard(&mut world, BOB, "m1");
    assert!(saved(&world).is_empty(), "said twice");
    assert_eq!(left(&mut world, BOB), ["m4"]);
    // The same identifier for other words: theirs are counted anew.
    world.xmpp(XmppEvent::Message(ChatMessage {
        id: "m1".into(),
        with: jid(BOB),
        outgoing: false,
        body: "something else".to_owned(),
        at: None,
    }));
    assert_eq!(saved(&world).len(), 1);
    assert_ne!(saved(&world), ["m1"]);
    // Another device's, from before what is at hand: nothing is shown out of its place.
    world.xmpp(XmppEvent::Message(ChatMessage {
        id: "m5".into(),
        with: jid(BOB),
        outgoing: true,
        body: "from my telephone".to_owned(),
        at: Some(Timestamp::from_unix_millis(world.now.wall.unix_millis() - 35)),
    }));
    assert_eq!(saved(&world).last().unwrap(), "m5");
    assert_eq!(left(&mut world, BOB).first().unwrap(), "m4");
}

#[test]
fn a_message_that_only_the_store_has_moves_on_and_never_back() {
    let mut world = World::new(&config());
    started_anew(&mut world);
    let steps =
        [(MessageState::Displayed, 1), (MessageState::Delivered, 1), (MessageState::Failed, 1)];
    for (state, count) in steps {
        world.xmpp(XmppEvent::MessageState { with: jid(BOB), id: "m2".into(), state, why: None });
        let kept = |output: &&Output| matches!(output, Output::Keep(Keep::State { .. }));
        assert_eq!(world.said.iter().filter(kept).count(), count, "{state:?}");
    }
}

#[test]
fn what_is_deleted_in_the_store_alone_is_unread_no_more() {
    let mut world = World::new(&config());
    started_anew(&mut world);
    let before = Some(Timestamp::from_unix_millis(world.now.wall.unix_millis() - 25));
    let request = delete(&mut world, Scope { before, ..Scope::default() });
    done(&mut world, request, Ok(Deleted { deleted: 2, waiting: 0 }));
    assert_eq!(left(&mut world, BOB), ["m4"]);
    assert_eq!(world.core.snapshot().contact(&jid(BOB)).unwrap().unread, 1);
    // It comes once more: nothing is known of it.
    heard(&mut world, BOB, "m1");
    assert_eq!(saved(&world), ["m1"]);
}
