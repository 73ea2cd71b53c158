//! The shell of a call's media: a thread of its own with the sockets, the devices and the
//! clock, so that neither a busy runtime nor the window can disturb the sound.

mod line;
mod pair;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use self::line::Line;
use self::pair::Pair;
use super::frame::{FRAME, Frame};
use super::meter::Meter;
use super::{MediaCommand, MediaError, MediaEvent};
use crate::model::call::MediaDirection;

/// A frame's time.
const TICK: Duration = Duration::from_millis(20);
/// A recording keeps its time over a standstill of up to ten minutes.
const MAX_SILENCE: u32 = 30_000;
/// Packets that are taken at once before a frame is played.
const BURST: usize = 64;

/// A running session. It ends by `MediaCommand::Stop`, or when the commands' sender is dropped.
#[derive(Debug)]
pub struct SessionHandle {
    thread: Option<std::thread::JoinHandle<()>>,
}

impl SessionHandle {
    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(std::thread::JoinHandle::is_finished)
    }

    /// Waits for the end; blocks.
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by its own thread.
            let _ = thread.join();
        }
    }
}

/// Starts a media session. It does nothing before [`MediaCommand::Prepare`], which opens the
/// devices: what is missing is told before anybody's phone rings. They are used from the first
/// [`MediaCommand::Run`]. Its last event is [`MediaEvent::Stopped`].
/// `Stats` are dropped while `events` is full; everything else waits.
pub fn spawn(
    commands: mpsc::Receiver<MediaCommand>,
    events: mpsc::Sender<MediaEvent>,
) -> SessionHandle {
    spawn_metered(commands, events, Arc::default())
}

/// The same; `meter` shows how loud it is.
pub fn spawn_metered(
    commands: mpsc::Receiver<MediaCommand>,
    events: mpsc::Sender<MediaEvent>,
    meter: Arc<Meter>,
) -> SessionHandle {
    let failed = events.clone();
    let thread = std::thread::Builder::new().name("media".to_owned()).spawn(move || {
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(Session::new(commands, events, meter).run()),
            Err(error) => {
                let _ =
                    events.blocking_send(MediaEvent::Failed(MediaError::Socket(error.to_string())));
                let _ = events.blocking_send(MediaEvent::Stopped);
            }
        }
    });
    if let Err(error) = &thread {
        let error = MediaError::unusable(error);
        let _ = failed.try_send(MediaEvent::Failed(error));
        let _ = failed.try_send(MediaEvent::Stopped);
    }
    SessionHandle { thread: thread.ok() }
}

struct Session {
    commands: mpsc::Receiver<MediaCommand>,
    events: mpsc::Sender<MediaEvent>,
    sockets: Option<Sockets>,
    line: Option<Line>,
    devices: Option<Pair>,
    muted: bool,
    began: Instant,
    meter: Arc<Meter>,
}

struct Sockets {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Sockets {
    /// Forgets what came before anybody listened, at most as much as a socket's queue holds.
    fn drain(&self) {
        let mut buffer = [0; 16];
        for socket in [&self.rtp, &self.rtcp] {
            for _ in 0..2_000 {
                if socket.try_recv_from(&mut buffer).is_err() {
                    break;
                }
            }
        }
    }
}

/// What woke the session.
enum Wake {
    Command(Option<MediaCommand>),
    Tick,
    Rtp(usize, std::net::SocketAddr),
    Rtcp(usize, std::net::SocketAddr),
    Nothing,
}

impl Session {
    fn new(
        commands: mpsc::Receiver<MediaCommand>,
        events: mpsc::Sender<MediaEvent>,
        meter: Arc<Meter>,
    ) -> Self {
        let began = Instant::now();
        let (sockets, line, devices) = (None, None, None);
        Self { commands, events, sockets, line, devices, muted: false, began, meter }
    }

