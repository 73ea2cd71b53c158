//! Keys in the session description: `a=crypto` (RFC 4568, RFC 7714 §14).

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use rand::RngCore;
use zeroize::Zeroizing;

use super::{SrtpPlan, SrtpSuite};

/// The suites, best first.
pub(super) const SUITES: [SrtpSuite; 4] = [
    SrtpSuite::AeadAes256Gcm,
    SrtpSuite::AeadAes128Gcm,
    SrtpSuite::AesCm128HmacSha1_80,
    SrtpSuite::AesCm128HmacSha1_32,
];

/// Some peers leave the padding off.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl SrtpSuite {
    /// The name in `a=crypto`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// Octets of the master key.
    pub fn key_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            Self::AeadAes128Gcm | Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 16,
        }
    }

    /// Octets of the master salt.
    pub fn salt_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 12,
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
        }
    }
}

/// The keys that we put into an offer: one a suite.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LocalKeys(Vec<CryptoLine>);

impl LocalKeys {
    /// One key a suite, those of `previous` where it has the suite.
    pub fn new(previous: &[CryptoLine], random: &mut impl RngCore) -> Self {
        let line = |(tag, suite)| CryptoLine { tag, suite, key: key(previous, suite, random) };
        Self((1_u32..).zip(SUITES).map(line).collect())
    }

    /// The values of `a=crypto`.
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(|line| write(line.tag, line.suite, &line.key)).collect()
    }

    /// The plan for an answer that chose one of our lines, if it did.
    pub fn chosen(&self, remote: &CryptoLine) -> Option<SrtpPlan> {
        let local = self.0.iter().find(|key| key.tag == remote.tag && key.suite == remote.suite)?;
        Some(SrtpPlan {
            suite: local.suite,
            local_key: local.key.to_vec(),
            remote_key: remote.key.to_vec(),
        })
    }
}

/// The key for a suite: that of `previous`, or a new one.
pub(super) fn key(
    previous: &[CryptoLine],
    suite: SrtpSuite,
    random: &mut impl RngCore,
) -> Zeroizing<Vec<u8>> {
    if let Some(line) = previous.iter().find(|line| line.suite == suite) {
        return line.key.clone();
    }
    let mut key = Zeroizing::new(vec![0; suite.key_len() + suite.salt_len()]);
    random.fill_bytes(&mut key);
    key
}

/// A usable `a=crypto` line.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CryptoLine {
    pub tag: u32,
    pub suite: SrtpSuite,
    pub key: Zeroizing<Vec<u8>>,
}

/// Reads the value of `a=crypto`; `None` when the line cannot be used: an unknown suite, a bad
/// key, several keys, session parameters (which weaken or change what is protected), or an MKI
/// (RFC 4568 §6.1: its packets would carry a field that we do not write).
pub(super) fn parse(value: &str) -> Option<CryptoLine> {
    let mut words = value.split_ascii_whitespace();
    let tag = words.next().filter(|tag| tag.len() <= 9)?.parse().ok()?;
    let name = words.next()?;
    let suite = SUITES.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))?;
    let parameter = words.next()?;
    if !words.all(is_harmless) || parameter.contains(';') {
        return None;
    }
    let (method, info) = parameter.split_once(':')?;
    if !method.eq_ignore_ascii_case("inline") {
        return None;
    }
    let mut parts = info.split('|');
    let key = Zeroizing::new(LENIENT.decode(parts.next()?).ok()?);
    if key.len() != suite.key_len() + suite.salt_len() || parts.any(|part| !is_lifetime(part)) {
        return None;
    }
    Some(CryptoLine { tag, suite, key })
}

/// The value of `a=crypto` for a key.
pub(super) fn write(tag: u32, suite: SrtpSuite, key: &[u8]) -> String {
    format!("{tag} {} inline:{}", suite.name(), STANDARD.encode(key))
}

/// A session parameter that changes nothing for us: a window size hint, or one that its author
/// marked as optional (RFC 4568 §6.3.6, §6.3.7).
fn is_harmless(parameter: &str) -> bool {
    parameter.starts_with('-')
        || parameter.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("WSH="))
}

/// `2^31` or a number of packets: far above what a call sends, so only its form matters.
fn is_lifetime(part: &str) -> bool {
    let digits = part.strip_prefix("2^").unwrap_or(part);
    !digits.is_empty() && digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const KEY30: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    #[test]
    fn reads_the_example_of_rfc_4568() {
        let line = parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^20")).unwrap();
        assert_eq!((line.tag, line.suite, line.key.len()), (1, SrtpSuite::AesCm128HmacSha1_80, 30));
        assert!(parse(&format!("1 aes_cm_128_hmac_sha1_32 INLINE:{KEY30}")).is_some());
    }

    #[test]
    fn harmless_parameters_are_passed_over() {
        assert!(
            parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^31 WSH=128 -X=1")).is_some()
        );
        assert!(parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^31 KDR=1")).is_none());
    }

    #[test]
    fn passes_over_lines_that_cannot_be_used() {
        for line in [
            String::new(),
            format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY30}"),
            format!("1 F8_128_HMAC_SHA1_80 inline:{KEY30}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}AAAA"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30} UNENCRYPTED_SRTP"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30};inline:{KEY30}"),
            format!("1 AEAD_AES_128_GCM inline:{KEY30}"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:!!!".to_owned(),
        ] {
            assert!(parse(&line).is_none(), "{line}");
        }
    }

    #[test]
    fn every_suite_is_read_back_and_kept() {
        let keys = LocalKeys::new(&[], &mut rand::rng());
        let lines = keys.lines();
        let read: Vec<_> = lines.iter().filter_map(|line| parse(line)).collect();
        assert!(keys.0 == read && read.len() == SUITES.len());
        assert!(LocalKeys::new(&read, &mut rand::rng()) == keys);
        assert!(LocalKeys::new(&[], &mut rand::rng()) != keys);
    }
}
