//! Keys with a meaning for the whole window.

use iced::Task;
use iced::keyboard::Modifiers;
use iced::keyboard::key::{Key, Named};
use iced::widget::operation;

use super::{App, Message, Page};
use crate::gui::screen::{Go, calls, conversation, sidebar};
use crate::gui::widget::card::{self, Answer, Ask};
use crate::gui::widget::keypad::Digit;
use crate::gui::widget::{ask, call_bar};
use crate::model::call::{Call, CallState};

/// Keys with a meaning for the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keystroke {
    /// Ctrl+K.
    Search,
    /// Ctrl+Shift+S: the accounts, and how their two sides go together.
    Accounts,
    /// Escape.
    Escape,
    /// Enter, with no field in focus.
    Enter,
    /// Tab.
    Next,
    /// Shift+Tab.
    Previous,
    /// Ctrl+Shift and a letter: something with calls.
    OnCall(Shortcut),
    /// A key of a telephone, with no field in focus.
    Digit(Digit),
    /// A way through the timeline of the open conversation.
    Timeline(Way),
}

/// Keys that lead through a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Ctrl+F: look for what was said.
    Find,
    /// Ctrl+J: go to a day.
    Dates,
    /// Ctrl+End: go to the newest entry.
    Newest,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// What Ctrl+Shift and a letter do with calls, wherever the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// A: answer the call that rings.
    Answer,
    /// D: decline it.
    Decline,
    /// H: hang up the call in front.
    HangUp,
    /// L: hold the call in front, or resume it.
    Hold,
    /// M: mute the microphone, or unmute it.
    Mute,
    /// P: open or close the keypad.
    Keypad,
    /// T: open or close the transfer panel.
    Transfer,
}

impl Shortcut {
    /// The shortcut of a letter.
    pub fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "a" | "A" => Self::Answer,
            "d" | "D" => Self::Decline,
            "h" | "H" => Self::HangUp,
            "l" | "L" => Self::Hold,
            "m" | "M" => Self::Mute,
            "p" | "P" => Self::Keypad,
            "t" | "T" => Self::Transfer,
            _ => return None,
        })
    }
}

impl Keystroke {
    /// A letter with Ctrl that means something wherever the cursor stands: no field takes it.
    pub fn is_of_the_window(letter: &str, modifiers: Modifiers) -> bool {
        Self::of_letter(letter, modifiers).is_some()
    }

    fn of_letter(letter: &str, modifiers: Modifiers) -> Option<Self> {
        match letter {
            _ if !modifiers.command() => None,
            "s" | "S" if modifiers.shift() => Some(Self::Accounts),
            letter if modifiers.shift() => Shortcut::of(letter).map(Self::OnCall),
            "k" => Some(Self::Search),
            "f" => Some(Self::Timeline(Way::Find)),
            "j" => Some(Self::Timeline(Way::Dates)),
            _ => None,
        }
    }

    /// The meaning of a key, `typed` with the modifiers in it; `ignored` tells that no field
    /// took it.
    pub fn of(key: &Key, typed: &Key, modifiers: Modifiers, ignored: bool) -> Option<Self> {
        match (key.as_ref(), typed.as_ref()) {
            (Key::Character(letter), _) if modifiers.command() => {
                Self::of_letter(letter, modifiers)
            }
            (_, Key::Character(typed)) if ignored && !modifiers.command() && !modifiers.alt() => {
                let mut characters = typed.chars();
                let only = characters.next().filter(|_| characters.next().is_none());
                only.and_then(Digit::of).map(Self::Digit)
            }
            (Key::Named(Named::Escape), _) if ignored => Some(Self::Escape),
            (Key::Named(Named::Enter), _) if ignored => Some(Self::Enter),
            (Key::Named(Named::End), _) if ignored && modifiers.command() => {
                Some(Self::Timeline(Way::Newest))
            }
            (Key::Named(Named::PageUp), _) if ignored => Some(Self::Timeline(Way::PageUp)),
            (Key::Named(Named::PageDown), _) if ignored => Some(Self::Timeline(Way::PageDown)),
            (Key::Named(Named::Tab), _) if modifiers.shift() => Some(Self::Previous),
            (Key::Named(Named::Tab), _) => Some(Self::Next),
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
            Keystroke::Accounts => self.go(Go::Accounts),
            Keystroke::Next => operation::focus_next(),
            Keystroke::Previous => operation::focus_previous(),
            Keystroke::Escape => self.escape(),
            Keystroke::Enter => self.enter(),
            Keystroke::OnCall(shortcut) => self.shortcut(shortcut),
            Keystroke::Timeline(way) => self.in_timeline(way),
            Keystroke::Digit(digit) => {
                let action = self.calls.press(digit);
                self.act(action)
            }
        }
    }

