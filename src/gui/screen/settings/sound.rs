//! Microphone and loudspeaker.

use iced::Element;

use super::asked::Asked;
use crate::core::command::{Command, CommandError, Device, DeviceCommand, Reply};
use crate::gui::plain;
use crate::gui::screen::Action;
use crate::gui::widget::{sheet, switch};
use crate::tr;

/// The most devices that are offered each way.
const MOST: usize = 32;

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Wants the devices listed once more.
    List,
    /// Picked a device.
    Device(Way, String),
}

/// A direction of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The microphone.
    In,
    /// The loudspeaker.
    Out,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// The list of devices.
    Devices,
    /// The choice of a device.
    Device(Way),
}

impl From<Control> for super::Control {
    fn from(control: Control) -> Self {
        Self::Sound(control)
    }
}

/// The section's own state.
#[derive(Debug, Default)]
pub(super) struct Sound {
    asked: Asked<Control>,
    /// Microphones and loudspeakers, once they were listed.
    devices: Option<(Vec<Device>, Vec<Device>)>,
}

impl Sound {
    /// What the section needs to know.
    pub(super) fn begin(&mut self) -> Action {
        self.asked.ask(Control::Devices, Command::Devices(DeviceCommand::List))
    }

    /// The hub's answer to what a control asked.
    pub(super) fn answered(
        &mut self,
        control: Control,
        result: Result<Reply, CommandError>,
    ) -> Action {
        let picked = matches!(control, Control::Device(_));
        let done = self.asked.answered(control, &result);
        if let Ok(Reply::Devices { inputs, outputs, .. }) = result {
            self.devices = Some((inputs, outputs));
        } else if done && picked {
            return self.begin();
        }
        Action::None
    }

    /// Takes in what the person did.
    pub(super) fn update(&mut self, message: Message) -> Action {
        match message {
            Message::List => self.begin(),
            Message::Device(way, name) => {
                let (input, output) = match way {
                    Way::In => (Some(name), None),
                    Way::Out => (None, Some(name)),
                };
                let pick = DeviceCommand::Use { input, output, ringer: None };
                self.asked.ask(Control::Device(way), Command::Devices(pick))
            }
        }
    }
}

/// The section.
pub(super) fn view(page: &Sound) -> Vec<Element<'_, Message>> {
    let Some((inputs, outputs)) = &page.devices else {
        let looking = sheet::remark(tr!("settings-devices-looking"));
        let told = page.asked.at(&Control::Devices);
        return vec![sheet::boxed(vec![sheet::told(looking, told, Message::List)])];
    };
    let pick = |way, devices: &[Device], name| {
        let control = Control::Device(way);
        let lines = devices.iter().take(MOST).map(|device| line(way, device)).collect();
        let told = page.asked.at(&control);
        let section = sheet::section(name, lines);
        sheet::told(section, told, Message::List)
    };
    vec![
        pick(Way::In, inputs, tr!("settings-microphone")),
        pick(Way::Out, outputs, tr!("settings-loudspeaker")),
        sheet::boxed(vec![sheet::remark(tr!("settings-devices-hint"))]),
    ]
}

fn line<'a>(way: Way, device: &Device) -> Element<'a, Message> {
    let name = match device.name.as_str() {
        "default" => tr!("settings-of-system").to_owned(),
        "null" => tr!("settings-no-device").to_owned(),
        name => plain::line(name),
    };
    let choose = Message::Device(way, device.name.clone());
    switch::choice_named(name, device.current, choose)
}
