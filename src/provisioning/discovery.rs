//! Where to look for a document, in which order: a link that the user opened, WebFinger
//! (RFC 7033), the domain's well-known place, the wizard. The next place is asked only where
//! the one before says that there is nothing; anything else stops, since going on would be what
//! an attacker on the way wants.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use super::fetch::{FetchError, Fetched};
use super::jrd::{self, JrdError};
use super::{REL, WELL_KNOWN};
use crate::model::BareJid;
use crate::model::address::is_forbidden;

/// What stands in a query as it is (RFC 7033 §4.1, RFC 3986 §2.3).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest web address, in bytes.
const MAX_URL: usize = 2_048;

/// The address that the user typed: `alice@example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: String,
}

/// Why something cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhereError {
    /// Not an address.
    #[error("“{0}” is not an address such as alice@example.com.")]
    Address(String),
    /// Not a link to a document.
    #[error(
        "“{0}” is not a link to a provider's document: it has to begin with https:// or cusax:https://."
    )]
    Link(String),
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !is_forbidden(*c)).take(80).collect()
}

impl Address {
    /// Reads an address: a user and a domain. `sip:` and `xmpp:` in front are taken as well.
    ///
    /// # Errors
    /// [`WhereError::Address`].
    pub fn parse(text: &str) -> Result<Self, WhereError> {
        let wrong = || WhereError::Address(shown(text));
        let plain = text.trim();
        let plain = ["sip:", "xmpp:", "acct:"]
            .iter()
            .find_map(|scheme| plain.strip_prefix(scheme))
            .unwrap_or(plain);
        // The rules of a chat address hold for this one: no spaces, no control characters.
        let jid = BareJid::new(plain).ok().filter(|jid| jid.node().is_some()).ok_or_else(wrong)?;
        if plain.chars().any(is_forbidden) {
            return Err(wrong());
        }
        let host = match Host::parse(jid.domain().as_str()).map_err(|_| wrong())? {
            Host::Domain(name) => name,
            // Nobody can show a certificate for who they are there.
            Host::Ipv4(_) | Host::Ipv6(_) => return Err(wrong()),
        };
        Ok(Self { text: jid.to_string(), host })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its domain, as DNS and certificates have it (IDNA).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The part before the `@`.
    pub fn user(&self) -> &str {
        self.text.split_once('@').map_or("", |(user, _)| user)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A web address that may be asked: `https`, a host, no user, not endless. The fragment goes.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text.trim()).ok()?;
    url.set_fragment(None);
    let fits = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= MAX_URL;
    fits.then_some(url)
}

/// Reads what the user typed or opened: `https://…` or `cusax:https://…`.
///
/// # Errors
/// [`WhereError::Link`].
pub fn link(text: &str) -> Result<Url, WhereError> {
    let plain = text.trim();
    let plain = match plain.get(..6) {
        Some(scheme) if scheme.eq_ignore_ascii_case("cusax:") => &plain[6..],
        _ => plain,
    };
    web_address(plain).ok_or_else(|| WhereError::Link(shown(text)))
}

/// Where a document was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// By a link that the user typed or opened.
    Link,
    /// By WebFinger at the address's domain.
    Webfinger,
    /// At the domain's well-known place.
    WellKnown,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask the domain's WebFinger.
    Webfinger(Url),
    /// Fetch a document.
    Document(Url, Source),
    /// Here it is.
    Found(Fetched, Source),
    /// There is none: the wizard.
    Nothing,
    /// Something is wrong.
    Stop(DiscoveryError),
}

/// Why the search stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DiscoveryError {
    /// While something was fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The domain's WebFinger answer.
    #[error("{host} gave an answer that cannot be used: {error}.")]
    Webfinger {
        /// Who answered.
        host: String,
        /// What is wrong with it.
        error: JrdError,
    },
}

/// The search for a document.
#[derive(Debug, Clone)]
pub struct Discovery {
    address: Option<Address>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Link,
    Webfinger,
    LinkOfWebfinger,
    WellKnown,
    Over,
}

impl Discovery {
    /// Begins with the link, if there is one, else with the address.
    pub fn new(address: Option<Address>, link: Option<Url>) -> (Self, Step) {
        let mut search = Self { address, stage: Stage::Link };
        let step = match link {
            Some(url) => Step::Document(url, Source::Link),
            None => search.nothing(),
        };
        (search, step)
    }

