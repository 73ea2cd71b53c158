//! The configuration's schema (`config.toml` in the profile, `docs/control.md`) and its file edge.

mod append;
mod dialing;
mod file;
mod private;
mod profile;
mod provisioning;
mod table;
#[cfg(test)]
mod tests;
mod write;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::model::BareJid;
use crate::model::address::{Aor, SipTarget};
use crate::model::dialing::Dialing;
use crate::model::id::AccountId;
use crate::model::security::Demands;
use crate::sdp::Codec;

pub use append::{AppendError, append, write_private};
pub(crate) use file::{Addresses, host_port, text};
pub use file::{ConfigError, MAX_ACCOUNTS};
pub use private::{create_private_dir, create_private_file, private_by_default, take_from_others};
pub use profile::{Profile, ProfileError};
pub use provisioning::Provisioning;
pub use table::Problem;
pub use write::tables;

/// Everything the user has set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// Chat accounts.
    pub xmpp: Vec<XmppAccount>,
    /// Telephony accounts.
    pub sip: Vec<SipAccount>,
    /// Sound.
    pub audio: Audio,
    /// How a provider's document is fetched.
    pub provisioning: Provisioning,
}

/// A chat account.
#[derive(Debug, Clone, PartialEq)]
pub struct XmppAccount {
    /// Its identifier; the bare JID when the file names none.
    pub id: AccountId,
    /// Its address.
    pub jid: BareJid,
    /// Where to connect, instead of what DNS says: host and port.
    pub server: Option<HostPort>,
    /// How TLS begins, with `server`.
    pub tls: TlsStart,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// One more trust anchor (PEM).
    pub ca_file: Option<PathBuf>,
    /// What the provider demands of the way to the server.
    pub demands: Demands,
    /// Messages: off where the provider took them away (CUSAX C4); no key of the file.
    pub chat: bool,
    /// Calls over XMPP (Jingle).
    pub audio: bool,
    /// Connect only after this account is registered (CUSAX C14).
    pub wait_for: Option<AccountId>,
}

/// For how long an account asks to be registered unless it is set, in seconds.
pub const EXPIRES: u32 = 600;
/// What it may be set to: shorter is a burden for the server, longer is too late when a flow
/// broke unnoticed.
pub const EXPIRES_RANGE: std::ops::RangeInclusive<u32> = 60..=86_400;

/// A telephony account.
#[derive(Debug, Clone, PartialEq)]
pub struct SipAccount {
    /// Its identifier; the AOR when the file names none.
    pub id: AccountId,
    /// Its address.
    pub aor: Aor,
    /// Where to send requests, instead of what DNS says.
    pub proxy: Option<SipTarget>,
    /// The name for authentication; the AOR's user when not set.
    pub username: Option<String>,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// One more trust anchor (PEM).
    pub ca_file: Option<PathBuf>,
    /// What the provider demands of the way to the server.
    pub demands: Demands,
    /// Whether media is encrypted.
    pub srtp: SrtpPolicy,
    /// The chat account that is the other half of the service (CUSAX C30).
    pub related_to: Option<AccountId>,
    /// Instant messages over SIP: on for an account that stands alone, off for one that is
    /// related to a chat account, unless set (CUSAX C8, C10).
    pub chat: bool,
    /// The line above was set, and stays when relations change.
    pub chat_is_set: bool,
    /// How DTMF digits are sent.
    pub dtmf: DtmfMode,
    /// What calls may sound like, best first; never empty.
    pub codecs: Vec<Codec>,
    /// For how long it asks to be registered, in seconds ([`EXPIRES`]).
    pub expires: u32,
    /// What is called to hear voice messages, where the server names nothing itself.
    pub voicemail: Option<String>,
    /// How it dials, and what its calls cost (CUSAX C56).
    pub dialing: Dialing,
}

impl XmppAccount {
    /// One of which nothing but its address is said.
    pub fn plain(id: AccountId, jid: BareJid) -> Self {
        Self {
            id,
            jid,
            server: None,
            tls: TlsStart::default(),
            password: PasswordSource::Keyring,
            ca_file: None,
            demands: Demands::default(),
            chat: true,
            audio: false,
            wait_for: None,
        }
    }
}

