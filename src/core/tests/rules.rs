//! The user's rules for calls, applied and kept.

use serde_json::{Value, json};

use super::*;
use crate::model::telephony::{AutoAnswer, Strangers};

fn set(world: &mut World, patch: Value) -> Result<Reply, CommandError> {
    let Value::Object(patch) = patch else { unreachable!("tests write objects") };
    world.ask(Command::Telephony(TelephonyCommand::Set(patch)))
}

fn with(rules: Value) -> World {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    set(&mut world, rules).unwrap();
    world.said.clear();
    world
}

/// The status that a call from there gets; it is over and in the history then.
fn refused(world: &mut World, from: &str, anonymous: bool) -> Option<u16> {
    let call = world.incoming_as(from, |call| call.anonymous = anonymous);
    let status = world.sent_to_sip().into_iter().find_map(|command| match command {
        SipCommand::Refuse { call: of, status } if *of == call => Some(*status),
        _ => None,
    });
    if status.is_some() {
        assert_eq!(world.call(&call).state, CallState::Ended);
        assert!(is_kept(world, &call), "in the history");
    }
    status
}

fn is_kept(world: &World, call: &CallId) -> bool {
    let of = |o: &Output| matches!(o, Output::Keep(Keep::Entry(_, e)) if e.id == call.as_str());
    world.said.iter().any(of)
}

fn redirects(world: &World) -> Vec<String> {
    let to = |command: &SipCommand| match command {
        SipCommand::Redirect { to, .. } => Some(to.clone()),
        _ => None,
    };
    world.sent_to_sip().into_iter().filter_map(to).collect()
}

#[test]
fn rules_are_merged_reset_told_and_kept() {
    let mut world = World::signed_in(None);
    let patch = json!({ "dnd": true, "forward": { "busy": "sip:1002@cusax.test", "after_s": 30 } });
    set(&mut world, patch).unwrap();
    set(&mut world, json!({ "forward": { "no_answer": "sip:1003@cusax.test", "busy": null } }))
        .unwrap();
    let Reply::Telephony(rules) = set(&mut world, json!({})).unwrap() else { panic!() };
    assert!(rules.dnd);
    assert_eq!((rules.forward.busy, rules.forward.after_s), (None, 30));
    assert_eq!(rules.forward.no_answer.as_deref(), Some("sip:1003@cusax.test"));
    let told =
        |o: &&Output| matches!(o, Output::Event(e) if matches!(**e, Event::Telephony { .. }));
    assert_eq!(world.said.iter().filter(told).count(), 2, "only what changed");
    let kept = world.said.iter().rev().find_map(|output| match output {
        Output::Keep(Keep::Telephony(rules)) => Some((**rules).clone()),
        _ => None,
    });
    let mut next = World::signed_in(None);
    next.feed(Input::Kept(Kept { telephony: kept, ..Kept::default() }));
    assert_eq!(next.core.snapshot().telephony, world.core.snapshot().telephony);
    let Reply::Telephony(rules) = set(&mut next, json!({ "forward": null })).unwrap() else {
        panic!()
    };
    assert_eq!(rules.forward, crate::model::telephony::Forward::default());
}

#[test]
fn a_place_that_may_cost_is_confirmed_first() {
    let mut world = World::signed_in(None);
    for place in ["+1 900 555 1212", "sip:me@elsewhere.example", "112"] {
        let patch = json!({ "forward": { "always": place } });
        assert_eq!(set(&mut world, patch).unwrap_err().kind(), "confirmation-needed", "{place}");
    }
    for (place, kind) in [("no address", "invalid-address"), ("sip:alice@cusax.test", "refused")] {
        let patch = json!({ "confirm": true, "forward": { "busy": place } });
        assert_eq!(set(&mut world, patch).unwrap_err().kind(), kind, "{place}");
    }
    assert_eq!(world.core.snapshot().telephony, Telephony::default());
    let patch = json!({ "confirm": true, "forward": { "always": "+1 900 555 1212" } });
    set(&mut world, patch).unwrap();
    set(&mut world, json!({ "dnd": true })).unwrap();
}

#[test]
fn who_does_not_want_to_be_disturbed_is_busy() {
    let mut world = with(json!({ "dnd": true }));
    assert_eq!(refused(&mut world, "sip:bob@cusax.test", false), Some(486));
    let rang = |o: &Output| {
        matches!(o, Output::Event(e)
        if matches!(&**e, Event::Call { call } if call.state == CallState::Incoming))
    };
    assert!(!world.said.iter().any(rang));
    let snapshot = world.core.snapshot();
    assert!(!snapshot.conversation(&jid("bob@cusax.test").into()).unwrap().entries.is_empty());
}

#[test]
fn without_call_waiting_a_second_caller_finds_us_busy() {
    let mut world = with(json!({ "call_waiting": false }));
    world.taken("sip:bob@cusax.test");
    assert_eq!(refused(&mut world, "sip:eve@evil.example", false), Some(486));
    set(&mut world, json!({ "call_waiting": true })).unwrap();
    assert_eq!(refused(&mut world, "sip:eve@evil.example", false), None);
}

