//! Transfers, redirects, and what the other side may not do without the user.

use super::*;
use crate::media::MediaCommand;
use crate::model::call::{AskKind, TransferState};
use crate::sip::ReferTo;

const PAID: &str = "tel:+19005551212";

fn transfer(call: &CallId, to: TransferTo, confirm: bool) -> CallCommand {
    CallCommand::Transfer { call: call.clone(), to, confirm }
}

fn to(address: &str) -> TransferTo {
    TransferTo::Address(address.to_owned())
}

fn refers(world: &World) -> Vec<ReferTo> {
    let refer = |command: &SipCommand| match command {
        SipCommand::Refer { to, .. } => Some(to.clone()),
        _ => None,
    };
    world.sent_to_sip().into_iter().filter_map(refer).collect()
}

fn consent(world: &mut World, call: &CallId, accept: bool) -> Result<Reply, CommandError> {
    world.run(CallCommand::Consent { call: call.clone(), accept })
}

fn invites(world: &World) -> Vec<crate::sip::PlaceCall> {
    let invite = |command: &SipCommand| match command {
        SipCommand::Invite(invite) => Some(invite.clone()),
        _ => None,
    };
    world.sent_to_sip().into_iter().filter_map(invite).collect()
}

fn refuses_referral(world: &World) -> bool {
    world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::RefuseReferral { .. }))
}

#[test]
fn a_blind_transfer_goes_where_a_call_would() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.talking("sip:carol@cusax.test");
    let costly = world.run(transfer(&call, to("+1 303 555 1212"), false)).unwrap_err();
    assert_eq!(costly.kind(), "confirmation-needed");
    let nonsense = world.run(transfer(&call, to("no such thing"), true)).unwrap_err();
    assert_eq!(nonsense.kind(), "invalid-address");
    assert!(refers(&world).is_empty());
    world.run(transfer(&call, to("bob@cusax.test"), false)).unwrap();
    assert_eq!(refers(&world), [ReferTo::Uri("sip:bob@cusax.test".to_owned())]);
    assert_eq!(world.call(&call).transfer, Some(TransferState::Trying));
    let again = world.run(transfer(&call, to("bob@cusax.test"), false)).unwrap_err();
    assert_eq!(again.kind(), "refused");
    world.says(&call, CallEvent::Transfer(TransferState::Ringing));
    world.says(&call, CallEvent::Transfer(TransferState::Done));
    let over = world.call(&call);
    assert_eq!(over.state, CallState::Ended);
    assert_eq!(over.end_reason.as_deref(), Some("You transferred the call."));
    assert!(world.sent_to_sip().contains(&&SipCommand::Hangup(call)));
}

#[test]
fn a_transfer_that_fails_leaves_the_call() {
    let mut world = World::signed_in(None);
    let call = world.talking("sip:carol@cusax.test");
    world.run(transfer(&call, to("sip:bob@cusax.test"), false)).unwrap();
    let failed = TransferState::Failed { code: 486, text: "Busy Here".to_owned() };
    world.says(&call, CallEvent::Transfer(failed));
    assert_eq!(world.call(&call).state, CallState::Active);
    assert!(world.notices().last().unwrap().contains("was not transferred"));
    world.run(transfer(&call, to("sip:bob@cusax.test"), false)).unwrap();
    assert_eq!(refers(&world).len(), 2, "it can be tried again");
}

#[test]
fn an_attended_transfer_joins_two_calls_of_ours() {
    let mut world = World::signed_in(None);
    let first = world.talking("sip:carol@cusax.test");
    let rings = world.place("sip:bob@cusax.test", true).unwrap();
    let with = |call: &CallId| TransferTo::Call(call.clone());
    for (call, other) in [(&first, &rings), (&first, &first), (&rings, &first)] {
        assert_eq!(world.run(transfer(call, with(other), false)).unwrap_err().kind(), "refused");
    }
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.says(&rings, answered);
    world.run(transfer(&first, with(&rings), false)).unwrap();
    assert_eq!(refers(&world), [ReferTo::Call(rings.clone())]);
    world.says(&first, CallEvent::Transfer(TransferState::Done));
    assert_eq!(world.call(&first).state, CallState::Ended);
    assert_eq!(world.call(&rings).state, CallState::Ended);
}

