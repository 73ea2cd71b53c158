//! The settings, in sections: a list of them beside what is set in one, or before it where there
//! is no room. What was refused is said at its control.

mod accounts;
mod appearance;
mod view;

use std::sync::Arc;

use super::{Action, Go};
use crate::gui::preferences::{Kept, WriteError};
use crate::model::preferences::Change;
use crate::tr;

pub use view::view;

/// A part of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// The accounts, and what belongs to them.
    #[default]
    Accounts,
    /// How the window looks.
    Appearance,
}

impl Section {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 2] = [Self::Accounts, Self::Appearance];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => tr!("settings-accounts"),
            Self::Appearance => tr!("settings-appearance"),
        }
    }
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Went back to the list of sections.
    List,
    /// Chose a section.
    Show(Section),
    /// Set how the window looks or behaves.
    Prefer(Change),
    /// Wants the file of that out of the way.
    SetAside,
    /// It was written, or was not.
    Written(Result<(), Arc<WriteError>>),
    /// Goes to another page.
    Leave(Other),
}

/// Where the page leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// The accounts.
    Accounts,
    /// Both accounts' protection.
    Protection,
    /// The rules for calls.
    Rules,
}

/// How the window looks and behaves, as far as it is set.
#[derive(Debug, Clone, Copy)]
pub struct Prefs<'a> {
    /// What is set, and whether it is kept.
    pub kept: &'a Kept,
    /// Light or dark was told to the program when it was started.
    pub theme_is_told: bool,
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Settings {
    section: Section,
    /// Where there is no room for both: the list is shown.
    listed: bool,
}

impl Settings {
    /// Shows a section.
    pub fn opened(&mut self, section: Section) {
        *self = Self { section, ..Self::default() };
    }

    /// Takes in what the person did. What was written is its parent's business.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Close => Action::Back,
            Message::List => {
                self.listed = true;
                Action::None
            }
            Message::Show(section) => {
                (self.section, self.listed) = (section, false);
                Action::None
            }
            Message::Prefer(change) => Action::Prefer(change),
            Message::SetAside => Action::SetPreferencesAside,
            Message::Written(_) => Action::None,
            Message::Leave(Other::Accounts) => Action::Go(Go::Accounts),
            Message::Leave(Other::Protection) => Action::Protection,
            Message::Leave(Other::Rules) => Action::Rules,
        }
    }
}
