#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;

const CARD: &str = "<vCard xmlns='vcard-temp'><TEL><NUMBER>123</NUMBER></TEL></vCard>";
const NO_CARD: &str = "<error type='cancel'>\
    <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

fn fetch(world: &mut World) -> (String, String) {
    world.command(XmppCommand::FetchVcards(jid("bob@x.test")));
    (world.id_of("urn:xmpp:vcard4"), world.id_of("vcard-temp"))
}

fn cards(world: &mut World) -> Result<Vec<Vcard>, VcardError> {
    let XmppEvent::Vcards { jid: whose, cards } = world.only_event() else { panic!("cards") };
    assert_eq!(whose, jid("bob@x.test"));
    cards
}

#[test]
fn one_form_of_a_card_that_fails_is_no_failure() {
    let mut world = World::online();
    let (vcard4, temp) = fetch(&mut world);
    world.xml(&format!("<iq type='error' from='bob@x.test' id='{vcard4}'>{FORBIDDEN}</iq>"));
    assert!(world.events.is_empty());
    world.xml(&format!("<iq type='result' from='bob@x.test' id='{temp}'>{CARD}</iq>"));
    assert_eq!(cards(&mut world).unwrap()[0].tels[0].value, "123");
}

#[test]
fn no_card_is_no_failure_and_two_failures_are() {
    let mut world = World::online();
    let (vcard4, temp) = fetch(&mut world);
    world.xml(&format!("<iq type='error' from='bob@x.test' id='{vcard4}'>{NO_CARD}</iq>"));
    world.xml(&format!("<iq type='error' from='bob@x.test' id='{temp}'>{FORBIDDEN}</iq>"));
    assert_eq!(cards(&mut world), Ok(Vec::new()));
    let (vcard4, temp) = fetch(&mut world);
    world.xml(&format!("<iq type='error' from='bob@x.test' id='{vcard4}'>{FORBIDDEN}</iq>"));
    world.xml(&format!("<iq type='error' from='bob@x.test' id='{temp}'>{FORBIDDEN}</iq>"));
    assert_eq!(cards(&mut world), Err(VcardError::Refused("forbidden".to_owned())));
}

#[test]
fn a_card_takes_ten_seconds_at_most_and_others_cannot_answer() {
    let mut world = World::online();
    let (vcard4, _) = fetch(&mut world);
    world.command(XmppCommand::FetchVcards(jid("bob@x.test")));
    world.xml(&format!("<iq type='result' from='eve@y.test' id='{vcard4}'/>"));
    world.wait(9);
    assert!(world.events.is_empty());
    world.wait(1);
    assert_eq!(cards(&mut world), Err(VcardError::TimedOut));
}

#[test]
fn many_cards_are_fetched_a_few_at_a_time() {
    let mut world = World::online();
    for nr in 0..100 {
        world.command(XmppCommand::FetchVcards(jid(&format!("n{nr}@x.test"))));
    }
    assert_eq!(world.sent.len(), 32);
    world.wait(10);
    assert_eq!(world.events.len(), 16);
    assert_eq!(world.sent.len(), 64);
    world.session.end();
    world.drain();
    assert_eq!(world.events.len(), 100);
}

#[test]
fn a_changed_card_of_a_contact_is_told() {
    let mut world = World::online();
    let change = |from: &str| {
        format!(
            "<message type='headline' from='{from}'>\
             <event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='urn:xmpp:vcard4'><item/></items></event></message>"
        )
    };
    world.xml(&change("eve@y.test"));
    assert!(world.events.is_empty());
    world.xml(&change("bob@x.test"));
    assert_eq!(world.only_event(), XmppEvent::VcardChanged(jid("bob@x.test")));
}
