//! SIP messages as values (RFC 3261 §7). `wire` reads and writes them.

mod headers;

use std::fmt;

pub use headers::{Header, Headers};

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

impl Message {
    /// The header fields.
    pub fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }
}

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The Request-URI as on the wire.
    pub uri: String,
    /// The header fields.
    pub headers: Headers,
    /// The body: any octets.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without header fields and body.
    pub fn new(method: Method, uri: impl Into<String>) -> Self {
        Self { method, uri: uri.into(), headers: Headers::default(), body: Vec::new() }
    }
}

/// A response.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code, 100 to 699.
    pub status: u16,
    /// The reason phrase; may be empty.
    pub reason: String,
    /// The header fields.
    pub headers: Headers,
    /// The body: any octets.
    pub body: Vec<u8>,
}

impl Response {
    /// The start of a response to `request`: every Via, From, To, Call-ID and CSeq are copied
    /// (RFC 3261 §8.2.6.2), Timestamp as well into a 100 (§8.2.6.1). The To tag is left to the
    /// caller. Without `reason` the usual phrase of the status is taken.
    pub fn to_request(request: &Request, status: u16, reason: Option<&str>) -> Self {
        let mut headers = Headers::default();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in request.headers.all(name) {
                headers.push(name, value);
            }
        }
        if status == 100
            && let Some(timestamp) = request.headers.get("Timestamp")
        {
            headers.push("Timestamp", timestamp);
        }
        let reason = reason.map_or_else(|| reason_phrase(status), str::to_owned);
        Self { status, reason, headers, body: Vec::new() }
    }
}

/// The usual reason phrase of a status code (RFC 3261 §21 and later); that of its class for a
/// code without a registered one.
pub fn reason_phrase(status: u16) -> String {
    // rsip takes 201 for Accepted, and 202 for unknown.
    if status == 202 {
        return "Accepted".to_owned();
    }
    let code = rsip::StatusCode::from(status);
    if !matches!(code, rsip::StatusCode::Other(..) | rsip::StatusCode::Accepted) {
        let text = code.to_string();
        let name = text.split_once(' ').map_or("", |(_, name)| name);
        return spaced(name);
    }
    match status {
        100..200 => "Session Progress",
        200..300 => "OK",
        300..400 => "Multiple Choices",
        400..500 => "Bad Request",
        500..600 => "Server Internal Error",
        _ => "Decline",
    }
    .to_owned()
}

/// "BusyHere" → "Busy Here".
fn spaced(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && lower {
            text.push(' ');
        }
        lower = letter.is_ascii_lowercase();
        text.push(letter);
    }
    text
}

/// A method; compared with case (RFC 3261 §7.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Method {
    /// INVITE (RFC 3261).
    Invite,
    /// ACK (RFC 3261).
    Ack,
    /// BYE (RFC 3261).
    Bye,
    /// CANCEL (RFC 3261).
    Cancel,
    /// REGISTER (RFC 3261).
    Register,
    /// OPTIONS (RFC 3261).
    Options,
    /// INFO (RFC 6086).
    Info,
    /// UPDATE (RFC 3311).
    Update,
    /// PRACK (RFC 3262).
    Prack,
    /// REFER (RFC 3515).
    Refer,
    /// SUBSCRIBE (RFC 6665).
    Subscribe,
    /// NOTIFY (RFC 6665).
    Notify,
    /// MESSAGE (RFC 3428).
    Message,
    /// Any other token.
    Other(String),
}

impl Method {
    /// As on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Register => "REGISTER",
            Self::Options => "OPTIONS",
            Self::Info => "INFO",
            Self::Update => "UPDATE",
            Self::Prack => "PRACK",
            Self::Refer => "REFER",
            Self::Subscribe => "SUBSCRIBE",
            Self::Notify => "NOTIFY",
            Self::Message => "MESSAGE",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Method {
    fn from(name: &str) -> Self {
        match name {
            "INVITE" => Self::Invite,
            "ACK" => Self::Ack,
            "BYE" => Self::Bye,
            "CANCEL" => Self::Cancel,
            "REGISTER" => Self::Register,
            "OPTIONS" => Self::Options,
            "INFO" => Self::Info,
            "UPDATE" => Self::Update,
            "PRACK" => Self::Prack,
            "REFER" => Self::Refer,
            "SUBSCRIBE" => Self::Subscribe,
            "NOTIFY" => Self::Notify,
            "MESSAGE" => Self::Message,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_words() {
        assert_eq!(reason_phrase(200), "OK");
        assert_eq!(reason_phrase(202), "Accepted");
        assert_eq!(reason_phrase(486), "Busy Here");
        assert_eq!(reason_phrase(481), "Call Transaction Does Not Exist");
        assert_eq!(reason_phrase(699), "Decline");
    }

    #[test]
    fn methods_know_case() {
        assert_eq!(Method::from("INVITE"), Method::Invite);
        assert_eq!(Method::from("invite"), Method::Other("invite".to_owned()));
        assert_eq!(Method::from("RE%47IST%45R").as_str(), "RE%47IST%45R");
    }

    #[test]
    fn a_response_copies_what_it_must() {
        let mut request = Request::new(Method::Options, "sip:a@b");
        for (name, value) in [
            ("Via", "SIP/2.0/UDP one;branch=z9hG4bK1"),
            ("Via", "SIP/2.0/UDP two;branch=z9hG4bK2"),
            ("Max-Forwards", "70"),
            ("From", "<sip:a@b>;tag=1"),
            ("To", "<sip:c@d>"),
            ("Call-ID", "x"),
            ("CSeq", "1 OPTIONS"),
        ] {
            request.headers.push(name, value);
        }
        let response = Response::to_request(&request, 404, None);
        assert_eq!((response.status, response.reason.as_str()), (404, "Not Found"));
        assert_eq!(response.headers.all("via").count(), 2);
        assert_eq!(response.headers.get("Max-Forwards"), None);
        assert_eq!(response.headers.get("cseq"), Some("1 OPTIONS"));
    }
}
