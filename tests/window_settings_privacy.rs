//! Blocked people in the settings: their list, a way out of it and into it, and why not.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{Command, CommandError, ContactCommand, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::screen::details::Who;
use dovetail::gui::screen::settings::{Section, blocked};
use dovetail::gui::screen::{Go, sidebar};
use dovetail::lang::{self, Language};
use dovetail::model::account::AccountState;
use dovetail::model::blocked::BlockList;
use dovetail::model::id::AccountId;
use driver::Driver;
use window::{jid, snapshot};

fn with(offered: Option<bool>, users: &[&str]) -> Snapshot {
    let jids = users.iter().map(|user| jid(user)).collect();
    let list = BlockList { account: AccountId::new("chat"), offered, jids };
    Snapshot { blocked: vec![list], ..snapshot() }
}

fn open(snapshot: Snapshot) -> Driver {
    let mut window = Driver::sized(snapshot, 1120.0, 1_600.0);
    let go = Go::Settings(Section::Privacy);
    window.take([Message::Sidebar(sidebar::Message::Go(go))]);
    window
}

fn block(user: &str) -> Command {
    Command::Contact(ContactCommand::Block(jid(user)))
}

fn unblock(user: &str) -> Command {
    Command::Contact(ContactCommand::Unblock(jid(user)))
}

#[test]
fn nobody_is_blocked_at_first_and_then_somebody_is() {
    let mut window = open(with(Some(true), &[]));
    assert!(window.says("Blocked people") && window.says("Nobody is blocked."));
    window.click("Block");
    assert!(window.commands().is_empty(), "greyed while nothing is typed");
    window.type_and_enter(blocked::ADDRESS, "eve@xmpp.example.com");
    assert_eq!(window.answer(Ok(Reply::Done {})), block("eve"));
    window.show(with(Some(true), &["eve"]));
    assert!(window.says("eve") && window.says("eve@xmpp.example.com"));
    assert!(!window.mentions("Nobody is blocked."));
    window.click("Block");
    assert!(window.commands().is_empty(), "the field is empty again");
}

#[test]
fn what_is_no_address_and_what_is_refused_is_said_at_the_field() {
    let mut window = open(with(Some(true), &[]));
    window.type_and_enter(blocked::ADDRESS, "@");
    assert!(window.mentions("This is no chat address"));
    assert!(window.commands().is_empty());
    let mut window = open(with(Some(true), &[]));
    window.type_and_enter(blocked::ADDRESS, "alice@xmpp.example.com");
    let text = "This is your own address or your own server: it cannot be blocked.";
    window.answer(Err(CommandError::Refused(text.to_owned())));
    assert!(window.says(text));
}

#[test]
fn somebody_is_blocked_and_let_back_in_on_their_page() {
    let mut window = Driver::sized(with(Some(true), &[]), 1_120.0, 720.0);
    let juliet = Go::Details(Who::Party(jid("juliet").into()));
    window.take([Message::Sidebar(sidebar::Message::Go(juliet))]);
    assert!(window.mentions("On the balcony"));
    window.click("Block");
    assert_eq!(window.answer(Ok(Reply::Done {})), block("juliet"));
    window.show(with(Some(true), &["juliet"]));
    assert!(window.mentions("Blocked") && !window.mentions("On the balcony"));
    window.click("Unblock");
    assert_eq!(window.answer(Ok(Reply::Done {})), unblock("juliet"));
    window.show(with(Some(false), &[]));
    assert!(!window.says("Block") && !window.says("Unblock"), "their server does not know how");
}

#[test]
fn a_contact_of_one_account_is_not_blocked_by_another() {
    let mut shown = with(Some(true), &["juliet"]);
    shown.blocked[0].account = AccountId::new("work");
    let mut window = Driver::sized(shown, 1_120.0, 720.0);
    let juliet = Go::Details(Who::Party(jid("juliet").into()));
    window.take([Message::Sidebar(sidebar::Message::Go(juliet))]);
    assert!(window.mentions("On the balcony") && !window.mentions("Blocked"));
    assert!(!window.says("Block") && !window.says("Unblock"), "her account's list is not known");
}

#[test]
fn somebody_is_let_back_in() {
    let mut window = open(with(Some(true), &["eve", "mallory"]));
    let buttons = window.texts_at("Unblock");
    assert_eq!(buttons.len(), 2);
    window.click_at(buttons[1].center_x(), buttons[1].center_y());
    window.click_at(buttons[1].center_x(), buttons[1].center_y());
    let gone = CommandError::NotConnected("Chat is not connected.".to_owned());
    assert_eq!(window.answer(Err(gone)), unblock("mallory"));
    assert!(window.commands().is_empty(), "once is enough");
    assert!(window.mentions("Chat is not connected."), "said at the row");
    window.click("Unblock");
    assert_eq!(window.commands(), [unblock("eve")]);
}

#[test]
fn why_nobody_can_be_blocked_is_said() {
    let mut offline = with(Some(true), &["eve"]);
    offline.accounts[0].state = AccountState::Failed;
    for (snapshot, why) in [
        (offline, "Chat is not connected: nobody can be blocked or unblocked now."),
        (with(Some(false), &[]), "Your server cannot block anybody."),
        (with(None, &[]), "Your server has not said yet who is blocked."),
    ] {
        let is_empty = snapshot.blocked[0].jids.is_empty();
        let mut window = open(snapshot);
        assert!(window.says(why), "{why}");
        assert!(!window.says("Nobody is blocked."), "nothing is claimed that is not known");
        window.type_and_enter(blocked::ADDRESS, "mallory@xmpp.example.com");
        window.click("Block");
        if !is_empty {
            window.click("Unblock");
        }
        assert!(window.commands().is_empty(), "{why}");
    }
}

#[test]
fn without_a_chat_account_there_is_no_list() {
    let mut without = snapshot();
    without.accounts.remove(0);
    let window = open(without);
    assert!(!window.says("Blocked people"));
}

#[test]
fn a_long_list_is_shown_in_part_in_every_language_and_width() {
    let users: Vec<String> = (0..130).map(|n| format!("somebody-with-a-long-name-{n}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    for language in Language::ALL {
        for width in [1120.0, 360.0] {
            let mut window = Driver::sized(with(Some(true), &users), width, 12_000.0);
            lang::speak(language);
            let go = Go::Settings(Section::Privacy);
            window.take([Message::Sidebar(sidebar::Message::Go(go))]);
            assert!(window.mentions("30"), "{language:?} says how many more there are");
            assert!(window.widths().iter().all(|(_, to)| *to <= width + 0.5), "{language:?}");
        }
    }
    lang::speak(Language::English);
}
