//! JSON-RPC 2.0 as text: requests in; results, errors and notifications out. Pure.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::core::command::{CommandError, Reply};
use crate::core::event::Event;
use crate::desktop::desk::DeskError;
use crate::model::book::BookError;

/// The longest line that is read, in bytes.
pub(super) const LONGEST_LINE: usize = 1024 * 1024;

/// A request as it came.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// `None` for a notification, which gets no answer.
    pub id: Option<Value>,
    pub method: String,
    pub params: Params,
}

/// `params`, by name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Params(pub Map<String, Value>);

/// What is wrong with a request, in JSON-RPC's codes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum RequestError {
    #[error("not JSON: {0}")]
    Parse(String),
    #[error("not a JSON-RPC 2.0 request: {0}")]
    Invalid(&'static str),
    #[error("there is no method “{0}”")]
    UnknownMethod(String),
    #[error("{0}")]
    Params(String),
    #[error("{0}")]
    Command(#[from] CommandError),
    #[error("{0}")]
    Desk(#[from] DeskError),
}

impl RequestError {
    fn code(&self) -> i32 {
        match self {
            Self::Parse(_) => -32700,
            Self::Invalid(_) => -32600,
            Self::UnknownMethod(_) => -32601,
            Self::Params(_) => -32602,
            Self::Command(error) => command_code(error),
            Self::Desk(error) => desk_kind(error).0,
        }
    }

    fn data(&self) -> Option<Value> {
        let error = match self {
            Self::Command(error) => error,
            Self::Desk(error) => return Some(json!({ "kind": desk_kind(error).1 })),
            _ => return None,
        };
        let mut data = json!({ "kind": error.kind() });
        match error {
            CommandError::ChoiceNeeded(choices) => data["choices"] = json!(choices),
            CommandError::ConfirmationNeeded(cues) => data["cues"] = json!(cues),
            CommandError::Provision(error) => {
                data["problem"] = json!(error.problem);
                if let Some(host) = &error.host {
                    data["host"] = json!(host);
                }
                if let Some(field) = error.field {
                    data["field"] = json!(field);
                }
                if !error.consents.is_empty() {
                    data["consents"] = json!(error.consents);
                }
            }
            _ => {}
        }
        Some(data)
    }
}

/// Application errors use code 1 and up; the word in `data.kind` is what is stable.
fn command_code(error: &CommandError) -> i32 {
    match error {
        CommandError::NotConnected(_) => 1,
        CommandError::UnknownContact(_) | CommandError::Book(BookError::Unknown(_)) => 2,
        CommandError::UnknownCall => 3,
        CommandError::ChoiceNeeded(_) => 4,
        CommandError::ConfirmationNeeded(_) => 5,
        CommandError::Provision(error) if error.is_question() => 5,
        CommandError::InvalidAddress(_) | CommandError::Book(BookError::Address { .. }) => 7,
        CommandError::Refused(_) | CommandError::Book(_) | CommandError::Provision(_) => 6,
        CommandError::Media(_) => 8,
        CommandError::Internal(_) => 9,
        CommandError::Cancelled => 11,
        CommandError::UnknownWork => 12,
    }
}

/// The same for what is asked of the window, with its word.
fn desk_kind(error: &DeskError) -> (i32, &'static str) {
    match error {
        DeskError::Busy => (6, "refused"),
        DeskError::Uri(_) => (7, "invalid-address"),
        DeskError::NoWindow => (10, "no-window"),
    }
}

/// Reads one line. An error comes with the id to answer under, when there was one.
pub(super) fn read(line: &str) -> Result<Request, (Value, RequestError)> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| (Value::Null, RequestError::Parse(error.to_string())))?;
    let Value::Object(mut object) = value else {
        return Err((Value::Null, RequestError::Invalid("an object is expected")));
    };
    let id = object.remove("id");
    let fault = |text| (id.clone().unwrap_or(Value::Null), RequestError::Invalid(text));
    if !matches!(id, None | Some(Value::String(_) | Value::Number(_) | Value::Null)) {
        return Err((Value::Null, RequestError::Invalid("“id” is neither text nor number")));
    }
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(fault("“jsonrpc” is not \"2.0\""));
    }
    let Some(Value::String(method)) = object.remove("method") else {
        return Err(fault("“method” is missing"));
    };
    let params = match object.remove("params") {
        None | Some(Value::Null) => Params::default(),
        Some(Value::Object(params)) => Params(params),
        Some(_) => {
            let error = RequestError::Params("“params” must be an object".to_owned());
            return Err((id.unwrap_or(Value::Null), error));
        }
    };
    Ok(Request { id, method, params })
}

