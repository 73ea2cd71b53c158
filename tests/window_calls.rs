//! Calls from the window: placing, answering, ending, and what is said about the caller.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use std::sync::Arc;

use dovetail::core::command::{
    AskingCommand, CallCommand, ChatCommand, Choice, Command, CommandError, Cue, CueKind,
    FeatureCommand, Reply,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Happened, Keystroke, Message};
use dovetail::gui::screen::conversation::COMPOSER;
use dovetail::gui::screen::{rules, sidebar};
use dovetail::gui::widget::card;
use dovetail::model::address::Aor;
use dovetail::model::call::{Ask, AskKind, Binding, Call, CallState, Direction};
use dovetail::model::dialing::CostClass;
use dovetail::model::feature::{Feature, Match, Protocol, Rule};
use dovetail::model::id::{AccountId, CallId};
use dovetail::model::message::Conversation;
use dovetail::model::party::Party;
use driver::Driver;
use window::{call, claimed, jid, noon, snapshot, unanswered, with_carol};

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

fn incoming() -> Call {
    unanswered(CallState::Incoming, Direction::In, noon())
}

fn place(to: &str, account: Option<&str>, confirm: bool) -> Command {
    Command::Call(CallCommand::Place {
        to: to.to_owned(),
        account: account.map(AccountId::new),
        confirm,
        remember: false,
        linked: false,
        anonymous: false,
    })
}

#[test]
fn a_click_on_call_in_the_roster_calls_that_contact() {
    let mut window = Driver::new(snapshot());
    // The first contact that can be called; Dave has no number and no button.
    window.click("Call");
    assert_eq!(window.commands(), [place(jid("juliet").as_str(), None, false)]);
}

#[test]
fn a_number_that_is_typed_is_called_by_enter() {
    let mut window = Driver::new(snapshot());
    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    assert_eq!(window.commands(), [place("+1 555 0199", None, false)]);
}

#[test]
fn typing_changes_the_list_under_the_pointer_without_harm() {
    let mut window = Driver::new(snapshot());
    for text in ["1", "12", "j", "", "eve@xmpp.example.com", "zzz", ""] {
        window.take([Message::Sidebar(sidebar::Message::Search(text.to_owned()))]);
        window.click_at(160.0, 300.0);
        let _ = window.commands();
    }
    assert!(window.says("Juliet"));
}

#[test]
fn several_ways_become_a_question_and_the_chosen_one_is_dialled() {
    let mut window = Driver::new(snapshot());
    window.click("Call");
    let choice = |uri: &str, label: &str| Choice {
        account: AccountId::new("telephony"),
        uri: uri.to_owned(),
        label: label.to_owned(),
        available: true,
    };
    let ways =
        vec![choice("sip:juliet@sip.example.com", "Work"), choice("tel:+15550177", "Mobile")];
    window.answer(Err(CommandError::ChoiceNeeded(ways)));
    assert!(window.says("How do you want to call Juliet?"));
    window.click("Mobile");
    assert_eq!(window.commands(), [place("tel:+15550177", Some("telephony"), false)]);
    assert!(!window.says("How do you want to call Juliet?"));
}

#[test]
fn a_way_is_taken_always_when_the_user_says_so() {
    let mut window = Driver::new(snapshot());
    let choice = |account: &str, label: &str, available| Choice {
        account: AccountId::new(account),
        uri: "sip:juliet@sip.example.com".to_owned(),
        label: label.to_owned(),
        available,
    };
    let ways = vec![
        choice("telephony", "On Telephony", true),
        choice("office", "On Office", true),
        choice("old", "On Old", false),
    ];
    window.click("Call");
    window.answer(Err(CommandError::ChoiceNeeded(ways)));
    assert!(window.says("sip:juliet@sip.example.com · not connected now"));
    window.click("On Old");
    assert_eq!(window.commands(), [], "what is not connected cannot be chosen");
    window.click("Always for this contact");
    window.click("On Office");
    let rule = Rule {
        with: Some(Match::Contact(jid("juliet").to_string())),
        feature: Feature::Audio,
        protocol: Protocol::Sip,
        account: Some(AccountId::new("office")),
    };
    let wanted = [
        Command::Feature(FeatureCommand::Set(rule)),
        place("sip:juliet@sip.example.com", Some("office"), false),
    ];
    assert_eq!(window.commands(), wanted);
}

