//! The whole program as a newcomer meets it: `dovetail --demo` opens its real window on a
//! screen of its own; what is clicked and typed there reaches real servers and live contacts.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/screen.rs"]
mod screen;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::guard;
use screen::Screen;
use serde_json::{Value, json};
use tempfile::TempDir;

/// For anything that is to happen, on a machine under load; Carol calls after a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// After so long without effect, a click is repeated.
const AGAIN: Duration = Duration::from_secs(5);

/// Where things stand in a window of 1120 × 720 (`theme::measure`): rows of 56 below the
/// heading of the list, whose button ends 16 before the panel's edge at 320.
const CALL_BOB: (u32, u32) = (268, 224);
/// The name in the same row.
const BOB: (u32, u32) = (90, 224);
/// In the bar of the call, below a head of 72.
const HANG_UP: (u32, u32) = (1050, 103);
/// At the lower end of the conversation.
const COMPOSER: (u32, u32) = (700, 690);

/// The demo, with the user's profile where the test can reach it. Dropping it kills it.
struct Demo {
    process: Child,
    profile: TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

impl Demo {
    fn start(screen: &Screen, options: &[&str]) -> Self {
        let profile = tempfile::Builder::new().prefix("dovetail-demo-").tempdir().unwrap();
        let log = std::fs::File::create(profile.path().join("test.log")).unwrap();
        let process = program(&["--demo", "--profile"])
            .arg(profile.path())
            .args(options)
            .env("DISPLAY", screen.name())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            // No sound server of whoever runs this takes part.
            .env("XDG_RUNTIME_DIR", profile.path())
            .env_remove("PULSE_SERVER")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        guard::watch_group(process.id()).unwrap();
        Self { process, profile }
    }

    /// What it said on its output.
    fn log(&self) -> String {
        std::fs::read_to_string(self.profile.path().join("test.log")).unwrap_or_default()
    }

    /// One call by the program's own remote control; nothing while it is not there.
    fn rpc(&self, method: &str, params: &Value) -> Option<Value> {
        let mut command = program(&["rpc", method, &params.to_string(), "--profile"]);
        let Output { status, stdout, .. } = command.arg(self.profile.path()).output().unwrap();
        status.success().then(|| serde_json::from_slice(&stdout).unwrap())
    }

    /// Asks again and again until the answer is as wanted.
    #[track_caller]
    fn until(&self, method: &str, params: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until_done(|| {}, method, params, wanted)
    }

