//! What is heard besides calls: tones, the microphone's level, and a test of both devices. One
//! thread does one of these at a time; without any it sleeps. What a card's own thread needs is
//! ready beforehand: here is nothing that it waits for.

mod play;
mod take;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use self::play::Play;
use self::take::Session;
use super::MediaError;
use super::device::{self, Pace, Source};
use super::frame::{FRAME, Frame};
use super::meter::Meter;
use crate::config::{Audio, AudioDevice};
use crate::model::sound::Tone;

/// A frame's time.
const TICK: Duration = Duration::from_millis(20);
/// After a longer standstill (a suspended machine) nothing is caught up with.
const STANDSTILL: Duration = Duration::from_millis(500);

/// What is to be heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Sounding {
    /// What.
    pub tone: Tone,
    /// Where.
    pub device: AudioDevice,
    /// How loud; 1 for all that the tone has.
    pub gain: f32,
}

/// What the core asks for. Each takes the place of the one before.
#[derive(Debug, Clone, PartialEq)]
pub enum SideCommand {
    /// Let a tone be heard.
    Play {
        /// What events name it by.
        turn: u64,
        /// Which.
        sounding: Sounding,
    },
    /// Show how loud the microphone is.
    Level {
        /// What events name it by.
        turn: u64,
        /// Which.
        audio: Audio,
    },
    /// Record for a few seconds, then play that.
    Take {
        /// What events name it by.
        turn: u64,
        /// From where, and where.
        audio: Audio,
    },
    /// Enough was recorded: play it.
    Hear,
    /// Nothing more.
    Silence,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SideEvent {
    /// Of which command.
    pub turn: u64,
    /// What.
    pub what: SideNews,
}

/// See [`SideEvent`].
#[derive(Debug, Clone, PartialEq)]
pub enum SideNews {
    /// A wanted device is not there; the usual one is used: in words.
    Instead(String),
    /// What was recorded is played from now on.
    Playing,
    /// It is over.
    Ended,
    /// There is no sound, or no more.
    Failed(MediaError),
}

/// The way to the thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Side(Sender<SideCommand>);

impl Side {
    /// Starts the thread. `tell` is called by it, and must not wait.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(
        meter: Arc<Meter>,
        tell: impl FnMut(SideEvent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (commands, queue) = channel();
        let desk = Desk { queue, meter, tell: Box::new(tell), at: At::Rest };
        std::thread::Builder::new().name("tones".to_owned()).spawn(move || desk.run())?;
        Ok(Self(commands))
    }

