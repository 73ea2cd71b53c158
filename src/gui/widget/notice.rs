//! A calm bar with something to tell, until it is dismissed.

use iced::widget::{container, row};
use iced::{Alignment, Element, Length};

use super::{body, button};
use crate::core::event::NoticeLevel;
use crate::gui::icon;
use crate::gui::theme::{Button, Tone, radius, step};
use crate::tr;

/// The bar.
pub fn bar<'a, Message: Clone + 'a>(
    level: NoticeLevel,
    words: &'a str,
    dismiss: Message,
) -> Element<'a, Message> {
    let (tone, glyph) = match level {
        NoticeLevel::Info => (Tone::Accent, &icon::INFO),
        NoticeLevel::Warning => (Tone::Warn, &icon::WARNING),
        NoticeLevel::Error => (Tone::Bad, &icon::WARNING),
    };
    let content = row![
        glyph.view(tone),
        body(words).width(Length::Fill),
        button::square(Button::Plain, &icon::CLOSE, tr!("sign-in-dismiss"), Some(dismiss)),
    ]
    .spacing(step::S)
    .align_y(Alignment::Center);
    container(content)
        .padding(iced::Padding::from([step::XXS, step::XXS]).left(step::S))
        .width(Length::Fill)
        .style(tone.boxed(radius::CONTROL))
        .into()
}
