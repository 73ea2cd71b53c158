//! Why a message was not taken: what came back of it, in words for a person.

/// The longest reason that is kept, in bytes: a stranger's server may have written it.
pub const LONGEST: usize = 300;

/// Why a message came back, or never went out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The domain of the address leads to no server.
    #[error("No server was found for this address. Check how it is written.")]
    NoServer,
    /// It does, and that did not answer.
    #[error("The server of this address did not answer.")]
    Silent,
    /// There is nobody of this name, or nobody who takes messages from us.
    #[error("Nobody at this address takes your messages.")]
    Nobody,
    /// We block the address (XEP-0191).
    #[error("You have blocked this address.")]
    Blocked,
    /// It was forbidden.
    #[error("The server does not let you write to this address.")]
    Forbidden,
    /// The address was given up.
    #[error("This address is no longer in use.")]
    Gone,
    /// There is no room for more.
    #[error("There is no room for more messages at this address.")]
    Full,
    /// It cannot be written as XML.
    #[error("It holds characters that cannot be sent.")]
    Unsendable,
    /// More wait than are kept.
    #[error("Too many messages wait to be sent.")]
    TooMany,
    /// Another reason, in the server's own words or by its name.
    #[error("The server refused it: {0}.")]
    Other(String),
}

impl Refusal {
    /// In words, bounded.
    pub fn reason(&self) -> String {
        bounded(self.to_string())
    }
}

/// A reason no longer than is kept.
pub fn bounded(mut reason: String) -> String {
    if reason.len() > LONGEST {
        reason.truncate(reason.floor_char_boundary(LONGEST - '…'.len_utf8()));
        reason.push('…');
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_bounded() {
        let long = Refusal::Other("ü".repeat(500)).reason();
        assert!(long.len() <= LONGEST && long.ends_with("ü…"), "{long}");
        assert_eq!(Refusal::Gone.reason(), "This address is no longer in use.");
    }
}
