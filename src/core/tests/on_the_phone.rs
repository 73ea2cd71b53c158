//! Presence from calls, where the user wants it.

use serde_json::json;

use super::*;
use crate::xmpp::Activity;

fn wants(world: &mut World, on: bool) {
    let serde_json::Value::Object(patch) = json!({ "on_the_phone": on }) else { panic!() };
    world.ask(Command::Telephony(TelephonyCommand::Set(patch))).unwrap();
}

/// What the chat side announced since it was last asked: activities, and status texts.
fn announced(world: &mut World) -> (Vec<Option<Activity>>, Vec<(Show, String)>) {
    let (mut activities, mut presences) = (Vec::new(), Vec::new());
    for output in std::mem::take(&mut world.said) {
        match output {
            Output::Xmpp(_, XmppCommand::Activity(activity)) => activities.push(activity),
            Output::Xmpp(_, XmppCommand::Presence { show, status }) => {
                presences.push((show, status));
            }
            _ => {}
        }
    }
    (activities, presences)
}

fn show(world: &mut World, show: Show, status: &str) {
    world.ask(Command::Presence { show, status: status.to_owned() }).unwrap();
}

fn on(status: &str) -> (Show, String) {
    (Show::Online, status.to_owned())
}

#[test]
fn it_is_off_until_it_is_wanted() {
    let mut world = World::signed_in(None);
    announced(&mut world);
    world.talking("sip:bob@cusax.test");
    assert_eq!(announced(&mut world), (vec![], vec![]));
    wants(&mut world, true);
    assert_eq!(announced(&mut world), (vec![Some(Activity::OnThePhone)], vec![on("On the phone")]));
    wants(&mut world, false);
    assert_eq!(announced(&mut world), (vec![None], vec![on("")]));
}

#[test]
fn a_call_is_shown_and_what_was_before_comes_back() {
    let mut world = World::signed_in(None);
    wants(&mut world, true);
    show(&mut world, Show::Online, "in the garden");
    announced(&mut world);
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    world.says(&call, CallEvent::Ringing);
    assert_eq!(announced(&mut world), (vec![], vec![]), "nobody has answered");
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.says(&call, answered);
    let shown = vec![on("On the phone – in the garden")];
    assert_eq!(announced(&mut world), (vec![Some(Activity::OnThePhone)], shown));
    // A second call changes nothing, nor does the end of one of two.
    let other = world.taken("sip:carol@cusax.test");
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    assert_eq!(announced(&mut world), (vec![], vec![]));
    // What the user sets meanwhile is what comes back.
    show(&mut world, Show::Away, "");
    assert_eq!(announced(&mut world).1, [(Show::Away, "On the phone".to_owned())]);
    world.says(&other, CallEvent::Ended(EndReason::RemoteHangup));
    assert_eq!(announced(&mut world), (vec![None], vec![(Show::Away, String::new())]));
}

#[test]
fn a_new_session_says_what_holds() {
    let mut world = World::signed_in(None);
    wants(&mut world, true);
    announced(&mut world);
    world.chat_online();
    assert_eq!(announced(&mut world).0, [None], "what a crash may have left");
    world.talking("sip:bob@cusax.test");
    announced(&mut world);
    world.chat_online();
    let again = (vec![Some(Activity::OnThePhone)], vec![on("On the phone")]);
    assert_eq!(announced(&mut world), again);
}

#[test]
fn who_hides_does_not_show_that_they_talk() {
    let mut world = World::signed_in(None);
    wants(&mut world, true);
    show(&mut world, Show::Offline, "");
    announced(&mut world);
    world.talking("sip:bob@cusax.test");
    let (activities, presences) = announced(&mut world);
    assert_eq!(activities, [None]);
    assert!(presences.iter().all(|(show, _)| *show == Show::Offline));
}
