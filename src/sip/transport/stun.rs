//! As much of STUN as a keep-alive takes (RFC 8489, RFC 5626 §4.4.2): a binding request, and the
//! address in its answer. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const REQUEST: [u8; 2] = [0, 1];
const SUCCESS: [u8; 2] = [1, 1];
const XOR_MAPPED_ADDRESS: [u8; 2] = [0, 0x20];
const HEADER: usize = 20;

/// What tells transactions apart.
pub(super) type Id = [u8; 12];

/// A success response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub id: Id,
    /// Our address as the server sees it.
    pub mapped: Option<SocketAddr>,
}

/// Whether a datagram is STUN: no SIP message starts with a zero bit pair and the cookie.
pub(super) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER
        && datagram.first().is_some_and(|first| first >> 6 == 0)
        && datagram.get(4..8) == Some(&COOKIE)
}

/// A binding request without attributes.
pub(super) fn request(id: Id) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    let (head, rest) = bytes.split_at_mut(8);
    head.copy_from_slice(&[REQUEST[0], REQUEST[1], 0, 0, 0x21, 0x12, 0xa4, 0x42]);
    rest.copy_from_slice(&id);
    bytes
}

/// Reads a success response to a binding request; `None` for anything else.
pub(super) fn answer(datagram: &[u8]) -> Option<Answer> {
    let length = usize::from(u16::from_be_bytes(array(datagram.get(2..4)?)?));
    if !is_stun(datagram) || datagram.get(..2)? != SUCCESS || datagram.len() != HEADER + length {
        return None;
    }
    let id = array(datagram.get(8..HEADER)?)?;
    let mut attributes = datagram.get(HEADER..)?;
    let mut mapped = None;
    while !attributes.is_empty() {
        let length = usize::from(u16::from_be_bytes(array(attributes.get(2..4)?)?));
        let value = attributes.get(4..4 + length)?;
        if attributes.get(..2)? == XOR_MAPPED_ADDRESS && mapped.is_none() {
            mapped = address(value, &id);
        }
        attributes = attributes.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(Answer { id, mapped })
}

/// RFC 8489 §14.2.
fn address(value: &[u8], id: &Id) -> Option<SocketAddr> {
    let mut mask = [0; 16];
    let (cookie, rest) = mask.split_at_mut(4);
    cookie.copy_from_slice(&COOKIE);
    rest.copy_from_slice(id);
    let port = u16::from_be_bytes(array(value.get(2..4)?)?) ^ 0x2112;
    let unmasked = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
    };
    let ip: IpAddr = match (value.get(1)?, value.len()) {
        (1, 8) => Ipv4Addr::from(array::<4>(&unmasked(value.get(4..)?))?).into(),
        (2, 20) => Ipv6Addr::from(array::<16>(&unmasked(value.get(4..)?))?).into(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const ID: Id = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];
    /// RFC 5769 §2.2.
    const IPV4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220\
        002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
    /// RFC 5769 §2.3.
    const IPV6: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220\
        002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275\
        bfe3ed4180280004c8fb0b4c";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn the_answers_of_rfc_5769() {
        for (hex, mapped) in
            [(IPV4, "192.0.2.1:32853"), (IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
        {
            let answer = answer(&bytes(hex)).unwrap();
            assert_eq!(answer, Answer { id: ID, mapped: Some(mapped.parse().unwrap()) });
        }
    }

    #[test]
    fn a_request_is_a_header_and_no_answer() {
        let request = request(ID);
        assert_eq!(request.to_vec(), bytes("000100002112a442b7e7a701bc34d686fa87dfae"));
        assert!(is_stun(&request));
        assert_eq!(answer(&request), None);
        assert!(!is_stun(b"SIP/2.0 200 OK\r\nVia: x\r\n"));
        assert!(!is_stun(&[0, 0, 0, 0]));
    }

    #[test]
    fn no_prefix_is_read_and_nothing_breaks_it() {
        for hex in [IPV4, IPV6] {
            let whole = bytes(hex);
            for length in 0..whole.len() {
                assert_eq!(answer(&whole[..length]), None, "{length}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(at in 0..80_usize, with in any::<u8>(), noise in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut spoilt = bytes(IPV6);
            if let Some(byte) = spoilt.get_mut(at) { *byte = with; }
            let _ = (answer(&spoilt), answer(&noise), is_stun(&noise));
        }
    }
}
