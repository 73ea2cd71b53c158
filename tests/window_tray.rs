//! The window and the tray: what closing means, what is chosen in the tray, what it shows.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::command::{CallCommand, Command};
use dovetail::core::snapshot::Snapshot;
use dovetail::desktop::desk::{Act, Wish};
use dovetail::desktop::place::Kept;
use dovetail::desktop::tray::{Entry, Mark, Tray};
use dovetail::gui::GuiOptions;
use dovetail::gui::app::{Door, Happened, Keystroke, Look, Message, desktop};
use dovetail::model::call::{Ask, AskKind, Call, CallState, Direction};
use dovetail::model::id::CallId;
use dovetail::model::preferences::Change;
use dovetail::model::presence::Show;
use driver::Driver;
use futures::StreamExt as _;
use futures::executor::block_on;
use iced_test::runtime::{Action, task};
use window::{call, noon, snapshot, unanswered};

fn tray(there: bool) -> Message {
    Message::Desktop(desktop::Message::Tray(there))
}

fn wish(wish: Wish) -> Message {
    Message::Desktop(desktop::Message::Wish(wish))
}

fn on_call(id: &str, act: Act) -> Message {
    wish(Wish::OnCall(CallId::new(id), act))
}

/// Ctrl+Q.
fn quit(driver: &Driver) -> Message {
    let key = Happened::Key(Keystroke::Open(Door::Quit));
    Message::Window(driver.app.main_window().unwrap(), noon(), key)
}

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

fn incoming() -> Call {
    unanswered(CallState::Incoming, Direction::In, noon())
}

/// Whether the program ends by this.
fn ends(driver: &mut Driver, message: Message) -> bool {
    let task = driver.app.update(message);
    let Some(actions) = task::into_stream(task) else { return false };
    block_on(actions.any(|action| std::future::ready(matches!(action, Action::Exit))))
}

fn with_tray() -> Driver {
    let mut driver = Driver::new(snapshot());
    driver.take([tray(true)]);
    driver
}

fn close(driver: &mut Driver) -> bool {
    // What is written meanwhile waits for a disk.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _within = runtime.enter();
    let task = driver.app.close_main();
    let Some(actions) = task::into_stream(task) else { return false };
    block_on(actions.any(|action| std::future::ready(matches!(action, Action::Exit))))
}

#[test]
fn closing_leaves_the_program_in_the_tray_and_quitting_ends_it() {
    let mut driver = with_tray();
    assert!(!close(&mut driver), "it goes on");
    assert!(!driver.app.is_open());
    driver.take([wish(Wish::Raise)]);
    assert!(driver.app.is_open());
    assert!(driver.mentions("Dovetail went on in the tray"), "told once");
    driver.take([Message::DismissNotice]);
    close(&mut driver);
    driver.take([wish(Wish::Toggle)]);
    assert!(driver.app.is_open() && !driver.mentions("went on in the tray"));
    let quit = quit(&driver);
    assert!(ends(&mut driver, quit), "Ctrl+Q");
    assert!(ends(&mut driver, wish(Wish::Quit)), "the tray's menu");
}

#[test]
fn closing_ends_where_there_is_no_tray_or_the_person_wants_it() {
    assert!(close(&mut Driver::new(snapshot())));
    let mut driver = with_tray();
    driver.take([tray(false)]);
    assert!(close(&mut driver), "it has gone");
    let mut driver = with_tray();
    let options = GuiOptions::default();
    let mut preferences = options.preferences.clone();
    let _ = preferences.put(preferences.set().clone().with(Change::CloseToTray(false)));
    let mut wanted = Driver::opened(snapshot(), GuiOptions { preferences, ..options });
    wanted.take([tray(true)]);
    assert!(close(&mut wanted));
    assert!(!close(&mut driver));
}

#[test]
fn a_tray_that_goes_gives_the_window_back() {
    let mut driver = with_tray();
    driver.take([tray(false)]);
    assert!(driver.app.is_open());
    driver.take([tray(true)]);
    close(&mut driver);
    driver.take([tray(true)]);
    assert!(!driver.app.is_open());
    driver.take([tray(false)]);
    assert!(driver.app.is_open());
}

#[test]
fn a_click_on_the_icon_brings_the_window_and_takes_it_away() {
    let mut driver = with_tray();
    driver.take([wish(Wish::Toggle)]);
    assert!(!driver.app.is_open(), "it was in front");
    driver.take([wish(Wish::Toggle)]);
    assert!(driver.app.is_open());
    driver.focus(false);
    driver.take([wish(Wish::Toggle)]);
    assert!(driver.app.is_open(), "it was behind another");
}

#[test]
fn calls_go_on_without_the_main_window() {
    let mut driver = with_tray();
    driver.show(with(vec![incoming()]));
    assert!(driver.ringing().is_none(), "it stands in the main window");
    close(&mut driver);
    assert!(driver.ringing().is_some(), "now it has one of its own");
    driver.take([wish(Wish::Raise)]);
    assert!(driver.ringing().is_none() && driver.says("Answer"));

    close(&mut driver);
    driver.take([on_call("call-1", Act::HangUp)]);
    assert_eq!(driver.commands(), [], "nothing to hang up yet");
    driver.take([on_call("call-1", Act::Answer)]);
    let answer = Command::Call(CallCommand::Answer(CallId::new("call-1")));
    assert!(driver.commands().contains(&answer));
    assert!(driver.app.is_open(), "what can be done with it stands there");

    close(&mut driver);
    driver.show(with(vec![call(CallState::Active, Direction::In, noon())]));
    assert!(!driver.app.is_open() && driver.ringing().is_none());
    driver.take([on_call("call-1", Act::Answer), on_call("call-1", Act::Decline)]);
    assert_eq!(driver.commands(), [], "it was answered already");
    driver.take([on_call("call-1", Act::Mute(true)), on_call("call-1", Act::HangUp)]);
    let id = CallId::new("call-1");
    let expected = [CallCommand::Mute { call: id.clone(), on: true }, CallCommand::Hangup(id)];
    assert_eq!(driver.commands(), expected.map(Command::Call));
    driver.take([on_call("call-9", Act::HangUp)]);
    assert_eq!(driver.commands(), []);
}

