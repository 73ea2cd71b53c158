//! XEP-0184: message delivery receipts.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::message::{Message, MessageType};
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::receipts::{Received, Request};

/// The payload that asks for a receipt.
pub fn request() -> Element {
    Request.into()
}

/// The identifier to confirm, when `message` asks for a receipt and may have one.
pub fn asked_for(message: &Message) -> Option<String> {
    let may = !matches!(message.type_, MessageType::Error | MessageType::Groupchat);
    let asks = message.payloads.iter().any(|payload| payload.is("request", ns::RECEIPTS));
    message.id.as_ref().filter(|_| may && asks).map(|id| id.0.clone())
}

/// The payload that confirms message `id`.
pub fn confirm(id: String) -> Element {
    Received { id }.into()
}

/// The identifier of the message that `message` confirms.
pub fn confirmed(message: &Message) -> Option<String> {
    let payload = message.payloads.iter().find(|payload| payload.is("received", ns::RECEIPTS))?;
    payload.attr("id").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(attributes: &str, inner: &str) -> Message {
        let xml = format!("<message xmlns='jabber:client' {attributes}>{inner}</message>");
        xml.parse::<Element>().unwrap().try_into().unwrap()
    }

    #[test]
    fn a_receipt_needs_an_id_and_never_answers_errors_or_rooms() {
        let asks = "<request xmlns='urn:xmpp:receipts'/>";
        assert_eq!(asked_for(&message("id='1' type='chat'", asks)).as_deref(), Some("1"));
        assert_eq!(asked_for(&message("type='chat'", asks)), None);
        assert_eq!(asked_for(&message("id='1' type='groupchat'", asks)), None);
        assert_eq!(asked_for(&message("id='1' type='error'", asks)), None);
        assert_eq!(asked_for(&message("id='1' type='chat'", "")), None);
    }

    #[test]
    fn what_confirms_is_read_back() {
        let mut receipt = message("", "");
        receipt.payloads.push(confirm("7".to_owned()));
        assert_eq!(confirmed(&receipt).as_deref(), Some("7"));
        receipt.payloads = vec![request()];
        assert_eq!(confirmed(&receipt), None);
    }
}
