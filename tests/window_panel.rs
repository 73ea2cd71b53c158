//! The call panel: hold, keypad, transfer, several calls, what the other side wants, voice
//! mail; every control sends its command, and what fails is said where it was asked for.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{
    CallCommand, Command, CommandError, Cue, CueKind, Reply, TransferTo,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Happened, Keystroke, Message};
use dovetail::gui::screen::sidebar;
use dovetail::gui::widget::transfer;
use dovetail::model::account::Mailbox;
use dovetail::model::call::{
    Ask, AskKind, Call, CallState, Direction, MediaDirection, TransferState,
};
use dovetail::model::dialing::CostClass;
use dovetail::model::id::{AccountId, CallId};
use driver::Driver;
use window::{call, claimed, jid, noon, snapshot, unanswered, with_carol};

const HOLD: &str = "Put the call on hold (Ctrl+Shift+L)";
const RESUME: &str = "Resume the call (Ctrl+Shift+L)";
const KEYPAD: &str = "Keypad (Ctrl+Shift+P)";
const TRANSFER: &str = "Transfer the call (Ctrl+Shift+T)";

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

/// The same with nobody in the list, whose words could be taken for others.
fn alone(calls: Vec<Call>) -> Snapshot {
    let nobody = snapshot().contacts.iter().take(0).cloned().collect();
    let nothing = snapshot().conversations.iter().take(0).cloned().collect();
    Snapshot { contacts: nobody, conversations: nothing, ..with(calls) }
}

fn bob(state: CallState) -> Call {
    call(state, Direction::Out, noon())
}

fn carol(state: CallState) -> Call {
    with_carol(call(state, Direction::Out, noon()))
}

fn id(n: u8) -> CallId {
    CallId::new(format!("call-{n}"))
}

fn command(command: CallCommand) -> Vec<Command> {
    vec![Command::Call(command)]
}

fn sent_to(call: u8, to: TransferTo, confirm: bool) -> Vec<Command> {
    command(CallCommand::Transfer { call: id(call), to, confirm })
}

fn address(to: &str) -> TransferTo {
    TransferTo::Address(to.to_owned())
}

fn placed(to: &str, account: Option<&str>, confirm: bool) -> Vec<Command> {
    let account = account.map(AccountId::new);
    command(CallCommand::Place {
        to: to.to_owned(),
        account,
        confirm,
        remember: false,
        linked: false,
        anonymous: false,
    })
}

#[test]
fn a_call_is_held_and_resumed() {
    for (width, height) in [(1120.0, 720.0), (700.0, 700.0), (360.0, 640.0)] {
        let mut window = Driver::sized(with(vec![bob(CallState::Active)]), width, height);
        window.press(HOLD);
        assert_eq!(window.commands(), command(CallCommand::Hold(id(1))));
        window.show(with(vec![bob(CallState::Held)]));
        assert!(window.says("On hold"));
        window.press(RESUME);
        assert_eq!(window.commands(), command(CallCommand::Resume(id(1))));
    }
}

#[test]
fn the_panel_says_who_holds_the_call() {
    let mut window = Driver::new(with(vec![bob(CallState::HeldByPeer)]));
    assert!(window.says("The other side put you on hold"));
    // It can be held from here as well.
    window.press(HOLD);
    assert_eq!(window.commands(), command(CallCommand::Hold(id(1))));
    let mut both = bob(CallState::Held);
    both.media.direction = MediaDirection::Inactive;
    window.show(with(vec![both]));
    assert!(window.says("On hold by both sides"));
}

#[test]
fn a_call_that_is_not_answered_offers_only_what_it_can_do() {
    let mut window =
        Driver::new(with(vec![unanswered(CallState::Ringing, Direction::Out, noon())]));
    for hint in [HOLD, RESUME, KEYPAD, TRANSFER] {
        assert!(!window.offers(hint), "{hint}");
    }
    for letter in ["l", "p", "t"] {
        window.shortcut(letter);
    }
    assert_eq!(window.commands(), []);
    assert!(window.says("Hang up"));
}

