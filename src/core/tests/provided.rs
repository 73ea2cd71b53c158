//! What a provider set up: accounts that come, change and go, and what it locks (CUSAX C3, C4).

use super::*;
use crate::core::command::FeatureCommand;
use crate::model::feature::{Feature, Match, Protocol, Rule};
use crate::model::relation::{Relation, RelationSource};
use crate::model::telephony::{Strangers, Telephony};
use crate::provisioning::document::Policy;
use crate::provisioning::plan::{Disabled, Provided};
use crate::provisioning::record::Retired;

/// Both accounts, related by the provider.
fn both() -> Provided {
    let mut config = config();
    config.sip[0].related_to = None;
    let relation = Relation {
        xmpp: CHAT.into(),
        sip: PHONE.into(),
        by: RelationSource::Provider,
        both_or_none: false,
        chat_waits: false,
    };
    Provided { config, relations: vec![relation], ..Provided::default() }
}

fn disabling(account: &str, feature: Feature) -> Provided {
    let disabled = vec![Disabled { account: account.into(), feature, lock: true }];
    Provided { disabled, ..both() }
}

fn hold(world: &mut World, provided: Provided) {
    world.feed(Input::Provided(Box::new(provided)));
}

/// Signed in on both sides by what a provider set up.
fn world(provided: Provided) -> World {
    let mut world = World::new(&Config::default());
    hold(&mut world, provided);
    world.chat_online();
    world.phone_online();
    world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test")]));
    world
}

/// What was begun and ended since this was asked last.
fn moves(world: &mut World) -> Vec<String> {
    let said = std::mem::take(&mut world.said);
    let word = |output: Output| match output {
        Output::Start(id) => Some(format!("start {id}")),
        Output::Stop(id) => Some(format!("stop {id}")),
        _ => None,
    };
    said.into_iter().filter_map(word).collect()
}

fn account(world: &mut World, id: &str) -> crate::model::account::Account {
    let accounts = world.core.snapshot().accounts;
    accounts.into_iter().find(|account| account.id.as_str() == id).expect("the account")
}

#[test]
fn accounts_come_while_the_program_runs_and_belong_together() {
    let mut world = World::new(&Config::default());
    hold(&mut world, both());
    assert_eq!(moves(&mut world), ["start chat", "start phone"]);
    let snapshot = world.core.snapshot();
    assert_eq!(snapshot.relations[0].by, RelationSource::Provider);
    assert_eq!(snapshot.accounts[0].related_to.as_ref().map(AccountId::as_str), Some(PHONE));
    assert!(!snapshot.accounts[1].features.chat, "messages are chat's");
    // Said again, nothing happens.
    hold(&mut world, both());
    assert_eq!(moves(&mut world), Vec::<String>::new());
}

#[test]
fn nothing_connects_before_the_start() {
    let mut core = Core::new(&Config::default(), [7; 32]);
    core.handle(Now::read(), Input::Provided(Box::new(both())));
    let mut outputs = std::iter::from_fn(|| core.poll_output());
    assert!(!outputs.any(|output| matches!(output, Output::Start(_))));
}

#[test]
fn an_account_that_moves_begins_anew_after_its_end_and_its_calls() {
    let mut world = world(both());
    let call = world.talking("sip:bob@cusax.test");
    let mut moved = both();
    moved.config.sip[0].username = Some("other".to_owned());
    world.said.clear();
    hold(&mut world, moved);
    assert_eq!(moves(&mut world), Vec::<String>::new(), "a call is on");
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    assert_eq!(moves(&mut world), ["stop phone"]);
    world.sip(SipEvent::Registration(Registration::Closed));
    assert_eq!(moves(&mut world), Vec::<String>::new(), "it is about to end");
    world.feed(Input::Stopped(PHONE.into()));
    assert_eq!(moves(&mut world), ["start phone"]);
    // The end of one that was not asked to end begins nothing.
    world.feed(Input::Stopped(CHAT.into()));
    assert_eq!(moves(&mut world), Vec::<String>::new());
}

#[test]
fn what_only_the_core_knows_of_signs_nobody_out() {
    let mut world = world(both());
    moves(&mut world);
    let mut dearer = both();
    dearer.config.sip[0].dialing = serde_json::from_str(
        r#"{"cost_rules": [{"pattern": "sip:bob@cusax.test", "class": "premium"}]}"#,
    )
    .unwrap();
    hold(&mut world, dearer);
    assert_eq!(moves(&mut world), Vec::<String>::new());
    let error = world.place("sip:bob@cusax.test", false).unwrap_err();
    assert!(matches!(error, CommandError::ConfirmationNeeded(_)), "{error:?}");
}

#[test]
fn an_account_that_goes_is_switched_off_and_can_come_back() {
    let mut world = world(both());
    moves(&mut world);
    let gone = || {
        let mut gone = both();
        gone.config.sip.clear();
        gone.relations.clear();
        let address = "sip:alice@cusax.test".to_owned();
        gone.retired = vec![Retired { id: PHONE.into(), kind: "sip".to_owned(), address }];
        gone
    };
    hold(&mut world, gone());
    assert_eq!(moves(&mut world), ["stop phone"]);
    world.feed(Input::Stopped(PHONE.into()));
    let phone = account(&mut world, PHONE);
    assert_eq!(phone.state, AccountState::Disabled);
    assert!(phone.reason.unwrap().contains("provider"));
    assert!(world.place("sip:bob@cusax.test", true).is_err());
    assert_eq!(world.core.snapshot().overall, crate::model::account::Overall::Online);
    hold(&mut world, both());
    assert_eq!(moves(&mut world), ["start phone"]);
    // Of an earlier run it is shown as well.
    let mut later = World::new(&Config::default());
    hold(&mut later, gone());
    assert_eq!(moves(&mut later), ["start chat"]);
    assert_eq!(account(&mut later, PHONE).state, AccountState::Disabled);
}