/// The answer to a request, as one line without its end.
pub(super) fn answer(id: Value, result: Result<Reply, RequestError>) -> String {
    match result {
        Ok(result) => line(&Answer { jsonrpc: "2.0", id, result }),
        Err(error) => {
            let mut fault = json!({ "code": error.code(), "message": error.to_string() });
            if let Some(data) = error.data() {
                fault["data"] = data;
            }
            line(&json!({ "jsonrpc": "2.0", "id": id, "error": fault }))
        }
    }
}

/// An event as a notification, as one line without its end.
pub(super) fn notification(event: &Event) -> String {
    line(&Notification { jsonrpc: "2.0", method: "event", params: event })
}

// Written as they are: by way of `Value` a figure of 4.41 becomes 4.409999847412109.

#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: Value,
    result: Reply,
}

#[derive(Serialize)]
struct Notification<'a> {
    jsonrpc: &'static str,
    method: &'static str,
    params: &'a Event,
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(line: &str) -> i32 {
        read(line).unwrap_err().1.code()
    }

    #[test]
    fn a_bad_line_gets_its_own_error() {
        assert_eq!(code("{"), -32700);
        assert_eq!(code("[]"), -32600);
        assert_eq!(code(r#"{"method":"status","id":1}"#), -32600);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1}"#), -32600);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"status","params":[1]}"#), -32602);
    }

    #[test]
    fn an_error_is_answered_under_the_request_s_id() {
        let (id, error) = read(r#"{"jsonrpc":"1.0","id":"a","method":"status"}"#).unwrap_err();
        let answer: Value = serde_json::from_str(&answer(id, Err(error))).unwrap();
        assert_eq!(answer["id"], "a");
        assert_eq!(answer["error"]["code"], -32600);
    }

    /// The fields and words of `docs/control.md`.
    #[test]
    fn an_event_has_the_shape_that_is_promised() {
        use crate::model::call::*;
        let peer = Peer {
            uri: "sip:bob@cusax.test".to_owned(),
            display: "Bob".to_owned(),
            jid: None,
            binding: Binding::None,
            why: String::new(),
            proof: None,
        };
        let call = Call {
            id: "c".into(),
            account: "phone".into(),
            direction: Direction::Out,
            state: CallState::HeldByPeer,
            peer,
            media: MediaInfo { srtp: MediaProtection::Sdes, ..MediaInfo::default() },
            stats: CallStats { mos: 4.41, rtt_ms: 0.1, ..CallStats::default() },
            muted: false,
            started: Some(crate::model::time::Timestamp::from_unix_millis(0)),
            answered: None,
            ended: None,
            end_reason: None,
            anonymous: false,
            quiet: false,
            missed: false,
            via: None,
            account_why: None,
            transfer: None,
            ask: None,
            cost: None,
            cue: None,
        };
        let text = notification(&Event::Call { call: Box::new(call) });
        assert_eq!(
            text,
            concat!(
                r#"{"jsonrpc":"2.0","method":"event","params":{"type":"call","call":{"#,
                r#""id":"c","account":"phone","direction":"out","state":"held-by-peer","#,
                r#""peer":{"uri":"sip:bob@cusax.test","display":"Bob","binding":"none","why":""},"#,
                r#""media":{"codec":"","clock_rate":0,"srtp":"sdes","direction":"sendrecv"},"#,
                r#""stats":{"rtt_ms":0.1,"jitter_ms":0.0,"loss_pct":0.0,"concealed_pct":0.0,"#,
                r#""jitter_buffer_ms":0.0,"mos":4.41,"packets_in":0,"packets_out":0},"#,
                r#""muted":false,"started":"1970-01-01T00:00:00.000Z"}}}"#,
            )
        );
    }

    #[test]
    fn a_question_carries_its_choices() {
        let cue = crate::core::command::Cue {
            kind: crate::core::command::CueKind::Pstn,
            class: Some(crate::model::dialing::CostClass::Premium),
            text: "costs".to_owned(),
            may_settle: false,
        };
        let error = CommandError::ConfirmationNeeded(vec![cue]);
        let answer: Value = serde_json::from_str(&answer(1.into(), Err(error.into()))).unwrap();
        assert_eq!(answer["error"]["data"]["kind"], "confirmation-needed");
        let cue = serde_json::json!({
            "kind": "pstn", "class": "premium", "text": "costs",
        });
        assert_eq!(answer["error"]["data"]["cues"][0], cue);
    }
}
