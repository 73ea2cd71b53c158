//! The devices of a call: when each has its next frame, and what follows when one goes away.

use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use super::TICK;
use crate::config::{Audio, AudioDevice};
use crate::media::device::{self, Null, Pace, Sink, Source};
use crate::media::{MediaError, MediaEvent};

/// After a longer standstill (a suspended machine) nothing is caught up with.
const STANDSTILL: u32 = 25;
/// Between two attempts to open a lost device again.
const RETRY: Duration = Duration::from_secs(2);
/// What goes within so long goes for one reason, and is told once.
const SETTLE: Duration = Duration::from_millis(300);

/// The opened devices, and when each has its next frame by our clock.
pub(super) struct Pair {
    pub source: Box<dyn Source>,
    pub sink: Box<dyn Sink>,
    source_next: Instant,
    sink_next: Instant,
    audio: Audio,
    source_repair: Repair<dyn Source>,
    sink_repair: Repair<dyn Sink>,
    source_change: Change<dyn Source>,
    sink_change: Change<dyn Sink>,
    gone: Gone,
    told: Gone,
    changed: Option<Instant>,
    /// Which devices are not those that were wanted, until it is said.
    instead: Vec<String>,
}

/// Which devices are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Gone {
    source: bool,
    sink: bool,
}

impl Pair {
    pub fn open(audio: Audio) -> Result<Self, MediaError> {
        let mut audio = audio;
        let (source, no_source) = device::open_source_or_usual(&audio)?;
        let (sink, no_sink) = device::open_sink_or_usual(&audio)?;
        // What is used is what counts when others are wanted.
        if no_source.is_some() {
            audio.input = AudioDevice::Default;
        }
        if no_sink.is_some() {
            audio.output = AudioDevice::Default;
        }
        let now = Instant::now();
        Ok(Self {
            source,
            sink,
            source_next: now,
            sink_next: now,
            audio,
            source_repair: Repair::default(),
            sink_repair: Repair::default(),
            source_change: Change::default(),
            sink_change: Change::default(),
            gone: Gone::default(),
            told: Gone::default(),
            changed: None,
            instead: [no_source, no_sink].into_iter().flatten().collect(),
        })
    }

    /// The call's first moment: nothing of the time before it is played or recorded.
    pub fn begin(&mut self, now: Instant) {
        self.source.begin();
        (self.source_next, self.sink_next) = (now, now);
    }

    /// When there is something to do next.
    pub fn next(&mut self, now: Instant) -> Instant {
        let at = |pace, next| match pace {
            Pace::Clock => next,
            Pace::Own(wait) => now + wait,
        };
        at(self.source.pace(), self.source_next).min(at(self.sink.pace(), self.sink_next))
    }

    /// Frames to play now, and how many were slept over.
    pub fn due_to_play(&mut self, now: Instant) -> (u32, u32) {
        due(&mut self.sink_next, self.sink.pace(), now)
    }

    /// Frames to send now, and how many were slept over.
    pub fn due_to_send(&mut self, now: Instant) -> (u32, u32) {
        due(&mut self.source_next, self.source.pace(), now)
    }

    /// Puts silence in the place of devices that are lost and opens them again, elsewhere, so
    /// that what is left goes on; says what changed.
    pub fn mend(&mut self, now: Instant) -> Option<MediaEvent> {
        if let Some(text) = self.instead.pop() {
            return Some(MediaEvent::Device { gone: true, text });
        }
        if let Some(failed) = self.turn_changes(now) {
            return Some(failed);
        }
        if !self.gone.source && self.source.is_lost() {
            let silence: Box<dyn Source> = Box::new(Null);
            retire(std::mem::replace(&mut self.source, silence));
            (self.gone.source, self.source_next) = (true, now);
        }
        if !self.gone.sink && self.sink.is_lost() {
            let silence: Box<dyn Sink> = Box::new(Null);
            retire(std::mem::replace(&mut self.sink, silence));
            (self.gone.sink, self.sink_next) = (true, now);
        }
        let audio = &self.audio;
        if let Some(mut source) = self.source_repair.turn(self.gone.source, now, || {
            let (first, second) = (audio.clone(), anew(audio));
            move || device::open_source(&first).or_else(|_| device::open_source(&second))
        }) {
            source.begin();
            (self.source, self.gone.source) = (source, false);
        }
        if let Some(sink) = self.sink_repair.turn(self.gone.sink, now, || {
            let (first, second) = (audio.clone(), anew(audio));
            move || device::open_sink(&first).or_else(|_| device::open_sink(&second))
        }) {
            (self.sink, self.gone.sink) = (sink, false);
        }
        self.tell(self.gone, now)
    }

    /// Other devices are wanted; they are there as soon as their platform opens them.
    pub fn replace(&mut self, audio: Audio) {
        // The newest wish counts, also over one that is still being opened.
        let input = self.source_change.wanted().map_or(&self.audio.input, |wanted| &wanted.input);
        if *input != audio.input {
            self.source_change = Change::begin(audio.clone(), device::open_source);
        }
        let output = self.sink_change.wanted().map_or(&self.audio.output, |wanted| &wanted.output);
        if *output != audio.output {
            self.sink_change = Change::begin(audio, device::open_sink);
        }
    }

