//! PulseAudio and PipeWire, spoken to in their own protocol: one connection a stream, and a
//! thread that only moves samples. A stream without a name stays with the user's default
//! device, also when that changes during the call; the role "phone" lets the desktop choose
//! the headset and quieten music.

mod connection;

use std::ffi::CString;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, CreateRecordStreamReply, DEFAULT_SOURCE,
    GetSourceInfo, PlaybackStreamParams, Prop, Props, ProtocolError, PulseError,
    RecordStreamParams, SampleFormat, SampleSpec, SetPlaybackStreamBufferAttrParams, SinkInfo,
    SourceInfo, stream,
};

use self::connection::{Connection, Message};
use super::missing;
use super::ring::{Health, Inlet, Outlet};
use crate::media::MediaError;
use crate::media::device::Devices;
use crate::media::frame::SAMPLE_RATE;

/// Octets of a sample.
const SAMPLE: u32 = 4;
/// Octets of 10 ms: what is asked for and delivered at a time.
const STEP: u32 = SAMPLE_RATE / 100 * SAMPLE;
/// What waits in the server and the card, at first: 30 ms.
const TARGET: u32 = 3 * STEP;
/// … and at most, on a machine that cannot keep up with less.
const MAX_TARGET: u32 = 12 * STEP;
/// Nobody asks for more than a second at a time.
const MAX_REQUEST: usize = (SAMPLE_RATE * SAMPLE) as usize;

/// Whether there is such a server.
pub fn is_there() -> bool {
    pulseaudio::socket_path_from_env().is_some()
}

/// What a person calls the devices; what a loudspeaker plays is no microphone.
pub fn devices() -> Result<Devices, MediaError> {
    let mut connection = Connection::open()?;
    let sinks: Vec<SinkInfo> = connection.ask(Command::GetSinkInfoList)?;
    let sources: Vec<SourceInfo> = connection.ask(Command::GetSourceInfoList)?;
    let words = |description: Option<CString>, name: CString| {
        description.unwrap_or(name).to_string_lossy().into_owned()
    };
    let microphones = sources.into_iter().filter(|source| source.monitor_of_sink_index.is_none());
    Ok(Devices {
        inputs: microphones.map(|source| words(source.description, source.name)).collect(),
        outputs: sinks.into_iter().map(|sink| words(sink.description, sink.name)).collect(),
    })
}

/// An open stream; dropping it closes it.
pub struct Stream {
    socket: UnixStream,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The thread's next read or write fails, and it ends.
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Records, 48 kHz.
pub fn capture(name: Option<&str>, mut inlet: Inlet) -> Result<Stream, MediaError> {
    let mut connection = Connection::open()?;
    let source_index = microphone(&mut connection, name)?;
    let created: CreateRecordStreamReply =
        connection.ask(Command::CreateRecordStream(RecordStreamParams {
            sample_spec: spec(),
            channel_map: ChannelMap::mono(),
            source_index,
            buffer_attr: stream::BufferAttr { fragment_size: STEP, ..unset() },
            flags: stream::StreamFlags { adjust_latency: true, ..Default::default() },
            props: props(),
            ..Default::default()
        }))?;
    tracing::debug!(fragment = created.buffer_attr.fragment_size, "microphone");
    start(connection, inlet.health(), move |connection| {
        loop {
            match connection.next()? {
                Message::Sound(octets) => {
                    let samples = octets.as_chunks::<{ SAMPLE as usize }>().0;
                    inlet.take(samples.iter().map(|sample| f32::from_le_bytes(*sample)));
                }
                Message::Command(Command::RecordStreamKilled(_)) => return Ok(()),
                Message::Command(_) | Message::Other => {}
            }
        }
    })
}

/// Plays, 48 kHz.
pub fn playback(name: Option<&str>, outlet: Outlet) -> Result<Stream, MediaError> {
    let mut connection = Connection::open()?;
    let sink_index = loudspeaker(&mut connection, name)?;
    let created: CreatePlaybackStreamReply =
        connection.ask(Command::CreatePlaybackStream(PlaybackStreamParams {
            sample_spec: spec(),
            channel_map: ChannelMap::mono(),
            sink_index,
            buffer_attr: buffer(TARGET),
            flags: stream::StreamFlags { adjust_latency: true, ..Default::default() },
            props: props(),
            ..Default::default()
        }))?;
    tracing::debug!(
        target = created.buffer_attr.target_length,
        step = created.buffer_attr.minimum_request_length,
        sink_us = created.stream_latency,
        "loudspeaker"
    );
    let health = outlet.health();
    let mut player = Player { outlet, channel: created.channel, target: TARGET, starts: true };
    start(connection, health, move |connection| {
        player.play(connection, created.requested_bytes as usize)
    })
}

struct Player {
    outlet: Outlet,
    channel: u32,
    target: u32,
    starts: bool,
}

impl Player {
    /// Gives the server what it asks for, silence if need be: then what waits there never
    /// grows beyond the target.
    fn play(&mut self, connection: &mut Connection, first: usize) -> Result<(), ProtocolError> {
        let mut wanted = first;
        loop {
            if wanted > 0 {
                self.send(connection, wanted.min(MAX_REQUEST))?;
                wanted = 0;
            }
            match connection.next()? {
                Message::Command(Command::Request(request)) => wanted = request.length as usize,
                Message::Command(Command::Underflow(_)) => self.ran_dry(connection)?,
                Message::Command(Command::PlaybackStreamKilled(_)) => return Ok(()),
                Message::Command(_) | Message::Sound(_) | Message::Other => {}
            }
        }
    }

