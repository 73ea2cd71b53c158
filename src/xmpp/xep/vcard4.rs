//! XEP-0292: vCard4 (RFC 6350, RFC 6351) in its PEP form, node `urn:xmpp:vcard4` (CUSAX C18).

use tokio_xmpp::minidom::{Element, Node};
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::pubsub::pubsub::{Items, PubSub};

use super::pep::{self, Access};
use crate::model::contact::NumberSource;
use crate::model::vcard::{Photo, Tel, Vcard};

/// The node, and with `+notify` the feature that asks for its changes.
pub const NODE: &str = "urn:xmpp:vcard4";
const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";
/// Types of vcard-temp that are none here (XEP-0292 §5).
const FOREIGN: [&str; 5] = ["msg", "bbs", "modem", "isdn", "pcs"];

/// A card as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The name of its item.
    pub item: String,
    /// The `vcard` element.
    pub card: Element,
}

/// The payload that asks for a card, at the owner's bare JID.
pub fn request() -> Element {
    PubSub::Items(Items { max_items: Some(1), ..Items::new(NODE) }).into()
}

/// Reads the answer to [`request`]; `None` when there is no card in it.
pub fn parse_answer(pubsub: &Element) -> Option<Vcard> {
    cards(pubsub).find_map(|(_, card)| parse(card))
}

/// The card in the answer to [`request`] as it is stored; `None` when there is none.
pub fn stored(pubsub: &Element) -> Option<Stored> {
    let (item, card) = cards(pubsub).next()?;
    let item = item.attr("id").unwrap_or(pep::CURRENT).to_owned();
    Some(Stored { item, card: card.clone() })
}

/// Whether a message says that its sender's card changed. Only the owner itself may say so.
pub fn is_change(message: &Message) -> bool {
    pep::event(message, NODE).is_some()
}

/// The payload that publishes a card; [`pep::publish`] says when it is refused.
pub fn publish(stored: &Stored, access: Option<Access>) -> Element {
    pep::publish(NODE, &stored.item, stored.card.clone(), access)
}

/// The payload that takes a card back.
pub fn retract(stored: &Stored) -> Element {
    pep::retract(NODE, &stored.item)
}

/// The card with these numbers instead of its own and everything else as it was; a new one
/// under `name` where there is none.
pub fn with_tels(old: Option<&Stored>, name: &str, tels: &[Tel]) -> Stored {
    let is_tel = |child: &Element| child.is("tel", VCARD4);
    let (item, mut card) = match old {
        Some(old) => (old.item.clone(), old.card.clone()),
        None => {
            let text = Element::builder("text", VCARD4).append(name.to_owned());
            let name = Element::builder("fn", VCARD4).append(text.build()).build();
            let card = Element::builder("vcard", VCARD4).append(name).build();
            (pep::CURRENT.to_owned(), card)
        }
    };
    for node in card.take_nodes() {
        match node {
            Node::Element(group) if group.is("group", VCARD4) && group.children().any(is_tel) => {
                let group = super::with_replaced(group, is_tel, Vec::new());
                if group.children().next().is_some() {
                    card.append_child(group);
                }
            }
            node => card.append_node(node),
        }
    }
    let card = super::with_replaced(card, is_tel, tels.iter().map(tel_element).collect());
    Stored { item, card }
}

/// The full name on a card.
pub fn full_name(card: &Element) -> Option<String> {
    parse(card)?.full_name
}

/// The cards in an answer, each with the item that holds it.
fn cards(pubsub: &Element) -> impl Iterator<Item = (&Element, &Element)> {
    let nodes = pubsub.is("pubsub", ns::PUBSUB).then(|| pubsub.children()).into_iter().flatten();
    nodes
        .filter(|items| items.is("items", ns::PUBSUB) && items.attr("node") == Some(NODE))
        .flat_map(Element::children)
        .filter(|item| item.is("item", ns::PUBSUB))
        .filter_map(|item| Some((item, item.get_child("vcard", VCARD4)?)))
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
        photo: properties().find(|property| property.is("photo", VCARD4)).and_then(photo),
    })
}

