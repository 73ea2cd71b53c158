//! The window: what a person sees and does, and nothing else. It shows a
//! [`Snapshot`](crate::core::snapshot::Snapshot) and sends
//! [`Command`](crate::core::command::Command)s; its own state is drafts, scroll, selection and
//! the open screen. The only room that names iced.
//!
//! | part | what it holds |
//! | --- | --- |
//! | [`app`] | the state, one method a message; the only one that starts effects; its `pages` keeps what is done on the newer pages |
//! | [`bridge`] | the hub's snapshots and events in, commands out |
//! | [`screen`] | side panel, conversation, call panel, protection, rules for calls, accounts, address book, a person's details, settings, palette, shortcuts, the first run, the empty states |
//! | [`widget`] | bubbles, cards, chips, bars, keypad, transfer, buttons, text with links, long work, a line with an ellipsis |
//! | [`theme`], [`icon`], [`color`] | the design's tokens, icons, an avatar's colour |
//! | [`words`], [`plain`] | what is said; text from the network made safe |
//! | [`files`] | where new files are proposed, and what the program keeps |
//! | [`photo`] | photos of people, decoded aside and bounded |
//! | [`preferences`] | how the window looks and behaves, kept in the profile |

pub mod app;
pub mod bridge;
pub mod color;
pub mod files;
pub mod icon;
pub mod photo;
pub mod plain;
pub mod preferences;
pub mod screen;
pub mod theme;
mod view;
pub mod widget;
pub mod words;

use std::any::Any;
use std::env;
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use time::UtcOffset;

use crate::demo::Example;
use crate::desktop::autostart::Autostart;
use crate::desktop::desk::Desk;
use crate::desktop::notify::Notifier;
use crate::desktop::place;
use crate::desktop::status::Board;
use crate::desktop::tray::Tray;
use crate::hub::Handle;
use crate::lang::{self, Session};
use crate::model::time::{Now, Timestamp};

/// How the window is to be opened.
#[derive(Debug, Clone, Default)]
pub struct GuiOptions {
    /// Follows `Dovetail` in the window's title, such as a profile's name; may be empty.
    pub title_suffix: String,
    /// In the built-in demonstration: what is typed to sign in.
    pub example: Option<Example>,
    /// Where wishes of others for the window are taken.
    pub desk: Desk,
    /// Where the window writes what the desktop shows of it.
    pub board: Board,
    /// The desktop's notifications.
    pub notifier: Notifier,
    /// The tray.
    pub tray: Tray,
    /// Where the window was.
    pub place: place::Kept,
    /// What has the session start the program; none where it cannot.
    pub autostart: Option<Autostart>,
    /// Begin without a window, in the tray.
    pub in_tray: bool,
    /// What the person set of how the window looks and behaves.
    pub preferences: preferences::Kept,
    /// What the session wants where they set nothing.
    pub session: Session,
    /// The profile and its files.
    pub files: files::Files,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// This session has no screen.
    #[error("There is no screen to open a window on: neither WAYLAND_DISPLAY nor DISPLAY is set.")]
    NoScreen,
    /// No display server, or it refused.
    #[error("The window could not be opened: {0}")]
    Display(#[from] iced::Error),
    /// The window's thread panicked, also for a display that cannot be connected to.
    #[error("The window stopped working: {0}")]
    Crashed(String),
}

/// Opens the main window and blocks until it is closed or the hub is gone. Call it on the main
/// thread, with the hub on the threads of a runtime of its own.
///
/// `DOVETAIL_THEME=light|dark` overrides the system's theme.
///
/// # Errors
/// When there is no display, or the window cannot be made on it.
pub fn run(handle: Handle, options: GuiOptions) -> Result<(), GuiError> {
    if cfg!(target_os = "linux") && !has_screen(|name| env::var_os(name)) {
        return Err(GuiError::NoScreen);
    }
    let forced = theme::Mode::forced(env::var("DOVETAIL_THEME").ok().as_deref());
    let zone = UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC);
    let boot = move || {
        lang::speak(options.session.language);
        let setting = app::Setting { options: options.clone(), forced, zone, clock: read_clock };
        app::App::new(handle.clone(), setting)
    };
    let app = iced::daemon(boot, app::App::update, app::App::view_of)
        .title(app::App::title_of)
        .theme(app::App::theme_of)
        .scale_factor(app::App::scale_factor)
        .subscription(app::App::subscription)
        .default_font(theme::REGULAR);
    let app = theme::FONTS.into_iter().fold(app, iced::Daemon::font);
    // iced panics where a display cannot be connected to; the caller still has a hub to end.
    match panic::catch_unwind(AssertUnwindSafe(|| app.run())) {
        Ok(result) => Ok(result?),
        Err(payload) => Err(GuiError::Crashed(said(payload.as_ref()))),
    }
}

/// Reads the system's fonts on a thread of its own, while the history is read: the window waits
/// for both.
pub fn prepare() {
    let read = || drop(iced::advanced::graphics::text::font_system().write());
    if let Err(error) = thread::Builder::new().name("fonts".to_owned()).spawn(read) {
        tracing::debug!(%error, "the fonts are read when the window opens");
    }
}

/// Whether the session names a display server.
fn has_screen(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
        .into_iter()
        .any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

/// The words of a panic.
fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason is known")
        .to_owned()
}

/// Reads the wall clock: the window is a shell.
fn read_clock() -> Timestamp {
    Now::read().wall
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_without_a_screen_is_told_apart() {
        let with = |wanted: &'static str, value: &'static str| {
            move |name: &str| (name == wanted).then(|| OsString::from(value))
        };
        assert!(has_screen(with("DISPLAY", ":0")));
        assert!(has_screen(with("WAYLAND_DISPLAY", "wayland-0")));
        assert!(!has_screen(with("DISPLAY", "")));
        assert!(!has_screen(|_| None));
    }
}
