//! The microphone and the loudspeaker of a call, picked from what there is.

use iced::widget::{Column, column, container, row, scrollable};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::press::press;
use super::{SHADE, body, heading, raised, small, strong};
use crate::core::command::Device;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::tr;

/// The most devices that are offered each way.
const MOST: usize = 32;

/// The height of the list, in logical pixels; more of it is scrolled.
const HEIGHT: f32 = 320.0;

/// What the person did on the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Wants this microphone.
    Input(String),
    /// Wants this loudspeaker.
    Output(String),
    /// Closed it.
    Close,
}

/// What is known of the devices.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// Microphones.
    pub inputs: Vec<Device>,
    /// Loudspeakers.
    pub outputs: Vec<Device>,
    /// They were listed.
    pub listed: bool,
    /// What failed.
    pub trouble: Option<String>,
}

/// The panel.
pub fn view<'a>(known: &Known) -> Element<'a, Act> {
    let head = row![
        strong(tr!("calls-devices-heading")).width(Length::Fill),
        super::button::square(Button::Plain, &icon::CLOSE, tr!("calls-close"), Some(Act::Close)),
    ]
    .align_y(Alignment::Center);
    let mut content = column![head].spacing(step::S);
    if let Some(trouble) = &known.trouble {
        content = content.push(body(plain::told(trouble)).style(Tone::Bad.text()));
    }
    content = if known.listed {
        let inputs = list(tr!("calls-devices-inputs"), &known.inputs, Act::Input);
        let outputs = list(tr!("calls-devices-outputs"), &known.outputs, Act::Output);
        let both = column![inputs, outputs].spacing(step::S);
        content.push(container(scrollable(both)).max_height(HEIGHT))
    } else {
        content.push((known.trouble.is_none()).then(|| small(tr!("calls-devices-looking"))))
    };
    let panel = raised(container(content).padding(step::M).width(Length::Fill));
    container(panel).max_width(measure::CARD + 2.0 * SHADE).into()
}

fn list<'a>(title: &'static str, devices: &[Device], act: fn(String) -> Act) -> Column<'a, Act> {
    let rows = devices.iter().take(MOST).map(|device| one(device, act));
    column![heading(title)].extend(rows).spacing(step::XXS)
}

fn one<'a>(device: &Device, act: fn(String) -> Act) -> Element<'a, Act> {
    let tone = if device.current { Tone::Accent } else { Tone::Text };
    let mark: Element<'a, Act> = if device.current {
        icon::CHECK.sized(Tone::Accent, 16.0).into()
    } else {
        super::gap(16.0).into()
    };
    let content = row![mark, Line::body(name(&device.name)).tone(tone).fill()]
        .spacing(step::XS)
        .align_y(Alignment::Center);
    press(container(content).center_y(Length::Fill))
        .padding(theme::pad(0.0, step::XS))
        .width(Length::Fill)
        .height(Length::Fixed(measure::CONTROL))
        .style(Button::Plain.style())
        .on_press_maybe((!device.current).then(|| act(device.name.clone())))
        .into()
}

/// A device's name for people.
fn name(name: &str) -> String {
    match name {
        "default" => tr!("calls-device-default").to_owned(),
        "null" => tr!("calls-device-null").to_owned(),
        name => plain::line(name),
    }
}
