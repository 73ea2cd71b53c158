//! XEP-0280: message carbons, copies of what our other devices send and receive.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::carbons::Enable;
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ns;

use crate::model::BareJid;
use crate::model::time::Timestamp;

/// A copy.
#[derive(Debug, Clone, PartialEq)]
pub struct Carbon {
    /// Another of our devices sent the message; else one received it.
    pub sent: bool,
    /// The message.
    pub message: Message,
    /// When, if the copy says so.
    pub at: Option<Timestamp>,
}

/// The payload that switches carbons on.
pub fn enable() -> Element {
    Enable.into()
}

/// What a message is to carbons.
#[derive(Debug, Clone, PartialEq)]
pub enum Unwrapped {
    /// No carbon.
    Plain,
    /// A copy to be believed.
    Carbon(Box<Carbon>),
    /// Made to look like a copy by somebody who must not send one (CVE-2017-5589).
    Forged,
}

/// Opens `message`. Only our own account may send copies.
pub fn unwrap(message: &Message, own: &BareJid, now: Timestamp) -> Unwrapped {
    let mut payloads = message.payloads.iter();
    let Some(wrapper) = payloads
        .find(|payload| payload.is("sent", ns::CARBONS) || payload.is("received", ns::CARBONS))
    else {
        return Unwrapped::Plain;
    };
    let from_us = message.from.as_ref().is_none_or(|from| from == own);
    let forwarded = wrapper.get_child("forwarded", ns::FORWARD);
    let inner = forwarded.and_then(|all| all.get_child("message", ns::DEFAULT_NS));
    let (true, Some(inner)) = (from_us, inner) else { return Unwrapped::Forged };
    let Ok(message) = Message::try_from(inner.clone()) else { return Unwrapped::Forged };
    let at = super::delay::stamp(forwarded.into_iter().flat_map(Element::children), now);
    Unwrapped::Carbon(Box::new(Carbon { sent: wrapper.name() == "sent", message, at }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn open(from: &str, wrapper: &str, inner: &str) -> Unwrapped {
        let xml = format!(
            "<message xmlns='jabber:client' {from}><{wrapper} xmlns='urn:xmpp:carbons:2'>{inner}\
             </{wrapper}></message>"
        );
        let message = xml.parse::<Element>().unwrap().try_into().unwrap();
        let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        unwrap(&message, &BareJid::new("alice@x.test").unwrap(), now)
    }

    const INNER: &str = "<forwarded xmlns='urn:xmpp:forward:0'>\
        <delay xmlns='urn:xmpp:delay' stamp='2026-03-01T10:00:00Z'/>\
        <message xmlns='jabber:client' from='alice@x.test/phone' to='bob@x.test' id='1'>\
        <body>hi</body></message></forwarded>";

    #[test]
    fn our_own_account_is_believed() {
        let Unwrapped::Carbon(carbon) = open("from='alice@x.test'", "sent", INNER) else {
            panic!("a carbon")
        };
        assert!(carbon.sent);
        assert_eq!(carbon.message.id.unwrap().0, "1");
        assert_eq!(carbon.at, Timestamp::parse("2026-03-01T10:00:00Z"));
        let received = open("", "received", INNER);
        assert!(matches!(received, Unwrapped::Carbon(carbon) if !carbon.sent));
    }

    #[test]
    fn nobody_else_is() {
        for from in ["from='eve@x.test'", "from='alice@x.test/eve'", "from='x.test'"] {
            assert_eq!(open(from, "sent", INNER), Unwrapped::Forged);
        }
        assert_eq!(open("from='alice@x.test'", "sent", ""), Unwrapped::Forged);
        assert_eq!(open("from='eve@x.test'", "private", ""), Unwrapped::Plain);
    }
}
