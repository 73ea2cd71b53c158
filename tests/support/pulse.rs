//! A PulseAudio of its own, without a sound card: loudspeakers and microphones are channels of
//! one null sink, so that one recording holds them all in step. Needs pulseaudio,
//! pulseaudio-utils and, for programs that know ALSA only, libasound2-plugins.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dovetail::lab::process::Process;
use tempfile::TempDir;

use crate::correlation::{Match, best_match};

/// What a sound server never needs, even on a machine under load.
const LIMIT: Duration = Duration::from_secs(20);
/// Its channels, in their order in a recording: a loudspeaker and a microphone for each of two.
const CHANNELS: [(&str, &str); 4] =
    [("spk", "front-left"), ("mic", "front-right"), ("spk2", "rear-left"), ("mic2", "rear-right")];
/// The rate of everything.
const RATE: u32 = 48_000;

/// A running sound server; `spk` and `mic` are its defaults. Dropping it ends it.
pub struct Pulse {
    process: Option<Process>,
    home: TempDir,
}

/// What sounded at a loudspeaker or was spoken into a microphone, 48 kHz, all from one moment on.
pub struct Heard(Vec<Vec<f32>>);

/// A recording under way.
pub struct Recording {
    process: Process,
    path: PathBuf,
}

impl Pulse {
    /// Starts one, and waits until its devices are there.
    pub async fn start() -> Self {
        let home = tempfile::Builder::new().prefix("dovetail-pulse-").tempdir().unwrap();
        std::fs::write(home.path().join(".asoundrc"), "pcm.!default { type pulse }\n").unwrap();
        let mut pulse = Self { process: None, home };
        pulse.run().await;
        pulse
    }

    /// The same, in which one of the devices is not.
    pub async fn start_without(device: &'static str) -> Self {
        let pulse = Self::start().await;
        let home = pulse.home.path();
        let modules = program("pactl", home).args(["list", "short", "modules"]).output().unwrap();
        let modules = String::from_utf8(modules.stdout).unwrap();
        let is_its = |line: &&str| line.contains(&format!("sink_name={device} "));
        let line = modules.lines().find(is_its).expect("the device's module");
        let module = line.split_whitespace().next().unwrap();
        assert!(control(home, &["unload-module", module]));
        pulse
    }

    /// Ends it as a crash would.
    pub fn crash(&mut self) {
        self.process = None;
    }

    /// Starts it again.
    pub async fn run(&mut self) {
        let home = self.home.path();
        let mut command = program("pulseaudio", home);
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]);
        modules().into_iter().for_each(|module| _ = command.args(["-L", &module]));
        let mut process = Process::spawn("pulseaudio", command, &home.join("log")).unwrap();
        let ready = async || {
            control(home, &["set-default-sink", "spk"])
                && control(home, &["set-default-source", "mic-source"])
        };
        process.until(LIMIT, ready).await.unwrap();
        self.process = Some(process);
    }

    /// What a program that shall use it has in its environment.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        environment(self.home.path())
    }

    /// Plays a WAV file into a sink, over and over for a minute at least.
    pub fn play(&self, sound: &Path, sink: &str) -> Process {
        let long = self.home.path().join(format!("into-{sink}.wav"));
        let sox = Command::new("sox").arg(sound).arg(&long).args(["repeat", "60"]).status();
        assert!(sox.unwrap().success());
        let mut command = program("paplay", self.home.path());
        command.args(["--latency-msec=100", "-d", sink]).arg(long);
        Process::spawn("paplay", command, &self.home.path().join("paplay.log")).unwrap()
    }

    /// Records all of it from now on. While it runs, the server works in steps of 10 ms.
    pub async fn record(&self) -> Recording {
        let path = self.home.path().join("recording");
        let mut command = program("parec", self.home.path());
        command.args(["-d", "all.monitor", "--latency-msec=10", "--format=s16le"]);
        command.arg(format!("--channels={}", CHANNELS.len())).arg(format!("--rate={RATE}"));
        command.args(["--no-remix", &format!("--channel-map={}", channel_map())]);
        let mut process = Process::spawn("parec", command, &path).unwrap();
        let begun = async || std::fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        process.until(LIMIT, begun).await.unwrap();
        Recording { process, path }
    }
}

