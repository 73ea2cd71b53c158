//! Methods and their parameters: text in, [`Command`] out. Pure.

mod book;
mod history;
mod joint;
mod provision;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::wire::{Params, RequestError};
use crate::core::command::{
    AskingCommand, AudioCommand, CallCommand, ChatCommand, Command, ContactCommand, DeviceCommand,
    SecurityCommand, TelephonyCommand, TransferTo, WorkCommand,
};
use crate::core::rules;
use crate::desktop::desk::{DeskError, Wish};
use crate::desktop::uri::Target;
use crate::model::BareJid;
use crate::model::id::{AccountId, CallId};
use crate::model::party::{Party, PartyError};
use crate::model::signals::SignalsPatch;
use crate::model::sound::RingingPatch;
use crate::model::telephony::Telephony;

impl Params {
    /// A parameter that must be there.
    fn need<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RequestError> {
        self.may(name)?
            .ok_or_else(|| RequestError::Params(format!("the parameter “{name}” is missing")))
    }

    /// A parameter that may be absent or null.
    fn may<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, RequestError> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|error| RequestError::Params(format!("“{name}”: {error}"))),
        }
    }

    /// A parameter as it came.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    fn jid(&mut self, name: &str) -> Result<BareJid, RequestError> {
        let text: String = self.need(name)?;
        BareJid::new(text.strip_prefix("xmpp:").unwrap_or(&text))
            .map_err(|_| RequestError::Params(format!("“{text}” is not a chat address")))
    }

    fn party(&mut self, name: &str) -> Result<Party, RequestError> {
        let text: String = self.need(name)?;
        text.parse().map_err(|error: PartyError| RequestError::Params(error.to_string()))
    }

    fn call(&mut self) -> Result<CallId, RequestError> {
        self.need("call")
    }

    /// What is left over was misspelt, or is of a later version.
    fn finish<T>(self, read: T) -> Result<T, RequestError> {
        match self.0.keys().next() {
            None => Ok(read),
            Some(name) => Err(RequestError::Params(format!("there is no parameter “{name}” here"))),
        }
    }
}

/// What a method asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    /// Something of the core.
    Core(Command),
    /// Something of the window.
    Window(Wish),
}

/// Reads a method's call.
pub(super) fn asked(method: &str, params: Params) -> Result<Asked, RequestError> {
    match method {
        "window.raise" => params.finish(Asked::Window(Wish::Raise)),
        "open" => open(params),
        other => command(other, params).map(Asked::Core),
    }
}

fn open(mut params: Params) -> Result<Asked, RequestError> {
    let uri: String = params.need("uri")?;
    let target = Target::read(&uri).map_err(DeskError::Uri)?;
    params.finish(Asked::Window(Wish::Open(target)))
}

fn command(method: &str, mut params: Params) -> Result<Command, RequestError> {
    let command = match method {
        "status" => Command::Status,
        "security" => Command::Security(SecurityCommand::Report),
        "security.raise" => Command::Security(SecurityCommand::Raise),
        "roster" => Command::Roster,
        "presence.set" => Command::Presence {
            show: params.need("show")?,
            status: params.may("status")?.unwrap_or_default(),
        },
        "telephony" => Command::Telephony(TelephonyCommand::Get),
        "telephony.set" => telephony(&mut params)?,
        "asking" => Command::Asking(AskingCommand::Get),
        "asking.reset" => Command::Asking(AskingCommand::Reset(params.may("class")?)),
        "devices" => Command::Devices(DeviceCommand::List),
        "devices.use" => Command::Devices(DeviceCommand::Use {
            input: params.may("input")?,
            output: params.may("output")?,
            ringer: params.may("ringer")?,
        }),
        "ringing" => Command::Audio(AudioCommand::Ringing(RingingPatch::default())),
        other => match other.split_once('.') {
            Some(("audio" | "ringing", _)) => audio(other, &mut params)?,
            Some(("contact", what)) => contact(what, other, &mut params)?,
            Some(("account", "add")) => Command::Provision(provision::command(other, &mut params)?),
            Some(("account" | "relation" | "feature" | "card", _)) => {
                joint::command(other, &mut params)?
            }
            None if ["relations", "features", "card", "check"].contains(&other) => {
                joint::command(other, &mut params)?
            }
            None if other == "work" => Command::Work(WorkCommand::List),
            Some(("work", "cancel")) => Command::Work(WorkCommand::Cancel(params.need("work")?)),
            Some(("history", _)) => Command::History(history::command(other, &mut params)?),
            Some(("message" | "chat", _)) => chat(other, &mut params)?,
            None if other == "history" || other == "conversations" => chat(other, &mut params)?,
            Some(("call", _)) => call(other, &mut params)?,
            None if other == "call" || other == "calls" => call(other, &mut params)?,
            Some(("provision", _)) => Command::Provision(provision::command(other, &mut params)?),
            None if other == "provision" => {
                Command::Provision(provision::command(other, &mut params)?)
            }
            Some(("book", _)) => Command::Book(book::book(other, &mut params)?),
            None if other == "book" || other == "search" => {
                Command::Book(book::book(other, &mut params)?)
            }
            _ => return Err(RequestError::UnknownMethod(other.to_owned())),
        },
    };
    params.finish(command)
}

