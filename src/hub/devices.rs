//! The sound devices for the faces: which there are, which are used, which are missing.

use crate::config::{AS_OUTPUT, Audio, AudioDevice};
use crate::core::command::{Device, Reply};
use crate::media;

/// The platform's sound devices, and which are in use.
pub(super) fn devices(audio: &Audio) -> Reply {
    listed(&media::devices(), audio)
}

/// The same of devices that were found.
fn listed(found: &media::Devices, audio: &Audio) -> Reply {
    let list = |first: &[&str], names: &[String], current: String, is_card: bool| {
        let mut all: Vec<String> = first.iter().map(|name| (*name).to_owned()).collect();
        all.extend_from_slice(names);
        let is_there = all.contains(&current);
        if !is_there {
            all.push(current.clone());
        }
        let device = |name: String| {
            let current = name == current;
            Device { missing: current && is_card && !is_there, current, name }
        };
        all.into_iter().map(device).collect()
    };
    let usual: &[&str] = &["default"];
    let named = |device: &AudioDevice| matches!(device, AudioDevice::Named(_));
    let (input, output) = (&audio.input, &audio.output);
    let ringer = audio.ringer.as_ref();
    Reply::Devices {
        inputs: list(usual, &found.inputs, input.to_string(), named(input)),
        outputs: list(usual, &found.outputs, output.to_string(), named(output)),
        ringers: list(
            &[AS_OUTPUT, "default"],
            &found.outputs,
            ringer.map_or_else(|| AS_OUTPUT.to_owned(), AudioDevice::to_string),
            ringer.is_some_and(named),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_listed_also_when_it_is_not_connected() {
        let found = || media::Devices {
            inputs: vec!["Headset".to_owned()],
            outputs: vec!["Headset".to_owned(), "Desk".to_owned()],
        };
        let named = |name: &str| AudioDevice::Named(name.to_owned());
        let shown = |devices: &[Device]| -> Vec<String> {
            let sign = |device: &Device| match (device.current, device.missing) {
                (true, true) => "!",
                (true, false) => "*",
                (false, true) => "?",
                (false, false) => "",
            };
            devices.iter().map(|device| format!("{}{}", device.name, sign(device))).collect()
        };
        let all = |audio: &Audio| match listed(&found(), audio) {
            Reply::Devices { inputs, outputs, ringers } => {
                (shown(&inputs), shown(&outputs), shown(&ringers))
            }
            _ => Default::default(),
        };
        let (inputs, outputs, ringers) = all(&Audio::default());
        assert_eq!(inputs, ["default*", "Headset"]);
        assert_eq!(outputs, ["default*", "Headset", "Desk"]);
        assert_eq!(ringers, ["output*", "default", "Headset", "Desk"]);
        let audio = Audio {
            input: named("Gone"),
            output: AudioDevice::Null,
            ringer: Some(named("Desk")),
            echo_cancellation: true,
        };
        let (inputs, outputs, ringers) = all(&audio);
        assert_eq!(inputs, ["default", "Headset", "Gone!"]);
        assert_eq!(outputs, ["default", "Headset", "Desk", "null*"]);
        assert_eq!(ringers, ["output", "default", "Headset", "Desk*"]);
    }
}
