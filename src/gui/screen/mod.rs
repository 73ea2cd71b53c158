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
use crate::model::BareJid;
use crate::model::call::{Binding, Call, CallState};

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
        to: BareJid,
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
    Open(BareJid),
    /// Show both accounts side by side.
    Protection,
    /// Go back to the list.
    Back,
    /// Wait, then ask whether the person still types.
    WatchTyping(u64),
}

/// The live call with a contact, if there is one.
pub fn call_with<'a>(snapshot: &'a Snapshot, jid: &BareJid) -> Option<&'a Call> {
    let is_theirs = |call: &&Call| {
        let proven = call.peer.binding == Binding::Verified;
        proven && call.state != CallState::Ended && call.peer.jid.as_deref() == Some(jid.as_str())
    };
    snapshot.calls.iter().find(is_theirs)
}

/// The name of an address: its contact's, else its local part, else itself.
pub fn name_of(snapshot: &Snapshot, jid: &BareJid) -> String {
    let name = snapshot.contact(jid).map(|contact| plain::line(&contact.name));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        jid.node().map_or_else(|| jid.to_string(), |node| plain::line(node.as_str()))
    })
}
