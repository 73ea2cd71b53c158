//! Methods about the joint between the two sides: `account.*`, `relation.*`, `feature.*`,
//! `card.*`, `check`.

use serde_json::Value;

use crate::core::command::{
    AccountCommand, CardCommand, Command, FeatureCommand, RelationCommand, SecurityCommand,
};
use crate::model::feature::Rule;
use crate::model::relation::Pair;
use crate::model::secret::Secret;
use crate::rpc::wire::{Params, RequestError};

/// Reads a method's call.
pub(super) fn command(method: &str, params: &mut Params) -> Result<Command, RequestError> {
    Ok(match method {
        "account.connect" => Command::Account(AccountCommand::Connect(params.need("account")?)),
        "account.disconnect" => {
            Command::Account(AccountCommand::Disconnect(params.need("account")?))
        }
        "account.trust" => Command::Security(SecurityCommand::Trust {
            account: params.need("account")?,
            fingerprint: params.need("fingerprint")?,
        }),
        "account.distrust" => Command::Security(SecurityCommand::Distrust {
            account: params.need("account")?,
            fingerprint: params.need("fingerprint")?,
        }),
        "account.accept_weaker" => {
            Command::Security(SecurityCommand::AcceptWeaker(params.need("account")?))
        }
        "account.password" => password(params)?,
        "check" => Command::Account(AccountCommand::Check(params.need("account")?)),
        "relations" => Command::Relation(RelationCommand::List),
        "relation.set" => Command::Relation(RelationCommand::Set {
            pair: pair(params)?,
            both_or_none: params.may("both_or_none")?,
            chat_waits: params.may("chat_waits")?,
        }),
        "relation.remove" => Command::Relation(RelationCommand::Remove(pair(params)?)),
        "relation.refuse" => Command::Relation(RelationCommand::Refuse(pair(params)?)),
        "features" => Command::Feature(FeatureCommand::List { with: params.may("with")? }),
        "feature.set" => Command::Feature(FeatureCommand::Set(Rule {
            with: params.may("match")?,
            feature: params.need("feature")?,
            protocol: params.need("protocol")?,
            account: params.may("account")?,
        })),
        "feature.unset" => Command::Feature(FeatureCommand::Unset {
            feature: params.need("feature")?,
            with: params.may("match")?,
        }),
        "card" => Command::Card(CardCommand::Get { account: params.may("account")? }),
        "card.set" => Command::Card(CardCommand::Set {
            account: params.may("account")?,
            tels: params.need("tels")?,
            confirm: params.may("confirm")?.unwrap_or(false),
        }),
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    })
}

/// The longest password, in bytes.
const LONGEST_PASSWORD: usize = 4096;

/// What is wrong with a password is told without it.
fn password(params: &mut Params) -> Result<Command, RequestError> {
    let account = params.need("account")?;
    let keep = params.may("keep")?.unwrap_or_default();
    match params.take("password") {
        Some(Value::String(text)) if text.len() <= LONGEST_PASSWORD => {
            let password = Secret::new(text);
            Ok(Command::Account(AccountCommand::Password { account, password, keep }))
        }
        _ => Err(RequestError::Params("“password” must be a text, and not too long".to_owned())),
    }
}

fn pair(params: &mut Params) -> Result<Pair, RequestError> {
    Ok(Pair { xmpp: params.need("xmpp")?, sip: params.need("sip")? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::core::command::KeepPassword;
    use crate::model::feature::{Feature, Match, Protocol};

    fn read(method: &str, params: Value) -> Result<Command, RequestError> {
        let Value::Object(params) = params else { unreachable!("tests write objects") };
        super::super::command(method, Params(params))
    }

    #[test]
    fn a_rule_is_written_as_in_the_provisioning_document() {
        let params = json!({
            "match": { "domain": "biloxi.test" }, "feature": "audio", "protocol": "sip",
        });
        let rule = Rule {
            with: Some(Match::Domain("biloxi.test".to_owned())),
            feature: Feature::Audio,
            protocol: Protocol::Sip,
            account: None,
        };
        let read = read("feature.set", params).unwrap();
        assert_eq!(read, Command::Feature(FeatureCommand::Set(rule)));
    }

    #[test]
    fn what_is_missing_or_unknown_is_told() {
        for (method, params) in [
            ("relation.set", json!({ "xmpp": "chat" })),
            ("feature.set", json!({ "feature": "smell", "protocol": "sip" })),
            ("feature.set", json!({ "feature": "audio", "protocol": "sip", "match": {} })),
            ("card.set", json!({ "tels": [{}] })),
            ("card.set", json!({ "tels": [{ "value": "1", "pref": 1000 }] })),
        ] {
            let error = read(method, params).unwrap_err();
            assert!(matches!(error, RequestError::Params(_)), "{method}: {error:?}");
        }
        for method in ["relation.", "account.fly", "card.get"] {
            assert!(matches!(read(method, json!({})), Err(RequestError::UnknownMethod(_))));
        }
    }

    #[test]
    fn a_certificate_is_named_by_its_fingerprint() {
        let fingerprint = ["AB"; 32].join(":");
        let params = json!({ "account": "chat", "fingerprint": fingerprint });
        let Command::Security(SecurityCommand::Trust { account, fingerprint: read_back }) =
            read("account.trust", params).unwrap()
        else {
            panic!("not that")
        };
        assert_eq!((account.as_str(), read_back.to_string()), ("chat", fingerprint));
        for method in ["account.trust", "account.distrust"] {
            for params in
                [json!({ "account": "chat" }), json!({ "account": "chat", "fingerprint": "AB" })]
            {
                assert!(matches!(read(method, params), Err(RequestError::Params(_))), "{method}");
            }
        }
        let weaker = read("account.accept_weaker", json!({ "account": "chat" })).unwrap();
        assert_eq!(weaker, Command::Security(SecurityCommand::AcceptWeaker("chat".into())));
    }

    #[test]
    fn a_password_is_read_and_not_shown() {
        let params = json!({ "account": "chat", "password": "open sesame", "keep": "keyring" });
        let command = read("account.password", params).unwrap();
        assert!(!format!("{command:?}").contains("sesame"));
        let Command::Account(AccountCommand::Password { password, keep, .. }) = command else {
            panic!("{command:?}");
        };
        assert_eq!((password.into_inner().as_str(), keep), ("open sesame", KeepPassword::Keyring));
        for params in [
            json!({ "account": "chat" }),
            json!({ "account": "chat", "password": 4711 }),
            json!({ "account": "chat", "password": "x".repeat(4097) }),
            json!({ "account": "chat", "password": "open sesame", "keep": "file" }),
        ] {
            let error = read("account.password", params).unwrap_err();
            assert!(matches!(error, RequestError::Params(_)), "{error:?}");
            let text = error.to_string();
            assert!(!text.contains("4711") && !text.contains("sesame"), "{text}");
        }
    }
}
