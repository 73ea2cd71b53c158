//! A stream and the task that reads and writes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::connect::{self, Duplex, Opened, Socket, Verify, fault_of};
use super::{FlowId, FlowInfo, Past, Shared, Source, TransportEvent, stamp, udp};
use crate::model::fault::Fault;
use crate::sip::message::Message;
use crate::sip::resolve::Place;
use crate::sip::wire::{Framed, StreamReader, WireError, write};

/// How many messages may wait to be written.
const QUEUE: usize = 64;
/// How long the other side may take to accept a message.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection may take that UDP can replace.
const MOVE_LIMIT: Duration = Duration::from_secs(2);

/// What to write.
pub(super) enum Job {
    Message { message: Box<Message>, fallback: Option<Fallback> },
    Bytes(&'static [u8]),
}

impl Job {
    pub fn message(message: &Message) -> Self {
        Self::Message { message: Box::new(message.clone()), fallback: None }
    }
}

/// UDP, for what left it only for its size (RFC 3261 §18.1.1).
pub(super) struct Fallback {
    pub socket: Arc<UdpSocket>,
    pub place: Place,
    /// To be set when the main server knows no TCP.
    pub refused: Option<Arc<AtomicBool>>,
}

/// The main flow, for what another one cannot reach.
pub(super) struct Detour(mpsc::Sender<Job>);

/// A handle of the task that owns a stream; dropped, the stream closes.
pub(super) struct Flow {
    id: FlowId,
    jobs: mpsc::Sender<Job>,
    _task: AbortOnDropHandle<()>,
}

impl Flow {
    /// Runs the main flow.
    pub fn main(stream: Box<dyn Duplex>, info: &FlowInfo, shared: &Shared) -> Self {
        let (jobs, queue) = Queue::new();
        let pump = Pump { id: FlowId::MAIN, info: info.clone(), shared: shared.clone() };
        let task = tokio::spawn(pump.run(stream, queue, jobs.clone()));
        Self { id: FlowId::MAIN, jobs, _task: AbortOnDropHandle::new(task) }
    }

    /// Connects and runs another flow. Where that cannot be had, `detour` takes what it was for.
    pub fn open(id: FlowId, place: Place, shared: &Shared, detour: Option<Detour>) -> Self {
        let (jobs, queue) = Queue::new();
        let task = tokio::spawn(connect(id, place, shared.clone(), queue, jobs.clone(), detour));
        Self { id, jobs, _task: AbortOnDropHandle::new(task) }
    }

    /// This flow as the way for what another one cannot reach.
    pub fn as_detour(&self) -> Detour {
        Detour(self.jobs.clone())
    }

    pub fn id(&self) -> FlowId {
        self.id
    }

    pub fn is_closed(&self) -> bool {
        self.jobs.is_closed()
    }

    /// Queues a job.
    ///
    /// # Errors
    /// `Lost` when the flow is closed or too much waits already.
    pub fn push(&self, job: Job) -> Result<(), Fault> {
        self.jobs.try_send(job).map_err(|error| {
            Fault::Lost(match error {
                mpsc::error::TrySendError::Full(_) => "the server accepts nothing".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "the connection is closed".to_owned(),
            })
        })
    }
}

/// Hands on what was read; what is neither message nor request is left out. `false` when nobody
/// listens any more.
pub(super) async fn deliver(
    message: Result<Message, WireError>,
    from: Source,
    events: &mpsc::Sender<TransportEvent>,
) -> bool {
    let message = match message {
        Ok(Message::Request(mut request)) => {
            stamp::note_source(&mut request, from.address);
            Ok(Message::Request(request))
        }
        Err(mut error) => {
            tracing::debug!(%error, from = %from.address, "malformed message");
            let Some(request) = &mut error.request else {
                return !events.is_closed();
            };
            stamp::note_source(request, from.address);
            Err(error)
        }
        response => response,
    };
    events.send(TransportEvent::Received { message, from }).await.is_ok()
}

async fn connect(
    id: FlowId,
    place: Place,
    shared: Shared,
    queue: Queue,
    jobs: mpsc::Sender<Job>,
    detour: Option<Detour>,
) {
    let mut queue = queue;
    // The first job came before the task: it says whether UDP waits behind.
    queue.load().await;
    let limit = match &queue.current {
        Some(Job::Message { fallback: Some(_), .. }) => MOVE_LIMIT,
        _ => connect::LIMIT,
    };
    let verify = Verify { domain: place.host.to_bare_string(), also: None, only_tls: None };
    let fault = match connect::open(&shared, &place, &verify, limit, &Past::default()).await {
        Ok(Opened { info, socket: Socket::Stream(stream) }) => {
            return Pump { id, info, shared }.run(stream, queue, jobs).await;
        }
        Ok(_) => Fault::NotOffered(place.host.to_string()),
        Err(fault) => fault,
    };
    match detour {
        Some(detour) => {
            tracing::debug!(host = %place.host, %fault, "reached by way of the own server");
            queue.divert(&shared, &detour).await;
        }
        None => queue.close(&shared, id, fault).await,
    }
}

/// The jobs of a flow; `current` is the one that is being written.
struct Queue {
    jobs: mpsc::Receiver<Job>,
    current: Option<Job>,
}

impl Queue {
    fn new() -> (mpsc::Sender<Job>, Self) {
        let (sender, jobs) = mpsc::channel(QUEUE);
        (sender, Self { jobs, current: None })
    }

