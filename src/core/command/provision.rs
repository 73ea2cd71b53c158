//! What a face asks about a provider's document.

use zeroize::Zeroizing;

use super::KeepPassword;
use crate::config::TlsStart;

/// `provision`, `provision.*`, `account.add`
#[derive(Debug, Clone, PartialEq)]
pub enum ProvisionCommand {
    /// `provision`: look for a document, and say what it would change.
    Look(Box<Look>),
    /// `provision.apply`: do what the last preview said.
    Apply(Answers),
    /// `provision.refresh`
    Refresh,
    /// `provision.status`
    Status,
    /// `account.add`: accounts that the user types, where there is no document.
    Add(Box<NewAccounts>),
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// The address, as typed.
    pub address: Option<String>,
    /// The password, as typed.
    pub password: Option<Password>,
    /// A command that prints it, instead.
    pub password_command: Option<String>,
    /// A link to the document: `https://…` or `cusax:https://…`.
    pub url: Option<String>,
    /// Hosts that the user confirmed by name.
    pub confirm: Vec<String>,
}

/// Accounts to add: of both sides, which are then related, or of one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewAccounts {
    /// Chat.
    pub chat: Option<NewChat>,
    /// Telephony.
    pub telephony: Option<NewPhone>,
    /// Where passwords are kept.
    pub keep: KeepPassword,
}

/// A chat account to add, as typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewChat {
    /// Its address.
    pub address: String,
    /// Its password.
    pub password: Option<Password>,
    /// A command that prints it, instead.
    pub password_command: Option<String>,
    /// Where to connect instead of where DNS says: `host:port`.
    pub server: Option<String>,
    /// How TLS begins there; by the port when not said.
    pub tls: Option<TlsStart>,
}

/// A telephony account to add, as typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewPhone {
    /// Its address.
    pub address: String,
    /// Its password; that of chat when not given.
    pub password: Option<Password>,
    /// A command that prints it, instead.
    pub password_command: Option<String>,
    /// The name for signing in, where it is not that of the address.
    pub username: Option<String>,
    /// Where requests go instead of where DNS says: a SIP URI, or `host:port` for TLS.
    pub proxy: Option<String>,
}

/// What the user says to a preview.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// The preview that they were shown, by its id; whichever is the last when absent.
    pub preview: Option<String>,
    /// The consents that they give, by id.
    pub agree: Vec<String>,
    /// Those that they do not.
    pub decline: Vec<String>,
    /// Where passwords are kept.
    pub keep: KeepPassword,
}

/// A password that a face hands over. Its `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub struct Password(pub Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}
