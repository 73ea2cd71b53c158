//! The sockets of one account (RFC 3261 §18): one main flow to the proxy, over UDP, TCP or TLS,
//! and what else dialogs lead to. A shell: everything that can be decided without a socket is
//! in `route` and `stamp`.

mod connect;
mod flow;
mod probe;
mod protection;
mod route;
mod stamp;
mod stun;
#[cfg(test)]
mod tests;
mod udp;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::{Semaphore, mpsc};

use super::message::{Message, Request};
use super::resolve::{Names, Place, Target};
use super::uri::{Host, SipUri};
use super::wire::{WireError, write};
use crate::model::account::{Security, TlsFacts, Transport};
use crate::model::address::SipTarget;
use crate::model::fault::Fault;
use crate::model::security::{Demands, Guard};
pub use probe::{mapped, reach, targets};

use connect::{Anchors, Socket, Verify};
use flow::{Detour, Fallback, Flow, Job};
use route::Way;
use udp::Udp;

/// How many events may wait for the actor; a full queue slows the sockets down.
const EVENTS: usize = 256;
/// How many flows there are beside the main one; the oldest makes way.
const MOST_FLOWS: usize = 8;
/// Above this many octets a request leaves UDP (RFC 3261 §18.1.1).
const MOST_UDP_REQUEST: usize = 1300;
/// How many transactions that left UDP are remembered.
const MOST_BRANCHES: usize = 64;
/// How many names may be looked up at once for UDP.
const MOST_LOOKUPS: usize = 16;
/// How many targets that failed are remembered, and for how long.
const MOST_SHUNNED: usize = 16;
const SHUNNED_FOR: Duration = Duration::from_secs(300);

/// What is needed to reach an account's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportSettings {
    /// The domain of the address-of-record: what the certificate must name.
    pub domain: String,
    /// Where to connect instead of where DNS leads from the domain.
    pub proxy: Option<SipTarget>,
    /// The account's own trust anchors, beside the platform's (PEM).
    pub ca_file: Option<PathBuf>,
    /// What the account remembers of its server.
    pub guard: Guard,
    /// What the provider demands of the way there.
    pub demands: Demands,
}

/// What is known of the main flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowInfo {
    /// Our address and port: for Via and Contact.
    pub local: SocketAddr,
    /// The server's.
    pub remote: SocketAddr,
    /// The transport.
    pub transport: Transport,
    /// The TLS session, if there is one.
    pub tls: Option<TlsFacts>,
    /// How many other targets of the server are left to try (RFC 3263 §4.3).
    pub alternatives: usize,
}

impl FlowInfo {
    /// As the faces show it; `auth` is `Authenticator::mechanism`.
    pub fn security(&self, auth: &str) -> Security {
        Security { transport: self.transport, tls: self.tls.clone(), auth: auth.to_owned() }
    }
}

/// A keep-alive (RFC 5626 §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    /// CRLFCRLF on streams, CRLF on UDP.
    LineBreaks,
    /// A STUN binding request; UDP only.
    Binding,
}

/// What outlives the transports: targets that failed, and our socket or port, so that the
/// Contact that calls gave stays good on the next flow.
#[derive(Debug, Clone, Default)]
pub struct Past {
    shunned: VecDeque<(Target, Instant)>,
    socket: Option<Arc<UdpSocket>>,
    stream: Option<SocketAddr>,
}

impl Past {
    /// The target of this flow does not serve: others are to be tried before it.
    pub fn shun(&mut self, flow: &FlowInfo, now: Instant) {
        let target = Target { transport: flow.transport, address: flow.remote };
        self.shunned.retain(|(known, _)| *known != target);
        self.shunned.push_back((target, now));
        if self.shunned.len() > MOST_SHUNNED {
            self.shunned.pop_front();
        }
    }

