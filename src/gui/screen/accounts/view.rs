//! How the page of the accounts looks.

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length, Padding};

use super::joint::{together, ways};
use super::{Accounts, Control, Message, OnCard, Other, Seen, own_address};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, button, chip, sheet, small, strong, switch};
use crate::gui::words;
use crate::model::account::{Account, AccountKind, AccountState};
use crate::model::vcard::OwnCard;

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
        let words = "No account is set up yet.";
        return sheet::page(parts.push(body(words).style(Tone::Muted.text())), shared.narrow);
    }
    let cards = snapshot.accounts.iter().map(|account| connection(page, account, shared));
    parts = parts.push(sheet::section("Connections", cards.collect()));
    parts = together(page, shared).into_iter().fold(parts, |parts, box_| parts.push(box_));
    for card in &snapshot.own_cards {
        parts = parts.push(own_card(page, card, shared));
    }
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
    let waits = account.state == AccountState::Failed
        || (account.state == AccountState::Offline && account.reason.is_some());
    let connect = waits.then(|| {
        let press = Some(Message::Connect(account.id.clone()));
        button::words(Button::Quiet, "Connect now", press)
    });
    let form = page.passwords.view(account).map(|form| form.map(Message::Password));
    let facts = facts.push(form);
    // A narrow row has no room beside the reason.
    let (beside, below) = if shared.narrow { (None, connect) } else { (connect, None) };
    let below = below.map(|button| container(button).padding(Padding::ZERO.top(step::XS)));
    let line = row![container(pip(tone)).padding(Padding::ZERO.top(6)), facts.push(below)]
        .push(beside)
        .spacing(step::S);
    let control = Control::Account(account.id.clone());
    sheet::told(sheet::padded(line), page.notes.at(&control), Message::Confirm(control.clone()))
}

/// The longest address that has room on a button.
const LONGEST: usize = 48;

/// The numbers by which others call.
fn own_card<'a>(page: &'a Accounts, card: &'a OwnCard, shared: Shared<'a>) -> Element<'a, Message> {
    let on = |wish| Message::Card(card.account.clone(), wish);
    let mut rows = Vec::new();
    if let Some(advice) = &card.advice {
        let fact = chip::fact(Tone::Warn, &icon::WARNING, plain::line(advice), None);
        let put = own_address(card, shared.snapshot).map(|phone| {
            let address = plain::line(&phone.address);
            let fits = !shared.narrow && address.chars().count() <= LONGEST;
            let label = match fits {
                true => format!("Put {address} on your card"),
                false => "Put it on your card".to_owned(),
            };
            button::words(Button::Primary, label, Some(on(OnCard::AddOwn(phone.address.clone()))))
        });
        rows.push(sheet::padded(column![fact].push(put).spacing(step::XS)));
    }
    if card.tels.is_empty() {
        rows.push(sheet::remark("Your contact card names no number."));
    }
    for tel in &card.tels {
        let types = plain::line(&tel.types.join(", "));
        let types = (!types.is_empty()).then(|| small(types));
        let words = column![sheet::long(body(plain::line(&tel.value)))].push(types);
        let remove = on(OnCard::Remove(tel.value.clone()));
        let line =
            row![words.width(Length::Fill), button::words(Button::Quiet, "Remove", Some(remove))];
        rows.push(sheet::padded(line.spacing(step::XS).align_y(Alignment::Center)));
    }
    let control = Control::Card(card.account.clone());
    let draft = page.draft(&card.account);
    let add = (!draft.trim().is_empty() && !page.notes.asks(&control)).then(|| on(OnCard::Add));
    let account = card.account.clone();
    let input = sheet::field(
        format!("own-number-{}", card.account),
        "Another number or address",
        draft,
        move |text| Message::Card(account.clone(), OnCard::Edit(text)),
        add.clone(),
    );
    let line = row![input, button::words(Button::Quiet, "Add", add)].spacing(step::XS);
    let told = page.notes.at(&control);
    rows.push(sheet::told(sheet::padded(line), told, Message::Confirm(control.clone())));
    let several = shared.snapshot.own_cards.len() > 1;
    let name = shared.snapshot.accounts.iter().find(|account| account.id == card.account);
    let heading = match name.filter(|_| several) {
        Some(account) => format!("Your number · {}", plain::line(&account.address)),
        None => "Your number".to_owned(),
    };
    sheet::section(heading, rows)
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
