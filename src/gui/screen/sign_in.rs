//! The first run: address and password, what the provider would set up, both sides signed in.
//! Shown while there is no account.

pub mod by_hand;

use std::collections::BTreeSet;

use iced::widget::{Column, column, container, row, scrollable, text, text_input};
use iced::{Alignment, Element, Length};
use zeroize::Zeroizing;

use super::settings::Section;
use super::{Action, Go, Shared, Spot};
use crate::core::command::{
    Answers, Command, CommandError, KeepPassword, Look, Password, ProvisionCommand, Reply,
};
use crate::demo::Example;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::widget::{body, button, chip, field, sheet, small, title};
use crate::provisioning::plan::{Change, Preview};
use crate::provisioning::status::{Outcome, Problem};
use crate::provisioning::wizard::Wizard;
use crate::tr;
use by_hand::{ByHand, Wrong};

/// The field of the address.
pub const ADDRESS: &str = "sign-in-address";
/// The field of the password.
pub const PASSWORD: &str = "sign-in-password";

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed the address, or a link.
    Address(String),
    /// Typed the password.
    Password(Password),
    /// Wants to sign in.
    Look,
    /// Goes on with this host.
    Confirm(String),
    /// Wants what was shown, without what was declined.
    Apply(KeepPassword),
    /// Does not want, or wants, something of it.
    Decline(String),
    /// Goes back to the fields.
    Back,
    /// Wants to type both sides.
    ByHand,
    /// In the form for both sides.
    Form(by_hand::Message),
    /// Wants no other account after all.
    Leave,
}

/// What a command was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// To look for the provider.
    Look,
    /// To set up what was found, or typed.
    Apply,
}

/// What is said.
#[derive(Debug)]
struct Told {
    words: String,
    problem: Option<Problem>,
    host: Option<String>,
    field: Option<&'static str>,
}

/// The page's own state.
#[derive(Debug)]
pub struct SignIn {
    /// In the demonstration: what is typed. Its password is kept nowhere.
    example: Option<Example>,
    address: String,
    password: Password,
    confirmed: Vec<String>,
    busy: bool,
    told: Option<Told>,
    found: Option<Box<Preview>>,
    form: Option<Box<ByHand>>,
    declined: BTreeSet<String>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            example: None,
            address: String::new(),
            password: Password(Zeroizing::new(String::new())),
            confirmed: Vec::new(),
            busy: false,
            told: None,
            found: None,
            form: None,
            declined: BTreeSet::new(),
        }
    }
}

impl SignIn {
    /// The empty page; in the demonstration with what is typed there.
    pub fn new(example: Option<Example>) -> Self {
        Self { example, ..Self::default() }
    }