    /// Keeps our end of transports that end now.
    pub fn keep(&mut self, transports: Option<Transports>) {
        match transports {
            Some(Transports { main: Main::Udp(udp), .. }) => self.socket = Some(udp.socket()),
            Some(Transports { main: Main::Stream(_), info, .. }) => self.stream = Some(info.local),
            None => {}
        }
    }

    fn is_shunned(&self, target: &Target, now: Instant) -> bool {
        self.shunned.iter().any(|(known, since)| known == target && now < *since + SHUNNED_FOR)
    }
}

/// A connection, or our UDP socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlowId(u64);

impl FlowId {
    /// The one to the proxy.
    pub const MAIN: Self = Self(0);
}

/// Where a message came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// By which flow.
    pub flow: FlowId,
    /// The sender's address.
    pub address: SocketAddr,
    /// The transport.
    pub transport: Transport,
}

/// Where to send a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hop {
    /// The main flow.
    Flow,
    /// A route or remote target. The main flow, when it leads to the same host and port, or when
    /// it is better protected than the way that the URI asks for.
    Uri(SipUri),
    /// Back where a request came from.
    Source(Source),
}

/// What the sockets bring.
#[derive(Debug)]
pub enum TransportEvent {
    /// A message, `received` and `rport` filled in if it is a request (RFC 3261 §18.2.1, RFC 3581
    /// §4); or a malformed request, which `WireError::answer` refuses. What is neither message
    /// nor request does not come up.
    Received {
        /// The message.
        message: Result<Message, WireError>,
        /// Its sender.
        from: Source,
    },
    /// The answer to `keep_alive`, which is owed within 10 s (RFC 5626 §4.4).
    Pong {
        /// Our address as the server sees it, from STUN.
        mapped: Option<SocketAddr>,
    },
    /// A message that `send` took could not be sent after all.
    Unsent {
        /// The message.
        message: Box<Message>,
        /// Why.
        fault: Fault,
    },
    /// A flow is gone. After that of the main flow, open the transports anew.
    Closed {
        /// Which.
        flow: FlowId,
        /// Why.
        fault: Fault,
    },
}

/// The sockets of one account. Dropped, they close.
pub struct Transports {
    info: FlowInfo,
    main: Main,
    shared: Shared,
    own_names: Vec<String>,
    received: mpsc::Receiver<TransportEvent>,
    flows: Vec<(Place, Flow)>,
    next_id: u64,
    /// Transactions that left UDP for their size: ACK and CANCEL must follow them.
    moved: VecDeque<(String, FlowId)>,
    tcp_refused: Arc<AtomicBool>,
}

/// What the tasks hold in common.
#[derive(Clone)]
struct Shared {
    events: mpsc::Sender<TransportEvent>,
    names: Names,
    anchors: Anchors,
    lookups: Arc<Semaphore>,
    domain: Arc<str>,
    guard: Arc<Guard>,
    demands: Arc<Demands>,
}

impl Shared {
    fn of(settings: &TransportSettings, events: mpsc::Sender<TransportEvent>) -> Self {
        Self {
            events,
            names: Names::system(),
            anchors: Anchors::new(settings.ca_file.clone()),
            lookups: Arc::new(Semaphore::new(MOST_LOOKUPS)),
            domain: settings.domain.as_str().into(),
            guard: Arc::new(settings.guard.clone()),
            demands: Arc::new(settings.demands.clone()),
        }
    }
}

enum Main {
    Udp(Udp),
    Stream(Flow),
}

