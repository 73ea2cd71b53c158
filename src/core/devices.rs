//! The sound devices: what the user chose, which is kept, and trying them.

use std::path::Path;
use std::time::{Duration, Instant};

use super::command::{AudioCommand, CommandError, DeviceCommand, Reply};
use super::event::{Event, NoticeLevel};
use super::{Core, Keep, Output, RequestId};
use crate::config::{AS_OUTPUT, Audio, AudioDevice};
use crate::media::Devices;
use crate::media::side::{SideCommand, SideEvent, SideNews};
use crate::model::sound::{AudioTest, Chosen, RingingPatch, TestKind, TestState, Tone};
use crate::model::time::Now;

/// The microphone stays open for so long after somebody last asked how loud it is.
const LISTEN: Duration = Duration::from_secs(3);

/// A test of the devices, and who looks at the level.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// The newest test, for the faces.
    pub(super) test: Option<AudioTest>,
    /// Its command's number, while it is under way.
    turn: Option<u64>,
    listening: Option<Listening>,
}

#[derive(Debug)]
struct Listening {
    turn: u64,
    until: Instant,
    trouble: Option<String>,
}

impl Core {
    pub(super) fn on_device_command(&mut self, request: RequestId, command: DeviceCommand) {
        match command {
            DeviceCommand::List => {
                self.outputs.push_back(Output::Devices(request, self.audio.clone()));
            }
            DeviceCommand::Use { input, output, ringer } => {
                let used = self.use_devices(input, output, ringer);
                self.outputs.push_back(Output::Reply(request, used));
            }
        }
    }

    /// Takes effect at once, also in the calls that are on, and is kept.
    fn use_devices(
        &mut self,
        input: Option<String>,
        output: Option<String>,
        ringer: Option<String>,
    ) -> Result<Reply, CommandError> {
        let wish = Chosen { input, output, ringer, ringing: self.tones.ringing };
        let audio = chosen(&self.audio, &wish)
            .map_err(|name| CommandError::Media(format!("“{name}” is no sound device.")))?;
        let kept = &mut self.chosen;
        kept.input = wish.input.or(kept.input.take());
        kept.output = wish.output.or(kept.output.take());
        kept.ringer = wish.ringer.or(kept.ringer.take());
        self.audio = audio;
        self.stop_listening_and_silence();
        self.keep_sound();
        self.change_devices();
        Ok(Reply::Done {})
    }

    fn keep_sound(&mut self) {
        self.chosen.ringing = self.tones.ringing;
        let kept = Box::new(self.chosen.clone());
        self.outputs.push_back(Output::Keep(Keep::Sound(kept)));
    }

    /// What was chosen in earlier runs counts before the configuration.
    pub(super) fn on_kept_sound(&mut self, kept: Chosen) {
        match chosen(&self.audio, &kept) {
            Ok(audio) => self.audio = audio,
            Err(name) => tracing::warn!(name, "a kept device's name is empty"),
        }
        self.tones.ringing = kept.ringing;
        self.chosen = kept;
        let named = [Some(&self.audio.input), Some(&self.audio.output), self.audio.ringer.as_ref()];
        if named.into_iter().flatten().any(|device| matches!(device, AudioDevice::Named(_))) {
            self.outputs.push_back(Output::FindDevices);
        }
    }

    /// The devices that there are: what was chosen and is not among them is told.
    pub(super) fn on_devices_found(&mut self, found: &Devices) {
        let Audio { input, output, ringer, .. } = &self.audio;
        let missing = |wanted: &AudioDevice, there: &[String]| match wanted {
            AudioDevice::Named(name) if !there.contains(name) => Some(name.clone()),
            _ => None,
        };
        let microphone = missing(input, &found.inputs).map(|name| ("microphone", name));
        let speaker = missing(output, &found.outputs).map(|name| ("loudspeaker", name));
        let ringer = ringer.as_ref().and_then(|ringer| missing(ringer, &found.outputs));
        let ringer = ringer.filter(|name| speaker.as_ref().is_none_or(|(_, other)| other != name));
        let ringer = ringer.map(|name| ("loudspeaker", name));
        for (what, name) in [microphone, speaker, ringer].into_iter().flatten() {
            let text = format!(
                "The {what} “{name}” is not connected. The system's own is used until it is there \
                 again."
            );
            self.notice(NoticeLevel::Warning, text);
        }
    }

    pub(super) fn on_audio_command(&mut self, now: Now, request: RequestId, command: AudioCommand) {
        let done = match command {
            AudioCommand::Levels => {
                self.listen(now);
                let listening = self.trials.listening.as_ref();
                let trouble = listening.and_then(|listening| listening.trouble.clone());
                self.outputs.push_back(Output::Levels(request, trouble));
                return;
            }
            AudioCommand::Ringing(patch) => Ok(self.set_ringing(patch)),
            AudioCommand::Test(kind) => self.begin_test(kind),
            AudioCommand::Hear => self.hear_test(),
            AudioCommand::Stop => {
                self.end_test(TestState::Ended, None, true);
                Ok(Reply::Done {})
            }
        };
        self.outputs.push_back(Output::Reply(request, done));
    }

    fn set_ringing(&mut self, patch: RingingPatch) -> Reply {
        let mut ringing = self.tones.ringing;
        ringing.on = patch.on.unwrap_or(ringing.on);
        ringing.volume = patch.volume.unwrap_or(ringing.volume);
        if ringing != self.tones.ringing {
            self.tones.ringing = ringing;
            self.keep_sound();
            self.tell(Event::Ringing { ringing });
        }
        Reply::Ringing(ringing)
    }

