//! What would change, in words.

use serde::Serialize;

use super::super::record::Retired;
use super::Provided;
use crate::config::{SipAccount, SrtpPolicy, TlsStart, XmppAccount};
use crate::model::dialing::Dialing;
use crate::model::feature::{Feature, Match, Rule};
use crate::model::id::AccountId;
use crate::model::relation::Relation;
use crate::model::security::{Demands, Fingerprint};
use crate::model::telephony::Strangers;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about.
    pub what: What,
    /// What happens to it.
    pub how: How,
    /// Whose, where it is one account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// In words.
    pub text: String,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// An account.
    Account,
    /// Two accounts that belong together.
    Relation,
    /// A feature that an account does not have.
    Lock,
    /// Which way a feature goes.
    Feature,
    /// How numbers are dialled.
    Dialing,
    /// What calls cost.
    Cost,
    /// Further wishes.
    Policy,
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is new.
    Added,
    /// It is there already, and becomes another.
    Changed,
    /// It goes.
    Removed,
}

/// Everything that differs.
pub fn changes(before: &Provided, after: &Provided, gone: &[Retired]) -> Vec<Change> {
    let mut all = Vec::new();
    accounts(before, after, gone, &mut all);
    relations(before, after, &mut all);
    locks(before, after, &mut all);
    rules(before, after, &mut all);
    dialing(before, after, &mut all);
    policy(before, after, &mut all);
    all
}

fn change(what: What, how: How, account: Option<&AccountId>, text: String) -> Change {
    Change { what, how, account: account.cloned(), text }
}

fn accounts(before: &Provided, after: &Provided, gone: &[Retired], all: &mut Vec<Change>) {
    for new in &after.config.xmpp {
        match before.config.xmpp.iter().find(|old| old.id == new.id) {
            None => {
                let text = format!("Chat: {}, {}", new.jid, chat_way(new));
                all.push(change(What::Account, How::Added, Some(&new.id), text));
            }
            Some(old) if old != new => {
                let facts = [
                    differs("address", &old.jid, &new.jid),
                    differs("way", &chat_way(old), &chat_way(new)),
                    differs("demands", &demands(&old.demands), &demands(&new.demands)),
                ];
                push_changed(&new.id, new.jid.as_str(), facts, all);
            }
            Some(_) => {}
        }
    }
    for new in &after.config.sip {
        match before.config.sip.iter().find(|old| old.id == new.id) {
            None => {
                let text = format!("Telephony: {}, {}, {}", new.aor, phone_way(new), media(new));
                all.push(change(What::Account, How::Added, Some(&new.id), text));
            }
            Some(old) if old != new => {
                let user = |account: &SipAccount| account.username.clone().unwrap_or_default();
                let facts = [
                    differs("address", &old.aor, &new.aor),
                    differs("way", &phone_way(old), &phone_way(new)),
                    differs("demands", &demands(&old.demands), &demands(&new.demands)),
                    differs("media", &media(old), &media(new)),
                    differs("user name", &user(old), &user(new)),
                    differs("digits", &format!("{:?}", old.dtmf), &format!("{:?}", new.dtmf)),
                    differs("messages", &on(old.chat), &on(new.chat)),
                    differs("codecs", &codecs(old), &codecs(new)),
                    differs("registration, in seconds", &old.expires, &new.expires),
                    differs("voice mail", &mail(old), &mail(new)),
                ];
                push_changed(&new.id, &new.aor.to_string(), facts, all);
            }
            Some(_) => {}
        }
    }
    for account in gone {
        let text = format!("{} is switched off", account.address);
        all.push(change(What::Account, How::Removed, Some(&account.id), text));
    }
}

fn on(flag: bool) -> &'static str {
    if flag { "on" } else { "off" }
}

/// “way: a → b” where it differs.
fn differs<T: PartialEq + std::fmt::Display + ?Sized>(
    name: &str,
    old: &T,
    new: &T,
) -> Option<String> {
    (old != new).then(|| format!("{name}: {old} → {new}"))
}

