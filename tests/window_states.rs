//! What the window says when something is missing, wrong or on its way; and that it can be
//! used at any width.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;
use std::time::Duration;

use dovetail::core::command::Command;
use dovetail::core::command::{ContactCommand, Parity};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::screen::{roster, roster::Item, sidebar};
use dovetail::gui::theme::Tone;
use dovetail::gui::words::{self, Clock};
use dovetail::lang::Hours;
use dovetail::model::account::{AccountState, Overall};
use dovetail::model::presence::Show;
use driver::Driver;
use time::UtcOffset;
use window::{both_down, contact, jid, noon, one_down, sip_account, snapshot, unequal};

#[test]
fn without_an_account_the_next_step_is_said() {
    let window = Driver::new(Snapshot::default());
    assert!(window.says("Welcome to Dovetail"));
    assert!(window.says("No account yet"));
    assert!(!window.says("Equal protection"));
}

#[test]
fn all_is_well() {
    let window = Driver::new(snapshot());
    for text in ["Chat", "Telephony", "Equal protection", "Conversations", "Contacts", "Dave"] {
        assert!(window.says(text), "{text}");
    }
    assert!(window.says("Offline · no number"));
    assert!(!window.mentions("not connected"));
}

#[test]
fn what_is_wrong_is_said_with_its_reason() {
    let mut window = Driver::new(one_down(snapshot()));
    assert!(window.mentions("Telephony is not connected. sip.example.com did not answer in time."));
    window.show(both_down(snapshot()));
    assert!(window.mentions("Chat is not connected. The server refused this user name"));
    assert!(!window.says("Available"), "others see us offline");
    let mut connecting = Snapshot { overall: Overall::Connecting, ..snapshot() };
    for account in &mut connecting.accounts {
        account.state = AccountState::Connecting;
        account.security = None;
    }
    connecting.roster_known = false;
    connecting.contacts = Arc::default();
    connecting.conversations = Arc::default();
    window.show(connecting);
    assert!(window.says("Connecting…"));
    assert!(!window.mentions("is connecting"), "nothing is wrong yet: the chip is one line");
    assert!(window.says("Contacts are on their way"));
}

#[test]
fn trouble_says_what_and_why_and_when() {
    let mut clock =
        Clock { now: noon(), sampled: noon(), zone: UtcOffset::UTC, hours: Hours::default() };
    let mut account = sip_account();
    assert_eq!(words::account_trouble(&account, clock), None);
    account.state = AccountState::Failed;
    account.reason = Some("sip.example.com did not answer in time.".to_owned());
    account.retry_in = Some(75);
    let said = words::account_trouble(&account, clock).unwrap();
    assert!(said.ends_with("in time. Trying again in 1 min 15 s."), "{said}");
    clock.now = clock.now.plus(Duration::from_secs(70));
    assert!(words::account_trouble(&account, clock).unwrap().ends_with("Trying again in 5 s."));
    clock.now = clock.now.plus(Duration::from_secs(70));
    assert!(words::account_trouble(&account, clock).unwrap().ends_with("Trying again now."));
}

#[test]
fn equal_protection_is_said_only_of_encrypted_sides() {
    let mut snapshot = snapshot();
    assert_eq!(words::protection(&snapshot), Some((Tone::Good, "Equal protection")));
    for account in &mut snapshot.accounts {
        account.security = Some(window::plain_security());
    }
    assert_eq!(words::protection(&snapshot), Some((Tone::Warn, "Not encrypted")));
    snapshot.security.level = Parity::Mismatch;
    assert_eq!(words::protection(&snapshot), Some((Tone::Warn, "Protection differs")));
    for account in &mut snapshot.accounts {
        account.security = None;
    }
    assert_eq!(words::protection(&snapshot), None);
}

