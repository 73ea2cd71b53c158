//! The other side's answer to our offer, read into a plan.

use super::error::SdpError;
use super::negotiate::{self, Transport};
use super::offer::Offer;
use super::parse::{Description, Media};
use super::{CodecPlan, EventPlan, MediaPlan, SrtpPlan};
use crate::config::SrtpPolicy;

/// Reads the answer to `offer`.
///
/// # Errors
/// What keeps the two descriptions from agreeing; encryption never silently falls away when
/// the account requires it.
pub fn accept(offer: &Offer, answer: &[u8]) -> Result<MediaPlan, SdpError> {
    let answer = Description::parse(answer)?;
    let media = answer.media.get(offer.index).ok_or(SdpError::Rejected)?;
    if media.kind != "audio" || media.port == 0 {
        return Err(SdpError::Rejected);
    }
    let srtp = encryption(offer, &answer, media)?;
    let (ours, theirs) = negotiate::formats(media)
        .into_iter()
        .find_map(|theirs| {
            let ours = offer.formats.iter().find(|ours| ours.codec == theirs.codec)?;
            Some((ours, theirs))
        })
        .ok_or(SdpError::NoCommonCodec)?;
    let (remote, remote_rtcp, rtcp_mux) = negotiate::addresses(&answer, media)?;
    Ok(MediaPlan {
        remote,
        remote_rtcp,
        rtcp_mux,
        telephone_event: negotiate::event_clocks(theirs.codec)
            .find_map(|clock_rate| events(offer, media, clock_rate)),
        direction: negotiate::direction(
            answer.direction(media),
            remote.ip(),
            offer.local.direction,
        ),
        srtp,
        codec: CodecPlan {
            codec: theirs.codec,
            send_payload_type: theirs.payload_type,
            receive_payload_type: ours.payload_type,
            ptime_ms: negotiate::ptime(media, theirs.codec),
            remote_fmtp: theirs.fmtp,
        },
    })
}

/// telephone-event at this clock: theirs where we send, the number that we offered where they do.
fn events(offer: &Offer, media: &Media, clock_rate: u32) -> Option<EventPlan> {
    let theirs = negotiate::telephone_event(media, clock_rate)?;
    let (_, ours) = offer.events.iter().find(|(rate, _)| *rate == clock_rate)?;
    Some(EventPlan {
        send_payload_type: theirs,
        receive_payload_type: *ours,
        clock_rate,
        remote_events: negotiate::events(media, theirs),
    })
}

fn encryption(
    offer: &Offer,
    answer: &Description,
    media: &Media,
) -> Result<Option<SrtpPlan>, SdpError> {
    let secure = match Transport::of(media) {
        Transport::Plain => false,
        Transport::Secure => true,
        Transport::Dtls => return Err(SdpError::DtlsOnly),
        Transport::Unknown => return Err(SdpError::Transport),
    };
    let plan = offer
        .keys
        .as_ref()
        .and_then(|keys| negotiate::keys(media).iter().find_map(|line| keys.chosen(line)));
    match plan {
        Some(plan) => Ok(Some(plan)),
        None if offer.local.srtp == SrtpPolicy::Required && !secure => Err(SdpError::NotEncrypted),
        None if secure && !media.has("crypto") && answer.has_fingerprint(media) => {
            Err(SdpError::DtlsOnly)
        }
        // A key line that we cannot use would leave the other side encrypting alone.
        None if secure || (offer.keys.is_some() && media.has("crypto")) => {
            Err(SdpError::NoUsableKey)
        }
        None => Ok(None),
    }
}