impl Transports {
    /// Finds the server (RFC 3263) and connects the main flow, trying its addresses in turn, all
    /// within 5 s; those that failed lately come last. The certificate is checked against the
    /// domain, or the proxy's name if one is configured (RFC 5922 §7). TLS never falls back to
    /// anything.
    ///
    /// # Errors
    /// `UnknownHost`, `NotOffered`, `Refused`, `Unreachable`, `TimedOut`, `Certificate`, `Tls`,
    /// `Local`.
    pub async fn open(
        settings: &TransportSettings,
        past: &Past,
    ) -> Result<(Self, FlowInfo), Fault> {
        let raised = protection::raised(settings);
        let place = protection::place(settings)?;
        let (events, received) = mpsc::channel(EVENTS);
        let shared = Shared::of(settings, events);
        let verify = Verify::of(settings);
        let proxy = verify.also.clone();
        let opened = connect::open(&shared, &place, &verify, connect::LIMIT, past).await;
        let opened = opened.map_err(|fault| protection::sort(fault, raised))?;
        let info = opened.info;
        let main = match opened.socket {
            Socket::Udp(bound) => Main::Udp(Udp::start(bound, &shared)),
            Socket::Stream(stream) => Main::Stream(Flow::main(stream, &info, &shared)),
        };
        let own_names = [Some(settings.domain.clone()), proxy];
        let transports = Self {
            info: info.clone(),
            main,
            shared,
            own_names: own_names.into_iter().flatten().map(|n| n.to_ascii_lowercase()).collect(),
            received,
            flows: Vec::new(),
            next_id: 1,
            moved: VecDeque::new(),
            tcp_refused: Arc::default(),
        };
        Ok((transports, info))
    }

    /// The main flow.
    pub fn info(&self) -> &FlowInfo {
        &self.info
    }

    /// Sends a message. Never waits for a connection or for DNS: what fails later comes as
    /// `TransportEvent::Unsent`. A request that leaves the main flow gets the sent-by of the flow
    /// it takes (RFC 3261 §18.1.1); a large one leaves UDP for TCP, unless the server refuses TCP.
    ///
    /// # Errors
    /// `Lost` when the flow is gone or its queue is full, `Unreachable` and the like from UDP.
    pub async fn send(&mut self, hop: &Hop, message: &Message) -> Result<(), Fault> {
        match hop {
            Hop::Flow => self.send_main(message).await,
            Hop::Source(source) => self.send_back(source, message).await,
            Hop::Uri(uri) => match route::way(uri, &self.info, &self.own_names) {
                Way::Main => self.send_main(message).await,
                Way::Udp(place) => self.send_udp(place, message).await,
                Way::Stream(place) => self.send_stream(place, message, None).map(drop),
            },
        }
    }

    /// Sends a keep-alive on the main flow (RFC 5626 §4.4).
    ///
    /// # Errors
    /// As `send`.
    pub async fn keep_alive(&mut self, ping: Ping) -> Result<(), Fault> {
        match &self.main {
            Main::Udp(udp) => udp.ping(ping, self.info.remote).await,
            Main::Stream(flow) => flow.push(Job::Bytes(b"\r\n\r\n")),
        }
    }

    /// Over UDP, asks the server's system whether anything still listens there; where not, the
    /// main flow ends at once.
    pub async fn knock(&self) {
        if let Main::Udp(udp) = &self.main {
            udp.knock().await;
        }
    }

    /// The next event. Cancel-safe.
    pub async fn next(&mut self) -> TransportEvent {
        match self.received.recv().await {
            Some(event) => {
                if let TransportEvent::Closed { flow, .. } = &event {
                    self.flows.retain(|(_, known)| known.id() != *flow);
                    self.moved.retain(|(_, known)| known != flow);
                }
                event
            }
            // Cannot be: `shared` holds a sender.
            None => std::future::pending().await,
        }
    }

    async fn send_main(&mut self, message: &Message) -> Result<(), Fault> {
        if let Main::Stream(flow) = &self.main {
            return flow.push(Job::message(message));
        }
        let remote = self.info.remote;
        let place = Place {
            host: Host::Ip(remote.ip()),
            port: Some(remote.port()),
            transport: Some(Transport::Udp),
            secure: false,
        };
        self.send_udp(place, message).await
    }

