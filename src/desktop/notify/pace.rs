//! How often the desktop is told: whoever sends a flood does not flood the screen. Pure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::About;

/// Between two editions of the same notification.
const SAME: Duration = Duration::from_secs(1);
/// So many different ones at once, and then one at a time.
const AT_ONCE: u32 = 6;
const EACH: Duration = Duration::from_secs(1);

/// When what was told.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: BTreeMap<About, Instant>,
    /// Until when what was told takes the room of what comes.
    full: Option<Instant>,
}

impl Pace {
    /// Counts it as told when it may be; else says after how long it may.
    pub(super) fn take(&mut self, about: &About, now: Instant) -> Result<(), Duration> {
        // A call that rings waits for nobody.
        if matches!(about, About::Ringing(_)) {
            return Ok(());
        }
        let same = self.last.get(about).map(|last| *last + SAME);
        let full = self.full.map(|full| (full + EACH).checked_sub(EACH * AT_ONCE).unwrap_or(full));
        if let Some(due) = same.max(full).filter(|due| *due > now) {
            return Err(due.duration_since(now));
        }
        self.last.retain(|_, last| *last + SAME > now);
        self.last.insert(about.clone(), now);
        self.full = Some(self.full.map_or(now, |full| full.max(now)) + EACH);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(number: usize) -> About {
        About::Missed(format!("sip:{number}@cusax.test"))
    }

    #[test]
    fn a_flood_is_told_of_a_few_at_a_time() {
        let (mut pace, begin) = (Pace::default(), Instant::now());
        let mut told = 0;
        for tenth in 0..100 {
            let now = begin + Duration::from_millis(100) * tenth;
            told += (0..100).filter(|n| pace.take(&somebody(*n), now).is_ok()).count();
        }
        assert!((14..=17).contains(&told), "{told} in ten seconds");
        let ringing = About::Ringing("1".into());
        assert_eq!(pace.take(&ringing, begin), Ok(()), "a call is told at once");
    }

    #[test]
    fn one_person_is_told_of_once_a_second() {
        let (mut pace, begin) = (Pace::default(), Instant::now());
        assert_eq!(pace.take(&somebody(1), begin), Ok(()));
        let soon = begin + Duration::from_millis(400);
        assert_eq!(pace.take(&somebody(1), soon), Err(Duration::from_millis(600)));
        assert_eq!(pace.take(&somebody(2), soon), Ok(()));
        assert_eq!(pace.take(&somebody(1), begin + SAME), Ok(()));
    }
}