    fn send(&mut self, connection: &mut Connection, octets: usize) -> Result<(), ProtocolError> {
        let outlet = &mut self.outlet;
        connection.sound(self.channel, |out| {
            outlet.give(octets / SAMPLE as usize, |sample| out.extend(sample.to_le_bytes()));
        })
    }

    /// The server waited for us: from now on more waits there.
    fn ran_dry(&mut self, connection: &mut Connection) -> Result<(), ProtocolError> {
        // Every stream begins empty.
        if std::mem::take(&mut self.starts) || self.target >= MAX_TARGET {
            return Ok(());
        }
        self.target += STEP;
        tracing::debug!(target = self.target, "the sound server ran dry");
        connection.tell(&Command::SetPlaybackStreamBufferAttr(SetPlaybackStreamBufferAttrParams {
            index: self.channel,
            buffer_attr: buffer(self.target),
            adjust_latency: true,
            early_requests: false,
        }))
    }
}

fn start(
    mut connection: Connection,
    health: Arc<Health>,
    mut run: impl FnMut(&mut Connection) -> Result<(), ProtocolError> + Send + 'static,
) -> Result<Stream, MediaError> {
    let socket = connection.stream().map_err(MediaError::unusable)?;
    let thread = std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
        if let Err(error) = run(&mut connection) {
            tracing::debug!(%error, "the sound server's stream ends");
        }
        health.lose();
    });
    let thread = thread.map_err(MediaError::unusable)?;
    Ok(Stream { socket, thread: Some(thread) })
}

/// The index of a microphone by its name; none for the default, if that is a microphone at all.
fn microphone(connection: &mut Connection, name: Option<&str>) -> Result<Option<u32>, MediaError> {
    let Some(wanted) = name else {
        let name = Some(DEFAULT_SOURCE.to_owned());
        let asked = Command::GetSourceInfo(GetSourceInfo { index: None, name });
        let found: Result<SourceInfo, _> = connection.ask(asked);
        return match found {
            Ok(source) if source.monitor_of_sink_index.is_none() => Ok(None),
            Ok(_) | Err(ProtocolError::ServerError(PulseError::NoEntity)) => {
                Err(missing("microphone", None))
            }
            Err(error) => Err(error.into()),
        };
    };
    let sources: Vec<SourceInfo> = connection.ask(Command::GetSourceInfoList)?;
    let found = sources.iter().find(|s| is_called(s.description.as_ref(), &s.name, wanted));
    found.map(|source| Some(source.index)).ok_or_else(|| missing("microphone", name))
}

fn loudspeaker(connection: &mut Connection, name: Option<&str>) -> Result<Option<u32>, MediaError> {
    let sinks: Vec<SinkInfo> = connection.ask(Command::GetSinkInfoList)?;
    let Some(wanted) = name else {
        let some = sinks.first().ok_or_else(|| missing("loudspeaker", None));
        return some.map(|_| None);
    };
    let found = sinks.iter().find(|s| is_called(s.description.as_ref(), &s.name, wanted));
    found.map(|sink| Some(sink.index)).ok_or_else(|| missing("loudspeaker", name))
}

fn is_called(description: Option<&CString>, name: &CString, wanted: &str) -> bool {
    description.unwrap_or(name).to_string_lossy() == wanted
}

fn spec() -> SampleSpec {
    SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: SAMPLE_RATE }
}

fn buffer(target: u32) -> stream::BufferAttr {
    stream::BufferAttr { target_length: target, minimum_request_length: STEP, ..unset() }
}

/// The server's choice.
fn unset() -> stream::BufferAttr {
    stream::BufferAttr {
        max_length: u32::MAX,
        target_length: u32::MAX,
        pre_buffering: u32::MAX,
        minimum_request_length: u32::MAX,
        fragment_size: u32::MAX,
    }
}

fn props() -> Props {
    let mut props = Props::new();
    props.set(Prop::MediaName, c"Call");
    props.set(Prop::MediaRole, c"phone");
    props
}

impl From<ProtocolError> for MediaError {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::ServerError(PulseError::AccessDenied) => Self::denied(),
            ProtocolError::ServerError(PulseError::Busy) => Self::in_use(),
            error => Self::unusable(error),
        }
    }
}
