//! The section for when something does not work: a report to send, tests of both sides, and where
//! things are.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::path::Path;
use std::time::{Duration, Instant};

use dovetail::check::{Item, Line, Part, Report, Verdict};
use dovetail::config::Profile;
use dovetail::core::command::{AccountCommand, Command, CommandError, Reply, WorkCommand};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::GuiOptions;
use dovetail::gui::app::Message;
use dovetail::gui::files::Files;
use dovetail::gui::screen::settings::{Section, diagnostics};
use dovetail::gui::screen::{Go, sidebar};
use dovetail::lang::{self, Language};
use dovetail::model::id::{AccountId, WorkId};
use dovetail::model::work::{Work, WorkKind};
use driver::Driver;
use window::snapshot;

fn open(window: &mut Driver) {
    let go = Go::Settings(Section::Diagnostics);
    window.take([Message::Sidebar(sidebar::Message::Go(go))]);
}

fn at(folder: &Path) -> Driver {
    let profile = Profile::at(&folder.join("profile"));
    profile.create().unwrap();
    let files = Files { folder: Some(folder.to_owned()), ..Files::of(&profile, true) };
    let mut window = Driver::opened(snapshot(), GuiOptions { files, ..GuiOptions::default() });
    open(&mut window);
    window
}

/// Lets the disk do what it does, until the window says this.
fn until(window: &mut Driver, words: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    while !window.mentions(words) {
        assert!(Instant::now() < end, "{words}");
        window.commands();
    }
}

#[test]
fn a_report_is_saved_where_the_person_says_and_its_path_can_be_copied() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = at(dir.path());
    assert!(window.mentions("Passwords, messages, names and numbers are taken out"));
    let path = dir.path().join("dovetail-report-2026-03-01-1100.txt");
    let secret = "[[xmpp]]\njid = \"alice@example.com\"\npassword_inline = \"hunter2\"\n";
    std::fs::write(dir.path().join("profile/config.toml"), secret).unwrap();

    window.click("Save a report");
    until(&mut window, "The report is in");
    let report = std::fs::read_to_string(&path).unwrap();
    assert!(report.contains("## Configuration") && !report.contains("hunter2"), "{report}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    window.click("Copy path");
    assert_eq!(window.copied(), Some(path.display().to_string()));

    // Once more: what is there is left alone.
    std::fs::write(&path, "mine").unwrap();
    window.click("Save a report");
    until(&mut window, "is there already and was left alone");
    assert!(!window.mentions("The report is in"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");

    // Another name, by typing and Enter.
    window.type_and_enter(diagnostics::PLACE, "2");
    until(&mut window, "The report is in");
    let files = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(files.filter(|name| name.to_string_lossy().contains("report")).count(), 2);
}

#[test]
fn a_path_that_is_none_and_a_folder_that_is_not_there_are_said_at_the_field() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = at(dir.path());
    window.type_into(diagnostics::PLACE, "/x/y/z.txt");
    window.click("Save a report");
    until(&mut window, "There is no such folder");
    let typed = diagnostics::Message::Typed("report.txt".to_owned());
    let typed = dovetail::gui::screen::settings::Message::Diagnostics(typed);
    window.take([Message::Pages(dovetail::gui::app::pages::Message::Settings(typed))]);
    assert!(!window.mentions("There is no such folder"));
    window.click("Save a report");
    assert!(window.mentions("Write the whole path of a new file"));
}

#[test]
fn version_profile_and_log_are_shown_and_copied() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = at(dir.path());
    let profile = dir.path().join("profile");
    assert!(window.says(&format!("Dovetail {}", env!("CARGO_PKG_VERSION"))));
    assert!(window.says(&profile.display().to_string()));
    assert!(window.says(&profile.join("dovetail.log").display().to_string()));
    let copies = window.texts_at("Copy");
    assert_eq!(copies.len(), 3);
    window.click_at(copies[2].center_x(), copies[2].center_y());
    assert_eq!(window.copied(), Some(profile.join("dovetail.log").display().to_string()));
}

#[test]
fn without_a_profile_there_is_nothing_to_save() {
    let mut window = Driver::new(snapshot());
    open(&mut window);
    assert!(window.says("This window has no profile to report on."));
    assert!(window.says("No log is written here."));
    window.click("Save a report");
    assert!(!window.says("Saving…"));
}

fn report(lines: Vec<Line>) -> Reply {
    Reply::Check(Box::new(Report { subject: "alice@example.com".to_owned(), lines }))
}

fn checking(account: &str) -> Snapshot {
    let work = Work {
        id: WorkId::new("7"),
        kind: WorkKind::AccountCheck,
        account: Some(AccountId::new(account)),
        done: 0,
        total: None,
        can_cancel: true,
    };
    Snapshot { work: vec![work], ..snapshot() }
}

#[test]
fn each_account_is_tested_here_and_told_in_a_sentence_and_its_lines() {
    let mut window = Driver::sized(snapshot(), 1120.0, 1_400.0);
    open(&mut window);
    let line = |item, verdict, found: &str| Line::new(Part::Chat, item, verdict, found);
    let port = || line(Item::Port, Verdict::Ok, "c.example.com:5223 is open");
    let card = || line(Item::Card, Verdict::Warning, "the card names no number").advice("Add it.");
    let tls = || line(Item::Tls, Verdict::Problem, "The certificate has expired.").advice("Renew.");
    for (lines, sum) in [
        (vec![port()], "Everything works."),
        (vec![port(), card()], "It works. One thing could be better."),
        (vec![port(), card(), tls(), tls()], "2 things do not work."),
    ] {
        window.click("Test connection");
        assert!(window.says("Testing…"));
        let asked = window.answer(Ok(report(lines)));
        assert_eq!(asked, Command::Account(AccountCommand::Check(AccountId::new("chat"))));
        assert!(window.says(sum), "{sum}");
        assert!(window.says("Port: c.example.com:5223 is open"));
    }
    assert!(window.says("Renew.") && window.says("Add it."));
}

#[test]
fn a_test_is_called_off_and_nothing_is_said_of_it() {
    let mut window = Driver::sized(snapshot(), 1120.0, 1_400.0);
    open(&mut window);
    window.click("Test connection");
    assert!(!window.says("Cancel"), "nothing runs yet that could be called off");
    // One of the other account is none of this one's.
    window.show(checking("telephony"));
    assert!(!window.says("Cancel"));
    window.show(checking("chat"));
    window.click("Cancel");
    let asked = window.answer(Err(CommandError::Cancelled));
    assert_eq!(asked, Command::Account(AccountCommand::Check(AccountId::new("chat"))));
    let cancel = Command::Work(WorkCommand::Cancel(WorkId::new("7")));
    assert_eq!(window.commands(), [cancel]);
    window.show(snapshot());
    assert!(!window.mentions("called it off") && !window.says("Testing…"));
    assert_eq!(window.texts_at("Test connection").len(), 2);
}

#[test]
fn the_section_speaks_every_language_at_every_width() {
    for language in Language::ALL {
        for width in [1600.0, 1120.0, 360.0] {
            let mut window = Driver::sized(snapshot(), width, 900.0);
            lang::speak(language);
            open(&mut window);
            assert!(window.mentions(Section::Diagnostics.name()), "{language:?}");
            assert!(
                window.widths().iter().all(|(_, to)| *to <= width + 0.5),
                "{language:?} {width}"
            );
        }
    }
    lang::speak(Language::English);
}
