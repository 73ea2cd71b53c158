//! The field for what is written next.

use iced::keyboard::key::{Key, Named};
use iced::widget::text_editor::{Binding, Content, KeyPress};
use iced::widget::{column, container, row, text_editor};
use iced::{Alignment, Element, Length};

use super::{COMPOSER, Jump, Message, picked};
use crate::gui::app::Keystroke;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::{Shared, contact_with};
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::widget::prose::Pick;
use crate::gui::widget::{button, feed, field, small};
use crate::model::account::{AccountKind, AccountState};
use crate::model::party::Party;
use crate::tr;

/// The field with the draft in it, and the send button. `picked` is the message of which a part
/// was chosen: that is what is copied.
pub(super) fn view<'a>(
    draft: Option<&'a Content>,
    picked: Option<feed::Key>,
    with: &Party,
    name: &str,
    shared: Shared<'a>,
) -> Element<'a, Message> {
    let side = if shared.narrow { step::M } else { step::L };
    let mut parts = column![].spacing(step::XS);
    if let Some(hint) = waiting(with, shared) {
        parts = parts.push(
            row![icon::CLOCK.sized(Tone::Warn, 14.0), small(hint).style(Tone::Warn.text())]
                .spacing(step::XXS)
                .align_y(Alignment::Center),
        );
    }
    if let Some(draft) = draft {
        let empty = draft.text().trim().is_empty();
        let editor = field::resting(
            text_editor(draft)
                .id(COMPOSER)
                .placeholder(tr!("chat-write-to", name = plain::quoted(name)))
                .on_action(Message::Edit)
                .key_binding(move |press| keys(press, picked, empty))
                .font(theme::REGULAR)
                .size(theme::type_size(14.0))
                .line_height(iced::widget::text::LineHeight::Absolute(
                    theme::type_size(20.0).into(),
                ))
                .padding(theme::pad(step::XS, step::S))
                .min_height(20)
                .max_height(132)
                .style(theme::editor),
        );
        let press = (!empty).then_some(Message::Send);
        let send = button::square(Button::Primary, &icon::SEND, tr!("chat-send"), press);
        parts = parts.push(row![editor, send].spacing(step::XS).align_y(Alignment::End));
    }
    container(parts)
        .padding(theme::pad(step::S, side))
        .width(Length::Fill)
        .style(theme::surface)
        .into()
}

/// Enter sends, Shift and Enter break the line; the timeline is paged through from here, and
/// Ctrl and a letter are not typed.
fn keys(press: KeyPress, picked: Option<feed::Key>, empty: bool) -> Option<Binding<Message>> {
    let focused = matches!(press.status, text_editor::Status::Focused { .. });
    match press.key.as_ref() {
        Key::Named(Named::Enter) if focused && !press.modifiers.shift() => {
            Some(Binding::Custom(Message::Send))
        }
        Key::Named(Named::Enter) if focused => Some(Binding::Enter),
        Key::Named(Named::End) if focused && empty && press.modifiers.command() => {
            Some(Binding::Custom(Message::Jump(Jump::Newest)))
        }
        Key::Named(Named::PageUp) if focused => Some(Binding::Custom(Message::Jump(Jump::PageUp))),
        Key::Named(Named::PageDown) if focused => {
            Some(Binding::Custom(Message::Jump(Jump::PageDown)))
        }
        Key::Character("c")
            if press.modifiers.command()
                && let Some(entry) = picked =>
        {
            let copy = picked::Act::Pick(Pick::Copy);
            Some(Binding::Custom(Message::Text(entry, copy)))
        }
        Key::Character(key) if Keystroke::is_of_the_window(key, press.modifiers) => None,
        _ => Binding::from_key_press(press),
    }
}

/// Why a message that is sent now would wait.
fn waiting(with: &Party, shared: Shared<'_>) -> Option<&'static str> {
    let contact = contact_with(shared.snapshot, with);
    let (kind, hint) = match with {
        Party::Jid(_) => (AccountKind::Xmpp, tr!("chat-waits-for-chat")),
        Party::Sip(_) => (AccountKind::Sip, tr!("chat-waits-for-telephony")),
    };
    let mut accounts = shared
        .snapshot
        .accounts
        .iter()
        .filter(|account| account.kind == kind)
        .filter(|account| contact.is_none_or(|contact| contact.account == account.id));
    (!accounts.any(|account| account.state == AccountState::Online)).then_some(hint)
}
