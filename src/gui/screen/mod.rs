//! The screens. Each keeps only what the person did to it (drafts, scroll, selection),
//! borrows everything else, and answers a message with an [`Action`] for its parent.

pub mod accounts;
pub mod book;
pub mod calls;
pub mod conversation;
pub mod details;
pub mod palette;
pub mod password;
pub mod protection;
pub mod roster;
pub mod rules;
pub mod settings;
pub mod shortcuts;
pub mod sidebar;
pub mod sign_in;
pub mod welcome;

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::core::command::{CallCommand, Command, TransferTo};
use crate::core::snapshot::Snapshot;
use crate::gui::app::Keystroke;
use crate::gui::plain;
use crate::gui::theme::Mode;
use crate::gui::words::Clock;
use crate::model::BareJid;
use crate::model::address::Aor;
use crate::model::blocked::BlockList;
use crate::model::call::{Call, CallState};
use crate::model::contact::Contact;
use crate::model::id::{AccountId, CallId};
use crate::model::party::Party;
use crate::model::preferences::Change;

/// What every screen is lent to show.
#[derive(Debug, Clone, Copy)]
pub struct Shared<'a> {
    /// The state of everything.
    pub snapshot: &'a Snapshot,
    /// The moment.
    pub clock: Clock,
    /// There is room for one column only.
    pub narrow: bool,
    /// The colours.
    pub mode: Mode,
    /// The width of the place right of the side panel, in logical pixels.
    pub width: f32,
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
        /// On which account, when it matters.
        account: Option<AccountId>,
        /// It stood in a message: somebody else wants it called.
        linked: bool,
    },
    /// Put a text into the clipboard.
    Copy(String),
    /// Carry out something with a call; a failure is said at that call.
    OnCall(CallId, CallCommand),
    /// Send a call on.
    Transfer {
        /// Which.
        call: CallId,
        /// To whom.
        to: TransferTo,
        /// The name for people.
        name: String,
    },
    /// Hold a call and place another, so as to bring the two together.
    AskFirst {
        /// Which is held.
        call: CallId,
        /// A JID, a URI or a number as typed.
        to: String,
        /// The name for people.
        name: String,
    },
    /// Change a rule for calls; the answer is said at its field.
    Set(rules::Rule, Map<String, Value>),
    /// Show the rules for calls.
    Rules,
    /// Put the cursor into a field, or nowhere.
    Focus(Option<&'static str>),
    /// Move a list to an offset.
    Scroll(&'static str, f32),
    /// Ask the history for something of the conversation; the answer goes there.
    Load(Command, conversation::Ask),
    /// Show a conversation.
    Open(Party),
    /// Show both accounts side by side.
    Protection,
    /// Show another page.
    Go(Go),
    /// Do what a shortcut does.
    Key(Keystroke),
    /// Set how the window looks or behaves.
    Prefer(Change),
    /// Give the file of that another name: it cannot be read.
    SetPreferencesAside,
    /// Write the report that helps when something does not work into a new file.
    SaveReport(PathBuf),
    /// Show a directory in the desktop's program for files.
    Folder(PathBuf),
    /// Have the session start the program or not; without a word, only say whether it does.
    Autostart(Option<bool>),
    /// Carry out a command whose answer is said at a control.
    At(Spot, Command),
    /// Go back to the list.
    Back,
    /// Show a message where it was said.
    Show(palette::Said),
    /// Wait, then look for what is typed in the side panel, unless it is another text by then.
    WatchSearch(u64),
    /// Wait, then ask whether the person still types.
    WatchTyping(u64),
}

/// A page to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Go {
    /// The accounts.
    Accounts,
    /// The same, with a rule begun for somebody: their chat address, or an address of
    /// telephony.
    NewRule(String),
    /// The address book.
    Book,
    /// One more account: address and password, or both sides by hand.
    NewAccount,
    /// Somebody of it as a form.
    Person(book::Draft),
    /// All that is known to reach somebody.
    Details(details::Who),
    /// A section of the settings.
    Settings(settings::Section),
}

/// The control that a command was for.
#[derive(Debug, Clone, PartialEq)]
pub enum Spot {
    /// On the page of the accounts.
    Accounts(accounts::Control),
    /// In the address book.
    Book(book::Control),
    /// On the call panel.
    Calls(calls::Control),
    /// On the page of the protection.
    Protection(protection::Control),
    /// On the page of the first run.
    SignIn(sign_in::Control),
    /// In the settings.
    Settings(settings::Control),
    /// In the side panel: which search.
    Search(u64),
}

/// A call on whichever account fits.
pub fn place(to: String, name: String) -> Action {
    Action::Place { to, name, account: None, linked: false }
}

/// The same with what somebody wrote into a message.
pub fn place_linked(to: String, name: String) -> Action {
    Action::Place { to, name, account: None, linked: true }
}

/// The live call with somebody, if there is one.
pub fn call_with<'a>(snapshot: &'a Snapshot, with: &Party) -> Option<&'a Call> {
    let is_theirs = |call: &&Call| match with {
        Party::Jid(jid) => call.peer.contact().as_ref() == Some(jid),
        Party::Sip(aor) => Aor::parse(&call.peer.uri).is_ok_and(|peer| peer == *aor),
    };
    snapshot.calls.iter().filter(|call| call.state != CallState::Ended).find(is_theirs)
}

/// The contact of an address of the chat side.
pub fn contact_with<'a>(snapshot: &'a Snapshot, with: &Party) -> Option<&'a Contact> {
    snapshot.contact(with.jid()?).map(AsRef::as_ref)
}

/// Whether the server keeps somebody away (XEP-0191), of a contact the one of whose roster they
/// are: what was last heard of their presence says nothing then.
pub fn is_blocked(snapshot: &Snapshot, jid: &BareJid, contact: Option<&Contact>) -> bool {
    let mut lists = snapshot.blocked.iter();
    lists.any(|list| is_list_of(list, contact) && list.jids.binary_search(jid).is_ok())
}

/// Whether somebody's being blocked stands in this list: a contact's in that of their account.
pub fn is_list_of(list: &BlockList, contact: Option<&Contact>) -> bool {
    contact.is_none_or(|contact| contact.account == list.account)
}

/// The contact that a call is proven to be with.
pub fn contact_of(call: &Call) -> Option<Party> {
    call.peer.contact().map(Party::Jid)
}

/// The name of an address: its contact's, else its local part, else itself. An address of
/// telephony is shown whole: nothing proves whose it is.
pub fn name_of(snapshot: &Snapshot, with: &Party) -> String {
    named(contact_with(snapshot, with), with)
}

/// The same, of one whose contact is at hand.
pub fn named(contact: Option<&Contact>, with: &Party) -> String {
    let name = contact.map(|contact| plain::line(&contact.name));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| match with {
        Party::Jid(jid) => {
            jid.node().map_or_else(|| jid.to_string(), |node| plain::line(node.as_str()))
        }
        Party::Sip(_) => plain::line(&with.shown()),
    })
}
