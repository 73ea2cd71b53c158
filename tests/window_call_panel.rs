//! What there is to a call besides its bar: devices, how loud it is, the line in figures, the lock
//! with its meaning, a further call, and a way to call again.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{CallCommand, Command, CommandError, Device, DeviceCommand, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Keystroke, Message, pages};
use dovetail::gui::screen::settings;
use dovetail::gui::widget::{call_bar, transfer};
use dovetail::media::FRAME;
use dovetail::media::meter::Levels;
use dovetail::model::call::{Call, CallState, CallStats, Direction, MediaProtection};
use dovetail::model::id::{AccountId, CallId};
use dovetail::model::preferences::Change;
use driver::Driver;
use window::{call, claimed, jid, noon, snapshot, unanswered};

const MORE: &str = "More about this call";

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

fn talking() -> Call {
    let stats = CallStats {
        rtt_ms: 43.0,
        jitter_ms: 4.0,
        loss_pct: 0.5,
        concealed_pct: 0.2,
        jitter_buffer_ms: 60.0,
        mos: 4.25,
        packets_in: 1_234,
        packets_out: 1_240,
    };
    Call { stats, ..call(CallState::Active, Direction::Out, noon()) }
}

fn place(to: &str, account: Option<&str>) -> Command {
    Command::Call(CallCommand::Place {
        to: to.to_owned(),
        account: account.map(AccountId::new),
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    })
}

fn list() -> Command {
    Command::Devices(DeviceCommand::List)
}

fn devices(current: &str) -> Reply {
    let all = ["default", "Headset"].map(|name| Device {
        name: name.to_owned(),
        current: name == current,
        missing: false,
    });
    let outputs = vec![Device { name: "Loud and clear".to_owned(), current: true, missing: false }];
    Reply::Devices { inputs: all.to_vec(), outputs, ringers: Vec::new() }
}

#[test]
fn microphone_and_loudspeaker_are_picked_within_a_call() {
    for (width, height) in [(1120.0, 720.0), (360.0, 640.0)] {
        let mut window = Driver::sized(with(vec![talking()]), width, height);
        window.press(MORE);
        window.click("Devices");
        assert!(window.says("Looking for devices…"));
        assert_eq!(window.answer(Ok(devices("default"))), list());
        assert!(window.says("The system's choice") && window.says("Loud and clear"));
        window.click("Headset");
        let chosen =
            DeviceCommand::Use { input: Some("Headset".to_owned()), output: None, ringer: None };
        assert_eq!(window.answer(Ok(Reply::Done {})), Command::Devices(chosen));
        assert_eq!(window.answer(Ok(devices("Headset"))), list());
        // What is in use is not asked for again.
        window.click("Headset");
        assert_eq!(window.commands(), []);
        window.click("The system's choice");
        let refused = CommandError::Media("No sound device was found.".to_owned());
        let _ = window.answer(Err(refused));
        assert!(window.says("No sound device was found."));
        window.key(Keystroke::Escape);
        assert!(!window.says("Microphone and loudspeaker"));
    }
}

#[test]
fn the_devices_go_with_their_call() {
    let mut window = Driver::new(with(vec![talking()]));
    window.press(MORE);
    window.click("Devices");
    let _ = window.answer(Ok(devices("default")));
    window.show(with(Vec::new()));
    assert!(!window.says("Microphone and loudspeaker"));
}

#[test]
fn how_loud_it_is_is_looked_at_in_a_call() {
    let mut window = Driver::new(with(vec![talking()]));
    window.meter.sent(&[0.5; FRAME]);
    window.take([Message::Levels]);
    assert_eq!(window.meter.take(), Levels::default(), "the window took it");
    assert!(window.says("02:31"));
}

fn prefer(change: Change) -> Message {
    Message::Pages(pages::Message::Settings(settings::Message::Prefer(change)))
}

#[test]
fn levels_are_looked_at_seldom_where_nobody_looks_and_never_where_nothing_is_heard() {
    let mut window = Driver::new(with(vec![talking()]));
    let every = |window: &Driver| window.app.looks_at_levels().map(|every| every.as_millis());
    assert_eq!(every(&window), Some(100));
    window.take([prefer(Change::ReducedMotion(true))]);
    assert_eq!(every(&window), Some(1_000));
    window.take([prefer(Change::ReducedMotion(false))]);
    window.focus(false);
    assert_eq!(every(&window), Some(1_000), "another program's window has the focus");
    window.focus(true);
    window.show(with(vec![Call { state: CallState::Held, ..talking() }]));
    assert_eq!(every(&window), None, "nothing is heard");
}