#[test]
fn keys_are_pressed_and_typed_while_the_keypad_is_open() {
    let mut window = Driver::new(alone(vec![bob(CallState::Active)]));
    window.keys("5");
    assert_eq!(window.commands(), [], "nothing is sent while it is closed");
    window.press(KEYPAD);
    let digit = |digits: &str| {
        Command::Call(CallCommand::Digits { call: id(1), digits: digits.to_owned() })
    };
    for key in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] {
        window.click(key);
        assert_eq!(window.commands(), [digit(key)]);
    }
    assert!(window.says("123456789*0#"), "what was pressed is shown");
    window.keys("4x2#");
    assert_eq!(window.commands(), [digit("4"), digit("2"), digit("#")]);
    window.key(Keystroke::Escape);
    window.keys("1");
    assert_eq!(window.commands(), []);
    assert!(!window.mentions("123456789"));
}

#[test]
fn typed_digits_never_go_to_a_call_that_is_not_in_sight() {
    let mut window = Driver::new(with(vec![bob(CallState::Active), carol(CallState::Held)]));
    window.press(KEYPAD);
    window.show(with(vec![bob(CallState::Held), carol(CallState::Active)]));
    window.keys("1");
    assert_eq!(window.commands(), []);
}

#[test]
fn digits_stand_in_no_debug_output() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(KEYPAD);
    window.keys("739");
    let said = format!("{:?}", window.app);
    assert!(!said.contains("739"));
    let key = iced::keyboard::Key::Character("7".into());
    let stroke = Keystroke::of(&key, &key, iced::keyboard::Modifiers::empty(), true).unwrap();
    assert!(!format!("{:?}", Happened::Key(stroke)).contains('7'));
}

#[test]
fn a_failure_is_said_at_its_call_until_it_is_read() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(HOLD);
    window.answer(Err(CommandError::Refused("The other side refused to be held.".to_owned())));
    assert!(window.says("The other side refused to be held."));
    window.press("Dismiss");
    assert!(!window.says("The other side refused to be held."));
}

#[test]
fn a_call_is_sent_on_at_once() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(TRANSFER);
    assert!(window.says("Transfer Bob to"));
    window.click("Transfer now");
    assert_eq!(window.commands(), [], "nobody is named yet");
    // Bob is offered in the list only, not as a target of his own call.
    assert!(window.says("sip:juliet@sip.example.com") && !window.says("sip:bob@sip.example.com"));
    window.type_and_enter(transfer::FIELD, "rom");
    window.click("Transfer now");
    // Enter takes the contact that was found.
    let romeo = address(jid("romeo").as_str());
    assert_eq!(window.commands(), sent_to(1, romeo, false));
    assert!(!window.says("Transfer Bob to"), "the panel has done its part");
}

#[test]
fn a_call_is_sent_on_to_a_number_that_may_cost_only_when_confirmed() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(TRANSFER);
    window.type_and_enter(transfer::FIELD, "+1 555 0199");
    window.click("Transfer now");
    let cue = Cue {
        kind: CueKind::Pstn,
        class: Some(CostClass::Pstn),
        text: "Telephone network".to_owned(),
        may_settle: true,
    };
    let sent = window.answer(Err(CommandError::ConfirmationNeeded(vec![cue])));
    assert_eq!(vec![sent], sent_to(1, address("+1 555 0199"), false));
    assert!(window.says("Transfer the call to +1 555 0199?"));
    assert!(window.says("Telephone network"));
    window.click("Transfer anyway");
    assert_eq!(window.commands(), sent_to(1, address("+1 555 0199"), true));
}

#[test]
fn a_transfer_that_is_refused_keeps_what_was_typed() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(TRANSFER);
    window.type_and_enter(transfer::FIELD, "nobody");
    window.click("Transfer now");
    window.answer(Err(CommandError::InvalidAddress("nobody".to_owned())));
    assert!(window.says("“nobody” is not an address that can be used here."));
    window.click("Transfer now");
    assert_eq!(window.commands(), sent_to(1, address("nobody"), false));
}

