//! What the shells tell the core.

use std::collections::BTreeMap;

use super::command::{Command, CommandError, KeepPassword};
use super::event::NoticeLevel;
use super::linker::Seen;
use crate::book::vcf::Cards;
use crate::media::side::SideEvent;
use crate::media::{Devices, MediaEvent};
use crate::model::BareJid;
use crate::model::book::BookEntry;
use crate::model::dialing::CostClass;
use crate::model::feature::Rule;
use crate::model::history::Deleted;
use crate::model::id::{AccountId, CallId};
use crate::model::message::{Entry, Trace};
use crate::model::party::Party;
use crate::model::relation::Relations;
use crate::model::security::Guard;
use crate::model::signals::Signals;
use crate::model::sound::Chosen;
use crate::model::telephony::Telephony;
use crate::provisioning::plan::Provided;
use crate::provisioning::status::Status;
use crate::sip::SipEvent;
use crate::xmpp::XmppEvent;

/// A face's request, for matching the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// What a shell tells the core.
#[derive(Debug)]
pub enum Input {
    /// The program begins: connect.
    Start,
    /// A face asks.
    Command(RequestId, Command),
    /// An XMPP account speaks.
    Xmpp(AccountId, XmppEvent),
    /// A SIP account speaks.
    Sip(AccountId, SipEvent),
    /// An account did not keep up: something that it was asked to do will not be done.
    Behind(AccountId),
    /// A call's media session speaks.
    Media(CallId, MediaEvent),
    /// What is heard besides calls speaks.
    Side(SideEvent),
    /// The sound devices that there are, as [`Output::FindDevices`](super::Output::FindDevices)
    /// asked.
    DevicesFound(Devices),
    /// What the store kept from earlier runs.
    Kept(Kept),
    /// The cards that [`Output::ReadCards`](super::Output::ReadCards) asked for were read, or why not.
    Cards {
        /// Whose request it is.
        request: RequestId,
        /// Take them into the book, and not only tell what that would change.
        apply: bool,
        /// What the file has.
        read: Result<Cards, CommandError>,
    },
    /// Something about the history that the user has to know: that it is not being kept, and
    /// why; that it was damaged; that all is well again.
    StoreNotice(NoticeLevel, String),
    /// What [`Output::Archive`](super::Output::Archive) asked to be deleted is gone, or why not.
    Deleted {
        /// Whose request it is.
        request: RequestId,
        /// What was deleted.
        done: Result<Deleted, CommandError>,
        /// Why remains of it can still be in the file.
        remains: Option<String>,
    },
    /// What [`Output::Password`](super::Output::Password) asked for was done.
    PasswordKept {
        /// Whose request it is.
        request: RequestId,
        /// The account.
        account: AccountId,
        /// Where it was to be kept.
        keep: KeepPassword,
        /// Why it is in memory only, where that was not wanted.
        trouble: Option<String>,
    },
    /// What holds by the user's configuration and a provider's document.
    Provided(Box<Provided>),
    /// Where provisioning stands.
    Provisioning(Box<Status>),
    /// An account's actor has ended, and said all that it had to say.
    Stopped(AccountId),
    /// How far long work for this request is: so much of so much.
    Worked(RequestId, u64, u64),
    /// Long work for this request is over, and was answered.
    WorkEnded(RequestId),
    /// A moment that `poll_timeout` named has come.
    Timeout,
    /// The program ends: hang up, sign out.
    Quit,
}

/// What the store kept from earlier runs.
#[derive(Debug, Default)]
pub struct Kept {
    /// The newest entries of each conversation, oldest first, and how many are unread.
    pub conversations: Vec<KeptConversation>,
    /// Messages that no server has acknowledged, in order.
    pub outbox: Vec<(AccountId, Entry)>,
    /// The user's rules for calls, once set.
    pub telephony: Option<Telephony>,
    /// What the user chose for sound.
    pub sound: Chosen,
    /// What others are told of our reading and writing.
    pub signals: Signals,
    /// The classes of calls that the user does not want to be asked about.
    pub asking: Vec<CostClass>,
    /// What was seen of contacts' cards.
    pub seen: Vec<(BareJid, Seen)>,
    /// The user's decisions about relations.
    pub relations: Relations,
    /// The user's rules for which way features go.
    pub rules: Vec<Rule>,
    /// The user's address book.
    pub book: Vec<BookEntry>,
    /// What the accounts remember of their servers' protection.
    pub guards: BTreeMap<AccountId, Guard>,
}

/// One conversation from an earlier run.
#[derive(Debug)]
pub struct KeptConversation {
    /// With whom.
    pub with: Party,
    /// The account of its newest entry.
    pub account: AccountId,
    /// The newest entries, oldest first.
    pub entries: Vec<Entry>,
    /// What was before them, oldest first.
    pub older: Vec<Trace>,
    /// Messages not yet looked at.
    pub unread: u32,
}
