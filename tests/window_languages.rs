//! The pages in the other languages: nothing of them stays English. And names and texts from
//! right to left: nothing fails, and they do not move our words around.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Message, pages};
use dovetail::gui::screen::settings::Section;
use dovetail::gui::screen::{Go, details, sidebar, sign_in};
use dovetail::lang::{self, Language};
use dovetail::model::book::{BookAddress, BookEntry, BookSource};
use dovetail::model::call::{CallState, Direction};
use dovetail::model::presence::Show;
use driver::Driver;
use window::{both_down, call, contact, jid, noon, one_down, snapshot, unequal};

/// Words of English that neither German nor French has.
const ENGLISH: [&str; 36] = [
    "the", "and", "is", "your", "you", "with", "not", "this", "that", "call", "calls", "from",
    "of", "to", "are", "when", "who", "what", "nothing", "address", "password", "save", "add",
    "remove", "they", "there", "have", "can", "yet", "now", "back", "sign", "server's", "by",
    "none", "numbers",
];

/// Where the side panel ends.
const PANEL: f32 = 330.0;

/// What of these texts is English.
fn english(texts: &[String]) -> Vec<&String> {
    let is_english = |text: &&String| {
        let words = text.split(|c: char| !c.is_alphanumeric() && !"'@.-_".contains(c));
        let mut words = words.map(|word| word.trim_matches(['.', '-', '\'']).to_lowercase());
        words.any(|word| ENGLISH.contains(&word.as_str()))
    };
    texts.iter().filter(is_english).collect()
}

fn entry() -> Arc<BookEntry> {
    Arc::new(BookEntry {
        id: "1".into(),
        uid: None,
        source: BookSource::User,
        name: "Eve".to_owned(),
        organisation: None,
        note: None,
        jids: vec![jid("eve")],
        addresses: vec![BookAddress::new("+1 555 0101"), BookAddress::new("+1 555 0102")],
        categories: Vec::new(),
    })
}

fn at(snapshot: Snapshot, place: sidebar::Message) -> Vec<String> {
    let mut window = Driver::sized(snapshot, 1120.0, 3_000.0);
    window.take([Message::Sidebar(place)]);
    window.texts_from(PANEL)
}

/// The two sides differ, in the core's own words.
fn differing() -> Snapshot {
    let mut shown = unequal(snapshot());
    for finding in &mut shown.security.findings {
        finding.what =
            "Whom you call over Telephony, and what you say, can be read on the way.".to_owned();
        finding.advice = "Make both secure, or use a server or proxy address with TLS.".to_owned();
    }
    shown
}

fn no_english_on_the_pages() {
    let first = Driver::sized(Snapshot::default(), 1120.0, 1_400.0);
    let mut by_hand = Driver::sized(Snapshot::default(), 1120.0, 1_400.0);
    by_hand.take([Message::Pages(pages::Message::SignIn(sign_in::Message::ByHand))]);
    let book = Snapshot { book: [entry()].into(), ..snapshot() };
    let go = sidebar::Message::Go;
    let details = |who| go(Go::Details(who));
    let pages = [
        ("first run", first.texts_from(PANEL)),
        ("by hand", by_hand.texts_from(PANEL)),
        ("welcome", Driver::new(snapshot()).texts_from(PANEL)),
        ("offline", Driver::new(both_down(snapshot())).texts_from(PANEL)),
        ("accounts", at(snapshot(), go(Go::Accounts))),
        ("accounts, one down", at(one_down(snapshot()), go(Go::Accounts))),
        ("accounts, both down", at(both_down(snapshot()), go(Go::Accounts))),
        ("protection", at(snapshot(), sidebar::Message::Protection)),
        ("protection, unequal", at(differing(), sidebar::Message::Protection)),
        ("rules", at(snapshot(), sidebar::Message::Rules)),
        ("book", at(book.clone(), go(Go::Book))),
        ("empty book", at(snapshot(), go(Go::Book))),
        ("entry", at(book, details(details::Who::Entry("1".into())))),
        ("contact", at(snapshot(), details(details::Who::Party(jid("bob").into())))),
    ];
    let sections =
        Section::ALL.map(|section| ("settings", at(snapshot(), go(Go::Settings(section)))));
    let more = [("new account", at(snapshot(), go(Go::NewAccount)))];
    for (page, texts) in pages.into_iter().chain(sections).chain(more) {
        assert!(texts.len() > 1, "{page} is empty");
        assert_eq!(english(&texts), Vec::<&String>::new(), "{page} in {:?}", lang::spoken());
    }
}

#[test]
fn the_pages_are_german() {
    lang::speak(Language::German);
    no_english_on_the_pages();
}

#[test]
fn the_pages_are_french() {
    lang::speak(Language::French);
    no_english_on_the_pages();
}

#[test]
fn english_is_told_from_the_others() {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(english(&texts(&["Who may call", "Wer anrufen darf", "Qui peut appeler"])).len(), 1);
    let mut window = Driver::sized(snapshot(), 1120.0, 3_000.0);
    window.take([Message::Sidebar(sidebar::Message::Rules)]);
    assert!(english(&window.texts_from(PANEL)).len() > 5);
}

fn turns(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}')
}

/// A sentence with something from right to left in it has that set apart.
fn nothing_is_reordered(window: &Driver) {
    let mut seen = 0;
    for text in window.texts_from(0.0) {
        if !text.contains(turns) {
            continue;
        }
        seen += 1;
        if text.chars().any(|c| c.is_ascii_alphabetic()) {
            assert!(text.contains('\u{2068}') && text.contains('\u{2069}'), "{text:?}");
        }
    }
    assert!(seen > 0, "the name is nowhere");
}

#[test]
fn names_and_texts_from_right_to_left_move_nothing() {
    let numbers = ["sip:noa@sip.example.com", "sip:sami@sip.example.com"];
    let people = [
        contact("noa", "נועה לוי", Show::Online, "", Some(numbers[0])),
        contact("sami", "سامي الخطيب", Show::Away, "في اجتماع", Some(numbers[1])),
    ];
    for language in Language::ALL {
        lang::speak(language);
        for person in &people {
            let mut shown = snapshot();
            let mut contacts: Vec<_> = shown.contacts.iter().cloned().collect();
            contacts.extend(people.iter().cloned().map(Arc::new));
            shown.contacts = contacts.into();
            let mut window = Driver::sized(shown.clone(), 1120.0, 1_400.0);
            nothing_is_reordered(&window);
            let open = sidebar::Message::Open(person.jid.clone().into());
            window.take([Message::Sidebar(open)]);
            nothing_is_reordered(&window);
            let who = details::Who::Party(person.jid.clone().into());
            window.take([Message::Sidebar(sidebar::Message::Go(Go::Details(who)))]);
            nothing_is_reordered(&window);
            let mut rings = call(CallState::Incoming, Direction::In, noon());
            rings.peer.display = person.name.clone();
            shown.calls = vec![rings];
            window.show(shown);
            nothing_is_reordered(&window);
        }
    }
}
