//! The main way of things: states, messages, who calls, and protection of both sides.

use super::*;

#[test]
fn each_side_has_its_own_state() {
    let mut world = World::signed_in(None);
    world.sip(SipEvent::Registration(Registration::Failed {
        fault: Fault::Refused("sip.cusax.test".to_owned()),
        retry_in: Some(Duration::from_secs(4)),
    }));
    let Reply::Status { accounts, overall } = world.ask(Command::Status).unwrap() else {
        panic!("not a status")
    };
    assert_eq!(overall, Overall::Partial);
    assert_eq!(accounts[0].state, AccountState::Online);
    assert_eq!(accounts[1].state, AccountState::Failed);
    assert!(accounts[1].reason.as_ref().unwrap().contains("sip.cusax.test"));
    // Chat goes on.
    world.ask(send("bob@cusax.test", "still here")).unwrap();
    assert_eq!(world.sent_messages(), ["still here"]);
}

#[test]
fn a_message_written_offline_goes_out_when_chat_is_back_and_only_once() {
    let mut world = World::new(&config());
    world.ask(send("bob@cusax.test", "early")).unwrap();
    assert!(world.sent_messages().is_empty());
    world.chat_online();
    assert_eq!(world.sent_messages(), ["early"]);
    let id =
        match &world.said.iter().find(|o| matches!(o, Output::Xmpp(_, XmppCommand::Message(_)))) {
            Some(Output::Xmpp(_, XmppCommand::Message(message))) => message.id.clone(),
            _ => panic!("no message"),
        };
    let with = jid("bob@cusax.test");
    world.xmpp(XmppEvent::MessageState { with, id, state: MessageState::Sent, why: None });
    world.chat_online();
    assert_eq!(world.sent_messages(), ["early"], "an acknowledged message is not sent again");
}

#[test]
fn a_message_s_state_never_goes_back() {
    let mut world = World::signed_in(None);
    let Reply::Message { id } = world.ask(send("bob@cusax.test", "hi")).unwrap() else {
        panic!("not a message")
    };
    let with = jid("bob@cusax.test");
    for state in [MessageState::Delivered, MessageState::Sent] {
        world.xmpp(XmppEvent::MessageState {
            with: with.clone(),
            id: id.clone(),
            state,
            why: None,
        });
    }
    let snapshot = world.core.snapshot();
    let entry = snapshot.conversation(&with.into()).unwrap().entries[0].clone();
    assert_eq!(entry.state, Some(MessageState::Delivered));
}

#[test]
fn an_incoming_message_counts_as_unread_until_looked_at() {
    let mut world = World::signed_in(None);
    let message = ChatMessage {
        id: "m1".into(),
        with: jid("bob@cusax.test"),
        outgoing: false,
        body: "hello".to_owned(),
        at: None,
    };
    world.xmpp(XmppEvent::Message(message.clone()));
    // The same stanza again, as an archive or a second carbon would bring it.
    world.xmpp(XmppEvent::Message(message));
    let unread =
        |world: &mut World| world.core.snapshot().contact(&jid("bob@cusax.test")).unwrap().unread;
    assert_eq!(unread(&mut world), 1);
    world
        .ask(Command::Chat(ChatCommand::Displayed { with: jid("bob@cusax.test").into() }))
        .unwrap();
    assert_eq!(unread(&mut world), 0);
}

#[test]
fn a_card_with_a_number_makes_a_contact_callable() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let Reply::Roster(roster) = world.ask(Command::Roster).unwrap() else { panic!("no roster") };
    assert_eq!(roster[0].numbers[0].uri, "sip:bob@cusax.test");
    assert!(roster[0].can.audio);
    assert!(!roster[1].can.audio, "carol has no number");
}

#[test]
fn a_call_by_jid_goes_to_the_number_with_our_chat_address() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.place("bob@cusax.test", false).unwrap();
    let invite = world.sent_to_sip().into_iter().find_map(|command| match command {
        SipCommand::Invite(invite) => Some(invite.clone()),
        _ => None,
    });
    let invite = invite.expect("an INVITE");
    assert_eq!(invite.target, "sip:bob@cusax.test");
    assert_eq!(invite.impp, Some(jid("alice@cusax.test")));
    assert_eq!(world.call(&call).peer.display, "Bob");

    world.sip(SipEvent::Call(call.clone(), CallEvent::Ringing));
    assert_eq!(world.call(&call).state, CallState::Ringing);
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.sip(SipEvent::Call(call.clone(), answered));
    let active = world.call(&call);
    assert_eq!(active.state, CallState::Active);
    assert_eq!(active.media.codec, "PCMA");
    world.sip(SipEvent::Call(call.clone(), CallEvent::Ended(EndReason::RemoteHangup)));
    assert_eq!(world.call(&call).state, CallState::Ended);
    let snapshot = world.core.snapshot();
    let timeline = &snapshot.conversation(&jid("bob@cusax.test").into()).unwrap().entries;
    assert_eq!(timeline[0].kind, EntryKind::Call);
    world.later(Duration::from_secs(6));
    assert!(world.core.snapshot().calls.is_empty(), "an ended call leaves the screen");
}

#[test]
fn a_call_that_may_cost_asks_first() {
    let mut world = World::signed_in(Some("+1 303 555 1212"));
    let error = world.place("bob@cusax.test", false).unwrap_err();
    assert_eq!(error.kind(), "confirmation-needed");
    assert!(world.sent_to_sip().is_empty());
    world.place("bob@cusax.test", true).unwrap();
    let error = world.place("sip:someone@elsewhere.example", false).unwrap_err();
    assert!(matches!(error, CommandError::ConfirmationNeeded(cues)
        if cues[0].kind == CueKind::InterDomain));
}