impl SipAccount {
    /// One of which nothing but its address is said.
    pub fn plain(id: AccountId, aor: Aor) -> Self {
        Self {
            id,
            aor,
            proxy: None,
            username: None,
            password: PasswordSource::Keyring,
            ca_file: None,
            demands: Demands::default(),
            srtp: SrtpPolicy::default(),
            related_to: None,
            chat: true,
            chat_is_set: false,
            dtmf: DtmfMode::default(),
            codecs: Codec::USUAL.to_vec(),
            expires: EXPIRES,
            voicemail: None,
            dialing: Dialing::default(),
        }
    }
}

/// A host name or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// A DNS name, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

/// How TLS begins on an XMPP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsStart {
    /// After `<starttls/>` (RFC 6120 §5).
    #[default]
    StartTls,
    /// With the first byte (XEP-0368).
    Direct,
}

/// Where a password comes from. A password itself never stands in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// The platform's keyring.
    Keyring,
    /// The first line that this command, run by the shell, prints.
    Command(String),
}

/// Whether media is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SrtpPolicy {
    /// Calls without encryption are refused.
    Required,
    /// Offered where it can be (RFC 8643), not insisted on.
    #[default]
    Preferred,
    /// Never.
    Off,
}

/// How DTMF digits are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DtmfMode {
    /// As telephone-events in the media (RFC 4733); as INFO to a peer that has none.
    #[default]
    Rtp,
    /// As INFO always.
    Info,
}

/// Sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// What is sent.
    pub input: AudioDevice,
    /// Where to play.
    pub output: AudioDevice,
    /// Where it rings; as `output` when none is named.
    pub ringer: Option<AudioDevice>,
    /// Echo cancellation (takes effect with sound cards).
    pub echo_cancellation: bool,
}

/// The name of [`Audio::ringer`] when it is none: as the output.
pub const AS_OUTPUT: &str = "output";

impl Audio {
    /// Where it rings, if it is heard anywhere. A file or nothing as output is for calls alone.
    pub fn rings_at(&self) -> Option<&AudioDevice> {
        match &self.ringer {
            None => self.tones_at(),
            Some(AudioDevice::Null | AudioDevice::Echo) => None,
            Some(ringer) => Some(ringer),
        }
    }

    /// Where tones besides the ring tone are heard: where the person hears calls.
    pub fn tones_at(&self) -> Option<&AudioDevice> {
        Some(&self.output).filter(|output| output.is_card())
    }
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            input: AudioDevice::Default,
            output: AudioDevice::Default,
            ringer: None,
            echo_cancellation: true,
        }
    }
}

/// A source or sink of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioDevice {
    /// The platform's default sound card.
    Default,
    /// The sound card of this name.
    Named(String),
    /// Silence in, nothing out.
    Null,
    /// A WAV file: played in a loop, or recorded to.
    File(PathBuf),
    /// As input: what was received, a moment later. As output: nothing.
    Echo,
}

impl AudioDevice {
    /// It is the sound card of this name.
    pub fn is_called(&self, name: &str) -> bool {
        matches!(self, Self::Named(own) if own == name)
    }

    /// It is a sound card.
    pub fn is_card(&self) -> bool {
        matches!(self, Self::Default | Self::Named(_))
    }

    /// Reads `default`, `null`, `echo`, `file:PATH` (relative to `base`) or a sound card's name;
    /// `None` for an empty text or path.
    pub fn parse(text: &str, base: &Path) -> Option<Self> {
        match text.trim() {
            "" => None,
            "default" => Some(Self::Default),
            "null" => Some(Self::Null),
            "echo" => Some(Self::Echo),
            text => match text.strip_prefix("file:") {
                Some(path) => {
                    // `file:///path` is a URL for the same file.
                    let path = path.strip_prefix("//").unwrap_or(path);
                    (!path.is_empty()).then(|| Self::File(base.join(path)))
                }
                None => Some(Self::Named(text.to_owned())),
            },
        }
    }
}

/// As [`AudioDevice::parse`] reads it.
impl std::fmt::Display for AudioDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Named(name) => f.write_str(name),
            Self::Null => f.write_str("null"),
            Self::Echo => f.write_str("echo"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}
