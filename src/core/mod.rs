//! The one truth shown. Only this room knows that XMPP and SIP both exist.
//!
//! Pure: [`Core::handle`] takes an input at a moment, [`Core::poll_output`] yields what is to
//! be done, [`Core::poll_timeout`] says when to come back with [`Input::Timeout`]. No socket,
//! no clock, no disk; randomness comes from the seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use self::accounts::Accounts;
use self::asking::Asking;
use self::book::Book;
use self::calls::Calls;
use self::chats::Chats;
use self::command::{AccountCommand, CallCommand, ChatCommand, Command, Reply};
use self::event::Event;
use self::history::Deletion;
use self::linker::Linker;
use self::provided::Wishes;
use self::roster::Roster;
use crate::config::{Audio, Config};
use crate::model::feature::Rule;
use crate::model::id::AccountId;
use crate::model::presence::Show;
use crate::model::relation::{Proposal, Relation, Relations};
use crate::model::signals::Signals;
use crate::model::sound::Chosen;
use crate::model::telephony::Telephony;
use crate::model::time::Now;
use crate::model::vcard::{OwnCard, Vcard};
use crate::provisioning::status::Status;
use crate::sip::{SipCommand, SipEvent};
use crate::xmpp::XmppEvent;

mod accounts;
mod asking;
mod blocked;
pub mod book;
mod calling;
mod calls;
mod chats;
mod checking;
pub mod command;
mod contacts;
mod cost;
mod devices;
pub mod event;
pub mod features;
mod history;
mod incoming;
mod input;
pub mod linker;
mod on_the_phone;
mod outgoing;
mod output;
mod own_card;
mod passwords;
mod provided;
pub mod relations;
mod roster;
pub mod rules;
mod screening;
mod security;
pub mod snapshot;
mod tones;
mod work;

pub use input::{Input, Kept, KeptConversation, RequestId};
pub use output::{HistoryQuery, Keep, Output};

/// The state of everything that is shown.
#[derive(Debug)]
pub struct Core {
    accounts: Accounts,
    trust: security::Trust,
    roster: Roster,
    book: Book,
    chats: Chats,
    calls: Calls,
    linker: Linker,
    presence: (Show, String),
    /// Accounts that were not online when the presence was set.
    presence_missed: BTreeSet<AccountId>,
    /// No word before then that an account is behind: the first one said it.
    behind_until: Option<Instant>,
    audio: Audio,
    /// What of that the user chose.
    chosen: Chosen,
    tones: tones::Tones,
    trials: devices::Trials,
    telephony: Telephony,
    signals: Signals,
    asking: Asking,
    blocked: blocked::Blocked,
    /// The user's decisions about relations, and what holds by them.
    decided: Relations,
    relations: Vec<Relation>,
    /// When a side is to be taken down with its other half.
    balance_at: Option<Instant>,
    /// The user's rules for which way features go.
    rules: Vec<Rule>,
    /// The user's own cards, and who waits for a change of one.
    own_cards: BTreeMap<AccountId, Vec<Vcard>>,
    own_card_waits: BTreeMap<AccountId, RequestId>,
    /// Those cards as they are shown, and the relations that they propose.
    shown_cards: Vec<OwnCard>,
    proposals: Vec<Proposal>,
    /// Parts of the history that the store is deleting.
    deletions: BTreeMap<RequestId, Deletion>,
    /// Work that takes a while; and requests whose work was called off, while a shell is at it.
    works: work::Works,
    called_off: BTreeSet<RequestId>,
    /// Presence says that a call is on.
    shown_on_phone: bool,
    /// What a provider wants, besides accounts; and where that stands.
    wishes: Wishes,
    provisioning: Status,
    /// Accounts may connect.
    began: bool,
    random: StdRng,
    outputs: VecDeque<Output>,
    changed: bool,
}

/// The status of calls to an account that takes none (RFC 3261 §21.4.26).
const NOT_HERE: u16 = 488;
/// How often it is told that an account is behind.
const BEHIND_AGAIN: Duration = Duration::from_secs(10);
/// What `history` gives when no limit is asked for, and the most that it gives.
const HISTORY_PAGE: (u32, u32) = (50, 1_000);

