//! What offerer and answerer read alike from the other side's audio line.

use std::net::{IpAddr, SocketAddr};

use super::crypto::{self, CryptoLine};
use super::error::SdpError;
use super::parse::{Connection, Description, Media, connection_line};
use super::{Codec, LocalMedia};
use crate::config::SrtpPolicy;
use crate::model::call::MediaDirection;

/// The length of a packet when nobody asks for another.
pub(super) const PTIME_MS: u32 = 20;
/// The clock of telephones, Hz.
const NARROW: u32 = 8_000;

/// A format of the other side that we can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    pub codec: Codec,
    pub payload_type: u8,
    pub fmtp: String,
}

/// The transport of an audio line, as far as encryption is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// `RTP/AVP`, `RTP/AVPF`: plain, or opportunistic (RFC 8643).
    Plain,
    /// `RTP/SAVP`, `RTP/SAVPF`.
    Secure,
    /// `UDP/TLS/RTP/SAVP(F)`.
    Dtls,
    /// Anything else.
    Unknown,
}

impl Transport {
    pub fn of(media: &Media) -> Self {
        match media.transport.as_str() {
            "RTP/AVP" | "RTP/AVPF" => Self::Plain,
            "RTP/SAVP" | "RTP/SAVPF" => Self::Secure,
            "UDP/TLS/RTP/SAVP" | "UDP/TLS/RTP/SAVPF" => Self::Dtls,
            _ => Self::Unknown,
        }
    }
}

/// The codecs of an audio line that are built, in its order.
pub(super) fn formats(media: &Media) -> Vec<Format> {
    media
        .formats
        .iter()
        .filter_map(|format| {
            let payload_type = format.parse::<u8>().ok().filter(|pt| *pt < 128)?;
            let codec = codec(media, payload_type)?;
            Some(Format { codec, payload_type, fmtp: parameters(media, payload_type) })
        })
        .collect()
}

/// The payload type of telephone-event at this clock (RFC 4733).
pub(super) fn telephone_event(media: &Media, clock_rate: u32) -> Option<u8> {
    media.formats.iter().filter_map(|format| format.parse::<u8>().ok()).find(|pt| {
        *pt < 128
            && rtpmap(media, *pt).is_some_and(|(name, rate, _)| {
                name.eq_ignore_ascii_case("telephone-event") && rate == clock_rate
            })
    })
}

/// The clocks of telephone-event that go with a codec, best first. RFC 4733 §2.5.1.2 wants the
/// codec's own; telephones with Opus often have that of G.711 only, and mean it.
pub(super) fn event_clocks(codec: Codec) -> impl Iterator<Item = u32> {
    let rate = codec.clock_rate();
    std::iter::once(rate).chain((rate != NARROW).then_some(NARROW))
}

/// The keys that a telephone-event format understands, a bit for each event code: without
/// `fmtp` all sixteen (RFC 4733 §2.4.1), and so with one that says nothing.
pub(super) fn events(media: &Media, payload_type: u8) -> u16 {
    let parameters = parameters(media, payload_type);
    let list = parameters.strip_prefix("events=").unwrap_or(&parameters);
    let bits = list.split(',').filter_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse::<u8>().ok()?, last.trim().parse::<u8>().ok()?);
        Some((first..=last.min(15)).fold(0_u16, |bits, code| bits | (1 << code)))
    });
    bits.reduce(|all, bits| all | bits).unwrap_or(u16::MAX)
}

/// Packet length: what the other side wishes, where the codec can do it, within its maximum.
pub(super) fn ptime(media: &Media, codec: Codec) -> u32 {
    let number = |name| media.first(name).and_then(|value| value.parse::<f32>().ok());
    let wish = number("ptime").unwrap_or(PTIME_MS as f32).min(number("maxptime").unwrap_or(120.0));
    let lengths: &[u32] = match codec {
        Codec::Opus => &[60, 40, 20, 10],
        Codec::Pcmu | Codec::Pcma => &[60, 40, 30, 20, 10],
    };
    lengths.iter().copied().find(|length| *length as f32 <= wish).unwrap_or(10)
}

