//! The edge: one HTTPS request, on a connection of its own. TLS and its verdicts are those of
//! both sides ([`crate::tls`]); no cookies, no `Referer`, no proxy, no connection kept, nothing
//! remembered. Redirects and credentials are [`super::fetch`]'s to decide.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine as _;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_rustls::client::TlsStream;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::MAX_BYTES;
use super::fetch::{Answer, FetchError, Request, Scheme, host_of, is_local};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::sip::resolve::{Names, Place};
use crate::sip::uri::Host as Name;
use crate::tls::{self, Policy, Roots};

/// What we call ourselves: the same for everybody, with no fact about the machine.
const USER_AGENT: &str = concat!("Dovetail/", env!("CARGO_PKG_VERSION"));
/// The most that one of several addresses may take to accept.
const LIMIT_ADDRESS: Duration = Duration::from_secs(4);
/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 32 * 1024;
/// The most `WWW-Authenticate` fields that are looked at.
const MAX_CHALLENGES: usize = 8;

/// Who asks. Its `Debug` shows no password.
#[derive(Clone)]
pub struct Credentials {
    /// The address that the user typed.
    pub user: String,
    /// The password that they typed.
    pub password: Zeroizing<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Sends requests.
#[derive(Clone)]
pub struct Https {
    policy: Policy,
    names: Names,
    hosts: BTreeMap<String, SocketAddr>,
}

impl Https {
    /// With these trust anchors. `hosts` says where some names are, instead of DNS and whatever
    /// port an address names: the user's configuration may, for a service that is tried out. The
    /// certificate must be the name's all the same.
    pub fn new(roots: Roots, hosts: BTreeMap<String, SocketAddr>) -> Self {
        Self { policy: Policy::new(roots), names: Names::system(), hosts }
    }

    /// Sends a request and reads the answer, which the caller bounds in time.
    ///
    /// # Errors
    /// Whatever is not an answer of HTTP within the bounds.
    pub async fn send(
        &self,
        request: &Request,
        credentials: Option<&Credentials>,
    ) -> Result<Answer, FetchError> {
        let host = host_of(&request.url);
        let fault = |fault| FetchError::Fault { host: host.clone(), fault };
        let head = head(request, credentials).map_err(|what| malformed(&host, what))?;
        let stream = self.connect(request, &host).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| malformed(&host, error))?;
        // Ends with the sender.
        let driven = tokio::spawn(connection);
        let response = sender.send_request(head).await.map_err(|error| match error.is_parse() {
            true => malformed(&host, error),
            false => fault(Fault::Lost("the server broke it off".to_owned())),
        });
        let answer = match response {
            Ok(response) => answer(response, &host).await,
            Err(error) => Err(error),
        };
        driven.abort();
        answer
    }

    async fn connect(
        &self,
        request: &Request,
        host: &str,
    ) -> Result<TlsStream<TcpStream>, FetchError> {
        let fault = |fault| FetchError::Fault { host: host.to_owned(), fault };
        let addresses = self.addresses(&request.url).await.map_err(fault)?;
        let mut last = Fault::UnknownHost(host.to_owned());
        for (address, is_given) in addresses {
            if request.public_only && !is_given && is_local(address.ip()) {
                let (host, to) = (host.to_owned(), address.ip().to_string());
                return Err(FetchError::Local { host, to });
            }
            match timeout(LIMIT_ADDRESS, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let name = host.trim_start_matches('[').trim_end_matches(']');
                    let shaken = tls::handshake(stream, name, None, &self.policy, &[b"http/1.1"]);
                    return shaken.await.map(|shaken| shaken.stream).map_err(fault);
                }
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    last = Fault::Refused(host.to_owned());
                }
                Ok(Err(_)) => last = Fault::Unreachable(host.to_owned()),
                Err(_) => last = Fault::TimedOut(host.to_owned()),
            }
        }
        Err(fault(last))
    }

    /// The addresses of a host, and whether the user's configuration gave them.
    async fn addresses(&self, url: &Url) -> Result<Vec<(SocketAddr, bool)>, Fault> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = match url.host() {
            Some(Host::Domain(name)) => {
                let plain = name.trim_end_matches('.');
                if let Some(address) = self.hosts.get(plain) {
                    return Ok(vec![(*address, true)]);
                }
                Name::Name(plain.to_owned())
            }
            Some(Host::Ipv4(address)) => Name::Ip(address.into()),
            Some(Host::Ipv6(address)) => Name::Ip(address.into()),
            None => return Err(Fault::UnknownHost(url.to_string())),
        };
        let place = Place { host, port: Some(port), transport: Some(Transport::Tls), secure: true };
        let targets = self.names.resolve(&place).await?;
        Ok(targets.into_iter().map(|target| (target.address, false)).collect())
    }
}

fn malformed(host: &str, what: impl std::fmt::Display) -> FetchError {
    let what: String = what.to_string().chars().filter(|c| !c.is_control()).take(120).collect();
    FetchError::Malformed { host: host.to_owned(), what }
}