    fn in_timeline(&mut self, way: Way) -> Task<Message> {
        use conversation::{Jump, Message, Open};
        self.in_conversation(match way {
            Way::Find => Message::Open(Open::Find),
            Way::Dates => Message::Open(Open::Dates),
            Way::Newest => Message::Jump(Jump::Newest),
            Way::PageUp => Message::Jump(Jump::PageUp),
            Way::PageDown => Message::Jump(Jump::PageDown),
        })
    }

    fn shortcut(&mut self, shortcut: Shortcut) -> Task<Message> {
        let (Shortcut::Answer | Shortcut::Decline) = shortcut else {
            return self.on_front(shortcut);
        };
        let act = match shortcut {
            Shortcut::Answer => card::Act::Answer,
            _ => card::Act::Decline,
        };
        self.ringing().map_or_else(Task::none, |call| self.on_card(call, act))
    }

    /// Does with the call in front what its bar offers, and nothing else.
    fn on_front(&mut self, shortcut: Shortcut) -> Task<Message> {
        use call_bar::{Act, Kit};
        let front = self.calls.front(&self.snapshot.calls);
        let Some(call) = front.filter(|call| call.state != CallState::Ended) else {
            return Task::none();
        };
        let answered = |call: &Call, act| call.answered.is_some().then_some(act);
        let act = match shortcut {
            Shortcut::HangUp => Some(Act::HangUp),
            Shortcut::Mute => Some(Act::Mute(!call.muted)),
            Shortcut::Hold if call.state == CallState::Held => Some(Act::Resume),
            Shortcut::Hold => answered(call, Act::Hold),
            Shortcut::Keypad => answered(call, Act::Tool(Kit::Keypad)),
            Shortcut::Transfer => answered(call, Act::Tool(Kit::Transfer)),
            Shortcut::Answer | Shortcut::Decline => None,
        };
        let id = call.id.clone();
        act.map_or_else(Task::none, |act| self.in_calls(calls::Message::Bar(id, act)))
    }

    /// Closes the innermost thing that is open; declines a call only when nothing else is.
    fn escape(&mut self) -> Task<Message> {
        if self.stop_writing() {
            return Task::none();
        }
        if self.question.is_some() {
            return self.on_question(Answer::Cancel);
        }
        if let Some(call) = self.asking() {
            return self.in_calls(calls::Message::Ask(call, ask::Act::Refuse));
        }
        let closed = self.calls.escape()
            || self.sidebar.escape()
            || (matches!(self.page, Page::Conversation(_)) && self.conversations.escape())
            || self.notice.take().is_some();
        if closed {
            return Task::none();
        }
        if let Some(call) = self.ringing() {
            return self.on_card(call, card::Act::Decline);
        }
        if let Some(action) = self.pages.escape(&self.page) {
            return self.act(action);
        }
        if !matches!(self.page, Page::Conversation(_)) {
            self.page = Page::Welcome;
        }
        Task::none()
    }

    /// Puts away the words that were to go with a refusal; false when there are none.
    pub(super) fn stop_writing(&mut self) -> bool {
        self.card.as_mut().is_some_and(|(_, card)| card.message.take().is_some())
    }

    fn enter(&mut self) -> Task<Message> {
        if let Some(question) = &self.question {
            return match question.ask {
                Ask::Confirm(_) if self.may_be_answered() => self.on_question(Answer::Confirm),
                // Nothing behind a question is answered by its key.
                Ask::Confirm(_) | Ask::Choose(_) => Task::none(),
            };
        }
        if let Some(call) = self.asking() {
            return self.in_calls(calls::Message::Ask(call, ask::Act::Call));
        }
        match self.ringing() {
            Some(call) => self.on_card(call, card::Act::Answer),
            None => {
                let action = self.pages.enter(&self.page, &self.snapshot);
                self.act(action)
            }
        }
    }
}
