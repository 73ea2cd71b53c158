//! The chat side. `session` is pure (stanzas in, events and stanzas out); `actor` owns the
//! stream; `xep/` holds one file a XEP.

mod actor;
mod connector;
mod dns;
mod guard;
mod link;
mod login;
pub mod session;
pub mod xep;

/// The directive to add to every log filter: at trace level the stream's library would log
/// every byte that is sent, sign-in included. (While such a log is open, a sign-in that would
/// send the password itself is refused.)
pub const LOG_DIRECTIVE: &str = "tokio_xmpp::xmlstream::capture=debug";

pub use actor::{XmppSettings, spawn};

/// Where DNS says that the servers of a domain are, in the order to try them, and whether TLS
/// begins with the first byte.
///
/// # Errors
/// `Fault::NotOffered` when DNS says that there is no such service.
pub(crate) async fn servers(domain: &str) -> Result<Vec<(HostPort, bool)>, Fault> {
    let place =
        |found: dns::Endpoint| (HostPort { host: found.host, port: found.port }, found.direct);
    Ok(dns::endpoints(domain).await?.into_iter().map(place).collect())
}

/// Connects to one of an account's servers as a sign-in does, up to the point where it would
/// begin, and closes: what is known of TLS there.
///
/// # Errors
/// A fault of its own for each thing that can be wrong, within five seconds. No secret was sent.
pub(crate) async fn reach(
    account: &BareJid,
    (server, start): (&HostPort, TlsStart),
    policy: &Policy,
) -> Result<TlsFacts, Fault> {
    Ok(connector::connect(account, Some((server, start)), policy).await?.facts)
}

use std::time::Duration;

use crate::config::{HostPort, TlsStart};
use crate::model::account::{Security, TlsFacts};
use crate::model::contact::Subscription;
use crate::model::fault::Fault;
use crate::model::id::MessageId;
use crate::model::message::{ChatState, MessageState};
use crate::model::presence::Show;
use crate::model::refusal::Refusal;
use crate::model::security::Guard;
use crate::model::signals::Signals;
use crate::model::time::Timestamp;
use crate::model::vcard::{Tel, Vcard};
use crate::model::{BareJid, FullJid};
use crate::tls::Policy;

/// What the core asks of an XMPP account.
#[derive(Debug, Clone, PartialEq)]
pub enum XmppCommand {
    /// Announce our presence; `Show::Offline` sends unavailable and keeps the stream.
    Presence {
        /// Availability.
        show: Show,
        /// Status text.
        status: String,
    },
    /// Send a chat message; `MessageState` events follow. While there is no connection the
    /// command is refused with `MessageState::Queued` (the core's outbox keeps it).
    Message(OutgoingMessage),
    /// Tell a contact that we type.
    ChatState {
        /// To whom.
        to: BareJid,
        /// What we do.
        state: ChatState,
    },
    /// Tell a contact that we have seen their message (XEP-0333). Does nothing when they did not
    /// ask to be told, or may not see our presence.
    Displayed {
        /// Whose message.
        to: BareJid,
        /// Which.
        id: MessageId,
    },
    /// What contacts are told by itself: that a message has come, that we write.
    Signals(Signals),
    /// Fetch a contact's cards, vCard4 over PEP and vcard-temp; a `Vcards` event follows always.
    FetchVcards(BareJid),
    /// Change the roster.
    Roster(RosterCommand),
    /// Put exactly these numbers on our own card, in both its forms, and leave the rest of it as
    /// it is (CUSAX C22); `OwnTelsSet` follows always. None takes all numbers away.
    SetOwnTels(Vec<Tel>),
    /// Tell contacts other addresses that reach us (XEP-0152, PEP); none withdraws them. Holds
    /// on the server until commanded otherwise. Lost without a session; a `Notice` follows when
    /// the server refuses.
    PublishReach(Vec<ReachAddress>),
    /// Tell contacts what we do (XEP-0108), or that we do it no more. As `PublishReach`.
    Activity(Option<Activity>),
    /// What the user said about the least that the account is to have: for connections from now
    /// on.
    Guard(Box<Guard>),
    /// Send unavailable, close the stream, and wait for `Connect`; `Closed` is told. Does
    /// nothing while that is so already.
    Disconnect,
    /// Connect now: after a `Disconnect`, and instead of waiting for the next attempt. Does
    /// nothing on a connection or on the way to one.
    Connect,
    /// Send unavailable, close the stream, stop.
    Quit,
}

/// An address that may reach somebody: only what they say (XEP-0152; CUSAX C24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachAddress {
    /// The address, of any scheme; at most 512 octets.
    pub uri: String,
    /// What it is; at most 80 characters on one line.
    pub description: Option<String>,
}

/// What we are seen to do (XEP-0108).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// In a call.
    OnThePhone,
}

/// A change to the roster or a subscription (RFC 6121 §2, §3; XEP-0191).
#[derive(Debug, Clone, PartialEq)]
pub enum RosterCommand {
    /// Add and ask for presence.
    Add {
        /// Whom.
        jid: BareJid,
        /// Under which name.
        name: Option<String>,
        /// In which groups.
        groups: Vec<String>,
    },
    /// Remove, with all subscriptions.
    Remove(BareJid),
    /// Let the contact see our presence.
    Accept(BareJid),
    /// Refuse that.
    Deny(BareJid),
    /// Block everything from an address.
    Block(BareJid),
    /// Undo that.
    Unblock(BareJid),
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The stanza's `id` and origin-id.
    pub id: MessageId,
    /// To whom.
    pub to: BareJid,
    /// The text.
    pub body: String,
}

