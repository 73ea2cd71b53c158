//! Bounds on what a stream may bring: the XML parser limits a token, not a stanza, and a deep
//! tree would overflow the stack when it is dropped (RFC 6120 §13.12).

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes one stanza may take.
const STANZA_BYTES: usize = 1 << 20;
/// The most elements that may be open at once, the stream's own included.
const DEPTH: usize = 64;

/// A transport whose incoming bytes are watched; an error of kind `InvalidData` follows the
/// first byte beyond a bound.
#[derive(Debug)]
pub(super) struct Guarded<Io> {
    inner: Io,
    scanner: Scanner,
    /// How much of the transport's buffer was scanned already.
    scanned: usize,
    restarted: AtomicBool,
}

impl<Io> Guarded<Io> {
    /// Watches `inner` from its first byte.
    pub(super) fn new(inner: Io) -> Self {
        Self { inner, scanner: Scanner::default(), scanned: 0, restarted: AtomicBool::new(false) }
    }

    /// The transport itself.
    pub(super) fn into_inner(self) -> Io {
        self.inner
    }

    /// To be called before the stream restarts (RFC 6120 §4.3.3): the old root never closes.
    pub(super) fn restart(&self) {
        self.restarted.store(true, Ordering::Relaxed);
    }
}

impl<Io: AsyncBufRead + Unpin> AsyncBufRead for Guarded<Io> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let buffer = ready!(Pin::new(&mut this.inner).poll_fill_buf(cx))?;
        if this.restarted.swap(false, Ordering::Relaxed) {
            this.scanner = Scanner::default();
        }
        let fresh = buffer.get(this.scanned..).unwrap_or_default();
        this.scanner
            .feed(fresh)
            .map_err(|what| io::Error::new(io::ErrorKind::InvalidData, what))?;
        this.scanned = buffer.len();
        Poll::Ready(Ok(buffer))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.scanned = this.scanned.saturating_sub(amount);
        Pin::new(&mut this.inner).consume(amount);
    }
}

impl<Io: AsyncBufRead + Unpin> AsyncRead for Guarded<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let buffer = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = buffer.len().min(into.remaining());
        into.put_slice(buffer.get(..amount).unwrap_or_default());
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Guarded<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Where in the XML the next byte stands.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Place {
    #[default]
    Text,
    /// After `<`.
    Open,
    /// In a start tag; whether the last byte was `/`.
    Start(bool),
    /// In an attribute's value, up to this quote.
    Quoted(u8),
    /// In an end tag.
    End,
    /// In `<?…>` or `<!…>` other than CDATA.
    Other,
    /// After `<!` and this many bytes of `[CDATA[`.
    Bang(usize),
    /// In CDATA, after this many `]` (two at most).
    Cdata(u8),
}

/// Counts open elements and the bytes of a stanza.
#[derive(Debug, Default)]
struct Scanner {
    place: Place,
    depth: usize,
    bytes: usize,
}

impl Scanner {
    fn feed(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for &byte in bytes {
            self.step(byte);
            if self.depth > DEPTH {
                return Err("too many nested elements");
            }
            if self.depth <= 1 && self.place == Place::Text {
                self.bytes = 0;
            } else {
                self.bytes += 1;
                if self.bytes > STANZA_BYTES {
                    return Err("a stanza is too large");
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) {
        const CDATA: &[u8] = b"[CDATA[";
        self.place =
            match (self.place, byte) {
                (Place::Text, b'<') => Place::Open,
                (Place::Text, _) => Place::Text,
                (Place::Open, b'/') => Place::End,
                (Place::Open, b'?') => Place::Other,
                (Place::Open, b'!') => Place::Bang(0),
                (Place::Open, _) => Place::Start(false),
                (Place::Start(_), b'"' | b'\'') => Place::Quoted(byte),
                (Place::Start(empty), b'>') => {
                    self.depth += usize::from(!empty);
                    Place::Text
                }
                (Place::Start(_), _) => Place::Start(byte == b'/'),
                (Place::Quoted(quote), _) if quote == byte => Place::Start(false),
                (Place::Quoted(quote), _) => Place::Quoted(quote),
                (Place::End, b'>') => {
                    self.depth = self.depth.saturating_sub(1);
                    Place::Text
                }
                (Place::Bang(seen), _) if CDATA.get(seen) == Some(&byte) => {
                    if seen + 1 == CDATA.len() { Place::Cdata(0) } else { Place::Bang(seen + 1) }
                }
                (Place::Bang(_) | Place::Other, b'>') => Place::Text,
                (Place::Bang(_), _) => Place::Other,
                (Place::Cdata(2), b'>') => Place::Text,
                (Place::Cdata(seen), b']') => Place::Cdata((seen + 1).min(2)),
                (Place::Cdata(_), _) => Place::Cdata(0),
                (place @ (Place::End | Place::Other), _) => place,
            };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt, BufReader};

    fn depth_after(xml: &str) -> usize {
        let mut scanner = Scanner::default();
        scanner.feed(xml.as_bytes()).unwrap();
        scanner.depth
    }

    #[test]
    fn elements_are_counted_past_quotes_empty_tags_and_cdata() {
        assert_eq!(depth_after("<?xml version='1.0'?><stream:stream to='>/'>"), 1);
        assert_eq!(depth_after("<s><a b='/>'><c/><d></d>"), 2);
        assert_eq!(depth_after("<s><a><![CDATA[<x><y>]]]></a>"), 1);
        assert_eq!(depth_after("<s><a href=\"it's\" /> x > y "), 1);
    }

    #[test]
    fn a_deep_tree_is_stopped_before_it_is_built() {
        let mut scanner = Scanner::default();
        scanner.feed("<a>".repeat(DEPTH).as_bytes()).unwrap();
        assert!(scanner.feed(b"<a>").is_err());
    }

    #[test]
    fn a_stanza_is_bounded_and_a_stream_is_not() {
        let mut scanner = Scanner::default();
        scanner.feed(b"<s>").unwrap();
        let stanza = format!("<m>{}</m>", "x".repeat(1000));
        for _ in 0..2 * STANZA_BYTES / 1000 {
            scanner.feed(stanza.as_bytes()).unwrap();
        }
        scanner.feed(b"<m>").unwrap();
        assert!(scanner.feed("x".repeat(STANZA_BYTES).as_bytes()).is_err());
    }

    #[tokio::test]
    async fn a_restart_forgets_the_old_root_and_partial_reads_count_once() {
        let (mut server, client) = tokio::io::duplex(1 << 16);
        let mut guarded = Guarded::new(BufReader::with_capacity(7, client));
        let mut byte = [0; 1];
        for _ in 0..2 * DEPTH {
            tokio::io::AsyncWriteExt::write_all(&mut server, b"<stream>").await.unwrap();
            for _ in 0..8 {
                guarded.read_exact(&mut byte).await.unwrap();
            }
            assert_eq!(guarded.scanner.depth, 1);
            guarded.restart();
        }
    }
}
