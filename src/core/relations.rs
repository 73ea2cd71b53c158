//! Relations between a chat and a telephony account (CUSAX C30): set by hand, taken from the
//! configuration, or proposed; and what follows from them: which side waits for the other
//! (C14), and whether one goes without the other (C13).

use std::time::{Duration, Instant};

use super::command::{CommandError, RelationCommand, Reply};
use super::event::Event;
use super::linker::links_of;
use super::{Core, Keep, Output};
use crate::model::account::{AccountKind, AccountState};
use crate::model::address::{AddressKey, DialPlan};
use crate::model::id::AccountId;
use crate::model::relation::{Pair, Proposal, Relation, RelationSource, Relations};
use crate::model::time::Now;
use crate::sip::SipCommand;
use crate::xmpp::XmppCommand;

/// How long one side may be away before the other is taken down (C13): a short break is none.
const GRACE: Duration = Duration::from_secs(10);

/// What holds: the user's decisions over the configuration's. Every account is in one relation
/// at most; those of accounts that are gone do not count.
pub fn effective(
    configured: &[Relation],
    decided: &Relations,
    is_account: impl Fn(&AccountId) -> bool,
) -> Vec<Relation> {
    let mut all: Vec<Relation> = Vec::new();
    let kept =
        configured.iter().filter(|relation| !decided.removed.iter().any(|pair| relation.is(pair)));
    for relation in decided.set.iter().chain(kept) {
        let is_free =
            !all.iter().any(|known| known.has(&relation.xmpp) || known.has(&relation.sip));
        if is_free && is_account(&relation.xmpp) && is_account(&relation.sip) {
            all.push(relation.clone());
        }
    }
    all
}

/// The decisions with this relation set.
fn with_set(mut decided: Relations, relation: Relation, replaced: &[Relation]) -> Relations {
    decided.set.retain(|known| !known.has(&relation.xmpp) && !known.has(&relation.sip));
    let pair = Pair { xmpp: relation.xmpp.clone(), sip: relation.sip.clone() };
    decided.removed.retain(|known| *known != pair);
    decided.refused.retain(|known| *known != pair);
    for old in replaced.iter().filter(|old| !old.is(&pair)) {
        let old = Pair { xmpp: old.xmpp.clone(), sip: old.sip.clone() };
        if !decided.removed.contains(&old) {
            decided.removed.push(old);
        }
    }
    decided.set.push(relation);
    decided
}

impl Core {
    pub(super) fn on_relation_command(
        &mut self,
        now: Now,
        command: RelationCommand,
    ) -> Result<Reply, CommandError> {
        match command {
            RelationCommand::List => {
                let (relations, proposals) = (self.relations.clone(), self.proposals.clone());
                return Ok(Reply::Relations { relations, proposals });
            }
            RelationCommand::Set { pair, both_or_none, chat_waits } => {
                self.check_kind(&pair.xmpp, AccountKind::Xmpp)?;
                self.check_kind(&pair.sip, AccountKind::Sip)?;
                let known = self.relations.iter().find(|known| known.is(&pair));
                let relation = Relation {
                    both_or_none: both_or_none.unwrap_or(known.is_some_and(|r| r.both_or_none)),
                    chat_waits: chat_waits.unwrap_or(known.is_some_and(|r| r.chat_waits)),
                    by: known.map_or(RelationSource::User, |known| known.by),
                    xmpp: pair.xmpp,
                    sip: pair.sip,
                };
                if both_or_none == Some(true) || chat_waits == Some(true) {
                    // What was wanted in spite of the old rule is not wanted in spite of this.
                    for id in [&relation.xmpp, &relation.sip] {
                        self.accounts.get_mut(id).into_iter().for_each(|r| r.anyway = false);
                    }
                }
                let has = |other: &&Relation| other.has(&relation.xmpp) || other.has(&relation.sip);
                let replaced: Vec<Relation> = self.relations.iter().filter(has).cloned().collect();
                self.decided = with_set(std::mem::take(&mut self.decided), relation, &replaced);
            }
            RelationCommand::Remove(pair) => {
                if !self.relations.iter().any(|known| known.is(&pair)) {
                    let text = "These two accounts are not related.";
                    return Err(CommandError::Refused(text.to_owned()));
                }
                self.decided.set.retain(|known| !known.is(&pair));
                self.decided.removed.retain(|known| *known != pair);
                self.decided.refused.push(pair.clone());
                self.decided.removed.push(pair);
            }
            RelationCommand::Refuse(pair) => {
                self.check_kind(&pair.xmpp, AccountKind::Xmpp)?;
                self.check_kind(&pair.sip, AccountKind::Sip)?;
                if !self.decided.refused.contains(&pair) {
                    self.decided.refused.push(pair);
                }
            }
        }
        self.outputs.push_back(Output::Keep(Keep::Relations(Box::new(self.decided.clone()))));
        self.relate(now);
        self.tell_relations();
        Ok(Reply::Done {})
    }

    fn check_kind(&self, account: &AccountId, kind: AccountKind) -> Result<(), CommandError> {
        match self.accounts.get(account) {
            Some(record) if record.view.kind == kind => Ok(()),
            _ => {
                let side = kind.label().to_lowercase();
                Err(CommandError::Refused(format!("“{account}” is no {side} account.")))
            }
        }
    }

    pub(super) fn tell_relations(&mut self) {
        let (relations, proposals) = (self.relations.clone(), self.proposals.clone());
        self.tell(Event::Relations { relations, proposals });
    }

    /// Puts what holds now into effect.
    fn relate(&mut self, now: Now) {
        self.hold_relations(now);
        self.start_accounts();
        self.balance(now);
    }

