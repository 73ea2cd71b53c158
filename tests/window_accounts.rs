//! The page of the accounts: what it says of them, and that every control asks what it says.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{
    AccountCommand, CardCommand, Command, CommandError, Cue, CueKind, FeatureCommand,
    RelationCommand, TelephonyCommand,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::{Keystroke, Message, pages};
use dovetail::gui::screen::accounts::{self, OnCard};
use dovetail::gui::screen::{Go, sidebar};
use dovetail::model::account::AccountState;
use dovetail::model::feature::{DecidedBy, Decision, Feature, Match, Protocol, Rule};
use dovetail::model::id::AccountId;
use dovetail::model::relation::{Pair, Proposal, Relation, RelationSource};
use dovetail::model::telephony::Telephony;
use dovetail::model::vcard::{OwnCard, Tel};
use driver::Driver;
use serde_json::json;
use window::{one_down, snapshot};

fn pair() -> Pair {
    Pair { xmpp: AccountId::new("chat"), sip: AccountId::new("telephony") }
}

fn relation() -> Relation {
    let Pair { xmpp, sip } = pair();
    Relation { xmpp, sip, by: RelationSource::User, both_or_none: false, chat_waits: false }
}

fn tel(value: &str) -> Tel {
    Tel { value: value.to_owned(), types: vec!["voice".to_owned()], pref: 100 }
}

fn card(tels: Vec<Tel>, advice: Option<&str>) -> OwnCard {
    let advice = advice.map(str::to_owned);
    OwnCard { account: AccountId::new("chat"), name: Some("Alice".to_owned()), tels, advice }
}

fn usual() -> Vec<Decision> {
    let way = |feature: Feature| Decision {
        feature,
        protocol: feature.usual(),
        account: None,
        by: DecidedBy::Usual,
        ways: feature.ways().to_vec(),
        why: if feature.ways().is_empty() { "Not in this version." } else { "As usual." }
            .to_owned(),
        locked: false,
    };
    Feature::ALL.map(way).to_vec()
}

/// The page in a window that is high enough for all of it.
fn page(snapshot: Snapshot) -> Driver {
    let mut window = Driver::sized(snapshot, 1120.0, 2_000.0);
    window.take([Message::Sidebar(sidebar::Message::Go(Go::Accounts))]);
    assert!(window.says("Accounts"));
    window
}

fn set_tels(tels: Vec<Tel>, confirm: bool) -> Vec<Command> {
    let account = Some(AccountId::new("chat"));
    vec![Command::Card(CardCommand::Set { account, tels, confirm })]
}

#[test]
fn three_ways_lead_to_the_accounts() {
    let lead = "What you chat and call with, and how the two go together.";
    let mut window = Driver::new(snapshot());
    window.click("Equal protection");
    window.click("Accounts");
    assert!(window.says(lead));
    window.click("Rules for calls");
    window.click("Accounts");
    assert!(window.says(lead));
    window.take([Message::Key(Keystroke::Escape)]);
    assert!(!window.says(lead));
    window.click("Available");
    window.click("Accounts…");
    assert!(window.says(lead));
}

#[test]
fn what_waits_or_failed_can_be_connected_now() {
    let mut window = page(snapshot());
    assert!(!window.says("Connect now"), "all is connected");
    window.show(one_down(snapshot()));
    assert!(window.mentions("sip.example.com did not answer in time."));
    window.click("Connect now");
    let wanted = Command::Account(AccountCommand::Connect(AccountId::new("telephony")));
    assert_eq!(window.commands(), [wanted]);

    let mut waits = snapshot();
    waits.accounts[0].state = AccountState::Offline;
    window.show(waits.clone());
    assert!(!window.says("Connect now"), "the user wants it offline");
    waits.accounts[0].reason = Some("It waits for Telephony.".to_owned());
    window.show(waits);
    assert!(window.says("Chat is offline. It waits for Telephony."));
    window.click("Connect now");
    let error = CommandError::Refused("It is switched off.".to_owned());
    let wanted = Command::Account(AccountCommand::Connect(AccountId::new("chat")));
    assert_eq!(window.answer(Err(error)), wanted);
    assert!(window.says("It is switched off."));
}

#[test]
fn two_sides_of_one_service_are_told_and_set() {
    let mut window = page(Snapshot { relations: vec![relation()], ..snapshot() });
    assert!(window.says(
        "Chat (alice@xmpp.example.com) and Telephony (sip:alice@sip.example.com) are two sides \
         of one service."
    ));
    let set = |both_or_none, chat_waits| {
        let pair = pair();
        vec![Command::Relation(RelationCommand::Set { pair, both_or_none, chat_waits })]
    };
    window.click("Connect chat after telephony");
    assert_eq!(window.commands(), set(None, Some(true)));
    window.click("Both or none");
    assert_eq!(window.commands(), set(Some(true), None));
    let on = Relation { both_or_none: true, chat_waits: true, ..relation() };
    window.show(Snapshot { relations: vec![on], ..snapshot() });
    window.click("Both or none");
    assert_eq!(window.commands(), set(Some(false), None));
    window.click("These do not belong together");
    assert_eq!(window.commands(), [Command::Relation(RelationCommand::Remove(pair()))]);
}

