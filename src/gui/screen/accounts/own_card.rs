//! The numbers on the user's own card (CUSAX C22, C23): shown, added, changed, taken away.

use iced::widget::{Column, column, row};
use iced::{Alignment, Element, Length};

use super::{Accounts, Control, Message, own_address};
use crate::core::snapshot::Snapshot;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, chip, sheet, small, switch};
use crate::model::account::{Account, AccountKind, AccountState};
use crate::model::vcard::{OwnCard, Tel};

/// What a number can be for, in the words of RFC 6350 §6.4.1 and in people's.
const TYPES: [(&str, &str); 5] = [
    ("voice", "Voice"),
    ("video", "Video"),
    ("cell", "Mobile"),
    ("work", "Work"),
    ("home", "Home"),
];

/// What the person did to the own card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnCard {
    /// Typed into the field.
    Edit(String),
    /// Turned what the number in the field is for.
    Type(&'static str),
    /// Wants a number that stands on the card in the field.
    Change(String),
    /// Wants it left as it is.
    Leave,
    /// Wants what stands in the field on the card.
    Add,
    /// Wants the own telephony address on it.
    AddOwn(String),
    /// Wants a number away.
    Remove(String),
}

/// A number that is being written.
#[derive(Debug, Clone)]
pub struct Draft {
    value: String,
    types: Vec<String>,
    /// What it takes the place of.
    instead: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { value: String::new(), types: vec!["voice".to_owned()], instead: None }
    }
}

impl Draft {
    /// Takes in what the person did to a card with these numbers. Returns those that it is to
    /// have, when that is to be asked, or what is to be said.
    pub(super) fn update(
        &mut self,
        wish: OnCard,
        tels: &[Tel],
    ) -> Result<Option<Vec<Tel>>, &'static str> {
        let mut tels = tels.to_vec();
        match wish {
            OnCard::Edit(text) => self.value = text,
            OnCard::Type(name) => match self.types.iter().position(|known| known == name) {
                Some(place) => drop(self.types.remove(place)),
                None => self.types.push(name.to_owned()),
            },
            OnCard::Change(value) => {
                if let Some(tel) = tels.into_iter().find(|tel| tel.value == value) {
                    *self = Self { value, types: tel.types, instead: Some(tel.value) };
                }
            }
            OnCard::Leave => *self = Self::default(),
            OnCard::Add => return self.put(tels),
            OnCard::AddOwn(aor) => {
                tels.insert(0, Tel { value: aor, types: vec!["voice".to_owned()], pref: 100 });
                return Ok(Some(tels));
            }
            OnCard::Remove(value) => {
                tels.retain(|tel| tel.value != value);
                return Ok(Some(tels));
            }
        }
        Ok(None)
    }

    fn put(&self, mut tels: Vec<Tel>) -> Result<Option<Vec<Tel>>, &'static str> {
        let value = self.value.trim().to_owned();
        if value.is_empty() {
            return Ok(None);
        }
        let is_other = |tel: &&Tel| Some(&tel.value) != self.instead.as_ref();
        if tels.iter().filter(is_other).any(|tel| tel.value == value) {
            return Err("Your card names it already.");
        }
        let types = self.types.clone();
        match tels.iter_mut().find(|tel| Some(&tel.value) == self.instead.as_ref()) {
            Some(tel) => (tel.value, tel.types) = (value, types),
            None => tels.push(Tel { value, types, pref: 100 }),
        }
        Ok(Some(tels))
    }
}

/// The numbers by which others call: a box for each chat account.
pub(super) fn cards<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let chats = || shared.snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Xmpp);
    let several = chats().nth(1).is_some();
    let box_of = |chat: &'a Account| {
        let heading = match several {
            true => format!("Your number · {}", plain::line(&chat.address)),
            false => "Your number".to_owned(),
        };
        let card = shared.snapshot.own_cards.iter().find(|card| card.account == chat.id);
        let on = chat.state == AccountState::Online;
        let rows = match card {
            Some(card) => numbers(page, card, on, shared),
            None if on => vec![sheet::remark("Your contact card was not read yet.")],
            None => {
                vec![sheet::remark("Your contact card is shown once Chat is connected.")]
            }
        };
        sheet::section(heading, rows)
    };
    chats().map(box_of).collect()
}

