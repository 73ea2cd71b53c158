//! The side panel: its head and menu, its chip, what its field finds.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{ChatCommand, Command, HistoryCommand, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Door, Keystroke, Message};
use dovetail::gui::screen::conversation::COMPOSER;
use dovetail::gui::screen::sidebar;
use dovetail::lang::{self, Language};
use dovetail::model::account::{AccountKind, ReasonKind};
use dovetail::model::history::Scope;
use dovetail::model::id::AccountId;
use dovetail::model::presence::Show;
use dovetail::model::vcard::{OwnCard, Photo};
use driver::Driver;
use window::{jid, snapshot};

const MENU: &str = "Menu";
const STATUS: &str = "menu-status";

fn be(show: Show, status: &str) -> Command {
    Command::Presence { show, status: status.to_owned() }
}

fn menu(window: &mut Driver) {
    window.key(Keystroke::Open(Door::Menu));
}

#[test]
fn the_menu_beside_the_name_leads_to_everything() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut window = Driver::sized(snapshot(), width, height);
        for (row, page) in [
            ("Accounts…", "Accounts"),
            ("Protection…", "Connection and protection"),
            ("Address book…", "Address book"),
            ("Rules for calls…", "Rules for calls"),
            ("Settings…", if width > 640.0 { "Settings" } else { "Accounts" }),
            ("Keyboard shortcuts", "Keyboard shortcuts"),
        ] {
            window.press(MENU);
            assert!(window.says("Quit"), "{row}");
            window.click(row);
            assert!(!window.says("Quit") || row == "Keyboard shortcuts", "it closes: {row}");
            assert!(window.says(page), "{row}");
            window.key(Keystroke::Escape);
            window.key(Keystroke::Escape);
        }
    }
}

#[test]
fn the_menu_opens_by_a_key_and_closes_by_escape() {
    for width in [1120.0, 360.0] {
        let mut window = Driver::sized(snapshot(), width, 720.0);
        window.click("Juliet");
        menu(&mut window);
        assert!(window.says("Quit"));
        window.key(Keystroke::Escape);
        assert!(!window.says("Quit"));
        menu(&mut window);
        menu(&mut window);
        assert!(!window.says("Quit"));
    }
    // Where there is no panel there is no menu to be closed either.
    let mut window = Driver::sized(Snapshot::default(), 360.0, 640.0);
    menu(&mut window);
    window.take([Message::Hub(dovetail::gui::bridge::FromHub::Snapshot(snapshot().into()))]);
    assert!(!window.says("Quit"));
}

#[test]
fn what_one_says_about_oneself_goes_with_the_presence_and_stays() {
    let mut window = Driver::new(snapshot());
    menu(&mut window);
    window.type_and_enter(STATUS, "In a meeting");
    assert_eq!(window.commands(), [be(Show::Online, "In a meeting")]);
    let said = Snapshot { status: "In a meeting".to_owned(), ..snapshot() };
    window.show(said.clone());
    assert!(window.says("Available · In a meeting"));
    // Another presence keeps the words, by the menu and by its key.
    menu(&mut window);
    window.click("Away");
    assert_eq!(window.commands(), [be(Show::Away, "In a meeting")]);
    window.key(Keystroke::Presence(Show::Dnd));
    assert_eq!(window.commands(), [be(Show::Dnd, "In a meeting")]);
    // What is typed and not sent is forgotten with the menu.
    menu(&mut window);
    window.type_into(STATUS, "x");
    menu(&mut window);
    window.key(Keystroke::Presence(Show::Online));
    assert_eq!(window.commands(), [be(Show::Online, "In a meeting")]);
    // However much is put there.
    menu(&mut window);
    window.type_and_enter(STATUS, &"é".repeat(300));
    let Some(Command::Presence { status, .. }) = window.commands().pop() else { panic!() };
    assert!(status.len() <= 256, "{}", status.len());
}

#[test]
fn telephony_alone_tells_nobody_what_one_says() {
    let mut alone = snapshot();
    alone.accounts.retain(|account| account.kind == AccountKind::Sip);
    let mut window = Driver::new(alone);
    menu(&mut window);
    assert!(!window.offers(STATUS) && window.says("Quit"));
}

