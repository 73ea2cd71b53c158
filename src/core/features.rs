//! Which way a feature goes with somebody, and which rule decided (CUSAX C5, C6, C9): that of
//! a device, of a contact, of a domain, of an account, the user's default, what is usual.

use super::command::{CommandError, FeatureCommand, Reply};
use super::event::Event;
use super::{Core, Keep, Output};
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::address::{AddressKey, DialPlan, Dialable};
use crate::model::feature::{DecidedBy, Decision, Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;

/// The most rules that are kept.
const MAX_RULES: usize = 1_000;
/// The longest name of a device, a contact or a domain, in bytes.
const MAX_NAME: usize = 512;

/// With whom a feature is used, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct With {
    /// The device: a full JID, or the address that is called.
    pub devices: Vec<String>,
    /// The person: their bare JID, and the address that is called.
    pub contacts: Vec<String>,
    /// The domains of those.
    pub domains: Vec<String>,
    /// The chat account whose roster has them.
    pub account: Option<AccountId>,
}

impl With {
    /// Somebody by their chat address and the address to be called, either of which may be
    /// unknown. All that rules are compared by is put into one form here.
    pub fn new(jid: Option<&BareJid>, address: Option<&Dialable>) -> Self {
        let mut with = Self::default();
        if let Some(jid) = jid {
            with.contacts.push(jid.to_string());
            with.domains.push(jid.domain().as_str().to_owned());
        }
        if let Some(address) = address {
            let key = address.key.to_string();
            with.devices.push(key.clone());
            with.contacts.push(key);
            if let AddressKey::Sip(aor) = &address.key {
                with.domains.push(aor.host().to_owned());
            }
        }
        with
    }

    /// The same, in the roster of this account.
    pub fn of(self, account: Option<AccountId>) -> Self {
        Self { account, ..self }
    }

    /// How near a rule is to them: the greater the narrower; `None` when it is about others.
    fn nearness(&self, rule: &Rule) -> Option<u8> {
        let fits = match &rule.with {
            None => return Some(0),
            Some(Match::Device(device)) => self.devices.contains(device),
            Some(Match::Contact(contact)) => self.contacts.contains(contact),
            Some(Match::Domain(domain)) => self.domains.contains(domain),
            Some(Match::Account(account)) => self.account.as_ref() == Some(account),
        };
        let nearness = match rule.with {
            Some(Match::Device(_)) => 4,
            Some(Match::Contact(_)) => 3,
            Some(Match::Domain(_)) => 2,
            Some(Match::Account(_)) => 1,
            None => 0,
        };
        fits.then_some(nearness)
    }
}

/// Decides by the narrowest rule that fits.
pub fn decide(feature: Feature, with: &With, rules: &[Rule]) -> Decision {
    decide_between(feature, with, &[], rules)
}

/// The same among the rules of the provider and of the user, who wins where both are as narrow.
fn decide_between(feature: Feature, with: &With, provider: &[Rule], rules: &[Rule]) -> Decision {
    let all =
        provider.iter().map(|rule| (rule, false)).chain(rules.iter().map(|rule| (rule, true)));
    let fitting = all.filter(|(rule, _)| rule.feature == feature);
    let found = fitting.filter_map(|(rule, own)| Some((with.nearness(rule)?, rule, own)));
    let best = found.max_by_key(|(nearness, _, own)| (*nearness, *own));
    let is_own = best.is_none_or(|(_, _, own)| own);
    let (protocol, account, by) = match best {
        Some((_, rule, _)) => {
            let by = rule.with.clone().map_or(DecidedBy::Default, DecidedBy::Rule);
            (rule.protocol, rule.account.clone(), by)
        }
        None => (feature.usual(), None, DecidedBy::Usual),
    };
    let ways = feature.ways().to_vec();
    let mut why = words(&by);
    if !is_own {
        why = why.replacen("Your", "Your provider's", 1);
    }
    if ways.is_empty() {
        why = "Not in this version.".to_owned();
    } else if !ways.contains(&protocol) {
        why.push_str(" This version cannot do that.");
    }
    Decision { feature, protocol, account, by, ways, why, locked: false }
}

/// Which rule decided, in words.
fn words(by: &DecidedBy) -> String {
    match by {
        DecidedBy::Rule(Match::Device(device)) => format!("Your rule for {device}."),
        DecidedBy::Rule(Match::Contact(contact)) => format!("Your rule for {contact}."),
        DecidedBy::Rule(Match::Domain(domain)) => format!("Your rule for everybody at {domain}."),
        DecidedBy::Rule(Match::Account(account)) => {
            format!("Your rule for the contacts of {account}.")
        }
        DecidedBy::Default => "Your default.".to_owned(),
        DecidedBy::Usual => "As usual.".to_owned(),
    }
}

impl Core {
    pub(super) fn on_feature_command(
        &mut self,
        command: FeatureCommand,
    ) -> Result<Reply, CommandError> {
        match command {
            FeatureCommand::List { with } => {
                let with = match with {
                    Some(with) => self.with_of(&with)?,
                    None => With::default(),
                };
                let features = self.decide_all(&with);
                Ok(Reply::Features { features, rules: self.rules.clone() })
            }
            FeatureCommand::Set(rule) => {
                let rule = self.checked(rule)?;
                self.rules.retain(|old| old.feature != rule.feature || old.with != rule.with);
                if self.rules.len() >= MAX_RULES {
                    return Err(CommandError::Refused("There are too many rules.".to_owned()));
                }
                self.rules.push(rule);
                self.rules_changed();
                Ok(Reply::Done {})
            }
            FeatureCommand::Unset { feature, with } => {
                let with = with.map(|with| self.normal(with)).transpose()?;
                let before = self.rules.len();
                self.rules.retain(|rule| rule.feature != feature || rule.with != with);
                if self.rules.len() != before {
                    self.rules_changed();
                }
                Ok(Reply::Done {})
            }
        }
    }

