//! What waits until the person has paused: a search of the history, and the word that we type no
//! more. And what the history answers.

use std::sync::Arc;
use std::time::Duration;

use iced::Task;

use super::{App, Message};
use crate::core::command::{CommandError, Reply};
use crate::gui::screen::palette::Said;
use crate::gui::screen::{conversation, sidebar};
use crate::model::party::Party;

/// After so long without an edit, typing counts as paused.
const TYPING_PAUSE: Duration = Duration::from_secs(10);

/// So long nothing is typed before the history is asked.
const SEARCH_PAUSE: Duration = Duration::from_millis(150);

pub(super) fn typing(edits: u64) -> Task<Message> {
    Task::perform(async { tokio::time::sleep(TYPING_PAUSE).await }, move |()| {
        Message::Conversation(conversation::Message::Idle(edits))
    })
}

pub(super) fn search(turn: u64) -> Task<Message> {
    Task::perform(async { tokio::time::sleep(SEARCH_PAUSE).await }, move |()| {
        Message::Sidebar(sidebar::Message::Paused(turn))
    })
}

impl App {
    pub(super) fn of_history(
        &mut self,
        with: &Party,
        ask: conversation::Ask,
        answer: Result<Reply, CommandError>,
    ) -> Task<Message> {
        let entries = match answer {
            Ok(Reply::History(entries)) => Some(entries),
            _ => None,
        };
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.conversations.answered(with, ask, entries, shared);
        self.act(action)
    }

    /// What the history has of what is typed in the side panel.
    pub(super) fn said(&mut self, turn: u64, result: Result<Reply, CommandError>) -> Task<Message> {
        match result {
            Ok(Reply::History(entries)) => self.sidebar.answered(turn, entries, &self.snapshot),
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a search of the side panel failed"),
        }
        Task::none()
    }

    /// Opens a conversation where something was said.
    pub(super) fn show_said(&mut self, said: &Said) -> Task<Message> {
        let opened = self.open(said.with.clone());
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.conversations.show(&said.with, &said.entry, shared);
        Task::batch([opened, self.act(action)])
    }
}
