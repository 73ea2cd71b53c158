//! Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760): MD5, SHA-256 and SHA-512-256 with
//! their `-sess` forms, qop `auth` and `auth-int`, several realms at once.

mod answer;
mod challenge;
mod credentials;
mod strength;

use super::message::{Request, Response};
use super::value::{Params, split};
use crate::model::security::Weaker;
use answer::Answer;
use challenge::{Algorithm, Challenge, challenges};

pub use credentials::Credentials;
pub use strength::Strength;

/// The most realms that are remembered.
const MOST_REALMS: usize = 8;
/// The most challenges in a row that may call our nonce stale.
const MOST_STALE: u8 = 3;

/// Why a challenge cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The server refused an answer that was made for its latest nonce.
    #[error("the server refused the user name or the password")]
    WrongPassword,
    /// No challenge with an algorithm and a qop that are known here.
    #[error("the server offers no known way to authenticate")]
    Unsupported,
    /// Only MD5 is offered, though this account has signed in with better (RFC 8760 §2.3) or is
    /// to.
    #[error("{0}")]
    Weaker(Weaker),
    /// The response holds no challenge.
    #[error("the server refused without a challenge")]
    NoChallenge,
    /// The server did not prove that it knows the password, though it claims to (RFC 7616 §3.5).
    #[error("the server does not know this account's password")]
    WrongServer,
    /// The server calls every answer stale.
    #[error("the server asks to authenticate again and again")]
    Endless,
}

/// What is known of every realm that challenged: its nonce, how often it was used, its algorithm.
#[derive(Debug, Default)]
pub struct Authenticator {
    realms: Vec<Realm>,
    mechanism: &'static str,
}

#[derive(Debug)]
struct Realm {
    challenge: Challenge,
    /// How many answers used the nonce.
    count: u32,
    /// The cnonce of the first answer, which `-sess` binds the session to.
    cnonce: Option<String>,
    accepted: bool,
    stale: u8,
    /// What the last answer was made for: Request-URI, cnonce and count.
    last: Option<(String, String, u32)>,
}

impl Authenticator {
    /// Knows no realm.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the challenges of a 401 or 407, of each realm the strongest that is known here.
    /// MD5 is taken as far as `strength` allows. Whether our answer was refused is told from what
    /// was answered since the last challenge; `challenged_by` knows it exactly.
    ///
    /// # Errors
    /// See `DigestError`. After `WrongPassword` the realm is forgotten.
    pub fn challenged(
        &mut self,
        strength: &mut Strength,
        response: &Response,
    ) -> Result<(), DigestError> {
        self.take(strength, response, |realm| realm.count > 0)
    }

    /// As `challenged`, with the request that was refused: only credentials in it that used the
    /// nonce we still hold are taken for refused, so that several requests may be under way.
    ///
    /// # Errors
    /// As `challenged`.
    pub fn challenged_by(
        &mut self,
        strength: &mut Strength,
        request: &Request,
        response: &Response,
    ) -> Result<(), DigestError> {
        self.take(strength, response, |realm| {
            let name = realm.challenge.credentials_header();
            request.headers.all(name).filter_map(challenge::credentials).any(|(name, nonce)| {
                name == realm.challenge.realm && nonce == realm.challenge.nonce
            })
        })
    }

    /// Puts credentials for all known realms into a request, in place of those it has. `random`
    /// becomes the cnonce. A realm that the credentials know nothing for gets none. ACK repeats the credentials of its INVITE and does not come here
    /// (RFC 3261 §22.1).
    pub fn authorize(
        &mut self,
        request: &mut Request,
        credentials: &mut Credentials,
        random: [u8; 16],
    ) {
        request.headers.remove("Authorization");
        request.headers.remove("Proxy-Authorization");
        let fresh: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut weakest: Option<Algorithm> = None;
        for realm in &mut self.realms {
            if credentials.key(&realm.challenge).is_none() {
                credentials.learn(&realm.challenge);
            }
            let Some(key) = credentials.key(&realm.challenge) else { continue };
            realm.count = realm.count.saturating_add(1);
            let cnonce = match &realm.cnonce {
                Some(first) if realm.challenge.algorithm.session => first.as_str(),
                _ => fresh.as_str(),
            };
            let answer = Answer {
                challenge: &realm.challenge,
                username: credentials.username(),
                key,
                method: request.method.as_str(),
                uri: &request.uri,
                body: &request.body,
                count: realm.count,
                cnonce,
            };
            request.headers.push(realm.challenge.credentials_header(), answer.header());
            let algorithm = realm.challenge.algorithm;
            if weakest.is_none_or(|weakest| algorithm.hash < weakest.hash) {
                weakest = Some(algorithm);
            }
            realm.last = Some((request.uri.clone(), cnonce.to_owned(), realm.count));
            realm.cnonce.get_or_insert_with(|| fresh.clone());
        }
        if let Some(weakest) = weakest {
            self.mechanism = weakest.mechanism();
        }
    }

    /// The mechanism of the last answer, such as `DIGEST-SHA-256`; of answers for several realms
    /// the weakest, since that is what gives the password away. Empty before.
    pub fn mechanism(&self) -> &str {
        self.mechanism
    }

