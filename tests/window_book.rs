//! The address book and the page of a person: what they say, and that every control asks what
//! it says.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use dovetail::book::import::{Change, Import};
use dovetail::book::vcf::{Skip, Version};
use dovetail::core::command::{
    BookCommand, BookPatch, BookReply, CallCommand, CardsFrom, Command, CommandError, Reply,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Keystroke, Message};
use dovetail::gui::screen::{Go, book, roster, sidebar};
use dovetail::model::binding::BindingState;
use dovetail::model::book::{BookAddress, BookEntry, BookError, BookSource};
use dovetail::model::contact::{Number, NumberSource};
use driver::Driver;
use window::{jid, one_down, snapshot};

fn entry(id: &str, name: &str, numbers: &[&str]) -> Arc<BookEntry> {
    Arc::new(BookEntry {
        id: id.into(),
        uid: None,
        source: BookSource::User,
        name: name.to_owned(),
        organisation: None,
        note: None,
        jids: Vec::new(),
        addresses: numbers.iter().map(|number| BookAddress::new(*number)).collect(),
        categories: Vec::new(),
    })
}

/// Alice's service with three people in her book.
fn with_book() -> Snapshot {
    let grace = BookEntry { jids: vec![jid("grace")], ..(*entry("3", "Grace", &[])).clone() };
    let eve = entry("1", "Eve", &["+1 555 0101"]);
    let frank = entry("2", "Frank", &["+1 555 0102", "sip:frank@sip.example.com"]);
    Snapshot { book: [eve, frank, Arc::new(grace)].into(), ..snapshot() }
}

fn page(snapshot: Snapshot) -> Driver {
    let mut window = Driver::sized(snapshot, 1120.0, 1_400.0);
    window.press("Address book");
    assert!(window.says("New person"));
    window
}

fn book(command: BookCommand) -> Vec<Command> {
    vec![Command::Book(command)]
}

fn called(to: &str) -> Vec<Command> {
    let (to, account) = (to.to_owned(), None);
    vec![Command::Call(CallCommand::Place {
        to,
        account,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    })]
}

#[test]
fn an_empty_book_says_the_next_step() {
    let mut window = page(snapshot());
    assert!(window.says("Nobody yet"));
    window.click("Copy as vCard");
    assert_eq!(window.commands(), [], "there is nothing to copy");
    window.key(Keystroke::Escape);
    assert!(!window.says("New person"));
    window.click("Available");
    window.click("Address book…");
    assert!(window.says("Nobody yet"));
}

#[test]
fn the_list_is_searched() {
    // With a chat address they do not stand in the panel as well.
    let with_jid = |id: &str, name: &str, user: &str| {
        Arc::new(BookEntry { jids: vec![jid(user)], ..(*entry(id, name, &[])).clone() })
    };
    let people = [with_jid("1", "Grace", "grace"), with_jid("2", "Heidi", "heidi")];
    let mut window = page(Snapshot { book: people.into(), ..snapshot() });
    assert!(window.says("Grace") && window.says("Heidi"));
    window.type_into(book::SEARCH, "gRa");
    assert!(window.says("Grace") && !window.says("Heidi"));
    window.type_into(book::SEARCH, "zzz");
    assert!(window.says("Nothing found"));
}

#[test]
fn somebody_is_added() {
    let mut window = page(snapshot());
    window.click("New person");
    window.click("Save");
    assert_eq!(window.commands(), [], "without a name there is nothing to save");
    window.type_into("book-name", "Eve");
    window.type_into("book-number-0", "+1 555 0101");
    window.type_into("book-types-0", "Work, cell");
    window.type_into("book-jid-0", "eve");
    window.click("Save");
    // “eve” alone is a domain: no address of a person, but a JID.
    let patch = |jid: &str| BookPatch {
        name: Some("Eve".to_owned()),
        jids: Some(vec![jid.parse().unwrap()]),
        addresses: Some(vec![BookAddress {
            types: vec!["work".to_owned(), "cell".to_owned()],
            ..BookAddress::new("+1 555 0101")
        }]),
        ..BookPatch::default()
    };
    let error = CommandError::Book(BookError::Full);
    let asked = window.answer(Err(error));
    assert_eq!(vec![asked], book(BookCommand::Set(Box::new(patch("eve")))));
    assert!(window.mentions("The address book is full"));
    window.type_into("book-jid-0", "@x@");
    window.click("Save");
    assert_eq!(window.commands(), []);
    assert!(window.says("“eve@x@” is no chat address: it looks like name@example.com."));
    window.press("Remove this address");
    window.click("Save");
    let wanted = BookPatch { jids: Some(Vec::new()), ..patch("eve") };
    assert_eq!(window.commands(), book(BookCommand::Set(Box::new(wanted))));
    assert!(window.says("Nobody yet"), "the list again");
}

#[test]
fn somebody_is_changed_and_removed_only_when_asked_twice() {
    let mut window = page(with_book());
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Details(
        dovetail::gui::screen::details::Who::Entry("2".into()),
    )))]);
    window.click("Change in your address book");
    window.press("Remove this number");
    window.click("Save");
    let rest = BookAddress::new("sip:frank@sip.example.com");
    let wanted = BookPatch {
        id: Some("2".into()),
        name: Some("Frank".to_owned()),
        jids: Some(Vec::new()),
        addresses: Some(vec![rest]),
        ..BookPatch::default()
    };
    assert_eq!(window.commands(), book(BookCommand::Set(Box::new(wanted))));
    window.click("Change in your address book");
    window.click("Remove this person…");
    assert!(window.says("Remove Frank from your address book?"));
    window.click("Keep");
    window.click("Remove this person…");
    assert_eq!(window.commands(), []);
    window.click("Remove");
    assert_eq!(window.commands(), book(BookCommand::Remove("2".into())));
    assert!(window.says("New person"));
}

