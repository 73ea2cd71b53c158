//! Nothing is shown as proven that is not.

use super::*;

#[test]
fn a_call_around_the_provider_proves_nothing() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming_as("sip:bob@cusax.test", |incoming| {
        incoming.by_proxy = false;
        incoming.impp = vec![jid("bob@cusax.test")];
        incoming.referred_by = Some("sip:boss@cusax.test".to_owned());
    });
    assert_eq!(world.call(&call).via, None, "anybody could say so");
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    let peer = world.call(&call).peer;
    assert_eq!(peer.binding, Binding::Claimed);
    assert_eq!(peer.display, "sip:bob@cusax.test");
    assert!(peer.why.contains("provider"), "{}", peer.why);
    world.sip(SipEvent::Call(call, CallEvent::Ended(EndReason::Cancelled)));
    assert!(world.core.snapshot().conversation(&jid("bob@cusax.test").into()).is_none());
}

#[test]
fn a_card_never_leads_to_a_costly_or_harmful_call_unasked() {
    for tel in [
        "sip:+19005551212@cusax.test",
        "sip:0019005551212@cusax.test",
        "sip:%2A21%2A19005551212%23@cusax.test",
        "tel:+19005551212",
        "0900 5551212",
        "112",
        "tel:911;phone-context=cusax.test",
        "sip:bob@elsewhere.example",
    ] {
        let mut world = World::signed_in(Some(tel));
        let error = world.place("bob@cusax.test", false).unwrap_err();
        assert_eq!(error.kind(), "confirmation-needed", "{tel}");
        assert!(world.sent_to_sip().is_empty());
    }
    // What the user's own provider has as an address or an extension is called at once.
    for tel in ["sip:bob@cusax.test", "sip:1001@cusax.test"] {
        World::signed_in(Some(tel)).place("bob@cusax.test", false).unwrap();
    }
}

#[test]
fn a_server_s_words_are_cut_and_cleaned() {
    let mut world = World::signed_in(None);
    let fault = Fault::Rejected(format!("\u{1b}[2J{}", "no ".repeat(100_000)));
    world.xmpp(XmppEvent::Connection(XmppConnection::Failed { fault, retry_in: None }));
    let Reply::Status { accounts, .. } = world.ask(Command::Status).unwrap() else { panic!() };
    let reason = accounts[0].reason.as_ref().unwrap();
    assert!(reason.len() <= 400 && !reason.contains('\u{1b}'), "{}", reason.len());
}

#[test]
fn a_number_is_believed_of_the_provider_alone() {
    for (from, from_proxy, asserted, binding) in [
        ("sip:+13035551212@cusax.test", false, None, Binding::Verified),
        ("sip:+13035551212@evil.example;user=phone", false, None, Binding::Claimed),
        ("tel:+13035551212", false, None, Binding::Claimed),
        ("TEL:+13035551212", false, None, Binding::Claimed),
        // A proxy that begins each call anew writes its own address.
        ("sip:+13035551212@192.0.2.1;user=phone", true, None, Binding::Verified),
        ("sip:+13035551212@192.0.2.1;user=phone", false, None, Binding::Claimed),
        ("sip:x@evil.example", false, Some("tel:+13035551212"), Binding::Verified),
        (
            "sip:x@evil.example",
            false,
            Some("sip:+13035551212@gw.test;user=phone"),
            Binding::Verified,
        ),
    ] {
        let mut world = World::signed_in(Some("tel:+13035551212"));
        let call = world.incoming_as(from, |incoming| {
            incoming.from_proxy = from_proxy;
            incoming.asserted = asserted.map(str::to_owned).into_iter().collect();
        });
        let peer = world.call(&call).peer;
        assert_eq!(peer.binding, binding, "{from} {asserted:?}: {}", peer.why);
        assert_eq!(peer.display == "Bob", binding == Binding::Verified, "{from}");
    }
}
