//! Whom the server keeps away (XEP-0191): asked for with every new session, then as it says what
//! changes.

use std::collections::BTreeSet;

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::stanza_error::DefinedCondition;

use super::Session;
use super::iq::{Failure, What};
use crate::model::BareJid;
use crate::model::time::Now;
use crate::xmpp::XmppEvent;
use crate::xmpp::xep::blocking;

/// The most addresses that are kept.
const MOST: usize = 10_000;

impl Session {
    pub(super) fn fetch_blocked(&mut self, now: Now) {
        self.ask(now, None, What::Blocked, blocking::request(), false);
    }

    /// The list came, or will not come.
    pub(super) fn blocked_arrived(&mut self, answer: Result<Option<Element>, Failure>) {
        match answer {
            Ok(list) => {
                let all = list.iter().flat_map(blocking::items).take(MOST);
                self.blocked = Some(all.collect());
                self.tell_blocked();
            }
            Err(Failure::Refused(condition, _)) if is_unknown(&condition) => {
                self.event(XmppEvent::Blocked(None));
            }
            Err(failure) => tracing::debug!(%failure, "nothing is known of who is blocked"),
        }
    }

    /// A change that the server tells; the sender was checked.
    pub(super) fn blocked_pushed(&mut self, payload: &Element) {
        let Some(blocked) = &mut self.blocked else { return };
        let items: BTreeSet<BareJid> = blocking::items(payload).take(MOST).collect();
        if blocking::adds(payload) {
            let room = MOST.saturating_sub(blocked.len());
            blocked.extend(items.into_iter().take(room));
        } else if payload.children().next().is_none() {
            blocked.clear();
        } else {
            blocked.retain(|jid| !items.contains(jid));
        }
        self.tell_blocked();
    }

    fn tell_blocked(&mut self) {
        if let Some(blocked) = &self.blocked {
            let all = blocked.iter().cloned().collect();
            self.event(XmppEvent::Blocked(Some(all)));
        }
    }
}

/// The server knows nothing of it.
fn is_unknown(condition: &DefinedCondition) -> bool {
    matches!(
        condition,
        DefinedCondition::ServiceUnavailable | DefinedCondition::FeatureNotImplemented
    )
}