#[test]
fn calls_are_sent_on_as_set() {
    let mut world = with(json!({ "forward": { "always": "sip:1002@cusax.test" } }));
    world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(redirects(&world), ["sip:1002@cusax.test"]);
    let mut world = with(json!({ "dnd": true, "forward": { "busy": "sip:1002@cusax.test" } }));
    world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(redirects(&world).len(), 1);

    let mut world =
        with(json!({ "forward": { "no_answer": "sip:1002@cusax.test", "after_s": 10 } }));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.core.poll_timeout().map(|at| at > world.now.steady), Some(true));
    world.later(Duration::from_secs(9));
    assert!(redirects(&world).is_empty());
    world.later(Duration::from_secs(1));
    assert_eq!(redirects(&world).len(), 1);
    assert_eq!(world.call(&call).state, CallState::Ended);
    let call = world.taken("sip:bob@cusax.test");
    world.later(Duration::from_secs(60));
    assert_eq!(world.call(&call).state, CallState::Active, "one that was answered stays");
}

#[test]
fn strangers_ring_are_shown_or_refused() {
    let contact = "sip:bob@cusax.test";
    let stranger = "sip:eve@evil.example";
    let mut world = with(json!({ "strangers": "refuse" }));
    assert_eq!(refused(&mut world, stranger, false), Some(603));
    assert_eq!(refused(&mut world, contact, false), None);
    let mut world = with(json!({ "strangers": "ask" }));
    let call = world.incoming(stranger, &[]);
    assert!(world.call(&call).quiet);
    let call = world.incoming(contact, &[]);
    assert!(!world.call(&call).quiet);
    assert_eq!(world.core.snapshot().telephony.strangers, Strangers::Ask);
}

#[test]
fn a_contact_at_an_unknown_address_is_waited_for() {
    for (tel, state) in
        [("sip:b.smith@pbx.example", CallState::Incoming), ("1002", CallState::Ended)]
    {
        let mut world = with(json!({ "strangers": "refuse" }));
        let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
        assert!(world.call(&call).quiet && world.call(&call).state == CallState::Incoming);
        world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards: Ok(vec![card(tel)]) });
        assert_eq!(world.call(&call).state, state, "{tel}");
        assert!(!world.call(&call).quiet || state == CallState::Ended);
    }
    let mut world = with(json!({ "strangers": "refuse" }));
    let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
    world.later(Duration::from_secs(3));
    assert_eq!(world.call(&call).state, CallState::Ended);
}

#[test]
fn hidden_callers_are_refused_where_they_are_not_wanted() {
    let mut world = with(json!({ "reject_anonymous": true }));
    assert_eq!(refused(&mut world, "sip:anonymous@anonymous.invalid", true), Some(433));
    assert_eq!(refused(&mut world, "sip:eve@evil.example", false), None);
}

#[test]
fn only_a_proven_contact_is_answered_by_itself_and_only_when_nobody_else_is_there() {
    let mut world = with(json!({ "auto_answer": "contacts" }));
    assert_eq!(world.core.snapshot().telephony.auto_answer, AutoAnswer::Contacts);
    let stranger = world.incoming("sip:eve@evil.example", &[]);
    assert_eq!(world.call(&stranger).state, CallState::Incoming);
    let second = world.incoming("sip:bob@cusax.test", &[]);
    assert_eq!(world.call(&second).state, CallState::Incoming);
    for call in [stranger, second] {
        world.says(&call, CallEvent::Ended(EndReason::Cancelled));
    }
    let around = world.incoming_as("sip:bob@cusax.test", |call| call.by_proxy = false);
    assert_eq!(world.call(&around).state, CallState::Incoming);
    world.says(&around, CallEvent::Ended(EndReason::Cancelled));
    world.said.clear();
    let call = world.incoming("sip:bob@cusax.test", &[]);
    world.media_ready();
    assert_eq!(world.call(&call).state, CallState::Active);
    assert!(world.notices().iter().any(|text| text.contains("answered by itself")));
}

#[test]
fn an_account_added_later_does_not_send_calls_to_itself() {
    let mut world = with(json!({ "forward": { "always": "sip:1002@cusax.test" } }));
    let mut sip = config().sip.remove(0);
    sip.aor = Aor::parse("sip:1002@cusax.test").unwrap();
    world.core = Core::new(&Config { sip: vec![sip], ..config() }, [7; 32]);
    world.core.telephony.forward.always = Some("sip:1002@cusax.test".to_owned());
    world.feed(Input::Start);
    world.phone_online();
    let call = world.incoming("sip:bob@cusax.test", &[]);
    assert!(redirects(&world).is_empty());
    assert_eq!(world.call(&call).state, CallState::Incoming);
}