fn head(
    request: &Request,
    credentials: Option<&Credentials>,
) -> Result<hyper::Request<String>, String> {
    let url = &request.url;
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut builder = hyper::Request::get(target)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, request.accept)
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close");
    if let Some(etag) = &request.etag {
        builder = builder.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(scheme) = request.credentials {
        let credentials = credentials.ok_or("there is no password to send")?;
        builder = builder.header(header::AUTHORIZATION, authorization(scheme, credentials)?);
    }
    builder.body(String::new()).map_err(|error| error.to_string())
}

/// The value of `Authorization`, marked so that nothing shows it.
fn authorization(scheme: Scheme, credentials: &Credentials) -> Result<HeaderValue, String> {
    let Credentials { user, password } = credentials;
    let text = match scheme {
        // RFC 7617: the user has no colon, or the password would begin elsewhere.
        Scheme::Basic if user.contains(':') => {
            return Err("an address with a colon cannot be sent".to_owned());
        }
        Scheme::Basic => {
            let plain = Zeroizing::new(format!("{user}:{}", password.as_str()));
            let encoded =
                Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(plain.as_bytes()));
            Zeroizing::new(format!("Basic {}", encoded.as_str()))
        }
        Scheme::Bearer => Zeroizing::new(format!("Bearer {}", password.as_str())),
    };
    let value = HeaderValue::from_str(&text);
    let mut value = value.map_err(|_| "this password cannot be sent in this way".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

async fn answer(response: hyper::Response<Incoming>, host: &str) -> Result<Answer, FetchError> {
    let (head, body) = response.into_parts();
    let encoded = text(&head.headers, header::CONTENT_ENCODING);
    if encoded.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(malformed(host, "it is compressed, which nobody asked for"));
    }
    let challenges = head.headers.get_all(header::WWW_AUTHENTICATE).iter();
    let challenges = challenges.filter_map(|value| value.to_str().ok()).map(str::to_owned);
    // Only a success has a body that somebody reads.
    let body = match head.status.as_u16() {
        200 => read(body, host).await?,
        _ => Vec::new(),
    };
    Ok(Answer {
        status: head.status.as_u16(),
        location: text(&head.headers, header::LOCATION),
        media_type: text(&head.headers, header::CONTENT_TYPE),
        etag: text(&head.headers, header::ETAG),
        challenges: challenges.take(MAX_CHALLENGES).collect(),
        body,
    })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The body; reading stops where it gets too long.
async fn read(mut body: Incoming, host: &str) -> Result<Vec<u8>, FetchError> {
    let too_long = || FetchError::TooLong { host: host.to_owned() };
    if body.size_hint().lower() > MAX_BYTES as u64 {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    loop {
        let mut pinned = std::pin::Pin::new(&mut body);
        let frame = std::future::poll_fn(|context| pinned.as_mut().poll_frame(context)).await;
        let Some(frame) = frame else { return Ok(bytes) };
        let frame = frame.map_err(|_| FetchError::Fault {
            host: host.to_owned(),
            fault: Fault::Lost("the answer broke off".to_owned()),
        })?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > MAX_BYTES {
                return Err(too_long());
            }
            bytes.extend_from_slice(&data);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(credentials: Option<Scheme>) -> Request {
        Request {
            url: Url::parse("https://prov.example.com:8443/a%20b?user=alice#x").unwrap(),
            accept: "application/json",
            etag: Some("\"1\"".to_owned()),
            credentials,
            public_only: false,
        }
    }

    fn alice(user: &str, password: &str) -> Credentials {
        Credentials { user: user.to_owned(), password: Zeroizing::new(password.to_owned()) }
    }

    #[test]
    fn a_request_tells_no_more_than_it_must() {
        let head = head(&request(None), Some(&alice("alice@example.com", "secret"))).unwrap();
        assert_eq!(head.uri(), "/a%20b?user=alice");
        let mut names: Vec<&str> = head.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let known =
            ["accept", "accept-encoding", "connection", "host", "if-none-match", "user-agent"];
        assert_eq!(names, known);
        assert_eq!(head.headers()[header::HOST], "prov.example.com:8443");
    }

    #[test]
    fn credentials_are_written_as_asked_for_and_shown_nowhere() {
        let basic = request(Some(Scheme::Basic));
        let alice = alice("alice@example.com", "pä:ss");
        let head = head(&basic, Some(&alice)).unwrap();
        let value = &head.headers()[header::AUTHORIZATION];
        assert_eq!(value, "Basic YWxpY2VAZXhhbXBsZS5jb206cMOkOnNz");
        assert!(!format!("{head:?}{alice:?}").contains("YWxpY2V"), "{head:?}");
        assert!(!format!("{alice:?}").contains("ss\""), "{alice:?}");
    }

    #[test]
    fn a_password_that_cannot_be_sent_is_told_and_not_bent() {
        let bearer = request(Some(Scheme::Bearer));
        for bad in ["a\r\nX: y", "a\0b"] {
            assert!(head(&bearer, Some(&alice("a@b.example", bad))).is_err(), "{bad:?}");
        }
        assert!(head(&bearer, None).is_err());
        let basic = request(Some(Scheme::Basic));
        assert!(head(&basic, Some(&alice("a:b@b.example", "x"))).is_err());
    }
}
