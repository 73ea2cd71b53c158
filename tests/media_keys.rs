//! The keys of a headset, or a keyboard's for media: what they do to calls, and how they come to
//! the program from a desktop (MPRIS), by `playerctl` as many people's key bindings have it.
#![cfg(all(unix, not(target_os = "macos"), feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/driver.rs"]
mod driver;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/session.rs"]
mod session;
#[path = "support/window.rs"]
mod window;

use std::process::{Command, Output};

use calls::{ALICE, BOB, lab};
use dovetail::core::command::{CallCommand, Command as Order, CommandError, Cue, CueKind};
use dovetail::core::snapshot::Snapshot;
use dovetail::desktop::desk::Desk;
use dovetail::desktop::media_keys::{BusAddress, Key, keys};
use dovetail::desktop::status::{Board, OnCall, Phase, Status};
use dovetail::gui::app::{Keystroke, Message};
use dovetail::gui::screen::sidebar;
use dovetail::lab::ConfigOptions;
use dovetail::model::account::Transport;
use dovetail::model::call::{Call, CallState, Direction};
use dovetail::model::id::CallId;
use driver::Driver;
use futures::StreamExt;
use screen::Screen;
use serde_json::json;
use session::{Bus, Window, poll};
use tokio::runtime::Runtime;
use window::{call, noon, snapshot, unanswered, with_carol};

const PLAYER: &str = "org.mpris.MediaPlayer2.dovetail";

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

fn incoming() -> Call {
    unanswered(CallState::Incoming, Direction::In, noon())
}

fn talking() -> Call {
    call(CallState::Active, Direction::Out, noon())
}

fn press(window: &mut Driver, key: Key) -> Vec<Order> {
    window.take([Message::MediaKey(key)]);
    window.commands()
}

fn answer(call: &str) -> Order {
    Order::Call(CallCommand::Answer(CallId::new(call)))
}

fn mute(on: bool) -> Order {
    Order::Call(CallCommand::Mute { call: CallId::new("call-1"), on })
}

#[test]
fn a_key_takes_the_call_that_rings_and_no_other() {
    let mut window = Driver::new(with(Vec::new()));
    for key in [Key::PlayPause, Key::Play, Key::Pause, Key::Stop] {
        assert_eq!(press(&mut window, key), [], "nothing rings, and nothing begins");
    }
    window.show(with(vec![incoming()]));
    assert_eq!(press(&mut window, Key::PlayPause), [], "it was on its way to something else");
    window.wait(500);
    assert_eq!(press(&mut window, Key::Pause), [], "what pauses music takes no call");
    assert_eq!(press(&mut window, Key::Play), [answer("call-1")]);
    assert_eq!(press(&mut window, Key::PlayPause), [answer("call-1")]);
    let declined = CallCommand::Decline { call: CallId::new("call-1"), message: None };
    assert_eq!(press(&mut window, Key::Stop), [Order::Call(declined)]);
    // The first has gone, and another comes up in its place.
    window.show(with(vec![with_carol(incoming())]));
    assert_eq!(press(&mut window, Key::PlayPause), []);
    window.wait(500);
    assert_eq!(press(&mut window, Key::PlayPause), [answer("call-2")]);
    // One that makes no sound is answered with the eyes on it.
    window.show(with(vec![Call { quiet: true, ..incoming() }]));
    window.wait(500);
    assert_eq!(press(&mut window, Key::PlayPause), []);
}

#[test]
fn keys_mute_and_hang_up_the_call_that_is_heard() {
    let mut window = Driver::new(with(vec![talking()]));
    assert_eq!(press(&mut window, Key::PlayPause), [mute(true)]);
    assert_eq!(press(&mut window, Key::Pause), [mute(true)]);
    assert_eq!(press(&mut window, Key::Play), [], "it is heard");
    window.show(with(vec![Call { muted: true, ..talking() }]));
    assert_eq!(press(&mut window, Key::PlayPause), [mute(false)]);
    assert_eq!(press(&mut window, Key::Play), [mute(false)]);
    assert_eq!(press(&mut window, Key::Pause), [], "it is muted");
    let over = Order::Call(CallCommand::Hangup(CallId::new("call-1")));
    assert_eq!(press(&mut window, Key::Stop), [over]);
    // What waits beside it is not hung up in its place.
    let held = Call { state: CallState::Held, ..with_carol(talking()) };
    window.show(with(vec![held, talking()]));
    let over = Order::Call(CallCommand::Hangup(CallId::new("call-1")));
    assert_eq!(press(&mut window, Key::Stop), [over]);
    window.show(with(vec![Call { state: CallState::Held, ..talking() }]));
    assert_eq!(press(&mut window, Key::PlayPause), [], "nobody hears it");
}

#[test]
fn a_key_never_says_yes_to_what_a_call_costs() {
    let mut window = Driver::new(with(Vec::new()));
    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![Cue::new(CueKind::Pstn, "Costs")])));
    window.wait(500);
    for key in [Key::PlayPause, Key::Play, Key::Pause, Key::Stop] {
        assert_eq!(press(&mut window, key), []);
    }
    assert!(window.says("Call anyway"));
}

