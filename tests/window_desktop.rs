//! What the desktop around wants of the window: addresses that other programs hand over.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{CallCommand, ChatCommand, Command, CommandError, Cue, CueKind};
use dovetail::desktop::desk::Wish;
use dovetail::desktop::uri::Target;
use dovetail::gui::app::{Message, desktop};
use dovetail::gui::screen::conversation::{self, COMPOSER};
use dovetail::model::account::{AccountKind, AccountState};
use driver::Driver;
use window::snapshot;

fn open(uri: &str) -> Message {
    Message::Desktop(desktop::Message::Wish(Wish::Open(Target::read(uri).unwrap())))
}

fn prepare(to: &str) -> Command {
    Command::Call(CallCommand::Prepare { to: to.to_owned(), account: None, linked: true })
}

fn asked() -> CommandError {
    let text = "A link or another program asks for this call. You are about to call zoe.";
    CommandError::ConfirmationNeeded(vec![Cue::new(CueKind::Pstn, text)])
}

#[test]
fn a_call_that_another_program_wants_is_asked_about_and_then_placed() {
    let mut driver = Driver::new(snapshot());
    driver.take([open("sip:zoe@sip.example.com")]);
    assert_eq!(driver.answer(Err(asked())), prepare("sip:zoe@sip.example.com"));
    assert!(driver.says("Call zoe@sip.example.com?"));
    assert!(driver.mentions("another program asks for this call"));
    assert!(driver.commands().is_empty(), "nothing happens before the answer");
    driver.click("Call anyway");
    let placed = driver.commands();
    let [Command::Call(CallCommand::Place { to, confirm: true, linked: true, .. })] = &placed[..]
    else {
        panic!("{placed:?}")
    };
    assert_eq!(to, "sip:zoe@sip.example.com");

    driver.take([open("tel:+13035551212")]);
    driver.answer(Err(asked()));
    driver.click("Cancel");
    assert!(driver.commands().is_empty(), "no is no");

    driver.take([open("tel:+13035551212")]);
    driver.answer(Err(CommandError::Refused("Your provider does not reach it.".to_owned())));
    assert!(driver.says("Your provider does not reach it."));
}

#[test]
fn a_call_waits_until_telephony_can_say_what_it_costs() {
    let mut starting = snapshot();
    let phones = starting.accounts.iter_mut().filter(|account| account.kind == AccountKind::Sip);
    phones.for_each(|phone| phone.state = AccountState::Connecting);
    let mut driver = Driver::new(starting);
    driver.take([open("tel:+13035551212"), open("sip:zoe@sip.example.com")]);
    assert!(driver.commands().is_empty());
    driver.show(snapshot());
    assert_eq!(driver.answer(Err(asked())), prepare("sip:zoe@sip.example.com"), "the last wish");
    driver.show(snapshot());
    assert!(driver.commands().is_empty(), "once");
}

#[test]
fn words_of_another_program_are_a_draft_below_what_the_person_wrote() {
    let mut driver = Driver::new(snapshot());
    driver.take([open("xmpp:zoe@xmpp.example.com")]);
    driver.type_into(COMPOSER, "Mine.");
    driver.take([open("xmpp:zoe@xmpp.example.com?message;body=Theirs%3F")]);
    let sent = |command: &Command| matches!(command, Command::Chat(ChatCommand::Send { .. }));
    assert!(!driver.commands().iter().any(sent), "nothing is sent by itself");
    driver.press("Send");
    let commands = driver.commands();
    let bodies = commands.iter().filter_map(|command| match command {
        Command::Chat(ChatCommand::Send { to, body }) => Some((to.to_string(), body.as_str())),
        _ => None,
    });
    let expected = ("zoe@xmpp.example.com".to_owned(), "Mine.\nTheirs?");
    assert_eq!(bodies.collect::<Vec<_>>(), [expected]);
}

#[test]
fn another_program_cannot_fill_the_draft() {
    let mut driver = Driver::new(snapshot());
    let again = "xmpp:bob@xmpp.example.com?message;body=again";
    driver.take([open(again), open(again)]);
    driver.take([Message::Conversation(conversation::Message::Send)]);
    let sent = |driver: &mut Driver| {
        let commands = driver.commands();
        commands.into_iter().find_map(|command| match command {
            Command::Chat(ChatCommand::Send { body, .. }) => Some(body),
            _ => None,
        })
    };
    assert_eq!(sent(&mut driver).as_deref(), Some("again"));
    for number in 0..40 {
        let words = format!("{number:03}").repeat(400);
        driver.take([open(&format!("xmpp:bob@xmpp.example.com?message;body={words}"))]);
    }
    driver.take([Message::Conversation(conversation::Message::Send)]);
    let length = sent(&mut driver).unwrap().len();
    assert!((8 << 10..17 << 10).contains(&length), "{length}");
}
