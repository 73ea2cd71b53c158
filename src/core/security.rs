//! Both sides' protection: what is known of it, compared, and what the user says of it
//! (CUSAX C61–C65).

mod decide;
mod raise;
mod report;

use std::collections::BTreeMap;

use super::accounts::{Record, Settings};
use super::command::{Reply, SecurityCommand, SecurityReport};
use super::event::{Event, NoticeLevel};
use super::{Core, Output, RequestId};
use crate::config::SrtpPolicy;
use crate::model::account::{Question, Refused};
use crate::model::fault::{Fault, RefusedCertificate};
use crate::model::id::AccountId;
use crate::model::security::{Change, Demands, Guard, Least, Loss, Security, Weaker};
use crate::model::time::Now;

/// What the core remembers of the accounts' protection.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// What was seen of every account's server, and what the user wants of it.
    guards: BTreeMap<AccountId, Guard>,
    /// The comparison that the faces were last told of.
    told: Option<SecurityReport>,
    /// The difference that the user was last told of.
    difference: Option<String>,
    /// Accounts of which "make both secure" still waits to hear.
    raising: Vec<AccountId>,
}

impl Record {
    /// What the provider demands of its server.
    fn demands(&self) -> &Demands {
        match &self.settings {
            Settings::Xmpp(settings) => &settings.demands,
            Settings::Sip(settings) => &settings.demands,
        }
    }

    /// The domain that its server stands for.
    fn domain(&self) -> String {
        match &self.settings {
            Settings::Xmpp(settings) => settings.jid.domain().as_str().to_ascii_lowercase(),
            Settings::Sip(settings) => settings.aor.host().to_ascii_lowercase(),
        }
    }
}

impl Core {
    /// What earlier runs saw.
    pub(super) fn take_guards(&mut self, guards: BTreeMap<AccountId, Guard>) {
        self.trust.guards = guards;
    }

    /// What an account remembers of its server.
    pub(super) fn guard(&self, account: &AccountId) -> Guard {
        self.trust.guards.get(account).cloned().unwrap_or_default()
    }

    /// Remembers it, here and for later runs; nothing happens when it is no news.
    fn keep_guard(&mut self, account: &AccountId, guard: Guard) {
        if self.guard(account) != guard {
            self.trust.guards.insert(account.clone(), guard.clone());
            self.outputs.push_back(Output::Guard(account.clone(), Box::new(guard)));
        }
    }

    /// The account is another one's now: what its server was says nothing of the new one.
    pub(super) fn forget_guard(&mut self, account: &AccountId) {
        self.keep_guard(account, Guard::default());
    }

    /// Whether an account's calls have to be encrypted: as configured, or as the user wants it.
    pub(super) fn srtp_of(&self, account: &AccountId) -> Option<SrtpPolicy> {
        let configured = self.accounts.sip(account)?.srtp;
        let raised = self.trust.guards.get(account).is_some_and(|guard| guard.srtp);
        Some(if raised { SrtpPolicy::Required } else { configured })
    }

    /// An account is signed in so.
    pub(super) fn on_secured(&mut self, account: &AccountId, security: &Security) {
        let mut guard = self.guard(account);
        let change = guard.learn(security);
        self.keep_guard(account, guard);
        let Some(record) = self.accounts.get(account) else { return };
        let label = record.view.label.clone();
        match change {
            Some(Change::TlsGivenUp) => {
                let text = format!(
                    "{label} is not encrypted any more: its own settings lead past encryption now."
                );
                self.notice(NoticeLevel::Warning, text);
            }
            Some(Change::Certificate { was_pinned: true, .. }) => {
                let text = format!(
                    "The server of {label} has another certificate than the one that you trusted; \
                     this one is vouched for."
                );
                self.notice(NoticeLevel::Info, text);
            }
            _ => {}
        }
        self.raised(account, security);
    }

    /// An account failed: what of it is for the user to look at, or to decide.
    pub(super) fn on_insecure(&mut self, account: &AccountId, fault: &Fault) {
        let Some(record) = self.accounts.get(account) else { return };
        let (mut certificate, mut weaker) = (None, None);
        match fault {
            Fault::Certificate(refused) => certificate = shown(refused),
            Fault::Downgraded(lost) => weaker = Some(question(lost, record.demands())),
            _ => {}
        }
        if let Some(record) = self.accounts.get_mut(account) {
            (record.view.certificate, record.view.weaker) = (certificate, weaker);
        }
        self.raise_failed(account, fault);
    }

    pub(super) fn on_security_command(
        &mut self,
        now: Now,
        request: RequestId,
        command: SecurityCommand,
    ) {
        let done = match command {
            SecurityCommand::Report => Ok(Reply::Security(Box::new(self.security_report()))),
            SecurityCommand::Raise => Ok(Reply::Raised(self.raise())),
            SecurityCommand::Trust { account, fingerprint } => {
                self.trust_certificate(now, &account, &fingerprint)
            }
            SecurityCommand::Distrust { account, fingerprint } => {
                self.distrust_certificate(&account, &fingerprint)
            }
            SecurityCommand::AcceptWeaker(account) => self.accept_weaker(now, account),
        };
        self.outputs.push_back(Output::Reply(request, done));
    }

    /// Tells the faces of the comparison where it is news, and the user of a difference.
    pub(super) fn tell_security(&mut self) {
        let security = self.security_report();
        if self.trust.told.as_ref() == Some(&security) {
            return;
        }
        self.trust.told = Some(security.clone());
        let difference = security.difference.clone();
        self.tell(Event::Security { security });
        match difference {
            Some(words) if self.trust.difference.as_ref() != Some(&words) => {
                self.trust.difference = Some(words.clone());
                self.notice(NoticeLevel::Warning, words);
            }
            // A side that is away for a moment is no change.
            None if self.are_compared() => self.trust.difference = None,
            _ => {}
        }
    }
}

/// A refused certificate for the faces.
fn shown(refused: &RefusedCertificate) -> Option<Box<Refused>> {
    let facts = refused.facts.clone()?;
    let can_trust = refused.can_trust();
    let why_not =
        (!can_trust).then(|| "It cannot be trusted: nothing in it proves who made it.".to_owned());
    Some(Box::new(Refused {
        problem: refused.to_string(),
        can_trust,
        why_not,
        before: refused.before,
        facts,
    }))
}

/// A question for the faces.
fn question(weaker: &Weaker, demands: &Demands) -> Question {
    let why_not = if is_demanded(weaker, demands) {
        Some("Your provider demands it, so it cannot be given up here.")
    } else if !weaker.can_accept() {
        Some("There is no way to sign in at this server.")
    } else {
        None
    };
    Question {
        weaker: *weaker,
        can_accept: why_not.is_none(),
        why_not: why_not.map(ToOwned::to_owned),
    }
}

/// Whether the provider's own document asks for what is missing.
fn is_demanded(weaker: &Weaker, Demands { floor, .. }: &Demands) -> bool {
    match weaker.loss {
        Loss::Tls => floor.tls,
        Loss::Version { least } => floor.version >= least,
        Loss::Mechanism { offered, .. } => floor.auth.is_some() && floor.auth > offered,
        Loss::Binding => floor.bound,
    }
}

/// Lowers what is asked of a server, on the user's word. What only "make both secure" wants is
/// given up whole: the account is then as it was before.
fn give_up(guard: &mut Guard, weaker: &Weaker) {
    if weaker.least == Least::Wanted {
        (guard.wanted, guard.srtp) = (Default::default(), false);
    }
    guard.accept(weaker);
}