#[test]
fn keys_of_the_keyboard_do_the_same_in_the_window_unless_they_are_not_wanted() {
    let mut window = Driver::new(with(vec![incoming()]));
    window.wait(500);
    window.key(Keystroke::Media(Key::PlayPause));
    assert_eq!(window.commands(), [answer("call-1")]);
    window.show(with(Vec::new()));
    window.key(Keystroke::Open(dovetail::gui::app::Door::Settings));
    window.click("Sound");
    window.click("Media and headset keys control calls");
    window.commands();
    window.show(with(vec![incoming()]));
    window.wait(500);
    window.key(Keystroke::Media(Key::PlayPause));
    assert_eq!(press(&mut window, Key::PlayPause), []);
}

/// Asks the player as a desktop would.
struct Desktop {
    bus: Bus,
}

impl Desktop {
    fn playerctl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("playerctl");
        command.arg("--player=dovetail").args(arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus.address());
        command.output().expect("playerctl (scripts/setup test installs it)")
    }

    fn said(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.playerctl(arguments).stdout).trim().to_owned()
    }

    #[track_caller]
    fn does(&self, command: &str) {
        let output = self.playerctl(&[command]);
        assert!(output.status.success(), "{output:?}");
    }

    #[track_caller]
    fn until(&self, arguments: &[&str], wanted: &str) {
        poll(
            || (self.said(arguments) == wanted).then_some(()),
            || format!("{arguments:?}: {}", self.said(arguments)),
        );
    }

    /// Whether a player is on the bus.
    fn has_player(&self) -> bool {
        let output = Command::new("dbus-send")
            .arg(format!("--bus={}", self.bus.address()))
            .args(["--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
            .arg("org.freedesktop.DBus.ListNames")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).contains("org.mpris.MediaPlayer2")
    }

    #[track_caller]
    fn until_gone(&self) {
        poll(|| (!self.has_player()).then_some(()), || "the player stays".to_owned());
    }
}

#[test]
fn a_desktop_s_keys_answer_mute_and_end_a_real_call() {
    let runtime = Runtime::new().unwrap();
    let lab = runtime.block_on(lab());
    let mut bob = runtime.block_on(calls::instance(&lab, "bob"));
    let (screen, desktop) = (Screen::start(), Desktop { bus: Bus::bare() });
    let options = ConfigOptions {
        transport: Transport::Udp,
        output: "null".to_owned(),
        ..ConfigOptions::default()
    };
    let config = lab.config_toml("alice", &options).unwrap();
    let window = Window::start(&screen, &desktop.bus, &config);
    window.until("status", |status| status["overall"] == "online");
    assert!(!desktop.has_player(), "without a call the keys are somebody else's");

    runtime.block_on(bob.call("call", json!({ "to": ALICE })));
    window.call_is("incoming");
    desktop.until(&["status"], "Paused");
    assert_eq!(desktop.said(&["metadata", "xesam:title"]), BOB);
    // A press too early does nothing, and another comes after it.
    poll(
        || {
            desktop.does("play-pause");
            (window.rpc("calls", &json!({}))[0]["state"] == "active").then_some(())
        },
        || window.log(),
    );
    // The last press may have muted what the one before it answered.
    desktop.does("play");
    desktop.until(&["status"], "Playing");
    window.until("calls", |calls| calls[0]["muted"] == false);
    desktop.does("play-pause");
    desktop.until(&["status"], "Paused");
    window.until("calls", |calls| calls[0]["muted"] == true);
    desktop.does("play-pause");
    window.until("calls", |calls| calls[0]["muted"] == false);
    desktop.until(&["status"], "Playing");
    desktop.does("stop");
    let ended = runtime.block_on(calls::until(&mut bob, "ended"));
    assert_eq!(ended["end_reason"], "The other side hung up.");
    desktop.until_gone();

    // While it rings, stop refuses.
    bob.forget_events();
    runtime.block_on(bob.call("call", json!({ "to": ALICE })));
    window.call_is("incoming");
    desktop.until(&["status"], "Paused");
    poll(
        || {
            desktop.playerctl(&["stop"]);
            window.rpc("calls", &json!({})).as_array()?.is_empty().then_some(())
        },
        || window.log(),
    );
    let ended = runtime.block_on(calls::until(&mut bob, "ended"));
    assert!(ended["end_reason"].as_str().unwrap().starts_with("Declined"), "{ended}");
    desktop.until_gone();
    window.terminate();
}

#[test]
fn the_player_goes_when_nobody_asks_for_its_keys_any_more() {
    let desktop = Desktop { bus: Bus::bare() };
    let board = Board::default();
    let runtime = Runtime::new().unwrap();
    let at = || BusAddress::At(desktop.bus.address().to_owned());
    let (with, phase) = ("Bob".to_owned(), Phase::On);
    let call = OnCall { id: CallId::new("1"), with, phase, muted: false, answered: true };
    let on = |calls: Vec<OnCall>| Status { calls, ..Status::default() };
    board.show(on(vec![call]));
    let (mut first, mut second) =
        (keys(at(), &board, Desk::default()), keys(at(), &board, Desk::default()));
    let pressed = runtime.spawn(async move {
        let key = first.next().await;
        (key, first)
    });
    desktop.until(&["status"], "Playing");
    let other = runtime.spawn(async move { second.next().await });
    let number = || desktop.said(&["--list-all"]).lines().count();
    poll(|| (number() == 2).then_some(()), || "no second one, under a name of its own".to_owned());
    desktop.does("pause");
    let (key, first) = runtime.block_on(pressed).unwrap();
    assert_eq!(key, Some(Key::Pause));
    other.abort();
    drop(first);
    desktop.until_gone();
}
