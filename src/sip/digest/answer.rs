//! The answer to a challenge (RFC 7616 §3.4).

use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};
use zeroize::Zeroizing;

use super::challenge::{Challenge, Hash, Qop};
use crate::secrets::scrubbed;
use crate::sip::value::quoted;

pub(super) struct Answer<'a> {
    pub challenge: &'a Challenge,
    pub username: &'a str,
    /// What [`secret`] made for this challenge.
    pub key: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub body: &'a [u8],
    pub count: u32,
    pub cnonce: &'a str,
}

impl Answer<'_> {
    /// The value of the Authorization header.
    pub fn header(&self) -> String {
        let challenge = self.challenge;
        let mut out = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
            quoted(&self.username()),
            quoted(&challenge.realm),
            quoted(&challenge.nonce),
            quoted(self.uri),
            self.response(),
        );
        if let Some(name) = &challenge.algorithm_name {
            out += &format!(", algorithm={name}");
        }
        if let Some(opaque) = &challenge.opaque {
            out += &format!(", opaque={}", quoted(opaque));
        }
        match self.qop() {
            Some(qop) => {
                out +=
                    &format!(", qop={qop}, nc={:08x}, cnonce={}", self.count, quoted(self.cnonce));
            }
            // The server needs it to compute the session's key.
            None if challenge.algorithm.session => {
                out += &format!(", cnonce={}", quoted(self.cnonce));
            }
            None => {}
        }
        if challenge.userhash {
            out += ", userhash=true";
        }
        out
    }

    /// The user name, or its hash where the server wants that (RFC 7616 §3.4.4).
    pub fn username(&self) -> String {
        if self.challenge.userhash {
            self.hash(&[self.username.as_bytes(), self.challenge.realm.as_bytes()])
        } else {
            self.username.to_owned()
        }
    }

    /// The response parameter (RFC 7616 §3.4.1).
    pub fn response(&self) -> String {
        let nonce = self.challenge.nonce.as_bytes();
        let mut key = Zeroizing::new(self.key.to_owned());
        if self.challenge.algorithm.session {
            key = Zeroizing::new(self.hash(&[key.as_bytes(), nonce, self.cnonce.as_bytes()]));
        }
        let method = self.method.as_bytes();
        let uri = self.uri.as_bytes();
        let request = match self.challenge.qop {
            Qop::AuthInt => self.hash(&[method, uri, self.hash(&[self.body]).as_bytes()]),
            Qop::Auth | Qop::Legacy => self.hash(&[method, uri]),
        };
        match self.qop() {
            Some(qop) => self.hash(&[
                key.as_bytes(),
                nonce,
                format!("{:08x}", self.count).as_bytes(),
                self.cnonce.as_bytes(),
                qop.as_bytes(),
                request.as_bytes(),
            ]),
            None => self.hash(&[key.as_bytes(), nonce, request.as_bytes()]),
        }
    }

    fn qop(&self) -> Option<&'static str> {
        match self.challenge.qop {
            Qop::Legacy => None,
            Qop::Auth => Some("auth"),
            Qop::AuthInt => Some("auth-int"),
        }
    }

    /// The hash of the parts with colons between them, in lower-case hexadecimal.
    fn hash(&self, parts: &[&[u8]]) -> String {
        hash(self.challenge.algorithm.hash, parts)
    }
}

/// What stands for the password in every answer to challenges of this realm and algorithm: the
/// hash of user name, realm and password (RFC 7616 §3.4.2).
pub(super) fn secret(challenge: &Challenge, username: &str, password: &str) -> Zeroizing<String> {
    let parts = [username.as_bytes(), challenge.realm.as_bytes(), password.as_bytes()];
    scrubbed(|| Zeroizing::new(hash(challenge.algorithm.hash, &parts)))
}

fn hash(function: Hash, parts: &[&[u8]]) -> String {
    match function {
        Hash::Md5 => hex::<Md5>(parts),
        Hash::Sha256 => hex::<Sha256>(parts),
        Hash::Sha512_256 => hex::<Sha512_256>(parts),
    }
}

fn hex<D: Digest>(parts: &[&[u8]]) -> String {
    let mut hash = D::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            hash.update(b":");
        }
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
