//! XEP-0085: chat state notifications.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::chatstates::ChatState as Wire;
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ns;

use crate::model::message::ChatState;

/// The payload that tells `state`.
pub fn payload(state: ChatState) -> Element {
    match state {
        ChatState::Active => Wire::Active,
        ChatState::Composing => Wire::Composing,
        ChatState::Paused => Wire::Paused,
        ChatState::Inactive => Wire::Inactive,
        ChatState::Gone => Wire::Gone,
    }
    .into()
}

/// The state that `message` tells.
pub fn state(message: &Message) -> Option<ChatState> {
    let payload = message.payloads.iter().find(|payload| payload.has_ns(ns::CHATSTATES))?;
    Some(match payload.name() {
        "active" => ChatState::Active,
        "composing" => ChatState::Composing,
        "paused" => ChatState::Paused,
        "inactive" => ChatState::Inactive,
        "gone" => ChatState::Gone,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_the_way() {
        let all = [
            ChatState::Active,
            ChatState::Composing,
            ChatState::Paused,
            ChatState::Inactive,
            ChatState::Gone,
        ];
        for told in all {
            let mut message = Message::new(None);
            message.payloads.push(payload(told));
            assert_eq!(state(&message), Some(told));
        }
    }

    #[test]
    fn an_unknown_state_is_none() {
        let mut message = Message::new(None);
        message.payloads.push(Element::bare("dancing", ns::CHATSTATES));
        assert_eq!(state(&message), None);
    }
}
