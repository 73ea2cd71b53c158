//! The real program in a real tray (Xfce's panel on a bus of its own): without a window from the
//! start, its menu clicked on over the bus, the tray that goes and comes again.
#![cfg(all(target_os = "linux", feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/panel.rs"]
mod panel;
#[path = "support/screen.rs"]
mod screen;

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bus::Bus;
use dovetail::lab::{ConfigOptions, Lab, User, guard};
use instance::Instance;
use panel::{Icon, Panel};
use screen::Screen;
use serde_json::{Value, json};
use tempfile::TempDir;

/// For anything that is to happen, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
const TITLE: &str = "^Dovetail";

/// The program with a profile of its own. Dropping it kills it.
struct Program {
    process: Child,
    profile: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

impl Program {
    fn start(bus: &Bus, screen: &Screen, config: &str, arguments: &[&str]) -> Self {
        use std::os::unix::process::CommandExt;
        let profile = tempfile::Builder::new().prefix("dovetail-tray-").tempdir().unwrap();
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        let log = std::fs::File::create(profile.path().join("test.log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
        bus.lend(&mut command);
        let process = command
            .process_group(0)
            .arg("--profile")
            .arg(profile.path())
            .args(arguments)
            .env("DISPLAY", screen.name())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        guard::watch_group(process.id()).unwrap();
        Self { process, profile }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.profile.path().join("test.log")).unwrap_or_default()
    }

    fn rpc(&self, method: &str, params: &Value) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_dovetail"))
            .arg("--profile")
            .arg(self.profile.path())
            .args(["rpc", method, &params.to_string()])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().unwrap()
    }
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(PAUSE).await;
    }
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == "call" && event["call"]["state"] == state
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_lives_in_the_tray() {
    let lab = Lab::builder()
        .user(User::new("alice", "secret").contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
        .start()
        .await
        .unwrap();
    let options = ConfigOptions {
        input: "null".to_owned(),
        output: "null".to_owned(),
        ..ConfigOptions::default()
    };
    let screen = Screen::start();
    let bus = Bus::start(screen.name());
    let config = lab.config_toml("alice", &options).unwrap();
    // The session's tray comes up after it.
    let mut alice = Program::start(&bus, &screen, &config, &["--in-tray"]);
    let icon = Icon::of(&bus, alice.process.id()).await;
    until("the icon waits", async || !icon.menu().await.is_empty()).await;
    let panel = Panel::start(&bus, screen.name()).await;
    until("the tray takes the icon", async || icon.is_taken().await).await;
    until("alice is connected", async || icon.words().await == "Dovetail: Available").await;
    assert!(!screen.has(TITLE), "it began without a window");

    // What comes in is shown.
    let mut bob = Instance::start(&lab.config_toml("bob", &options).unwrap()).await;
    let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
    bob.wait_event(callable, PATIENCE).await;
    bob.call("message.send", json!({ "to": "alice@cusax.test", "body": "Are you there?" })).await;
    until("a message", async || icon.words().await.contains("1 unread message")).await;
    assert_eq!(icon.status().await, "NeedsAttention");
    assert_eq!(icon.title().await, "Dovetail – 1 unread message");

    // A call rings in a window of its own, and is taken in the tray.
    bob.call("call", json!({ "to": "alice@cusax.test" })).await;
    until("it rings", async || icon.words().await.contains("bob is calling")).await;
    let _ = screen.window("Incoming call");
    // Whoever was about to click on something else has half a second.
    until("it is answered", async || {
        if icon.menu().await.iter().any(|line| line.label == "Answer") {
            icon.choose("Answer").await;
        }
        bob.call("calls", json!({})).await[0]["state"] == "active"
    })
    .await;
    until("it is on", async || icon.words().await.contains("In a call with bob")).await;
    let shown = screen.window(TITLE);
    until("the small window is gone", async || !screen.has("Incoming call")).await;

    // The window goes, the call does not.
    screen.focus(shown);
    until("it goes", async || {
        icon.click().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        !screen.has(TITLE)
    })
    .await;
    let calls = alice.rpc("calls", &json!({}));
    assert_eq!(calls[0]["state"], "active", "{}", alice.log());
    icon.choose("Hang up").await;
    bob.wait_event(call_is("ended"), PATIENCE).await;
    assert!(!screen.has(TITLE));

    // Presence.
    icon.choose("Do not disturb").await;
    let busy = async || {
        let menu = icon.menu().await;
        menu.iter().any(|line| line.label == "Do not disturb" && line.chosen)
    };
    until("presence is set", busy).await;

    // A tray that goes gives the window back; one that comes takes the icon.
    drop(panel);
    let _ = screen.window(TITLE);
    let _panel = Panel::start(&bus, screen.name()).await;
    until("the tray takes the icon again", async || icon.is_taken().await).await;
    icon.choose("Quit Dovetail").await;
    until("it ends", async || alice.ended().is_some()).await;
    assert!(alice.ended().unwrap().success(), "{}", alice.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_in_a_tray_that_never_comes_opens_the_window() {
    let screen = Screen::start();
    let bus = Bus::start(screen.name());
    let begun = Instant::now();
    let alice = Program::start(&bus, &screen, "", &["--in-tray"]);
    let icon = Icon::of(&bus, alice.process.id()).await;
    until("it runs", async || !icon.menu().await.is_empty()).await;
    // Again, as a session does that remembers its programs: nothing comes of it.
    let again = Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .arg("--profile")
        .arg(alice.profile.path())
        .arg("--in-tray")
        .status()
        .unwrap();
    assert!(again.success());
    let _ = screen.window(TITLE);
    assert!(begun.elapsed() > Duration::from_secs(5), "the tray had time to come up");
}
