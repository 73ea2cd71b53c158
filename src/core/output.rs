//! What the core wants done.

use super::RequestId;
use super::book::KeepBook;
use super::command::{
    CardsFrom, CommandError, HistoryCommand, KeepPassword, ProvisionCommand, Reply,
};
use super::event::Event;
use super::linker::Seen;
use crate::config::{Audio, Config};
use crate::media::MediaCommand;
use crate::media::side::SideCommand;
use crate::model::BareJid;
use crate::model::address::Aor;
use crate::model::dialing::CostClass;
use crate::model::feature::Rule;
use crate::model::id::{AccountId, CallId, MessageId};
use crate::model::message::{Entry, MessageState};
use crate::model::relation::Relations;
use crate::model::secret::Secret;
use crate::model::security::Guard;
use crate::model::signals::Signals;
use crate::model::sound::Chosen;
use crate::model::telephony::Telephony;
use crate::model::time::Timestamp;
use crate::sip::SipCommand;
use crate::xmpp::XmppCommand;

/// What the core wants done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Answer a face.
    Reply(RequestId, Result<Reply, CommandError>),
    /// Tell every face.
    Event(Box<Event>),
    /// These settings are those of the actors that start from now on.
    Settings(Box<Config>),
    /// Start an account's actor.
    Start(AccountId),
    /// End an account's actor; [`Input::Stopped`](super::Input::Stopped) tells when it has.
    Stop(AccountId),
    /// Remember this of an account's server, and tell its actor.
    Guard(AccountId, Box<Guard>),
    /// Ask about a provider's document; the answer is a reply to the request.
    Provision(RequestId, ProvisionCommand),
    /// A provider's server says that its document changed.
    CheckSync,
    /// Ask an XMPP account.
    Xmpp(AccountId, XmppCommand),
    /// Ask a SIP account.
    Sip(AccountId, SipCommand),
    /// Ask a call's media session; `Prepare` begins one.
    Media(CallId, MediaCommand),
    /// Keep something.
    Keep(Keep),
    /// Answer `history` from the store.
    History(RequestId, HistoryQuery),
    /// Answer `history.*` from the store; a deletion comes back as [`Input::Deleted`](super::Input::Deleted).
    Archive(RequestId, HistoryCommand),
    /// Call off what was begun for this request: it answers so, and ends.
    CallOff(RequestId),
    /// Answer `check`: look at the way to an account.
    Check {
        /// For whom.
        request: RequestId,
        /// Which.
        account: AccountId,
        /// The telephony address that a chat account's card is to name.
        phone: Option<Aor>,
    },
    /// Answer `devices` from the platform.
    Devices(RequestId, Audio),
    /// List the devices for ourselves; they come back as
    /// [`Input::DevicesFound`](super::Input::DevicesFound).
    FindDevices,
    /// Let something be heard besides calls, or try the devices.
    Side(SideCommand),
    /// Answer `audio.levels`, with what is wrong with the microphone.
    Levels(RequestId, Option<String>),
    /// Keep an account's password, in memory at the least; comes back as
    /// [`Input::PasswordKept`](super::Input::PasswordKept).
    Password {
        /// For whom.
        request: RequestId,
        /// The account.
        account: AccountId,
        /// It.
        password: Secret,
        /// Where.
        keep: KeepPassword,
    },
    /// Forget the password that was given for this run: it is wrong.
    ForgetPassword(AccountId),
    /// Read vCards; they come back as [`Input::Cards`](super::Input::Cards).
    ReadCards {
        /// For whom.
        request: RequestId,
        /// From where.
        from: CardsFrom,
        /// Take them into the book afterwards.
        apply: bool,
    },
}

/// What is to be kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// An entry of a timeline.
    Entry(AccountId, Box<Entry>),
    /// How far an outgoing message has come.
    State {
        /// The account it was sent on.
        account: AccountId,
        /// With whom.
        with: String,
        /// Which.
        id: MessageId,
        /// How far.
        state: MessageState,
        /// Why it was refused, when it was.
        reason: Option<String>,
    },
    /// The conversation was looked at.
    Read(String),
    /// The user's rules for calls.
    Telephony(Box<Telephony>),
    /// What the user chose for sound.
    Sound(Box<Chosen>),
    /// What others are told of our reading and writing.
    Signals(Signals),
    /// The classes of calls that the user does not want to be asked about.
    Asking(Vec<CostClass>),
    /// What was seen of a contact's cards.
    Seen(BareJid, Box<Seen>),
    /// The user's decisions about relations.
    Relations(Box<Relations>),
    /// The user's rules for which way features go.
    Rules(Vec<Rule>),
    /// Entries of the address book.
    Book(KeepBook),
}

/// What `history` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// With whom: a JID or a URI.
    pub with: String,
    /// Only entries before this moment.
    pub before: Option<Timestamp>,
    /// Only entries of this moment and later; those next to it unless `before` is named.
    pub after: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}
