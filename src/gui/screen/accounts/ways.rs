//! Which way things go (CUSAX C5, C9): the table of all features, where a way can be chosen
//! there is a choice; and the user's rules, with a form for one more.

use iced::widget::{Column, column, container, row};
use iced::{Alignment, Element, Length};

use super::joint::named;
use super::{Accounts, Control, Message};
use crate::core::command::FeatureCommand;
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::pick::{self, Item};
use crate::gui::widget::{body, button, sheet, small};
use crate::gui::words;
use crate::model::account::{Account, AccountKind};
use crate::model::feature::{DecidedBy, Decision, Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;
use crate::tr;

/// The field of the form.
pub(super) const FIELD: &str = "rule-with";

/// One way that a feature can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Over this protocol.
    pub protocol: Protocol,
    /// On this account, where several would do.
    pub account: Option<AccountId>,
}

impl Way {
    fn over(protocol: Protocol) -> Self {
        Self { protocol, account: None }
    }

    /// What makes it everybody's way. What is usual needs no rule.
    pub(super) fn for_everybody(self, feature: Feature) -> FeatureCommand {
        if self == Self::over(feature.usual()) {
            return FeatureCommand::Unset { feature, with: None };
        }
        let Self { protocol, account } = self;
        FeatureCommand::Set(Rule { with: None, feature, protocol, account })
    }
}

/// The accounts that a feature can go over by a protocol.
fn able(
    feature: Feature,
    protocol: Protocol,
    snapshot: &Snapshot,
) -> impl Iterator<Item = &Account> {
    let all = snapshot.accounts.iter();
    all.filter(move |account| match (feature, protocol, account.kind) {
        (Feature::Chat, Protocol::Xmpp, AccountKind::Xmpp)
        | (Feature::Audio, Protocol::Sip, AccountKind::Sip) => true,
        (Feature::Chat, Protocol::Sip, AccountKind::Sip) => account.features.chat,
        _ => false,
    })
}

/// The ways among which a rule can choose for a feature: each protocol, and each account of it
/// where there are several.
fn ways(feature: Feature, snapshot: &Snapshot) -> Vec<Way> {
    let mut all = Vec::new();
    for protocol in feature.ways() {
        let ids: Vec<_> = able(feature, *protocol, snapshot).map(|a| a.id.clone()).collect();
        match ids.as_slice() {
            [] => {}
            [_] => all.push(Way::over(*protocol)),
            _ => {
                all.extend(ids.into_iter().map(|id| Way { protocol: *protocol, account: Some(id) }))
            }
        }
    }
    all
}

/// What a rule can be about: features with more than one way.
const RULED: [Feature; 2] = [Feature::Audio, Feature::Chat];

/// Whether there is anything that a rule could choose.
pub fn can_make_rules(snapshot: &Snapshot) -> bool {
    RULED.into_iter().any(|feature| single(feature, snapshot).is_none())
}

/// Why a rule about a feature would say nothing; none when it can choose.
fn single(feature: Feature, snapshot: &Snapshot) -> Option<&'static str> {
    match (feature, ways(feature, snapshot).len()) {
        (_, 2..) => None,
        (Feature::Audio, 1) => Some(tr!("accounts-calls-one")),
        (Feature::Audio, _) => Some(tr!("accounts-calls-none")),
        _ => Some(tr!("accounts-messages-one")),
    }
}

/// How wide a rule reaches, as the form offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Somebody.
    #[default]
    Contact,
    /// One number or device of somebody.
    Device,
    /// Everybody of a domain.
    Domain,
    /// The contacts of a chat account.
    Account,
}

impl Scope {
    const ALL: [Self; 4] = [Self::Contact, Self::Device, Self::Domain, Self::Account];

    fn name(self) -> &'static str {
        match self {
            Self::Contact => tr!("accounts-scope-contact"),
            Self::Device => tr!("accounts-scope-device"),
            Self::Domain => tr!("accounts-scope-domain"),
            Self::Account => tr!("accounts-scope-account"),
        }
    }

    fn placeholder(self) -> &'static str {
        match self {
            Self::Contact => tr!("accounts-contact-hint"),
            Self::Device => tr!("accounts-device-hint"),
            Self::Domain => tr!("accounts-domain-hint"),
            Self::Account => "",
        }
    }

    /// Messages go to somebody, wherever they are: no rule is about one device then.
    fn fits(self, feature: Feature) -> bool {
        self != Self::Device || feature == Feature::Audio
    }
}

/// What the person did to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnRule {
    /// Chose what it is about.
    Feature(Feature),
    /// Chose how wide it reaches.
    Scope(Scope),
    /// Typed whom it is about.
    Who(String),
    /// Chose whose contacts it is about.
    Contacts(AccountId),
    /// Chose the way.
    Way(Way),
    /// Wants it kept.
    Add,
}