    /// Finds out what holds, and tells each account.
    pub(super) fn hold_relations(&mut self, now: Now) {
        let is_account =
            |id: &AccountId| self.accounts.get(id).is_some_and(|record| !record.is_retired);
        self.relations = effective(&self.accounts.configured, &self.decided, is_account);
        for id in self.accounts.apply(&self.relations) {
            let chat = self.accounts.chat_switched(&id);
            let is_started = self.accounts.get(&id).is_some_and(|record| record.is_started());
            if let Some(chat) = chat.filter(|_| is_started) {
                self.outputs.push_back(Output::Sip(id.clone(), SipCommand::SetChat(chat)));
            }
            self.tell_account(&id);
            self.link_contacts_of(now, &id);
        }
        self.look_at_own_cards();
    }

    /// What a contact's numbers mean depends on the telephony that dials them.
    fn link_contacts_of(&mut self, now: Now, chat: &AccountId) {
        for jid in self.roster.listed(chat) {
            self.link_contact(now, chat, &jid);
        }
    }

    /// Pairs that share a domain, and whose chat side's own card names the telephony side.
    pub(super) fn proposed(&self) -> Vec<Proposal> {
        let mut all = Vec::new();
        for (chat, cards) in &self.own_cards {
            let Some(jid) = self.accounts.jid(chat) else { continue };
            for record in self.accounts.of_kind(AccountKind::Sip) {
                let Some(sip) = self.accounts.sip(&record.view.id) else { continue };
                let pair = Pair { xmpp: chat.clone(), sip: record.view.id.clone() };
                let is_taken = self
                    .relations
                    .iter()
                    .any(|known| known.has(&pair.xmpp) || known.has(&pair.sip));
                let shares = jid.domain().as_str().eq_ignore_ascii_case(sip.aor.host());
                if is_taken || !shares || self.decided.refused.contains(&pair) {
                    continue;
                }
                let own = AddressKey::Sip(sip.aor.clone());
                let links = links_of(cards, &DialPlan::of(&sip.aor, None));
                if links.iter().any(|link| link.key == own) {
                    let why = format!(
                        "Both are accounts of {}, and your contact card names {}.",
                        sip.aor.host(),
                        sip.aor
                    );
                    all.push(Proposal { pair, why });
                }
            }
        }
        all
    }

    /// "Connect anyway", and "try now".
    pub(super) fn on_connect_command(
        &mut self,
        now: Now,
        id: AccountId,
    ) -> Result<Reply, CommandError> {
        let Some(record) = self.accounts.get_mut(&id) else {
            return Err(CommandError::Refused(format!("There is no account “{id}”.")));
        };
        // To try a failed one again says nothing about its other half.
        record.anyway |= !record.is_started() || record.down_for.is_some();
        (record.down_for, record.rests) = (None, false);
        if record.is_started() {
            self.connect(&id);
        } else {
            self.start_accounts();
        }
        self.balance(now);
        Ok(Reply::Done {})
    }

    pub(super) fn connect(&mut self, id: &AccountId) {
        let Some(record) = self.accounts.get(id) else { return };
        let output = match record.view.kind {
            AccountKind::Xmpp => Output::Xmpp(id.clone(), XmppCommand::Connect),
            AccountKind::Sip => Output::Sip(id.clone(), SipCommand::Connect),
        };
        self.outputs.push_back(output);
    }

    /// Both or none (C13): takes a side down when the other has been away for [`GRACE`], and
    /// brings it back with it. Calls are not cut off by that: telephony goes when they are over.
    pub(super) fn balance(&mut self, now: Now) {
        let mut next: Option<Instant> = None;
        let pairs: Vec<(AccountId, AccountId, bool)> = self
            .relations
            .iter()
            .flat_map(|r| {
                [
                    (r.xmpp.clone(), r.sip.clone(), r.both_or_none),
                    (r.sip.clone(), r.xmpp.clone(), r.both_or_none),
                ]
            })
            .collect();
        for (side, other, is_bound) in pairs {
            let until = self.accounts.away_since(&other, now).map(|since| since + GRACE);
            let Some(record) = self.accounts.get(&side) else { continue };
            let is_down = record.down_for.is_some();
            let may_go = is_bound && record.is_started() && !record.anyway;
            match until {
                Some(until) if may_go && !is_down && until > now.steady => {
                    next = Some(next.map_or(until, |next| next.min(until)));
                }
                Some(_) if may_go && !is_down && !self.has_calls_on(&side) => {
                    self.take_down(&side, &other);
                }
                Some(_) if may_go => {}
                _ if is_down => self.bring_back(&side),
                _ => {}
            }
        }
        self.balance_at = next;
    }

    pub(super) fn has_calls_on(&self, account: &AccountId) -> bool {
        self.calls.list.iter().any(|record| !record.is_over() && record.call.account == *account)
    }

    fn take_down(&mut self, side: &AccountId, other: &AccountId) {
        let why = self.accounts.get(other).map(|record| {
            let reason = record.view.reason.clone().unwrap_or_default();
            format!("Taken down, since {} is not connected. {reason}", record.view.label)
        });
        let Some(record) = self.accounts.get_mut(side) else { return };
        if matches!(record.view.state, AccountState::Offline | AccountState::Disabled) {
            return;
        }
        record.down_for = why.map(|why| why.trim_end().to_owned());
        let output = match record.view.kind {
            AccountKind::Xmpp => Output::Xmpp(side.clone(), XmppCommand::Disconnect),
            AccountKind::Sip => Output::Sip(side.clone(), SipCommand::Disconnect),
        };
        self.outputs.push_back(output);
    }

    fn bring_back(&mut self, side: &AccountId) {
        if let Some(record) = self.accounts.get_mut(side) {
            record.down_for = None;
        }
        self.connect(side);
    }
}
