#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::model::vcard::Tel;
use crate::xmpp::{CardForm, CardStoreError};

const TEMP: &str = "<vCard xmlns='vcard-temp'><FN>Me</FN><TEL><NUMBER>1</NUMBER></TEL></vCard>";
const OLD: &str = "<uri>tel:1</uri>";
const NEW: &str = "<uri>sip:me@x.test</uri>";

fn numbers(values: &[&str]) -> Vec<Tel> {
    let tel = |value: &&str| Tel {
        value: (*value).to_owned(),
        types: vec!["video".to_owned()],
        pref: 100,
    };
    values.iter().map(tel).collect()
}

fn set(world: &mut World, values: &[&str]) {
    world.command(XmppCommand::SetOwnTels(numbers(values)));
}

fn vcard4(inner: &str) -> String {
    format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'>\
         <item id='7'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Me</text></fn>\
         <tel>{inner}</tel></vcard></item></items></pubsub>"
    )
}

fn error(condition: &str) -> String {
    format!(
        "<error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    )
}

/// The server answers the last question, which is of this kind and about this.
fn answer(world: &mut World, about: &str, inner: &str) {
    let asked = world.sent.last().unwrap().clone();
    assert!(asked.contains(about), "{asked}");
    let id = asked.parse::<Element>().unwrap().attr("id").unwrap().to_owned();
    let kind = if inner.starts_with("<error") { "error" } else { "result" };
    world.xml(&format!("<iq type='{kind}' id='{id}'>{inner}</iq>"));
}

/// Both forms are read; the next question is the first change.
fn begun(values: &[&str], temp: &str, newer: &str) -> World {
    let mut world = World::online();
    set(&mut world, values);
    answer(&mut world, "vcard-temp", temp);
    answer(&mut world, "<items", newer);
    world
}

fn outcome(world: &mut World) -> Result<(), CardStoreError> {
    match world.only_event() {
        XmppEvent::OwnTelsSet(result) => result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_forms_get_the_numbers_and_keep_the_rest() {
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    let published = world.sent.last().unwrap().clone();
    assert!(published.contains(NEW) && published.contains("Me</text>"), "{published}");
    assert!(published.contains("<value>open</value>") && !published.contains("tel:1"));
    answer(&mut world, "<publish", "");
    answer(&mut world, "vcard-temp", TEMP);
    let stored = world.sent.last().unwrap().clone();
    let tel = "<TEL><VIDEO/><NUMBER>sip:me@x.test</NUMBER></TEL>";
    assert!(stored.contains(&format!("<FN>Me</FN>{tel}</vCard>")), "{stored}");
    answer(&mut world, "vcard-temp", "");
    let kept = published.replace("<publish ", "<items ").replace("</publish>", "</items>");
    let kept = kept.parse::<Element>().unwrap();
    let kept = String::from(kept.children().next().unwrap());
    answer(&mut world, "<items", &kept);
    assert_eq!(outcome(&mut world), Ok(()));
}

#[test]
fn a_form_that_follows_by_itself_is_not_stored() {
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "<publish", "");
    let lossy = TEMP.replace(">1<", ">sip:me@x.test<");
    answer(&mut world, "vcard-temp", &lossy);
    assert_eq!(outcome(&mut world), Ok(()));
}

#[test]
fn the_form_with_more_in_it_has_the_last_word() {
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "<publish", "");
    answer(&mut world, "vcard-temp", TEMP);
    answer(&mut world, "<NUMBER>sip:me@x.test", "");
    answer(&mut world, "<items", &vcard4("<uri>tel:sip:me@x.test</uri>"));
    answer(&mut world, NEW, "");
    assert_eq!(outcome(&mut world), Ok(()));
}

#[test]
fn no_card_at_all_becomes_one_with_our_address_as_its_name() {
    let none = error("item-not-found");
    let world = begun(&["+1 303"], &none, &none);
    let published = world.sent.last().unwrap();
    assert!(published.contains("<fn><text>me@x.test</text></fn>"), "{published}");
    assert!(published.contains("<text>+1 303</text>"), "{published}");
    let mut world = begun(&[], &none, &none);
    assert_eq!(outcome(&mut world), Ok(()));
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_card_that_is_shared_with_fewer_stays_so_and_that_is_said() {
    let mut world = begun(&["sip:me@x.test"], &error("service-unavailable"), &vcard4(OLD));
    answer(&mut world, "open", &error("conflict"));
    assert!(!world.sent.last().unwrap().contains("access_model"));
    answer(&mut world, NEW, "");
    assert!(matches!(world.events.remove(0), XmppEvent::Notice(text) if text.contains("shared")));
    assert_eq!(outcome(&mut world), Ok(()));
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "open", &error("conflict"));
    answer(&mut world, NEW, &error("conflict"));
    assert!(matches!(outcome(&mut world), Err(CardStoreError::Refused { .. })));
}

#[test]
fn a_refusal_says_which_form_and_puts_the_other_back() {
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "<publish", FORBIDDEN);
    let refused = |form| Err(CardStoreError::Refused { form, text: "forbidden".to_owned() });
    assert_eq!(outcome(&mut world), refused(CardForm::Vcard4));

    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "<publish", "");
    answer(&mut world, "vcard-temp", TEMP);
    answer(&mut world, "vcard-temp", FORBIDDEN);
    assert!(world.events.is_empty());
    answer(&mut world, OLD, "");
    assert_eq!(outcome(&mut world), refused(CardForm::VcardTemp));

    // What was not there before is taken back.
    let mut world = begun(&["sip:me@x.test"], TEMP, &error("item-not-found"));
    answer(&mut world, "<publish", "");
    answer(&mut world, "vcard-temp", FORBIDDEN);
    answer(&mut world, "<retract", FORBIDDEN);
    assert_eq!(outcome(&mut world), refused(CardForm::VcardTemp));

    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    answer(&mut world, "<publish", "");
    answer(&mut world, "vcard-temp", TEMP);
    answer(&mut world, "<NUMBER>sip:me@x.test", "");
    answer(&mut world, "<items", FORBIDDEN);
    answer(&mut world, "<NUMBER>1<", "");
    answer(&mut world, OLD, "");
    assert_eq!(outcome(&mut world), refused(CardForm::Vcard4));
}

