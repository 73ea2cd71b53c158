//! Contacts and people who want to become one.

use super::*;
use crate::xmpp::RosterCommand;

fn asks(world: &mut World, who: &str) {
    let text = String::new();
    world.xmpp(XmppEvent::SubscriptionRequest { from: jid(who), text });
}

#[test]
fn a_stranger_s_card_names_nobody() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    asks(&mut world, "eve@evil.example");
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("eve@evil.example"), cards });
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.jid.as_deref()), (Binding::Verified, Some("bob@cusax.test")));
    let snapshot = world.core.snapshot();
    assert_eq!(snapshot.contact(&jid("eve@evil.example")).unwrap().name, "eve");
}

#[test]
fn a_flood_of_requests_is_told_once_a_person() {
    let mut world = World::signed_in(None);
    for n in 0..1_000 {
        asks(&mut world, &format!("u{}@evil.example", n % 200));
    }
    let told = |o: &&Output| matches!(o, Output::Event(e) if matches!(**e, Event::Notice { .. }));
    assert_eq!(world.said.iter().filter(told).count(), 100);
}

#[test]
fn a_contact_command_names_a_chat_account_or_does_nothing() {
    let mut world = World::signed_in(None);
    for account in [PHONE, "nowhere"] {
        let add = ContactCommand::Add {
            account: Some(account.into()),
            jid: jid("dave@cusax.test"),
            name: None,
            groups: Vec::new(),
        };
        assert_eq!(world.ask(Command::Contact(add)).unwrap_err().kind(), "refused");
    }
    assert!(!world.said.iter().any(|o| matches!(o, Output::Xmpp(_, XmppCommand::Roster(_)))));
}

#[test]
fn a_request_that_cannot_be_answered_now_stays() {
    let mut world = World::signed_in(None);
    asks(&mut world, "dave@cusax.test");
    world.xmpp(XmppEvent::Connection(XmppConnection::Failed {
        fault: Fault::Lost("gone".to_owned()),
        retry_in: None,
    }));
    let accept = || Command::Contact(ContactCommand::Accept(jid("dave@cusax.test")));
    assert_eq!(world.ask(accept()).unwrap_err().kind(), "not-connected");
    assert!(world.core.snapshot().contact(&jid("dave@cusax.test")).unwrap().asks);
    world.chat_online();
    world.ask(accept()).unwrap();
    let accepted =
        |o: &Output| matches!(o, Output::Xmpp(_, XmppCommand::Roster(RosterCommand::Accept(_))));
    assert!(world.said.iter().any(accepted));
}

/// As many as the chat side gives. A look through all for each would take minutes.
#[test]
fn a_large_roster_comes_goes_and_changes_in_time() {
    let begun = std::time::Instant::now();
    let mut world = World::new(&config());
    let items = |from: usize| -> Vec<RosterItem> {
        (from..from + 20_000).map(|n| item(&format!("c{n}@cusax.test"))).collect()
    };
    for from in [0, 0, 20_000] {
        world.chat_online();
        world.xmpp(XmppEvent::Roster(items(from)));
        world.said.clear();
    }
    for n in 20_000..40_000 {
        world.xmpp(XmppEvent::Presence(crate::xmpp::PresenceUpdate {
            from: jid(&format!("c{n}@cusax.test")),
            resource: Some("x".to_owned()),
            show: Show::Online,
            status: String::new(),
            priority: 0,
            reach: Vec::new(),
        }));
        world.said.clear();
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