#[test]
fn the_line_is_told_in_figures_on_demand() {
    let mut window = Driver::new(with(vec![talking()]));
    assert!(!window.says("Round trip"));
    window.press(call_bar::LINE);
    for words in [
        "Opus, 48\u{a0}kHz",
        "4.2 of 4.5",
        "43\u{a0}ms",
        "4\u{a0}ms",
        "60\u{a0}ms",
        "0.5\u{a0}%",
        "0.2\u{a0}%",
        "1240 / 1234",
        "SRTP, SDES",
    ] {
        assert!(window.says(words), "{words}");
    }
    window.press(call_bar::LINE);
    assert!(!window.says("Round trip"));
    window.press(call_bar::LINE);
    window.key(Keystroke::Escape);
    assert!(!window.says("Round trip"));
    // Where there is no room for the words, the figures are among what else there is.
    let fresh = Call { stats: CallStats::default(), ..talking() };
    let mut window = Driver::sized(with(vec![fresh]), 360.0, 640.0);
    window.press(MORE);
    window.click("Line in figures");
    assert!(window.says("not known yet"));
}

#[test]
fn the_lock_says_what_it_means() {
    let protected = |srtp| {
        let mut call = talking();
        call.media.srtp = srtp;
        with(vec![call])
    };
    for (srtp, words) in [
        (MediaProtection::None, "Nothing encrypts the sound of this call"),
        (MediaProtection::Sdes, "your provider, and others who pass the call on, could listen"),
        (MediaProtection::Dtls, "keys from DTLS"),
    ] {
        let mut window = Driver::new(protected(srtp));
        assert!(!window.mentions(words));
        window.press(call_bar::LOCK);
        assert!(window.mentions(words), "{words}");
        window.press("Close");
        assert!(!window.mentions(words));
    }
}

#[test]
fn a_second_call_is_placed_while_the_first_is_held() {
    let mut window = Driver::new(with(vec![talking()]));
    window.press(MORE);
    window.click("Add a call");
    assert!(window.says("Call somebody else") && window.says("Bob is put on hold meanwhile."));
    window.type_and_enter(transfer::FIELD, "carol");
    window.type_and_enter(transfer::FIELD, "");
    let hold = Command::Call(CallCommand::Hold(CallId::new("call-1")));
    assert_eq!(window.answer(Ok(Reply::Done {})), hold);
    assert_eq!(window.commands(), [place(jid("carol").as_str(), None)]);
    // Nothing is to be brought together: that is a transfer, and another button.
    let held = Call { state: CallState::Held, ..talking() };
    let second = window::with_carol(call(CallState::Active, Direction::Out, noon()));
    window.show(with(vec![held, second]));
    assert!(window.says("Connect the two") && !window.says("Complete transfer"));
}

#[test]
fn a_number_is_called_besides_by_enter_and_nothing_happens_when_the_first_is_not_held() {
    let mut window = Driver::new(with(vec![talking()]));
    window.press(MORE);
    window.click("Add a call");
    window.type_and_enter(transfer::FIELD, "+1 555 0199");
    window.answer(Err(CommandError::Refused("It cannot be held now.".to_owned())));
    assert!(window.says("It cannot be held now."));
    assert_eq!(window.commands(), []);
}

#[test]
fn a_call_that_is_over_can_be_called_again() {
    let over = |call: Call| {
        let ended = Some(noon());
        Call { state: CallState::Ended, ended, end_reason: Some("Bob is busy.".into()), ..call }
    };
    let out = unanswered(CallState::Ringing, Direction::Out, noon());
    let mut window = Driver::new(with(vec![over(out)]));
    assert!(window.says("Bob is busy."));
    window.click("Call again");
    assert_eq!(window.commands(), [place(jid("bob").as_str(), None)]);
    // Somebody unproven is called at the address that called, on the account that was called.
    let mut window = Driver::sized(with(vec![over(claimed(noon()))]), 360.0, 640.0);
    window.click("Call back");
    assert_eq!(window.commands(), [place("sip:+15550123@gw.example.net", Some("telephony"))]);
    let hidden = Call { anonymous: true, ..over(claimed(noon())) };
    assert!(!Driver::new(with(vec![hidden])).says("Call back"), "there is nobody to call");
}

#[test]
fn what_is_open_of_a_call_goes_with_it() {
    let mut window = Driver::sized(with(vec![talking()]), 360.0, 640.0);
    window.press(MORE);
    window.click("Name and account");
    assert!(window.mentions("names exactly this address"));
    window.show(with(Vec::new()));
    window.show(with(vec![Call { id: CallId::new("next"), ..talking() }]));
    assert!(!window.says("Devices") && !window.mentions("names exactly this address"));
}
