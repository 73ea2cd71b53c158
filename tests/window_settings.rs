//! The settings: every section, what is set there takes effect at once, and comes back after a
//! restart.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dovetail::core::command::{
    ChatCommand, Command, CommandError, Cue, CueKind, Device, DeviceCommand, Reply,
    TelephonyCommand,
};
use dovetail::desktop::autostart::Autostart;
use dovetail::gui::app::{Keystroke, Message, desktop as app_desktop, pages};
use dovetail::gui::preferences::Kept;
use dovetail::gui::screen::Go;
use dovetail::gui::screen::settings::{self, Section};
use dovetail::gui::{GuiOptions, theme};
use dovetail::lang::{self, Language};
use dovetail::model::preferences::{Change, Hours, Preferences, Theme};
use dovetail::model::signals::SignalsPatch;
use driver::Driver;
use iced::keyboard::{Modifiers, key::Key};
use serde_json::json;
use window::snapshot;

fn options(file: &Path) -> GuiOptions {
    GuiOptions { preferences: Kept::read(file.to_owned()), ..GuiOptions::default() }
}

/// A profile's file, and a window that reads it.
fn profile() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("preferences.json");
    (dir, file)
}

fn settings(file: &Path) -> Driver {
    let mut window = Driver::opened_unforced(snapshot(), options(file));
    comma(&mut window);
    window
}

fn comma(window: &mut Driver) {
    let key = Key::Character(",".into());
    let stroke = Keystroke::of(&key, &key, Modifiers::COMMAND, false);
    stroke.into_iter().for_each(|stroke| window.key(stroke));
}

/// What the file holds, once it is this.
fn kept(file: &Path, wanted: &Preferences) {
    let end = Instant::now() + Duration::from_secs(20);
    while Kept::read(file.to_owned()).set() != wanted {
        assert!(Instant::now() < end, "{:?}", Kept::read(file.to_owned()));
        std::thread::yield_now();
    }
}

#[test]
fn ctrl_and_comma_opens_the_settings_and_escape_leaves_them() {
    let (_dir, file) = profile();
    let mut window = settings(&file);
    assert!(window.says("Settings") && window.says("All about accounts"));
    window.key(Keystroke::Escape);
    assert!(!window.says("All about accounts"));
}

#[test]
fn the_accounts_lead_to_their_pages() {
    for (way, title) in [
        ("All about accounts", "What you chat and call with, and how the two go together."),
        ("Protection", "Connection and protection"),
        ("Rules for calls", "What rings, where calls go, and who may call."),
    ] {
        let (_dir, file) = profile();
        let mut window = settings(&file);
        assert!(window.says("sip:alice@sip.example.com"));
        window.click(way);
        assert!(window.says(title), "{way}");
    }
}

#[test]
fn what_is_chosen_takes_effect_at_once_and_after_a_restart() {
    let (_dir, file) = profile();
    let mut window = settings(&file);
    window.click("Appearance");
    window.click("Dark");
    assert_eq!(window.app.theme(), theme::Mode::Dark.theme());
    window.click("150%");
    assert_eq!(window.app.scale(), 1.5);
    window.click("12 hours");
    window.click("Large text");
    assert_eq!(theme::type_size(14.0), 18.0);
    window.click("Deutsch");
    // At this size there is no room for the list beside the section.
    assert!(window.says("Darstellung") && window.says("Große Schrift"));
    assert_eq!(lang::spoken(), Language::German);

    let mut wanted = Preferences::default().with(Change::Theme(Theme::Dark));
    for change in [
        Change::Scale(150.try_into().unwrap()),
        Change::Hours(Hours::Twelve),
        Change::LargeText(true),
        Change::Language(Some("de".to_owned())),
    ] {
        wanted = wanted.with(change);
    }
    kept(&file, &wanted);
    drop(window);
    theme::enlarge_text(false);
    lang::speak(Language::English);

    let mut window = settings(&file);
    assert_eq!(window.app.theme(), theme::Mode::Dark.theme());
    assert_eq!(window.app.scale(), 1.5);
    assert_eq!(theme::type_size(14.0), 18.0);
    assert!(window.says("Einstellungen"));
    window.click("Darstellung");
    window.click("English");
    assert!(window.says("Settings"));
    kept(&file, &wanted.with(Change::Language(Some("en".to_owned()))));
}

