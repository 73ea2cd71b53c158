//! The timeline: 100,000 entries, pages that come by themselves, what is unread, days, search.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::command::{ChatCommand, Command, CommandError, HistoryCommand, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Keystroke, Message, Way};
use dovetail::gui::screen::conversation::{COMPOSER, DATE, FIND, PAGE};
use dovetail::model::call::Direction;
use dovetail::model::message::{Conversation, Entry, MessageState};
use dovetail::model::time::Timestamp;
use driver::Driver;
use window::{ago, contact, jid, message, noon, snapshot};

/// A history of so many entries with Bob, one a minute, the newest a minute ago.
struct History {
    count: i64,
}

impl History {
    fn entry(&self, number: i64) -> Arc<Entry> {
        let direction = if number % 3 == 0 { Direction::Out } else { Direction::In };
        let text = match number % 7 {
            0 => format!("number {number} 😀 日本語"),
            1 => format!("number {number} שלום עולם"),
            2 => format!("number {number} {}", "and more of it ".repeat(12)),
            _ => format!("number {number}"),
        };
        message("bob", ago(noon(), self.count - number), direction, &text)
    }

    fn newest(&self, count: i64) -> Vec<Arc<Entry>> {
        (self.count - count..self.count).map(|number| self.entry(number)).collect()
    }

    /// What the store answers.
    fn page(&self, command: &Command) -> Vec<Entry> {
        let Command::Chat(ChatCommand::History { before, after, limit, .. }) = command else {
            panic!("{command:?}");
        };
        let limit = i64::from(limit.unwrap());
        // The number of the first entry of this moment or later.
        let from = |at: Timestamp| {
            let millis = at.unix_millis() - noon().unix_millis();
            (millis.div_euclid(60_000) + i64::from(millis.rem_euclid(60_000) > 0) + self.count)
                .clamp(0, self.count)
        };
        let numbers = match (before, after) {
            (Some(before), None) => from(*before).saturating_sub(limit).max(0)..from(*before),
            (None, Some(after)) => from(*after)..(from(*after) + limit).min(self.count),
            other => panic!("{other:?}"),
        };
        numbers.map(|number| Entry::clone(&self.entry(number))).collect()
    }

    /// The conversation open, in a window of the usual size.
    fn open(&self, unread: u32) -> Driver {
        let mut window = Driver::new(self.snapshot(unread));
        window.click("Bob");
        let _ = window.commands();
        window.drawn();
        self.serve(&mut window);
        window
    }

    fn snapshot(&self, unread: u32) -> Snapshot {
        let entries = self.newest(self.count.min(60));
        let conversation = Conversation { with: jid("bob").into(), entries, unread };
        Snapshot { conversations: [Arc::new(conversation)].into_iter().collect(), ..snapshot() }
    }

    /// Answers what the window asks for until it asks for nothing more.
    fn serve(&self, window: &mut Driver) {
        while window.answer_with(|command| match command {
            Command::Chat(ChatCommand::History { .. }) => Reply::History(self.page(command)),
            _ => Reply::Done {},
        }) {
            window.drawn();
        }
    }

