//! Applying what the user agreed to: whole, or not at all.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::super::document::{Account, Secret};
use super::super::plan::{AnswerError, Candidate, Provided, kind_of, settle};
use super::super::record::Retired;
use super::super::status::{Outcome, Problem, ProvisionError};
use super::Service;
use super::look::{Pending, local, secret};
use crate::core::command::{Answers, KeepPassword};
use crate::secrets::{self, Place};

impl Service {
    /// Applies the last preview.
    pub(super) async fn apply(&mut self, answers: Answers) -> Result<Outcome, ProvisionError> {
        let Some(pending) = self.pending.take() else {
            let text = "There is nothing to apply. Look for your provider first.";
            return Err(ProvisionError::new(Problem::Nothing, text));
        };
        if answers.preview.as_ref().is_some_and(|id| *id != pending.plan.preview.id) {
            let text = "What is set up has changed since you looked at it. Look at it again.";
            let preview = pending.plan.preview.id.clone();
            self.pending = Some(pending);
            tracing::info!(%preview, "another preview waits");
            return Err(ProvisionError::new(Problem::Nothing, text));
        }
        // The user's own file may have changed since; so what is asked may have.
        let kept = Pending {
            candidate: pending.candidate.clone(),
            plan: pending.plan.clone(),
            by_user: pending.by_user,
            password: pending.password.clone(),
        };
        let applied = self.carry_in(pending, &answers).await;
        match &applied {
            // Whoever answered has seen what changes.
            Ok(_) => self.tell(None).await,
            // The preview can be answered again.
            Err(_) => self.pending = Some(kept),
        }
        applied
    }

    /// Secrets first, then the one file, then what holds: at whatever step it fails, what held
    /// before holds.
    pub(super) async fn carry_in(
        &mut self,
        pending: Pending,
        answers: &Answers,
    ) -> Result<Outcome, ProvisionError> {
        let Pending { candidate, plan, password, .. } = pending;
        let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<String>>();
        let (agree, decline) = (set(&answers.agree), set(&answers.decline));
        let record = settle(&candidate, &plan, &agree, &decline).map_err(|error| {
            let consents = match &error {
                AnswerError::Unanswered(consents) => consents.clone(),
                AnswerError::Needed(consent) => vec![consent.clone()],
            };
            ProvisionError {
                consents,
                ..ProvisionError::new(Problem::ConsentNeeded, error.to_string())
            }
        })?;
        let session = answers.keep == KeepPassword::Session;
        let mut settled = Candidate::kept(record).map_err(local)?;
        settled.record.session = session;
        let provided = self.paths.held(Some(&settled)).map_err(local)?;
        let typed = password.filter(|_| settled.record.password_command.is_none());
        let keep = answers.keep;
        let kept = self.keep_secrets(&candidate, &provided, typed.as_ref(), keep).await?;
        settled.record.password_of = kept.or(candidate.record.password_of);
        settled.record.save(&self.paths.record).map_err(local)?;
        let changes = plan.preview.changes;
        self.hold(settled, provided).await;
        Ok(Outcome::Applied { changes })
    }

    /// Keeps passwords and tokens where they belong: never in a file of ours. Gives the account
    /// that the typed password was kept for.
    async fn keep_secrets(
        &self,
        candidate: &Candidate,
        provided: &Provided,
        typed: Option<&Zeroizing<String>>,
        keep: KeepPassword,
    ) -> Result<Option<String>, ProvisionError> {
        let mut kept_for = None;
        for account in &candidate.document.accounts {
            let address = account.address();
            let given =
                |given: &Retired| given.address == address && given.kind == kind_of(account.kind());
            // What was declined, or is somebody else's, gets no password.
            if !provided.given.iter().any(given) {
                continue;
            }
            let password = match &account.auth().secret {
                Secret::Same => typed.cloned(),
                Secret::Token(token) => Some(token.clone()),
                Secret::Ask | Secret::Kept => None,
            };
            let Some(password) = password else { continue };
            let place = place_of(account);
            let is_same = account.auth().secret == Secret::Same && candidate.is_own(account);
            if is_same && kept_for.is_none() {
                kept_for = Some(address.clone());
            }
            if keep == KeepPassword::Session {
                self.passwords.give(&place, password);
                continue;
            }
            // What the keyring has now counts, not what was given before.
            self.passwords.forget(&place);
            let kept = secrets::store_password(place.service, &place.address, password).await;
            kept.map_err(|fault| {
                let error = secret(fault);
                let advice = "Nothing was changed. Have it kept until the program ends, or give a \
                              command that prints it.";
                ProvisionError { text: format!("{} {advice}", error.text), ..error }
            })?;
        }
        Ok(kept_for)
    }
}

/// Where an account's password is.
pub(super) fn place_of(account: &Account) -> Place {
    match account {
        Account::Xmpp(_) => Place::chat(account.address()),
        Account::Sip(_) => Place::phone(account.address()),
    }
}
