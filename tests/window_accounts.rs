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
use dovetail::gui::screen::accounts::{self, OnCard, OnRule, Way};
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
    let name = Some("Alice".to_owned());
    OwnCard { account: AccountId::new("chat"), name, tels, advice, photo: None }
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
    let mut window = Driver::sized(snapshot, 1120.0, 3_000.0);
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
    window.key(Keystroke::Escape);
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
    assert!(!window.says("Connect now"), "it is not by itself that it would connect");
    window.click("Connect anyway");
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
    assert!(window.says("Set by you."));
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
    assert!(window.says("“Both or none” has chat wait already."));
    window.click("Connect chat after telephony");
    assert_eq!(window.commands(), [], "it waits anyway");
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
    window.click("Let them see it");
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

#[test]
fn a_page_without_an_account_says_the_next_step() {
    let window = page(Snapshot::default());
    assert!(window.says("No account is set up yet"));
    assert!(window.mentions("a telephony account or both in the settings."));
    assert!(!window.says("Which way things go"));
}

#[test]
fn with_one_account_the_other_side_is_what_lacks() {
    let mut one = snapshot();
    one.accounts.truncate(1);
    one.features = usual();
    let mut window = page(one.clone());
    assert!(window.mentions("There is no telephony account."));
    assert!(!window.says("Not related") && !window.says("What others see"));
    // Nothing can be chosen, and why is said.
    assert!(window.says("No rule can be added now."));
    assert!(window.says("Calls: there is no telephony account."));
    one.accounts = vec![window::sip_account()];
    window.show(one);
    assert!(window.mentions("There is no chat account."));
    assert!(!window.says("Your number"));
}

#[test]
fn an_account_that_was_taken_down_connects_anyway() {
    let mut down = one_down(snapshot());
    down.accounts[0].state = AccountState::Offline;
    let why = "Taken down, since Telephony is not connected.".to_owned();
    down.accounts[0].reason = Some(why);
    let mut window = page(down);
    assert!(window.says("Connect now"), "telephony, which failed, is tried again");
    window.click("Connect anyway");
    let wanted = Command::Account(AccountCommand::Connect(AccountId::new("chat")));
    assert_eq!(window.commands(), [wanted]);
}

/// With a second telephony account; both of them send messages.
fn three_accounts() -> Snapshot {
    let mut shown = Snapshot { features: usual(), ..snapshot() };
    shown.accounts[1].features.chat = true;
    let mut office = window::sip_account();
    office.id = AccountId::new("office");
    office.address = "sip:alice@office.example.com".to_owned();
    office.features.chat = true;
    shown.accounts.push(office);
    shown
}

fn feature(command: FeatureCommand) -> Vec<Command> {
    vec![Command::Feature(command)]
}

#[test]
fn the_way_of_a_feature_is_chosen_where_there_is_more_than_one() {
    let mut shown = three_accounts();
    shown.accounts.pop();
    let mut window = page(shown.clone());
    assert!(window.says("This version knows no other way."), "presence, calls");
    let rule = |protocol| Rule { with: None, feature: Feature::Chat, protocol, account: None };
    // Calls, which have one way, stand above the form in the same words.
    window.take([chooses(Feature::Chat, Protocol::Sip)]);
    assert_eq!(window.commands(), feature(FeatureCommand::Set(rule(Protocol::Sip))));
    shown.features[0] = Decision {
        protocol: Protocol::Sip,
        by: DecidedBy::Default,
        why: "Your default.".to_owned(),
        ..shown.features[0].clone()
    };
    shown.feature_rules = vec![rule(Protocol::Sip)];
    window.show(shown);
    assert!(window.says("Your default."));
    window.take([chooses(Feature::Chat, Protocol::Xmpp)]);
    let unset = FeatureCommand::Unset { feature: Feature::Chat, with: None };
    let error = CommandError::Refused("Set by your provider.".to_owned());
    assert_eq!(vec![window.answer(Err(error))], feature(unset));
    assert!(window.says("Set by your provider."), "at its feature");
    // Where it cannot be chosen, it says why.
    window.show(Snapshot { features: usual(), ..snapshot() });
    assert!(window.mentions("No telephony account sends messages"));
}

fn chooses(feature: Feature, protocol: Protocol) -> Message {
    let way = Way { protocol, account: None };
    Message::Pages(pages::Message::Accounts(accounts::Message::Default(feature, way)))
}

#[test]
fn a_way_in_the_table_is_clicked_on() {
    let mut window = page(three_accounts());
    // The first of the two: the other stands in the form.
    window.click("Over telephony");
    let rule = Rule { with: None, feature: Feature::Chat, protocol: Protocol::Sip, account: None };
    assert_eq!(window.commands(), feature(FeatureCommand::Set(rule)));
    assert!(window.says("By the contact"), "several accounts can call");
}