#[test]
fn the_panel_tells_how_a_transfer_goes() {
    let mut talking = bob(CallState::Active);
    for (state, said) in [
        (TransferState::Trying, "Transferring…"),
        (TransferState::Ringing, "Transferring: it rings there."),
        (TransferState::Done, "Transferred: they are connected."),
        (
            TransferState::Failed { code: 486, text: "Busy here.".to_owned() },
            "Not transferred: Busy here. You are still connected.",
        ),
        (
            TransferState::Failed { code: 503, text: String::new() },
            "Not transferred: error 503. You are still connected.",
        ),
    ] {
        talking.transfer = Some(state);
        assert!(Driver::new(with(vec![talking.clone()])).says(said), "{said}");
    }
    let mut window = Driver::new(with(vec![talking.clone()]));
    window.press("Dismiss");
    assert!(!window.mentions("Not transferred"), "it was read");
    talking.transfer = Some(TransferState::Trying);
    window.show(with(vec![talking.clone()]));
    talking.transfer = Some(TransferState::Failed { code: 503, text: String::new() });
    window.show(with(vec![talking]));
    assert!(window.mentions("Not transferred"), "the next one fails as well");
}

#[test]
fn the_new_target_is_asked_first() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(TRANSFER);
    window.type_and_enter(transfer::FIELD, "carol");
    window.click("Ask first");
    // The call is held before the next one goes out.
    let held = window.answer(Ok(Reply::Done {}));
    assert_eq!(vec![held], command(CallCommand::Hold(id(1))));
    assert_eq!(window.commands(), placed(jid("carol").as_str(), None, false));

    let ringing = Call { answered: None, ..carol(CallState::Ringing) };
    window.show(with(vec![bob(CallState::Held), ringing]));
    assert!(!window.says("Complete transfer"), "Carol was not asked yet");
    window.show(with(vec![bob(CallState::Held), carol(CallState::Active)]));
    window.click("Complete transfer");
    assert_eq!(window.commands(), sent_to(1, TransferTo::Call(id(2)), false));
    // The same after a look back at the first.
    window.show(with(vec![bob(CallState::Active), carol(CallState::Held)]));
    window.click("Complete transfer");
    assert_eq!(window.commands(), sent_to(1, TransferTo::Call(id(2)), false));
}

#[test]
fn when_the_call_cannot_be_held_nobody_is_asked() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.press(TRANSFER);
    window.type_and_enter(transfer::FIELD, "carol");
    window.click("Ask first");
    window.answer(Err(CommandError::Refused("The call cannot be held now.".to_owned())));
    assert!(window.says("The call cannot be held now."));
    assert_eq!(window.commands(), []);
}

#[test]
fn two_calls_stand_below_each_other_and_can_be_connected() {
    for width in [1120.0, 700.0, 360.0] {
        let two = with(vec![bob(CallState::Held), carol(CallState::Active)]);
        let mut window = Driver::sized(two, width, 720.0);
        assert!(window.says("On hold · 02:31"));
        window.click("Resume");
        assert_eq!(window.commands(), command(CallCommand::Resume(id(1))));
        window.click("Connect the two");
        assert_eq!(window.commands(), sent_to(1, TransferTo::Call(id(2)), false));
        window.press("Hang up this call");
        assert_eq!(window.commands(), command(CallCommand::Hangup(id(1))));
        window.click("Hang up");
        assert_eq!(window.commands(), command(CallCommand::Hangup(id(2))));
    }
}

#[test]
fn a_call_that_is_not_on_hold_is_brought_to_the_front_without_a_command() {
    let ringing = Call { answered: None, ..carol(CallState::Ringing) };
    let mut window = Driver::new(with(vec![bob(CallState::Active), ringing]));
    window.click("Show");
    assert_eq!(window.commands(), []);
    window.click("Hang up");
    assert_eq!(window.commands(), command(CallCommand::Hangup(id(2))));
}

#[test]
fn a_call_that_comes_in_says_what_answering_does() {
    let incoming = Call { answered: None, ..carol(CallState::Incoming) };
    let mut window = Driver::new(with(vec![bob(CallState::Active), incoming]));
    assert!(window.says("Answering puts Bob on hold."));
    window.click("Answer");
    assert_eq!(window.commands(), command(CallCommand::Answer(id(2))));
}

