//! Why one side of the service is not connected: the same words for chat and telephony.

mod certificate;

use std::io;
use std::time::Duration;

use super::security::{TlsVersion, Weaker};
pub use certificate::{CertificateFault, RefusedCertificate};

/// What stands between an account and its server, typed so that the core can act on it
/// and worded so that a person can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The server refused the name or the password. Never tried again by itself.
    #[error("The server refused this user name or password. Check them and sign in again.")]
    WrongPassword,
    /// No password could be had (keyring locked or empty, command failed).
    #[error("There is no password for this account: {0}")]
    NoPassword(String),
    /// The host name does not exist.
    #[error("The server “{0}” was not found. Check the address, or the network connection.")]
    UnknownHost(String),
    /// The name exists, yet its DNS says that this service is not offered there.
    #[error("“{0}” does not offer this service.")]
    NotOffered(String),
    /// Nothing listens at the address.
    #[error("{0} refused the connection. The server may be down.")]
    Refused(String),
    /// No way to the address.
    #[error("{0} cannot be reached. Check the network connection.")]
    Unreachable(String),
    /// The server did not answer in time.
    #[error("{0} did not answer in time.")]
    TimedOut(String),
    /// The certificate was not accepted; nothing secret was sent.
    #[error("{0}")]
    Certificate(Box<RefusedCertificate>),
    /// TLS could not be agreed on, for another reason than the certificate.
    #[error("No secure connection could be made: {0}")]
    Tls(String),
    /// The server knows no TLS that holds.
    #[error(
        "The server offers only TLS older than {0}, which does not keep a password safe. No \
         password was sent. Ask the provider to update the server."
    )]
    OldTls(TlsVersion),
    /// The server offers no TLS and the account does not allow to go without.
    #[error("The server offers no encrypted connection, so no password was sent.")]
    NoTls,
    /// The server offers only ways to sign in that are too weak.
    #[error("The server offers no safe way to sign in.")]
    NoMechanism,
    /// The server offers less than it did when the account last signed in, or than the account is
    /// to have. Nothing made of the password was sent, and nothing is by itself.
    #[error("{0}")]
    Downgraded(Weaker),
    /// The server claimed to know the password and does not: it may be another's. Never tried
    /// again by itself.
    #[error(
        "The server could not prove that it is the one that knows this account. Check its address."
    )]
    Impostor,
    /// The server closed the connection or broke the protocol.
    #[error("The connection was lost: {0}.")]
    Lost(String),
    /// Another device took this connection's place.
    #[error("This account was signed in from another place with the same name.")]
    Replaced,
    /// The server answered with a refusal that is not about the password.
    #[error("The server refused: {0}")]
    Rejected(String),
    /// Something on this machine went wrong (a file, a socket).
    #[error("{0}")]
    Local(String),
}

impl From<CertificateFault> for Fault {
    fn from(defect: CertificateFault) -> Self {
        Self::Certificate(Box::new(defect.into()))
    }
}

impl Fault {
    /// A connection that broke off with this error, in words that say something to a person.
    pub fn lost(error: &io::Error) -> Self {
        Self::Lost(match error.kind() {
            io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => "the server or the network broke it off".to_owned(),
            _ => error.to_string(),
        })
    }

    /// The certificate that was refused.
    pub fn certificate(&self) -> Option<&RefusedCertificate> {
        match self {
            Self::Certificate(refused) => Some(refused),
            _ => None,
        }
    }

    /// Whether trying again without the user can help.
    pub fn can_pass(&self) -> bool {
        !matches!(
            self,
            Self::WrongPassword
                | Self::NoPassword(_)
                | Self::Replaced
                | Self::NoMechanism
                | Self::Downgraded(_)
                | Self::Impostor
        )
    }
}

/// The wait before attempt number `attempt` (from 0) to connect again: doubling from two
/// seconds to five minutes, of which a random half to whole is used so that clients of a
/// restarted server do not return in step. `dice` is uniform in 0..=u32::MAX.
pub fn back_off(attempt: u32, dice: u32) -> Duration {
    let whole =
        Duration::from_secs(2).saturating_mul(1 << attempt.min(8)).min(Duration::from_secs(300));
    whole / 2 + (whole / 2).mul_f64(f64::from(dice) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_spread() {
        assert_eq!(back_off(0, 0), Duration::from_secs(1));
        assert_eq!(back_off(0, u32::MAX), Duration::from_secs(2));
        assert_eq!(back_off(3, u32::MAX), Duration::from_secs(16));
        assert_eq!(back_off(u32::MAX, u32::MAX), Duration::from_secs(300));
    }

    #[test]
    fn a_lost_connection_is_told_without_the_library_s_words() {
        let error = io::Error::new(io::ErrorKind::UnexpectedEof, "close_notify: https://docs.rs");
        let said = Fault::lost(&error).to_string();
        assert_eq!(said, "The connection was lost: the server closed the connection.");
    }
}
