//! One person of the address book while they are being typed.

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::{Book, Control, Message};
use crate::core::command::BookPatch;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::screen::details::Who;
use crate::gui::theme::{Button, step};
use crate::gui::widget::{body, button, sheet, small};
use crate::model::BareJid;
use crate::model::book::{BookAddress, BookEntry, MAX_ADDRESSES, MAX_JIDS, NO_PREF};
use crate::model::id::BookId;
use crate::tr;

/// The field of the name.
pub const NAME: &str = "book-name";

/// Somebody as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which entry; a new one when absent.
    pub id: Option<BookId>,
    /// Where the person came from, and goes back to.
    pub from: Option<Who>,
    /// The name.
    pub name: String,
    /// Chat addresses.
    pub jids: Vec<String>,
    /// Telephony addresses with their types, and their preference.
    pub numbers: Vec<(String, String, u8)>,
    /// Whether to remove it is being asked.
    pub removing: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            id: None,
            from: None,
            name: String::new(),
            jids: vec![String::new()],
            numbers: vec![(String::new(), String::new(), NO_PREF)],
            removing: false,
        }
    }
}

/// What the person did to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Typed the name.
    Name(String),
    /// Typed a chat address.
    Jid(usize, String),
    /// Wants one more.
    AddJid,
    /// Wants it away.
    DropJid(usize),
    /// Typed a telephony address.
    Number(usize, String),
    /// Typed its types.
    Types(usize, String),
    /// Wants one more.
    AddNumber,
    /// Wants it away.
    DropNumber(usize),
    /// Wants it kept.
    Save,
    /// Asks to remove the person, or leaves it.
    AskRemove(bool),
    /// Wants the person removed.
    Remove,
}

impl Draft {
    /// An entry to change.
    pub fn of(entry: &BookEntry) -> Self {
        let number = |a: &BookAddress| (a.value.clone(), a.types.join(", "), a.pref);
        Self {
            id: Some(entry.id.clone()),
            from: Some(Who::Entry(entry.id.clone())),
            name: entry.name.clone(),
            jids: entry.jids.iter().map(ToString::to_string).collect(),
            numbers: entry.addresses.iter().map(number).collect(),
            removing: false,
        }
    }

    /// What was typed as what is to be kept.
    ///
    /// # Errors
    /// In words, when a chat address is none.
    pub(super) fn patch(&self) -> Result<BookPatch, String> {
        let jids = self.jids.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let jids = jids.map(|text| {
            text.parse::<BareJid>().map_err(|_| {
                let shown: String = plain::line(text).chars().take(80).collect();
                tr!("book-bad-jid", typed = plain::quoted(&shown))
            })
        });
        let numbers = self.numbers.iter().filter(|(value, ..)| !value.trim().is_empty());
        let addresses = numbers.map(|(value, types, pref)| {
            let types = types.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
            BookAddress {
                types: types.map(str::to_lowercase).collect(),
                pref: *pref,
                ..BookAddress::new(value.trim())
            }
        });
        Ok(BookPatch {
            id: self.id.clone(),
            name: Some(self.name.trim().to_owned()),
            jids: Some(jids.collect::<Result<_, _>>()?),
            addresses: Some(addresses.collect()),
            ..BookPatch::default()
        })
    }

    pub(super) fn change(&mut self, edit: Edit) {
        match edit {
            Edit::Name(text) => self.name = text,
            Edit::Jid(at, text) => {
                if let Some(jid) = self.jids.get_mut(at) {
                    *jid = text;
                }
            }
            Edit::AddJid => self.jids.push(String::new()),
            Edit::DropJid(at) if at < self.jids.len() => drop(self.jids.remove(at)),
            Edit::Number(at, text) => {
                if let Some(number) = self.numbers.get_mut(at) {
                    number.0 = text;
                }
            }
            Edit::Types(at, text) => {
                if let Some(number) = self.numbers.get_mut(at) {
                    number.1 = text;
                }
            }
            Edit::AddNumber => self.numbers.push((String::new(), String::new(), NO_PREF)),
            Edit::DropNumber(at) if at < self.numbers.len() => drop(self.numbers.remove(at)),
            Edit::AskRemove(asks) => self.removing = asks,
            Edit::DropJid(_) | Edit::DropNumber(_) | Edit::Save | Edit::Remove => {}
        }
    }
}