/// What an XMPP account tells the core.
#[derive(Debug, Clone, PartialEq)]
pub enum XmppEvent {
    /// The connection changed.
    Connection(XmppConnection),
    /// The whole roster, once after each sign-in.
    Roster(Vec<RosterItem>),
    /// One entry was added or changed.
    RosterItem(RosterItem),
    /// One entry is gone.
    RosterRemoved(BareJid),
    /// A resource's presence.
    Presence(PresenceUpdate),
    /// Somebody asks to see our presence.
    SubscriptionRequest {
        /// Who.
        from: BareJid,
        /// The words that came with it; bounded, control characters removed.
        text: String,
    },
    /// A message arrived, or another of our devices sent one.
    Message(ChatMessage),
    /// How far an outgoing message has come.
    MessageState {
        /// To whom it went.
        with: BareJid,
        /// Which.
        id: MessageId,
        /// How far.
        state: MessageState,
        /// Why it failed, when it did.
        why: Option<Refusal>,
    },
    /// A contact types, or stopped.
    ChatState {
        /// Who.
        from: BareJid,
        /// What they do.
        state: ChatState,
    },
    /// A contact's cards: both forms as found, an empty list when there is none.
    Vcards {
        /// Whose.
        jid: BareJid,
        /// The cards, or why they could not be had.
        cards: Result<Vec<Vcard>, VcardError>,
    },
    /// A contact's vCard4 changed (PEP notification): worth a fetch.
    VcardChanged(BareJid),
    /// What became of `SetOwnTels`.
    OwnTelsSet(Result<(), CardStoreError>),
    /// A contact announces addresses, whichever device they are on (XEP-0152, PEP): all of them,
    /// the best first, at most 8. None: they are withdrawn. A new session begins without any.
    Reachability {
        /// Who.
        jid: BareJid,
        /// Where.
        addresses: Vec<ReachAddress>,
    },
    /// Whom the server keeps away (XEP-0191), in order, with each change; none where it offers no
    /// such thing.
    Blocked(Option<Vec<BareJid>>),
    /// A command failed in a way to be told to the user.
    Notice(String),
}

/// The state of the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum XmppConnection {
    /// On the way.
    Connecting,
    /// Signed in and bound.
    Online {
        /// Our full address.
        bound: FullJid,
        /// What protects the stream.
        security: Security,
        /// The earlier session was resumed (XEP-0198): roster and presences still hold.
        resumed: bool,
    },
    /// Not connected.
    Failed {
        /// Why.
        fault: Fault,
        /// When the next attempt comes; `None` when it needs the user.
        retry_in: Option<Duration>,
    },
    /// Closed on our wish.
    Closed,
}

/// One roster item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterItem {
    /// Who.
    pub jid: BareJid,
    /// The name the user gave.
    pub name: Option<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Presence subscription.
    pub subscription: Subscription,
}

/// One resource's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceUpdate {
    /// Who.
    pub from: BareJid,
    /// The resource; `None` for the bare address.
    pub resource: Option<String>,
    /// Availability; `Show::Offline` when the resource went.
    pub show: Show,
    /// Status text.
    pub status: String,
    /// RFC 6121 §4.7.2.3.
    pub priority: i8,
    /// Addresses that reach whoever is at this resource, as long as its presence names them
    /// (XEP-0152): the best first, at most 8.
    pub reach: Vec<ReachAddress>,
}

/// A message that arrived, or that another of our devices sent (XEP-0280).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// The stanza's id; one of our own making when it had none.
    pub id: MessageId,
    /// The other side.
    pub with: BareJid,
    /// We sent it, from another device.
    pub outgoing: bool,
    /// The text.
    pub body: String,
    /// When it was sent, when the server says (XEP-0203).
    pub at: Option<Timestamp>,
}

/// Why a card could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VcardError {
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// The server did not answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The server or contact refused.
    #[error("refused: {0}")]
    Refused(String),
}

/// One of the two forms of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardForm {
    /// XEP-0054.
    VcardTemp,
    /// XEP-0292.
    Vcard4,
}

impl std::fmt::Display for CardForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::VcardTemp => "vcard-temp",
            Self::Vcard4 => "vCard4",
        })
    }
}

/// Why numbers could not be put on our own card. Except with `TimedOut` and `NotConnected`, which
/// may come between two steps, the card is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardStoreError {
    /// There is no connection, or it broke.
    #[error("Not connected: your card was not changed. Try again when Chat is connected.")]
    NotConnected,
    /// The server did not answer in time.
    #[error("The server did not answer in time. Look at your card, and try again.")]
    TimedOut,
    /// An earlier change is under way, or too much else.
    #[error("Too much at once: your card was not changed. Try again in a moment.")]
    Busy,
    /// More numbers than a card may have: the most.
    #[error("A card can hold {0} numbers at most. Nothing was changed.")]
    TooMany(usize),
    /// This is no number that a card can hold; made safe for showing.
    #[error("“{0}” is no number for a card. Nothing was changed.")]
    NoNumber(String),
    /// The server refused.
    #[error("The server did not take the numbers ({form}): {text}. The card was left as it was.")]
    Refused {
        /// Which form of the card.
        form: CardForm,
        /// The server's words.
        text: String,
    },
}