    /// Takes devices that were opened in the place of those before; says what could not be had.
    fn turn_changes(&mut self, now: Instant) -> Option<MediaEvent> {
        let mut failed = None;
        match self.source_change.turn() {
            Some((audio, Ok(mut source))) => {
                source.begin();
                retire(std::mem::replace(&mut self.source, source));
                (self.audio.input, self.source_next) = (audio.input, now);
                (self.gone.source, self.source_repair) = (false, Repair::default());
            }
            Some((_, Err(error))) => failed = Some(error),
            None => {}
        }
        match self.sink_change.turn() {
            Some((audio, Ok(sink))) => {
                let before = std::mem::replace(&mut self.sink, sink);
                finish(before);
                (self.audio.output, self.sink_next) = (audio.output, now);
                (self.gone.sink, self.sink_repair) = (false, Repair::default());
            }
            Some((_, Err(error))) => failed = Some(error),
            None => {}
        }
        let text = format!("{} The call goes on with the device before.", failed?);
        Some(MediaEvent::Device { gone: true, text })
    }

    fn tell(&mut self, gone: Gone, now: Instant) -> Option<MediaEvent> {
        if gone == self.told {
            self.changed = None;
            return None;
        }
        let since = *self.changed.get_or_insert(now);
        if now.saturating_duration_since(since) < SETTLE {
            return None;
        }
        (self.told, self.changed) = (gone, None);
        let text = match (gone.source, gone.sink) {
            (true, true) => "Your microphone and your loudspeaker went away.",
            (true, false) => "Your microphone went away: the other side cannot hear you.",
            (false, true) => "Your loudspeaker went away: you cannot hear the other side.",
            (false, false) => "Your microphone and your loudspeaker are there again.",
        };
        let gone = gone != Gone::default();
        let more = if gone { " The call goes on." } else { "" };
        Some(MediaEvent::Device { gone, text: format!("{text}{more}") })
    }
}

/// Closes a lost device, in a thread of its own: that may take long, and until it is closed its
/// platform's thread may ask a card that is not there again and again.
fn retire<T: Send + ?Sized + 'static>(device: Box<T>) {
    // Where no thread starts it closes here.
    let _ = std::thread::Builder::new().name("sound".to_owned()).spawn(move || drop(device));
}

/// The same for a sink that is in order: what it writes is completed.
fn finish(sink: Box<dyn Sink>) {
    let _ = std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
        if let Err(error) = sink.finish() {
            tracing::warn!(%error, "a recording could not be completed");
        }
    });
}

/// What a thread that opens a device gives back.
type Opened<T> = Result<Box<T>, MediaError>;

/// Another device that is being opened, in a thread of its own.
struct Change<T: ?Sized>(Option<(Audio, Receiver<Opened<T>>)>);

impl<T: ?Sized> Default for Change<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + ?Sized + 'static> Change<T> {
    fn begin(audio: Audio, open: fn(&Audio) -> Opened<T>) -> Self {
        let (sender, receiver) = sync_channel(1);
        let wanted = audio.clone();
        // Where no thread starts, its end of the channel is dropped.
        let _ = std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
            // When the call has ended, the device closes here.
            let _ = sender.send(open(&audio));
        });
        Self(Some((wanted, receiver)))
    }

    fn wanted(&self) -> Option<&Audio> {
        self.0.as_ref().map(|(audio, _)| audio)
    }

    /// What was opened, once.
    fn turn(&mut self) -> Option<(Audio, Opened<T>)> {
        let (_, opening) = self.0.as_ref()?;
        let opened = match opening.try_recv() {
            Ok(opened) => opened,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                Err(MediaError::Device("The sound device could not be opened.".to_owned()))
            }
        };
        self.0.take().map(|(audio, _)| (audio, opened))
    }
}

/// A device that was pulled out is replaced by the usual one.
fn anew(audio: &Audio) -> Audio {
    Audio { input: AudioDevice::Default, output: AudioDevice::Default, ..audio.clone() }
}

/// A lost device that is being opened again, in a thread of its own: that may take long.
struct Repair<T: ?Sized> {
    last: Option<Instant>,
    opening: Option<Receiver<Box<T>>>,
}

impl<T: ?Sized> Default for Repair<T> {
    fn default() -> Self {
        Self { last: None, opening: None }
    }
}

impl<T: Send + ?Sized + 'static> Repair<T> {
    fn turn<Open>(
        &mut self,
        is_lost: bool,
        now: Instant,
        open: impl FnOnce() -> Open,
    ) -> Option<Box<T>>
    where
        Open: FnOnce() -> Result<Box<T>, MediaError> + Send + 'static,
    {
        if !is_lost {
            return None;
        }
        match self.opening.as_ref().map(Receiver::try_recv) {
            Some(Ok(device)) => {
                *self = Self::default();
                return Some(device);
            }
            Some(Err(TryRecvError::Empty)) => return None,
            Some(Err(TryRecvError::Disconnected)) => self.opening = None,
            None => {}
        }
        let last = *self.last.get_or_insert(now);
        if now.saturating_duration_since(last) >= RETRY {
            self.last = Some(now);
            let (sender, receiver) = sync_channel(1);
            let open = open();
            // An attempt whose thread does not start is one that fails.
            let _ = std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
                if let Ok(device) = open() {
                    // When the call has ended, the device closes here.
                    let _ = sender.send(device);
                }
            });
            self.opening = Some(receiver);
        }
        None
    }
}

/// How many frames are due now, and how many were slept over.
fn due(next: &mut Instant, pace: Pace, now: Instant) -> (u32, u32) {
    match pace {
        Pace::Own(wait) => {
            // Should its clock fail, ours goes on from here.
            *next = now + TICK;
            (u32::from(wait.is_zero()), 0)
        }
        Pace::Clock => {
            let Some(behind) = now.checked_duration_since(*next) else {
                return (0, 0);
            };
            let frames = (behind.as_millis() / TICK.as_millis()).saturating_add(1);
            let frames = u32::try_from(frames).unwrap_or(u32::MAX);
            *next += TICK.saturating_mul(frames);
            if frames > STANDSTILL { (0, frames) } else { (frames, 0) }
        }
    }
}

#[cfg(test)]
mod tests;
