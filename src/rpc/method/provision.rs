//! Methods about a provider's document, and what is typed in its place: `provision`,
//! `provision.*`, `account.add`.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::config::TlsStart;
use crate::core::command::{
    Answers, KeepPassword, Look, NewAccounts, NewChat, NewPhone, Password, ProvisionCommand,
};
use crate::rpc::wire::{Params, RequestError};

/// Reads a method's call.
pub(super) fn command(method: &str, params: &mut Params) -> Result<ProvisionCommand, RequestError> {
    Ok(match method {
        "provision" => {
            let look = Look {
                address: params.may("address")?,
                password: params.may("password")?.map(|text| Password(Zeroizing::new(text))),
                password_command: params.may("password_command")?,
                url: params.may("url")?,
                confirm: params.may("confirm")?.unwrap_or_default(),
            };
            if look.address.is_none() && look.url.is_none() {
                let text = "one of the parameters “address” and “url” is needed".to_owned();
                return Err(RequestError::Params(text));
            }
            if look.password.is_some() && look.password_command.is_some() {
                let text = "“password” and “password_command” cannot both be given".to_owned();
                return Err(RequestError::Params(text));
            }
            ProvisionCommand::Look(Box::new(look))
        }
        "provision.apply" => ProvisionCommand::Apply(Answers {
            preview: params.may("preview")?,
            agree: params.may("agree")?.unwrap_or_default(),
            decline: params.may("decline")?.unwrap_or_default(),
            keep: params.may("keep_password")?.unwrap_or(KeepPassword::Keyring),
        }),
        "provision.refresh" => ProvisionCommand::Refresh,
        "account.add" => ProvisionCommand::Add(Box::new(accounts(params)?)),
        "provision.status" => ProvisionCommand::Status,
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    })
}

/// Reads the accounts of `account.add`.
fn accounts(params: &mut Params) -> Result<NewAccounts, RequestError> {
    let chat = match params.may("chat")? {
        Some(Value::Object(chat)) => Some(chat_account(Params(chat))?),
        Some(_) => return Err(RequestError::Params("“chat” is no object".to_owned())),
        None => None,
    };
    let telephony = match params.may("telephony")? {
        Some(Value::Object(phone)) => Some(phone_account(Params(phone))?),
        Some(_) => return Err(RequestError::Params("“telephony” is no object".to_owned())),
        None => None,
    };
    let keep = params.may("keep_password")?.unwrap_or(KeepPassword::Keyring);
    Ok(NewAccounts { chat, telephony, keep })
}

fn chat_account(mut params: Params) -> Result<NewChat, RequestError> {
    let tls = match params.may::<String>("tls")?.as_deref() {
        None => None,
        Some("starttls") => Some(TlsStart::StartTls),
        Some("direct") => Some(TlsStart::Direct),
        Some(_) => {
            let text = "“chat.tls” is “starttls” or “direct”".to_owned();
            return Err(RequestError::Params(text));
        }
    };
    let account = NewChat {
        address: params.need("address")?,
        password: params.may("password")?.map(|text| Password(Zeroizing::new(text))),
        password_command: params.may("password_command")?,
        server: params.may("server")?,
        tls,
    };
    params.finish(account)
}

fn phone_account(mut params: Params) -> Result<NewPhone, RequestError> {
    let account = NewPhone {
        address: params.need("address")?,
        password: params.may("password")?.map(|text| Password(Zeroizing::new(text))),
        password_command: params.may("password_command")?,
        username: params.may("username")?,
        proxy: params.may("proxy")?,
    };
    params.finish(account)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::core::command::Command;

    fn read(method: &str, params: Value) -> Result<Command, RequestError> {
        let Value::Object(params) = params else { unreachable!("tests write objects") };
        super::super::command(method, Params(params))
    }

    #[test]
    fn a_search_takes_an_address_or_a_link() {
        let params = json!({ "address": "a@b.test", "password": "sesame", "confirm": ["p.test"] });
        let command = read("provision", params).unwrap();
        assert!(!format!("{command:?}").contains("sesame"), "{command:?}");
        let Command::Provision(ProvisionCommand::Look(look)) = command else { panic!() };
        assert_eq!(look.password.unwrap().0.as_str(), "sesame");
        assert_eq!(look.confirm, ["p.test"]);
        for bad in [
            json!({}),
            json!({ "password": "x" }),
            json!({ "address": 1 }),
            json!({ "address": "a@b.test", "password": "x", "password_command": "y" }),
            json!({ "address": "a@b.test", "confirm": true }),
        ] {
            let read = read("provision", bad.clone());
            assert!(matches!(read, Err(RequestError::Params(_))), "{bad}");
        }
    }

    #[test]
    fn accounts_are_added_by_side_and_nothing_unknown_is_taken() {
        let chat = json!({ "address": "a@b.test", "password": "sesame", "tls": "direct" });
        let command = read("account.add", json!({ "chat": chat })).unwrap();
        assert!(!format!("{command:?}").contains("sesame"), "{command:?}");
        let Command::Provision(ProvisionCommand::Add(new)) = command else { panic!() };
        assert_eq!(new.chat.unwrap().tls, Some(TlsStart::Direct));
        assert_eq!(new.telephony, None);
        for bad in [
            json!({ "chat": "a@b.test" }),
            json!({ "chat": {} }),
            json!({ "chat": { "address": "a@b.test", "jid": "x" } }),
            json!({ "telephony": { "address": 1 } }),
            json!({ "chat": { "address": "a@b.test", "tls": "none" } }),
        ] {
            let read = read("account.add", bad.clone());
            assert!(matches!(read, Err(RequestError::Params(_))), "{bad}");
        }
    }

    #[test]
    fn an_answer_to_a_preview_is_read() {
        let params = json!({ "agree": ["domain:x.test"], "keep_password": "session" });
        let command = read("provision.apply", params).unwrap();
        let Command::Provision(ProvisionCommand::Apply(answers)) = command else { panic!() };
        assert_eq!(answers.agree, ["domain:x.test"]);
        assert_eq!(answers.keep, KeepPassword::Session);
        assert!(read("provision.apply", json!({ "keep_password": "file" })).is_err());
        assert!(read("provision.nothing", json!({})).is_err());
    }
}
