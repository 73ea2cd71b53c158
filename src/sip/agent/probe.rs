//! While a call is on over UDP, whether the proxy still lives: nothing else would tell before
//! somebody hangs up. OPTIONS now and then (RFC 3261 §11); a proxy that never answers those is
//! asked by REGISTER.

use std::time::{Duration, Instant};

use super::super::transaction::ClientKey;

/// The pause between two probes.
const PAUSE: Duration = Duration::from_secs(10);
/// The same while only a REGISTER is answered.
const PAUSE_REGISTER: Duration = Duration::from_secs(30);
/// How long an answer may take, repetitions of the request included.
const LIMIT: Duration = Duration::from_secs(4);

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// An OPTIONS to the proxy.
    Options,
    /// A REGISTER, whose silence says the same.
    Register,
    /// The flow is dead.
    Dead,
}

/// The machine; at rest while it is not wanted.
#[derive(Debug, Default)]
pub(super) struct Probe {
    next: Option<Instant>,
    out: Option<(ClientKey, Instant)>,
    /// The proxy answered once: so silence means something.
    answers: bool,
    /// It never did when asked.
    deaf: bool,
}

impl Probe {
    /// Runs only while there is a call on a registered UDP flow.
    pub fn want(&mut self, now: Instant, wanted: bool) {
        if !wanted {
            self.next = None;
            self.out = None;
        } else if self.next.is_none() && self.out.is_none() {
            self.next = Some(now + PAUSE);
        }
    }

    /// The OPTIONS is out.
    pub fn sent(&mut self, now: Instant, key: Option<ClientKey>) {
        self.out = key.map(|key| (key, now + LIMIT));
        self.next = self.out.is_none().then_some(now + PAUSE);
    }

    /// The proxy answered the OPTIONS, whatever it said.
    pub fn answered(&mut self, now: Instant) {
        self.answers = true;
        if self.out.take().is_some() {
            self.next = Some(now + PAUSE);
        }
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.out.as_ref().map(|(_, limit)| *limit).or(self.next)
    }

    /// What is due, and the OPTIONS that need not be repeated any more.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<(Due, Option<ClientKey>)> {
        if let Some((key, _)) = self.out.take_if(|(_, limit)| *limit <= now) {
            self.deaf = !self.answers;
            self.next = self.deaf.then_some(now + PAUSE_REGISTER);
            let due = if self.deaf { Due::Register } else { Due::Dead };
            return Some((due, Some(key)));
        }
        self.next.take_if(|next| *next <= now)?;
        if !self.deaf {
            return Some((Due::Options, None));
        }
        self.next = Some(now + PAUSE_REGISTER);
        Some((Due::Register, None))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key() -> Option<ClientKey> {
        Some(ClientKey { branch: "z9hG4bK1".to_owned(), method: "OPTIONS".to_owned() })
    }

    #[test]
    fn silence_after_answers_is_death() {
        let mut now = Instant::now();
        let mut probe = Probe::default();
        assert_eq!(probe.poll_timeout(), None);
        probe.want(now, true);
        for _ in 0..3 {
            let next = probe.poll_timeout().unwrap();
            assert_eq!(next, now + PAUSE);
            now = next;
            assert_eq!(probe.handle_timeout(now), Some((Due::Options, None)));
            probe.sent(now, key());
            probe.answered(now);
            probe.want(now, true);
        }
        now = probe.poll_timeout().unwrap();
        probe.handle_timeout(now);
        probe.sent(now, key());
        assert_eq!(probe.poll_timeout(), Some(now + LIMIT));
        assert_eq!(probe.handle_timeout(now + LIMIT), Some((Due::Dead, key())));
    }

    #[test]
    fn a_proxy_that_knows_no_options_is_asked_by_register() {
        let now = Instant::now();
        let mut probe = Probe::default();
        probe.want(now, true);
        probe.handle_timeout(now + PAUSE);
        probe.sent(now + PAUSE, key());
        let limit = now + PAUSE + LIMIT;
        assert_eq!(probe.handle_timeout(limit), Some((Due::Register, key())));
        probe.want(limit, true);
        let next = probe.poll_timeout().unwrap();
        assert_eq!(next, limit + PAUSE_REGISTER);
        assert_eq!(probe.handle_timeout(next), Some((Due::Register, None)));
        probe.want(next, false);
        assert_eq!(probe.poll_timeout(), None);
    }
}
