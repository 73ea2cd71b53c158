//! Both sides by hand, where there is no document: addresses, passwords, and servers where DNS does
//! not lead to them.

use iced::widget::{Column, column, row, text_input};
use iced::{Alignment, Element};
use zeroize::Zeroizing;

use crate::core::command::{KeepPassword, NewAccounts, NewChat, NewPhone, Password};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, chip, field, sheet, small, strong, title};
use crate::provisioning::wizard::{Side, Wizard};
use crate::tr;

/// A field of the form. Its name is that by which an error names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The address of chat.
    ChatAddress,
    /// Its server.
    ChatServer,
    /// The address of telephony.
    PhoneAddress,
    /// Its proxy.
    PhoneServer,
}

impl Field {
    /// As `account.add` names it; the widget's id as well.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChatAddress => "chat.address",
            Self::ChatServer => "chat.server",
            Self::PhoneAddress => "telephony.address",
            Self::PhoneServer => "telephony.proxy",
        }
    }
}

/// The fields of the passwords.
pub const CHAT_PASSWORD: &str = "chat.password";
/// That of telephony.
pub const PHONE_PASSWORD: &str = "telephony.password";

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed into a field.
    Typed(Field, String),
    /// Typed the password of chat.
    ChatPassword(Password),
    /// Typed the password of telephony.
    PhonePassword(Password),
    /// Wants the accounts.
    Add(KeepPassword),
    /// Goes back.
    Back,
}

/// The form.
#[derive(Debug)]
pub struct ByHand {
    chat: Fields,
    phone: Fields,
}

/// One side of it.
#[derive(Debug)]
struct Fields {
    address: String,
    password: Password,
    server: String,
    /// What DNS says.
    hint: Option<String>,
}

impl Fields {
    fn of(side: Option<&Side>, address: String, password: Password) -> Self {
        let hint = side.map(|side| match &side.reason {
            Some(reason) => plain::told(reason),
            None => tr!("sign-in-found", servers = plain::quoted(&side.servers.join(", "))),
        });
        Self { address, password, server: String::new(), hint }
    }

    fn is_set(&self) -> bool {
        !self.address.trim().is_empty()
    }

    fn server(&self) -> Option<String> {
        Some(self.server.trim().to_owned()).filter(|server| !server.is_empty())
    }
}

fn empty() -> Password {
    Password(Zeroizing::new(String::new()))
}

fn some(password: &Password) -> Option<Password> {
    (!password.0.is_empty()).then(|| password.clone())
}

impl ByHand {
    /// With what was typed before, and what DNS says. A side of which DNS knows no server is left
    /// to the person.
    pub fn new(typed: &str, password: Password, found: Option<&Wizard>) -> Self {
        let chat = found.map_or_else(|| typed.to_owned(), |found| found.chat.address.clone());
        let phone = found.map(|found| &found.telephony).filter(|side| !side.servers.is_empty());
        let phone = phone.map(|side| side.address.clone()).unwrap_or_default();
        Self {
            chat: Fields::of(found.map(|found| &found.chat), chat, password),
            phone: Fields::of(found.map(|found| &found.telephony), phone, empty()),
        }
    }

    /// Takes in what was typed.
    pub fn typed(&mut self, field: Field, text: String) {
        match field {
            Field::ChatAddress => self.chat.address = text,
            Field::ChatServer => self.chat.server = text,
            Field::PhoneAddress => self.phone.address = text,
            Field::PhoneServer => self.phone.server = text,
        }
    }

    /// Takes in the password of chat.
    pub fn chat_password(&mut self, password: Password) {
        self.chat.password = password;
    }

    /// Takes in the password of telephony.
    pub fn phone_password(&mut self, password: Password) {
        self.phone.password = password;
    }

    /// Whether there is something to add.
    pub fn is_ready(&self) -> bool {
        self.chat.is_set() || self.phone.is_set()
    }

