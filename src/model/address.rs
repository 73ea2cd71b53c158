//! Addresses of telephony, parsed once into types and compared as types (CUSAX C36):
//! never as substrings, never by the user part alone.
//!
//! [`Dialable::parse`] reads whatever a person, a card or a web page calls a number; its
//! [`AddressKey`] is what two of them are compared by.

mod dial;
mod number;
mod numbering;
mod plan;
mod special;
#[cfg(test)]
mod tests;
mod uri;

use std::fmt;

pub use dial::Dialable;
pub use numbering::{code_digits, is_dear};
pub use plan::DialPlan;

use crate::model::account::Transport;
use uri::SipUri;
pub(crate) use uri::is_forbidden;
pub(in crate::model) use uri::{host_port, unescape};

/// The longest text that is read as an address, in bytes.
pub const MAX_ADDRESS_LEN: usize = 512;

/// A SIP address-of-record, in the form in which two of them are compared: user part
/// unescaped and case-sensitive, host in lower case; scheme, port, password, parameters and
/// headers left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aor {
    user: String,
    host: String,
}

impl Aor {
    /// Reads `sip:alice@cusax.test`, its `sips:` form, or `alice@cusax.test`.
    ///
    /// # Errors
    /// When the text is longer than [`MAX_ADDRESS_LEN`], has control characters (also
    /// escaped ones), has another scheme, or lacks a user or a well-formed host.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = uri::checked(text)?;
        let parsed = match uri::split_scheme(text) {
            Some(("sip", rest)) => SipUri::parse(false, rest)?,
            Some(("sips", rest)) => SipUri::parse(true, rest)?,
            Some((scheme, _)) => return Err(AddressError::Scheme(scheme.to_owned())),
            None => SipUri::parse(false, text)?,
        };
        parsed.aor()
    }

    /// The user part, unescaped.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The host in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// As `sip:user@host`, escaped where RFC 3261 §25.1 asks for it.
impl fmt::Display for Aor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sip:{}@{}", uri::escape_user(&self.user), uri::bracketed(&self.host))
    }
}

impl std::str::FromStr for Aor {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Whether a text is a `sip:` or `sips:` URI that can be called. It may have no user, as a mailbox
/// of a service has none.
pub(crate) fn is_sip_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let known = |scheme: &str| ["sip", "sips"].iter().any(|sip| scheme.eq_ignore_ascii_case(sip));
    scheme.is_some_and(known) && (Aor::parse(text).is_ok() || SipTarget::parse(text).is_ok())
}

/// Reads a host, in the form in which two of them are compared.
pub(crate) fn host(text: &str) -> Result<String, AddressError> {
    match uri::host_port(text)? {
        (host, None) => Ok(host),
        (_, Some(_)) => Err(AddressError::Host),
    }
}

/// A SIP URI to send to: an outbound proxy, such as `sip:127.0.0.1:5061;transport=tls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SipTarget {
    /// `sips:` was written.
    pub secure: bool,
    /// A DNS name, or an IP address without brackets.
    pub host: String,
    /// The port, if given.
    pub port: Option<u16>,
    /// The `transport` parameter, if given.
    pub transport: Option<Transport>,
}

impl SipTarget {
    /// Reads a `sip:` or `sips:` URI without a user part. Parameters other than `transport`
    /// (such as `lr`) are accepted and left out.
    ///
    /// # Errors
    /// As [`Aor::parse`]; and for a user part, a transport that is not `tls`, `tcp` or
    /// `udp`, or `sips:` over UDP.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = uri::checked(text)?;
        let parsed = match uri::split_scheme(text) {
            Some(("sip", rest)) => SipUri::parse(false, rest)?,
            Some(("sips", rest)) => SipUri::parse(true, rest)?,
            Some((scheme, _)) => return Err(AddressError::Scheme(scheme.to_owned())),
            None => return Err(AddressError::NotAnAddress),
        };
        if parsed.user.is_some() {
            return Err(AddressError::UnexpectedUser);
        }
        let transport = match parsed.param("transport") {
            None => None,
            Some(name) if name.eq_ignore_ascii_case("tls") => Some(Transport::Tls),
            Some(name) if name.eq_ignore_ascii_case("tcp") => Some(Transport::Tcp),
            Some(name) if name.eq_ignore_ascii_case("udp") && !parsed.secure => {
                Some(Transport::Udp)
            }
            Some(name) => return Err(AddressError::Transport(name.to_owned())),
        };
        Ok(Self { secure: parsed.secure, host: parsed.host, port: parsed.port, transport })
    }
}

