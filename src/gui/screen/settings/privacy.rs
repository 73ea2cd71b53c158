//! What others are told of us, and who reaches us.

use iced::Element;
use iced::widget::{column, container};

use super::{Control, Message, Settings, Told};
use crate::gui::screen::Shared;
use crate::gui::theme::step;
use crate::gui::widget::{body, sheet, switch};
use crate::model::account::AccountKind;
use crate::model::telephony::Strangers;
use crate::tr;

/// The section.
pub(super) fn view<'a>(page: &'a Settings, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let (signals, set) = (shared.snapshot.signals, &shared.snapshot.telephony);
    let turn = |told, name, hint, on| turned(page, told, name, hint, on);
    let messages = vec![
        turn(
            Told::Delivered,
            tr!("settings-delivered"),
            tr!("settings-delivered-hint"),
            signals.delivered,
        ),
        turn(
            Told::Displayed,
            tr!("settings-displayed"),
            tr!("settings-displayed-hint"),
            signals.displayed,
        ),
        turn(Told::Typing, tr!("settings-typing"), tr!("settings-typing-hint"), signals.typing),
    ];
    let calls = vec![
        turn(
            Told::ChatAddress,
            tr!("settings-chat-address"),
            tr!("settings-chat-address-hint"),
            set.send_chat_address,
        ),
        turn(
            Told::OnThePhone,
            tr!("settings-on-the-phone"),
            tr!("settings-on-the-phone-hint"),
            set.on_the_phone,
        ),
        turn(
            Told::Address,
            tr!("settings-address"),
            tr!("settings-address-hint"),
            set.publish_address,
        ),
    ];
    let callers = vec![
        strangers(page, set.strangers),
        turn(
            Told::RejectAnonymous,
            tr!("settings-anonymous"),
            tr!("settings-anonymous-hint"),
            set.reject_anonymous,
        ),
    ];
    let has = |kind| shared.snapshot.accounts.iter().any(|account| account.kind == kind);
    let mut parts = Vec::new();
    if has(AccountKind::Xmpp) {
        parts.push(sheet::section(tr!("settings-told-in-chat"), messages));
    }
    if has(AccountKind::Sip) {
        parts.push(sheet::section(tr!("settings-told-of-calls"), calls));
        parts.push(sheet::section(tr!("settings-callers"), callers));
    }
    if parts.is_empty() {
        parts.push(sheet::boxed(vec![sheet::remark(tr!("settings-no-account"))]));
    }
    parts
}

fn turned<'a>(
    page: &'a Settings,
    told: Told,
    name: &'a str,
    hint: &'a str,
    on: bool,
) -> Element<'a, Message> {
    let control = Control::Told(told);
    let line = switch::row_of(name, hint, on, move |on| Message::Turn(told, on));
    sheet::told(line, page.notes.at(&control), Message::Confirm(control.clone()))
}

fn strangers<'a>(page: &'a Settings, set: Strangers) -> Element<'a, Message> {
    let ways = [
        (Strangers::Accept, tr!("settings-strangers-ring"), tr!("settings-strangers-ring-hint")),
        (Strangers::Ask, tr!("settings-strangers-shown"), tr!("settings-strangers-shown-hint")),
        (
            Strangers::Refuse,
            tr!("settings-strangers-refused"),
            tr!("settings-strangers-refused-hint"),
        ),
    ];
    let ways = ways
        .map(|(way, name, hint)| switch::choice(name, hint, set == way, Message::Strangers(way)));
    let name = container(body(tr!("settings-strangers")))
        .padding(iced::Padding::from([step::XXS, step::S]).top(step::S));
    let control = Control::Strangers;
    let told = page.notes.at(&control);
    sheet::told(column![name].extend(ways), told, Message::Confirm(Control::Strangers))
}
