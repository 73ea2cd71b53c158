//! What may be asked, of whom, with what; and what an answer means. Redirects and credentials are
//! decided here and nowhere else: the edge sends one request at a time.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use url::{Host, Origin, Url};

use super::MEDIA_TYPE;
use super::discovery::web_address;
use crate::model::fault::Fault;

/// The most that one fetch may take, redirects among it.
pub const LIMIT: Duration = Duration::from_secs(15);
/// The most redirects.
pub const MAX_REDIRECTS: u8 = 5;

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A WebFinger answer: public, so never with credentials.
    Webfinger,
    /// A provisioning document.
    Document,
}

/// A way to show who asks (RFC 7617, RFC 6750).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Address and password.
    Basic,
    /// The password as a token.
    Bearer,
}

/// What the user settled before.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// The domain of the address that they typed.
    pub domain: Option<String>,
    /// Hosts that they typed, or confirmed by name.
    pub hosts: BTreeSet<String>,
    /// There is a password to show.
    pub has_password: bool,
    /// What the server called the edition that we have.
    pub etag: Option<String>,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Where to.
    pub url: Url,
    /// `Accept`.
    pub accept: &'static str,
    /// `If-None-Match`.
    pub etag: Option<String>,
    /// Send the user's credentials in this form.
    pub credentials: Option<Scheme>,
    /// Addresses of this machine and of the local network are not asked.
    pub public_only: bool,
}

/// An answer. Its body is at most [`MAX_BYTES`](super::MAX_BYTES) long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// `Content-Type`.
    pub media_type: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// Every `WWW-Authenticate`.
    pub challenges: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// From where, redirects followed.
    pub url: Url,
    /// `Content-Type`.
    pub media_type: Option<String>,
    /// What the server calls this edition.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// The user's credentials were asked for and taken.
    pub authenticated: bool,
    /// A redirect led to this host of another origin, which nobody confirmed.
    pub foreign: Option<String>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Send this.
    Send(Request),
    /// Here it is.
    Done(Fetched),
    /// Nothing changed since the edition that we have.
    Unchanged,
    /// It cannot be had.
    Failed(FetchError),
}

/// Why something cannot be had. Every text names the host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// 404 or 410.
    #[error("{host} has no such document.")]
    NotFound {
        /// Who says so.
        host: String,
    },
    /// Another status than success.
    #[error("{host} answered with an error ({status}).")]
    Status {
        /// Who.
        host: String,
        /// Which.
        status: u16,
    },
    /// No answer, or a certificate that does not fit.
    #[error("{host} could not be asked. {fault}")]
    Fault {
        /// Who.
        host: String,
        /// What went wrong.
        fault: Fault,
    },
    /// Not HTTP as it should be.
    #[error("{host} gave an answer that cannot be used: {what}.")]
    Malformed {
        /// Who.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// More than is read.
    #[error("{host} gave an answer that is too long.")]
    TooLong {
        /// Who.
        host: String,
    },
    /// A redirect to something else than https.
    #[error("{host} wanted to send on to an address that is not secure. It was not followed.")]
    Insecure {
        /// Who sends there.
        host: String,
    },
    /// A redirect to this machine or the local network.
    #[error(
        "{host} wanted to send on to an address in the local network ({to}). It was not followed."
    )]
    Local {
        /// Who sends there.
        host: String,
        /// Where.
        to: String,
    },
    /// More redirects than are followed.
    #[error("{host} sent on too many times.")]
    TooManyRedirects {
        /// The last one.
        host: String,
    },
    /// It wants to know who asks, and no password was typed.
    #[error("{host} asks for your address and password.")]
    PasswordNeeded {
        /// Who asks.
        host: String,
    },
    /// It wants the password, and is not of the address's domain.
    #[error(
        "{host} asks for your password. It does not belong to the domain of your address: only go on if you know it."
    )]
    ConfirmHost {
        /// Who asks.
        host: String,
    },
    /// The password was refused.
    #[error("{host} refused this address or password. Check them and try again.")]
    WrongPassword {
        /// Who.
        host: String,
    },
    /// A way to sign in that we do not know.
    #[error("{host} asks to sign in in a way that Dovetail does not know.")]
    UnknownScheme {
        /// Who asks.
        host: String,
    },
}