    /// The numbers in sight.
    fn in_sight(&self, window: &Driver) -> Vec<i64> {
        let mut numbers: Vec<i64> = window
            .texts_from(320.0)
            .iter()
            .filter_map(|text| text.strip_prefix("number ")?.split(' ').next()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

fn find(window: &mut Driver) {
    window.key(Keystroke::Timeline(Way::Find));
}

#[test]
fn the_newest_entries_are_shown_and_only_what_is_in_sight() {
    let history = History { count: 10_000 };
    let window = history.open(0);
    let numbers = history.in_sight(&window);
    assert_eq!(numbers.last(), Some(&9_999));
    assert!(numbers.len() < 30, "{} rows", numbers.len());
    assert!(!window.offers("Jump to newest"));
}

#[test]
fn the_wheel_moves_by_as_much_as_it_was_turned_even_when_a_page_comes() {
    let history = History { count: 10_000 };
    let mut window = history.open(0);
    for _ in 0..50 {
        let before = history.in_sight(&window);
        let middle = before.get(before.len() / 2).copied().unwrap();
        let text = |number| history.entry(number).body.clone().unwrap();
        let at = window.top_of(&text(middle)).unwrap();
        window.wheel(1.0);
        let moved = window.top_of(&text(middle)).unwrap() - at;
        assert!((moved - 60.0).abs() < 0.5, "{middle} moved by {moved}");
        history.serve(&mut window);
        let stays = window.top_of(&text(middle)).unwrap() - at;
        assert!((stays - 60.0).abs() < 0.5, "a page moved {middle} to {stays}");
    }
}

#[test]
fn a_hundred_thousand_entries_are_gone_through_without_a_gap() {
    let history = History { count: 100_000 };
    let mut window = history.open(0);
    let mut oldest = history.in_sight(&window)[0];
    for _ in 0..12 {
        for _ in 0..10 {
            window.wheel(8.0);
            let numbers = history.in_sight(&window);
            let (first, last) = (numbers[0], *numbers.last().unwrap());
            assert!(last >= oldest - 1, "a gap between {last} and {oldest}");
            assert_eq!(last - first + 1, i64::try_from(numbers.len()).unwrap());
            oldest = first;
        }
        history.serve(&mut window);
    }
    assert!(oldest < 99_000, "{oldest}");
    window.press("Jump to newest");
    assert_eq!(history.in_sight(&window).last(), Some(&99_999));
}

#[test]
fn the_bar_is_dragged_to_the_beginning_and_to_the_end() {
    let history = History { count: 500 };
    let mut window = history.open(0);
    let place = |y| iced::Point::new(1_115.0, y);
    let mut drags = 0;
    while !history.in_sight(&window).contains(&0) {
        drags += 1;
        assert!(drags < 12, "{:?}", history.in_sight(&window));
        // Wherever it stands: beside what is dragged, the bar comes to the pointer.
        window.drag(place(400.0), place(76.0));
        history.serve(&mut window);
    }
    window.drag(place(400.0), place(719.0));
    history.serve(&mut window);
    assert_eq!(history.in_sight(&window).last(), Some(&499));
    assert!(!window.offers("Jump to newest"));
}

#[test]
fn what_comes_below_does_not_move_what_is_read() {
    let history = History { count: 500 };
    let mut window = history.open(0);
    window.wheel(10.0);
    history.serve(&mut window);
    let seen = history.in_sight(&window);
    let mut snapshot = history.snapshot(0);
    let mut entries = history.newest(60);
    entries.push(message("bob", noon(), Direction::In, "something new"));
    let conversation = Conversation { with: jid("bob").into(), entries, unread: 1 };
    snapshot.conversations = [Arc::new(conversation)].into_iter().collect();
    window.show(snapshot);
    assert_eq!(history.in_sight(&window), seen);
    let shows = |window: &Driver| window.texts_from(320.0).iter().any(|t| t == "something new");
    assert!(!shows(&window));
    window.click("1 new message");
    assert!(shows(&window));
    assert!(!window.offers("Jump to newest") && !window.says("1 new message"));
}

#[test]
fn what_is_unread_begins_below_a_line() {
    let history = History { count: 500 };
    let mut window = history.open(30);
    assert!(window.says("New messages"));
    let numbers = history.in_sight(&window);
    assert!(!numbers.contains(&499), "the beginning of what is new is shown");
    let line = window.top_of("New messages").unwrap();
    assert!((72.0..360.0).contains(&line), "{line}");
    // Written to, everything was read.
    window.type_and_enter("composer", "Hi");
    assert!(!window.says("New messages"));
    assert_eq!(history.in_sight(&window).last(), Some(&499));
    let read = history.open(0);
    assert!(!read.says("New messages"));
}

#[test]
fn what_comes_below_is_looked_at_only_when_it_is_in_sight() {
    let history = History { count: 500 };
    let mut window = history.open(0);
    window.wheel(10.0);
    history.serve(&mut window);
    let with_new = || {
        let mut entries = history.newest(60);
        entries.push(message("bob", noon(), Direction::In, "something new"));
        let conversation = Conversation { with: jid("bob").into(), entries, unread: 1 };
        let conversations = [Arc::new(conversation)].into_iter().collect();
        Snapshot { conversations, ..snapshot() }
    };
    window.show(with_new());
    let displayed = Command::Chat(ChatCommand::Displayed { with: jid("bob").into() });
    assert_eq!(window.commands(), []);
    window.click("1 new message");
    window.drawn();
    assert_eq!(window.commands(), [displayed]);
    // What comes while the window is behind others begins below a line.
    let mut window = history.open(0);
    window.focus(false);
    window.show(with_new());
    assert!(window.says("New messages"));
    assert_eq!(window.commands(), []);
}

#[test]
fn a_conversation_that_is_opened_after_another_begins_at_its_own_line() {
    use dovetail::gui::screen::conversation;
    use iced_test::runtime::{UserInterface, user_interface::Cache};
    let talk = |with: &str, unread| {
        let entries = (0..60).map(|n| message(with, ago(noon(), 60 - n), Direction::In, "Hi"));
        Arc::new(Conversation { with: jid(with).into(), entries: entries.collect(), unread })
    };
    let conversations = [talk("bob", 0), talk("carol", 30)].into_iter().collect();
    let mut window = Driver::new(Snapshot { conversations, ..snapshot() });
    let mut renderer = iced::Renderer::new(dovetail::gui::theme::REGULAR, 14.0.into());
    let mut cache = Cache::default();
    let mut ends = Vec::new();
    // The list keeps its state from one to the other, as in the program.
    for name in ["Bob", "Carol"] {
        window.click(name);
        let size = iced::Size::new(1_120.0, 720.0);
        let mut shown = UserInterface::build(window.app.view(), size, cache, &mut renderer);
        let mut messages = Vec::new();
        let _ = shown.update(
            &[driver::redrawn()],
            iced::mouse::Cursor::Unavailable,
            &mut renderer,
            &mut iced::advanced::clipboard::Null,
            &mut messages,
        );
        cache = shown.into_cache();
        ends.extend(messages.into_iter().filter_map(|message| match message {
            Message::Conversation(conversation::Message::Sight(sight)) => Some(sight.at_end),
            _ => None,
        }));
    }
    assert_eq!(ends, [true, false]);
}

#[test]
fn what_is_unread_may_begin_before_what_is_at_hand() {
    let history = History { count: 500 };
    let mut window = history.open(100);
    let mut above = 0;
    while !history.in_sight(&window).contains(&350) {
        above += 1;
        assert!(above < 40);
        window.wheel(6.0);
        history.serve(&mut window);
        if window.says("New messages") {
            break;
        }
    }
    // Every third is ours: a hundred that came are the last hundred and fifty.
    let around = history.in_sight(&window);
    assert!(around[0] < 352 && *around.last().unwrap() > 348, "{around:?}");
    assert!(window.says("New messages"));
}

#[test]
fn the_timeline_speaks_other_languages() {
    use dovetail::lang::{Language, speak};
    let history = History { count: 100 };
    for (language, new, missed) in [
        (Language::German, "Neue Nachrichten", "Verpasster Anruf von Bob"),
        (Language::French, "Nouveaux messages", "Appel manqué de Bob"),
    ] {
        speak(language);
        assert!(history.open(3).says(new), "{new}");
        let mut window = Driver::new(snapshot());
        window.click("Bob");
        assert!(window.mentions(missed), "{missed}");
    }
    speak(Language::English);
}

#[test]
fn earlier_messages_that_cannot_be_had_say_so_and_are_tried_again() {
    let history = History { count: 500 };
    let mut window = Driver::new(history.snapshot(0));
    window.click("Bob");
    let _ = window.commands();
    for _ in 0..12 {
        window.wheel(10.0);
    }
    assert!(window.says("Loading earlier messages…"));
    window.answer(Err(CommandError::Refused("The disk is gone.".to_owned())));
    for _ in 0..4 {
        window.wheel(10.0);
    }
    assert_eq!(window.commands(), [], "not tried again by itself");
    assert!(window.says("Earlier messages could not be loaded."));
    window.click("Try again");
    history.serve(&mut window);
    window.wheel(10.0);
    assert!(!window.says("Earlier messages could not be loaded."));
    assert!(history.in_sight(&window)[0] < 440);
}

#[test]
fn a_hit_far_back_is_gone_to() {
    let history = History { count: 100_000 };
    let mut window = history.open(0);
    find(&mut window);
    window.type_into(FIND, "4");
    let asked = window.answer(Ok(Reply::History(vec![
        Entry::clone(&history.entry(4)),
        Entry::clone(&history.entry(40_000)),
        Entry::clone(&history.entry(99_990)),
    ])));
    assert!(matches!(&asked, Command::History(HistoryCommand::Search { text, scope, .. })
        if text == "4" && scope.is_with(jid("bob").as_str())));
    assert!(window.says("1 of 3"));
    assert!(history.in_sight(&window).contains(&99_990));
    window.press("Older");
    history.serve(&mut window);
    assert!(window.says("2 of 3"));
    assert!(history.in_sight(&window).contains(&40_000));
    assert!(window.offers("Jump to newest"));
    window.press("Older");
    history.serve(&mut window);
    assert!(history.in_sight(&window).contains(&4));
    window.press("Newer");
    history.serve(&mut window);
    assert!(history.in_sight(&window).contains(&40_000));
    // Down from there, the pages come as well.
    for _ in 0..20 {
        window.wheel(-10.0);
        history.serve(&mut window);
    }
    assert!(history.in_sight(&window)[0] > 40_100);
    window.key(Keystroke::Escape);
    assert!(!window.says("2 of 3"));
}

#[test]
fn one_press_of_escape_closes_the_bar_whose_field_has_the_cursor() {
    let history = History { count: 100 };
    let mut window = history.open(0);
    find(&mut window);
    assert!(window.offers(FIND));
    window.escape_in(FIND);
    assert!(!window.offers(FIND));
    window.key(Keystroke::Timeline(Way::Dates));
    window.escape_in(DATE);
    assert!(!window.says("March 2026"));
    // Elsewhere a field only gives up the cursor.
    find(&mut window);
    window.escape_in(COMPOSER);
    assert!(window.offers(FIND));
}

#[test]
fn a_search_without_an_answer_says_so() {
    let history = History { count: 100 };
    let mut window = history.open(0);
    find(&mut window);
    window.type_into(FIND, "x");
    assert!(window.says("Searching…"));
    window.answer(Ok(Reply::History(Vec::new())));
    assert!(window.says("Nothing found"));
    window.type_into(FIND, "y");
    window.answer(Err(CommandError::Refused("The disk is gone.".to_owned())));
    assert!(window.says("The history could not be searched."));
}

#[test]
fn a_day_is_gone_to() {
    let history = History { count: 100_000 };
    let mut window = history.open(0);
    window.key(Keystroke::Timeline(Way::Dates));
    assert!(window.says("March 2026"));
    window.press("Month before");
    assert!(window.says("February 2026"));
    window.click("3");
    history.serve(&mut window);
    let day = window.top_of("3 February").unwrap();
    assert!(day < 500.0, "{day}");
    window.key(Keystroke::Timeline(Way::Dates));
    window.type_and_enter(DATE, "nonsense");
    assert!(window.mentions("This is not a date."));
    window.key(Keystroke::Escape);
    window.key(Keystroke::Timeline(Way::Dates));
    window.type_and_enter(DATE, "2026-01-15");
    history.serve(&mut window);
    assert!(window.says("15 January"));
    window.key(Keystroke::Timeline(Way::Dates));
    window.type_and_enter(DATE, "2025-12-24");
    window.answer(Err(CommandError::Refused("The disk is gone.".to_owned())));
    assert!(window.says("The messages of that day could not be loaded."));
    assert!(window.says("15 January"), "nothing moved");
    window.key(Keystroke::Timeline(Way::Newest));
    assert_eq!(history.in_sight(&window).last(), Some(&99_999));
}

#[test]
fn a_view_is_gone_by_the_page_keys() {
    let history = History { count: 500 };
    let mut window = history.open(0);
    let before = history.in_sight(&window);
    window.key(Keystroke::Timeline(Way::PageUp));
    window.drawn();
    history.serve(&mut window);
    let after = history.in_sight(&window);
    assert!(after[0] < before[0] && after.last() < before.last() && after.last() >= before.first());
    window.key(Keystroke::Timeline(Way::PageDown));
    window.drawn();
    assert_eq!(history.in_sight(&window), before);
}

#[test]
fn a_message_that_failed_is_sent_again() {
    let mut entry = Entry::clone(&message("bob", noon(), Direction::Out, "Hello?"));
    entry.state = Some(MessageState::Failed);
    let conversation =
        Conversation { with: jid("bob").into(), entries: vec![Arc::new(entry)], unread: 0 };
    let conversations = [Arc::new(conversation)].into_iter().collect();
    let mut window = Driver::new(Snapshot { conversations, ..snapshot() });
    window.click("Bob");
    let _ = window.commands();
    window.click("Send again");
    let send = ChatCommand::Send { to: jid("bob").into(), body: "Hello?".to_owned() };
    assert_eq!(window.commands(), [Command::Chat(send)]);
}

/// Bob's words in an open conversation, and where they stand.
fn said(words: &str) -> (Driver, iced::Rectangle) {
    let entries = vec![message("bob", ago(noon(), 1), Direction::In, words)];
    let conversation = Conversation { with: jid("bob").into(), entries, unread: 0 };
    let conversations = [Arc::new(conversation)].into_iter().collect();
    let mut window = Driver::new(Snapshot { conversations, ..snapshot() });
    window.click("Bob");
    let _ = window.commands();
    window.drawn();
    let place = window.texts_at(words).into_iter().find(|place| place.x > 320.0).unwrap();
    (window, place)
}

#[test]
fn a_part_of_a_message_is_chosen_and_copied() {
    let (mut window, place) = said("See sip:desk@example.com for the rest.\nThe second line.");
    let start = iced::Point::new(place.x + 1.0, place.y + 10.0);
    let line = |number: f32, x: f32| iced::Point::new(place.x + x, place.y + 10.0 + number * 20.0);
    // Nothing is chosen by a click, and nothing is copied then.
    window.clicks_at(start, iced::mouse::Button::Left, 1);
    window.copy();
    assert_eq!(window.copied(), None);
    // Across the link and the end of the line.
    window.drag(start, line(1.0, place.width));
    window.copy();
    let copied = window.copied().unwrap();
    assert!(copied.starts_with("See sip:desk@example.com for"), "{copied}");
    assert!(copied.ends_with("\nThe second line."), "{copied}");
    assert!(!window.says("Call sip:desk@example.com"), "a drag is no click on a link");
    window.clicks_at(start, iced::mouse::Button::Left, 2);
    window.copy();
    assert_eq!(window.copied().as_deref(), Some("See"));
    window.clicks_at(start, iced::mouse::Button::Left, 3);
    window.copy();
    let all = "See sip:desk@example.com for the rest.\nThe second line.";
    assert_eq!(window.copied().as_deref(), Some(all));
}

#[test]
fn a_message_is_copied_from_its_menu() {
    let (mut window, place) = said("Written from right to left: שלום עולם");
    let inside = iced::Point::new(place.x + 20.0, place.y + 10.0);
    window.clicks_at(inside, iced::mouse::Button::Right, 1);
    window.click("Copy message");
    assert_eq!(window.copied().as_deref(), Some("Written from right to left: שלום עולם"));
    assert!(window.says("Copied"));
    window.key(Keystroke::Escape);
    assert!(!window.says("Copied"));
}

#[test]
fn long_names_and_texts_in_any_direction_stay_within_the_window() {
    let name = "Adalbert Maximilian von und zu Hohenberg-Lindenau the Third of That Name";
    let texts = ["שלום, מה שלומך היום? ".repeat(40), "x".repeat(4_000), "👩‍👧‍👦".repeat(300)];
    let entries: Vec<_> = texts
        .iter()
        .zip(0..)
        .map(|(text, n)| message("bob", ago(noon(), 10 - n), Direction::In, text))
        .collect();
    let conversation = Conversation { with: jid("bob").into(), entries, unread: 3 };
    let bob = contact("bob", name, dovetail::model::presence::Show::Online, "", None);
    for width in [360.0, 1_600.0] {
        let mut window = Driver::sized(
            Snapshot {
                contacts: [Arc::new(bob.clone())].into_iter().collect(),
                conversations: [Arc::new(conversation.clone())].into_iter().collect(),
                ..snapshot()
            },
            width,
            2_400.0,
        );
        window.click(name);
        window.drawn();
        for (left, right) in window.widths() {
            assert!(left >= 0.0 && right <= width + 0.5, "{left}..{right} of {width}");
        }
    }
}

#[test]
fn no_more_than_some_pages_are_kept() {
    let history = History { count: 100_000 };
    let mut window = history.open(0);
    for _ in 0..40 {
        window.wheel(1_000.0);
        history.serve(&mut window);
    }
    let most = i64::try_from(10 * PAGE).unwrap();
    let first = history.in_sight(&window)[0];
    assert!(first < 100_000 - most, "{first}");
    // What is below was let go, and comes again.
    for _ in 0..60 {
        window.wheel(-1_000.0);
        history.serve(&mut window);
    }
    assert_eq!(history.in_sight(&window).last(), Some(&99_999));
    assert!(!window.offers("Jump to newest"));
}
