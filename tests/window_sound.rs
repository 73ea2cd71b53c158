//! The section of the settings where sound is set and tried, in each of its states.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{AudioCommand, Command, CommandError, Device, DeviceCommand, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Message, pages};
use dovetail::gui::screen::settings::{self, Section};
use dovetail::lang::{self, Language};
use dovetail::model::call::{CallState, Direction};
use dovetail::model::sound::{AudioTest, Ringing, RingingPatch, TestKind, TestState, Volume};
use driver::Driver;
use window::{call, noon, snapshot};

fn device(name: &str, current: bool) -> Device {
    Device { name: name.to_owned(), current, missing: false }
}

fn listed() -> Reply {
    let missing = Device { missing: true, ..device("Yesterday's headset", true) };
    Reply::Devices {
        inputs: vec![device("default", false), device("Headset", false), missing],
        outputs: vec![device("default", true), device("Speakers", false)],
        ringers: vec![device("output", true), device("default", false), device("Desk", false)],
    }
}

/// The section, with its devices listed.
fn section(snapshot: Snapshot, width: f32) -> Driver {
    let mut window = Driver::sized(snapshot, width, 1_600.0);
    let key = iced::keyboard::Key::Character(",".into());
    let stroke =
        dovetail::gui::app::Keystroke::of(&key, &key, iced::keyboard::Modifiers::COMMAND, false);
    stroke.into_iter().for_each(|stroke| window.key(stroke));
    let show = settings::Message::Show(Section::Sound);
    window.take([Message::Pages(pages::Message::Settings(show))]);
    assert_eq!(window.answer(Ok(listed())), Command::Devices(DeviceCommand::List));
    window
}

fn with(kind: TestKind, state: TestState, reason: Option<&str>) -> Snapshot {
    let reason = reason.map(str::to_owned);
    Snapshot { audio_test: Some(AudioTest { kind, state, reason }), ..snapshot() }
}

fn audio(command: AudioCommand) -> Command {
    Command::Audio(command)
}

#[test]
fn each_device_is_tried_where_it_is_chosen() {
    for width in [1_120.0, 360.0] {
        let mut window = section(snapshot(), width);
        assert!(window.says("Yesterday's headset (not connected; as the system until it is)"));
        assert!(window.says("As the loudspeaker"));
        for (label, kind) in
            [("Record", TestKind::Record), ("Play", TestKind::Output), ("Ring", TestKind::Ringer)]
        {
            window.click(label);
            assert_eq!(window.answer(Ok(Reply::Done {})), audio(AudioCommand::Test(kind)));
        }
        window.click("Desk");
        let ringer = Some("Desk".to_owned());
        let pick = DeviceCommand::Use { input: None, output: None, ringer };
        assert_eq!(window.answer(Ok(Reply::Done {})), Command::Devices(pick));
    }
}

#[test]
fn a_recording_goes_its_way_and_is_stopped_at_any_time() {
    let mut window = section(with(TestKind::Record, TestState::Recording, None), 1_120.0);
    assert!(window.says("Speak now."));
    window.click("Hear it");
    assert_eq!(window.answer(Ok(Reply::Done {})), audio(AudioCommand::Hear));
    window.show(with(TestKind::Record, TestState::Playing, None));
    assert!(window.says("This is how others hear you.") && !window.says("Hear it"));
    window.click("Stop");
    assert_eq!(window.answer(Ok(Reply::Done {})), audio(AudioCommand::Stop));
    window.show(with(TestKind::Record, TestState::Ended, None));
    assert!(window.says("Record") && !window.says("Stop"));
    let why = "No microphone was found. Connect one, then call again.";
    window.show(with(TestKind::Record, TestState::Failed, Some(why)));
    assert!(window.says(why));
    window.show(with(TestKind::Output, TestState::Playing, None));
    assert!(window.says("Stop") && !window.says(why));
}

