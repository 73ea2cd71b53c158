//! The form at an account whose password is missing or was refused.

use std::collections::HashMap;

use iced::widget::{column, row, text_input};
use iced::{Alignment, Element};
use zeroize::Zeroizing;

use crate::core::command::{AccountCommand, Command, KeepPassword};
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{button, field, sheet, small};
use crate::model::account::{Account, ReasonKind};
use crate::model::id::AccountId;
use crate::model::secret::Secret;
use crate::tr;

/// What the person did to it.
#[derive(Clone)]
pub enum Message {
    /// Typed.
    Edit(AccountId, String),
    /// Wants to sign in with what stands there.
    Give(AccountId, KeepPassword),
}

/// Does not show what was typed.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Edit(account, _) => f.debug_tuple("Edit").field(account).finish(),
            Self::Give(account, keep) => f.debug_tuple("Give").field(account).field(keep).finish(),
        }
    }
}

/// What stands in the forms. It is wiped when it is given or replaced; what the field itself
/// holds while the form is shown is the toolkit's.
#[derive(Default)]
pub struct Forms(HashMap<AccountId, Zeroizing<String>>);

impl std::fmt::Debug for Forms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Forms {
    /// Takes in what the person did: the account whose password it is, and the command.
    pub fn update(&mut self, message: Message) -> Option<(AccountId, Command)> {
        match message {
            Message::Edit(account, text) => {
                self.0.insert(account, Zeroizing::new(text));
                None
            }
            Message::Give(account, keep) => {
                let mut typed = self.0.remove(&account).filter(|typed| !typed.is_empty())?;
                let password = Secret::new(std::mem::take(&mut *typed));
                let command = AccountCommand::Password { account: account.clone(), password, keep };
                Some((account, Command::Account(command)))
            }
        }
    }

    /// The form, where the account wants a password.
    pub fn view<'a>(&'a self, account: &'a Account) -> Option<Element<'a, Message>> {
        let kind = account.reason_kind.filter(|kind| kind.wants_password())?;
        let typed = self.0.get(&account.id).map_or("", |typed| typed.as_str());
        let give = |keep| (!typed.is_empty()).then(|| Message::Give(account.id.clone(), keep));
        let id = account.id.clone();
        let placeholder = match kind {
            ReasonKind::PasswordWrong => tr!("sign-in-another-password"),
            _ => tr!("sign-in-password"),
        };
        let field = field::field(
            text_input(placeholder, typed)
                .id(format!("password-{}", account.id))
                .secure(true)
                .on_input(move |text| Message::Edit(id.clone(), text))
                .on_submit_maybe(give(KeepPassword::Session)),
        );
        let choices = row![
            button::words(Button::Primary, tr!("sign-in-use-now"), give(KeepPassword::Session)),
            button::words(Button::Quiet, tr!("sign-in-keep"), give(KeepPassword::Keyring)),
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .wrap();
        let words = tr!("sign-in-password-remark");
        let remark = sheet::long(small(words).style(Tone::Muted.text()));
        Some(column![field, choices, remark].spacing(step::XS).into())
    }
}
