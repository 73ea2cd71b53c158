//! Files of the person's own: written and shown beside the window, which never waits for a disk.

use std::path::PathBuf;
use std::sync::Arc;

use iced::Task;

use super::{App, Message, Notice, pages};
use crate::core::event::NoticeLevel;
use crate::desktop::folder::{self, FolderError};
use crate::diagnose::{self, SaveError};
use crate::gui::plain;
use crate::gui::screen::settings::{self, Act, diagnostics};
use crate::tr;

impl App {
    /// Writes the report that helps when something does not work.
    pub(super) fn save_report(&self, path: PathBuf) -> Task<Message> {
        let Some(profile) = self.setting.options.files.profile.clone() else { return Task::none() };
        let saved = async move {
            let to = path.clone();
            match tokio::task::spawn_blocking(move || diagnose::save(&profile, &to)).await {
                Ok(done) => done.map(|()| path).map_err(Arc::new),
                Err(error) => Err(Arc::new(SaveError { path, source: error.into() })),
            }
        };
        Task::perform(saved, |result| {
            said(settings::Message::Diagnostics(diagnostics::Message::Saved(result)))
        })
    }

    pub(super) fn folder_not_shown(&mut self, error: &FolderError) {
        let text = tr!("settings-folder-refused", reason = plain::told(&error.to_string()));
        self.notice = Some(Notice { level: NoticeLevel::Warning, text });
    }
}

/// Shows a directory in the desktop's program for files.
pub(super) fn show(path: PathBuf) -> Task<Message> {
    let shown = async move {
        match tokio::task::spawn_blocking(move || folder::open(&path)).await {
            Ok(done) => done.err().map(Arc::new),
            Err(error) => Some(Arc::new(FolderError::Start(error.into()))),
        }
    };
    Task::future(shown)
        .and_then(|error| Task::done(said(settings::Message::Act(Act::NoFolder(error)))))
}

fn said(message: settings::Message) -> Message {
    Message::Pages(pages::Message::Settings(message))
}
