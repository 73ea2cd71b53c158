//! Our answer to the other side's offer (RFC 3264 §6).

use rand::RngCore;

use super::crypto::{self, CryptoLine};
use super::error::SdpError;
use super::negotiate::{self, Format, Transport};
use super::parse::{Description, Media};
use super::write::{self, AudioLine};
use super::{CodecPlan, EventPlan, LocalMedia, MediaPlan, SrtpPlan};
use crate::config::SrtpPolicy;

/// Answers `offer`: the first audio line that our policy allows is taken, everything else is
/// refused in its place. `previous` is the description we sent last in this dialog, if any, so
/// that our key stays when the suite does.
///
/// # Errors
/// Why no audio line could be taken: the reason of the first one.
pub fn answer(
    offer: &[u8],
    local: &LocalMedia,
    previous: Option<&[u8]>,
    random: &mut impl RngCore,
) -> Result<(Vec<u8>, MediaPlan), SdpError> {
    let offer = Description::parse(offer)?;
    let (index, choice) = choose(&offer, local)?;
    let media = offer.media.get(index).ok_or(SdpError::NoAudio)?;
    let (crypto, srtp) = keys(choice.key, previous, random)?;
    let (remote, remote_rtcp, rtcp_mux) = negotiate::addresses(&offer, media)?;
    let codec = choice.format.codec;
    let telephone_event = negotiate::event_clocks(codec).find_map(|clock_rate| {
        let payload_type = negotiate::telephone_event(media, clock_rate)?;
        Some(EventPlan {
            send_payload_type: payload_type,
            receive_payload_type: payload_type,
            clock_rate,
            remote_events: negotiate::events(media, payload_type),
        })
    });
    let plan = MediaPlan {
        remote,
        remote_rtcp,
        rtcp_mux,
        telephone_event,
        direction: negotiate::direction(offer.direction(media), remote.ip(), local.direction),
        srtp,
        codec: CodecPlan {
            codec,
            send_payload_type: choice.format.payload_type,
            receive_payload_type: choice.format.payload_type,
            ptime_ms: negotiate::ptime(media, codec),
            remote_fmtp: choice.format.fmtp,
        },
    };
    let line = AudioLine {
        transport: &media.transport,
        codecs: &[(codec, choice.format.payload_type)],
        events: &telephone_event
            .map(|event| (event.clock_rate, event.receive_payload_type))
            .into_iter()
            .collect::<Vec<_>>(),
        crypto: &crypto,
        rtcp_mux,
        direction: plan.direction,
    };
    let mut text = write::session(local);
    for (position, media) in offer.media.iter().enumerate() {
        if position == index {
            write::audio(&mut text, local.rtp, &line);
        } else {
            write::refused(&mut text, media);
        }
    }
    Ok((text.into_bytes(), plan))
}

/// What we take of an audio line.
struct Choice {
    format: Format,
    key: Option<CryptoLine>,
}

fn choose(offer: &Description, local: &LocalMedia) -> Result<(usize, Choice), SdpError> {
    let mut reason = None;
    for (index, media) in offer.media.iter().enumerate() {
        if media.kind != "audio" || media.port == 0 {
            continue;
        }
        match take(offer, media, local) {
            Ok(choice) => return Ok((index, choice)),
            Err(error) => reason = reason.or(Some(error)),
        }
    }
    Err(reason.unwrap_or(SdpError::NoAudio))
}

fn take(offer: &Description, media: &Media, local: &LocalMedia) -> Result<Choice, SdpError> {
    let key = encryption(offer, media, local)?;
    let theirs = negotiate::formats(media);
    let format = local
        .codecs
        .iter()
        .find_map(|codec| theirs.iter().find(|format| format.codec == *codec))
        .ok_or(SdpError::NoCommonCodec)?;
    Ok(Choice { format: format.clone(), key })
}

/// The key line to use: the best suite of those offered.
fn encryption(
    offer: &Description,
    media: &Media,
    local: &LocalMedia,
) -> Result<Option<CryptoLine>, SdpError> {
    let transport = Transport::of(media);
    let lines = negotiate::keys(media);
    let best =
        crypto::SUITES.iter().find_map(|suite| lines.iter().find(|line| line.suite == *suite));
    match transport {
        Transport::Unknown => return Err(SdpError::Transport),
        Transport::Dtls => return Err(SdpError::DtlsOnly),
        Transport::Secure if local.srtp == SrtpPolicy::Off => return Err(SdpError::EncryptionOff),
        Transport::Plain if local.srtp == SrtpPolicy::Off => return Ok(None),
        Transport::Plain | Transport::Secure => {}
    }
    negotiate::check_signalling(local)?;
    match (transport, best) {
        (_, Some(line)) if local.signalling_protected => Ok(Some(line.clone())),
        (Transport::Secure, Some(_)) => Err(SdpError::UnprotectedSignalling),
        (Transport::Secure, None) if !media.has("crypto") && offer.has_fingerprint(media) => {
            Err(SdpError::DtlsOnly)
        }
        (Transport::Secure, None) => Err(SdpError::NoUsableKey),
        (_, _) if local.srtp == SrtpPolicy::Required => Err(SdpError::NotEncrypted),
        (_, _) => Ok(None),
    }
}

fn keys(
    remote: Option<CryptoLine>,
    previous: Option<&[u8]>,
    random: &mut impl RngCore,
) -> Result<(Vec<String>, Option<SrtpPlan>), SdpError> {
    let Some(remote) = remote else {
        return Ok((Vec::new(), None));
    };
    let previous = previous.map(Description::parse).transpose()?.unwrap_or_default();
    let before: Vec<_> = previous.media.iter().flat_map(negotiate::keys).collect();
    let local = crypto::key(&before, remote.suite, random);
    let line = crypto::write(remote.tag, remote.suite, &local);
    let plan = SrtpPlan {
        suite: remote.suite,
        local_key: local.to_vec(),
        remote_key: remote.key.to_vec(),
    };
    Ok((vec![line], Some(plan)))
}