/// The form.
pub(super) fn view<'a>(
    page: &'a Book,
    draft: &'a Draft,
    shared: Shared<'a>,
) -> Element<'a, Message> {
    let title = if draft.id.is_some() { tr!("book-change-title") } else { tr!("book-new") };
    let hint = tr!("book-form-hint");
    let head = sheet::head(title, hint, Message::Close, Vec::new(), shared.narrow);
    let save = (!draft.name.trim().is_empty()).then_some(Message::Form(Edit::Save));
    let name = sheet::field(
        NAME,
        tr!("book-name"),
        &draft.name,
        |text| Message::Form(Edit::Name(text)),
        save.clone(),
    );
    let acts = row![
        button::words(Button::Primary, tr!("book-save"), save),
        button::words(Button::Quiet, tr!("book-cancel"), Some(Message::Close)),
    ]
    .spacing(step::XS);
    let acts = column![acts].push(draft.name.trim().is_empty().then(|| small(tr!("book-needs"))));
    let acts = acts.spacing(step::XS);
    let told = page.notes.at(&Control::Save);
    let parts = column![
        head,
        sheet::section(tr!("book-name"), vec![sheet::padded(name)]),
        sheet::section(tr!("book-numbers-title"), numbers(draft, shared)),
        sheet::section(tr!("book-jids-title"), jids(draft)),
        sheet::told(acts, told, Message::Form(Edit::Save)),
    ];
    sheet::page(parts.push(draft.id.is_some().then(|| remove(page, draft))), shared.narrow)
}

fn numbers<'a>(draft: &'a Draft, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let mut rows = Vec::new();
    for (at, (value, types, _)) in draft.numbers.iter().enumerate() {
        let edit = move |text| Message::Form(Edit::Number(at, text));
        let number =
            sheet::field(format!("book-number-{at}"), tr!("book-number"), value, edit, None);
        let edit = move |text| Message::Form(Edit::Types(at, text));
        let types = sheet::field(format!("book-types-{at}"), tr!("book-types"), types, edit, None);
        let away = button::square(
            Button::Quiet,
            &icon::CLOSE,
            tr!("book-drop-number"),
            Some(Message::Form(Edit::DropNumber(at))),
        );
        let line: Element<'_, _> = if shared.narrow {
            let second = row![types, away].spacing(step::XS).align_y(Alignment::Center);
            column![number, second].spacing(step::XS).into()
        } else {
            let types = iced::widget::container(types).width(Length::Fixed(168.0));
            row![number, types, away].spacing(step::XS).align_y(Alignment::Center).into()
        };
        rows.push(sheet::padded(line));
    }
    let more = (draft.numbers.len() < MAX_ADDRESSES).then_some(Message::Form(Edit::AddNumber));
    rows.push(sheet::padded(button::words(Button::Quiet, tr!("book-add-number"), more)));
    rows
}

fn jids(draft: &Draft) -> Vec<Element<'_, Message>> {
    let mut rows = Vec::new();
    for (at, jid) in draft.jids.iter().enumerate() {
        let edit = move |text| Message::Form(Edit::Jid(at, text));
        let field = sheet::field(format!("book-jid-{at}"), tr!("book-jid"), jid, edit, None);
        let away = button::square(
            Button::Quiet,
            &icon::CLOSE,
            tr!("book-drop-jid"),
            Some(Message::Form(Edit::DropJid(at))),
        );
        let line = row![field, away].spacing(step::XS).align_y(Alignment::Center);
        rows.push(sheet::padded(line));
    }
    let more = (draft.jids.len() < MAX_JIDS).then_some(Message::Form(Edit::AddJid));
    rows.push(sheet::padded(button::words(Button::Quiet, tr!("book-add-jid"), more)));
    rows
}

/// Removing somebody is asked about first.
fn remove<'a>(page: &'a Book, draft: &Draft) -> Element<'a, Message> {
    let press = |edit| Some(Message::Form(edit));
    let control: Element<'_, _> = if draft.removing {
        let question = tr!("book-remove-question", name = plain::quoted(&draft.name));
        let acts = row![
            button::words(Button::HangUp, tr!("book-remove"), press(Edit::Remove)),
            button::words(Button::Quiet, tr!("book-keep"), press(Edit::AskRemove(false))),
        ]
        .spacing(step::XS);
        column![sheet::long(body(question)), acts].spacing(step::XS).into()
    } else {
        button::words(Button::Quiet, tr!("book-remove-person"), press(Edit::AskRemove(true)))
    };
    sheet::told(control, page.notes.at(&Control::Remove), Message::Form(Edit::Remove))
}
