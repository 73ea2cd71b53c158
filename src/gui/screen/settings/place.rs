//! A new file: where it is to be, and once it is there the ways to it.

use std::io;
use std::path::{Path, PathBuf};

use iced::widget::{column, row};
use iced::{Element, Length};

use super::{Act, Message};
use crate::desktop::folder;
use crate::gui::files;
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{button, sheet, strong};
use crate::tr;

/// Where a file is to be, as typed.
#[derive(Debug, Default)]
pub(super) struct Place {
    typed: String,
    /// The file that was written there.
    written: Option<PathBuf>,
}

impl Place {
    /// Proposes a path, until the person types one.
    pub(super) fn propose(&mut self, path: String) {
        *self = Self { typed: path, written: None };
    }

    /// The person typed.
    pub(super) fn typed(&mut self, text: &str) {
        let end = text.floor_char_boundary(files::LONGEST);
        *self = Self { typed: text.get(..end).unwrap_or_default().to_owned(), written: None };
    }

    /// What was typed, as a path; else what to say about it.
    pub(super) fn path(&self) -> Result<PathBuf, &'static str> {
        files::typed(&self.typed).ok_or_else(|| tr!("settings-file-whole"))
    }

    /// It is there.
    pub(super) fn written(&mut self, path: PathBuf) {
        self.written = Some(path);
    }

    /// Nothing is there yet that is to be told.
    pub(super) fn begin(&mut self) {
        self.written = None;
    }

    /// The file that was written.
    pub(super) fn file(&self) -> Option<&Path> {
        self.written.as_deref()
    }

    /// The field; Enter sends `submit`.
    pub(super) fn field<'a>(
        &'a self,
        id: &'static str,
        edit: impl Fn(String) -> Message + 'a,
        submit: Option<Message>,
    ) -> Element<'a, Message> {
        sheet::field(id, tr!("settings-file"), &self.typed, edit, submit)
    }

    /// What is said of the file that was written, and the ways to it.
    pub(super) fn told<'a>(&self, words: String) -> Option<Element<'a, Message>> {
        let path = self.written.as_ref()?;
        let shown = path.display().to_string();
        let copy = Some(Message::Act(Act::Copy(shown)));
        let mut ways = row![button::words(Button::Quiet, tr!("settings-copy-path"), copy)];
        if let Some(parent) = path.parent().filter(|_| folder::can_open()) {
            let open = Some(Message::Act(Act::Folder(parent.to_owned())));
            ways = ways.push(button::words(Button::Quiet, tr!("settings-open-folder"), open));
        }
        let ways = ways.spacing(step::XS).wrap().vertical_spacing(step::XS);
        let words = sheet::long(strong(words).style(Tone::Good.text()));
        Some(column![words, ways].spacing(step::XS).width(Length::Fill).into())
    }
}

/// Why a file could not be written.
pub(super) fn refused(path: &Path, source: &io::Error) -> String {
    let path = plain::quoted(&path.display().to_string());
    match source.kind() {
        io::ErrorKind::AlreadyExists => tr!("settings-file-exists", path = path),
        io::ErrorKind::NotFound => tr!("settings-file-no-folder", path = path),
        _ => {
            let reason = plain::told(&source.to_string());
            tr!("settings-file-unwritable", path = path, reason = reason)
        }
    }
}
