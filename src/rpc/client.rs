//! `dovetail rpc METHOD [JSON-PARAMS]`: one call to the running instance.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

/// How a call ended: what the exit status tells.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The result (exit status 0).
    Result(Value),
    /// The method's error (exit status 1).
    Error(Value),
}

/// Why no call was made (exit status 2).
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody serves this profile.
    #[error("No Dovetail runs with this profile.")]
    NoInstance,
    /// The parameters are not a JSON object.
    #[error("The parameters are not a JSON object: {0}")]
    Params(String),
    /// The connection broke.
    #[error("The running Dovetail did not answer: {0}")]
    Broken(String),
}

/// Makes one call on the instance at `socket`.
///
/// # Errors
/// When there is no instance, or the parameters are not JSON.
#[cfg(unix)]
pub fn call(socket: &Path, method: &str, params: Option<&str>) -> Result<Outcome, ClientError> {
    let params: Value = match params {
        None => json!({}),
        Some(text) => {
            serde_json::from_str(text).map_err(|error| ClientError::Params(error.to_string()))?
        }
    };
    call_within(socket, method, &params, None)
}

/// The same; with a limit, for an instance that says nothing for so long.
///
/// # Errors
/// When there is no instance, or it does not answer.
#[cfg(unix)]
pub fn call_within(
    socket: &Path,
    method: &str,
    params: &Value,
    limit: Option<Duration>,
) -> Result<Outcome, ClientError> {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixStream;

    let mut stream = UnixStream::connect(socket).map_err(|_| ClientError::NoInstance)?;
    let broken = |error: std::io::Error| ClientError::Broken(error.to_string());
    stream.set_read_timeout(limit).map_err(broken)?;
    stream.set_write_timeout(limit).map_err(broken)?;
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    writeln!(stream, "{request}").map_err(broken)?;
    for line in BufReader::new(stream).lines() {
        let answer: Value = serde_json::from_str(&line.map_err(broken)?)
            .map_err(|error| ClientError::Broken(error.to_string()))?;
        if answer.get("id") != Some(&json!(1)) {
            continue;
        }
        return Ok(match answer.get("error") {
            Some(error) => Outcome::Error(error.clone()),
            None => Outcome::Result(answer.get("result").cloned().unwrap_or(Value::Null)),
        });
    }
    Err(ClientError::Broken("the connection was closed".to_owned()))
}

/// Makes one call on the instance at `socket`.
///
/// # Errors
/// Always: there is no control socket on this platform yet.
#[cfg(not(unix))]
pub fn call(_socket: &Path, _method: &str, _params: Option<&str>) -> Result<Outcome, ClientError> {
    Err(ClientError::NoInstance)
}

/// The same.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn call_within(
    _socket: &Path,
    _method: &str,
    _params: &Value,
    _limit: Option<Duration>,
) -> Result<Outcome, ClientError> {
    Err(ClientError::NoInstance)
}
