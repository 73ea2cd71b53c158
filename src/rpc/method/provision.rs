//! Methods about a provider's document: `provision`, `provision.*`.

use zeroize::Zeroizing;

use crate::core::command::{Answers, KeepPassword, Look, Password, ProvisionCommand};
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
            agree: params.may("agree")?.unwrap_or_default(),
            decline: params.may("decline")?.unwrap_or_default(),
            keep: params.may("keep_password")?.unwrap_or(KeepPassword::Keyring),
        }),
        "provision.refresh" => ProvisionCommand::Refresh,
        "provision.status" => ProvisionCommand::Status,
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

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
