//! `book`, `book.*` and `search`.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Params, RequestError};
use crate::core::command::{BookCommand, BookPatch, CardsFrom};
use crate::model::BareJid;
use crate::model::book::BookAddress;

/// An address with its types, or nothing but what was written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Whole(BookAddress),
}

pub(super) fn book(method: &str, params: &mut Params) -> Result<BookCommand, RequestError> {
    Ok(match method {
        "book" => BookCommand::List,
        "book.set" => BookCommand::Set(Box::new(patch(params)?)),
        "book.remove" => BookCommand::Remove(params.need("id")?),
        "book.import" => BookCommand::Import {
            from: from(params)?,
            apply: params.may("apply")?.unwrap_or(false),
        },
        "book.export" => BookCommand::Export {
            version: params.may("version")?.unwrap_or_default(),
            ids: params.may("ids")?,
        },
        "search" => BookCommand::Search { text: params.need("text")?, limit: params.may("limit")? },
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    })
}

/// What is not given stays as it is; `null` takes away.
fn patch(params: &mut Params) -> Result<BookPatch, RequestError> {
    let written: Option<Vec<Written>> = list(params, "addresses")?;
    let addresses = written.map(|all| {
        let whole = |one| match one {
            Written::Text(value) => BookAddress::new(value),
            Written::Whole(address) => address,
        };
        all.into_iter().map(whole).collect()
    });
    let jids: Option<Vec<String>> = list(params, "jids")?;
    let jid = |text: String| {
        BareJid::new(text.strip_prefix("xmpp:").unwrap_or(&text))
            .map_err(|_| RequestError::Params(format!("“{text}” is not a chat address")))
    };
    Ok(BookPatch {
        id: params.may("id")?,
        name: params.may("name")?,
        organisation: text(params, "organisation")?,
        note: text(params, "note")?,
        jids: jids.map(|all| all.into_iter().map(jid).collect()).transpose()?,
        addresses,
        categories: list(params, "categories")?,
    })
}

fn text(params: &mut Params, name: &str) -> Result<Option<Option<String>>, RequestError> {
    if params.0.contains_key(name) { params.may(name).map(Some) } else { Ok(None) }
}

fn list<T: DeserializeOwned>(
    params: &mut Params,
    name: &str,
) -> Result<Option<Vec<T>>, RequestError> {
    if params.0.get(name) == Some(&Value::Null) {
        params.0.remove(name);
        return Ok(Some(Vec::new()));
    }
    params.may(name)
}

fn from(params: &mut Params) -> Result<CardsFrom, RequestError> {
    match (params.may::<String>("text")?, params.may::<PathBuf>("path")?) {
        (Some(text), None) => Ok(CardsFrom::Text(text)),
        (None, Some(path)) => Ok(CardsFrom::File(path)),
        _ => {
            let text = "one of the parameters “text” and “path” is needed".to_owned();
            Err(RequestError::Params(text))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn read(method: &str, params: Value) -> Result<BookCommand, RequestError> {
        let Value::Object(params) = params else { unreachable!("tests write objects") };
        book(method, &mut Params(params))
    }

    #[test]
    fn what_is_given_of_an_entry_is_told_from_what_is_not() {
        let params = json!({
            "id": "1", "organisation": null, "jids": ["xmpp:bob@cusax.test"],
            "addresses": ["1002", { "value": "sip:bob@cusax.test", "types": ["work"], "pref": 1 }],
            "categories": null,
        });
        let BookCommand::Set(patch) = read("book.set", params).unwrap() else { panic!() };
        let whole = BookAddress {
            types: vec!["work".to_owned()],
            pref: 1,
            ..BookAddress::new("sip:bob@cusax.test")
        };
        let expected = BookPatch {
            id: Some("1".into()),
            organisation: Some(None),
            jids: Some(vec![BareJid::new("bob@cusax.test").unwrap()]),
            addresses: Some(vec![BookAddress::new("1002"), whole]),
            categories: Some(Vec::new()),
            ..BookPatch::default()
        };
        assert_eq!(*patch, expected);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (method, params) in [
            ("book.set", json!({ "jids": ["@"] })),
            ("book.set", json!({ "addresses": [5] })),
            ("book.set", json!({ "name": ["x"] })),
            ("book.remove", json!({})),
            ("book.import", json!({})),
            ("book.import", json!({ "text": "x", "path": "/x" })),
            ("book.export", json!({ "version": "2.1" })),
            ("search", json!({ "text": "x", "limit": -1 })),
        ] {
            let error = read(method, params.clone());
            assert!(matches!(error, Err(RequestError::Params(_))), "{method} {params}");
        }
        assert!(matches!(read("book.nothing", json!({})), Err(RequestError::UnknownMethod(_))));
    }
}
