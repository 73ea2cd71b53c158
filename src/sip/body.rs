//! Finding the session description in a body (RFC 3261 §7.4, RFC 5621 §3).

use super::message::Headers;
use super::text::before_params;

/// The type of session descriptions.
pub const SDP: &str = "application/sdp";
/// How many parts of a multipart body are looked at.
const MAX_PARTS: usize = 16;

/// The body is of a type that we do not understand: 415.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no part of the body is understood")]
pub struct UnknownBody;

/// The session description of a message: the body itself, or a part of a multipart body.
/// `None` when there is no body, or one that may be left out of account.
///
/// # Errors
/// `UnknownBody` for any other body.
pub fn sdp(headers: &Headers, body: &[u8]) -> Result<Option<Vec<u8>>, UnknownBody> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let encoded =
        headers.get("Content-Encoding").is_some_and(|name| !name.eq_ignore_ascii_case("identity"));
    let content_type = headers.get("Content-Type").unwrap_or(SDP);
    let media_type = before_params(content_type).to_ascii_lowercase();
    if !encoded && media_type == SDP {
        return Ok(Some(body.to_vec()));
    }
    if !encoded && media_type.starts_with("multipart/") {
        let part = boundary(content_type).and_then(|boundary| part(body, &boundary));
        return part.map(Some).ok_or(UnknownBody);
    }
    let disposition = headers.get("Content-Disposition").unwrap_or_default().to_ascii_lowercase();
    match disposition.replace(' ', "").contains("handling=optional") {
        true => Ok(None),
        false => Err(UnknownBody),
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let named = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        let boundary = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !boundary.is_empty())
            .then(|| boundary.to_owned())
    };
    content_type.split(';').skip(1).find_map(named)
}

fn part(body: &[u8], boundary: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let delimiter = format!("--{boundary}");
    text.split(delimiter.as_str()).skip(1).take(MAX_PARTS).find_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let is_sdp = head.lines().any(|line| {
            let Some((name, value)) = line.split_once(':') else { return false };
            let value = before_params(value);
            let name = name.trim();
            (name.eq_ignore_ascii_case("Content-Type") || name.eq_ignore_ascii_case("c"))
                && value.eq_ignore_ascii_case(SDP)
        });
        is_sdp.then(|| content.as_bytes().to_vec())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(content_type: &str) -> Headers {
        let mut headers = Headers::default();
        headers.push("Content-Type", content_type);
        headers
    }

    #[test]
    fn is_found_alone_and_among_parts() {
        assert_eq!(sdp(&headers("application/sdp"), b"v=0\r\n"), Ok(Some(b"v=0\r\n".to_vec())));
        let mixed = "--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n--x--\r\n";
        let found = sdp(&headers("multipart/mixed;boundary=\"x\""), mixed.as_bytes());
        assert_eq!(found, Ok(Some(b"v=0\r\n".to_vec())));
    }

    #[test]
    fn a_foreign_body_is_refused_unless_optional() {
        assert_eq!(sdp(&headers("text/plain"), b"hi"), Err(UnknownBody));
        let mut optional = headers("text/plain");
        optional.push("Content-Disposition", "render; handling=optional");
        assert_eq!(sdp(&optional, b"hi"), Ok(None));
        assert_eq!(sdp(&headers("text/plain"), b""), Ok(None));
    }
}
