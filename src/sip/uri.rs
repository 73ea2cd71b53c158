//! SIP and SIPS URIs (RFC 3261 §19.1), and what all URIs share.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::value::{Param, Params, ValueError};

/// A `sip:` or `sips:` URI.
#[derive(Clone, PartialEq, Eq)]
pub struct SipUri {
    /// `sips:`.
    pub secure: bool,
    /// The user part, escaped as written.
    pub user: Option<String>,
    /// The deprecated password, escaped as written.
    pub password: Option<String>,
    /// The host.
    pub host: Host,
    /// The port.
    pub port: Option<u16>,
    /// The parameters, escaped as written.
    pub params: Params,
    /// What follows `?`, escaped as written.
    pub headers: Option<String>,
}

impl SipUri {
    /// The user part without escapes; `None` when there is none or it is no UTF-8.
    pub fn user_text(&self) -> Option<String> {
        unescape(self.user.as_deref()?)
    }

    /// Whether two URIs name the same resource (RFC 3261 §19.1.4). Not transitive.
    pub fn equivalent(&self, other: &Self) -> bool {
        self.secure == other.secure
            && same_escaped(self.user.as_deref(), other.user.as_deref())
            && same_escaped(self.password.as_deref(), other.password.as_deref())
            && self.host == other.host
            && self.port == other.port
            && same_params(&self.params, &other.params)
            && same_headers(self.headers.as_deref(), other.headers.as_deref())
    }
}

impl FromStr for SipUri {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if !is_uri(text) {
            return Err(ValueError::Uri);
        }
        let (scheme, rest) = text.split_once(':').ok_or(ValueError::Uri)?;
        let secure = match scheme {
            _ if scheme.eq_ignore_ascii_case("sip") => false,
            _ if scheme.eq_ignore_ascii_case("sips") => true,
            _ => return Err(ValueError::Uri),
        };
        let (userinfo, rest) = match rest.split_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, rest),
        };
        let (user, password) = match userinfo.map(|info| (info, info.split_once(':'))) {
            Some((_, Some((user, password)))) => (Some(user), Some(password)),
            Some((user, None)) => (Some(user), None),
            None => (None, None),
        };
        if user.is_some_and(|user| user.is_empty() || !well_escaped(user)) {
            return Err(ValueError::Uri);
        }
        let (rest, headers) = match rest.split_once('?') {
            Some((rest, headers)) => (rest, Some(headers.to_owned())),
            None => (rest, None),
        };
        let (hostport, params) = match rest.split_once(';') {
            Some((hostport, params)) => (hostport, Params::parse_uri(params)?),
            None => (rest, Params::default()),
        };
        let (host, port) = host_port(hostport)?;
        Ok(Self {
            secure,
            user: user.map(str::to_owned),
            password: password.map(str::to_owned),
            host,
            port,
            params,
            headers,
        })
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)?;
        if let Some(headers) = &self.headers {
            write!(f, "?{headers}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "hidden".to_owned());
        write!(f, "{}", Self { password, ..self.clone() })
    }
}

/// A host of a URI or a Via.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, in lower case.
    Name(String),
    /// A numeric address.
    Ip(IpAddr),
}

impl Host {
    /// Without the brackets of an IPv6 address: as a resolver or a certificate wants it.
    pub fn to_bare_string(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Ip(address) => address.to_string(),
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address)
    }
}

impl FromStr for Host {
    type Err = ValueError;

    /// A name, an IPv4 address, or an IPv6 address in brackets.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(match host(text)? {
            Raw::Ip(address) => Self::Ip(address),
            Raw::Name(name) => Self::Name(name.to_ascii_lowercase()),
        })
    }
}

/// A host as written.
enum Raw<'a> {
    Name(&'a str),
    Ip(IpAddr),
}

