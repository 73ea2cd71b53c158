//! A bounded, lenient reader of session descriptions (RFC 8866 §5, §9): it keeps the lines
//! that an audio call needs and passes over all else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::error::SyntaxError;
use crate::model::call::MediaDirection;

const MAX_BYTES: usize = 64 * 1024;
const MAX_LINES: usize = 2_000;
const MAX_MEDIA: usize = 32;
const MAX_FORMATS: usize = 64;
const MAX_ATTRIBUTES: usize = 256;

/// A session description as far as it matters.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Description {
    /// The session's connection address, for media without their own.
    pub connection: Option<Connection>,
    /// Attributes before the first `m=`.
    pub attributes: Vec<Attribute>,
    /// The media, in order.
    pub media: Vec<Media>,
}

/// One `m=` line and what follows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Media {
    /// `audio`, `video` …
    pub kind: String,
    /// The RTP port; 0 means refused.
    pub port: u16,
    /// `RTP/AVP` …, in upper case.
    pub transport: String,
    /// The formats, as written.
    pub formats: Vec<String>,
    /// The medium's own connection address.
    pub connection: Option<Connection>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
}

/// `a=name:value`; the value is empty for a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub name: String,
    pub value: String,
}

/// A `c=` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    /// An address.
    Ip(IpAddr),
    /// A host name, or anything else that is not an address.
    Unusable,
}

impl Media {
    /// The values of the attributes of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        all(&self.attributes, name)
    }

    /// The first value of this name.
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Whether the attribute is there.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

impl Description {
    /// Reads a body. Line ends may be CRLF, LF or CR; unknown lines are passed over.
    pub fn parse(body: &[u8]) -> Result<Self, SyntaxError> {
        if body.len() > MAX_BYTES {
            return Err(SyntaxError::TooLong);
        }
        let text = String::from_utf8_lossy(body);
        let mut lines = text.split(['\r', '\n']).filter(|line| !line.is_empty());
        if lines.next().map(str::trim_end) != Some("v=0") {
            return Err(SyntaxError::Version);
        }
        let mut description = Self::default();
        for (index, line) in lines.enumerate() {
            if index >= MAX_LINES {
                return Err(SyntaxError::TooLong);
            }
            description.line(index.saturating_add(2), line)?;
        }
        Ok(description)
    }

    /// The session's or the medium's connection address.
    pub fn address(&self, media: &Media) -> Option<Connection> {
        media.connection.or(self.connection)
    }

    /// The direction of a medium as its author sees it: its own, else the session's, else both.
    pub fn direction(&self, media: &Media) -> MediaDirection {
        direction_of(&media.attributes)
            .or_else(|| direction_of(&self.attributes))
            .unwrap_or_default()
    }

    /// Whether a DTLS fingerprint stands at the medium or the session.
    pub fn has_fingerprint(&self, media: &Media) -> bool {
        media.has("fingerprint") || all(&self.attributes, "fingerprint").next().is_some()
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), SyntaxError> {
        let Some((kind, value)) = line.split_once('=') else {
            return Ok(());
        };
        match kind.trim() {
            "m" => {
                if self.media.len() >= MAX_MEDIA {
                    return Err(SyntaxError::TooLong);
                }
                self.media.push(media_line(value).ok_or(SyntaxError::Media(number))?);
            }
            "c" => {
                let connection = Some(connection_line(value));
                match self.media.last_mut() {
                    Some(media) => media.connection = media.connection.or(connection),
                    None => self.connection = connection,
                }
            }
            "a" => {
                let attributes = match self.media.last_mut() {
                    Some(media) => &mut media.attributes,
                    None => &mut self.attributes,
                };
                if attributes.len() >= MAX_ATTRIBUTES {
                    return Err(SyntaxError::TooLong);
                }
                attributes.push(attribute_line(value));
            }
            _ => {}
        }
        Ok(())
    }
}

fn all<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    attributes
        .iter()
        .filter(move |attribute| attribute.name == name)
        .map(|attribute| attribute.value.as_str())
}