#[test]
fn as_the_system_goes_back_to_what_the_system_says() {
    let (_dir, file) = profile();
    let mut window = settings(&file);
    window.click("Appearance");
    window.take([Message::SystemTheme(iced::theme::Mode::Dark)]);
    assert_eq!(window.app.theme(), theme::Mode::Dark.theme());
    window.click("Light");
    assert_eq!(window.app.theme(), theme::Mode::Light.theme());
    window.take([Message::SystemTheme(iced::theme::Mode::Dark)]);
    assert_eq!(window.app.theme(), theme::Mode::Light.theme());
    let prefer = settings::Message::Prefer(Change::Theme(Theme::System));
    window.take([Message::Pages(pages::Message::Settings(prefer))]);
    assert_eq!(window.app.theme(), theme::Mode::Dark.theme());
}

#[test]
fn colours_that_the_start_decided_cannot_be_chosen() {
    let mut window = Driver::new(snapshot());
    comma(&mut window);
    window.click("Appearance");
    assert!(window.says("DOVETAIL_THEME decided this when Dovetail was started."));
    window.click("Dark");
    assert_eq!(window.app.theme(), theme::Mode::Light.theme());
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_left_alone_until_the_person_says_so() {
    let (dir, file) = profile();
    std::fs::write(&file, "{\"theme\":\"mauve\"}").unwrap();
    let mut window = settings(&file);
    assert!(window.mentions("could not be read"));
    window.press("Dismiss");
    window.click("Appearance");
    window.click("Dark");
    assert_eq!(window.app.theme(), theme::Mode::Dark.theme());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"theme\":\"mauve\"}");
    window.click("Set the file aside and keep what is set now");
    kept(&file, &Preferences::default().with(Change::Theme(Theme::Dark)));
    let aside = std::fs::read_to_string(dir.path().join("preferences.1.old")).unwrap();
    assert_eq!(aside, "{\"theme\":\"mauve\"}");
    let end = Instant::now() + Duration::from_secs(20);
    while window.mentions("could not be read") {
        assert!(Instant::now() < end);
        window.commands();
    }
}

#[test]
fn without_room_the_list_comes_before_the_section() {
    let mut window = Driver::sized(snapshot(), 360.0, 720.0);
    comma(&mut window);
    assert!(window.says("Accounts") && !window.says("Appearance"));
    window.press("Back");
    window.click("Appearance");
    assert!(window.says("Large text"));
    window.press("Back");
    assert!(window.says("Settings") && !window.says("Large text"));
    window.press("Back");
    assert!(!window.says("Settings"));
}

#[test]
fn every_section_can_be_shown_in_every_language() {
    for language in Language::ALL {
        for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
            let mut window = Driver::sized(snapshot(), width, height);
            lang::speak(language);
            for section in Section::ALL {
                window.take([Message::Sidebar(dovetail::gui::screen::sidebar::Message::Go(
                    Go::Settings(section),
                ))]);
                assert!(window.mentions(section.name()), "{section:?} in {language:?}");
            }
        }
    }
    lang::speak(Language::English);
}

fn section(name: &str) -> Driver {
    let mut window = Driver::sized(snapshot(), 1120.0, 1_200.0);
    comma(&mut window);
    window.click(name);
    window
}

#[test]
fn every_switch_of_privacy_sends_what_it_says() {
    let signals = |patch| Command::Chat(ChatCommand::Signals(patch));
    let none = SignalsPatch::default();
    let rule = |wish: serde_json::Value| {
        Command::Telephony(TelephonyCommand::Set(wish.as_object().unwrap().clone()))
    };
    for (name, wanted) in [
        ("Say that a message has come", signals(SignalsPatch { delivered: Some(false), ..none })),
        (
            "Say that you have seen a message",
            signals(SignalsPatch { displayed: Some(false), ..none }),
        ),
        ("Say that you are writing", signals(SignalsPatch { typing: Some(false), ..none })),
        ("Say your chat address in calls", rule(json!({ "send_chat_address": false }))),
        ("Say when you are on the phone", rule(json!({ "on_the_phone": true }))),
        ("They are refused", rule(json!({ "strangers": "refuse" }))),
        ("Refuse hidden callers", rule(json!({ "reject_anonymous": true }))),
    ] {
        let mut window = section("Privacy");
        window.click(name);
        assert_eq!(window.commands(), [wanted], "{name}");
    }
}

#[test]
fn what_others_would_know_is_asked_about_at_its_switch() {
    let mut window = section("Privacy");
    window.click("Tell your telephony address");
    let cue = Cue::new(CueKind::Privacy, "Everybody will see it.");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue])));
    assert!(window.says("Everybody will see it."));
    window.click("Let them see it");
    let wish = json!({ "publish_address": true, "confirm": true });
    let wanted = TelephonyCommand::Set(wish.as_object().unwrap().clone());
    assert_eq!(window.commands(), [Command::Telephony(wanted)]);
    assert!(!window.says("Everybody will see it."));
}

