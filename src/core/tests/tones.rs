//! What is heard besides calls, and when.

use super::*;
use crate::config::AudioDevice;
use crate::media::Devices;
use crate::media::side::{SideCommand, SideEvent, SideNews};
use crate::model::sound::{Chosen, Ringing, RingingPatch, TestKind, TestState, Tone, Volume};
use crate::model::telephony::{Strangers, Telephony};

const BOB: &str = "sip:bob@cusax.test";
const CAROL: &str = "sip:carol@cusax.test";

/// What was asked for since the last time: the tones, and none for silence.
fn heard(world: &mut World) -> Vec<Option<Tone>> {
    let said = std::mem::take(&mut world.said);
    let tone = |output| match output {
        Output::Side(SideCommand::Play { sounding, .. }) => Some(Some(sounding.tone)),
        Output::Side(SideCommand::Silence) => Some(None),
        _ => None,
    };
    said.into_iter().filter_map(tone).collect()
}

fn kept(world: &World) -> Vec<Chosen> {
    let chosen = |output: &Output| match output {
        Output::Keep(Keep::Sound(chosen)) => Some((**chosen).clone()),
        _ => None,
    };
    world.said.iter().filter_map(chosen).collect()
}

fn refused(code: u16) -> CallEvent {
    CallEvent::Ended(EndReason::Refused { code, text: String::new(), retry_after: None })
}

fn pick(input: Option<&str>, output: Option<&str>, ringer: Option<&str>) -> Command {
    let name = |name: Option<&str>| name.map(str::to_owned);
    let pick =
        DeviceCommand::Use { input: name(input), output: name(output), ringer: name(ringer) };
    Command::Devices(pick)
}

fn test(kind: TestKind) -> Command {
    Command::Audio(AudioCommand::Test(kind))
}

fn turn(world: &World) -> u64 {
    let turn = |output: &Output| match output {
        Output::Side(
            SideCommand::Play { turn, .. }
            | SideCommand::Take { turn, .. }
            | SideCommand::Level { turn, .. },
        ) => Some(*turn),
        _ => None,
    };
    world.said.iter().rev().find_map(turn).expect("something to hear")
}

fn state(world: &mut World) -> (TestState, Option<String>) {
    let test = world.core.snapshot().audio_test.expect("a test");
    (test.state, test.reason)
}

#[test]
fn a_call_rings_until_it_is_answered_declined_or_given_up() {
    let mut world = World::signed_in(Some(BOB));
    world.said.clear();
    let call = world.incoming(BOB, &[]);
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);
    world.run(CallCommand::Decline { call, message: None }).unwrap();
    assert_eq!(heard(&mut world), [None]);

    let call = world.incoming(BOB, &[]);
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);
    world.says(&call, CallEvent::Ended(EndReason::Cancelled));
    assert_eq!(heard(&mut world), [None]);

    let call = world.incoming(BOB, &[]);
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);
    world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    assert_eq!(heard(&mut world), [None]);
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    assert_eq!(heard(&mut world), [Some(Tone::Over)]);
}

#[test]
fn one_more_call_is_told_softly_in_the_talk() {
    let mut world = World::signed_in(None);
    let talk = world.talking(BOB);
    world.said.clear();
    let second = world.incoming(CAROL, &[]);
    assert_eq!(heard(&mut world), [Some(Tone::Waiting)]);
    // The talk ends, and the other rings on.
    world.run(CallCommand::Hangup(talk)).unwrap();
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);
    world.says(&second, CallEvent::Ended(EndReason::AnsweredElsewhere));
    assert_eq!(heard(&mut world), [None]);
}

#[test]
fn nothing_rings_that_is_not_to_disturb() {
    // By the presence.
    let mut world = World::signed_in(None);
    let dnd = Command::Presence { show: Show::Dnd, status: String::new() };
    world.ask(dnd).unwrap();
    world.said.clear();
    let call = world.incoming(BOB, &[]);
    assert_eq!(heard(&mut world), []);
    assert_eq!(world.call(&call).state, CallState::Incoming);
    // Back again, it rings.
    world.ask(Command::Presence { show: Show::Online, status: String::new() }).unwrap();
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);

    // By the rule for strangers.
    let mut world = World::signed_in(None);
    let rules = Telephony { strangers: Strangers::Ask, ..Telephony::default() };
    world.feed(Input::Kept(Kept { telephony: Some(rules), ..Kept::default() }));
    world.said.clear();
    let call = world.incoming("sip:stranger@cusax.test", &[]);
    assert!(world.call(&call).quiet);
    assert_eq!(heard(&mut world), []);

    // By the switch; also while it rings.
    let mut world = World::signed_in(None);
    world.said.clear();
    world.incoming(BOB, &[]);
    let off = RingingPatch { on: Some(false), volume: None };
    world.ask(Command::Audio(AudioCommand::Ringing(off))).unwrap();
    assert_eq!(heard(&mut world), [Some(Tone::Ring), None]);

    // Where the sound of calls goes to a file, a ringer has to be named.
    let mut config = config();
    config.audio.output = AudioDevice::File("/p/x.wav".into());
    let mut world = World::new(&config);
    world.phone_online();
    world.said.clear();
    world.incoming(BOB, &[]);
    assert_eq!(heard(&mut world), []);
    world.ask(pick(None, None, Some("Desk speaker"))).unwrap();
    assert_eq!(heard(&mut world), [Some(Tone::Ring)]);
}