#[test]
fn a_call_that_may_cost_goes_out_only_when_confirmed() {
    let mut window = Driver::new(snapshot());
    let cue = || Cue {
        kind: CueKind::Pstn,
        class: Some(CostClass::Pstn),
        text: "Telephone network".to_owned(),
        may_settle: true,
    };
    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue()])));
    assert!(window.says("Call +1 555 0199?"));
    assert!(window.says("Telephone network"));
    window.click("Cancel");
    assert_eq!(window.commands(), []);

    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue()])));
    window.click("Call anyway");
    assert_eq!(window.commands(), [place("+1 555 0199", None, true)]);
}

#[test]
fn a_refused_call_is_told_and_can_be_dismissed() {
    let mut window = Driver::new(snapshot());
    window.click("Call");
    window.answer(Err(CommandError::Refused("Telephony is not connected.".to_owned())));
    assert!(window.says("Telephony is not connected."));
    window.key(Keystroke::Escape);
    assert!(!window.says("Telephony is not connected."));
}

#[test]
fn a_proven_caller_is_named_and_the_evidence_is_shown() {
    let mut window = Driver::new(with(vec![incoming()]));
    assert!(window.app.title().starts_with("Dovetail"));
    assert!(window.app.title().contains("Bob is calling"));
    assert!(window.says("Verified by Bob's contact card · why?"));
    assert!(!window.mentions("names exactly this address"));
    window.click("Verified by Bob's contact card · why?");
    assert!(window.mentions("names exactly this address"));
    window.click("Answer");
    assert_eq!(window.commands(), [Command::Call(CallCommand::Answer(CallId::new("call-1")))]);
}

#[test]
fn who_is_on_the_line_is_not_offered_to_be_called() {
    let mut window = Driver::new(with(vec![call(CallState::Active, Direction::Out, noon())]));
    window.click("Bob");
    assert!(window.says("In call"));
    window.show(with(vec![incoming()]));
    assert!(window.says("Is calling") && !window.says("In call"));
    // A caller who merely says that he is Bob takes nothing away.
    let mut window = Driver::new(with(vec![claimed(noon())]));
    window.click("Bob");
    assert!(!window.says("Is calling"));
}

#[test]
fn the_bar_says_how_good_the_line_is() {
    let mut talking = call(CallState::Active, Direction::Out, noon());
    for (mos, loss_pct, said) in
        [(4.3, 0.0, "Good line"), (3.3, 1.0, "Fair line"), (2.5, 9.0, "Poor line: sound gets lost")]
    {
        (talking.stats.mos, talking.stats.loss_pct) = (mos, loss_pct);
        assert!(Driver::new(with(vec![talking.clone()])).says(said), "{said}");
    }
}

#[test]
fn a_claim_is_called_a_claim() {
    let mut window = Driver::new(with(vec![claimed(noon())]));
    assert!(window.says("sip:+15550123@gw.example.net"));
    assert!(window.says("Unknown caller"));
    assert!(window.says("Says it is bob@xmpp.example.com · not verified"));
    assert!(!window.mentions("Verified by"));
    // Words for somebody unproven would tell them our address: the button does nothing.
    window.click("Decline with a message: caller not verified");
    assert_eq!(window.commands(), []);
    window.click("Decline");
    let decline = CallCommand::Decline { call: CallId::new("call-2"), message: None };
    assert_eq!(window.commands(), [Command::Call(decline)]);
}

#[test]
fn a_caller_of_whom_nothing_is_known_gets_no_name() {
    let mut call = claimed(noon());
    call.peer.binding = Binding::None;
    call.peer.jid = None;
    let window = Driver::new(with(vec![call]));
    assert!(window.says("Nothing is known about this caller"));
    assert!(!window.mentions("Says it is"));
}

