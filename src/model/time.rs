//! Time as an argument: shells read the clocks, the core is told.

use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A wall-clock moment, kept in UTC with millisecond precision; RFC 3339 on the wire
/// (`2026-03-01T09:30:00.000Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// The moment as a date and time in UTC; the epoch for a value beyond the calendar.
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads an RFC 3339 or XEP-0082 date-time with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
    }

    /// This moment moved by `by` into the future.
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let form = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        f.write_str(&self.to_utc().format(&form).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 date-time"))
    }
}

/// Both clocks at one moment: the steady one for time-outs, the wall for what is shown.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The steady clock.
    pub steady: Instant,
    /// The wall clock.
    pub wall: Timestamp,
}

impl Now {
    /// Reads both clocks. For shells only.
    pub fn read() -> Self {
        Self { steady: Instant::now(), wall: OffsetDateTime::now_utc().into() }
    }

    /// Both clocks moved by `by` into the future (virtual time in tests).
    pub fn plus(self, by: Duration) -> Self {
        Self { steady: self.steady + by, wall: self.wall.plus(by) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_utc_with_milliseconds() {
        let at = Timestamp::parse("2026-03-01T10:30:00.5+01:00").map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-03-01T09:30:00.500Z"));
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_still_writable() {
        assert!(!Timestamp::from_unix_millis(i64::MAX).to_string().is_empty());
    }
}
