//! Jitsi's `sip-communicator.properties`: its accounts, and which telephony account it joins
//! to which chat account (`cusax.XMPP_ACCOUNT_ID`).
//!
//! [`read`] gives the accounts, [`plan()`] says what would be added to a configuration.
//! Passwords are not looked at: Jitsi scrambles them, or encrypts them under its master
//! password.

mod account;
mod plan;
mod relation;
#[cfg(test)]
mod tests;
mod words;

pub use account::{Account, Encryption, Kind, Proxy, Sip, Xmpp};
pub use plan::{Plan, Planned, Skipped, plan};
pub use words::{Note, Reason, Unjoined};

use super::properties::{Properties, PropertiesError};

/// What all of Jitsi's own keys begin with.
const ROOT: &str = "net.java.sip.communicator.";
/// The most accounts that are looked at.
pub const MAX_ACCOUNTS: usize = 200;

/// Why a file is not taken for Jitsi's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JitsiError {
    /// Too much of it.
    #[error(transparent)]
    Properties(#[from] PropertiesError),
    /// None of Jitsi's keys.
    #[error("holds no settings of Jitsi")]
    NotJitsi,
    /// More than [`MAX_ACCOUNTS`].
    #[error("has more accounts than the {MAX_ACCOUNTS} that are looked at")]
    TooManyAccounts,
}

/// Reads the accounts, in the order of their names in the file.
///
/// # Errors
/// When the file is too long, has none of Jitsi's keys, or more accounts than anybody has.
pub fn read(bytes: &[u8]) -> Result<Vec<Account>, JitsiError> {
    let properties = Properties::read(bytes, is_wanted)?;
    if properties.is_empty() {
        return Err(JitsiError::NotJitsi);
    }
    let accounts: Vec<Account> = account::accounts(&properties).take(MAX_ACCOUNTS + 1).collect();
    if accounts.len() > MAX_ACCOUNTS {
        return Err(JitsiError::TooManyAccounts);
    }
    Ok(accounts)
}

/// Jitsi's keys, but no secret of any kind.
fn is_wanted(key: &str) -> bool {
    key.starts_with(ROOT) && !key.ends_with("PASSWORD") && !key.ends_with("MASTER")
}

/// The longest piece of the file that is shown, in characters.
const LONGEST: usize = 120;

/// A stranger's text, safe to show among our words.
fn safe(text: &str) -> String {
    crate::sip::text::safe(text).chars().take(LONGEST).collect()
}
