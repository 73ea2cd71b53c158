//! Microphone and loudspeaker.

use iced::Element;

use super::{Control, Message, Settings, Way};
use crate::core::command::Device;
use crate::gui::plain;
use crate::gui::widget::{sheet, switch};
use crate::tr;

/// The most devices that are offered each way.
const MOST: usize = 32;

/// The section.
pub(super) fn view(page: &Settings) -> Vec<Element<'_, Message>> {
    let Some((inputs, outputs)) = &page.devices else {
        let looking = sheet::remark(tr!("settings-devices-looking"));
        let told = page.notes.at(&Control::Devices);
        return vec![sheet::boxed(vec![sheet::told(
            looking,
            told,
            Message::Show(super::Section::Sound),
        )])];
    };
    let pick = |way, devices: &[Device], name| {
        let control = Control::Device(way);
        let lines = devices.iter().take(MOST).map(|device| line(way, device)).collect();
        let told = page.notes.at(&control);
        let section = sheet::section(name, lines);
        sheet::told(section, told, Message::Confirm(control.clone()))
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
