//! What helps when something does not work: a report to send, tests of both sides, and where the
//! program keeps its files.

use std::path::PathBuf;
use std::sync::Arc;

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::place::{self, Place};
use super::{Act, Lent, Message as Page, Prefs};
use crate::diagnose::SaveError;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::{Action, Shared, accounts};
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, chip, sheet, small};
use crate::tr;

/// The field for the report's path.
pub const PLACE: &str = "diagnostics-place";

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed where the report is to be.
    Typed(String),
    /// Wants it written.
    Save,
    /// It was, and where, or was not.
    Saved(Result<PathBuf, Arc<SaveError>>),
}

/// The section's own state.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    place: Place,
    saving: bool,
    /// Why there is no report.
    trouble: Option<String>,
}

impl Diagnostics {
    /// Proposes where the report is to be.
    pub(super) fn begin(&mut self, lent: Lent<'_>) -> Action {
        if !self.saving {
            *self = Self::default();
            self.place.propose(lent.files.propose("report", "txt", lent.clock));
        }
        Action::None
    }

    /// Takes in what the person did.
    pub(super) fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Typed(text) => {
                self.trouble = None;
                self.place.typed(&text);
            }
            Message::Save if self.saving => {}
            Message::Save => {
                self.trouble = None;
                self.place.begin();
                match self.place.path() {
                    Ok(path) => {
                        self.saving = true;
                        return Action::SaveReport(path);
                    }
                    Err(words) => self.trouble = Some(words.to_owned()),
                }
            }
            Message::Saved(result) => {
                self.saving = false;
                match result {
                    Ok(path) => self.place.written(path),
                    Err(error) => {
                        self.trouble = Some(place::refused(&error.path, &error.source));
                    }
                }
            }
        }
        Action::None
    }
}

/// The section.
pub(super) fn view<'a>(
    page: &'a Diagnostics,
    prefs: Prefs<'a>,
    shared: Shared<'a>,
) -> Vec<Element<'a, Page>> {
    let connections = accounts::tests(prefs.accounts, shared);
    let connections = connections.into_iter().map(|line| line.map(Page::Features)).collect();
    vec![
        sheet::section(tr!("diagnostics-connections"), connections),
        sheet::section(tr!("diagnostics-report"), vec![report(page, prefs)]),
        sheet::section(tr!("diagnostics-about"), about(prefs)),
    ]
}

fn report<'a>(page: &'a Diagnostics, prefs: Prefs<'a>) -> Element<'a, Page> {
    let holds = sheet::long(body(tr!("diagnostics-holds")));
    let without = sheet::long(small(tr!("diagnostics-without")).style(Tone::Muted.text()));
    let words = column![holds, without].spacing(step::XXS);
    if prefs.files.profile.is_none() {
        let why = small(tr!("diagnostics-no-profile")).style(Tone::Muted.text());
        let save = button::words(Button::Primary, tr!("diagnostics-save"), None);
        return sheet::padded(column![words, save, why].spacing(step::XS));
    }
    let save = (!page.saving).then_some(Page::Diagnostics(Message::Save));
    let edit = |text| Page::Diagnostics(Message::Typed(text));
    let field = page.place.field(PLACE, edit, save.clone());
    let label = if page.saving { tr!("diagnostics-saving") } else { tr!("diagnostics-save") };
    let told = page
        .place
        .file()
        .map(|path| tr!("diagnostics-saved", path = plain::quoted(&path.display().to_string())));
    let told = told.and_then(|words| page.place.told(words));
    let trouble = page
        .trouble
        .as_ref()
        .map(|words| chip::fact(Tone::Bad, &icon::WARNING, words.clone(), None));
    let parts = column![words, field, button::words(Button::Primary, label, save)];
    sheet::padded(parts.push(trouble).push(told).spacing(step::S))
}

fn about<'a>(prefs: Prefs<'a>) -> Vec<Element<'a, Page>> {
    let mut rows = vec![fact(
        tr!("diagnostics-version"),
        format!("Dovetail {}", env!("CARGO_PKG_VERSION")),
        format!(
            "Dovetail {}, {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    )];
    if let Some(profile) = &prefs.files.profile {
        let path = profile.config_path();
        let folder = path.parent().unwrap_or(&path).display().to_string();
        rows.push(fact(tr!("diagnostics-profile"), folder.clone(), folder));
    }
    match &prefs.files.log {
        Some(log) => {
            let path = log.display().to_string();
            rows.push(fact(tr!("diagnostics-log"), path.clone(), path));
        }
        None => rows.push(sheet::remark(tr!("diagnostics-no-log"))),
    }
    rows
}

/// Something known, and a way to copy it.
fn fact<'a>(name: &'static str, shown: String, copied: String) -> Element<'a, Page> {
    let words =
        column![small(name).style(Tone::Muted.text()), sheet::long(body(plain::line(&shown)))]
            .width(Length::Fill);
    let copy =
        button::words(Button::Quiet, tr!("settings-copy"), Some(Page::Act(Act::Copy(copied))));
    sheet::padded(row![words, copy].spacing(step::S).align_y(Alignment::Center))
}
