//! The accounts: whether they are connected, which belong together, which way things go, the
//! numbers on the user's own card, and what others see. What was refused is said at its control.

mod joint;
mod own_card;
mod tested;
mod view;
mod ways;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{Action, Spot, password};
use crate::check::Report;
use crate::core::command::{
    AccountCommand, CardCommand, Command, CommandError, FeatureCommand, RelationCommand, Reply,
    TelephonyCommand, WorkCommand,
};
use crate::core::snapshot::Snapshot;
use crate::gui::widget::sheet::Notes;
use crate::model::account::{Account, AccountKind};
use crate::model::feature::{Feature, Match, Rule};
use crate::model::id::AccountId;
use crate::model::relation::{Pair, Relation};
use crate::model::vcard::OwnCard;

pub use own_card::OnCard;
pub use tested::tests;
pub use view::{features, view};
pub use ways::{OnRule, Scope, Way, can_make_rules};

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// An account's connection.
    Account(AccountId),
    /// The test of an account.
    Check(AccountId),
    /// A chat and a telephony account, together or not.
    Pair(AccountId, AccountId),
    /// A rule for which way a feature goes; that of everybody is the feature's default.
    Rule(Feature, Option<Match>),
    /// The rule that is being written.
    NewRule,
    /// The numbers on a chat account's card.
    Card(AccountId),
    /// What others see.
    Seen(Seen),
}

impl Control {
    fn of(pair: &Pair) -> Self {
        Self::Pair(pair.xmpp.clone(), pair.sip.clone())
    }
}

/// What others may see of the user's telephony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// That a call is on.
    OnThePhone,
    /// The telephony address.
    Address,
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Goes to another page.
    Leave(Other),
    /// Wants an account connected now.
    Connect(AccountId),
    /// Wants the way to it tested.
    Check(AccountId),
    /// Wants that called off.
    CancelCheck(AccountId),
    /// Says which accounts belong together.
    Pair(Pair, Together),
    /// Chose which way a feature goes with everybody.
    Default(Feature, Way),
    /// Takes a rule away.
    DropRule(Rule),
    /// Writes a new one.
    Rule(OnRule),
    /// Something with the own card of a chat account.
    Card(AccountId, OnCard),
    /// Turned what others see.
    Turn(Seen, bool),
    /// Gives an account its password.
    Password(password::Message),
    /// Wants what a control asked although it has cues.
    Confirm(Control),
}

/// Where the page's head leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// Both accounts' protection.
    Protection,
    /// The rules for calls.
    Rules,
}

/// What the person says of two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// They belong together.
    Relate,
    /// They do not.
    Unrelate,
    /// They are not to be proposed again.
    Refuse,
    /// Chat is to connect after telephony, or not.
    ChatWaits(bool),
    /// Neither is to be connected without the other, or each by itself.
    BothOrNone(bool),
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Accounts {
    /// The number of each card that is being written.
    numbers: HashMap<AccountId, own_card::Draft>,
    rule: ways::Draft,
    notes: Notes<Control>,
    passwords: password::Forms,
    /// What a control asked last, so that it can be asked again with the user's word.
    asked: HashMap<Control, Command>,
    /// What the tests of accounts came to.
    reports: HashMap<AccountId, Report>,
    /// Controls whose answer has not come yet.
    waits: HashSet<Control>,
}

impl Accounts {
    /// The page with a rule begun for somebody.
    pub fn with_rule_for(contact: String) -> Self {
        Self { rule: ways::Draft::of(contact), ..Self::default() }
    }