    /// Takes in what the person did.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Address(text) => {
                self.address = text;
                self.told = None;
                self.confirmed.clear();
            }
            Message::Password(text) => (self.password, self.told) = (text, None),
            Message::Look if !self.busy && self.is_ready() => return self.look(),
            Message::Confirm(host) if !self.busy => {
                self.confirmed.push(host);
                return self.look();
            }
            Message::Apply(keep) if !self.busy => return self.apply(keep),
            Message::Decline(id) => {
                if !self.declined.remove(&id) {
                    self.declined.insert(id);
                }
            }
            Message::Back => {
                (self.found, self.told, self.form) = (None, None, None);
                self.declined.clear();
            }
            Message::ByHand if !self.busy => self.by_hand(None),
            Message::Form(message) => return self.in_form(message),
            Message::Leave => return Action::Go(Go::Settings(Section::Accounts)),
            Message::ByHand | Message::Look | Message::Confirm(_) | Message::Apply(_) => {}
        }
        Action::None
    }

    /// Empties the page, for one more account.
    pub fn begin_again(&mut self) {
        *self = Self::new(self.example.take());
    }

    /// Sets up what is shown, where nothing of it is to be agreed to by name.
    pub fn enter(&mut self) -> Action {
        let asks = self.found.as_ref().is_none_or(|found| !found.consents.is_empty());
        if asks || self.busy { Action::None } else { self.apply(self.keep()) }
    }

    /// The demonstration leaves nothing behind, also in the keyring.
    fn keep(&self) -> KeepPassword {
        self.example.as_ref().map_or(KeepPassword::Keyring, |_| KeepPassword::Session)
    }

    fn is_ready(&self) -> bool {
        !self.address.trim().is_empty()
    }

    fn look(&mut self) -> Action {
        (self.busy, self.told) = (true, None);
        let typed = self.address.trim().to_owned();
        let is_link = typed.contains("://");
        let password = (!self.password.0.is_empty()).then(|| self.password.clone());
        let look = Look {
            address: (!is_link).then(|| typed.clone()),
            url: is_link.then_some(typed),
            password,
            password_command: None,
            confirm: self.confirmed.clone(),
        };
        let command = ProvisionCommand::Look(Box::new(look));
        Action::At(Spot::SignIn(Control::Look), Command::Provision(command))
    }

    /// Shows the form for both sides, with what was typed so far.
    fn by_hand(&mut self, found: Option<&Wizard>) {
        self.told = None;
        let typed = Some(self.address.trim()).filter(|typed| !typed.contains("://"));
        let form = ByHand::new(typed.unwrap_or_default(), self.password.clone(), found);
        self.form = Some(Box::new(form));
    }

    fn in_form(&mut self, message: by_hand::Message) -> Action {
        let Some(form) = &mut self.form else { return Action::None };
        match message {
            by_hand::Message::Typed(field, text) => form.typed(field, text),
            by_hand::Message::ChatPassword(password) => form.chat_password(password),
            by_hand::Message::PhonePassword(password) => form.phone_password(password),
            by_hand::Message::Back => return self.update(Message::Back),
            by_hand::Message::Add(keep) => {
                if self.busy || !form.is_ready() {
                    return Action::None;
                }
                let command = ProvisionCommand::Add(Box::new(form.accounts(keep)));
                (self.busy, self.told) = (true, None);
                return Action::At(Spot::SignIn(Control::Apply), Command::Provision(command));
            }
        }
        self.told = None;
        Action::None
    }

    fn form_view<'a>(&'a self, form: &'a ByHand) -> Element<'a, Message> {
        let wrong = self.told.as_ref().map(|told| Wrong {
            words: &told.words,
            field: told.field,
            is_keyring: told.problem == Some(Problem::Secrets),
        });
        let form = by_hand::view(form, self.busy, self.keep(), wrong).max_width(440);
        Element::from(form).map(Message::Form)
    }

    fn apply(&mut self, keep: KeepPassword) -> Action {
        let Some(found) = &self.found else { return Action::None };
        (self.busy, self.told) = (true, None);
        let ids = found.consents.iter().map(|consent| consent.id.clone());
        let (decline, agree) = ids.partition(|id| self.declined.contains(id));
        let command = ProvisionCommand::Apply(Answers {
            preview: Some(found.id.clone()),
            agree,
            decline,
            keep,
        });
        Action::At(Spot::SignIn(Control::Apply), Command::Provision(command))
    }

    /// The hub's answer.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) {
        self.busy = false;
        match (control, result) {
            (Control::Look, Ok(Reply::Provision(Outcome::Preview { preview }))) => {
                self.found = Some(preview);
            }
            (Control::Look, Ok(Reply::Provision(Outcome::Wizard { wizard }))) => {
                self.by_hand(Some(&wizard));
            }
            // The accounts show themselves.
            (Control::Apply, Ok(_)) => self.begin_again(),
            (Control::Look, Ok(_)) => {}
            (_, Err(error)) => {
                let words = plain::told(&error.to_string());
                let (problem, host, field) = match error {
                    CommandError::Provision(error) => {
                        (Some(error.problem), error.host, error.field)
                    }
                    _ => (None, None, None),
                };
                self.told = Some(Told { words, problem, host, field });
            }
        }
    }
}

/// The page.
pub fn view<'a>(page: &'a SignIn, shared: Shared<'a>) -> Element<'a, Message> {
    let content: Element<'_, Message> = match (&page.found, &page.form) {
        (Some(found), _) => preview(page, found).max_width(440).into(),
        (None, Some(form)) => page.form_view(form),
        (None, None) => form(page, shared).max_width(440).into(),
    };
    let side = if shared.narrow { step::M } else { step::XL };
    let content = container(content).padding(side).center_x(Length::Fill);
    container(
        scrollable(content).direction(theme::scrollbar()).style(theme::scroll).width(Length::Fill),
    )
    .center_y(Length::Fill)
    .width(Length::Fill)
    .height(Length::Fill)
    .into()
}

fn head<'a>(heading: impl text::IntoFragment<'a>, words: String) -> Column<'a, Message> {
    column![title(heading), body(words).style(Tone::Muted.text())].spacing(step::S)
}

