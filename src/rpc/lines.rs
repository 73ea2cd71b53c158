//! Lines of a connection, read through one buffer that is wiped: a line may hold a password.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use zeroize::{Zeroize as _, Zeroizing};

/// The buffer's size while no line is longer, in bytes.
const USUAL: usize = 8 * 1024;

/// Why there is no line here. The connection goes on after `TooLong` and `NotText`.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("the line is too long")]
    TooLong,
    #[error("the line is not UTF-8")]
    NotText,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads an input line by line.
pub(super) struct Lines<R> {
    input: R,
    /// The longest line, in bytes without its end.
    longest: usize,
    buffer: Zeroizing<Vec<u8>>,
    /// So much of the buffer is read and not taken.
    filled: usize,
    /// So much of that has no end of a line in it.
    searched: usize,
    /// A line was too long: what comes up to its end is no line.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub fn new(input: R, longest: usize) -> Self {
        let buffer = Zeroizing::new(vec![0; USUAL]);
        Self { input, longest, buffer, filled: 0, searched: 0, skipping: false }
    }

    /// The next line without its end; `None` at the end of the input. May be dropped and called
    /// again: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<Zeroizing<String>, LineError>> {
        loop {
            if let Some(line) = self.take() {
                return Some(line);
            }
            self.make_room();
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.input.read(room).await {
                Ok(0) => return self.rest(),
                Ok(count) => self.filled += count,
                Err(error) => return Some(Err(error.into())),
            }
        }
    }

    /// A whole line out of what was read.
    fn take(&mut self) -> Option<Result<Zeroizing<String>, LineError>> {
        loop {
            let read = self.buffer.get(self.searched..self.filled)?;
            let Some(end) = memchr::memchr(b'\n', read).map(|at| self.searched + at) else {
                self.searched = self.filled;
                if self.filled <= self.longest {
                    return None;
                }
                self.drop_front(self.filled);
                let told = std::mem::replace(&mut self.skipping, true);
                return (!told).then_some(Err(LineError::TooLong));
            };
            let line = self.line(end);
            self.drop_front(end + 1);
            if !std::mem::take(&mut self.skipping) {
                return Some(line);
            }
        }
    }

    /// What is left at the end of the input.
    fn rest(&mut self) -> Option<Result<Zeroizing<String>, LineError>> {
        let is_line = self.filled > 0 && !self.skipping;
        let line = is_line.then(|| self.line(self.filled));
        self.drop_front(self.filled);
        line
    }

    fn line(&self, end: usize) -> Result<Zeroizing<String>, LineError> {
        let line = self.buffer.get(..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > self.longest {
            return Err(LineError::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Wipes the first `count` bytes, and what lay behind them moves there.
    fn drop_front(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        let left = self.filled - count;
        if let Some(gone) = self.buffer.get_mut(left..self.filled) {
            gone.zeroize();
        }
        (self.filled, self.searched) = (left, 0);
    }

    /// Room to read into. A buffer that grows leaves no copy behind, and a large one is not
    /// kept.
    fn make_room(&mut self) {
        let size = match self.filled {
            filled if filled == self.buffer.len() => self.buffer.len() * 2,
            0 if self.buffer.len() > USUAL => USUAL,
            _ => return,
        };
        let mut larger = Zeroizing::new(vec![0; size]);
        for (new, old) in larger.iter_mut().zip(self.buffer.iter()).take(self.filled) {
            *new = *old;
        }
        self.buffer = larger;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::ReadBuf;

    use super::*;

    /// Gives few bytes at a time.
    struct Drip<'a>(&'a [u8], usize);

    impl AsyncRead for Drip<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            into: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let count = self.1.min(self.0.len()).min(into.remaining());
            let (now, later) = self.0.split_at(count);
            into.put_slice(now);
            self.0 = later;
            Poll::Ready(Ok(()))
        }
    }

    async fn read(input: &[u8], step: usize, longest: usize) -> Vec<Result<String, String>> {
        let mut lines = Lines::new(Drip(input, step), longest);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push(line.map(|text| text.to_string()).map_err(|error| error.to_string()));
            let behind = lines.buffer.get(lines.filled..).unwrap();
            assert!(behind.iter().all(|&byte| byte == 0), "what was taken is wiped");
        }
        all
    }

    #[tokio::test]
    async fn lines_come_whole_however_they_arrive() {
        let long = "x".repeat(30_000);
        let input = format!("one\r\n\ntwo\n{long}\nsix");
        let expected: Vec<_> =
            ["one", "", "two", &long, "six"].map(|line| Ok(line.to_owned())).into();
        for step in [1, 2, 3, 7, 4096, 100_000] {
            assert_eq!(read(input.as_bytes(), step, 40_000).await, expected, "{step} at a time");
        }
    }

    #[tokio::test]
    async fn a_bad_line_is_told_once_and_the_next_is_read() {
        let long = "x".repeat(50_000);
        let input = [b"one\n\xff\xfe\n".as_slice(), long.as_bytes(), b"\nlast\n"].concat();
        let (text, too_long) = ("the line is not UTF-8", "the line is too long");
        let expected: Vec<Result<String, String>> = vec![
            Ok("one".to_owned()),
            Err(text.to_owned()),
            Err(too_long.to_owned()),
            Ok("last".to_owned()),
        ];
        for step in [1, 999, 100_000] {
            assert_eq!(read(&input, step, 20_000).await, expected, "{step} at a time");
        }
        // A line that never ends is no line.
        let endless = read(long.as_bytes(), 1000, 20_000).await;
        assert_eq!(endless, [Err(too_long.to_owned())]);
    }
}