/// The rule that is being written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What it is about; the first that can be ruled when none was chosen.
    feature: Option<Feature>,
    scope: Scope,
    who: String,
    contacts: Option<AccountId>,
    way: Option<Way>,
}

impl Draft {
    /// One for somebody.
    pub(super) fn of(contact: String) -> Self {
        Self { who: contact, ..Self::default() }
    }

    fn feature(&self, snapshot: &Snapshot) -> Option<Feature> {
        let free = |feature: &Feature| single(*feature, snapshot).is_none();
        self.feature.filter(free).or_else(|| RULED.into_iter().find(free))
    }

    /// The chat account whose contacts it is about: the chosen one, or the only one.
    fn contacts(&self, snapshot: &Snapshot) -> Option<AccountId> {
        let mut chats = snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Xmpp);
        let only = chats.next().filter(|_| chats.next().is_none());
        self.contacts.clone().or_else(|| only.map(|account| account.id.clone()))
    }

    /// It was kept: the next one begins.
    pub(super) fn kept(&mut self) {
        *self = Self { feature: self.feature, scope: self.scope, ..Self::default() };
    }

    /// Takes in what the person did. The rule, when it is to be kept.
    pub(super) fn act(&mut self, act: OnRule, snapshot: &Snapshot) -> Option<Rule> {
        match act {
            OnRule::Feature(feature) => {
                (self.feature, self.way) = (Some(feature), None);
                if !self.scope.fits(feature) {
                    self.scope = Scope::Contact;
                }
            }
            OnRule::Scope(scope) => self.scope = scope,
            OnRule::Who(text) => self.who = text,
            OnRule::Contacts(account) => self.contacts = Some(account),
            OnRule::Way(way) => self.way = Some(way),
            OnRule::Add => return self.rule(snapshot),
        }
        None
    }

    /// The rule as far as it is written; none while something is missing.
    fn rule(&self, snapshot: &Snapshot) -> Option<Rule> {
        let feature = self.feature(snapshot)?;
        let Way { protocol, account } = self.way.clone()?;
        let who = self.who.trim().to_owned();
        if self.scope != Scope::Account && who.is_empty() {
            return None;
        }
        let with = Some(match self.scope {
            Scope::Contact => Match::Contact(who),
            Scope::Device => Match::Device(who),
            Scope::Domain => Match::Domain(who),
            Scope::Account => Match::Account(self.contacts(snapshot)?),
        });
        Some(Rule { with, feature, protocol, account })
    }
}

/// All features with their way, and a choice where there is one.
pub(super) fn table<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let all = shared.snapshot.features.iter();
    all.map(|decision| {
        let control = Control::Rule(decision.feature, None);
        let told = page.notes.at(&control);
        let row = feature(decision, page.waits.contains(&control), shared);
        sheet::told(row, told, Message::Confirm(control))
    })
    .collect()
}

/// A feature's way. Where it is the only one, the reason stands below it.
fn feature<'a>(decision: &Decision, waits: bool, shared: Shared<'a>) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let offered = offered(decision, snapshot);
    let holds = |way: &Way| way.protocol == decision.protocol && way.account == decision.account;
    let chooses = offered.iter().any(|(way, free)| *free && !holds(way));
    let tone = if chooses { Tone::Text } else { Tone::Muted };
    let mut side = column![].spacing(step::XXS).width(Length::FillPortion(3));
    if decision.ways.is_empty() {
        side = side.push(body(plain::told(&decision.why)).style(tone.text()));
    } else if chooses {
        let items = offered.into_iter().map(|(way, free)| Item {
            label: way_words(&way, decision.feature, snapshot),
            on: holds(&way),
            press: (free && !waits).then_some(Message::Default(decision.feature, way)),
        });
        side = side.push(pick::row_of(items));
        if decision.by != DecidedBy::Usual {
            side = side.push(small(plain::told(&decision.why)));
        }
    } else {
        let way = Way { protocol: decision.protocol, account: decision.account.clone() };
        let words = way_words(&way, decision.feature, snapshot);
        side = side.push(body(words).style(tone.text()));
        side = side.push(small(only(decision, snapshot)));
    }
    let name = body(words::feature(decision.feature)).style(tone.text());
    let line = match shared.narrow && chooses {
        true => row![column![name, side.width(Length::Fill)].spacing(step::XXS)],
        false => row![name.width(Length::FillPortion(2)), side],
    };
    sheet::padded(line.spacing(step::S).align_y(Alignment::Center))
}

