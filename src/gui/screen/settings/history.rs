//! The history: how much there is, written into a file, and deleted. What goes is said before it
//! does, by how much there is of it.

use iced::widget::{Column, column, progress_bar, row};
use iced::{Alignment, Element, Length};

use super::asked::Asked;
use super::place::Place;
use super::{Act, Lent, Message as Page, Prefs};
use crate::core::command::{Command, CommandError, HistoryCommand, Reply};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::{Action, Shared, name_of};
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::pick::{self, Item};
use crate::gui::widget::{body, button, progress, sheet, small, strong, switch};
use crate::gui::words::Clock;
use crate::lang;
use crate::model::history::{Counted, Scope};
use crate::model::party::Party;
use crate::model::time::Timestamp;
use crate::model::work::WorkKind;
use crate::tr;

/// The field for the export's path.
pub const PLACE: &str = "history-place";
/// The field for whom it is about.
pub const WHO: &str = "history-who";
/// The most conversations that are offered at once.
const MOST: usize = 6;
/// The longest text that conversations are looked for by, in bytes.
const LONGEST: usize = 200;

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Means everybody, or one person.
    One(bool),
    /// Typed whom.
    Who(String),
    /// Chose whom.
    With(Party),
    /// Chose how old it is at the least.
    Age(Age),
    /// Typed where the file is to be.
    Typed(String),
    /// Wants it written.
    Export,
    /// Wants to know what would be deleted.
    Ask,
    /// Wants it deleted.
    Delete,
    /// Keeps it.
    Keep,
}

/// How old what is deleted is at the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Age {
    /// As old as may be.
    #[default]
    Any,
    /// A month of 30 days.
    Month,
    /// Three of them.
    Quarter,
    /// A year.
    Year,
}

impl Age {
    const ALL: [Self; 4] = [Self::Any, Self::Month, Self::Quarter, Self::Year];

    fn name(self) -> &'static str {
        match self {
            Self::Any => tr!("history-any-age"),
            Self::Month => tr!("history-month"),
            Self::Quarter => tr!("history-quarter"),
            Self::Year => tr!("history-year"),
        }
    }

    fn days(self) -> Option<i64> {
        match self {
            Self::Any => None,
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::Year => Some(365),
        }
    }

    /// The beginning of the day that so much lies behind.
    fn before(self, clock: Clock) -> Option<Timestamp> {
        let days = time::Duration::days(self.days()?);
        clock.date(clock.now).checked_sub(days).map(|day| clock.begins(day))
    }
}

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// At the figures.
    Figures,
    /// Below the path.
    Export,
    /// At what would be deleted.
    Count,
    /// At what is to be.
    Delete,
}

impl From<Control> for super::Control {
    fn from(control: Control) -> Self {
        Self::History(control)
    }
}

/// What the person is asked before anything goes.
#[derive(Debug, Clone, PartialEq)]
struct Question {
    scope: Scope,
    counted: Option<Counted>,
}

/// The section's own state.
#[derive(Debug, Default)]
pub(super) struct History {
    asked: Asked<Control>,
    figures: Option<Counted>,
    /// One person is meant, and who.
    one: bool,
    who: String,
    with: Option<Party>,
    age: Age,
    place: Place,
    /// How many entries are in the file.
    exported: u64,
    question: Option<Question>,
    /// What was deleted last.
    deleted: Option<u64>,
}

impl History {
    /// Asks how much there is, and proposes where a file is to be.
    pub(super) fn begin(&mut self, lent: Lent<'_>) -> Action {
        if !self.asked.waits(&Control::Export) {
            self.place.propose(lent.files.propose("history", "jsonl", lent.clock));
        }
        self.count()
    }

    fn count(&mut self) -> Action {
        let all = HistoryCommand::Count(Scope::default());
        self.asked.ask(Control::Figures, Command::History(all))
    }

    /// What is meant; none while one person is, and nobody was chosen.
    fn scope(&self) -> Option<Scope> {
        match (self.one, &self.with) {
            (false, _) => Some(Scope::default()),
            (true, with) => with.as_ref().map(|with| Scope::with(&with.to_string())),
        }
    }

