//! Conversations empty when their history is deleted, and only then.

use super::*;
use crate::core::command::HistoryCommand;
use crate::model::history::{Deleted, Scope};

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
