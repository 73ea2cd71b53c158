//! The window without a pointer: what can be pressed is reached by Tab, and pressed where one is.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/keyboard.rs"]
mod keyboard;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{CallCommand, Command};
use dovetail::gui::app::{Door, Keystroke};
use dovetail::gui::screen::conversation::COMPOSER;
use dovetail::gui::screen::settings::Section;
use dovetail::gui::theme::{Button, Mode, REGULAR};
use dovetail::gui::widget::fresh::fresh;
use dovetail::gui::widget::press::press;
use dovetail::gui::widget::{body, button};
use dovetail::model::presence::Show;
use driver::Driver;
use futures::executor::block_on;
use iced::advanced::widget::operation::focusable::{Count, count, focus_next};
use iced::advanced::widget::{Operation, operation};
use iced::event::Status;
use iced::keyboard::key::Named;
use iced::widget::{column, text_input};
use iced::{Element, Event, Pixels, Point, Renderer, Size, mouse};
use iced_test::core::clipboard;
use iced_test::core::renderer::Headless;
use iced_test::runtime::UserInterface;
use iced_test::runtime::user_interface::Cache;

use keyboard::Keyboard;
use window::{jid, snapshot};

type Said = &'static str;

/// A view that keeps its state while what it shows changes.
struct Page {
    renderer: Renderer,
    cache: Cache,
}

impl Page {
    fn new() -> Self {
        let renderer = block_on(<Renderer as Headless>::new(REGULAR, Pixels(14.0), None));
        Self { renderer: renderer.unwrap(), cache: Cache::default() }
    }

    fn with<T>(
        &mut self,
        view: Element<'_, Said>,
        act: impl FnOnce(&mut UserInterface<'_, Said, iced::Theme, Renderer>, &mut Renderer) -> T,
    ) -> T {
        let cache = std::mem::take(&mut self.cache);
        let size = Size::new(300.0, 400.0);
        let mut shown = UserInterface::build(view, size, cache, &mut self.renderer);
        let result = act(&mut shown, &mut self.renderer);
        self.cache = shown.into_cache();
        result
    }

    /// Tab, and where the focus then is.
    fn tab(&mut self, view: Element<'_, Said>) -> Count {
        self.with(view, |shown, renderer| {
            let mut next: Box<dyn Operation> = Box::new(focus_next());
            loop {
                shown.operate(renderer, next.as_mut());
                match next.finish() {
                    operation::Outcome::Chain(following) => next = following,
                    _ => break,
                }
            }
            counted(shown, renderer)
        })
    }

    fn focus(&mut self, view: Element<'_, Said>) -> Option<usize> {
        self.with(view, |shown, renderer| counted(shown, renderer)).focused
    }

    fn send(
        &mut self,
        view: Element<'_, Said>,
        event: Event,
        cursor: mouse::Cursor,
    ) -> (Vec<Said>, Status) {
        self.with(view, |shown, renderer| {
            let mut said = Vec::new();
            let mut board = clipboard::Null;
            let (_, status) = shown.update(&[event], cursor, renderer, &mut board, &mut said);
            (said, status[0])
        })
    }

    fn key(&mut self, view: Element<'_, Said>, key: Named) -> (Vec<Said>, Status) {
        let event = iced_test::simulator::press_key(key, None);
        self.send(view, event, mouse::Cursor::Unavailable)
    }
}

fn counted<T>(
    shown: &mut UserInterface<'_, T, iced::Theme, Renderer>,
    renderer: &Renderer,
) -> Count {
    let mut count = count();
    shown.operate(renderer, &mut operation::black_box(&mut count));
    match count.finish() {
        operation::Outcome::Some(count) => count,
        _ => Count::default(),
    }
}

fn page<'a>(enabled: bool) -> Element<'a, Said> {
    column![
        button::words(Button::Primary, "One", Some("one")),
        button::words(Button::Quiet, "Not now", enabled.then_some("not now")),
        press(body("Row")).edge_to_edge().on_press("row"),
        text_input("Field", "").on_input(|_| "typed"),
    ]
    .into()
}

#[test]
fn tab_goes_to_everything_that_can_be_pressed_in_the_order_of_reading() {
    let mut shown = Page::new();
    assert_eq!(shown.tab(page(false)), Count { focused: Some(0), total: 3 });
    assert_eq!(shown.key(page(false), Named::Enter), (vec!["one"], Status::Captured));
    assert_eq!(shown.key(page(false), Named::Space), (vec!["one"], Status::Captured));
    assert_eq!(shown.key(page(false), Named::Escape), (vec![], Status::Ignored));
    assert_eq!(shown.tab(page(false)).focused, Some(1));
    assert_eq!(shown.key(page(false), Named::Enter).0, ["row"]);
    assert_eq!(shown.tab(page(false)).focused, Some(2));
    assert!(shown.key(page(false), Named::Enter).0.is_empty(), "the field has it");
    assert_eq!(shown.tab(page(true)).total, 4);
}

#[test]
fn a_click_takes_the_ring_away() {
    let mut shown = Page::new();
    shown.tab(page(true));
    let click = Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left));
    shown.send(page(true), click, mouse::Cursor::Available(Point::new(290.0, 390.0)));
    assert_eq!(shown.focus(page(true)), None);
    assert_eq!(shown.key(page(true), Named::Enter), (vec![], Status::Ignored));
}

#[test]
fn what_can_no_longer_be_pressed_loses_the_keyboard() {
    let mut shown = Page::new();
    shown.tab(page(true));
    assert_eq!(shown.tab(page(true)).focused, Some(1));
    assert_eq!(shown.focus(page(false)), None);
    assert_eq!(shown.key(page(true), Named::Enter), (vec![], Status::Ignored));
}

