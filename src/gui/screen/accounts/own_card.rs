//! The numbers on the own contact card: added, changed, taken away, and what they are for
//! (CUSAX C22, C23).

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};

use super::{Accounts, Control, Message, own_address};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::pick::{self, Item};
use crate::gui::widget::{body, button, chip, sheet, small};
use crate::gui::words;
use crate::model::account::{Account, AccountKind, AccountState};
use crate::model::id::AccountId;
use crate::model::vcard::{OwnCard, Tel};
use crate::tr;

/// The types that are offered, in the order in which they are written.
const TYPES: [&str; 5] = ["voice", "video", "work", "home", "cell"];

/// The longest address that has room on a button.
const LONGEST: usize = 48;

/// What the person did to the own card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnCard {
    /// Typed into the field of the number that is being written.
    Edit(String),
    /// Turned one of its types.
    Kind(String),
    /// Wants a number of the card changed.
    Change(String),
    /// Leaves the number as it was.
    Leave,
    /// Wants what stands in the field on the card.
    Keep,
    /// Wants the own telephony address on it.
    AddOwn(String),
    /// Wants a number away.
    Remove(String),
}

/// The number of a card that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// Which number of the card it takes the place of; one more when absent.
    of: Option<String>,
    value: String,
    types: Vec<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { of: None, value: String::new(), types: vec!["voice".to_owned()] }
    }
}

impl Draft {
    /// Takes in what the person did. All numbers that the card is to have then, when that is
    /// to be stored.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub(super) fn act(
        &mut self,
        wish: OnCard,
        card: &OwnCard,
    ) -> Result<Option<Vec<Tel>>, &'static str> {
        let mut tels = card.tels.clone();
        match wish {
            OnCard::Edit(text) => self.value = text,
            OnCard::Kind(kind) => self.turn(kind),
            OnCard::Change(value) => {
                if let Some(tel) = tels.into_iter().find(|tel| tel.value == value) {
                    *self = Self { of: Some(value.clone()), value, types: tel.types };
                }
            }
            OnCard::Leave => *self = Self::default(),
            OnCard::Keep => return self.keep(tels),
            OnCard::AddOwn(aor) => {
                tels.insert(0, Tel { types: Self::default().types, ..bare(aor) });
                return Ok(Some(tels));
            }
            OnCard::Remove(value) => {
                tels.retain(|tel| tel.value != value);
                return Ok(Some(tels));
            }
        }
        Ok(None)
    }

    fn turn(&mut self, kind: String) {
        match self.types.iter().position(|known| *known == kind) {
            Some(at) => drop(self.types.remove(at)),
            None => self.types.push(kind),
        }
        let order =
            |kind: &String| TYPES.iter().position(|known| known == kind).unwrap_or(TYPES.len());
        self.types.sort_by_key(order);
    }

    fn keep(&mut self, mut tels: Vec<Tel>) -> Result<Option<Vec<Tel>>, &'static str> {
        let typed = self.value.trim().to_owned();
        if typed.is_empty() {
            return Ok(None);
        }
        let at = tels.iter().position(|tel| Some(&tel.value) == self.of.as_ref());
        let taken = tels.iter().position(|tel| tel.value == typed);
        if taken.is_some_and(|taken| Some(taken) != at) {
            return Err(tr!("accounts-card-names-it"));
        }
        match at.and_then(|at| tels.get_mut(at)) {
            Some(tel) if tel.value == typed && tel.types == self.types => {
                *self = Self::default();
                return Ok(None);
            }
            // Its preference stays.
            Some(tel) => {
                tel.value = typed;
                tel.types.clone_from(&self.types);
            }
            None => tels.push(Tel { types: self.types.clone(), ..bare(typed) }),
        }
        Ok(Some(tels))
    }
}

fn bare(value: String) -> Tel {
    Tel { value, types: Vec::new(), pref: 100 }
}

/// The cards of all chat accounts, a box for each.
pub(super) fn cards<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let chats = shared.snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Xmpp);
    let several = chats.clone().count() > 1;
    let boxes = chats.map(|chat| {
        let heading = match several {
            true => tr!("accounts-card-of", address = plain::quoted(&chat.address)),
            false => tr!("accounts-card").to_owned(),
        };
        let card = shared.snapshot.own_cards.iter().find(|card| card.account == chat.id);
        let rows = match card {
            Some(card) => numbers(page, card, chat, shared),
            None => vec![unread(chat)],
        };
        sheet::section(heading, rows)
    });
    boxes.collect()
}

fn unread<'a>(chat: &Account) -> Element<'a, Message> {
    sheet::remark(match chat.state {
        AccountState::Online => tr!("accounts-card-unread").to_owned(),
        _ => {
            let name = words::account(chat);
            tr!("accounts-card-unread-until", name = plain::quoted(&name))
        }
    })
}

