#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::model::refusal::Refusal;

#[test]
fn a_message_is_sent_when_the_server_has_it() {
    let mut world = World::online();
    world.message("m1");
    assert!(world.states().is_empty());
    let xml = world.sent.last().unwrap();
    for part in ["hi</body>", "urn:xmpp:receipts", "urn:xmpp:chat-markers:0", "urn:xmpp:sid:0"] {
        assert!(xml.contains(part), "{xml}");
    }
    world.acknowledge("m1");
    assert_eq!(world.states(), [state("m1", MessageState::Sent)]);
    world.xml(
        "<message from='bob@x.test/1'><received xmlns='urn:xmpp:receipts' id='m1'/></message>",
    );
    world.xml(
        "<message from='bob@x.test/1'><displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/></message>",
    );
    let told = [state("m1", MessageState::Delivered), state("m1", MessageState::Displayed)];
    assert_eq!(world.states(), told);
}

#[test]
fn a_receipt_before_the_acknowledgement_is_not_taken_back() {
    let mut world = World::online();
    world.message("m1");
    world.xml(
        "<message from='bob@x.test/1'><received xmlns='urn:xmpp:receipts' id='m1'/></message>",
    );
    world.acknowledge("m1");
    world.session.end();
    world.drain();
    assert_eq!(world.states(), [state("m1", MessageState::Delivered)]);
}

#[test]
fn the_same_message_is_never_on_its_way_twice() {
    let mut world = World::online();
    world.message("m1");
    world.message("m1");
    assert_eq!(world.sent.len(), 1);
    world.acknowledge("m1");
    world.message("m1");
    assert_eq!(world.sent.len(), 1);
    let sent = state("m1", MessageState::Sent);
    assert_eq!(world.states(), [sent.clone(), sent]);
}

#[test]
fn without_a_line_messages_are_queued_and_a_resumed_session_sends_them() {
    let mut world = World::online();
    world.session.suspend();
    world.message("m1");
    world.message("m1");
    assert_eq!(world.states(), [state("m1", MessageState::Queued)]);
    assert!(world.sent.is_empty());
    world.session.resume(world.now, security());
    world.drain();
    assert_eq!(world.sent.len(), 1);
    world.acknowledge("m1");
    assert_eq!(world.states(), [state("m1", MessageState::Sent)]);
}

#[test]
fn a_session_that_ends_gives_back_what_was_not_acknowledged() {
    let mut world = World::online();
    world.message("m1");
    world.message("m2");
    world.acknowledge("m1");
    let _ = world.states();
    world.session.suspend();
    world.message("m3");
    assert_eq!(world.states(), [state("m3", MessageState::Queued)]);
    world.sent.clear();
    world.begin();
    assert_eq!(world.states(), [state("m2", MessageState::Queued)]);
    assert!(world.sent.iter().all(|xml| !xml.starts_with("<message")), "{:?}", world.sent);
    // The outbox sends both again.
    world.message("m2");
    world.message("m3");
    assert_eq!(world.sent.iter().filter(|xml| xml.starts_with("<message")).count(), 2);
}

#[test]
fn never_connected_means_queued_and_nothing_kept() {
    let mut world = World::new();
    world.message("m1");
    assert_eq!(world.states(), [state("m1", MessageState::Queued)]);
    world.begin();
    assert!(world.sent.iter().all(|xml| !xml.starts_with("<message")));
}

#[test]
fn too_much_at_once_is_told() {
    let mut world = World::online();
    (0..2001).for_each(|nr| world.message(&format!("m{nr}")));
    assert_eq!(world.sent.len(), 1000);
    let states = world.states();
    assert!(states[..1000].iter().all(|(_, state)| *state == MessageState::Queued));
    assert_eq!(states[1000..], [state("m2000", MessageState::Failed)]);
    world.acknowledge("m0");
    assert_eq!(world.sent.len(), 1001);
    world.session.suspend();
    assert!(world.session.is_resumable());
    world.message("x");
    world.message("y");
    assert!(!world.session.is_resumable());
}