    /// To be called with every final response other than 401 and 407, and with every
    /// provisional one over 100, to a request that was authorized: a later challenge is then
    /// not taken for a wrong password. Reads `nextnonce` (RFC 7616 §3.5).
    pub fn accepted(&mut self, strength: &mut Strength, response: &Response) {
        for realm in &mut self.realms {
            if realm.count == 0 {
                continue;
            }
            realm.accepted = true;
            strength.accepted(&realm.challenge);
            realm.stale = 0;
            let value = response.headers.get(realm.info_header());
            if let Some(nonce) = value.and_then(|value| info(value, "nextnonce")) {
                realm.challenge.nonce = nonce;
                realm.count = 0;
                realm.cnonce = None;
            }
        }
    }

    /// Checks `rspauth` where a 2xx has it: only who knows the password can make it. To be
    /// called before `accepted`, with the answer to the last request that was authorized.
    ///
    /// # Errors
    /// `WrongServer`.
    pub fn verify(
        &self,
        response: &Response,
        credentials: &Credentials,
    ) -> Result<(), DigestError> {
        for realm in &self.realms {
            let Some(value) = response.headers.get(realm.info_header()) else { continue };
            let Some(claimed) = info(value, "rspauth") else { continue };
            let Some((uri, cnonce, count)) = &realm.last else { continue };
            // Made for another request: one that overtook this one.
            if info(value, "cnonce").is_some_and(|other| other != *cnonce) {
                continue;
            }
            let Some(key) = credentials.key(&realm.challenge) else { continue };
            let answer = Answer {
                challenge: &realm.challenge,
                username: credentials.username(),
                key,
                method: "",
                uri,
                body: &response.body,
                count: *count,
                cnonce,
            };
            if !claimed.eq_ignore_ascii_case(&answer.response()) {
                return Err(DigestError::WrongServer);
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        strength: &mut Strength,
        response: &Response,
        refused: impl Fn(&Realm) -> bool,
    ) -> Result<(), DigestError> {
        let mut offers = challenges(&response.headers);
        if !offers.any {
            return Err(DigestError::NoChallenge);
        }
        if offers.known.is_empty() {
            return Err(DigestError::Unsupported);
        }
        let weaker = offers.known.iter().find_map(|challenge| strength.check(challenge));
        offers.known.retain(|challenge| strength.check(challenge).is_none());
        if let Some(weaker) = weaker.filter(|_| offers.known.is_empty()) {
            return Err(DigestError::Weaker(weaker));
        }
        for challenge in offers.known {
            self.renew(challenge, &refused)?;
        }
        Ok(())
    }

    fn renew(
        &mut self,
        challenge: Challenge,
        refused: impl Fn(&Realm) -> bool,
    ) -> Result<(), DigestError> {
        let same = |realm: &Realm| {
            realm.challenge.proxy == challenge.proxy && realm.challenge.realm == challenge.realm
        };
        let mut stale = 0;
        if let Some(at) = self.realms.iter().position(same) {
            let old = self.realms.remove(at);
            let again = old.challenge.nonce == challenge.nonce;
            if refused(&old) && !challenge.stale && (again || !old.accepted) {
                return Err(DigestError::WrongPassword);
            }
            stale = old.stale + u8::from(challenge.stale);
            if stale > MOST_STALE {
                return Err(DigestError::Endless);
            }
            if again && !challenge.stale {
                self.realms.push(old);
                return Ok(());
            }
        }
        if self.realms.len() == MOST_REALMS {
            self.realms.remove(0);
        }
        self.realms.push(Realm {
            challenge,
            count: 0,
            cnonce: None,
            accepted: false,
            stale,
            last: None,
        });
        Ok(())
    }
}

impl Realm {
    fn info_header(&self) -> &'static str {
        match self.challenge.proxy {
            true => "Proxy-Authentication-Info",
            false => "Authentication-Info",
        }
    }
}

/// Whether the password is needed to answer a 401 or 407: some realm in it was not answered
/// before, and `credentials` hold no password. A response that no answer helps needs none.
pub fn needs_password(
    strength: &Strength,
    credentials: Option<&Credentials>,
    response: &Response,
) -> bool {
    let offers = challenges(&response.headers).known;
    let mut answerable = offers.iter().filter(|challenge| strength.check(challenge).is_none());
    answerable.any(|challenge| credentials.is_none_or(|known| !known.knows(challenge)))
}

/// Makes what answers the challenges of a 401 or 407, while the password is at hand.
pub fn learn(credentials: &mut Credentials, response: &Response) {
    challenges(&response.headers).known.iter().for_each(|challenge| credentials.learn(challenge));
}

/// Forgets what answered these challenges: it was refused.
pub fn forget(credentials: &mut Credentials, response: &Response) {
    credentials.forget(&challenges(&response.headers).known);
}

/// A parameter of Authentication-Info.
fn info(value: &str, name: &str) -> Option<String> {
    split(value, b',')
        .into_iter()
        .filter_map(|pair| Params::parse(pair).ok())
        .find_map(|pair| pair.get(name).map(str::to_owned))
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