#[test]
fn a_card_tells_who_sent_the_call_on_and_who_hides() {
    let mut hidden = claimed(noon());
    hidden.peer.jid = None;
    hidden.peer.binding = dovetail::model::call::Binding::None;
    hidden.peer.display = "Anonymous".to_owned();
    hidden.anonymous = true;
    hidden.quiet = true;
    hidden.via = Some("sip:desk@sip.example.com".to_owned());
    let mut window = Driver::new(with(vec![hidden]));
    assert!(window.says("Anonymous caller"));
    assert!(window.says("Hides who they are"));
    assert!(window.says("Sent on by sip:desk@sip.example.com · not proven"));
    assert!(window.mentions("Does not ring"));
    assert!(!window.app.title().contains("calling"), "it asks for no attention");
    window.click("Decline");
    assert_eq!(window.commands(), command(CallCommand::Decline { call: id(2), message: None }));
}

#[test]
fn what_the_other_side_wants_needs_a_word() {
    let asked = |kind| {
        let mut talking = bob(CallState::Active);
        talking.ask = Some(Ask {
            kind,
            uri: "tel:+19005550123".to_owned(),
            display: "tel:+19005550123".to_owned(),
            cues: vec!["Goes to the telephone network and may cost money.".to_owned()],
        });
        alone(vec![talking])
    };
    let consent = |accept| command(CallCommand::Consent { call: id(1), accept });
    let mut window = Driver::new(asked(AskKind::Transfer));
    assert!(window.says("Bob wants to put you through to somebody else. Call them?"));
    assert!(window.says("tel:+19005550123"));
    assert!(window.says("Goes to the telephone network and may cost money."));
    window.click("Don't call");
    assert_eq!(window.commands(), consent(false));
    window.key(Keystroke::Enter);
    assert_eq!(window.commands(), consent(true));
    window.key(Keystroke::Escape);
    assert_eq!(window.commands(), consent(false));

    let mut window = Driver::sized(asked(AskKind::Redirect), 360.0, 640.0);
    assert!(window.says("Bob is to be reached at another address. Call it?"));
    window.click("Call");
    assert_eq!(window.commands(), consent(true));
}

#[test]
fn keys_do_with_calls_what_buttons_do_wherever_the_cursor_stands() {
    let mut window = Driver::new(with(vec![bob(CallState::Active)]));
    window.click("Bob");
    let _ = window.commands();
    window.shortcut("l");
    window.shortcut("M");
    window.shortcut("h");
    let mute = CallCommand::Mute { call: id(1), on: true };
    let wanted = [CallCommand::Hold(id(1)), mute, CallCommand::Hangup(id(1))];
    assert_eq!(window.commands(), wanted.map(Command::Call));
    window.shortcut("p");
    assert!(window.says("Press keys here, or type them."));
    window.shortcut("t");
    assert!(window.says("Transfer Bob to"));

    let incoming = || with(vec![unanswered(CallState::Incoming, Direction::In, noon())]);
    window.show(incoming());
    window.shortcut("a");
    window.shortcut("d");
    let decline = CallCommand::Decline { call: id(1), message: None };
    assert_eq!(window.commands(), [CallCommand::Answer(id(1)), decline].map(Command::Call));
}

#[test]
fn voice_messages_are_told_and_heard() {
    let mut waiting = snapshot();
    let mailbox = |new, uri: Option<&str>| Mailbox {
        waiting: true,
        new,
        old: 1,
        uri: uri.map(ToOwned::to_owned),
    };
    waiting.accounts[1].mailbox = Some(mailbox(2, Some("sip:voicemail@sip.example.com")));
    let mut window = Driver::new(waiting.clone());
    assert!(window.says("2 new voice messages"));
    window.click("Listen");
    let wanted = placed("sip:voicemail@sip.example.com", Some("telephony"), false);
    assert_eq!(window.commands(), wanted);
    waiting.accounts[1].mailbox = Some(mailbox(0, None));
    window.show(waiting.clone());
    assert!(window.says("New voice messages") && !window.says("Listen"));
    waiting.accounts[1].mailbox = Some(Mailbox { waiting: false, ..mailbox(0, None) });
    window.show(waiting);
    assert!(!window.mentions("voice message"));
}

#[test]
fn a_search_in_the_list_is_not_lost_when_a_call_comes_in() {
    let mut window = Driver::new(snapshot());
    window.take([Message::Sidebar(sidebar::Message::Search("jul".to_owned()))]);
    window.show(with(vec![unanswered(CallState::Incoming, Direction::In, noon())]));
    assert!(window.says("Juliet") && !window.says("Romeo"));
}
