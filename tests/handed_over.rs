//! Addresses that other programs hand over, with the real program on a screen of its own: the
//! first start opens its window with one, the next are handed to it.
#![cfg(all(unix, feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/screen.rs"]
mod screen;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::{ConfigOptions, Lab, User, guard};
use screen::Screen;
use serde_json::{Value, json};
use tempfile::TempDir;

/// For anything that is to happen, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so long without effect, a key is pressed again.
const AGAIN: Duration = Duration::from_secs(5);

/// At the lower end of the conversation, in a window of 1120 × 720.
const COMPOSER: (u32, u32) = (700, 690);

/// On the card of the question, once the notice above it was closed.
const CALL_ANYWAY: (u32, u32) = (628, 215);

/// A window with a profile of its own. Dropping it kills it.
struct Window {
    process: Child,
    profile: TempDir,
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

fn program(profile: &Path, screen: &Screen) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command
        .process_group(0)
        .arg("--profile")
        .arg(profile)
        .env("DISPLAY", screen.name())
        .env("XDG_RUNTIME_DIR", profile)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET");
    command
}

impl Window {
    fn start(screen: &Screen, config: &str, uri: &str) -> Self {
        let profile = tempfile::Builder::new().prefix("dovetail-window-").tempdir().unwrap();
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        let log = std::fs::File::create(profile.path().join("test.log")).unwrap();
        let process = program(profile.path(), screen)
            .arg(uri)
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

    /// Starts the program again, and waits until it is done.
    fn again(&self, screen: &Screen, arguments: &[&str]) -> Output {
        program(self.profile.path(), screen).args(arguments).output().unwrap()
    }

    /// Asks, after doing something again and again, until the answer is as wanted.
    #[track_caller]
    fn until(
        &self,
        screen: &Screen,
        act: impl Fn(),
        (method, params): (&str, Value),
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begin = Instant::now();
        let (mut last, mut again) = (Vec::new(), begin);
        while begin.elapsed() < PATIENCE {
            if Instant::now() >= again {
                act();
                again = Instant::now() + AGAIN;
            }
            last = self.again(screen, &["rpc", method, &params.to_string()]).stdout;
            match serde_json::from_slice(&last) {
                Ok(answer) if wanted(&answer) => return answer,
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        let last = String::from_utf8_lossy(&last);
        panic!("{method} does not become as wanted: {last}\n{}", self.log());
    }
}

#[test]
fn an_address_opens_the_window_and_the_next_is_handed_to_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lab = runtime.block_on(async {
        let alice = User::new("alice", "secret").contact("bob");
        Lab::builder().user(alice).user(User::new("bob", "secret")).start().await.unwrap()
    });
    let options = ConfigOptions { output: "null".to_owned(), ..ConfigOptions::default() };
    let config = lab.config_toml("alice", &options).unwrap();
    let screen = Screen::start();
    let window = Window::start(&screen, &config, "sip:bob@cusax.test");
    let online = |status: &Value| status["overall"] == "online";
    window.until(&screen, || {}, ("status", json!({})), online);
    let shown = screen.window("^Dovetail");

    // The second start ends at once, and is no second window.
    let words = "xmpp:bob@cusax.test?message;body=Only%20a%20draft";
    for arguments in [&[][..], &[words]] {
        let again = window.again(&screen, arguments);
        assert!(again.status.success(), "{again:?}");
    }
    assert_eq!(screen.window("^Dovetail"), shown);
    // Nothing was called and nothing was sent by all that. Escape says no to the question.
    let sent = |all: &Value| all.as_array().unwrap().iter().any(|e| e["body"] == "Only a draft");
    let history = || ("history", json!({ "with": "bob@cusax.test" }));
    let before = window.until(&screen, || {}, history(), |_| true);
    assert_eq!(before, json!([]), "nothing happens by itself");
    window.until(&screen, || {}, ("calls", json!({})), |calls| *calls == json!([]));
    // Whoever was typing goes on, and Enter sends nothing: the words are somebody else's.
    screen.type_text(shown, "");
    screen.key("Escape");
    screen.key("Escape");
    screen.key("Return");
    screen.type_text(shown, "yes");
    screen.key("Return");
    let send = || {
        screen.type_text(shown, "");
        screen.key("Escape");
        screen.click(COMPOSER);
        screen.key("Return");
    };
    let all = window.until(&screen, send, history(), sent);
    let bodies: Vec<_> = all.as_array().unwrap().iter().map(|one| &one["body"]).collect();
    assert_eq!(bodies, [&json!("Only a draft")], "what was typed before went nowhere");

    // A call goes out on the person's word alone, and not on a key that was meant for the composer.
    let again = window.again(&screen, &["sip:bob@cusax.test"]);
    assert!(again.status.success(), "{again:?}");
    let call = || screen.click(CALL_ANYWAY);
    let called = |all: &Value| all.as_array().unwrap().iter().any(|e| e["kind"] == "call");
    // Nothing proves that the address is bob's: the call is filed under it.
    let calls = ("history", json!({ "with": "sip:bob@cusax.test" }));
    window.until(&screen, call, calls, called);
}