#[test]
fn a_call_can_be_declined_with_words() {
    let mut window = Driver::new(with(vec![incoming()]));
    window.click("Decline with a message…");
    window.type_and_enter(card::DECLINE_FIELD, "in a meeting");
    let decline = CallCommand::Decline {
        call: CallId::new("call-1"),
        message: Some("in a meeting".to_owned()),
    };
    assert_eq!(window.commands(), [Command::Call(decline)]);
}

#[test]
fn enter_answers_and_escape_declines_when_nothing_else_is_open() {
    let mut window = Driver::new(with(vec![incoming()]));
    window.wait(500);
    window.key(Keystroke::Enter);
    assert_eq!(window.commands(), [Command::Call(CallCommand::Answer(CallId::new("call-1")))]);
    window.click("Decline with a message…");
    window.key(Keystroke::Escape);
    assert_eq!(window.commands(), []);
    window.key(Keystroke::Escape);
    let decline = CallCommand::Decline { call: CallId::new("call-1"), message: None };
    assert_eq!(window.commands(), [Command::Call(decline)]);
}

#[test]
fn a_live_call_stays_in_sight_everywhere() {
    for (width, height) in [(1120.0, 720.0), (400.0, 700.0)] {
        let talking = with(vec![call(CallState::Active, Direction::Out, noon())]);
        let mut window = Driver::sized(talking, width, height);
        let hang_up = Command::Call(CallCommand::Hangup(CallId::new("call-1")));
        assert!(window.says("02:31"));
        assert!(window.says("In call"));
        window.click("Hang up");
        assert_eq!(window.commands(), std::slice::from_ref(&hang_up));
        window.take([Message::Sidebar(sidebar::Message::Protection)]);
        assert!(window.says("Connection and protection"));
        window.click("Hang up");
        assert_eq!(window.commands(), std::slice::from_ref(&hang_up));
        window.take([Message::Sidebar(sidebar::Message::Open(jid("carol").into()))]);
        let _ = window.commands();
        window.click("Hang up");
        assert_eq!(window.commands(), [hang_up]);
    }
}

#[test]
fn the_bar_says_how_the_sound_is_protected() {
    let mut talking = call(CallState::Active, Direction::Out, noon());
    // In words where there is room beside the name; else the lock says it.
    let window = Driver::sized(with(vec![talking.clone()]), 1400.0, 720.0);
    assert!(window.says("Encrypted to provider"));
    let window = Driver::new(with(vec![talking.clone()]));
    assert!(!window.says("Encrypted to provider") && window.says("Hang up"));
    talking.media.srtp = dovetail::model::call::MediaProtection::None;
    // That nothing does is said in any case.
    let window = Driver::new(with(vec![talking]));
    assert!(window.says("Not encrypted"));
}

#[test]
fn a_call_tells_its_steps_and_why_it_ended() {
    let mut window =
        Driver::new(with(vec![unanswered(CallState::Dialing, Direction::Out, noon())]));
    assert!(window.says("Calling…"));
    window.show(with(vec![unanswered(CallState::Ringing, Direction::Out, noon())]));
    assert!(window.says("Ringing…"));
    let mut over = unanswered(CallState::Ended, Direction::Out, noon());
    over.end_reason = Some("Bob is busy.".to_owned());
    window.show(with(vec![over]));
    assert!(window.says("Call ended"));
    assert!(window.says("Bob is busy."));
    assert!(!window.says("Hang up"));
    window.show(with(Vec::new()));
    assert!(!window.says("Call ended"));
}

#[test]
fn an_answered_command_leaves_no_trace() {
    let mut window = Driver::new(snapshot());
    window.click("Call");
    window.answer(Ok(Reply::Call { call: CallId::new("call-9") }));
    assert!(!window.mentions("wrong"));
    assert_eq!(window.commands(), []);
}

