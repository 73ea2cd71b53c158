//! What a face asks of the core, and what it gets back. One command is one method of the
//! JSON-RPC face (`docs/control.md`).

mod audio;
mod book;
mod call;
mod history;
mod joint;
mod provision;
mod security;
mod work;

use serde::Serialize;

use crate::check::Report;
use crate::model::BareJid;
use crate::model::account::{Account, Overall};
use crate::model::binding::Proof;
use crate::model::blocked::BlockList;
use crate::model::book::BookError;
use crate::model::call::Call;
use crate::model::contact::Contact;
use crate::model::dialing::CostClass;
use crate::model::feature::{Decision, Rule};
use crate::model::history::{Counted, Deleted};
use crate::model::id::{AccountId, CallId, MessageId};
use crate::model::message::{ChatState, Entry};
use crate::model::party::Party;
use crate::model::presence::Show;
use crate::model::relation::{Proposal, Relation};
use crate::model::signals::{Signals, SignalsPatch};
use crate::model::sound::Ringing;
use crate::model::telephony::Telephony;
use crate::model::time::Timestamp;
use crate::model::vcard::OwnCard;
use crate::model::work::Work;
use crate::provisioning::status::{Outcome, ProvisionError, Status};

pub use audio::AudioCommand;
pub use book::{BookCommand, BookPatch, BookReply, CardsFrom};
pub use call::{CallCommand, TransferTo};
pub use history::HistoryCommand;
pub use joint::{
    AccountCommand, AskingCommand, CardCommand, FeatureCommand, KeepPassword, RelationCommand,
};
pub use provision::{Answers, Look, NewAccounts, NewChat, NewPhone, Password, ProvisionCommand};
pub use security::{
    CallProtection, Finding, Parity, Protection, Raised, SecurityCommand, SecurityReport,
};
pub use work::WorkCommand;

/// A request of a face.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `status`
    Status,
    /// `security`, `security.raise`, `account.trust`, …
    Security(SecurityCommand),
    /// `roster`
    Roster,
    /// `contact.*`
    Contact(ContactCommand),
    /// `presence.set`
    Presence {
        /// Availability.
        show: Show,
        /// Status text.
        status: String,
    },
    /// `message.*`, `chat.*`, `history`
    Chat(ChatCommand),
    /// `call`, `call.*`, `calls`
    Call(CallCommand),
    /// `devices`, `devices.use`
    Devices(DeviceCommand),
    /// `ringing`, `ringing.set`, `audio.*`
    Audio(AudioCommand),
    /// `telephony`, `telephony.set`
    Telephony(TelephonyCommand),
    /// `asking`, `asking.reset`
    Asking(AskingCommand),
    /// `account.*`
    Account(AccountCommand),
    /// `relations`, `relation.*`
    Relation(RelationCommand),
    /// `features`, `feature.*`
    Feature(FeatureCommand),
    /// `card`, `card.set`
    Card(CardCommand),
    /// `book`, `book.*`, `search`
    Book(BookCommand),
    /// `history.*`
    History(HistoryCommand),
    /// `provision`, `provision.*`, `account.add`
    Provision(ProvisionCommand),
    /// `work`, `work.cancel`
    Work(WorkCommand),
}

/// `contact.*`
#[derive(Debug, Clone, PartialEq)]
pub enum ContactCommand {
    /// Add, and ask for presence.
    Add {
        /// Whose roster; the only XMPP account when absent.
        account: Option<AccountId>,
        /// Whom.
        jid: BareJid,
        /// Under which name.
        name: Option<String>,
        /// In which groups.
        groups: Vec<String>,
    },
    /// Remove.
    Remove(BareJid),
    /// Let them see our presence.
    Accept(BareJid),
    /// Refuse that.
    Deny(BareJid),
    /// Why their numbers count as theirs, or do not.
    Evidence(BareJid),
    /// Block.
    Block(BareJid),
    /// Unblock.
    Unblock(BareJid),
    /// `contact.blocked`: who is.
    Blocked,
}

