//! `history.search`, `history.export`, `history.delete` and `history.count`.

use std::path::PathBuf;

use super::{Params, RequestError};
use crate::core::command::HistoryCommand;
use crate::model::history::Scope;

pub(super) fn command(method: &str, params: &mut Params) -> Result<HistoryCommand, RequestError> {
    let with: Option<String> = params.may("with")?;
    let scope = with.as_deref().map(Scope::with).unwrap_or_default();
    Ok(match method {
        "history.search" => HistoryCommand::Search {
            text: params.need("text")?,
            scope,
            limit: params.may("limit")?,
        },
        "history.export" => HistoryCommand::Export { path: params.may::<PathBuf>("path")?, scope },
        "history.count" => HistoryCommand::Count(Scope { before: params.may("before")?, ..scope }),
        "history.delete" => {
            let before = params.may("before")?;
            let all = params.may::<bool>("all")?.unwrap_or(false);
            let is_part = with.is_some() || before.is_some();
            if all == is_part {
                let text = "either “with” and “before”, or one of them, or “all: true” is needed";
                return Err(RequestError::Params(text.to_owned()));
            }
            HistoryCommand::Delete(Scope { before, ..scope })
        }
        _ => return Err(RequestError::UnknownMethod(method.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    fn read(method: &str, params: Value) -> Result<HistoryCommand, RequestError> {
        let Value::Object(params) = params else { unreachable!("tests write objects") };
        command(method, &mut Params(params))
    }

    #[test]
    fn nothing_is_deleted_by_a_word_left_out() {
        for params in [
            json!({}),
            json!({ "all": false }),
            json!({ "with": null }),
            json!({ "all": true, "with": "bob@cusax.test" }),
            json!({ "all": true, "before": "2026-01-01T00:00:00.000Z" }),
            json!({ "before": "yesterday" }),
        ] {
            let error = read("history.delete", params.clone());
            assert!(matches!(error, Err(RequestError::Params(_))), "{params}");
        }
        let all = HistoryCommand::Delete(Scope::default());
        assert_eq!(read("history.delete", json!({ "all": true })).unwrap(), all);
        let part = json!({ "with": "bob@cusax.test", "before": "2026-01-01T00:00:00.000Z" });
        let HistoryCommand::Delete(scope) = read("history.delete", part).unwrap() else { panic!() };
        assert!(scope.before.is_some() && scope.with == ["bob@cusax.test"]);
    }

    #[test]
    fn a_search_needs_a_text_and_its_debug_does_not_show_it() {
        assert!(matches!(read("history.search", json!({})), Err(RequestError::Params(_))));
        let search = read("history.search", json!({ "text": "secret \" OR" })).unwrap();
        assert!(!format!("{search:?}").contains("secret"));
        assert!(matches!(read("history.x", json!({})), Err(RequestError::UnknownMethod(_))));
    }
}
