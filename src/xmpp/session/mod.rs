//! The session, pure: commands and stanzas in, events and stanzas out. It lives on while
//! connections come and go; time and randomness are arguments.
//!
//! What becomes of an outgoing message:
//!
//! | when | state told |
//! | --- | --- |
//! | commanded without a connection | `Queued`, at once |
//! | … and that session is resumed later | sent by itself then, as below |
//! | … and a new session begins instead | nothing more: who keeps the outbox sends it again |
//! | handed to the server | nothing yet |
//! | acknowledged by the server (XEP-0198; without it: written to the stream) | `Sent` |
//! | the connection broke and the session was resumed | sent again if need be, then `Sent` |
//! | the session ended before the acknowledgement | `Queued`, before the next `Online` |
//! | the contact's client confirmed it (XEP-0184, XEP-0333) | `Delivered`, `Displayed` |
//! | it came back as an error, or the actor has no room | `Failed` |
//!
//! A message whose `id` is already on its way is not sent twice.

mod blocked;
mod chat;
mod iq;
mod own_card;
mod personal;
mod presence;
mod roster;
pub(super) mod text;
mod vcards;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use rand::Rng as _;
use rand::rngs::StdRng;
use tokio_xmpp::Stanza;

use self::chat::Chat;
use self::iq::Pending;
use self::own_card::OwnCard;
use self::personal::{Announcement, Personal};
use self::vcards::Vcards;
use super::{RosterCommand, XmppCommand, XmppConnection, XmppEvent};
use crate::model::account::Security;
use crate::model::contact::Subscription;
use crate::model::presence::Show;
use crate::model::refusal::Refusal;
use crate::model::signals::Signals;
use crate::model::time::Now;
use crate::model::{BareJid, FullJid, Jid};

/// What the session wants done, in order.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send this.
    Send(Box<Stanza>),
    /// Tell the core.
    Event(XmppEvent),
}

/// Whether a stream carries the session.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    /// There is no session.
    Down,
    /// The connection broke; the session may be resumed.
    Suspended(FullJid),
    /// Stanzas travel.
    Up(FullJid),
}

/// One account's session.
#[derive(Debug)]
pub struct Session {
    account: BareJid,
    /// Messages are taken; else they are refused, and nothing of them is advertised.
    takes_chat: bool,
    /// What contacts are told by itself.
    signals: Signals,
    random: StdRng,
    line: Line,
    /// What the core wants announced; `None` before it said anything.
    presence: Option<(Show, String)>,
    /// The presence above is to be sent as soon as it can be.
    presence_due: bool,
    /// The roster came (or failed to), so presences make sense from now on.
    roster_known: bool,
    roster: BTreeMap<BareJid, Subscription>,
    /// Who asked to see our presence and was not answered yet.
    asking: BTreeSet<BareJid>,
    /// Whom the server keeps away; none before it said.
    blocked: Option<BTreeSet<BareJid>>,
    pending: HashMap<String, Pending>,
    vcards: Vcards,
    /// The change of our own card that is under way.
    own_card: Option<OwnCard>,
    personal: Personal,
    chat: Chat,
    out: VecDeque<Output>,
}

impl Session {
    /// A session that never was connected.
    pub fn new(account: BareJid, random: StdRng) -> Self {
        Self {
            account,
            takes_chat: true,
            signals: Signals::default(),
            random,
            line: Line::Down,
            presence: None,
            presence_due: false,
            roster_known: false,
            roster: BTreeMap::new(),
            asking: BTreeSet::new(),
            blocked: None,
            pending: HashMap::new(),
            vcards: Vcards::default(),
            own_card: None,
            personal: Personal::default(),
            chat: Chat::default(),
            out: VecDeque::new(),
        }
    }

    /// The same for an account whose provider took its messages away (CUSAX C4).
    #[must_use]
    pub fn without_chat(self) -> Self {
        Self { takes_chat: false, ..self }
    }

    /// A new session was bound: asks for the roster, then announces the presence that was
    /// wanted last.
    pub fn begin(&mut self, now: Now, bound: FullJid, security: Security) {
        self.end();
        self.line = Line::Up(bound.clone());
        self.presence_due = self.presence.as_ref().is_some_and(|(show, _)| *show != Show::Offline);
        self.event(XmppEvent::Connection(XmppConnection::Online {
            bound,
            security,
            resumed: false,
        }));
        self.fetch_roster(now);
        self.enable_carbons(now);
        self.fetch_blocked(now);
    }

    /// The session goes on over another connection (XEP-0198).
    pub fn resume(&mut self, now: Now, security: Security) {
        let (Line::Suspended(bound) | Line::Up(bound)) = self.line.clone() else { return };
        self.line = Line::Up(bound.clone());
        self.event(XmppEvent::Connection(XmppConnection::Online {
            bound,
            security,
            resumed: true,
        }));
        self.announce();
        self.send_kept();
        self.publish_kept(now);
    }