#[test]
fn an_error_fails_the_message_only_from_those_who_may_say_so() {
    let error = |from: &str| {
        format!(
            "<message type='error' id='m1' from='{from}'><error type='cancel'>\
             <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
        )
    };
    let mut world = World::online();
    world.message("m1");
    world.xml(&error("eve@y.test"));
    assert!(world.states().is_empty());
    world.xml(&error("bob@x.test"));
    assert_eq!(world.states(), [state("m1", MessageState::Failed)]);
    world.acknowledge("m1");
    assert!(world.states().is_empty());
    // Tried again by hand, it goes out again.
    world.sent.clear();
    world.message("m1");
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_message_is_told_with_its_text_made_safe() {
    let mut world = World::online();
    world.xml(
        "<message from='bob@x.test/1' type='chat' id='b1'><body>a\u{85}b&#10;c</body>\
         <delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></message>",
    );
    let XmppEvent::Message(message) = world.only_event() else { panic!("message") };
    assert_eq!(message.body, "ab\nc");
    assert_eq!(message.id.as_str(), "b1");
    assert_eq!(message.at, crate::model::time::Timestamp::parse("2020-01-01T00:00:00Z"));
    assert!(!message.outgoing);
    world.xml("<message from='eve@y.test/1'><body>no id</body></message>");
    assert!(
        matches!(world.only_event(), XmppEvent::Message(message) if !message.id.as_str().is_empty())
    );
    for ignored in ["groupchat", "headline"] {
        world.xml(&format!("<message from='r@x.test/n' type='{ignored}'><body>x</body></message>"));
    }
    assert!(world.events.is_empty());
}

#[test]
fn receipts_go_to_contacts_only() {
    let asks = |from: &str| {
        format!(
            "<message from='{from}/1' type='chat' id='b1'><body>x</body>\
             <request xmlns='urn:xmpp:receipts'/></message>"
        )
    };
    for (from, answered) in [
        ("bob@x.test", true),
        ("dave@x.test", true),
        ("carol@x.test", false),
        ("eve@y.test", false),
    ] {
        let mut world = World::online();
        world.xml(&asks(from));
        assert_eq!(world.sent.len(), usize::from(answered), "{from}");
    }
}

#[test]
fn a_marker_goes_out_once_and_only_when_wanted() {
    let mut world = World::online();
    let seen = |id: &str| XmppCommand::Displayed { to: jid("bob@x.test"), id: MessageId::new(id) };
    world.xml(
        "<message from='bob@x.test/1' id='b1'><body>x</body>\
         <markable xmlns='urn:xmpp:chat-markers:0'/></message>",
    );
    world.xml("<message from='bob@x.test/1' id='b2'><body>x</body></message>");
    world.command(seen("b2"));
    assert!(world.sent.is_empty());
    world.command(seen("b1"));
    world.command(seen("b1"));
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn typing_of_contacts_is_told_and_of_strangers_not() {
    let mut world = World::online();
    let types = |from: &str| {
        format!(
            "<message from='{from}/1' type='chat'>\
             <composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
        )
    };
    world.xml(&types("eve@y.test"));
    assert!(world.events.is_empty());
    world.xml(&types("bob@x.test"));
    let told = XmppEvent::ChatState { from: jid("bob@x.test"), state: ChatState::Composing };
    assert_eq!(world.only_event(), told);
}

#[test]
fn carbons_count_only_when_they_are_about_us() {
    let carbon = |outer: &str, inner: &str| {
        format!(
            "<message from='{outer}'><sent xmlns='urn:xmpp:carbons:2'>\
             <forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' \
             from='{inner}' to='bob@x.test' type='chat' id='c1'><body>copy</body></message>\
             </forwarded></sent></message>"
        )
    };
    let mut world = World::online();
    world.xml(&carbon("eve@y.test", "me@x.test/phone"));
    world.xml(&carbon("me@x.test", "eve@y.test/1"));
    assert!(world.events.is_empty());
    world.xml(&carbon("me@x.test", "me@x.test/phone"));
    let XmppEvent::Message(message) = world.only_event() else { panic!("message") };
    assert!(message.outgoing);
    assert_eq!(message.with, jid("bob@x.test"));
}

#[test]
fn without_messages_they_are_refused_and_not_advertised() {
    let mut world = World::new();
    world.session = world.session.without_chat();
    world.begin();
    world.roster();
    world.events.clear();
    world.sent.clear();
    let body = "<message type='chat' id='m9' from='bob@x.test/1'><body>hi</body>\
                <request xmlns='urn:xmpp:receipts'/></message>";
    world.xml(body);
    let [refusal] = &world.sent[..] else { panic!("{:?}", world.sent) };
    assert!(refusal.contains("service-unavailable") && refusal.contains("m9"), "{refusal}");
    assert!(!refusal.contains("receipts"), "{refusal}");
    assert!(world.events.is_empty(), "{:?}", world.events);
    // A stranger learns nothing from it; an error is not answered, nor that somebody types.
    world.sent.clear();
    world.xml("<message type='error' id='m9' from='bob@x.test/1'><body>hi</body></message>");
    world.xml(&body.replace("bob@x.test", "eve@y.test"));
    let typing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    world.xml(&format!("<message type='chat' from='bob@x.test/1'>{typing}</message>"));
    let shows =
        |event: &XmppEvent| matches!(event, XmppEvent::Message(_) | XmppEvent::ChatState { .. });
    assert!(world.sent.is_empty() && !world.events.iter().any(shows), "{:?}", world.events);
    let asked = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    world.xml(&format!("<iq type='get' id='d' from='bob@x.test/1'>{asked}</iq>"));
    let told = world.sent.concat();
    assert!(told.contains("urn:xmpp:ping") && !told.contains("urn:xmpp:receipts"), "{told}");
}

#[test]
fn what_is_not_to_be_told_is_not_sent() {
    use crate::model::signals::Signals;
    let asks = "<message type='chat' id='b1' from='bob@x.test/1'><body>hi</body>\
                <request xmlns='urn:xmpp:receipts'/></message>";
    let mut world = World::online();
    let receipts =
        |world: &World| world.sent.iter().filter(|xml| xml.contains("<received")).count();
    world.xml(asks);
    assert_eq!(receipts(&world), 1, "{:?}", world.sent);
    let none = Signals { delivered: false, displayed: false, typing: false };
    world.session.command(world.now, XmppCommand::Signals(none));
    world.xml(&asks.replace("b1", "b2"));
    world.message("m1");
    assert_eq!(receipts(&world), 1, "{:?}", world.sent);
    let sent = world.sent.last().unwrap();
    assert!(sent.contains("urn:xmpp:receipts") && !sent.contains("chatstates"), "{sent}");
}

#[test]
fn why_a_message_came_back_is_told() {
    let why = |error: &str| {
        let mut world = World::online();
        world.message("m1");
        world.xml(&format!(
            "<message type='error' id='m1' from='bob@x.test'><error type='cancel'>{error}</error>\
             </message>"
        ));
        world.events.iter().find_map(|event| match event {
            XmppEvent::MessageState { why, .. } => why.clone(),
            _ => None,
        })
    };
    let named = |name: &str| why(&format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"));
    for (name, wanted) in [
        ("remote-server-not-found", Refusal::NoServer),
        ("remote-server-timeout", Refusal::Silent),
        ("service-unavailable", Refusal::Nobody),
        ("item-not-found", Refusal::Nobody),
        ("forbidden", Refusal::Forbidden),
        ("gone", Refusal::Gone),
        ("resource-constraint", Refusal::Full),
        ("policy-violation", Refusal::Other("policy violation".to_owned())),
    ] {
        assert_eq!(named(name), Some(wanted), "{name}");
    }
    let blocked = "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
                   <blocked xmlns='urn:xmpp:blocking:errors'/>";
    assert_eq!(why(blocked), Some(Refusal::Blocked));
    let spam = "<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
                <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>No links,\u{202e} please.</text>";
    assert_eq!(why(spam), Some(Refusal::Other("No links, please".to_owned())));
    assert_eq!(why(""), Some(Refusal::Nobody), "an error that says nothing");
}
