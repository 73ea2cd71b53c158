//! The user's rules for calls: read, changed, kept.

use serde_json::{Map, Value};

use super::command::{CommandError, Cue, CueKind, Reply, TelephonyCommand};
use super::cost::Named;
use super::event::Event;
use super::{Core, Keep, Output};
use crate::model::account::AccountKind;
use crate::model::address::{AddressError, DialPlan, Dialable};
use crate::model::id::AccountId;
use crate::model::telephony::{Forward, Telephony};

/// How long it may ring before a call is sent on, in seconds.
const AFTER_S: std::ops::RangeInclusive<u32> = 5..=120;

/// Why the rules cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There is no such setting.
    #[error("there is no setting “{0}”")]
    Unknown(String),
    /// The value is none of those that the setting can have.
    #[error("“{name}”: {why}")]
    Value {
        /// Which setting.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// A change of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The rules as they are then.
    pub rules: Telephony,
    /// The user has seen what it may cost and goes ahead.
    pub confirm: bool,
}

/// Merges `patch` into `rules`: an object's members are merged one by one, `null` resets.
/// `confirm` is no setting.
///
/// # Errors
/// Names the setting that is unknown or cannot have that value.
pub fn merge(rules: &Telephony, patch: &Map<String, Value>) -> Result<Change, RuleError> {
    let mut change = Change { rules: rules.clone(), confirm: false };
    let defaults = Telephony::default();
    let into = &mut change.rules;
    for (name, value) in patch {
        match name.as_str() {
            "confirm" => change.confirm = read(name, value, false)?,
            "dnd" => into.dnd = read(name, value, defaults.dnd)?,
            "call_waiting" => into.call_waiting = read(name, value, defaults.call_waiting)?,
            "strangers" => into.strangers = read(name, value, defaults.strangers)?,
            "reject_anonymous" => {
                into.reject_anonymous = read(name, value, defaults.reject_anonymous)?;
            }
            "auto_answer" => into.auto_answer = read(name, value, defaults.auto_answer)?,
            "send_chat_address" => {
                into.send_chat_address = read(name, value, defaults.send_chat_address)?;
            }
            "on_the_phone" => into.on_the_phone = read(name, value, defaults.on_the_phone)?,
            "publish_address" => {
                into.publish_address = read(name, value, defaults.publish_address)?;
            }
            "forward" => merge_forward(&mut into.forward, value)?,
            other => return Err(RuleError::Unknown(other.to_owned())),
        }
    }
    Ok(change)
}

fn merge_forward(forward: &mut Forward, patch: &Value) -> Result<(), RuleError> {
    let patch = match patch {
        Value::Null => {
            *forward = Forward::default();
            return Ok(());
        }
        Value::Object(patch) => patch,
        _ => return Err(fault("forward", "must be an object")),
    };
    for (name, value) in patch {
        let place = match name.as_str() {
            "always" => &mut forward.always,
            "busy" => &mut forward.busy,
            "no_answer" => &mut forward.no_answer,
            "after_s" => {
                let after = read("forward.after_s", value, Forward::default().after_s)?;
                if !AFTER_S.contains(&after) {
                    let why = format!("must be {} to {}", AFTER_S.start(), AFTER_S.end());
                    return Err(fault("forward.after_s", &why));
                }
                forward.after_s = after;
                continue;
            }
            other => return Err(RuleError::Unknown(format!("forward.{other}"))),
        };
        let to: Option<String> = read(&format!("forward.{name}"), value, None)?;
        *place = to.map(|to| to.trim().to_owned());
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(
    name: &str,
    value: &Value,
    default: T,
) -> Result<T, RuleError> {
    match value {
        Value::Null => Ok(default),
        value => T::deserialize(value).map_err(|error| fault(name, &error.to_string())),
    }
}

fn fault(name: &str, why: &str) -> RuleError {
    RuleError::Value { name: name.to_owned(), why: why.to_owned() }
}

impl Core {
    pub(super) fn on_telephony_command(
        &mut self,
        command: TelephonyCommand,
    ) -> Result<Reply, CommandError> {
        if let TelephonyCommand::Set(patch) = command {
            let Change { rules, confirm } = merge(&self.telephony, &patch)
                .map_err(|error| CommandError::Refused(format!("{error}.")))?;
            let mut cues = self.forwarding_cues(&rules.forward)?;
            if rules.publish_address && !self.telephony.publish_address {
                cues.push(Cue::new(
                    CueKind::Privacy,
                    "Everybody who may see your presence will see your telephony address, \
                     and programs can collect it.",
                ));
            }
            if !cues.is_empty() && !confirm {
                return Err(CommandError::ConfirmationNeeded(cues));
            }
            self.set_rules(rules);
        }
        Ok(Reply::Telephony(self.telephony.clone()))
    }

    fn set_rules(&mut self, rules: Telephony) {
        if rules == self.telephony {
            return;
        }
        self.wishes.telephony_is_set = true;
        let publishes = self.telephony.publish_address;
        self.telephony = rules.clone();
        if rules.publish_address != publishes {
            self.publish_addresses();
        }
        self.show_calls_in_presence();
        self.outputs.push_back(Output::Keep(Keep::Telephony(Box::new(rules.clone()))));
        self.tell(Event::Telephony { telephony: rules });
    }

    /// What is to be known of the places that calls would be sent on to and are not yet.
    fn forwarding_cues(&self, forward: &Forward) -> Result<Vec<Cue>, CommandError> {
        let before = &self.telephony.forward;
        let places = [
            (&forward.always, &before.always),
            (&forward.busy, &before.busy),
            (&forward.no_answer, &before.no_answer),
        ];
        let mut cues: Vec<Cue> = Vec::new();
        for (to, before) in places {
            let Some(to) = to.as_ref().filter(|_| to != before) else { continue };
            for cue in self.cues_of_place(to)? {
                if !cues.contains(&cue) {
                    cues.push(cue);
                }
            }
        }
        Ok(cues)
    }

    /// A place as every telephony account would read it.
    fn cues_of_place(&self, to: &str) -> Result<Vec<Cue>, CommandError> {
        let invalid = |_: AddressError| CommandError::InvalidAddress(to.to_owned());
        let accounts: Vec<&AccountId> =
            self.accounts.of_kind(AccountKind::Sip).map(|record| &record.view.id).collect();
        if accounts.is_empty() {
            Dialable::parse(to, &DialPlan::default()).map_err(invalid)?;
        }
        let mut cues = Vec::new();
        for account in accounts {
            let target = Dialable::parse(to, &self.plan_of(Some(account))).map_err(invalid)?;
            let Some(sip) = self.accounts.sip(account) else { continue };
            let own = Dialable::parse(&sip.aor.to_string(), &self.plan_of(Some(account)));
            if own.is_ok_and(|own| own.key == target.key) {
                let text = format!("{to} is your own address: calls would go in a circle.");
                return Err(CommandError::Refused(text));
            }
            let Some(assessment) = self.assess(account, &target, Named::Rule) else { continue };
            if let Some(reason) = assessment.blocked {
                return Err(CommandError::Refused(reason));
            }
            if self.asking.must_ask(&assessment, &target.key) {
                cues.extend(assessment.cues);
            }
        }
        Ok(cues)
    }
}
