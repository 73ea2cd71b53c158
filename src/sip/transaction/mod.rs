//! Transactions (RFC 3261 §17, RFC 6026): retransmission, matching and time-outs, all by the
//! moments that are handed in. No sockets, no clock.

mod client;
mod client_invite;
mod hop_by_hop;
mod layer;
mod server;
mod server_invite;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::message::{Message, Request, Response};

pub use hop_by_hop::{ack_for, cancel_for};
pub use layer::{Arrival, Origin, Transactions};

/// The base times of RFC 3261 §17.1.1.1, from which all timers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// The estimated round trip.
    pub t1: Duration,
    /// The longest wait between two retransmissions.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

impl Timers {
    /// 64·T1: timers B, F, H, J, L and M.
    pub fn limit(&self) -> Duration {
        self.t1.saturating_mul(64)
    }

    /// The wait after `interval`: twice it, at most T2.
    pub fn next(&self, interval: Duration) -> Duration {
        interval.saturating_mul(2).min(self.t2)
    }
}

/// A client transaction: the branch we made and the method (RFC 3261 §17.1.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey {
    /// The branch of our Via.
    pub branch: String,
    /// The method as in CSeq.
    pub method: String,
}

impl ClientKey {
    /// The key of one of our requests; `None` when its Via or branch is missing.
    pub fn of(request: &Request) -> Option<Self> {
        let branch = request.headers.via()?.branch()?.to_owned();
        Some(Self { branch, method: request.method.as_str().to_owned() })
    }
}

/// A server transaction: branch, sent-by and method (RFC 3261 §17.2.3); an ACK has its INVITE's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerKey {
    branch: String,
    sent_by: String,
    method: String,
}

impl ServerKey {
    /// The key of a request that arrived; `None` when it has no Via, From, Call-ID or CSeq.
    pub fn of(request: &Request) -> Option<Self> {
        let via = request.headers.via()?;
        let sent_by = match via.port {
            Some(port) => format!("{}:{port}", via.host).to_ascii_lowercase(),
            None => via.host.to_string().to_ascii_lowercase(),
        };
        let branch = match via.branch() {
            Some(branch) if is_rfc3261(branch) => branch.to_ascii_lowercase(),
            _ => rfc2543_branch(request)?,
        };
        let method = match request.method.as_str() {
            "ACK" => "INVITE",
            method => method,
        };
        Some(Self { branch, sent_by, method: method.to_owned() })
    }

    /// The INVITE transaction that a CANCEL with this key is about (RFC 3261 §9.2).
    pub fn cancelled(&self) -> Self {
        Self { method: "INVITE".to_owned(), ..self.clone() }
    }
}

fn is_rfc3261(branch: &str) -> bool {
    branch.len() > 7 && branch.get(..7).is_some_and(|cookie| cookie.eq_ignore_ascii_case("z9hG4bK"))
}

/// What stands for a branch when the other side speaks RFC 2543. The To tag stays out: it
/// differs between an INVITE and its ACK.
fn rfc2543_branch(request: &Request) -> Option<String> {
    let headers = &request.headers;
    Some(format!(
        "rfc2543|{}|{}|{}|{}|{}",
        request.uri,
        headers.from()?.tag().unwrap_or_default(),
        headers.call_id()?,
        headers.cseq()?.number,
        headers.get("Via")?,
    ))
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// What a transaction wants done after an input.
#[derive(Debug, Default)]
struct Reaction {
    /// Send this.
    send: Option<Message>,
    /// Hand the message that came to the transaction's user.
    deliver: bool,
    /// Tell the user that no answer came.
    timed_out: bool,
}

impl Reaction {
    fn send(message: impl Into<Message>) -> Self {
        Self { send: Some(message.into()), ..Self::default() }
    }

    fn deliver() -> Self {
        Self { deliver: true, ..Self::default() }
    }
}
