//! The window and the tray: closing the one leaves the program in the other, as long as it is
//! there; and what is chosen in the tray's menu.

use std::sync::Arc;
use std::time::Duration;

use iced::Task;

use super::calls::has_passed;
use super::{App, Message, Notice, Origin, Page, desktop, pages};
use crate::core::command::{CallCommand, Command};
use crate::core::event::NoticeLevel;
use crate::desktop::autostart::AutostartError;
use crate::desktop::desk::Act;
use crate::gui::screen::settings;
use crate::gui::widget::card;
use crate::model::call::CallState;
use crate::model::id::CallId;
use crate::tr;

/// A program that begins in the tray waits so long for one to come up.
const DUE: Duration = Duration::from_secs(10);

/// A click on the tray takes the focus from the window that was in front: within so long it counts
/// as if it were there still.
const LEFT: Duration = Duration::from_millis(300);

impl App {
    /// There is a tray that the window can be closed to.
    pub fn has_tray(&self) -> bool {
        self.desktop.tray
    }

    /// At the start in the tray: where there is none in time, the window opens.
    pub(super) fn begin_in_tray(&self) -> Task<Message> {
        if !self.setting.options.in_tray {
            return Task::none();
        }
        let due = Message::Desktop(desktop::Message::TrayIsDue);
        Task::perform(async { tokio::time::sleep(DUE).await }, move |()| due.clone())
    }

    /// A tray came up, or went.
    pub(super) fn tray_is(&mut self, there: bool) -> Task<Message> {
        let went = self.desktop.tray && !there;
        self.desktop.tray = there;
        // What was closed to it has no other way back.
        if went && !self.is_open() { self.show_main() } else { Task::none() }
    }

    pub(super) fn tray_is_due(&mut self) -> Task<Message> {
        if self.desktop.tray || self.is_open() { Task::none() } else { self.show_main() }
    }

    /// What closing the main window means: that it goes to the tray, or that the program ends.
    pub fn close_main(&mut self) -> Task<Message> {
        if self.desktop.tray && self.preferences.set().closes_to_tray() {
            self.desktop.went_on = true;
            return self.hide_main();
        }
        self.quit()
    }

    /// Ends the program.
    pub(super) fn quit(&mut self) -> Task<Message> {
        self.keep_place_now();
        iced::exit()
    }

    /// Has the session start the program, or not; without a wish, whether it does.
    pub(super) fn autostart(&self, wish: Option<bool>) -> Task<Message> {
        let Some(autostart) = self.setting.options.autostart.clone() else { return Task::none() };
        let file = autostart.file().to_owned();
        let done = async move {
            let done = tokio::task::spawn_blocking(move || match wish {
                Some(on) => autostart.set(on),
                None => autostart.is_on(),
            });
            let lost = |error: tokio::task::JoinError| AutostartError::Write {
                path: file,
                source: error.into(),
            };
            done.await.unwrap_or_else(|error| Err(lost(error))).map_err(Arc::new)
        };
        Task::perform(done, |told| {
            let told = settings::Message::Desktop(settings::desktop::Message::Told(told));
            Message::Pages(pages::Message::Settings(told))
        })
    }

    /// A click on the icon.
    pub(super) fn toggle_main(&mut self) -> Task<Message> {
        let now = super::super::read_clock();
        let was_in_front = self.left().is_some_and(|left| !has_passed(LEFT, left, now));
        if self.is_open() && (self.is_in_front() || was_in_front) {
            return self.hide_main();
        }
        self.show_main()
    }

    /// The window was opened again: what it lists stands at its beginning, or where it matters.
    pub(super) fn show_again(&mut self) -> Task<Message> {
        self.sidebar.anew();
        if std::mem::take(&mut self.desktop.went_on) && self.windows.placed.tell_of_tray() {
            self.notice = self.notice.take().or_else(|| {
                let text = tr!("tray-went-on").to_owned();
                Some(Notice { level: NoticeLevel::Info, text })
            });
        }
        match &self.page {
            Page::Conversation(with) => self.show(with.clone()),
            _ => Task::none(),
        }
    }

    /// What the other side of a call wants is asked in the main window: it comes up for that.
    pub(super) fn show_for_ask(&mut self) -> Task<Message> {
        if self.is_open() || !self.asks_anew() { Task::none() } else { self.show_main() }
    }

    /// Something with a call that was chosen outside of the window; a call that is over by then
    /// is left alone.
    pub(super) fn on_call_outside(&mut self, call: CallId, act: Act) -> Task<Message> {
        let known = self.snapshot.calls.iter().find(|known| known.id == call);
        let Some(state) = known.map(|known| known.state) else { return Task::none() };
        let comes_in = state == CallState::Incoming;
        match act {
            Act::Answer if comes_in => {
                let answered = self.on_card(call, card::Act::Answer);
                // What can be done with a call stands in the main window.
                Task::batch([self.show_main(), answered])
            }
            Act::Decline if comes_in => self.on_card(call, card::Act::Decline),
            Act::HangUp if !comes_in && state != CallState::Ended => {
                let command = CallCommand::Hangup(call.clone());
                self.run(Command::Call(command), Origin::OnCall(call))
            }
            Act::Mute(on) if !comes_in && state != CallState::Ended => {
                let command = CallCommand::Mute { call: call.clone(), on };
                self.run(Command::Call(command), Origin::OnCall(call))
            }
            _ => Task::none(),
        }
    }
}
