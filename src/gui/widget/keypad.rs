//! The keypad of a call: twelve keys, and what was pressed so far.

use std::fmt;

use iced::widget::{column, container, row, text};
use iced::{Alignment, Element, Length};

use super::press::press;
use super::{line::Line, raised, small};
use crate::gui::icon;
use crate::gui::theme::{self, Button, Tone, step};
use crate::tr;

/// One key of a telephone. Its digit stands in no debug output: it may be part of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digit(char);

impl Digit {
    /// The key of a character: `0`–`9`, `*`, `#`.
    pub fn of(character: char) -> Option<Self> {
        matches!(character, '0'..='9' | '*' | '#').then_some(Self(character))
    }

    /// As it is sent.
    pub fn character(self) -> char {
        self.0
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit")
    }
}

/// What was pressed while the keypad was open; the last keys of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pressed(String);

/// The most keys that are shown.
const SHOWN: usize = 20;

impl Pressed {
    /// One more.
    pub fn push(&mut self, digit: Digit) {
        self.0.push(digit.0);
        if self.0.len() > SHOWN {
            self.0.remove(0);
        }
    }
}

impl fmt::Debug for Pressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pressed({})", self.0.len())
    }
}

/// What the person did on the keypad.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Pressed a key.
    Press(Digit),
    /// Closed it.
    Close,
}

/// The keys and the letters that phones print below them.
const KEYS: [[(char, &str); 3]; 4] = [
    [('1', ""), ('2', "ABC"), ('3', "DEF")],
    [('4', "GHI"), ('5', "JKL"), ('6', "MNO")],
    [('7', "PQRS"), ('8', "TUV"), ('9', "WXYZ")],
    [('*', ""), ('0', "+"), ('#', "")],
];

/// The keypad's width in logical pixels.
pub const WIDTH: f32 = 264.0;

/// The keypad.
pub fn view<'a>(pressed: &Pressed) -> Element<'a, Act> {
    let shown: Element<'a, Act> = if pressed.0.is_empty() {
        small(tr!("calls-keypad-hint")).into()
    } else {
        Line::name(pressed.0.clone()).into()
    };
    let head = row![
        container(shown).width(Length::Fill).clip(true),
        super::button::square(Button::Plain, &icon::CLOSE, tr!("calls-close"), Some(Act::Close)),
    ]
    .spacing(step::XS)
    .align_y(Alignment::Center);
    let keys = KEYS.iter().map(|line| row(line.iter().map(key)).spacing(step::XS).into());
    let content = column![head, column(keys).spacing(step::XS)].spacing(step::XS);
    raised(container(content).padding(step::S).width(Length::Fixed(WIDTH))).into()
}

fn key<'a>(&(digit, letters): &(char, &'static str)) -> Element<'a, Act> {
    let sign = text(digit.to_string()).size(16).font(theme::SEMIBOLD);
    let face = column![sign.line_height(text::LineHeight::Absolute(20.0.into()))]
        .push((!letters.is_empty()).then(|| {
            text(letters)
                .size(10)
                .line_height(text::LineHeight::Absolute(12.0.into()))
                .style(Tone::Muted.text())
        }))
        .align_x(Alignment::Center);
    press(container(face).center(Length::Fill))
        .padding(0)
        .width(Length::Fill)
        .height(Length::Fixed(44.0))
        .style(Button::Quiet.style())
        .on_press_maybe(Digit::of(digit).map(Act::Press))
        .into()
}