#[test]
fn a_proposal_tells_why_and_is_taken_or_not() {
    let why = "Your contact card names this telephony address.".to_owned();
    let proposals = vec![Proposal { pair: pair(), why: why.clone() }];
    let mut window = page(Snapshot { proposals, ..snapshot() });
    assert!(window.says(&why));
    assert!(!window.says("Relate them"), "it is offered once");
    window.click("No");
    assert_eq!(window.commands(), [Command::Relation(RelationCommand::Refuse(pair()))]);
    window.click("Relate");
    let wanted = RelationCommand::Set { pair: pair(), both_or_none: None, chat_waits: None };
    assert_eq!(window.commands(), [Command::Relation(wanted.clone())]);

    window.show(snapshot());
    window.click("Relate them");
    assert_eq!(window.commands(), [Command::Relation(wanted)]);
}

#[test]
fn every_feature_has_its_side_and_every_rule_can_go() {
    let rule = Rule {
        with: Some(Match::Contact("bob@xmpp.example.com".to_owned())),
        feature: Feature::Chat,
        protocol: Protocol::Sip,
        account: None,
    };
    let mut features = usual();
    features[0] = Decision {
        protocol: Protocol::Sip,
        by: DecidedBy::Default,
        why: "Your default.".to_owned(),
        ..features[0].clone()
    };
    let shown = Snapshot { features, feature_rules: vec![rule.clone()], ..snapshot() };
    let mut window = page(shown);
    for name in [
        "Messages",
        "Rooms",
        "Presence",
        "Files",
        "Calls",
        "Video calls",
        "Conferences",
        "Shared screen",
        "Over chat",
        "Over telephony",
        "Not in this version.",
        "Your default.",
    ] {
        assert!(window.says(name), "{name}");
    }
    assert!(!window.says("As usual."));
    assert!(window.says("Messages with bob@xmpp.example.com: over telephony"));
    window.click("Remove");
    let wanted = FeatureCommand::Unset { feature: rule.feature, with: rule.with };
    assert_eq!(window.commands(), [Command::Feature(wanted)]);
}

#[test]
fn the_own_address_is_put_on_the_card() {
    let advice = "Your contact card does not name sip:alice@sip.example.com.";
    let old = tel("+1 555 0100");
    let own_cards = vec![card(vec![old.clone()], Some(advice))];
    let mut window = page(Snapshot { own_cards, ..snapshot() });
    assert!(window.says(advice));
    window.click("Put sip:alice@sip.example.com on your card");
    let own = tel("sip:alice@sip.example.com");
    assert_eq!(window.commands(), set_tels(vec![own, old], false));
}

#[test]
fn a_number_that_leads_elsewhere_is_used_only_when_confirmed() {
    let own = tel("sip:alice@sip.example.com");
    let own_cards = vec![card(vec![own.clone()], None)];
    let mut window = page(Snapshot { own_cards, ..snapshot() });
    window.type_into("own-number-chat", &own.value);
    window.click("Add");
    assert_eq!(window.commands(), []);
    assert!(window.says("Your card names it already."));
    let empty = accounts::Message::Card(AccountId::new("chat"), OnCard::Edit(String::new()));
    window.take([Message::Pages(pages::Message::Accounts(empty))]);
    window.type_into("own-number-chat", "+1 900");
    window.click("Add");
    let both = vec![own.clone(), tel("+1 900")];
    let cue = Cue::new(CueKind::UnverifiedNumber, "+1 900 is not your telephony address.");
    let asked = window.answer(Err(CommandError::ConfirmationNeeded(vec![cue])));
    assert_eq!(vec![asked], set_tels(both.clone(), false));
    assert!(window.says("+1 900 is not your telephony address."));
    window.click("Use it anyway");
    let error = CommandError::Refused("Your card is as it was: no room.".to_owned());
    assert_eq!(vec![window.answer(Err(error))], set_tels(both, true));
    assert!(window.says("Your card is as it was: no room."));
    assert!(window.says("sip:alice@sip.example.com"));
    window.click("Remove");
    assert_eq!(window.commands(), set_tels(Vec::new(), false));
}

#[test]
fn what_others_see_is_turned_after_its_cue() {
    let mut window = page(snapshot());
    window.click("Tell your telephony address");
    let cue = Cue::new(CueKind::Privacy, "Your contacts learn it.");
    window.answer(Err(CommandError::ConfirmationNeeded(vec![cue])));
    assert!(window.says("Your contacts learn it."));
    window.click("Use it anyway");
    let set = |wish: serde_json::Value| {
        vec![Command::Telephony(TelephonyCommand::Set(wish.as_object().unwrap().clone()))]
    };
    assert_eq!(window.commands(), set(json!({"publish_address": true, "confirm": true})));
    let telephony = Telephony { on_the_phone: true, ..Telephony::default() };
    window.show(Snapshot { telephony, ..snapshot() });
    window.click("Say when you are on the phone");
    assert_eq!(window.commands(), set(json!({"on_the_phone": false})));
}

#[test]
fn the_page_can_be_used_in_one_column() {
    let shown = Snapshot {
        relations: vec![relation()],
        features: usual(),
        own_cards: vec![card(Vec::new(), None)],
        ..snapshot()
    };
    let mut window = Driver::sized(shown, 360.0, 2_400.0);
    window.click("Equal protection");
    window.click("Accounts");
    window.click("Both or none");
    assert_eq!(window.commands().len(), 1);
    window.press("Back");
    assert!(window.says("Conversations"));
}
