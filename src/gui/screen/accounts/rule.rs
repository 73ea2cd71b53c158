//! A rule for which way things go, as the person puts it together (CUSAX C9).

use crate::core::snapshot::Snapshot;
use crate::model::account::{Account, AccountKind};
use crate::model::feature::{Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;

/// What the person did to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnRule {
    /// Wants a rule.
    Open,
    /// Wants none after all.
    Close,
    /// What it is about.
    Feature(Feature),
    /// With whom.
    Whom(Whom),
    /// Typed whom.
    Who(String),
    /// Over which side.
    Over(Protocol),
    /// On which account.
    On(AccountId),
    /// Wants it kept.
    Keep,
}

/// How wide a rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// One number or one device of somebody.
    Device,
    /// Somebody.
    Person,
    /// Everybody of a domain.
    Domain,
    /// The contacts of one of the user's chat accounts.
    Account(AccountId),
}

/// What is put together so far.
#[derive(Debug, Clone)]
pub struct Draft {
    pub feature: Feature,
    pub whom: Whom,
    pub who: String,
    pub over: Option<Protocol>,
    pub on: Option<AccountId>,
}

impl Draft {
    /// An empty one; nothing where nothing can go another way than it does.
    pub fn new(snapshot: &Snapshot) -> Option<Self> {
        let feature = features(snapshot).first().copied()?;
        let who = String::new();
        Some(Self { feature, whom: Whom::Person, who, over: None, on: None })
    }

    /// Takes in what the person did to it.
    pub fn update(&mut self, on: OnRule) {
        match on {
            OnRule::Feature(feature) => {
                self.feature = feature;
                (self.over, self.on) = (None, None);
            }
            OnRule::Whom(whom) => self.whom = whom,
            OnRule::Who(who) => self.who = who,
            OnRule::Over(protocol) => self.over = Some(protocol),
            OnRule::On(account) => self.on = Some(account),
            OnRule::Open | OnRule::Close | OnRule::Keep => {}
        }
    }

    /// The rule, once it is whole.
    pub fn rule(&self) -> Option<Rule> {
        let who = self.who.trim().to_owned();
        let with = match &self.whom {
            Whom::Account(account) => Match::Account(account.clone()),
            _ if who.is_empty() => return None,
            Whom::Device => Match::Device(who),
            Whom::Person => Match::Contact(who),
            Whom::Domain => Match::Domain(who),
        };
        let (protocol, account) = match self.feature {
            Feature::Audio => (Protocol::Sip, Some(self.on.clone()?)),
            _ => (self.over?, None),
        };
        Some(Rule { with: Some(with), feature: self.feature, protocol, account })
    }
}

/// What can go more than one way with the accounts that there are.
pub fn features(snapshot: &Snapshot) -> Vec<Feature> {
    let mut all = Vec::new();
    if both_sides(snapshot) {
        all.push(Feature::Chat);
    }
    if of_kind(snapshot, AccountKind::Sip).nth(1).is_some() {
        all.push(Feature::Audio);
    }
    all
}

/// Whether there is a chat and a telephony account.
pub fn both_sides(snapshot: &Snapshot) -> bool {
    let has = |kind| of_kind(snapshot, kind).next().is_some();
    has(AccountKind::Xmpp) && has(AccountKind::Sip)
}

/// The accounts of a side.
pub fn of_kind(snapshot: &Snapshot, kind: AccountKind) -> impl Iterator<Item = &Account> {
    snapshot.accounts.iter().filter(move |account| account.kind == kind)
}
