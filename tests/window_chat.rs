//! Conversations in the window: reading, writing, what failed, what came earlier.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::command::{ChatCommand, Command, CommandError, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::screen::conversation::COMPOSER;
use dovetail::model::call::Direction;
use dovetail::model::message::{ChatState, Conversation, Entry, MessageState};
use driver::Driver;
use window::{ago, jid, message, noon, one_down, snapshot};

fn with_bob(entries: Vec<Arc<Entry>>) -> Snapshot {
    let conversation = Conversation { with: jid("bob").into(), entries, unread: 0 };
    Snapshot { conversations: [Arc::new(conversation)].into_iter().collect(), ..snapshot() }
}

fn messages(count: i64) -> Vec<Arc<Entry>> {
    (0..count)
        .map(|n| message("bob", ago(noon(), count - n), Direction::In, &format!("number {n}")))
        .collect()
}

#[test]
fn a_message_is_written_and_sent() {
    let mut window = Driver::new(snapshot());
    window.click("Bob");
    let _ = window.commands();
    window.type_and_enter(COMPOSER, "Hi");
    let state = |state| Command::Chat(ChatCommand::State { to: jid("bob").into(), state });
    let send = Command::Chat(ChatCommand::Send { to: jid("bob").into(), body: "Hi".to_owned() });
    assert_eq!(window.commands(), [state(ChatState::Composing), send]);
    window.type_and_enter(COMPOSER, "  ");
    assert_eq!(window.commands(), []);
}

#[test]
fn a_text_that_was_not_taken_comes_back_into_the_composer() {
    let mut window = Driver::new(snapshot());
    window.click("Bob");
    let _ = window.commands();
    window.type_and_enter(COMPOSER, "Hi");
    window.answer(Ok(Reply::Done {}));
    window.answer(Err(CommandError::Refused("Too long.".to_owned())));
    assert!(window.says("Too long."));
    window.type_and_enter(COMPOSER, "");
    let sent = window.commands();
    let send = Command::Chat(ChatCommand::Send { to: jid("bob").into(), body: "Hi".to_owned() });
    assert_eq!(sent, [send]);
}

#[test]
fn a_failed_message_says_so_and_a_waiting_one_says_why() {
    let mut entry = Entry::clone(&message("bob", noon(), Direction::Out, "Hello?"));
    entry.state = Some(MessageState::Failed);
    let mut snapshot = with_bob(vec![Arc::new(entry)]);
    snapshot = one_down(snapshot);
    let mut window = Driver::new(snapshot.clone());
    window.click("Bob");
    assert!(window.mentions("Not sent."));
    assert!(!window.mentions("Chat is not connected"));
    window.show(window::both_down(snapshot));
    assert!(window.mentions("What you write now is sent once it is."));
}

#[test]
fn what_is_looked_at_is_reported_once() {
    let mut window = Driver::new(snapshot());
    window.take([Message::Focused(false)]);
    window.click("Carol");
    let displayed = Command::Chat(ChatCommand::Displayed { with: jid("carol").into() });
    assert!(!window.commands().contains(&displayed), "the window has not the focus");
    window.take([Message::Focused(true)]);
    assert_eq!(window.commands(), [displayed]);
    window.show(snapshot());
    assert_eq!(window.commands(), []);
}

#[test]
fn earlier_entries_are_paged_in() {
    let mut window = Driver::sized(with_bob(messages(100)), 1120.0, 8_000.0);
    window.click("Bob");
    assert_eq!(window.commands(), [], "enough is known already");
    assert!(window.says("number 99") && window.says("number 40"));
    assert!(!window.says("number 39"));
    window.click("Show earlier");
    assert_eq!(window.commands(), []);
    assert!(window.says("number 0"));
    window.click("Show earlier");
    let history = window.answer(Ok(Reply::History(vec![Entry::clone(&message(
        "bob",
        ago(noon(), 9_000),
        Direction::Out,
        "the very first",
    ))])));
    let asked = ChatCommand::History {
        with: jid("bob").to_string(),
        before: Some(ago(noon(), 100)),
        limit: Some(60),
    };
    assert_eq!(history, Command::Chat(asked));
    assert!(window.says("the very first"));
    assert!(!window.says("Show earlier"), "there is nothing earlier");
}

#[test]
fn a_missed_call_stands_in_the_timeline() {
    let mut window = Driver::new(snapshot());
    assert!(window.says("Missed call"));
    window.click("Bob");
    assert!(window.says("Missed call from Bob · verified by contact card"));
    assert!(window.mentions("You called · 4 min 12 s"));
    assert!(window.says("Yesterday") && window.says("Today"));
}

#[test]
fn a_request_is_answered_in_the_conversation() {
    use dovetail::core::command::ContactCommand;
    let mut snapshot = snapshot();
    let mut bob = (**snapshot.contact(&jid("bob")).unwrap()).clone();
    bob.asks = true;
    snapshot.contacts = [Arc::new(bob)].into_iter().collect();
    let mut window = Driver::new(snapshot);
    window.click("Bob");
    let _ = window.commands();
    window.click("Allow");
    assert_eq!(window.commands(), [Command::Contact(ContactCommand::Accept(jid("bob")))]);
}

#[test]
fn names_and_messages_cannot_turn_the_words_around_them() {
    let text = "abc\u{202E}fed";
    let mut window = Driver::new(with_bob(vec![message("bob", noon(), Direction::In, text)]));
    window.click("Bob");
    assert!(window.says("abcfed"));
    assert!(!window.mentions("\u{202E}"));
}

#[test]
fn a_telephony_address_is_written_to_when_an_account_sends_messages() {
    let mut snapshot = snapshot();
    let with: Party = "sip:erin@sip.example.com".parse().unwrap();
    let mut window = Driver::new(snapshot.clone());
    window.type_into(SEARCH, "sip:erin@sip.example.com");
    assert!(!window.says("Write to “erin@sip.example.com”"), "no account sends messages");
    for account in &mut snapshot.accounts {
        account.features.chat = true;
    }
    let mut window = Driver::new(snapshot);
    window.type_into(SEARCH, "sip:erin@sip.example.com");
    window.click("Write to “erin@sip.example.com”");
    let _ = window.commands();
    assert!(window.says("erin@sip.example.com") && window.says("Messages over telephony"));
    window.type_and_enter(COMPOSER, "Hi");
    let send = Command::Chat(ChatCommand::Send { to: with, body: "Hi".to_owned() });
    assert!(window.commands().contains(&send));
}
