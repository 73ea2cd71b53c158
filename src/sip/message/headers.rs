//! Header fields in order, their names compared in any case.

use std::borrow::Cow;
use std::fmt;

use crate::sip::value::{CSeq, NameAddr, Via, pieces, split};

/// One header field.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Its long name, in the letters in which it was written.
    pub name: Cow<'static, str>,
    /// Its value, unfolded and without white space around it.
    pub value: String,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.name.eq_ignore_ascii_case("Authorization")
            || self.name.eq_ignore_ascii_case("Proxy-Authorization");
        let value = if secret { "(hidden)" } else { self.value.as_str() };
        write!(f, "{}: {value}", self.name)
    }
}

/// The header fields of a message, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// None yet, with room for so many.
    pub fn with_capacity(fields: usize) -> Self {
        Self(Vec::with_capacity(fields))
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|h| h.value.as_str())
    }

    /// The values of all fields of this name, one a header line.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    }

    /// The elements of all fields of this name, split at commas outside quotes and `<>`;
    /// empty ones are left out. Not for the four authentication headers, whose commas separate
    /// parameters (RFC 3261 §7.3.1).
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .flat_map(|header| split(&header.value, b','))
            .filter(|element| !element.is_empty())
            .collect()
    }

    /// Whether a comma list of tokens (Supported, Require, Allow …) holds `token`, in any case.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .flat_map(|line| pieces(line, b','))
            .any(|element| element.eq_ignore_ascii_case(token))
    }

    /// Every field in order.
    pub fn iter(&self) -> impl Iterator<Item = &Header> {
        self.0.iter()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push(Header { name: kept(name), value: value.into() });
    }

    /// Adds a field at the start.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(0, Header { name: kept(name), value: value.into() });
    }

    /// Replaces all fields of this name by one, in the place of the first.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let place = self.0.iter().position(|header| header.name.eq_ignore_ascii_case(name));
        self.remove(name);
        let place = place.unwrap_or(self.0.len()).min(self.0.len());
        self.0.insert(place, Header { name: kept(name), value: value.into() });
    }

    /// Replaces the value of the first field of this name, leaving the others.
    pub fn set_first(&mut self, name: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|header| header.name.eq_ignore_ascii_case(name)) {
            Some(header) => header.value = value.into(),
            None => self.push(name, value),
        }
    }

    /// Removes all fields of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|header| !header.name.eq_ignore_ascii_case(name));
    }

    /// The Call-ID.
    pub fn call_id(&self) -> Option<&str> {
        self.get("Call-ID")
    }

    /// The CSeq, if well formed.
    pub fn cseq(&self) -> Option<CSeq> {
        self.get("CSeq")?.parse().ok()
    }

    /// The topmost Via, if well formed.
    pub fn via(&self) -> Option<Via> {
        pieces(self.get("Via")?, b',').next()?.parse().ok()
    }

    /// Replaces the topmost Via, leaving those after it on the same line.
    pub fn set_via(&mut self, via: &Via) {
        let mut line = via.to_string();
        if let Some(old) = self.get("Via") {
            for rest in pieces(old, b',').skip(1) {
                line.push_str(", ");
                line.push_str(rest);
            }
        }
        self.set_first("Via", line);
    }

    /// From, if well formed.
    pub fn from(&self) -> Option<NameAddr> {
        self.get("From")?.parse().ok()
    }

    /// To, if well formed.
    pub fn to(&self) -> Option<NameAddr> {
        self.get("To")?.parse().ok()
    }

    /// The first Contact, if well formed (`*` is not).
    pub fn contact(&self) -> Option<NameAddr> {
        let mut all = self.all("Contact").flat_map(|line| pieces(line, b','));
        all.find(|element| !element.is_empty())?.parse().ok()
    }
}

/// A name to keep; the usual ones need no memory.
fn kept(name: &str) -> Cow<'static, str> {
    const USUAL: [&str; 32] = [
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Contact",
        "Max-Forwards",
        "Content-Length",
        "Content-Type",
        "Allow",
        "Supported",
        "Require",
        "Route",
        "Record-Route",
        "User-Agent",
        "Server",
        "Expires",
        "Event",
        "Call-Info",
        "Authorization",
        "WWW-Authenticate",
        "Proxy-Authorization",
        "Proxy-Authenticate",
        "Session-Expires",
        "Min-SE",
        "Accept",
        "Reason",
        "Refer-To",
        "Referred-By",
        "Subscription-State",
        "P-Asserted-Identity",
        "Date",
    ];
    match USUAL.iter().find(|usual| **usual == name) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn lists_join_lines_and_split_at_commas() {
        let mut headers = Headers::default();
        headers.push("Contact", "\"A, B\" <sip:a,b@c;x=1,2>;q=1, <sip:d@e>");
        headers.push("contact", "<sip:f@g>");
        let list = headers.list("CONTACT");
        assert_eq!(list, ["\"A, B\" <sip:a,b@c;x=1,2>;q=1", "<sip:d@e>", "<sip:f@g>"]);
        assert_eq!(headers.contact().unwrap().display.as_deref(), Some("A, B"));
    }

    #[test]
    fn set_replaces_all_in_place() {
        let mut headers = Headers::default();
        for (name, value) in [("A", "1"), ("B", "2"), ("a", "3"), ("C", "4")] {
            headers.push(name, value);
        }
        headers.set("A", "9");
        let names: Vec<_> = headers.iter().map(|h| (&*h.name, h.value.as_str())).collect();
        assert_eq!(names, [("A", "9"), ("B", "2"), ("C", "4")]);
    }

    #[test]
    fn the_top_via_is_replaced_alone() {
        let mut headers = Headers::default();
        headers.push("Via", "SIP/2.0/UDP one;branch=z9hG4bK1, SIP/2.0/TCP two");
        headers.push("Via", "SIP/2.0/UDP three");
        let mut via = headers.via().unwrap();
        via.params.set("received", Some("192.0.2.1"));
        headers.set_via(&via);
        let lines: Vec<_> = headers.all("via").collect();
        assert_eq!(
            lines,
            [
                "SIP/2.0/UDP one;branch=z9hG4bK1;received=192.0.2.1, SIP/2.0/TCP two",
                "SIP/2.0/UDP three"
            ]
        );
    }

    #[test]
    fn debug_hides_credentials() {
        let mut headers = Headers::default();
        headers.push("Authorization", "Digest response=\"abc\"");
        assert!(!format!("{headers:?}").contains("abc"));
    }
}
