//! From a domain to a verified TLS stream that waits for a login: DNS, TCP, STARTTLS
//! (RFC 6120 §5) or direct TLS (XEP-0368), and what is known of the session.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::parsers::{ns, starttls};
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, PendingFeaturesRecv, RecvFeaturesError, StreamHeader, Timeouts,
    XmppStream, XmppStreamElement, initiate_stream,
};

use super::dns::{self, Endpoint};
use super::guard::Guarded;
use crate::config::{HostPort, TlsStart};
use crate::model::BareJid;
use crate::model::account::TlsFacts;
use crate::model::fault::Fault;
use crate::tls::{self, Policy, Shaken};

/// The most that a connection may take before a login begins.
const LIMIT: Duration = Duration::from_secs(5);
/// The most that one of several addresses may take to accept.
const LIMIT_ADDRESS: Duration = Duration::from_secs(2);

/// Silence after which the server is asked for a sign of life, and how long it may take.
const TIMEOUTS: Timeouts =
    Timeouts { read_timeout: Duration::from_secs(60), response_timeout: Duration::from_secs(20) };

/// What stanzas travel over.
pub(super) type Wire = Guarded<BufStream<TlsStream<TcpStream>>>;

/// A TLS stream whose certificate is the domain's.
pub(super) struct Secured {
    /// The stream, its header exchanged.
    pub(super) stream: PendingFeaturesRecv<Wire>,
    /// What is known of the TLS session.
    pub(super) facts: TlsFacts,
    /// Data for the channel binding `tls-exporter` (RFC 9266); TLS 1.3 only.
    pub(super) exporter: Option<Vec<u8>>,
}

/// Connects for `account`: to `server` when the user set one, else to where DNS says. The
/// certificate must be for the account's domain either way.
///
/// # Errors
/// A fault of its own for each thing that can be wrong, within five seconds. No secret was
/// sent then.
pub(super) async fn connect(
    account: &BareJid,
    server: Option<(&HostPort, TlsStart)>,
    policy: &Policy,
) -> Result<Secured, Fault> {
    let domain = dns::ascii(account.domain().as_str())?;
    timeout(LIMIT, attempt(account, &domain, server, policy)).await.unwrap_or_else(|_| {
        Err(Fault::TimedOut(match server {
            Some((server, _)) => format!("{}:{}", server.host, server.port),
            None => domain.clone(),
        }))
    })
}

/// Closes over all ways to write a stream header: `from` only when nobody can listen.
pub(super) fn header(account: &BareJid, private: bool) -> StreamHeader<'static> {
    StreamHeader {
        from: private.then(|| Cow::Owned(account.to_string())),
        to: Some(Cow::Owned(account.domain().to_string())),
        id: None,
    }
}

/// A stream error or a refusal of features, as a fault.
pub(super) fn features_fault(error: RecvFeaturesError) -> Fault {
    match error {
        RecvFeaturesError::Io(error) => Fault::lost(&error),
        RecvFeaturesError::StreamError(error) => Fault::Rejected(error.0.to_string()),
    }
}

async fn attempt(
    account: &BareJid,
    domain: &str,
    server: Option<(&HostPort, TlsStart)>,
    policy: &Policy,
) -> Result<Secured, Fault> {
    let endpoints = match server {
        Some((server, start)) => vec![Endpoint {
            host: server.host.clone(),
            port: server.port,
            direct: start == TlsStart::Direct,
        }],
        None => dns::endpoints(domain).await?,
    };
    let mut worst = None;
    for endpoint in &endpoints {
        match reach(account, domain, endpoint, policy).await {
            Ok(secured) => return Ok(secured),
            Err(fault) => {
                let telling = matches!(
                    fault,
                    Fault::Certificate(_) | Fault::NoTls | Fault::OldTls(_) | Fault::Downgraded(_)
                );
                if worst.is_none() || telling {
                    worst = Some(fault);
                }
            }
        }
    }
    Err(worst.unwrap_or_else(|| Fault::UnknownHost(domain.to_owned())))
}

async fn reach(
    account: &BareJid,
    domain: &str,
    endpoint: &Endpoint,
    policy: &Policy,
) -> Result<Secured, Fault> {
    let mut tcp = dial(endpoint).await?;
    let _ = tcp.set_nodelay(true);
    if !endpoint.direct {
        tcp = start_tls(account, tcp).await?;
    }
    let alpn: &[&[u8]] = if endpoint.direct { &[b"xmpp-client"] } else { &[] };
    let Shaken { stream, facts } = tls::handshake(tcp, domain, None, policy, alpn).await?;
    let connection = stream.get_ref().1;
    let exporter = (connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3))
        .then(|| {
            connection.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None).ok()
        })
        .flatten();
    let wire = Guarded::new(BufStream::new(stream));
    let stream = initiate_stream(wire, ns::JABBER_CLIENT, header(account, true), TIMEOUTS)
        .await
        .map_err(lost)?;
    Ok(Secured { stream, facts, exporter })
}

async fn dial(endpoint: &Endpoint) -> Result<TcpStream, Fault> {
    let shown = format!("{}:{}", endpoint.host, endpoint.port);
    let addresses: Vec<_> = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|_| Fault::UnknownHost(endpoint.host.clone()))?
        .collect();
    let mut fault = Fault::UnknownHost(endpoint.host.clone());
    for address in &addresses {
        let limit = if addresses.len() > 1 { LIMIT_ADDRESS } else { LIMIT };
        fault = match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => match error.kind() {
                io::ErrorKind::ConnectionRefused => Fault::Refused(shown.clone()),
                _ => Fault::Unreachable(shown.clone()),
            },
            Err(_) => Fault::TimedOut(shown.clone()),
        };
    }
    Err(fault)
}

/// Asks for TLS on a plain stream. Whatever came after `<proceed/>` is thrown away with the
/// buffer: it was not protected.
async fn start_tls(account: &BareJid, tcp: TcpStream) -> Result<TcpStream, Fault> {
    let wire = Guarded::new(BufStream::new(tcp));
    let pending = initiate_stream(wire, ns::JABBER_CLIENT, header(account, false), TIMEOUTS)
        .await
        .map_err(lost)?;
    let (features, mut stream): (_, XmppStream<_>) =
        pending.recv_features::<FallibleStreamElement>().await.map_err(features_fault)?;
    if !features.can_starttls() {
        return Err(Fault::NoTls);
    }
    let request = XmppStreamElement::Starttls(starttls::Nonza::Request(starttls::Request));
    stream.send(&request).await.map_err(lost)?;
    match stream.next().await {
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Starttls(
            starttls::Nonza::Proceed(_),
        )))) => Ok(stream.into_inner().into_inner().into_inner()),
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
            Err(Fault::Rejected(error.0.to_string()))
        }
        Some(Ok(_)) => Err(Fault::Tls("the server refused STARTTLS".to_owned())),
        Some(Err(error)) => Err(Fault::Lost(error.to_string())),
        None => Err(Fault::Lost("the server closed the connection".to_owned())),
    }
}

fn lost(error: io::Error) -> Fault {
    Fault::lost(&error)
}
