//! What a call costs: asked before, shown while it is on, kept afterwards.

use serde_json::json;

use super::*;
use crate::model::dialing::{CostClass, Dialing};

const NUMBER: &str = "+1 303 555 1212";

/// Alice, with these words of her provider; bob's card names this.
fn world(dialing: serde_json::Value, card_names: Option<&str>) -> World {
    let dialing: Dialing = serde_json::from_value(dialing).unwrap();
    let mut config = config();
    config.sip[0].dialing = dialing;
    let mut world = World::new(&config);
    world.chat_online();
    world.phone_online();
    world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test")]));
    let cards = Ok(card_names.map(card).into_iter().collect());
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    world
}

struct Dial {
    confirm: bool,
    remember: bool,
    linked: bool,
}

const DIAL: Dial = Dial { confirm: false, remember: false, linked: false };

/// Dials, and hangs up what came of it.
fn dial(world: &mut World, to: &str, how: Dial) -> Result<Call, CommandError> {
    let Dial { confirm, remember, linked } = how;
    let (to, account, anonymous) = (to.to_owned(), None, false);
    let place = CallCommand::Place { to, account, confirm, remember, linked, anonymous };
    let id = world.begin(Command::Call(place));
    world.media_ready();
    let call = match world.reply(id).expect("an answer")? {
        Reply::Call { call } => call,
        other => panic!("not a call: {other:?}"),
    };
    let shown = world.call(&call);
    world.run(CallCommand::Hangup(call)).unwrap();
    Ok(shown)
}

fn cues(error: CommandError) -> Vec<Cue> {
    match error {
        CommandError::ConfirmationNeeded(cues) => cues,
        other => panic!("no question: {other:?}"),
    }
}

fn settled(world: &mut World) -> Vec<CostClass> {
    match world.ask(Command::Asking(AskingCommand::Get)).unwrap() {
        Reply::Asking { settled } => settled,
        other => panic!("{other:?}"),
    }
}

fn reset(world: &mut World, class: Option<CostClass>) {
    world.ask(Command::Asking(AskingCommand::Reset(class))).unwrap();
}

fn told(world: &World) -> usize {
    let asking = |o: &&Output| matches!(o, Output::Event(e) if matches!(**e, Event::Asking { .. }));
    world.said.iter().filter(asking).count()
}

#[test]
fn what_another_program_asks_for_is_asked_about_whatever_the_rules_say() {
    let mut world = world(json!({ "cost_rules": [{ "pattern": "*", "class": "free" }] }), None);
    let mut prepare = |to: &str| {
        let command = CallCommand::Prepare { to: to.to_owned(), account: None, linked: true };
        world.run(command).unwrap_err()
    };
    for to in ["sip:carol@cusax.test", "+49 30 123456", "sip:bob@elsewhere.test"] {
        let asked = cues(prepare(to));
        assert!(asked[0].text.contains("another program"), "{asked:?}");
        assert!(!asked[0].may_settle, "that is not settled for all: {asked:?}");
    }
    assert!(matches!(prepare("sip:"), CommandError::InvalidAddress(_)));
    let calls = world.run(CallCommand::List).unwrap();
    assert_eq!(calls, Reply::Calls(Vec::new()), "nothing is called");
}

#[test]
fn a_class_is_settled_kept_and_asked_about_again() {
    let mut world = world(json!({}), Some(NUMBER));
    let asked = cues(dial(&mut world, "bob@cusax.test", DIAL).unwrap_err());
    assert_eq!((asked[0].class, asked[0].may_settle), (Some(CostClass::Pstn), true));
    dial(&mut world, "bob@cusax.test", Dial { confirm: true, ..DIAL }).unwrap();
    dial(&mut world, "bob@cusax.test", DIAL).expect_err("that was for one call");
    dial(&mut world, NUMBER, Dial { remember: true, ..DIAL }).expect_err("nobody agreed");
    assert_eq!(settled(&mut world), []);
    dial(&mut world, NUMBER, Dial { confirm: true, remember: true, ..DIAL }).unwrap();
    for to in [NUMBER, "bob@cusax.test", "+49 30 123456"] {
        dial(&mut world, to, DIAL).unwrap();
    }
    cues(dial(&mut world, "sip:bob@other.test", DIAL).unwrap_err());
    assert_eq!((settled(&mut world), told(&world)), (vec![CostClass::Pstn], 1));
    assert_eq!(world.core.snapshot().settled, [CostClass::Pstn]);

    let kept = world.said.iter().rev().find_map(|output| match output {
        Output::Keep(Keep::Asking(settled)) => Some(settled.clone()),
        _ => None,
    });
    let mut next = self::world(json!({}), None);
    let asking = [kept.unwrap(), vec![CostClass::Premium]].concat();
    next.feed(Input::Kept(Kept { asking, ..Kept::default() }));
    dial(&mut next, NUMBER, DIAL).unwrap();
    assert_eq!(settled(&mut next), [CostClass::Pstn], "no more than can be settled");
    reset(&mut next, Some(CostClass::OtherDomain));
    dial(&mut next, NUMBER, DIAL).unwrap();
    reset(&mut next, Some(CostClass::Pstn));
    cues(dial(&mut next, NUMBER, DIAL).unwrap_err());
    dial(&mut next, NUMBER, Dial { confirm: true, remember: true, ..DIAL }).unwrap();
    reset(&mut next, None);
    assert_eq!((settled(&mut next), told(&next)), (vec![], 3));
    cues(dial(&mut next, NUMBER, DIAL).unwrap_err());
}