impl fmt::Display for SipTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", if self.secure { "sips" } else { "sip" }, uri::bracketed(&self.host))?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        match self.transport {
            None => Ok(()),
            Some(Transport::Tls) => f.write_str(";transport=tls"),
            Some(Transport::Tcp) => f.write_str(";transport=tcp"),
            Some(Transport::Udp) => f.write_str(";transport=udp"),
        }
    }
}

/// What two addresses of telephony are compared by. Keys are equal exactly when the
/// addresses reach the same line (C36).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressKey {
    /// A SIP address-of-record that is not a telephone number; so is a number that means
    /// something at one host only: `1234` at the own provider is `sip:1234@…` there.
    Sip(Aor),
    /// A telephone number in E.164 with its `+` and without separators; an extension
    /// follows as `;ext=12`, for it is another line.
    Phone(String),
    /// A number that means something only in one place, which is no host that it is dialled at.
    Local {
        /// Digits, `*` and `#`; an extension follows as above.
        digits: String,
        /// The domain in lower case where it means something; `None` when that is not
        /// known, and then it says nothing about who owns it.
        context: Option<String>,
    },
}

impl AddressKey {
    /// Whether equality of this key says that two addresses belong to the same person. It
    /// does not for local numbers of an unknown place nor for the placeholder hosts of
    /// anonymous calls (`anonymous.invalid`, RFC 3323 §4.1.1.3).
    pub fn identifies(&self) -> bool {
        match self {
            Self::Sip(aor) => {
                aor.host != "invalid"
                    && !aor.host.ends_with(".invalid")
                    && !aor.user.eq_ignore_ascii_case("anonymous")
            }
            Self::Phone(_) => true,
            Self::Local { context, .. } => context.is_some(),
        }
    }
}

/// As a person would write it: `sip:bob@cusax.test`, `+13035551212`, `1234`; with the place where
/// it means something, when that is known: `112;phone-context=biloxi.test` helps nobody here.
impl fmt::Display for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(aor) => aor.fmt(f),
            Self::Phone(number) => f.write_str(number),
            Self::Local { digits, context: None } => f.write_str(digits),
            Self::Local { digits, context: Some(context) } => {
                write!(f, "{digits};phone-context={context}")
            }
        }
    }
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was written.
    #[error("No address was given.")]
    Empty,
    /// Longer than [`MAX_ADDRESS_LEN`].
    #[error("The address is too long.")]
    TooLong,
    /// Control characters, bare or escaped.
    #[error("The address contains characters that cannot be in an address.")]
    Control,
    /// Neither a URI, nor `user@host`, nor a number.
    #[error("This is neither a SIP address nor a telephone number.")]
    NotAnAddress,
    /// A URI of a kind that is not used here.
    #[error("“{0}:” addresses cannot be used here.")]
    Scheme(String),
    /// No user part.
    #[error("The address lacks the part before the “@”.")]
    NoUser,
    /// A user part where only a host belongs.
    #[error("A server's address has no part before an “@”.")]
    UnexpectedUser,
    /// The host is neither a name nor an IP address.
    #[error("The part after the “@” is not a host name.")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("The port is not a number from 1 to 65535.")]
    Port,
    /// A `%` that no two hexadecimal digits follow, or that spells no UTF-8.
    #[error("The address contains a broken “%” escape.")]
    Escape,
    /// The `transport` parameter is unknown, or contradicts `sips:`.
    #[error("The transport “{0}” cannot be used; use tls, tcp or udp.")]
    Transport(String),
    /// A number that no place gives a meaning to.
    #[error("This number needs a telephony account, or its country code with a “+”.")]
    LocalNumber,
}
