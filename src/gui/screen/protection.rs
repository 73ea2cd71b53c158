//! Both sides of the service compared (CUSAX C61–C65): what protects each, how they differ, and
//! what the person can do about it.

mod facts;
mod trouble;

use iced::widget::{Row, column, container, row};
use iced::{Alignment, Element, Length};

use super::{Action, Go, Shared, Spot};
use crate::core::command::{AccountCommand, Command, CommandError, Raised, Reply, SecurityCommand};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, radius, step};
use crate::gui::widget::sheet::{Notes, Told};
use crate::gui::widget::{body, button, chip, sheet, strong};
use crate::gui::words;
use crate::model::account::Account;
use crate::model::id::AccountId;
use crate::model::security::Fingerprint;
use crate::tr;

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Wants to see the rules for calls.
    Rules,
    /// Wants to see the accounts.
    Accounts,
    /// Makes both sides secure.
    Raise,
    /// Wants to trust a refused certificate: is warned first.
    Trust(AccountId, Fingerprint),
    /// Has read the warning, and trusts it.
    TrustSurely(AccountId, Fingerprint),
    /// Leaves that.
    TrustNot,
    /// Trusts a certificate no more.
    Distrust(AccountId, Fingerprint),
    /// Connects although the server offers less.
    Accept(AccountId),
    /// Stays disconnected, or disconnects.
    Disconnect(AccountId),
    /// Connects again.
    Connect(AccountId),
}

/// A control of the page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// "Make both secure".
    Raise,
    /// Whatever is for one account.
    Account(AccountId),
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Protection {
    /// The certificate that is about to be trusted.
    about: Option<(AccountId, Fingerprint)>,
    notes: Notes<Control>,
    /// What "make both secure" changed.
    raised: Option<Raised>,
}

impl Protection {
    /// The page is shown anew.
    pub fn opened(&mut self) {
        *self = Self::default();
    }

