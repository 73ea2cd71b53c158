//! Long work: a line that comes into sight after a while, and is called off there.

use iced::Task;

use super::{App, Message, Origin};
use crate::core::command::{Command, WorkCommand};
use crate::gui::widget::progress;

impl App {
    /// What runs for a while comes into sight.
    pub(super) fn follow_work(&mut self) -> Task<Message> {
        let new = self.progress.follow(&self.snapshot.work).into_iter().map(|work| {
            Task::perform(async { tokio::time::sleep(progress::PATIENCE).await }, move |()| {
                Message::Progress(progress::Message::Due(work))
            })
        });
        Task::batch(new)
    }

    pub(super) fn in_progress(&mut self, message: progress::Message) -> Task<Message> {
        match message {
            progress::Message::Due(work) => {
                self.progress.due(&work);
                Task::none()
            }
            progress::Message::Cancel(work) => {
                self.progress.called_off(&work);
                self.run(Command::Work(WorkCommand::Cancel(work)), Origin::Silent)
            }
        }
    }
}
