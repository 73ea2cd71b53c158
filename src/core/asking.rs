//! The questions about cost before a call, and what the user has said to them (CUSAX C59): which
//! classes they do not want to be asked about any more, which is kept, and which addresses they
//! agreed to in this run.

use std::collections::{BTreeSet, VecDeque};

use super::command::{AskingCommand, CommandError, Reply};
use super::cost::{self, Assessment, Named, Question};
use super::event::Event;
use super::outgoing::Wish;
use super::{Core, Keep, Output};
use crate::model::address::{AddressKey, Dialable};
use crate::model::dialing::CostClass;
use crate::model::id::AccountId;

/// Addresses that were agreed to; the oldest are asked about again when there are more.
const AGREED: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Asking {
    settled: BTreeSet<CostClass>,
    agreed: VecDeque<AddressKey>,
}

impl Asking {
    /// Whether the user is to be asked before this call.
    pub fn must_ask(&self, assessment: &Assessment, target: &AddressKey) -> bool {
        let is_settled = || self.settled.contains(&assessment.class);
        let is_agreed = || self.agreed.contains(target);
        match assessment.question {
            Question::Never => false,
            Question::UntilSettled => !is_settled(),
            Question::Once => !is_settled() && !is_agreed(),
            Question::OnceEach => !is_agreed(),
            Question::Always => true,
        }
    }

    /// The user agreed to calling this address.
    pub fn agree(&mut self, target: &AddressKey) {
        if self.agreed.contains(target) {
            return;
        }
        if self.agreed.len() >= AGREED {
            self.agreed.pop_front();
        }
        self.agreed.push_back(target.clone());
    }

    /// The classes that are not asked about, in their own order.
    pub fn settled(&self) -> Vec<CostClass> {
        self.settled.iter().copied().collect()
    }
}

impl Core {
    /// What the user is to know before this call, unless they said that they do. What the
    /// provider does not reach is refused.
    pub(super) fn ask_first(
        &mut self,
        calling: &AccountId,
        target: &Dialable,
        named: Named,
        wish: &Wish,
    ) -> Result<(), CommandError> {
        let assessment = self.reachable(calling, target, named, wish)?;
        if wish.is_question() {
            return Err(CommandError::ConfirmationNeeded(assessment.cues));
        }
        if !self.asking.must_ask(&assessment, &target.key) {
            return Ok(());
        }
        if !wish.confirm {
            return Err(CommandError::ConfirmationNeeded(assessment.cues));
        }
        self.asking.agree(&target.key);
        if wish.remember {
            self.stop_asking(&assessment);
        }
        Ok(())
    }

    /// What is known of a call that a wish leads to, or why there is no such call.
    pub(super) fn reachable(
        &self,
        calling: &AccountId,
        target: &Dialable,
        named: Named,
        wish: &Wish,
    ) -> Result<Assessment, CommandError> {
        let named = if wish.linked { Named::Link } else { named };
        let assessment = self
            .assess(calling, target, named)
            .ok_or_else(|| CommandError::Internal("no such telephony account".to_owned()))?;
        match assessment.blocked {
            Some(reason) => Err(CommandError::Refused(reason)),
            None => Ok(assessment),
        }
    }

    /// What is known of a call on this telephony account before it goes out.
    pub(super) fn assess(
        &self,
        calling: &AccountId,
        target: &Dialable,
        named: Named,
    ) -> Option<Assessment> {
        let dialing = &self.accounts.sip(calling)?.dialing;
        Some(cost::assess(target, &self.plan_of(Some(calling)), dialing, named))
    }

    /// What an earlier run kept. Only classes that can be settled are.
    pub(super) fn restore_asking(&mut self, settled: Vec<CostClass>) {
        self.asking.settled =
            settled.into_iter().filter(|class| CostClass::SETTLEABLE.contains(class)).collect();
    }

    /// The user does not want to be asked about a class any more.
    fn stop_asking(&mut self, assessment: &Assessment) {
        let class = assessment.class;
        if assessment.may_settle() && CostClass::SETTLEABLE.contains(&class) {
            self.change_settled(|settled| settled.insert(class));
        }
    }

    pub(super) fn on_asking_command(
        &mut self,
        command: AskingCommand,
    ) -> Result<Reply, CommandError> {
        match command {
            AskingCommand::Get => {}
            AskingCommand::Reset(Some(class)) => {
                self.change_settled(|settled| settled.remove(&class));
            }
            AskingCommand::Reset(None) => {
                self.asking.agreed.clear();
                self.change_settled(|settled| !std::mem::take(settled).is_empty());
            }
        }
        Ok(Reply::Asking { settled: self.asking.settled() })
    }

    /// `change` says whether it was one.
    fn change_settled(&mut self, change: impl FnOnce(&mut BTreeSet<CostClass>) -> bool) {
        if !change(&mut self.asking.settled) {
            return;
        }
        let settled = self.asking.settled();
        self.outputs.push_back(Output::Keep(Keep::Asking(settled.clone())));
        self.tell(Event::Asking { settled });
    }
}