    /// Takes in what the person did.
    pub fn update(&mut self, message: Message, snapshot: &Snapshot) -> Action {
        match message {
            Message::Close => Action::Back,
            Message::Leave(Other::Protection) => Action::Protection,
            Message::Leave(Other::Rules) => Action::Rules,
            Message::Connect(account) => {
                let command = Command::Account(AccountCommand::Connect(account.clone()));
                self.ask(Control::Account(account), command)
            }
            Message::Check(account) => {
                self.reports.remove(&account);
                let command = Command::Account(AccountCommand::Check(account.clone()));
                self.ask(Control::Check(account), command)
            }
            Message::CancelCheck(account) => match tested::running(snapshot, &account) {
                Some(work) => Action::Run(Command::Work(WorkCommand::Cancel(work.id.clone()))),
                None => Action::None,
            },
            Message::Pair(pair, wish) => self.pair(pair, wish),
            Message::Default(feature, way) => {
                let control = Control::Rule(feature, None);
                self.ask(control, Command::Feature(way.for_everybody(feature)))
            }
            Message::Rule(act) => self.rule(act, snapshot),
            Message::DropRule(Rule { with, feature, .. }) => {
                let command =
                    Command::Feature(FeatureCommand::Unset { feature, with: with.clone() });
                self.ask(Control::Rule(feature, with), command)
            }
            Message::Card(account, wish) => self.card(account, wish, snapshot),
            Message::Turn(seen, on) => {
                let wish = match seen {
                    Seen::OnThePhone => json!({ "on_the_phone": on }),
                    Seen::Address => json!({ "publish_address": on }),
                };
                self.ask(Control::Seen(seen), telephony(wish))
            }
            // Not by `ask`, which would remember it.
            Message::Password(message) => match self.passwords.update(message) {
                Some((account, command)) => {
                    Action::At(Spot::Accounts(Control::Account(account)), command)
                }
                None => Action::None,
            },
            Message::Confirm(control) => match self.asked.get(&control).cloned() {
                Some(command) => self.ask(control, confirmed(command)),
                None => Action::None,
            },
        }
    }

    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: &Result<Reply, CommandError>) {
        self.waits.remove(&control);
        if let (Control::Check(_), Err(CommandError::Cancelled)) = (&control, result) {
            // Nothing is to be said of what the person called off.
            return self.notes.hush(&control);
        }
        if let (Control::Check(account), Ok(Reply::Check(report))) = (&control, result) {
            self.reports.insert(account.clone(), Report::clone(report));
        }
        if self.notes.answered(control.clone(), result) {
            self.asked.remove(&control);
            match control {
                Control::Card(account) => drop(self.numbers.remove(&account)),
                Control::NewRule => self.rule.kept(),
                _ => {}
            }
        }
    }

    fn ask(&mut self, control: Control, command: Command) -> Action {
        self.notes.hush(&control);
        self.asked.insert(control.clone(), command.clone());
        self.waits.insert(control.clone());
        Action::At(Spot::Accounts(control), command)
    }

    fn pair(&mut self, pair: Pair, wish: Together) -> Action {
        let control = Control::of(&pair);
        let set = |pair, both_or_none, chat_waits| RelationCommand::Set {
            pair,
            both_or_none,
            chat_waits,
        };
        let command = match wish {
            Together::Relate => set(pair, None, None),
            Together::ChatWaits(on) => set(pair, None, Some(on)),
            Together::BothOrNone(on) => set(pair, Some(on), None),
            Together::Unrelate => RelationCommand::Remove(pair),
            Together::Refuse => RelationCommand::Refuse(pair),
        };
        self.ask(control, Command::Relation(command))
    }

    fn card(&mut self, account: AccountId, wish: OnCard, snapshot: &Snapshot) -> Action {
        let control = Control::Card(account.clone());
        let Some(card) = snapshot.own_cards.iter().find(|card| card.account == account) else {
            return Action::None;
        };
        self.notes.hush(&control);
        let draft = self.numbers.entry(account.clone()).or_default();
        match draft.act(wish, card) {
            Ok(Some(tels)) => {
                let set = CardCommand::Set { account: Some(account), tels, confirm: false };
                self.ask(control, Command::Card(set))
            }
            Ok(None) => Action::None,
            Err(words) => {
                self.notes.say(control, words);
                Action::None
            }
        }
    }

    fn rule(&mut self, act: OnRule, snapshot: &Snapshot) -> Action {
        self.notes.hush(&Control::NewRule);
        match self.rule.act(act, snapshot) {
            Some(rule) => self.ask(Control::NewRule, Command::Feature(FeatureCommand::Set(rule))),
            None => Action::None,
        }
    }
}

fn telephony(wish: Value) -> Command {
    let wish = match wish {
        Value::Object(wish) => wish,
        _ => Map::new(),
    };
    Command::Telephony(TelephonyCommand::Set(wish))
}

/// The same with the user's word.
fn confirmed(command: Command) -> Command {
    match command {
        Command::Card(CardCommand::Set { account, tels, .. }) => {
            Command::Card(CardCommand::Set { account, tels, confirm: true })
        }
        Command::Telephony(TelephonyCommand::Set(mut wish)) => {
            wish.insert("confirm".to_owned(), json!(true));
            Command::Telephony(TelephonyCommand::Set(wish))
        }
        command => command,
    }
}

/// Chat and telephony accounts without another half that are neither related nor proposed.
fn apart(snapshot: &Snapshot) -> Vec<Pair> {
    let alone = |kind| {
        let related = |account: &Account| snapshot.relations.iter().any(|r| r.has(&account.id));
        snapshot.accounts.iter().filter(move |a| a.kind == kind && !related(a))
    };
    let proposed = |pair: &Pair| snapshot.proposals.iter().any(|known| known.pair == *pair);
    let pairs = alone(AccountKind::Xmpp).flat_map(|chat| {
        alone(AccountKind::Sip).map(|phone| Pair { xmpp: chat.id.clone(), sip: phone.id.clone() })
    });
    pairs.filter(|pair| !proposed(pair)).take(MOST_APART).collect()
}

/// The most pairs that are offered to be related.
const MOST_APART: usize = 8;

/// The telephony address that belongs on a chat account's card: its other half's, else that of
/// the only telephony account.
fn own_address<'a>(card: &OwnCard, snapshot: &'a Snapshot) -> Option<&'a Account> {
    let mut phones = snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Sip);
    let related: Option<&Relation> = snapshot.relations.iter().find(|r| r.xmpp == card.account);
    match related {
        Some(relation) => phones.find(|phone| phone.id == relation.sip),
        None => phones.next().filter(|_| phones.next().is_none()),
    }
}
