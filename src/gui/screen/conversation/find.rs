//! Looking for what was said in a conversation: the store finds it, however far back.

use iced::widget::{column, container, row, text_input};
use iced::{Alignment, Element, Length};

use super::bar;
use crate::core::command::{Command, HistoryCommand};
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::widget::{button, field, rule, small};
use crate::model::history::Scope;
use crate::model::message::Entry;
use crate::model::party::Party;
use crate::tr;

/// The field.
pub const FIND: &str = "find";

/// The most hits that are gone through.
const MOST: usize = 500;

/// The longest text that is looked for, in bytes.
const LONGEST: usize = 200;

/// What is done while something is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Typed.
    Typed(String),
    /// Wants the hit before the one that is shown: an older one.
    Older,
    /// Wants the one after it.
    Newer,
}

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// The history is asked for this text.
    Ask(String),
    /// Another hit is shown.
    Show,
}

/// Where the search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Idle,
    Waiting,
    Answered,
    Failed,
}

/// What is looked for, and what was found.
#[derive(Default)]
pub struct Find {
    text: String,
    /// The search whose answer is waited for.
    pub asked: u64,
    state: State,
    /// The newest last.
    hits: Vec<Entry>,
    /// Which is shown, counted from the newest.
    at: usize,
}

/// What is looked for is what was said.
impl std::fmt::Debug for Find {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Find").field("hits", &self.hits.len()).finish_non_exhaustive()
    }
}

/// What asks the history.
pub(super) fn command(text: String, with: &Party) -> Command {
    let scope = Scope::with(&with.to_string());
    Command::History(HistoryCommand::Search { text, scope, limit: u32::try_from(MOST).ok() })
}

impl Find {
    pub fn update(&mut self, act: Act) -> Next {
        match act {
            Act::Typed(text) => {
                self.text = plain_cut(&text).to_owned();
                if self.text.trim().is_empty() {
                    (self.state, self.hits, self.asked) = (State::Idle, Vec::new(), 0);
                    return Next::Nothing;
                }
                self.state = State::Waiting;
                Next::Ask(self.text.trim().to_owned())
            }
            Act::Older if self.at + 1 < self.hits.len() => {
                self.at += 1;
                Next::Show
            }
            Act::Newer if self.at > 0 => {
                self.at -= 1;
                Next::Show
            }
            // Round the corner.
            Act::Older if !self.hits.is_empty() => {
                self.at = 0;
                Next::Show
            }
            Act::Newer if !self.hits.is_empty() => {
                self.at = self.hits.len() - 1;
                Next::Show
            }
            Act::Older | Act::Newer => Next::Nothing,
        }
    }

    pub fn answered(&mut self, entries: Option<Vec<Entry>>) {
        self.state = if entries.is_some() { State::Answered } else { State::Failed };
        self.hits = entries.unwrap_or_default();
        self.at = 0;
    }

    /// The hit that is shown.
    pub fn chosen(&self) -> Option<&Entry> {
        let place = self.hits.len().checked_sub(self.at + 1)?;
        self.hits.get(place)
    }

    /// Whether this entry is the hit that is shown.
    pub fn shows(&self, id: &str) -> bool {
        self.chosen().is_some_and(|entry| entry.id == id)
    }

    /// The words that are looked for.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split_whitespace()
    }

    fn count(&self) -> String {
        let (at, count) = (self.at + 1, self.hits.len());
        match self.state {
            State::Idle => String::new(),
            State::Waiting => tr!("chat-find-waits").to_owned(),
            State::Failed => tr!("chat-find-failed").to_owned(),
            State::Answered if count == 0 => tr!("chat-find-nothing").to_owned(),
            State::Answered if count >= MOST => tr!("chat-find-more", at = at, count = count),
            State::Answered => tr!("chat-find-count", at = at, count = count),
        }
    }

    pub fn view(&self, shared: Shared<'_>) -> Element<'_, bar::Act> {
        let field = field::field(
            text_input(tr!("chat-find-field"), &self.text)
                .id(FIND)
                .on_input(|text| bar::Act::Find(Act::Typed(text)))
                .on_submit(bar::Act::Find(Act::Older)),
        );
        let any = !self.hits.is_empty();
        let step_to = |act| any.then_some(bar::Act::Find(act));
        let tone = match self.state {
            State::Failed => Tone::Bad,
            _ => Tone::Muted,
        };
        let square = |icon, hint, press| button::square(Button::Plain, icon, hint, press);
        let content = row![
            field,
            small(self.count()).style(tone.text()),
            square(&icon::CHEVRON_UP, tr!("chat-find-older"), step_to(Act::Older)),
            square(&icon::CHEVRON_DOWN, tr!("chat-find-newer"), step_to(Act::Newer)),
            square(&icon::CLOSE, tr!("chat-close"), Some(bar::Act::Close)),
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center);
        frame(content, shared)
    }
}

/// The bar itself, below the conversation's head.
pub(super) fn frame<'a>(
    content: impl Into<Element<'a, bar::Act>>,
    shared: Shared<'_>,
) -> Element<'a, bar::Act> {
    let side = if shared.narrow { step::M } else { step::L };
    let bar = container(content)
        .padding(theme::pad(step::XS, side))
        .width(Length::Fill)
        .style(theme::surface);
    column![bar, rule()].into()
}

fn plain_cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}
