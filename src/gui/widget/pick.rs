//! One or several of a few words that stand side by side: a way, a kind, the types of a number.

use iced::border::Border;
use iced::widget::{Row, button, container, row};
use iced::{Alignment, Element, Length};

use super::body;
use super::press::press;
use crate::gui::icon;
use crate::gui::theme::{self, Tone, radius, step, tokens};

/// The height of a word that can be picked, in logical pixels.
const HEIGHT: f32 = 32.0;

/// One of the words.
#[derive(Debug, Clone)]
pub struct Item<Message> {
    /// What it says.
    pub label: String,
    /// It is picked.
    pub on: bool,
    /// What a click asks; none where it cannot be picked now.
    pub press: Option<Message>,
}

impl<Message> Item<Message> {
    /// A word that can be picked.
    pub fn new(label: impl Into<String>, on: bool, press: Message) -> Self {
        Self { label: label.into(), on, press: Some(press) }
    }
}

/// The words in a row, which breaks where there is no room.
pub fn row_of<'a, Message: Clone + 'a>(
    items: impl IntoIterator<Item = Item<Message>>,
) -> Element<'a, Message> {
    let words = items.into_iter().map(word);
    Row::with_children(words).spacing(step::XXS).wrap().vertical_spacing(step::XXS).into()
}

fn word<'a, Message: Clone + 'a>(item: Item<Message>) -> Element<'a, Message> {
    let Item { label, on, press: message } = item;
    let tone = match (on, message.is_some()) {
        (true, _) => Tone::Accent,
        (false, true) => Tone::Text,
        (false, false) => Tone::Muted,
    };
    let mark = on.then(|| icon::CHECK.sized(tone, 14.0));
    let content = row![].push(mark).push(body(label).style(tone.text()));
    let content = content.spacing(step::XXS).align_y(Alignment::Center);
    press(container(content).center_y(Length::Fill))
        .padding(theme::pad(0.0, step::S - 2.0))
        .height(Length::Fixed(HEIGHT))
        .style(move |theme, status| {
            let tokens = tokens(theme);
            let ground = match status {
                _ if on => tokens.soft,
                button::Status::Hovered | button::Status::Pressed => tokens.raised,
                _ => tokens.surface,
            };
            let color = if on { tokens.accent } else { tokens.line };
            button::Style {
                background: Some(ground.into()),
                border: Border { color, width: 1.0, radius: radius::CONTROL.into() },
                text_color: tone.color(tokens),
                ..button::Style::default()
            }
        })
        .on_press_maybe(message)
        .into()
}