#[test]
fn a_redirect_within_the_service_is_followed_and_others_are_asked_for() {
    for (target, asks) in [
        ("sip:carol@cusax.test", false),
        ("sip:carol@elsewhere.example", true),
        (PAID, true),
        ("sip:112@cusax.test", true),
        ("sip:+19005551212@cusax.test", true),
        ("sip:112;x=y@cusax.test", true),
        ("sip:1-1-2@cusax.test", true),
        ("sip:%31%31%32@cusax.test", true),
        ("sip:11880@cusax.test;user=phone", true),
        ("sip:11880;phone-context=+49@cusax.test", true),
        ("sip:11880@cusax.test", true),
        ("sip:1188012345@cusax.test", true),
        ("sip:1004@cusax.test;user=phone", true),
        ("sip:1004@cusax.test", false),
        ("sip:1004@cusax.test;maddr=192.0.2.66", false),
    ] {
        let mut world = World::signed_in(None);
        let call = world.place("sip:bob@cusax.test", false).unwrap();
        let targets = vec!["mailto:x".to_owned(), target.to_owned()];
        world.says(&call, CallEvent::Redirected { targets });
        let number = target.strip_prefix("tel:");
        let follow = SipCommand::Follow {
            call: call.clone(),
            target: target.to_owned(),
            dial_as: match number {
                Some(number) => format!("sip:{number}@cusax.test;user=phone"),
                None => target.replace("%31%31%32", "112").replace(";maddr=192.0.2.66", ""),
            },
        };
        assert_eq!(world.sent_to_sip().contains(&&follow), !asks, "{target}");
        if asks {
            let ask = world.call(&call).ask.unwrap();
            assert_eq!((ask.kind, ask.uri.as_str()), (AskKind::Redirect, target));
            assert!(!ask.cues.is_empty());
            consent(&mut world, &call, true).unwrap();
            assert!(world.sent_to_sip().contains(&&follow));
            assert_eq!(consent(&mut world, &call, true).unwrap_err().kind(), "refused");
        }
        let called = &world.call(&call).peer.uri;
        assert!(!called.contains("bob"), "{target}: {called}");
    }
}

#[test]
fn a_refused_or_endless_redirect_ends_the_call() {
    let mut world = World::signed_in(None);
    let redirected = |to: &str| CallEvent::Redirected { targets: vec![to.to_owned()] };
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    world.says(&call, redirected(PAID));
    consent(&mut world, &call, false).unwrap();
    assert_eq!(world.call(&call).state, CallState::Ended);
    assert!(!world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Follow { .. })));
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    for _ in 0..6 {
        world.says(&call, redirected("sip:carol@cusax.test"));
    }
    assert!(world.call(&call).end_reason.unwrap().contains("circle"));
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    world.says(&call, CallEvent::Redirected { targets: Vec::new() });
    assert_eq!(world.call(&call).state, CallState::Ended);
}

#[test]
fn a_referral_goes_by_itself_only_for_who_is_known_and_within_the_service() {
    for (caller, target, attended, asks) in [
        ("sip:bob@cusax.test", "sip:carol@cusax.test", true, false),
        ("sip:bob@cusax.test", "sip:carol@cusax.test", false, false),
        ("sip:bob@cusax.test", PAID, false, true),
        ("sip:bob@cusax.test", "tel:112;phone-context=cusax.test", false, true),
        ("sip:bob@cusax.test", "sip:carol@elsewhere.example", true, true),
        ("sip:desk@cusax.test", "sip:carol@cusax.test", false, false),
        ("sip:desk@cusax.test", PAID, false, true),
        ("sip:eve@evil.example", "sip:carol@cusax.test", true, true),
    ] {
        let mut world = World::signed_in(Some("sip:bob@cusax.test"));
        let call = world.taken(caller);
        world.said.clear();
        world.says(&call, CallEvent::Referral { to: target.to_owned(), attended });
        world.media_ready();
        assert_eq!(invites(&world).is_empty(), asks, "{caller} {target}");
        if asks {
            assert_eq!(world.call(&call).ask.unwrap().kind, AskKind::Transfer);
            consent(&mut world, &call, true).unwrap();
            world.media_ready();
        }
        let invite = invites(&world).pop().expect("an INVITE");
        assert_eq!(invite.referral, Some(call.clone()));
        let hold =
            |c: &&&SipCommand| matches!(c, SipCommand::Reoffer { call: of, .. } if *of == call);
        assert_eq!(world.sent_to_sip().iter().filter(hold).count(), 1, "the old one waits");
    }
}

