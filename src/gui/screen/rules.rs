//! The rules for calls: what rings, where calls are sent on to, who may call. Every control
//! shows what is set; what was refused is said at its control.

mod view;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{Action, Go};
use crate::core::command::{AskingCommand, Command, CommandError};
use crate::gui::plain;
use crate::gui::widget::sheet::Notes;
use crate::model::dialing::CostClass;
use crate::model::telephony::{AutoAnswer, Strangers, Telephony};
use crate::tr;

pub use view::view;

/// One thing that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Nothing rings.
    Dnd,
    /// A second call may ring.
    CallWaiting,
    /// All calls are sent on.
    Always,
    /// Calls are sent on when we are busy.
    Busy,
    /// Calls are sent on when nobody answers.
    NoAnswer,
    /// After how long, in seconds.
    After,
    /// Calls from people outside the roster.
    Strangers,
    /// Calls from people who hide who they are.
    RejectAnonymous,
    /// Calls that are answered by themselves.
    AutoAnswer,
    /// Calls say our chat address.
    SendChatAddress,
}

impl Rule {
    /// The field's identifier, for those that are typed.
    pub fn field(self) -> &'static str {
        match self {
            Self::Always => "forward-always",
            Self::Busy => "forward-busy",
            Self::NoAnswer => "forward-no-answer",
            _ => "forward-after",
        }
    }
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Wants to see how both sides are protected.
    Protection,
    /// Wants to see the accounts.
    Accounts,
    /// Turned a switch.
    Turn(Rule, bool),
    /// Chose what becomes of calls from strangers.
    Strangers(Strangers),
    /// Typed into a field.
    Edit(Rule, String),
    /// Wants what stands in a field.
    Save(Rule),
    /// Wants it although it may cost.
    Confirm(Rule),
    /// Wants a field empty.
    Clear(Rule),
    /// Wants to be asked again about a class of calls.
    AskAgain(CostClass),
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Rules {
    drafts: HashMap<Rule, String>,
    notes: Notes<Rule>,
}

impl Rules {
    /// Takes in what the person did; `set` is what holds now.
    pub fn update(&mut self, message: Message, set: &Telephony) -> Action {
        match message {
            Message::Close => Action::Back,
            Message::Protection => Action::Protection,
            Message::Accounts => Action::Go(Go::Accounts),
            Message::AskAgain(class) => {
                Action::Run(Command::Asking(AskingCommand::Reset(Some(class))))
            }
            Message::Turn(rule, on) => self.set(rule, switched(rule, on)),
            Message::Strangers(wish) => self.set(Rule::Strangers, json!({ "strangers": wish })),
            Message::Edit(rule, text) => {
                self.notes.hush(&rule);
                self.drafts.insert(rule, text);
                Action::None
            }
            Message::Save(rule) => self.save(rule, set, false),
            Message::Confirm(rule) => self.save(rule, set, true),
            Message::Clear(rule) => {
                self.drafts.remove(&rule);
                self.set(rule, json!({ "forward": { key(rule): null } }))
            }
        }
    }

    /// The hub's answer to what was set.
    pub fn answered<T>(&mut self, rule: Rule, result: &Result<T, CommandError>) {
        if self.notes.answered(rule, result) {
            self.drafts.remove(&rule);
        }
    }

    /// Forgets what was typed and not saved.
    pub fn opened(&mut self) {
        *self = Self::default();
    }

    fn save(&mut self, rule: Rule, set: &Telephony, confirm: bool) -> Action {
        let text = self.shown(rule, set).trim().to_owned();
        let value = match (rule, text.parse::<u32>()) {
            (Rule::After, Ok(seconds @ 5..=120)) => json!(seconds),
            (Rule::After, _) => {
                self.notes.say(rule, tr!("rules-bad-seconds"));
                return Action::None;
            }
            _ if text.is_empty() => Value::Null,
            _ => json!(text),
        };
        let mut wish = json!({ "forward": { key(rule): value } });
        if confirm && let Some(wish) = wish.as_object_mut() {
            wish.insert("confirm".to_owned(), json!(true));
        }
        self.set(rule, wish)
    }

    fn set(&mut self, rule: Rule, wish: Value) -> Action {
        self.notes.hush(&rule);
        match wish {
            Value::Object(wish) => Action::Set(rule, wish),
            _ => Action::Set(rule, Map::new()),
        }
    }

    /// What stands in a field: what was typed, else what is set.
    fn shown(&self, rule: Rule, set: &Telephony) -> String {
        self.drafts.get(&rule).cloned().unwrap_or_else(|| in_force(rule, set))
    }

    /// Something was typed into a field and not saved.
    fn edited(&self, rule: Rule, set: &Telephony) -> bool {
        self.shown(rule, set).trim() != in_force(rule, set)
    }
}

/// What is set, as it stands in a field.
fn in_force(rule: Rule, set: &Telephony) -> String {
    let forward = &set.forward;
    let target = match rule {
        Rule::Always => &forward.always,
        Rule::Busy => &forward.busy,
        Rule::NoAnswer => &forward.no_answer,
        _ => return forward.after_s.to_string(),
    };
    target.as_deref().map(plain::line).unwrap_or_default()
}

/// A field's name in `telephony.set`.
fn key(rule: Rule) -> &'static str {
    match rule {
        Rule::Always => "always",
        Rule::Busy => "busy",
        Rule::NoAnswer => "no_answer",
        _ => "after_s",
    }
}

/// A switch as `telephony.set` takes it.
fn switched(rule: Rule, on: bool) -> Value {
    match rule {
        Rule::Dnd => json!({ "dnd": on }),
        Rule::CallWaiting => json!({ "call_waiting": on }),
        Rule::RejectAnonymous => json!({ "reject_anonymous": on }),
        Rule::SendChatAddress => json!({ "send_chat_address": on }),
        Rule::AutoAnswer => {
            let wish = if on { AutoAnswer::Contacts } else { AutoAnswer::Off };
            json!({ "auto_answer": wish })
        }
        Rule::Always | Rule::Busy | Rule::NoAnswer | Rule::After | Rule::Strangers => json!({}),
    }
}