    /// Does something in the window, and asks until the answer is as wanted. A window under
    /// load may not show yet what is clicked on: it is done again after a while.
    #[track_caller]
    fn until_done(
        &self,
        act: impl Fn(),
        method: &str,
        params: &Value,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begin = Instant::now();
        let (mut last, mut again) = (None, begin);
        while begin.elapsed() < PATIENCE {
            if Instant::now() >= again {
                act();
                again = Instant::now() + AGAIN;
            }
            last = self.rpc(method, params);
            match last {
                Some(answer) if wanted(&answer) => return answer,
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        panic!("{method} does not become as wanted: {last:?}\n{}", self.log());
    }

    /// As Ctrl+C in its terminal does.
    fn ask_to_end(&self) {
        let id = i32::try_from(self.process.id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    }

    /// The process has ended; whether in good order.
    fn ends(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

/// The program, in a process group of its own.
fn program(arguments: &[&str]) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command.args(arguments).process_group(0);
    command
}

fn is_there(roster: &Value, jid: &str) -> bool {
    let mut contacts = roster.as_array().unwrap().iter();
    contacts
        .any(|c| c["jid"] == jid && c["can"]["audio"] == true && c["presence"]["show"] != "offline")
}

fn packets(calls: &Value) -> u64 {
    calls[0]["stats"]["packets_in"].as_u64().unwrap_or_default()
}

#[test]
fn a_newcomer_calls_and_writes_in_the_demo_s_window() {
    let screen = Screen::start();
    let mut demo = Demo::start(&screen, &["--signed-in"]);
    demo.until("roster", &json!({}), |r| {
        is_there(r, "bob@cusax.test") && is_there(r, "carol@cusax.test")
    });
    let said = demo.log();
    assert!(said.contains("You are Alice."), "{said}");
    assert!(!said.contains("ALSA lib"), "{said}");
    let window = screen.window("^Dovetail");
    assert_eq!(screen.size(window), (1120, 720));

    let any = |calls: &Value| calls[0].is_object();
    demo.until_done(|| screen.click(CALL_BOB), "calls", &json!({}), any);
    let is_active = |calls: &Value| calls[0]["state"] == "active" && packets(calls) > 0;
    let talking = demo.until("calls", &json!({}), is_active);
    assert_eq!(talking[0]["peer"]["jid"], "bob@cusax.test");
    assert_eq!(talking[0]["media"]["srtp"], "sdes");
    let before = packets(&talking);
    demo.until("calls", &json!({}), |calls| packets(calls) > before + 50);

    let write = || {
        screen.click(BOB);
        screen.click(COMPOSER);
        screen.key("ctrl+a");
        screen.type_text(window, "Do you hear me?");
        screen.key("Return");
    };
    let history = json!({ "with": "bob@cusax.test" });
    let bodies = |entries: &Value, direction: &str| -> Vec<String> {
        let entries = entries.as_array().unwrap().iter();
        let theirs = entries.filter(|e| e["kind"] == "message" && e["direction"] == direction);
        theirs.filter_map(|e| e["body"].as_str().map(ToOwned::to_owned)).collect()
    };
    let written = |all: &Value| bodies(all, "out").iter().any(|body| body == "Do you hear me?");
    demo.until_done(write, "history", &history, written);
    let talk = demo.until("history", &history, |all| !bodies(all, "in").is_empty());
    assert!(bodies(&talk, "in")[0].contains("Call me"), "{talk}");

    let is_filed =
        |all: &Value| all.as_array().unwrap().iter().any(|entry| entry["kind"] == "call");
    let filed = demo.until_done(|| screen.click(HANG_UP), "history", &history, is_filed);
    let call = filed.as_array().unwrap().iter().find(|entry| entry["kind"] == "call").unwrap();
    assert_eq!(call["call"]["end_reason"], "You hung up.");

    demo.ask_to_end();
    assert!(demo.ends(), "{}", demo.log());
    assert!(demo.rpc("status", &json!({})).is_none(), "nobody serves the profile any more");
}

/// Where the fields of the first page stand, and the button of what is found.
const ADDRESS: (u32, u32) = (700, 334);
const PASSWORD: (u32, u32) = (700, 406);

#[test]
fn a_call_that_comes_in_behind_has_a_window_of_its_own_in_the_demo() {
    let screen = Screen::start();
    let demo = Demo::start(&screen, &["--signed-in"]);
    let main = screen.window("^Dovetail");
    // As when another program is worked with.
    screen.focus(main);
    screen.leave();
    let is_incoming = |calls: &Value| calls[0]["state"] == "incoming";
    demo.until("calls", &json!({}), is_incoming);
    let apart = screen.window("^Dovetail.*Incoming call");
    let end = Instant::now() + PATIENCE;
    // As high as its card.
    while screen.size(apart) != (400, 272) {
        assert!(Instant::now() < end, "{:?}", screen.size(apart));
        std::thread::sleep(Duration::from_millis(20));
    }
    let answer = || {
        screen.focus(apart);
        screen.key("Return");
    };
    let is_active = |calls: &Value| calls[0]["state"] == "active";
    let calls = demo.until_done(answer, "calls", &json!({}), is_active);
    assert_eq!(calls[0]["peer"]["jid"], "carol@cusax.test", "{calls}");
    screen.gone("^Dovetail.*Incoming call");
    assert_eq!(screen.window("^Dovetail"), main);
}

#[test]
fn an_address_and_a_password_are_all_that_the_demo_asks() {
    let screen = Screen::start();
    let mut demo = Demo::start(&screen, &[]);
    let nobody = |status: &Value| status["accounts"].as_array().unwrap().is_empty();
    demo.until("status", &json!({}), nobody);
    let said = demo.log();
    assert!(said.contains("Type alice@cusax.test and the password alice-demo"), "{said}");
    let window = screen.window("^Dovetail");
    let sign_in = || {
        for (field, text) in [(ADDRESS, "alice@cusax.test"), (PASSWORD, "alice-demo")] {
            screen.click(field);
            screen.key("ctrl+a");
            screen.type_text(window, text);
        }
        screen.key("Return");
    };
    let shown = |status: &Value| status["state"] == "waiting";
    let found = demo.until_done(sign_in, "provision.status", &json!({}), shown);
    assert_eq!(found["preview"]["service"], "Dovetail demo");
    assert_eq!(found["preview"]["consents"], json!([]), "nothing else is asked: {found}");
    // Enter is the only other thing to do.
    let online = |status: &Value| status["overall"] == "online";
    let status = demo.until_done(|| screen.key("Return"), "status", &json!({}), online);
    assert_eq!(status["accounts"][0]["address"], "alice@cusax.test");
    assert_eq!(status["accounts"][0]["related_to"], "phone", "{status}");
    assert_eq!(status["accounts"][1]["security"]["auth"], "DIGEST-SHA-256", "{status}");
    demo.until("roster", &json!({}), |r| is_there(r, "bob@cusax.test"));
    let kept = std::fs::read_to_string(demo.profile.path().join("provisioned.json")).unwrap();
    assert!(!kept.contains("alice-demo"), "the password is in no file");
    demo.ask_to_end();
    assert!(demo.ends(), "{}", demo.log());
}

#[test]
fn a_link_sets_the_demo_up_as_well() {
    let screen = Screen::start();
    let demo = Demo::start(&screen, &[]);
    demo.until("status", &json!({}), |_| true);
    let link = "cusax:https://cusax.test/cusax/v1?user=alice";
    assert!(demo.log().contains(link), "{}", demo.log());
    let typed = json!({ "url": link, "password": "alice-demo", "confirm": ["cusax.test"] });
    let found = demo.rpc("provision", &typed).unwrap();
    assert_eq!(found["preview"]["source"], "link", "{found}");
    demo.rpc("provision.apply", &json!({ "keep_password": "session" })).unwrap();
    demo.until("status", &json!({}), |status| status["overall"] == "online");
}

#[test]
fn the_demo_takes_nobody_s_profile() {
    let profile = TempDir::new().unwrap();
    let config: &Path = &profile.path().join("config.toml");
    std::fs::write(config, "# mine\n").unwrap();
    let mut command = program(&["--demo", "--profile"]);
    let output = command.arg(profile.path()).env_remove("DISPLAY").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is a profile already"), "{said}");
    assert_eq!(std::fs::read_to_string(config).unwrap(), "# mine\n");
}
