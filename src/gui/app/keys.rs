//! Keys with a meaning for the whole window.

use iced::Task;
use iced::keyboard::Modifiers;
use iced::keyboard::key::{Key, Named};
use iced::widget::operation;

use super::{App, Message, Page};
use crate::gui::screen::sidebar;
use crate::gui::widget::card::{self, Answer, Ask, Question};

/// Keys with a meaning for the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keystroke {
    /// Ctrl+K.
    Search,
    /// Escape.
    Escape,
    /// Enter, with no field in focus.
    Enter,
    /// Tab.
    Next,
    /// Shift+Tab.
    Previous,
}

impl Keystroke {
    /// The meaning of a key; `ignored` tells that no field took it.
    pub fn of(key: &Key, modifiers: Modifiers, ignored: bool) -> Option<Self> {
        match key.as_ref() {
            Key::Character("k") if modifiers.command() => Some(Self::Search),
            Key::Named(Named::Escape) if ignored => Some(Self::Escape),
            Key::Named(Named::Enter) if ignored => Some(Self::Enter),
            Key::Named(Named::Tab) if modifiers.shift() => Some(Self::Previous),
            Key::Named(Named::Tab) => Some(Self::Next),
            _ => None,
        }
    }
}

impl App {
    pub(super) fn key(&mut self, key: Keystroke) -> Task<Message> {
        match key {
            Keystroke::Search => {
                if self.narrow() {
                    self.page = Page::Welcome;
                }
                operation::focus(sidebar::SEARCH)
            }
            Keystroke::Next => operation::focus_next(),
            Keystroke::Previous => operation::focus_previous(),
            Keystroke::Escape => self.escape(),
            Keystroke::Enter => self.enter(),
        }
    }

    /// Closes the innermost thing that is open; declines a call only when nothing else is.
    fn escape(&mut self) -> Task<Message> {
        if let Some((_, card)) = &mut self.card
            && card.message.take().is_some()
        {
            return Task::none();
        }
        if self.question.take().is_some() || self.sidebar.escape() || self.notice.take().is_some() {
            return Task::none();
        }
        if let Some(call) = self.ringing() {
            return self.on_card(call, card::Act::Decline);
        }
        if self.page == Page::Protection {
            self.page = Page::Welcome;
        }
        Task::none()
    }

    fn enter(&mut self) -> Task<Message> {
        if matches!(self.question, Some(Question { ask: Ask::Confirm { .. }, .. })) {
            return self.on_question(Answer::Confirm);
        }
        match self.ringing() {
            Some(call) => self.on_card(call, card::Act::Answer),
            None => Task::none(),
        }
    }
}
