//! XEP-0333: displayed markers.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::displayed_markers::{Displayed, Markable};
use tokio_xmpp::parsers::message::{Id, Message};
use tokio_xmpp::parsers::ns;

/// The payload that asks for a marker.
pub fn request() -> Element {
    Markable.into()
}

/// Whether `message` asks for a marker.
pub fn asked_for(message: &Message) -> bool {
    message.payloads.iter().any(|payload| payload.is("markable", ns::DISPLAYED_MARKERS))
}

/// The payload that marks message `id`.
pub fn mark(id: String) -> Element {
    Displayed { id: Id(id) }.into()
}

/// The identifier of the message that `message` marks as displayed.
pub fn marked(message: &Message) -> Option<String> {
    let mut payloads = message.payloads.iter();
    let payload = payloads.find(|payload| payload.is("displayed", ns::DISPLAYED_MARKERS))?;
    payload.attr("id").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_asked_for_and_read_back() {
        let mut message = Message::new(None);
        assert!(!asked_for(&message));
        message.payloads.push(request());
        assert!(asked_for(&message));
        assert_eq!(marked(&message), None);
        message.payloads.push(mark("a".to_owned()));
        assert_eq!(marked(&message).as_deref(), Some("a"));
    }
}