/// Where RTP and RTCP go to, and whether they share the port.
pub(super) fn addresses(
    description: &Description,
    media: &Media,
) -> Result<(SocketAddr, SocketAddr, bool), SdpError> {
    let Some(Connection::Ip(ip)) = description.address(media) else {
        return Err(SdpError::Address);
    };
    let rtp = SocketAddr::new(ip, media.port);
    let mux = media.has("rtcp-mux");
    let rtcp = if mux { rtp } else { rtcp(media, rtp) };
    Ok((rtp, rtcp, mux))
}

/// Our direction, of theirs and what we want. A connection address of all zeros is the hold of
/// old (RFC 3264 §8.4): they will not receive.
pub(super) fn direction(
    theirs: MediaDirection,
    remote: IpAddr,
    ours: MediaDirection,
) -> MediaDirection {
    let (they_send, they_receive) = ways(theirs);
    let they_receive = they_receive && !remote.is_unspecified();
    let (we_send, we_receive) = ways(ours);
    match (we_send && they_receive, we_receive && they_send) {
        (true, true) => MediaDirection::Sendrecv,
        (true, false) => MediaDirection::Sendonly,
        (false, true) => MediaDirection::Recvonly,
        (false, false) => MediaDirection::Inactive,
    }
}

/// The usable keys of an audio line, in its order.
pub(super) fn keys(media: &Media) -> Vec<CryptoLine> {
    media.all("crypto").filter_map(crypto::parse).collect()
}

/// Refuses to send or use keys that others could have read (RFC 4568 §7).
pub(super) fn check_signalling(local: &LocalMedia) -> Result<(), SdpError> {
    if local.srtp == SrtpPolicy::Required && !local.signalling_protected {
        return Err(SdpError::UnprotectedSignalling);
    }
    Ok(())
}

/// (sends, receives)
fn ways(direction: MediaDirection) -> (bool, bool) {
    match direction {
        MediaDirection::Sendrecv => (true, true),
        MediaDirection::Sendonly => (true, false),
        MediaDirection::Recvonly => (false, true),
        MediaDirection::Inactive => (false, false),
    }
}

fn rtcp(media: &Media, rtp: SocketAddr) -> SocketAddr {
    let next = SocketAddr::new(rtp.ip(), rtp.port().checked_add(1).unwrap_or(rtp.port()));
    let Some(value) = media.first("rtcp") else {
        return next;
    };
    let (port, connection) = value.split_once(' ').unwrap_or((value, ""));
    let Some(port) = port.parse::<u16>().ok().filter(|port| *port != 0) else {
        return next;
    };
    match connection_line(connection) {
        Connection::Ip(ip) => SocketAddr::new(ip, port),
        Connection::Unusable => SocketAddr::new(rtp.ip(), port),
    }
}

fn codec(media: &Media, payload_type: u8) -> Option<Codec> {
    let Some((name, rate, channels)) = rtpmap(media, payload_type) else {
        return match payload_type {
            0 => Some(Codec::Pcmu),
            8 => Some(Codec::Pcma),
            _ => None,
        };
    };
    [Codec::Opus, Codec::Pcmu, Codec::Pcma].into_iter().find(|codec| {
        let right_channels = match codec {
            Codec::Opus => true,
            Codec::Pcmu | Codec::Pcma => channels == 1,
        };
        name.eq_ignore_ascii_case(codec.name()) && rate == codec.clock_rate() && right_channels
    })
}

/// Name, clock rate and channels.
fn rtpmap(media: &Media, payload_type: u8) -> Option<(&str, u32, u32)> {
    let encoding = of_payload_type(media, "rtpmap", payload_type)?;
    let mut parts = encoding.trim().split('/');
    let name = parts.next()?;
    let rate = parts.next()?.trim().parse().ok()?;
    let channels = parts.next().and_then(|channels| channels.trim().parse().ok()).unwrap_or(1);
    Some((name, rate, channels))
}

fn parameters(media: &Media, payload_type: u8) -> String {
    of_payload_type(media, "fmtp", payload_type).unwrap_or_default().trim().to_owned()
}

fn of_payload_type<'a>(media: &'a Media, name: &'a str, payload_type: u8) -> Option<&'a str> {
    media.all(name).find_map(|value| {
        let (number, rest) = value.split_once([' ', '\t'])?;
        (number.parse() == Ok(payload_type)).then_some(rest)
    })
}
