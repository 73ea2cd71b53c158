//! What the screens are made of. A widget here is a function of what it shows; it knows no
//! message but those it is given.

pub mod ask;
pub mod avatar;
pub mod bubble;
pub mod button;
pub mod call_bar;
pub mod call_more;
pub mod card;
pub mod chip;
pub mod choice;
pub mod devices;
pub mod escape;
pub mod feed;
pub mod field;
pub mod fresh;
pub mod keyed;
pub mod keypad;
pub mod line;
pub mod notice;
mod passed_on;
pub mod pick;
pub mod press;
pub mod progress;
pub mod prose;
pub mod reveal;
pub mod sheet;
pub mod switch;
pub mod transfer;

use iced::advanced::Text;
use iced::alignment::Vertical;
use iced::widget::{Space, container, space, text};
use iced::{Element, Font, Length, Padding, Pixels, Size};

use super::theme::{self, Tone};

/// Text of the body: 14 on 20.
pub fn body<'a>(words: impl text::IntoFragment<'a>) -> text::Text<'a> {
    sized(words, 14.0, 20.0).font(theme::REGULAR)
}

/// Text of the body, semi-bold.
pub fn strong<'a>(words: impl text::IntoFragment<'a>) -> text::Text<'a> {
    sized(words, 14.0, 20.0).font(theme::SEMIBOLD)
}

/// Small text: 12 on 16, muted.
pub fn small<'a>(words: impl text::IntoFragment<'a>) -> text::Text<'a> {
    sized(words, 12.0, 16.0).font(theme::REGULAR).style(Tone::Muted.text())
}

/// A heading of a section: small and semi-bold, muted.
pub fn heading<'a>(words: impl text::IntoFragment<'a>) -> text::Text<'a> {
    sized(words, 12.0, 16.0).font(theme::SEMIBOLD).style(Tone::Muted.text())
}

/// A page's title: 20 on 28.
pub fn title<'a>(words: impl text::IntoFragment<'a>) -> text::Text<'a> {
    sized(words, 20.0, 28.0).font(theme::SEMIBOLD)
}

fn sized<'a>(words: impl text::IntoFragment<'a>, size: f32, height: f32) -> text::Text<'a> {
    let (size, height) = (theme::type_size(size), theme::type_size(height));
    text(words).size(size).line_height(text::LineHeight::Absolute(height.into()))
}

/// Text as the widgets that shape it themselves hand it to the renderer; `measures` are its size
/// and the height of a line, in logical pixels.
fn described<Content>(
    content: Content,
    bounds: Size,
    measures: (f32, f32),
    font: Font,
    wrapping: text::Wrapping,
) -> Text<Content, Font> {
    Text {
        content,
        bounds,
        size: Pixels(measures.0),
        line_height: text::LineHeight::Absolute(Pixels(measures.1)),
        font,
        align_x: text::Alignment::Default,
        align_y: Vertical::Top,
        shaping: text::Shaping::Auto,
        wrapping,
    }
}

/// A gap of `size` in both directions.
pub fn gap(size: f32) -> Space {
    space().width(Length::Fixed(size)).height(Length::Fixed(size))
}

/// What `raised` adds at each side.
pub const SHADE: f32 = 8.0;

/// A card's content above the window: surface, outline and a soft shade below.
pub fn raised<'a, Message: 'a>(
    card: container::Container<'a, Message>,
) -> container::Container<'a, Message> {
    [2.0, 4.0, 6.0, SHADE].into_iter().fold(card.style(theme::card), |inner, out| {
        container(inner)
            .padding(Padding::new(2.0).top(1.0).bottom(3.0))
            .style(theme::shade(theme::radius::CARD + out))
    })
}

/// A horizontal hairline.
pub fn rule<'a, Message: 'a>() -> Element<'a, Message> {
    container(space().width(Length::Fill).height(Length::Fixed(1.0))).style(theme::hairline).into()
}

/// A vertical hairline.
pub fn upright<'a, Message: 'a>() -> Element<'a, Message> {
    container(space().width(Length::Fixed(1.0)).height(Length::Fill)).style(theme::hairline).into()
}