#[test]
fn from_a_proven_call_one_click_leads_to_the_chat() {
    let mut window = Driver::new(with(vec![incoming()]));
    window.click("Open chat");
    let _ = window.commands();
    window.type_and_enter(COMPOSER, "In a minute");
    let to = jid("bob").into();
    let body = "In a minute".to_owned();
    let send = Command::Chat(ChatCommand::Send { to, body });
    assert!(window.commands().contains(&send), "his conversation is open");
    let window = Driver::new(with(vec![claimed(noon())]));
    assert!(!window.says("Open chat"), "who is not proven has no button");
    assert!(window.says("Decline with a message: caller not verified"));
}

#[test]
fn the_class_of_a_call_is_shown_in_the_bar_and_in_the_timeline() {
    let paid = |state| Call {
        cost: Some(CostClass::Premium),
        cue: Some("This call is charged.".to_owned()),
        ..call(state, Direction::Out, noon())
    };
    let window = Driver::new(with(vec![paid(CallState::Ringing)]));
    assert!(window.mentions("premium rate") && window.mentions("This call is charged."));
    let ended = Call { ended: Some(noon()), ..paid(CallState::Ended) };
    let entries = vec![window::call_entry(noon(), ended)];
    let conversation = Conversation { with: jid("bob").into(), entries, unread: 0 };
    let conversations = [Arc::new(conversation)].into_iter().collect();
    let mut window = Driver::new(Snapshot { conversations, ..snapshot() });
    window.click("Bob");
    assert!(window.mentions("premium rate"));
}

#[test]
fn a_class_of_calls_is_settled_on_the_card_and_asked_about_again_on_the_page() {
    let mut window = Driver::new(snapshot());
    window.click("Call");
    let cue = |may_settle| Cue {
        class: Some(CostClass::Pstn),
        may_settle,
        ..Cue::new(CueKind::Pstn, "This goes to the telephone network.")
    };
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue(false)])));
    assert!(!window.says("Do not ask again"), "not what is always asked about");
    window.click("Call anyway");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue(true)])));
    window.click("Do not ask again");
    window.click("Call anyway");
    let commands = window.commands();
    let [Command::Call(CallCommand::Place { confirm: true, remember: true, .. })] = &commands[..]
    else {
        panic!("{commands:?}")
    };
    let settled = vec![CostClass::Pstn];
    let mut window = Driver::new(Snapshot { settled, ..snapshot() });
    window.take([Message::Rules(rules::Message::AskAgain(CostClass::Pstn))]);
    let reset = Command::Asking(AskingCommand::Reset(Some(CostClass::Pstn)));
    assert_eq!(window.commands(), [reset]);
}

#[test]
fn why_this_name_and_why_this_account_are_a_click_away() {
    let why = "Your rule for everybody at sip.example.com.";
    let call = Call {
        account_why: Some(why.to_owned()),
        ..call(CallState::Active, Direction::Out, noon())
    };
    let proof = "Verified by Bob's contact card: it names exactly this address.";
    let mut window = Driver::new(with(vec![call.clone()]));
    assert!(!window.says(proof));
    window.press("Why this name?");
    assert!(window.says(proof));
    assert!(window.says(&format!("On sip:alice@sip.example.com. {why}")));
    window.key(Keystroke::Escape);
    assert!(!window.says(proof));
    // Beside his conversation the bar has no name, and the same button.
    window.click("Bob");
    let _ = window.commands();
    window.press("Why this name, why this account");
    assert!(window.says(proof));
    window.press("Close");
    assert!(!window.says(proof));
    // It goes with its call, and does not come back with another.
    window.press("Why this name, why this account");
    window.show(with(Vec::new()));
    window.show(with(vec![Call { id: CallId::new("next"), ..call }]));
    assert!(!window.says(proof));
}

#[test]
fn of_several_accounts_the_bar_names_the_one_that_calls() {
    let call = unanswered(CallState::Dialing, Direction::Out, noon());
    let mut shown = with(vec![call]);
    let mut window = Driver::new(shown.clone());
    assert!(!window.mentions("on sip:alice"), "there is only one");
    let mut office = window::sip_account();
    office.id = AccountId::new("office");
    shown.accounts.push(office);
    window.show(shown);
    assert!(window.mentions("on sip:alice@sip.example.com"));
}