impl Recording {
    /// What was recorded so far, in seconds.
    pub fn seconds(&self) -> f64 {
        seconds_in(&self.path)
    }

    /// Waits until so many seconds more were recorded.
    pub async fn go_on(&mut self, seconds: f64) {
        let (path, until) = (self.path.clone(), self.seconds() + seconds);
        self.process.until(LIMIT, async || seconds_in(&path) >= until).await.unwrap();
    }

    /// Ends it.
    pub fn finish(self) -> Heard {
        drop(self.process);
        let octets = std::fs::read(&self.path).unwrap();
        let channel = |at: usize| {
            let samples = octets.chunks_exact(2).skip(at).step_by(CHANNELS.len());
            samples.map(|s| f32::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.0).collect()
        };
        Heard((0..CHANNELS.len()).map(channel).collect())
    }
}

impl Heard {
    /// How much later a loudspeaker said what was spoken into a microphone, up to half a second:
    /// looked for in each of five seconds around the middle, and of these the median.
    pub fn delay(&self, microphone: &str, loudspeaker: &str) -> Match {
        let second = RATE as usize;
        let (mouth, ear) = (self.at(microphone), self.at(loudspeaker));
        let first = (mouth.len() - 6 * second) / 2;
        let mut found: Vec<Match> = (0..5)
            .map(|n| first + n * second)
            .map(|at| best_match(&mouth[at..at + second], &ear[at..at + second], second / 2))
            .collect();
        found.sort_by_key(|found| found.lag);
        found[2]
    }

    /// What sounded at `spk`, `mic`, `spk2` or `mic2`.
    pub fn at(&self, device: &str) -> &[f32] {
        let at = CHANNELS.iter().position(|(name, _)| *name == device).unwrap();
        &self.0[at]
    }
}

fn seconds_in(recording: &Path) -> f64 {
    let octets = std::fs::metadata(recording).map_or(0, |file| file.len());
    octets as f64 / f64::from(RATE) / (2 * CHANNELS.len()) as f64
}

fn channel_map() -> String {
    CHANNELS.map(|(_, channel)| channel).join(",")
}

fn modules() -> Vec<String> {
    let (channels, count) = (channel_map(), CHANNELS.len());
    let mut modules = vec![
        "module-native-protocol-unix".to_owned(),
        format!(
            "module-null-sink sink_name=all rate={RATE} channels={count} channel_map={channels}"
        ),
    ];
    for (device, channel) in CHANNELS {
        let map = format!(
            "channels=1 channel_map=mono master_channel_map={channel} remix=no rate={RATE}"
        );
        let describe = |of, name| format!("{of}_properties=device.description={name}");
        modules.push(format!(
            "module-remap-sink sink_name={device} master=all {map} {}",
            describe("sink", device),
        ));
        if device.starts_with("mic") {
            let name = format!("{device}-source");
            modules.push(format!(
                "module-remap-source source_name={name} master=all.monitor {map} {}",
                describe("source", &name),
            ));
        }
    }
    modules
}

fn environment(home: &Path) -> Vec<(&'static str, OsString)> {
    let server = format!("unix:{}", home.join("pulse/native").display());
    vec![("PULSE_SERVER", server.into()), ("HOME", home.into())]
}

fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new(name);
    command.env("XDG_RUNTIME_DIR", home).env_remove("PULSE_RUNTIME_PATH");
    command.envs(environment(home));
    if name == "pulseaudio" {
        // It would take this for a server that it shall not compete with.
        command.env_remove("PULSE_SERVER");
    }
    command
}

fn control(home: &Path, words: &[&str]) -> bool {
    program("pactl", home).args(words).output().is_ok_and(|output| output.status.success())
}