    async fn run(mut self) {
        let mut rtp = vec![0; 2_048];
        let mut rtcp = vec![0; 2_048];
        loop {
            let wake = self.wake(&mut rtp, &mut rtcp).await;
            let now = Instant::now();
            let done = match wake {
                Wake::Command(None | Some(MediaCommand::Stop)) => break,
                Wake::Command(Some(command)) => self.command(command).await,
                Wake::Tick => self.tick(now, &mut rtp),
                Wake::Rtp(length, source) => {
                    self.received(rtp.get(..length).unwrap_or_default(), source, now);
                    Ok(())
                }
                Wake::Rtcp(length, source) => {
                    self.control(rtcp.get(..length).unwrap_or_default(), source, now);
                    Ok(())
                }
                Wake::Nothing => Ok(()),
            };
            self.tell();
            let changed = self.devices.as_mut().and_then(|pair| pair.mend(now));
            if let Some(changed) = changed {
                let _ = self.events.send(changed).await;
            }
            if let Err(error) = done {
                // No sound is better than half of it: the call's owner decides what follows.
                self.close();
                let _ = self.events.send(MediaEvent::Failed(error)).await;
            }
        }
        if let (Some(line), Some(sockets)) = (&mut self.line, &self.sockets) {
            line.goodbye(self.began.elapsed(), sockets);
        }
        if let Some(error) = self.close() {
            let _ = self.events.send(MediaEvent::Failed(error)).await;
        }
        self.sockets = None;
        let _ = self.events.send(MediaEvent::Stopped).await;
    }

    async fn wake(&mut self, rtp: &mut [u8], rtcp: &mut [u8]) -> Wake {
        let running = self.devices.as_mut().filter(|_| self.line.is_some());
        let next = running.map(|pair| pair.next(Instant::now()));
        let sockets = self.sockets.as_ref().filter(|_| self.line.is_some());
        let tick = async {
            match next {
                Some(next) => tokio::time::sleep_until(next.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            command = self.commands.recv() => Wake::Command(command),
            () = tick => Wake::Tick,
            received = receive(sockets.map(|s| &s.rtp), rtp) =>
                received.map_or(Wake::Nothing, |(length, source)| Wake::Rtp(length, source)),
            received = receive(sockets.map(|s| &s.rtcp), rtcp) =>
                received.map_or(Wake::Nothing, |(length, source)| Wake::Rtcp(length, source)),
        }
    }

    async fn command(&mut self, command: MediaCommand) -> Result<(), MediaError> {
        match command {
            MediaCommand::Prepare { local, audio } => {
                if self.line.is_none() {
                    self.began = Instant::now();
                }
                self.devices = Some(Pair::open(audio)?);
                let sockets = line::bind(local).await?;
                let address =
                    sockets.rtp.local_addr().map_err(|e| MediaError::Socket(e.to_string()))?;
                self.sockets = Some(sockets);
                let _ = self.events.send(MediaEvent::Prepared(address)).await;
                Ok(())
            }
            MediaCommand::Run(plan) => {
                let (Some(sockets), Some(devices)) = (&self.sockets, &mut self.devices) else {
                    return Err(MediaError::Socket("the session was not prepared".to_owned()));
                };
                match &mut self.line {
                    Some(line) => line.change(*plan, self.began.elapsed())?,
                    None => {
                        // What came before the answer is old.
                        sockets.drain();
                        self.line = Some(Line::new(*plan, self.began.elapsed())?);
                        devices.begin(Instant::now());
                    }
                }
                Ok(())
            }
            MediaCommand::Use(audio) => {
                if let Some(devices) = &mut self.devices {
                    devices.replace(audio);
                }
                Ok(())
            }
            MediaCommand::Mute(muted) => {
                self.muted = muted;
                Ok(())
            }
            MediaCommand::Digits(digits) => {
                if let Some(line) = &mut self.line {
                    line.press(&digits);
                }
                Ok(())
            }
            MediaCommand::Rebind(local) => {
                self.rebind(local).await;
                Ok(())
            }
            // `run` ends at it.
            MediaCommand::Stop => Ok(()),
        }
    }

    /// New sockets; where there are none to have, the old ones may still do.
    async fn rebind(&mut self, local: std::net::IpAddr) {
        if self.sockets.is_none() {
            return;
        }
        let bound = line::bind(local).await;
        match bound.and_then(|sockets| {
            let address = sockets.rtp.local_addr();
            Ok((sockets, address.map_err(|error| MediaError::Socket(error.to_string()))?))
        }) {
            Ok((sockets, address)) => {
                self.sockets = Some(sockets);
                let _ = self.events.send(MediaEvent::Prepared(address)).await;
            }
            Err(error) => tracing::warn!(%error, "the call stays at its old address"),
        }
    }

    /// Tells what the line has to say, as far as somebody takes it.
    fn tell(&mut self) {
        let Some(line) = &mut self.line else { return };
        while let Some(event) = line.news() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
                line.untold(event);
                return;
            }
        }
    }

