//! Messages from people who are no contacts, and messages that lie.

use super::*;

fn message(with: &str, id: &str, body: &str, at: Option<Timestamp>) -> XmppEvent {
    XmppEvent::Message(ChatMessage {
        id: id.into(),
        with: jid(with),
        outgoing: false,
        body: body.to_owned(),
        at,
    })
}

fn bodies(world: &mut World, with: &str) -> Vec<String> {
    let snapshot = world.core.snapshot();
    let conversation = snapshot.conversation(&jid(with).into()).expect("a conversation");
    conversation.entries.iter().filter_map(|entry| entry.body.clone()).collect()
}

#[test]
fn a_flood_of_strangers_takes_no_contact_s_place() {
    let mut world = World::signed_in(None);
    world.xmpp(message("bob@cusax.test", "1", "hello", None));
    world.ask(send("friend@elsewhere.example", "hi")).unwrap();
    for n in 0..2_000 {
        world.now = world.now.plus(Duration::from_millis(1));
        world.xmpp(message(&format!("u{n}@evil.example"), "1", "buy", None));
    }
    assert_eq!(bodies(&mut world, "bob@cusax.test"), ["hello"]);
    assert_eq!(bodies(&mut world, "friend@elsewhere.example"), ["hi"]);
    assert_eq!(world.core.snapshot().conversations.len(), 1_000);
}

#[test]
fn a_stranger_is_answered_on_the_account_they_wrote_to() {
    let mut config = config();
    let mut private = config.xmpp[0].clone();
    (private.id, private.jid) = ("private".into(), jid("a.smith@home.example"));
    config.xmpp.push(private);
    let mut world = World::new(&config);
    let from_stranger = message("eve@evil.example", "1", "who are you?", None);
    world.feed(Input::Xmpp("private".into(), from_stranger));
    world.ask(send("eve@evil.example", "who asks?")).unwrap();
    let owner = world.said.iter().find_map(|output| match output {
        Output::Keep(Keep::Entry(account, entry)) if entry.state.is_some() => Some(account.clone()),
        _ => None,
    });
    assert_eq!(owner, Some("private".into()));
}

#[test]
fn a_forged_stamp_slips_nothing_in_among_what_was_said() {
    let mut world = World::signed_in(None);
    world.xmpp(message("bob@cusax.test", "1", "shall we sign?", None));
    world.now = world.now.plus(Duration::from_secs(60));
    world.ask(send("bob@cusax.test", "no")).unwrap();
    world.now = world.now.plus(Duration::from_secs(60));
    world.xmpp(message("bob@cusax.test", "2", "ok", None));
    let past = Timestamp::parse("1999-01-01T00:00:00Z");
    let future = Timestamp::parse("2999-01-01T00:00:00Z");
    world.xmpp(message("bob@cusax.test", "3", "you said yes", past));
    world.xmpp(message("bob@cusax.test", "4", "and now this", future));
    world.now = world.now.plus(Duration::from_secs(60));
    world.xmpp(message("bob@cusax.test", "5", "bye", None));
    let said = ["shall we sign?", "no", "ok", "you said yes", "and now this", "bye"];
    assert_eq!(bodies(&mut world, "bob@cusax.test"), said);
}

#[test]
fn a_client_that_counts_its_ids_anew_loses_no_message() {
    let mut world = World::signed_in(None);
    for body in ["good morning", "good morning", "good evening"] {
        world.xmpp(message("bob@cusax.test", "1", body, None));
    }
    assert_eq!(bodies(&mut world, "bob@cusax.test"), ["good morning", "good evening"]);
}

#[test]
fn long_messages_fill_no_memory() {
    let mut world = World::signed_in(None);
    world.xmpp(message("bob@cusax.test", "1", "hello", None));
    let long = "x".repeat(100_000);
    for n in 0..3_000 {
        let from = format!("u{}@evil.example", n % 30);
        world.xmpp(message(&from, &n.to_string(), &long, None));
        world.said.clear();
    }
    let snapshot = world.core.snapshot();
    let all = snapshot.conversations.iter().flat_map(|conversation| &conversation.entries);
    let text: usize = all.filter_map(|entry| Some(entry.body.as_ref()?.len())).sum();
    assert!(text <= (64 << 20) + 200_000, "{text}");
    assert_eq!(bodies(&mut world, "bob@cusax.test"), ["hello"]);
}