fn host(text: &str) -> Result<Raw<'_>, ValueError> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(ValueError::Host)?;
        return inner
            .parse::<Ipv6Addr>()
            .map(|address| Raw::Ip(address.into()))
            .map_err(|_| ValueError::Host);
    }
    if let Ok(address) = text.parse::<std::net::Ipv4Addr>() {
        return Ok(Raw::Ip(address.into()));
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let numeric = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if name.len() > 253 || numeric || !name.split('.').all(label) {
        return Err(ValueError::Host);
    }
    Ok(Raw::Name(name))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// Reads `host[:port]`, white space round the parts allowed (RFC 3261 §20.42).
///
/// # Errors
/// `Host` and `Number`.
pub fn host_port(text: &str) -> Result<(Host, Option<u16>), ValueError> {
    let (host, port) = cut_port(text)?;
    Ok((host.parse()?, port))
}

/// Checks what [`host_port`] would read, without keeping it.
pub(crate) fn check_host_port(text: &str) -> Result<(), ValueError> {
    host(cut_port(text)?.0).map(drop)
}

fn cut_port(text: &str) -> Result<(&str, Option<u16>), ValueError> {
    let text = text.trim();
    let end = match text.strip_prefix('[') {
        Some(_) => text.find(']').ok_or(ValueError::Host)? + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at_checked(end).ok_or(ValueError::Host)?;
    let port = match rest.trim_start() {
        "" => None,
        rest => {
            let digits = rest.strip_prefix(':').ok_or(ValueError::Host)?.trim_start();
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(ValueError::Number);
            }
            let port: u16 = digits.parse().map_err(|_| ValueError::Number)?;
            Some(port).filter(|port| *port != 0).ok_or(ValueError::Number)?.into()
        }
    };
    Ok((host.trim_end(), port))
}

/// Whether `text` has the outer form of an absolute URI: a scheme, a colon, something after it,
/// and none of the characters that never stand in a URI.
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && !rest.bytes().any(|byte| byte <= b' ' || byte == 0x7f || b"<>\"".contains(&byte))
}

/// Resolves `%HH`; `None` for a broken escape or a result that is no UTF-8.
pub fn unescape(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn well_escaped(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|part| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// Escapes compare as what they stand for, byte for byte, with case.
fn same_escaped(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || normal(one) == normal(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The octets that an escaped text stands for; a broken escape stands for itself.
fn normal(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let hex = from.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(b'%'));
        rest = from.get(if hex.is_some() { 3 } else { 1 }..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// A parameter in both must match; these must be in both or none (RFC 3261 §19.1.4 and its
/// examples). Of a name that stands twice, against the grammar, the first counts.
fn same_params(one: &Params, other: &Params) -> bool {
    let strict = ["user", "ttl", "method", "maddr", "transport"];
    let within = |one: &Params, other: &Params| {
        one.iter().map(Param::name).all(|name| match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) => normal(one).eq_ignore_ascii_case(&normal(other)),
            _ => !strict.iter().any(|strict| strict.eq_ignore_ascii_case(name)),
        })
    };
    within(one, other) && within(other, one)
}

/// Headers count always, in any order.
fn same_headers(one: Option<&str>, other: Option<&str>) -> bool {
    let parts = |headers: Option<&str>| {
        let mut parts: Vec<_> = headers
            .unwrap_or_default()
            .split('&')
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                (name.to_ascii_lowercase(), normal(value))
            })
            .collect();
        parts.sort();
        parts
    };
    parts(one) == parts(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> SipUri {
        text.parse().unwrap()
    }

    #[test]
    fn every_part_is_told_apart_and_written_back() {
        let text = "sips:user;par=u%40example.net:pw@[2001:db8::10]:5070;lr;transport=tls?Route=%3Csip:a%3E";
        let uri = read(text);
        assert!(uri.secure);
        assert_eq!(uri.user_text().as_deref(), Some("user;par=u@example.net"));
        assert_eq!(uri.password.as_deref(), Some("pw"));
        assert_eq!((uri.port, uri.params.get("TRANSPORT")), (Some(5070), Some("tls")));
        assert_eq!(uri.headers.as_deref(), Some("Route=%3Csip:a%3E"));
        assert_eq!(uri.to_string(), text);
        assert!(!format!("{uri:?}").contains("pw"));
        let odd = read(
            "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
        );
        assert_eq!(odd.user.as_deref(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
        assert_eq!(read("sip:[2001:db8::10:5070]").port, None);
        assert_eq!(read("SIP:Example.COM").host, Host::Name("example.com".to_owned()));
    }

    #[test]
    fn malformed_ones_are_refused() {
        for bad in [
            "sip:",
            "sip:@a",
            "sip:a@",
            "http://a",
            "sip:a@b@c",
            "sip:a@b:",
            "sip:a@b:0",
            "sip:a@b:65536",
            "sip:a@2001:db8::1",
            "sip:a@[::1",
            "sip:a@[:::1]",
            "sip:a%4@b",
            "sip:a%zz@b",
            "sip:a b@c",
            "sip:a@b_c..d",
            "sip:a@1.2.3.256",
            "sip:a@b;;x",
            "sip:a@b;=x",
            "<sip:a@b>",
            "sip:a@b c",
        ] {
            assert!(bad.parse::<SipUri>().is_err(), "{bad}");
        }
    }

    #[test]
    fn rfc_3261_equal_uris() {
        for (one, other) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(read(one).equivalent(&read(other)), "{one} {other}");
        }
    }

    #[test]
    fn rfc_3261_unequal_uris() {
        for (one, other) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            ("sip:a@b", "sips:a@b"),
        ] {
            assert!(!read(one).equivalent(&read(other)), "{one} {other}");
        }
    }
}