    /// Takes in what came of the step before.
    pub fn on_fetched(&mut self, fetched: Result<Fetched, FetchError>) -> Step {
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) if error.is_not_found() => return self.nothing(),
            Err(error) => return self.stop(error.into()),
        };
        let source = match self.stage {
            Stage::Webfinger => return self.on_webfinger(&fetched),
            Stage::Link => Source::Link,
            Stage::LinkOfWebfinger => Source::Webfinger,
            Stage::WellKnown => Source::WellKnown,
            Stage::Over => return Step::Nothing,
        };
        self.stage = Stage::Over;
        Step::Found(fetched, source)
    }

    fn on_webfinger(&mut self, fetched: &Fetched) -> Step {
        match jrd::read(fetched.media_type.as_deref(), &fetched.body) {
            Ok(Some(url)) => {
                self.stage = Stage::LinkOfWebfinger;
                Step::Document(url, Source::Webfinger)
            }
            Ok(None) => self.nothing(),
            Err(error) => {
                let host = fetched.url.host_str().unwrap_or_default().to_owned();
                self.stop(DiscoveryError::Webfinger { host, error })
            }
        }
    }

    fn stop(&mut self, error: DiscoveryError) -> Step {
        self.stage = Stage::Over;
        Step::Stop(error)
    }

    /// The next place, since there was nothing at this one.
    fn nothing(&mut self) -> Step {
        let (stage, place) = match (self.stage, &self.address) {
            (Stage::Link, Some(address)) => (Stage::Webfinger, webfinger(address)),
            (Stage::Webfinger | Stage::LinkOfWebfinger, Some(address)) => (
                Stage::WellKnown,
                Url::parse(&format!("https://{}{WELL_KNOWN}", address.host)).ok(),
            ),
            _ => (Stage::Over, None),
        };
        self.stage = if place.is_some() { stage } else { Stage::Over };
        match place {
            Some(url) if stage == Stage::Webfinger => Step::Webfinger(url),
            Some(url) => Step::Document(url, Source::WellKnown),
            None => Step::Nothing,
        }
    }
}

