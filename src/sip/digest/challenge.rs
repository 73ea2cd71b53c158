//! WWW-Authenticate and Proxy-Authenticate read (RFC 7616 §3.3).

use crate::model::security::AuthRank;
use crate::sip::message::Headers;
use crate::sip::value::{Params, is_token, split};

/// The hash function, strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hash {
    Md5,
    Sha256,
    Sha512_256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub hash: Hash,
    /// `-sess`.
    pub session: bool,
}

impl Algorithm {
    pub fn mechanism(self) -> &'static str {
        match self.hash {
            Hash::Md5 => "DIGEST-MD5",
            Hash::Sha256 => "DIGEST-SHA-256",
            Hash::Sha512_256 => "DIGEST-SHA-512-256",
        }
    }

    pub fn rank(self) -> AuthRank {
        match self.hash {
            Hash::Md5 => AuthRank::DigestMd5,
            Hash::Sha256 => AuthRank::DigestSha256,
            Hash::Sha512_256 => AuthRank::DigestSha512,
        }
    }

    fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        let (name, session) = match name.strip_suffix("-SESS") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let hash = match name {
            "MD5" => Hash::Md5,
            "SHA-256" => Hash::Sha256,
            "SHA-512-256" => Hash::Sha512_256,
            _ => return None,
        };
        Some(Self { hash, session })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qop {
    /// None offered: the way of RFC 2069.
    Legacy,
    Auth,
    AuthInt,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub proxy: bool,
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    /// The algorithm's name as offered; `None` when MD5 was not named.
    pub algorithm_name: Option<String>,
    pub qop: Qop,
    pub stale: bool,
    pub userhash: bool,
}

impl Challenge {
    pub fn credentials_header(&self) -> &'static str {
        if self.proxy { "Proxy-Authorization" } else { "Authorization" }
    }

    fn of(proxy: bool, pairs: &Params) -> Option<Self> {
        let algorithm_name = pairs.get("algorithm").map(str::to_owned);
        let qop = match pairs.get("qop") {
            None => Qop::Legacy,
            Some(list) => {
                let offers =
                    |name: &str| list.split(',').any(|qop| qop.trim().eq_ignore_ascii_case(name));
                match () {
                    () if offers("auth") => Qop::Auth,
                    () if offers("auth-int") => Qop::AuthInt,
                    () => return None,
                }
            }
        };
        let is =
            |name: &str| pairs.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Some(Self {
            proxy,
            realm: pairs.get("realm")?.to_owned(),
            nonce: pairs.get("nonce").filter(|nonce| !nonce.is_empty())?.to_owned(),
            opaque: pairs.get("opaque").map(str::to_owned),
            algorithm: Algorithm::of(algorithm_name.as_deref().unwrap_or("MD5"))?,
            algorithm_name,
            qop,
            stale: is("stale"),
            userhash: is("userhash"),
        })
    }
}

/// What a response offers.
pub(super) struct Offers {
    /// The strongest challenge of each realm that can be answered.
    pub known: Vec<Challenge>,
    /// Whether there was any challenge at all.
    pub any: bool,
}

pub(super) fn challenges(headers: &Headers) -> Offers {
    let mut offers = Offers { known: Vec::new(), any: false };
    for (name, proxy) in [("WWW-Authenticate", false), ("Proxy-Authenticate", true)] {
        for (scheme, pairs) in headers.all(name).flat_map(schemes) {
            offers.any = true;
            if !scheme.eq_ignore_ascii_case("Digest") {
                continue;
            }
            let Some(new) = Challenge::of(proxy, &pairs) else {
                continue;
            };
            let same = |old: &&mut Challenge| old.proxy == proxy && old.realm == new.realm;
            match offers.known.iter_mut().find(same) {
                Some(old) if old.algorithm.hash < new.algorithm.hash => *old = new,
                Some(_) => {}
                None => offers.known.push(new),
            }
        }
    }
    offers
}

/// Realm and nonce of an Authorization value.
pub(super) fn credentials(line: &str) -> Option<(String, String)> {
    let (_, pairs) = schemes(line).into_iter().next()?;
    Some((pairs.get("realm")?.to_owned(), pairs.get("nonce")?.to_owned()))
}

/// Cuts a header line into schemes with their parameters. One line may hold several challenges,
/// each of which starts where a scheme stands before a parameter.
pub(super) fn schemes(line: &str) -> Vec<(String, Params)> {
    let mut found: Vec<(String, Params)> = Vec::new();
    for piece in split(line, b',') {
        let (first, rest) = piece.split_once([' ', '\t']).unwrap_or((piece, ""));
        let mut pair = piece;
        if is_token(first) && !rest.trim_start().starts_with('=') {
            if rest.is_empty() && !found.is_empty() {
                continue;
            }
            found.push((first.to_owned(), Params::default()));
            pair = rest;
        }
        let Some((_, pairs)) = found.last_mut() else {
            continue;
        };
        for param in Params::parse(pair).unwrap_or_default().iter() {
            if !pairs.has(param.name()) {
                pairs.set(param.name(), param.value());
            }
        }
    }
    found
}