    /// Waits for a current job.
    async fn load(&mut self) {
        if self.current.is_none() {
            self.current = self.jobs.recv().await;
        }
    }

    /// Hands everything to the main flow.
    async fn divert(mut self, shared: &Shared, detour: &Detour) {
        loop {
            self.load().await;
            let Some(job) = self.current.take() else { return };
            let Job::Message { message, .. } = job else { continue };
            if detour.0.try_send(Job::message(&message)).is_err() {
                let fault = Fault::Lost("the connection is closed".to_owned());
                let _ = shared.events.send(TransportEvent::Unsent { message, fault }).await;
            }
        }
    }

    /// Sends what was not written another way, or tells that it cannot be; then that the flow
    /// is closed.
    async fn close(mut self, shared: &Shared, flow: FlowId, fault: Fault) {
        self.jobs.close();
        while let Some(job) = self.current.take().or_else(|| self.jobs.try_recv().ok()) {
            let Job::Message { message, fallback } = job else {
                continue;
            };
            let sent = match fallback {
                Some(fallback) => fallback.send(shared, &message, &fault).await,
                None => Err(fault.clone()),
            };
            if let Err(fault) = sent {
                let _ = shared.events.send(TransportEvent::Unsent { message, fault }).await;
            }
        }
        let _ = shared.events.send(TransportEvent::Closed { flow, fault }).await;
    }
}

impl Fallback {
    async fn send(&self, shared: &Shared, message: &Message, why: &Fault) -> Result<(), Fault> {
        let no_tcp = matches!(why, Fault::Refused(_) | Fault::TimedOut(_) | Fault::Unreachable(_));
        if let Some(refused) = &self.refused {
            refused.fetch_or(no_tcp, Ordering::Relaxed);
        }
        udp::send_to_place(shared, &self.socket, &self.place, message).await
    }
}

/// Reads and writes a stream until it ends.
struct Pump {
    id: FlowId,
    info: FlowInfo,
    shared: Shared,
}

impl Pump {
    async fn run(self, stream: Box<dyn Duplex>, mut queue: Queue, jobs: mpsc::Sender<Job>) {
        let (reader, writer) = split(stream);
        let fault = tokio::select! {
            fault = self.read(reader, jobs) => fault,
            fault = self.write(writer, &mut queue) => fault,
        };
        queue.close(&self.shared, self.id, fault).await;
    }

    async fn read(&self, mut stream: ReadHalf<Box<dyn Duplex>>, jobs: mpsc::Sender<Job>) -> Fault {
        let events = &self.shared.events;
        let from =
            Source { flow: self.id, address: self.info.remote, transport: self.info.transport };
        let gone = || Fault::Lost("the account is closed".to_owned());
        let mut reader = StreamReader::new();
        let mut buffer = vec![0; 16_384];
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) => return Fault::Lost("the server closed the connection".to_owned()),
                Ok(length) => reader.push(buffer.get(..length).unwrap_or_default()),
                Err(error) => return fault_of(&error, &self.info.remote.to_string()),
            }
            while let Some(framed) = reader.next() {
                let fatal = framed.as_ref().is_err_and(|error| error.fatal);
                let listening = match framed {
                    Ok(Framed::KeepAlivePing) => {
                        // A full queue is a sign of life of its own.
                        let _ = jobs.try_send(Job::Bytes(b"\r\n"));
                        true
                    }
                    Ok(Framed::KeepAlivePong) if self.id == FlowId::MAIN => {
                        events.send(TransportEvent::Pong { mapped: None }).await.is_ok()
                    }
                    Ok(Framed::KeepAlivePong) => true,
                    Ok(Framed::Message(message)) => deliver(Ok(message), from, events).await,
                    Err(error) => deliver(Err(error), from, events).await,
                };
                if fatal {
                    return Fault::Lost("the server sent what is no SIP message".to_owned());
                }
                if !listening {
                    return gone();
                }
            }
        }
    }

    async fn write(&self, mut stream: WriteHalf<Box<dyn Duplex>>, queue: &mut Queue) -> Fault {
        loop {
            queue.load().await;
            let bytes = match &queue.current {
                Some(Job::Message { message, .. }) => self.bytes(message),
                Some(Job::Bytes(bytes)) => bytes.to_vec(),
                None => return Fault::Lost("the account is closed".to_owned()),
            };
            let written = async {
                stream.write_all(&bytes).await?;
                stream.flush().await
            };
            match timeout(WRITE_LIMIT, written).await {
                Ok(Ok(())) => queue.current = None,
                Ok(Err(error)) => return fault_of(&error, &self.info.remote.to_string()),
                Err(_) => return Fault::TimedOut(self.info.remote.to_string()),
            }
        }
    }

    /// The user agent knows the main flow's addresses, not those of others.
    fn bytes(&self, message: &Message) -> Vec<u8> {
        if self.id == FlowId::MAIN {
            return write(message);
        }
        let mut message = message.clone();
        stamp::sent_by(&mut message, self.info.transport, self.info.local);
        write(&message)
    }
}
