//! Keys with a meaning for the whole window.

use iced::Task;
use iced::keyboard::Modifiers;
use iced::keyboard::key::{Key, Named};
use iced::widget::operation;

use super::{App, Message, Page, over, shortcuts};
use crate::core::command::Command;
use crate::desktop::media_keys::Key as MediaKey;
use crate::gui::screen::details::Who;
use crate::gui::screen::settings::Section;
use crate::gui::screen::{Action, Go, calls, conversation, sidebar};
use crate::gui::widget::card::{self, Answer, Ask};
use crate::gui::widget::keypad::Digit;
use crate::gui::widget::{ask, call_bar, reveal};
use crate::model::call::{Call, CallState};
use crate::model::id::CallId;
use crate::model::presence::Show;

/// Keys with a meaning for the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keystroke {
    /// The side panel's field.
    Search,
    /// The accounts, and how their two sides go together.
    Accounts,
    /// Another page, or what stands above the window.
    Open(Door),
    /// Our presence.
    Presence(Show),
    /// To another row, or conversation.
    Move(Step),
    /// Escape.
    Escape,
    /// Escape that a field has taken: its cursor is gone.
    Leave,
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
    /// A key for media, or a headset's.
    Media(MediaKey),
}

/// What has a shortcut to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The palette: people, what was said, and all that can be done.
    Palette,
    /// The sheet of shortcuts.
    Sheet,
    /// The menu beside the own name.
    Menu,
    /// The address book.
    Book,
    /// The rules for calls.
    Rules,
    /// Connection and protection.
    Protection,
    /// The settings.
    Settings,
    /// What is known of whom the open conversation is with.
    Details,
    /// Out of the program.
    Quit,
}

/// Where a key moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A row up.
    Up,
    /// A row down.
    Down,
    /// To the conversation above.
    PreviousConversation,
    /// To the conversation below.
    NextConversation,
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

/// What is done with calls, wherever the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Call who is chosen.
    Call,
    /// Answer the call that rings.
    Answer,
    /// Decline it.
    Decline,
    /// Hang up the call in front.
    HangUp,
    /// Hold the call in front, or resume it.
    Hold,
    /// Mute the microphone, or unmute it.
    Mute,
    /// Open or close the keypad.
    Keypad,
    /// Open or close the transfer panel.
    Transfer,
}

impl Keystroke {
    /// A letter with Ctrl that means something wherever the cursor stands: no field takes it.
    pub fn is_of_the_window(letter: &str, modifiers: Modifiers) -> bool {
        let key = Key::Character(letter.into());
        modifiers.command() && shortcuts::of(&key, modifiers, false).is_some()
    }

    /// The meaning of a key, `typed` with the modifiers in it; `ignored` tells that no field
    /// took it.
    pub fn of(key: &Key, typed: &Key, modifiers: Modifiers, ignored: bool) -> Option<Self> {
        if let Some(row) = shortcuts::of(key, modifiers, ignored) {
            return Some(row.does);
        }
        match (key.as_ref(), typed.as_ref()) {
            (_, Key::Character(typed)) if ignored && !modifiers.command() && !modifiers.alt() => {
                let mut characters = typed.chars();
                let only = characters.next().filter(|_| characters.next().is_none());
                only.and_then(Digit::of).map(Self::Digit)
            }
            (Key::Named(Named::Escape), _) if !ignored => Some(Self::Leave),
            _ => None,
        }
    }
}

impl App {
    pub(super) fn key(&mut self, key: Keystroke) -> Task<Message> {
        if let Some(task) = self.key_over(key) {
            return task;
        }
        match key {
            Keystroke::Search => {
                if self.narrow() {
                    self.page = Page::Welcome;
                }
                operation::focus(sidebar::SEARCH)
            }
            Keystroke::Accounts => self.go(Go::Accounts),
            Keystroke::Open(door) => self.enter_door(door),
            Keystroke::Presence(show) => self.be(show),
            Keystroke::Move(step) => self.step(step),
            Keystroke::Next => operation::focus_next().chain(reveal::focused()),
            Keystroke::Previous => operation::focus_previous().chain(reveal::focused()),
            Keystroke::Escape => self.escape(),
            Keystroke::Leave => Task::none(),
            Keystroke::Enter => self.enter(),
            Keystroke::OnCall(shortcut) => self.shortcut(shortcut),
            Keystroke::Timeline(way) => self.in_timeline(way),
            Keystroke::Media(key) => self.media_key(key),
            Keystroke::Digit(digit) => {
                let action = self.calls.press(digit);
                self.act(action)
            }
        }
    }

    fn enter_door(&mut self, door: Door) -> Task<Message> {
        match door {
            Door::Palette => self.open_over(over::Door::Palette),
            Door::Sheet => self.open_over(over::Door::Sheet),
            Door::Menu => self.toggle_menu(),
            Door::Book => self.go(Go::Book),
            Door::Rules => self.act(Action::Rules),
            Door::Protection => self.act(Action::Protection),
            Door::Settings => self.go(Go::Settings(Section::default())),
            Door::Details => match &self.page {
                Page::Conversation(with) => self.go(Go::Details(Who::Party(with.clone()))),
                _ => Task::none(),
            },
            Door::Quit => self.quit(),
        }
    }

    pub(super) fn be(&mut self, show: Show) -> Task<Message> {
        if self.snapshot.accounts.is_empty() {
            return Task::none();
        }
        let status = self.snapshot.status.clone();
        self.act(Action::Run(Command::Presence { show, status }))
    }

    /// The menu stands in the side panel: where there is room for one column only, that is shown.
    fn toggle_menu(&mut self) -> Task<Message> {
        if self.narrow() && !self.sidebar.has_menu() {
            self.page = Page::Welcome;
            if self.snapshot.accounts.is_empty() {
                return Task::none();
            }
        }
        let action = self.sidebar.toggle_menu(&self.snapshot);
        self.act(action)
    }

