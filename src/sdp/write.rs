//! Writing our half of a session description.

use std::fmt::Write as _;
use std::net::SocketAddr;

use super::negotiate::PTIME_MS;
use super::parse::Media;
use super::{Codec, LocalMedia};
use crate::model::call::MediaDirection;

/// What our audio line says.
pub(super) struct AudioLine<'a> {
    /// `RTP/AVP` …
    pub transport: &'a str,
    /// Codecs and their payload types, best first.
    pub codecs: &'a [(Codec, u8)],
    /// telephone-event: clock rates and payload types.
    pub events: &'a [(u32, u8)],
    /// Values of `a=crypto`.
    pub crypto: &'a [String],
    /// RTP and RTCP may share the port.
    pub rtcp_mux: bool,
    /// Which ways media flows, seen from us.
    pub direction: MediaDirection,
}

/// The session's lines, up to the first `m=`.
pub(super) fn session(local: &LocalMedia) -> String {
    let address = connection(local.rtp);
    format!(
        "v=0\r\no=- {} {} {address}\r\ns=-\r\nc={address}\r\nt=0 0\r\n",
        local.session_id, local.version
    )
}

/// The audio line and its attributes.
pub(super) fn audio(text: &mut String, rtp: SocketAddr, line: &AudioLine<'_>) {
    // `write!` into a String cannot fail.
    let _ = write!(text, "m=audio {} {}", rtp.port(), line.transport);
    for (_, payload_type) in line.codecs {
        let _ = write!(text, " {payload_type}");
    }
    for (_, payload_type) in line.events {
        let _ = write!(text, " {payload_type}");
    }
    text.push_str("\r\n");
    for (codec, payload_type) in line.codecs {
        let channels = if *codec == Codec::Opus { "/2" } else { "" };
        let _ = write!(
            text,
            "a=rtpmap:{payload_type} {}/{}{channels}\r\n",
            codec.name(),
            codec.clock_rate()
        );
        if *codec == Codec::Opus {
            let _ = write!(text, "a=fmtp:{payload_type} useinbandfec=1\r\n");
        }
    }
    for (rate, payload_type) in line.events {
        let _ = write!(
            text,
            "a=rtpmap:{payload_type} telephone-event/{rate}\r\na=fmtp:{payload_type} 0-16\r\n"
        );
    }
    let _ = write!(text, "a=ptime:{PTIME_MS}\r\na={}\r\n", direction(line.direction));
    for crypto in line.crypto {
        let _ = write!(text, "a=crypto:{crypto}\r\n");
    }
    if let Some(rtcp) = rtp.port().checked_add(1).filter(|_| rtp.port() != 0) {
        let _ = write!(text, "a=rtcp:{rtcp}\r\n");
    }
    if line.rtcp_mux {
        text.push_str("a=rtcp-mux\r\n");
    }
}

/// A medium that we refuse, or refused before: port 0, in its place (RFC 3264 §6).
pub(super) fn refused(text: &mut String, media: &Media) {
    let _ = write!(text, "m={} 0 {}", media.kind, media.transport);
    for format in &media.formats {
        let _ = write!(text, " {format}");
    }
    text.push_str("\r\n");
}

fn connection(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => format!("IN IP4 {}", address.ip()),
        SocketAddr::V6(address) => format!("IN IP6 {}", address.ip()),
    }
}

fn direction(direction: MediaDirection) -> &'static str {
    match direction {
        MediaDirection::Sendrecv => "sendrecv",
        MediaDirection::Sendonly => "sendonly",
        MediaDirection::Recvonly => "recvonly",
        MediaDirection::Inactive => "inactive",
    }
}