/// `message.*`, `chat.*`, `history`
#[derive(Debug, Clone, PartialEq)]
pub enum ChatCommand {
    /// `message.send`
    Send {
        /// To whom.
        to: Party,
        /// The text.
        body: String,
    },
    /// `chat.state`
    State {
        /// To whom.
        to: Party,
        /// What we do.
        state: ChatState,
    },
    /// `chat.displayed`: the conversation was looked at.
    Displayed {
        /// Whose.
        with: Party,
    },
    /// `chat.signals`, `chat.signals.set`
    Signals(SignalsPatch),
    /// `conversations`
    List,
    /// `history`
    History {
        /// A JID; or a URI, for calls with people unknown.
        with: String,
        /// Only entries before this moment.
        before: Option<Timestamp>,
        /// Only entries of this moment and later; those next to it unless `before` is named.
        after: Option<Timestamp>,
        /// At most so many; 50 when absent, 1,000 at most.
        limit: Option<u32>,
    },
}

/// `telephony`, `telephony.set`
#[derive(Debug, Clone, PartialEq)]
pub enum TelephonyCommand {
    /// `telephony`
    Get,
    /// `telephony.set`: the parameters given, merged into what is set. An object's `null`
    /// resets that setting.
    Set(serde_json::Map<String, serde_json::Value>),
}

/// `devices`, `devices.use`
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceCommand {
    /// `devices`
    List,
    /// `devices.use`: from now on, also in a call and after a restart.
    Use {
        /// A microphone's name, `null`, `default`, or `file:…`.
        input: Option<String>,
        /// A loudspeaker's name, likewise.
        output: Option<String>,
        /// Where it rings, likewise; `output` for the loudspeaker.
        ringer: Option<String>,
    },
}

/// What a command gives back; serialised as the method's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Nothing but success.
    Done {},
    /// `status`
    Status {
        /// All accounts.
        accounts: Vec<Account>,
        /// In one word.
        overall: Overall,
    },
    /// `security`
    Security(Box<SecurityReport>),
    /// `security.raise`
    Raised(Raised),
    /// `roster`
    Roster(Vec<Contact>),
    /// `message.send`
    Message {
        /// The message's identifier.
        id: MessageId,
    },
    /// `conversations`, the one with the newest entry first.
    Conversations(Vec<Talk>),
    /// `history`, `history.search`
    History(Vec<Entry>),
    /// `history.export`
    Exported {
        /// Into which file.
        path: std::path::PathBuf,
        /// How many entries.
        entries: u64,
    },
    /// `history.delete`
    Deleted(Deleted),
    /// `history.count`
    Counted(Counted),
    /// `call`
    Call {
        /// The call's identifier.
        call: CallId,
    },
    /// `calls`
    Calls(Vec<Call>),
    /// `devices`
    Devices {
        /// Microphones.
        inputs: Vec<Device>,
        /// Loudspeakers.
        outputs: Vec<Device>,
        /// Where it can ring.
        ringers: Vec<Device>,
    },
    /// `ringing`, `ringing.set`
    Ringing(Ringing),
    /// `audio.levels`
    Levels {
        /// The microphone's, from 0 (silence) to 1.
        input: f32,
        /// The loudspeaker's, likewise.
        output: f32,
        /// Why there is no sound of the microphone.
        #[serde(skip_serializing_if = "Option::is_none")]
        trouble: Option<String>,
    },
    /// `telephony`, `telephony.set`
    Telephony(Telephony),
    /// `chat.signals`, `chat.signals.set`
    Signals(Signals),
    /// `account.password`
    Password {
        /// Where it is now.
        kept: KeepPassword,
        /// Why it is not where it was wanted.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// `asking`, `asking.reset`
    Asking {
        /// The classes that are not asked about.
        settled: Vec<CostClass>,
    },
    /// `relations`
    Relations {
        /// What holds.
        relations: Vec<Relation>,
        /// What looks as if it should.
        proposals: Vec<Proposal>,
    },
    /// `features`
    Features {
        /// Each feature, and what decided.
        features: Vec<Decision>,
        /// All rules of the user.
        rules: Vec<Rule>,
    },
    /// `card`
    Card(OwnCard),
    /// `contact.evidence`
    Evidence(Vec<Evidence>),
    /// `contact.blocked`
    Blocked(Vec<BlockList>),
    /// `book`, `book.*`, `search`
    Book(BookReply),
    /// `check`
    Check(Box<Report>),
    /// `provision`, `provision.apply`, `provision.refresh`, `account.add`
    Provision(Outcome),
    /// `provision.status`
    Provisioning(Box<Status>),
    /// `work`
    Work(Vec<Work>),
}

