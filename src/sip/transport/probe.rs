//! Looking at a server without an account's flow: whether an address takes a connection, and
//! whether a STUN server answers.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::connect::{self, Verify};
use super::{FlowInfo, Past, Shared, TransportSettings, stun, udp};
use crate::model::fault::Fault;
use crate::sip::resolve::{Names, Target};

/// How often a STUN server is asked, and how long each answer may take.
const TRIES: usize = 3;
const ANSWER: Duration = Duration::from_millis(700);

/// Where an account's requests go, in the order to try.
///
/// # Errors
/// As [`Names::resolve`].
pub async fn targets(settings: &TransportSettings) -> Result<Vec<Target>, Fault> {
    Names::system().resolve(&super::protection::place(settings)?).await
}

/// Opens a flow to one address as [`super::Transports::open`] does, and closes it.
///
/// # Errors
/// As [`super::Transports::open`].
pub async fn reach(settings: &TransportSettings, target: Target) -> Result<FlowInfo, Fault> {
    let verify = Verify::of(settings);
    // Nobody hears what comes on a flow that is closed at once.
    let (events, _) = mpsc::channel(1);
    let shared = Shared::of(settings, events);
    let label = target.address.to_string();
    let (past, limit) = (Past::default(), connect::LIMIT);
    let attempt = connect::attempt(target, &label, &verify, &shared, &past, true);
    let opened = timeout(limit, attempt).await.unwrap_or(Err(Fault::TimedOut(label.clone())));
    opened.map(|opened| opened.info)
}

/// Our address as a STUN server sees it (RFC 8489 §2).
///
/// # Errors
/// `Refused` or `TimedOut` when nothing answers.
pub async fn mapped(server: SocketAddr) -> Result<SocketAddr, Fault> {
    let label = server.to_string();
    let fault = |error: std::io::Error| connect::fault_of(&error, &label);
    let socket = udp::towards(server).await.map_err(fault)?;
    let id = rand::random();
    for _ in 0..TRIES {
        socket.send(&stun::request(id)).await.map_err(fault)?;
        let answered = async {
            let mut bytes = [0; 1500];
            loop {
                let count = socket.recv(&mut bytes).await?;
                let answer = bytes.get(..count).and_then(stun::answer);
                if let Some(mapped) = answer.filter(|it| it.id == id).and_then(|it| it.mapped) {
                    return Ok(mapped);
                }
            }
        };
        match timeout(ANSWER, answered).await {
            Ok(answered) => return answered.map_err(fault),
            Err(_) => continue,
        }
    }
    Err(Fault::TimedOut(label.clone()))
}
