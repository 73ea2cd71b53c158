//! The rows of the side panel's list.

use iced::widget::{column, container, mouse_area, row};
use iced::{Alignment, Element, Length};

use super::Message;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::details::Who;
use crate::gui::screen::palette::Said;
use crate::gui::screen::{Go, Shared, book, call_with, is_blocked, named};
use crate::gui::theme::{self, Tone, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::press::press;
use crate::gui::widget::{avatar, body, button as buttons, heading, strong};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::address::Aor;
use crate::model::book::BookEntry;
use crate::model::call::Direction;
use crate::model::contact::Contact;
use crate::model::message::{ChatState, Conversation, Entry};
use crate::model::party::Party;
use crate::model::presence::Show;
use crate::tr;

/// A row of somebody: opens the conversation, and remembers the pointer.
pub(super) fn hoverable<'a>(
    with: &Party,
    content: Element<'a, Message>,
    selected: bool,
) -> Element<'a, Message> {
    mouse_area(plain_row(content, selected, Message::Open(with.clone())))
        .on_enter(Message::Hover(with.clone(), true))
        .on_exit(Message::Hover(with.clone(), false))
        .into()
}

fn plain_row<'a>(
    content: Element<'a, Message>,
    selected: bool,
    on_press: Message,
) -> Element<'a, Message> {
    press(container(content).center_y(Length::Fill))
        .edge_to_edge()
        .padding(theme::pad(0.0, step::M))
        .width(Length::Fill)
        .height(Length::Fill)
        .style(theme::row(selected))
        .on_press(on_press)
        .into()
}

/// The row of a conversation.
pub(super) fn conversation_row<'a>(
    conversation: &Conversation,
    contact: Option<&Contact>,
    shared: Shared<'a>,
    hovered: bool,
) -> Element<'a, Message> {
    let with = &conversation.with;
    let name = named(contact, with);
    let show = contact.map(|contact| seen(contact, shared));
    let last = conversation.entries.last();
    let typing = contact.is_some_and(|c| c.chat_state == Some(ChatState::Composing));
    let (tone, preview) = match last {
        _ if typing => (Tone::Accent, tr!("sidebar-typing").to_owned()),
        Some(entry) => preview(entry, &name),
        None => (Tone::Muted, with.shown()),
    };
    let when = last.map(|entry| Line::small(shared.clock.short(entry.at)).tone(Tone::Muted));
    let count = (conversation.unread > 0).then(|| unread(conversation.unread));
    let photo = contact.and_then(|contact| contact.photo.as_ref());
    let picture = avatar::pictured(photo, &name, &with.to_string(), show);
    let line = |text: Line| row![text.fill()].spacing(step::XS).align_y(Alignment::Center);
    let lines = column![
        line(Line::body(name).strong()).push(when),
        line(Line::small(preview).tone(tone)).push(count),
    ]
    .width(Length::Fill);
    let mut content = row![picture, lines].spacing(step::S).align_y(Alignment::Center);
    let callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    if callable && call_with(shared.snapshot, with).is_none() {
        content = content.push(buttons::row_call_icon(hovered, Message::Call(with.clone())));
    }
    content.into()
}

fn preview(entry: &Entry, name: &str) -> (Tone, String) {
    if let Some(call) = &entry.call {
        let (missed, text) = words::past_call(call, name);
        let text = if missed { tr!("sidebar-missed-call").to_owned() } else { text };
        return (if missed { Tone::Bad } else { Tone::Muted }, text);
    }
    let body = plain::line(entry.body.as_deref().unwrap_or_default());
    let text = match entry.direction {
        Direction::Out => tr!("sidebar-you-said", text = body),
        Direction::In => body,
    };
    (Tone::Muted, text)
}

fn unread<'a>(count: u32) -> Element<'a, Message> {
    let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
    container(heading(text).style(Tone::OnAccent.text()))
        .padding(theme::pad(0.0, step::XXS + 2.0))
        .center_x(Length::Shrink)
        .style(theme::badge)
        .into()
}

/// A contact's presence as it is shown.
fn seen(contact: &Contact, shared: Shared<'_>) -> Show {
    match is_blocked(shared.snapshot, &contact.jid, Some(contact)) {
        true => Show::Offline,
        false => contact.presence.show,
    }
}