    /// What was asked about is another now.
    fn changed(&mut self) -> Action {
        (self.question, self.deleted) = (None, None);
        self.place.begin();
        self.asked.hush(&Control::Export);
        self.asked.hush(&Control::Count);
        self.asked.hush(&Control::Delete);
        Action::None
    }

    /// The hub's answer to what a control asked.
    pub(super) fn answered(
        &mut self,
        control: Control,
        result: Result<Reply, CommandError>,
    ) -> Action {
        if let Err(CommandError::Cancelled) = result {
            self.asked.forget(&control);
            return Action::None;
        }
        self.asked.answered(control, &result);
        match (control, result) {
            (Control::Figures, Ok(Reply::Counted(counted))) => self.figures = Some(counted),
            (Control::Export, Ok(Reply::Exported { path, entries })) => {
                self.exported = entries;
                self.place.written(path);
            }
            (Control::Count, Ok(Reply::Counted(counted))) => {
                if let Some(question) = &mut self.question {
                    question.counted = Some(counted);
                }
            }
            (Control::Count, Err(_)) => self.question = None,
            (Control::Delete, Ok(Reply::Deleted(deleted))) => {
                // Nothing is left to choose them by.
                (self.question, self.deleted, self.with) = (None, Some(deleted.deleted), None);
                return self.count();
            }
            _ => {}
        }
        Action::None
    }

    /// Takes in what the person did.
    pub(super) fn update(&mut self, message: Message, lent: Lent<'_>) -> Action {
        match message {
            Message::One(one) => {
                self.one = one;
                self.changed();
                if one { Action::Focus(Some(WHO)) } else { Action::None }
            }
            Message::Who(text) => {
                let end = text.floor_char_boundary(LONGEST);
                (self.who, self.with) = (text.get(..end).unwrap_or_default().to_owned(), None);
                self.changed()
            }
            Message::With(with) => {
                self.with = Some(with);
                self.changed()
            }
            Message::Age(age) => {
                self.age = age;
                self.changed()
            }
            Message::Typed(text) => {
                self.asked.hush(&Control::Export);
                self.place.typed(&text);
                Action::None
            }
            Message::Export => self.export(),
            Message::Ask => {
                let Some(scope) = self.scope() else { return Action::None };
                self.changed();
                let scope = Scope { before: self.age.before(lent.clock), ..scope };
                self.question = Some(Question { scope: scope.clone(), counted: None });
                self.asked.ask(Control::Count, Command::History(HistoryCommand::Count(scope)))
            }
            Message::Delete => match &self.question {
                Some(Question { scope, counted: Some(_) })
                    if !self.asked.waits(&Control::Delete) =>
                {
                    let delete = HistoryCommand::Delete(scope.clone());
                    self.asked.ask(Control::Delete, Command::History(delete))
                }
                _ => Action::None,
            },
            Message::Keep => self.changed(),
        }
    }

    fn export(&mut self) -> Action {
        let Some(scope) = self.scope() else { return Action::None };
        if self.asked.waits(&Control::Export) {
            return Action::None;
        }
        self.place.begin();
        match self.place.path() {
            Ok(path) => {
                let export = HistoryCommand::Export { path: Some(path), scope };
                self.asked.ask(Control::Export, Command::History(export))
            }
            Err(words) => {
                self.asked.say(Control::Export, words);
                Action::None
            }
        }
    }
}

fn press(message: Message) -> Page {
    Page::History(message)
}

/// The section.
pub(super) fn view<'a>(
    page: &'a History,
    prefs: Prefs<'a>,
    shared: Shared<'a>,
) -> Vec<Element<'a, Page>> {
    vec![
        sheet::section(tr!("history-figures"), figures(page, prefs, shared.clock)),
        sheet::section(tr!("history-whom"), whom(page, shared.snapshot)),
        sheet::section(tr!("history-export"), vec![export(page, shared)]),
        sheet::section(tr!("history-delete"), vec![delete(page, shared)]),
    ]
}

