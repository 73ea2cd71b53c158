//! SRTP and SRTCP (RFC 3711, RFC 7714) round rtc-srtp, with bounds that it has not: it keeps a
//! state for every SSRC that a stranger cares to write into a packet.

use bytes::BytesMut;
use rtc_srtp::context::Context;
use rtc_srtp::crypto;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use zeroize::Zeroizing;

use super::MediaError;
use super::rtp::Header;
use crate::sdp::SrtpSuite;

const REPLAY_WINDOW: usize = 128;
/// SSRCs that the other side may use with one key.
const MAX_SOURCES: usize = 8;
/// Packets with an unknown SSRC that are tried between two refills.
const TRIES: u32 = 20;

/// One direction's key.
struct Key {
    suite: SrtpSuite,
    key: Zeroizing<Vec<u8>>,
}

impl Key {
    fn context(&self) -> Result<Context, MediaError> {
        let error = |error: &dyn std::fmt::Display| MediaError::Srtp(error.to_string());
        let provider = crypto::default_provider().map_err(|e| error(&e))?;
        let (key, salt) = self
            .key
            .split_at_checked(self.suite.key_len())
            .ok_or_else(|| MediaError::Srtp("the key is too short".to_owned()))?;
        Context::new(
            key,
            salt,
            profile(self.suite),
            Some(srtp_replay_protection(REPLAY_WINDOW)),
            Some(srtcp_replay_protection(REPLAY_WINDOW)),
            provider.crypto(),
        )
        .map_err(|e| error(&e))
    }
}

/// What we send.
pub struct Outbound(Context);

impl Outbound {
    /// # Errors
    /// A key of the wrong length.
    pub fn new(suite: SrtpSuite, key: &[u8]) -> Result<Self, MediaError> {
        Key { suite, key: Zeroizing::new(key.to_vec()) }.context().map(Self)
    }

    /// Protects a whole RTP packet that we wrote.
    pub fn rtp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.0.encrypt_rtp(packet).ok()
    }

    /// Protects a compound RTCP packet.
    pub fn rtcp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.0.encrypt_rtcp(packet).ok()
    }
}

/// What we receive.
pub struct Inbound {
    key: Key,
    sources: Vec<(u32, Context)>,
    tries: u32,
}

impl Inbound {
    /// # Errors
    /// A key of the wrong length.
    pub fn new(suite: SrtpSuite, key: &[u8]) -> Result<Self, MediaError> {
        let key = Key { suite, key: Zeroizing::new(key.to_vec()) };
        key.context()?;
        Ok(Self { key, sources: Vec::with_capacity(MAX_SOURCES), tries: TRIES })
    }

    /// Allows a few more packets of unknown SSRCs to be tried; call it once a second.
    pub fn refill(&mut self) {
        self.tries = TRIES;
    }

    /// The plain RTP packet, if it is authentic and not a replay.
    pub fn rtp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let (header, _) = Header::read_protected(packet)?;
        self.with(header.ssrc, |context| context.decrypt_rtp(packet).ok())
    }

    /// The plain RTCP packet, if it is authentic and not a replay.
    pub fn rtcp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let [_, _, _, _, a, b, c, d] = *packet.first_chunk::<8>()?;
        self.with(u32::from_be_bytes([a, b, c, d]), |context| context.decrypt_rtcp(packet).ok())
    }

    fn with(
        &mut self,
        ssrc: u32,
        decrypt: impl FnOnce(&mut Context) -> Option<BytesMut>,
    ) -> Option<BytesMut> {
        if let Some((_, context)) = self.sources.iter_mut().find(|(known, _)| *known == ssrc) {
            return decrypt(context);
        }
        if self.sources.len() >= MAX_SOURCES {
            return None;
        }
        self.tries = self.tries.checked_sub(1)?;
        let mut context = self.key.context().ok()?;
        let plain = decrypt(&mut context)?;
        self.sources.push((ssrc, context));
        Some(plain)
    }
}

fn profile(suite: SrtpSuite) -> ProtectionProfile {
    match suite {
        SrtpSuite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
        SrtpSuite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        SrtpSuite::AesCm128HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        SrtpSuite::AesCm128HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    const SUITES: [SrtpSuite; 4] = [
        SrtpSuite::AeadAes256Gcm,
        SrtpSuite::AeadAes128Gcm,
        SrtpSuite::AesCm128HmacSha1_80,
        SrtpSuite::AesCm128HmacSha1_32,
    ];

    fn pair(suite: SrtpSuite) -> (Outbound, Inbound) {
        let key = vec![7; suite.key_len() + suite.salt_len()];
        (Outbound::new(suite, &key).unwrap(), Inbound::new(suite, &key).unwrap())
    }

    fn packet(sequence: u16, ssrc: u32) -> [u8; 32] {
        let mut packet = [3; 32];
        Header { marker: false, payload_type: 0, sequence, timestamp: 0, ssrc }
            .write(&mut packet)
            .unwrap();
        packet
    }

    #[test]
    fn packets_come_through_once_and_unchanged() {
        for suite in SUITES {
            let (mut send, mut receive) = pair(suite);
            for sequence in [65_534_u16, 65_535, 0, 1] {
                let plain = packet(sequence, 1);
                let protected = send.rtp(&plain).unwrap();
                assert_ne!(&protected[12..32], &plain[12..]);
                assert_eq!(&receive.rtp(&protected).unwrap()[..], plain);
                assert!(receive.rtp(&protected).is_none(), "replay");
                let mut forged = send.rtp(&packet(sequence.wrapping_add(9), 1)).unwrap();
                *forged.last_mut().unwrap() ^= 1;
                assert!(receive.rtp(&forged).is_none());
            }
        }
    }

    #[test]
    fn strangers_cannot_grow_the_table() {
        let (mut send, mut receive) = pair(SrtpSuite::AesCm128HmacSha1_80);
        for ssrc in 0..10_000 {
            let mut forged = send.rtp(&packet(1, ssrc)).unwrap();
            forged[20] ^= 1;
            assert!(receive.rtp(&forged).is_none());
        }
        assert!(receive.sources.is_empty());
        receive.refill();
        assert!(receive.rtp(&send.rtp(&packet(1, 77)).unwrap()).is_some());
    }

    proptest! {
        #[test]
        fn never_panics(mut packet in proptest::collection::vec(any::<u8>(), 0..80)) {
            for suite in SUITES {
                let (_, mut receive) = pair(suite);
                let _ = receive.rtp(&packet);
                let _ = receive.rtcp(&packet);
                if let Some(first) = packet.first_mut() {
                    *first = 0x80 | (*first & 0x3f);
                }
                let _ = receive.rtp(&packet);
                let _ = receive.rtcp(&packet);
            }
        }
    }
}
