//! XEP-0198: stream management. Counts what went each way, and keeps what the server has not
//! acknowledged yet.

use std::collections::VecDeque;

use tokio_xmpp::Stanza;
use tokio_xmpp::parsers::sm::{Enabled, HandledCountTooHigh, StreamId};

/// The most stanzas that wait for an acknowledgement.
const MAX_UNACKNOWLEDGED: usize = 2000;

/// One managed session, over all the connections it lives on.
#[derive(Debug, Default)]
pub struct Managed {
    id: Option<StreamId>,
    inbound: u32,
    outbound: u32,
    unacknowledged: VecDeque<Stanza>,
}

/// More was acknowledged than sent: the stream cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server acknowledged {acknowledged} stanzas of {sent}")]
pub struct TooHigh {
    /// What it said.
    pub acknowledged: u32,
    /// What was sent.
    pub sent: u32,
}

impl From<&TooHigh> for HandledCountTooHigh {
    fn from(error: &TooHigh) -> Self {
        Self { h: error.acknowledged, send_count: error.sent }
    }
}

impl Managed {
    /// A session that the server has just agreed to manage.
    pub fn new(enabled: Enabled) -> Self {
        Self { id: enabled.id.filter(|_| enabled.resume), ..Self::default() }
    }

    /// The name under which the session can be resumed, if it can.
    pub fn id(&self) -> Option<&StreamId> {
        self.id.as_ref()
    }

    /// How many stanzas we have had from the server (modulo 2³²).
    pub fn inbound(&self) -> u32 {
        self.inbound
    }

    /// A stanza arrived.
    pub fn received(&mut self) {
        self.inbound = self.inbound.wrapping_add(1);
    }

    /// A stanza went out.
    pub fn sent(&mut self, stanza: Stanza) {
        self.outbound = self.outbound.wrapping_add(1);
        self.unacknowledged.push_back(stanza);
    }

    /// Whether there is room for more.
    pub fn has_room(&self) -> bool {
        self.unacknowledged.len() < MAX_UNACKNOWLEDGED
    }

    /// What waits for an acknowledgement, oldest first.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &Stanza> {
        self.unacknowledged.iter()
    }

    /// Nothing waits.
    pub fn is_settled(&self) -> bool {
        self.unacknowledged.is_empty()
    }

    /// The server has had `handled` stanzas; gives back those it had not confirmed before.
    ///
    /// # Errors
    /// [`TooHigh`] when that is more than was sent.
    pub fn acknowledge(&mut self, handled: u32) -> Result<Vec<Stanza>, TooHigh> {
        let waiting = self.unacknowledged.len();
        let first = self.outbound.wrapping_sub(u32::try_from(waiting).unwrap_or(u32::MAX));
        let count = usize::try_from(handled.wrapping_sub(first)).unwrap_or(usize::MAX);
        // An old number comes out as a huge one: nothing new, and no offence.
        if count > waiting {
            let behind = first.wrapping_sub(handled) < u32::MAX / 2;
            let error = TooHigh { acknowledged: handled, sent: self.outbound };
            return if behind { Ok(Vec::new()) } else { Err(error) };
        }
        Ok(self.unacknowledged.drain(..count).collect())
    }

    /// Gives up the session: what was never acknowledged, oldest first.
    pub fn abandon(self) -> Vec<Stanza> {
        self.unacknowledged.into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio_xmpp::parsers::presence::Presence;

    fn stanza(id: u32) -> Stanza {
        Stanza::Presence(Presence::available().with_id(id.to_string()))
    }

    fn ids(stanzas: &[Stanza]) -> Vec<&str> {
        let ids = stanzas.iter().filter_map(|stanza| match stanza {
            Stanza::Presence(presence) => presence.id.as_deref(),
            _ => None,
        });
        ids.collect()
    }

    #[test]
    fn acknowledgements_free_what_they_cover_once() {
        let mut managed = Managed::default();
        (1..=3).for_each(|id| managed.sent(stanza(id)));
        assert_eq!(ids(&managed.acknowledge(2).unwrap()), ["1", "2"]);
        assert!(managed.acknowledge(2).unwrap().is_empty());
        assert!(managed.acknowledge(1).unwrap().is_empty());
        assert_eq!(ids(&managed.acknowledge(3).unwrap()), ["3"]);
        assert!(managed.is_settled());
    }

    #[test]
    fn too_high_a_count_is_an_error() {
        let mut managed = Managed::default();
        managed.sent(stanza(1));
        assert_eq!(managed.acknowledge(2), Err(TooHigh { acknowledged: 2, sent: 1 }));
        assert_eq!(ids(&managed.abandon()), ["1"]);
    }

    #[test]
    fn counters_wrap() {
        let mut managed = Managed { outbound: u32::MAX, inbound: u32::MAX, ..Managed::default() };
        managed.received();
        assert_eq!(managed.inbound(), 0);
        (1..=2).for_each(|id| managed.sent(stanza(id)));
        assert_eq!(ids(&managed.acknowledge(1).unwrap()), ["1", "2"]);
    }

    #[test]
    fn a_session_that_the_server_will_not_resume_has_no_name() {
        let enabled = |resume| Enabled {
            id: Some(StreamId("x".to_owned())),
            location: None,
            max: None,
            resume,
        };
        assert!(Managed::new(enabled(true)).id().is_some());
        assert!(Managed::new(enabled(false)).id().is_none());
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut managed = Managed::default();
        (0..2000).for_each(|id| managed.sent(stanza(id)));
        assert!(!managed.has_room());
    }
}