#[test]
fn the_other_side_is_heard_ringing_unless_it_is_heard_itself() {
    let mut world = World::signed_in(None);
    let call = world.place(BOB, true).unwrap();
    world.said.clear();
    world.says(&call, CallEvent::Ringing);
    assert_eq!(heard(&mut world), [Some(Tone::Ringback)]);
    world.says(&call, CallEvent::EarlyMedia { sdp: remote_sdp(), impp: Vec::new() });
    assert_eq!(heard(&mut world), [None]);
    world.says(&call, CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() });
    world.run(CallCommand::Hangup(call)).unwrap();
    assert_eq!(heard(&mut world), [], "what we do ourselves needs no tone");
}

#[test]
fn how_a_call_of_ours_ends_is_heard() {
    for (reason, tone) in [
        (refused(486), Some(Tone::Busy)),
        (refused(600), Some(Tone::Busy)),
        (refused(603), Some(Tone::Busy)),
        (refused(404), Some(Tone::Failed)),
        (CallEvent::Ended(EndReason::NoAnswer), Some(Tone::Failed)),
        (refused(487), None),
        (CallEvent::Ended(EndReason::LocalHangup), None),
    ] {
        let mut world = World::signed_in(None);
        let call = world.place(BOB, true).unwrap();
        world.says(&call, CallEvent::Ringing);
        world.said.clear();
        world.says(&call, reason);
        assert_eq!(heard(&mut world), [tone]);
        // The next one does not begin under it.
        world.place(CAROL, true).unwrap();
        let silenced: &[Option<Tone>] = if tone.is_some() { &[None] } else { &[] };
        assert_eq!(heard(&mut world), silenced);
    }
}

#[test]
fn what_was_chosen_is_kept_and_counts_before_the_configuration() {
    let mut world = World::signed_in(None);
    world.said.clear();
    world.ask(pick(Some("Headset"), None, None)).unwrap();
    world.ask(pick(None, Some("Speakers"), Some("Desk"))).unwrap();
    let loud = RingingPatch { on: None, volume: Some(Volume::Loud) };
    world.ask(Command::Audio(AudioCommand::Ringing(loud))).unwrap();
    let chosen = kept(&world).pop().unwrap();
    let ringing = Ringing { on: true, volume: Volume::Loud };
    let name = |name: &str| Some(name.to_owned());
    let wanted =
        Chosen { input: name("Headset"), output: name("Speakers"), ringer: name("Desk"), ringing };
    assert_eq!(chosen, wanted);
    assert!(world.ask(pick(Some(" "), None, None)).is_err());
    assert_eq!(kept(&world).pop().unwrap(), wanted);

    let mut config = config();
    config.audio.output = AudioDevice::Null;
    config.audio.input = AudioDevice::Named("Built-in".to_owned());
    let mut world = World::new(&config);
    let some = Chosen { input: None, ..wanted.clone() };
    world.feed(Input::Kept(Kept { sound: some, ..Kept::default() }));
    assert!(world.said.contains(&Output::FindDevices));
    world.begin(Command::Devices(DeviceCommand::List));
    let Some(Output::Devices(_, audio)) = world.said.last() else { panic!("{:?}", world.said) };
    assert_eq!(audio.input, AudioDevice::Named("Built-in".to_owned()), "the file's");
    assert_eq!(audio.output, AudioDevice::Named("Speakers".to_owned()), "the user's");
    assert_eq!(audio.ringer, Some(AudioDevice::Named("Desk".to_owned())));
    assert_eq!(world.core.snapshot().ringing, ringing);

    // What is not there is told, once for both uses of a device.
    let found = Devices { inputs: vec!["Built-in".to_owned()], outputs: vec!["Desk".to_owned()] };
    world.feed(Input::DevicesFound(found));
    let told = "The loudspeaker “Speakers” is not connected. The system's own is used until it is \
                there again.";
    assert_eq!(world.notices(), [told]);

    // Without a name there is nothing to look for.
    let mut world = World::new(&super::config());
    world.feed(Input::Kept(Kept::default()));
    assert!(!world.said.contains(&Output::FindDevices));
}

