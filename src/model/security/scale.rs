//! The one scale on which both sides stand (CUSAX C62).

use serde::{Serialize, Serializer};

use super::{AuthRank, Security, Transport};
use crate::model::call::MediaProtection;

/// How well an account's way to its server is protected; a number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No TLS.
    NoTls = 0,
    /// TLS with a certificate that nobody verified.
    Unverified = 1,
    /// TLS, verified; the server gets the password itself, or a weak proof of it.
    WeakSignIn = 2,
    /// TLS, verified; a strong proof of the password.
    Strong = 3,
    /// The same, bound to the connection; or a certificate of ours.
    Bound = 4,
}

impl Level {
    /// Where a connection stands. A certificate that the user trusts by its fingerprint counts as
    /// verified: nobody else can have it.
    pub fn of(security: &Security) -> Self {
        let tls = match (&security.transport, &security.tls) {
            (Transport::Tls, Some(tls)) => tls,
            _ => return Self::NoTls,
        };
        if !tls.peer_verified && !tls.pinned {
            return Self::Unverified;
        }
        match AuthRank::of(&security.auth) {
            None | Some(AuthRank::Plain | AuthRank::DigestMd5) => Self::WeakSignIn,
            Some(AuthRank::External) => Self::Bound,
            Some(_) if security.auth.ends_with("-PLUS") => Self::Bound,
            Some(_) => Self::Strong,
        }
    }

    /// What of it both protocols can have: digest in SIP binds to no connection, so that a chat
    /// account is not ahead of its telephony by that alone.
    #[must_use]
    pub fn comparable(self) -> Self {
        self.min(Self::Strong)
    }

    /// The same in words, as they follow an account's name.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoTls => "not encrypted",
            Self::Unverified => "encrypted, but nobody knows to whom",
            Self::WeakSignIn => "encrypted, with a weak sign-in",
            Self::Strong => "encrypted, with a strong sign-in",
            Self::Bound => "encrypted, with a strong sign-in tied to the connection",
        }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

/// How well what is said or written is protected; a number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MediaLevel {
    /// Not at all.
    #[default]
    Open = 0,
    /// From hop to hop: every server on the way could read along.
    Hops = 1,
    /// From end to end, with keys that nobody compared.
    EndToEnd = 2,
    /// From end to end, with keys that were compared.
    Compared = 3,
}

impl MediaLevel {
    /// That of a call's sound. Keys in SDP are seen by every proxy; `protected`: at least our own
    /// leg of the signalling is encrypted.
    pub fn of_call(media: MediaProtection, protected: bool) -> Self {
        match media {
            MediaProtection::Sdes if protected => Self::Hops,
            MediaProtection::Dtls => Self::EndToEnd,
            MediaProtection::Sdes | MediaProtection::None => Self::Open,
        }
    }

    /// That of messages which go over a connection: they are encrypted to the provider at best.
    pub fn of_messages(level: Level) -> Self {
        if level == Level::NoTls { Self::Open } else { Self::Hops }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "not encrypted",
            Self::Hops => "encrypted to the provider",
            Self::EndToEnd => "encrypted end to end, not compared",
            Self::Compared => "encrypted end to end, compared",
        }
    }
}

impl Serialize for MediaLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::security::TlsFacts;

    fn security(transport: Transport, verified: bool, pinned: bool, auth: &str) -> Security {
        let tls = (transport == Transport::Tls).then(|| TlsFacts {
            peer_verified: verified,
            pinned,
            ..TlsFacts::default()
        });
        Security { transport, tls, auth: auth.to_owned() }
    }

    #[test]
    fn the_scale_has_a_place_for_every_connection() {
        for (transport, verified, pinned, auth, level) in [
            (Transport::Udp, false, false, "DIGEST-SHA-256", 0),
            (Transport::Tcp, false, false, "SCRAM-SHA-256", 0),
            (Transport::Tls, false, false, "SCRAM-SHA-512-PLUS", 1),
            (Transport::Tls, true, false, "PLAIN", 2),
            (Transport::Tls, true, false, "DIGEST-MD5", 2),
            (Transport::Tls, true, false, "", 2),
            (Transport::Tls, true, false, "X-UNKNOWN", 2),
            (Transport::Tls, true, false, "DIGEST-SHA-256", 3),
            (Transport::Tls, true, false, "DIGEST-SHA-512-256", 3),
            (Transport::Tls, true, false, "SCRAM-SHA-1", 3),
            (Transport::Tls, false, true, "SCRAM-SHA-256", 3),
            (Transport::Tls, true, false, "SCRAM-SHA-1-PLUS", 4),
            (Transport::Tls, true, false, "EXTERNAL", 4),
        ] {
            let of = Level::of(&security(transport, verified, pinned, auth));
            assert_eq!(of as u8, level, "{transport:?} {verified} {pinned} {auth}");
            assert_eq!(serde_json::to_string(&of).ok(), Some(level.to_string()));
        }
    }

    #[test]
    fn keys_that_went_in_the_clear_protect_nothing() {
        assert_eq!(MediaLevel::of_call(MediaProtection::None, true), MediaLevel::Open);
        assert_eq!(MediaLevel::of_call(MediaProtection::Sdes, false), MediaLevel::Open);
        assert_eq!(MediaLevel::of_call(MediaProtection::Sdes, true), MediaLevel::Hops);
        assert_eq!(MediaLevel::of_call(MediaProtection::Dtls, false), MediaLevel::EndToEnd);
        assert_eq!(MediaLevel::of_messages(Level::NoTls), MediaLevel::Open);
        assert_eq!(MediaLevel::of_messages(Level::Bound), MediaLevel::Hops);
    }
}
