//! The window by keyboard: the palette, the sheet of shortcuts, and the list.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::book::search::{Found, FoundKind};
use dovetail::core::command::{
    BookCommand, BookReply, CallCommand, Command, CommandError, HistoryCommand, Reply,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Door, Keystroke, Message, Shortcut, Step, shortcuts};
use dovetail::gui::screen::{name_of, palette, shortcuts as sheet, sidebar};
use dovetail::lang::{self, Language};
use dovetail::model::call::{CallState, Direction};
use dovetail::model::id::CallId;
use dovetail::model::presence::Show;
use driver::Driver;
use window::{jid, noon, snapshot, unanswered};

fn palette_in(snapshot: Snapshot) -> Driver {
    let mut window = Driver::new(snapshot);
    window.key(Keystroke::Open(Door::Palette));
    window
}

fn key(window: &mut Driver, key: Keystroke) {
    window.key(key);
}

/// Right of the side panel stands a conversation with this name.
fn has_open(window: &Driver, name: &str) -> bool {
    window.offers("Details") && window.texts_from(330.0).iter().any(|text| text == name)
}

fn juliet() -> Found {
    Found {
        kind: FoundKind::Contact,
        name: "Juliet".to_owned(),
        jid: Some(jid("juliet")),
        id: None,
        account: None,
        numbers: Vec::new(),
    }
}

/// The hub answers what the palette asks: one contact, and one message.
fn found(command: &Command) -> Reply {
    match command {
        Command::Book(BookCommand::Search { .. }) => Reply::Book(BookReply::Found(vec![juliet()])),
        Command::History(HistoryCommand::Search { .. }) => {
            let said = window::message("bob", noon(), Direction::In, "July is when the lab moves");
            Reply::History(vec![(*said).clone()])
        }
        _ => Reply::Done {},
    }
}

fn placed(to: &str) -> Command {
    Command::Call(CallCommand::Place {
        to: to.to_owned(),
        account: None,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    })
}

#[test]
fn the_palette_finds_people_and_what_was_said() {
    let mut window = palette_in(snapshot());
    assert!(window.says("People") && window.says("Actions"), "what can be done is there at once");
    window.type_into(palette::FIELD, "jul");
    while window.answer_with(found) {}
    assert!(window.says("July is when the lab moves"));
    key(&mut window, Keystroke::Enter);
    assert!(!window.offers(palette::FIELD), "it is closed");
    assert!(has_open(&window, "Juliet"));
}

#[test]
fn answers_to_what_was_typed_before_are_not_shown() {
    let mut window = palette_in(snapshot());
    window.type_into(palette::FIELD, "j");
    window.type_into(palette::FIELD, "u");
    let old = [window.answer(Ok(found_people())), window.answer(Ok(Reply::History(Vec::new())))];
    assert!(matches!(&old[0], Command::Book(BookCommand::Search { text, .. }) if text == "j"));
    assert!(window.says("Nothing fits."));
    while window.answer_with(found) {}
    assert!(!window.says("Nothing fits."));
}

fn found_people() -> Reply {
    Reply::Book(BookReply::Found(vec![juliet()]))
}

#[test]
fn a_search_that_fails_leaves_the_rest() {
    let mut window = palette_in(snapshot());
    window.type_into(palette::FIELD, "a");
    window.answer(Err(CommandError::Internal("broken".to_owned())));
    window.answer(Err(CommandError::Internal("broken".to_owned())));
    assert!(window.says("Accounts") && !window.mentions("broken"));
}

#[test]
fn what_is_typed_into_the_palette_is_called() {
    let mut window = palette_in(snapshot());
    window.type_into(palette::FIELD, "+49 30 555 0100");
    while window.answer_with(|_| Reply::Done {}) {}
    key(&mut window, Keystroke::Enter);
    assert_eq!(window.commands(), [placed("+49 30 555 0100")]);
    assert!(!window.offers(palette::FIELD));
}

#[test]
fn the_palette_does_what_a_shortcut_does() {
    let mut window = palette_in(snapshot());
    window.type_into(palette::FIELD, "disturb");
    while window.answer_with(|_| Reply::Done {}) {}
    // The words of a name in any order, by their beginnings.
    key(&mut window, Keystroke::Enter);
    let wanted = Command::Presence { show: Show::Dnd, status: String::new() };
    assert_eq!(window.commands(), [wanted]);
}

