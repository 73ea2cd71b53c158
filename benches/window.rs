//! What a frame of the window costs while long lists are scrolled: view, layout, events and
//! drawing of the real window by the software renderer, as the program does it. Prints a table;
//! asserts nothing.
//!
//! `cargo bench --bench window`

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/support/driver.rs"]
mod driver;
#[path = "support/frames.rs"]
mod frames;
#[path = "support/history.rs"]
mod history;
#[path = "../tests/support/window.rs"]
mod window;

use std::collections::HashSet;
use std::sync::Arc;

use dovetail::core::command::{ChatCommand, Command, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::screen::sidebar;
use dovetail::model::message::Conversation;
use dovetail::model::presence::Show;
use dovetail::store::Store;
use driver::Driver;
use frames::Frames;
use iced::Point;
use window::{contact, jid, message, noon, snapshot};

const CONTACTS: usize = 10_000;
const CONVERSATIONS: usize = 500;
const MESSAGES: usize = 100_000;
const SIZE: (f32, f32) = (1_120.0, 720.0);
/// A notch of a mouse's wheel, and what a flick on a touchpad gives.
const NOTCH: f32 = 60.0;
const FLICK: f32 = 1_500.0;

fn main() {
    println!("| window of 1120 × 720 | frames | p50 | p99 | longest |");
    println!("| --- | --- | --- | --- | --- |");
    roster();
    timeline();
    resting();
}

fn user(n: usize) -> String {
    format!("person{n:05}")
}

/// Everybody in the list; with some of them there are conversations.
fn many() -> Snapshot {
    let contacts = (0..CONTACTS).map(|n| {
        let show = [Show::Online, Show::Away, Show::Offline, Show::Dnd][n % 4];
        let number = (n % 2 == 0).then(|| format!("sip:{}@sip.example.com", user(n)));
        contact(&user(n), &format!("Person {n:05}"), show, "At work", number.as_deref())
    });
    let conversations = (0..CONVERSATIONS).map(|n| {
        let at = window::ago(noon(), i64::try_from(n).unwrap());
        let last = message(&user(n), at, dovetail::model::call::Direction::In, "Until then!");
        Conversation { with: jid(&user(n)).into(), entries: vec![last], unread: 0 }
    });
    Snapshot {
        contacts: contacts.map(Arc::new).collect(),
        conversations: conversations.map(Arc::new).collect(),
        ..snapshot()
    }
}

fn roster() {
    let mut frames = Frames::new(Driver::sized(many(), SIZE.0, SIZE.1), SIZE);
    let list = Point::new(160.0, 500.0);
    for _ in 0..400 {
        frames.wheel(list, -NOTCH);
    }
    frames.report("10,000 contacts, wheel");
    for _ in 0..400 {
        frames.wheel(list, -FLICK);
    }
    frames.report("10,000 contacts, touchpad");
    for n in 0..200_u8 {
        frames.pointer(Point::new(160.0, 300.0 + 2.0 * f32::from(n)));
    }
    frames.report("10,000 contacts, pointer over rows");
    for typed in ["p", "pe", "per", "person 0", "person 01", "person 012", ""].repeat(10) {
        frames.message(Message::Sidebar(sidebar::Message::Search(typed.to_owned())));
    }
    frames.report("10,000 contacts, search as typed");
}

fn timeline() {
    let bob = jid("bob").to_string();
    let store = Store::in_memory().unwrap();
    history::fill(&store, MESSAGES, noon(), |_| bob.clone()).unwrap();
    let newest = store.history(&bob, None, 60).wait().unwrap();
    let talk = Conversation {
        with: jid("bob").into(),
        entries: newest.into_iter().map(Arc::new).collect(),
        unread: 0,
    };
    let shown = Snapshot { conversations: [Arc::new(talk)].into(), ..snapshot() };
    let mut window = Driver::sized(shown, SIZE.0, SIZE.1);
    window.take([Message::Sidebar(sidebar::Message::Open(jid("bob").into()))]);
    let mut frames = Frames::new(window, SIZE);
    let mut reached = HashSet::new();
    let mut answer = |command: &Command| {
        let Command::Chat(ChatCommand::History { with, before, after, limit }) = command else {
            return Ok(Reply::Done {});
        };
        let limit = limit.unwrap_or(50);
        let page = match after {
            Some(after) => store.history_from(with, *after, *before, limit),
            None => store.history(with, *before, limit),
        };
        let page = page.wait().unwrap();
        reached.extend(page.iter().map(|entry| entry.id.to_string()));
        Ok(Reply::History(page))
    };
    let talk = Point::new(700.0, 400.0);
    for _ in 0..400 {
        frames.wheel(talk, NOTCH);
        frames.serve(&mut answer);
    }
    frames.report("100,000 messages, wheel");
    for _ in 0..4_000 {
        frames.wheel(talk, FLICK);
        frames.serve(&mut answer);
    }
    frames.report("100,000 messages, touchpad");
    for _ in 0..400 {
        frames.wheel(talk, -NOTCH);
        frames.serve(&mut answer);
    }
    frames.report("100,000 messages, back");
    println!("| messages that were reached | {} | | | |", reached.len());
}

/// The rest of the window, while a frame is drawn for another reason.
fn resting() {
    let mut frames = Frames::new(Driver::sized(snapshot(), SIZE.0, SIZE.1), SIZE);
    frames.message(Message::Sidebar(sidebar::Message::Open(jid("bob").into())));
    frames.forget();
    for _ in 0..200 {
        frames.message(Message::Tick(noon()));
    }
    frames.report("a conversation, nothing new");
}