#[test]
fn who_is_on_hold_does_not_take_the_user_out_of_another_call() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let held = world.taken("sip:bob@cusax.test");
    let other = world.talking("sip:dave@cusax.test");
    let before = invites(&world).len();
    let to = "sip:carol@cusax.test".to_owned();
    world.says(&held, CallEvent::Referral { to, attended: false });
    world.media_ready();
    assert!(world.call(&held).ask.is_some());
    assert_eq!(invites(&world).len(), before);
    assert_eq!(world.call(&other).state, CallState::Active);
}

#[test]
fn a_referral_that_is_not_wanted_is_refused() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.taken("sip:bob@cusax.test");
    world.says(&call, CallEvent::Referral { to: "nonsense".to_owned(), attended: false });
    assert!(refuses_referral(&world));
    world.said.clear();
    world.says(&call, CallEvent::Referral { to: PAID.to_owned(), attended: false });
    consent(&mut world, &call, false).unwrap();
    assert!(refuses_referral(&world) && invites(&world).is_empty());
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn a_referral_without_sound_is_refused() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.taken("sip:bob@cusax.test");
    let to = "sip:carol@cusax.test".to_owned();
    world.says(&call, CallEvent::Referral { to, attended: false });
    world.media_fails();
    assert!(refuses_referral(&world) && invites(&world).is_empty());
    assert!(world.notices().contains(&"No microphone was found.".to_owned()));
    assert_eq!(world.call(&call).state, CallState::Active);
}

#[test]
fn a_call_goes_over_into_another_without_ringing() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let old = world.taken("sip:carol@cusax.test");
    world.run(CallCommand::Mute { call: old.clone(), on: true }).unwrap();
    world.said.clear();
    let replaces = Some(old.clone());
    let new = world.incoming_as("sip:bob@cusax.test", |call| call.replaces = replaces);
    world.media_ready();
    let now = world.call(&new);
    assert_eq!((now.state, now.muted), (CallState::Active, true));
    assert_eq!((now.peer.binding, now.peer.display.as_str()), (Binding::Verified, "Bob"));
    assert_eq!(world.call(&old).state, CallState::Ended);
    assert!(world.notices().iter().any(|text| text.contains("connected with Bob")));
    let held = world.sent_to_sip().into_iter().any(|c| matches!(c, SipCommand::Reoffer { .. }));
    assert!(!held, "what ends is not held before");
}

#[test]
fn a_call_on_hold_that_goes_over_stays_on_hold() {
    let mut world = World::signed_in(None);
    let old = world.taken("sip:carol@cusax.test");
    let other = world.talking("sip:dave@cusax.test");
    let sdp = [remote_sdp(), b"a=recvonly\r\n".to_vec()].concat();
    world.says(&old, CallEvent::Reanswered { sdp });
    let replaces = Some(old.clone());
    let new = world.incoming_as("sip:bob@cusax.test", |call| call.replaces = replaces);
    world.media_ready();
    assert_eq!(world.call(&new).state, CallState::Held);
    assert_eq!(world.call(&other).state, CallState::Active);
}

#[test]
fn nobody_takes_over_a_call_that_is_not_answered_or_by_another_way() {
    let mut world = World::signed_in(None);
    let rings = world.incoming("sip:carol@cusax.test", &[]);
    let answered = world.taken("sip:dave@cusax.test");
    for (old, by_proxy) in [(&rings, true), (&answered, false)] {
        let old = old.clone();
        let new = world.incoming_as("sip:eve@evil.example", |call| {
            (call.replaces, call.by_proxy) = (Some(old), by_proxy);
        });
        assert_eq!(world.call(&new).state, CallState::Ended);
    }
    assert_eq!(world.call(&answered).state, CallState::Active);
}

