//! The timeline as it is seen: each kind of row, and what lies above them.

use std::sync::Arc;

use iced::widget::{center_x, container, mouse_area, row, space, stack};
use iced::{Alignment, Element, Length, Padding};

use super::picked::Act;
use super::rows::{self, Row};
use super::span::{Side, Wait};
use super::{Conversations, Jump, Kept, Message, Open};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::{Shared, contact_of, name_of};
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::widget::feed::Feed;
use crate::gui::widget::prose::Words;
use crate::gui::widget::{body, bubble, button, small};
use crate::model::message::{Entry, MessageState};
use crate::model::party::Party;
use crate::tr;

impl Conversations {
    pub(super) fn timeline<'a>(
        &'a self,
        with: &Party,
        name: String,
        shared: Shared<'a>,
    ) -> Element<'a, Message> {
        let Some(kept) = self.kept.get(with) else { return nothing_yet(&name) };
        if kept.span.is_empty() {
            return nothing_yet(&name);
        }
        let (rows, keys) = kept.span.rows();
        let side = if shared.narrow { step::M } else { step::L };
        let (wish, with) = (kept.wish(with), with.clone());
        let make = move |number: usize| match rows.get(number) {
            Some(row) => self.row(row, &with, &name, shared),
            None => space().into(),
        };
        let feed = Feed::new(
            keys,
            wish,
            make,
            |number, width| rows.get(number).map_or(0.0, |row| row.guess(width)),
            Message::Sight,
        )
        .steady(|number| rows.get(number).is_some_and(Row::is_steady))
        .sticks(kept.span.is_present())
        .side(side);
        stack![feed].push(to_newest(kept, side)).width(Length::Fill).height(Length::Fill).into()
    }

    fn row<'a>(
        &'a self,
        row: &'a Row,
        with: &Party,
        name: &str,
        shared: Shared<'a>,
    ) -> Element<'a, Message> {
        match row {
            Row::Page(side, Wait::Failed) => failed(*side),
            Row::Page(Side::Earlier, _) => bubble::between(tr!("chat-loading-earlier")),
            Row::Page(..) => bubble::between(tr!("chat-loading-later")),
            Row::Day(at) => bubble::day(shared.clock.day(*at), Message::Open(Open::Days(*at))),
            Row::Unread => unread(),
            Row::Message(entry) => self.message(entry, shared),
            Row::Call(entry) => {
                let other = entry.call.as_deref().and_then(contact_of);
                let chat = other.filter(|other| other != with).map(|other| {
                    let words = match shared.narrow {
                        true => tr!("chat-open").to_owned(),
                        false => {
                            let name = name_of(shared.snapshot, &other);
                            tr!("chat-open-with", name = plain::quoted(&name))
                        }
                    };
                    (words, Message::Chat(other))
                });
                bubble::call(entry, name, &shared.snapshot.accounts, shared.clock, chat)
            }
            Row::Typing => small(tr!("chat-typing", name = plain::quoted(name))).into(),
        }
    }

    /// A message, and below it what can be done with it.
    fn message<'a>(&'a self, entry: &'a Arc<Entry>, shared: Shared<'a>) -> Element<'a, Message> {
        let of = rows::key(entry);
        let act = move |act| Message::Text(of, act);
        let prose = self.links.prose(entry);
        let hits = self.looked_for().map(|find| prose.hits(find.words())).unwrap_or_default();
        let (on_link, on_pick) = (act, act);
        let words = Words::new(prose, shared.mode)
            .on_link(move |link| on_link(Act::Link(link)))
            .on_pick(self.picked.of(of), move |pick| on_pick(Act::Pick(pick)))
            .hits(hits, self.looked_for().is_some_and(|find| find.shows(&entry.id)));
        let side = if shared.narrow { step::M } else { step::L };
        let room = shared.width - 2.0 * side - step::XL;
        let choice = self.links.choice(entry, room, shared).map(|one| one.map(Message::Chose));
        let again = (entry.state == Some(MessageState::Failed)).then(|| act(Act::SendAgain));
        let below = choice.or_else(|| self.picked.menu(entry));
        let message = bubble::message(entry, words, below, again, shared.clock);
        mouse_area(message).on_right_press(act(Act::Menu)).into()
    }
}

/// The way back to the newest entries, when they are out of sight.
fn to_newest<'a>(kept: &Kept, side: f32) -> Option<Element<'a, Message>> {
    if kept.at_end() {
        return None;
    }
    let press = Some(Message::Jump(Jump::Newest));
    let button = match kept.fresh {
        0 => button::square(Button::Quiet, &icon::CHEVRON_DOWN, tr!("chat-to-newest"), press),
        count => {
            let words = tr!("chat-new-below", count = count);
            button::labelled(Button::Primary, &icon::CHEVRON_DOWN, words, press)
        }
    };
    let button = container(button).padding(2.0).style(theme::card);
    let place = container(button).padding(Padding::new(step::S).right(side));
    Some(place.align_right(Length::Fill).align_bottom(Length::Fill).into())
}

/// The line above what is new.
fn unread<'a>() -> Element<'a, Message> {
    let line = || container(space().width(Length::Fill).height(1.0)).style(theme::unread_line);
    row![line(), small(tr!("chat-unread")).style(Tone::Accent.text()), line()]
        .spacing(step::S)
        .align_y(Alignment::Center)
        .height(Length::Fixed(step::L))
        .into()
}

/// A page that could not be had.
fn failed<'a>(side: Side) -> Element<'a, Message> {
    let words = match side {
        Side::Earlier => tr!("chat-no-earlier"),
        Side::Later | Side::From(_) => tr!("chat-no-later"),
    };
    let words = small(words).style(Tone::Bad.text());
    let again = button::words(Button::Quiet, tr!("chat-again"), Some(Message::Again(side)));
    center_x(row![words, again].spacing(step::S).align_y(Alignment::Center)).into()
}

fn nothing_yet<'a>(name: &str) -> Element<'a, Message> {
    let words = body(tr!("chat-empty", name = plain::quoted(name))).style(Tone::Muted.text());
    container(words).padding(step::L).center(Length::Fill).into()
}
