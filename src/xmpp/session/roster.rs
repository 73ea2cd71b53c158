//! The roster (RFC 6121 §2), and changes to it.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::presence::Type;
use tokio_xmpp::parsers::roster::{Group, Item, Roster, Subscription as WireSubscription};

use super::iq::{Failure, What};
use super::{RosterCommand, Session, text};
use crate::model::BareJid;
use crate::model::contact::Subscription;
use crate::model::time::Now;
use crate::xmpp::xep::blocking;
use crate::xmpp::{RosterItem, XmppEvent};

/// The most contacts that are kept.
const MAX_ITEMS: usize = 20_000;
/// The longest name of a contact or group, in bytes.
const MAX_NAME: usize = 256;
/// The most groups that a contact may be in.
const MAX_GROUPS: usize = 32;

impl Session {
    pub(super) fn fetch_roster(&mut self, now: Now) {
        let query = Roster { ver: None, items: Vec::new() };
        self.ask(now, None, What::Roster, query.into(), false);
    }

    /// The roster came, or will not come: presence makes sense now either way.
    pub(super) fn roster_arrived(&mut self, answer: Result<Option<Element>, Failure>) {
        match answer {
            Ok(query) => {
                let children = query.iter().flat_map(Element::children);
                let items: Vec<RosterItem> = children.filter_map(item).take(MAX_ITEMS).collect();
                self.roster =
                    items.iter().map(|item| (item.jid.clone(), item.subscription)).collect();
                self.event(XmppEvent::Roster(items));
            }
            Err(failure) => {
                self.event(XmppEvent::Notice(format!("The contact list is missing: {failure}.")));
            }
        }
        self.roster_known = true;
        self.announce();
    }

    /// A change that the server tells; the sender was checked.
    pub(super) fn roster_pushed(&mut self, query: &Element) {
        for child in query.children().take(1) {
            let Some(item) = item(child) else { continue };
            if child.attr("subscription") == Some("remove") {
                let _ = self.roster.remove(&item.jid);
                self.event(XmppEvent::RosterRemoved(item.jid));
            } else if self.roster.len() < MAX_ITEMS || self.roster.contains_key(&item.jid) {
                if matches!(item.subscription, Subscription::From | Subscription::Both) {
                    let _ = self.asking.remove(&item.jid);
                }
                let _ = self.roster.insert(item.jid.clone(), item.subscription);
                self.event(XmppEvent::RosterItem(item));
            }
        }
    }

    pub(super) fn change_roster(&mut self, now: Now, command: RosterCommand) {
        if !self.is_up() {
            let words = "Not connected: the contact list was not changed.";
            self.event(XmppEvent::Notice(words.to_owned()));
            return;
        }
        match command {
            RosterCommand::Add { jid, name, groups } => {
                let what = What::Change(format!("{jid} was not added"));
                let item = change(&jid, name, groups, WireSubscription::None);
                self.ask(now, None, what, item, true);
                self.send_subscription(jid, Type::Subscribe);
            }
            RosterCommand::Remove(jid) => {
                let what = What::Change(format!("{jid} was not removed"));
                let item = change(&jid, None, Vec::new(), WireSubscription::Remove);
                self.ask(now, None, what, item, true);
            }
            RosterCommand::Accept(jid) => self.send_subscription(jid, Type::Subscribed),
            RosterCommand::Deny(jid) => self.send_subscription(jid, Type::Unsubscribed),
            RosterCommand::Block(jid) => {
                let what = What::Change(format!("{jid} was not blocked"));
                self.ask(now, None, what, blocking::block(&jid), true);
            }
            RosterCommand::Unblock(jid) => {
                let what = What::Change(format!("{jid} was not unblocked"));
                self.ask(now, None, what, blocking::unblock(&jid), true);
            }
        }
    }
}

fn change(
    jid: &BareJid,
    name: Option<String>,
    groups: Vec<String>,
    subscription: WireSubscription,
) -> Element {
    let item = Item {
        jid: jid.clone(),
        name: name.map(|name| text::line(&name, MAX_NAME)).filter(|name| !name.is_empty()),
        subscription,
        ask: tokio_xmpp::parsers::roster::Ask::None,
        groups: groups
            .into_iter()
            .map(|group| text::line(&group, MAX_NAME))
            .filter(|group| !group.is_empty())
            .take(MAX_GROUPS)
            .map(Group)
            .collect(),
        approved: None,
    };
    Roster { ver: None, items: vec![item] }.into()
}

/// Reads one item by itself, so that a bad one costs no other.
fn item(item: &Element) -> Option<RosterItem> {
    if !item.is("item", ns::ROSTER) {
        return None;
    }
    let groups = item.children().filter(|child| child.is("group", ns::ROSTER));
    Some(RosterItem {
        jid: BareJid::new(item.attr("jid")?).ok()?,
        name: item
            .attr("name")
            .map(|name| text::line(name, MAX_NAME))
            .filter(|name| !name.is_empty()),
        groups: groups
            .map(|group| text::line(&group.text(), MAX_NAME))
            .filter(|group| !group.is_empty())
            .take(MAX_GROUPS)
            .collect(),
        subscription: match item.attr("subscription") {
            Some("to") => Subscription::To,
            Some("from") => Subscription::From,
            Some("both") => Subscription::Both,
            _ => Subscription::None,
        },
    })
}