impl FetchError {
    /// Whether it says that there is nothing, so that another place may be asked.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Fault { fault: Fault::UnknownHost(_), .. })
    }

    /// Who it is about.
    pub fn host(&self) -> &str {
        match self {
            Self::NotFound { host }
            | Self::Status { host, .. }
            | Self::Fault { host, .. }
            | Self::Malformed { host, .. }
            | Self::TooLong { host }
            | Self::Insecure { host }
            | Self::Local { host, .. }
            | Self::TooManyRedirects { host }
            | Self::PasswordNeeded { host }
            | Self::ConfirmHost { host }
            | Self::WrongPassword { host }
            | Self::UnknownScheme { host } => host,
        }
    }
}

/// One fetch under way.
#[derive(Debug, Clone)]
pub struct Fetch {
    kind: Kind,
    consent: Consent,
    first: Origin,
    url: Url,
    redirects: u8,
    credentials: Option<Scheme>,
    authenticated: bool,
}

/// The host of a web address, as messages and confirmations name it.
pub fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

impl Fetch {
    /// Begins.
    pub fn new(kind: Kind, url: Url, consent: Consent) -> (Self, Next) {
        let fetch = Self {
            kind,
            consent,
            first: url.origin(),
            url,
            redirects: 0,
            credentials: None,
            authenticated: false,
        };
        let request = fetch.request();
        let next = match web_address(fetch.url.as_str()) {
            Some(_) => Next::Send(request),
            None => Next::Failed(FetchError::Insecure { host: fetch.host() }),
        };
        (fetch, next)
    }

    fn host(&self) -> String {
        host_of(&self.url)
    }

    fn is_first_origin(&self) -> bool {
        self.url.origin() == self.first
    }

    /// The host is the address's own domain, or below it: the user typed that.
    fn is_at_home(&self) -> bool {
        let domain = self.consent.domain.as_deref();
        self.redirects == 0 && domain.is_some_and(|domain| is_within(&self.host(), domain))
    }

    fn request(&self) -> Request {
        let accept = match self.kind {
            Kind::Webfinger => "application/jrd+json, application/json;q=0.5",
            Kind::Document => concat!("application/vnd.cusax+json", ", application/json;q=0.5"),
        };
        debug_assert!(self.kind == Kind::Webfinger || accept.starts_with(MEDIA_TYPE));
        Request {
            url: self.url.clone(),
            accept,
            // What an edition is called is between us and who gave it.
            etag: self.consent.etag.clone().filter(|_| self.is_first_origin()),
            credentials: self.credentials,
            public_only: !self.consent.hosts.contains(&self.host()) && !self.is_at_home(),
        }
    }

    /// Takes in the answer to the request before.
    pub fn on_answer(&mut self, answer: Answer) -> Next {
        let host = self.host();
        match answer.status {
            200 => self.on_body(answer),
            304 if self.request().etag.is_some() => Next::Unchanged,
            301 | 302 | 303 | 307 | 308 => self.on_redirect(answer.location.as_deref()),
            401 if self.kind == Kind::Document => self.on_challenge(&answer.challenges),
            404 | 410 => Next::Failed(FetchError::NotFound { host }),
            status => Next::Failed(FetchError::Status { host, status }),
        }
    }

    fn on_body(&mut self, answer: Answer) -> Next {
        self.authenticated = self.credentials.is_some();
        let host = self.host();
        let is_foreign = !self.is_first_origin() && !self.consent.hosts.contains(&host);
        Next::Done(Fetched {
            url: self.url.clone(),
            media_type: answer.media_type,
            etag: answer.etag.filter(|etag| is_etag(etag)),
            body: answer.body,
            authenticated: self.authenticated,
            foreign: (is_foreign && self.kind == Kind::Document).then_some(host),
        })
    }