    /// Nothing is tried during a call: it has the devices, and the other side would hear it.
    fn begin_test(&mut self, kind: TestKind) -> Result<Reply, CommandError> {
        if self.calls.live_count() > 0 {
            let text = "Sound can be tried when no call is on.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        self.stop_listening();
        let (turn, state) = match kind {
            TestKind::Record => {
                let turn = self.next_turn();
                let audio = self.audio.clone();
                self.outputs.push_back(Output::Side(SideCommand::Take { turn, audio }));
                (turn, TestState::Recording)
            }
            TestKind::Output | TestKind::Ringer => {
                let (tone, place) = match kind {
                    TestKind::Ringer => {
                        (Tone::RingOnce, "It rings nowhere: choose a ringer first.")
                    }
                    _ => (Tone::Sample, "There is no loudspeaker to try: choose one first."),
                };
                let Some(sounding) = self.sounding(tone) else {
                    return Err(CommandError::Media(place.to_owned()));
                };
                (self.play(sounding), TestState::Playing)
            }
        };
        self.trials.turn = Some(turn);
        self.show_test(AudioTest { kind, state, reason: None });
        Ok(Reply::Done {})
    }

    fn hear_test(&mut self) -> Result<Reply, CommandError> {
        let records =
            self.trials.test.as_ref().is_some_and(|test| test.state == TestState::Recording);
        if !records {
            let text = "Nothing is being recorded.";
            return Err(CommandError::Refused(text.to_owned()));
        }
        self.outputs.push_back(Output::Side(SideCommand::Hear));
        Ok(Reply::Done {})
    }

    fn show_test(&mut self, test: AudioTest) {
        self.trials.test = Some(test.clone());
        self.tell(Event::AudioTest { test });
    }

    /// Ends what is tried, if anything is.
    fn end_test(&mut self, state: TestState, reason: Option<String>, still_heard: bool) {
        if self.trials.turn.take().is_none() {
            return;
        }
        if still_heard {
            self.silence();
        }
        if let Some(test) = self.trials.test.clone() {
            self.show_test(AudioTest { state, reason, ..test });
        }
    }

    /// A call has the sound before everything else.
    pub(super) fn end_test_for_call(&mut self) {
        self.stop_listening_and_silence();
        let reason = "A call came in between.".to_owned();
        self.end_test(TestState::Ended, Some(reason), true);
    }

    /// Somebody looks at the level: the microphone is opened, or stays so for a while.
    fn listen(&mut self, now: Now) {
        // A call or a recording measures it anyway.
        if self.calls.live_count() > 0 || self.trials.turn.is_some() {
            return;
        }
        let until = now.steady + LISTEN;
        match &mut self.trials.listening {
            Some(listening) if listening.trouble.is_none() => listening.until = until,
            // It is tried again in a while.
            Some(_) => {}
            None => {
                let turn = self.next_turn();
                let audio = self.audio.clone();
                self.trials.listening = Some(Listening { turn, until, trouble: None });
                self.outputs.push_back(Output::Side(SideCommand::Level { turn, audio }));
            }
        }
    }

    /// What comes next takes the microphone's place.
    pub(super) fn stop_listening(&mut self) -> bool {
        self.trials.listening.take().is_some()
    }

    fn stop_listening_and_silence(&mut self) {
        if self.stop_listening() {
            self.silence();
        }
    }

    pub(super) fn listening_until(&self) -> Option<Instant> {
        self.trials.listening.as_ref().map(|listening| listening.until)
    }

    pub(super) fn listening_timeout(&mut self, now: Now) {
        if self.listening_until().is_some_and(|until| until <= now.steady) {
            self.stop_listening_and_silence();
        }
    }

    /// What is heard besides calls says how it is with that.
    pub(super) fn on_side(&mut self, event: SideEvent) {
        let SideEvent { turn, what } = event;
        if let Some(listening) = self.trials.listening.as_mut().filter(|l| l.turn == turn) {
            match what {
                SideNews::Failed(error) => listening.trouble = Some(error.to_string()),
                SideNews::Instead(_) | SideNews::Playing | SideNews::Ended => {}
            }
            return;
        }
        if self.trials.turn != Some(turn) {
            match what {
                SideNews::Failed(error) => tracing::warn!(%error, "a tone cannot be heard"),
                SideNews::Instead(text) => tracing::info!("{text}"),
                SideNews::Playing | SideNews::Ended => {}
            }
            return;
        }
        match (what, self.trials.test.clone()) {
            (SideNews::Failed(error), _) => {
                self.end_test(TestState::Failed, Some(error.to_string()), false);
            }
            (SideNews::Ended, test) => {
                let reason = test.and_then(|test| test.reason);
                self.end_test(TestState::Ended, reason, false);
            }
            (SideNews::Playing, Some(test)) => {
                self.show_test(AudioTest { state: TestState::Playing, ..test });
            }
            (SideNews::Instead(text), Some(test)) => {
                self.show_test(AudioTest { reason: Some(text), ..test });
            }
            (SideNews::Playing | SideNews::Instead(_), None) => {}
        }
    }
}

/// The devices with a choice taken in.
///
/// # Errors
/// The name that is none.
fn chosen(audio: &Audio, choice: &Chosen) -> Result<Audio, String> {
    let read = |name: &Option<String>, now: &AudioDevice| match name {
        None => Ok(now.clone()),
        Some(name) => AudioDevice::parse(name, Path::new("")).ok_or_else(|| name.clone()),
    };
    let ringer = match choice.ringer.as_deref() {
        None => audio.ringer.clone(),
        Some(AS_OUTPUT) => None,
        Some(name) => Some(AudioDevice::parse(name, Path::new("")).ok_or_else(|| name.to_owned())?),
    };
    Ok(Audio {
        input: read(&choice.input, &audio.input)?,
        output: read(&choice.output, &audio.output)?,
        ringer,
        ..*audio
    })
}