#[test]
fn a_click_on_the_chip_compares_both_sides() {
    let mut window = Driver::new(unequal(snapshot()));
    window.click("Protection differs");
    assert!(window.says("Connection and protection"));
    for text in [
        "Telephony is not encrypted, Chat is.",
        "alice@xmpp.example.com",
        "sip:alice@sip.example.com",
        "TLS 1.3",
        "TLS13_AES_256_GCM_SHA384",
        "SCRAM-SHA-256-PLUS",
        "UDP, no encryption",
        "DIGEST-MD5",
    ] {
        assert!(window.says(text), "{text}");
    }
}

#[test]
fn a_contact_stands_once_in_the_list() {
    let items = roster::items(&snapshot(), "");
    let names: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Heading(name) => (*name).to_owned(),
            Item::Conversation(conversation) => conversation.with.to_string(),
            Item::Contact(contact) => contact.name.clone(),
            _ => "?".to_owned(),
        })
        .collect();
    let (bob, carol) = (jid("bob"), jid("carol"));
    let wanted =
        ["Conversations", bob.as_str(), carol.as_str(), "Contacts", "Dave", "Juliet", "Romeo"];
    assert_eq!(names, wanted);
}

#[test]
fn what_is_typed_finds_people_and_can_be_dialled() {
    let snapshot = snapshot();
    assert_eq!(roster::items(&snapshot, " JUL ").len(), 2);
    let number = roster::items(&snapshot, "+1 555 0199");
    assert_eq!(number.first(), Some(&Item::Dial("+1 555 0199".to_owned())));
    let nothing = roster::items(&snapshot, "zzz");
    assert!(matches!(nothing.as_slice(), [Item::Note("Nothing found", _)]));
    let typed = roster::items(&snapshot, "eve@xmpp.example.com");
    assert!(matches!(typed.as_slice(), [Item::Dial(_), Item::Add(_)]), "{typed:?}");
    let known = roster::items(&snapshot, "romeo@xmpp.example.com");
    let wanted = matches!(known.as_slice(), [Item::Dial(_), Item::Heading(_), Item::Contact(_)]);
    assert!(wanted, "{known:?}");
    assert!(!roster::dialable("room 1"));
    assert!(!roster::dialable("@host"));
}

#[test]
fn an_address_that_is_typed_can_be_added() {
    let mut window = Driver::new(snapshot());
    window.take([Message::Sidebar(sidebar::Message::Search("eve@xmpp.example.com".to_owned()))]);
    window.click("Add to your contacts");
    let commands = window.commands();
    let added = matches!(
        commands.as_slice(),
        [Command::Contact(ContactCommand::Add { jid: added, .. })] if *added == jid("eve")
    );
    assert!(added, "{commands:?}");
}

#[test]
fn presence_is_chosen_from_a_menu() {
    let mut window = Driver::new(snapshot());
    window.click("Available");
    window.click("Offline");
    let wanted = Command::Presence { show: Show::Offline, status: String::new() };
    assert_eq!(window.commands(), [wanted]);
}

#[test]
fn a_narrow_window_has_one_column_and_a_way_back() {
    let mut window = Driver::sized(snapshot(), 400.0, 700.0);
    assert!(window.says("Contacts"));
    assert!(!window.says("No conversation selected"));
    window.click("Juliet");
    assert!(!window.says("Contacts"));
    assert!(window.mentions("Nothing was said yet") || window.mentions("Loading"));
    let _ = window.commands();
    // The back button stands at the head's start.
    window.click_at(30.0, 36.0);
    assert!(window.says("Contacts"));
}

#[test]
fn ten_thousand_contacts_are_a_list_like_any_other() {
    let mut snapshot = snapshot();
    snapshot.contacts = (0..10_000)
        .map(|n| Arc::new(contact(&format!("u{n}"), &format!("User {n}"), Show::Away, "", None)))
        .collect();
    let mut window = Driver::new(snapshot);
    assert!(window.says("User 5"));
    assert!(!window.says("User 300"), "only what is in sight is drawn");
    let offset = 300.0 * 56.0;
    window.take([Message::Sidebar(sidebar::Message::Scrolled(offset, 500.0))]);
    assert!(window.says("User 300"));
    assert!(!window.says("User 5"));
}
