//! The head of a conversation: who it is, how messages are protected, and the call button.

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};

use super::protection::lock;
use super::{Message, Open};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::{Shared, call_with, contact_with, is_blocked, name_of};
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::{avatar, button};
use crate::gui::words;
use crate::model::call::CallState;
use crate::model::contact::Contact;
use crate::model::party::Party;
use crate::model::presence::Show;
use crate::tr;

/// The least width at which there is a button for looking within the conversation, and the word
/// on the one that calls.
const ROOMY: f32 = 480.0;

/// The least width at which it says in words that a call is on.
const WORDY: f32 = 760.0;

pub(super) fn view<'a>(with: &Party, shared: Shared<'a>) -> Element<'a, Message> {
    let contact = contact_with(shared.snapshot, with);
    let name = name_of(shared.snapshot, with);
    let blocked = with.jid().is_some_and(|jid| is_blocked(shared.snapshot, jid, contact));
    let show = contact.map(|contact| if blocked { Show::Offline } else { contact.presence.show });
    let photo = contact.and_then(|contact| contact.photo.as_ref());
    let under = match contact {
        _ if blocked => format!("{} · {with}", tr!("states-blocked")),
        Some(contact) => format!("{} · {with}", plain::quoted(&words::presence(&contact.presence))),
        None if with.jid().is_none() => tr!("chat-over-telephony").to_owned(),
        None => tr!("chat-no-contact", address = with.to_string()),
    };
    let mut content = row![].spacing(step::S).align_y(Alignment::Center);
    if shared.narrow {
        let back = Some(Message::Back);
        content = content.push(button::square(Button::Plain, &icon::BACK, tr!("chat-back"), back));
    }
    let find = (shared.width >= ROOMY).then(|| {
        let press = Some(Message::Open(Open::Find));
        button::square(Button::Quiet, &icon::SEARCH, tr!("chat-find"), press)
    });
    let content = content
        .push(avatar::pictured(photo, &name, &with.to_string(), show))
        .push(column![Line::name(name), Line::small(under).tone(Tone::Muted)].width(Length::Fill))
        .push(lock(with, shared))
        .push(find)
        .push(call_button(contact, with, shared));
    container(content)
        .padding(theme::pad(0.0, if shared.narrow { step::S } else { step::L }))
        .center_y(Length::Fixed(measure::HEAD))
        .width(Length::Fill)
        .style(theme::surface)
        .into()
}

fn call_button<'a>(
    contact: Option<&Contact>,
    with: &Party,
    shared: Shared<'_>,
) -> Element<'a, Message> {
    if let Some(call) = call_with(shared.snapshot, with) {
        let word = match call.state {
            CallState::Incoming => tr!("chat-call-rings"),
            CallState::Dialing | CallState::Ringing => tr!("chat-call-begins"),
            _ => tr!("chat-call-on"),
        };
        if shared.width < WORDY {
            // The bar below says it; the name has more need of the room.
            return button::square(Button::Quiet, &icon::PHONE, word, None);
        }
        return button::labelled(Button::Quiet, &icon::PHONE, word, None);
    }
    let tight = shared.width < ROOMY;
    let callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    let hint = match contact {
        _ if callable => {
            return button::icon_first(
                tight,
                Button::Primary,
                &icon::PHONE,
                tr!("chat-call"),
                Some(Message::Call),
            );
        }
        None => tr!("chat-call-no-contact"),
        Some(contact) if contact.numbers.is_empty() => tr!("chat-call-no-number"),
        Some(_) => tr!("chat-call-no-telephony"),
    };
    if tight {
        return button::square(Button::Quiet, &icon::PHONE, hint, None);
    }
    button::hinted(button::labelled(Button::Quiet, &icon::PHONE, tr!("chat-call"), None), hint)
}
