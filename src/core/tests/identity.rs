//! What calls tell of us, and what they show of others (CUSAX C40–C45).

use serde_json::json;

use super::*;
use crate::model::account::Mailbox;

fn silent(world: &mut World) {
    let serde_json::Value::Object(patch) = json!({ "send_chat_address": false }) else { panic!() };
    world.ask(Command::Telephony(TelephonyCommand::Set(patch))).unwrap();
}

/// What the INVITE or the 200 that went out last says of our chat address.
fn told(world: &World) -> Option<BareJid> {
    let impp = |command: &SipCommand| match command {
        SipCommand::Invite(invite) => Some(invite.impp.clone()),
        SipCommand::Answer { impp, .. } => Some(impp.clone()),
        _ => None,
    };
    world.sent_to_sip().into_iter().rev().find_map(impp).expect("an INVITE or a 200")
}

fn take(world: &mut World, change: impl FnOnce(&mut IncomingCall)) {
    let call = world.incoming_as("sip:bob@cusax.test", change);
    world.begin(Command::Call(CallCommand::Answer(call)));
    world.media_ready();
}

#[test]
fn an_anonymous_call_names_nothing_of_ours() {
    let mut world = World::signed_in(None);
    let to = "sip:bob@cusax.test".to_owned();
    let place = CallCommand::Place {
        to,
        account: None,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: true,
    };
    world.begin(Command::Call(place));
    world.media_ready();
    let sent = world.sent_to_sip();
    let Some(SipCommand::Invite(invite)) = sent.last() else { panic!("no INVITE") };
    assert!(invite.anonymous && invite.impp.is_none());
    assert!(world.core.snapshot().calls[0].anonymous);
}

#[test]
fn our_chat_address_goes_to_callers_that_came_by_the_provider_and_show_who_they_are() {
    let ours = Some(jid("alice@cusax.test"));
    let mut world = World::signed_in(None);
    take(&mut world, |_| {});
    assert_eq!(told(&world), ours);
    take(&mut world, |call| call.anonymous = true);
    assert_eq!(told(&world), None);
    take(&mut world, |call| call.by_proxy = false);
    assert_eq!(told(&world), None);
    silent(&mut world);
    take(&mut world, |_| {});
    assert_eq!(told(&world), None);
    world.place("sip:bob@cusax.test", false).unwrap();
    assert_eq!(told(&world), None);
}

#[test]
fn who_hides_is_shown_as_anonymous_and_proves_nothing() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming_as("sip:bob@cusax.test", |call| {
        call.anonymous = true;
        call.asserted = vec!["sip:bob@cusax.test".to_owned()];
        call.impp = vec![jid("bob@cusax.test")];
    });
    let shown = world.call(&call);
    assert!(shown.anonymous);
    assert_eq!(shown.peer.display, "Anonymous");
    assert_ne!(shown.peer.binding, Binding::Verified);
}

#[test]
fn who_sent_a_call_here_is_told_in_words() {
    let mut world = World::signed_in(None);
    let call = world.incoming_as("sip:bob@cusax.test", |call| {
        call.referred_by = Some("sip:carol@cusax.test".to_owned());
        call.forwarded_by = Some("sip:team@cusax.test".to_owned());
    });
    let via = world.call(&call).via.unwrap();
    assert_eq!(via, "Transferred by sip:carol@cusax.test. Forwarded by sip:team@cusax.test.");
}

#[test]
fn an_answer_s_hint_is_proven_by_the_card_alone() {
    for (tel, binding) in
        [("sip:desk@cusax.test", Binding::Verified), ("sip:other@cusax.test", Binding::Claimed)]
    {
        let mut world = World::signed_in(None);
        let call = world.place("sip:desk@cusax.test", false).unwrap();
        world.said.clear();
        let impp = vec![jid("bob@cusax.test")];
        world.says(&call, CallEvent::Answered { sdp: Some(remote_sdp()), impp });
        assert_eq!(world.call(&call).peer.binding, Binding::None, "not before the card");
        let fetch = |o: &Output| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(_)));
        assert!(world.said.iter().any(fetch));
        world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards: Ok(vec![card(tel)]) });
        let peer = world.call(&call).peer;
        assert_eq!(peer.binding, binding, "{}", peer.why);
        assert!(!peer.why.contains("caller"), "{}", peer.why);
        assert_eq!(peer.display == "Bob", binding == Binding::Verified);
    }
}

