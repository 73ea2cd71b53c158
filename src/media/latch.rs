//! Symmetric RTP: where to send to, and whom to hear.

use std::net::SocketAddr;

/// Packets from where the stream came from before the description changed, until it is taken
/// for the other side's address still: half a second.
const STILL_THERE: u32 = 25;

/// Which address is the other side's, by the session description and by what arrives.
///
/// The signalled IP address is always preferred: a stranger who sprays packets at our port can
/// take the stream only while nothing has come from there, and never when it is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latch {
    signalled: SocketAddr,
    seen: Option<SocketAddr>,
    former: Option<(SocketAddr, u32)>,
}

impl Latch {
    /// Begins with what the session description says.
    pub fn new(signalled: SocketAddr) -> Self {
        Self { signalled, seen: None, former: None }
    }

    /// The session description says another address. What still comes from the old one (the
    /// last packets of another branch of the call) is heard again only when it goes on.
    pub fn move_to(&mut self, signalled: SocketAddr) {
        let former = self.seen.filter(|seen| seen.ip() != signalled.ip()).map(|seen| (seen, 0));
        *self = Self { former, ..Self::new(signalled) };
    }

    /// What the session description said.
    pub fn signalled(&self) -> SocketAddr {
        self.signalled
    }

    /// Where to send to; `None` when the address is not one (hold of old, port 0).
    pub fn destination(&self) -> Option<SocketAddr> {
        let address = self.seen.unwrap_or(self.signalled);
        (!address.ip().is_unspecified() && address.port() != 0).then_some(address)
    }

    /// A valid packet came from `source`; whether it belongs to the call.
    pub fn accept(&mut self, source: SocketAddr, authenticated: bool) -> bool {
        if self.seen == Some(source) {
            return true;
        }
        if let Some((former, count)) = &mut self.former
            && *former == source
            && !authenticated
        {
            *count = count.saturating_add(1);
            if *count < STILL_THERE {
                return false;
            }
        }
        let from_signalled = source.ip() == self.signalled.ip();
        if authenticated || from_signalled || self.seen.is_none() {
            self.seen = Some(source);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_signalled_address_wins_over_the_first() {
        let mut latch = Latch::new(address("192.0.2.1:4000"));
        assert_eq!(latch.destination(), Some(address("192.0.2.1:4000")));
        assert!(latch.accept(address("198.51.100.1:9"), false));
        assert!(!latch.accept(address("198.51.100.2:9"), false));
        assert!(latch.accept(address("192.0.2.1:4444"), false));
        assert_eq!(latch.destination(), Some(address("192.0.2.1:4444")));
        assert!(!latch.accept(address("198.51.100.1:9"), false));
        assert!(latch.accept(address("198.51.100.1:9"), true));
    }

    #[test]
    fn the_last_packets_of_another_branch_do_not_take_the_stream() {
        let (old, new) = (address("198.51.100.1:9"), address("203.0.113.5:7"));
        let moved = || {
            let mut latch = Latch::new(address("192.0.2.1:4000"));
            assert!(latch.accept(old, false));
            latch.move_to(address("10.0.0.1:4000"));
            latch
        };
        let mut latch = moved();
        assert_eq!(latch.destination(), Some(address("10.0.0.1:4000")));
        assert!(!latch.accept(old, false));
        assert!(latch.accept(new, false));
        assert!(!latch.accept(old, false));
        assert_eq!(latch.destination(), Some(new));
        // Nobody new: the same peer behind its NAT.
        let mut latch = moved();
        assert_eq!((0..30).filter(|_| latch.accept(old, false)).count(), 6);
        assert_eq!(latch.destination(), Some(old));
        assert!(moved().accept(old, true));
        // Another port of the same host is no stranger.
        let mut latch = Latch::new(old);
        assert!(latch.accept(old, false));
        latch.move_to(address("198.51.100.1:11"));
        assert!(latch.accept(old, false));
    }

    #[test]
    fn nothing_is_sent_to_no_address() {
        assert_eq!(Latch::new(address("0.0.0.0:4000")).destination(), None);
        assert_eq!(Latch::new(address("192.0.2.1:0")).destination(), None);
    }
}
