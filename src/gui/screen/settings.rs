//! The settings, in sections: a list of them beside what is set in one, or before it where there
//! is no room. What was refused is said at its control.
//!
//! A section is a variant of [`Section`] and a module with its own `Message`, `Control` and state,
//! so that one more is a line here and there and nothing else.

mod accounts;
mod appearance;
mod asked;
pub mod blocked;
pub mod desktop;
pub mod diagnostics;
pub mod history;
mod media_keys;
mod notifications;
mod place;
pub mod privacy;
mod shortcuts;
pub mod sound;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Go};
use crate::core::command::{Command, CommandError, Reply, WorkCommand};
use crate::desktop::folder::FolderError;
use crate::gui::files::Files;
use crate::gui::preferences::{Kept, WriteError};
use crate::gui::words::Clock;
use crate::media::meter::Levels;
use crate::model::id::WorkId;
use crate::model::preferences::Change;
use crate::tr;

pub use view::view;

/// A part of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// The accounts, and what belongs to them.
    #[default]
    Accounts,
    /// Which way things go.
    Features,
    /// What others are told, and who reaches us.
    Privacy,
    /// Microphone and loudspeaker.
    Sound,
    /// What the desktop tells of.
    Notifications,
    /// How the window looks.
    Appearance,
    /// What was said and called.
    History,
    /// What keys do.
    Shortcuts,
    /// The desktop around.
    Desktop,
    /// What helps when something does not work.
    Diagnostics,
}

impl Section {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 10] = [
        Self::Accounts,
        Self::Features,
        Self::Privacy,
        Self::Sound,
        Self::Notifications,
        Self::Appearance,
        Self::History,
        Self::Shortcuts,
        Self::Desktop,
        Self::Diagnostics,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => tr!("settings-accounts"),
            Self::Features => tr!("settings-features"),
            Self::Privacy => tr!("settings-privacy"),
            Self::Sound => tr!("settings-sound"),
            Self::Notifications => tr!("notify-set"),
            Self::Appearance => tr!("settings-appearance"),
            Self::History => tr!("history-title"),
            Self::Shortcuts => tr!("settings-shortcuts"),
            Self::Desktop => tr!("tray-settings"),
            Self::Diagnostics => tr!("diagnostics-title"),
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
    /// Goes to another page.
    Leave(Other),
    /// Set how the window looks or behaves.
    Prefer(Change),
    /// Wants the file of that out of the way.
    SetAside,
    /// It was written, or was not.
    Written(Result<(), Arc<WriteError>>),
    /// Something that several sections offer.
    Act(Act),
    /// In the table of features: the page of the accounts keeps it.
    Features(super::accounts::Message),
    /// In the section of that name.
    Privacy(privacy::Message),
    /// Likewise.
    Sound(sound::Message),
    /// Likewise.
    History(history::Message),
    /// Likewise.
    Desktop(desktop::Message),
    /// Likewise.
    Diagnostics(diagnostics::Message),
}

/// What several sections offer.
#[derive(Debug, Clone)]
pub enum Act {
    /// Copies something that stands there.
    Copy(String),
    /// Calls long work off.
    Cancel(WorkId),
    /// Wants a directory shown.
    Folder(PathBuf),
    /// It could not be.
    NoFolder(Arc<FolderError>),
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// In the section of that name.
    Privacy(privacy::Control),
    /// Likewise.
    Sound(sound::Control),
    /// Likewise.
    History(history::Control),
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
    /// One more account.
    NewAccount,
}

/// What is lent besides what all screens are lent.
#[derive(Debug, Clone, Copy)]
pub struct Prefs<'a> {
    /// What is set, and whether it is kept.
    pub kept: &'a Kept,
    /// What the person did to the table of features, and to the tests of accounts.
    pub accounts: &'a super::accounts::Accounts,
    /// Light or dark was told to the program when it was started.
    pub theme_is_told: bool,
    /// The profile and its files.
    pub files: &'a Files,
    /// The desktop shows notifications.
    pub has_notifications: bool,
    /// There is a tray that the window can be closed to.
    pub has_tray: bool,
    /// The session could start the program.
    pub can_autostart: bool,
}

/// What is lent while the page's own state changes.
#[derive(Debug, Clone, Copy)]
pub struct Lent<'a> {
    /// The profile and its files.
    pub files: &'a Files,
    /// The moment.
    pub clock: Clock,
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Settings {
    section: Section,
    /// Where there is no room for both: the list is shown.
    listed: bool,
    privacy: privacy::Privacy,
    sound: sound::Sound,
    history: history::History,
    desktop: desktop::Desktop,
    diagnostics: diagnostics::Diagnostics,
}

impl Settings {
    /// Shows a section.
    pub fn opened(&mut self, section: Section, lent: Lent<'_>) -> Action {
        *self = Self { section, ..Self::default() };
        self.begin(lent)
    }

    /// What a section needs to know.
    fn begin(&mut self, lent: Lent<'_>) -> Action {
        match self.section {
            Section::History => self.history.begin(lent),
            Section::Desktop => self.desktop.begin(),
            Section::Diagnostics => self.diagnostics.begin(lent),
            Section::Sound => self.sound.begin(),
            _ => Action::None,
        }
    }

    /// The microphone's level is shown.
    pub fn shows_level(&self) -> bool {
        self.section == Section::Sound && !self.listed
    }

    /// A moment to look at it: how loud it is, where a call says so.
    pub fn look(&mut self, of_call: Option<Levels>) -> Action {
        match of_call {
            Some(levels) => self.sound.heard(levels.input),
            None => return self.sound.look(),
        }
        Action::None
    }

    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) -> Action {
        match control {
            Control::Privacy(control) => self.privacy.answered(control, &result),
            Control::Sound(control) => self.sound.answered(control, result),
            Control::History(control) => self.history.answered(control, result),
        }
    }

    /// Takes in what the person did. What was written is its parent's business.
    pub fn update(&mut self, message: Message, lent: Lent<'_>) -> Action {
        match message {
            Message::Close => Action::Back,
            Message::List => {
                self.listed = true;
                Action::None
            }
            Message::Show(section) => {
                (self.section, self.listed) = (section, false);
                self.begin(lent)
            }
            Message::Leave(Other::Accounts) => Action::Go(Go::Accounts),
            Message::Leave(Other::Protection) => Action::Protection,
            Message::Leave(Other::Rules) => Action::Rules,
            Message::Leave(Other::NewAccount) => Action::Go(Go::NewAccount),
            Message::Prefer(change) => Action::Prefer(change),
            Message::SetAside => Action::SetPreferencesAside,
            Message::Act(Act::Copy(text)) => Action::Copy(text),
            Message::Act(Act::Cancel(work)) => {
                Action::Run(Command::Work(WorkCommand::Cancel(work)))
            }
            Message::Act(Act::Folder(path)) => Action::Folder(path),
            // Its parent hands the first on, and has taken the others.
            Message::Features(_) | Message::Written(_) | Message::Act(Act::NoFolder(_)) => {
                Action::None
            }
            Message::Privacy(message) => self.privacy.update(message),
            Message::Sound(message) => self.sound.update(message),
            Message::History(message) => self.history.update(message, lent),
            Message::Desktop(message) => self.desktop.update(message),
            Message::Diagnostics(message) => self.diagnostics.update(message),
        }
    }
}
