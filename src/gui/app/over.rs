//! What stands above the window until it is closed: the palette, or the sheet of shortcuts.
//! While one does, keys are its own: none of them reaches a call or a question.

use iced::widget::operation;
use iced::widget::scrollable::AbsoluteOffset;
use iced::{Element, Task};

use super::keys::{Shortcut, Step};
use super::{App, Keystroke, Message as Window, Origin, Page};
use crate::core::command::{BookCommand, BookReply, Command, CommandError, HistoryCommand, Reply};
use crate::gui::screen::palette::{self, Hit, Next, Palette};
use crate::gui::screen::shortcuts::{self, Sheet};
use crate::gui::screen::{Go, conversation, details, name_of, place, sidebar};
use crate::model::history::Scope;

/// What the person did to it.
#[derive(Debug, Clone)]
pub enum Message {
    /// To the palette.
    Palette(palette::Message),
    /// To the sheet.
    Sheet(shortcuts::Message),
    /// Went back to the window.
    Close,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Palette,
    Sheet,
}

/// What stands there.
#[derive(Debug)]
pub(in crate::gui) enum Over {
    Palette(Palette),
    Sheet(Sheet),
}

impl Over {
    /// How it looks.
    pub(in crate::gui) fn view<'a>(&'a self, app: &'a App) -> Element<'a, Message> {
        match self {
            Self::Palette(palette) => palette.view(app.shared()).map(Message::Palette),
            Self::Sheet(sheet) => sheet.view(app.narrow()).map(Message::Sheet),
        }
    }
}

impl App {
    /// Opens one; again, and it is closed.
    pub(super) fn open_over(&mut self, door: Door) -> Task<Window> {
        let field = match (door, &self.over) {
            (Door::Palette, Some(Over::Palette(_))) | (Door::Sheet, Some(Over::Sheet(_))) => {
                return self.close_over();
            }
            (Door::Palette, _) => {
                let doable = self.doable();
                self.over = Some(Over::Palette(Palette::new(doable, &self.snapshot)));
                palette::FIELD
            }
            (Door::Sheet, _) => {
                self.over = Some(Over::Sheet(Sheet::default()));
                shortcuts::FIELD
            }
        };
        operation::focus(field)
    }

    fn close_over(&mut self) -> Task<Window> {
        self.over = None;
        match self.page {
            Page::Conversation(_) => operation::focus(conversation::COMPOSER),
            _ => Task::none(),
        }
    }

    pub(super) fn in_over(&mut self, message: Message) -> Task<Window> {
        let next = match (message, &mut self.over) {
            (Message::Close, _) => return self.close_over(),
            (Message::Palette(message), Some(Over::Palette(palette))) => palette.update(message),
            (Message::Sheet(message), Some(Over::Sheet(sheet))) => {
                sheet.update(message);
                Next::Nothing
            }
            _ => Next::Nothing,
        };
        self.after(next)
    }

    fn after(&mut self, next: Next) -> Task<Window> {
        match next {
            Next::Nothing => Task::none(),
            Next::Ask { text, turn } => self.ask_for(&text, turn),
            Next::Show { offset } => {
                let to = AbsoluteOffset { x: 0.0, y: offset.max(0.0) };
                Task::batch([
                    operation::focus(palette::FIELD),
                    operation::scroll_to(palette::LIST, to),
                ])
            }
            Next::Do(hit) => self.follow_hit(hit),
            Next::Call(with) => {
                self.over = None;
                let name = name_of(&self.snapshot, &with);
                self.act(place(with.to_string(), name))
            }
        }
    }

    /// Contacts, the address book and the history are asked at once; what answers first is
    /// shown first.
    fn ask_for(&self, text: &str, turn: u64) -> Task<Window> {
        let people = BookCommand::Search { text: text.to_owned(), limit: Some(palette::PEOPLE) };
        let said = HistoryCommand::Search {
            text: text.to_owned(),
            scope: Scope::default(),
            limit: u32::try_from(palette::SAID).ok(),
        };
        Task::batch([
            self.run(Command::Book(people), Origin::Palette(turn)),
            self.run(Command::History(said), Origin::Palette(turn)),
        ])
    }

    pub(super) fn found_for(&mut self, turn: u64, result: Result<Reply, CommandError>) {
        let Some(Over::Palette(palette)) = &mut self.over else { return };
        match result {
            Ok(Reply::Book(BookReply::Found(people))) => {
                palette.people(turn, people, &self.snapshot);
            }
            Ok(Reply::History(entries)) => palette.said(turn, entries, &self.snapshot),
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a search of the palette failed"),
        }
    }

    fn follow_hit(&mut self, hit: Hit) -> Task<Window> {
        self.over = None;
        match hit {
            Hit::Dial(typed) => self.act(place(typed.clone(), typed)),
            Hit::Person(person) => match (person.with, person.entry) {
                (Some(with), _) => self.open(with),
                (None, Some(id)) => self.go(Go::Details(details::Who::Entry(id))),
                (None, None) => Task::none(),
            },
            Hit::Said(said) => self.show_said(&said),
            Hit::Do(row) => self.key(row.does),
        }
    }

    /// What a key does there; nothing where nothing stands above the window.
    pub(super) fn key_over(&mut self, key: Keystroke) -> Option<Task<Window>> {
        let over = self.over.as_mut()?;
        Some(match key {
            Keystroke::Escape | Keystroke::Leave => self.close_over(),
            Keystroke::Open(super::keys::Door::Palette) => self.open_over(Door::Palette),
            Keystroke::Open(super::keys::Door::Sheet) => self.open_over(Door::Sheet),
            Keystroke::OnCall(Shortcut::Call) => {
                let with = match over {
                    Over::Palette(palette) => palette.chosen_party(),
                    Over::Sheet(_) => None,
                };
                let with = with.filter(|with| sidebar::can_call(&self.snapshot, with));
                match with {
                    Some(with) => self.after(Next::Call(with)),
                    None => Task::none(),
                }
            }
            // Calls can be taken and ended wherever the cursor stands.
            Keystroke::OnCall(_) | Keystroke::Media(_) => return None,
            other => {
                let next = match over {
                    Over::Palette(palette) => match other {
                        Keystroke::Move(Step::Up) | Keystroke::Previous => palette.step(-1),
                        Keystroke::Move(Step::Down) | Keystroke::Next => palette.step(1),
                        Keystroke::Enter => palette.update(palette::Message::Submit),
                        _ => Next::Nothing,
                    },
                    Over::Sheet(_) => Next::Nothing,
                };
                let field = match &self.over {
                    Some(Over::Palette(_)) => palette::FIELD,
                    _ => shortcuts::FIELD,
                };
                match next {
                    Next::Nothing => operation::focus(field),
                    next => self.after(next),
                }
            }
        })
    }
}
