//! The UDP socket: unconnected, so that any server of the service may send to it.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::connect::fault_of;
use super::flow::deliver;
use super::{FlowId, Ping, Shared, Source, TransportEvent, stun};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::sip::message::Message;
use crate::sip::resolve::Place;
use crate::sip::wire::{self, MAX_DATAGRAM};

/// How long a refusal of an empty datagram is waited for, where that is worth a wait. On the same
/// machine or network it comes at once; a later one ends the flow.
const PROBE: Duration = Duration::from_millis(10);
/// How many binding requests may be under way.
const MOST_BINDINGS: usize = 8;

pub(super) struct Udp {
    socket: Arc<UdpSocket>,
    sentinel: Arc<UdpSocket>,
    bindings: Bindings,
    _reader: AbortOnDropHandle<()>,
    _watch: AbortOnDropHandle<()>,
}

/// The binding requests whose answers are awaited.
type Bindings = Arc<Mutex<VecDeque<stun::Id>>>;

/// A socket for SIP, and one that is connected to the server: only such a one hears that nothing
/// listens there.
pub(super) struct Bound {
    pub local: SocketAddr,
    socket: Arc<UdpSocket>,
    sentinel: UdpSocket,
    /// The server in words.
    label: String,
}

impl Udp {
    pub fn start(bound: Bound, shared: &Shared) -> Self {
        let Bound { socket, sentinel, label, .. } = bound;
        let (sentinel, bindings) = (Arc::new(sentinel), Bindings::default());
        let reader = tokio::spawn(read(socket.clone(), bindings.clone(), shared.events.clone()));
        let watch = tokio::spawn(watch(sentinel.clone(), label, shared.events.clone()));
        Self {
            socket,
            sentinel,
            bindings,
            _reader: AbortOnDropHandle::new(reader),
            _watch: AbortOnDropHandle::new(watch),
        }
    }

    pub fn socket(&self) -> Arc<UdpSocket> {
        self.socket.clone()
    }

    pub async fn send(&self, bytes: &[u8], to: SocketAddr) -> Result<(), Fault> {
        send(&self.socket, bytes, to).await
    }

    /// Asks the other side's system whether anything listens there: its answer, and a failure,
    /// come to the sentinel's task.
    pub async fn knock(&self) {
        let _ = self.sentinel.send(b"\r\n").await;
    }

    pub async fn ping(&self, ping: Ping, to: SocketAddr) -> Result<(), Fault> {
        self.knock().await;
        if ping == Ping::LineBreaks {
            return self.send(b"\r\n", to).await;
        }
        let id = rand::random();
        {
            let mut bindings = self.bindings.lock().unwrap_or_else(PoisonError::into_inner);
            bindings.push_back(id);
            if bindings.len() > MOST_BINDINGS {
                bindings.pop_front();
            }
        }
        self.send(&stun::request(id), to).await
    }
}

/// A socket with the address from which the system sends to `remote`: the `kept` one if that has
/// it still. `check`: waits a moment for a refusal.
///
/// # Errors
/// `ConnectionRefused` when the other side's system says that nothing listens there, while that
/// is waited for.
pub(super) async fn bind(
    remote: SocketAddr,
    label: &str,
    kept: Option<Arc<UdpSocket>>,
    check: bool,
) -> io::Result<Bound> {
    let sentinel = towards(remote).await?;
    sentinel.send(b"\r\n").await?;
    if check {
        refusal(&sentinel).await?;
    }
    let ip = sentinel.local_addr()?.ip();
    let same = |socket: &Arc<UdpSocket>| socket.local_addr().is_ok_and(|local| local.ip() == ip);
    let socket = match kept.filter(same) {
        Some(socket) => socket,
        None => Arc::new(UdpSocket::bind((ip, 0)).await?),
    };
    Ok(Bound { local: socket.local_addr()?, socket, sentinel, label: label.to_owned() })
}

/// The refusal of what was sent, if it comes soon.
async fn refusal(sentinel: &UdpSocket) -> io::Result<()> {
    match tokio::time::timeout(PROBE, sentinel.recv(&mut [0; 8])).await {
        Ok(Err(refused)) => Err(refused),
        _ => Ok(()),
    }
}

