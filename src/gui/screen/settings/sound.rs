//! Microphone, loudspeaker and ring tone: which, and whether they do what they should.

mod view;

use super::asked::Asked;
use crate::core::command::{AudioCommand, Command, CommandError, Device, DeviceCommand, Reply};
use crate::gui::screen::Action;
use crate::model::sound::{RingingPatch, TestKind, Volume};

pub(super) use view::view;

/// How much of a peak is left to see at the next look.
const FALL: f32 = 0.75;

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Wants the devices listed once more.
    List,
    /// Picked a device.
    Device(Way, String),
    /// Begins a test.
    Test(TestKind),
    /// Has recorded enough.
    Hear,
    /// Ends a test.
    Stop,
    /// Turned the ring tone on or off.
    Rings(bool),
    /// Set how loud it is.
    Volume(Volume),
}

/// A direction of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The microphone.
    In,
    /// The loudspeaker.
    Out,
    /// What rings.
    Ringer,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// The list of devices.
    Devices,
    /// The choice of a device.
    Device(Way),
    /// A test.
    Test(TestKind),
    /// The microphone's level.
    Level,
    /// How it rings.
    Ringing,
}

impl From<Control> for super::Control {
    fn from(control: Control) -> Self {
        Self::Sound(control)
    }
}

/// The devices that were listed.
#[derive(Debug)]
struct Listed {
    inputs: Vec<Device>,
    outputs: Vec<Device>,
    ringers: Vec<Device>,
}

/// The section's own state.
#[derive(Debug, Default)]
pub(super) struct Sound {
    asked: Asked<Control>,
    devices: Option<Listed>,
    /// The microphone's level, from 0 to 1, and why there is none.
    level: f32,
    trouble: Option<String>,
}

impl Sound {
    /// What the section needs to know.
    pub(super) fn begin(&mut self) -> Action {
        self.asked.ask(Control::Devices, Command::Devices(DeviceCommand::List))
    }

    /// A moment to look at the level: asking keeps the microphone open for a little while.
    pub(super) fn look(&mut self) -> Action {
        if self.asked.waits(&Control::Level) {
            return Action::None;
        }
        self.asked.ask(Control::Level, Command::Audio(AudioCommand::Levels))
    }

    /// So loud it is now.
    pub(super) fn heard(&mut self, level: f32) {
        self.level = level.max(self.level * FALL);
    }

    /// The hub's answer to what a control asked.
    pub(super) fn answered(
        &mut self,
        control: Control,
        result: Result<Reply, CommandError>,
    ) -> Action {
        let picked = matches!(control, Control::Device(_));
        let done = self.asked.answered(control, &result);
        match result {
            Ok(Reply::Devices { inputs, outputs, ringers }) => {
                self.devices = Some(Listed { inputs, outputs, ringers });
            }
            Ok(Reply::Levels { input, trouble, .. }) => {
                self.heard(input);
                self.trouble = trouble;
            }
            _ if done && picked => return self.begin(),
            _ => {}
        }
        Action::None
    }

    /// Takes in what the person did.
    pub(super) fn update(&mut self, message: Message) -> Action {
        let ringing = |patch| Command::Audio(AudioCommand::Ringing(patch));
        let (control, command) = match message {
            Message::List => return self.begin(),
            Message::Device(way, name) => (Control::Device(way), pick(way, name)),
            Message::Test(kind) => (Control::Test(kind), Command::Audio(AudioCommand::Test(kind))),
            Message::Hear => (Control::Test(TestKind::Record), Command::Audio(AudioCommand::Hear)),
            Message::Stop => return Action::Run(Command::Audio(AudioCommand::Stop)),
            Message::Rings(on) => {
                let patch = RingingPatch { on: Some(on), volume: None };
                (Control::Ringing, ringing(patch))
            }
            Message::Volume(volume) => {
                let patch = RingingPatch { on: None, volume: Some(volume) };
                (Control::Ringing, ringing(patch))
            }
        };
        self.asked.ask(control, command)
    }
}

fn pick(way: Way, name: String) -> Command {
    let name = Some(name);
    Command::Devices(match way {
        Way::In => DeviceCommand::Use { input: name, output: None, ringer: None },
        Way::Out => DeviceCommand::Use { input: None, output: name, ringer: None },
        Way::Ringer => DeviceCommand::Use { input: None, output: None, ringer: name },
    })
}
