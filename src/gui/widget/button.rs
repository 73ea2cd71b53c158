//! Buttons: words, an icon, or both, at least 32 px high.

use iced::widget::{column, container, row, text, tooltip};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::press::press;
use crate::gui::icon::{self, Icon};
use crate::gui::theme::{self, Button, Tone, measure, radius, step};
use crate::tr;

/// The height of a line of words.
const LINE: f32 = 20.0;
/// The most characters that half of a narrow window's card holds beside an icon.
const HALF_A_CARD: usize = 13;

/// Two wide buttons of a card side by side; below each other where one of their words is too long
/// for that.
pub fn pair<'a, Message: 'a>(
    [first, second]: [Element<'a, Message>; 2],
    words: [&str; 2],
) -> Element<'a, Message> {
    match words.iter().any(|word| word.chars().count() > HALF_A_CARD) {
        true => column![first, second].spacing(step::XS).into(),
        false => row![first, second].spacing(step::XS).into(),
    }
}

/// A button with words; greyed when there is nothing to do.
pub fn words<'a, Message: Clone + 'a>(
    kind: Button,
    label: impl text::IntoFragment<'a>,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    framed(kind, super::strong(label), Length::Shrink, on_press)
}

/// The same, as wide as there is room.
pub fn wide<'a, Message: Clone + 'a>(
    kind: Button,
    label: impl text::IntoFragment<'a>,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    framed(kind, super::strong(label), Length::Fill, on_press)
}

/// A button with an icon before its words.
pub fn labelled<'a, Message: Clone + 'a>(
    kind: Button,
    icon: &Icon,
    label: impl text::IntoFragment<'a>,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let content = with_icon(kind, icon, label, on_press.is_some());
    framed(kind, content, Length::Shrink, on_press)
}

/// The same, as wide as there is room.
pub fn wide_labelled<'a, Message: Clone + 'a>(
    kind: Button,
    icon: &Icon,
    label: impl text::IntoFragment<'a>,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let content = with_icon(kind, icon, label, on_press.is_some());
    framed(kind, content, Length::Fill, on_press)
}

/// The same with one line, cut where it does not fit. Its tone is the button's.
pub fn wide_line<'a, Message: Clone + 'a>(
    kind: Button,
    icon: &Icon,
    label: Line,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let tone = kind.tone(on_press.is_some());
    let content = row![icon.view(tone), label.strong().tone(tone)]
        .spacing(step::XS)
        .align_y(Alignment::Center);
    framed(kind, content, Length::Fill, on_press)
}

fn with_icon<'a, Message: 'a>(
    kind: Button,
    icon: &Icon,
    label: impl text::IntoFragment<'a>,
    enabled: bool,
) -> Element<'a, Message> {
    row![icon.view(kind.tone(enabled)), super::strong(label)]
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .into()
}

/// A square button with only an icon; the words appear when the pointer rests on it, and are
/// its identifier.
pub fn square<'a, Message: Clone + 'a>(
    kind: Button,
    icon: &Icon,
    hint: &'static str,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let glyph = icon.view(kind.tone(on_press.is_some()));
    let face = press(container(glyph).id(hint).center(Length::Fill))
        .padding(0)
        .width(Length::Fixed(measure::CONTROL))
        .height(Length::Fixed(measure::CONTROL))
        .style(kind.style())
        .on_press_maybe(on_press);
    hinted(face, hint)
}

/// A button with an icon before its words, or only the icon where the room is `tight`.
pub fn icon_first<'a, Message: Clone + 'a>(
    tight: bool,
    kind: Button,
    icon: &Icon,
    label: &'static str,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    match tight {
        true => square(kind, icon, label, on_press),
        false => labelled(kind, icon, label, on_press),
    }
}

/// The call button of a roster row, 32 px high: quiet until the pointer is on the row.
pub fn row_call<'a, Message: Clone + 'a>(hovered: bool, on_press: Message) -> Element<'a, Message> {
    let tone = if hovered { Tone::OnAccent } else { Tone::Accent };
    let content = row![icon::PHONE.sized(tone, 16.0), super::strong(tr!("sidebar-call"))]
        .spacing(step::XXS + 2.0)
        .height(Length::Fill)
        .align_y(Alignment::Center);
    press(content)
        .padding(theme::pad(0.0, step::S))
        .height(Length::Fixed(32.0))
        .style(theme::row_call(hovered))
        .on_press(on_press)
        .into()
}

/// The same with only the icon, for rows that hold more.
pub fn row_call_icon<'a, Message: Clone + 'a>(
    hovered: bool,
    on_press: Message,
) -> Element<'a, Message> {
    let tone = if hovered { Tone::OnAccent } else { Tone::Accent };
    let square = press(container(icon::PHONE.sized(tone, 16.0)).center(Length::Fill))
        .padding(0)
        .width(Length::Fixed(32.0))
        .height(Length::Fixed(32.0))
        .style(theme::row_call(hovered))
        .on_press(on_press);
    hinted(square, tr!("sidebar-call"))
}

fn framed<'a, Message: Clone + 'a>(
    kind: Button,
    content: impl Into<Element<'a, Message>>,
    width: Length,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    // Where a word is longer than the room for it, the button is higher: nothing is cut.
    let around = (measure::CONTROL - LINE) / 2.0;
    press(container(content).center_x(width))
        .padding(theme::pad(around, step::S))
        .style(kind.style())
        .on_press_maybe(on_press)
        .into()
}

/// A small icon within a line that can be clicked; the words appear when the pointer rests on it,
/// and are its identifier.
pub fn glyph<'a, Message: Clone + 'a>(
    icon: &Icon,
    tone: Tone,
    hint: &'static str,
    on_press: Message,
) -> Element<'a, Message> {
    let face = press(container(icon.sized(tone, 14.0)).id(hint))
        .padding(step::XXS)
        .style(Button::Plain.style())
        .on_press(on_press);
    hinted(face, hint)
}

/// Shows a few words when the pointer rests on the content.
pub fn hinted<'a, Message: 'a>(
    content: impl Into<Element<'a, Message>>,
    hint: impl text::IntoFragment<'a>,
) -> Element<'a, Message> {
    let words = container(super::small(hint).style(Tone::Text.text()))
        .padding(theme::pad(step::XXS, step::XS))
        .max_width(320)
        .style(theme::card);
    tooltip(content, words, tooltip::Position::Bottom)
        .gap(step::XXS)
        .style(|_| container::Style {
            border: iced::border::rounded(radius::CONTROL),
            ..container::Style::default()
        })
        .into()
}
