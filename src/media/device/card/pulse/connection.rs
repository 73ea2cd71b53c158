//! A connection to the sound server: questions and answers at first, then a stream's messages.

use std::io::{BufReader, Cursor, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, Descriptor, DescriptorFlags, Prop, Props,
    ProtocolError, SetClientNameReply,
};

use crate::media::MediaError;

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(2);
/// The longest message that is taken.
const MAX_MESSAGE: u32 = 1 << 20;

/// What the server says unasked.
#[allow(clippy::large_enum_variant, reason = "read and gone: a box would allocate for each")]
pub enum Message<'a> {
    /// Sound that was recorded.
    Sound(&'a [u8]),
    /// Something that the library knows.
    Command(Command),
    /// Something that it does not.
    Other,
}

/// See the module.
pub struct Connection {
    reader: BufReader<UnixStream>,
    version: u16,
    sequence: u32,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

impl Connection {
    /// Connects and says who we are.
    pub fn open() -> Result<Self, MediaError> {
        let path = pulseaudio::socket_path_from_env()
            .ok_or_else(|| MediaError::unusable("there is no sound server"))?;
        let socket = UnixStream::connect(path).map_err(MediaError::unusable)?;
        // An answer that never comes must not keep a call from ending.
        socket.set_read_timeout(Some(LIMIT)).map_err(MediaError::unusable)?;
        socket.set_write_timeout(Some(LIMIT)).map_err(MediaError::unusable)?;
        let mut connection = Self {
            reader: BufReader::new(socket),
            version: protocol::MAX_VERSION,
            sequence: 0,
            incoming: Vec::with_capacity(1 << 14),
            outgoing: Vec::with_capacity(1 << 14),
        };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        let auth: AuthReply = connection.ask(Command::Auth(AuthParams {
            version: protocol::MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie: cookie.unwrap_or_default(),
        }))?;
        connection.version = auth.version.min(protocol::MAX_VERSION);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, c"Dovetail");
        let _: SetClientNameReply = connection.ask(Command::SetClientName(props))?;
        Ok(connection)
    }

    /// Asks, and waits for the answer. Not for streams, whose messages would come between.
    pub fn ask<R: CommandReply>(&mut self, command: Command) -> Result<R, ProtocolError> {
        self.tell(&command)?;
        let (_, reply) = protocol::read_reply_message(&mut self.reader, self.version)?;
        Ok(reply)
    }

    /// Says something whose answer does not matter.
    pub fn tell(&mut self, command: &Command) -> Result<(), ProtocolError> {
        self.sequence = self.sequence.wrapping_add(1);
        let socket = self.reader.get_mut();
        protocol::write_command_message(socket, self.sequence, command, self.version)
    }

    /// Sends a stream's sound; `fill` appends it.
    pub fn sound(
        &mut self,
        channel: u32,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), ProtocolError> {
        self.outgoing.clear();
        self.outgoing.resize(protocol::DESCRIPTOR_SIZE, 0);
        fill(&mut self.outgoing);
        let length = self.outgoing.len().saturating_sub(protocol::DESCRIPTOR_SIZE);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let descriptor = Descriptor { length, channel, offset: 0, flags: DescriptorFlags::empty() };
        if let Some(head) = self.outgoing.first_chunk_mut() {
            protocol::encode_descriptor(head, &descriptor);
        }
        self.reader.get_mut().write_all(&self.outgoing)?;
        Ok(())
    }

    /// The next message, however long it takes.
    pub fn next(&mut self) -> Result<Message<'_>, ProtocolError> {
        let head = protocol::read_descriptor(&mut self.reader)?;
        if head.length > MAX_MESSAGE {
            return Err(ProtocolError::Invalid("a message is too long".to_owned()));
        }
        self.incoming.clear();
        let mut body = self.reader.by_ref().take(u64::from(head.length));
        if body.read_to_end(&mut self.incoming)? < head.length as usize {
            return Err(ProtocolError::Io(std::io::ErrorKind::UnexpectedEof.into()));
        }
        if head.channel != u32::MAX {
            return Ok(Message::Sound(&self.incoming));
        }
        let mut body = Cursor::new(&self.incoming);
        Ok(match Command::read_tag_prefixed(&mut body, self.version) {
            Ok((_, command)) => Message::Command(command),
            Err(_) => Message::Other,
        })
    }

    /// From now on messages may take their time. Another handle on the socket, to close it by.
    pub fn stream(&self) -> std::io::Result<UnixStream> {
        let socket = self.reader.get_ref();
        socket.set_read_timeout(None)?;
        socket.try_clone()
    }
}
