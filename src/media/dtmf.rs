//! Keys as telephone-events (RFC 4733). Pure: the clock is an argument.

mod receive;
mod send;
#[cfg(test)]
mod tests;

pub use receive::Listener;
pub use send::{Keypad, Press};

/// Octets of an event's payload.
pub const PAYLOAD: usize = 4;

/// The keys in the order of their event codes (RFC 4733 §3.2).
const KEYS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// The event code of a key; `None` for what is no key. Letters may be small.
pub fn code(digit: char) -> Option<u8> {
    let digit = digit.to_ascii_uppercase();
    KEYS.iter().position(|key| *key == digit).and_then(|code| u8::try_from(code).ok())
}

/// The key of an event code; `None` for events that are no keys (flash, tones of modems).
pub fn digit(code: u8) -> Option<char> {
    KEYS.get(usize::from(code)).copied()
}

/// The payload (RFC 4733 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What happens.
    pub code: u8,
    /// The event is over.
    pub end: bool,
    /// Loudness below 0 dBm0, 0 to 63.
    pub volume: u8,
    /// How long it lasts so far, by the events' clock.
    pub duration: u16,
}

impl Event {
    /// The octets on the wire.
    pub fn write(self) -> [u8; PAYLOAD] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, (u8::from(self.end) << 7) | (self.volume & 0x3f), high, low]
    }

    /// Reads a payload; what follows the first event is passed over.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let [code, second, high, low] = *payload.first_chunk::<PAYLOAD>()?;
        Some(Self {
            code,
            end: second & 0x80 != 0,
            volume: second & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        })
    }
}
