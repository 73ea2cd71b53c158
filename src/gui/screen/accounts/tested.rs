//! The test of an account's way to its server: the button, and what it came to.

use iced::widget::{Column, column, row};
use iced::{Element, Length, Padding};

use super::{Accounts, Control, Message};
use crate::check::{Line, Verdict};
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{button, sheet, small};
use crate::model::id::AccountId;
use crate::tr;

/// The button.
pub(super) fn test<'a>(page: &'a Accounts, account: &AccountId) -> Element<'a, Message> {
    let waits = page.waits.contains(&Control::Check(account.clone()));
    let label = if waits { tr!("accounts-testing") } else { tr!("accounts-test") };
    let press = (!waits).then(|| Message::Check(account.clone()));
    button::words(Button::Quiet, label, press)
}

/// What the last test came to.
pub(super) fn tested<'a>(page: &'a Accounts, account: &AccountId) -> Option<Element<'a, Message>> {
    let report = page.reports.get(account)?;
    let lines = report.lines.iter().map(line);
    let lines = Column::with_children(lines).spacing(step::XXS);
    Some(lines.padding(Padding::ZERO.top(step::XS)).into())
}

fn line(line: &Line) -> Element<'_, Message> {
    let (tone, mark): (Tone, &Icon) = match line.verdict {
        Verdict::Ok => (Tone::Good, &icon::CHECK),
        Verdict::Warning => (Tone::Warn, &icon::WARNING),
        Verdict::Problem => (Tone::Bad, &icon::WARNING),
        Verdict::NotTested => (Tone::Muted, &icon::CLOCK),
    };
    let (what, found) = (plain::told(line.item.title()), plain::told(&line.found));
    let found = tr!("accounts-tested", what = what, found = found);
    let advice = line
        .advice
        .as_deref()
        .map(|advice| sheet::long(small(plain::told(advice)).style(Tone::Muted.text())));
    let ink = if line.verdict == Verdict::Ok { Tone::Muted } else { tone };
    let words = column![sheet::long(small(found).style(ink.text()))].push(advice);
    row![mark.sized(tone, 14.0), words.width(Length::Fill)].spacing(step::XS).into()
}
