//! Settings as rows: something that is on or off, and one of a few.

use iced::border::Border;
use iced::widget::{Column, Row, button, column, container, row};
use iced::{Alignment, Background, Element, Length};

use super::{body, gap, small};
use crate::gui::theme::{self, Button, Tone, step, tokens};

/// The track's width and height, and the knob's.
const TRACK: (f32, f32) = (36.0, 20.0);
const KNOB: f32 = 14.0;

/// A switch with its name and what it does. A click anywhere on the row turns it.
pub fn row_of<'a, Message: Clone + 'a>(
    name: &'a str,
    hint: &'a str,
    on: bool,
    turn: impl FnOnce(bool) -> Message,
) -> Element<'a, Message> {
    let content = row![words(name, hint), track(on)].spacing(step::M).align_y(Alignment::Center);
    pressable(content, turn(!on))
}

/// A switch that cannot be turned now; `hint` says why.
pub fn fixed<'a, Message: 'a>(name: &'a str, hint: &'a str, on: bool) -> Element<'a, Message> {
    let name = body(name).style(Tone::Muted.text());
    let words = column![name, small(hint)].width(Length::Fill);
    let content = row![words, track(on)].spacing(step::M).align_y(Alignment::Center);
    container(content).padding(theme::pad(step::XS, step::S)).width(Length::Fill).into()
}

/// A few words beside each other, one of which is chosen.
pub fn few<'a, Message: Clone + 'a>(
    ways: impl IntoIterator<Item = (String, bool, Message)>,
) -> Element<'a, Message> {
    let ways = ways.into_iter().map(|(name, chosen, choose)| {
        let kind = if chosen { Button::Primary } else { Button::Quiet };
        super::button::words(kind, name, Some(choose))
    });
    let row: Row<'a, Message> = row(ways).spacing(step::XXS);
    row.wrap().vertical_spacing(step::XXS).into()
}

/// One of a few, with what it does; `chosen` is the present one.
pub fn choice<'a, Message: Clone + 'a>(
    name: &'a str,
    hint: &'a str,
    chosen: bool,
    choose: Message,
) -> Element<'a, Message> {
    let content = row![ring(chosen), words(name, hint)].spacing(step::S).align_y(Alignment::Center);
    pressable(content, choose)
}

fn pressable<'a, Message: Clone + 'a>(
    content: impl Into<Element<'a, Message>>,
    on_press: Message,
) -> Element<'a, Message> {
    button(content)
        .padding(theme::pad(step::XS, step::S))
        .width(Length::Fill)
        .style(Button::Plain.style())
        .on_press(on_press)
        .into()
}

fn words<'a, Message: 'a>(name: &'a str, hint: &'a str) -> Column<'a, Message> {
    let hint = (!hint.is_empty()).then(|| small(hint));
    column![body(name)].push(hint).width(Length::Fill)
}

fn track<'a, Message: 'a>(on: bool) -> Element<'a, Message> {
    let knob = container(gap(KNOB)).style(|theme| disc(tokens(theme).surface, KNOB));
    container(knob)
        .padding((TRACK.1 - KNOB) / 2.0)
        .align_x(if on { Alignment::End } else { Alignment::Start })
        .width(Length::Fixed(TRACK.0))
        .height(Length::Fixed(TRACK.1))
        .style(move |theme| {
            let tokens = tokens(theme);
            disc(if on { tokens.accent } else { Tone::Muted.mark(tokens) }, TRACK.1)
        })
        .into()
}

fn ring<'a, Message: 'a>(chosen: bool) -> Element<'a, Message> {
    let dot = container(gap(8.0)).style(move |theme| {
        let tokens = tokens(theme);
        disc(if chosen { tokens.accent } else { tokens.surface }, 8.0)
    });
    container(dot)
        .center(Length::Fixed(18.0))
        .style(move |theme| {
            let tokens = tokens(theme);
            let color = if chosen { tokens.accent } else { Tone::Muted.mark(tokens) };
            container::Style {
                border: Border { color, width: 2.0, radius: 9.0.into() },
                ..disc(tokens.surface, 18.0)
            }
        })
        .into()
}

fn disc(color: iced::Color, size: f32) -> container::Style {
    container::Style {
        background: Some(Background::Color(color)),
        border: Border { radius: (size / 2.0).into(), ..Border::default() },
        ..container::Style::default()
    }
}