#[test]
fn a_file_is_shown_before_it_is_taken_in() {
    let mut window = page(with_book());
    window.click("From a file…");
    window.type_into(book::PATH, "/tmp/people.vcf");
    window.click("Show what it would add");
    let import = |apply| {
        let from = CardsFrom::File(PathBuf::from("/tmp/people.vcf"));
        book(BookCommand::Import { from, apply })
    };
    let plan = Import {
        add: vec![(*entry("9", "Heidi", &["+1 555 0109"])).clone()],
        change: vec![Change {
            before: entry("1", "Eve", &["+1 555 0101"]),
            after: (*entry("1", "Eve", &["+1 555 0101", "+1 555 0110"])).clone(),
        }],
        same: 3,
        skip: vec![Skip { what: "Card 7".to_owned(), why: "It has no name.".to_owned() }],
    };
    let reply = || Ok(Reply::Book(BookReply::Import(Box::new(plan.clone()))));
    assert_eq!(vec![window.answer(reply())], import(false));
    for words in [
        "New · 1",
        "Heidi",
        "Changed · 1",
        "Left out · 1",
        "Card 7",
        "It has no name.",
        "3 of its cards you have already.",
    ] {
        assert!(window.says(words), "{words}");
    }
    window.click("Take it in");
    assert_eq!(vec![window.answer(reply())], import(true));
    assert!(window.says("Taken in."));
    assert!(!window.says("Take it in"));
    // Another file is looked at first, again.
    window.type_into(book::PATH, "x");
    assert!(!window.says("Heidi"));
    window.click("Show what it would add");
    let error = CommandError::Refused("The file cannot be read.".to_owned());
    window.answer(Err(error));
    assert!(window.says("The file cannot be read."));
}

#[test]
fn everybody_is_copied_as_vcards() {
    let mut window = page(with_book());
    window.click("Copy as vCard");
    let text = "BEGIN:VCARD".to_owned();
    let asked = window.answer(Ok(Reply::Book(BookReply::Export { text })));
    assert_eq!(vec![asked], book(BookCommand::Export { version: Version::V3, ids: None }));
    assert!(window.says("Everybody is on the clipboard, as vCards."));
}

#[test]
fn people_without_a_chat_address_stand_in_the_panel() {
    let names = |search: &str| -> Vec<String> {
        let items = roster::items(&with_book(), search);
        let people = items.iter().filter_map(|item| match item {
            roster::Item::Person(entry) => Some(entry.name.clone()),
            _ => None,
        });
        people.collect()
    };
    assert_eq!(names(""), ["Eve", "Frank"]);
    assert_eq!(names("fran"), ["Frank"]);
    assert_eq!(names("0101"), ["Eve"]);
    let mut window = Driver::new(Snapshot { contacts: Arc::default(), ..with_book() });
    window.click("Call");
    assert_eq!(window.commands(), called("+1 555 0101"));
    window.click("Frank");
    assert!(window.says("+1 555 0102"));
    assert!(window.says("From your address book"));
}

#[test]
fn every_number_of_a_person_tells_why_it_counts() {
    let mut shown = snapshot();
    let mut bob = (**shown.contact(&jid("bob")).unwrap()).clone();
    bob.numbers.push(Number::new(
        "sip:bob@hotel.example.net".to_owned(),
        "sip:bob@hotel.example.net".to_owned(),
        Vec::new(),
        NumberSource::Reachability,
    ));
    assert_eq!(bob.numbers[1].binding, BindingState::Hinted);
    shown.contacts = [Arc::new(bob)].into();
    shown.conversations = Arc::default();
    let mut window = Driver::new(shown.clone());
    window.click("Bob");
    let _ = window.commands();
    window.press("Details");
    assert!(window.says("work · From their contact card"));
    assert!(
        window.says("Verified by Bob's contact card: it names exactly this address."),
        "the proof"
    );
    assert!(window.mentions("Bob says to be reached at this address for now. Not verified."));
    // What is not proven does not go into the book by itself, where it would win over proof.
    window.click("Add to your address book");
    window.click("Save");
    let wanted = BookPatch {
        name: Some("Bob".to_owned()),
        jids: Some(vec![jid("bob")]),
        addresses: Some(vec![BookAddress {
            types: vec!["work".to_owned()],
            ..BookAddress::new("sip:bob@sip.example.com")
        }]),
        ..BookPatch::default()
    };
    assert_eq!(window.commands(), book(BookCommand::Set(Box::new(wanted))));
    assert!(window.says("work · From their contact card"), "the person again");
    // Nothing is called while telephony is down.
    window.show(one_down(shown));
    assert!(window.says("Telephony is not connected: nothing can be called now."));
}

#[test]
fn a_number_of_the_details_is_called() {
    let mut window = Driver::sized(with_book(), 360.0, 800.0);
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Details(
        dovetail::gui::screen::details::Who::Entry("1".into()),
    )))]);
    window.press("Call");
    assert_eq!(window.commands(), called("+1 555 0101"));
    window.press("Back");
    assert!(window.says("New person"));
    let mut window = Driver::new(with_book());
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Details(
        dovetail::gui::screen::details::Who::Entry("gone".into()),
    )))]);
    assert!(window.says("There is no such entry in the address book any more."));
}
