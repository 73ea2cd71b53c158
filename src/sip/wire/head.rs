//! The start line and the header fields.

use super::{MAX_HEADER, MAX_HEADERS, WireFault};
use crate::sip::message::{Headers, Method};
use crate::sip::value::is_token;

/// A start line.
pub(super) enum Start {
    Request { method: Method, uri: String },
    Response { status: u16, reason: String },
}

/// What was read of a head; `fault` is the first thing wrong with the header lines.
pub(super) struct Head {
    pub start: Result<Start, WireFault>,
    /// What a request of another version or with a bad line seems to be: for the refusal.
    pub likely: Option<(Method, String)>,
    pub headers: Headers,
    pub fault: Option<WireFault>,
}

/// Where the body begins: after the first empty line at or after `from`.
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let found = bytes.get(from..)?.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(from + found + 4)
}

/// Reads a head. Lines end with CRLF; a line that starts with white space continues the one
/// before. A line without a name is left out (RFC 3261 §8.2: ignore what is not needed); octets
/// that are no UTF-8 become U+FFFD.
pub(super) fn read(bytes: &[u8]) -> Head {
    let mut lines = Lines(Some(bytes));
    let first = lines.next().unwrap_or_default();
    let (start, likely) = start_line(first);
    let mut head = Head { start, likely, headers: Headers::default(), fault: None };
    let mut field: Vec<u8> = Vec::new();
    for line in lines {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if !field.is_empty() {
                field.push(b' ');
                field.extend_from_slice(line.trim_ascii());
            }
        } else {
            add(&mut head, &field);
            field.clear();
            field.extend_from_slice(line);
        }
        if field.len() > MAX_HEADER {
            head.fault.get_or_insert(WireFault::TooLarge);
            field.clear();
        }
    }
    add(&mut head, &field);
    head
}

/// The one Content-Length, if any.
pub(super) fn content_length(headers: &Headers) -> Result<Option<usize>, WireFault> {
    let mut all = headers.all("Content-Length");
    let Some(text) = all.next() else {
        return Ok(None);
    };
    if all.next().is_some() || text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WireFault::ContentLength);
    }
    text.parse().map(Some).map_err(|_| WireFault::ContentLength)
}

struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        match rest.windows(2).position(|two| two == b"\r\n") {
            Some(at) => {
                self.0 = rest.get(at + 2..);
                rest.get(..at)
            }
            None => self.0.take(),
        }
    }
}

type Likely = Option<(Method, String)>;

fn start_line(line: &[u8]) -> (Result<Start, WireFault>, Likely) {
    if line.len() > MAX_HEADER {
        return (Err(WireFault::TooLarge), None);
    }
    let text = text(line);
    if let Some((version, rest)) = text.split_at_checked(8)
        && version.eq_ignore_ascii_case("SIP/2.0 ")
    {
        return (status_line(rest), None);
    }
    let Some((method, rest)) = text.split_once(' ').filter(|(method, _)| is_token(method)) else {
        return (Err(WireFault::Start), None);
    };
    let trimmed = rest.trim();
    let (uri, version) = trimmed.rsplit_once(' ').unwrap_or((trimmed, ""));
    let Some(number) = version.get(..4).filter(|name| name.eq_ignore_ascii_case("SIP/")) else {
        return (Err(WireFault::Start), None);
    };
    let likely = Some((Method::from(method), uri.trim().to_owned()));
    if version.get(number.len()..) != Some("2.0") {
        return (Err(WireFault::Version), likely);
    }
    // One space between the parts, none elsewhere (RFC 3261 §7.1).
    if trimmed != rest || uri.is_empty() || uri.contains(char::is_whitespace) {
        return (Err(WireFault::Start), likely);
    }
    (Ok(Start::Request { method: Method::from(method), uri: uri.to_owned() }), None)
}

fn status_line(rest: &str) -> Result<Start, WireFault> {
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WireFault::Start);
    }
    match code.parse() {
        Ok(status @ 100..=699) => Ok(Start::Response { status, reason: reason.to_owned() }),
        _ => Err(WireFault::Start),
    }
}

fn add(head: &mut Head, field: &[u8]) {
    let field = text(field);
    let Some((name, value)) = field.split_once(':') else {
        return;
    };
    let name = name.trim_end_matches([' ', '\t']);
    if !is_token(name) {
        return;
    }
    if head.headers.len() >= MAX_HEADERS {
        head.fault.get_or_insert(WireFault::TooLarge);
        return;
    }
    head.headers.push(long_name(name), value.trim_matches([' ', '\t']));
}

/// A CR or LF that ends no line becomes a space: a value never holds one.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace(['\r', '\n'], " ")
}

/// The long form of a compact name (RFC 3261 §7.3.3 and the IANA registry).
fn long_name(name: &str) -> &str {
    let &[letter] = name.as_bytes() else {
        return name;
    };
    match letter.to_ascii_lowercase() {
        b'a' => "Accept-Contact",
        b'b' => "Referred-By",
        b'c' => "Content-Type",
        b'd' => "Request-Disposition",
        b'e' => "Content-Encoding",
        b'f' => "From",
        b'i' => "Call-ID",
        b'j' => "Reject-Contact",
        b'k' => "Supported",
        b'l' => "Content-Length",
        b'm' => "Contact",
        b'n' => "Identity-Info",
        b'o' => "Event",
        b'r' => "Refer-To",
        b's' => "Subject",
        b't' => "To",
        b'u' => "Allow-Events",
        b'v' => "Via",
        b'x' => "Session-Expires",
        b'y' => "Identity",
        _ => name,
    }
}