#[test]
fn the_keyboard_does_not_slip_onto_what_takes_the_place_of_a_card() {
    let card = |call: u32, said: Said| {
        fresh(("incoming", call), button::words(Button::Answer, "Answer", Some(said)))
    };
    let mut shown = Page::new();
    shown.tab(card(1, "first"));
    assert_eq!(shown.key(card(1, "first"), Named::Enter).0, ["first"]);
    assert_eq!(shown.key(card(2, "second"), Named::Enter), (vec![], Status::Ignored));
}

#[test]
fn the_ring_is_seen() {
    let look = |shown: &mut Page, focused: bool| {
        shown.with(page(true), |shown, renderer| {
            if focused {
                let mut next: Box<dyn Operation> = Box::new(focus_next());
                shown.operate(renderer, next.as_mut());
                if let operation::Outcome::Chain(mut following) = next.finish() {
                    shown.operate(renderer, following.as_mut());
                }
            }
            let theme = Mode::Light.theme();
            let style = iced::advanced::renderer::Style { text_color: iced::Color::BLACK };
            shown.draw(renderer, &theme, &style, mouse::Cursor::Unavailable);
            renderer.screenshot(Size::new(300, 400), 1.0, iced::Color::WHITE)
        })
    };
    let plain = look(&mut Page::new(), false);
    let ringed = look(&mut Page::new(), true);
    assert_ne!(plain, ringed);
}

/// How much of the window Tab goes to.
fn reachable(window: &Driver) -> usize {
    let mut renderer = Page::new().renderer;
    let size = Size::new(1120.0, 1_400.0);
    let view = window.app.view();
    counted(&mut UserInterface::build(view, size, Cache::default(), &mut renderer), &renderer).total
}

#[test]
fn the_sections_of_the_settings_are_reached() {
    let mut window = Driver::new(window::snapshot());
    let before = reachable(&window);
    window.key(Keystroke::Open(Door::Settings));
    // The way back, the sections, and the four ways from the first of them.
    assert_eq!(reachable(&window), before + 1 + Section::ALL.len() + 4);
}

fn placed(window: &mut Driver) -> Vec<String> {
    let to = |command| match command {
        Command::Call(CallCommand::Place { to, .. }) => Some(to),
        _ => None,
    };
    window.commands().into_iter().filter_map(to).collect()
}

#[test]
fn the_arrows_go_through_the_list_and_enter_opens_what_they_are_on() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut keys = Keyboard::at(Driver::sized(snapshot(), width, height), width, height);
        // Nowhere else do the arrows move in the list.
        keys.tap(Named::ArrowDown);
        keys.tap(Named::Enter);
        assert!(keys.window.says("Conversations") && !keys.window.offers(COMPOSER));
        keys.ctrl("l");
        keys.tap(Named::ArrowDown);
        keys.tap(Named::ArrowDown);
        keys.ctrl_shift("c");
        assert_eq!(placed(&mut keys.window), [jid("carol").to_string()]);
        // Over the headings, to the end and no further.
        for _ in 0..10 {
            keys.tap(Named::ArrowDown);
        }
        keys.ctrl_shift("c");
        assert_eq!(placed(&mut keys.window), [jid("romeo").to_string()]);
        for _ in 0..10 {
            keys.tap(Named::ArrowUp);
        }
        keys.ctrl_shift("c");
        assert_eq!(placed(&mut keys.window), [jid("bob").to_string()]);
        keys.tap(Named::ArrowDown);
        keys.tap(Named::Enter);
        assert!(keys.window.mentions("Could you send me the slides"), "Carol's is open");
        assert!(keys.window.offers(COMPOSER));
        // What is typed moves the choice to the first that is found.
        keys.ctrl("l");
        keys.types("jul");
        keys.tap(Named::ArrowDown);
        keys.ctrl_shift("c");
        assert_eq!(placed(&mut keys.window), [jid("juliet").to_string()]);
    }
}

#[test]
fn the_menu_is_gone_through_by_keys() {
    let mut keys = Keyboard::at(Driver::new(snapshot()), 1120.0, 720.0);
    keys.tap(Named::F10);
    keys.tap(Named::ArrowDown);
    keys.tap(Named::Enter);
    let away = Command::Presence { show: Show::Away, status: String::new() };
    assert_eq!(keys.window.commands(), [away]);
    assert!(!keys.window.says("Quit"));
    // Past the presences, into the field, and out of it.
    keys.tap(Named::F10);
    for _ in 0..4 {
        keys.tap(Named::ArrowDown);
    }
    keys.types("Lunch");
    keys.tap(Named::ArrowDown);
    keys.tap(Named::ArrowUp);
    keys.tap(Named::Enter);
    let lunch = Command::Presence { show: Show::Online, status: "Lunch".to_owned() };
    assert_eq!(keys.window.commands(), [lunch]);
    keys.tap(Named::F10);
    keys.tap(Named::ArrowUp);
    keys.tap(Named::Escape);
    assert!(!keys.window.says("Quit"));
}

#[test]
fn everybody_in_the_list_can_be_called_by_tab_and_enter() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut keys = Keyboard::at(Driver::sized(snapshot(), width, height), width, height);
        keys.ctrl("l");
        // A row and then its button; Dave has no number.
        for (tabs, who) in [(2, "bob"), (2, "carol"), (3, "juliet"), (2, "romeo")] {
            for _ in 0..tabs {
                keys.tap(Named::Tab);
            }
            keys.tap(Named::Enter);
            assert_eq!(placed(&mut keys.window), [jid(who).to_string()]);
        }
        // And by the pointer, on the row or not.
        keys.window.click("Call");
        assert_eq!(placed(&mut keys.window), [jid("juliet").to_string()]);
    }
}
