//! The screens. Each keeps only what the person did to it (drafts, scroll, selection),
//! borrows everything else, and answers a message with an [`Action`] for its parent.

pub mod conversation;
pub mod protection;
pub mod roster;
pub mod sidebar;
pub mod welcome;

use crate::core::command::{ChatCommand, Command};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::words::Clock;
use crate::model::address::Aor;
use crate::model::call::{Binding, Call, CallState};
use crate::model::contact::Contact;
use crate::model::party::Party;

/// What every screen is lent to show.
#[derive(Debug, Clone, Copy)]
pub struct Shared<'a> {
    /// The state of everything.
    pub snapshot: &'a Snapshot,
    /// The moment.
    pub clock: Clock,
    /// There is room for one column only.
    pub narrow: bool,
}

/// What a screen asks of its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Nothing.
    None,
    /// Carry out a command whose answer does not matter unless it fails.
    Run(Command),
    /// Send a message, and say that we stopped typing.
    Send {
        /// To whom.
        to: Party,
        /// The text.
        body: String,
    },
    /// Call somebody.
    Place {
        /// A JID, a URI or a number as typed.
        to: String,
        /// The name for people.
        name: String,
    },
    /// Fetch older entries of a conversation.
    Load(ChatCommand),
    /// Show a conversation.
    Open(Party),
    /// Show both accounts side by side.
    Protection,
    /// Go back to the list.
    Back,
    /// Wait, then ask whether the person still types.
    WatchTyping(u64),
}

/// The live call with somebody, if there is one.
pub fn call_with<'a>(snapshot: &'a Snapshot, with: &Party) -> Option<&'a Call> {
    let is_theirs = |call: &&Call| match with {
        Party::Jid(jid) => {
            let proven = call.peer.binding == Binding::Verified;
            proven && call.peer.jid.as_deref() == Some(jid.as_str())
        }
        Party::Sip(aor) => Aor::parse(&call.peer.uri).is_ok_and(|peer| peer == *aor),
    };
    snapshot.calls.iter().filter(|call| call.state != CallState::Ended).find(is_theirs)
}

/// The contact of an address of the chat side.
pub fn contact_with<'a>(snapshot: &'a Snapshot, with: &Party) -> Option<&'a Contact> {
    snapshot.contact(with.jid()?).map(AsRef::as_ref)
}

/// The name of an address: its contact's, else its local part, else itself. An address of
/// telephony is shown whole: nothing proves whose it is.
pub fn name_of(snapshot: &Snapshot, with: &Party) -> String {
    let name = contact_with(snapshot, with).map(|contact| plain::line(&contact.name));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| match with {
        Party::Jid(jid) => {
            jid.node().map_or_else(|| jid.to_string(), |node| plain::line(node.as_str()))
        }
        Party::Sip(_) => plain::line(&with.shown()),
    })
}