#[test]
fn a_call_in_another_conversation_leads_to_the_chat_with_its_contact() {
    let ended = Call { ended: Some(noon()), ..call(CallState::Ended, Direction::In, noon()) };
    // It was filed under its address, before the card named it.
    let with = Party::Sip(Aor::parse("sip:bob@sip.example.com").unwrap());
    let filed = |with: Party, call: &Call| {
        let entries = vec![window::call_entry(noon(), call.clone())];
        let conversations = [Arc::new(Conversation { with, entries, unread: 0 })];
        Snapshot { conversations: conversations.into_iter().collect(), ..snapshot() }
    };
    let mut window = Driver::new(filed(with.clone(), &ended));
    let open = |with: &Party| Message::Sidebar(sidebar::Message::Open(with.clone()));
    window.take([open(&with)]);
    let _ = window.commands();
    window.click("Chat with Bob");
    let _ = window.commands();
    window.type_and_enter(COMPOSER, "Hello");
    let to = jid("bob").into();
    let send = Command::Chat(ChatCommand::Send { to, body: "Hello".to_owned() });
    assert!(window.commands().contains(&send), "his conversation is open");
    // In his own conversation it leads nowhere else; nor does what is not proven.
    window.show(filed(jid("bob").into(), &ended));
    assert!(!window.says("Chat with Bob"));
    let mut said = ended;
    said.peer.binding = Binding::Claimed;
    window.show(filed(with.clone(), &said));
    window.take([open(&with)]);
    assert!(!window.says("Chat with Bob"));
}

fn command(command: CallCommand) -> [Command; 1] {
    [Command::Call(command)]
}

/// A window that somebody else's covers, and a call that begins to ring.
fn called_behind(calls: Vec<Call>) -> Driver {
    let mut window = Driver::new(snapshot());
    window.focus(false);
    assert!(window.ringing().is_none());
    window.show(with(calls));
    window
}

fn key(key: Keystroke) -> Happened {
    Happened::Key(key)
}

#[test]
fn a_call_has_a_window_of_its_own_while_the_main_one_is_not_in_front() {
    let mut window = called_behind(vec![incoming()]);
    assert!(!window.says("Answer"), "there is one card and no second");
    let mut apart = window.ringing().expect("a window");
    for words in [
        "Bob",
        "Verified by Bob's contact card · why?",
        "Answer",
        "Decline",
        "Decline with a message…",
    ] {
        assert!(apart.says(words), "{words}");
    }
    apart.click("Answer");
    assert_eq!(window.commands(), command(CallCommand::Answer(CallId::new("call-1"))));
    window.show(with(vec![call(CallState::Active, Direction::In, noon())]));
    assert!(window.ringing().is_none(), "it closes when the call is taken, here or elsewhere");
}

#[test]
fn a_claim_is_one_in_its_own_window_too() {
    let mut window = called_behind(vec![claimed(noon())]);
    let apart = window.ringing().expect("a window");
    assert!(apart.says("Says it is bob@xmpp.example.com · not verified"));
    assert!(apart.says("Decline with a message: caller not verified"));
    window.show(with(Vec::new()));
    assert!(window.ringing().is_none());
}

#[test]
fn keys_on_their_way_do_not_take_a_call_that_comes_up() {
    let mut window = called_behind(vec![incoming()]);
    let enter = || key(Keystroke::Enter);
    window.ringing().expect("a window").happens(enter());
    assert_eq!(window.commands(), [], "before it is on the screen");
    window.ringing().unwrap().happens(Happened::Resized(iced::Size::new(400.0, 240.0)));
    window.wait(499);
    window.ringing().unwrap().happens(enter());
    assert_eq!(window.commands(), []);
    // It comes up late, and gets the focus later still.
    window.wait(400);
    window.ringing().unwrap().happens(Happened::Focused(true));
    window.wait(499);
    for stroke in [Keystroke::Enter, Keystroke::Escape] {
        window.ringing().unwrap().happens(key(stroke));
        assert_eq!(window.commands(), []);
    }
    window.wait(1);
    window.ringing().unwrap().happens(enter());
    assert_eq!(window.commands(), command(CallCommand::Answer(CallId::new("call-1"))));
    // A click into it later costs no time.
    window.ringing().unwrap().happens(Happened::Focused(false));
    window.ringing().unwrap().happens(Happened::Focused(true));
    window.ringing().unwrap().happens(key(Keystroke::Escape));
    let decline = CallCommand::Decline { call: CallId::new("call-1"), message: None };
    assert_eq!(window.commands(), command(decline));
}

