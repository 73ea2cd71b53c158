//! Why a call ended, in words.

use crate::model::call::{Call, Direction, EndReason};

/// Why a call ended, for the person.
pub(super) fn words(reason: &EndReason, call: &Call) -> String {
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
        EndReason::Refused { code, text } => refusal(*code, text),
        EndReason::NoAnswer => "No answer.".to_owned(),
        EndReason::NotConnected => "Telephony is not connected.".to_owned(),
        EndReason::Media(text) => text.clone(),
    }
}

/// What a SIP failure status means (RFC 3261 §21), with the server's words where they add.
fn refusal(code: u16, text: &str) -> String {
    let plain = match code {
        401 | 403 | 407 => "The server does not allow this call",
        404 | 604 => "This number does not exist",
        408 => "No answer",
        410 => "This number is no longer in use",
        480 => "Not available right now",
        484 => "The number is incomplete",
        486 | 600 => "Busy",
        487 => "The call was cancelled",
        488 | 606 => "The other side cannot take this kind of call",
        503 => "The service is overloaded or down",
        603 => "Declined",
        607 => "The other side does not want calls from you",
        _ => "The call failed",
    };
    if text.is_empty() { format!("{plain}.") } else { format!("{plain} ({code} {text}).") }
}