#[test]
fn premium_is_asked_about_every_time() {
    let mut world = world(json!({}), Some("+1 900 555 1212"));
    for to in ["bob@cusax.test", "+1 900 555 1212", "sip:11880@cusax.test"] {
        let how = Dial { confirm: true, remember: true, ..DIAL };
        assert_eq!(dial(&mut world, to, how).unwrap().cost, Some(CostClass::Premium));
        assert!(!cues(dial(&mut world, to, DIAL).unwrap_err())[0].may_settle, "{to}");
    }
    assert_eq!(settled(&mut world), []);
}

#[test]
fn a_link_asks_whatever_was_settled() {
    let mut world = world(json!({}), Some(NUMBER));
    let link = || Dial { linked: true, ..DIAL };
    for to in [NUMBER, "sip:bob@other.test"] {
        dial(&mut world, to, Dial { confirm: true, remember: true, ..DIAL }).unwrap();
        dial(&mut world, to, DIAL).unwrap();
    }
    for to in [NUMBER, "sip:bob@other.test", "112", "bob@cusax.test", "xmpp:bob@cusax.test"] {
        assert!(!cues(dial(&mut world, to, link()).unwrap_err())[0].may_settle, "{to}");
        let how = Dial { confirm: true, remember: true, linked: true };
        dial(&mut world, to, how).unwrap();
    }
    dial(&mut world, "sip:carol@cusax.test", link()).unwrap();
    assert_eq!(settled(&mut world), [CostClass::Pstn, CostClass::OtherDomain]);
}

#[test]
fn what_the_provider_does_not_reach_is_refused_before_anything_goes_out() {
    let dialing = json!({
        "blocked": [
            { "pattern": "+881*", "reason": "Satellites are not reachable." },
            { "pattern": "sip:112@cusax.test" },
        ],
    });
    let mut world = world(dialing, Some("+881 6 212 345678"));
    for to in ["+881 6212345678", "bob@cusax.test"] {
        let error = dial(&mut world, to, Dial { confirm: true, ..DIAL }).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            ("refused", "Satellites are not reachable.")
        );
    }
    let set = |confirm| {
        let patch = json!({ "confirm": confirm, "forward": { "always": "+881 6212345678" } });
        let serde_json::Value::Object(patch) = patch else { unreachable!() };
        Command::Telephony(TelephonyCommand::Set(patch))
    };
    assert_eq!(world.ask(set(true)).unwrap_err().kind(), "refused");
    assert!(world.sent_to_sip().is_empty());
    let call = world.taken("sip:carol@cusax.test");
    let transfer = CallCommand::Transfer {
        call: call.clone(),
        to: TransferTo::Address("+881 6212345678".to_owned()),
        confirm: true,
    };
    assert_eq!(world.run(transfer).unwrap_err().kind(), "refused");
    let to = "tel:+8816212345678".to_owned();
    world.says(&call, CallEvent::Referral { to: to.clone(), attended: false });
    assert!(world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::RefuseReferral { .. })));
    assert!(world.notices().last().unwrap().contains("Satellites are not reachable."));
    assert_eq!(world.call(&call).ask, None);
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    world.says(&call, CallEvent::Redirected { targets: vec![to] });
    assert!(world.call(&call).end_reason.unwrap().contains("Satellites are not reachable."));
    // Help comes whatever anybody has blocked.
    assert_eq!(dial(&mut world, "112", DIAL).unwrap().cost, Some(CostClass::Emergency));
}

