//! The section of the history: how much there is, written into a file, and deleted only after it
//! was said what goes. And that of the shortcuts.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::path::{Path, PathBuf};

use dovetail::core::command::{Command, CommandError, HistoryCommand, Reply, WorkCommand};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::GuiOptions;
use dovetail::gui::app::shortcuts::listed;
use dovetail::gui::app::{Message, pages};
use dovetail::gui::files::Files;
use dovetail::gui::screen::settings::{self, Section, history};
use dovetail::gui::screen::{Go, sidebar};
use dovetail::lang::{self, Language};
use dovetail::model::history::{Counted, Deleted, Scope};
use dovetail::model::id::WorkId;
use dovetail::model::time::Timestamp;
use dovetail::model::work::{Work, WorkKind};
use driver::Driver;
use window::snapshot;

const ALL: Counted = Counted { entries: 1_234, waiting: 2, first: None, bytes: Some(8_400_000) };

fn counted() -> Counted {
    Counted { first: Some(Timestamp::parse("2024-03-12T09:00:00Z").unwrap()), ..ALL }
}

fn go(window: &mut Driver, section: Section) {
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Settings(section)))]);
}

fn count(scope: Scope) -> Command {
    Command::History(HistoryCommand::Count(scope))
}

/// The section, with its figures.
fn open(folder: &Path) -> Driver {
    let files = Files { folder: Some(folder.to_owned()), ..Files::default() };
    let options = GuiOptions { files, ..GuiOptions::default() };
    let mut window = Driver::opened_sized(snapshot(), options, 1120.0, 1_600.0);
    go(&mut window, Section::History);
    assert!(window.says("Counting…"));
    assert_eq!(window.answer(Ok(Reply::Counted(counted()))), count(Scope::default()));
    window
}

#[test]
fn it_is_said_how_much_there_is_since_when_and_how_large() {
    let window = open(Path::new("/home/alice"));
    for words in ["1236", "12 March 2024", "8.4\u{a0}MB"] {
        assert!(window.says(words), "{words}");
    }
}

#[test]
fn figures_that_cannot_be_had_are_told() {
    let mut window = Driver::new(snapshot());
    go(&mut window, Section::History);
    window.answer(Err(CommandError::Refused("The history cannot be read.".to_owned())));
    assert!(window.mentions("The history cannot be read."));
}

#[test]
fn all_of_it_is_written_into_a_file_that_is_proposed() {
    let mut window = open(Path::new("/home/alice"));
    window.click("Write the file");
    let path = PathBuf::from("/home/alice/dovetail-history-2026-03-01-1100.jsonl");
    let export = HistoryCommand::Export { path: Some(path.clone()), scope: Scope::default() };
    // Once is enough while it is written.
    window.click("Write the file");
    let done = Reply::Exported { path: path.clone(), entries: 1_236 };
    assert_eq!(window.answer(Ok(done)), Command::History(export));
    assert!(window.commands().is_empty());
    assert!(window.says(&format!("1236 entries are in {}.", path.display())));
    window.click("Copy path");
    assert_eq!(window.copied(), Some(path.display().to_string()));
}

#[test]
fn what_is_written_shows_how_far_it_is_and_is_called_off() {
    let mut window = open(Path::new("/home/alice"));
    window.click("Write the file");
    let work = Work {
        id: WorkId::new("9"),
        kind: WorkKind::HistoryExport,
        account: None,
        done: 500,
        total: Some(1_000),
        can_cancel: true,
    };
    window.show(Snapshot { work: vec![work], ..snapshot() });
    assert!(window.says("Writing your history into a file: 50%"));
    window.click("Cancel");
    window.answer(Err(CommandError::Cancelled));
    assert_eq!(window.commands(), [Command::Work(WorkCommand::Cancel(WorkId::new("9")))]);
    window.show(snapshot());
    assert!(!window.mentions("Writing your history") && !window.mentions("called it off"));
    window.click("Write the file");
    assert_eq!(window.commands().len(), 1, "and it can be begun again");
}

#[test]
fn a_path_that_is_none_is_said_at_the_field_and_a_refusal_too() {
    let mut window = open(Path::new("/home/alice"));
    let typed = settings::Message::History(history::Message::Typed("out.jsonl".to_owned()));
    window.take([Message::Pages(pages::Message::Settings(typed))]);
    window.click("Write the file");
    assert!(window.mentions("Write the whole path of a new file"));
    assert!(window.commands().is_empty());
    let typed = settings::Message::History(history::Message::Typed("/x/out.jsonl".to_owned()));
    window.take([Message::Pages(pages::Message::Settings(typed))]);
    assert!(!window.mentions("Write the whole path of a new file"));
    window.click("Write the file");
    let text = "/x/out.jsonl is there already and was left alone. Name another file.";
    window.answer(Err(CommandError::Refused(text.to_owned())));
    assert!(window.mentions("is there already and was left alone"));
}

