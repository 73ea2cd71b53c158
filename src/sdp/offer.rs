//! The first word: our offer (RFC 3264 §5, §8).

use rand::RngCore;

use super::crypto::LocalKeys;
use super::error::SdpError;
use super::negotiate::{self, Format};
use super::parse::{Description, Media};
use super::write::{self, AudioLine};
use super::{Codec, LocalMedia};
use crate::config::SrtpPolicy;

/// An offer, with what is needed to read its answer.
#[derive(Clone, PartialEq)]
pub struct Offer {
    /// The session description to send. It holds the keys: log it never.
    pub body: Vec<u8>,
    pub(super) keys: Option<LocalKeys>,
    pub(super) local: LocalMedia,
    /// Which media line is ours.
    pub(super) index: usize,
    pub(super) formats: Vec<Format>,
    /// telephone-event: clock rates and payload types.
    pub(super) events: Vec<(u32, u8)>,
    pub(super) secure: bool,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("local", &self.local).finish_non_exhaustive()
    }
}

/// Builds an offer. `previous` is the description we sent last in this dialog, if any: its
/// keys and payload types stay and so do its media lines, those refused with port 0.
///
/// # Errors
/// [`SdpError::UnprotectedSignalling`] when encryption is required and keys would travel in clear.
pub fn offer(
    local: &LocalMedia,
    previous: Option<&[u8]>,
    random: &mut impl RngCore,
) -> Result<Offer, SdpError> {
    negotiate::check_signalling(local)?;
    let previous = previous.map(Description::parse).transpose()?.unwrap_or_default();
    let index = audio_index(&previous.media);
    let old = previous.media.get(index);
    let keys = (local.srtp != SrtpPolicy::Off && local.signalling_protected)
        .then(|| LocalKeys::new(&old.map(negotiate::keys).unwrap_or_default(), random));
    let mut numbers = Numbers::after(old);
    let formats = formats(local, old, &mut numbers);
    let events = events(&formats, old, &mut numbers);
    let secure = local.srtp == SrtpPolicy::Required;
    let line = AudioLine {
        transport: if secure { "RTP/SAVP" } else { "RTP/AVP" },
        codecs: &formats
            .iter()
            .map(|format| (format.codec, format.payload_type))
            .collect::<Vec<_>>(),
        events: &events,
        crypto: &keys.as_ref().map(LocalKeys::lines).unwrap_or_default(),
        rtcp_mux: true,
        direction: local.direction,
    };
    let mut text = write::session(local);
    for position in 0..previous.media.len().max(index.saturating_add(1)) {
        match previous.media.get(position) {
            Some(media) if position != index => write::refused(&mut text, media),
            _ => write::audio(&mut text, local.rtp, &line),
        }
    }
    let (body, local) = (text.into_bytes(), local.clone());
    Ok(Offer { body, keys, local, index, formats, events, secure })
}

/// The audio line in use: the first that is not refused, else the first, else a new one.
fn audio_index(media: &[Media]) -> usize {
    let audio =
        |wanted: fn(&Media) -> bool| media.iter().position(|m| m.kind == "audio" && wanted(m));
    audio(|media| media.port != 0).or_else(|| audio(|_| true)).unwrap_or(media.len())
}

/// Our codecs with the payload types of before, else the usual ones, else free ones.
fn formats(local: &LocalMedia, old: Option<&Media>, numbers: &mut Numbers) -> Vec<Format> {
    let before = old.map(negotiate::formats).unwrap_or_default();
    let mut formats: Vec<Format> = Vec::new();
    for codec in &local.codecs {
        if formats.iter().any(|format| format.codec == *codec) {
            continue;
        }
        let known = before.iter().find(|format| format.codec == *codec);
        let payload_type = match (known, codec) {
            (Some(format), _) => format.payload_type,
            (None, Codec::Opus) => numbers.take(96),
            (None, Codec::Pcmu) => 0,
            (None, Codec::Pcma) => 8,
        };
        formats.push(Format { codec: *codec, payload_type, fmtp: String::new() });
    }
    formats
}

/// telephone-event for each clock of the codecs (RFC 4733 §2.5.1.2).
fn events(formats: &[Format], old: Option<&Media>, numbers: &mut Numbers) -> Vec<(u32, u8)> {
    let mut events: Vec<(u32, u8)> = Vec::new();
    for rate in formats.iter().map(|format| format.codec.clock_rate()) {
        if !events.iter().any(|(known, _)| *known == rate) {
            let usual = if rate == 8_000 { 101 } else { 97 };
            let before = old.and_then(|media| negotiate::telephone_event(media, rate));
            events.push((rate, before.unwrap_or_else(|| numbers.take(usual))));
        }
    }
    events
}

/// Dynamic payload types that have a meaning already; it must not change (RFC 3264 §8.3.2).
struct Numbers(Vec<u8>);

impl Numbers {
    fn after(old: Option<&Media>) -> Self {
        let formats = old.map(|media| media.formats.as_slice()).unwrap_or_default();
        Self(formats.iter().filter_map(|format| format.parse().ok()).collect())
    }

    /// The usual number, or another that is free.
    fn take(&mut self, usual: u8) -> u8 {
        let number = std::iter::once(usual).chain(102..=127).find(|pt| !self.0.contains(pt));
        let number = number.unwrap_or(usual);
        self.0.push(number);
        number
    }
}