#[test]
fn why_a_message_was_not_sent_stands_at_it() {
    use dovetail::model::call::Direction;
    use dovetail::model::message::MessageState;
    let mut snapshot = snapshot();
    let mut talk = (*snapshot.conversations[0]).clone();
    let mut entry = (*window::message("bob", window::noon(), Direction::Out, "Hello?")).clone();
    entry.state = Some(MessageState::Failed);
    entry.reason = Some("Nobody at this address takes your messages.".to_owned());
    talk.entries.push(entry.into());
    snapshot.conversations = [talk.into()].into_iter().collect();
    let open = |width| {
        let mut window = Driver::sized(snapshot.clone(), width, 720.0);
        window.take([Message::Sidebar(sidebar::Message::Open(jid("bob").into()))]);
        let _ = window.commands();
        window.drawn();
        window
    };
    for width in [1120.0, 360.0] {
        let mut window = open(width);
        assert!(window.says("Not sent. Nobody at this address takes your messages."));
        window.click("Send again");
        let commands = window.commands();
        let again = |command: &Command| matches!(command, Command::Chat(ChatCommand::Send { body, .. }) if body == "Hello?");
        assert!(commands.iter().any(again), "{commands:?}");
    }
    lang::speak(Language::German);
    let said = "Nicht gesendet. Unter dieser Adresse nimmt niemand Ihre Nachrichten an.";
    assert!(open(1120.0).says(said));
    lang::speak(Language::English);
}

/// Somebody with a telephony account at work and one at home.
fn two_phones(user: &str) -> Snapshot {
    let mut snapshot = window::one_down(snapshot());
    let mut home = window::sip_account();
    home.id = AccountId::new("home");
    home.address = format!("sip:{user}@home.example.net");
    snapshot.accounts.push(home);
    snapshot
}

#[test]
fn the_chip_says_which_of_two_accounts_does_not_connect() {
    // The mark of an omission is no letter: what holds it is set apart.
    let which = "\u{2068}Telephony alice@…\u{2069}";
    let why = "is not connected. sip.example.com did not answer in time. Trying again in 16 s.";
    for width in [1120.0, 360.0] {
        let mut window = Driver::sized(two_phones("a.smith"), width, 720.0);
        assert!(window.says(&format!("{which} {why}")));
        window.click(&format!("{which} {why}"));
        assert!(window.says("Connections"), "the accounts, where it is tested and mended");
    }
    // Of the same name at both: with the whole address.
    let window = Driver::new(two_phones("alice"));
    assert!(window.says(&format!("Telephony alice@sip.example.com {why}")));
    // One side alone is called by its name.
    let window = Driver::new(window::one_down(snapshot()));
    assert!(window.says(&format!("Telephony {why}")));
    // What is to be decided about security is decided elsewhere.
    let mut refused = two_phones("a.smith");
    refused.accounts[1].reason_kind = Some(ReasonKind::NotSecure);
    let mut window = Driver::new(refused);
    window.click(&format!("{which} {why}"));
    assert!(window.says("Connection and protection"));
    lang::speak(Language::German);
    assert!(
        Driver::new(two_phones("a.smith"))
            .mentions("Telefonie alice@…\u{2069} ist nicht verbunden.")
    );
    lang::speak(Language::English);
}

#[test]
fn a_side_is_as_well_as_its_account_that_does_worst() {
    use dovetail::gui::theme::Tone;
    use dovetail::gui::words;
    let sides = words::sides(&two_phones("a.smith").accounts);
    let sides: Vec<_> = sides.iter().map(|(name, tone)| (name.as_str(), *tone)).collect();
    assert_eq!(sides, [("Chat", Tone::Good), ("Telephony", Tone::Bad)]);
    let all = words::accounts(&two_phones("a.smith").accounts);
    assert!(all.contains("Telephony a.smith@home.example.net: Connected"), "{all}");
}

fn typed(window: &mut Driver, text: &str) {
    window.take([Message::Sidebar(sidebar::Message::Search(text.to_owned()))]);
}

fn paused(window: &mut Driver, turn: u64) {
    window.take([Message::Sidebar(sidebar::Message::Paused(turn))]);
}