#[test]
fn a_rule_is_added_for_a_person_a_number_a_domain_or_ones_contacts() {
    let mut window = page(three_accounts());
    window.click("Add the rule");
    assert_eq!(window.commands(), [], "whom it is about is not said yet");
    let rule = |with: Match| Rule {
        with: Some(with),
        feature: Feature::Audio,
        protocol: Protocol::Sip,
        account: Some(AccountId::new("office")),
    };
    let pick = |way: &str| {
        let way = Way { protocol: Protocol::Sip, account: Some(AccountId::new(way)) };
        Message::Pages(pages::Message::Accounts(accounts::Message::Rule(OnRule::Way(way))))
    };
    window.type_into("rule-with", "bob@xmpp.example.com");
    window.take([pick("office")]);
    window.click("Add the rule");
    let bob = rule(Match::Contact("bob@xmpp.example.com".to_owned()));
    let error = CommandError::InvalidAddress("bob".to_owned());
    let asked = window.answer(Err(error));
    assert_eq!(vec![asked], feature(FeatureCommand::Set(bob.clone())));
    assert!(window.mentions("bob"), "what is wrong is said, and stays to be mended");
    window.click("Add the rule");
    assert_eq!(window.commands(), feature(FeatureCommand::Set(bob)));
    for (scope, text, with) in [
        ("One number", "+1 555 0100", Match::Device("+1 555 0100".to_owned())),
        ("A domain", "example.net", Match::Domain("example.net".to_owned())),
    ] {
        window.click(scope);
        window.type_into("rule-with", text);
        window.take([pick("office")]);
        window.click("Add the rule");
        assert_eq!(window.commands(), feature(FeatureCommand::Set(rule(with))), "{scope}");
    }
    window.click("My contacts");
    window.take([pick("office")]);
    window.click("Add the rule");
    let all = rule(Match::Account(AccountId::new("chat")));
    assert_eq!(window.commands(), feature(FeatureCommand::Set(all)));
}

#[test]
fn a_person_s_page_says_which_rule_decides_and_leads_to_a_new_one() {
    let rule = Rule {
        with: Some(Match::Domain("xmpp.example.com".to_owned())),
        feature: Feature::Audio,
        protocol: Protocol::Sip,
        account: Some(AccountId::new("office")),
    };
    let shown = Snapshot { feature_rules: vec![rule], ..three_accounts() };
    let mut window = Driver::sized(shown, 1120.0, 1_400.0);
    window.click("Bob");
    let _ = window.commands();
    window.press("Details");
    assert!(window.says("Over telephony, on sip:alice@office.example.com"));
    assert!(window.says("Your rule for everybody at xmpp.example.com."));
    assert!(window.says("As usual."), "messages");
    window.show(Snapshot { feature_rules: Vec::new(), ..three_accounts() });
    assert!(window.says("It belongs to your chat account alice@xmpp.example.com."));
    window.click("Add a rule…");
    assert!(window.says("bob@xmpp.example.com"), "in the form");
    // With nothing to choose there is no way to the form.
    let mut window = Driver::sized(snapshot(), 1120.0, 1_400.0);
    window.click("Bob");
    let _ = window.commands();
    window.press("Details");
    assert!(window.says("Which way things go") && !window.says("Add a rule…"));
}

#[test]
fn a_number_of_the_own_card_is_changed_with_its_types() {
    let (own, old) = (tel("sip:alice@sip.example.com"), tel("+1 555 0100"));
    let own_cards = vec![card(vec![Tel { pref: 7, ..old.clone() }, own.clone()], None)];
    let shown = Snapshot { own_cards, ..snapshot() };
    let mut window = page(shown.clone());
    window.click("Change");
    window.type_into("own-number-chat", "9");
    window.click("Video");
    window.click("Mobile");
    window.click("Voice");
    window.click("Save");
    let changed = Tel {
        value: "+1 555 01009".to_owned(),
        types: vec!["video".to_owned(), "cell".to_owned()],
        pref: 7,
    };
    let wanted = set_tels(vec![changed, own], false);
    let error = CommandError::Refused("Your card is as it was: forbidden.".to_owned());
    assert!(window.says("Saving…"));
    assert_eq!(vec![window.answer(Err(error))], wanted);
    assert!(window.says("Your card is as it was: forbidden."));
    window.click("Leave it");
    assert!(window.says("+1 555 0100") && !window.mentions("forbidden"));
    // What was not changed is not stored.
    window.click("Change");
    window.click("Save");
    assert_eq!(window.commands(), []);
    assert!(!window.says("Leave it"));
}

#[test]
fn a_card_that_is_not_read_or_out_of_reach_says_so() {
    let mut window = page(snapshot());
    assert!(window.says("Your contact card was not read yet."));
    let mut away = snapshot();
    away.accounts[0].state = AccountState::Failed;
    window.show(away.clone());
    assert!(window.mentions("It will be once Chat is connected."));
    away.own_cards = vec![card(vec![tel("+1 555 0100")], None)];
    window.show(away);
    assert!(window.says("It can be changed once Chat is connected."));
    window.click("Remove");
    window.type_into("own-number-chat", "+1 900");
    window.click("Add");
    assert_eq!(window.commands(), [], "greyed");
}

#[test]
fn a_shortcut_leads_to_the_accounts_from_anywhere() {
    let mut window = Driver::new(snapshot());
    window.click("Bob");
    let _ = window.commands();
    window.shortcut("S");
    assert!(window.says("What you chat and call with, and how the two go together."));
    window.click("Available");
    assert!(window.says("Ctrl Shift S"));
}
