//! The read model that every face shows. Parts are shared, so that a new snapshot costs what
//! changed and not what there is.

use std::sync::Arc;

use super::command::SecurityReport;
use crate::model::BareJid;
use crate::model::account::{Account, Overall};
use crate::model::blocked::BlockList;
use crate::model::book::BookEntry;
use crate::model::call::Call;
use crate::model::contact::Contact;
use crate::model::dialing::CostClass;
use crate::model::feature::{Decision, Rule};
use crate::model::message::Conversation;
use crate::model::party::Party;
use crate::model::presence::Show;
use crate::model::relation::{Proposal, Relation};
use crate::model::signals::Signals;
use crate::model::sound::{AudioTest, Ringing};
use crate::model::telephony::Telephony;
use crate::model::vcard::OwnCard;
use crate::model::work::Work;
use crate::provisioning::status::Status;

/// Everything that can be shown, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The user's name for the side panel: the first chat account's local part, else the
    /// first telephony account's user.
    pub me: String,
    /// The presence the user set.
    pub presence: Show,
    /// What the user says to it.
    pub status: String,
    /// All accounts, chat first.
    pub accounts: Vec<Account>,
    /// All accounts in one word.
    pub overall: Overall,
    /// The two sides' protection compared.
    pub security: SecurityReport,
    /// The roster was received at least once.
    pub roster_known: bool,
    /// Contacts, sorted by name.
    pub contacts: Arc<[Arc<Contact>]>,
    /// Whom the servers of the chat accounts keep away.
    pub blocked: Vec<BlockList>,
    /// The address book, sorted by name.
    pub book: Arc<[Arc<BookEntry>]>,
    /// Conversations, the one with the newest entry first.
    pub conversations: Arc<[Arc<Conversation>]>,
    /// Calls that are not over, oldest first; and those that ended in the last few seconds,
    /// so that a face can say why.
    pub calls: Vec<Call>,
    /// The user's rules for calls.
    pub telephony: Telephony,
    /// How a call that comes in rings.
    pub ringing: Ringing,
    /// The newest test of the sound devices.
    pub audio_test: Option<AudioTest>,
    /// What others are told of our reading and writing.
    pub signals: Signals,
    /// The classes of calls that the user does not want to be asked about.
    pub settled: Vec<CostClass>,
    /// Which accounts belong together, and which look as if they did.
    pub relations: Vec<Relation>,
    /// Pairs to propose.
    pub proposals: Vec<Proposal>,
    /// Which way each feature goes with everybody.
    pub features: Vec<Decision>,
    /// The user's rules for that.
    pub feature_rules: Vec<Rule>,
    /// The user's own cards, as far as they were read.
    pub own_cards: Vec<OwnCard>,
    /// What a provider set up, or would.
    pub provisioning: Status,
    /// Work that takes a while.
    pub work: Vec<Work>,
}

impl Snapshot {
    /// The contact of this address.
    pub fn contact(&self, jid: &BareJid) -> Option<&Arc<Contact>> {
        self.contacts.iter().find(|contact| contact.jid == *jid)
    }

    /// The conversation with this address.
    pub fn conversation(&self, with: &Party) -> Option<&Arc<Conversation>> {
        self.conversations.iter().find(|conversation| conversation.with == *with)
    }
}

impl super::Core {
    /// What is to be shown now.
    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot {
            me: self.accounts.me(),
            presence: self.presence.0,
            status: self.presence.1.clone(),
            accounts: self.accounts.views(),
            overall: self.accounts.overall(),
            security: self.security_report(),
            roster_known: !self.roster.known.is_empty(),
            contacts: self.roster.view(),
            blocked: self.block_lists(),
            book: self.book.view(),
            conversations: self.chats.view(),
            calls: self.calls.views(),
            telephony: self.telephony.clone(),
            ringing: self.tones.ringing,
            audio_test: self.trials.test.clone(),
            signals: self.signals,
            settled: self.asking.settled(),
            relations: self.relations.clone(),
            proposals: self.proposals.clone(),
            features: self.usual_features(),
            feature_rules: self.rules.clone(),
            own_cards: self.shown_cards.clone(),
            provisioning: self.provisioning.clone(),
            work: self.works.views(),
        }
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            me: String::new(),
            presence: Show::Online,
            status: String::new(),
            accounts: Vec::new(),
            overall: Overall::Offline,
            security: SecurityReport::default(),
            roster_known: false,
            contacts: Arc::default(),
            blocked: Vec::new(),
            book: Arc::default(),
            conversations: Arc::default(),
            calls: Vec::new(),
            telephony: Telephony::default(),
            ringing: Ringing::default(),
            audio_test: None,
            signals: Signals::default(),
            settled: Vec::new(),
            relations: Vec::new(),
            proposals: Vec::new(),
            features: Vec::new(),
            feature_rules: Vec::new(),
            own_cards: Vec::new(),
            provisioning: Status::default(),
            work: Vec::new(),
        }
    }
}