/// The row of a contact.
pub(super) fn contact_row<'a>(
    contact: &Contact,
    shared: Shared<'_>,
    hovered: bool,
) -> Element<'a, Message> {
    let name = plain::line(&contact.name);
    let photo = contact.photo.as_ref();
    let mut under = words::presence(&contact.presence);
    if is_blocked(shared.snapshot, &contact.jid, Some(contact)) {
        tr!("states-blocked").clone_into(&mut under);
    } else if contact.asks {
        tr!("sidebar-asks").clone_into(&mut under);
    } else if contact.numbers.is_empty() {
        under = tr!("sidebar-no-number", presence = under);
    }
    let mut content = row![
        avatar::pictured(photo, &name, contact.jid.as_str(), Some(seen(contact, shared))),
        column![Line::body(name).strong(), Line::small(under).tone(Tone::Muted)]
            .width(Length::Fill),
    ]
    .spacing(step::S)
    .align_y(Alignment::Center);
    let with = Party::from(&contact.jid);
    if contact.can.audio && call_with(shared.snapshot, &with).is_none() {
        content = content.push(buttons::row_call(hovered, Message::Call(with)));
    }
    content.into()
}

/// The row of somebody of the address book who has no chat address.
pub(super) fn person_row<'a>(entry: &BookEntry, shared: Shared<'_>) -> Element<'a, Message> {
    let name = plain::line(&entry.name);
    let words = column![
        Line::body(name.clone()).strong(),
        Line::small(book::under(entry)).tone(Tone::Muted)
    ];
    let mut content =
        row![avatar::person(&name, &entry.id.to_string(), None), words.width(Length::Fill)]
            .spacing(step::S)
            .align_y(Alignment::Center);
    // Of several numbers the person chooses one on the page of the details.
    if let Some(number) = book::only_number(entry).filter(|_| book::can_call(shared)) {
        let call = Message::CallNumber(number.to_owned(), name);
        content = content.push(buttons::row_call(false, call));
    }
    let open = Message::Go(Go::Details(Who::Entry(entry.id.clone())));
    plain_row(content.into(), false, open)
}

/// The row of what was said; it opens where it was said.
pub(super) fn said_row<'a>(said: &Said, shared: Shared<'_>) -> Element<'a, Message> {
    let when = Line::small(shared.clock.short(said.entry.at)).tone(Tone::Muted);
    let name = row![Line::small(said.name()).tone(Tone::Muted).fill(), when].spacing(step::XS);
    let words = column![Line::body(said.text()), name].width(Length::Fill);
    let content = row![symbol(&icon::MESSAGE), words].spacing(step::S).align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Show(said.clone()))
}

/// The row that calls what was typed.
pub(super) fn dial_row<'a>(typed: &str) -> Element<'a, Message> {
    let words = Line::body(tr!("sidebar-call-typed", typed = plain::line(typed)))
        .strong()
        .tone(Tone::Accent);
    let content = row![symbol(&icon::PHONE), words].spacing(step::S).align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Dial(typed.to_owned()))
}

/// The row that adds an address that was typed.
pub(super) fn add_row<'a>(jid: &BareJid) -> Element<'a, Message> {
    let words = column![
        Line::body(tr!("sidebar-add")).strong(),
        Line::small(jid.to_string()).tone(Tone::Muted),
    ];
    let content =
        row![symbol(&icon::ADD_CONTACT), words].spacing(step::S).align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Add(jid.clone()))
}

/// The row that writes to a telephony address that was typed.
pub(super) fn write_row<'a>(aor: &Aor) -> Element<'a, Message> {
    let with = Party::Sip(aor.clone());
    let words = Line::body(tr!("sidebar-write-to", who = plain::line(&with.shown()))).strong();
    let content = row![symbol(&icon::SEND), words.tone(Tone::Accent)]
        .spacing(step::S)
        .align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Open(with))
}

fn symbol<'a>(icon: &icon::Icon) -> Element<'a, Message> {
    container(icon.view(Tone::Accent))
        .center(Length::Fixed(40.0))
        .style(Tone::Accent.boxed(20.0))
        .into()
}

/// Words in the place of a list.
pub(super) fn note<'a>(title: &'a str, text: &'a str) -> Element<'a, Message> {
    column![strong(title), body(text).style(Tone::Muted.text())]
        .spacing(step::XXS)
        .padding(theme::pad(step::S, step::M))
        .into()
}
