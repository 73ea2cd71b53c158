//! The syntax of SIP URIs (RFC 3261 §19.1.1, §25.1), as far as addresses need it.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{AddressError, Aor, MAX_ADDRESS_LEN};

/// A SIP URI without its password and its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SipUri {
    pub secure: bool,
    /// Unescaped.
    pub user: Option<String>,
    /// In lower case, IPv6 without brackets.
    pub host: String,
    pub port: Option<u16>,
    /// Names in lower case; values as written, but for escapes that need not be there.
    pub params: Vec<(String, Option<String>)>,
}

impl SipUri {
    /// Reads what follows the scheme and its colon.
    pub fn parse(secure: bool, rest: &str) -> Result<Self, AddressError> {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (user, rest) = match rest.split_once('@') {
            Some((userinfo, rest)) => {
                let user = userinfo.split_once(':').map_or(userinfo, |(user, _password)| user);
                (Some(unescape(user)?), rest)
            }
            None => (None, rest),
        };
        if user.as_deref() == Some("") {
            return Err(AddressError::NoUser);
        }
        let rest = rest.split_once('?').map_or(rest, |(before, _headers)| before);
        let mut parts = rest.split(';');
        let (host, port) = host_port(parts.next().unwrap_or_default())?;
        let params = parts
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, value)) => (name.to_ascii_lowercase(), Some(param_value(value))),
                None => (part.to_ascii_lowercase(), None),
            })
            .collect();
        Ok(Self { secure, user, host, port, params })
    }

    /// The parameter's value; `None` also when it has none.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref())
    }

    /// Its address-of-record.
    pub fn aor(self) -> Result<Aor, AddressError> {
        let user = self.user.ok_or(AddressError::NoUser)?;
        let aor = Aor { user, host: self.host };
        // As it is written it must be read again: an escaped byte takes three.
        let longest = aor.user.len() * 3 + aor.host.len() + "sips:[]@".len();
        if longest > MAX_ADDRESS_LEN && aor.to_string().len() > MAX_ADDRESS_LEN {
            return Err(AddressError::TooLong);
        }
        Ok(aor)
    }

    /// The URI as it is put on the wire. Left out are parameters with which the writer of a
    /// card could choose another way or another method than the address says (`maddr`,
    /// `method`, `ttl`, `lr`), and those that are not well-formed.
    pub fn to_wire(&self) -> String {
        let mut text = String::from(if self.secure { "sips:" } else { "sip:" });
        if let Some(user) = &self.user {
            text.push_str(&escape_user(user));
            text.push('@');
        }
        text.push_str(&bracketed(&self.host));
        if let Some(port) = self.port {
            let _ = write!(text, ":{port}");
        }
        for (name, value) in &self.params {
            if matches!(name.as_str(), "maddr" | "method" | "ttl" | "lr") || !is_param(name) {
                continue;
            }
            match value {
                None => {
                    let _ = write!(text, ";{name}");
                }
                Some(value) if is_param(value) => {
                    let _ = write!(text, ";{name}={value}");
                }
                Some(_) => {}
            }
        }
        text
    }
}

/// A parameter's value as others read it: `user=%70hone` is `user=phone` (RFC 3261 §19.1.4).
fn param_value(value: &str) -> String {
    match unescape(value) {
        Ok(plain) if is_param(&plain) && !plain.contains('%') => plain,
        _ => value.to_owned(),
    }
}

/// The text without blanks around it, if it may be read at all.
pub(super) fn checked(text: &str) -> Result<&str, AddressError> {
    if text.len() > MAX_ADDRESS_LEN {
        return Err(AddressError::TooLong);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.chars().any(is_forbidden) {
        return Err(AddressError::Control);
    }
    Ok(text)
}

/// The scheme, when it is one of those that mean something here or has the look of one, and
/// what follows its colon. `alice:secret@host` and `host:5060` have none.
pub(super) fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    const KNOWN: [&str; 10] =
        ["sip", "sips", "tel", "callto", "xmpp", "http", "https", "mailto", "im", "skype"];
    let known = KNOWN.iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
    Some((known, rest))
}

/// The host as it stands in a URI.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// The user part as it stands in a URI: unreserved and user-unreserved characters as they
/// are, all else escaped. So is the slash, though RFC 3261 allows it: a user part that begins
/// with two is taken for the `//` of a web address by us and by others.
pub(super) fn escape_user(user: &str) -> String {
    let mut text = String::with_capacity(user.len());
    for byte in user.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Replaces `%XX`.
pub(in crate::model) fn unescape(text: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            if matches!(byte, b' ' | b'"' | b'<' | b'>') {
                return Err(AddressError::NotAnAddress);
            }
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            let digit = rest.next().and_then(|byte| char::from(byte).to_digit(16));
            digit.and_then(|digit| u8::try_from(digit).ok()).ok_or(AddressError::Escape)
        };
        let (high, low) = (digit()?, digit()?);
        bytes.push(high << 4 | low);
    }
    let text = String::from_utf8(bytes).map_err(|_| AddressError::Escape)?;
    if text.chars().any(is_forbidden) { Err(AddressError::Control) } else { Ok(text) }
}

/// Reads a host in lower case, without brackets, and a port.
pub(in crate::model) fn host_port(text: &str) -> Result<(String, Option<u16>), AddressError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']').ok_or(AddressError::Host)?;
        let host: Ipv6Addr = inside.parse().map_err(|_| AddressError::Host)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port),
            None if after.is_empty() => None,
            None => return Err(AddressError::Host),
        };
        (host.to_string(), port)
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        (host_name(host)?, port)
    };
    let port = port
        .map(|port| match port.parse::<u16>() {
            Ok(number) if number > 0 && !port.starts_with('+') => Ok(number),
            _ => Err(AddressError::Port),
        })
        .transpose()?;
    Ok((host, port))
}

/// A host name in lower case, without a dot at its end; an international one as it is looked up
/// (RFC 5891: the A-labels of what it is written as).
fn host_name(text: &str) -> Result<String, AddressError> {
    let is_international = |label: &str| {
        !label.is_ascii() || label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
    };
    let host = if text.split('.').any(is_international) {
        idna::domain_to_ascii(text).map_err(|_| AddressError::Host)?
    } else {
        text.to_ascii_lowercase()
    };
    let host = host.strip_suffix('.').unwrap_or(&host).to_owned();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(AddressError::Host);
    }
    // RFC 1123 §2.1: what ends in a number is an IPv4 address or nothing.
    let ends_in_number =
        host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if ends_in_number && host.parse::<Ipv4Addr>().is_err() {
        return Err(AddressError::Host);
    }
    Ok(host)
}

/// Control characters, and those with which a text pretends to be another (bidirectional
/// overrides, invisible ones).
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn is_param(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.!~*'()[]/:&+$%".contains(&byte))
}
