//! The user's own card (CUSAX C22, C23, C26).

use serde_json::json;

use super::*;
use crate::xmpp::{CardStoreError, ReachAddress};

fn tel(value: &str) -> Tel {
    Tel { value: value.to_owned(), types: vec!["voice".to_owned()], pref: 100 }
}

fn set(world: &mut World, value: &str, confirm: bool) -> RequestId {
    let tels = vec![tel(value)];
    world.begin(Command::Card(CardCommand::Set { account: None, tels, confirm }))
}

fn own(world: &mut World, cards: Vec<Vcard>) {
    world.xmpp(XmppEvent::Vcards { jid: jid("alice@cusax.test"), cards: Ok(cards) });
}

fn stored(world: &World) -> Option<Vec<Tel>> {
    world.said.iter().rev().find_map(|output| match output {
        Output::Xmpp(_, XmppCommand::SetOwnTels(tels)) => Some(tels.clone()),
        _ => None,
    })
}

#[test]
fn a_card_that_does_not_name_the_own_address_is_told_of() {
    let mut world = World::signed_in(None);
    let get = || Command::Card(CardCommand::Get { account: None });
    assert_eq!(world.ask(get()).unwrap_err().kind(), "not-connected");
    own(&mut world, vec![card("sip:bob@cusax.test")]);
    let Reply::Card(shown) = world.ask(get()).unwrap() else { panic!() };
    assert_eq!(shown.tels[0].value, "sip:bob@cusax.test");
    assert!(shown.advice.unwrap().contains("does not name sip:alice@cusax.test"));
    own(&mut world, vec![card("sips:alice@CUSAX.test;x=y")]);
    let Reply::Card(shown) = world.ask(get()).unwrap() else { panic!() };
    assert_eq!(shown.advice, None);
    assert_eq!(world.core.snapshot().own_cards, [shown]);
}

#[test]
fn the_own_address_is_stored_and_another_only_after_a_warning() {
    let mut world = World::signed_in(None);
    let id = set(&mut world, "sip:alice@cusax.test", false);
    assert_eq!(stored(&world), Some(vec![tel("sip:alice@cusax.test")]));
    assert_eq!(world.reply(id), None, "not before the server has it");
    let second = set(&mut world, "sip:alice@cusax.test", false);
    assert!(world.reply(second).unwrap().is_err(), "one at a time");
    world.xmpp(XmppEvent::OwnTelsSet(Ok(())));
    assert_eq!(world.reply(id), Some(Ok(Reply::Done {})));

    world.said.clear();
    let id = set(&mut world, "+1 900 555 1212", false);
    let Some(Err(CommandError::ConfirmationNeeded(cues))) = world.reply(id) else {
        panic!("no question")
    };
    assert!(cues[0].text.contains("is not your telephony address"), "{}", cues[0].text);
    assert_eq!(stored(&world), None);
    let id = set(&mut world, "+1 900 555 1212", true);
    assert_eq!(stored(&world), Some(vec![tel("+1 900 555 1212")]));
    world.xmpp(XmppEvent::OwnTelsSet(Err(CardStoreError::NotConnected)));
    assert_eq!(world.reply(id).unwrap().unwrap_err().kind(), "not-connected");
    let id = set(&mut world, "no number", true);
    assert_eq!(world.reply(id).unwrap().unwrap_err().kind(), "invalid-address");
    // What stands on the card already is not asked about with every change.
    own(&mut world, vec![card("+1 900 555 1212")]);
    let tels = vec![tel("sip:alice@cusax.test"), tel("+1 900 555 1212")];
    let both = CardCommand::Set { account: None, tels: tels.clone(), confirm: false };
    world.begin(Command::Card(both));
    assert_eq!(stored(&world), Some(tels));
}

#[test]
fn the_own_address_is_a_hint_only_on_the_user_s_word() {
    let wish = |confirm| {
        let wish = json!({ "publish_address": true, "confirm": confirm });
        let serde_json::Value::Object(patch) = wish else { panic!() };
        Command::Telephony(TelephonyCommand::Set(patch))
    };
    let published = |world: &mut World| {
        let said = std::mem::take(&mut world.said);
        let all = said.into_iter().filter_map(|output| match output {
            Output::Xmpp(_, XmppCommand::PublishReach(addresses)) => Some(addresses),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    let own = vec![ReachAddress { uri: "sip:alice@cusax.test".to_owned(), description: None }];
    let mut world = World::signed_in(None);
    let error = world.ask(wish(false)).unwrap_err();
    assert_eq!(error.kind(), "confirmation-needed");
    assert_eq!(published(&mut world), Vec::<Vec<ReachAddress>>::new());
    world.ask(wish(true)).unwrap();
    assert_eq!(published(&mut world).first(), Some(&own));
    world.chat_online();
    assert_eq!(published(&mut world), [own]);
    let off = json!({ "publish_address": false });
    let serde_json::Value::Object(patch) = off else { panic!() };
    world.ask(Command::Telephony(TelephonyCommand::Set(patch))).unwrap();
    assert_eq!(published(&mut world), [vec![]]);
    world.chat_online();
    assert_eq!(published(&mut world), Vec::<Vec<ReachAddress>>::new());
}
