//! Protection in words: of the connections, of messages, of calls, and how they differ within one
//! conversation (CUSAX C61, C62, C66).

use crate::core::command::Parity;
use crate::core::snapshot::Snapshot;
use crate::gui::theme::Tone;
use crate::model::account::{AccountKind, Security, Transport};
use crate::model::call::{Call, CallState, MediaInfo, MediaProtection};
use crate::model::party::Party;
use crate::model::security::{Fingerprint, MediaLevel};
use crate::tr;

/// One word on protection for the connection chip, with its tone; nothing while no account
/// has a connection.
pub fn protection(snapshot: &Snapshot) -> Option<(Tone, &'static str)> {
    let mut known = snapshot.accounts.iter().filter_map(|account| account.security.as_ref());
    let first = known.next()?;
    let rest: Vec<&Security> = known.collect();
    let all = encrypted(first) && rest.iter().all(|security| encrypted(security));
    Some(match (snapshot.security.level, all, rest.is_empty()) {
        (Parity::Mismatch, ..) => (Tone::Warn, tr!("protection-differs")),
        (Parity::Equal, false, _) => (Tone::Warn, tr!("protection-not-encrypted")),
        (Parity::Equal, true, true) => (Tone::Good, tr!("protection-encrypted")),
        (Parity::Equal, true, false) => (Tone::Good, tr!("protection-equal")),
    })
}

/// Whether a connection is encrypted to a server whose name was verified.
pub fn encrypted(security: &Security) -> bool {
    security.transport == Transport::Tls
        && security.tls.as_ref().is_some_and(|facts| facts.peer_verified || facts.pinned)
}

/// How the sound of a call is protected. Both ways of SRTP here are keyed with the
/// provider's help, so neither is promised to reach further than that.
pub fn media_protection(media: &MediaInfo) -> (Tone, &'static str) {
    match media.srtp {
        MediaProtection::None => (Tone::Warn, tr!("protection-not-encrypted")),
        MediaProtection::Sdes | MediaProtection::Dtls => {
            (Tone::Good, tr!("protection-to-provider"))
        }
    }
}

/// How messages with somebody are protected now; nothing while they cannot be sent.
pub fn messages_with(snapshot: &Snapshot, with: &Party) -> Option<MediaLevel> {
    let kind = if with.jid().is_some() { AccountKind::Xmpp } else { AccountKind::Sip };
    let contact = with.jid().and_then(|jid| snapshot.contact(jid));
    let account = snapshot.accounts.iter().find(|account| match contact {
        Some(contact) => account.id == contact.account,
        None => account.kind == kind && account.features.chat,
    })?;
    account.level.map(MediaLevel::of_messages)
}

/// The same in words. Nothing is promised beyond the provider: there is no encryption from end to
/// end in this version.
pub fn messages(level: MediaLevel) -> (Tone, &'static str) {
    match level {
        MediaLevel::Open => (Tone::Warn, tr!("protection-chat-open")),
        _ => (Tone::Good, tr!("protection-chat-to-provider")),
    }
}

/// A fingerprint in lines of eight pairs, so that two can be compared.
pub fn fingerprint(fingerprint: &Fingerprint) -> String {
    let text = fingerprint.to_string();
    let pairs: Vec<&str> = text.split(':').collect();
    let lines: Vec<String> = pairs.chunks(8).map(|line| line.join(":")).collect();
    lines.join("\n")
}

/// What to know where a call runs beside messages that are protected otherwise (CUSAX C66).
pub fn beside(messages: Option<MediaLevel>, call: &Call) -> Option<&'static str> {
    let is_on = matches!(call.state, CallState::Active | CallState::Held | CallState::HeldByPeer);
    match (messages? != MediaLevel::Open, call.media.srtp != MediaProtection::None) {
        _ if !is_on || call.media.codec.is_empty() => None,
        (true, false) => Some(tr!("protection-only-messages")),
        (false, true) => Some(tr!("protection-only-call")),
        (true, true) | (false, false) => None,
    }
}
