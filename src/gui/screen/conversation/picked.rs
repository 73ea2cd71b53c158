//! What was chosen of a message's text, and what can be done with a message.

use std::ops::Range;

use iced::widget::{column, row};
use iced::{Alignment, Element};

use super::{Action, Conversations, Message, rows};
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, step};
use crate::gui::widget::button;
use crate::gui::widget::feed::Key;
use crate::gui::widget::prose::Pick;
use crate::model::message::Entry;
use crate::model::party::Party;
use crate::tr;

/// What is done with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A link in it was clicked on; which of them.
    Link(usize),
    /// A part of it is chosen.
    Pick(Pick),
    /// What can be done with it is shown, or is no more.
    Menu,
    /// All of it goes into the clipboard.
    Copy,
    /// It is sent again.
    SendAgain,
}

/// What was chosen: one part of one message.
#[derive(Debug, Default)]
pub struct Picked {
    part: Option<(Key, Range<usize>)>,
    menu: Option<(Key, bool)>,
}

impl Picked {
    /// The part that was chosen of an entry.
    pub fn of(&self, of: Key) -> Option<Range<usize>> {
        self.part.as_ref().filter(|(entry, _)| *entry == of).map(|(_, part)| part.clone())
    }

    /// The entry of which a part was chosen.
    pub fn entry(&self) -> Option<Key> {
        self.part.as_ref().map(|(entry, _)| *entry)
    }

    /// Nothing is chosen; false when nothing was.
    pub fn clear(&mut self) -> bool {
        let any = self.part.is_some() || self.menu.is_some();
        *self = Self::default();
        any
    }

    /// What can be done with a message, when that was asked for.
    pub fn menu<'a>(&self, entry: &Entry) -> Option<Element<'a, Message>> {
        let of = rows::key(entry);
        let (_, copied) = self.menu.as_ref().filter(|(entry, _)| *entry == of)?;
        let act = |act| Some(Message::Text(of, act));
        let words = if *copied { tr!("chat-copied") } else { tr!("chat-copy-message") };
        let part = self.of(of).map(|_| {
            let press = act(Act::Pick(Pick::Copy));
            button::words(Button::Quiet, tr!("chat-copy-part"), press)
        });
        let close = button::square(Button::Plain, &icon::CLOSE, tr!("chat-close"), act(Act::Menu));
        let all = button::words(Button::Quiet, words, act(Act::Copy));
        let acts = row![all].push(part).push(close).spacing(step::XS).align_y(Alignment::Center);
        Some(column![acts].into())
    }
}

impl Conversations {
    pub(super) fn on_text(
        &mut self,
        with: &Party,
        of: Key,
        act: Act,
        shared: Shared<'_>,
    ) -> Action {
        match act {
            Act::Link(link) => self.links.clicked(of, link, with, shared),
            Act::SendAgain => self.send_again(with, of, shared),
            Act::Menu => {
                let open = self.picked.menu.take().is_some_and(|(entry, _)| entry == of);
                self.picked.menu = (!open).then_some((of, false));
                Action::None
            }
            Act::Copy => {
                let text = self.text_of(with, of, None);
                self.picked.menu = Some((of, true));
                text.map_or(Action::None, Action::Copy)
            }
            Act::Pick(Pick::Nothing) => {
                self.picked.part = None;
                Action::None
            }
            Act::Pick(Pick::Part(part)) => {
                self.picked.part = Some((of, part));
                Action::None
            }
            Act::Pick(Pick::Copy) => {
                let part = self.picked.of(of);
                self.text_of(with, of, part).map_or(Action::None, Action::Copy)
            }
        }
    }

    /// A message as it is shown, or a part of it.
    fn text_of(&self, with: &Party, of: Key, part: Option<Range<usize>>) -> Option<String> {
        let prose = self.links.prose(self.kept.get(with)?.span.entry(of)?);
        let text = part.as_ref().map_or(prose.text(), |part| prose.part(part));
        (!text.is_empty()).then(|| text.to_owned())
    }
}
