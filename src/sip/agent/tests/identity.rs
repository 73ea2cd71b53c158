//! Who we say that we are, and who others say that they are (RFC 3323, RFC 3325; CUSAX C41, C42).

use super::calls::{last, reply, scripted};
use super::world::*;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request};
use crate::sip::{CallEvent, PlaceCall, ReferTo, SipCommand, SipEvent};

fn anonymous() -> SipCommand {
    SipCommand::Invite(PlaceCall {
        call: CallId::new("hidden"),
        target: "sip:bob@cusax.test".to_owned(),
        offer: OFFER.to_vec(),
        impp: Some("alice@cusax.test".parse().unwrap()),
        anonymous: true,
        referral: None,
    })
}

#[test]
fn nothing_names_an_anonymous_caller_in_any_request() {
    let mut world = World::ready(1, FAIR);
    world.command(ALICE, anonymous());
    let call = CallId::new("hidden");
    let SipEvent::Incoming(incoming) =
        world.until(BOB, |event| matches!(event, SipEvent::Incoming(_)))
    else {
        panic!()
    };
    assert!(incoming.anonymous);
    assert!(incoming.impp.is_empty());
    assert_eq!(incoming.from_display.as_deref(), Some("Anonymous"));
    let incoming = incoming.call;
    let answer = SipCommand::Answer { call: incoming.clone(), sdp: ANSWER.to_vec(), impp: None };
    world.command(BOB, answer);
    world.answered(ALICE);
    world.command(ALICE, SipCommand::Reoffer { call: call.clone(), sdp: OFFER.to_vec() });
    world.run_secs(1);
    let answer = SipCommand::AnswerReoffer { call: incoming, sdp: Some(ANSWER.to_vec()) };
    world.command(BOB, answer);
    world.run_secs(1);
    world.flow(ALICE, Ok(()));
    world.run_secs(2);
    let to = ReferTo::Uri("sip:carol@cusax.test".to_owned());
    world.command(ALICE, SipCommand::Refer { call: call.clone(), to });
    world.run_secs(1);
    world.command(ALICE, SipCommand::Hangup(call));
    world.run_secs(1);
    for method in [Method::Invite, Method::Ack, Method::Update, Method::Refer, Method::Bye] {
        let requests = world.requests(ALICE, &method);
        assert!(!requests.is_empty(), "{method}");
        for request in requests {
            for header in request.headers.iter() {
                let ours = header.value.to_lowercase().contains("alice");
                let for_our_proxy = header.name == "P-Preferred-Identity";
                assert!(!ours || for_our_proxy, "{method}: {header:?}");
            }
        }
    }
    let invite = world.requests(ALICE, &Method::Invite)[0];
    assert_eq!(invite.headers.get("Privacy"), Some("id"));
    assert_eq!(invite.headers.get("P-Preferred-Identity"), Some("<sip:alice@cusax.test>"));
    let from = invite.headers.get("From").unwrap();
    assert!(from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="), "{from}");
    assert_eq!(world.ends(BOB), [EndReason::RemoteHangup]);
}

/// A proxy takes credentials out of what it asked them for, and of nothing else.
#[test]
fn credentials_of_an_anonymous_call_go_only_to_who_asks() {
    let mut world = World::ready(1, FAIR);
    world.scripted = Some(BOB);
    world.command(ALICE, anonymous());
    world.run_secs(1);
    let challenge = |request: &Request, nonce: &str| {
        let Message::Response(mut challenge) = reply(request, 407, "p", b"") else { panic!() };
        let value = format!("Digest realm=\"cusax.test\", nonce=\"{nonce}\", qop=\"auth\"");
        challenge.headers.push("Proxy-Authenticate", value);
        Message::Response(challenge)
    };
    let has = |request: &Request| request.headers.get("Proxy-Authorization").is_some();
    world.inject(ALICE, &challenge(&last(&world, ALICE, &Method::Invite), "n1"));
    let invite = last(&world, ALICE, &Method::Invite);
    assert!(has(&invite));
    world.inject(ALICE, &reply(&invite, 200, "one", ANSWER));
    assert!(!has(&last(&world, ALICE, &Method::Ack)));
    world.command(ALICE, SipCommand::Hangup(CallId::new("hidden")));
    let bye = last(&world, ALICE, &Method::Bye);
    assert!(!has(&bye));
    world.inject(ALICE, &challenge(&bye, "n2"));
    let again = last(&world, ALICE, &Method::Bye);
    assert_ne!(again.headers.cseq().unwrap().number, bye.headers.cseq().unwrap().number);
    assert!(has(&again), "it was asked for");
}

#[test]
fn our_answer_tells_where_we_chat_when_we_want() {
    for impp in [Some("bob@cusax.test"), None] {
        let mut world = World::ready(2, FAIR);
        world.call(ALICE, "bob");
        let call = world.incoming(BOB);
        let impp: Option<crate::model::BareJid> = impp.map(|jid| jid.parse().unwrap());
        world.command(BOB, SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: impp.clone() });
        world.answered(ALICE);
        let told = world.events[ALICE].iter().find_map(|event| match event {
            SipEvent::Call(_, CallEvent::Answered { impp, .. }) => Some(impp.clone()),
            _ => None,
        });
        assert_eq!(told.unwrap(), impp.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn who_forwarded_a_call_counts_only_from_our_proxy() {
    for (main, expected) in [(true, Some("sip:desk@cusax.test")), (false, None)] {
        let (mut world, _, invite) = scripted();
        world.scripted = None;
        let mut sent: Request = invite;
        sent.headers.set("Call-ID", "forwarded");
        sent.headers.set("Via", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKforwarded");
        sent.headers.push("Diversion", "<sip:desk@cusax.test>;reason=unconditional");
        sent.headers.push("Privacy", "id");
        world.inject_from(BOB, &Message::Request(sent), main);
        let SipEvent::Incoming(call) = world.events[BOB].last().unwrap().clone() else { panic!() };
        assert_eq!((call.forwarded_by.as_deref(), call.anonymous), (expected, true));
    }
}

#[test]
fn the_reason_of_a_bye_is_kept() {
    for (reason, expected) in [
        ("SIP;cause=200;text=\"Call completed elsewhere\"", EndReason::AnsweredElsewhere),
        (
            "SIP;cause=403;text=\"No credit\"",
            EndReason::Refused { code: 403, text: "No credit".to_owned(), retry_after: None },
        ),
        ("Q.850;cause=16;text=\"Normal\"", EndReason::RemoteHangup),
    ] {
        let (mut world, _, _) = super::calls::talking(3);
        let mut bye = super::calls::in_dialog(&world, Method::Bye, b"", 100);
        bye.headers.set("Reason", reason);
        world.inject(BOB, &Message::Request(bye));
        assert_eq!(world.ends(BOB), [expected]);
    }
}

#[test]
fn the_reason_of_a_refusal_is_kept() {
    let (mut world, _, invite) = scripted();
    let Message::Response(mut refused) = reply(&invite, 480, "x", b"") else { panic!() };
    refused.headers.set("Reason", "Q.850;cause=20;text=\"Phone is off\"");
    world.inject(ALICE, &Message::Response(refused));
    let text = "Phone is off".to_owned();
    assert_eq!(world.ends(ALICE), [EndReason::Refused { code: 480, text, retry_after: None }]);
    assert_eq!(last(&world, ALICE, &Method::Ack).headers.cseq().unwrap().number, 1);
}