#[test]
fn one_form_is_enough_for_a_server_that_has_no_other() {
    let mut world = begun(&["sip:me@x.test"], TEMP, &error("service-unavailable"));
    answer(&mut world, "<NUMBER>sip:me@x.test", "");
    assert_eq!(outcome(&mut world), Ok(()));
    let none = error("feature-not-implemented");
    let mut world = begun(&["sip:me@x.test"], &none, &none);
    assert!(matches!(outcome(&mut world), Err(CardStoreError::Refused { .. })));
}

#[test]
fn silence_ends_it_and_what_may_have_been_stored_is_put_back() {
    let mut world = World::online();
    set(&mut world, &["1"]);
    world.wait(10);
    assert_eq!(outcome(&mut world), Err(CardStoreError::TimedOut));
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    world.wait(10);
    assert!(world.events.is_empty());
    answer(&mut world, OLD, "");
    assert_eq!(outcome(&mut world), Err(CardStoreError::TimedOut));
}

#[test]
fn one_change_at_a_time_and_only_in_a_session() {
    let mut world = World::online();
    set(&mut world, &["1"]);
    set(&mut world, &["2"]);
    assert_eq!(outcome(&mut world), Err(CardStoreError::Busy));
    assert_eq!(world.sent.len(), 1);
    world.session.end();
    world.drain();
    assert_eq!(outcome(&mut world), Err(CardStoreError::NotConnected));
    set(&mut world, &["1"]);
    assert_eq!(outcome(&mut world), Err(CardStoreError::NotConnected));
    let mut world = begun(&["sip:me@x.test"], TEMP, &vcard4(OLD));
    world.session.suspend();
    world.wait(10);
    assert_eq!(outcome(&mut world), Err(CardStoreError::TimedOut));
}

#[test]
fn what_no_card_can_hold_is_refused_before_anything_is_asked() {
    let mut world = World::online();
    set(&mut world, &vec!["1"; 33]);
    assert_eq!(outcome(&mut world), Err(CardStoreError::TooMany(32)));
    let long = "1".repeat(257);
    for bad in ["", " ", "sip:", "1\n2", "\u{202e}1", "\u{ffff}1", long.as_str()] {
        set(&mut world, &["123", bad]);
        assert!(matches!(outcome(&mut world), Err(CardStoreError::NoNumber(_))), "{bad:?}");
    }
    assert!(world.sent.is_empty());
}
