//! Settings as rows: something that is on or off, and one of a few.

use iced::border::Border;
use iced::widget::{Column, column, container, row};
use iced::{Alignment, Background, Color, Element, Length};

use super::press::press;
use super::{body, gap, small};
use crate::gui::theme::{self, Button, Tokens, Tone, step, tokens};

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

/// A switch that cannot be turned now; its hint says why.
pub fn locked<'a, Message: Clone + 'a>(
    name: &'a str,
    why: &'a str,
    on: bool,
) -> Element<'a, Message> {
    let muted = Tone::Muted;
    let words = column![body(name).style(muted.text()), small(why)].width(Length::Fill);
    let content = row![words, faded(on)].spacing(step::M).align_y(Alignment::Center);
    container(content).padding(theme::pad(step::XS, step::S)).width(Length::Fill).into()
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

/// One of several by their own names.
pub fn choice_named<'a, Message: Clone + 'a>(
    name: String,
    chosen: bool,
    choose: Message,
) -> Element<'a, Message> {
    let name = super::sheet::long(body(name));
    pressable(row![ring(chosen), name].spacing(step::S).align_y(Alignment::Center), choose)
}

fn pressable<'a, Message: Clone + 'a>(
    content: impl Into<Element<'a, Message>>,
    on_press: Message,
) -> Element<'a, Message> {
    press(content)
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
    let ground = move |tokens: &Tokens| if on { tokens.accent } else { Tone::Muted.mark(tokens) };
    slot(on, ground)
}

fn faded<'a, Message: 'a>(on: bool) -> Element<'a, Message> {
    slot(on, |tokens| tokens.line)
}

fn slot<'a, Message: 'a>(on: bool, ground: impl Fn(&Tokens) -> Color + 'a) -> Element<'a, Message> {
    let knob = container(gap(KNOB)).style(|theme| disc(tokens(theme).surface, KNOB));
    container(knob)
        .padding((TRACK.1 - KNOB) / 2.0)
        .align_x(if on { Alignment::End } else { Alignment::Start })
        .width(Length::Fixed(TRACK.0))
        .height(Length::Fixed(TRACK.1))
        .style(move |theme| disc(ground(tokens(theme)), TRACK.1))
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

fn disc(color: Color, size: f32) -> container::Style {
    container::Style {
        background: Some(Background::Color(color)),
        border: Border { radius: (size / 2.0).into(), ..Border::default() },
        ..container::Style::default()
    }
}
