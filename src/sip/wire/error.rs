//! Why bytes are no message, and what to answer.

use md5::{Digest, Md5};

use super::head::{Head, Start};
use crate::sip::message::{Method, Request, Response};

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// Nothing but line breaks: a keep-alive.
    #[error("an empty message")]
    Empty,
    /// The first line is neither that of a request nor of a response.
    #[error("a malformed start line")]
    Start,
    /// Not SIP/2.0.
    #[error("a SIP version other than 2.0")]
    Version,
    /// A malformed Request-URI.
    #[error("a malformed Request-URI")]
    Uri,
    /// No empty line after the headers.
    #[error("headers without an end")]
    Unfinished,
    /// A required header is missing.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header is malformed.
    #[error("the header {0} is malformed")]
    Header(&'static str),
    /// A header that may stand once stands twice.
    #[error("the header {0} is repeated")]
    Repeated(&'static str),
    /// CSeq names another method than the start line.
    #[error("the CSeq names another method")]
    Mismatch,
    /// Content-Length is missing on a stream, malformed, repeated, or larger than the datagram.
    #[error("a wrong Content-Length")]
    ContentLength,
    /// A bound is exceeded.
    #[error("the message is too large")]
    TooLarge,
}

/// A message that could not be accepted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{fault}")]
pub struct WireError {
    /// What is wrong.
    pub fault: WireFault,
    /// The request as far as it could be read, when it is one.
    pub request: Option<Box<Request>>,
    /// The stream that it came from cannot be read any further.
    pub fatal: bool,
}

impl WireError {
    pub(super) fn of(fault: WireFault, head: Head) -> Self {
        let request = match head.start {
            Ok(Start::Request { method, uri }) => Some((method, uri)),
            _ => head.likely,
        };
        let request = request
            .map(|(method, uri)| Request { method, uri, headers: head.headers, body: Vec::new() })
            .map(Box::new);
        Self { fault, request, fatal: false }
    }

    /// The stateless refusal: 400, or what fits better; `None` for responses, for ACK, and when
    /// no Via tells the way back. Its To tag depends on the request alone (RFC 3261 §8.2.7).
    pub fn answer(&self) -> Option<Response> {
        let request = self.request.as_ref().filter(|request| request.method != Method::Ack)?;
        request.headers.get("Via")?;
        let status = match self.fault {
            WireFault::Version => 505,
            WireFault::TooLarge => 513,
            WireFault::Mismatch if matches!(request.method, Method::Other(_)) => 501,
            _ => 400,
        };
        let mut response = Response::to_request(request, status, None);
        if let Some(mut to) = request.headers.to().filter(|to| to.tag().is_none()) {
            let seed = [request.headers.get("Via"), request.headers.call_id()];
            let hash = Md5::digest(seed.map(Option::unwrap_or_default).join("\n"));
            let tag: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            to.params.set("tag", Some(&tag));
            response.headers.set("To", to.to_string());
        }
        response.headers.push("Warning", format!("399 dovetail \"{}\"", self.fault));
        Some(response)
    }
}

impl From<WireFault> for WireError {
    fn from(fault: WireFault) -> Self {
        Self { fault, request: None, fatal: false }
    }
}