fn contact(what: &str, method: &str, params: &mut Params) -> Result<Command, RequestError> {
    let jid = params.jid("jid");
    let command = match what {
        "add" => ContactCommand::Add {
            account: params.may::<AccountId>("account")?,
            jid: jid?,
            name: params.may("name")?,
            groups: params.may("groups")?.unwrap_or_default(),
        },
        "remove" => ContactCommand::Remove(jid?),
        "accept" => ContactCommand::Accept(jid?),
        "deny" => ContactCommand::Deny(jid?),
        "evidence" => ContactCommand::Evidence(jid?),
        "blocked" => ContactCommand::Blocked,
        "block" => ContactCommand::Block(jid?),
        "unblock" => ContactCommand::Unblock(jid?),
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    };
    Ok(Command::Contact(command))
}

fn chat(method: &str, params: &mut Params) -> Result<Command, RequestError> {
    let command = match method {
        "message.send" => {
            for later in ["reply_to", "correct"] {
                if params.may::<Value>(later)?.is_some() {
                    let text = format!("“{later}” is not supported in this version");
                    return Err(RequestError::Params(text));
                }
            }
            ChatCommand::Send { to: params.party("to")?, body: params.need("body")? }
        }
        "chat.state" => {
            ChatCommand::State { to: params.party("to")?, state: params.need("state")? }
        }
        "chat.displayed" => {
            // Everything up to the newest is meant; the id says which was newest to the caller.
            let _: Option<String> = params.may("id")?;
            ChatCommand::Displayed { with: params.party("with")? }
        }
        "chat.signals" => ChatCommand::Signals(SignalsPatch::default()),
        "chat.signals.set" => ChatCommand::Signals(SignalsPatch {
            delivered: params.may("delivered")?,
            displayed: params.may("displayed")?,
            typing: params.may("typing")?,
        }),
        "conversations" => ChatCommand::List,
        "history" => ChatCommand::History {
            with: params.need("with")?,
            before: params.may("before")?,
            after: params.may("after")?,
            limit: params.may("limit")?,
        },
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    };
    Ok(Command::Chat(command))
}

fn call(method: &str, params: &mut Params) -> Result<Command, RequestError> {
    let command = match method {
        "calls" => CallCommand::List,
        "call" => {
            no_video(params)?;
            CallCommand::Place {
                to: params.need("to")?,
                account: params.may("account")?,
                confirm: params.may("confirm")?.unwrap_or(false),
                remember: params.may("remember")?.unwrap_or(false),
                linked: params.may("linked")?.unwrap_or(false),
                anonymous: params.may("anonymous")?.unwrap_or(false),
            }
        }
        "call.prepare" => CallCommand::Prepare {
            to: params.need("to")?,
            account: params.may("account")?,
            linked: params.may("linked")?.unwrap_or(true),
        },
        "call.answer" => {
            no_video(params)?;
            CallCommand::Answer(params.call()?)
        }
        "call.decline" => {
            CallCommand::Decline { call: params.call()?, message: params.may("message")? }
        }
        "call.hangup" => CallCommand::Hangup(params.call()?),
        "call.hold" => CallCommand::Hold(params.call()?),
        "call.resume" => CallCommand::Resume(params.call()?),
        "call.dtmf" => CallCommand::Digits { call: params.call()?, digits: params.need("digits")? },
        "call.transfer" => transfer(params)?,
        "call.consent" => {
            CallCommand::Consent { call: params.call()?, accept: params.need("accept")? }
        }
        "call.mute" => CallCommand::Mute { call: params.call()?, on: params.need("on")? },
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    };
    Ok(Command::Call(command))
}

fn audio(method: &str, params: &mut Params) -> Result<Command, RequestError> {
    let command = match method {
        "ringing.set" => AudioCommand::Ringing(RingingPatch {
            on: params.may("on")?,
            volume: params.may("volume")?,
        }),
        "audio.test" => AudioCommand::Test(params.need("kind")?),
        "audio.test.hear" => AudioCommand::Hear,
        "audio.test.stop" => AudioCommand::Stop,
        "audio.levels" => AudioCommand::Levels,
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    };
    Ok(Command::Audio(command))
}

fn transfer(params: &mut Params) -> Result<CallCommand, RequestError> {
    let (to, with) = (params.may::<String>("to")?, params.may::<CallId>("with")?);
    let to = match (to, with) {
        (Some(to), None) => TransferTo::Address(to),
        (None, Some(with)) => TransferTo::Call(with),
        _ => {
            let text = "one of the parameters “to” and “with” is needed".to_owned();
            return Err(RequestError::Params(text));
        }
    };
    let confirm = params.may("confirm")?.unwrap_or(false);
    Ok(CallCommand::Transfer { call: params.call()?, to, confirm })
}

