//! RTP packets (RFC 3550 §5.1), read and written in place.

/// Octets of the header that we write.
pub const HEADER: usize = 12;

/// The largest packet that is sent or read.
pub const MAX_PACKET: usize = 1_500;

/// The fields of a header that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// First packet after a silence.
    pub marker: bool,
    /// Payload type, below 128.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples at the codec's clock.
    pub timestamp: u32,
    /// Whose stream it is.
    pub ssrc: u32,
}

impl Header {
    /// Writes the header to the start of `packet`, if it is long enough.
    pub fn write(&self, packet: &mut [u8]) -> Option<()> {
        let header = packet.first_chunk_mut::<HEADER>()?;
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [r0, r1, r2, r3] = self.ssrc.to_be_bytes();
        let second = (u8::from(self.marker) << 7) | (self.payload_type & 0x7f);
        *header = [0x80, second, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3];
        Some(())
    }

    /// Reads a packet: the header, and the payload without CSRCs, extension and padding.
    pub fn read(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (header, mut rest) = Self::read_protected(packet)?;
        if packet.first()? & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding.max(1))?)?;
        }
        Some((header, rest))
    }

    /// Reads a packet whose payload is still encrypted: padding cannot be told yet.
    pub fn read_protected(packet: &[u8]) -> Option<(Self, &[u8])> {
        let [first, second, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] =
            *packet.first_chunk::<HEADER>()?;
        if first >> 6 != 2 {
            return None;
        }
        let mut rest = packet.get(HEADER + 4 * usize::from(first & 0x0f)..)?;
        if first & 0x10 != 0 {
            let [_, _, high, low] = *rest.first_chunk::<4>()?;
            rest = rest.get(4 + 4 * usize::from(u16::from_be_bytes([high, low]))..)?;
        }
        let header = Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
        };
        Some((header, rest))
    }
}

/// Whether a packet on a shared port is RTCP (RFC 5761 §4).
pub fn is_rtcp(packet: &[u8]) -> bool {
    matches!(packet, [first, second, ..] if first >> 6 == 2 && (192..=223).contains(second))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let header =
            Header { marker: true, payload_type: 96, sequence: 65_535, timestamp: 7, ssrc: 9 };
        let mut packet = [0_u8; 20];
        header.write(&mut packet).unwrap();
        assert_eq!(Header::read(&packet), Some((header, &[0_u8; 8][..])));
        assert!(!is_rtcp(&packet));
        assert!(is_rtcp(&[0x80, 200, 0, 0]));
    }

    #[test]
    fn csrcs_extension_and_padding_are_passed_over() {
        let mut packet = vec![0xb1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        packet.extend([9; 4]);
        packet.extend([0xbe, 0xde, 0, 1, 5, 5, 5, 5]);
        packet.extend([1, 2, 3, 0, 2]);
        assert_eq!(Header::read(&packet).unwrap().1, [1, 2, 3]);
        *packet.last_mut().unwrap() = 200;
        assert_eq!(Header::read(&packet), None);
    }

    proptest! {
        #[test]
        fn never_panics(packet in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Header::read(&packet);
        }
    }
}
