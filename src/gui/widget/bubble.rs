//! Entries of the timeline: messages as bubbles, calls as rows.

use iced::widget::{column, container, row, space};
use iced::{Alignment, Element, Length};

use super::press::press;
use super::{button, line::Line, prose::Words, small};
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, radius, step};
use crate::gui::words::{self, Clock};
use crate::model::account::Account;
use crate::model::call::Direction;
use crate::model::message::{Entry, MessageState};
use crate::tr;

/// The widest a bubble gets.
const WIDEST: f32 = 560.0;

/// A day's name above what was said on it; a click leads to other days.
pub fn day<'a, Message: Clone + 'a>(name: String, on_press: Message) -> Element<'a, Message> {
    let name = press(small(name))
        .padding(theme::pad(step::XXS, step::XS))
        .style(Button::Plain.style())
        .on_press(on_press);
    container(button::hinted(name, tr!("chat-go-to-day"))).center_x(Length::Fill).into()
}

/// What is to be said between two rows.
pub fn between<'a, Message: 'a>(words: &'a str) -> Element<'a, Message> {
    container(small(words)).center_x(Length::Fill).padding(theme::pad(step::XXS, 0.0)).into()
}

/// A message: its words, what hangs below it, and what sends it again.
pub fn message<'a, Message: Clone + 'a>(
    entry: &Entry,
    words: Words<'a, Message>,
    below: Option<Element<'a, Message>>,
    again: Option<Message>,
    clock: Clock,
) -> Element<'a, Message> {
    let ours = entry.direction == Direction::Out;
    let mut foot = row![small(clock.time(entry.at))].spacing(step::XXS).align_y(Alignment::Center);
    if let Some((tone, glyph)) = entry.state.filter(|_| ours).map(tick) {
        foot = foot.push(glyph.sized(tone, 14.0));
    }
    let content = row![Element::from(words), foot]
        .spacing(step::XS)
        .align_y(Alignment::End)
        .wrap()
        .vertical_spacing(2)
        .align_x(iced::alignment::Horizontal::Right);
    let bubble = container(content)
        .padding(theme::pad(step::XS, step::S))
        .max_width(WIDEST)
        .style(if ours { theme::bubble_ours } else { theme::bubble_theirs });
    let mut block = column![bubble].spacing(step::XXS).align_x(if ours {
        Alignment::End
    } else {
        Alignment::Start
    });
    block = block.push(below);
    if entry.state == Some(MessageState::Failed) {
        block = block.push(not_sent(entry, again));
    }
    if ours {
        row![space::horizontal(), block].padding(iced::Padding::ZERO.left(step::XL)).into()
    } else {
        row![block].padding(iced::Padding::ZERO.right(step::XL)).into()
    }
}

/// Why it was not sent, where that is known, and what sends it again.
fn not_sent<'a, Message: Clone + 'a>(
    entry: &Entry,
    again: Option<Message>,
) -> Element<'a, Message> {
    let again =
        again.map(|again| button::words(Button::Quiet, tr!("chat-send-again"), Some(again)));
    let glyph = icon::WARNING.sized(Tone::Bad, 14.0);
    let reason = entry.reason.as_deref().map(plain::told).filter(|reason| !reason.is_empty());
    let Some(reason) = reason else {
        return row![glyph, small(tr!("chat-not-sent")).style(Tone::Bad.text())]
            .push(again)
            .spacing(step::XS)
            .align_y(Alignment::Center)
            .into();
    };
    let words = small(tr!("chat-not-sent-why", reason = reason)).style(Tone::Bad.text());
    let words = row![container(glyph).padding([1.0, 0.0]), words].spacing(step::XS);
    column![container(words).max_width(WIDEST)]
        .push(again)
        .spacing(step::XXS)
        .align_x(Alignment::End)
        .into()
}

fn tick(state: MessageState) -> (Tone, &'static Icon) {
    match state {
        MessageState::Queued => (Tone::Muted, &icon::CLOCK),
        MessageState::Sent => (Tone::Muted, &icon::CHECK),
        MessageState::Delivered => (Tone::Muted, &icon::CHECK_DOUBLE),
        MessageState::Displayed => (Tone::Accent, &icon::CHECK_DOUBLE),
        MessageState::Failed => (Tone::Bad, &icon::WARNING),
    }
}

/// A call that is over. `name` is the contact's, `accounts` are ours; `chat` leads to the chat
/// with whom it is proven to have been, where that is another conversation (CUSAX C44).
pub fn call<'a, Message: Clone + 'a>(
    entry: &Entry,
    name: &str,
    accounts: &[Account],
    clock: Clock,
    chat: Option<(String, Message)>,
) -> Element<'a, Message> {
    let Some(call) = &entry.call else { return small(tr!("chat-past-call")).into() };
    let (missed, mut text) = words::past_call(call, name);
    text.push_str(" · ");
    match words::past_proof(call) {
        Some(proof) => text.push_str(proof),
        None => text.push_str(&words::past_peer(call, accounts)),
    }
    if let Some(own) = words::past_account(call, accounts) {
        text.push_str(" · ");
        text.push_str(&own);
    }
    let tone = if missed { Tone::Bad } else { Tone::Muted };
    let padding = if chat.is_some() { 0.0 } else { step::XS };
    let chat = chat
        .map(|(words, press)| button::labelled(Button::Plain, &icon::MESSAGE, words, Some(press)));
    let content = row![icon::PHONE.sized(tone, 16.0), Line::body(text).tone(tone).fill()]
        .push(chat)
        .push(small(clock.time(entry.at)).style(tone.text()))
        .spacing(step::S)
        .align_y(Alignment::Center);
    container(content)
        .padding(theme::pad(padding, step::S))
        .width(Length::Fill)
        .style(tone.boxed(radius::CONTROL))
        .into()
}