    /// The connection broke; the session may be resumed.
    pub fn suspend(&mut self) {
        if let Line::Up(bound) = self.line.clone() {
            self.line = Line::Suspended(bound);
        }
    }

    /// The session is over: what was not acknowledged is reported, what was asked fails.
    pub fn end(&mut self) {
        self.line = Line::Down;
        self.roster_known = false;
        self.roster.clear();
        self.asking.clear();
        self.blocked = None;
        self.pending.clear();
        self.personal = Personal::default();
        self.fail_vcards();
        self.fail_own_card();
        self.lose_messages();
    }

    /// Whether it still makes sense to resume: not after more was kept than there is room for.
    pub fn is_resumable(&self) -> bool {
        matches!(self.line, Line::Suspended(_)) && !self.chat.overflowed
    }

    /// Carries out a command. `Guard`, `Connect`, `Disconnect` and `Quit` are the shell's: it says
    /// farewell by [`say_farewell`](Self::say_farewell).
    pub fn command(&mut self, now: Now, command: XmppCommand) {
        match command {
            XmppCommand::Presence { show, status } => self.want_presence(show, &status),
            XmppCommand::Message(message) => self.send_message(message),
            XmppCommand::ChatState { to, state } => self.send_chat_state(to, state),
            XmppCommand::Displayed { to, id } => self.send_displayed(to, id),
            XmppCommand::Signals(signals) => self.signals = signals,
            XmppCommand::FetchVcards(jid) => self.fetch_vcards(now, jid),
            XmppCommand::Roster(command) => self.change_roster(now, command),
            XmppCommand::SetOwnTels(tels) => self.set_own_tels(now, &tels),
            XmppCommand::PublishReach(addresses) => {
                self.publish(now, Announcement::Reach(addresses));
            }
            XmppCommand::Activity(activity) => self.publish(now, Announcement::Activity(activity)),
            XmppCommand::Guard(_)
            | XmppCommand::Connect
            | XmppCommand::Disconnect
            | XmppCommand::Quit => {}
        }
    }

    /// Goes offline for everybody.
    pub fn say_farewell(&mut self) {
        if self.is_up() {
            self.send(tokio_xmpp::parsers::presence::Presence::unavailable());
        }
    }

    /// Takes a stanza from the server.
    pub fn receive(&mut self, now: Now, stanza: Stanza) {
        match stanza {
            Stanza::Iq(iq) => self.receive_iq(now, iq),
            Stanza::Message(message) => self.receive_message(now, message),
            Stanza::Presence(presence) => self.receive_presence(presence),
        }
    }

    /// The server has `stanza`.
    pub fn acknowledged(&mut self, stanza: &Stanza) {
        if let Stanza::Message(message) = stanza
            && let Some(id) = &message.id
        {
            self.message_sent(&id.0);
        }
    }

    /// `stanza` cannot be written as XML.
    pub fn unsendable(&mut self, stanza: &Stanza) {
        if let Stanza::Message(message) = stanza
            && let Some(id) = &message.id
        {
            self.message_failed(&id.0, None, Refusal::Unsendable);
        }
    }

    /// What to do next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.pending.values().map(|pending| pending.deadline).min()
    }

    /// Gives up what took too long.
    pub fn handle_timeout(&mut self, now: Now) {
        let late = self.pending.iter().filter(|(_, pending)| pending.deadline <= now.steady);
        let late: Vec<String> = late.map(|(id, _)| id.clone()).collect();
        for id in late {
            if let Some(pending) = self.pending.remove(&id) {
                self.conclude(now, pending.what, Err(iq::Failure::TimedOut));
            }
        }
    }

    fn is_up(&self) -> bool {
        matches!(self.line, Line::Up(_))
    }

    /// Whether a stanza from `from` speaks for our own account.
    fn is_account(&self, from: Option<&Jid>) -> bool {
        from.is_none_or(|from| *from == self.account)
    }

    fn is_bound(&self, jid: &Jid) -> bool {
        matches!(&self.line, Line::Up(bound) | Line::Suspended(bound) if jid == bound)
    }

    /// Whether `jid` may see our presence, so that answers give nothing away.
    fn sees_us(&self, jid: &BareJid) -> bool {
        *jid == self.account
            || matches!(self.roster.get(jid), Some(Subscription::From | Subscription::Both))
    }

    fn knows(&self, jid: &BareJid) -> bool {
        *jid == self.account || self.roster.contains_key(jid)
    }

    fn event(&mut self, event: XmppEvent) {
        self.out.push_back(Output::Event(event));
    }

    fn send(&mut self, stanza: impl Into<Stanza>) {
        self.out.push_back(Output::Send(Box::new(stanza.into())));
    }

    /// An identifier that nobody can guess.
    fn new_id(&mut self) -> String {
        format!("{:032x}", self.random.random::<u128>())
    }

    fn deadline(now: Now, after: Duration) -> Instant {
        now.steady + after
    }
}

#[cfg(test)]
mod tests;
