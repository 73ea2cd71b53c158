//! XEP-0191: blocking command.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::blocking::{Block, Unblock};
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
        }
    }
}