#[test]
fn the_other_side_s_wish_asks_though_settled_and_the_call_shows_what_it_costs() {
    let mut world = world(
        json!({ "cost_rules": [
        { "pattern": "+*", "class": "pstn", "confirm": "never" },
    ] }),
        None,
    );
    let call = world.place(NUMBER, false).unwrap();
    assert_eq!(world.call(&call).cost, Some(CostClass::Pstn));
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    let kept = world.said.iter().rev().find_map(|output| match output {
        Output::Keep(Keep::Entry(_, entry)) => entry.call.as_ref()?.cost,
        _ => None,
    });
    assert_eq!(kept, Some(CostClass::Pstn), "in the history");

    let call = world.place("sip:carol@cusax.test", false).unwrap();
    assert_eq!(world.call(&call).cost, Some(CostClass::Internal));
    world.says(&call, CallEvent::Redirected { targets: vec!["tel:+13035551212".to_owned()] });
    assert!(world.call(&call).ask.is_some(), "a redirect asks");
    world.run(CallCommand::Consent { call: call.clone(), accept: true }).unwrap();
    assert_eq!(world.call(&call).cost, Some(CostClass::Pstn));

    let call = world.taken("sip:carol@cusax.test");
    assert_eq!(world.call(&call).cost, None, "it is the caller who pays");
    let to = "tel:+13035551212".to_owned();
    world.says(&call, CallEvent::Referral { to, attended: false });
    assert!(world.call(&call).ask.is_some(), "a transfer asks");
}

#[test]
fn a_failure_elsewhere_is_told_plainly() {
    for (code, text, said) in [
        (
            404,
            "Not Found",
            "This address does not exist; your provider may not carry calls to other providers (404 Not Found).",
        ),
        (
            403,
            "Not in your tariff",
            "The server does not allow this call; your provider may not carry calls to other providers (403 Not in your tariff).",
        ),
        (
            488,
            "",
            "The other side cannot take this kind of call; your provider may not carry calls to other providers.",
        ),
        (486, "Busy Here", "Busy (486 Busy Here)."),
        (402, "Top up first", "The provider wants to be paid for this call (402 Top up first)."),
        (603, "Blocked by your company", "Declined (603 Blocked by your company)."),
    ] {
        let mut world = World::signed_in(None);
        let call = world.place("sip:bob@other.test", true).unwrap();
        let text = text.to_owned();
        world.says(&call, CallEvent::Ended(EndReason::Refused { code, text, retry_after: None }));
        assert_eq!(world.call(&call).end_reason.as_deref(), Some(said));
    }
}

#[test]
fn what_the_service_says_of_our_call_is_shown_and_bounded() {
    let mut world = World::signed_in(None);
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    assert_eq!(world.call(&call).cue, None);
    let shown = |world: &World| {
        let of_call =
            |o: &&Output| matches!(o, Output::Event(e) if matches!(**e, Event::Call { .. }));
        world.said.iter().filter(of_call).count()
    };
    world.says(&call, CallEvent::Told("This call costs 2 € a minute.".to_owned()));
    assert_eq!(world.call(&call).cue.as_deref(), Some("This call costs 2 € a minute."));
    let before = shown(&world);
    world.says(&call, CallEvent::Told("This call costs 2 € a minute.".to_owned()));
    assert_eq!(shown(&world), before, "nothing new");
    for n in 0..100 {
        world.says(&call, CallEvent::Told(n.to_string()));
    }
    assert!(shown(&world) - before < 20, "{}", shown(&world) - before);
    let call = world.taken("sip:bob@cusax.test");
    world.says(&call, CallEvent::Told("Pay me".to_owned()));
    assert_eq!(world.call(&call).cue, None, "only of calls of ours");
}

#[test]
fn what_other_programs_want_takes_none_of_the_user_s_places() {
    let mut world = World::new(&config());
    world.chat_online();
    world.phone_online();
    world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test")]));
    // Bob's card is not there yet: what is asked now waits for it.
    let prepare = |world: &mut World| {
        let to = "bob@cusax.test".to_owned();
        world.begin(Command::Call(CallCommand::Prepare { to, account: None, linked: true }))
    };
    let waiting: Vec<_> = (0..16).map(|_| prepare(&mut world)).collect();
    assert!(waiting.iter().all(|id| world.reply(*id).is_none()));
    let refused = prepare(&mut world);
    let refused = world.reply(refused);
    assert!(matches!(refused, Some(Err(CommandError::Refused(_)))), "{refused:?}");
    let (to, account) = ("bob@cusax.test".to_owned(), None);
    let (confirm, remember, linked, anonymous) = (false, false, false, false);
    let own = CallCommand::Place { to, account, confirm, remember, linked, anonymous };
    let own = world.begin(Command::Call(own));
    assert!(world.reply(own).is_none(), "it waits as well");
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    world.media_ready();
    let placed = world.reply(own);
    assert!(matches!(placed, Some(Ok(Reply::Call { .. }))), "{placed:?}");
}