    /// The accounts: a side without an address is none.
    pub fn accounts(&self, keep: KeepPassword) -> NewAccounts {
        let (chat, phone) = (&self.chat, &self.phone);
        NewAccounts {
            chat: chat.is_set().then(|| NewChat {
                address: chat.address.trim().to_owned(),
                password: some(&chat.password),
                server: chat.server(),
                ..NewChat::default()
            }),
            telephony: phone.is_set().then(|| NewPhone {
                address: phone.address.trim().to_owned(),
                password: some(&phone.password),
                proxy: phone.server(),
                ..NewPhone::default()
            }),
            keep,
        }
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wrong<'a> {
    /// In words.
    pub words: &'a str,
    /// At which field; none for all of it.
    pub field: Option<&'static str>,
    /// The keyring is what stands in the way.
    pub is_keyring: bool,
}

/// The form as it looks.
pub fn view<'a>(
    page: &'a ByHand,
    busy: bool,
    keep: KeepPassword,
    wrong: Option<Wrong<'a>>,
) -> Column<'a, Message> {
    let words = tr!("sign-in-by-hand-words");
    let ready = (page.is_ready() && !busy).then_some(Message::Add(keep));
    let chat = Texts {
        name: tr!("sign-in-chat"),
        address: (Field::ChatAddress, tr!("sign-in-chat-example")),
        password: (CHAT_PASSWORD, "", Message::ChatPassword),
        server: (Field::ChatServer, tr!("sign-in-chat-server")),
    };
    let phone = Texts {
        name: tr!("sign-in-telephony"),
        address: (Field::PhoneAddress, tr!("sign-in-telephony-example")),
        password: (PHONE_PASSWORD, tr!("sign-in-same-password"), Message::PhonePassword),
        server: (Field::PhoneServer, tr!("sign-in-telephony-server")),
    };
    let all = wrong.filter(|wrong| wrong.field.is_none());
    let instead = all.filter(|wrong| wrong.is_keyring && !busy).map(|_| {
        let keep = Message::Add(KeepPassword::Session);
        button::words(Button::Quiet, tr!("sign-in-keep-for-now"), Some(keep))
    });
    let label = if busy { tr!("sign-in-setting-up") } else { tr!("sign-in-add") };
    let acts = row![
        button::words(Button::Primary, label, ready.clone()),
        button::words(Button::Quiet, tr!("sign-in-back"), Some(Message::Back)),
    ]
    .spacing(step::XS)
    .align_y(Alignment::Center);
    column![title(tr!("sign-in-by-hand")), body(words).style(Tone::Muted.text())]
        .spacing(step::S)
        .push(side(&page.chat, &chat, wrong, ready.as_ref()))
        .push(side(&page.phone, &phone, wrong, ready.as_ref()))
        .push(all.map(|wrong| said(wrong.words)))
        .push(instead)
        .push(acts)
        .spacing(step::M)
}

/// What the fields of one side are called.
struct Texts {
    name: &'static str,
    address: (Field, &'static str),
    password: (&'static str, &'static str, fn(Password) -> Message),
    server: (Field, &'static str),
}

fn side<'a>(
    fields: &'a Fields,
    texts: &Texts,
    wrong: Option<Wrong<'a>>,
    submit: Option<&Message>,
) -> Element<'a, Message> {
    let field = |(field, hint): (Field, &'static str), value: &'a str, label: &'static str| {
        let typed = move |text| Message::Typed(field, text);
        let input = sheet::field(field.name(), hint, value, typed, submit.cloned());
        let here = wrong.filter(|wrong| wrong.field == Some(field.name()));
        column![small(label), input].push(here.map(|wrong| said(wrong.words))).spacing(step::XXS)
    };
    let (id, hint, message) = texts.password;
    let password = field::field(
        text_input(hint, fields.password.0.as_str())
            .id(id)
            .secure(true)
            .on_input(move |text| message(Password(Zeroizing::new(text))))
            .on_submit_maybe(submit.cloned()),
    );
    let hint = fields.hint.as_deref();
    let hint = hint.map(|hint| sheet::long(small(hint.to_owned()).style(Tone::Muted.text())));
    let rows = column![strong(texts.name)]
        .push(hint)
        .push(field(texts.address, &fields.address, tr!("sign-in-address")))
        .push(column![small(tr!("sign-in-password")), password].spacing(step::XXS))
        .push(field(texts.server, &fields.server, tr!("sign-in-server")))
        .spacing(step::S);
    sheet::boxed(vec![sheet::padded(rows)])
}

fn said<'a>(words: &str) -> Element<'a, Message> {
    chip::fact(Tone::Bad, &icon::WARNING, words.to_owned(), None)
}
