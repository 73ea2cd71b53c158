//! Calls that are over, in words.

use super::{account, between, duration};
use crate::gui::plain;
use crate::lang::retold;
use crate::model::account::{Account, AccountKind};
use crate::model::address::Aor;
use crate::model::binding::BindingState;
use crate::model::call::{Binding, Call, Direction};
use crate::model::dialing::CostClass;
use crate::tr;

/// A finished call in the timeline: its words, and whether it was missed.
pub fn past_call(call: &Call, name: &str) -> (bool, String) {
    let reason = call.end_reason.as_deref().map(plain::line).filter(|reason| !reason.is_empty());
    let reason = reason.as_deref();
    let told = reason.map(told);
    let talked = match (call.answered, call.ended) {
        (Some(from), Some(to)) => Some(duration(between(from, to))),
        (Some(_), None) => told.clone(),
        (None, _) => None,
    };
    let who = || plain::quoted(name);
    match (call.direction, talked, told) {
        (Direction::Out, Some(length), _) => (false, tr!("chat-call-out-talked", length = length)),
        (Direction::Out, None, Some(why)) => (false, tr!("chat-call-out-ended", why = why)),
        (Direction::Out, None, None) => (false, tr!("chat-call-out-unanswered").to_owned()),
        (Direction::In, Some(length), _) => {
            (false, tr!("chat-call-in-talked", name = who(), length = length))
        }
        (Direction::In, None, Some(why)) if settled(reason) => {
            (false, tr!("chat-call-in-ended", name = who(), why = why))
        }
        // Anything but that nobody answered is worth telling.
        (Direction::In, None, Some(why)) if !plainly_missed(reason) => {
            (true, tr!("chat-call-missed-why", name = who(), why = why))
        }
        (Direction::In, None, _) => (true, tr!("chat-call-missed", name = who())),
    }
}

/// The core's reason, to stand after something else.
fn told(reason: &str) -> String {
    retold(reason).trim_end_matches('.').to_owned()
}

/// The call was not missed although it was not answered here: its reason says that we
/// declined it or took it elsewhere.
fn settled(reason: Option<&str>) -> bool {
    let reason = reason.unwrap_or_default().to_lowercase();
    reason.contains("declin") || reason.contains("elsewhere") || reason.contains("another device")
}

fn plainly_missed(reason: Option<&str>) -> bool {
    reason.is_none_or(|reason| ["Missed call.", "No answer."].contains(&reason))
}

/// What proved whose a finished call was that came in; none when nothing did.
pub fn past_proof(call: &Call) -> Option<&'static str> {
    if call.direction != Direction::In || call.peer.binding != Binding::Verified {
        return None;
    }
    Some(match call.peer.proof.as_ref().map(|proof| proof.state) {
        Some(BindingState::Book) => tr!("chat-call-proof-book"),
        Some(BindingState::Directory) => tr!("chat-call-proof-directory"),
        _ => tr!("chat-call-proof-card"),
    })
}

/// The account of ours on which a finished call was, where there are several.
pub fn past_account(call: &Call, accounts: &[Account]) -> Option<String> {
    let phones = accounts.iter().filter(|account| account.kind == AccountKind::Sip).count();
    let own = accounts.iter().find(|account| account.id == call.account)?;
    (phones > 1).then(|| account(own))
}

/// The address of a finished call's other side, and whether it stayed in our own service.
pub fn past_peer(call: &Call, accounts: &[Account]) -> String {
    let uri = plain::line(&call.peer.uri);
    if let Some(class) = call.cost {
        return format!("{uri} · {}", cost(class));
    }
    let own = accounts.iter().find(|account| account.id == call.account);
    let own = own.and_then(|account| Aor::parse(&account.address).ok());
    let peer = Aor::parse(&uri).ok();
    match (own, peer) {
        (Some(own), Some(peer)) if own.host().eq_ignore_ascii_case(peer.host()) => {
            format!("{uri} · {}", cost(CostClass::Internal))
        }
        _ => uri,
    }
}

/// What a call costs, in words (CUSAX C60).
pub fn cost(class: CostClass) -> &'static str {
    match class {
        CostClass::Free => tr!("chat-cost-free"),
        CostClass::Internal => tr!("chat-cost-internal"),
        CostClass::Pstn => tr!("chat-cost-pstn"),
        CostClass::Premium => tr!("chat-cost-premium"),
        CostClass::OtherDomain => tr!("chat-cost-other-domain"),
        CostClass::Emergency => tr!("chat-cost-emergency"),
        CostClass::Unknown => tr!("chat-cost-unknown"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lang::{Language, speak};

    #[test]
    fn a_finished_call_says_what_it_was() {
        let json = r#"{"id":"c","account":"phone","direction":"out","state":"ended","peer":
            {"uri":"sip:bob@sip.example.com","display":"Bob","binding":"none","why":""},"media":
            {"codec":"","clock_rate":0,"srtp":"none","direction":"sendrecv"},"stats":
            {"rtt_ms":0,"jitter_ms":0,"loss_pct":0,"concealed_pct":0,"jitter_buffer_ms":0,
            "mos":0,"packets_in":0,"packets_out":0},"end_reason":"Busy."}"#;
        let mut call: Call = serde_json::from_str(json).unwrap();
        let said = |call: &Call| past_call(call, "Bob");
        assert_eq!(said(&call), (false, "You called · Busy".to_owned()));
        call.direction = Direction::In;
        call.end_reason = Some("No answer.".to_owned());
        assert_eq!(said(&call), (true, "Missed call from Bob".to_owned()));
        call.end_reason = Some("The codec failed: x".to_owned());
        assert_eq!(said(&call), (true, "Missed call from Bob · The codec failed: x".to_owned()));
        assert_eq!(past_peer(&call, &[]), "sip:bob@sip.example.com");
        speak(Language::German);
        call.end_reason = None;
        assert_eq!(said(&call), (true, "Verpasster Anruf von Bob".to_owned()));
        speak(Language::English);
    }
}
