//! Via (RFC 3261 §20.42, RFC 3581).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::{Params, ValueError, is_token};
use crate::sip::uri::{Host, check_host_port, host_port};

/// One Via value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP`, `TLS`, or what else was written, as written.
    pub transport: String,
    /// The host of sent-by.
    pub host: Host,
    /// The port of sent-by.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params,
}

impl Via {
    /// The branch, if there is one.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Where the request was seen to come from; with or without brackets (RFC 5118 §4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.get("received")?;
        let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        text.parse().ok()
    }

    /// The port seen, once a server filled `rport` in (RFC 3581 §4).
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport")?.parse().ok()
    }
}

impl FromStr for Via {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (transport, sent_by, params) = parts(text)?;
        let (host, port) = host_port(sent_by)?;
        Ok(Self { transport: transport.to_owned(), host, port, params: Params::parse(params)? })
    }
}

impl Via {
    /// Checks what [`str::parse`] would read, without keeping it.
    pub(crate) fn check(text: &str) -> Result<(), ValueError> {
        let (_, sent_by, params) = parts(text)?;
        check_host_port(sent_by)?;
        Params::check(params)
    }
}

/// (transport, sent-by, parameters)
fn parts(text: &str) -> Result<(&str, &str, &str), ValueError> {
    let (head, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    let (name, rest) = head.split_once('/').ok_or(ValueError::Missing)?;
    let (version, rest) = rest.split_once('/').ok_or(ValueError::Missing)?;
    if !name.trim().eq_ignore_ascii_case("SIP") || version.trim() != "2.0" {
        return Err(ValueError::Version);
    }
    let (transport, sent_by) = rest.trim().split_once([' ', '\t']).ok_or(ValueError::Missing)?;
    if is_token(transport) { Ok((transport, sent_by, params)) } else { Err(ValueError::Missing) }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Via {
        text.parse().unwrap()
    }

    #[test]
    fn white_space_may_stand_anywhere() {
        let via = read("SIP  /    2.0   / UDP  192.168.255.111 : 5070  ; branch= z9hG4bK30239");
        assert_eq!(via.to_string(), "SIP/2.0/UDP 192.168.255.111:5070;branch=z9hG4bK30239");
    }

    #[test]
    fn received_with_and_without_brackets() {
        for text in ["[2001:db8::9:255]", "2001:db8::9:255"] {
            let via =
                read(&format!("SIP/2.0/UDP [2001:db8::9:1];received={text};branch=z9hG4bKas3-111"));
            assert_eq!(via.received(), Some("2001:db8::9:255".parse().unwrap()));
            assert_eq!(via.host, Host::Ip("2001:db8::9:1".parse().unwrap()));
        }
        assert_eq!(read("SIP/2.0/TLS a;rport;branch=z9hG4bK1").rport(), None);
        assert_eq!(read("SIP/2.0/TLS a;rport=5061").rport(), Some(5061));
    }

    #[test]
    fn unknown_transports_pass_and_nonsense_does_not() {
        assert_eq!(read("SIP/2.0/UNKNOWN a.example").transport, "UNKNOWN");
        for bad in [
            "",
            "SIP/2.0/UDP",
            "SIP/7.0/UDP a",
            "SIP/2.0 a",
            "SIP/2.0/UDP a:99999",
            "SIP/2.0/UDP 192.0.2.15;;,;,,",
        ] {
            assert!(bad.parse::<Via>().is_err(), "{bad}");
        }
    }
}
