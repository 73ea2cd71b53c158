//! What cards and rosters say about calling, when they come late or change.

use super::*;

fn place(to: &str) -> Command {
    let to = to.to_owned();
    Command::Call(CallCommand::Place {
        to,
        account: None,
        confirm: false,
        remember: false,
        linked: false,
        anonymous: false,
    })
}

#[test]
fn what_may_be_a_contact_is_not_dialled_before_the_roster_is_known() {
    let mut world = World::new(&config());
    world.chat_online();
    world.phone_online();
    for to in ["bob@cusax.test", "xmpp:bob@cusax.test"] {
        let error = world.ask(place(to)).unwrap_err();
        assert_eq!(error.kind(), "not-connected");
        assert!(error.to_string().contains("sip:bob@cusax.test"), "{error}");
    }
    world.begin(place("sip:bob@cusax.test"));
    assert_eq!(world.core.snapshot().calls.len(), 1, "there is no doubt about this one");

    world.xmpp(XmppEvent::Roster(Vec::new()));
    world.begin(place("bob@cusax.test"));
    assert_eq!(world.core.snapshot().calls.len(), 2, "a telephony address as typed");
}

#[test]
fn a_card_that_changes_while_it_is_asked_for_is_asked_for_again() {
    let mut world = World::signed_in(Some("sip:old@cusax.test"));
    let bob = jid("bob@cusax.test");
    let fetch = Output::Xmpp(CHAT.into(), XmppCommand::FetchVcards(bob.clone()));
    let fetches = |world: &World| world.said.iter().filter(|said| **said == fetch).count();
    world.said.clear();
    world.xmpp(XmppEvent::VcardChanged(bob.clone()));
    world.xmpp(XmppEvent::VcardChanged(bob.clone()));
    assert_eq!(fetches(&world), 1);
    let cards = Ok(vec![card("sip:between@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: bob.clone(), cards });
    assert_eq!(fetches(&world), 2);
    let cards = Ok(vec![card("sip:new@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: bob.clone(), cards });
    assert_eq!(fetches(&world), 2);
}
