//! What was chosen of a message's text, and what can be done with a message.

use std::ops::Range;

use iced::widget::{column, row};
use iced::{Alignment, Element};

use super::{Action, Conversations, Message};
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, step};
use crate::gui::widget::button;
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
    part: Option<(String, Range<usize>)>,
    menu: Option<(String, bool)>,
}

impl Picked {
    /// The part that was chosen of an entry.
    pub fn of(&self, id: &str) -> Option<Range<usize>> {
        self.part.as_ref().filter(|(entry, _)| entry == id).map(|(_, part)| part.clone())
    }

    /// The entry of which a part was chosen.
    pub fn entry(&self) -> Option<&str> {
        self.part.as_ref().map(|(entry, _)| entry.as_str())
    }

    /// Nothing is chosen; false when nothing was.
    pub fn clear(&mut self) -> bool {
        let any = self.part.is_some() || self.menu.is_some();
        *self = Self::default();
        any
    }

    /// What can be done with a message, when that was asked for.
    pub fn menu<'a>(&self, entry: &Entry) -> Option<Element<'a, Message>> {
        let (_, copied) = self.menu.as_ref().filter(|(id, _)| *id == entry.id)?;
        let act = |act| Some(Message::Text(entry.id.clone(), act));
        let words = if *copied { tr!("chat-copied") } else { tr!("chat-copy-message") };
        let part = self.of(&entry.id).map(|_| {
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
        id: String,
        act: Act,
        shared: Shared<'_>,
    ) -> Action {
        match act {
            Act::Link(link) => self.links.clicked(id, link, with, shared),
            Act::SendAgain => self.send_again(with, &id, shared),
            Act::Menu => {
                let open = self.picked.menu.take().is_some_and(|(entry, _)| entry == id);
                self.picked.menu = (!open).then_some((id, false));
                Action::None
            }
            Act::Copy => {
                let text = self.text_of(with, &id, None);
                self.picked.menu = Some((id, true));
                text.map_or(Action::None, Action::Copy)
            }
            Act::Pick(Pick::Nothing) => {
                self.picked.part = None;
                Action::None
            }
            Act::Pick(Pick::Part(part)) => {
                self.picked.part = Some((id, part));
                Action::None
            }
            Act::Pick(Pick::Copy) => {
                let part = self.picked.of(&id);
                self.text_of(with, &id, part).map_or(Action::None, Action::Copy)
            }
        }
    }

    /// A message as it is shown, or a part of it.
    fn text_of(&self, with: &Party, id: &str, part: Option<Range<usize>>) -> Option<String> {
        let prose = self.links.prose(self.kept.get(with)?.span.entry(id)?);
        let text = part.as_ref().map_or(prose.text(), |part| prose.part(part));
        (!text.is_empty()).then(|| text.to_owned())
    }
}