/// All parameters are settings; what is none of them is told here, what they mean by the core.
fn telephony(params: &mut Params) -> Result<Command, RequestError> {
    let patch = std::mem::take(&mut params.0);
    rules::merge(&Telephony::default(), &patch)
        .map_err(|error| RequestError::Params(error.to_string()))?;
    Ok(Command::Telephony(TelephonyCommand::Set(patch)))
}

fn no_video(params: &mut Params) -> Result<(), RequestError> {
    match params.may::<bool>("video")? {
        Some(true) => Err(RequestError::Params("there are no video calls yet".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn read(method: &str, params: Value) -> Result<Command, RequestError> {
        let Value::Object(params) = params else { unreachable!("tests write objects") };
        command(method, Params(params))
    }

    #[test]
    fn a_call_is_read() {
        let read_call = |more: Value| {
            let mut params = json!({ "to": "bob@cusax.test", "confirm": true });
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read("call", params).unwrap()
        };
        let place = |remember, linked| {
            let to = "bob@cusax.test".to_owned();
            let (account, confirm, anonymous) = (None, true, false);
            let place = CallCommand::Place { to, account, confirm, remember, linked, anonymous };
            Command::Call(place)
        };
        assert_eq!(read_call(json!({})), place(false, false));
        assert_eq!(read_call(json!({ "remember": true })), place(true, false));
        assert_eq!(read_call(json!({ "linked": true })), place(false, true));
    }

    #[test]
    fn what_is_asked_about_again_is_a_class_or_all() {
        use crate::model::dialing::CostClass;
        let reset = |class| Command::Asking(AskingCommand::Reset(class));
        let read_reset = |params| read("asking.reset", params);
        assert_eq!(read_reset(json!({})).unwrap(), reset(None));
        let other = json!({ "class": "other-domain" });
        assert_eq!(read_reset(other).unwrap(), reset(Some(CostClass::OtherDomain)));
        assert!(matches!(read_reset(json!({ "class": "x" })), Err(RequestError::Params(_))));
        assert_eq!(read("asking", json!({})).unwrap(), Command::Asking(AskingCommand::Get));
    }

    #[test]
    fn a_missing_a_wrong_and_an_unknown_parameter_are_told() {
        for (method, params) in [
            ("call", json!({})),
            ("call", json!({ "to": 5 })),
            ("status", json!({ "extra": 1 })),
            ("message.send", json!({ "to": "@", "body": "x" })),
        ] {
            assert!(matches!(read(method, params), Err(RequestError::Params(_))), "{method}");
        }
    }

    #[test]
    fn a_transfer_goes_to_an_address_or_to_a_call() {
        let transfer =
            |to, confirm| Command::Call(CallCommand::Transfer { call: "1".into(), to, confirm });
        let to = TransferTo::Address("1002".to_owned());
        let params = json!({ "call": "1", "to": "1002", "confirm": true });
        assert_eq!(read("call.transfer", params).unwrap(), transfer(to, true));
        let params = json!({ "call": "1", "with": "2" });
        let with = TransferTo::Call("2".into());
        assert_eq!(read("call.transfer", params).unwrap(), transfer(with, false));
        for params in [json!({ "call": "1" }), json!({ "call": "1", "to": "1002", "with": "2" })] {
            assert!(matches!(read("call.transfer", params), Err(RequestError::Params(_))));
        }
    }

    #[test]
    fn what_is_no_rule_for_calls_is_told_by_name() {
        for (params, name) in [
            (json!({ "dnt": true }), "dnt"),
            (json!({ "dnd": "yes" }), "dnd"),
            (json!({ "forward": { "after_s": 3 } }), "forward.after_s"),
            (json!({ "forward": { "never": "1002" } }), "forward.never"),
            (json!({ "forward": "1002" }), "forward"),
            (json!({ "strangers": "eat" }), "strangers"),
        ] {
            let Err(RequestError::Params(text)) = read("telephony.set", params) else {
                panic!("{name} was taken")
            };
            assert!(text.contains(&format!("“{name}”")), "{text}");
        }
        let patch = json!({ "dnd": true, "forward": { "busy": null } });
        assert!(read("telephony.set", patch).is_ok());
    }

    #[test]
    fn what_the_window_is_to_show_is_read() {
        let Value::Object(params) = json!({ "uri": "tel:+13035551212" }) else { unreachable!() };
        let target = Target::read("tel:+13035551212").unwrap();
        let read = asked("open", Params(params)).unwrap();
        assert_eq!(read, Asked::Window(Wish::Open(target)));
        assert_eq!(asked("window.raise", Params::default()).unwrap(), Asked::Window(Wish::Raise));
        let Value::Object(params) = json!({ "uri": "https://cusax.test/" }) else { unreachable!() };
        assert!(matches!(asked("open", Params(params)), Err(RequestError::Desk(_))));
        assert!(matches!(asked("open", Params::default()), Err(RequestError::Params(_))));
    }

    #[test]
    fn an_unknown_method_is_told() {
        for method in ["nothing", "call.nothing", "contact.nothing", "chat.nothing", "call."] {
            let error = read(method, json!({})).unwrap_err();
            assert_eq!(error, RequestError::UnknownMethod(method.to_owned()));
        }
    }
}
