//! XEP-0163: personal eventing, what an account says about itself on nodes of its own (XEP-0060).

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::data_forms::{DataForm, DataFormType, Field};
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::pubsub::pubsub::{Item, PubSub, Publish, PublishOptions, Retract};
use tokio_xmpp::parsers::pubsub::{ItemId, NodeName};

/// The name of the only item of a node (XEP-0060 §12.20).
pub const CURRENT: &str = "current";

const PUBLISH_OPTIONS: &str = "http://jabber.org/protocol/pubsub#publish-options";

/// Who may read a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Who may see our presence.
    Presence,
}

/// The payload that publishes a node's item. With `access` it is refused when the node exists
/// and lets others read than those; a new node gets that, and keeps its item.
pub fn publish(node: &str, item: &str, content: Element, access: Option<Access>) -> Element {
    let item = Item { id: Some(ItemId(item.to_owned())), publisher: None, payload: Some(content) };
    PubSub::Publish {
        publish: Publish { node: NodeName(node.to_owned()), items: vec![item] },
        publish_options: access.map(options),
    }
    .into()
}

/// The payload that takes a node's item back.
pub fn retract(node: &str, item: &str) -> Element {
    let item = Item { id: Some(ItemId(item.to_owned())), publisher: None, payload: None };
    PubSub::Retract(Retract { node: NodeName(node.to_owned()), notify: true, items: vec![item] })
        .into()
}

/// What a message says of the content of `node`, if that is what it is about: the new item's
/// payload, or `None` when the item was taken back. Only the owner itself may say so.
pub fn event<'a>(message: &'a Message, node: &str) -> Option<Option<&'a Element>> {
    let from_bare = message.from.as_ref().is_some_and(|from| from.resource().is_none());
    if !from_bare {
        return None;
    }
    let events = message.payloads.iter().filter(|event| event.is("event", ns::PUBSUB_EVENT));
    let change = events.flat_map(Element::children).find(|change| {
        let of_content = ["items", "purge", "delete"].contains(&change.name());
        of_content && change.attr("node") == Some(node)
    })?;
    let item = change.get_child("item", ns::PUBSUB_EVENT);
    Some(item.and_then(|item| item.children().next()))
}

fn options(access: Access) -> PublishOptions {
    let model = match access {
        Access::Open => "open",
        Access::Presence => "presence",
    };
    let fields = vec![
        Field::text_single("pubsub#access_model", model),
        Field::text_single("pubsub#persist_items", "true"),
    ];
    let form = DataForm::new(DataFormType::Submit, PUBLISH_OPTIONS, fields);
    PublishOptions { form: Some(form) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(from: &str, inner: &str) -> Message {
        let xml = format!(
            "<message xmlns='jabber:client' type='headline' from='{from}'>\
             <event xmlns='http://jabber.org/protocol/pubsub#event'>{inner}</event></message>"
        );
        xml.parse::<Element>().unwrap().try_into().unwrap()
    }

    #[test]
    fn an_item_is_published_with_what_the_node_must_be_like() {
        let content = || Element::bare("x", "urn:x");
        let xml = String::from(&publish("urn:x", CURRENT, content(), Some(Access::Open)));
        let parsed = PubSub::try_from(xml.parse::<Element>().unwrap()).unwrap();
        let PubSub::Publish { publish: published, publish_options: Some(options) } = parsed else {
            panic!("{xml}")
        };
        assert_eq!(published.node.0, "urn:x");
        assert_eq!(published.items[0].payload, Some(content()));
        let form = options.form.unwrap();
        assert_eq!(form.form_type(), Some(PUBLISH_OPTIONS));
        let model = &form.fields[1];
        assert_eq!(model.var.as_deref(), Some("pubsub#access_model"));
        assert_eq!(model.values, ["open"]);
        let plain = String::from(&publish("urn:x", CURRENT, content(), None));
        assert!(!plain.contains("publish-options"), "{plain}");
        let retract = String::from(&retract("urn:x", "7"));
        assert!(retract.contains("retract") && retract.contains('7'), "{retract}");
    }

    #[test]
    fn a_change_is_told_by_its_owner_alone() {
        let item = "<items node='urn:x'><item id='current'><x xmlns='urn:x'/></item></items>";
        let bob = message("bob@x.test", item);
        assert_eq!(event(&bob, "urn:x"), Some(Some(&Element::bare("x", "urn:x"))));
        assert_eq!(event(&bob, "urn:y"), None);
        assert_eq!(event(&message("bob@x.test/phone", item), "urn:x"), None);
        for gone in [
            "<items node='urn:x'><retract id='current'/></items>",
            "<items node='urn:x'><item id='current'/></items>",
            "<purge node='urn:x'/>",
            "<delete node='urn:x'/>",
        ] {
            assert_eq!(event(&message("bob@x.test", gone), "urn:x"), Some(None), "{gone}");
        }
        let other = message("bob@x.test", "<configuration node='urn:x'/>");
        assert_eq!(event(&other, "urn:x"), None);
    }
}
