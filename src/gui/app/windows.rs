//! The windows on the screen: which are open, and what happens to each. The main one can be closed
//! to the tray and opened again; calls that begin to ring while it is not in front have a small
//! one of their own.

use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Element, Event, Point, Size, Task, Theme, event, keyboard, window};

use super::calls::{GRACE, has_passed};
use super::place::Placed;
use super::{App, Keystroke, Message, Shortcut};
use crate::desktop::place::{Kept, LEAST, Place};
use crate::gui::theme::measure;
use crate::gui::widget::card;
use crate::gui::{plain, view};
use crate::model::call::Call;
use crate::model::id::CallId;
use crate::model::time::Timestamp;
use crate::tr;

/// The window of calls that ring, before its cards were measured.
const RINGING: Size = Size::new(measure::CARD, 240.0);

/// It grows with its cards up to here; more of them are scrolled.
const RINGING_MOST: f32 = 640.0;

/// Its distance from the upper right corner of the screen.
const CORNER: Point = Point::new(24.0, 48.0);

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
    /// What it shows is so high.
    Measured(f32),
    /// It was moved.
    Moved,
    /// It was looked at after that.
    Looked(Look),
    /// It has stayed as it is for a while.
    Settled,
}

/// What can be seen of a window from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// It fills the screen.
    pub fills: bool,
    /// One of its pixels, at the screen's own scale, is so many points.
    pub scale: f32,
    /// Its corner in such pixels, where the platform tells.
    pub at: Option<Point>,
}

/// The windows that are open.
#[derive(Debug, Default)]
pub(super) struct Windows {
    main: Option<window::Id>,
    main_focused: bool,
    /// When it lost the focus.
    left: Option<Timestamp>,
    ringing: Option<Ringing>,
    /// Calls that ring and stand in the main window: they began there, or the person wants them
    /// there.
    in_main: Vec<CallId>,
    pub(super) placed: Placed,
}

/// The window of calls that ring.
#[derive(Debug)]
struct Ringing {
    id: window::Id,
    height: f32,
    /// Since when keys can be meant for it.
    since: Option<Timestamp>,
    was_focused: bool,
}

impl Windows {
    /// The main window, and the effect that opens it; none where it begins in the tray.
    pub(super) fn open(place: Kept, factor: f32, in_tray: bool) -> (Self, Task<Message>) {
        let placed = Placed::new(place);
        if in_tray {
            return (Self { placed, ..Self::default() }, Task::none());
        }
        let (main, opened) = open_main(placed.place(), factor);
        // Where nothing hands out the focus, as on a screen without a window manager, the only
        // window has it.
        let windows = Self { main: Some(main), main_focused: true, placed, ..Self::default() };
        (windows, opened)
    }

    /// How large the main window is when it opens, everything in it being so much larger.
    pub(super) fn size(&self, factor: f32) -> Size {
        let (width, height) = self.placed.place().size;
        Size::new(width / factor, height / factor)
    }

    fn is_ringing(&self, id: window::Id) -> bool {
        self.ringing.as_ref().is_some_and(|ringing| ringing.id == id)
    }
}

impl App {
    /// The title of a window.
    pub fn title_of(&self, window: window::Id) -> String {
        if self.windows.is_ringing(window) {
            return tr!("calls-window-title").to_owned();
        }
        self.title()
    }

    /// The main window's title.
    pub fn title(&self) -> String {
        let suffix = plain::line(&self.setting.options.title_suffix);
        let mut title = "Dovetail".to_owned();
        if !suffix.is_empty() {
            title.push_str(" – ");
            title.push_str(&suffix);
        }
        if let Some(call) = self.incoming().find(|call| !call.quiet) {
            title.push_str(" · ");
            title.push_str(&tr!("calls-title", name = plain::quoted(&call.peer.display)));
            return title;
        }
        let unread: u32 =
            self.snapshot.conversations.iter().fold(0, |sum, c| sum.saturating_add(c.unread));
        if unread > 0 {
            title.push_str(&format!(" ({unread})"));
        }
        title
    }

    /// The theme of a window.
    pub fn theme_of(&self, _window: window::Id) -> Theme {
        self.theme()
    }

    /// How much larger than usual everything is.
    pub fn scale_factor(&self, _window: window::Id) -> f32 {
        self.scale()
    }