    /// Asks for something; false when the thread is gone.
    pub fn ask(&self, command: SideCommand) -> bool {
        self.0.send(command).is_ok()
    }
}

/// What the thread is at.
enum At {
    Rest,
    Play(Box<Play>),
    Level(u64, Ear),
    Take(u64, Box<Session>),
}

struct Desk {
    queue: Receiver<SideCommand>,
    meter: Arc<Meter>,
    tell: Box<dyn FnMut(SideEvent) + Send>,
    at: At,
}

impl Desk {
    fn run(mut self) {
        loop {
            let now = Instant::now();
            let wait = match &mut self.at {
                At::Rest => None,
                At::Play(play) => Some(play.wait(now)),
                At::Level(_, ear) => Some(ear.wait(now)),
                At::Take(_, session) => Some(session.wait(now)),
            };
            let command = match wait {
                None => self.queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => self.queue.recv_timeout(wait),
            };
            match command {
                Ok(command) => self.begin(command),
                Err(RecvTimeoutError::Timeout) => self.turn(Instant::now()),
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
        }
    }

    fn say(&mut self, turn: u64, what: SideNews) {
        (self.tell)(SideEvent { turn, what });
    }

    /// What is open is closed, completed where it is a file.
    fn close(&mut self) {
        match std::mem::replace(&mut self.at, At::Rest) {
            At::Play(play) => play.close(),
            At::Take(_, session) => session.close(),
            At::Level(..) | At::Rest => {}
        }
    }

    fn begin(&mut self, command: SideCommand) {
        match command {
            SideCommand::Play { turn, sounding } => {
                if let At::Play(play) = &mut self.at
                    && play.go_on(turn, &sounding)
                {
                    return;
                }
                self.close();
                self.at = At::Play(Box::new(Play::new(turn, sounding)));
            }
            SideCommand::Level { turn, audio } => {
                self.close();
                match Ear::open(&audio) {
                    Ok((ear, instead)) => {
                        self.at = At::Level(turn, ear);
                        self.instead(turn, instead);
                    }
                    Err(error) => self.say(turn, SideNews::Failed(error)),
                }
            }
            SideCommand::Take { turn, audio } => {
                self.close();
                match Session::open(&audio) {
                    Ok((session, instead)) => {
                        self.at = At::Take(turn, Box::new(session));
                        self.instead(turn, instead);
                    }
                    Err(error) => self.say(turn, SideNews::Failed(error)),
                }
            }
            SideCommand::Hear => {
                if let At::Take(_, session) = &mut self.at {
                    session.hear();
                }
            }
            SideCommand::Silence => match &mut self.at {
                At::Play(play) => play.fade(),
                _ => self.close(),
            },
        }
    }

    fn instead(&mut self, turn: u64, instead: Option<String>) {
        if let Some(text) = instead {
            self.say(turn, SideNews::Instead(text));
        }
    }

    /// What is due now.
    fn turn(&mut self, now: Instant) {
        let (turn, news) = match &mut self.at {
            At::Rest => return,
            At::Play(play) => (play.turn, play.run(now)),
            At::Level(turn, ear) => {
                let mut frame: Frame = [0.0; FRAME];
                let lost = ear.hear(now, &mut frame, &self.meter);
                (*turn, lost.map(SideNews::Failed).into_iter().collect())
            }
            At::Take(turn, session) => (*turn, session.run(now, &self.meter)),
        };
        for what in news {
            let is_last = matches!(what, SideNews::Ended | SideNews::Failed(_));
            // A tone that goes on tries again by itself.
            let goes_on = matches!((&self.at, &what), (At::Play(play), SideNews::Failed(_)) if play.is_endless());
            if is_last && !goes_on {
                self.close();
            }
            self.say(turn, what);
        }
    }
}

/// An open microphone and its beat.
struct Ear {
    source: Box<dyn Source>,
    beat: Beat,
}

impl Ear {
    fn open(audio: &Audio) -> Result<(Self, Option<String>), MediaError> {
        let (mut source, instead) = device::open_source_or_usual(audio)?;
        source.begin();
        Ok((Self { source, beat: Beat::new(Instant::now()) }, instead))
    }

    fn wait(&mut self, now: Instant) -> Duration {
        self.beat.wait(self.source.pace(), now)
    }

    /// Reads a frame when one is due; what ends it, when it went away.
    fn hear(&mut self, now: Instant, frame: &mut Frame, meter: &Meter) -> Option<MediaError> {
        if self.source.is_lost() {
            let text = "The microphone went away. Connect it again, or choose another one.";
            return Some(MediaError::Device(text.to_owned()));
        }
        if self.beat.is_due(self.source.pace(), now) {
            self.source.read(frame);
            meter.sent(frame);
        }
        None
    }
}

/// When a device has its next frame.
struct Beat(Instant);

impl Beat {
    fn new(now: Instant) -> Self {
        Self(now)
    }

    fn wait(&self, pace: Pace, now: Instant) -> Duration {
        match pace {
            Pace::Clock => self.0.saturating_duration_since(now),
            Pace::Own(wait) => wait,
        }
    }

    fn is_due(&mut self, pace: Pace, now: Instant) -> bool {
        match pace {
            Pace::Own(wait) => {
                self.0 = now + TICK;
                wait.is_zero()
            }
            Pace::Clock => {
                let Some(behind) = now.checked_duration_since(self.0) else { return false };
                self.0 = if behind > STANDSTILL { now } else { self.0 } + TICK;
                true
            }
        }
    }
}