fn push_changed<const N: usize>(
    id: &AccountId,
    address: &str,
    facts: [Option<String>; N],
    all: &mut Vec<Change>,
) {
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        let text = format!("{address}: {}", facts.join("; "));
        all.push(change(What::Account, How::Changed, Some(id), text));
    }
}

/// What the way to the server has to be like.
fn demands(demands: &Demands) -> String {
    let floor = &demands.floor;
    let bound = if floor.bound { " with channel binding" } else { "" };
    // Enough of each to tell it from another: a change of these alone is a change.
    let start = |print: &Fingerprint| print.to_string().chars().take(23).collect::<String>();
    let named: Vec<String> = demands.certificates.iter().map(start).collect();
    let parts = [
        floor.tls.then(|| format!("TLS {} at least", floor.version)),
        floor.auth.map(|least| format!("{least}{bound} at least")),
        (!named.is_empty()).then(|| format!("the certificate {}", named.join(" or "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn chat_way(account: &XmppAccount) -> String {
    let tls = match account.tls {
        TlsStart::StartTls => "STARTTLS",
        TlsStart::Direct => "TLS",
    };
    match &account.server {
        Some(server) => format!("at {server} with {tls}"),
        None => "where DNS says".to_owned(),
    }
}

fn phone_way(account: &SipAccount) -> String {
    match &account.proxy {
        Some(proxy) => format!("by {proxy}"),
        None => "where DNS says".to_owned(),
    }
}

fn codecs(account: &SipAccount) -> String {
    account.codecs.iter().map(|codec| codec.name()).collect::<Vec<_>>().join(", ")
}

fn mail(account: &SipAccount) -> &str {
    account.voicemail.as_deref().unwrap_or("none")
}

fn media(account: &SipAccount) -> &'static str {
    match account.srtp {
        SrtpPolicy::Required => "calls always encrypted",
        SrtpPolicy::Preferred => "calls encrypted where both sides can",
        SrtpPolicy::Off => "calls not encrypted",
    }
}

fn relations(before: &Provided, after: &Provided, all: &mut Vec<Change>) {
    let same = |a: &Relation, b: &Relation| a.xmpp == b.xmpp && a.sip == b.sip;
    for new in &after.relations {
        if !before.relations.iter().any(|old| same(old, new)) {
            let (chat, phone) = addresses(after, new);
            let text = format!("{chat} and {phone} belong together");
            all.push(change(What::Relation, How::Added, None, text));
        }
    }
    for old in &before.relations {
        if !after.relations.iter().any(|new| same(old, new)) {
            let (chat, phone) = addresses(before, old);
            let text = format!("{chat} and {phone} do not belong together any more");
            all.push(change(What::Relation, How::Removed, None, text));
        }
    }
}

/// The two accounts by address, or by id where there is no such account.
fn addresses(of: &Provided, relation: &Relation) -> (String, String) {
    let chat = of.config.xmpp.iter().find(|account| account.id == relation.xmpp);
    let phone = of.config.sip.iter().find(|account| account.id == relation.sip);
    (
        chat.map_or_else(|| relation.xmpp.to_string(), |account| account.jid.to_string()),
        phone.map_or_else(|| relation.sip.to_string(), |account| account.aor.to_string()),
    )
}

fn name(feature: Feature) -> String {
    format!("{feature:?}").to_lowercase()
}

fn locks(before: &Provided, after: &Provided, all: &mut Vec<Change>) {
    for new in &after.disabled {
        if !before.disabled.contains(new) {
            let by = if new.lock { ", set by your provider" } else { "" };
            let text = format!("{}: no {}{by}", new.account, name(new.feature));
            all.push(change(What::Lock, How::Added, Some(&new.account), text));
        }
    }
    for old in &before.disabled {
        let same =
            |new: &&super::Disabled| new.account == old.account && new.feature == old.feature;
        if !after.disabled.iter().any(|new| same(&new)) {
            let text = format!("{}: {} may be used again", old.account, name(old.feature));
            all.push(change(What::Lock, How::Removed, Some(&old.account), text));
        }
    }
}

fn rule(rule: &Rule) -> String {
    let whom = match &rule.with {
        None => "everybody".to_owned(),
        Some(Match::Device(text) | Match::Contact(text) | Match::Domain(text)) => text.clone(),
        Some(Match::Account(id)) => format!("the contacts of {id}"),
    };
    let protocol = format!("{:?}", rule.protocol).to_uppercase();
    format!("{} with {whom} goes over {protocol}", name(rule.feature))
}

fn rules(before: &Provided, after: &Provided, all: &mut Vec<Change>) {
    let new = after.rules.iter().filter(|rule| !before.rules.contains(rule));
    all.extend(new.map(|new| change(What::Feature, How::Added, None, rule(new))));
    let old = before.rules.iter().filter(|rule| !after.rules.contains(rule));
    all.extend(old.map(|old| {
        let text = format!("no more: {}", rule(old));
        change(What::Feature, How::Removed, None, text)
    }));
}

fn dialing(before: &Provided, after: &Provided, all: &mut Vec<Change>) {
    for new in &after.config.sip {
        let old = before.config.sip.iter().find(|old| old.id == new.id);
        let old = old.map(|old| old.dialing.clone()).unwrap_or_default();
        let new_dialing = &new.dialing;
        let plan = |dialing: &Dialing| {
            let mut plain = dialing.clone();
            (plain.cost_rules, plain.blocked) = (Vec::new(), Vec::new());
            plain.domains = Vec::new();
            plain
        };
        if plan(&old) != plan(new_dialing) {
            let country = new_dialing.country.as_ref().map_or("none", AsRef::as_ref);
            let text = format!(
                "{}: how numbers are dialled (country {country}, {} emergency numbers)",
                new.id,
                new_dialing.emergency.len()
            );
            all.push(change(What::Dialing, How::Changed, Some(&new.id), text));
        }
        // That its own domain is its own goes without saying.
        let beyond = |dialing: &Dialing| -> Vec<String> {
            let domains = dialing.domains.iter();
            domains.filter(|domain| *domain != new.aor.host()).cloned().collect()
        };
        if beyond(&old) != beyond(new_dialing) {
            let domains = match beyond(new_dialing) {
                none if none.is_empty() => "no other domain".to_owned(),
                some => some.join(", "),
            };
            let text = format!("{}: calls to {domains} stay within the service", new.id);
            all.push(change(What::Dialing, How::Changed, Some(&new.id), text));
        }
        if (&old.cost_rules, &old.blocked) != (&new_dialing.cost_rules, &new_dialing.blocked) {
            let text = format!(
                "{}: what calls cost ({} rules, {} kinds of numbers blocked)",
                new.id,
                new_dialing.cost_rules.len(),
                new_dialing.blocked.len()
            );
            all.push(change(What::Cost, How::Changed, Some(&new.id), text));
        }
    }
}

fn policy(before: &Provided, after: &Provided, all: &mut Vec<Change>) {
    let (old, new) = (&before.policy, &after.policy);
    let flags = [
        ("one side does not go without the other", old.both_or_none, new.both_or_none),
        ("chat connects after telephony", old.delay_xmpp, new.delay_xmpp),
        ("calls name your chat address", old.send_call_info, new.send_call_info),
    ];
    for (name, old, new) in flags {
        if old != new {
            let text = format!("{name}: {}", new.map_or("as you like", on));
            all.push(change(What::Policy, How::Changed, None, text));
        }
    }
    if old.accept_strangers != new.accept_strangers {
        let text = match new.accept_strangers {
            Some(Strangers::Accept) => "calls from strangers ring",
            Some(Strangers::Ask) => "calls from strangers are shown without a ring tone",
            Some(Strangers::Refuse) => "calls from strangers are refused",
            None => "calls from strangers: as you like",
        };
        all.push(change(What::Policy, How::Changed, None, text.to_owned()));
    }
}