/// Why a number counts as somebody's, or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The number as it is dialled.
    pub uri: String,
    /// What was compared, from where, since when.
    #[serde(flatten)]
    pub proof: Proof,
    /// The same in words.
    pub why: String,
}

/// One conversation in the list of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Talk {
    /// With whom: a bare JID, or a SIP address.
    pub with: String,
    /// Messages not yet looked at.
    pub unread: u32,
    /// The newest entry.
    pub last: Entry,
}

/// A sound device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its name, as `devices.use` takes it.
    pub name: String,
    /// Whether it is used now.
    pub current: bool,
    /// It is not connected: the system's own is used until it is; written only then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// The account that is needed is not online.
    #[error("{0}")]
    NotConnected(String),
    /// No such contact.
    #[error("“{0}” is not among your contacts.")]
    UnknownContact(String),
    /// No such call, or over already.
    #[error("There is no such call any more.")]
    UnknownCall,
    /// The choice is the user's.
    #[error("There are several ways to make this call. Choose one.")]
    ChoiceNeeded(Vec<Choice>),
    /// The call may cost money or leaves the provider.
    #[error("This may cost money. Confirm it first.")]
    ConfirmationNeeded(Vec<Cue>),
    /// Not possible, and why.
    #[error("{0}")]
    Refused(String),
    /// The address is none.
    #[error("“{0}” is not an address that can be used here.")]
    InvalidAddress(String),
    /// Sound.
    #[error("{0}")]
    Media(String),
    /// An entry of the address book cannot be so, or is not there.
    #[error(transparent)]
    Book(#[from] BookError),
    /// A provider's document could not be had or applied.
    #[error(transparent)]
    Provision(Box<ProvisionError>),
    /// The user called it off.
    #[error("You called it off.")]
    Cancelled,
    /// No such work, or done already.
    #[error("This is done already.")]
    UnknownWork,
    /// A fault of ours.
    #[error("Something went wrong inside Dovetail: {0}")]
    Internal(String),
}

/// One way to make a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The account to call on.
    pub account: AccountId,
    /// What would be dialled.
    pub uri: String,
    /// In words: the number as written, its type.
    pub label: String,
    /// Whether it can be used now (CUSAX C33); written only where it cannot.
    #[serde(skip_serializing_if = "is_true")]
    pub available: bool,
}

fn is_true(flag: &bool) -> bool {
    *flag
}

/// What to know before a call goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cue {
    /// What kind.
    pub kind: CueKind,
    /// What the call costs, roughly, where it is about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<CostClass>,
    /// In words.
    pub text: String,
    /// `remember` with `confirm` settles it: calls of this class are not asked about any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub may_settle: bool,
}

impl Cue {
    /// One that is not about cost, and is told every time.
    pub fn new(kind: CueKind, text: impl Into<String>) -> Self {
        Self { kind, class: None, text: text.into(), may_settle: false }
    }
}

/// Kinds of cues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CueKind {
    /// Goes to the telephone network.
    Pstn,
    /// Leaves the provider.
    InterDomain,
    /// The number is not proven to be the contact's.
    UnverifiedNumber,
    /// Others will know something about the user.
    Privacy,
}

impl CommandError {
    /// The stable word of `data.kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotConnected(_) => "not-connected",
            Self::UnknownContact(_) | Self::Book(BookError::Unknown(_)) => "unknown-contact",
            Self::UnknownCall => "unknown-call",
            Self::ChoiceNeeded(_) => "choice-needed",
            Self::ConfirmationNeeded(_) => "confirmation-needed",
            Self::Provision(error) if error.is_question() => "confirmation-needed",
            Self::InvalidAddress(_) | Self::Book(BookError::Address { .. }) => "invalid-address",
            Self::Refused(_) | Self::Book(_) | Self::Provision(_) => "refused",
            Self::Media(_) => "media",
            Self::Cancelled => "cancelled",
            Self::UnknownWork => "unknown-work",
            Self::Internal(_) => "internal",
        }
    }
}