/// One card: what it lacks, its numbers, and a field for one more.
fn numbers<'a>(
    page: &'a Accounts,
    card: &'a OwnCard,
    chat: &Account,
    shared: Shared<'a>,
) -> Vec<Element<'a, Message>> {
    let control = Control::Card(card.account.clone());
    let waits = page.waits.contains(&control);
    let online = chat.state == AccountState::Online;
    let narrow = shared.narrow;
    let look = Look { account: &card.account, free: online && !waits, waits, narrow };
    let mut rows = Vec::new();
    if !online {
        let name = plain::quoted(&words::account(chat));
        rows.push(sheet::remark(tr!("accounts-card-offline", name = name)));
    }
    if let Some(advice) = &card.advice {
        rows.push(lacking(advice, card, look, shared));
    }
    if card.tels.is_empty() {
        rows.push(sheet::remark(tr!("accounts-card-empty")));
    }
    let told = |field: Element<'a, Message>| {
        sheet::told(field, page.notes.at(&control), Message::Confirm(control.clone()))
    };
    let none = Draft::default();
    let draft = page.numbers.get(&card.account).cloned().unwrap_or(none);
    let asks = page.notes.asks(&control);
    for tel in &card.tels {
        let changes = draft.of.as_ref() == Some(&tel.value);
        rows.push(if changes { told(form(&draft, look, asks)) } else { number(tel, look) });
    }
    let is_there = |value: &String| card.tels.iter().any(|tel| tel.value == *value);
    if !draft.of.as_ref().is_some_and(is_there) {
        rows.push(told(form(&draft, look, asks)));
    }
    rows
}

/// Whose card it is, and whether something can be done to it now.
#[derive(Clone, Copy)]
struct Look<'a> {
    account: &'a AccountId,
    free: bool,
    waits: bool,
    narrow: bool,
}

impl Look<'_> {
    fn press(self, wish: OnCard) -> Option<Message> {
        self.free.then(|| Message::Card(self.account.clone(), wish))
    }
}

fn lacking<'a>(
    advice: &str,
    card: &OwnCard,
    look: Look<'a>,
    shared: Shared<'a>,
) -> Element<'a, Message> {
    let fact = chip::fact(Tone::Warn, &icon::WARNING, plain::told(advice), None);
    let put = own_address(card, shared.snapshot).map(|phone| {
        let address = plain::line(&phone.address);
        let fits = !shared.narrow && address.chars().count() <= LONGEST;
        let label = match fits {
            true => tr!("accounts-put", address = address),
            false => tr!("accounts-put-it").to_owned(),
        };
        let press = look.press(OnCard::AddOwn(phone.address.clone()));
        button::words(Button::Primary, label, press)
    });
    sheet::padded(column![fact].push(put).spacing(step::XS))
}

fn number<'a>(tel: &'a Tel, look: Look<'a>) -> Element<'a, Message> {
    let types = tel.types.iter().map(|kind| named(kind)).collect::<Vec<_>>().join(", ");
    let types = (!types.is_empty()).then(|| small(types));
    let words = column![sheet::long(body(plain::line(&tel.value)))].push(types);
    let change = look.press(OnCard::Change(tel.value.clone()));
    let remove = look.press(OnCard::Remove(tel.value.clone()));
    let acts = row![
        button::words(Button::Quiet, tr!("accounts-change"), change),
        button::words(Button::Quiet, tr!("accounts-remove"), remove),
    ];
    let (words, acts) = (words.width(Length::Fill), acts.spacing(step::XS));
    // A narrow row has no room for an address beside them.
    sheet::padded(match look.narrow {
        true => Element::from(column![words, acts].spacing(step::XS)),
        false => row![words, acts].spacing(step::XS).align_y(Alignment::Center).into(),
    })
}

/// The number that is being written, with its types.
fn form<'a>(draft: &Draft, look: Look<'a>, asks: bool) -> Element<'a, Message> {
    let changes = draft.of.is_some();
    let written = !draft.value.trim().is_empty();
    // What needs the user's word has a button of its own.
    let keep = look.press(OnCard::Keep).filter(|_| written && !asks);
    let account = look.account.clone();
    let input = sheet::field(
        format!("own-number-{}", look.account),
        if changes { tr!("accounts-number") } else { tr!("accounts-another-number") },
        &draft.value,
        move |text| Message::Card(account.clone(), OnCard::Edit(text)),
        keep.clone(),
    );
    let (kind, word) = match (look.waits, changes) {
        (true, _) => (Button::Quiet, tr!("accounts-saving")),
        (false, true) => (Button::Primary, tr!("accounts-save")),
        (false, false) => (Button::Quiet, tr!("accounts-add")),
    };
    let leave = changes.then(|| {
        let press = Some(Message::Card(look.account.clone(), OnCard::Leave));
        button::words(Button::Quiet, tr!("accounts-leave-it"), press)
    });
    let line = row![input, button::words(kind, word, keep)].push(leave).spacing(step::XS);
    let types = (changes || written).then(|| types(draft, look));
    sheet::padded(column![line].push(types).spacing(step::XS))
}

fn types<'a>(draft: &Draft, look: Look<'a>) -> Element<'a, Message> {
    let known = TYPES.iter().map(|kind| (*kind).to_owned());
    let others = draft.types.iter().filter(|kind| !TYPES.iter().any(|known| known == kind));
    let items = known.chain(others.cloned()).map(|kind| Item {
        label: named(&kind),
        on: draft.types.contains(&kind),
        press: look.press(OnCard::Kind(kind)),
    });
    let hint = tr!("accounts-types-hint");
    container(column![pick::row_of(items), small(hint)].spacing(step::XXS)).into()
}

/// A type's name for users.
fn named(kind: &str) -> String {
    let known = match kind {
        "voice" => tr!("accounts-voice"),
        "video" => tr!("accounts-video"),
        "work" => tr!("accounts-work"),
        "home" => tr!("accounts-home"),
        "cell" => tr!("accounts-cell"),
        other => return plain::line(other),
    };
    known.to_owned()
}