fn numbers<'a>(
    page: &'a Accounts,
    card: &'a OwnCard,
    on: bool,
    shared: Shared<'a>,
) -> Vec<Element<'a, Message>> {
    let mut rows = Vec::new();
    if let Some(advice) = &card.advice {
        rows.push(advised(card, advice, on, shared.snapshot, shared.narrow));
    }
    if card.tels.is_empty() {
        rows.push(sheet::remark("Your contact card names no number."));
    }
    let draft = page.drafts.get(&card.account);
    let changed = draft.and_then(|draft| draft.instead.as_deref());
    for tel in &card.tels {
        if changed == Some(tel.value.as_str()) {
            rows.push(field(page, card, draft, on));
        } else {
            rows.push(number(card, tel, on));
        }
    }
    if changed.is_none() {
        rows.push(field(page, card, draft, on));
    }
    if !on {
        rows.push(sheet::remark("Chat is not connected: your card cannot be changed now."));
    }
    rows
}

fn wish(card: &OwnCard, wish: OnCard) -> Message {
    Message::Card(card.account.clone(), wish)
}

/// The longest address that has room on a button.
const LONGEST: usize = 48;

/// What is wrong with the card, and what mends it.
fn advised<'a>(
    card: &'a OwnCard,
    advice: &str,
    on: bool,
    snapshot: &Snapshot,
    narrow: bool,
) -> Element<'a, Message> {
    let fact = chip::fact(Tone::Warn, &icon::WARNING, plain::line(advice), None);
    let put = own_address(card, snapshot).map(|phone| {
        let address = plain::line(&phone.address);
        let fits = !narrow && address.chars().count() <= LONGEST;
        let label = match fits {
            true => format!("Put {address} on your card"),
            false => "Put it on your card".to_owned(),
        };
        let add = on.then(|| wish(card, OnCard::AddOwn(phone.address.clone())));
        button::words(Button::Primary, label, add)
    });
    sheet::padded(column![fact].push(put).spacing(step::XS))
}

fn number<'a>(card: &'a OwnCard, tel: &Tel, on: bool) -> Element<'a, Message> {
    let types = plain::line(&named(&tel.types).join(", "));
    let types = (!types.is_empty()).then(|| small(types));
    let words = column![sheet::long(body(plain::line(&tel.value)))].push(types);
    let press = |act: fn(String) -> OnCard| on.then(|| wish(card, act(tel.value.clone())));
    let line = row![
        words.width(Length::Fill),
        button::words(Button::Quiet, "Change", press(OnCard::Change)),
        button::words(Button::Quiet, "Remove", press(OnCard::Remove)),
    ];
    sheet::padded(line.spacing(step::XS).align_y(Alignment::Center))
}

/// What a number is for, in people's words where there are any.
fn named(types: &[String]) -> Vec<String> {
    let word = |name: &String| {
        let known = TYPES.iter().find(|(known, _)| known == name);
        known.map_or_else(|| name.clone(), |(_, word)| (*word).to_owned())
    };
    types.iter().map(word).collect()
}

/// The field for one more number, or for one that is changed.
fn field<'a>(
    page: &'a Accounts,
    card: &'a OwnCard,
    draft: Option<&'a Draft>,
    on: bool,
) -> Element<'a, Message> {
    let control = Control::Card(card.account.clone());
    let value = draft.map_or("", |draft| draft.value.as_str());
    let changes = draft.is_some_and(|draft| draft.instead.is_some());
    let can = on && !value.trim().is_empty() && !page.notes.asks(&control);
    let put = can.then(|| wish(card, OnCard::Add));
    let account = card.account.clone();
    let input = sheet::field(
        format!("own-number-{}", card.account),
        "Another number or address",
        value,
        move |text| Message::Card(account.clone(), OnCard::Edit(text)),
        put.clone(),
    );
    let label = if changes { "Save" } else { "Add" };
    let line = row![input, button::words(Button::Quiet, label, put)].spacing(step::XS);
    let mut parts: Column<'a, Message> = column![line].spacing(step::XS);
    if let Some(draft) = draft.filter(|_| changes || !value.is_empty()) {
        let types = TYPES.map(|(name, word)| {
            let chosen = draft.types.iter().any(|known| known == name);
            (word.to_owned(), chosen, wish(card, OnCard::Type(name)))
        });
        parts = parts.push(switch::few(types));
        let leave = Some(wish(card, OnCard::Leave));
        parts = parts.push(changes.then(|| button::words(Button::Quiet, "Cancel", leave)));
    }
    let told = page.notes.at(&control);
    sheet::told(sheet::padded(parts), told, Message::Confirm(control.clone()))
}
