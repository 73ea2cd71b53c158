//! Messages to and from bytes (RFC 3261 §7, §18.3). Every byte sequence gives a message or an
//! error; bounds: 64 KiB a datagram, 1 MiB a message on a stream, 256 header fields, 8 KiB each.

mod check;
mod error;
mod head;
mod stream;
#[cfg(test)]
mod tests;

pub use error::{WireError, WireFault};
pub use stream::{Framed, StreamReader};

use super::message::{Header, Headers, Message, Request, Response};
use head::{Head, Start};

/// The largest datagram read, in octets.
pub const MAX_DATAGRAM: usize = 65_535;
/// The largest message read from a stream, in octets.
pub const MAX_STREAM_MESSAGE: usize = 1 << 20;
/// The most header fields of a message.
pub const MAX_HEADERS: usize = 256;
/// The longest header field, name and folds included, in octets.
pub const MAX_HEADER: usize = 8192;

/// Reads the message that a datagram holds. Octets after Content-Length are dropped; without
/// Content-Length the body reaches to the end (RFC 3261 §18.3).
///
/// # Errors
/// Everything that `WireFault` names.
pub fn parse_datagram(bytes: &[u8]) -> Result<Message, WireError> {
    if bytes.len() > MAX_DATAGRAM {
        return Err(WireFault::TooLarge.into());
    }
    let skip = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let bytes = bytes.get(skip..).unwrap_or_default();
    if bytes.is_empty() {
        return Err(WireFault::Empty.into());
    }
    let (head, body, ended) = match head::end(bytes, 0) {
        Some(end) => (bytes.get(..end), bytes.get(end..), true),
        None => (Some(bytes), None, false),
    };
    let head = head::read(head.unwrap_or_default());
    let body = body.unwrap_or_default();
    let length = match head::content_length(&head.headers) {
        Ok(length) => length.unwrap_or(body.len()),
        Err(fault) => return Err(WireError::of(fault, head)),
    };
    if !ended {
        return Err(WireError::of(WireFault::Unfinished, head));
    }
    match body.get(..length) {
        Some(body) => assemble(head, body.to_vec()),
        None => Err(WireError::of(WireFault::ContentLength, head)),
    }
}

/// Writes a message with the Content-Length that fits its body, whatever its headers say. Line
/// breaks inside a value become spaces, so no value can add a header.
pub fn write(message: &Message) -> Vec<u8> {
    let (headers, body) = match message {
        Message::Request(request) => (&request.headers, &request.body),
        Message::Response(response) => (&response.headers, &response.body),
    };
    let room = |header: &Header| header.name.len() + header.value.len() + 4;
    let mut out = Vec::with_capacity(headers.iter().map(room).sum::<usize>() + body.len() + 256);
    match message {
        Message::Request(Request { method, uri, .. }) => {
            push_line(&mut out, &[method.as_str(), " ", uri, " SIP/2.0"]);
        }
        Message::Response(Response { status, reason, .. }) => {
            push_line(&mut out, &["SIP/2.0 ", &format!("{status:03} "), reason]);
        }
    }
    for header in headers.iter() {
        if !header.name.eq_ignore_ascii_case("Content-Length") {
            push_line(&mut out, &[&header.name, ": ", &header.value]);
        }
    }
    push_line(&mut out, &["Content-Length: ", &body.len().to_string()]);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    out
}

fn push_line(out: &mut Vec<u8>, parts: &[&str]) {
    let from = out.len();
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
    let line = out.get_mut(from..).unwrap_or_default();
    if memchr::memchr2(b'\r', b'\n', line).is_some() {
        line.iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
    }
    out.extend_from_slice(b"\r\n");
}

/// A message of a head that was read and its body, checked.
fn assemble(head: Head, body: Vec<u8>) -> Result<Message, WireError> {
    if let Some(fault) = head.fault {
        return Err(WireError::of(fault, head));
    }
    let checked = match &head.start {
        Ok(Start::Request { method, uri }) => check::request(method, uri, &head.headers),
        Ok(Start::Response { .. }) => check::response(&head.headers),
        Err(fault) => Err(*fault),
    };
    if let Err(fault) = checked {
        return Err(WireError::of(fault, head));
    }
    Ok(message(head, body)?)
}

fn message(head: Head, body: Vec<u8>) -> Result<Message, WireFault> {
    let headers: Headers = head.headers;
    Ok(match head.start? {
        Start::Request { method, uri } => Message::Request(Request { method, uri, headers, body }),
        Start::Response { status, reason } => {
            Message::Response(Response { status, reason, headers, body })
        }
    })
}
