//! Where sound comes from and goes to: sound cards, WAV files, nothing, an echo.

#[cfg(feature = "audio")]
mod card;
mod echo;
mod wav;

use std::time::Duration;

use super::MediaError;
use super::frame::Frame;
use crate::config::{Audio, AudioDevice};

/// What paces a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The session's clock: a frame every 20 ms.
    Clock,
    /// Its own clock: a frame is due in so long; now, when zero.
    Own(Duration),
}

/// Gives sound.
pub trait Source: Send {
    /// The call's first moment: what came before it is nobody's business.
    fn begin(&mut self) {}

    /// When the next frame is there.
    fn pace(&mut self) -> Pace {
        Pace::Clock
    }

    /// The next frame.
    fn read(&mut self, frame: &mut Frame);

    /// What is being played.
    fn hear(&mut self, _played: &Frame) {}

    /// It went away; from now on it is silent and paced by the clock.
    fn is_lost(&mut self) -> bool {
        false
    }
}

/// Takes sound.
pub trait Sink: Send {
    /// When the next frame is wanted.
    fn pace(&mut self) -> Pace {
        Pace::Clock
    }

    /// The next frame.
    ///
    /// # Errors
    /// The file cannot be written.
    fn write(&mut self, frame: &Frame) -> Result<(), MediaError>;

    /// It went away; from now on nothing is heard and the clock paces it.
    fn is_lost(&mut self) -> bool {
        false
    }

    /// Nothing more comes: completes what is written.
    ///
    /// # Errors
    /// The file cannot be completed.
    fn finish(self: Box<Self>) -> Result<(), MediaError> {
        Ok(())
    }
}

/// Opens the input.
///
/// # Errors
/// There is no such device, or the file cannot be read.
pub fn open_source(audio: &Audio) -> Result<Box<dyn Source>, MediaError> {
    match &audio.input {
        AudioDevice::Null => Ok(Box::new(Null)),
        AudioDevice::Echo => Ok(Box::new(echo::Echo::default())),
        AudioDevice::File(path) => Ok(Box::new(wav::Player::open(path)?)),
        AudioDevice::Default => card_source(None),
        AudioDevice::Named(name) => card_source(Some(name)),
    }
}

/// Opens the output.
///
/// # Errors
/// There is no such device, or the file cannot be written.
pub fn open_sink(audio: &Audio) -> Result<Box<dyn Sink>, MediaError> {
    match &audio.output {
        AudioDevice::Null | AudioDevice::Echo => Ok(Box::new(Null)),
        AudioDevice::File(path) => Ok(Box::new(wav::Recorder::open(path)?)),
        AudioDevice::Default => card_sink(None),
        AudioDevice::Named(name) => card_sink(Some(name)),
    }
}

/// Opens the input; where that is a sound card that is not there, the system's own. What is said of
/// that then comes with it.
///
/// # Errors
/// As [`open_source`].
pub fn open_source_or_usual(
    audio: &Audio,
) -> Result<(Box<dyn Source>, Option<String>), MediaError> {
    match (open_source(audio), &audio.input) {
        (Err(error @ MediaError::Device(_)), AudioDevice::Named(_)) => {
            let usual = Audio { input: AudioDevice::Default, ..audio.clone() };
            // Without any it is the first that is missing to the person.
            open_source(&usual).map(|source| (source, Some(instead(&error)))).map_err(|_| error)
        }
        (opened, _) => opened.map(|source| (source, None)),
    }
}

/// Opens the output; where that is a sound card that is not there, the system's own. What is said
/// of that then comes with it.
///
/// # Errors
/// As [`open_sink`].
pub fn open_sink_or_usual(audio: &Audio) -> Result<(Box<dyn Sink>, Option<String>), MediaError> {
    match (open_sink(audio), &audio.output) {
        (Err(error @ MediaError::Device(_)), AudioDevice::Named(_)) => {
            let usual = Audio { output: AudioDevice::Default, ..audio.clone() };
            open_sink(&usual).map(|sink| (sink, Some(instead(&error)))).map_err(|_| error)
        }
        (opened, _) => opened.map(|sink| (sink, None)),
    }
}

fn instead(error: &MediaError) -> String {
    format!("{error} The system's own is used instead.")
}

/// Whether a call could have sound now: opens both devices, and closes them again. It asks the
/// platform, so it may take a while.
///
/// # Errors
/// As [`open_source`] and [`open_sink`].
pub fn probe(audio: &Audio) -> Result<(), MediaError> {
    open_source(audio)?;
    open_sink(audio)?;
    Ok(())
}

/// The sound cards' names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Devices {
    /// Microphones.
    pub inputs: Vec<String>,
    /// Loudspeakers.
    pub outputs: Vec<String>,
}

/// Lists the sound cards. It asks the platform, so it may take a while.
#[cfg(feature = "audio")]
pub fn devices() -> Devices {
    card::devices()
}

/// Lists the sound cards: none in this build.
#[cfg(not(feature = "audio"))]
pub fn devices() -> Devices {
    Devices::default()
}

#[cfg(feature = "audio")]
fn card_source(name: Option<&str>) -> Result<Box<dyn Source>, MediaError> {
    Ok(Box::new(card::Microphone::open(name)?))
}

#[cfg(feature = "audio")]
fn card_sink(name: Option<&str>) -> Result<Box<dyn Sink>, MediaError> {
    Ok(Box::new(card::Loudspeaker::open(name)?))
}

#[cfg(not(feature = "audio"))]
fn card_source(_: Option<&str>) -> Result<Box<dyn Source>, MediaError> {
    Err(no_cards())
}

#[cfg(not(feature = "audio"))]
fn card_sink(_: Option<&str>) -> Result<Box<dyn Sink>, MediaError> {
    Err(no_cards())
}

#[cfg(not(feature = "audio"))]
fn no_cards() -> MediaError {
    MediaError::Device("This build of Dovetail has no sound.".to_owned())
}

/// Silence in, nothing out.
pub(super) struct Null;

impl Source for Null {
    fn read(&mut self, frame: &mut Frame) {
        frame.fill(0.0);
    }
}

impl Sink for Null {
    fn write(&mut self, _: &Frame) -> Result<(), MediaError> {
        Ok(())
    }
}
