//! How the window looks and behaves, at once: what is set takes effect, then it is written.

use std::sync::Arc;

use iced::{Size, Task};

use super::{App, Message, Notice, pages};
use crate::core::event::NoticeLevel;
use crate::gui::preferences::{Job, WriteError};
use crate::gui::screen::settings::{self, Prefs};
use crate::gui::theme::{self, Mode};
use crate::lang::{self, Language};
use crate::model::preferences::{Change, Hours, Preferences, Theme};
use crate::tr;

impl App {
    /// How large everything is, on top of the screen's own scale.
    pub fn scale(&self) -> f32 {
        self.preferences.set().scale.factor()
    }

    /// What the settings are lent.
    pub(in crate::gui) fn prefs(&self) -> Prefs<'_> {
        Prefs {
            kept: &self.preferences,
            accounts: self.pages.accounts(),
            theme_is_told: self.setting.forced.is_some(),
            files: &self.setting.options.files,
            has_tray: self.has_tray(),
            has_notifications: self.has_notifications(),
            can_autostart: self.setting.options.autostart.is_some(),
        }
    }

    /// At the start: what was kept takes effect; a file that cannot be read is told. The
    /// language that is spoken is the session's when none was chosen.
    pub(super) fn begin_preferences(&mut self) {
        let tag = self.preferences.set().language.as_deref();
        if let Some(language) = tag.and_then(Language::of_tag) {
            lang::speak(language);
        }
        self.take_effect();
        if let Some(broken) = self.preferences.broken() {
            let text = tr!("settings-broken", reason = broken);
            self.notice = Some(Notice { level: NoticeLevel::Warning, text });
        }
    }

    pub(super) fn prefer(&mut self, change: Change) -> Task<Message> {
        let before = self.scale();
        let speaks = matches!(change, Change::Language(_));
        let job = self.preferences.put(self.preferences.set().clone().with(change));
        if speaks {
            lang::speak(language(self.preferences.set(), self.setting.options.session.language));
        }
        // The window stays as large as it is; what counts in it are pixels of another size.
        let ratio = before / self.scale();
        self.size = Size::new(self.size.width * ratio, self.size.height * ratio);
        self.take_effect();
        self.post();
        job.map_or_else(Task::none, write)
    }

    pub(super) fn set_preferences_aside(&mut self) -> Task<Message> {
        self.preferences.set_aside().map_or_else(Task::none, write)
    }

    /// What was set was written, or was not.
    pub(super) fn preferences_written(&mut self, result: &Result<(), Arc<WriteError>>) {
        let text = match result.as_ref().map_err(AsRef::as_ref) {
            Ok(()) => return self.preferences.is_mended(),
            Err(WriteError::Io { path, source }) => {
                let (path, reason) = (path.display().to_string(), source.to_string());
                tr!("settings-unwritable", path = path, reason = reason)
            }
            Err(WriteError::Crowded(path)) => {
                tr!("settings-crowded", path = path.display().to_string())
            }
        };
        self.notice = Some(Notice { level: NoticeLevel::Warning, text });
    }

    /// Light or dark: as the start of the program was told, else as set, else as the system is.
    fn choose_mode(&mut self) {
        let of_system = match self.system {
            iced::theme::Mode::Dark => Mode::Dark,
            iced::theme::Mode::Light | iced::theme::Mode::None => Mode::Light,
        };
        self.mode = self.setting.forced.unwrap_or(match self.preferences.set().theme {
            Theme::System => of_system,
            Theme::Light => Mode::Light,
            Theme::Dark => Mode::Dark,
        });
    }

    pub(super) fn system_theme(&mut self, mode: iced::theme::Mode) -> Task<Message> {
        self.system = mode;
        self.choose_mode();
        Task::none()
    }

    fn take_effect(&mut self) {
        let set = self.preferences.set();
        theme::enlarge_text(set.large_text);
        self.clock.hours = match set.hours {
            Hours::System => self.setting.options.session.hours,
            Hours::Twelve => lang::Hours::Twelve,
            Hours::TwentyFour => lang::Hours::TwentyFour,
        };
        self.choose_mode();
    }
}

fn language(set: &Preferences, of_session: Language) -> Language {
    set.language.as_deref().and_then(Language::of_tag).unwrap_or(of_session)
}

fn write(job: Job) -> Task<Message> {
    let file = job.file().to_owned();
    let written = async move {
        match tokio::task::spawn_blocking(|| job.run()).await {
            Ok(done) => done.map_err(Arc::new),
            Err(error) => Err(Arc::new(WriteError::of(&file, error.into()))),
        }
    };
    let said =
        |result| Message::Pages(pages::Message::Settings(settings::Message::Written(result)));
    Task::perform(written, said)
}
