//! The client's part of SCRAM (RFC 5802 §3, RFC 7677), pure. Written here and not taken from the
//! SASL library, since that keeps the password in memory that is never wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::Digest as _;
use zeroize::Zeroizing;

use crate::secrets::scrubbed;

/// The hash function of a mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// How the exchange is bound to the channel (RFC 5801 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Channel {
    /// `n`: we cannot bind.
    Cannot,
    /// `y`: we could; the server did not offer it.
    NotOffered,
    /// `p=tls-exporter` with its data (RFC 9266).
    Exporter(Vec<u8>),
}

/// Why a challenge cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ScramError {
    #[error("the server's sign-in challenge cannot be read")]
    Challenge,
    #[error("the server's sign-in needs something that is not known here")]
    Extension,
}

/// One exchange.
#[derive(Debug)]
pub(super) struct Scram {
    hash: Hash,
    channel: Channel,
    /// The first message without its head.
    bare: String,
}

/// What is sent in answer to a challenge, and what the server then has to say.
pub(super) struct Answer {
    pub message: String,
    signature: Vec<u8>,
}

impl Scram {
    /// Begins an exchange. `random` makes the nonce.
    pub fn new(hash: Hash, channel: Channel, user: &str, random: [u8; 24]) -> Self {
        // RFC 5802 §5.1: the two characters with a meaning of their own.
        let user = user.replace('=', "=3D").replace(',', "=2C");
        Self { hash, channel, bare: format!("n={user},r={}", BASE64.encode(random)) }
    }

    /// The first message.
    pub fn first(&self) -> String {
        format!("{}{}", self.head(), self.bare)
    }

    /// Answers the server's first message. Takes as long as the server wants it to, so it
    /// belongs on a thread of its own.
    ///
    /// # Errors
    /// When the challenge cannot be read, or has an extension that must be known.
    pub fn answer(&self, challenge: &str, password: &str) -> Result<Answer, ScramError> {
        let field = |name: &str| challenge.split(',').find_map(|part| part.strip_prefix(name));
        if field("m=").is_some() {
            return Err(ScramError::Extension);
        }
        let nonce = field("r=").ok_or(ScramError::Challenge)?;
        let salt = field("s=").and_then(|text| BASE64.decode(text).ok());
        let salt = salt.ok_or(ScramError::Challenge)?;
        let rounds = field("i=").and_then(|text| text.parse().ok()).ok_or(ScramError::Challenge)?;
        let bound = match &self.channel {
            Channel::Exporter(data) => [self.head().as_bytes(), data].concat(),
            _ => self.head().as_bytes().to_vec(),
        };
        let without_proof = format!("c={},r={nonce}", BASE64.encode(bound));
        let all = format!("{},{challenge},{without_proof}", self.bare);
        let hash = self.hash;
        let salted = scrubbed(|| hash.salted(password.as_bytes(), &salt, rounds));
        let client = hash.mac(&salted, b"Client Key");
        let signature = hash.mac(&hash.of(&client), all.as_bytes());
        let proof: Vec<u8> = client.iter().zip(signature.iter()).map(|(a, b)| a ^ b).collect();
        let server = hash.mac(&salted, b"Server Key");
        Ok(Answer {
            message: format!("{without_proof},p={}", BASE64.encode(proof)),
            signature: hash.mac(&server, all.as_bytes()).to_vec(),
        })
    }

    fn head(&self) -> &'static str {
        match self.channel {
            Channel::Cannot => "n,,",
            Channel::NotOffered => "y,,",
            Channel::Exporter(_) => "p=tls-exporter,,",
        }
    }
}

impl Answer {
    /// Whether the server's last message proves that it knows the password.
    pub fn is_proven_by(&self, last: &[u8]) -> bool {
        let text = std::str::from_utf8(last).unwrap_or_default();
        let value = text.split(',').next().and_then(|part| part.strip_prefix("v="));
        let said = value.and_then(|text| BASE64.decode(text).ok());
        said.is_some_and(|said| said == self.signature)
    }
}

impl Hash {
    fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(data).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(data).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(data).to_vec(),
        }
    }

    fn mac(self, key: &[u8], data: &[u8]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Sha1 => mac::<Hmac<sha1::Sha1>>(key, data),
            Self::Sha256 => mac::<Hmac<sha2::Sha256>>(key, data),
            Self::Sha512 => mac::<Hmac<sha2::Sha512>>(key, data),
        }
    }

    /// `Hi()`: PBKDF2 with one block (RFC 5802 §2.2).
    fn salted(self, password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; self.of(b"").len()]);
        // Fails only for a length that HMAC cannot take, and HMAC takes any.
        let _ = match self {
            Self::Sha1 => pbkdf2::pbkdf2::<Hmac<sha1::Sha1>>(password, salt, rounds, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2::<Hmac<sha2::Sha256>>(password, salt, rounds, &mut key),
            Self::Sha512 => pbkdf2::pbkdf2::<Hmac<sha2::Sha512>>(password, salt, rounds, &mut key),
        };
        key
    }
}

fn mac<M: Mac + hmac::digest::KeyInit>(key: &[u8], data: &[u8]) -> Zeroizing<Vec<u8>> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return Zeroizing::default() };
    mac.update(data);
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn exchange(hash: Hash, nonce: &str, challenge: &str) -> Answer {
        let mut scram = Scram::new(hash, Channel::Cannot, "user", [0; 24]);
        scram.bare = format!("n=user,r={nonce}");
        scram.answer(challenge, "pencil").unwrap()
    }

    #[test]
    fn rfc_5802_5() {
        let challenge = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
        let answer = exchange(Hash::Sha1, "fyko+d2lbbFgONRv9qkxdawL", challenge);
        assert_eq!(
            answer.message,
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
        );
        assert!(answer.is_proven_by(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
        for wrong in [b"v=rmF9pqV8S7suAoZWja4dJRkFsKA=".as_slice(), b"", b"e=other-error", &[0xff]]
        {
            assert!(!answer.is_proven_by(wrong));
        }
    }

    #[test]
    fn rfc_7677_3() {
        let challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                         s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let answer = exchange(Hash::Sha256, "rOprNGfwEbeRWgbNEkqO", challenge);
        assert_eq!(
            answer.message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(answer.is_proven_by(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    #[test]
    fn sha_512_agrees_with_the_standard() {
        // RFC 4231 §4.3 (HMAC, test case 2).
        let mac = Hash::Sha512.mac(b"Jefe", b"what do ya want for nothing?");
        assert!(
            hex(&mac)
                .starts_with("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554")
        );
        let key = Hash::Sha512.salted(b"password", b"salt", 1);
        assert!(
            hex(&key)
                .starts_with("867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252")
        );
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let scram = Scram::new(Hash::Sha256, Channel::NotOffered, "a,b=c", [7; 24]);
        assert!(scram.first().starts_with("y,,n=a=2Cb=3Dc,r="));
        for (challenge, error) in [
            ("r=x,i=4096", ScramError::Challenge),
            ("s=QSXCR,i=4096", ScramError::Challenge),
            ("r=x,s=~,i=4096", ScramError::Challenge),
            ("r=x,s=QSXC,i=many", ScramError::Challenge),
            ("m=new,r=x,s=QSXC,i=4096", ScramError::Extension),
        ] {
            assert_eq!(scram.answer(challenge, "pencil").err(), Some(error), "{challenge}");
        }
    }
}
