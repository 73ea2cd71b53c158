//! A relay before a server: it notes when the client speaks and what both say, can speak to the
//! client in the server's place, and can cut the connection.

#![allow(dead_code)]

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

/// What is kept of the conversation, in octets.
const KEPT: usize = 4 << 20;
/// Where a shorter piece is no request, but a keep-alive.
const SPEECH: usize = 64;

/// A running relay. Dropping it ends it.
pub struct Tap {
    address: SocketAddr,
    notes: Arc<Notes>,
    relay: JoinHandle<()>,
}

#[derive(Default)]
struct Notes {
    /// When the client first spoke since the last look.
    spoke: Mutex<Option<Instant>>,
    heard: Mutex<Vec<u8>>,
    /// The newest connection's way to the client, and how many there were.
    client: tokio::sync::Mutex<Option<OwnedWriteHalf>>,
    connections: Mutex<usize>,
}

impl Notes {
    fn note(&self, bytes: &[u8], by_client: bool) {
        if by_client && bytes.len() >= SPEECH {
            self.spoke.lock().unwrap().get_or_insert_with(Instant::now);
        }
        let mut heard = self.heard.lock().unwrap();
        if heard.len() < KEPT {
            heard.extend_from_slice(bytes);
        }
    }
}

impl Tap {
    /// One for datagrams to `server`.
    pub async fn udp(server: SocketAddr) -> Self {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let address = socket.local_addr().unwrap();
        let notes = Arc::new(Notes::default());
        let relay = tokio::spawn(datagrams(socket, server, notes.clone()));
        Self { address, notes, relay }
    }

    /// One for connections to `server`.
    pub async fn tcp(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let notes = Arc::new(Notes::default());
        let relay = tokio::spawn(connections(listener, server, notes.clone()));
        Self { address, notes, relay }
    }

    /// Where the client connects instead of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets when the client spoke.
    pub fn arm(&self) {
        *self.notes.spoke.lock().unwrap() = None;
    }

    /// When the client first spoke since `arm`.
    pub fn spoke(&self) -> Option<Instant> {
        *self.notes.spoke.lock().unwrap()
    }

    /// What both said, as text.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.notes.heard.lock().unwrap()).into_owned()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        *self.notes.connections.lock().unwrap()
    }

    /// Says something to the client on its newest connection.
    pub async fn say(&self, bytes: &[u8]) {
        if let Some(client) = self.notes.client.lock().await.as_mut() {
            let _ = client.write_all(bytes).await;
            let _ = client.flush().await;
        }
    }

    /// Ends what the client hears on its newest connection.
    pub async fn cut(&self) {
        if let Some(mut client) = self.notes.client.lock().await.take() {
            let _ = client.shutdown().await;
        }
    }

    /// Waits for a connection after the first `before`.
    pub async fn reconnected(&self, before: usize, limit: Duration) -> bool {
        let begun = Instant::now();
        while self.connections() <= before {
            if begun.elapsed() > limit {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        true
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

async fn datagrams(socket: Arc<UdpSocket>, server: SocketAddr, notes: Arc<Notes>) {
    let mut ways: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut buffer = vec![0; 65_536];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
        notes.note(&buffer[..length], true);
        let way = match ways.get(&client) {
            Some(way) => way.clone(),
            None => {
                let way = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
                way.connect(server).await.unwrap();
                ways.insert(client, way.clone());
                let (back, socket, notes) = (way.clone(), socket.clone(), notes.clone());
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    loop {
                        let Ok(length) = back.recv(&mut buffer).await else { continue };
                        notes.note(&buffer[..length], false);
                        let _ = socket.send_to(&buffer[..length], client).await;
                    }
                });
                way
            }
        };
        let _ = way.send(&buffer[..length]).await;
    }
}

async fn connections(listener: TcpListener, server: SocketAddr, notes: Arc<Notes>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let Ok(way) = TcpStream::connect(server).await else { continue };
        let _ = (client.set_nodelay(true), way.set_nodelay(true));
        let (mut from_client, to_client) = client.into_split();
        let (mut from_server, mut to_server) = way.into_split();
        *notes.client.lock().await = Some(to_client);
        *notes.connections.lock().unwrap() += 1;
        let up = notes.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
                up.note(&buffer[..length], true);
                // A server that hung up at what it got leaves the client to who speaks in its place.
                let _ = to_server.write_all(&buffer[..length]).await;
            }
        });
        let down = notes.clone();
        let number = *notes.connections.lock().unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                down.note(&buffer[..length], false);
                let mut client = down.client.lock().await;
                let is_newest = *down.connections.lock().unwrap() == number;
                let Some(client) = client.as_mut().filter(|_| is_newest) else { break };
                if client.write_all(&buffer[..length]).await.is_err() {
                    break;
                }
            }
        });
    }
}