    /// The view of a window.
    pub fn view_of(&self, window: window::Id) -> Element<'_, Message> {
        if self.windows.is_ringing(window) {
            return view::ringing(self, window);
        }
        self.view()
    }

    /// The main window, when it is open.
    pub fn main_window(&self) -> Option<window::Id> {
        self.windows.main
    }

    /// The window of calls that ring, when there is one.
    pub fn ringing_window(&self) -> Option<window::Id> {
        self.windows.ringing.as_ref().map(|ringing| ringing.id)
    }

    /// The moment that the window shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now
    }

    /// The calls that ring and stand in a window of their own.
    pub(crate) fn incoming_apart(&self) -> impl Iterator<Item = &Call> {
        let windows = &self.windows;
        self.incoming().filter(|call| {
            windows.ringing.is_some() && !call.quiet && !windows.in_main.contains(&call.id)
        })
    }

    /// The calls that ring and stand in the main window.
    pub(crate) fn incoming_here(&self) -> impl Iterator<Item = &Call> {
        let windows = &self.windows;
        self.incoming().filter(|call| {
            windows.ringing.is_none() || call.quiet || windows.in_main.contains(&call.id)
        })
    }

    /// The main window is what the person looks at: it is open and has the focus. What is
    /// minimised has none.
    pub fn is_in_front(&self) -> bool {
        self.windows.main.is_some() && self.windows.main_focused
    }

    /// The main window is open, in front or not.
    pub fn is_open(&self) -> bool {
        self.windows.main.is_some()
    }

    /// Something happened to a window at a moment.
    pub(super) fn in_window(
        &mut self,
        id: window::Id,
        at: Timestamp,
        happened: Happened,
    ) -> Task<Message> {
        self.clock.now = at;
        if self.windows.main == Some(id) {
            self.in_main(happened)
        } else if self.windows.is_ringing(id) {
            self.in_ringing(id, happened)
        } else {
            Task::none()
        }
    }

    fn in_main(&mut self, happened: Happened) -> Task<Message> {
        match happened {
            Happened::Resized(size) => {
                self.size = size;
                self.place_changed(Some(size))
            }
            Happened::Moved => self.place_changed(None),
            Happened::Looked(look) => self.place_is(look),
            Happened::Settled => self.place_settled(),
            Happened::Focused(on) => self.focused(on),
            Happened::Key(key) => self.key(key),
            Happened::CloseRequested => self.close_main(),
            Happened::Measured(_) => Task::none(),
        }
    }

    fn in_ringing(&mut self, id: window::Id, happened: Happened) -> Task<Message> {
        let now = self.clock.now;
        let Some(ringing) = &mut self.windows.ringing else { return Task::none() };
        match happened {
            Happened::Resized(_) => {
                ringing.since.get_or_insert(now);
            }
            // What waited for the focus comes right after it.
            Happened::Focused(true) if !ringing.was_focused => {
                (ringing.was_focused, ringing.since) = (true, Some(now));
            }
            Happened::Focused(_) | Happened::Moved | Happened::Looked(..) | Happened::Settled => {}
            Happened::CloseRequested => return self.take_into_main(),
            Happened::Key(key) => return self.key_in_ringing(key),
            Happened::Measured(height) => {
                let height = height.min(RINGING_MOST);
                if (height - ringing.height).abs() >= 1.0 {
                    ringing.height = height;
                    return window::resize(id, Size { height, ..RINGING });
                }
            }
        }
        Task::none()
    }

    fn key_in_ringing(&mut self, key: Keystroke) -> Task<Message> {
        if let Keystroke::Media(key) = key {
            return self.media_key(key);
        }
        let since = self.windows.ringing.as_ref().and_then(|ringing| ringing.since);
        if !since.is_some_and(|since| has_passed(GRACE, since, self.clock.now)) {
            return Task::none();
        }
        let Some(call) = self.incoming_apart().next().map(|call| call.id.clone()) else {
            return Task::none();
        };
        match key {
            Keystroke::Enter | Keystroke::OnCall(Shortcut::Answer) => {
                self.on_card(call, card::Act::Answer)
            }
            Keystroke::Escape if self.stop_writing() => Task::none(),
            Keystroke::Escape | Keystroke::OnCall(Shortcut::Decline) => {
                self.on_card(call, card::Act::Decline)
            }
            Keystroke::Next => operation::focus_next(),
            Keystroke::Previous => operation::focus_previous(),
            _ => Task::none(),
        }
    }

    /// The calls that ring have changed: opens or closes their window.
    pub(super) fn follow_ringing(&mut self) -> Task<Message> {
        let ringing: Vec<CallId> =
            self.incoming().filter(|call| !call.quiet).map(|call| call.id.clone()).collect();
        self.windows.in_main.retain(|id| ringing.contains(id));
        if self.windows.ringing.is_some() {
            let is_over = self.incoming_apart().next().is_none();
            return if is_over { self.close_ringing() } else { Task::none() };
        }
        if self.is_in_front() {
            self.windows.in_main = ringing;
            return Task::none();
        }
        match ringing.iter().any(|id| !self.windows.in_main.contains(id)) {
            true => self.open_ringing(),
            false => Task::none(),
        }
    }

    fn open_ringing(&mut self) -> Task<Message> {
        let (id, opened) = window::open(ringing_settings());
        let height = RINGING.height;
        self.windows.ringing = Some(Ringing { id, height, since: None, was_focused: false });
        opened.discard()
    }

    fn close_ringing(&mut self) -> Task<Message> {
        let ringing = self.windows.ringing.take();
        ringing.map_or_else(Task::none, |ringing| window::close(ringing.id))
    }

    /// Calls that ring in a window of their own do so in the main one from now on.
    fn take_into_main(&mut self) -> Task<Message> {
        let apart: Vec<CallId> = self.incoming_apart().map(|call| call.id.clone()).collect();
        self.windows.in_main.extend(apart);
        self.close_ringing()
    }

    /// The main window gained or lost the focus.
    fn focused(&mut self, on: bool) -> Task<Message> {
        self.windows.main_focused = on;
        self.windows.left = (!on).then_some(self.clock.now);
        if on {
            self.asked.standing.focused(self.clock.now);
        }
        let taken = if on { self.take_into_main() } else { Task::none() };
        Task::batch([taken, self.look()])
    }

    /// Closes the main window; the program goes on.
    pub(super) fn hide_main(&mut self) -> Task<Message> {
        let Some(main) = self.windows.main.take() else { return Task::none() };
        self.windows.main_focused = false;
        self.windows.in_main.clear();
        self.over = None;
        Task::batch([self.keep_place(), window::close(main), self.follow_ringing()])
    }

    /// When the main window lost the focus that it does not have.
    pub(super) fn left(&self) -> Option<Timestamp> {
        self.windows.left
    }

    /// There is a window on the screen.
    pub(super) fn has_window(&self) -> bool {
        self.windows.main.is_some() || self.windows.ringing.is_some()
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
        let place = self.windows.placed.place();
        let (main, opened) = open_main(place, self.scale());
        (self.windows.main, self.windows.main_focused) = (Some(main), true);
        let shown = self.show_again();
        Task::batch([self.take_into_main(), opened.chain(shown)])
    }
}