#[test]
fn a_recording_is_made_heard_and_over() {
    let mut world = World::signed_in(None);
    assert!(world.ask(Command::Audio(AudioCommand::Hear)).is_err());
    world.ask(test(TestKind::Record)).unwrap();
    assert_eq!(state(&mut world).0, TestState::Recording);
    let first = turn(&world);
    world.ask(Command::Audio(AudioCommand::Hear)).unwrap();
    assert!(world.said.contains(&Output::Side(SideCommand::Hear)));
    world.feed(Input::Side(SideEvent { turn: first, what: SideNews::Playing }));
    assert_eq!(state(&mut world).0, TestState::Playing);
    world.feed(Input::Side(SideEvent { turn: first, what: SideNews::Ended }));
    assert_eq!(state(&mut world), (TestState::Ended, None));
    // Stopping what is over is no fault, and nothing to hear.
    world.said.clear();
    world.ask(Command::Audio(AudioCommand::Stop)).unwrap();
    assert_eq!(heard(&mut world), []);

    world.ask(test(TestKind::Record)).unwrap();
    let second = turn(&world);
    // A late word about the one before.
    world.feed(Input::Side(SideEvent { turn: first, what: SideNews::Ended }));
    assert_eq!(state(&mut world).0, TestState::Recording);
    let why = "No microphone was found.";
    let failed = SideNews::Failed(MediaError::Device(why.to_owned()));
    world.feed(Input::Side(SideEvent { turn: second, what: failed }));
    assert_eq!(state(&mut world), (TestState::Failed, Some(why.to_owned())));

    world.ask(test(TestKind::Output)).unwrap();
    world.said.clear();
    world.ask(Command::Audio(AudioCommand::Stop)).unwrap();
    assert_eq!(heard(&mut world), [None]);
    assert_eq!(state(&mut world), (TestState::Ended, None));
}

#[test]
fn a_call_comes_before_a_test() {
    let mut world = World::signed_in(None);
    world.ask(test(TestKind::Record)).unwrap();
    world.said.clear();
    let call = world.incoming(BOB, &[]);
    assert_eq!(state(&mut world), (TestState::Ended, Some("A call came in between.".to_owned())));
    assert_eq!(heard(&mut world), [None, Some(Tone::Ring)]);
    for kind in [TestKind::Record, TestKind::Output, TestKind::Ringer] {
        assert_eq!(world.ask(test(kind)).unwrap_err().kind(), "refused");
    }
    world.run(CallCommand::Decline { call, message: None }).unwrap();
    world.ask(test(TestKind::Ringer)).unwrap();
    assert_eq!(heard(&mut world), [None, Some(Tone::RingOnce)]);
}

#[test]
fn the_microphone_is_open_only_while_somebody_looks_at_its_level() {
    let mut world = World::signed_in(None);
    let opened = |world: &World| {
        let is_level = |o: &&Output| matches!(o, Output::Side(SideCommand::Level { .. }));
        world.said.iter().filter(is_level).count()
    };
    let levels = Command::Audio(AudioCommand::Levels);
    for _ in 0..30 {
        world.begin(levels.clone());
        world.later(Duration::from_millis(100));
    }
    assert_eq!(opened(&world), 1);
    assert_eq!(heard(&mut world), []);
    assert!(world.core.poll_timeout().is_some());
    world.later(Duration::from_secs(3));
    assert_eq!(heard(&mut world), [None]);

    // What is wrong is told, and it is tried again after a while.
    world.begin(levels.clone());
    let why = MediaError::Device("No microphone was found.".to_owned());
    let failed = SideEvent { turn: turn(&world), what: SideNews::Failed(why) };
    world.feed(Input::Side(failed));
    world.begin(levels.clone());
    let Some(Output::Levels(_, trouble)) = world.said.last() else { panic!("{:?}", world.said) };
    assert_eq!(trouble.as_deref(), Some("No microphone was found."));
    assert_eq!(opened(&world), 1);
    world.later(Duration::from_secs(4));
    world.begin(levels.clone());
    assert_eq!(opened(&world), 2);

    // A call measures it itself.
    let mut world = World::signed_in(None);
    world.begin(levels.clone());
    world.talking(BOB);
    world.said.clear();
    world.begin(levels);
    assert_eq!(opened(&world), 0);
    assert!(matches!(world.said.last(), Some(Output::Levels(_, None))));
}
