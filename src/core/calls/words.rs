//! Why a call ended, in words.

use std::time::Duration;

use crate::model::call::{Call, Direction, EndReason};
use crate::model::dialing::CostClass;

/// Why a call ended, for the person. `encrypts`: the account takes encrypted calls only.
pub(super) fn words(reason: &EndReason, call: &Call, encrypts: bool) -> String {
    let answered = call.answered.is_some();
    match reason {
        EndReason::RemoteHangup => "The other side hung up.".to_owned(),
        EndReason::LocalHangup if answered => "You hung up.".to_owned(),
        EndReason::LocalHangup => match call.direction {
            Direction::In => "You declined.".to_owned(),
            Direction::Out => "You cancelled the call.".to_owned(),
        },
        EndReason::Cancelled => "Missed call.".to_owned(),
        EndReason::AnsweredElsewhere => "Answered on another device.".to_owned(),
        EndReason::Refused { code: 488 | 606, text, .. } if encrypts => with_details(
            "The other side cannot take this call. This account makes encrypted calls only, and \
             the other side may not be able to encrypt",
            488,
            text,
        ),
        EndReason::Refused { code: code @ (403 | 404 | 484 | 488 | 604), text, .. }
            if call.cost == Some(CostClass::OtherDomain) =>
        {
            elsewhere(*code, text)
        }
        EndReason::Refused { code, text, retry_after: Some(wait) } => later(*code, text, *wait),
        EndReason::Refused { code, text, .. } => refusal(*code, text),
        EndReason::NoAnswer => "No answer.".to_owned(),
        EndReason::NotConnected => "Telephony is not connected.".to_owned(),
        EndReason::Media(text) => text.clone(),
    }
}

/// What a SIP failure status means and what can be done (RFC 3261 §21), with the server's words
/// where they add.
pub(super) fn refusal(code: u16, text: &str) -> String {
    with_details(plain(code), code, text)
}

/// The same of an address at another provider, which the own one may not carry calls to (C57).
fn elsewhere(code: u16, text: &str) -> String {
    let plain = match code {
        404 | 604 => "This address does not exist",
        code => plain(code),
    };
    let plain = format!("{plain}; your provider may not carry calls to other providers");
    with_details(&plain, code, text)
}

/// The same where the server said when to try again.
fn later(code: u16, text: &str, wait: Duration) -> String {
    let plain = plain(code);
    let plain = plain.strip_suffix(". Try again later").unwrap_or(plain);
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let when = match minutes {
        1 => "in a minute".to_owned(),
        2..120 => format!("in {minutes} minutes"),
        _ => format!("in {} hours", minutes.div_ceil(60)),
    };
    format!("{} Try again {when}.", with_details(plain, code, text))
}

fn plain(code: u16) -> &'static str {
    match code {
        300..=399 => "The person is reached elsewhere, and no address could be called",
        401 | 407 => "The server did not accept your name and password for this call",
        402 => "The provider wants to be paid for this call",
        403 => "The server does not allow this call",
        404 | 604 => "This number does not exist",
        408 => "No answer",
        410 => "This number is no longer in use",
        413 | 513 => "The server found the call's data too long",
        415 => "The other side does not understand this kind of call",
        416 => "The server cannot call this kind of address",
        420 | 421 => "The other side and Dovetail do not speak the same version of telephony",
        422 => "The two sides could not agree on how long the call may last",
        428 | 436 | 437 | 438 => "The server could not prove who is calling",
        433 => "The other side takes no anonymous calls. Call again without hiding who you are",
        480 => "Not available right now. Try again later",
        481 => "The other side does not know this call any more",
        482 | 483 => "The call went in a circle",
        484 => "The number is incomplete",
        485 => "The address is ambiguous",
        486 | 600 => "Busy",
        487 => "The call was cancelled",
        488 | 606 => "The other side cannot take this kind of call",
        489 => "The other side does not understand this request",
        491 => "Both sides changed the call at the same time. Try again",
        493 => "The other side could not decrypt the call's data",
        500 => "The server failed. Try again later",
        501 | 505 => "The server does not know this kind of request",
        502 => "A server on the way failed. Try again later",
        503 => "The service is overloaded or down. Try again later",
        504 => "A server on the way did not answer. Try again later",
        580 => "The network has no room for this call",
        603 => "Declined",
        607 => "The other side does not want calls from you",
        608 => "The network took the call for unwanted and refused it",
        _ => "The call failed",
    }
}

fn with_details(plain: &str, code: u16, text: &str) -> String {
    if text.is_empty() { format!("{plain}.") } else { format!("{plain} ({code} {text}).") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_try_again_takes_the_place_of_later() {
        let said = |code, text, seconds| later(code, text, Duration::from_secs(seconds));
        assert_eq!(said(486, "", 300), "Busy. Try again in 5 minutes.");
        assert_eq!(said(480, "", 20), "Not available right now. Try again in a minute.");
        assert_eq!(
            said(503, "Maintenance", 61),
            "The service is overloaded or down (503 Maintenance). Try again in 2 minutes."
        );
        assert_eq!(said(603, "", 86_400), "Declined. Try again in 24 hours.");
        assert_eq!(refusal(480, ""), "Not available right now. Try again later.");
    }
}
