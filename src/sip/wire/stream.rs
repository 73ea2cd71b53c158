//! Messages out of a stream of bytes (RFC 3261 §18.3, RFC 5626 §3.5.1).

use bytes::{Buf, BytesMut};

use super::head::{self, Head};
use super::{MAX_STREAM_MESSAGE, WireError, WireFault, assemble};
use crate::sip::message::Message;

/// What a stream brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    /// A message.
    Message(Message),
    /// CRLFCRLF: the other side wants a CRLF back.
    KeepAlivePing,
    /// CRLF: the answer to our keep-alive.
    KeepAlivePong,
}

/// Cuts a stream into messages. A malformed message whose length is known is an error of its
/// own; after an error with `fatal` nothing more can be read and the stream must be closed.
#[derive(Default)]
pub struct StreamReader {
    buffer: BytesMut,
    scanned: usize,
    pending: Option<(Head, usize)>,
    broken: bool,
}

impl StreamReader {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what arrived. The caller takes everything that `next` gives before it adds more, so
    /// that no more than one message and one read is held.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.broken {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next message or keep-alive, if it is complete.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Result<Framed, WireError>> {
        if self.broken {
            return None;
        }
        if self.pending.is_none() {
            if let Some(keep_alive) = self.line_breaks() {
                return Some(Ok(keep_alive));
            }
            match self.head()? {
                Ok(pending) => self.pending = Some(pending),
                Err(error) => return Some(Err(self.fail(error))),
            }
        }
        let (head, length) = self.pending.take()?;
        if self.buffer.len() < length {
            self.pending = Some((head, length));
            return None;
        }
        let body = self.buffer.split_to(length).to_vec();
        Some(assemble(head, body).map(Framed::Message))
    }

    /// Takes line breaks before a start line.
    fn line_breaks(&mut self) -> Option<Framed> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            Some(Framed::KeepAlivePing)
        } else if self.buffer.starts_with(b"\r\n") {
            self.buffer.advance(2);
            Some(Framed::KeepAlivePong)
        } else {
            None
        }
    }

    /// Takes a head once it is complete; with it the length of the body.
    fn head(&mut self) -> Option<Result<(Head, usize), WireError>> {
        let Some(end) = head::end(&self.buffer, self.scanned) else {
            self.scanned = self.buffer.len().saturating_sub(3);
            let too_large = self.buffer.len() > MAX_STREAM_MESSAGE;
            return too_large.then(|| Err(WireFault::TooLarge.into()));
        };
        self.scanned = 0;
        let head = head::read(&self.buffer.split_to(end));
        Some(match head::content_length(&head.headers) {
            Ok(Some(length)) if length.saturating_add(end) > MAX_STREAM_MESSAGE => {
                Err(WireError::of(WireFault::TooLarge, head))
            }
            Ok(Some(length)) => Ok((head, length)),
            Ok(None) | Err(_) => Err(WireError::of(WireFault::ContentLength, head)),
        })
    }

    fn fail(&mut self, error: WireError) -> WireError {
        self.broken = true;
        self.buffer = BytesMut::new();
        WireError { fatal: true, ..error }
    }
}