#[test]
fn calls_that_the_provider_locked_go_neither_out_nor_in() {
    let mut world = world(disabling(PHONE, Feature::Audio));
    let error = world.place("sip:bob@cusax.test", true).unwrap_err();
    assert!(error.to_string().contains("provider"), "{error}");
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let refused = world
        .sent_to_sip()
        .into_iter()
        .any(|command| *command == SipCommand::Refuse { call: call.clone(), status: 488 });
    assert!(refused);
    let snapshot = world.core.snapshot();
    assert!(snapshot.calls.is_empty(), "nothing is shown");
    assert_eq!(snapshot.accounts[1].locked, [Feature::Audio]);
    assert!(!snapshot.accounts[1].features.audio);
    let way = snapshot.features.iter().find(|way| way.feature == Feature::Audio).unwrap();
    assert!(way.ways.is_empty() && way.locked && way.why.contains("set by your provider"));
    // Once the lock is gone so is all of that.
    hold(&mut world, both());
    assert!(account(&mut world, PHONE).locked.is_empty());
    assert!(world.place("sip:bob@cusax.test", true).is_ok());
}

#[test]
fn messages_that_the_provider_locked_are_not_sent_and_no_rule_brings_them_back() {
    let mut world = world(disabling(CHAT, Feature::Chat));
    let to = Party::from(&jid("bob@cusax.test"));
    let send = Command::Chat(ChatCommand::Send { to, body: "hello".to_owned() });
    let error = world.ask(send).unwrap_err();
    assert!(error.to_string().contains("provider"), "{error}");
    assert!(world.sent_messages().is_empty());
    // One that comes is not shown either.
    let message = |id: &str| ChatMessage {
        id: id.into(),
        with: jid("bob@cusax.test"),
        outgoing: false,
        body: "hello".to_owned(),
        at: None,
    };
    world.xmpp(XmppEvent::Message(message("m1")));
    assert!(world.core.snapshot().conversations.is_empty());
    let with = Some(Match::Domain("cusax.test".to_owned()));
    let rule = Rule { with, feature: Feature::Chat, protocol: Protocol::Xmpp, account: None };
    let error = world.ask(Command::Feature(FeatureCommand::Set(rule))).unwrap_err();
    assert!(error.to_string().contains("set by your provider"), "{error}");
}

#[test]
fn presence_that_the_provider_locked_tells_no_more_than_that_we_can_be_reached() {
    let mut world = world(disabling(CHAT, Feature::Presence));
    let away = Command::Presence { show: Show::Away, status: "lunch".to_owned() };
    world.ask(away).unwrap();
    let sent = world.said.iter().rev().find_map(|output| match output {
        Output::Xmpp(_, XmppCommand::Presence { show, status }) => Some((*show, status.clone())),
        _ => None,
    });
    assert_eq!(sent, Some((Show::Online, String::new())));
}

#[test]
fn the_users_rules_win_over_the_providers() {
    let rule = |protocol| Rule {
        with: Some(Match::Domain("cusax.test".to_owned())),
        feature: Feature::Chat,
        protocol,
        account: None,
    };
    let mut world = world(Provided { rules: vec![rule(Protocol::Sip)], ..both() });
    let with = Some("bob@cusax.test".to_owned());
    let way = |world: &mut World| {
        let list = FeatureCommand::List { with: with.clone() };
        match world.ask(Command::Feature(list)).unwrap() {
            Reply::Features { features, .. } => {
                features.into_iter().find(|way| way.feature == Feature::Chat).unwrap()
            }
            other => panic!("{other:?}"),
        }
    };
    let theirs = way(&mut world);
    assert_eq!(theirs.protocol, Protocol::Sip);
    assert_eq!(theirs.why, "Your provider's rule for everybody at cusax.test.");
    world.ask(Command::Feature(FeatureCommand::Set(rule(Protocol::Xmpp)))).unwrap();
    assert_eq!(way(&mut world).protocol, Protocol::Xmpp);
    // And after the next edition of the document.
    hold(&mut world, Provided { rules: vec![rule(Protocol::Sip)], ..both() });
    assert_eq!(way(&mut world).protocol, Protocol::Xmpp);
}

#[test]
fn the_providers_wishes_for_calls_hold_until_the_user_sets_their_own() {
    let policy = Policy {
        accept_strangers: Some(Strangers::Refuse),
        send_call_info: Some(false),
        ..Policy::default()
    };
    let wishing = || Provided { policy: policy.clone(), ..both() };
    let mut world = world(wishing());
    let telephony = world.core.snapshot().telephony;
    assert_eq!((telephony.strangers, telephony.send_chat_address), (Strangers::Refuse, false));
    // What the document says no more falls back.
    hold(&mut world, both());
    assert_eq!(world.core.snapshot().telephony, Telephony::default());
    let mut own = serde_json::Map::new();
    own.insert("strangers".to_owned(), "ask".into());
    world.ask(Command::Telephony(TelephonyCommand::Set(own))).unwrap();
    hold(&mut world, wishing());
    assert_eq!(world.core.snapshot().telephony.strangers, Strangers::Ask);
}