    async fn send_back(&mut self, source: &Source, message: &Message) -> Result<(), Fault> {
        if source.flow == FlowId::MAIN {
            return match &self.main {
                Main::Stream(flow) => flow.push(Job::message(message)),
                Main::Udp(udp) => udp.send(&write(message), source.address).await,
            };
        }
        self.flow(source.flow).map_or_else(
            || Err(Fault::Lost("the connection is closed".to_owned())),
            |flow| flow.push(Job::message(message)),
        )
    }

    async fn send_udp(&mut self, place: Place, message: &Message) -> Result<(), Fault> {
        let Main::Udp(udp) = &self.main else {
            return Err(Fault::Local("there is no UDP socket".to_owned()));
        };
        let socket = udp.socket();
        let bytes = write(message);
        if let Message::Request(request) = message {
            if let Some(flow) = self.moved(request) {
                return flow.push(Job::message(message));
            }
            let to_main = place.host == Host::Ip(self.info.remote.ip());
            let refused = to_main && self.tcp_refused.load(Ordering::Relaxed);
            if bytes.len() > MOST_UDP_REQUEST && !refused {
                let refused = to_main.then(|| self.tcp_refused.clone());
                let fallback = Fallback { socket, place: place.clone(), refused };
                let place = Place { transport: Some(Transport::Tcp), ..place };
                let flow = self.send_stream(place, message, Some(fallback))?;
                self.note_moved(request, flow);
                return Ok(());
            }
        }
        if let (Host::Ip(ip), Some(port)) = (&place.host, place.port) {
            return udp.send(&bytes, SocketAddr::new(*ip, port)).await;
        }
        udp::look_up_and_send(&self.shared, socket, place, message.clone())
    }

    /// By the flow that leads to `place`, which is opened if there is none yet.
    fn send_stream(
        &mut self,
        place: Place,
        message: &Message,
        fallback: Option<Fallback>,
    ) -> Result<FlowId, Fault> {
        let job = Job::Message { message: Box::new(message.clone()), fallback };
        self.flows.retain(|(_, flow)| !flow.is_closed());
        if let Some((_, flow)) = self.flows.iter().find(|(known, _)| *known == place) {
            flow.push(job)?;
            return Ok(flow.id());
        }
        if self.flows.len() >= MOST_FLOWS {
            self.flows.remove(0);
        }
        let id = FlowId(self.next_id);
        self.next_id += 1;
        let flow = Flow::open(id, place.clone(), &self.shared, self.detour(&place));
        flow.push(job)?;
        self.flows.push((place, flow));
        Ok(id)
    }

    /// What a hop cannot be reached for goes to the own server, which routes it on: in front of
    /// many a server stands another one, and what it writes into Record-Route is an address that
    /// only its neighbours reach, or that no certificate names. Nothing leaves TLS by it.
    fn detour(&self, place: &Place) -> Option<Detour> {
        match &self.main {
            Main::Stream(main) if self.info.transport == Transport::Tls || !place.secure => {
                Some(main.as_detour())
            }
            _ => None,
        }
    }

    fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.iter().map(|(_, flow)| flow).find(|flow| flow.id() == id)
    }

    fn moved(&self, request: &Request) -> Option<&Flow> {
        let via = request.headers.via()?;
        let branch = via.branch()?;
        let (_, id) = self.moved.iter().find(|(moved, _)| moved == branch)?;
        self.flow(*id)
    }

    fn note_moved(&mut self, request: &Request, flow: FlowId) {
        let via = request.headers.via();
        let Some(branch) = via.as_ref().and_then(|via| via.branch()) else {
            return;
        };
        if self.moved.len() == MOST_BRANCHES {
            self.moved.pop_front();
        }
        self.moved.push_back((branch.to_owned(), flow));
    }
}

/// The address from which the system sends to `remote` now; `None` without a way there. Nothing
/// is sent.
pub async fn local_towards(remote: SocketAddr) -> Option<IpAddr> {
    let socket = udp::towards(remote).await.ok()?;
    socket.local_addr().ok().map(|local| local.ip())
}
