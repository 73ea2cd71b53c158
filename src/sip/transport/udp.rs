//! The UDP socket: unconnected, so that any server of the service may send to it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::connect::fault_of;
use super::flow::deliver;
use super::{FlowId, Shared, Source, TransportEvent};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::sip::message::Message;
use crate::sip::resolve::Place;
use crate::sip::wire::{self, MAX_DATAGRAM};

/// How long a refusal of an empty datagram is waited for. On the same machine or network it
/// comes at once.
const PROBE: Duration = Duration::from_millis(100);

pub(super) struct Udp {
    socket: Arc<UdpSocket>,
    _reader: AbortOnDropHandle<()>,
}

impl Udp {
    pub fn start(socket: UdpSocket, shared: &Shared) -> Self {
        let socket = Arc::new(socket);
        let reader = tokio::spawn(read(socket.clone(), shared.events.clone()));
        Self { socket, _reader: AbortOnDropHandle::new(reader) }
    }

    pub fn socket(&self) -> Arc<UdpSocket> {
        self.socket.clone()
    }

    pub async fn send(&self, bytes: &[u8], to: SocketAddr) -> Result<(), Fault> {
        send(&self.socket, bytes, to).await
    }
}

/// A socket with the address from which the system sends to `remote`.
///
/// # Errors
/// `ConnectionRefused` when the other side's system says that nothing listens there.
pub(super) async fn bind(remote: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    let any: SocketAddr = match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let probe = UdpSocket::bind(any).await?;
    probe.connect(remote).await?;
    probe.send(b"\r\n").await?;
    if let Ok(Err(refused)) = tokio::time::timeout(PROBE, probe.recv(&mut [0; 8])).await {
        return Err(refused);
    }
    let socket = UdpSocket::bind((probe.local_addr()?.ip(), 0)).await?;
    let local = socket.local_addr()?;
    Ok((socket, local))
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

/// Looks a place up and sends to its first address.
pub(super) async fn send_to_place(
    shared: &Shared,
    socket: &UdpSocket,
    place: &Place,
    message: &Message,
) -> Result<(), Fault> {
    let targets = shared.names.resolve(place).await?;
    let unknown = || Fault::UnknownHost(place.host.to_string());
    let target = targets.first().ok_or_else(unknown)?;
    send(socket, &wire::write(message), target.address).await
}

async fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> Result<(), Fault> {
    socket.send_to(bytes, to).await.map(drop).map_err(|error| fault_of(&error, &to.to_string()))
}

async fn read(socket: Arc<UdpSocket>, events: mpsc::Sender<TransportEvent>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, address)) => {
                let source = Source { flow: FlowId::MAIN, address, transport: Transport::Udp };
                let bytes = buffer.get(..length).unwrap_or_default();
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