#[test]
fn escape_puts_the_words_away_before_it_declines() {
    let mut window = called_behind(vec![incoming()]);
    window.ringing().unwrap().happens(Happened::Focused(true));
    window.wait(500);
    window.ringing().unwrap().click("Decline with a message…");
    assert!(window.ringing().unwrap().says("Send and decline"));
    window.ringing().unwrap().happens(key(Keystroke::Escape));
    assert!(!window.ringing().unwrap().says("Send and decline"));
    assert_eq!(window.commands(), []);
}

#[test]
fn several_calls_stand_in_one_window() {
    let mut window = called_behind(vec![incoming()]);
    let id = window.app.ringing_window();
    window.show(with(vec![incoming(), claimed(noon())]));
    assert_eq!(window.app.ringing_window(), id);
    let apart = window.ringing().unwrap();
    assert!(apart.says("Bob") && apart.says("sip:+15550123@gw.example.net"));
    window.show(with(vec![claimed(noon())]));
    assert_eq!(window.app.ringing_window(), id, "the other one still rings");
    window.show(with(Vec::new()));
    assert_eq!(window.app.ringing_window(), None);
}

#[test]
fn a_call_moves_into_the_main_window_with_the_person() {
    let mut window = called_behind(vec![incoming()]);
    window.focus(true);
    assert!(window.ringing().is_none());
    assert!(window.says("Answer"));
    // It stays there: it was seen, and nothing takes the focus a second time.
    window.focus(false);
    window.show(with(vec![incoming()]));
    assert!(window.ringing().is_none() && window.says("Answer"));

    let mut window = called_behind(vec![incoming()]);
    window.ringing().unwrap().happens(Happened::CloseRequested);
    assert!(window.ringing().is_none() && window.says("Answer"));
    assert_eq!(window.commands(), [], "to close a window declines nothing");
}

#[test]
fn a_call_in_sight_or_one_that_does_not_ring_opens_no_window() {
    let mut window = Driver::new(snapshot());
    window.show(with(vec![incoming()]));
    assert!(window.ringing().is_none() && window.says("Answer"));
    let mut window = called_behind(vec![Call { quiet: true, ..incoming() }]);
    assert!(window.ringing().is_none() && window.says("Answer"));
}

#[test]
fn no_key_that_is_held_from_typing_a_number_answers_the_question() {
    let mut window = Driver::new(snapshot());
    let cue = || Cue::new(CueKind::Pstn, "Telephone network");
    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    // The key is held: the field takes it again before the hub has answered.
    window.take([
        Message::Sidebar(sidebar::Message::Submit),
        Message::Sidebar(sidebar::Message::Dial("+1 555 0199".to_owned())),
    ]);
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue()])));
    assert_eq!(window.commands(), [], "it was asked for once");
    for wait in [0, 499] {
        window.wait(wait);
        window.key(Keystroke::Enter);
        assert_eq!(window.commands(), [], "after {wait} ms");
    }
    window.wait(1);
    window.key(Keystroke::Enter);
    assert_eq!(window.commands(), [place("+1 555 0199", None, true)]);

    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue()])));
    window.key(Keystroke::Escape);
    assert!(!window.says("Call anyway"));
    assert_eq!(window.commands(), []);
}

