//! XEP-0030 and XEP-0115: what this client says it can do. Nothing of Jingle is in it
//! (CUSAX C7): calls go over SIP.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::caps::{Caps, compute_disco, hash_caps};
use tokio_xmpp::parsers::disco::{DiscoInfoResult, DiscoItemsResult, Identity};
use tokio_xmpp::parsers::hashes::Algo;

/// The address that names this software in capabilities.
pub const NODE: &str = "https://dovetail.im";

/// What is supported, each for a reason in this room.
const FEATURES: [&str; 12] = [
    "http://jabber.org/protocol/caps",
    "http://jabber.org/protocol/chatstates",
    "http://jabber.org/protocol/disco#info",
    "jabber:iq:version",
    "urn:xmpp:chat-markers:0",
    "urn:xmpp:ping",
    "urn:xmpp:reach:0",
    "urn:xmpp:reach:0+notify",
    "urn:xmpp:receipts",
    "urn:xmpp:sid:0",
    "urn:xmpp:time",
    "urn:xmpp:vcard4+notify",
];

/// What of it is about messages: gone where there are none (CUSAX C4).
const OF_MESSAGES: [&str; 3] =
    ["http://jabber.org/protocol/chatstates", "urn:xmpp:chat-markers:0", "urn:xmpp:receipts"];

/// The element that presence carries; `chat` says whether messages are taken.
pub fn presence_payload(chat: bool) -> Option<Element> {
    let hash = hash_caps(&compute_disco(&info(None, chat)), Algo::Sha_1).ok()?;
    Some(Caps::new(NODE, hash).into())
}

/// The answer to disco#info; `None` for a node that is not ours.
pub fn answer_info(node: Option<&str>, chat: bool) -> Option<Element> {
    node.is_none_or(|node| Some(node) == own_node(chat).as_deref())
        .then(|| info(node.map(str::to_owned), chat).into())
}

/// The answer to disco#items: there are none.
pub fn answer_items(node: Option<&str>) -> Element {
    DiscoItemsResult { node: node.map(str::to_owned), items: Vec::new(), rsm: None }.into()
}

/// The node with the verification string, as others ask for it.
fn own_node(chat: bool) -> Option<String> {
    let ver = presence_payload(chat)?.attr("ver")?.to_owned();
    Some(format!("{NODE}#{ver}"))
}

fn info(node: Option<String>, chat: bool) -> DiscoInfoResult {
    let told = FEATURES.iter().filter(|feature| chat || !OF_MESSAGES.contains(feature));
    DiscoInfoResult {
        node,
        identities: vec![Identity {
            category: "client".to_owned(),
            type_: "pc".to_owned(),
            lang: None,
            name: Some("Dovetail".to_owned()),
        }],
        features: told.map(|feature| (*feature).to_owned()).collect(),
        extensions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_answer() {
        let payload = presence_payload(true).unwrap();
        assert_eq!(payload.attr("hash"), Some("sha-1"));
        let node = format!("{NODE}#{}", payload.attr("ver").unwrap());
        let answer = answer_info(Some(&node), true).unwrap();
        assert_eq!(answer.attr("node"), Some(node.as_str()));
        let parsed = DiscoInfoResult::try_from(answer).unwrap();
        let hash = hash_caps(&compute_disco(&parsed), Algo::Sha_1).unwrap();
        assert_eq!(Some(hash.to_base64().as_str()), payload.attr("ver"));
    }

    #[test]
    fn the_library_hashes_as_the_xep_does() {
        // The simple example of XEP-0115 §5.2.
        let exodus = DiscoInfoResult {
            node: None,
            identities: vec![Identity {
                category: "client".to_owned(),
                type_: "pc".to_owned(),
                lang: None,
                name: Some("Exodus 0.9.1".to_owned()),
            }],
            features: [
                "http://jabber.org/protocol/caps",
                "http://jabber.org/protocol/disco#info",
                "http://jabber.org/protocol/disco#items",
                "http://jabber.org/protocol/muc",
            ]
            .map(str::to_owned)
            .into(),
            extensions: Vec::new(),
        };
        let hash = hash_caps(&compute_disco(&exodus), Algo::Sha_1).unwrap();
        assert_eq!(hash.to_base64(), "QgayPKawpkPSDYmwT/WM94uAlu0=");
    }

    #[test]
    fn no_calls_over_xmpp_are_promised() {
        let answer = String::from(&answer_info(None, true).unwrap());
        assert!(!answer.contains("jingle"));
        assert!(answer.contains("urn:xmpp:vcard4+notify"));
        assert!(answer.contains("urn:xmpp:reach:0+notify"));
    }

    #[test]
    fn another_node_is_not_ours() {
        assert_eq!(answer_info(Some("https://else.example#abc"), true), None);
        assert!(answer_info(None, true).is_some());
    }
}
