//! A session without a desktop: a screen, a bus of its own (dbus-daemon), and the program's window
//! in it, asked over its control socket.
#![allow(dead_code)]

#[path = "bus.rs"]
mod bus;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::guard;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use bus::Bus;

use crate::screen::Screen;

/// For anything that is to happen, on a machine under load.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A window with a profile of its own. Dropping it kills it.
pub struct Window {
    process: Child,
    profile: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

impl Window {
    /// Opens one; both the session's bus and the system's are this one.
    pub fn start(screen: &Screen, bus: &Bus, config: &str) -> Self {
        let profile = tempfile::Builder::new().prefix("dovetail-window-").tempdir().unwrap();
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        let environment = vec![
            ("DISPLAY", screen.name().to_owned()),
            ("DBUS_SESSION_BUS_ADDRESS", bus.address().to_owned()),
            ("DBUS_SYSTEM_BUS_ADDRESS", bus.address().to_owned()),
            ("XDG_RUNTIME_DIR", profile.path().to_string_lossy().into_owned()),
            ("RUST_LOG", "dovetail=debug".to_owned()),
        ];
        let log = std::fs::File::create(profile.path().join("test.log")).unwrap();
        let process = program(profile.path(), &environment)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        guard::watch_group(process.id()).unwrap();
        Self { process, profile, environment }
    }

    /// What it said.
    pub fn log(&self) -> String {
        let file = |name| std::fs::read_to_string(self.profile.path().join(name));
        let logs = ["test.log", "dovetail.log"].map(|name| file(name).unwrap_or_default());
        logs.concat()
    }

    /// What it answers to a call over its socket.
    pub fn rpc(&self, method: &str, params: &Value) -> Value {
        let answer = self.run(&["rpc", method, &params.to_string()]);
        serde_json::from_slice(&answer.stdout).unwrap_or(Value::Null)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(self.profile.path(), &self.environment).args(arguments).output().unwrap()
    }

    /// Asks until the answer is as wanted.
    #[track_caller]
    pub fn until(&self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        poll(
            || {
                last = self.rpc(method, &json!({}));
                wanted(&last).then(|| last.clone())
            },
            || format!("{method} does not become as wanted\n{}", self.log()),
        )
    }

    /// Waits until its only call is so.
    #[track_caller]
    pub fn call_is(&self, state: &str) -> Value {
        self.until("calls", |calls| calls[0]["state"] == state)[0].clone()
    }

    /// Asks it to end, and waits until it did.
    pub fn terminate(mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let id = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.log());
    }
}

fn program(profile: &Path, environment: &[(&str, String)]) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command
        .process_group(0)
        .arg("--profile")
        .arg(profile)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Looks again and again until there is something.
#[track_caller]
pub fn poll<T>(mut look: impl FnMut() -> Option<T>, what: impl Fn() -> String) -> T {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    panic!("{}", what());
}