/// Only what came with the card (`data:`): nobody is told that we look.
fn photo(photo: &Element) -> Option<Photo> {
    let uri = photo.get_child("uri", VCARD4)?.text();
    let (kind, text) = uri.trim().strip_prefix("data:")?.split_once(',')?;
    (kind.ends_with(";base64")).then(|| super::photo(text)).flatten()
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

fn tel_element(tel: &Tel) -> Element {
    let leaf = |name: &str, text: &str| Element::builder(name, VCARD4).append(text).build();
    let known = tel.types.iter().filter(|kind| !FOREIGN.contains(&kind.as_str()));
    let types: Vec<Element> = known.map(|kind| leaf("text", kind)).collect();
    let mut parameters = Element::bare("parameters", VCARD4);
    if !types.is_empty() {
        parameters.append_child(Element::builder("type", VCARD4).append_all(types).build());
    }
    if tel.pref < 100 {
        let pref = leaf("integer", &tel.pref.to_string());
        parameters.append_child(Element::builder("pref", VCARD4).append(pref).build());
    }
    let scheme = tel.value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_uri = scheme.is_some_and(|scheme| ["sip", "sips", "tel"].contains(&scheme.as_str()));
    let mut element = Element::bare("tel", VCARD4);
    if parameters.children().next().is_some() {
        element.append_child(parameters);
    }
    element.append_child(leaf(if is_uri { "uri" } else { "text" }, &tel.value));
    element
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

    fn number(value: &str, types: &[&str], pref: u8) -> Tel {
        let types = types.iter().map(|kind| (*kind).to_owned()).collect();
        Tel { value: value.to_owned(), types, pref }
    }

    fn old(inner: &str) -> Stored {
        let card = format!("<vcard xmlns='{VCARD4}'>{inner}</vcard>").parse().unwrap();
        Stored { item: "7".to_owned(), card }
    }

    #[test]
    fn numbers_are_written_as_they_are_read() {
        let tels = [
            number("sip:alice@x.test", &["work", "voice", "video"], 1),
            number("tel:+13035551212", &[], 100),
            number("+1 303 555 1212 <&>", &["cell"], 50),
        ];
        let new = with_tels(None, "Alice <A>", &tels);
        assert_eq!(new.item, pep::CURRENT);
        let card = parse(&new.card).unwrap();
        assert_eq!(card.full_name.as_deref(), Some("Alice <A>"));
        assert_eq!(card.tels, tels);
        let xml = String::from(&new.card);
        assert!(xml.contains("<uri>sip:alice@x.test</uri>"), "{xml}");
        assert!(xml.contains("<tel><uri>tel:+13035551212</uri></tel>"), "{xml}");
        assert!(xml.contains("<text>+1 303 555 1212 &lt;&amp;&gt;</text>"), "{xml}");
        let isdn = with_tels(None, "A", &[number("1", &["isdn", "home"], 100)]);
        assert_eq!(parse(&isdn.card).unwrap().tels[0].types, ["home"]);
    }

    #[test]
    fn only_the_numbers_of_a_card_are_replaced() {
        let old = old("<fn><text>Alice</text></fn><tel><uri>tel:1</uri></tel>\
             <group name='a'><tel><uri>tel:2</uri></tel></group>\
             <group name='b'><tel><uri>tel:3</uri></tel><x-label><text>Desk</text></x-label></group>\
             <x-odd xmlns='urn:odd' a='b'>kept</x-odd><note><text>Hi</text></note>");
        let new = with_tels(Some(&old), "unused", &[number("sip:a@b", &[], 100)]);
        let expected = self::old(
            "<fn><text>Alice</text></fn><tel><uri>sip:a@b</uri></tel>\
             <group name='b'><x-label><text>Desk</text></x-label></group>\
             <x-odd xmlns='urn:odd' a='b'>kept</x-odd><note><text>Hi</text></note>",
        );
        assert_eq!(new, expected);
        let none = with_tels(Some(&new), "unused", &[]);
        assert!(parse(&none.card).unwrap().tels.is_empty());
        assert_eq!(full_name(&none.card).as_deref(), Some("Alice"));
    }

    #[test]
    fn a_stored_card_keeps_the_name_of_its_item() {
        let old = old("<fn><text>Alice</text></fn>");
        let answer = String::from(&publish(&old, None)).replace("publish", "items");
        assert_eq!(stored(&answer.parse().unwrap()), Some(old));
        let empty = "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>";
        assert_eq!(stored(&empty.parse().unwrap()), None);
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