#[test]
fn devices_are_listed_and_picked() {
    let mut window = section("Sound");
    assert!(window.says("Looking for devices…"));
    let device = |name: &str, current| Device { name: name.to_owned(), current, missing: false };
    let listed = Reply::Devices {
        inputs: vec![device("default", true), device("Headset", false)],
        outputs: vec![device("default", true), device("Speakers", false)],
        ringers: vec![device("output", true), device("Speakers", false)],
    };
    assert_eq!(window.answer(Ok(listed)), Command::Devices(DeviceCommand::List));
    window.click("Headset");
    let pick = DeviceCommand::Use { input: Some("Headset".to_owned()), output: None, ringer: None };
    let gone = CommandError::Media("The microphone “Headset” is not connected.".to_owned());
    assert_eq!(window.answer(Err(gone)), Command::Devices(pick));
    assert!(window.mentions("is not connected"));
    window.click("Speakers");
    let pick =
        DeviceCommand::Use { input: None, output: Some("Speakers".to_owned()), ringer: None };
    assert_eq!(window.answer(Ok(Reply::Done {})), Command::Devices(pick));
    assert_eq!(window.commands(), [Command::Devices(DeviceCommand::List)], "what is used now");
}

#[test]
fn the_table_of_features_stands_in_the_settings() {
    let window = section("Features");
    assert!(window.says("Which way things go") && window.says("Your rules"));
}

#[test]
fn one_more_account_is_added_from_here() {
    let mut window = Driver::new(snapshot());
    comma(&mut window);
    window.click("Add an account");
    assert!(!window.says("Welcome to Dovetail"));
    window.click("Set up by hand");
    assert!(window.says("Chat") && window.says("Telephony"));
    window.click("Back");
    window.click("Back");
    assert!(window.says("Settings"));
}

fn desktop(options: GuiOptions) -> Driver {
    let mut window = Driver::opened(snapshot(), options);
    let task = Message::Pages(pages::Message::Settings(settings::Message::Show(Section::Desktop)));
    comma(&mut window);
    window.take([task]);
    window
}

/// Lets what waits for the disk come back.
fn until(window: &mut Driver, is_so: impl Fn(&Driver) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so(window) {
        assert!(Instant::now() < end, "it does not come");
        std::thread::yield_now();
        window.commands();
    }
}

#[test]
fn the_session_starts_the_program_when_that_is_wanted() {
    let home = tempfile::tempdir().unwrap();
    let autostart = Autostart::at(home.path(), Path::new("/usr/bin/dovetail"), None).unwrap();
    let options = GuiOptions { autostart: Some(autostart.clone()), ..GuiOptions::default() };
    let mut window = desktop(options.clone());
    // It can be pressed once the entry was read.
    let press = |window: &mut Driver, on: bool| {
        until(window, |_| autostart.is_on().unwrap() != on);
        let end = Instant::now() + Duration::from_secs(20);
        while autostart.is_on().unwrap() != on {
            assert!(Instant::now() < end, "the entry does not become as wanted");
            window.commands();
            window.click("Start at log-in");
            // A second click takes the first back: it comes only where that did nothing.
            let heard = Instant::now() + Duration::from_secs(3);
            while autostart.is_on().unwrap() != on && Instant::now() < heard {
                window.commands();
                std::thread::yield_now();
            }
        }
    };
    press(&mut window, true);
    assert!(autostart.file().exists());
    // Another program turned it off in the meantime.
    let text = std::fs::read_to_string(autostart.file()).unwrap();
    std::fs::write(autostart.file(), text + "Hidden=true\n").unwrap();
    let mut window = desktop(options);
    press(&mut window, true);
    assert!(!std::fs::read_to_string(autostart.file()).unwrap().contains("Hidden"));

    // What cannot be written is told.
    let taken = tempfile::tempdir().unwrap();
    std::fs::write(taken.path().join("autostart"), "a file").unwrap();
    let autostart = Autostart::at(taken.path(), Path::new("/usr/bin/dovetail"), None);
    let mut window = desktop(GuiOptions { autostart, ..GuiOptions::default() });
    until(&mut window, |window| window.mentions("cannot be read"));
    assert!(!desktop(GuiOptions::default()).says("Start at log-in"), "the demo does not offer it");
}

#[test]
fn closing_to_the_tray_is_offered_where_there_is_one() {
    let (_dir, file) = profile();
    let mut window = desktop(options(&file));
    assert!(window.mentions("This desktop shows no tray"));
    let there = app_desktop::Message::Tray(true);
    window.take([Message::Desktop(there)]);
    assert!(window.mentions("the icon in the tray opens the window again"));
    window.click("Keep running when the window is closed");
    kept(&file, &Preferences { close_to_tray: Some(false), ..Preferences::default() });
    assert!(window.says("Closing the window ends Dovetail."));
}