#[test]
fn a_key_that_was_on_its_way_takes_no_call_and_grants_no_wish() {
    let enter = |window: &mut Driver| window.key(Keystroke::Enter);
    let mut window = Driver::new(with(Vec::new()));
    window.show(with(vec![incoming()]));
    enter(&mut window);
    assert_eq!(window.commands(), [], "it has only begun to ring");
    window.wait(500);
    // It comes into sight again.
    window.focus(false);
    window.focus(true);
    enter(&mut window);
    assert_eq!(window.commands(), [], "the window has only got the focus");
    window.wait(500);
    enter(&mut window);
    assert_eq!(window.commands(), [Command::Call(CallCommand::Answer(CallId::new("call-1")))]);

    let mut window = Driver::new(with(Vec::new()));
    let mut asking = call(CallState::Active, Direction::Out, noon());
    asking.ask = Some(Ask {
        kind: AskKind::Transfer,
        uri: "tel:+19005550123".to_owned(),
        display: "tel:+19005550123".to_owned(),
        cues: vec!["Costs".to_owned()],
    });
    window.show(with(vec![asking]));
    enter(&mut window);
    assert_eq!(window.commands(), [], "the other side has only just asked");
    window.wait(500);
    enter(&mut window);
    let consent = CallCommand::Consent { call: CallId::new("call-1"), accept: true };
    assert_eq!(window.commands(), [Command::Call(consent)]);
}

#[test]
fn a_click_that_was_on_its_way_takes_no_call_and_confirms_no_cost() {
    let answered = [Command::Call(CallCommand::Answer(CallId::new("call-1")))];
    let asks = |window: &mut Driver| {
        window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
        let cues = vec![Cue::new(CueKind::Pstn, "Costs")];
        window.answer(Err(CommandError::ConfirmationNeeded(cues)));
    };
    let mut window = Driver::new(with(Vec::new()));
    window.show(with(vec![incoming()]));
    window.click_at_once("Answer");
    assert_eq!(window.commands(), [], "it has only begun to ring");
    window.click("Answer");
    assert_eq!(window.commands(), answered);

    // What is new above it moves it down, and up again when it goes.
    window.wait(500);
    asks(&mut window);
    window.click_at_once("Call anyway");
    window.click_at_once("Answer");
    assert_eq!(window.commands(), [], "both have only just come there");
    window.click("Cancel");
    window.click_at_once("Answer");
    assert_eq!(window.commands(), [], "it is now where the question was");
    window.wait(500);
    // What is new below it moves nothing.
    window.show(with(vec![incoming(), with_carol(incoming())]));
    window.click_at_once("Answer");
    assert_eq!(window.commands(), answered);

    let mut asking = call(CallState::Active, Direction::Out, noon());
    asking.ask = Some(Ask {
        kind: AskKind::Transfer,
        uri: "tel:+19005550123".to_owned(),
        display: "tel:+19005550123".to_owned(),
        cues: vec!["Costs".to_owned()],
    });
    let mut window = Driver::new(with(Vec::new()));
    window.show(with(vec![asking]));
    window.click_at_once("Don't call");
    assert_eq!(window.commands(), [], "the other side has only just asked");
    window.click("Don't call");
    let consent = CallCommand::Consent { call: CallId::new("call-1"), accept: false };
    assert_eq!(window.commands(), [Command::Call(consent)]);
}

#[test]
fn enter_takes_no_call_behind_a_question() {
    let mut window = Driver::new(with(vec![incoming()]));
    window.type_and_enter(sidebar::SEARCH, "+1 555 0199");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![Cue::new(CueKind::Pstn, "Costs")])));
    window.key(Keystroke::Enter);
    assert_eq!(window.commands(), []);
}

#[test]
fn calls_are_spoken_of_in_german_and_french() {
    use dovetail::lang::{Language, speak};
    for (language, proof, answer) in [
        (Language::German, "Bestätigt durch die Kontaktkarte von Bob · warum?", "Annehmen"),
        (
            Language::French,
            "Vérifié par la fiche de contact de Bob · pourquoi\u{202f}?",
            "Répondre",
        ),
    ] {
        speak(language);
        let mut window = Driver::new(with(vec![incoming()]));
        assert!(window.says(proof), "{proof}");
        window.click(answer);
        assert_eq!(window.commands(), command(CallCommand::Answer(CallId::new("call-1"))));
    }
    speak(Language::English);
}