fn said(bodies: &[&str]) -> Reply {
    let message = |body: &&str| {
        let at = window::ago(window::noon(), 600);
        (*window::message("carol", at, dovetail::model::call::Direction::In, body)).clone()
    };
    Reply::History(bodies.iter().map(message).collect())
}

#[test]
fn the_field_finds_what_was_said_and_opens_where_it_was() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut window = Driver::sized(snapshot(), width, height);
        typed(&mut window, "slides");
        assert_eq!(window.commands(), [], "nobody is asked as long as one types");
        paused(&mut window, 1);
        let asked = window.answer(Ok(said(&["Old slides", "New slides"])));
        let wanted = HistoryCommand::Search {
            text: "slides".to_owned(),
            scope: Scope::default(),
            limit: Some(8),
        };
        assert_eq!(asked, Command::History(wanted));
        assert!(window.says("In messages") && !window.says("Nothing found"));
        let place = |window: &Driver, text| window.top_of(text).unwrap();
        assert!(place(&window, "New slides") < place(&window, "Old slides"), "the newest first");
        window.click("Old slides");
        assert!(window.offers(COMPOSER));
        assert!(!window.commands().is_empty(), "what was around it is fetched");
    }
}

#[test]
fn an_answer_to_what_was_typed_before_is_not_shown() {
    let mut window = Driver::new(snapshot());
    typed(&mut window, "slides");
    paused(&mut window, 1);
    typed(&mut window, "slides f");
    // Still of the first; and the pause after it.
    let _ = window.answer(Ok(said(&["Old slides"])));
    paused(&mut window, 1);
    assert_eq!(window.commands(), []);
    assert!(!window.says("Old slides") && window.says("Nothing found"));
    paused(&mut window, 2);
    let _ = window.answer(Ok(said(&["slides for you"])));
    assert!(window.says("slides for you"));
    // It goes with the text.
    window.key(Keystroke::Escape);
    assert!(!window.says("In messages"));
    typed(&mut window, "s");
    paused(&mut window, 4);
    paused(&mut window, 5);
    assert_eq!(window.commands(), [], "a single letter says too little");
}

#[test]
fn of_many_messages_a_few_are_shown_and_enter_opens_the_newest() {
    let mut window = Driver::sized(snapshot(), 1120.0, 1200.0);
    typed(&mut window, "zebra");
    paused(&mut window, 1);
    let many: Vec<String> = (0..50).map(|n| format!("zebra {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let _ = window.answer(Ok(said(&many)));
    assert!(window.says("zebra 49") && window.says("zebra 42") && !window.says("zebra 41"));
    window.take([Message::Sidebar(sidebar::Message::Submit)]);
    assert!(window.offers(COMPOSER));
}

const FACE: &[u8] = include_bytes!("../src/gui/photo/test.jpg");

fn with_photos(bytes: &[u8]) -> Snapshot {
    let photo = Photo::new(bytes);
    let mut snapshot = snapshot();
    snapshot.own_cards = vec![OwnCard {
        account: AccountId::new("chat"),
        name: None,
        tels: Vec::new(),
        advice: None,
        photo: photo.clone(),
    }];
    let mut contacts: Vec<_> = snapshot.contacts.iter().cloned().collect();
    for contact in &mut contacts {
        if contact.jid == jid("bob") || contact.jid == jid("juliet") {
            std::sync::Arc::make_mut(contact).photo.clone_from(&photo);
        }
    }
    snapshot.contacts = contacts.into();
    snapshot
}

#[test]
fn photos_stand_where_there_are_any_and_initials_elsewhere() {
    let mut window = Driver::new(snapshot());
    assert!(["A", "B", "C", "J"].iter().all(|initial| window.says(initial)));
    window.show(with_photos(FACE));
    assert!(window.until(|window| !window.says("A")), "our own");
    assert!(!window.says("B") && !window.says("J"), "in both kinds of rows");
    assert!(window.says("C"), "Carol has none");
    // What cannot be decoded leaves the initials.
    let mut window = Driver::new(snapshot());
    let broken = [&FACE[..60], b"broken"].concat();
    let photo = Photo::new(&broken).unwrap();
    window.show(with_photos(&broken));
    assert!(window.until(|_| !dovetail::gui::photo::wants(&photo)));
    assert!(window.says("A") && window.says("B"));
}