#[test]
fn the_palette_offers_only_what_can_be_done() {
    let window = palette_in(snapshot());
    assert!(!window.says("Hang up") && !window.says("Answer the call"));
    let ringing = unanswered(CallState::Incoming, Direction::In, noon());
    let mut window = palette_in(Snapshot { calls: vec![ringing], ..snapshot() });
    window.type_into(palette::FIELD, "answer");
    assert!(window.says("Answer the call"));
}

#[test]
fn keys_of_the_palette_reach_no_call() {
    let ringing = unanswered(CallState::Incoming, Direction::In, noon());
    for door in [Door::Palette, Door::Sheet] {
        let mut window = Driver::new(snapshot());
        key(&mut window, Keystroke::Open(door));
        window.show(Snapshot { calls: vec![ringing.clone()], ..snapshot() });
        assert!(window.says("Decline"), "the call stays in sight");
        for stroke in [Keystroke::Leave, Keystroke::Open(door), Keystroke::Escape] {
            key(&mut window, stroke);
            assert_eq!(window.commands(), [], "{stroke:?}");
            key(&mut window, Keystroke::Open(door));
        }
        key(&mut window, Keystroke::Open(door));
    }
    // The one for calls still does what it says.
    let mut window = palette_in(Snapshot { calls: vec![ringing], ..snapshot() });
    key(&mut window, Keystroke::OnCall(Shortcut::Decline));
    let decline = CallCommand::Decline { call: CallId::new("call-1"), message: None };
    assert_eq!(window.commands(), [Command::Call(decline)]);
}

#[test]
fn the_choice_moves_with_the_arrows_and_calls() {
    let mut window = palette_in(snapshot());
    // The second of the conversations, and up again to the first.
    let with = |at: usize| snapshot().conversations[at].with.to_string();
    key(&mut window, Keystroke::Move(Step::Down));
    key(&mut window, Keystroke::OnCall(Shortcut::Call));
    assert_eq!(window.commands(), [placed(&with(1))]);
    let mut window = palette_in(snapshot());
    key(&mut window, Keystroke::Move(Step::Down));
    key(&mut window, Keystroke::Move(Step::Up));
    key(&mut window, Keystroke::OnCall(Shortcut::Call));
    assert_eq!(window.commands(), [placed(&with(0))]);
}

#[test]
fn the_sheet_lists_every_shortcut_in_every_language() {
    for language in Language::ALL {
        lang::speak(language);
        let mut window = Driver::sized(snapshot(), 1120.0, 1600.0);
        key(&mut window, Keystroke::Open(Door::Sheet));
        for row in shortcuts::listed() {
            assert!(window.says((row.name)()), "{}", (row.name)());
            assert!(window.says(&row.chord.words()), "{}", row.chord.words());
        }
    }
    lang::speak(Language::English);
    let mut window = Driver::sized(snapshot(), 360.0, 640.0);
    key(&mut window, Keystroke::Open(Door::Sheet));
    window.type_into(sheet::FIELD, "ctrl q");
    assert!(window.says("Quit") && !window.says("Hang up"));
    key(&mut window, Keystroke::Escape);
    assert!(!window.offers(sheet::FIELD));
}

#[test]
fn the_list_is_gone_through_by_keys() {
    let mut window = Driver::new(snapshot());
    let moved = |by| Message::Sidebar(sidebar::Message::Move(by));
    window.take([moved(1)]);
    window.take([Message::Sidebar(sidebar::Message::CallChosen)]);
    let conversations = snapshot().conversations;
    assert_eq!(window.commands(), [placed(&conversations[0].with.to_string())]);
    window.take([moved(1), Message::Sidebar(sidebar::Message::Submit)]);
    let name = |at: usize| name_of(&snapshot(), &conversations[at].with);
    assert!(has_open(&window, &name(1)));
    // From the one that is open to the one above it.
    key(&mut window, Keystroke::Move(Step::PreviousConversation));
    assert!(has_open(&window, &name(0)));
}
