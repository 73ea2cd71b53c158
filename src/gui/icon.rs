//! The icons: one set, drawn on a grid of 24, shown at 18.

use std::sync::LazyLock;

use iced::widget::svg::{self, Svg};
use iced::{Length, widget};

use super::theme::Tone;

macro_rules! icons {
    ($($(#[$meta:meta])* $name:ident = $file:literal),+ $(,)?) => {$(
        $(#[$meta])*
        pub static $name: Icon = Icon(LazyLock::new(|| {
            svg::Handle::from_memory(include_bytes!(concat!("../../assets/icons/", $file)))
        }));
    )+};
}

icons! {
    /// Call.
    PHONE = "phone.svg",
    /// End a call.
    HANG_UP = "hang-up.svg",
    /// The microphone is on.
    MICROPHONE = "microphone.svg",
    /// The microphone is muted.
    MICROPHONE_OFF = "microphone-off.svg",
    /// Send a message.
    SEND = "send.svg",
    /// Back to the list.
    BACK = "back.svg",
    /// Opens a menu.
    CHEVRON_DOWN = "chevron-down.svg",
    /// What is before, from top to bottom.
    CHEVRON_UP = "chevron-up.svg",
    /// What is before.
    CHEVRON_LEFT = "chevron-left.svg",
    /// What is after.
    CHEVRON_RIGHT = "chevron-right.svg",
    /// Encrypted.
    LOCK = "lock.svg",
    /// Not encrypted.
    LOCK_OPEN = "lock-open.svg",
    /// Look out.
    WARNING = "warning.svg",
    /// Done, proven.
    CHECK = "check.svg",
    /// Seen.
    CHECK_DOUBLE = "check-double.svg",
    /// Search.
    SEARCH = "search.svg",
    /// Dismiss.
    CLOSE = "close.svg",
    /// Waits.
    CLOCK = "clock.svg",
    /// Add a contact.
    ADD_CONTACT = "add-contact.svg",
    /// The address book.
    BOOK = "book.svg",
    /// What leads on from here.
    MENU = "menu.svg",
    /// Chat.
    MESSAGE = "message.svg",
    /// Good to know.
    INFO = "info.svg",
    /// Put a call on hold.
    PAUSE = "pause.svg",
    /// Take a call from hold.
    RESUME = "resume.svg",
    /// Digits during a call.
    KEYPAD = "keypad.svg",
    /// Send a call on.
    TRANSFER = "transfer.svg",
    /// Bring two calls together.
    MERGE = "merge.svg",
    /// Voice messages.
    VOICEMAIL = "voicemail.svg",
    /// Nothing rings.
    QUIET = "quiet.svg",
}

/// One icon, decoded once.
pub struct Icon(LazyLock<svg::Handle>);

impl Icon {
    /// The icon at its usual 18 px.
    pub fn view<'a>(&self, tone: Tone) -> Svg<'a> {
        self.sized(tone, 18.0)
    }

    /// The icon at another size in logical pixels.
    pub fn sized<'a>(&self, tone: Tone, size: f32) -> Svg<'a> {
        widget::svg(self.0.clone())
            .width(Length::Fixed(size))
            .height(Length::Fixed(size))
            .style(tone.icon())
    }
}
