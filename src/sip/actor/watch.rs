//! Whether the network under us has changed: told from two looks at it. Pure.

use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

/// The pause between two looks.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// A wall clock that gains so much on the steady one, which stands while the machine sleeps, or
/// a look that comes so much too late, means that we slept.
const SLEEP: Duration = Duration::from_secs(10);

/// What was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub wall: SystemTime,
    pub steady: Instant,
    /// Our address towards the server; `None` without a way to it.
    pub address: Option<IpAddr>,
}

/// What happened in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The machine slept: what the other side kept for us may be gone.
    Slept,
    /// There is another address, or one again.
    Moved,
    /// There is no way to the server any more.
    Gone,
}

/// Compares two looks.
pub(super) fn compare(last: &Look, now: &Look) -> Option<Change> {
    let steady = now.steady.saturating_duration_since(last.steady);
    // A clock that was set back says nothing.
    let wall = now.wall.duration_since(last.wall).unwrap_or_default();
    let slept = wall > steady + SLEEP || steady > PAUSE + SLEEP;
    match (last.address, now.address) {
        (Some(_), None) => Some(Change::Gone),
        (None, None) => None,
        (before, now) if before != now => Some(Change::Moved),
        _ => slept.then_some(Change::Slept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const THERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)));

    fn change(
        before: Option<IpAddr>,
        after: Option<IpAddr>,
        wall: u64,
        steady: u64,
    ) -> Option<Change> {
        let last = Look { wall: SystemTime::now(), steady: Instant::now(), address: before };
        let seconds = Duration::from_secs;
        let wall = last.wall + seconds(wall);
        compare(&last, &Look { wall, steady: last.steady + seconds(steady), address: after })
    }

    #[test]
    fn addresses() {
        assert_eq!(change(HERE, HERE, 5, 5), None);
        assert_eq!(change(HERE, THERE, 5, 5), Some(Change::Moved));
        assert_eq!(change(HERE, None, 5, 5), Some(Change::Gone));
        assert_eq!(change(None, None, 500, 5), None);
        assert_eq!(change(None, HERE, 5, 5), Some(Change::Moved));
    }

    #[test]
    fn sleep() {
        assert_eq!(change(HERE, HERE, 14, 5), None);
        assert_eq!(change(HERE, HERE, 16, 5), Some(Change::Slept));
        assert_eq!(change(HERE, HERE, 60, 60), Some(Change::Slept));
        assert_eq!(change(HERE, THERE, 3600, 5), Some(Change::Moved));
    }

    #[test]
    fn a_clock_that_was_set_back_is_no_sleep() {
        let steady = Instant::now();
        let last = Look { wall: SystemTime::now(), steady, address: HERE };
        let wall = SystemTime::UNIX_EPOCH;
        assert_eq!(compare(&last, &Look { wall, steady: steady + PAUSE, address: HERE }), None);
    }
}
