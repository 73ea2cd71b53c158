//! The start line and the header fields.

use std::borrow::Cow;

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
    let bytes = bytes.get(from..)?;
    let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let mut found = ends.filter(|end| bytes.get(..*end).is_some_and(|b| b.ends_with(b"\r\n\r\n")));
    found.next().map(|end| from + end)
}

/// Reads a head. Lines end with CRLF; a line that starts with white space continues the one
/// before. A line without a name is left out (RFC 3261 §8.2: ignore what is not needed); octets
/// that are no UTF-8 become U+FFFD.
pub(super) fn read(bytes: &[u8]) -> Head {
    let mut lines = Lines(Some(bytes)).peekable();
    let first = lines.next().unwrap_or_default();
    let (start, likely) = start_line(first);
    let mut head = Head { start, likely, headers: Headers::with_capacity(16), fault: None };
    // Continues nothing.
    while lines.next_if(|line| is_fold(line)).is_some() {}
    while let Some(line) = lines.next() {
        let mut field = Cow::Borrowed(line);
        let mut fits = line.len() <= MAX_HEADER;
        while let Some(fold) = lines.next_if(|line| is_fold(line)) {
            if fits && !field.is_empty() {
                let field = field.to_mut();
                field.push(b' ');
                field.extend_from_slice(fold.trim_ascii());
                fits = field.len() <= MAX_HEADER;
            }
        }
        if fits {
            add(&mut head, &field);
        } else {
            head.fault.get_or_insert(WireFault::TooLarge);
        }
    }
    head
}

fn is_fold(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
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
        for at in memchr::memchr_iter(b'\n', rest) {
            if let Some(line) = rest.get(..at).and_then(|line| line.strip_suffix(b"\r")) {
                self.0 = rest.get(at + 1..);
                return Some(line);
            }
        }
        self.0.take()
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
    let likely = || Some((Method::from(method), uri.trim().to_owned()));
    if version.get(number.len()..) != Some("2.0") {
        return (Err(WireFault::Version), likely());
    }
    // One space between the parts, none elsewhere (RFC 3261 §7.1).
    if trimmed != rest || uri.is_empty() || uri.contains(char::is_whitespace) {
        return (Err(WireFault::Start), likely());
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
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if memchr::memchr2(b'\r', b'\n', bytes).is_none() {
        return text;
    }
    Cow::Owned(text.replace(['\r', '\n'], " "))
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
