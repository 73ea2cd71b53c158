//! The test of an account's way to its server: the button, and what it came to.

use iced::widget::{Column, column, container, row};
use iced::{Element, Length, Padding};

use super::{Accounts, Control, Message};
use crate::check::{Line, Report, Verdict};
use crate::core::snapshot::Snapshot;
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, button, sheet, small, strong};
use crate::gui::words;
use crate::model::account::{Account, AccountState};
use crate::model::id::AccountId;
use crate::model::work::{Work, WorkKind};
use crate::tr;

/// The test of an account that is under way.
pub(super) fn running<'a>(snapshot: &'a Snapshot, account: &AccountId) -> Option<&'a Work> {
    let is_it = |work: &&Work| {
        work.kind == WorkKind::AccountCheck && work.account.as_ref() == Some(account)
    };
    snapshot.work.iter().find(is_it)
}

/// The tests of all accounts, a row each: the button, and what the last one came to.
pub fn tests<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let accounts = &shared.snapshot.accounts;
    if accounts.is_empty() {
        return vec![sheet::remark(tr!("settings-no-account"))];
    }
    accounts.iter().map(|account| one(page, account, shared)).collect()
}

fn one<'a>(page: &'a Accounts, account: &'a Account, shared: Shared<'a>) -> Element<'a, Message> {
    let is_off = account.state == AccountState::Disabled;
    let state = is_off.then(|| small(words::account_state(account.state)));
    let facts = column![
        strong(words::account(account)),
        sheet::long(body(plain::line(&account.address)).style(Tone::Muted.text())),
    ]
    .push(state)
    .spacing(step::XXS / 2.0)
    .width(Length::Fill);
    let test = (!is_off).then(|| test(page, account, shared));
    let (beside, below) = if shared.narrow { (None, test) } else { (test, None) };
    let below = below.map(|test| container(test).padding(Padding::ZERO.top(step::XS)));
    let mark = container(pip(words::account_tone(account.state))).padding(Padding::ZERO.top(6));
    let line = row![mark, facts.push(below)].push(beside).spacing(step::S);
    // Below the button, which would take its width; at the words.
    let tested = tested(page, &account.id);
    let tested = tested.map(|lines| container(lines).padding(Padding::ZERO.left(20)));
    let line = column![line].push(tested);
    let control = Control::Check(account.id.clone());
    sheet::told(sheet::padded(line), page.notes.at(&control), Message::Confirm(control.clone()))
}

/// The button; while the test is under way, the one that calls it off.
pub(super) fn test<'a>(
    page: &'a Accounts,
    account: &Account,
    shared: Shared<'_>,
) -> Element<'a, Message> {
    let id = &account.id;
    if !page.waits.contains(&Control::Check(id.clone())) {
        let press = Some(Message::Check(id.clone()));
        return button::words(Button::Quiet, tr!("accounts-test"), press);
    }
    let cancel = running(shared.snapshot, id).filter(|work| work.can_cancel).map(|_| {
        let press = Some(Message::CancelCheck(id.clone()));
        button::words(Button::Plain, tr!("accounts-test-cancel"), press)
    });
    let waits = button::words(Button::Quiet, tr!("accounts-testing"), None);
    row![waits].push(cancel).spacing(step::XS).into()
}

/// What the last test came to.
pub(super) fn tested<'a>(page: &'a Accounts, account: &AccountId) -> Option<Element<'a, Message>> {
    let report = page.reports.get(account)?;
    let (tone, words) = sum(report);
    let sum = sheet::long(strong(words).style(tone.text()));
    let lines = report.lines.iter().map(line);
    let lines = Column::with_children(lines).spacing(step::XXS);
    let all = column![sum, lines].spacing(step::XXS);
    Some(all.padding(Padding::ZERO.top(step::XS)).into())
}

/// All lines in one sentence.
fn sum(report: &Report) -> (Tone, String) {
    let count = |verdict| report.lines.iter().filter(|line| line.verdict == verdict).count();
    match (count(Verdict::Problem), count(Verdict::Warning)) {
        (0, 0) => (Tone::Good, tr!("accounts-tested-well").to_owned()),
        (0, warnings) => (Tone::Warn, tr!("accounts-tested-better", count = warnings)),
        (problems, _) => (Tone::Bad, tr!("accounts-tested-problems", count = problems)),
    }
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