    fn received(&mut self, packet: &[u8], source: std::net::SocketAddr, now: Instant) {
        let now = now.saturating_duration_since(self.began);
        if let Some(line) = &mut self.line {
            line.received(packet, source, now);
        }
    }

    fn control(&mut self, packet: &[u8], source: std::net::SocketAddr, now: Instant) {
        let now = now.saturating_duration_since(self.began);
        if let Some(line) = &mut self.line {
            line.control(packet, source, now);
        }
    }

    fn tick(&mut self, now: Instant, buffer: &mut [u8]) -> Result<(), MediaError> {
        let (Some(sockets), Some(line), Some(pair)) =
            (&self.sockets, &mut self.line, &mut self.devices)
        else {
            return Ok(());
        };
        let elapsed = now.saturating_duration_since(self.began);
        // What came while we slept is in time, and must be there before its frame is played.
        for _ in 0..BURST {
            let Ok((length, source)) = sockets.rtp.try_recv_from(buffer) else {
                break;
            };
            line.received(buffer.get(..length).unwrap_or_default(), source, elapsed);
        }
        let mut frame: Frame = [0.0; FRAME];
        let (due, skipped) = pair.due_to_play(now);
        for _ in 0..skipped.min(MAX_SILENCE) {
            pair.sink.write(&[0.0; FRAME])?;
        }
        for _ in 0..due {
            line.play(elapsed, &mut frame);
            pair.source.hear(&frame);
            if line.listens() {
                self.meter.played(&frame);
            }
            pair.sink.write(&frame)?;
        }
        let (due, skipped) = pair.due_to_send(now);
        (0..skipped).for_each(|_| line.skip());
        for _ in 0..due {
            pair.source.read(&mut frame);
            if self.muted {
                frame.fill(0.0);
            }
            if line.talks() {
                self.meter.sent(&frame);
            }
            line.send(&frame, sockets)?;
        }
        if let Some(stats) = line.housekeeping(elapsed, sockets) {
            let _ = self.events.try_send(MediaEvent::Stats(stats));
        }
        Ok(())
    }

    /// Closes the devices; the error of a recording that could not be completed.
    fn close(&mut self) -> Option<MediaError> {
        self.line = None;
        self.devices.take().and_then(|pair| pair.sink.finish().err())
    }
}

async fn receive(
    socket: Option<&UdpSocket>,
    buffer: &mut [u8],
) -> Option<(usize, std::net::SocketAddr)> {
    match socket {
        // An error here is an ICMP message about an earlier packet of ours.
        Some(socket) => socket.recv_from(buffer).await.ok(),
        None => std::future::pending().await,
    }
}

/// (sends, receives)
fn ways(direction: MediaDirection) -> (bool, bool) {
    match direction {
        MediaDirection::Sendrecv => (true, true),
        MediaDirection::Sendonly => (true, false),
        MediaDirection::Recvonly => (false, true),
        MediaDirection::Inactive => (false, false),
    }
}