fn figures<'a>(page: &'a History, prefs: Prefs<'a>, clock: Clock) -> Vec<Element<'a, Page>> {
    let Some(Counted { entries, waiting, first, bytes }) = page.figures else {
        let counting = sheet::remark(tr!("history-counting"));
        let again = Page::Show(super::Section::History);
        return vec![sheet::told(counting, page.asked.at(&Control::Figures), again)];
    };
    let all = entries.saturating_add(waiting);
    let mut rows = vec![fact(tr!("history-entries"), all.to_string())];
    rows.extend(first.map(|first| fact(tr!("history-oldest"), clock.day(first))));
    rows.extend(bytes.map(|bytes| fact(tr!("history-size"), size(bytes))));
    if let Some(profile) = prefs.files.profile.as_ref().filter(|_| bytes.is_some()) {
        let path = profile.history_path().display().to_string();
        rows.push(sheet::padded(sheet::long(small(plain::line(&path)).style(Tone::Muted.text()))));
    }
    rows
}

fn fact<'a>(name: &'static str, value: String) -> Element<'a, Page> {
    let name = body(name).style(Tone::Muted.text()).width(Length::Fill);
    sheet::padded(row![name, body(value)].spacing(step::M).align_y(Alignment::Center))
}

fn size(bytes: u64) -> String {
    let kilobytes = bytes as f64 / 1_000.0;
    match kilobytes {
        ..1_000.0 => tr!("history-kilobytes", size = lang::number(kilobytes.ceil(), 0)),
        ..1_000_000.0 => tr!("history-megabytes", size = lang::number(kilobytes / 1e3, 1)),
        _ => tr!("history-gigabytes", size = lang::number(kilobytes / 1e6, 1)),
    }
}

/// Everybody, or one person.
fn whom<'a>(page: &'a History, snapshot: &'a Snapshot) -> Vec<Element<'a, Page>> {
    let items = [(false, tr!("history-everybody")), (true, tr!("history-one"))];
    let items = items.map(|(one, name)| Item::new(name, page.one == one, press(Message::One(one))));
    let mut rows = vec![sheet::padded(pick::row_of(items))];
    if !page.one {
        return rows;
    }
    let who = |text| press(Message::Who(text));
    let field = sheet::field(WHO, tr!("history-who"), &page.who, who, None);
    rows.push(sheet::padded(field));
    let found = found(page, snapshot);
    if found.is_empty() {
        rows.push(sheet::remark(tr!("history-nobody")));
    }
    rows.extend(found.into_iter().map(|(name, with)| {
        let (name, address) = (plain::line(&name), plain::line(&with.shown()));
        let words = if name == address { name } else { format!("{name} · {address}") };
        let is_it = page.with.as_ref() == Some(with);
        switch::choice_named(words, is_it, press(Message::With(with.clone())))
    }));
    rows
}

/// The conversations that fit, the one that was chosen first.
fn found<'a>(page: &History, snapshot: &'a Snapshot) -> Vec<(String, &'a Party)> {
    let asked = page.who.trim().to_lowercase();
    let all = snapshot.conversations.iter().map(|conversation| {
        let with = &conversation.with;
        (name_of(snapshot, with), with)
    });
    let fits = |(name, with): &(String, &Party)| {
        name.to_lowercase().contains(&asked) || with.to_string().to_lowercase().contains(&asked)
    };
    all.filter(fits).take(MOST).collect()
}

/// Why nothing can be done yet.
fn nobody<'a>(page: &History) -> Option<Element<'a, Page>> {
    let words = page.scope().is_none().then(|| small(tr!("history-choose")))?;
    Some(words.style(Tone::Muted.text()).into())
}

fn export<'a>(page: &'a History, shared: Shared<'a>) -> Element<'a, Page> {
    let waits = page.asked.waits(&Control::Export);
    let ready = !waits && page.scope().is_some();
    let submit = ready.then(|| press(Message::Export));
    let hint = sheet::long(small(tr!("history-export-hint")).style(Tone::Muted.text()));
    let field = page.place.field(PLACE, |text| press(Message::Typed(text)), submit.clone());
    let told = page.place.file().map(|path| {
        let path = plain::quoted(&path.display().to_string());
        tr!("history-exported", count = page.exported, path = path)
    });
    let told = told.and_then(|words| page.place.told(words));
    let parts = column![hint, field]
        .push(button::words(Button::Quiet, tr!("history-export-act"), submit))
        .push(nobody(page))
        .push(under_way(shared, WorkKind::HistoryExport))
        .push(told)
        .spacing(step::S);
    let control = Control::Export;
    sheet::told(sheet::padded(parts), page.asked.at(&control), press(Message::Export))
}

