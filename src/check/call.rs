//! A call that nobody takes: whether what it says of the caller's chat address arrives. It is ended
//! as soon as it arrived, and never answered.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::session::Phone;
use super::verdict::CallFault;
use crate::config::SrtpPolicy;
use crate::model::BareJid;
use crate::model::account::Transport;
use crate::model::address::Aor;
use crate::model::call::{EndReason, MediaDirection};
use crate::model::id::CallId;
use crate::sdp::{self, Codec, LocalMedia};
use crate::sip::{CallEvent, PlaceCall, SipCommand, SipEvent};

/// How long a call may take to arrive, and to end.
const ARRIVAL: Duration = Duration::from_secs(10);
const ENDING: Duration = Duration::from_secs(3);
/// The port of the offer, which nobody sends to: discard (RFC 863).
const NO_MEDIA: u16 = 9;
/// The status with which a call of ours is refused where it arrives.
const BUSY: u16 = 486;

/// Calls `target`, which is registered as `to`, or by the caller itself. Gives the chat addresses
/// that arrived.
pub(super) async fn call(
    from: &mut Phone,
    own: &Aor,
    mut to: Option<&mut Phone>,
    target: &Aor,
    impp: &BareJid,
) -> Result<Vec<BareJid>, CallFault> {
    let id = CallId::new(uuid::Uuid::new_v4().to_string());
    from.tell(SipCommand::Invite(PlaceCall {
        call: id.clone(),
        target: target.to_string(),
        offer: offer(from)?,
        impp: Some(impp.clone()),
        anonymous: false,
        referral: None,
    }))
    .await;
    let ours = |uri: &str| Aor::parse(uri).is_ok_and(|caller| caller == *own);
    let arrival = async {
        loop {
            let event = match &mut to {
                None => from.next(ours).await,
                Some(to) => tokio::select! {
                    event = from.next(|_| false) => event,
                    event = to.next(ours) => event,
                },
            };
            match event {
                Some(SipEvent::Incoming(call)) => return Ok(call),
                Some(SipEvent::Call(of, CallEvent::Ended(reason))) if of == id => {
                    return Err(CallFault::Ended(words(&reason)));
                }
                Some(_) => {}
                None => return Err(CallFault::Ended("the account is gone".to_owned())),
            }
        }
    };
    let arrived = timeout_at(Instant::now() + ARRIVAL, arrival).await;
    let arrived = arrived.unwrap_or(Err(CallFault::TimedOut));
    // Other devices ring until the caller gives up.
    from.tell(SipCommand::Hangup(id.clone())).await;
    if let Ok(call) = &arrived {
        let refusal = SipCommand::Refuse { call: call.call.clone(), status: BUSY };
        match &to {
            Some(to) => to.tell(refusal).await,
            None => from.tell(refusal).await,
        }
    }
    let is_over =
        |event: &SipEvent| matches!(event, SipEvent::Call(of, CallEvent::Ended(_)) if *of == id);
    let ended = async {
        while let Some(event) = from.next(|_| false).await {
            if is_over(&event) {
                return;
            }
        }
    };
    if !matches!(arrived, Err(CallFault::Ended(_))) {
        let _ = timeout_at(Instant::now() + ENDING, ended).await;
    }
    arrived.map(|call| call.impp)
}

/// An offer as every call has it; what is offered is never used.
fn offer(from: &Phone) -> Result<Vec<u8>, CallFault> {
    let local = LocalMedia {
        rtp: SocketAddr::new(from.local, NO_MEDIA),
        srtp: SrtpPolicy::Preferred,
        signalling_protected: from.security.transport == Transport::Tls,
        codecs: vec![Codec::Opus, Codec::Pcma, Codec::Pcmu],
        session_id: rand::random::<u64>() >> 2,
        version: 1,
        direction: MediaDirection::Sendrecv,
    };
    let offer = sdp::offer(&local, None, &mut rand::rng());
    offer.map(|offer| offer.body).map_err(|error| CallFault::Ended(error.to_string()))
}

fn words(reason: &EndReason) -> String {
    match reason {
        EndReason::Refused { code, text, .. } => format!("{code} {text}"),
        EndReason::NoAnswer => "nobody answered".to_owned(),
        EndReason::NotConnected => "the connection was lost".to_owned(),
        EndReason::Media(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
