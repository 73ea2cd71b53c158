//! What pages of settings and lists are made of: a head, sections of rows, fields, and what is
//! said at a control.

use std::collections::HashMap;
use std::hash::Hash;

use iced::widget::{Column, Row, column, container, row, scrollable, text, text_input};
use iced::{Alignment, Element, Length};

use super::{body, button, chip, field, heading, rule, title};
use crate::core::command::CommandError;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::words;
use crate::tr;

/// The most cues that are shown at once.
const MOST_CUES: usize = 6;

/// What is said at a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It was refused, and why.
    Refused(String),
    /// It needs the user's word: what to know before, and what the word is.
    Cues(Vec<String>, &'static str),
}

impl Told {
    /// What an error says.
    pub fn of(error: &CommandError) -> Self {
        match error {
            CommandError::ConfirmationNeeded(cues) => {
                let texts = cues.iter().map(|cue| plain::told(&cue.text)).collect();
                Self::Cues(texts, words::go_ahead(cues))
            }
            error => Self::Refused(plain::told(&error.to_string())),
        }
    }
}

/// What is said at the controls of a page.
#[derive(Debug)]
pub struct Notes<K>(HashMap<K, Told>);

impl<K> Default for Notes<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Notes<K> {
    /// The hub's answer to what a control asked; true when it was done.
    pub fn answered<T>(&mut self, control: K, result: &Result<T, CommandError>) -> bool {
        match result {
            Ok(_) => drop(self.0.remove(&control)),
            Err(error) => drop(self.0.insert(control, Told::of(error))),
        }
        result.is_ok()
    }

    /// Says something at a control.
    pub fn say(&mut self, control: K, words: &str) {
        self.0.insert(control, Told::Refused(words.to_owned()));
    }

    /// Says nothing at it any more.
    pub fn hush(&mut self, control: &K) {
        self.0.remove(control);
    }

    /// What is said at it.
    pub fn at(&self, control: &K) -> Option<&Told> {
        self.0.get(control)
    }

    /// It waits for the user's word.
    pub fn asks(&self, control: &K) -> bool {
        matches!(self.at(control), Some(Told::Cues(..)))
    }
}

/// The page, as what can be scrolled.
pub const PAGE: &str = "page";

/// The widest a page of rows gets, in logical pixels.
const WIDEST: f32 = 720.0;

/// The whole page: the head and what stands below it, scrolled.
pub fn page<'a, M: 'a>(parts: Column<'a, M>, narrow: bool) -> Element<'a, M> {
    page_within(WIDEST, parts, narrow)
}

/// The same, as wide as `widest` logical pixels at most.
pub fn page_within<'a, M: 'a>(widest: f32, parts: Column<'a, M>, narrow: bool) -> Element<'a, M> {
    let page = container(parts.spacing(step::L)).padding(if narrow { step::M } else { step::XL });
    container(
        scrollable(page.max_width(widest))
            .id(PAGE)
            .direction(theme::scrollbar())
            .style(theme::scroll)
            .width(Length::Fill),
    )
    .width(Length::Fill)
    .height(Length::Fill)
    .into()
}

/// A page's head: the way back, its title, what it is for, and where else to go.
pub fn head<'a, M: Clone + 'a>(
    name: impl text::IntoFragment<'a>,
    hint: &'a str,
    close: M,
    others: Vec<Element<'a, M>>,
    narrow: bool,
) -> Element<'a, M> {
    let hint = (!hint.is_empty()).then(|| body(hint).style(Tone::Muted.text()));
    let top = row![
        button::square(Button::Quiet, &icon::BACK, tr!("sign-in-back"), Some(close)),
        column![title(name)].push(hint).width(Length::Fill),
    ]
    .spacing(step::M)
    .align_y(Alignment::Center);
    if others.is_empty() {
        return top.into();
    }
    let others = Row::with_children(others).spacing(step::XS);
    if narrow {
        column![top, others.wrap().vertical_spacing(step::XS)].spacing(step::M).into()
    } else {
        top.push(others).into()
    }
}

/// Rows in a box, below their name.
pub fn section<'a, M: 'a>(
    name: impl text::IntoFragment<'a>,
    rows: Vec<Element<'a, M>>,
) -> Element<'a, M> {
    column![heading(name), boxed(rows)].spacing(step::XS).into()
}

/// Rows in a box.
pub fn boxed<'a, M: 'a>(rows: Vec<Element<'a, M>>) -> Element<'a, M> {
    let mut list = column![];
    for (at, line) in rows.into_iter().enumerate() {
        // It begins and ends where the words of the rows do.
        let between = (at > 0).then(|| container(rule()).padding(theme::pad(0.0, step::S)));
        list = list.push(between).push(line);
    }
    container(list).padding(step::XXS).width(Length::Fill).style(theme::card).into()
}

/// A row's content with the room around it that all rows have.
pub fn padded<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> Element<'a, M> {
    container(content).padding(theme::pad(step::XS, step::S)).width(Length::Fill).into()
}

/// A muted remark in a row.
pub fn remark<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    padded(body(words).style(Tone::Muted.text()))
}

/// Words that may hold long addresses: broken anywhere rather than cut.
pub fn long<'a>(words: text::Text<'a>) -> text::Text<'a> {
    words.width(Length::Fill).wrapping(text::Wrapping::WordOrGlyph)
}

/// A field; Enter sends `submit`, when there is something to send.
pub fn field<'a, M: Clone + 'a>(
    id: impl Into<iced::widget::Id>,
    placeholder: &str,
    value: &str,
    edit: impl Fn(String) -> M + 'a,
    submit: Option<M>,
) -> Element<'a, M> {
    field::field(text_input(placeholder, value).id(id).on_input(edit).on_submit_maybe(submit))
}

/// A control and below it what is said at it; `anyway` gives the user's word.
pub fn told<'a, M: Clone + 'a>(
    control: impl Into<Element<'a, M>>,
    told: Option<&Told>,
    anyway: M,
) -> Element<'a, M> {
    let control = column![control.into()];
    match told {
        None => control.into(),
        Some(Told::Refused(words)) => {
            control.push(padded(chip::fact(Tone::Bad, &icon::WARNING, words.clone(), None))).into()
        }
        Some(Told::Cues(cues, word)) => {
            let cues = cues
                .iter()
                .take(MOST_CUES)
                .map(|cue| chip::fact(Tone::Warn, &icon::WARNING, cue.clone(), None));
            let anyway = button::words(Button::Primary, *word, Some(anyway));
            control.push(padded(column(cues).push(anyway).spacing(step::XS))).into()
        }
    }
}
