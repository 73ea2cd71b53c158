//! How the page of the accounts looks.

use iced::widget::{column, container, row};
use iced::{Element, Length, Padding};

use super::joint::together;
use super::own_card::cards as cards_of;
use super::tested::{test, tested};
use super::{Accounts, Control, Message, Other, Seen, ways};
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, button, sheet, small, strong, switch};
use crate::gui::words;
use crate::model::account::{Account, AccountKind, AccountState};
use crate::tr;

/// The page.
pub fn view<'a>(page: &'a Accounts, shared: Shared<'a>) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let leave = |name, other| button::words(Button::Quiet, name, Some(Message::Leave(other)));
    let others = vec![
        leave(tr!("accounts-protection"), Other::Protection),
        leave(tr!("accounts-rules"), Other::Rules),
    ];
    let head = sheet::head(
        tr!("accounts-title"),
        tr!("accounts-hint"),
        Message::Close,
        others,
        shared.narrow,
    );
    let mut parts = column![head];
    if snapshot.accounts.is_empty() {
        return sheet::page(parts.push(nothing_yet()), shared.narrow);
    }
    let has = |kind| snapshot.accounts.iter().any(|account| account.kind == kind);
    let (chat, phone) = (has(AccountKind::Xmpp), has(AccountKind::Sip));
    let cards = snapshot.accounts.iter().map(|account| connection(page, account, shared));
    let lacks = match (chat, phone) {
        (false, _) => Some(tr!("accounts-no-chat")),
        (_, false) => Some(tr!("accounts-no-telephony")),
        _ => None,
    };
    let rows = cards.chain(lacks.map(sheet::remark)).collect();
    parts = parts.push(sheet::section(tr!("accounts-connections"), rows));
    parts = together(page, shared).into_iter().fold(parts, |parts, box_| parts.push(box_));
    parts = cards_of(page, shared).into_iter().fold(parts, |parts, card| parts.push(card));
    if phone && chat {
        parts = parts.push(sheet::section(tr!("accounts-seen"), seen(page, shared)));
    }
    let parts = features(page, shared).into_iter().fold(parts, |parts, part| parts.push(part));
    sheet::page(parts, shared.narrow)
}

/// The next step of somebody without an account.
fn nothing_yet<'a>() -> Element<'a, Message> {
    let step = tr!("accounts-none-step");
    let jitsi = tr!("accounts-none-jitsi");
    let words = column![strong(tr!("accounts-none")), sheet::long(body(step))]
        .push(sheet::long(small(jitsi)))
        .spacing(step::XS);
    sheet::boxed(vec![sheet::padded(words)])
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
    let connect = words::connect(account).map(|word| {
        let free = !page.waits.contains(&Control::Account(account.id.clone()));
        let press = free.then(|| Message::Connect(account.id.clone()));
        button::words(Button::Quiet, word, press)
    });
    let form = page.passwords.view(account).map(|form| form.map(Message::Password));
    let facts = facts.push(form).push(tested(page, &account.id));
    let connect = (account.state != AccountState::Disabled)
        .then(|| row![test(page, account, shared)].push(connect).spacing(step::XS));
    let connect = connect.map(|acts| match shared.narrow {
        true => Element::from(acts.wrap().vertical_spacing(step::XS)),
        false => acts.into(),
    });
    // A narrow row has no room beside the reason.
    let (beside, below) = if shared.narrow { (None, connect) } else { (connect, None) };
    let below = below.map(|button| container(button).padding(Padding::ZERO.top(step::XS)));
    let line = row![container(pip(tone)).padding(Padding::ZERO.top(6)), facts.push(below)]
        .push(beside)
        .spacing(step::S);
    let control = Control::Account(account.id.clone());
    let check = Control::Check(account.id.clone());
    let note = page.notes.at(&control).or_else(|| page.notes.at(&check));
    sheet::told(sheet::padded(line), note, Message::Confirm(control.clone()))
}

fn seen<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let set = &shared.snapshot.telephony;
    let switches = [
        (
            Seen::OnThePhone,
            tr!("accounts-on-the-phone"),
            tr!("accounts-on-the-phone-hint"),
            set.on_the_phone,
        ),
        (
            Seen::Address,
            tr!("accounts-tell-address"),
            tr!("accounts-tell-address-hint"),
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

/// Which way things go, and the rules about it, for the settings.
pub fn features<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    vec![
        sheet::section(tr!("accounts-ways"), ways::table(page, shared)),
        sheet::section(tr!("accounts-your-rules"), ways::rules(page, shared)),
    ]
}
