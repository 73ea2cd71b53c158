//! Digits as INFO (`application/dtmf-relay`): for peers without telephone-event (RFC 4733).

use std::collections::VecDeque;

use super::super::message::{Headers, Request};
use super::super::text::before_params;
use super::super::transaction::ClientKey;

/// The type that we send, and take.
const RELAY: &str = "application/dtmf-relay";
/// Another that we take: the digit alone.
const PLAIN: &str = "application/dtmf";
/// What an INFO may hold.
pub(super) const ACCEPT: &str = super::super::agent::DIGITS;
/// Digits that wait; what is typed faster than the other side takes it is dropped.
const MAX_WAITING: usize = 64;
/// How long each one is to sound, in milliseconds.
const DURATION: u32 = 160;

/// What came of the body of an INFO.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Info {
    /// There is none.
    Empty,
    Digit(char),
    /// Digits are its type, but there is none in it.
    Malformed,
    /// Of another type.
    Unknown,
}

/// Reads an INFO that came.
pub(super) fn read(request: &Request) -> Info {
    if request.body.iter().all(u8::is_ascii_whitespace) {
        return Info::Empty;
    }
    let Some(kind) = media_type(&request.headers) else { return Info::Unknown };
    let Ok(text) = std::str::from_utf8(&request.body) else { return Info::Malformed };
    let signal = match kind.as_str() {
        RELAY => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("Signal").then(|| value.trim())
        }),
        PLAIN => Some(text.trim()),
        _ => return Info::Unknown,
    };
    signal.and_then(digit_of).map_or(Info::Malformed, Info::Digit)
}

fn media_type(headers: &Headers) -> Option<String> {
    headers.get("Content-Type").map(|value| before_params(value).to_ascii_lowercase())
}

fn digit_of(signal: &str) -> Option<char> {
    match signal {
        // The numbers of the events, as RFC 4733 has them.
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut letters = signal.chars();
    let digit = letters.next()?.to_ascii_uppercase();
    (letters.next().is_none() && is_digit(digit)).then_some(digit)
}

fn is_digit(digit: char) -> bool {
    matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')
}

/// Digits of ours on their way, one at a time, lest they arrive in another order.
#[derive(Default)]
pub(super) struct Digits {
    waiting: VecDeque<char>,
    out: Option<ClientKey>,
}

impl Digits {
    /// Puts one at the end.
    pub fn push(&mut self, digit: char) {
        if is_digit(digit) && self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(digit);
        }
    }

    /// The one that is to be sent now. It stays first until [`Self::finish`].
    pub fn next(&self) -> Option<char> {
        if self.out.is_some() { None } else { self.waiting.front().copied() }
    }

    /// It was sent.
    pub fn sent(&mut self, key: Option<ClientKey>) {
        if key.is_none() {
            self.waiting.pop_front();
        }
        self.out = key;
    }

    pub fn is(&self, key: &ClientKey) -> bool {
        self.out.as_ref() == Some(key)
    }

    /// It has its answer; `again` when that was a challenge we can answer.
    pub fn finish(&mut self, again: bool) {
        self.out = None;
        if !again {
            self.waiting.pop_front();
        }
    }
}

/// Puts a digit into an INFO.
pub(super) fn write(request: &mut Request, digit: char) {
    request.headers.set("Content-Type", RELAY);
    request.body = format!("Signal={digit}\r\nDuration={DURATION}\r\n").into_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Method;

    fn info(content_type: &str, body: &str) -> Info {
        let mut request = Request::new(Method::Info, "sip:a@b");
        request.headers.push("Content-Type", content_type);
        request.body = body.as_bytes().to_vec();
        read(&request)
    }

    #[test]
    fn digits_of_both_types_are_read() {
        assert_eq!(
            info("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
            Info::Digit('5')
        );
        assert_eq!(info("Application/DTMF-Relay;x=y", "signal= #\nDuration=1"), Info::Digit('#'));
        assert_eq!(info("application/dtmf-relay", "Duration=1\r\nSignal=11"), Info::Digit('#'));
        assert_eq!(info("application/dtmf", "d\r\n"), Info::Digit('D'));
        assert_eq!(info("application/dtmf", "55"), Info::Malformed);
        assert_eq!(info("application/dtmf-relay", "Signal=E"), Info::Malformed);
        assert_eq!(info("text/plain", "5"), Info::Unknown);
        assert_eq!(info("text/plain", "\r\n"), Info::Empty);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut digits = Digits::default();
        digits.push('x');
        assert_eq!(digits.next(), None);
        for _ in 0..1000 {
            digits.push('1');
        }
        let mut count = 0;
        while digits.next().is_some() {
            digits.finish(false);
            count += 1;
        }
        assert_eq!(count, MAX_WAITING);
    }
}
