//! Free ports on loopback.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use super::error::LabError;

/// Below what systems hand out by themselves (Linux: 32768 and up), so that no outgoing
/// connection takes a port between our look and the server's.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// How many candidates are tried before giving up.
const TRIES: usize = 2_000;

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
    let port = rand::random_range(RANGE);
    let address = (Ipv4Addr::LOCALHOST, port);
    Some((port, (TcpListener::bind(address).ok()?, UdpSocket::bind(address).ok()?)))
}