impl Core {
    /// A core for these settings; `seed` feeds its randomness.
    pub fn new(config: &Config, seed: [u8; 32]) -> Self {
        let accounts = Accounts::new(config);
        Self {
            decided: Relations::default(),
            relations: accounts.configured.clone(),
            balance_at: None,
            rules: Vec::new(),
            own_cards: BTreeMap::new(),
            own_card_waits: BTreeMap::new(),
            shown_cards: Vec::new(),
            proposals: Vec::new(),
            deletions: BTreeMap::new(),
            works: work::Works::default(),
            called_off: BTreeSet::new(),
            shown_on_phone: false,
            wishes: Wishes::default(),
            provisioning: Status::default(),
            began: false,
            accounts,
            trust: security::Trust::default(),
            roster: Roster::default(),
            book: Book::default(),
            chats: Chats::default(),
            calls: Calls::default(),
            linker: Linker::new(),
            presence: (Show::Online, String::new()),
            presence_missed: BTreeSet::new(),
            behind_until: None,
            audio: config.audio.clone(),
            chosen: Chosen::default(),
            tones: tones::Tones::default(),
            trials: devices::Trials::default(),
            telephony: Telephony::default(),
            signals: Signals::default(),
            asking: Asking::default(),
            blocked: blocked::Blocked::default(),
            random: StdRng::from_seed(seed),
            outputs: VecDeque::new(),
            changed: true,
        }
    }

