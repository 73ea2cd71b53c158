//! XEP-0191: blocking command.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::blocking::{Block, BlocklistRequest, Unblock};
use tokio_xmpp::parsers::ns;

use crate::model::{BareJid, Jid};

/// The payload that blocks `jid`.
pub fn block(jid: &BareJid) -> Element {
    Block { items: vec![Jid::from(jid.clone())] }.into()
}

/// The payload that undoes it.
pub fn unblock(jid: &BareJid) -> Element {
    Unblock { items: vec![Jid::from(jid.clone())] }.into()
}

/// The payload that asks for all of the list.
pub fn request() -> Element {
    BlocklistRequest.into()
}

/// The addresses that a list or a push names. One device of somebody is not one: only the others
/// can be shown and unblocked here.
pub fn items(payload: &Element) -> impl Iterator<Item = BareJid> {
    let items = payload.children().filter(|child| child.is("item", ns::BLOCKING));
    items.filter_map(|item| {
        let jid = Jid::new(item.attr("jid")?).ok()?;
        jid.resource().is_none().then(|| jid.to_bare())
    })
}

/// Whether a push adds to the list; else it takes away, and without items all.
pub fn adds(payload: &Element) -> bool {
    payload.is("block", ns::BLOCKING)
}

/// Whether `payload` is the server's word that the list changed.
pub fn is_push(payload: &Element) -> bool {
    payload.is("block", ns::BLOCKING) || payload.is("unblock", ns::BLOCKING)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_payloads_name_the_address() {
        let eve = BareJid::new("eve@x.test").unwrap();
        for payload in [block(&eve), unblock(&eve)] {
            assert!(is_push(&payload));
            let item = payload.get_child("item", ns::BLOCKING).unwrap();
            assert_eq!(item.attr("jid"), Some("eve@x.test"));
            assert!(items(&payload).eq([eve.clone()]));
        }
        assert!(adds(&block(&eve)) && !adds(&unblock(&eve)));
        assert!(request().is("blocklist", ns::BLOCKING));
    }

    #[test]
    fn only_whole_addresses_are_read() {
        let list = "<blocklist xmlns='urn:xmpp:blocking'><item jid='eve@x.test'/><item jid='y.test'/>\
                    <item jid='bob@x.test/desk'/><item jid='@@'/><item/><other jid='z@x.test'/>\
                    </blocklist>";
        let list: Element = list.parse().unwrap();
        let read: Vec<String> = items(&list).map(|jid| jid.to_string()).collect();
        assert_eq!(read, ["eve@x.test", "y.test"]);
    }
}