/// `https://HOST/.well-known/webfinger?resource=…&rel=…` (RFC 7033 §4.1).
fn webfinger(address: &Address) -> Option<Url> {
    // The domain of `acct:` in the form that DNS has; the user as typed.
    let resource = format!("acct:{}@{}", address.user(), address.host);
    let (resource, rel) = (utf8_percent_encode(&resource, QUERY), utf8_percent_encode(REL, QUERY));
    let host = &address.host;
    Url::parse(&format!("https://{host}/.well-known/webfinger?resource={resource}&rel={rel}")).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::model::fault::{CertificateFault, Fault};

    fn address() -> Address {
        Address::parse("alice@example.com").unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn fetched(body: &str) -> Fetched {
        Fetched {
            url: url("https://example.com/x"),
            media_type: Some("application/jrd+json".to_owned()),
            etag: None,
            body: body.as_bytes().to_vec(),
            authenticated: false,
            foreign: None,
        }
    }

    fn not_found() -> Result<Fetched, FetchError> {
        Err(FetchError::NotFound { host: "example.com".to_owned() })
    }

    const WEBFINGER: &str = "https://example.com/.well-known/webfinger?resource=acct%3Aalice%40example.com&rel=https%3A%2F%2Fcusax.example%2Frel%2Fprovisioning";

    #[test]
    fn without_a_link_the_order_is_webfinger_well_known_wizard() {
        let (mut search, step) = Discovery::new(Some(address()), None);
        assert_eq!(step, Step::Webfinger(url(WEBFINGER)));
        let well_known = url("https://example.com/.well-known/cusax-provisioning");
        assert_eq!(search.on_fetched(not_found()), Step::Document(well_known, Source::WellKnown));
        assert_eq!(search.on_fetched(not_found()), Step::Nothing);
        assert_eq!(search.on_fetched(not_found()), Step::Nothing);
    }

    #[test]
    fn a_link_comes_first() {
        let prov = url("https://prov.example.com/cusax/v1?user=alice");
        assert_eq!(link("cusax:https://prov.example.com/cusax/v1?user=alice#x"), Ok(prov.clone()));
        let (mut search, step) = Discovery::new(Some(address()), Some(prov.clone()));
        assert_eq!(step, Step::Document(prov.clone(), Source::Link));
        assert_eq!(search.on_fetched(not_found()), Step::Webfinger(url(WEBFINGER)));
        let (mut search, _) = Discovery::new(None, Some(prov.clone()));
        assert_eq!(search.on_fetched(not_found()), Step::Nothing);
        let (mut search, _) = Discovery::new(None, Some(prov));
        assert!(matches!(search.on_fetched(Ok(fetched("{}"))), Step::Found(_, Source::Link)));
    }

    #[test]
    fn the_link_of_webfinger_is_followed() {
        let (mut search, _) = Discovery::new(Some(address()), None);
        let answer = format!(r#"{{"links":[{{"rel":"{REL}","href":"https://p.example/d"}}]}}"#);
        let step = search.on_fetched(Ok(fetched(&answer)));
        assert_eq!(step, Step::Document(url("https://p.example/d"), Source::Webfinger));
        assert!(matches!(search.on_fetched(Ok(fetched("{}"))), Step::Found(_, Source::Webfinger)));
        let (mut search, _) = Discovery::new(Some(address()), None);
        assert!(matches!(
            search.on_fetched(Ok(fetched("{}"))),
            Step::Document(_, Source::WellKnown)
        ));
    }

    #[test]
    fn what_is_not_a_plain_no_stops() {
        let host = || "example.com".to_owned();
        for error in [
            FetchError::Fault { host: host(), fault: Fault::from(CertificateFault::Expired) },
            FetchError::Fault { host: host(), fault: Fault::Refused(host()) },
            FetchError::Fault { host: host(), fault: Fault::TimedOut(host()) },
            FetchError::Status { host: host(), status: 400 },
            FetchError::Status { host: host(), status: 503 },
            FetchError::Insecure { host: host() },
            FetchError::TooLong { host: host() },
        ] {
            let (mut search, _) = Discovery::new(Some(address()), None);
            let step = search.on_fetched(Err(error.clone()));
            assert_eq!(step, Step::Stop(error.into()));
            assert_eq!(search.on_fetched(not_found()), Step::Nothing, "it is over");
        }
        let (mut search, _) = Discovery::new(Some(address()), None);
        let step = search.on_fetched(Ok(fetched("<html>")));
        assert!(matches!(step, Step::Stop(DiscoveryError::Webfinger { .. })), "{step:?}");
        let unknown = Fault::UnknownHost("example.com".to_owned());
        let (mut search, _) = Discovery::new(Some(address()), None);
        let step = search.on_fetched(Err(FetchError::Fault { host: host(), fault: unknown }));
        assert!(matches!(step, Step::Document(_, Source::WellKnown)), "{step:?}");
    }

    #[test]
    fn addresses_and_links_are_read_strictly() {
        for bad in [
            "",
            "alice",
            "@example.com",
            "alice@",
            "a b@c.example",
            "alice@127.0.0.1",
            "alice@[::1]",
            "alice@example.com/x",
            "al\u{202e}ice@example.com",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Address::parse(" sip:alice@example.com ").unwrap(), address());
        let idn = Address::parse("andré@bücher.example").unwrap();
        assert_eq!(idn.host(), "xn--bcher-kva.example");
        let asked = webfinger(&idn).unwrap();
        assert_eq!(
            asked.query().unwrap().split('&').next(),
            Some("resource=acct%3Aandr%C3%A9%40xn--bcher-kva.example")
        );
        let odd = webfinger(&Address::parse("a=b+c@example.com").unwrap()).unwrap();
        assert!(odd.query().unwrap().starts_with("resource=acct%3Aa%3Db%2Bc%40example.com&rel="));
        for bad in [
            "http://a.example/",
            "cusax:http://a.example/",
            "cusax:file:///x",
            "https://u@a.example/",
            "javascript:x",
            "cüsax:x",
            "",
        ] {
            assert!(link(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(text in "\\PC{0,60}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(webfinger(&address).is_some());
            }
            if let Ok(url) = link(&text) {
                prop_assert_eq!(url.scheme(), "https");
            }
        }
    }
}