fn direction_of(attributes: &[Attribute]) -> Option<MediaDirection> {
    attributes.iter().find_map(|attribute| match attribute.name.as_str() {
        "sendrecv" => Some(MediaDirection::Sendrecv),
        "sendonly" => Some(MediaDirection::Sendonly),
        "recvonly" => Some(MediaDirection::Recvonly),
        "inactive" => Some(MediaDirection::Inactive),
        _ => None,
    })
}

fn media_line(value: &str) -> Option<Media> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?.to_ascii_lowercase();
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let transport = words.next()?.to_ascii_uppercase();
    let formats = words.take(MAX_FORMATS).map(str::to_owned).collect();
    Some(Media { kind, port, transport, formats, connection: None, attributes: Vec::new() })
}

/// `IN IP4 192.0.2.1`, also with `/ttl` or `/count`.
pub(super) fn connection_line(value: &str) -> Connection {
    let mut words = value.split_ascii_whitespace();
    let (Some(net), Some(family), Some(address)) = (words.next(), words.next(), words.next())
    else {
        return Connection::Unusable;
    };
    let address = address.split('/').next().unwrap_or_default();
    let ip = match family.to_ascii_uppercase().as_str() {
        "IP4" => address.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        "IP6" => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        _ => None,
    };
    match ip {
        Some(ip) if net.eq_ignore_ascii_case("IN") && !ip.is_multicast() => Connection::Ip(ip),
        _ => Connection::Unusable,
    }
}

fn attribute_line(value: &str) -> Attribute {
    let (name, value) = value.split_once(':').unwrap_or((value, ""));
    Attribute { name: name.trim().to_ascii_lowercase(), value: value.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_peers_write() {
        let text = "v=0\no=- 1 1 IN IP4 h\ns=-\nc=IN IP4 192.0.2.9/127\nt=0 0\na=sendonly\nm=audio 4000/2 rtp/avp 0 8\nc=IN IP6 2001:db8::1\na=PTIME:20 \nm=video 0 RTP/AVP 31\n";
        let description = Description::parse(text.as_bytes()).unwrap();
        let [audio, video] = &description.media[..] else { panic!("two media") };
        assert_eq!((audio.port, audio.transport.as_str()), (4000, "RTP/AVP"));
        assert_eq!(audio.first("ptime"), Some("20"));
        assert_eq!(
            description.address(audio),
            Some(Connection::Ip("2001:db8::1".parse().unwrap()))
        );
        assert_eq!(description.address(video), Some(Connection::Ip("192.0.2.9".parse().unwrap())));
        assert_eq!(description.direction(audio), MediaDirection::Sendonly);
    }

    #[test]
    fn refuses_what_is_none() {
        assert_eq!(Description::parse(b""), Err(SyntaxError::Version));
        assert_eq!(Description::parse(b"o=-\r\nv=0\r\n"), Err(SyntaxError::Version));
        assert_eq!(Description::parse(b"v=0\r\nm=audio\r\n"), Err(SyntaxError::Media(2)));
        assert_eq!(
            Description::parse(b"v=0\r\nm=audio 70000 RTP/AVP 0\r\n"),
            Err(SyntaxError::Media(2))
        );
        assert_eq!(Description::parse(&vec![b'a'; MAX_BYTES + 1]), Err(SyntaxError::TooLong));
        let many = format!("v=0\r\n{}", "m=audio 0 RTP/AVP 0\r\n".repeat(MAX_MEDIA + 1));
        assert_eq!(Description::parse(many.as_bytes()), Err(SyntaxError::TooLong));
        let many = format!(
            "v=0\r\nm=audio 1 RTP/AVP 0\r\n{}",
            "a=candidate:1\r\n".repeat(MAX_ATTRIBUTES + 1)
        );
        assert_eq!(Description::parse(many.as_bytes()), Err(SyntaxError::TooLong));
    }

    proptest! {
        #[test]
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Description::parse(&body);
        }
    }
}
