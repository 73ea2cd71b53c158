//! Conversations in the window: reading, writing, what failed, what came earlier.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::command::{
    CallCommand, ChatCommand, Command, CommandError, Cue, CueKind, Reply,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Keystroke;
use dovetail::gui::screen::conversation::COMPOSER;
use dovetail::gui::screen::sidebar::SEARCH;
use dovetail::model::call::Direction;
use dovetail::model::message::{ChatState, Conversation, Entry, MessageState};
use dovetail::model::party::Party;
use dovetail::model::time::Timestamp;
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
fn only_our_own_words_are_sent_again() {
    // The other side gives its message the identifier of ours, and says that ours failed.
    let mut ours = Entry::clone(&message("bob", noon(), Direction::Out, "Mine."));
    ours.state = Some(MessageState::Failed);
    let mut theirs = Entry::clone(&message("bob", ago(noon(), 1), Direction::In, "Theirs."));
    theirs.id = ours.id.clone();
    let mut window = Driver::new(with_bob(vec![Arc::new(theirs), Arc::new(ours)]));
    window.click("Bob");
    let _ = window.commands();
    window.click("Send again");
    let sent = ChatCommand::Send { to: jid("bob").into(), body: "Mine.".to_owned() };
    assert_eq!(window.commands(), [Command::Chat(sent)]);
}

#[test]
fn what_is_looked_at_is_reported_once() {
    let mut window = Driver::new(snapshot());
    window.focus(false);
    window.click("Carol");
    let displayed = Command::Chat(ChatCommand::Displayed { with: jid("carol").into() });
    assert!(!window.commands().contains(&displayed), "the window has not the focus");
    window.focus(true);
    assert_eq!(window.commands(), [displayed]);
    window.show(snapshot());
    assert_eq!(window.commands(), []);
}

#[test]
fn earlier_entries_are_paged_in() {
    let mut window = Driver::sized(with_bob(messages(100)), 1120.0, 6_000.0);
    window.click("Bob");
    assert_eq!(window.commands(), [], "enough is known already");
    assert!(window.says("number 99") && window.says("number 0"));
    window.drawn();
    assert!(window.says("Loading earlier messages…"));
    let history = window.answer(Ok(Reply::History(vec![Entry::clone(&message(
        "bob",
        ago(noon(), 9_000),
        Direction::Out,
        "the very first",
    ))])));
    let asked = ChatCommand::History {
        with: jid("bob").to_string(),
        before: Some(Timestamp::from_unix_millis(ago(noon(), 100).unix_millis() + 1)),
        after: None,
        limit: Some(100),
    };
    assert_eq!(history, Command::Chat(asked));
    assert!(window.says("the very first"));
    window.drawn();
    assert_eq!(window.commands(), [], "there is nothing earlier");
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
    let with: Party = "sip:e@x.test".parse().unwrap();
    let mut window = Driver::new(snapshot.clone());
    window.type_into(SEARCH, "sip:e@x.test");
    assert!(!window.says("Write to “e@x.test”"), "no account sends messages");
    for account in &mut snapshot.accounts {
        account.features.chat = true;
    }
    let mut window = Driver::new(snapshot);
    window.type_into(SEARCH, "sip:e@x.test");
    window.click("Write to “e@x.test”");
    let _ = window.commands();
    assert!(window.says("e@x.test") && window.says("Messages over telephony"));
    window.type_and_enter(COMPOSER, "Hi");
    let send = Command::Chat(ChatCommand::Send { to: with, body: "Hi".to_owned() });
    assert!(window.commands().contains(&send));
}

/// Bob's words, and his conversation open.
fn said(words: &str) -> Driver {
    let mut window =
        Driver::new(with_bob(vec![message("bob", ago(noon(), 1), Direction::In, words)]));
    window.click("Bob");
    let _ = window.commands();
    window
}

fn place(to: &str) -> Command {
    Command::Call(CallCommand::Place {
        to: to.to_owned(),
        account: None,
        confirm: false,
        remember: false,
        linked: true,
        anonymous: false,
    })
}

#[test]
fn a_number_in_a_message_is_called_by_a_second_click_only() {
    let mut window = said("Ring me at +49 30 1234567 or sip:desk@example.com, please.");
    window.click("+49 30 1234567");
    assert_eq!(window.commands(), [], "not by the click on it");
    assert!(window.says("Call +49 30 1234567"));
    window.click("Call +49 30 1234567");
    assert_eq!(window.answer(Ok(Reply::Done {})), place("+49 30 1234567"));
    assert!(!window.says("Call +49 30 1234567"), "the choice is closed");
    window.click("sip:desk@example.com");
    window.click("Call sip:desk@example.com");
    assert_eq!(window.commands(), [place("sip:desk@example.com")]);
}

#[test]
fn what_may_cost_is_asked_for_before_a_link_is_called() {
    let mut window = said("Try +1 900 555 1212 today.");
    window.click("+1 900 555 1212");
    window.click("Call +1 900 555 1212");
    let cues = vec![Cue::new(CueKind::Pstn, "This may be charged.")];
    window.answer(Err(CommandError::ConfirmationNeeded(cues)));
    assert!(window.says("This may be charged."));
    assert_eq!(window.commands(), []);
}

#[test]
fn an_address_of_the_web_is_shown_whole_and_never_opened() {
    let url = "https://example.com/path?x=1";
    let mut window = said(&format!("See {url} for more."));
    window.click(url);
    assert!(window.says("Copy") && !window.mentions("Open"));
    assert_eq!(window.commands(), []);
    window.key(Keystroke::Escape);
    assert!(!window.says("Copy"));
}

#[test]
fn an_address_of_a_contact_leads_to_their_conversation() {
    let mut window = said("Write to xmpp:carol@xmpp.example.com");
    window.click("xmpp:carol@xmpp.example.com");
    assert!(window.mentions("Message Carol") || window.says("Carol"));
    assert!(!window.says("Copy"));
}