/// Whether nothing listens there, as far as that can be told at once.
async fn is_refused(remote: SocketAddr) -> bool {
    let Ok(sentinel) = towards(remote).await else { return true };
    sentinel.send(b"\r\n").await.is_err() || refusal(&sentinel).await.is_err()
}

/// A socket that is connected to `remote`: its address is the one the system sends from.
pub(super) async fn towards(remote: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(remote).await?;
    Ok(socket)
}

/// Waits for the other side's system to say that nothing listens there any more.
async fn watch(sentinel: Arc<UdpSocket>, label: String, events: mpsc::Sender<TransportEvent>) {
    loop {
        // What the server sends to it is nothing: it never got a request from there.
        let Err(error) = sentinel.recv(&mut [0; 8]).await else { continue };
        if error.kind() == io::ErrorKind::ConnectionRefused {
            let fault = Fault::Refused(label);
            let _ = events.send(TransportEvent::Closed { flow: FlowId::MAIN, fault }).await;
        }
        return;
    }
}

/// Sends to a place whose name must be looked up first, in a task of its own.
///
/// # Errors
/// `Local` when too many names are being looked up.
pub(super) fn look_up_and_send(
    shared: &Shared,
    socket: Arc<UdpSocket>,
    place: Place,
    message: Message,
) -> Result<(), Fault> {
    let permit = shared.lookups.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Fault::Local("too many names to look up".to_owned()))?;
    let shared = shared.clone();
    tokio::spawn(async move {
        let _permit = permit;
        if let Err(fault) = send_to_place(&shared, &socket, &place, &message).await {
            let message = Box::new(message);
            let _ = shared.events.send(TransportEvent::Unsent { message, fault }).await;
        }
    });
    Ok(())
}

/// Looks a place up and sends to the first address that takes it. One where nothing listens is
/// passed over while there is another (RFC 3263 §4.3).
pub(super) async fn send_to_place(
    shared: &Shared,
    socket: &UdpSocket,
    place: &Place,
    message: &Message,
) -> Result<(), Fault> {
    let targets = shared.names.resolve(place).await?;
    let unknown = || Fault::UnknownHost(place.host.to_string());
    let bytes = wire::write(message);
    let mut fault = None;
    let mut left = targets.len();
    for target in targets {
        left -= 1;
        if left > 0 && is_refused(target.address).await {
            continue;
        }
        match send(socket, &bytes, target.address).await {
            Ok(()) => return Ok(()),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    Err(fault.unwrap_or_else(unknown))
}

async fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> Result<(), Fault> {
    socket.send_to(bytes, to).await.map(drop).map_err(|error| fault_of(&error, &to.to_string()))
}

async fn read(socket: Arc<UdpSocket>, bindings: Bindings, events: mpsc::Sender<TransportEvent>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, address)) => {
                let source = Source { flow: FlowId::MAIN, address, transport: Transport::Udp };
                let bytes = buffer.get(..length).unwrap_or_default();
                if stun::is_stun(bytes) {
                    if let Some(mapped) = awaited(bytes, &bindings)
                        && events.send(TransportEvent::Pong { mapped }).await.is_err()
                    {
                        return;
                    }
                    continue;
                }
                if !deliver(wire::parse_datagram(bytes), source, &events).await {
                    return;
                }
            }
            // Windows reports what an earlier datagram met.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                let fault = fault_of(&error, "UDP");
                let _ = events.send(TransportEvent::Closed { flow: FlowId::MAIN, fault }).await;
                return;
            }
        }
    }
}

/// The address in a binding's answer, if it answers a request of ours: its identifier cannot be
/// guessed.
fn awaited(datagram: &[u8], bindings: &Bindings) -> Option<Option<SocketAddr>> {
    let answer = stun::answer(datagram)?;
    let mut bindings = bindings.lock().unwrap_or_else(PoisonError::into_inner);
    let at = bindings.iter().position(|id| *id == answer.id)?;
    bindings.drain(..=at);
    Some(answer.mapped)
}
