#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::xmpp::{Activity, ReachAddress};

fn address(uri: &str) -> ReachAddress {
    ReachAddress { uri: uri.to_owned(), description: None }
}

fn reach(world: &mut World, presence: &str) -> Vec<ReachAddress> {
    world.xml(presence);
    match world.only_event() {
        XmppEvent::Presence(update) => update.reach,
        other => panic!("{other:?}"),
    }
}

fn announce(from: &str, inner: &str) -> String {
    format!(
        "<message type='headline' from='{from}'>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'>{inner}</event></message>"
    )
}

const REACH: &str = "<reach xmlns='urn:xmpp:reach:0'><addr uri='sip:bob@y.test'/></reach>";

fn item(reach: &str) -> String {
    format!("<items node='urn:xmpp:reach:0'><item id='current'>{reach}</item></items>")
}

#[test]
fn an_address_in_presence_lives_as_long_as_that_resource_names_it() {
    let mut world = World::online();
    let there = format!("<presence from='bob@x.test/1'>{REACH}</presence>");
    assert_eq!(reach(&mut world, &there), [address("sip:bob@y.test")]);
    assert!(
        reach(&mut world, "<presence from='bob@x.test/1'><show>away</show></presence>").is_empty()
    );
    let gone = format!("<presence from='bob@x.test/1' type='unavailable'>{REACH}</presence>");
    assert!(reach(&mut world, &gone).is_empty());
    world.xml(&format!("<presence from='eve@y.test/1'>{REACH}</presence>"));
    assert!(world.events.is_empty());
}

#[test]
fn addresses_on_pep_are_told_of_contacts_alone_until_they_are_withdrawn() {
    let mut world = World::online();
    for from in ["eve@y.test", "bob@x.test/1", "me@x.test"] {
        world.xml(&announce(from, &item(REACH)));
        assert!(world.events.is_empty(), "{from}");
    }
    world.xml(&announce("bob@x.test", &item(REACH)));
    let told = |addresses: Vec<ReachAddress>| XmppEvent::Reachability {
        jid: jid("bob@x.test"),
        addresses,
    };
    assert_eq!(world.only_event(), told(vec![address("sip:bob@y.test")]));
    for gone in [
        item("<reach xmlns='urn:xmpp:reach:0'/>"),
        "<items node='urn:xmpp:reach:0'><retract id='current'/></items>".to_owned(),
        "<purge node='urn:xmpp:reach:0'/>".to_owned(),
    ] {
        world.xml(&announce("bob@x.test", &gone));
        assert_eq!(world.only_event(), told(Vec::new()), "{gone}");
    }
}

#[test]
fn nothing_is_said_of_us_that_was_not_commanded() {
    let mut world = World::new();
    world.command(XmppCommand::PublishReach(vec![address("sip:me@x.test")]));
    world.command(XmppCommand::Activity(Some(Activity::OnThePhone)));
    world.command(XmppCommand::Presence { show: Show::Online, status: String::new() });
    world.begin();
    world.roster();
    let said = world.sent.join("\n");
    assert!(!said.contains("<reach") && !said.contains("activity"), "{said}");
    world.command(XmppCommand::PublishReach(vec![address("sip:me@x.test")]));
    assert!(world.sent.last().unwrap().contains("sip:me@x.test"));
    world.command(XmppCommand::PublishReach(Vec::new()));
    assert!(!world.sent.last().unwrap().contains("<addr"));
    // One that a session before this one left behind goes away as well.
    world.command(XmppCommand::Activity(None));
    let activity = "http://jabber.org/protocol/activity";
    assert!(world.sent.last().unwrap().contains(activity));
}

#[test]
fn what_was_commanded_on_a_broken_line_is_said_on_the_next_of_that_session() {
    let mut world = World::online();
    world.session.suspend();
    world.command(XmppCommand::Activity(Some(Activity::OnThePhone)));
    world.command(XmppCommand::Activity(None));
    world.command(XmppCommand::PublishReach(vec![address("sip:me@x.test")]));
    assert!(world.sent.is_empty());
    world.session.resume(world.now, security());
    world.drain();
    let [reach, activity] = world.sent.as_slice() else { panic!("{:?}", world.sent) };
    assert!(reach.contains("sip:me@x.test") && !activity.contains("on_the_phone"));
    world.session.suspend();
    world.command(XmppCommand::PublishReach(Vec::new()));
    world.sent.clear();
    world.begin();
    world.roster();
    assert!(!world.sent.join("\n").contains("reach:0'"), "{:?}", world.sent);
}

#[test]
fn a_refusal_is_told_in_words_and_that_of_an_activity_once() {
    let mut world = World::online();
    let refuse = |world: &mut World, node: &str| {
        let id = world.id_of(node);
        world.xml(&format!("<iq type='error' id='{id}'>{FORBIDDEN}</iq>"));
    };
    world.command(XmppCommand::PublishReach(vec![address("sip:me@x.test")]));
    refuse(&mut world, "urn:xmpp:reach:0");
    let words = "Your addresses were not announced to your contacts: forbidden.".to_owned();
    assert_eq!(world.only_event(), XmppEvent::Notice(words));
    for told in [1, 0] {
        world.command(XmppCommand::Activity(Some(Activity::OnThePhone)));
        refuse(&mut world, "protocol/activity");
        assert_eq!(world.events.drain(..).count(), told);
        world.command(XmppCommand::Activity(None));
        refuse(&mut world, "protocol/activity");
        assert!(world.events.is_empty());
    }
}