    /// How each feature goes with everybody of whom no rule says otherwise.
    pub(super) fn usual_features(&self) -> Vec<Decision> {
        self.decide_all(&With::default())
    }

    fn decide_all(&self, with: &With) -> Vec<Decision> {
        Feature::ALL.into_iter().map(|feature| self.decide(feature, with)).collect()
    }

    /// How a feature goes with somebody.
    pub(super) fn decide(&self, feature: Feature, with: &With) -> Decision {
        let mut decision = decide_between(feature, with, &self.wishes.rules, &self.rules);
        for protocol in feature.ways() {
            let Some(locked) = self.switched_off(feature, *protocol) else { continue };
            decision.ways.retain(|way| way != protocol);
            decision.locked |= locked;
            if decision.protocol == *protocol {
                decision.why = "Switched off: set by your provider.".to_owned();
            }
        }
        decision
    }

    fn rules_changed(&mut self) {
        self.outputs.push_back(Output::Keep(Keep::Rules(self.rules.clone())));
        self.tell(Event::Features { rules: self.rules.clone() });
    }

    /// A rule as it is kept, when what it asks for can be had.
    pub(super) fn checked(&self, rule: Rule) -> Result<Rule, CommandError> {
        if !rule.feature.ways().contains(&rule.protocol) {
            let text = "This version cannot do that, so that no rule can ask for it.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        if rule.feature == Feature::Presence && (rule.with.is_some() || rule.account.is_some()) {
            let text = "Presence goes over every chat account: no rule changes that.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        if self.switched_off(rule.feature, rule.protocol).is_some() {
            let text = "This way is switched off: set by your provider.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        if let Some(account) = &rule.account {
            let kind = match rule.protocol {
                Protocol::Xmpp => AccountKind::Xmpp,
                Protocol::Sip => AccountKind::Sip,
            };
            if self.accounts.get(account).is_none_or(|record| record.view.kind != kind) {
                let text = format!("“{account}” is no account of that kind.");
                return Err(CommandError::Refused(text));
            }
        }
        let with = rule.with.map(|with| self.normal(with)).transpose()?;
        Ok(Rule { with, ..rule })
    }

    /// Whom a rule is about, in the form that is compared.
    fn normal(&self, with: Match) -> Result<Match, CommandError> {
        let plan = self.plan_of(None);
        let invalid = |text: &str| CommandError::InvalidAddress(text.chars().take(80).collect());
        Ok(match with {
            Match::Device(device) => {
                Match::Device(name(&device, &plan).ok_or_else(|| invalid(&device))?)
            }
            Match::Contact(contact) => {
                Match::Contact(name(&contact, &plan).ok_or_else(|| invalid(&contact))?)
            }
            Match::Domain(domain) => {
                let plain = domain.trim().trim_end_matches('.').to_lowercase();
                let is_domain = BareJid::new(&plain).is_ok_and(|jid| jid.node().is_none());
                if !is_domain || plain.len() > MAX_NAME {
                    return Err(invalid(&domain));
                }
                Match::Domain(plain)
            }
            Match::Account(account) => match self.accounts.get(&account) {
                Some(record) if record.view.kind == AccountKind::Xmpp => Match::Account(account),
                _ => {
                    let text = format!("“{account}” is no chat account.");
                    return Err(CommandError::Refused(text));
                }
            },
        })
    }

    /// With whom, from what a person writes: a contact's JID, or an address.
    fn with_of(&self, text: &str) -> Result<With, CommandError> {
        let plain = text.trim().strip_prefix("xmpp:").unwrap_or(text.trim());
        let jid = BareJid::new(plain).ok();
        let jid = jid.filter(|jid| jid.node().is_some() && self.roster.lists(None, jid));
        if let Some(jid) = jid {
            let account = self.roster.account_listing(&jid).cloned();
            return Ok(With::new(Some(&jid), None).of(account));
        }
        let address = Dialable::parse(text, &self.plan_of(None))
            .map_err(|_| CommandError::InvalidAddress(text.to_owned()))?;
        Ok(self.with_address(&address))
    }

    /// Somebody by the address that is called, and the one contact whose it is.
    pub(super) fn with_address(&self, address: &Dialable) -> With {
        let owner = self.owner_of(address);
        let jid = owner.as_ref().and_then(|person| person.jid());
        let account = jid.and_then(|jid| self.roster.account_listing(jid)).cloned();
        With::new(jid, Some(address)).of(account)
    }
}

/// A JID as the network spells it, or what an address of telephony is compared by.
fn name(text: &str, plan: &DialPlan) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_NAME {
        return None;
    }
    let is_telephony = text.split_once(':').is_some_and(|(scheme, _)| {
        ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let plain = text.strip_prefix("xmpp:").unwrap_or(text);
    let jid = crate::model::Jid::new(plain).ok().filter(|jid| jid.node().is_some());
    match jid.filter(|_| !is_telephony) {
        Some(jid) => Some(jid.to_string()),
        None => Some(Dialable::parse(text, plan).ok()?.key.to_string()),
    }
}
