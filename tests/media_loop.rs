//! Two media sessions on loopback: what one plays from a file, the other records.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dovetail::config::{Audio, AudioDevice, SrtpPolicy};
use dovetail::media::{self, MediaCommand, MediaError, MediaEvent};
use dovetail::model::call::{CallStats, MediaDirection};
use dovetail::sdp::{self, Codec, LocalMedia};
use support::correlation::{best_match, read_wav};
use tokio::sync::mpsc;

const RATE: u32 = 48_000;

/// One test at a time: sessions that compete for the processor sound bad.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A voice that is not one: gliding pitch, formants, syllables; never twice the same.
fn write_voice(path: &Path, seed: f32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    let (mut phase, mut syllable) = (0.0_f32, 0.0_f32);
    for n in 0..RATE * 6 {
        let t = n as f32 / RATE as f32;
        let pitch = 130.0 + 40.0 * (t * (1.9 + seed)).sin() + 25.0 * (t * 0.7 + seed).cos();
        phase += pitch / RATE as f32;
        syllable += (3.1 + seed + (t * 1.3).sin()) / RATE as f32;
        let formants = [500.0 + 200.0 * (t * 2.3 + seed).sin(), 1_500.0 + 500.0 * (t * 1.7).sin()];
        let voice: f32 = (1..=20)
            .map(|k| {
                let frequency = pitch * k as f32;
                let gain: f32 =
                    formants.iter().map(|f| 1.0 / (1.0 + ((frequency - f) / 150.0).powi(2))).sum();
                gain * (std::f32::consts::TAU * (phase * k as f32).fract()).sin()
            })
            .sum();
        let envelope = (std::f32::consts::TAU * syllable).sin().max(0.0).sqrt();
        writer.write_sample((voice * envelope * 6_000.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
}

struct Side {
    commands: mpsc::Sender<MediaCommand>,
    events: mpsc::Receiver<MediaEvent>,
    media: LocalMedia,
}

impl Side {
    async fn prepare(audio: Audio, codec: Codec, srtp: SrtpPolicy) -> Self {
        let (commands, receiver) = mpsc::channel(8);
        let (sender, mut events) = mpsc::channel(8);
        media::spawn(receiver, sender);
        let local = "127.0.0.1".parse().unwrap();
        commands.send(MediaCommand::Prepare { local, audio }).await.unwrap();
        let Some(MediaEvent::Prepared(rtp)) = events.recv().await else { panic!("not prepared") };
        assert!(rtp.port() % 2 == 0 && (16_384..=32_766).contains(&rtp.port()));
        let media = LocalMedia {
            rtp,
            srtp,
            signalling_protected: true,
            codecs: vec![codec],
            session_id: 1,
            version: 1,
            direction: MediaDirection::Sendrecv,
        };
        Self { commands, events, media }
    }

    /// Waits until so many packets came; the figures then.
    async fn hears(&mut self, packets: u64) -> CallStats {
        let wanted =
            |event: &MediaEvent| matches!(event, MediaEvent::Stats(s) if s.packets_in >= packets);
        match self.wait(wanted).await {
            MediaEvent::Stats(stats) => stats,
            other => panic!("{other:?}"),
        }
    }

    async fn wait(&mut self, wanted: impl Fn(&MediaEvent) -> bool) -> MediaEvent {
        let event = async {
            loop {
                let event = self.events.recv().await.expect("an event");
                assert!(!matches!(event, MediaEvent::Failed(_) | MediaEvent::Stopped), "{event:?}");
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(40), event).await.expect("in time")
    }

    /// The keys that come, until there are so many.
    async fn keys(&mut self, count: usize) -> String {
        let mut keys = String::new();
        while keys.len() < count {
            let event = self.wait(|event| matches!(event, MediaEvent::Digit(_))).await;
            if let MediaEvent::Digit(key) = event {
                keys.push(key);
            }
        }
        keys
    }

    async fn send(&self, command: MediaCommand) {
        self.commands.send(command).await.unwrap();
    }

    async fn stop(mut self) {
        self.commands.send(MediaCommand::Stop).await.unwrap();
        loop {
            match self.events.recv().await.expect("an end") {
                MediaEvent::Stats(_) => {}
                MediaEvent::Stopped => return,
                other => panic!("{other:?}"),
            }
        }
    }
}

async fn connect(a: &Side, b: &Side) {
    let offer = sdp::offer(&a.media, None, &mut rand::rng()).unwrap();
    let (answer, at_b) = sdp::answer(&offer.body, &b.media, None, &mut rand::rng()).unwrap();
    let at_a = sdp::accept(&offer, &answer).unwrap();
    assert_eq!(at_a.srtp.is_some(), a.media.srtp == SrtpPolicy::Required);
    a.commands.send(MediaCommand::Run(Box::new(at_a))).await.unwrap();
    b.commands.send(MediaCommand::Run(Box::new(at_b))).await.unwrap();
}

fn files(input: &Path, output: &Path) -> Audio {
    Audio {
        input: AudioDevice::File(input.to_owned()),
        output: AudioDevice::File(output.to_owned()),
        ringer: None,
        echo_cancellation: false,
    }
}

/// A call with both sides talking; the folder holds what each recorded. A machine that is busy
/// with other things gets three attempts to show the quality.
async fn call(voices: Arc<tempfile::TempDir>, codec: Codec, srtp: SrtpPolicy) -> Recorded {
    for _ in 0..2 {
        let (dir, figures) = attempt(&voices, codec, srtp).await;
        if figures.iter().all(is_good) {
            return (dir, codec, srtp);
        }
        println!("{codec:?} {srtp:?}: once more after {figures:?}");
    }
    let (dir, figures) = attempt(&voices, codec, srtp).await;
    assert!(figures.iter().all(is_good), "{figures:?}");
    (dir, codec, srtp)
}

fn is_good(stats: &CallStats) -> bool {
    stats.packets_out > 130 && stats.mos > 4.0
}

async fn attempt(
    voices: &tempfile::TempDir,
    codec: Codec,
    srtp: SrtpPolicy,
) -> (tempfile::TempDir, [CallStats; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let side = async |name: &str| {
        let audio = files(&voices.path().join(name), &dir.path().join(name));
        Side::prepare(audio, codec, srtp).await
    };
    let (mut a, mut b) = (side("a.wav").await, side("b.wav").await);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was played yet");
    connect(&a, &b).await;
    // 3.2 seconds, by the packets' own count.
    let figures = [a.hears(160).await, b.hears(160).await];
    a.stop().await;
    b.stop().await;
    assert!(figures.iter().all(|stats| stats.loss_pct == 0.0), "{figures:?}");
    (dir, figures)
}

type Recorded = (tempfile::TempDir, Codec, SrtpPolicy);

#[test]
fn sound_crosses_in_every_codec_plain_and_encrypted() {
    let _alone = ALONE.blocking_lock();
    let voices = Arc::new(tempfile::tempdir().unwrap());
    write_voice(&voices.path().join("a.wav"), 0.0);
    write_voice(&voices.path().join("b.wav"), 0.9);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut recorded: Vec<Recorded> = Vec::new();
    for codec in [Codec::Opus, Codec::Pcmu, Codec::Pcma] {
        // Two calls at a time: more of them would compete for the processor.
        recorded.extend(runtime.block_on(async {
            let mut calls = tokio::task::JoinSet::new();
            for srtp in [SrtpPolicy::Off, SrtpPolicy::Required] {
                calls.spawn(call(Arc::clone(&voices), codec, srtp));
            }
            calls.join_all().await
        }));
    }
    let (a, _) = read_wav(&voices.path().join("a.wav"));
    let (b, _) = read_wav(&voices.path().join("b.wav"));
    for (dir, codec, srtp) in &recorded {
        for (played, recorded) in [(&a, "b.wav"), (&b, "a.wav")] {
            let (recorded, rate) = read_wav(&dir.path().join(recorded));
            let seconds = recorded.len() as f32 / RATE as f32;
            assert!(rate == RATE && (3.1..6.0).contains(&seconds), "{seconds} s are recorded");
            let found = best_match(played, &recorded, RATE as usize / 5);
            println!("{codec:?} {srtp:?}: {found:?}");
            assert!(found.likeness > 0.9, "{codec:?} {srtp:?}: {found:?}");
        }
    }
    let (other, _) = read_wav(&recorded[0].0.path().join("a.wav"));
    let wrong = best_match(&a, &other, RATE as usize / 5);
    assert!(wrong.likeness < 0.5, "a side hears the other, not itself: {wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_sends_back_what_it_hears() {
    let _alone = ALONE.lock().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    write_voice(&path("a.wav"), 0.4);
    let mut a =
        Side::prepare(files(&path("a.wav"), &path("at-a.wav")), Codec::Opus, SrtpPolicy::Off).await;
    let echo = Audio {
        input: AudioDevice::Echo,
        output: AudioDevice::Null,
        ringer: None,
        echo_cancellation: false,
    };
    let b = Side::prepare(echo, Codec::Opus, SrtpPolicy::Off).await;
    connect(&a, &b).await;
    a.hears(170).await;
    a.stop().await;
    b.stop().await;
    let found = best_match(
        &read_wav(&path("a.wav")).0,
        &read_wav(&path("at-a.wav")).0,
        RATE as usize * 3 / 2,
    );
    assert!(found.likeness > 0.85, "{found:?}");
    assert!((0.7..1.2).contains(&(found.lag as f32 / RATE as f32)), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mute_and_hold_are_silent() {
    let _alone = ALONE.lock().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    write_voice(&path("a.wav"), 0.4);
    let a =
        Side::prepare(files(&path("a.wav"), &path("at-a.wav")), Codec::Pcmu, SrtpPolicy::Off).await;
    let quiet = Audio {
        input: AudioDevice::Null,
        output: AudioDevice::File(path("at-b.wav")),
        ringer: None,
        echo_cancellation: false,
    };
    let mut b = Side::prepare(quiet, Codec::Pcmu, SrtpPolicy::Off).await;
    a.send(MediaCommand::Mute(true)).await;
    connect(&a, &b).await;
    b.hears(40).await;
    b.media.direction = MediaDirection::Inactive;
    connect(&a, &b).await;
    a.send(MediaCommand::Mute(false)).await;
    // Two seconds of hold, by the figures that come each second.
    for _ in 0..2 {
        b.wait(|event| matches!(event, MediaEvent::Stats(_))).await;
    }
    a.stop().await;
    b.stop().await;
    let (recorded, _) = read_wav(&path("at-b.wav"));
    assert!(recorded.len() > RATE as usize);
    let loudest = recorded.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(loudest < 0.01, "{loudest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_cross_at_both_clocks_plain_encrypted_muted_and_on_hold() {
    let _alone = ALONE.lock().await;
    for (codec, srtp) in [(Codec::Opus, SrtpPolicy::Required), (Codec::Pcma, SrtpPolicy::Off)] {
        let null = Audio {
            input: AudioDevice::Null,
            output: AudioDevice::Null,
            ringer: None,
            echo_cancellation: false,
        };
        let mut a = Side::prepare(null.clone(), codec, srtp).await;
        let mut b = Side::prepare(null, codec, srtp).await;
        // Before there is a line nobody hears them.
        a.send(MediaCommand::Digits("9".to_owned())).await;
        connect(&a, &b).await;
        b.hears(10).await;
        let keys = "0123456789*#ABCD";
        a.send(MediaCommand::Digits(keys.to_owned())).await;
        b.send(MediaCommand::Digits("11".to_owned())).await;
        assert_eq!((b.keys(16).await.as_str(), a.keys(2).await.as_str()), (keys, "11"));
        a.send(MediaCommand::Mute(true)).await;
        a.send(MediaCommand::Digits("5".to_owned())).await;
        assert_eq!(b.keys(1).await, "5");
        // Our hold lets us send still.
        a.media.direction = MediaDirection::Sendonly;
        connect(&a, &b).await;
        a.send(MediaCommand::Digits("#".to_owned())).await;
        b.send(MediaCommand::Digits("8".to_owned())).await;
        assert_eq!(b.keys(1).await, "#");
        a.media.direction = MediaDirection::Sendrecv;
        connect(&a, &b).await;
        b.send(MediaCommand::Digits("7".to_owned())).await;
        assert_eq!(a.keys(1).await, "7", "the 8 was dropped");
        for side in [&mut a, &mut b] {
            let stats = side.hears(50).await;
            assert!(stats.loss_pct < 1.0, "{stats:?}");
        }
        a.stop().await;
        b.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_at_another_address_and_in_the_same_recording() {
    let _alone = ALONE.lock().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    write_voice(&path("a.wav"), 0.4);
    let (srtp, codec) = (SrtpPolicy::Required, Codec::Opus);
    let audio = |name: &str| files(&path("a.wav"), &path(name));
    let mut a = Side::prepare(audio("at-a.wav"), codec, srtp).await;
    let mut b = Side::prepare(audio("at-b.wav"), codec, srtp).await;
    let offer = sdp::offer(&a.media, None, &mut rand::rng()).unwrap();
    let (answer, at_b) = sdp::answer(&offer.body, &b.media, None, &mut rand::rng()).unwrap();
    a.send(MediaCommand::Run(Box::new(sdp::accept(&offer, &answer).unwrap()))).await;
    b.send(MediaCommand::Run(Box::new(at_b))).await;
    a.hears(50).await;
    // An address that is not ours changes nothing.
    a.send(MediaCommand::Rebind("192.0.2.1".parse().unwrap())).await;
    a.send(MediaCommand::Rebind("127.0.0.2".parse().unwrap())).await;
    let event = a.wait(|event| matches!(event, MediaEvent::Prepared(_))).await;
    let MediaEvent::Prepared(rtp) = event else { panic!("{event:?}") };
    assert_eq!(rtp.ip(), std::net::Ipv4Addr::new(127, 0, 0, 2));
    a.media.rtp = rtp;
    let again = sdp::offer(&a.media, Some(&offer.body), &mut rand::rng()).unwrap();
    let (answer, at_b) =
        sdp::answer(&again.body, &b.media, Some(&answer), &mut rand::rng()).unwrap();
    assert_eq!(at_b.remote, rtp);
    a.send(MediaCommand::Run(Box::new(sdp::accept(&again, &answer).unwrap()))).await;
    b.send(MediaCommand::Run(Box::new(at_b))).await;
    a.hears(160).await;
    let stats = b.hears(160).await;
    b.stop().await;
    // One stream, whose key and sequence numbers went on.
    assert!(stats.loss_pct < 1.0, "{stats:?}");
    a.stop().await;
    for name in ["at-a.wav", "at-b.wav"] {
        let (recorded, _) = read_wav(&path(name));
        assert!(recorded.len() > 3 * RATE as usize, "{}", recorded.len());
        let found = best_match(&read_wav(&path("a.wav")).0, &recorded, RATE as usize / 5);
        assert!(found.likeness > 0.8, "{name}: {found:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_opened_is_told_and_the_end_comes() {
    let audio = Audio {
        input: AudioDevice::File("/nonexistent/a.wav".into()),
        output: AudioDevice::Null,
        ringer: None,
        echo_cancellation: false,
    };
    let (commands, receiver) = mpsc::channel(8);
    let (sender, mut events) = mpsc::channel(8);
    media::spawn(receiver, sender);
    let local = "127.0.0.1".parse().unwrap();
    // At once, before anything is agreed on with anybody.
    commands.send(MediaCommand::Prepare { local, audio }).await.unwrap();
    let failed = events.recv().await;
    assert!(matches!(failed, Some(MediaEvent::Failed(MediaError::File(_)))), "{failed:?}");
    drop(commands);
    assert_eq!(events.recv().await, Some(MediaEvent::Stopped));
    assert_eq!(events.recv().await, None);
}