/// The program's mark, four bytes a point (`scripts/icons`), and its side in points: for X11 and
/// Windows; elsewhere the desktop finds it by the application's identifier.
const ICON: &[u8] = include_bytes!("../../../assets/linux/icons/window.rgba");
const ICON_SIDE: u32 = 64;

/// What a window is opened with besides its size.
fn settings(size: Size) -> window::Settings {
    window::Settings {
        size,
        icon: window::icon::from_rgba(ICON.to_vec(), ICON_SIDE, ICON_SIDE).ok(),
        exit_on_close_request: false,
        #[cfg(target_os = "linux")]
        platform_specific: window::settings::PlatformSpecific {
            application_id: "im.dovetail.Dovetail".to_owned(),
            ..window::settings::PlatformSpecific::default()
        },
        ..window::Settings::default()
    }
}

fn open_main(place: Place, factor: f32) -> (window::Id, Task<Message>) {
    let (main, opened) = window::open(main_settings(place, factor));
    if !place.maximized {
        return (main, opened.discard());
    }
    // On X11 the settings say so before the window is on the screen, where window managers do not
    // heed it.
    (main, opened.then(|main| window::maximize(main, true)))
}

fn main_settings(place: Place, factor: f32) -> window::Settings {
    let Place { size: (width, height), at, maximized, .. } = place.reachable();
    let at = at.map(|(x, y)| window::Position::Specific(Point::new(x, y)));
    let (least_width, least_height) = LEAST;
    window::Settings {
        min_size: Some(Size::new(least_width, least_height)),
        position: at.unwrap_or_default(),
        maximized,
        ..settings(Size::new(width / factor, height / factor))
    }
}

/// It stands above what the person works with, in a corner.
fn ringing_settings() -> window::Settings {
    window::Settings {
        resizable: false,
        minimizable: false,
        level: window::Level::AlwaysOnTop,
        position: window::Position::SpecificWith(|size, screen| {
            Point::new((screen.width - size.width - CORNER.x).max(0.0), CORNER.y)
        }),
        ..settings(RINGING)
    }
}

/// What is listened to in every window.
pub(super) fn listen(event: Event, status: event::Status, id: window::Id) -> Option<Message> {
    let happened = match event {
        Event::Window(window::Event::Opened { size, .. } | window::Event::Resized(size)) => {
            Happened::Resized(size)
        }
        Event::Window(window::Event::Moved(_)) => Happened::Moved,
        Event::Window(window::Event::Focused) => Happened::Focused(true),
        Event::Window(window::Event::Unfocused) => Happened::Focused(false),
        Event::Window(window::Event::CloseRequested) => Happened::CloseRequested,
        Event::Keyboard(keyboard::Event::KeyPressed {
            key,
            modified_key,
            modifiers,
            repeat,
            ..
        }) => {
            // A key that is held down goes on only through lists.
            let through = [Named::ArrowUp, Named::ArrowDown].map(keyboard::Key::Named);
            if repeat && !through.contains(&key) {
                return None;
            }
            let ignored = status == event::Status::Ignored;
            Happened::Key(Keystroke::of(&key, &modified_key, modifiers, ignored)?)
        }
        _ => return None,
    };
    Some(Message::Window(id, super::super::read_clock(), happened))
}