#[test]
fn an_emergency_number_is_not_held_up() {
    let mut world = World::signed_in(None);
    world.place("112", false).unwrap();
}

#[test]
fn nonsense_is_no_address() {
    let mut world = World::signed_in(None);
    for text in ["", "   ", "hello there", "sip:", "http://x", "bob@cusax.test/\u{7}"] {
        let error = world.place(text, true).unwrap_err();
        assert_eq!(error.kind(), "invalid-address", "{text:?}");
    }
}

#[test]
fn a_contact_without_number_is_told_so() {
    let mut world = World::signed_in(None);
    let error = world.place("bob@cusax.test", false).unwrap_err();
    assert_eq!(error.kind(), "refused");
    assert!(error.to_string().contains("no number"));
}

#[test]
fn a_caller_whose_card_names_the_address_is_verified() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@CUSAX.test:5060;transport=tls", &[]);
    let peer = world.call(&call).peer;
    assert_eq!(peer.binding, Binding::Verified);
    assert_eq!(peer.display, "Bob");
    assert_eq!(peer.jid.as_deref(), Some("bob@cusax.test"));
}

#[test]
fn a_spoofed_hint_is_a_claim_and_shows_the_bare_address() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:eve@evil.example", &["bob@cusax.test"]);
    // One look at bob's card decides.
    let asked = world.said.iter().any(|output| {
        matches!(output, Output::Xmpp(_, XmppCommand::FetchVcards(who)) if *who == jid("bob@cusax.test"))
    });
    assert!(asked);
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    let peer = world.call(&call).peer;
    assert_eq!(peer.binding, Binding::Claimed);
    assert!(peer.display.contains("eve@evil.example"), "{}", peer.display);
    assert!(!peer.display.contains("Bob"));
    // Nor is the missed call filed under bob.
    world.sip(SipEvent::Call(call, CallEvent::Ended(EndReason::Cancelled)));
    assert!(world.core.snapshot().conversation(&jid("bob@cusax.test").into()).is_none());
}

#[test]
fn a_stranger_s_hint_fetches_nothing() {
    let mut world = World::signed_in(None);
    world.said.clear();
    let call = world.incoming("sip:eve@evil.example", &["mallory@evil.example"]);
    assert!(!world.said.iter().any(|o| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(_)))));
    assert_ne!(world.call(&call).peer.binding, Binding::Verified);
}

#[test]
fn a_hint_is_confirmed_by_a_card_fetched_for_it() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
    assert_eq!(world.call(&call).peer.binding, Binding::None, "not even a claim before the card");
    let cards = Ok(vec![card("sip:b.smith@pbx.example")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    assert_eq!(world.call(&call).peer.binding, Binding::Verified);
}

#[test]
fn no_card_in_time_leaves_a_claim() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
    world.later(Duration::from_secs(3));
    assert_eq!(world.call(&call).peer.binding, Binding::Claimed);
}

#[test]
fn answering_sends_the_answer_and_runs_the_sound() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.reply(taking).expect("an answer").unwrap();
    assert!(world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Answer { .. })));
    assert!(world.said.iter().any(|o| matches!(o, Output::Media(_, MediaCommand::Run(_)))));
    assert_eq!(world.call(&call).state, CallState::Active);
    let again = world.ask(Command::Call(CallCommand::Answer(call))).unwrap_err();
    assert_eq!(again.kind(), "refused");
}

#[test]
fn declining_with_words_needs_a_proven_caller() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let decline = |call: &CallId| {
        let message = Some("later".to_owned());
        Command::Call(CallCommand::Decline { call: call.clone(), message })
    };
    let eve = world.incoming("sip:eve@evil.example", &["bob@cusax.test"]);
    assert_eq!(world.ask(decline(&eve)).unwrap_err().kind(), "refused");
    assert!(world.sent_messages().is_empty());
    let bob = world.incoming("sip:bob@cusax.test", &[]);
    world.ask(decline(&bob)).unwrap();
    assert_eq!(world.sent_messages(), ["later"]);
    assert_eq!(world.call(&bob).state, CallState::Ended);
}

#[test]
fn an_offer_that_cannot_be_met_is_refused_with_488() {
    let mut world = World::signed_in(None);
    world.incoming_as("sip:eve@evil.example", |incoming| {
        incoming.offer = Some(b"v=0\r\nnonsense".to_vec());
    });
    assert!(
        world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Refuse { status: 488, .. }))
    );
}

#[test]
fn a_thousand_contacts_are_not_fetched_at_once() {
    let mut world = World::new(&config());
    world.chat_online();
    let items = (0..1_000).map(|n| item(&format!("c{n}@cusax.test"))).collect();
    world.xmpp(XmppEvent::Roster(items));
    let fetches = |world: &World| {
        let of_contact = |o: &&Output| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(who)) if *who != jid("alice@cusax.test"));
        world.said.iter().filter(of_contact).count()
    };
    assert!(fetches(&world) <= 4, "{}", fetches(&world));
    world.xmpp(XmppEvent::Vcards { jid: jid("c0@cusax.test"), cards: Ok(Vec::new()) });
    assert!(fetches(&world) <= 5);
}
