//! The test of an account's connection, on the page of the accounts.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::check::{Item, Line, Part, Report, Verdict};
use dovetail::core::command::{AccountCommand, Command, CommandError, Reply};
use dovetail::gui::app::Message;
use dovetail::gui::screen::{Go, sidebar};
use dovetail::model::id::AccountId;
use driver::Driver;
use window::snapshot;

#[test]
fn an_account_s_connection_is_tested_and_told_line_by_line() {
    let mut window = Driver::sized(snapshot(), 1120.0, 3_000.0);
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Accounts))]);
    window.click("Test connection");
    assert!(window.says("Testing…"));
    let line = |item, verdict, found: &str| Line::new(Part::Chat, item, verdict, found);
    let lines = vec![
        line(Item::Port, Verdict::Ok, "c.example.com:5223 is open"),
        line(Item::Tls, Verdict::Problem, "The certificate has expired.").advice("Renew it."),
    ];
    let report = Report { subject: "alice@example.com".to_owned(), lines };
    let asked = window.answer(Ok(Reply::Check(Box::new(report))));
    assert_eq!(asked, Command::Account(AccountCommand::Check(AccountId::new("chat"))));
    for words in
        ["Port: c.example.com:5223 is open", "TLS: The certificate has expired.", "Renew it."]
    {
        assert!(window.says(words), "{words}");
    }
    // Once more, and refused: the old lines are gone.
    window.click("Test connection");
    assert!(!window.says("Renew it."));
    window.answer(Err(CommandError::Refused("Other tests are under way.".to_owned())));
    assert!(window.mentions("Other tests are under way."));
}