    /// Takes in what the person did.
    pub fn update(&mut self, message: Message) -> Action {
        let about = self.about.take();
        match message {
            Message::Close => Action::Back,
            Message::Rules => Action::Rules,
            Message::Accounts => Action::Go(Go::Accounts),
            Message::Raise => {
                self.raised = None;
                self.ask(Control::Raise, Command::Security(SecurityCommand::Raise))
            }
            Message::Trust(account, fingerprint) => {
                self.about = Some((account, fingerprint));
                Action::None
            }
            Message::TrustNot => Action::None,
            Message::TrustSurely(account, fingerprint) => {
                // Only what was warned of, and nothing that came in its place meanwhile.
                if about.as_ref() != Some(&(account.clone(), fingerprint)) {
                    return Action::None;
                }
                let trust = SecurityCommand::Trust { account: account.clone(), fingerprint };
                self.ask(Control::Account(account), Command::Security(trust))
            }
            Message::Distrust(account, fingerprint) => {
                let distrust = SecurityCommand::Distrust { account: account.clone(), fingerprint };
                self.ask(Control::Account(account), Command::Security(distrust))
            }
            Message::Accept(account) => {
                let accept = SecurityCommand::AcceptWeaker(account.clone());
                self.ask(Control::Account(account), Command::Security(accept))
            }
            Message::Disconnect(account) => {
                let disconnect = AccountCommand::Disconnect(account.clone());
                self.ask(Control::Account(account), Command::Account(disconnect))
            }
            Message::Connect(account) => {
                let connect = AccountCommand::Connect(account.clone());
                self.ask(Control::Account(account), Command::Account(connect))
            }
        }
    }

    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) {
        self.notes.answered(control, &result);
        if let Ok(Reply::Raised(raised)) = result {
            self.raised = Some(raised);
        }
    }

    fn ask(&mut self, control: Control, command: Command) -> Action {
        self.notes.hush(&control);
        Action::At(Spot::Protection(control), command)
    }

    /// The page.
    pub fn view<'a>(&'a self, shared: Shared<'a>) -> Element<'a, Message> {
        let accounts = &shared.snapshot.accounts;
        let head = sheet::head(
            tr!("protection-title"),
            tr!("protection-hint"),
            Message::Close,
            others(),
            shared.narrow,
        );
        let mut page = column![head].push(self.summary(shared));
        for account in accounts {
            page = page.push(self.trouble(account, shared));
        }
        page = if shared.narrow || accounts.len() != 2 {
            accounts.iter().fold(page, |page, account| page.push(facts::single(account, shared)))
        } else {
            page.push(facts::table(accounts, shared))
        };
        for account in accounts {
            page = page.push(self.trusted(account, shared));
        }
        sheet::page_within(WIDEST, page, shared.narrow)
    }

    /// How the two compare, with the one button that mends it, and what came of that.
    fn summary(&self, shared: Shared<'_>) -> Option<Element<'_, Message>> {
        let report = &shared.snapshot.security;
        let (tone, words) = match &report.difference {
            Some(difference) => (Tone::Warn, plain::told(difference)),
            None => {
                let (tone, word) = words::protection(shared.snapshot)?;
                // What is connected alone says nothing of what is not since it would be weak.
                let stands =
                    |account: &Account| account.certificate.is_none() && account.weaker.is_none();
                if tone == Tone::Good && !shared.snapshot.accounts.iter().all(stands) {
                    return None;
                }
                (tone, word.to_owned())
            }
        };
        let mut lines = column![strong(words).style(tone.text())].spacing(step::XXS);
        if tone != Tone::Good {
            for finding in &report.findings {
                let (what, advice) = (plain::told(&finding.what), plain::told(&finding.advice));
                let said = tr!("protection-finding", what = what, advice = advice);
                lines = lines.push(body(said).style(tone.text()));
            }
        }
        let raise = report
            .can_raise
            .then(|| button::words(Button::Primary, tr!("protection-raise"), Some(Message::Raise)));
        let banner = banner(tone, lines.width(Length::Fill).into(), raise, shared.narrow);
        let mut parts = column![banner].spacing(step::XS);
        let refused = match self.notes.at(&Control::Raise) {
            Some(Told::Refused(words)) => Some(words.clone()),
            _ => None,
        };
        parts = parts.push(refused.map(|words| chip::fact(Tone::Bad, &icon::WARNING, words, None)));
        // Once a server cannot, that is what came of it.
        let raised = self.raised.iter().filter(|_| report.cannot.is_empty());
        for change in raised.flat_map(|raised| &raised.changes) {
            parts = parts.push(chip::fact(Tone::Good, &icon::CHECK, plain::told(change), None));
        }
        Some(parts.into())
    }
}

/// The widest the comparison gets, in logical pixels.
const WIDEST: f32 = 900.0;

/// Where else to go from here.
fn others<'a>() -> Vec<Element<'a, Message>> {
    vec![
        button::words(Button::Quiet, tr!("protection-accounts"), Some(Message::Accounts)),
        button::words(Button::Quiet, tr!("protection-rules"), Some(Message::Rules)),
    ]
}

/// Words on the ground of their tone, with a button beside or below them.
fn banner<'a>(
    tone: Tone,
    lines: Element<'a, Message>,
    act: Option<Element<'a, Message>>,
    narrow: bool,
) -> Element<'a, Message> {
    let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::WARNING };
    let said = row![glyph.view(tone), lines].spacing(step::S).align_y(Alignment::Center);
    let content: Element<'a, Message> = match (act, narrow) {
        (None, _) => said.into(),
        (Some(act), true) => column![said, act].spacing(step::S).into(),
        (Some(act), false) => row![container(said).width(Length::Fill), act]
            .spacing(step::M)
            .align_y(Alignment::Center)
            .into(),
    };
    container(content)
        .padding(step::M)
        .width(Length::Fill)
        .style(tone.boxed(radius::CONTROL))
        .into()
}

/// Buttons side by side, in as many lines as they need.
fn buttons<'a>(all: Vec<Element<'a, Message>>) -> Element<'a, Message> {
    Row::with_children(all).spacing(step::XS).wrap().vertical_spacing(step::XS).into()
}
