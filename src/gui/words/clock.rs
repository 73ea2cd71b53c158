//! Moments, days and lengths of time, as the language of the window writes them.

use std::time::Duration;

use time::{Date, Month, OffsetDateTime, UtcOffset};

use crate::lang::Hours;
use crate::model::time::Timestamp;
use crate::tr;

/// A moment, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// The wall clock when the view was last asked for.
    pub now: Timestamp,
    /// When the snapshot that is shown arrived.
    pub sampled: Timestamp,
    /// The offset of local time.
    pub zone: UtcOffset,
    /// How the time of day is written.
    pub hours: Hours,
}

impl Clock {
    fn local(self, at: Timestamp) -> OffsetDateTime {
        at.to_utc().checked_to_offset(self.zone).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// `10:42`, `10:42 am`
    pub fn time(self, at: Timestamp) -> String {
        let at = self.local(at);
        let (hour, minute) = (at.hour(), format!("{:02}", at.minute()));
        if self.hours == Hours::TwentyFour {
            return format!("{hour:02}:{minute}");
        }
        let twelve = match hour % 12 {
            0 => "12".to_owned(),
            hour => hour.to_string(),
        };
        match hour {
            0..12 => tr!("words-time-am", hour = twelve, minute = minute),
            _ => tr!("words-time-pm", hour = twelve, minute = minute),
        }
    }

    /// `Today`, `Yesterday`, `12 March`, `12 March 2025`
    pub fn day(self, at: Timestamp) -> String {
        let (date, today) = (self.local(at).date(), self.local(self.now).date());
        let (day, month) = (date.day(), month(date.month()));
        match (date == today, today.previous_day() == Some(date), date.year() == today.year()) {
            (true, ..) => tr!("words-today").to_owned(),
            (_, true, _) => tr!("words-yesterday").to_owned(),
            (.., true) => tr!("words-day", day = day, month = month),
            _ => tr!("words-day-year", day = day, month = month, year = date.year().to_string()),
        }
    }

    /// The local day of a moment.
    pub fn date(self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// When a local day begins.
    pub fn begins(self, day: Date) -> Timestamp {
        let begins = day.midnight().assume_offset(self.zone);
        let millis = begins.unix_timestamp_nanos().div_euclid(1_000_000);
        Timestamp::from_unix_millis(i64::try_from(millis).unwrap_or_default())
    }

    /// Whether both moments fall on the same local day.
    pub fn same_day(self, a: Timestamp, b: Timestamp) -> bool {
        self.local(a).date() == self.local(b).date()
    }

    /// The time today; else the day, short.
    pub fn short(self, at: Timestamp) -> String {
        let (date, today) = (self.local(at).date(), self.local(self.now).date());
        let (day, month) = (date.day(), short_month(date.month()));
        if date == today {
            self.time(at)
        } else if today.previous_day() == Some(date) {
            tr!("words-yesterday").to_owned()
        } else if date.year() == today.year() {
            tr!("words-day", day = day, month = month)
        } else {
            tr!("words-day-year", day = day, month = month, year = date.year().to_string())
        }
    }

    /// What went by since the snapshot that is shown arrived.
    pub fn passed(self) -> Duration {
        between(self.sampled, self.now)
    }

    /// The time since a moment, as a call's timer: `02:31`, `1:02:31`.
    pub fn timer(self, since: Timestamp) -> String {
        let seconds = between(since, self.now).as_secs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match hours {
            0 => format!("{minutes:02}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

pub(super) fn between(from: Timestamp, to: Timestamp) -> Duration {
    let millis = to.unix_millis().saturating_sub(from.unix_millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// `12 s`, `4 min 12 s`, `1 h 2 min`
pub fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    let words = |number: u64| number.to_string();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => tr!("words-seconds", s = words(s)),
        (0, min, 0) => tr!("words-minutes", min = words(min)),
        (0, min, s) => tr!("words-minutes-seconds", min = words(min), s = words(s)),
        (h, min, _) => tr!("words-hours", h = words(h), min = words(min)),
    }
}

/// A month within a date.
fn month(month: Month) -> &'static str {
    match month {
        Month::January => tr!("words-january"),
        Month::February => tr!("words-february"),
        Month::March => tr!("words-march"),
        Month::April => tr!("words-april"),
        Month::May => tr!("words-may"),
        Month::June => tr!("words-june"),
        Month::July => tr!("words-july"),
        Month::August => tr!("words-august"),
        Month::September => tr!("words-september"),
        Month::October => tr!("words-october"),
        Month::November => tr!("words-november"),
        Month::December => tr!("words-december"),
    }
}

/// The same, short.
fn short_month(month: Month) -> &'static str {
    match month {
        Month::January => tr!("words-jan"),
        Month::February => tr!("words-feb"),
        Month::March => tr!("words-mar"),
        Month::April => tr!("words-apr"),
        Month::May => tr!("words-may-short"),
        Month::June => tr!("words-jun"),
        Month::July => tr!("words-jul"),
        Month::August => tr!("words-aug"),
        Month::September => tr!("words-sep"),
        Month::October => tr!("words-oct"),
        Month::November => tr!("words-nov"),
        Month::December => tr!("words-dec"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lang::{Language, speak};

    fn clock(now: &str) -> Clock {
        let now = Timestamp::parse(now).unwrap();
        Clock {
            now,
            sampled: now,
            zone: UtcOffset::from_hms(1, 0, 0).unwrap(),
            hours: Hours::default(),
        }
    }

    #[test]
    fn days_are_those_of_local_time() {
        let clock = clock("2026-03-01T10:00:00Z");
        let at = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(clock.day(at("2026-02-28T23:30:00Z")), "Today");
        assert_eq!(clock.day(at("2026-02-28T22:30:00Z")), "Yesterday");
        assert_eq!(clock.day(at("2026-02-03T12:00:00Z")), "3 February");
        assert_eq!(clock.day(at("2025-12-31T12:00:00Z")), "31 December 2025");
        assert_eq!(clock.short(at("2026-03-01T09:05:00Z")), "10:05");
        assert_eq!(clock.short(at("2025-12-31T12:00:00Z")), "31 Dec 2025");
        assert_eq!(clock.short(Timestamp::from_unix_millis(i64::MAX)), "1 Jan 1970");
    }

    #[test]
    fn lengths_and_timers() {
        let clock = clock("2026-03-01T10:00:00Z");
        let before =
            |seconds: i64| Timestamp::from_unix_millis(clock.now.unix_millis() - seconds * 1_000);
        assert_eq!(clock.timer(before(151)), "02:31");
        assert_eq!(clock.timer(before(3_751)), "1:02:31");
        assert_eq!(clock.timer(before(-5)), "00:00");
        assert_eq!(duration(Duration::from_secs(252)), "4 min 12 s");
        assert_eq!(duration(Duration::from_secs(3_725)), "1 h 2 min");
    }

    #[test]
    fn dates_and_times_are_those_of_the_language() {
        let mut clock = clock("2026-03-01T10:00:00Z");
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let (old, noon) = (at("2025-12-31T12:00:00Z"), at("2026-03-01T11:05:00Z"));
        speak(Language::German);
        assert_eq!(clock.day(old), "31. Dezember 2025");
        assert_eq!(clock.short(old), "31. Dez. 2025");
        assert_eq!(clock.day(clock.now), "Heute");
        speak(Language::French);
        assert_eq!(clock.day(old), "31 décembre 2025");
        assert_eq!(clock.day(at("2026-02-01T12:00:00Z")), "1er février");
        assert_eq!(duration(Duration::from_secs(3_725)), "1\u{a0}h 2\u{a0}min");
        speak(Language::English);
        clock.hours = Hours::Twelve;
        assert_eq!(clock.time(noon), "12:05 pm");
        assert_eq!(clock.time(at("2026-02-28T23:05:00Z")), "12:05 am");
        assert_eq!(clock.time(at("2026-03-01T08:05:00Z")), "9:05 am");
    }
}
