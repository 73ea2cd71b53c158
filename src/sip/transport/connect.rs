//! Opening a flow: names, TCP, TLS, within a limit.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout, timeout_at};

use super::{FlowInfo, Past, Shared, TransportSettings, protection, udp};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::model::security::{Demands, Weaker};
use crate::sip::resolve::{Place, Target};
use crate::tls::{self, Policy, Roots, Shaken};

/// How long opening may take in all.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// Bytes both ways.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Whose names a certificate may carry.
pub(super) struct Verify {
    pub domain: String,
    pub also: Option<String>,
    /// What it is called when there is no way over TLS, where another will not do.
    pub only_tls: Option<Weaker>,
}

impl Verify {
    pub fn of(settings: &TransportSettings) -> Self {
        Self {
            domain: settings.domain.clone(),
            also: settings.proxy.as_ref().map(|proxy| proxy.host.clone()),
            only_tls: protection::only_tls(settings),
        }
    }
}

/// The trust anchors, read when a connection over TLS first needs them.
#[derive(Clone)]
pub(super) struct Anchors {
    ca_file: Option<PathBuf>,
    read: Arc<OnceCell<Roots>>,
}

impl Anchors {
    pub fn new(ca_file: Option<PathBuf>) -> Self {
        Self { ca_file, read: Arc::default() }
    }

    /// The platform's store is a file or a service: not read on the runtime's own threads.
    async fn get(&self) -> Result<&Roots, Fault> {
        let read = async {
            let ca_file = self.ca_file.clone();
            tokio::task::spawn_blocking(move || Roots::load(ca_file.as_deref()))
                .await
                .unwrap_or_else(|error| Err(Fault::Local(error.to_string())))
        };
        self.read.get_or_try_init(|| read).await
    }
}

impl Shared {
    /// What the server of `domain` has to show. What the provider says of certificates is about
    /// its own server.
    async fn policy(&self, domain: &str) -> Result<Policy, Fault> {
        let roots = self.anchors.get().await?.clone();
        let own = domain.eq_ignore_ascii_case(&self.domain);
        let certificates = if own { self.demands.certificates.clone() } else { Vec::new() };
        let demands = Demands { floor: self.demands.floor, certificates };
        Ok(Policy::of(roots, &self.guard, &demands, domain))
    }
}

/// A way to the server.
pub(super) struct Opened {
    pub info: FlowInfo,
    pub socket: Socket,
}

pub(super) enum Socket {
    Udp(udp::Bound),
    Stream(Box<dyn Duplex>),
}

/// Resolves and connects, trying the addresses in turn; each gets its share of the time left.
/// Of several faults the most telling counts. Targets that failed lately come last.
pub(super) async fn open(
    shared: &Shared,
    place: &Place,
    verify: &Verify,
    limit: Duration,
    past: &Past,
) -> Result<Opened, Fault> {
    let deadline = Instant::now() + limit;
    let timed_out = || Fault::TimedOut(place.host.to_string());
    let mut targets =
        timeout_at(deadline, shared.names.resolve(place)).await.map_err(|_| timed_out())??;
    if let Some(weaker) = verify.only_tls {
        targets.retain(|target| target.transport == Transport::Tls);
        if targets.is_empty() {
            return Err(Fault::Downgraded(weaker));
        }
    }
    let now = std::time::Instant::now();
    targets.sort_by_key(|target| past.is_shunned(target, now));
    let mut fresh = targets.iter().filter(|target| !past.is_shunned(target, now)).count();
    let mut fault: Option<Fault> = None;
    let mut left = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let several = targets.len() > 1;
    for target in targets {
        let share = deadline.saturating_duration_since(Instant::now()) / left.max(1);
        left = left.saturating_sub(1);
        fresh = fresh.saturating_sub(1);
        let label = format!("{}:{}", place.host, target.address.port());
        // Alone and for the first time it may as well be asked by the first request.
        let check = several || past.socket.is_some();
        let attempt = attempt(target, &label, verify, shared, past, check);
        let next = match timeout(share, attempt).await {
            Ok(Ok(mut opened)) => {
                opened.info.alternatives = fresh;
                return Ok(opened);
            }
            Ok(Err(next)) => next,
            Err(_) => Fault::TimedOut(label),
        };
        tracing::debug!(address = %target.address, fault = %next, "no connection");
        if fault.as_ref().is_none_or(|known| telling(known) < telling(&next)) {
            fault = Some(next);
        }
    }
    Err(fault.unwrap_or_else(timed_out))
}

/// How much a fault says: of several targets' faults the user is told the one he can act on.
fn telling(fault: &Fault) -> u8 {
    match fault {
        Fault::Certificate(_) => 5,
        Fault::Tls(_) | Fault::OldTls(_) | Fault::Downgraded(_) => 4,
        Fault::Lost(_) => 3,
        Fault::Refused(_) => 2,
        Fault::TimedOut(_) => 0,
        _ => 1,
    }
}

pub(super) async fn attempt(
    target: Target,
    label: &str,
    verify: &Verify,
    shared: &Shared,
    past: &Past,
    check: bool,
) -> Result<Opened, Fault> {
    let remote = target.address;
    let fault = |error: io::Error| fault_of(&error, label);
    let mut info =
        FlowInfo { local: remote, remote, transport: target.transport, tls: None, alternatives: 0 };
    if target.transport == Transport::Udp {
        let bound = udp::bind(remote, label, past.socket.clone(), check).await.map_err(fault)?;
        info.local = bound.local;
        return Ok(Opened { info, socket: Socket::Udp(bound) });
    }
    let stream = connect(remote, past.stream).await.map_err(fault)?;
    info.local = stream.local_addr().map_err(fault)?;
    let _ = stream.set_nodelay(true);
    if target.transport == Transport::Tcp {
        return Ok(Opened { info, socket: Socket::Stream(Box::new(stream)) });
    }
    let policy = shared.policy(&verify.domain).await?;
    let shaken = tls::handshake_sip(stream, &verify.domain, verify.also.as_deref(), &policy);
    let Shaken { stream, facts } = shaken.await?;
    info.tls = Some(facts);
    Ok(Opened { info, socket: Socket::Stream(Box::new(stream)) })
}

/// From the port of the flow before, if it can be had: proxies find us there for the dialogs
/// that began on it, also one that was restarted and knows nothing else.
async fn connect(remote: SocketAddr, before: Option<SocketAddr>) -> io::Result<TcpStream> {
    let Some(before) = before else { return TcpStream::connect(remote).await };
    if super::local_towards(remote).await != Some(before.ip()) {
        return TcpStream::connect(remote).await;
    }
    let socket = if remote.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
    socket.set_reuseaddr(true)?;
    if socket.bind(before).is_err() {
        return TcpStream::connect(remote).await;
    }
    match socket.connect(remote).await {
        // The connection before is not quite over.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse
            ) =>
        {
            TcpStream::connect(remote).await
        }
        connected => connected,
    }
}

/// Sorts a socket's error.
pub(super) fn fault_of(error: &io::Error, label: &str) -> Fault {
    let label = label.to_owned();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Fault::Refused(label),
        io::ErrorKind::TimedOut => Fault::TimedOut(label),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::PermissionDenied => Fault::Unreachable(label),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Fault::lost(error),
        _ => Fault::Local(format!("{label}: {error}")),
    }
}
