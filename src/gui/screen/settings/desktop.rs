//! The desktop around: whether it starts the program, and what closing the window means.

use std::sync::Arc;

use iced::Element;

use super::{Message as Page, Prefs};
use crate::desktop::autostart::AutostartError;
use crate::gui::icon;
use crate::gui::screen::Action;
use crate::gui::theme::Tone;
use crate::gui::widget::{chip, sheet, switch};
use crate::model::preferences::Change;
use crate::tr;

/// What happens in the section.
#[derive(Debug, Clone)]
pub enum Message {
    /// The program is to start with the session, or not.
    Autostart(bool),
    /// Whether it does, as the entry says.
    Told(Result<bool, Arc<AutostartError>>),
}

/// What is known there.
#[derive(Debug, Default)]
pub struct Desktop {
    /// Whether the program starts with the session, once that was read.
    autostart: Option<bool>,
    /// Why that cannot be read or set.
    failed: Option<Arc<AutostartError>>,
}

impl Desktop {
    /// What the section needs to know.
    pub(super) fn begin(&self) -> Action {
        Action::Autostart(None)
    }

    /// Takes in what happened.
    pub(super) fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Autostart(on) => {
                self.failed = None;
                return Action::Autostart(Some(on));
            }
            Message::Told(Ok(on)) => (self.autostart, self.failed) = (Some(on), None),
            Message::Told(Err(error)) => self.failed = Some(error),
        }
        Action::None
    }
}

/// The section.
pub(super) fn view<'a>(page: &'a Desktop, prefs: Prefs<'a>) -> Vec<Element<'a, Page>> {
    let mut parts = Vec::new();
    if prefs.can_autostart {
        parts.push(sheet::section(tr!("tray-settings-start"), start(page, prefs)));
    }
    parts.push(sheet::section(tr!("tray-settings-window"), vec![close(prefs)]));
    parts
}

fn start<'a>(page: &'a Desktop, prefs: Prefs<'a>) -> Vec<Element<'a, Page>> {
    let name = tr!("tray-at-login");
    let hint = match prefs.has_tray {
        true => tr!("tray-at-login-hint"),
        false => tr!("tray-at-login-hint-window"),
    };
    let turn = |on| Page::Desktop(Message::Autostart(on));
    let line = match page.autostart {
        Some(on) => switch::row_of(name, hint, on, turn),
        None => switch::locked(name, hint, false),
    };
    let told = page.failed.as_ref().map(|error| {
        let words = match error.as_ref() {
            AutostartError::Read { path, source } => tr!(
                "tray-entry-unreadable",
                path = path.display().to_string(),
                reason = source.to_string()
            ),
            AutostartError::Write { path, source } => tr!(
                "tray-entry-unwritable",
                path = path.display().to_string(),
                reason = source.to_string()
            ),
        };
        sheet::padded(chip::fact(Tone::Warn, &icon::WARNING, words, None))
    });
    std::iter::once(line).chain(told).collect()
}

fn close<'a>(prefs: Prefs<'a>) -> Element<'a, Page> {
    let name = tr!("tray-close");
    if !prefs.has_tray {
        return switch::locked(name, tr!("tray-close-none"), false);
    }
    let on = prefs.kept.set().closes_to_tray();
    let hint = if on { tr!("tray-close-hint") } else { tr!("tray-close-hint-off") };
    switch::row_of(name, hint, on, |on| Page::Prefer(Change::CloseToTray(on)))
}
