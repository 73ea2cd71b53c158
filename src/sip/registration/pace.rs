//! How long to wait before registering again.

use std::time::Duration;

/// While a call is on, so that it soon has its proxy back.
const IN_CALL: Duration = Duration::from_secs(5);
/// A server that restarts is back within minutes: so long attempts come every few seconds.
const QUICK: Duration = Duration::from_secs(10);
/// How many attempts that is: about five minutes.
const QUICK_ATTEMPTS: u32 = 40;
/// The base after that, and the bound (RFC 5626 §4.5).
const BASE: Duration = Duration::from_secs(30);
const MOST: Duration = Duration::from_secs(1800);

/// Why there is a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The server was not reached.
    Unreached,
    /// It answered that it will not, for now.
    Refused,
}

/// The wait before attempt number `attempt` (from 0). A random half to whole is used, so that
/// the clients of a restarted server do not return in step; `dice` is uniform in all `u32`. The
/// first attempt after a loss comes at once, spread over half a second.
pub(super) fn wait(cause: Cause, attempt: u32, in_call: bool, dice: u32) -> Duration {
    let share = f64::from(dice) / f64::from(u32::MAX);
    let whole = match cause {
        Cause::Unreached if attempt == 0 => return Duration::from_millis(500).mul_f64(share),
        _ if in_call => return IN_CALL,
        Cause::Unreached if attempt < QUICK_ATTEMPTS => doubled(1, attempt).min(QUICK),
        Cause::Unreached => BASE.saturating_mul(1 << (attempt - QUICK_ATTEMPTS).min(6)),
        Cause::Refused => doubled(2, attempt),
    };
    whole.min(MOST).mul_f64(0.5 + 0.5 * share)
}

fn doubled(seconds: u64, attempt: u32) -> Duration {
    Duration::from_secs(seconds).saturating_mul(1 << attempt.min(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(cause: Cause, attempt: u32, in_call: bool) -> (f64, f64) {
        let wait = |dice| wait(cause, attempt, in_call, dice).as_secs_f64();
        (wait(0), wait(u32::MAX))
    }

    #[test]
    fn at_once_then_every_few_seconds_then_rarely() {
        assert_eq!(seconds(Cause::Unreached, 0, false), (0.0, 0.5));
        assert_eq!(seconds(Cause::Unreached, 1, false), (1.0, 2.0));
        assert_eq!(seconds(Cause::Unreached, 39, false), (5.0, 10.0));
        assert_eq!(seconds(Cause::Unreached, 40, false), (15.0, 30.0));
        assert_eq!(seconds(Cause::Unreached, 41, false), (30.0, 60.0));
        assert_eq!(seconds(Cause::Unreached, u32::MAX, false), (900.0, 1800.0));
        assert_eq!(seconds(Cause::Refused, 0, false), (1.0, 2.0));
        assert_eq!(seconds(Cause::Refused, u32::MAX, false), (900.0, 1800.0));
    }

    #[test]
    fn five_seconds_in_a_call() {
        assert_eq!(seconds(Cause::Unreached, 0, true), (0.0, 0.5));
        assert_eq!(seconds(Cause::Unreached, 50, true), (5.0, 5.0));
        assert_eq!(seconds(Cause::Refused, 9, true), (5.0, 5.0));
    }
}