#[test]
fn nothing_goes_before_it_was_said_what_and_confirmed() {
    let mut window = open(Path::new("/home/alice"));
    window.click("Older than a year");
    window.click("Delete…");
    assert!(window.says("Counting…"));
    let before = Some(Timestamp::parse("2025-03-01T00:00:00Z").unwrap());
    let scope = Scope { before, ..Scope::default() };
    let would = Counted { entries: 34, waiting: 1, first: None, bytes: None };
    assert_eq!(window.answer(Ok(Reply::Counted(would))), count(scope.clone()));
    assert!(window.says("Delete everything from before 1 March 2025: 34 messages and calls?"));
    assert!(window.says("One message still waits to be sent, and stays."));
    assert!(window.mentions("gone for good from this computer"));

    window.click("Keep");
    assert!(window.commands().is_empty() && !window.mentions("34 messages"));
    window.click("Delete…");
    window.answer(Ok(Reply::Counted(would)));
    let buttons = window.texts_at("Delete");
    let button = buttons.last().unwrap();
    window.click_at(button.center_x(), button.center_y());
    let deleted = Reply::Deleted(Deleted { deleted: 34, waiting: 1 });
    let asked = window.answer(Ok(deleted));
    assert_eq!(asked, Command::History(HistoryCommand::Delete(scope)));
    assert!(window.says("34 entries are gone."));
    let left = Counted { entries: 1_200, ..counted() };
    assert_eq!(window.answer(Ok(Reply::Counted(left))), count(Scope::default()));
    assert!(window.says("1202"), "it was counted again");
}

#[test]
fn one_person_is_chosen_and_only_theirs_is_meant() {
    let mut window = open(Path::new("/home/alice"));
    window.click("One person");
    assert_eq!(window.texts_at("Choose a person above first.").len(), 2);
    window.click("Write the file");
    window.click("Delete…");
    assert!(window.commands().is_empty(), "greyed until somebody is chosen");
    window.type_into(history::WHO, "nobody at all");
    assert!(window.says("No conversation matches."));
    let bob = snapshot().conversations.first().unwrap().with.clone();
    let typed = settings::Message::History(history::Message::Who(bob.to_string()));
    window.take([Message::Pages(pages::Message::Settings(typed))]);
    let found: Vec<String> = window.texts_from(500.0);
    let line = found.iter().find(|line| line.ends_with(&format!(" · {bob}"))).unwrap().clone();
    window.click(&line);
    window.click("Delete…");
    let would = Counted { entries: 1, ..Counted::default() };
    assert_eq!(window.answer(Ok(Reply::Counted(would))), count(Scope::with(&bob.to_string())));
    assert!(window.mentions(&format!("({bob}): one message or call?")));
    // What is theirs is gone, and so is the way to mean them.
    let buttons = window.texts_at("Delete");
    let button = buttons.last().unwrap();
    window.click_at(button.center_x(), button.center_y());
    window.answer(Ok(Reply::Deleted(Deleted { deleted: 1, waiting: 0 })));
    window.commands();
    assert!(window.says("One entry is gone."));
    assert_eq!(window.texts_at("Choose a person above first.").len(), 2);
    window.click(&line);
    window.click("Delete…");
    window.answer(Ok(Reply::Counted(would)));
    assert!(window.mentions(&format!("({bob}): one message or call?")));
    // Somebody else is meant now: the question is none any more.
    window.click("Everybody");
    assert!(!window.mentions("one message or call?"));
    window.click("Delete…");
    window.answer(Ok(Reply::Counted(Counted::default())));
    assert!(window.says("There is nothing of that to delete."));
}

#[test]
fn all_shortcuts_stand_in_the_settings_also_where_it_is_narrow() {
    for (width, height) in [(1120.0, 4_000.0), (360.0, 6_000.0)] {
        for language in Language::ALL {
            let mut window = Driver::sized(snapshot(), width, height);
            lang::speak(language);
            go(&mut window, Section::Shortcuts);
            for row in listed() {
                assert!(window.says((row.name)()), "{}", (row.name)());
                assert!(window.says(&row.chord.words()), "{}", row.chord.words());
            }
            assert!(window.widths().iter().all(|(_, to)| *to <= width + 0.5), "{language:?}");
        }
    }
    lang::speak(Language::English);
}