fn form<'a>(page: &'a SignIn, shared: Shared<'a>) -> Column<'a, Message> {
    let is_first = shared.snapshot.accounts.is_empty();
    let heading = if is_first { tr!("sign-in-welcome") } else { tr!("sign-in-another") };
    let words = tr!("sign-in-words");
    let submit = (page.is_ready() && !page.busy).then_some(Message::Look);
    let hint = page.example.as_ref().map_or(tr!("sign-in-example"), |it| it.address.as_str());
    let address = sheet::field(ADDRESS, hint, &page.address, Message::Address, submit.clone());
    let typed = |text| Message::Password(Password(Zeroizing::new(text)));
    let password = field::field(
        text_input("", page.password.0.as_str())
            .id(PASSWORD)
            .secure(true)
            .on_input(typed)
            .on_submit_maybe(submit.clone()),
    );
    let label = if page.busy { tr!("sign-in-looking") } else { tr!("sign-in-sign-in") };
    let go = button::wide(Button::Primary, label, submit);
    head(heading, words.to_owned())
        .push(column![small(tr!("sign-in-address")), address].spacing(step::XXS))
        .push(column![small(tr!("sign-in-password")), password].spacing(step::XXS))
        .push(told(page))
        .push(go)
        .push(foot(page, is_first))
        .spacing(step::M)
}

/// What else there is to say below the fields.
fn foot(page: &SignIn, is_first: bool) -> Element<'_, Message> {
    let Some(Example { address, password }) = page.example.as_ref().filter(|_| is_first) else {
        let press = |message| (!page.busy).then_some(message);
        let by_hand = button::words(Button::Quiet, tr!("sign-in-by-hand"), press(Message::ByHand));
        let leave = || button::words(Button::Quiet, tr!("sign-in-back"), press(Message::Leave));
        return row![by_hand].push((!is_first).then(leave)).spacing(step::XS).into();
    };
    let words = tr!("sign-in-demo", address = address.as_str(), password = password.as_str());
    small(words).style(Tone::Muted.text()).into()
}

/// What is said, and what the person can do about it.
fn told(page: &SignIn) -> Option<Element<'_, Message>> {
    let told = page.told.as_ref()?;
    let asks = matches!(told.problem, Some(Problem::ConfirmHost | Problem::ConfirmLink));
    let tone = if asks { Tone::Warn } else { Tone::Bad };
    let words = chip::fact(tone, &icon::WARNING, told.words.clone(), None);
    let act = match (&told.problem, &told.host) {
        (Some(Problem::ConfirmHost | Problem::ConfirmLink), Some(host)) => {
            let label = tr!("sign-in-go-on", host = plain::quoted(host));
            Some(button::words(Button::Quiet, label, Some(Message::Confirm(host.clone()))))
        }
        (Some(Problem::Secrets), _) => {
            let keep = Message::Apply(KeepPassword::Session);
            Some(button::words(Button::Quiet, tr!("sign-in-keep-for-now"), Some(keep)))
        }
        _ => None,
    };
    Some(column![words].push(act).spacing(step::XS).into())
}

fn preview<'a>(page: &'a SignIn, found: &'a Preview) -> Column<'a, Message> {
    let name = found.service.as_deref().map_or_else(|| plain::line(&found.host), plain::line);
    let words = tr!("sign-in-from", host = plain::quoted(&found.host));
    let change = |change: &'a Change| sheet::padded(sheet::long(body(plain::told(&change.text))));
    let changes = found.changes.iter().map(change).collect();
    let mut parts = head(name, words).push(sheet::boxed(changes));
    for consent in &found.consents {
        let declined = page.declined.contains(&consent.id);
        let fact = chip::fact(Tone::Warn, &icon::WARNING, plain::told(&consent.text), None);
        let label = if declined { tr!("sign-in-without-it") } else { tr!("sign-in-go-without") };
        let turn = consent.optional.then(|| {
            button::words(Button::Quiet, label, Some(Message::Decline(consent.id.clone())))
        });
        parts = parts.push(column![fact].push(turn).spacing(step::XXS));
    }
    for remark in &found.remarks {
        parts = parts.push(sheet::long(small(plain::told(remark)).style(Tone::Muted.text())));
    }
    let apply = (!page.busy).then_some(Message::Apply(page.keep()));
    let label = match (page.busy, found.consents.is_empty()) {
        (true, _) => tr!("sign-in-setting-up"),
        (false, true) => tr!("sign-in-set-up"),
        (false, false) => tr!("sign-in-agree"),
    };
    let acts = row![
        button::words(Button::Primary, label, apply),
        button::words(Button::Quiet, tr!("sign-in-back"), Some(Message::Back)),
    ]
    .spacing(step::XS)
    .align_y(Alignment::Center);
    parts.push(told(page)).push(acts).spacing(step::M)
}
