//! How a conversation's messages are protected, beside a call that has a lock of its own
//! (CUSAX C66).

use iced::widget::{container, row};
use iced::{Alignment, Element, Length};

use super::Message;
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Tone, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::{button, small};
use crate::gui::words;
use crate::model::party::Party;

/// What the head has need of before it says in words how messages are protected, in logical
/// pixels: a name that is not cut and the buttons, and so much for each letter of those words.
const REST: f32 = 440.0;
const LETTER: f32 = 6.5;

/// How messages are protected: its own lock, whatever a call's says (CUSAX C66).
pub(super) fn lock<'a>(with: &Party, shared: Shared<'_>) -> Option<Element<'a, Message>> {
    let (tone, words) = words::messages(words::messages_with(shared.snapshot, with)?);
    let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::LOCK_OPEN };
    let in_words = shared.width >= REST + LETTER * words.chars().count() as f32;
    let lock = row![glyph.sized(tone, 14.0)]
        .push(in_words.then(|| Line::small(words).tone(tone)))
        .spacing(step::XXS + 2.0)
        .align_y(Alignment::Center);
    Some(button::hinted(lock, words))
}

/// A call beside messages that are protected otherwise.
pub(super) fn differs<'a>(words: &'static str) -> Element<'a, Message> {
    let content =
        row![icon::WARNING.sized(Tone::Warn, 14.0), small(words).style(Tone::Warn.text())]
            .spacing(step::XS)
            .align_y(Alignment::Center);
    container(content)
        .padding(theme::pad(step::XXS, step::L))
        .width(Length::Fill)
        .style(Tone::Warn.boxed(0.0))
        .into()
}