#[test]
fn a_question_of_the_other_side_brings_the_window() {
    let mut driver = with_tray();
    let active = call(CallState::Active, Direction::In, noon());
    driver.show(with(vec![active.clone()]));
    close(&mut driver);
    let ask = Some(Ask {
        kind: AskKind::Unencrypted,
        uri: "sip:bob@sip.example.com".to_owned(),
        display: "Bob".to_owned(),
        cues: Vec::new(),
    });
    driver.show(with(vec![Call { ask: ask.clone(), ..active.clone() }]));
    assert!(driver.app.is_open(), "nothing is heard until it is answered");
    close(&mut driver);
    driver.show(with(vec![Call { ask, muted: true, ..active }]));
    assert!(!driver.app.is_open(), "once");
}

#[test]
fn a_start_in_the_tray_waits_for_it_and_opens_without() {
    let begin = || Driver::opened(snapshot(), GuiOptions { in_tray: true, ..Default::default() });
    let due = || Message::Desktop(desktop::Message::TrayIsDue);
    let mut driver = begin();
    driver.take([tray(false)]);
    assert!(!driver.app.is_open(), "it may come up yet");
    driver.take([due()]);
    assert!(driver.app.is_open());
    let mut driver = begin();
    driver.take([tray(true), due()]);
    assert!(!driver.app.is_open());
    driver.show(with(vec![incoming()]));
    assert!(driver.ringing().is_some());
}

#[test]
fn the_tray_shows_what_the_window_shows() {
    let shown = Tray::default();
    let options = GuiOptions { tray: shown.clone(), ..GuiOptions::default() };
    let mut driver = Driver::opened(snapshot(), options);
    assert_eq!(shown.face().words, ["2 unread messages", "Available"]);
    assert_eq!(shown.face().mark, Mark::New);
    let mut rings = incoming();
    rings.peer.display = format!("Bob\u{202E}\n{}", "x".repeat(500));
    let many: Vec<Call> =
        (0..40).map(|at| Call { id: CallId::new(format!("call-{at}")), ..rings.clone() }).collect();
    driver.show(with(many));
    let face = shown.face();
    let first = face.words.first().unwrap();
    assert!(first.starts_with("\u{2068}Bob xxx") && first.ends_with("…\u{2069} is calling"));
    assert!(first.chars().count() < 100 && face.menu.len() < 30, "bounded");
    let answers = face.menu.iter().filter(|entry| matches!(entry, Entry::Do("Answer", _)));
    assert_eq!(answers.count(), 4);

    let mut quiet = snapshot();
    (quiet.conversations, quiet.presence) = (Arc::default(), Show::Dnd);
    driver.show(quiet);
    assert_eq!(
        (shown.face().mark, shown.face().words),
        (Mark::Plain, vec!["Do not disturb".to_owned()])
    );
    let nobody = Tray::default();
    let options = GuiOptions { tray: nobody.clone(), ..GuiOptions::default() };
    let _first_run = Driver::opened(Snapshot::default(), options);
    assert_eq!(nobody.face().words, ["No account yet"]);
    assert!(!nobody.face().menu.is_empty(), "from the first moment");
    driver.show(window::both_down(Snapshot { conversations: Arc::default(), ..snapshot() }));
    assert_eq!(shown.face().mark, Mark::Offline);
}

#[test]
fn what_fills_the_screen_goes_back_to_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("window.json");
    let begin = || {
        let place = Kept::read(file.clone());
        Driver::opened(snapshot(), GuiOptions { place, ..GuiOptions::default() })
    };
    let mut driver = begin();
    let id = driver.app.main_window().unwrap();
    let mut happens = |happened| driver.take([Message::Window(id, noon(), happened)]);
    let look = |fills, x| Look { fills, scale: 1.0, at: Some(iced::Point::new(x, 50.0)) };
    happens(Happened::Resized(iced::Size::new(800.0, 600.0)));
    happens(Happened::Looked(look(false, 40.0)));
    happens(Happened::Resized(iced::Size::new(1920.0, 1080.0)));
    happens(Happened::Looked(look(true, 0.0)));
    // Closed and brought back, the person is told what closing does, once and for all.
    driver.take([tray(true)]);
    close(&mut driver);
    driver.take([wish(Wish::Raise)]);
    assert!(driver.mentions("went on in the tray"));
    let quit = quit(&driver);
    assert!(ends(&mut driver, quit));

    let kept = Kept::read(file.clone()).place();
    assert_eq!((kept.size, kept.at), ((800.0, 600.0), Some((40.0, 50.0))));
    assert!(kept.maximized && kept.told_of_tray);
    let mut driver = begin();
    driver.take([tray(true)]);
    close(&mut driver);
    driver.take([wish(Wish::Raise)]);
    assert!(!driver.mentions("went on in the tray"));
}
