//! Passwords: from the platform's keyring, from a command of the user, or from the user for
//! this run. They live in memory that is wiped, and are written nowhere but into the keyring.

mod command;
mod keyring;
mod scrub;
mod session;

use std::sync::Arc;

use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::config::PasswordSource;
use crate::model::fault::Fault;

pub use scrub::scrubbed;
pub use session::SessionPasswords;

/// Gives an account's password when it is needed, and again when it is needed again.
pub type PasswordProvider =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Zeroizing<String>, Fault>> + Send + Sync>;

/// The keyring's `service` of chat passwords.
pub const CHAT_SERVICE: &str = "im.dovetail.chat";
/// The keyring's `service` of telephony passwords.
pub const TELEPHONY_SERVICE: &str = "im.dovetail.telephony";

/// Whose password it is: where it is kept in the keyring, and by what it is known in this run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The keyring's `service`.
    pub service: &'static str,
    /// The account's address.
    pub address: String,
}

impl Place {
    /// That of a chat account.
    pub fn chat(jid: impl ToString) -> Self {
        Self { service: CHAT_SERVICE, address: jid.to_string() }
    }

    /// That of a telephony account.
    pub fn phone(aor: impl ToString) -> Self {
        Self { service: TELEPHONY_SERVICE, address: aor.to_string() }
    }
}

/// Fetches a password. A locked keyring asks the user to unlock it, which is waited for up to
/// two minutes; a command has 30 seconds. `service` and `account` name the entry of the
/// keyring and mean nothing to a command.
///
/// # Errors
/// [`Fault::NoPassword`] with the reason in words: the keyring is locked, there is none, it
/// has no such entry, the command failed, printed nothing or took too long.
pub async fn password(
    source: &PasswordSource,
    service: &str,
    account: &str,
) -> Result<Zeroizing<String>, Fault> {
    match source {
        PasswordSource::Keyring => keyring::get(service, account).await,
        PasswordSource::Command(line) => command::first_line(line, command::LIMIT).await,
    }
    .map_err(|error| Fault::NoPassword(error.to_string()))
}

/// Keeps a password in the platform's keyring, in place of an earlier one.
///
/// # Errors
/// [`Fault::Local`] with the reason in words.
pub async fn store_password(
    service: &str,
    account: &str,
    password: Zeroizing<String>,
) -> Result<(), Fault> {
    keyring::set(service, account, password)
        .await
        .map_err(|error| Fault::Local(format!("The password could not be kept: {error}")))
}

/// Removes a password from the platform's keyring; none is not an error.
///
/// # Errors
/// [`Fault::Local`] with the reason in words.
pub async fn forget_password(service: &str, account: &str) -> Result<(), Fault> {
    match keyring::delete(service, account).await {
        Ok(()) | Err(SecretError::NoEntry) => Ok(()),
        Err(error) => Err(Fault::Local(format!("The password could not be removed: {error}"))),
    }
}

/// Why there is no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum SecretError {
    #[error("the keyring holds none yet")]
    NoEntry,
    #[error(
        "the keyring is locked. Unlock it and connect again, enter the password for this time, \
         or let a command print it (password_command)"
    )]
    Locked,
    #[error(
        "this computer has no keyring service running. Enter the password each time, or let a \
         command print it (password_command)"
    )]
    NoStore,
    #[error("the keyring did not answer; a question of it may wait for you")]
    NoAnswer,
    #[error("the keyring holds several; remove all but one")]
    Several,
    #[error("the keyring failed: {0}")]
    Keyring(String),
    #[error("what was found is not text")]
    NotText,
    #[error("the password command could not be run: {0}")]
    NotRun(std::io::ErrorKind),
    #[error("the password command failed ({0})")]
    CommandFailed(std::process::ExitStatus),
    #[error("the password command printed nothing")]
    NothingPrinted,
    #[error("the password command printed too long a line")]
    TooLong,
    #[error("the password command took longer than {} seconds", .0.as_secs())]
    TookTooLong(std::time::Duration),
}