    fn on_redirect(&mut self, location: Option<&str>) -> Next {
        let host = self.host();
        if self.redirects >= MAX_REDIRECTS {
            return Next::Failed(FetchError::TooManyRedirects { host });
        }
        let Some(target) = location.and_then(|location| self.url.join(location).ok()) else {
            let what = "it sends on to nowhere".to_owned();
            return Next::Failed(FetchError::Malformed { host, what });
        };
        let Some(target) = web_address(target.as_str()) else {
            return Next::Failed(FetchError::Insecure { host });
        };
        let to = host_of(&target);
        if is_local_host(&target) && !self.consent.hosts.contains(&to) {
            return Next::Failed(FetchError::Local { host, to });
        }
        // Credentials were for one origin; another may ask for them anew.
        if target.origin() != self.url.origin() {
            self.credentials = None;
        }
        self.url = target;
        self.redirects += 1;
        Next::Send(self.request())
    }

    fn on_challenge(&mut self, challenges: &[String]) -> Next {
        let host = self.host();
        if self.credentials.is_some() {
            return Next::Failed(FetchError::WrongPassword { host });
        }
        let Some(scheme) = scheme(challenges) else {
            return Next::Failed(FetchError::UnknownScheme { host });
        };
        // A redirect's target has to be confirmed by name, also below the own domain.
        let of_domain = self.is_first_origin()
            && self.consent.domain.as_deref().is_some_and(|domain| is_within(&host, domain));
        if !of_domain && !self.consent.hosts.contains(&host) {
            return Next::Failed(FetchError::ConfirmHost { host });
        }
        if !self.consent.has_password {
            return Next::Failed(FetchError::PasswordNeeded { host });
        }
        self.credentials = Some(scheme);
        Next::Send(self.request())
    }
}

/// Whether a host is a domain's or below it.
pub fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.trim_end_matches('.'), domain.trim_end_matches('.'));
    host == domain
        || host.strip_suffix(domain).is_some_and(|rest| !domain.is_empty() && rest.ends_with('.'))
}

/// The scheme to use of those that are asked for (RFC 9110 §11.6.1): what a Basic challenge
/// wants, we have; what a Bearer challenge wants may be the same.
fn scheme(challenges: &[String]) -> Option<Scheme> {
    // A scheme's name stands at the beginning or behind a comma; what is quoted is a value.
    let mut found = None;
    for challenge in challenges {
        let plain: String = challenge.split('"').step_by(2).collect();
        for part in plain.split(',') {
            match part.split_whitespace().next() {
                Some(name) if name.eq_ignore_ascii_case("basic") => return Some(Scheme::Basic),
                Some(name) if name.eq_ignore_ascii_case("bearer") => found = Some(Scheme::Bearer),
                _ => {}
            }
        }
    }
    found
}

/// An entity tag (RFC 9110 §8.8.3), as it may be sent back.
fn is_etag(etag: &str) -> bool {
    let opaque = etag.strip_prefix("W/").unwrap_or(etag);
    let plain = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    etag.len() <= 256
        && plain.is_some_and(|tag| tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
}

/// Whether a web address is of this machine or the local network by its very text.
fn is_local_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost") || name.ends_with(".local")
        }
        Some(Host::Ipv4(address)) => is_local(address.into()),
        Some(Host::Ipv6(address)) => is_local(address.into()),
        None => true,
    }
}

/// Whether an address is of this machine, the local network, or nobody's in particular.
pub fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || a == 0
                // Shared by customers of one network (RFC 6598).
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || embedded(v6).is_some_and(|v4| is_local(v4.into()))
        }
    }
}

/// The IPv4 address within an IPv6 one: mapped, compatible, or of NAT64 (RFC 6052) or 6to4.
fn embedded(v6: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let octets = v6.octets();
    let at = |from: usize| -> Option<std::net::Ipv4Addr> {
        let four: [u8; 4] = octets.get(from..from + 4)?.try_into().ok()?;
        Some(four.into())
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => at(12),
        [0x2002, ..] => at(2),
        _ => None,
    }
}
