//! XEP-0292: vCard4 (RFC 6350, RFC 6351) in its PEP form, node `urn:xmpp:vcard4` (CUSAX C18).

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::pubsub::pubsub::{Items, PubSub};

use crate::model::contact::NumberSource;
use crate::model::vcard::{Tel, Vcard};

/// The node, and with `+notify` the feature that asks for its changes.
pub const NODE: &str = "urn:xmpp:vcard4";
const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";

/// The payload that asks for a card, at the owner's bare JID.
pub fn request() -> Element {
    PubSub::Items(Items { max_items: Some(1), ..Items::new(NODE) }).into()
}

/// Reads the answer to [`request`]; `None` when there is no card in it.
pub fn parse_answer(pubsub: &Element) -> Option<Vcard> {
    if !pubsub.is("pubsub", ns::PUBSUB) {
        return None;
    }
    let items = pubsub
        .children()
        .filter(|items| items.is("items", ns::PUBSUB) && items.attr("node") == Some(NODE));
    items
        .flat_map(Element::children)
        .filter(|item| item.is("item", ns::PUBSUB))
        .find_map(|item| parse(item.get_child("vcard", VCARD4)?))
}

/// Whether a message says that its sender's card changed. Only the owner itself may say so.
pub fn is_change(message: &Message) -> bool {
    let from_bare = message.from.as_ref().is_some_and(|from| from.resource().is_none());
    from_bare
        && message
            .payloads
            .iter()
            .filter(|payload| payload.is("event", ns::PUBSUB_EVENT))
            .any(|event| event.children().any(|items| items.attr("node") == Some(NODE)))
}

/// Reads a card; `None` for an empty one.
fn parse(card: &Element) -> Option<Vcard> {
    let properties = || {
        // RFC 6351 §5.2: properties may stand in a named group.
        card.children().flat_map(|child| {
            let grouped = child.is("group", VCARD4);
            std::iter::once(child)
                .filter(move |_| !grouped)
                .chain(child.children().filter(move |_| grouped))
        })
    };
    properties().next()?;
    let name = properties()
        .find(|property| property.is("fn", VCARD4))
        .and_then(|name| name.get_child("text", VCARD4))
        .map(Element::text);
    let tels = properties().filter(|property| property.is("tel", VCARD4)).filter_map(tel);
    Some(Vcard {
        full_name: name.as_deref().and_then(super::full_name),
        tels: tels.take(super::MAX_TELS).collect(),
        source: NumberSource::Vcard4,
    })
}

fn tel(tel: &Element) -> Option<Tel> {
    let value = tel.get_child("uri", VCARD4).or_else(|| tel.get_child("text", VCARD4))?.text();
    let parameters = tel.get_child("parameters", VCARD4);
    let kinds = parameters.and_then(|all| all.get_child("type", VCARD4));
    let types = kinds.map(|kinds| types(&kinds.text(), kinds)).unwrap_or_default();
    // RFC 6351 wraps the number in `<integer>`; some cards do not.
    let pref = parameters
        .and_then(|all| all.get_child("pref", VCARD4))
        .map(|pref| pref.get_child("integer", VCARD4).unwrap_or(pref).text())
        .and_then(|text| text.trim().parse::<u8>().ok())
        .filter(|pref| (1..=100).contains(pref));
    super::tel(&value, types, pref.unwrap_or(100))
}

/// Types as separate `<text>` elements, or as one list with commas.
fn types(own: &str, kinds: &Element) -> Vec<String> {
    let texts = kinds.children().filter(|kind| kind.is("text", VCARD4)).map(Element::text);
    texts
        .chain(std::iter::once(own.to_owned()))
        .flat_map(|text| text.split(',').map(|kind| kind.trim().to_lowercase()).collect::<Vec<_>>())
        .filter(|kind| !kind.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn card(inner: &str) -> Option<Vcard> {
        let answer = format!(
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'>\
             <item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>{inner}</vcard>\
             </item></items></pubsub>"
        );
        parse_answer(&answer.parse().unwrap())
    }

    #[test]
    fn uri_and_text_values_are_numbers() {
        let card = card(
            "<fn><text>Alice</text></fn>\
             <tel><parameters><type><text>Work</text><text>voice</text><text>video</text></type>\
             <pref><integer>1</integer></pref></parameters><uri>sip:alice@x.test</uri></tel>\
             <tel><parameters><type><text>cell,HOME</text></type><pref>7</pref></parameters>\
             <text>+1 303 555 1212</text></tel>",
        )
        .unwrap();
        assert_eq!(card.full_name.as_deref(), Some("Alice"));
        assert_eq!(card.source, NumberSource::Vcard4);
        let [sip, cell] = card.tels.as_slice() else { panic!("two numbers") };
        assert_eq!(sip.value, "sip:alice@x.test");
        assert_eq!(sip.types, ["work", "voice", "video"]);
        assert_eq!(sip.pref, 1);
        assert_eq!(cell.value, "+1 303 555 1212");
        assert_eq!(cell.types, ["cell", "home"]);
        assert_eq!(cell.pref, 7);
    }

    #[test]
    fn deployed_oddities_are_understood() {
        let card = card(
            "<group name='item1'><tel><uri>tel:sip:bob@x.test</uri></tel></group>\
             <tel><uri/></tel><tel/><tel><parameters><pref><integer>900</integer></pref>\
             </parameters><uri>tel:+1;ext=2</uri></tel>",
        )
        .unwrap();
        let values: Vec<_> = card.tels.iter().map(|tel| (tel.value.as_str(), tel.pref)).collect();
        assert_eq!(values, [("sip:bob@x.test", 100), ("tel:+1;ext=2", 100)]);
    }

    #[test]
    fn what_is_shown_is_what_it_looks_like() {
        let card = card(
            "<fn><text>\u{202e}eciloP\u{2028}!</text></fn><tel><parameters><type>\
             <text>work</text><text>verified by your bank)</text></type></parameters>\
             <uri>sip:bob@x.test</uri></tel>",
        )
        .unwrap();
        assert_eq!(card.full_name.as_deref(), Some("eciloP !"));
        assert_eq!(card.tels[0].types, ["work"]);
    }

    #[test]
    fn nothing_published_is_no_card() {
        assert_eq!(card(""), None);
        let empty = "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>";
        assert_eq!(parse_answer(&empty.parse().unwrap()), None);
    }

    #[test]
    fn only_the_owner_says_that_a_card_changed() {
        let message = |from: &str, node: &str| -> Message {
            let xml = format!(
                "<message xmlns='jabber:client' type='headline' from='{from}'>\
                 <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'/>\
                 </event></message>"
            );
            xml.parse::<Element>().unwrap().try_into().unwrap()
        };
        assert!(is_change(&message("bob@x.test", NODE)));
        assert!(!is_change(&message("bob@x.test/phone", NODE)));
        assert!(!is_change(&message("bob@x.test", "urn:xmpp:avatar:metadata")));
    }
}
