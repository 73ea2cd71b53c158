//! One instance a profile: whoever starts the program again gets the window that is there.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Failure;
use crate::config::Profile;
use crate::rpc::client::{self, ClientError, Outcome};
use crate::rpc::socket::{self, Claim, SocketError};

/// How long an instance that has claimed the profile may take until it answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until it is looked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Who serves the profile.
pub(super) enum Found {
    /// Nobody yet: we do.
    Nobody(Claim),
    /// Another instance, which was told what there was to tell.
    Raised,
}

/// Claims the profile; where another instance has it, tells that one to come to the front, with
/// the address to open; `quietly`, it is left as it is.
pub(super) fn find(profile: &Profile, uri: Option<&str>, quietly: bool) -> Result<Found, Failure> {
    let path = profile.socket_path();
    let end = Instant::now() + PATIENCE;
    loop {
        match socket::claim(&path) {
            Ok(claim) => return Ok(Found::Nobody(claim)),
            Err(SocketError::Taken) if quietly => return Ok(Found::Raised),
            Err(SocketError::Taken) => {}
            Err(error) => return Err(Failure::new(error)),
        }
        // It may only just begin, or end: then it has the claim and no socket.
        match tell(profile, uri) {
            Err(ClientError::NoInstance) if Instant::now() < end => thread::sleep(PAUSE),
            Err(ClientError::NoInstance) => return Err(Failure::new(SocketError::Taken)),
            Err(error) => return Err(Failure::new(error)),
            Ok(Outcome::Result(_)) => return Ok(Found::Raised),
            Ok(Outcome::Error(error)) => {
                let text = error.get("message").and_then(Value::as_str);
                return Err(Failure::new(text.unwrap_or("The running Dovetail refused.")));
            }
        }
    }
}

fn tell(profile: &Profile, uri: Option<&str>) -> Result<Outcome, ClientError> {
    let (method, params) = match uri {
        None => ("window.raise", json!({})),
        Some(uri) => ("open", json!({ "uri": uri })),
    };
    client::call_within(&profile.socket_path(), method, &params, Some(PATIENCE))
}
