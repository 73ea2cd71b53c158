//! The page of the rules for calls: every control sends what it says, and what is refused is
//! said at it.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{Command, CommandError, Cue, CueKind, TelephonyCommand};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Keystroke, Message};
use dovetail::gui::screen::rules::{self, Rule};
use dovetail::gui::screen::sidebar;
use dovetail::model::dialing::CostClass;
use dovetail::model::telephony::{AutoAnswer, Forward, Strangers, Telephony};
use driver::Driver;
use serde_json::{Value, json};
use window::snapshot;

fn with(telephony: Telephony) -> Snapshot {
    // Nobody in the list, whose presence could be taken for a rule.
    let nobody = snapshot().contacts.iter().take(0).cloned().collect();
    Snapshot { telephony, contacts: nobody, ..snapshot() }
}

/// The page, in a window that is high enough for all of it.
fn page(telephony: Telephony) -> Driver {
    let mut window = Driver::sized(with(telephony), 1120.0, 1_400.0);
    window.take([Message::Sidebar(sidebar::Message::Rules)]);
    assert!(window.says("Rules for calls"));
    window
}

fn set(wish: Value) -> Vec<Command> {
    let wish = wish.as_object().unwrap().clone();
    vec![Command::Telephony(TelephonyCommand::Set(wish))]
}

#[test]
fn two_ways_lead_to_the_rules() {
    let mut window = Driver::new(snapshot());
    window.click("Equal protection");
    window.click("Rules for calls");
    assert!(window.says("Do not disturb"));
    window.click("Protection");
    assert!(window.says("Connection and protection"));
    window.click("Available");
    window.click("Rules for calls…");
    assert!(window.says("Second calls may ring"));
    window.key(Keystroke::Escape);
    assert!(!window.says("Second calls may ring"));
}

#[test]
fn every_switch_turns_its_rule() {
    let off = Telephony::default();
    let on = Telephony {
        dnd: true,
        call_waiting: false,
        reject_anonymous: true,
        auto_answer: AutoAnswer::Contacts,
        send_chat_address: false,
        ..Telephony::default()
    };
    for (name, wish, back) in [
        ("Do not disturb", json!({"dnd": true}), json!({"dnd": false})),
        ("Second calls may ring", json!({"call_waiting": false}), json!({"call_waiting": true})),
        (
            "Refuse hidden callers",
            json!({"reject_anonymous": true}),
            json!({"reject_anonymous": false}),
        ),
        (
            "Answer contacts by itself",
            json!({"auto_answer": "contacts"}),
            json!({"auto_answer": "off"}),
        ),
        (
            "Say your chat address in calls",
            json!({"send_chat_address": false}),
            json!({"send_chat_address": true}),
        ),
    ] {
        let mut window = page(off.clone());
        window.click(name);
        assert_eq!(window.commands(), set(wish), "{name}");
        window.show(with(on.clone()));
        window.click(name);
        assert_eq!(window.commands(), set(back), "{name}");
    }
}

#[test]
fn strangers_ring_are_shown_or_are_refused() {
    let mut window = page(Telephony { strangers: Strangers::Ask, ..Telephony::default() });
    for (name, wish) in [
        ("They ring", "accept"),
        ("They are shown without ringing", "ask"),
        ("They are refused", "refuse"),
    ] {
        window.click(name);
        assert_eq!(window.commands(), set(json!({"strangers": wish})));
    }
}

#[test]
fn calls_are_sent_on_where_it_is_typed() {
    for (rule, key) in
        [(Rule::Always, "always"), (Rule::Busy, "busy"), (Rule::NoAnswer, "no_answer")]
    {
        let mut window = page(Telephony::default());
        window.type_and_enter(rule.field(), "+1 555 0199");
        assert_eq!(window.commands(), set(json!({"forward": {key: "+1 555 0199"}})));
    }
}

#[test]
fn sending_on_is_stopped() {
    let forward = Forward { busy: Some("tel:+15550199".to_owned()), ..Forward::default() };
    let mut window = page(Telephony { forward, ..Telephony::default() });
    window.click("Stop");
    assert_eq!(window.commands(), set(json!({"forward": {"busy": null}})));
    // An emptied field says the same.
    window.take([Message::Rules(rules::Message::Edit(Rule::Busy, String::new()))]);
    window.click("Save");
    assert_eq!(window.commands(), set(json!({"forward": {"busy": null}})));
}

#[test]
fn a_target_that_may_cost_is_used_only_when_confirmed() {
    let mut window = page(Telephony::default());
    window.type_and_enter(Rule::Always.field(), "+1 900");
    let cue = Cue {
        kind: CueKind::Pstn,
        class: Some(CostClass::Pstn),
        text: "Each call may cost you money.".to_owned(),
        may_settle: true,
    };
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue])));
    assert!(window.says("Each call may cost you money."));
    window.click("Send calls there anyway");
    let wanted = set(json!({"forward": {"always": "+1 900"}, "confirm": true}));
    assert_eq!(window.commands(), wanted);
    assert!(!window.says("Each call may cost you money."));
}

#[test]
fn what_is_refused_is_said_at_its_field_and_stays_in_it() {
    let mut window = page(Telephony::default());
    window.type_and_enter(Rule::Busy.field(), "nonsense");
    window.answer(Err(CommandError::InvalidAddress("nonsense".to_owned())));
    assert!(window.says("“nonsense” is not an address that can be used here."));
    window.click("Save");
    assert_eq!(window.commands(), set(json!({"forward": {"busy": "nonsense"}})));
    window.click("Do not disturb");
    window.answer(Err(CommandError::Refused("The settings cannot be written.".to_owned())));
    assert!(window.says("The settings cannot be written."));
}

#[test]
fn the_time_of_ringing_has_bounds() {
    let mut window = page(Telephony::default());
    for text in ["4", "121", "soon", ""] {
        window.take([Message::Rules(rules::Message::Edit(Rule::After, text.to_owned()))]);
        window.click("Save");
        assert_eq!(window.commands(), [], "{text}");
        assert!(window.says("Type a number of seconds from 5 to 120."), "{text}");
    }
    window.take([Message::Rules(rules::Message::Edit(Rule::After, "45".to_owned()))]);
    window.click("Save");
    assert_eq!(window.commands(), set(json!({"forward": {"after_s": 45}})));
}

#[test]
fn what_keeps_calls_from_ringing_is_told_in_the_panel() {
    let forward = Forward { always: Some("tel:+15550199".to_owned()), ..Forward::default() };
    let mut window = Driver::new(with(Telephony { dnd: true, forward, ..Telephony::default() }));
    assert!(window.says("All calls go to tel:+15550199"));
    window.click("Calls do not ring: do not disturb");
    assert!(window.says("Rules for calls"));
    window.show(snapshot());
    assert!(!window.mentions("Calls do not ring"));
}

#[test]
fn the_page_can_be_used_in_one_column() {
    let mut window = Driver::sized(with(Telephony::default()), 360.0, 1_600.0);
    window.click("Equal protection");
    window.click("Rules for calls");
    window.click("Do not disturb");
    assert_eq!(window.commands(), set(json!({"dnd": true})));
    window.type_and_enter(Rule::NoAnswer.field(), "1");
    assert_eq!(window.commands(), set(json!({"forward": {"no_answer": "1"}})));
    window.press("Back");
    assert!(window.says("Conversations"));
}
