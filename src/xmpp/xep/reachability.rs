//! XEP-0152: reachability addresses, in presence and on PEP. They are claims (CUSAX C24, C25).

use tokio_xmpp::minidom::Element;
use tokio_xmpp::minidom::rxml::{Namespace, xml_ncname};
use tokio_xmpp::parsers::message::Message;

use super::pep::{self, Access};
use crate::xmpp::ReachAddress;
use crate::xmpp::session::text;

/// The namespace, which is the node as well; with `+notify` the feature that asks for changes.
pub const NODE: &str = "urn:xmpp:reach:0";

/// The most addresses of one source.
const MAX_ADDRESSES: usize = 8;
/// The longest address, in octets.
const MAX_URI: usize = 512;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 80;

/// The addresses among a presence's payloads, in their order.
pub fn in_presence(payloads: &[Element]) -> Vec<ReachAddress> {
    payloads.iter().find(|payload| payload.is("reach", NODE)).map(read).unwrap_or_default()
}

/// The addresses that a message announces, none when they are withdrawn; `None` for a message
/// about something else.
pub fn announced(message: &Message) -> Option<Vec<ReachAddress>> {
    let content = pep::event(message, NODE)?;
    Some(content.filter(|content| content.is("reach", NODE)).map(read).unwrap_or_default())
}

/// The payload that announces our own addresses to those who see our presence, or withdraws
/// them.
pub fn publish(addresses: &[ReachAddress]) -> Element {
    let fitting = addresses.iter().filter_map(|address| {
        fit(&address.uri, address.description.as_deref().unwrap_or_default())
    });
    let children: Vec<Element> = fitting.take(MAX_ADDRESSES).map(element).collect();
    // Whatever the node is like, what it held goes away.
    let access = (!children.is_empty()).then_some(Access::Presence);
    let content = Element::builder("reach", NODE).append_all(children).build();
    pep::publish(NODE, pep::CURRENT, content, access)
}

fn read(reach: &Element) -> Vec<ReachAddress> {
    let addresses = reach.children().filter(|child| child.is("addr", NODE));
    addresses
        .filter_map(|address| fit(address.attr("uri")?, &description(address)))
        .take(MAX_ADDRESSES)
        .collect()
}

/// The description in English, or in no language in particular, or else in whichever.
fn description(address: &Element) -> String {
    let all = || address.children().filter(|child| child.is("desc", NODE));
    let language = |desc: &&Element| desc.attr_ns(&Namespace::XML, "lang").map(str::to_lowercase);
    let best = all().find(|desc| language(desc).is_some_and(|lang| lang.starts_with("en")));
    let best = best.or_else(|| all().find(|desc| language(desc).is_none()));
    best.or_else(|| all().next()).map(Element::text).unwrap_or_default()
}

/// The address, if it is one and short enough.
fn fit(uri: &str, description: &str) -> Option<ReachAddress> {
    let uri = uri.trim();
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let clean = text::line(uri, MAX_URI) == uri && !uri.contains(char::is_whitespace);
    if !is_scheme || rest.is_empty() || !clean {
        return None;
    }
    let description: String =
        text::line(description, 4 * MAX_DESCRIPTION).chars().take(MAX_DESCRIPTION).collect();
    let description = Some(description.trim().to_owned()).filter(|text| !text.is_empty());
    Some(ReachAddress { uri: uri.to_owned(), description })
}

fn element(address: ReachAddress) -> Element {
    let desc = address.description.map(|text| Element::builder("desc", NODE).append(text).build());
    Element::builder("addr", NODE)
        .attr(xml_ncname!("uri").to_owned(), address.uri)
        .append_all(desc)
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn presence(inner: &str) -> Vec<ReachAddress> {
        let reach: Element = format!("<reach xmlns='{NODE}'>{inner}</reach>").parse().unwrap();
        in_presence(&[Element::bare("c", "http://jabber.org/protocol/caps"), reach])
    }

    fn address(uri: &str, description: Option<&str>) -> ReachAddress {
        ReachAddress { uri: uri.to_owned(), description: description.map(str::to_owned) }
    }

    #[test]
    fn addresses_keep_their_order_and_what_they_are() {
        let found = presence(
            "<addr uri='sip:room4@example.com'><desc xml:lang='de'>Raum</desc>\
             <desc xml:lang='en-GB'>Room\n 4</desc></addr>\
             <addr uri=' tel:+1-303-555-1212 '/><addr uri='sip:a@b'><desc>  </desc></addr>",
        );
        let expected = [
            address("sip:room4@example.com", Some("Room  4")),
            address("tel:+1-303-555-1212", None),
            address("sip:a@b", None),
        ];
        assert_eq!(found, expected);
        assert!(in_presence(&[]).is_empty());
        assert!(presence("").is_empty());
    }

    #[test]
    fn what_is_no_address_is_left_out_and_the_rest_bounded() {
        let long = format!("<addr uri='sip:{}@b'/>", "a".repeat(MAX_URI));
        let text = format!("<addr uri='sip:a@b'><desc>{}</desc></addr>", "é".repeat(500));
        let odd = "<addr/><addr uri=''/><addr uri='sip:'/><addr uri='bob'/><addr uri='1x:y'/>\
            <addr uri='sip:a b@c'/><addr uri='sip:a\u{202e}@c'/><other uri='sip:a@b'/>";
        let found = presence(&format!("{odd}{long}{text}"));
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(only.description.as_ref().unwrap().chars().count(), MAX_DESCRIPTION);
        assert_eq!(presence(&"<addr uri='sip:a@b'/>".repeat(100)).len(), MAX_ADDRESSES);
    }

    #[test]
    fn ours_are_written_as_they_are_read_and_withdrawn_by_none() {
        let ours = [address("sip:alice@x.test", Some("Desk <1>")), address("tel:+1303", None)];
        let reach = |published: Element| {
            let item = published.children().next()?.children().next()?.clone();
            item.children().next().cloned()
        };
        let published = publish(&ours);
        assert!(String::from(&published).contains("<value>presence</value>"));
        assert_eq!(in_presence(&[reach(published).unwrap()]), ours);
        let none = publish(&[]);
        assert!(!String::from(&none).contains("publish-options"));
        assert_eq!(reach(none).unwrap(), Element::bare("reach", NODE));
        assert_eq!(publish(&[address("nonsense", None)]), publish(&[]));
    }
}