#[test]
fn a_card_that_names_another_s_line_gives_no_name_to_who_answers_as_somebody_else() {
    let mut world = World::signed_in(Some("sip:zoe@cusax.test"));
    let call = world.place("sip:zoe@cusax.test", false).unwrap();
    assert_eq!(world.call(&call).peer.display, "Bob", "as his card says");
    let impp = vec![jid("zoe@cusax.test")];
    world.says(&call, CallEvent::Answered { sdp: Some(remote_sdp()), impp });
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.display.as_str()), (Binding::Claimed, "sip:zoe@cusax.test"));
    // One that says what the card says is proven by both.
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.place("bob@cusax.test", false).unwrap();
    let impp = vec![jid("bob@cusax.test")];
    world.says(&call, CallEvent::Answered { sdp: Some(remote_sdp()), impp });
    let proof = world.call(&call).peer.proof.unwrap();
    assert_eq!(proof.state, crate::model::binding::BindingState::Mutual);
}

#[test]
fn a_stranger_s_hint_in_an_answer_fetches_nothing() {
    let mut world = World::signed_in(None);
    let call = world.place("sip:desk@cusax.test", false).unwrap();
    world.said.clear();
    let impp = vec![jid("mallory@evil.example")];
    world.says(&call, CallEvent::Answered { sdp: Some(remote_sdp()), impp });
    assert!(!world.said.iter().any(|o| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(_)))));
    assert_eq!(world.call(&call).peer.binding, Binding::Claimed);
}

#[test]
fn new_messages_in_the_mailbox_are_told_once() {
    let mut world = World::signed_in(None);
    let mailbox = |new| Mailbox { waiting: new > 0, new, old: 1, uri: None };
    for new in [0, 2, 2, 1, 3] {
        world.sip(SipEvent::Mailbox(mailbox(new)));
    }
    assert_eq!(world.notices().len(), 2, "{:?}", world.notices());
    let Reply::Status { accounts, .. } = world.ask(Command::Status).unwrap() else { panic!() };
    assert_eq!(accounts[1].mailbox, Some(mailbox(3)));
}

#[test]
fn voice_mail_that_the_server_does_not_name_is_the_account_s() {
    let mut settings = config();
    settings.sip[0].voicemail = Some("sip:vm@cusax.test".to_owned());
    let mut world = World::new(&settings);
    let mut shown = |uri: Option<&str>| {
        let uri = uri.map(str::to_owned);
        world.sip(SipEvent::Mailbox(Mailbox { waiting: true, new: 1, old: 0, uri }));
        let Reply::Status { accounts, .. } = world.ask(Command::Status).unwrap() else { panic!() };
        accounts[1].mailbox.clone().unwrap().uri.unwrap()
    };
    assert_eq!(shown(None), "sip:vm@cusax.test");
    assert_eq!(shown(Some("sip:other@cusax.test")), "sip:other@cusax.test");
}

#[test]
fn an_offer_has_the_account_s_codecs_in_their_order() {
    let mut settings = config();
    settings.sip[0].codecs = vec![crate::sdp::Codec::Pcmu];
    let mut world = World::new(&settings);
    world.phone_online();
    world.place("sip:desk@cusax.test", true).unwrap();
    let offer = world.sent_to_sip().into_iter().find_map(|command| match command {
        SipCommand::Invite(place) => Some(String::from_utf8(place.offer.clone()).unwrap()),
        _ => None,
    });
    let offer = offer.unwrap();
    assert!(offer.contains("PCMU/8000"), "{offer}");
    assert!(!offer.contains("PCMA") && !offer.contains("opus"), "{offer}");
}

#[test]
fn a_refusal_says_what_happened_and_what_to_do() {
    let mut world = World::signed_in(None);
    let mut reason = |code: u16| {
        let call = world.place("sip:bob@cusax.test", false).unwrap();
        let refused = EndReason::Refused { code, text: String::new(), retry_after: None };
        world.says(&call, CallEvent::Ended(refused));
        world.later(Duration::from_secs(6));
        let kept = world.said.iter().rev().find_map(|output| match output {
            Output::Keep(Keep::Entry(_, entry)) => entry.call.as_deref().cloned(),
            _ => None,
        });
        kept.unwrap().end_reason.unwrap()
    };
    for code in [
        401, 403, 404, 407, 408, 410, 415, 420, 433, 480, 482, 484, 486, 487, 488, 491, 500, 503,
        600, 603, 606, 607,
    ] {
        assert_ne!(reason(code), "The call failed.", "{code}");
    }
    assert!(reason(433).contains("without hiding"));
    let mut config = config();
    config.sip[0].srtp = SrtpPolicy::Required;
    let mut world = World::new(&config);
    world.phone_online();
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    let refused =
        EndReason::Refused { code: 488, text: "Not Acceptable Here".to_owned(), retry_after: None };
    world.says(&call, CallEvent::Ended(refused));
    assert!(world.call(&call).end_reason.unwrap().contains("encrypt"));
}
