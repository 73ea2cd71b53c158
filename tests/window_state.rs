//! Where the window was, with the real program on a screen of its own: it comes back there, and a
//! file that says nonsense keeps nobody from the window.
#![cfg(all(unix, feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/screen.rs"]
mod screen;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::guard;
use screen::Screen;
use serde_json::Value;

/// For anything that is to happen, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
        guard::forget_group(self.0.id());
    }
}

impl Program {
    fn start(screen: &Screen, profile: &Path) -> Self {
        use std::os::unix::process::CommandExt;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(profile.join("test.log"))
            .unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_dovetail"))
            .process_group(0)
            .arg("--profile")
            .arg(profile)
            .env("DISPLAY", screen.name())
            .env("XDG_RUNTIME_DIR", profile)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        guard::watch_group(process.id()).unwrap();
        Self(process)
    }

    /// Ctrl+Q.
    fn quit(mut self, screen: &Screen, window: u64) {
        screen.focus(window);
        let end = Instant::now() + PATIENCE;
        while self.0.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end");
            screen.press(window, "ctrl+q");
            std::thread::sleep(PAUSE);
        }
    }
}

/// The window, once it is there.
fn shown(screen: &Screen, profile: &Path) -> u64 {
    let log = || std::fs::read_to_string(profile.join("test.log")).unwrap_or_default();
    assert!(screen.shows("^Dovetail", PATIENCE), "no window:\n{}", log());
    screen.window("^Dovetail")
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(PAUSE);
    }
}

fn kept(profile: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(profile.join("window.json")).ok()?;
    serde_json::from_str(&text).ok()
}

#[test]
fn the_window_comes_back_where_it_was() {
    let screen = Screen::start();
    let profile = tempfile::Builder::new().prefix("dovetail-state-").tempdir().unwrap();
    let profile = profile.path();
    let program = Program::start(&screen, profile);
    let window = shown(&screen, profile);
    assert_eq!(screen.size(window), (1120, 720), "the first time");
    screen.shape(window, (700, 560), (120, 60));
    // It is written while the program runs, too: not every end is a calm one.
    until("its place is written", || {
        kept(profile).is_some_and(|place| place["size"] == serde_json::json!([700.0, 560.0]))
    });
    drop(program);

    let program = Program::start(&screen, profile);
    let window = shown(&screen, profile);
    until("it is as large as it was", || screen.size(window) == (700, 560));
    until("it is where it was", || screen.place(window) == (120, 60));
    screen.shape(window, (900, 640), (10, 20));
    let moved = serde_json::json!([[900.0, 640.0], [10.0, 20.0]]);
    until("its new place is written", || {
        kept(profile).is_some_and(|it| serde_json::json!([it["size"], it["at"]]) == moved)
    });
    program.quit(&screen, window);

    // From a larger screen, and smaller than the window can be.
    std::fs::write(profile.join("window.json"), r#"{"size":[1,1],"at":[5000,5000]}"#).unwrap();
    let program = Program::start(&screen, profile);
    let window = shown(&screen, profile);
    until("it is no smaller than it can be", || screen.size(window) == (360, 480));
    until("it is on the screen", || screen.place(window) == (0, 0));
    drop(program);

    std::fs::write(profile.join("window.json"), "{\"size\":").unwrap();
    let program = Program::start(&screen, profile);
    let window = shown(&screen, profile);
    until("it is as the first time", || screen.size(window) == (1120, 720));
    let log = std::fs::read_to_string(profile.join("test.log")).unwrap();
    assert!(log.contains("window.json"), "{log}");
    program.quit(&screen, window);
}
