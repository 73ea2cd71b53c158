//! Free ports on loopback.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use super::error::LabError;

/// Below what systems hand out by themselves (Linux: 32768 and up), so that no outgoing
/// connection takes a port between our look and the server's.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// How many candidates are tried before giving up.
const TRIES: usize = 2_000;

/// How far it is from one candidate to the next: without a factor in common with the range, so
/// that every port has its turn, and such that one close by comes thousands of turns later
/// (telephones take the ports beside theirs for media).
const STEP: u16 = 7_411;

/// The next candidate of this process. Each is given out once before any is given out again: who
/// was given a port may not listen there yet, and what was sent to who had it may still come.
static NEXT: LazyLock<AtomicU16> =
    LazyLock::new(|| AtomicU16::new(rand::random_range(0..RANGE.end - RANGE.start)));

/// Finds `N` different ports that are free on 127.0.0.1 for TCP and UDP alike. Another process
/// may still be faster: whoever starts a server on them tries again with others.
///
/// # Errors
/// `LabError::NoPort`.
pub fn free<const N: usize>() -> Result<[u16; N], LabError> {
    let mut found = [0; N];
    let mut held = Vec::with_capacity(N);
    for slot in &mut found {
        let (port, sockets) = (0..TRIES).find_map(|_| take()).ok_or(LabError::NoPort)?;
        *slot = port;
        held.push(sockets);
    }
    Ok(found)
}

fn take() -> Option<(u16, (TcpListener, UdpSocket))> {
    let size = RANGE.end - RANGE.start;
    let turn = |place: u16| Some((place + STEP) % size);
    let place = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, turn).ok()?;
    let port = RANGE.start + place;
    let address = (Ipv4Addr::LOCALHOST, port);
    Some((port, (TcpListener::bind(address).ok()?, UdpSocket::bind(address).ok()?)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_port_is_given_out_twice() {
        let ports: Vec<u16> = (0..100).flat_map(|_| free::<4>().unwrap()).collect();
        assert!(ports.iter().all(|port| RANGE.contains(port)));
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len());
        let close = |port: &u16| (1..4).any(|step| ports.contains(&(port + step)));
        assert!(!ports.iter().any(close), "{ports:?}");
    }
}