/// The ways that the table offers for everybody, and whether each can be had.
fn offered(decision: &Decision, snapshot: &Snapshot) -> Vec<(Way, bool)> {
    let feature = decision.feature;
    let mut all: Vec<(Way, bool)> = decision
        .ways
        .iter()
        .map(|protocol| {
            let free = able(feature, *protocol, snapshot).next().is_some();
            (Way::over(*protocol), free)
        })
        .collect();
    // With whom a call goes out on which account is the contact's question; the user may settle
    // it for everybody.
    if feature == Feature::Audio && !decision.ways.is_empty() {
        let each = ways(feature, snapshot).into_iter().filter(|way| way.account.is_some());
        all.extend(each.map(|way| (way, true)));
    }
    all
}

/// Why there is no choice.
fn only(decision: &Decision, snapshot: &Snapshot) -> String {
    let feature = decision.feature;
    // A rule decided, or something took a way away: its words say more than ours.
    let decided = decision.by != DecidedBy::Usual || decision.ways.len() < feature.ways().len();
    match feature {
        _ if decided => plain::told(&decision.why),
        Feature::Chat if able(Feature::Chat, Protocol::Sip, snapshot).next().is_none() => {
            tr!("accounts-no-sip-messages").to_owned()
        }
        Feature::Chat => tr!("accounts-only-sip-messages").to_owned(),
        _ => tr!("accounts-no-other-way").to_owned(),
    }
}

fn way_words(way: &Way, feature: Feature, snapshot: &Snapshot) -> String {
    match &way.account {
        Some(id) => on(id, snapshot),
        None if feature == Feature::Audio && ways(feature, snapshot).len() > 1 => {
            tr!("accounts-by-contact").to_owned()
        }
        None => words::over(way.protocol).to_owned(),
    }
}

/// An account by its address: of several of a kind nothing else tells them apart.
fn on(id: &AccountId, snapshot: &Snapshot) -> String {
    let account = snapshot.accounts.iter().find(|account| account.id == *id);
    plain::line(account.map_or_else(|| id.as_str(), |account| &account.address))
}

/// The user's rules, and the form for one more.
pub(super) fn rules<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    let mut rows: Vec<_> =
        snapshot.feature_rules.iter().map(|rule| kept(page, rule, snapshot)).collect();
    if rows.is_empty() {
        rows.push(sheet::remark(tr!("accounts-no-rules")));
    }
    let told = page.notes.at(&Control::NewRule);
    let form = form(page, shared);
    rows.push(sheet::told(sheet::padded(form), told, Message::Confirm(Control::NewRule)));
    rows
}

fn kept<'a>(page: &'a Accounts, rule: &Rule, snapshot: &Snapshot) -> Element<'a, Message> {
    let control = Control::Rule(rule.feature, rule.with.clone());
    let free = !page.waits.contains(&control);
    let remove = free.then(|| Message::DropRule(rule.clone()));
    let line = row![
        sheet::long(body(rule_words(rule, snapshot))),
        button::words(Button::Quiet, tr!("accounts-remove"), remove)
    ]
    .spacing(step::S)
    .align_y(Alignment::Center);
    let told = page.notes.at(&control);
    sheet::told(sheet::padded(line), told, Message::Confirm(control.clone()))
}

/// A rule of the user in words.
fn rule_words(rule: &Rule, snapshot: &Snapshot) -> String {
    let feature = words::feature(rule.feature);
    let over = rule.account.as_ref().map(|account| named(account, snapshot));
    match &rule.with {
        None => with_everybody(feature, over, rule.protocol),
        Some(Match::Device(who) | Match::Contact(who)) => {
            with(feature, plain::quoted(who), over, rule.protocol)
        }
        Some(Match::Domain(domain)) => {
            with_domain(feature, plain::quoted(domain), over, rule.protocol)
        }
        Some(Match::Account(id)) => {
            with_contacts(feature, named(id, snapshot), over, rule.protocol)
        }
    }
}

fn with_everybody(feature: &str, over: Option<String>, protocol: Protocol) -> String {
    match (over, protocol) {
        (Some(over), _) => {
            tr!("accounts-rule-everybody-account", feature = feature, account = over)
        }
        (None, Protocol::Xmpp) => tr!("accounts-rule-everybody-chat", feature = feature),
        (None, Protocol::Sip) => tr!("accounts-rule-everybody-telephony", feature = feature),
    }
}

fn with(feature: &str, who: String, over: Option<String>, protocol: Protocol) -> String {
    match (over, protocol) {
        (Some(over), _) => {
            tr!("accounts-rule-with-account", feature = feature, who = who, account = over)
        }
        (None, Protocol::Xmpp) => tr!("accounts-rule-with-chat", feature = feature, who = who),
        (None, Protocol::Sip) => tr!("accounts-rule-with-telephony", feature = feature, who = who),
    }
}

