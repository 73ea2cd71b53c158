//! The way in: every event is one key, whichever of its packets came.

use std::time::Duration;

use super::{Event, digit};
use crate::media::rtp::Header;

/// Events whose late packets are known again.
const REMEMBERED: usize = 8;
/// Keys that are told in a second at most: a stranger must not flood us.
const RATE: u32 = 50;
const SECOND: Duration = Duration::from_secs(1);
/// The least duration of a segment that another may follow (RFC 4733 §2.5.1.3).
const LONG: u16 = 0xe000;

#[derive(Clone, Copy)]
struct Seen {
    timestamp: u32,
    code: u8,
    duration: u16,
    ended: bool,
}

/// What was heard of one stream.
#[derive(Default)]
pub struct Listener {
    seen: [Option<Seen>; REMEMBERED],
    next: usize,
    since: Duration,
    told: u32,
}

impl Listener {
    /// The stream begins anew: timestamps have another meaning. The bound on keys stays.
    pub fn reset(&mut self) {
        (self.seen, self.next) = ([None; REMEMBERED], 0);
    }

    /// A packet of telephone-event; the key, when it is the first one of its event to arrive.
    pub fn packet(&mut self, header: &Header, payload: &[u8], now: Duration) -> Option<char> {
        let event = Event::read(payload)?;
        let digit = digit(event.code)?;
        let known = self.seen.iter_mut().flatten().find(|seen| seen.timestamp == header.timestamp);
        if let Some(seen) = known {
            seen.ended |= event.end;
            seen.duration = seen.duration.max(event.duration);
            return None;
        }
        let goes_on =
            !header.marker && self.seen.iter().flatten().any(|s| s.goes_on(header, event));
        let seen = Seen {
            timestamp: header.timestamp,
            code: event.code,
            duration: event.duration,
            ended: event.end,
        };
        if let Some(slot) = self.seen.get_mut(self.next) {
            *slot = Some(seen);
        }
        self.next = (self.next + 1) % REMEMBERED;
        (!goes_on && self.allows(now)).then_some(digit)
    }

    fn allows(&mut self, now: Duration) -> bool {
        if now.saturating_sub(self.since) >= SECOND {
            (self.since, self.told) = (now, 0);
        }
        self.told = self.told.saturating_add(1);
        self.told <= RATE
    }
}

impl Seen {
    /// Whether the packet is of the same key, held for longer than a duration can tell.
    fn goes_on(&self, header: &Header, event: Event) -> bool {
        let distance = header.timestamp.wrapping_sub(self.timestamp);
        self.code == event.code
            && !self.ended
            && self.duration >= LONG
            && (u32::from(self.duration)..=0xffff).contains(&distance)
    }
}
