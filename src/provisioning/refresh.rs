//! When a provider's document is asked for again.

use std::time::Duration;

use super::document::MIN_REFRESH;

/// The wait after an attempt that failed, at least.
const AGAIN: Duration = Duration::from_secs(MIN_REFRESH);
/// A server's word (`Event: check-sync`) counts once in so long.
pub const CHECK_SYNC_EVERY: Duration = Duration::from_secs(60);
/// The clients of a server that tells all of them at once do not come back in step.
const CHECK_SYNC_SPREAD: Duration = Duration::from_secs(5);

/// How the last attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// An answer came so long ago; `None` when the clock says that it is yet to come.
    Answered(Option<Duration>),
    /// There was none, just now.
    Failed,
}

/// The wait until the next attempt. `refresh` is the document's, in seconds; `dice` is uniform in
/// `0..=u32::MAX` and moves it by up to a tenth, so that clients do not ask in step.
pub fn wait(refresh: u64, last: Last, dice: u32) -> Duration {
    let share = f64::from(dice) / f64::from(u32::MAX);
    let whole = Duration::from_secs(refresh.max(MIN_REFRESH));
    let whole = whole.mul_f64(1.0 + share / 10.0);
    match last {
        Last::Answered(Some(since)) => {
            // Overdue after a pause: soon, and not in the first moment.
            whole.saturating_sub(since).max(Duration::from_secs(30).mul_f64(1.0 + share))
        }
        Last::Answered(None) => whole,
        Last::Failed => AGAIN.mul_f64(1.0 + share).min(whole),
    }
}

/// The wait after a server's word; `None` when it was heard just before. `since`: the time since
/// the last attempt.
pub fn on_check_sync(since: Option<Duration>, dice: u32) -> Option<Duration> {
    let is_new = since.is_none_or(|since| since >= CHECK_SYNC_EVERY);
    is_new.then(|| CHECK_SYNC_SPREAD.mul_f64(f64::from(dice) / f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn it_is_asked_once_an_hour_at_most_and_not_in_step() {
        let now = Last::Answered(Some(Duration::ZERO));
        assert_eq!(wait(0, now, 0), HOUR);
        assert_eq!(wait(86_400, now, 0), 24 * HOUR);
        assert_eq!(wait(86_400, now, u32::MAX), (24 * HOUR).mul_f64(1.1));
        assert_ne!(wait(86_400, now, 1 << 20), wait(86_400, now, 1 << 30));
        assert_eq!(wait(86_400, Last::Answered(Some(20 * HOUR)), 0), 4 * HOUR);
    }

    #[test]
    fn what_is_overdue_comes_soon_and_a_wrong_clock_does_not_matter() {
        let overdue = Last::Answered(Some(1_000 * HOUR));
        assert_eq!(wait(86_400, overdue, 0), Duration::from_secs(30));
        assert_eq!(wait(86_400, overdue, u32::MAX), Duration::from_secs(60));
        assert_eq!(wait(86_400, Last::Answered(None), 0), 24 * HOUR);
        assert_eq!(wait(86_400, Last::Failed, 0), HOUR);
        assert_eq!(wait(86_400, Last::Failed, u32::MAX), 2 * HOUR);
        assert_eq!(wait(3_600, Last::Failed, u32::MAX), HOUR.mul_f64(1.1));
    }

    #[test]
    fn a_server_s_word_counts_once_a_minute() {
        assert_eq!(on_check_sync(None, 0), Some(Duration::ZERO));
        assert_eq!(on_check_sync(Some(Duration::from_secs(59)), 0), None);
        assert_eq!(on_check_sync(Some(CHECK_SYNC_EVERY), u32::MAX), Some(CHECK_SYNC_SPREAD));
    }
}