fn delete<'a>(page: &'a History, shared: Shared<'a>) -> Element<'a, Page> {
    let ages = Age::ALL.map(|age| Item::new(age.name(), age == page.age, press(Message::Age(age))));
    let hint = sheet::long(small(tr!("history-delete-hint")).style(Tone::Muted.text()));
    let mut parts = column![hint, pick::row_of(ages)].spacing(step::S);
    parts = match &page.question {
        None => {
            let ask = page.scope().map(|_| press(Message::Ask));
            parts.push(button::words(Button::Quiet, tr!("history-delete-ask"), ask))
        }
        Some(Question { counted: None, .. }) => {
            parts.push(button::words(Button::Quiet, tr!("history-counting"), None))
        }
        Some(Question { scope, counted: Some(counted) }) => {
            parts.push(question(page, scope, *counted, shared))
        }
    };
    let deleted = page
        .deleted
        .map(|count| strong(tr!("history-deleted", count = count)).style(Tone::Good.text()));
    parts = parts
        .push(nobody(page))
        .push(under_way(shared, WorkKind::HistoryDelete))
        .push(deleted.map(sheet::long));
    let told = page.asked.at(&Control::Count).or_else(|| page.asked.at(&Control::Delete));
    sheet::told(sheet::padded(parts), told, press(Message::Ask))
}

/// What exactly goes.
fn question<'a>(
    page: &History,
    scope: &Scope,
    counted: Counted,
    shared: Shared<'_>,
) -> Element<'a, Page> {
    if counted.entries == 0 {
        let keep = button::words(Button::Quiet, tr!("history-well"), Some(press(Message::Keep)));
        let words = sheet::long(body(tr!("history-nothing")));
        return column![words, keep].spacing(step::XS).into();
    }
    let name = page.with.as_ref().filter(|_| page.one).map(|with| {
        let (name, address) = (name_of(shared.snapshot, with), with.shown());
        match name == address {
            true => plain::quoted(&name),
            false => format!("{} ({})", plain::quoted(&name), plain::quoted(&address)),
        }
    });
    let before = scope.before.map(|before| shared.clock.day(before));
    let count = counted.entries;
    let words = match (name, before) {
        (None, None) => tr!("history-question-all", count = count),
        (None, Some(day)) => tr!("history-question-before", count = count, day = day),
        (Some(name), None) => tr!("history-question-with", count = count, name = name),
        (Some(name), Some(day)) => {
            tr!("history-question-with-before", count = count, name = name, day = day)
        }
    };
    let waiting = (counted.waiting > 0).then(|| tr!("history-waiting", count = counted.waiting));
    let waits = page.asked.waits(&Control::Delete);
    let go = (!waits).then(|| press(Message::Delete));
    let keep = (!waits).then(|| press(Message::Keep));
    let acts = row![
        button::words(Button::HangUp, tr!("history-delete-act"), go),
        button::words(Button::Quiet, tr!("history-keep"), keep),
    ]
    .spacing(step::XS);
    column![sheet::long(strong(words))]
        .push(waiting.map(|words| sheet::long(body(words))))
        .push(sheet::long(body(tr!("history-for-good"))))
        .push(acts)
        .spacing(step::XS)
        .into()
}

/// What runs, how far it is, and the way to call it off.
fn under_way<'a>(shared: Shared<'_>, kind: WorkKind) -> Option<Element<'a, Page>> {
    let lines = shared.snapshot.work.iter().filter(|work| work.kind == kind).map(|work| {
        let cancel = work.can_cancel.then(|| {
            let cancel = Some(Page::Act(Act::Cancel(work.id.clone())));
            button::words(Button::Plain, tr!("words-progress-cancel"), cancel)
        });
        let words = sheet::long(small(progress::said(work)).style(Tone::Muted.text()));
        let bar = progress_bar(0.0..=1.0, progress::part(work).unwrap_or(0.0));
        let line = row![words].push(cancel).spacing(step::XS).align_y(Alignment::Center);
        column![bar.girth(2.0).style(progress::thin), line].into()
    });
    let lines: Vec<Element<'a, Page>> = lines.collect();
    (!lines.is_empty()).then(|| Column::with_children(lines).spacing(step::XS).into())
}
