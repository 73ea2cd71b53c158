//! What is heard besides calls: the ring tone and its like, what the user set of them, and tests
//! of the devices.

use serde::{Deserialize, Serialize};

/// Something to hear that is no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// A call comes in: again and again.
    Ring,
    /// One more call comes in while we talk: again and again, softly.
    Waiting,
    /// The other side rings: again and again.
    Ringback,
    /// The other side is busy, or does not want the call: a few times.
    Busy,
    /// The call cannot be had: a few times.
    Failed,
    /// The other side hung up: once.
    Over,
    /// To try a loudspeaker with: once.
    Sample,
    /// The ring tone, once, to try it.
    RingOnce,
}

/// How a call that comes in rings, as the user set it. In the shape of the JSON-RPC face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ringing {
    /// It is heard.
    pub on: bool,
    /// How loud.
    pub volume: Volume,
}

impl Default for Ringing {
    fn default() -> Self {
        Self { on: true, volume: Volume::default() }
    }
}

/// How loud the ring tone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volume {
    /// Quieter than speech.
    Soft,
    /// About as loud as speech.
    #[default]
    Medium,
    /// To be heard in the next room.
    Loud,
}

impl Volume {
    /// All of them, from soft to loud.
    pub const ALL: [Self; 3] = [Self::Soft, Self::Medium, Self::Loud];

    /// The factor of a tone that is as loud as can be.
    pub fn gain(self) -> f32 {
        match self {
            Self::Soft => 0.12,
            Self::Medium => 0.35,
            Self::Loud => 0.9,
        }
    }
}

/// A change of [`Ringing`]: what is not named stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RingingPatch {
    /// It is heard.
    pub on: Option<bool>,
    /// How loud.
    pub volume: Option<Volume>,
}

/// What the user chose for sound. What is not chosen is as the configuration says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Chosen {
    /// The microphone, as `devices.use` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The loudspeaker, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What rings, likewise; `output` for the loudspeaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ringer: Option<String>,
    /// How it rings.
    pub ringing: Ringing,
}

/// A way to try the devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestKind {
    /// Record for a few seconds, then hear it.
    Record,
    /// Notes from the loudspeaker.
    Output,
    /// The ring tone, once.
    Ringer,
}

/// How far such a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TestState {
    /// The microphone is being recorded.
    Recording,
    /// Something is to be heard.
    Playing,
    /// It is over.
    Ended,
    /// There was no sound, or no more: `reason` says why.
    Failed,
}

/// A test of the devices. In the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AudioTest {
    /// Which.
    pub kind: TestKind,
    /// How far.
    pub state: TestState,
    /// Why it failed or ended early; or what it does otherwise than was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl AudioTest {
    /// It is under way.
    pub fn runs(&self) -> bool {
        matches!(self.state, TestState::Recording | TestState::Playing)
    }
}
