//! XEP-0108: user activity, on PEP. Ours alone; nobody else's is read.

use tokio_xmpp::minidom::Element;

use super::pep::{self, Access};
use crate::xmpp::Activity;

/// The namespace, which is the node as well.
const NODE: &str = "http://jabber.org/protocol/activity";

/// The payload that publishes what we do, for those who see our presence; or that it is over.
pub fn publish(activity: Option<Activity>) -> Element {
    let mut content = Element::bare("activity", NODE);
    if let Some(Activity::OnThePhone) = activity {
        let on_the_phone = Element::bare("on_the_phone", NODE);
        content.append_child(Element::builder("talking", NODE).append(on_the_phone).build());
    }
    // That it is over may be known to whoever knows that it was.
    let access = activity.map(|_| Access::Presence);
    pep::publish(NODE, pep::CURRENT, content, access)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_talking_on_the_phone_and_its_end_an_empty_activity() {
        let xml = String::from(&publish(Some(Activity::OnThePhone)));
        assert!(xml.contains("<talking><on_the_phone/></talking></activity>"), "{xml}");
        assert!(xml.contains("<value>presence</value>"), "{xml}");
        let over = String::from(&publish(None));
        assert!(over.contains(NODE) && !over.contains("talking"), "{over}");
        assert!(!over.contains("publish-options"), "{over}");
    }
}
