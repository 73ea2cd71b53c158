//! What every face is told, in one order. Serialised as the `params` of an `event`
//! notification (`docs/control.md`).

use std::sync::Arc;

use serde::Serialize;

use super::command::SecurityReport;
use crate::model::account::Account;
use crate::model::blocked::BlockList;
use crate::model::book::BookEntry;
use crate::model::call::Call;
use crate::model::contact::Contact;
use crate::model::dialing::CostClass;
use crate::model::feature::Rule;
use crate::model::history::Deleted;
use crate::model::id::{CallId, MessageId};
use crate::model::message::{ChatState, Entry, MessageState};
use crate::model::relation::{Proposal, Relation};
use crate::model::signals::Signals;
use crate::model::sound::{AudioTest, Ringing};
use crate::model::telephony::Telephony;
use crate::model::time::Timestamp;
use crate::model::vcard::OwnCard;
use crate::model::work::Work;
use crate::provisioning::status::Status;

/// Something changed. Its `Debug` shows no digit: those are often secrets.
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum Event {
    /// An account.
    #[serde(rename = "account")]
    Account {
        /// As it is now.
        account: Account,
    },
    /// The two sides' protection compared.
    #[serde(rename = "security")]
    Security {
        /// As it is now.
        security: SecurityReport,
    },
    /// The roster is complete.
    #[serde(rename = "roster")]
    Roster {
        /// All of it.
        roster: Vec<Contact>,
    },
    /// A contact was added, changed or removed.
    #[serde(rename = "contact")]
    Contact {
        /// As it is now, or was.
        contact: Contact,
        /// It is gone.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        removed: bool,
    },
    /// The timeline with somebody grew by a message.
    #[serde(rename = "message")]
    Message {
        /// With whom.
        with: String,
        /// The entry.
        entry: Entry,
    },
    /// Whom a chat account's server keeps away.
    #[serde(rename = "blocked")]
    Blocked {
        /// As it is now.
        #[serde(flatten)]
        list: BlockList,
    },
    /// A part of the history was deleted; without `with` and `before`, all of it. Messages
    /// that wait to be sent are still there.
    #[serde(rename = "history.deleted")]
    HistoryDeleted {
        /// With whom.
        #[serde(skip_serializing_if = "Option::is_none")]
        with: Option<String>,
        /// Only what is older.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Timestamp>,
        /// How much.
        #[serde(flatten)]
        deleted: Deleted,
    },
    /// An outgoing message went on.
    #[serde(rename = "message.state")]
    MessageState {
        /// With whom.
        with: String,
        /// Which.
        id: MessageId,
        /// How far.
        state: MessageState,
        /// Why it was refused, when it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A contact types, or stopped.
    #[serde(rename = "chat.state")]
    ChatState {
        /// Who.
        with: String,
        /// What they do.
        state: ChatState,
    },
    /// A call.
    #[serde(rename = "call")]
    Call {
        /// As it is now.
        call: Box<Call>,
    },
    /// The other side of a call pressed a key.
    #[serde(rename = "call.digit")]
    CallDigit {
        /// Which call.
        call: CallId,
        /// The key.
        digit: char,
    },
    /// The user's rules for calls.
    #[serde(rename = "telephony")]
    Telephony {
        /// As they are now.
        telephony: Telephony,
    },
    /// How a call that comes in rings.
    #[serde(rename = "ringing")]
    Ringing {
        /// As it is now.
        ringing: Ringing,
    },
    /// A test of the sound devices began, went on or ended.
    #[serde(rename = "audio.test")]
    AudioTest {
        /// As it is now, or was.
        test: AudioTest,
    },
    /// What others are told of our reading and writing.
    #[serde(rename = "chat.signals")]
    Signals {
        /// As it is now.
        signals: Signals,
    },
    /// The classes of calls that the user does not want to be asked about.
    #[serde(rename = "asking")]
    Asking {
        /// As they are now.
        settled: Vec<CostClass>,
    },
    /// Which accounts belong together.
    #[serde(rename = "relations")]
    Relations {
        /// What holds.
        relations: Vec<Relation>,
        /// What looks as if it should.
        proposals: Vec<Proposal>,
    },
    /// The user's rules for which way features go.
    #[serde(rename = "features")]
    Features {
        /// All of them.
        rules: Vec<Rule>,
    },
    /// The user's own card.
    #[serde(rename = "card")]
    Card {
        /// As it is now.
        card: OwnCard,
    },
    /// An entry of the address book was added, changed or removed.
    #[serde(rename = "book")]
    Book {
        /// As it is now, or was.
        entry: Arc<BookEntry>,
        /// It is gone.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        removed: bool,
    },
    /// More entries of the address book changed at once than are told of one by one.
    #[serde(rename = "book.changed")]
    BookChanged {
        /// How many.
        count: usize,
    },
    /// What a provider set up, or would.
    #[serde(rename = "provisioning")]
    Provisioning {
        /// As it is now.
        #[serde(flatten)]
        status: Box<Status>,
    },
    /// Work that takes a while began, went on or ended.
    #[serde(rename = "work")]
    Work {
        /// As it is now, or was.
        work: Work,
        /// It is over.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        ended: bool,
    },
    /// Something to tell the user.
    #[serde(rename = "notice")]
    Notice {
        /// How grave.
        level: NoticeLevel,
        /// In words.
        text: String,
    },
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, what): (&str, &dyn std::fmt::Debug) = match self {
            Self::Account { account } => ("Account", account),
            Self::Security { security } => ("Security", security),
            Self::Roster { roster } => ("Roster", roster),
            Self::Contact { contact, .. } => ("Contact", contact),
            Self::Message { entry, .. } => ("Message", &entry.id),
            Self::Blocked { list } => ("Blocked", &list.account),
            Self::HistoryDeleted { deleted, .. } => ("HistoryDeleted", deleted),
            Self::MessageState { id, .. } => ("MessageState", id),
            Self::ChatState { with, .. } => ("ChatState", with),
            Self::Call { call } => ("Call", call),
            Self::CallDigit { call, .. } => ("CallDigit", call),
            Self::Telephony { telephony } => ("Telephony", telephony),
            Self::Ringing { ringing } => ("Ringing", ringing),
            Self::AudioTest { test } => ("AudioTest", &test.kind),
            Self::Signals { signals } => ("Signals", signals),
            Self::Asking { settled } => ("Asking", settled),
            Self::Relations { relations, .. } => ("Relations", relations),
            Self::Features { rules } => ("Features", rules),
            Self::Card { card } => ("Card", &card.account),
            Self::Book { entry, .. } => ("Book", &entry.id),
            Self::BookChanged { count } => ("BookChanged", count),
            Self::Provisioning { status } => ("Provisioning", &status.state),
            Self::Work { work, .. } => ("Work", &work.kind),
            Self::Notice { text, .. } => ("Notice", text),
        };
        f.debug_tuple(name).field(what).finish()
    }
}

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Should be looked at.
    Warning,
    /// Something failed.
    Error,
}