#[test]
fn who_leaves_the_section_is_not_recorded_any_more() {
    let leave: [fn(&mut Driver); 2] =
        [|window| window.click("Privacy"), |window| window.press("Back")];
    for leave in leave {
        let mut window = section(with(TestKind::Record, TestState::Recording, None), 1_120.0);
        leave(&mut window);
        assert!(window.commands().contains(&audio(AudioCommand::Stop)));
        let mut window = section(with(TestKind::Record, TestState::Ended, None), 1_120.0);
        leave(&mut window);
        assert!(!window.commands().contains(&audio(AudioCommand::Stop)));
    }
}

#[test]
fn during_a_call_nothing_is_tried_and_the_reason_is_said() {
    let mut window = section(
        Snapshot { calls: vec![call(CallState::Active, Direction::Out, noon())], ..snapshot() },
        1_120.0,
    );
    assert!(window.says("Sound can be tried when no call is on."));
    window.click("Record");
    window.click("Play");
    assert_eq!(window.commands(), []);
}

#[test]
fn the_ring_tone_is_turned_off_and_made_louder() {
    let mut window = section(snapshot(), 1_120.0);
    window.click("Loud");
    let loud = RingingPatch { on: None, volume: Some(Volume::Loud) };
    let ringing = |on, volume| Reply::Ringing(Ringing { on, volume });
    let answer = window.answer(Ok(ringing(true, Volume::Loud)));
    assert_eq!(answer, audio(AudioCommand::Ringing(loud)));
    window.click("Calls ring");
    let off = RingingPatch { on: Some(false), volume: None };
    let answer = window.answer(Ok(ringing(false, Volume::Loud)));
    assert_eq!(answer, audio(AudioCommand::Ringing(off)));
    let ringing = Ringing { on: false, volume: Volume::Loud };
    window.show(Snapshot { ringing, ..snapshot() });
    // What does not ring has no place and no loudness.
    assert!(!window.says("Where it rings") && !window.says("How loud"));
}

#[test]
fn the_level_is_looked_at_only_while_the_section_is_open() {
    let mut window = section(snapshot(), 1_120.0);
    assert!(window.app.looks_at_levels().is_some());
    let levels = |input, trouble: Option<&str>| {
        Ok(Reply::Levels { input, output: 0.0, trouble: trouble.map(str::to_owned) })
    };
    window.take([Message::Levels]);
    // Until there is an answer it is not asked again.
    window.take([Message::Levels]);
    assert_eq!(window.answer(levels(0.5, None)), audio(AudioCommand::Levels));
    assert_eq!(window.commands(), []);
    assert!(window.says("Level: speak, and the bar moves."));
    window.take([Message::Levels]);
    let why = "No microphone was found. Connect one, then call again.";
    assert_eq!(window.answer(levels(0.0, Some(why))), audio(AudioCommand::Levels));
    assert!(window.says(why) && !window.says("Level: speak, and the bar moves."));

    let show = settings::Message::Show(Section::Privacy);
    window.take([Message::Pages(pages::Message::Settings(show))]);
    assert_eq!(window.app.looks_at_levels(), None);
    window.take([Message::Levels]);
    assert_eq!(window.commands(), []);
}

#[test]
fn a_refusal_is_said_at_its_button() {
    let mut window = section(snapshot(), 1_120.0);
    window.click("Ring");
    let nowhere = CommandError::Media("It rings nowhere: choose a ringer first.".to_owned());
    window.answer(Err(nowhere));
    assert!(window.says("It rings nowhere: choose a ringer first."));
}

#[test]
fn the_section_speaks_german_and_french() {
    for (language, words) in
        [(Language::German, "Klingelton testen"), (Language::French, "Essayer la sonnerie")]
    {
        lang::speak(language);
        let window = section(snapshot(), 360.0);
        assert!(window.says(words), "{language:?}");
        lang::speak(Language::English);
    }
}
