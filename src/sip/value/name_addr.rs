//! From, To, Contact, Route, Record-Route, Refer-To, P-Asserted-Identity: a URI with a display
//! name and parameters (RFC 3261 §20.10).

use std::fmt;
use std::str::FromStr;

use super::scan::{quoted_start, unquoted};
use super::{Params, ValueError, quoted};
use crate::sip::uri::{SipUri, is_uri};

/// A URI with a display name and parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name, unescaped. A claim.
    pub display: Option<String>,
    /// The URI as written, of any scheme.
    pub uri: String,
    /// The header's parameters, not the URI's.
    pub params: Params,
}

impl NameAddr {
    /// Just a URI.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { display: None, uri: uri.into(), params: Params::default() }
    }

    /// The tag, if there is one that is not empty.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// The URI, if it is a well-formed SIP one.
    pub fn sip_uri(&self) -> Option<SipUri> {
        self.uri.parse().ok()
    }
}

impl FromStr for NameAddr {
    type Err = ValueError;

    /// Reads one value. Without `<>` everything after `;` belongs to the header, and a URI
    /// with `,` or `?` is refused (RFC 3261 §20). Spaces inside `<>` at its ends are ignored,
    /// and an unquoted display name may hold more than tokens.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let Parts { display, uri, params } = parts(text)?;
        let display = match display {
            Name::None => None,
            Name::Quoted(content) => Some(unquoted(content)),
            Name::Bare(name) => Some(name.to_owned()),
        };
        Ok(Self {
            display: display.filter(|display| !display.is_empty()),
            uri: uri.to_owned(),
            params: Params::parse(params)?,
        })
    }
}

impl NameAddr {
    /// Checks what [`str::parse`] would read, without keeping it.
    pub(crate) fn check(text: &str) -> Result<(), ValueError> {
        Params::check(parts(text)?.params)
    }
}

/// A value cut up; its parameters are not looked at yet.
struct Parts<'a> {
    display: Name<'a>,
    uri: &'a str,
    params: &'a str,
}

enum Name<'a> {
    None,
    /// Still escaped.
    Quoted(&'a str),
    Bare(&'a str),
}

fn parts(text: &str) -> Result<Parts<'_>, ValueError> {
    let text = text.trim();
    let (display, rest) = match quoted_start(text) {
        Some((display, rest)) => (Name::Quoted(display), rest.trim_start()),
        None => match text.split_once('<') {
            Some((name, _)) if name.contains('"') => return Err(ValueError::Quote),
            Some((name, _)) => {
                (Name::Bare(name.trim_end()), text.get(name.len()..).unwrap_or_default())
            }
            None => return addr_spec(text),
        },
    };
    let inner = rest.strip_prefix('<').ok_or(ValueError::Uri)?;
    let (uri, params) = inner.split_once('>').ok_or(ValueError::Uri)?;
    let params = params.trim_start();
    if !params.is_empty() && !params.starts_with(';') {
        return Err(ValueError::Param);
    }
    let uri = uri.trim();
    if is_uri(uri) { Ok(Parts { display, uri, params }) } else { Err(ValueError::Uri) }
}

fn addr_spec(text: &str) -> Result<Parts<'_>, ValueError> {
    let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    let uri = uri.trim_end();
    if !is_uri(uri) || uri.contains([',', '?']) {
        return Err(ValueError::Uri);
    }
    Ok(Parts { display: Name::None, uri, params })
}

impl fmt::Display for NameAddr {
    /// Always with `<>`; the display name always quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", quoted(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> NameAddr {
        text.parse().unwrap()
    }

    #[test]
    fn parameters_belong_to_the_header_without_brackets() {
        let bare = read("sip:vivekg@example.com ;   tag    = 1918181833n");
        assert_eq!(bare.uri, "sip:vivekg@example.com");
        assert_eq!(bare.tag(), Some("1918181833n"));
        let inside = read("<sip:a@b;x=1>;tag=2");
        assert_eq!((inside.uri.as_str(), inside.params.get("x")), ("sip:a@b;x=1", None));
    }

    #[test]
    fn display_names_of_every_kind() {
        assert_eq!(read("\"J. \\\"Q\\\" <x>\" <sip:a@b>").display.as_deref(), Some("J. \"Q\" <x>"));
        assert_eq!(
            read("Bell, Alexander <sip:a@b>;tag=43").display.as_deref(),
            Some("Bell, Alexander")
        );
        assert_eq!(read("\"\"<sip:a@b>").display, None);
        assert_eq!(read("caller<sip:a@b>").display.as_deref(), Some("caller"));
        assert_eq!(read("< sip:a@b >").uri, "sip:a@b");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for bad in [
            "",
            "<>",
            "\"Mr. J. User <sip:j@example.com>",
            "sip:u@h?Route=%3Csip:x%3E",
            "<sip:a@b",
            "<sip:a@b> x",
            "\"a\" sip:b@c",
            "sip:a@b,c",
            "<sip:a b@c>",
            "nothing",
        ] {
            assert!(bad.parse::<NameAddr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn writes_what_it_read() {
        let mut address = read("\"A\\\\\" <sip:a@b;lr>;tag=1");
        assert_eq!(read(&address.to_string()), address);
        address.display = None;
        assert_eq!(address.to_string(), "<sip:a@b;lr>;tag=1");
    }
}
