//! Applying what the user agreed to: whole, or not at all.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::super::document::{Account, Secret};
use super::super::plan::{AnswerError, Candidate, settle};
use super::super::status::{Outcome, Problem, ProvisionError};
use super::Service;
use super::look::{Pending, local, secret};
use crate::config::Config;
use crate::core::command::{Answers, KeepPassword};
use crate::model::id::AccountId;
use crate::secrets::{self, CHAT_SERVICE, TELEPHONY_SERVICE};

impl Service {
    /// Applies the last preview.
    pub(super) async fn apply(&mut self, answers: Answers) -> Result<Outcome, ProvisionError> {
        let Some(pending) = self.pending.take() else {
            let text = "There is nothing to apply. Look for your provider first.";
            return Err(ProvisionError::new(Problem::Nothing, text));
        };
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
        self.keep_secrets(&candidate, &settled, &provided.config, typed.as_ref(), answers.keep)
            .await?;
        settled.record.save(&self.paths.record).map_err(local)?;
        let changes = plan.preview.changes;
        self.hold(settled, provided).await;
        Ok(Outcome::Applied { changes })
    }

    /// Keeps passwords and tokens where they belong: never in a file of ours.
    async fn keep_secrets(
        &self,
        candidate: &Candidate,
        settled: &Candidate,
        config: &Config,
        typed: Option<&Zeroizing<String>>,
        keep: KeepPassword,
    ) -> Result<(), ProvisionError> {
        for account in &candidate.document.accounts {
            let declined = format!("domain:{}", account.domain());
            if settled.record.declined.contains(&declined) {
                continue;
            }
            let password = match &account.auth().secret {
                Secret::Same => typed.cloned(),
                Secret::Token(token) => Some(token.clone()),
                Secret::Ask | Secret::Kept => None,
            };
            let Some(password) = password else { continue };
            let service = match account {
                Account::Xmpp(_) => CHAT_SERVICE,
                Account::Sip(_) => TELEPHONY_SERVICE,
            };
            let address = account.address();
            let id = account_at(config, &address);
            if keep == KeepPassword::Session {
                if let Some(id) = id {
                    self.passwords.give(id, password);
                }
                continue;
            }
            // What the keyring has now counts, not what was given before.
            if let Some(id) = id {
                self.passwords.forget(id);
            }
            secrets::store_password(service, &address, password).await.map_err(|fault| {
                let error = secret(fault);
                let advice = "Nothing was changed. Have it kept until the program ends, or give a \
                              command that prints it.";
                ProvisionError { text: format!("{} {advice}", error.text), ..error }
            })?;
        }
        Ok(())
    }
}

/// The account of this address, among those that hold.
pub(super) fn account_at<'a>(config: &'a Config, address: &str) -> Option<&'a AccountId> {
    let chat = config.xmpp.iter().map(|account| (&account.id, account.jid.to_string()));
    let phones = config.sip.iter().map(|account| (&account.id, account.aor.to_string()));
    chat.chain(phones).find(|(_, at)| at == address).map(|(id, _)| id)
}
