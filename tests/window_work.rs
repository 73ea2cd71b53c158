//! Long work in the window: a line that comes when something takes long, and goes with it.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{Command, WorkCommand};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::widget::progress;
use dovetail::model::id::WorkId;
use dovetail::model::work::{Work, WorkKind};
use driver::Driver;
use window::snapshot;

fn at(kind: WorkKind, done: u64, total: Option<u64>) -> Snapshot {
    let can_cancel = kind != WorkKind::HistoryDelete;
    let work = Work { id: WorkId::new("1"), kind, account: None, done, total, can_cancel };
    Snapshot { work: vec![work], ..snapshot() }
}

/// As the window's timer says it.
fn wait(window: &mut Driver) {
    let id = WorkId::new("1");
    window.take([Message::Progress(progress::Message::Due(id))]);
}

#[test]
fn only_what_takes_long_is_shown_and_it_goes_when_done() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut window = Driver::sized(snapshot(), width, height);
        window.show(at(WorkKind::HistoryExport, 0, None));
        assert!(!window.mentions("Writing your history"));
        wait(&mut window);
        assert!(window.says("Writing your history into a file…"));
        window.show(at(WorkKind::HistoryExport, 999, Some(2_000)));
        assert!(window.says("Writing your history into a file: 49%"));
        window.show(snapshot());
        assert!(!window.mentions("Writing your history"));
        // The next one waits as well.
        window.show(at(WorkKind::HistoryExport, 0, None));
        assert!(!window.mentions("Writing your history"));
    }
}

#[test]
fn it_is_called_off_once() {
    let mut window = Driver::new(snapshot());
    window.show(at(WorkKind::ContactCards, 120, Some(1_000)));
    wait(&mut window);
    assert!(window.says("Reading contact cards: 120 of 1000"));
    window.click("Cancel");
    window.click("Cancel");
    let cancel = Command::Work(WorkCommand::Cancel(WorkId::new("1")));
    assert_eq!(window.commands(), [cancel]);
}

#[test]
fn what_cannot_be_called_off_offers_no_such_thing() {
    let mut window = Driver::new(snapshot());
    window.show(at(WorkKind::HistoryDelete, 0, None));
    wait(&mut window);
    assert!(window.says("Deleting from your history…"));
    assert!(!window.says("Cancel"));
}