    /// Moves through the list where its field has the cursor, and through the conversations
    /// anywhere.
    fn step(&mut self, step: Step) -> Task<Message> {
        let by = match step {
            Step::Up => -1,
            Step::Down => 1,
            Step::PreviousConversation => return self.beside(-1),
            Step::NextConversation => return self.beside(1),
        };
        if self.sidebar.has_menu() {
            let moved = if by < 0 { operation::focus_previous() } else { operation::focus_next() };
            return moved.chain(reveal::focused());
        }
        operation::is_focused(sidebar::SEARCH).then(move |is_there| match is_there {
            true => Task::done(Message::Sidebar(sidebar::Message::Move(by))),
            false => Task::none(),
        })
    }

    /// Opens the conversation above or below the open one.
    fn beside(&mut self, by: isize) -> Task<Message> {
        let all = &self.snapshot.conversations;
        let open = match &self.page {
            Page::Conversation(with) => all.iter().position(|one| one.with == *with),
            _ => None,
        };
        let to = match open {
            Some(at) => at.checked_add_signed(by),
            None => Some(0),
        };
        match to.and_then(|to| all.get(to)).map(|one| one.with.clone()) {
            Some(with) => self.open(with),
            None => Task::none(),
        }
    }

    /// Calls who is chosen in the list while its field has the cursor, else whom the open
    /// conversation is with.
    fn call_chosen(&mut self) -> Task<Message> {
        let open = match &self.page {
            Page::Conversation(with) => sidebar::can_call(&self.snapshot, with),
            _ => false,
        };
        let open = open.then_some(Message::Conversation(conversation::Message::Call));
        let call = move |open: Option<Message>| open.map_or_else(Task::none, Task::done);
        if !self.sidebar.has_choice() {
            return call(open);
        }
        operation::is_focused(sidebar::SEARCH).then(move |is_there| match is_there {
            true => Task::done(Message::Sidebar(sidebar::Message::CallChosen)),
            false => call(open.clone()),
        })
    }

    /// What has a shortcut and can be done now.
    pub(super) fn doable(&self) -> Vec<&'static shortcuts::Row> {
        shortcuts::TABLE.iter().filter(|row| self.can_do(row.does)).collect()
    }

    fn can_do(&self, does: Keystroke) -> bool {
        let in_conversation = matches!(self.page, Page::Conversation(_));
        match does {
            Keystroke::Search | Keystroke::Accounts => true,
            Keystroke::Open(Door::Palette) => false,
            Keystroke::Open(Door::Details) => in_conversation,
            Keystroke::Open(_) => true,
            Keystroke::Presence(_) => !self.snapshot.accounts.is_empty(),
            Keystroke::Timeline(Way::PageUp | Way::PageDown) => false,
            Keystroke::Timeline(_) => in_conversation,
            Keystroke::OnCall(Shortcut::Call) => match &self.page {
                Page::Conversation(with) => sidebar::can_call(&self.snapshot, with),
                _ => false,
            },
            Keystroke::OnCall(Shortcut::Answer | Shortcut::Decline) => self.ringing().is_some(),
            Keystroke::OnCall(shortcut) => self.on_bar(shortcut).is_some(),
            Keystroke::Move(_)
            | Keystroke::Escape
            | Keystroke::Leave
            | Keystroke::Enter
            | Keystroke::Next
            | Keystroke::Previous
            | Keystroke::Media(_)
            | Keystroke::Digit(_) => false,
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
        let act = match shortcut {
            Shortcut::Call => return self.call_chosen(),
            Shortcut::Answer => card::Act::Answer,
            Shortcut::Decline => card::Act::Decline,
            _ => {
                let bar = self.on_bar(shortcut);
                return bar.map_or_else(Task::none, |(id, act)| {
                    self.in_calls(calls::Message::Bar(id, act))
                });
            }
        };
        self.ringing().map_or_else(Task::none, |call| self.on_card(call, act))
    }

    /// What the bar of the call in front offers, and nothing else.
    fn on_bar(&self, shortcut: Shortcut) -> Option<(CallId, call_bar::Act)> {
        use call_bar::{Act, Kit};
        let front = self.calls.front(&self.snapshot.calls);
        let call = front.filter(|call| call.state != CallState::Ended)?;
        let answered = |call: &Call, act| call.answered.is_some().then_some(act);
        let act = match shortcut {
            Shortcut::HangUp => Some(Act::HangUp),
            Shortcut::Mute => Some(Act::Mute(!call.muted)),
            Shortcut::Hold if call.state == CallState::Held => Some(Act::Resume),
            Shortcut::Hold => answered(call, Act::Hold),
            Shortcut::Keypad => answered(call, Act::Tool(Kit::Keypad)),
            Shortcut::Transfer => answered(call, Act::Tool(Kit::Transfer)),
            Shortcut::Call | Shortcut::Answer | Shortcut::Decline => None,
        };
        act.map(|act| (call.id.clone(), act))
    }

    /// Closes the innermost thing that is open; declines a call only when nothing else is.
    fn escape(&mut self) -> Task<Message> {
        if self.stop_writing() {
            return Task::none();
        }
        if self.question.is_some() {
            return self.answer_question(Answer::Cancel);
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
                Ask::Confirm(_) if self.may_be_answered() => self.answer_question(Answer::Confirm),
                // Nothing behind a question is answered by its key.
                Ask::Confirm(_) | Ask::Choose(_) => Task::none(),
            };
        }
        let stands = self.asking().is_some() || self.ringing().is_some();
        if stands && !self.may_be_answered() {
            return Task::none();
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
