//! The window at a keyboard: keys go to the widget that has the focus, and to the shortcuts
//! where that leaves them; the focus moves as it does in the real window.
#![allow(dead_code, clippy::unwrap_used)]

use dovetail::gui::app::{Keystroke, Message};
use dovetail::gui::theme::REGULAR;
use futures::executor::block_on;
use iced::advanced::widget::operation::Outcome;
use iced::event::Status;
use iced::keyboard::{self, Location, Modifiers, key};
use iced::{Event, Pixels, Point, Renderer, Size, mouse};
use iced_test::core::clipboard;
use iced_test::core::renderer::Headless;
use iced_test::runtime::UserInterface;
use iced_test::runtime::user_interface::Cache;

use crate::driver::Driver;

type Shown<'a> = UserInterface<'a, Message, iced::Theme, Renderer>;

pub struct Keyboard {
    pub window: Driver,
    size: Size,
    renderer: Renderer,
    cache: Cache,
}

impl Keyboard {
    /// A keyboard at a window of this size.
    pub fn at(window: Driver, width: f32, height: f32) -> Self {
        let renderer = block_on(<Renderer as Headless>::new(REGULAR, Pixels(14.0), None));
        let size = Size::new(width, height);
        Self { window, size, renderer: renderer.unwrap(), cache: Cache::default() }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Shown<'_>, &mut Renderer) -> T) -> T {
        let cache = std::mem::take(&mut self.cache);
        let view = self.window.app.view();
        let mut shown = UserInterface::build(view, self.size, cache, &mut self.renderer);
        let result = act(&mut shown, &mut self.renderer);
        self.cache = shown.into_cache();
        result
    }

    fn send(&mut self, event: Event, cursor: mouse::Cursor) -> Status {
        let (said, status) = self.with(|shown, renderer| {
            let mut said = Vec::new();
            let mut board = clipboard::Null;
            let (_, status) = shown.update(&[event], cursor, renderer, &mut board, &mut said);
            (said, status[0])
        });
        self.take(said);
        status
    }

    fn take(&mut self, messages: impl IntoIterator<Item = Message>) {
        self.window.take(messages);
        loop {
            let operations = self.window.operations();
            if operations.is_empty() {
                return;
            }
            for operation in operations {
                self.with(|shown, renderer| {
                    let mut next = Some(operation);
                    while let Some(mut operation) = next.take() {
                        shown.operate(renderer, operation.as_mut());
                        if let Outcome::Chain(following) = operation.finish() {
                            next = Some(following);
                        }
                    }
                });
            }
            self.window.operated();
        }
    }

    /// Presses a key.
    pub fn tap(&mut self, named: key::Named) {
        self.press(keyboard::Key::Named(named), Modifiers::empty());
    }

    /// Presses Ctrl and a letter.
    pub fn ctrl(&mut self, letter: &'static str) {
        self.press(keyboard::Key::Character(letter.into()), Modifiers::COMMAND);
    }

    /// Presses Ctrl, Shift and a letter.
    pub fn ctrl_shift(&mut self, letter: &'static str) {
        let held = Modifiers::COMMAND | Modifiers::SHIFT;
        self.press(keyboard::Key::Character(letter.into()), held);
    }

    /// Types a text.
    pub fn types(&mut self, text: &str) {
        for character in text.chars() {
            let key = keyboard::Key::Character(character.to_string().into());
            self.press(key, Modifiers::empty());
        }
    }

    fn press(&mut self, key: keyboard::Key, modifiers: Modifiers) {
        let text = match &key {
            keyboard::Key::Character(text) if modifiers.is_empty() => Some(text.clone()),
            _ => None,
        };
        let event = keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: key.clone(),
            physical_key: key::Physical::Unidentified(key::NativeCode::Unidentified),
            location: Location::Standard,
            modifiers,
            text,
            repeat: false,
        };
        let status = self.send(Event::Keyboard(event), mouse::Cursor::Unavailable);
        let stroke = Keystroke::of(&key, &key, modifiers, status == Status::Ignored);
        if let Some(stroke) = stroke {
            self.window.key(stroke);
            self.take([]);
        }
    }

    /// Moves the pointer.
    pub fn point(&mut self, x: f32, y: f32) {
        let position = Point::new(x, y);
        let moved = Event::Mouse(mouse::Event::CursorMoved { position });
        self.send(moved, mouse::Cursor::Available(position));
    }
}
