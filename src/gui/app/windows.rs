//! The windows on the screen: which are open, and what happens to each.

use iced::{Element, Event, Size, Task, Theme, event, keyboard, window};

use super::{App, Keystroke, Message};
use crate::model::time::Timestamp;

/// The main window when it opens.
const MAIN: Size = Size::new(1120.0, 720.0);

/// The smallest that it can be made.
const MAIN_LEAST: Size = Size::new(360.0, 480.0);

/// What can happen to any window.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// It has this size, having opened or having been resized.
    Resized(Size),
    /// It gained or lost the focus.
    Focused(bool),
    /// The person asked to close it.
    CloseRequested,
    /// A key with a meaning for the whole window.
    Key(Keystroke),
}

/// The windows that are open.
#[derive(Debug)]
pub(super) struct Windows {
    main: Option<window::Id>,
    main_focused: bool,
}

impl Windows {
    /// The main window, and the effect that opens it.
    pub(super) fn open() -> (Self, Task<Message>) {
        let (main, opened) = window::open(main_settings());
        // Where nothing hands out the focus, as on a screen without a window manager, the only
        // window has it.
        (Self { main: Some(main), main_focused: true }, opened.discard())
    }
}

impl App {
    /// The title of a window.
    pub fn title_of(&self, _window: window::Id) -> String {
        self.title()
    }

    /// The theme of a window.
    pub fn theme_of(&self, _window: window::Id) -> Theme {
        self.theme()
    }

    /// How much larger than usual everything is.
    pub fn scale_factor(&self, _window: window::Id) -> f32 {
        1.0
    }

    /// The view of a window.
    pub fn view_of(&self, _window: window::Id) -> Element<'_, Message> {
        self.view()
    }

    /// The main window is what the person looks at: it is open and has the focus. What is
    /// minimised has none.
    pub fn is_in_front(&self) -> bool {
        self.windows.main.is_some() && self.windows.main_focused
    }

    /// Something happened to a window at a moment.
    pub(super) fn in_window(
        &mut self,
        id: window::Id,
        at: Timestamp,
        happened: Happened,
    ) -> Task<Message> {
        self.clock.now = at;
        if self.windows.main == Some(id) { self.in_main(happened) } else { Task::none() }
    }

    fn in_main(&mut self, happened: Happened) -> Task<Message> {
        match happened {
            Happened::Resized(size) => self.update(Message::Resized(size)),
            Happened::Focused(on) => self.update(Message::Focused(on)),
            Happened::Key(key) => self.update(Message::Key(key)),
            Happened::CloseRequested => self.close_main(),
        }
    }

    /// The main window gained or lost the focus.
    pub(super) fn focused(&mut self, on: bool) -> Task<Message> {
        self.windows.main_focused = on;
        self.look()
    }

    /// What closing the main window means: the program ends.
    pub(super) fn close_main(&mut self) -> Task<Message> {
        iced::exit()
    }

    /// Brings the main window to the front, opening it when it is not open. Where the compositor
    /// decides about that (Wayland), it is at least marked.
    pub fn show_main(&mut self) -> Task<Message> {
        if let Some(main) = self.windows.main {
            let mark = Some(window::UserAttention::Informational);
            return Task::batch([
                window::minimize(main, false),
                window::gain_focus(main),
                window::request_user_attention(main, mark),
            ]);
        }
        let (windows, opened) = Windows::open();
        self.windows = windows;
        opened
    }
}

/// What a window is opened with besides its size.
fn settings(size: Size) -> window::Settings {
    window::Settings {
        size,
        exit_on_close_request: false,
        #[cfg(target_os = "linux")]
        platform_specific: window::settings::PlatformSpecific {
            application_id: "im.dovetail.Dovetail".to_owned(),
            ..window::settings::PlatformSpecific::default()
        },
        ..window::Settings::default()
    }
}

fn main_settings() -> window::Settings {
    window::Settings { min_size: Some(MAIN_LEAST), ..settings(MAIN) }
}

/// What is listened to in every window.
pub(super) fn listen(event: Event, status: event::Status, id: window::Id) -> Option<Message> {
    let happened = match event {
        Event::Window(window::Event::Opened { size, .. } | window::Event::Resized(size)) => {
            Happened::Resized(size)
        }
        Event::Window(window::Event::Focused) => Happened::Focused(true),
        Event::Window(window::Event::Unfocused) => Happened::Focused(false),
        Event::Window(window::Event::CloseRequested) => Happened::CloseRequested,
        Event::Keyboard(keyboard::Event::KeyPressed {
            key,
            modified_key,
            modifiers,
            repeat: false,
            ..
        }) => {
            let ignored = status == event::Status::Ignored;
            Happened::Key(Keystroke::of(&key, &modified_key, modifiers, ignored)?)
        }
        _ => return None,
    };
    Some(Message::Window(id, super::super::read_clock(), happened))
}
