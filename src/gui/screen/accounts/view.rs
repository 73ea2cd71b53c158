//! How the page of the accounts looks.

use iced::widget::{column, container, row};
use iced::{Element, Length, Padding};

use super::joint::together;
use super::own_card::cards;
use super::ways::ways;
use super::{Accounts, Control, Message, Other, Seen};
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, button, sheet, small, strong, switch};
use crate::gui::words;
use crate::model::account::{Account, AccountKind, AccountState};

/// The page.
pub fn view<'a>(page: &'a Accounts, shared: Shared<'a>) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let leave = |name, other| button::words(Button::Quiet, name, Some(Message::Leave(other)));
    let others =
        vec![leave("Protection", Other::Protection), leave("Rules for calls", Other::Rules)];
    let head = sheet::head(
        "Accounts",
        "What you chat and call with, and how the two go together.",
        Message::Close,
        others,
        shared.narrow,
    );
    let mut parts = column![head];
    if snapshot.accounts.is_empty() {
        let words = "No account is set up yet. Add a chat account, a telephony account or both to \
                     config.toml, or take them over with “dovetail import jitsi”; then start \
                     Dovetail again.";
        let words = sheet::long(body(words)).style(Tone::Muted.text());
        return sheet::page(parts.push(words), shared.narrow);
    }
    let each = snapshot.accounts.iter().map(|account| connection(page, account, shared));
    parts = parts.push(sheet::section("Connections", each.collect()));
    parts = together(page, shared).into_iter().fold(parts, |parts, box_| parts.push(box_));
    parts = cards(page, shared).into_iter().fold(parts, |parts, box_| parts.push(box_));
    let phone = snapshot.accounts.iter().any(|account| account.kind == AccountKind::Sip);
    let chat = snapshot.accounts.iter().any(|account| account.kind == AccountKind::Xmpp);
    if phone && chat {
        parts = parts.push(sheet::section("What others see", seen(page, shared)));
    }
    let parts = parts.push(sheet::section("Which way things go", ways(page, shared)));
    sheet::page(parts, shared.narrow)
}

/// An account's label, address and state; a way to connect it where it waits.
fn connection<'a>(
    page: &'a Accounts,
    account: &'a Account,
    shared: Shared<'a>,
) -> Element<'a, Message> {
    let tone = words::account_tone(account.state);
    let trouble = words::account_trouble(account, shared.clock);
    let ink = if tone == Tone::Bad { Tone::Bad } else { Tone::Muted };
    let state = trouble.unwrap_or_else(|| words::account_state(account.state).to_owned());
    let facts = column![
        strong(words::account(account)),
        sheet::long(body(plain::line(&account.address)).style(Tone::Muted.text())),
        sheet::long(small(state).style(ink.text())),
    ]
    .spacing(step::XXS / 2.0)
    .width(Length::Fill);
    let word = match account.state {
        AccountState::Failed => Some("Connect now"),
        // It waits for its other half, or was taken down with it.
        AccountState::Offline if account.reason.is_some() => Some("Connect anyway"),
        _ => None,
    };
    let connect = word.map(|word| {
        let press = Some(Message::Connect(account.id.clone()));
        button::words(Button::Quiet, word, press)
    });
    // A narrow row has no room beside the reason.
    let (beside, below) = if shared.narrow { (None, connect) } else { (connect, None) };
    let below = below.map(|button| container(button).padding(Padding::ZERO.top(step::XS)));
    let line = row![container(pip(tone)).padding(Padding::ZERO.top(6)), facts.push(below)]
        .push(beside)
        .spacing(step::S);
    let control = Control::Account(account.id.clone());
    sheet::told(sheet::padded(line), page.notes.at(&control), Message::Confirm(control.clone()))
}

fn seen<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let set = &shared.snapshot.telephony;
    let switches = [
        (
            Seen::OnThePhone,
            "Say when you are on the phone",
            "While a call is on, your contacts see it.",
            set.on_the_phone,
        ),
        (
            Seen::Address,
            "Tell your telephony address",
            "Your contacts can call you there, also when your card does not name it.",
            set.publish_address,
        ),
    ];
    let lines = switches.map(|(seen, name, hint, on)| {
        let control = Control::Seen(seen);
        let line = switch::row_of(name, hint, on, move |on| Message::Turn(seen, on));
        sheet::told(line, page.notes.at(&control), Message::Confirm(control))
    });
    lines.into_iter().collect()
}
