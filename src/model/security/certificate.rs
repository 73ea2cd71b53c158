//! A server's certificate, as a person looks at it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::time::Timestamp;

/// The most characters of one text of a certificate.
const MOST_TEXT: usize = 200;

/// The SHA-256 of a certificate's DER; `AB:CD:…` on the wire and for people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// This text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A fingerprint is 32 pairs of hexadecimal digits (SHA-256).")]
pub struct NoFingerprint;

impl Fingerprint {
    /// From the hash.
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    /// Upper or lower case, with colons, blanks or nothing between the pairs.
    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let mut hash = [0; 32];
        let mut digits = text.chars().filter(|sign| !matches!(sign, ':' | ' '));
        for byte in &mut hash {
            for _ in 0..2 {
                let digit = digits.next().and_then(|sign| sign.to_digit(16));
                let digit = digit.and_then(|digit| u8::try_from(digit).ok());
                *byte = (*byte << 4) | digit.ok_or(NoFingerprint)?;
            }
        }
        if digits.next().is_some() { Err(NoFingerprint) } else { Ok(Self(hash)) }
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a certificate says of itself. Every text was written by a stranger: bounded, on one
/// line, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// Which certificate it is.
    pub fingerprint: Fingerprint,
    /// Whom it is for, such as `CN=chat.example.com`; may be empty.
    pub subject: String,
    /// The names that it is for: DNS names, addresses, `sip:` URIs; at most 16.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// Kind and size of its key: `RSA 2048`, `ECDSA P-256`, `Ed25519`.
    pub key: String,
    /// How it is signed: `SHA-256 with RSA`, `SHA-1 with RSA`.
    pub signature: String,
}

/// A stranger's text as it may be shown: one line, no control characters, no marks that turn
/// the direction of writing, at most 200 characters.
pub fn bounded(text: &str) -> String {
    let turns = |sign: &char| matches!(*sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|sign| !sign.is_control() && !turns(sign)).take(MOST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_write_it() {
        let hash = Fingerprint::new(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        let text = hash.to_string();
        assert!(text.starts_with("00:07:0E:"), "{text}");
        assert_eq!(text.len(), 95);
        for text in
            [text.clone(), text.to_lowercase(), text.replace(':', ""), text.replace(':', " ")]
        {
            assert_eq!(text.parse(), Ok(hash), "{text}");
        }
        let longer = format!("{text}:00");
        for bad in ["", "00:07", "zz", &text[..93], &longer, "é"] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(NoFingerprint), "{bad}");
        }
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), hash);
    }

    #[test]
    fn a_stranger_s_text_stays_on_its_line() {
        assert_eq!(bounded("a\n\u{1b}[2J\u{202e}b"), "a[2Jb");
        assert_eq!(bounded(&"x".repeat(5000)).len(), 200);
    }
}