fn with_domain(feature: &str, domain: String, over: Option<String>, protocol: Protocol) -> String {
    match (over, protocol) {
        (Some(over), _) => {
            tr!("accounts-rule-domain-account", feature = feature, domain = domain, account = over)
        }
        (None, Protocol::Xmpp) => {
            tr!("accounts-rule-domain-chat", feature = feature, domain = domain)
        }
        (None, Protocol::Sip) => {
            tr!("accounts-rule-domain-telephony", feature = feature, domain = domain)
        }
    }
}

fn with_contacts(feature: &str, whose: String, over: Option<String>, protocol: Protocol) -> String {
    match (over, protocol) {
        (Some(over), _) => {
            tr!("accounts-rule-contacts-account", feature = feature, whose = whose, account = over)
        }
        (None, Protocol::Xmpp) => {
            tr!("accounts-rule-contacts-chat", feature = feature, whose = whose)
        }
        (None, Protocol::Sip) => {
            tr!("accounts-rule-contacts-telephony", feature = feature, whose = whose)
        }
    }
}

/// A form for one more rule; why there is none where nothing can be chosen.
fn form<'a>(page: &'a Accounts, shared: Shared<'a>) -> Element<'a, Message> {
    let (snapshot, draft) = (shared.snapshot, &page.rule);
    let reasons = RULED.into_iter().filter_map(|feature| single(feature, snapshot));
    let Some(feature) = draft.feature(snapshot) else {
        let reasons = reasons.map(|why| small(why).into());
        let words = body(tr!("accounts-no-rule-now")).style(Tone::Muted.text());
        return column![words].extend(reasons).spacing(step::XXS).into();
    };
    let picks = |act: fn(Feature) -> OnRule| {
        RULED.into_iter().map(move |one| Item {
            label: words::feature(one).to_owned(),
            on: one == feature,
            press: single(one, snapshot).is_none().then(|| Message::Rule(act(one))),
        })
    };
    let scopes = Scope::ALL.into_iter().filter(|scope| scope.fits(feature));
    let has_chat = snapshot.accounts.iter().any(|a| a.kind == AccountKind::Xmpp);
    let scopes = scopes.filter(|scope| *scope != Scope::Account || has_chat).map(|scope| {
        Item::new(scope.name(), scope == draft.scope, Message::Rule(OnRule::Scope(scope)))
    });
    let ways = ways(feature, snapshot).into_iter().map(|way| {
        let label = way_words(&way, feature, snapshot);
        Item::new(label, draft.way.as_ref() == Some(&way), Message::Rule(OnRule::Way(way)))
    });
    let waits = page.waits.contains(&Control::NewRule);
    let ready = draft.rule(snapshot).filter(|_| !waits).map(|_| Message::Rule(OnRule::Add));
    let add = button::words(Button::Primary, tr!("accounts-add-rule"), ready.clone());
    let parts = column![
        labelled(
            tr!("accounts-what"),
            column![pick::row_of(picks(OnRule::Feature))]
                .extend(reasons.map(|why| small(why).into()),)
        ),
        labelled(
            tr!("accounts-with"),
            column![pick::row_of(scopes)].push(whom(draft, ready, snapshot))
        ),
        labelled(tr!("accounts-goes"), column![pick::row_of(ways)]),
        labelled("", column![add]),
    ];
    parts.spacing(step::S).into()
}

fn labelled<'a>(name: &'a str, parts: Column<'a, Message>) -> Element<'a, Message> {
    let name = container(small(name)).width(Length::Fixed(44.0)).padding([8.0, 0.0]);
    row![name, parts.spacing(step::XS).width(Length::Fill)].into()
}

/// Whom the rule is about.
fn whom<'a>(
    draft: &'a Draft,
    ready: Option<Message>,
    snapshot: &Snapshot,
) -> Option<Element<'a, Message>> {
    if draft.scope != Scope::Account {
        let type_in = |text| Message::Rule(OnRule::Who(text));
        let hint = draft.scope.placeholder();
        return Some(sheet::field(FIELD, hint, &draft.who, type_in, ready));
    }
    let chats = snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Xmpp);
    let chosen = draft.contacts(snapshot);
    let several = chats.clone().count() > 1;
    several.then(|| {
        pick::row_of(chats.map(|chat| {
            let press = Message::Rule(OnRule::Contacts(chat.id.clone()));
            Item::new(plain::line(&chat.address), chosen.as_ref() == Some(&chat.id), press)
        }))
    })
}
