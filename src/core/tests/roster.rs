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

fn named(address: &str, name: &str) -> RosterItem {
    RosterItem { name: Some(name.to_owned()), ..item(address) }
}

/// What the faces show for these contacts now.
fn names(world: &mut World, of: &[&str]) -> Vec<String> {
    let snapshot = world.core.snapshot();
    of.iter().map(|who| snapshot.contact(&jid(who)).expect("a contact").name.clone()).collect()
}

#[test]
fn a_name_that_a_contact_gave_themselves_is_shown_while_nobody_else_has_it() {
    let (bob, eve) = ("bob@cusax.test", "eve@evil.example");
    let mut world = World::signed_in(None);
    world.xmpp(XmppEvent::Roster(vec![item(bob), item(eve)]));
    let calls_herself = |world: &mut World, name: &str| {
        let named = Vcard { full_name: Some(name.to_owned()), ..card("sip:eve@evil.example") };
        world.xmpp(XmppEvent::Vcards { jid: jid(eve), cards: Ok(vec![named]) });
    };
    calls_herself(&mut world, "Eve");
    assert_eq!(names(&mut world, &[bob, eve]), ["bob", "Eve"]);
    // What both chose is neither's, however it is written.
    for name in ["  BOB ", "B\u{200b}ob", "Böb.", "\u{ff22}ob"] {
        calls_herself(&mut world, name);
        assert_eq!(names(&mut world, &[bob, eve]), [bob, eve], "{name:?}");
    }
    calls_herself(&mut world, "Bobby");
    assert_eq!(names(&mut world, &[bob, eve]), ["bob", "Bobby"]);
    calls_herself(&mut world, "BOB");
    let call = world.incoming("sip:eve@evil.example", &[]);
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.display.as_str()), (Binding::Verified, eve));
    assert!(peer.why.contains(eve), "{}", peer.why);
    // What the user says of one is theirs.
    world.xmpp(XmppEvent::RosterItem(named(bob, "Bob")));
    assert_eq!(names(&mut world, &[bob, eve]), ["Bob", eve]);
    world.xmpp(XmppEvent::RosterItem(named(eve, "Bob")));
    assert_eq!(names(&mut world, &[bob, eve]), ["Bob", "Bob"], "the user may");
    // Once it is free again it is shown; all is told as it happens.
    world.xmpp(XmppEvent::RosterItem(item(eve)));
    world.said.clear();
    world.xmpp(XmppEvent::RosterRemoved(jid(bob)));
    assert_eq!(names(&mut world, &[eve]), ["BOB"]);
    let told = |output: &&Output| {
        let Output::Event(event) = output else { return false };
        matches!(&**event, Event::Contact { contact, removed: false } if contact.jid == jid(eve))
    };
    assert!(world.said.iter().any(|output| told(&output)));
}

#[test]
fn a_local_number_of_somebody_elsewhere_is_none_of_ours() {
    let mut world = World::signed_in(Some("1004"));
    let roster = vec![item("bob@cusax.test"), item("zoe@biloxi.test")];
    world.xmpp(XmppEvent::Roster(roster));
    let tels = ["1234", "tel:1235;phone-context=cusax.test", "tel:+1-303-555-1212"];
    let tels = tels.map(|value| Tel { value: value.to_owned(), types: Vec::new(), pref: 1 });
    let theirs = Vcard { full_name: None, tels: tels.to_vec(), ..card("") };
    world.xmpp(XmppEvent::Vcards { jid: jid("zoe@biloxi.test"), cards: Ok(vec![theirs]) });
    let numbers = |world: &mut World, who: &str| -> Vec<String> {
        let snapshot = world.core.snapshot();
        let contact = snapshot.contact(&jid(who)).expect("a contact").clone();
        contact.numbers.iter().map(|number| number.uri.clone()).collect()
    };
    assert_eq!(numbers(&mut world, "bob@cusax.test"), ["sip:1004@cusax.test"]);
    assert_eq!(
        numbers(&mut world, "zoe@biloxi.test"),
        ["sip:1235@cusax.test", "sip:+13035551212@cusax.test;user=phone"]
    );
    let call = world.incoming("sip:1234@cusax.test", &[]);
    assert_eq!(world.call(&call).peer.binding, Binding::None);
}

#[test]
fn photos_of_cards_are_shown_as_far_as_there_is_room() {
    let photo = |n: u8| {
        let mut bytes = vec![n; crate::model::vcard::MAX_PHOTO];
        bytes[..3].copy_from_slice(b"\xff\xd8\xff");
        crate::model::vcard::Photo::new(&bytes)
    };
    let mut world = World::signed_in(None);
    let people: Vec<String> = (0..80).map(|n| format!("p{n}@cusax.test")).collect();
    world.xmpp(XmppEvent::Roster(people.iter().map(|who| item(who)).collect()));
    for (who, n) in people.iter().zip(0..) {
        let cards = Ok(vec![Vcard { photo: photo(n), ..card("") }]);
        world.xmpp(XmppEvent::Vcards { jid: jid(who), cards });
    }
    let shown = |world: &mut World| {
        let contacts = world.core.snapshot().contacts;
        contacts.iter().filter(|contact| contact.photo.is_some()).count()
    };
    assert_eq!(shown(&mut world), 64, "8 MiB");
    // Who has none any more leaves room for another.
    let cards = Ok(vec![card("")]);
    world.xmpp(XmppEvent::Vcards { jid: jid(&people[0]), cards });
    assert_eq!(shown(&mut world), 63);
    let cards = Ok(vec![Vcard { photo: photo(99), ..card("") }]);
    world.xmpp(XmppEvent::Vcards { jid: jid(&people[79]), cards });
    assert_eq!(shown(&mut world), 64);
    let own = Vcard { photo: photo(1), ..card("") };
    let me = world.core.snapshot().accounts[0].address.parse().expect("an address");
    world.xmpp(XmppEvent::Vcards { jid: me, cards: Ok(vec![own]) });
    assert_eq!(world.core.snapshot().own_cards[0].photo, photo(1));
}