/// Whether the microphone is open towards a call: what its media session was told last.
fn hears_us(world: &World, call: &CallId) -> bool {
    let told = world.said.iter().rev().find_map(|output| match output {
        Output::Media(of, MediaCommand::Mute(on)) if of == call => Some(!on),
        _ => None,
    });
    told.unwrap_or(true)
}

fn answers(world: &World, call: &CallId) -> bool {
    let answer = |c: &&SipCommand| matches!(c, SipCommand::Answer { call: of, .. } if of == call);
    world.sent_to_sip().iter().any(answer)
}

/// Somebody takes over from a call; there is no sound for it yet.
fn taking_over(world: &mut World, old: &CallId) -> CallId {
    let replaces = Some(old.clone());
    world.incoming_as("sip:eve@cusax.test", |call| call.replaces = replaces)
}

#[test]
fn a_referral_does_not_open_the_microphone_that_the_user_has_closed() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.taken("sip:bob@cusax.test");
    world.run(CallCommand::Mute { call: call.clone(), on: true }).unwrap();
    let to = "sip:carol@cusax.test".to_owned();
    world.says(&call, CallEvent::Referral { to, attended: false });
    world.media_ready();
    let new = invites(&world).pop().unwrap().call;
    world.says(&new, CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() });
    assert!(world.call(&new).muted && !hears_us(&world, &new));
}

#[test]
fn who_takes_over_a_call_that_the_user_ends_meanwhile_has_to_ring() {
    let mut world = World::signed_in(None);
    let old = world.taken("sip:carol@cusax.test");
    let new = taking_over(&mut world, &old);
    world.run(CallCommand::Hangup(old)).unwrap();
    world.media_ready();
    assert_eq!(world.call(&new).state, CallState::Incoming);
    assert!(!answers(&world, &new));
    world.begin(Command::Call(CallCommand::Answer(new.clone())));
    world.media_ready();
    assert_eq!(world.call(&new).state, CallState::Active);
}

#[test]
fn who_takes_over_is_on_hold_or_muted_as_the_user_wanted_meanwhile() {
    for mutes in [false, true] {
        let mut world = World::signed_in(None);
        let old = world.taken("sip:carol@cusax.test");
        let new = taking_over(&mut world, &old);
        let command = match mutes {
            true => CallCommand::Mute { call: old.clone(), on: true },
            false => CallCommand::Hold(old.clone()),
        };
        world.run(command).unwrap();
        world.media_ready();
        let expected = if mutes { CallState::Active } else { CallState::Held };
        assert_eq!((world.call(&new).state, world.call(&new).muted), (expected, mutes));
        assert!(!hears_us(&world, &new));
    }
}

#[test]
fn the_rules_about_strangers_hold_for_who_takes_over() {
    for (rules, anonymous) in [("strangers", false), ("reject_anonymous", true)] {
        let mut world = World::signed_in(None);
        let value = if anonymous { serde_json::json!(true) } else { "refuse".into() };
        let patch = [(rules.to_owned(), value)].into_iter().collect();
        let old = world.taken("sip:carol@cusax.test");
        world.ask(Command::Telephony(TelephonyCommand::Set(patch))).unwrap();
        let replaces = Some(old.clone());
        let new = world.incoming_as("sip:eve@evil.example", |call| {
            (call.replaces, call.anonymous) = (replaces, anonymous);
        });
        assert_eq!(world.call(&new).state, CallState::Ended, "{rules}");
        assert_eq!(world.call(&old).state, CallState::Active);
    }
}

#[test]
fn a_call_is_not_answered_by_itself_once_the_user_does_not_want_that_any_more() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let rule = |world: &mut World, value: serde_json::Value| {
        let patch = [("auto_answer".to_owned(), value)].into_iter().collect();
        world.ask(Command::Telephony(TelephonyCommand::Set(patch))).unwrap();
    };
    rule(&mut world, "contacts".into());
    let call = world.incoming("sip:bob@cusax.test", &[]);
    rule(&mut world, serde_json::Value::Null);
    world.media_ready();
    assert_eq!(world.call(&call).state, CallState::Incoming);
    assert!(!answers(&world, &call));
}
