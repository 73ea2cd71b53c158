//! Hints of where somebody is reached (XEP-0152, CUSAX C24, C25): good to try, proof of nothing.

use super::*;
use crate::model::binding::BindingState;
use crate::xmpp::{PresenceUpdate, ReachAddress};

const ROOM: &str = "sip:room4@cusax.test";

fn presence(show: Show, reach: &[&str]) -> XmppEvent {
    XmppEvent::Presence(PresenceUpdate {
        from: jid("bob@cusax.test"),
        resource: Some("desk".to_owned()),
        show,
        status: String::new(),
        priority: 0,
        reach: reach.iter().map(|uri| hint(uri)).collect(),
    })
}

fn hint(uri: &str) -> ReachAddress {
    ReachAddress { uri: uri.to_owned(), description: Some("Room".to_owned()) }
}

fn pep(addresses: Vec<ReachAddress>) -> XmppEvent {
    XmppEvent::Reachability { jid: jid("bob@cusax.test"), addresses }
}

fn numbers(world: &mut World) -> Vec<(String, BindingState)> {
    let snapshot = world.core.snapshot();
    let bob = snapshot.contact(&jid("bob@cusax.test")).unwrap();
    bob.numbers.iter().map(|number| (number.uri.clone(), number.binding)).collect()
}

#[test]
fn a_hint_comes_and_goes_with_presence_and_with_its_item() {
    let mut world = World::signed_in(None);
    assert!(numbers(&mut world).is_empty());
    world.xmpp(presence(Show::Online, &[ROOM, "sip:lobby@cusax.test"]));
    let hinted = |uri: &str| (uri.to_owned(), BindingState::Hinted);
    assert_eq!(numbers(&mut world), [hinted(ROOM), hinted("sip:lobby@cusax.test")]);
    world.xmpp(presence(Show::Online, &[]));
    assert!(numbers(&mut world).is_empty());
    world.xmpp(presence(Show::Online, &[ROOM]));
    world.xmpp(presence(Show::Offline, &[]));
    assert!(numbers(&mut world).is_empty());
    world.xmpp(pep(vec![hint(ROOM)]));
    assert_eq!(numbers(&mut world), [hinted(ROOM)]);
    world.xmpp(pep(Vec::new()));
    assert!(numbers(&mut world).is_empty());
    // Nothing of it is left over for the next session.
    world.xmpp(pep(vec![hint(ROOM)]));
    world.chat_online();
    assert!(numbers(&mut world).is_empty());
}

#[test]
fn a_hint_is_tried_only_on_the_user_s_word() {
    let mut world = World::signed_in(None);
    world.xmpp(presence(Show::Online, &[ROOM, "sip:lobby@cusax.test"]));
    let Err(CommandError::ConfirmationNeeded(cues)) = world.place("bob@cusax.test", false) else {
        panic!("no question")
    };
    assert_eq!(cues[0].kind, CueKind::UnverifiedNumber);
    let call = world.place("bob@cusax.test", true).unwrap();
    let peer = world.call(&call).peer;
    assert_eq!((peer.uri.as_str(), peer.binding), (ROOM, Binding::None));
    assert_eq!(peer.display, ROOM, "never the contact's name");
    // What costs is asked for as well.
    world.xmpp(presence(Show::Online, &["tel:+19005551212"]));
    let Err(CommandError::ConfirmationNeeded(cues)) = world.place("bob@cusax.test", false) else {
        panic!("no question")
    };
    assert!(cues.iter().any(|cue| cue.kind == CueKind::Pstn), "{cues:?}");
}

#[test]
fn a_hint_names_no_caller_and_takes_no_name() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    world.xmpp(presence(Show::Online, &[ROOM]));
    let call = world.incoming(ROOM, &[]);
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.jid), (Binding::None, None));
    // Withdrawn or claimed in mid-call: nothing of it earns a name.
    world.xmpp(presence(Show::Online, &[]));
    world.xmpp(pep(vec![hint(ROOM)]));
    assert_eq!(world.call(&call).peer.binding, Binding::None);
    world.says(&call, CallEvent::Ended(EndReason::Cancelled));
    // Nor does another's claim to bob's line take his name.
    let carol = XmppEvent::Reachability {
        jid: jid("carol@cusax.test"),
        addresses: vec![hint("sip:bob@cusax.test")],
    };
    world.xmpp(carol);
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.jid.as_deref()), (Binding::Verified, Some("bob@cusax.test")));
}

#[test]
fn a_card_that_is_emptied_while_it_rings_takes_the_name_with_it() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.call(&call).peer.display, "Bob");
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards: Ok(Vec::new()) });
    let peer = world.call(&call).peer;
    assert_eq!((peer.binding, peer.display.as_str()), (Binding::Claimed, "sip:bob@cusax.test"));
    assert!(peer.why.contains("does so no more"), "{}", peer.why);
    world.says(&call, CallEvent::Ended(EndReason::Cancelled));
    let kept = world.said.iter().rev().find_map(|output| match output {
        Output::Keep(Keep::Entry(_, entry)) => Some(entry.with.clone()),
        _ => None,
    });
    assert_eq!(kept.as_deref(), Some("sip:bob@cusax.test"), "not in bob's history");
}

#[test]
fn a_proof_by_both_sides_is_kept() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &["bob@cusax.test"]);
    let proof = world.call(&call).peer.proof.unwrap();
    assert_eq!(proof.state, BindingState::Mutual);
    assert!(world.said.iter().any(|o| matches!(o, Output::Keep(Keep::Seen(..)))));
    world.says(&call, CallEvent::Ended(EndReason::Cancelled));
    assert_eq!(
        numbers(&mut world),
        [("sip:bob@cusax.test".to_owned(), BindingState::Mutual)],
        "the contact shows it"
    );
}
