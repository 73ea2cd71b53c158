//! Long work shows itself: a thin line at the bottom of the side panel with what is done, how
//! far it is, and a way to call it off. What is over at once is not shown at all.

use std::time::Duration;

use iced::widget::{column, container, progress_bar, row};
use iced::{Alignment, Background, Border, Element, Length, Theme};

use super::button;
use super::line::Line;
use crate::gui::theme::{self, Button, Tone, step, tokens};
use crate::model::id::WorkId;
use crate::model::work::{Work, WorkKind};
use crate::tr;

/// What takes less time than this is not shown.
pub const PATIENCE: Duration = Duration::from_millis(400);
/// More lines than these would push the list away.
const LINES: usize = 2;

/// What the line says and is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The work was there for a while: it is long.
    Due(WorkId),
    /// Call it off.
    Cancel(WorkId),
}

/// Which work was there for how long.
#[derive(Debug, Default)]
pub struct Progress(Vec<Seen>);

#[derive(Debug)]
struct Seen {
    work: WorkId,
    is_long: bool,
    is_called_off: bool,
}

impl Progress {
    /// Takes note of what runs; what is new is due after [`PATIENCE`].
    pub fn follow(&mut self, running: &[Work]) -> Vec<WorkId> {
        self.0.retain(|seen| running.iter().any(|work| work.id == seen.work));
        let is_new = |work: &&Work| !self.0.iter().any(|seen| seen.work == work.id);
        let new: Vec<WorkId> = running.iter().filter(is_new).map(|work| work.id.clone()).collect();
        let seen =
            |work: &WorkId| Seen { work: work.clone(), is_long: false, is_called_off: false };
        self.0.extend(new.iter().map(seen));
        new
    }

    /// The work is there for a while.
    pub fn due(&mut self, work: &WorkId) {
        if let Some(seen) = self.0.iter_mut().find(|seen| seen.work == *work) {
            seen.is_long = true;
        }
    }

    /// It is being called off: once is enough.
    pub fn called_off(&mut self, work: &WorkId) {
        if let Some(seen) = self.0.iter_mut().find(|seen| seen.work == *work) {
            seen.is_called_off = true;
        }
    }

    /// The lines; none while nothing takes long.
    pub fn view<'a>(&self, running: &[Work]) -> Option<Element<'a, Message>> {
        let seen = |work: &Work| self.0.iter().find(|seen| seen.work == work.id && seen.is_long);
        let long = running.iter().filter_map(|work| Some((work, seen(work)?)));
        let lines: Vec<_> =
            long.take(LINES).map(|(work, seen)| line(work, seen.is_called_off)).collect();
        (!lines.is_empty()).then(|| column(lines).into())
    }
}

fn line<'a>(work: &Work, is_called_off: bool) -> Element<'a, Message> {
    let cancel = work.can_cancel.then(|| {
        let press = (!is_called_off).then(|| Message::Cancel(work.id.clone()));
        button::words(Button::Plain, tr!("words-progress-cancel"), press)
    });
    let words = row![Line::small(said(work)).tone(Tone::Muted).fill()]
        .push(cancel)
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .height(Length::Fixed(theme::measure::CONTROL));
    // Without a whole there is no part to show: the line is there, and stands still.
    let bar = progress_bar(0.0..=1.0, part(work).unwrap_or(0.0)).girth(2.0).style(thin);
    let words = container(words).padding(theme::pad(step::XXS, step::M));
    column![bar, words].width(Length::Fill).into()
}

/// How much of it is done, from 0 to 1.
pub fn part(work: &Work) -> Option<f32> {
    let total = work.total.filter(|total| *total > 0)?;
    Some((work.done.min(total) as f64 / total as f64) as f32)
}

/// What it is, and how far, in words.
pub fn said(work: &Work) -> String {
    match (work.kind, work.total) {
        (WorkKind::ContactCards, Some(total)) => {
            tr!("words-progress-contact-cards", done = work.done, total = total)
        }
        (WorkKind::ContactCards, None) => tr!("words-progress-contact-cards-begin").to_owned(),
        (WorkKind::BookImport, _) => tr!("words-progress-book-import").to_owned(),
        (WorkKind::HistoryExport, _) => match part(work) {
            Some(part) => {
                tr!("words-progress-history-export", percent = (part * 100.0).floor() as u8)
            }
            None => tr!("words-progress-history-export-begin").to_owned(),
        },
        (WorkKind::HistoryDelete, _) => tr!("words-progress-history-delete").to_owned(),
        (WorkKind::AccountCheck, _) => tr!("words-progress-account-check").to_owned(),
    }
}

/// How its bar looks.
pub fn thin(theme: &Theme) -> progress_bar::Style {
    let tokens = tokens(theme);
    progress_bar::Style {
        background: Background::Color(tokens.line),
        bar: Background::Color(tokens.accent),
        border: Border::default(),
    }
}