    /// Takes an input. Outputs are then polled until there is none.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Start => {
                self.began = true;
                self.start_accounts();
            }
            Input::Provided(provided) => self.on_provided(now, *provided),
            Input::Provisioning(status) => self.on_provisioning(*status),
            Input::Stopped(account) => self.on_stopped(now, &account),
            Input::Command(request, command) => self.on_command(now, request, command),
            Input::Xmpp(account, event) => self.on_xmpp(now, &account, event),
            Input::Sip(account, event) => self.on_sip(now, &account, event),
            Input::Behind(account) => self.on_behind(now, &account),
            Input::Media(call, event) => self.on_media(now, &call, event),
            Input::Side(event) => self.on_side(event),
            Input::DevicesFound(found) => self.on_devices_found(&found),
            Input::Kept(mut kept) => {
                self.on_kept_book(now, std::mem::take(&mut kept.book));
                self.take_guards(std::mem::take(&mut kept.guards));
                self.on_kept_sound(std::mem::take(&mut kept.sound));
                self.on_kept(now, kept);
            }
            Input::Cards { request, apply, read } => self.on_cards_read(now, request, apply, read),
            Input::StoreNotice(level, text) => self.notice(level, text),
            Input::Deleted { request, done, remains } => {
                self.on_deleted(request, done);
                if let Some(text) = remains {
                    self.notice(event::NoticeLevel::Warning, text);
                }
            }
            Input::PasswordKept { request, account, keep, trouble } => {
                self.on_password_kept(request, &account, keep, trouble);
            }
            Input::Worked(request, done, total) => self.on_worked(request, done, total),
            Input::WorkEnded(request) => self.end_work(request),
            Input::Timeout => self.on_timeout(now),
            Input::Quit => self.on_quit(now),
        }
        self.settle_tones();
        self.renew_idle();
        self.count_cards();
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with [`Input::Timeout`], at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let all = [self.calls.next_deadline(), self.roster.next_deadline(), self.balance_at];
        let all = all.into_iter().chain([self.listening_until()]);
        all.flatten().min()
    }

    /// Whether what is shown has changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn on_command(&mut self, now: Now, request: RequestId, command: Command) {
        let done = match command {
            Command::Status => Ok(self.accounts.status()),
            Command::Security(command) => return self.on_security_command(now, request, command),
            Command::Roster => Ok(Reply::Roster(self.roster.all())),
            Command::Contact(command) => self.on_contact_command(now, command),
            Command::Presence { show, status } => self.on_presence_command(show, status),
            Command::Chat(ChatCommand::History { with, before, after, limit }) => {
                let limit = limit.unwrap_or(HISTORY_PAGE.0).min(HISTORY_PAGE.1);
                let query = HistoryQuery { with, before, after, limit };
                self.outputs.push_back(Output::History(request, query));
                return;
            }
            Command::Chat(command) => self.on_chat_command(now, command),
            Command::Call(CallCommand::Place {
                to,
                account,
                confirm,
                remember,
                linked,
                anonymous,
            }) => {
                let purpose = outgoing::Purpose::Call { anonymous };
                let wish = outgoing::Wish { request, account, confirm, remember, linked, purpose };
                self.place_call(now, &to, wish);
                return;
            }
            Command::Call(CallCommand::Prepare { to, account, linked }) => {
                self.place_call(now, &to, outgoing::Wish::prepared(request, account, linked));
                return;
            }
            Command::Call(CallCommand::Transfer { call, to, confirm }) => {
                self.transfer_call(now, request, call, to, confirm);
                return;
            }
            Command::Call(CallCommand::Answer(call)) => {
                self.answer_call(request, &call);
                return;
            }
            Command::Call(command) => self.on_call_command(now, command),
            Command::Telephony(command) => self.on_telephony_command(command),
            Command::Asking(command) => self.on_asking_command(command),
            Command::Provision(command) => return self.on_provision_command(request, command),
            Command::Book(command) => return self.on_book_command(now, request, command),
            Command::History(command) => return self.on_history_command(request, command),
            Command::Devices(command) => return self.on_device_command(request, command),
            Command::Audio(command) => return self.on_audio_command(now, request, command),
            Command::Account(AccountCommand::Password { account, password, keep }) => {
                return self.give_password(request, account, password, keep);
            }
            Command::Account(AccountCommand::Check(account)) => {
                return self.check_account(request, account);
            }
            Command::Account(AccountCommand::Connect(account)) => {
                self.on_connect_command(now, account)
            }
            Command::Account(AccountCommand::Disconnect(account)) => {
                self.on_disconnect_command(now, &account)
            }
            Command::Relation(command) => self.on_relation_command(now, command),
            Command::Feature(command) => self.on_feature_command(command),
            Command::Work(command) => self.on_work_command(command),
            Command::Card(command) => return self.on_card_command(request, command),
        };
        self.outputs.push_back(Output::Reply(request, done));
    }

    fn on_xmpp(&mut self, now: Now, account: &AccountId, event: XmppEvent) {
        match event {
            XmppEvent::Connection(connection) => self.on_xmpp_connection(now, account, connection),
            XmppEvent::Message(message) => self.on_chat_message(now, account, message),
            XmppEvent::MessageState { with, id, state, why } => {
                let reason = why.map(|why| why.reason());
                self.on_message_state(account, &with.into(), &id, state, reason);
            }
            XmppEvent::OwnTelsSet(done) => self.on_own_tels_set(account, done),
            XmppEvent::Notice(text) => self.notice(event::NoticeLevel::Warning, text),
            other => self.on_roster_event(now, account, other),
        }
    }

    fn on_sip(&mut self, now: Now, account: &AccountId, event: SipEvent) {
        match event {
            SipEvent::Registration(registration) => {
                self.on_registration(now, account, registration);
            }
            SipEvent::Incoming(incoming) if self.refuses_calls(account) => {
                let refuse = SipCommand::Refuse { call: incoming.call, status: NOT_HERE };
                self.outputs.push_back(Output::Sip(account.clone(), refuse));
            }
            SipEvent::CheckSync => self.outputs.push_back(Output::CheckSync),
            SipEvent::Incoming(incoming) => self.on_incoming_call(now, account, incoming),
            SipEvent::Mailbox(mailbox) => self.on_mailbox(account, mailbox),
            SipEvent::Message(message) => self.on_sip_message(now, account, message),
            SipEvent::MessageState { id, sent } => self.on_sip_message_state(account, &id, sent),
            SipEvent::Call(call, event) => self.on_call_event(now, &call, event),
        }
    }

    fn on_timeout(&mut self, now: Now) {
        if self.balance_at.is_some_and(|at| at <= now.steady) {
            self.balance(now);
        }
        self.roster_timeout(now);
        self.calls_timeout(now);
        self.listening_timeout(now);
    }

    fn on_behind(&mut self, now: Now, account: &AccountId) {
        let Some(record) = self.accounts.get(account) else { return };
        if self.behind_until.is_some_and(|until| now.steady < until) {
            return;
        }
        self.behind_until = Some(now.steady + BEHIND_AGAIN);
        let text = format!("{} does not keep up; something was not sent.", record.view.label);
        self.notice(event::NoticeLevel::Error, text);
    }

    fn on_quit(&mut self, now: Now) {
        self.end_all_calls(now);
        let quits: Vec<Output> = self.accounts.started().map(|record| record.quit()).collect();
        self.outputs.extend(quits);
    }

    fn tell(&mut self, event: Event) {
        self.changed = true;
        self.outputs.push_back(Output::Event(Box::new(event)));
    }

    fn notice(&mut self, level: event::NoticeLevel, text: String) {
        self.tell(Event::Notice { level, text });
    }
}

#[cfg(test)]
mod tests;
