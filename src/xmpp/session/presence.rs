//! Presence both ways, and requests to see it (RFC 6121 §3, §4).

use tokio_xmpp::parsers::presence::{Presence, Show as WireShow, Type};

use super::{Session, text};
use crate::model::presence::Show;
use crate::model::{BareJid, Jid};
use crate::xmpp::xep::{caps, reachability};
use crate::xmpp::{PresenceUpdate, XmppEvent};

/// The longest status text, in bytes.
const MAX_STATUS: usize = 1024;
/// The most people who may wait for an answer at once.
const MAX_ASKING: usize = 100;

impl Session {
    pub(super) fn want_presence(&mut self, show: Show, status: &str) {
        self.presence = Some((show, text::clean(status, MAX_STATUS)));
        self.presence_due = true;
        self.announce();
    }

    /// Sends the wanted presence, when there is one and it can be sent.
    pub(super) fn announce(&mut self) {
        if !(self.is_up() && self.roster_known && self.presence_due) {
            return;
        }
        let Some((show, status)) = self.presence.clone() else { return };
        self.presence_due = false;
        let mut presence = match show {
            Show::Offline => Presence::unavailable(),
            _ => Presence::available(),
        };
        presence.show = match show {
            Show::Chat => Some(WireShow::Chat),
            Show::Away => Some(WireShow::Away),
            Show::Xa => Some(WireShow::Xa),
            Show::Dnd => Some(WireShow::Dnd),
            Show::Online | Show::Offline => None,
        };
        if !status.is_empty() {
            presence.set_status("", status);
        }
        if show != Show::Offline {
            presence.payloads.extend(caps::presence_payload(self.takes_chat));
        }
        self.send(presence);
    }

    pub(super) fn send_subscription(&mut self, to: BareJid, type_: Type) {
        let _ = self.asking.remove(&to);
        self.send(Presence::new(type_).with_to(Jid::from(to)));
    }

    pub(super) fn receive_presence(&mut self, presence: Presence) {
        let Some(from) = presence.from.clone() else { return };
        let bare = from.to_bare();
        match presence.type_ {
            Type::Subscribe => self.receive_request(bare, &presence),
            Type::None | Type::Unavailable | Type::Error => {
                // A stranger's presence tells nothing about a contact.
                if !self.roster.contains_key(&bare) {
                    return;
                }
                let show = match (presence.type_, presence.show) {
                    (Type::None, None) => Show::Online,
                    (Type::None, Some(WireShow::Chat)) => Show::Chat,
                    (Type::None, Some(WireShow::Away)) => Show::Away,
                    (Type::None, Some(WireShow::Xa)) => Show::Xa,
                    (Type::None, Some(WireShow::Dnd)) => Show::Dnd,
                    _ => Show::Offline,
                };
                self.event(XmppEvent::Presence(PresenceUpdate {
                    from: bare,
                    resource: from.resource().map(|resource| resource.to_string()),
                    show,
                    status: status(&presence.statuses),
                    priority: presence.priority.0,
                    reach: match show {
                        Show::Offline => Vec::new(),
                        _ => reachability::in_presence(&presence.payloads),
                    },
                }));
            }
            // The roster push that follows says it all.
            Type::Subscribed | Type::Unsubscribe | Type::Unsubscribed => {}
            Type::Probe => {}
        }
    }

    fn receive_request(&mut self, from: BareJid, presence: &Presence) {
        if from == self.account || self.sees_us(&from) {
            return;
        }
        if self.asking.len() >= MAX_ASKING || !self.asking.insert(from.clone()) {
            return;
        }
        let text = status(&presence.statuses);
        self.event(XmppEvent::SubscriptionRequest { from, text });
    }
}

fn status<L: Ord + std::borrow::Borrow<str>>(
    statuses: &std::collections::BTreeMap<L, String>,
) -> String {
    let best = statuses.get("").or_else(|| statuses.values().next());
    best.map(|status| text::clean(status, MAX_STATUS)).unwrap_or_default()
}
