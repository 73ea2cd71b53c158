//! A day with the real program on a screen of its own, clicked and typed through with real
//! servers and real telephones: the first run, chat, calls out and in, a refusal with words,
//! settings, palette, shortcuts. A picture of each step is left for people to look at, in
//! `DOVETAIL_PICTURES`, or in `tour` beside the built program.
#![cfg(all(unix, feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/picture.rs"]
mod picture;
#[path = "support/screen.rs"]
mod screen;

use std::cell::Cell;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use baresip::{Baresip, Setup};
use dovetail::gui::screen::settings::Section;
use dovetail::lab::{ConfigOptions, Lab, User, guard};
use instance::Instance;
use picture::{Block, Picture, Rgb};
use screen::Screen;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// For anything that is to happen, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so long without effect, something is done again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a picture may wait for the window to stand still: the clock of a call moves on.
const STILL: Duration = Duration::from_secs(3);

/// The light tokens of what is looked for (`theme::LIGHT`).
const ACCENT: Rgb = [0x0B, 0x6B, 0x6B];
const ANSWER: Rgb = [0x1A, 0x7A, 0x48];
const HANG_UP: Rgb = [0xB3, 0x26, 0x1E];
const CHOSEN: Rgb = [0xDD, 0xEF, 0xEE];

/// The window of calls that come in.
const INCOMING: &str = "^Dovetail.*Incoming call";
/// Where the pointer is in nobody's way.
const ASIDE: (u32, u32) = (1118, 718);
/// At the lower end of the conversation.
const COMPOSER: (u32, u32) = (700, 690);
/// From a button to the one above or below it: half a control, a step, half a control.
const BESIDE: u32 = 18 + 16 + 18;

const ALICE: &str = "alice@cusax.test";
const BOB: &str = "bob@cusax.test";
const PASSWORD: &str = "alice-secret-17";

/// The program in its window, and who looks at it. Dropping it kills it.
struct Tour {
    screen: Screen,
    window: u64,
    process: Child,
    profile: TempDir,
    pictures: PathBuf,
    step: Cell<usize>,
}

impl Drop for Tour {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let file = self.pictures.join("99-failed.png");
            let look = AssertUnwindSafe(|| Picture::of(&self.screen).save(&file));
            let _ = std::panic::catch_unwind(look);
        }
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
        .env("DOVETAIL_THEME", "light")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        // Nothing of whoever runs this takes part: no keyring, no notifications, no sound.
        .env("XDG_RUNTIME_DIR", profile)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("PULSE_SERVER")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET");
    command
}

/// Where the pictures go: empty, so that none is from another run.
fn pictures() -> PathBuf {
    let wanted = std::env::var_os("DOVETAIL_PICTURES").map(PathBuf::from);
    let built = Path::new(env!("CARGO_BIN_EXE_dovetail")).parent().unwrap();
    let pictures = wanted.unwrap_or_else(|| built.with_file_name("tour"));
    std::fs::create_dir_all(&pictures).unwrap();
    for old in std::fs::read_dir(&pictures).unwrap() {
        let old = old.unwrap().path();
        if old.extension().is_some_and(|extension| extension == "png") {
            std::fs::remove_file(old).unwrap();
        }
    }
    pictures
}

impl Tour {
    fn start(config: &str) -> Self {
        let screen = Screen::start();
        let profile = tempfile::Builder::new().prefix("dovetail-tour-").tempdir().unwrap();
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        // How loud a call is moves ten times a second otherwise, and nothing ever stands still.
        let preferences = profile.path().join("preferences.json");
        std::fs::write(&preferences, r#"{"reduced_motion":true}"#).unwrap();
        std::fs::set_permissions(preferences, Permissions::from_mode(0o600)).unwrap();
        let log = std::fs::File::create(profile.path().join("test.log")).unwrap();
        let process = program(profile.path(), &screen)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        guard::watch_group(process.id()).unwrap();
        let window = screen.window("^Dovetail");
        let (pictures, step) = (pictures(), Cell::new(0));
        let tour = Self { screen, window, process, profile, pictures, step };
        tour.front();
        tour
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.profile.path().join("test.log")).unwrap_or_default()
    }

    /// The window is what is worked with.
    fn front(&self) {
        self.screen.focus(self.window);
    }

    /// One call by the program's own remote control; nothing while it is not there.
    fn rpc(&self, method: &str, params: &Value) -> Option<Value> {
        let mut command = program(self.profile.path(), &self.screen);
        let output = command.args(["rpc", method, &params.to_string()]).output().unwrap();
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Does something, again after a while, until the program answers as wanted.
    #[track_caller]
    fn until(
        &self,
        mut act: impl FnMut(),
        (method, params): (&str, Value),
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begin = Instant::now();
        let (mut last, mut again) = (None, begin);
        while begin.elapsed() < PATIENCE {
            if Instant::now() >= again {
                act();
                again = Instant::now() + AGAIN;
            }
            last = self.rpc(method, &params);
            match last {
                Some(answer) if wanted(&answer) => return answer,
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        panic!("{method} does not become as wanted: {last:?}\n{}", self.log());
    }

    /// Does something, again after a while, until what is wanted stands on the screen.
    #[track_caller]
    fn until_seen<T>(
        &self,
        what: &str,
        mut act: impl FnMut(),
        seen: impl Fn(&Picture) -> Option<T>,
    ) -> T {
        let begin = Instant::now();
        let mut again = begin;
        while begin.elapsed() < PATIENCE {
            if Instant::now() >= again {
                act();
                again = Instant::now() + AGAIN;
            }
            match seen(&Picture::of(&self.screen)) {
                Some(seen) => return seen,
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        panic!("{what} is not to be seen\n{}", self.log());
    }

    /// The largest button of a colour, once it is there.
    #[track_caller]
    fn button(&self, what: &str, colour: Rgb) -> Block {
        self.screen.point(ASIDE);
        self.until_seen(what, || {}, |picture| picture.block(colour))
    }

    /// The window once it stands still: it is drawn, and the program is well.
    fn still(&self) -> Picture {
        let end = Instant::now() + STILL;
        let mut last = Picture::of(&self.screen);
        loop {
            let now = Picture::of(&self.screen);
            if now == last || Instant::now() > end {
                return now;
            }
            last = now;
        }
    }

    /// Leaves a picture of this step for people, and looks that there is something on it.
    fn picture(&self, name: &str) -> Picture {
        self.screen.point(ASIDE);
        let picture = self.still();
        self.step.set(self.step.get() + 1);
        let file = self.pictures.join(format!("{:02}-{name}.png", self.step.get()));
        picture.save(&file);
        assert!(picture.is_drawn(), "there is nothing on {}", file.display());
        assert!(!self.log().contains("panicked"), "{}", self.log());
        picture
    }

    /// The same once it is another than before.
    #[track_caller]
    fn other_picture(&self, name: &str, before: &Picture, act: impl FnMut()) -> Picture {
        self.screen.point(ASIDE);
        self.until_seen(name, act, |now| now.is_other_than(before).then_some(()));
        self.picture(name)
    }

    fn online(&self) -> Value {
        self.until(|| {}, ("status", json!({})), |status| status["overall"] == "online")
    }

    fn call(&self, act: impl FnMut(), state: &str) -> Value {
        let calls = self.until(act, ("calls", json!({})), |calls| {
            calls.as_array().unwrap().iter().any(|call| call["state"] == state)
        });
        let mut calls = calls.as_array().unwrap().iter();
        calls.find(|call| call["state"] == state).unwrap().clone()
    }

    /// The last call is over and its bar is gone.
    fn no_call(&self, act: impl FnMut()) {
        self.until(act, ("calls", json!({})), |calls| calls.as_array().unwrap().is_empty());
    }

    /// Opens the conversation with whom these letters find.
    fn open(&self, letters: &str) {
        self.screen.key("ctrl+l");
        self.screen.key("ctrl+a");
        self.screen.type_text(self.window, letters);
        self.screen.key("Return");
    }
}

/// Alice's service, Bob in a program of his own, and a telephone of another make.
struct Others {
    runtime: Runtime,
    lab: Lab,
    provider: dovetail::lab::provider::Provider,
    bob: Instance,
    phone: Baresip,
}

impl Others {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let user = |name: &str, display: &str| {
            let address = format!("sip:{name}@cusax.test");
            User::new(name, PASSWORD).display_name(display).tel(address.as_str())
        };
        let (lab, provider, bob, phone) = runtime.block_on(async {
            let lab = Lab::builder()
                .user(user("alice", "Alice").contact("bob"))
                .user(user("bob", "Bob").contact("alice"))
                // A telephone in a workshop, without chat.
                .user(User::new("workshop", PASSWORD).without_xmpp())
                .start()
                .await
                .unwrap();
            let provider = lab.provider("Example Telecom").await.unwrap();
            let config = lab.config_toml("bob", &ConfigOptions::default()).unwrap();
            let mut bob = Instance::start(&config).await;
            let setup = Setup { encryption: Some("srtp"), ..Setup::default() };
            let phone = Baresip::start(&lab, "workshop", setup).await;
            bob.online("chat").await;
            bob.online("phone").await;
            (lab, provider, bob, phone)
        });
        Self { runtime, lab, provider, bob, phone }
    }

    fn bob(&mut self, method: &str, params: Value) -> Value {
        self.runtime.block_on(self.bob.call(method, params))
    }

    fn bob_hears(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.runtime.block_on(self.bob.wait_event(wanted, PATIENCE))
    }

    /// Bob calls Alice.
    fn bob_calls(&mut self) -> Value {
        self.bob("call", json!({ "to": ALICE }))["call"].take()
    }
}

#[test]
fn a_day_with_the_window() {
    let mut others = Others::start();
    let tour = Tour::start(&others.provider.config_toml(&ConfigOptions::default()));
    first_run(&tour);
    chat(&tour, &mut others);
    call_out(&tour, &mut others);
    call_in_behind(&tour, &mut others);
    call_from_a_number(&tour, &mut others);
    decline_with_words(&tour, &mut others);
    settings(&tour);
    palette(&tour, &mut others);
    shortcuts(&tour);
    end(tour);
}

/// Welcome, address and password, what the provider would set up, and both sides signed in.
fn first_run(tour: &Tour) {
    let nobody = |status: &Value| status["accounts"].as_array().unwrap().is_empty();
    tour.until(|| {}, ("status", json!({})), nobody);
    tour.until_seen("the first page", || {}, |picture| picture.is_drawn().then_some(()));
    let welcome = tour.picture("welcome");
    let fill = || {
        tour.front();
        for (field, text) in [((700, 334), ALICE), ((700, 406), PASSWORD)] {
            tour.screen.click(field);
            tour.screen.key("ctrl+a");
            tour.screen.type_text(tour.window, text);
        }
    };
    tour.other_picture("address-and-password", &welcome, fill);
    let found = |status: &Value| status["state"] == "waiting";
    let again = || {
        fill();
        tour.screen.key("Return");
    };
    let found = tour.until(again, ("provision.status", json!({})), found);
    assert_eq!(found["preview"]["service"], "Example Telecom", "{found}");
    tour.button("what is set up", ACCENT);
    let found = tour.picture("found");
    // There is no keyring here: that is said, and the password is kept for this time.
    let set_up = tour.button("what sets it up", ACCENT);
    let refused = tour.other_picture("no-keyring", &found, || tour.screen.click(set_up.middle()));
    let set_up = refused.block(ACCENT).expect("what sets it up, below what was said");
    let for_now = (set_up.left + 40, set_up.middle().1 - BESIDE);
    let online = |status: &Value| status["overall"] == "online";
    let status = tour.until(|| tour.screen.click(for_now), ("status", json!({})), online);
    let accounts = [&status["accounts"][0], &status["accounts"][1]];
    assert_eq!(accounts[0]["address"], ALICE, "{status}");
    assert_eq!(accounts[0]["related_to"], accounts[1]["id"], "{status}");
    for account in accounts {
        assert_eq!(account["security"]["tls"]["peer_verified"], true, "{account}");
    }
    let can_be_called =
        |roster: &Value| roster[0]["jid"] == BOB && roster[0]["can"]["audio"] == true;
    tour.until(|| {}, ("roster", json!({})), can_be_called);
    tour.other_picture("signed-in", &refused, || {});
}

/// A message out, and the answer to it.
fn chat(tour: &Tour, others: &mut Others) {
    let history = || ("history", json!({ "with": BOB }));
    // The remark on a side that signs in by an older method was seen.
    let before = tour.still();
    tour.until_seen(
        "the window without it",
        || tour.screen.key("Escape"),
        |now| now.is_other_than(&before).then_some(()),
    );
    let before = tour.still();
    let open = tour.other_picture("conversation", &before, || tour.open("bob"));
    let write = || {
        tour.front();
        tour.screen.click(COMPOSER);
        tour.screen.key("ctrl+a");
        tour.screen.type_text(tour.window, "Good morning! Is the new line ready?");
        tour.screen.key("Return");
    };
    let sent =
        |all: &Value| all.as_array().unwrap().iter().any(|entry| entry["direction"] == "out");
    tour.until(write, history(), sent);
    others.bob_hears(|event| event["entry"]["body"] == "Good morning! Is the new line ready?");
    let reached = |all: &Value| all[0]["state"] == "delivered" || all[0]["state"] == "displayed";
    tour.until(|| {}, history(), reached);
    let written = tour.other_picture("message-sent", &open, || {});
    let answer = "It is. See https://cusax.test/lines, or call me at +49 30 1234567.";
    others.bob("message.send", json!({ "to": ALICE, "body": answer }));
    let came = |all: &Value| all.as_array().unwrap().iter().any(|entry| entry["body"] == answer);
    tour.until(|| {}, history(), came);
    tour.other_picture("answer", &written, || {});
}

/// A call out, answered there; muted, the keypad, and hung up here.
fn call_out(tour: &Tour, others: &mut Others) {
    tour.front();
    let dialling = tour.call(|| tour.screen.key("ctrl+shift+c"), "ringing");
    assert_eq!(dialling["peer"]["jid"], BOB, "{dialling}");
    tour.picture("call-rings-there");
    let rings = others.bob_hears(|event| event["call"]["state"] == "incoming");
    others.bob("call.answer", json!({ "call": rings["call"]["id"] }));
    let talking = tour.call(|| {}, "active");
    assert_eq!(talking["media"]["srtp"], "sdes", "{talking}");
    let bar = tour.picture("call");
    let muted = |calls: &Value| calls[0]["muted"] == true;
    tour.until(|| tour.screen.key("ctrl+shift+m"), ("calls", json!({})), muted);
    let muted = tour.other_picture("call-muted", &bar, || {});
    tour.other_picture("call-keypad", &muted, || tour.screen.key("ctrl+shift+p"));
    tour.screen.key("Escape");
    let hang_up = tour.button("what hangs up", HANG_UP);
    let ended = tour.call(|| tour.screen.click(hang_up.middle()), "ended");
    assert_eq!(ended["end_reason"], "You hung up.", "{ended}");
    tour.picture("call-ended");
    others.bob_hears(|event| event["call"]["state"] == "ended");
    tour.no_call(|| {});
}

/// A call that comes while something else is worked with: a small window of its own.
fn call_in_behind(tour: &Tour, others: &mut Others) {
    tour.front();
    tour.screen.leave();
    let begin = Instant::now();
    loop {
        let call = others.bob_calls();
        let incoming = tour.call(|| {}, "incoming");
        assert_eq!(incoming["peer"]["binding"], "verified", "{incoming}");
        if tour.screen.shows(INCOMING, AGAIN) {
            break;
        }
        // It rang before the window knew that it was left.
        assert!(begin.elapsed() < PATIENCE, "no window of its own");
        others.bob("call.hangup", json!({ "call": call }));
        tour.no_call(|| {});
    }
    let answer = tour.button("what answers", ANSWER);
    assert!(answer.left > 700, "it stands in a corner of the screen: {answer:?}");
    tour.picture("incoming-window");
    tour.call(|| tour.screen.click(answer.middle()), "active");
    tour.screen.gone(INCOMING);
    tour.front();
    tour.picture("answered");
    let hung_up = || tour.screen.key("ctrl+shift+h");
    tour.no_call(hung_up);
    others.bob_hears(|event| event["call"]["state"] == "ended");
}

/// A telephone that nothing is known of: its number and no name.
fn call_from_a_number(tour: &Tour, others: &mut Others) {
    tour.front();
    let to = format!("sip:{ALICE}");
    others.runtime.block_on(others.phone.dial(&to));
    let incoming = tour.call(|| {}, "incoming");
    assert_eq!(incoming["peer"]["binding"], "none", "{incoming}");
    let answer = tour.button("what answers", ANSWER);
    tour.picture("incoming-number");
    let decline = (answer.right + 8 + 60, answer.middle().1);
    tour.no_call(|| tour.screen.click(decline));
    let closed = others.runtime.block_on(others.phone.event("CALL_CLOSED"));
    assert!(closed.to_string().contains("603") || closed.to_string().contains("486"), "{closed}");
}

/// A call from somebody who is known, refused with words that reach their chat.
fn decline_with_words(tour: &Tour, others: &mut Others) {
    tour.front();
    others.bob_calls();
    let incoming = tour.call(|| {}, "incoming");
    assert_eq!(incoming["peer"]["jid"], BOB, "{incoming}");
    let answer = tour.button("what answers", ANSWER);
    assert!(answer.left < 700, "the card stands in the window that is worked with: {answer:?}");
    let card = tour.picture("incoming-card");
    let with_words = (answer.left + 60, answer.middle().1 + BESIDE);
    let words = "In a meeting, I call back at noon.";
    tour.other_picture("decline-with-words", &card, || {
        tour.screen.click(with_words);
        tour.screen.type_text(tour.window, words);
    });
    let told = |all: &Value| all.as_array().unwrap().iter().any(|entry| entry["body"] == words);
    let send = || tour.screen.key("Return");
    tour.until(send, ("history", json!({ "with": BOB })), told);
    others.bob_hears(|event| event["entry"]["body"] == words);
    others.bob_hears(|event| event["call"]["state"] == "ended");
    tour.no_call(|| {});
    tour.picture("declined");
}

/// Every section of the settings.
fn settings(tour: &Tour) {
    tour.front();
    let before = tour.still();
    tour.until_seen(
        "the settings",
        || tour.screen.key("ctrl+comma"),
        |now| now.is_other_than(&before).then_some(()),
    );
    for (place, section) in Section::ALL.into_iter().enumerate() {
        // Below the head, the rule and the list's padding: rows of 36, 4 apart.
        let row = 72 + 1 + 12 + 18 + 40 * u32::try_from(place).unwrap();
        let open = |picture: &Picture| (picture.at((500, row)) == CHOSEN).then_some(());
        let click = || {
            tour.screen.click((420, row));
            tour.screen.point(ASIDE);
        };
        tour.until_seen(section.name(), click, open);
        let name = section.name().to_lowercase().replace(' ', "-");
        tour.picture(&format!("settings-{name}"));
    }
}

/// What is done by its name: others see the presence that was chosen.
fn palette(tour: &Tour, others: &mut Others) {
    tour.front();
    let before = tour.still();
    let open = tour.other_picture("palette", &before, || tour.screen.key("ctrl+k"));
    tour.screen.type_text(tour.window, "disturb");
    let found = tour.other_picture("palette-found", &open, || {});
    tour.screen.key("Return");
    others.bob_hears(|event| event["contact"]["presence"]["show"] == "dnd");
    tour.other_picture("do-not-disturb", &found, || {});
}

/// The sheet of all keys, and back to what was there.
fn shortcuts(tour: &Tour) {
    tour.front();
    let before = tour.still();
    let sheet = tour.other_picture("shortcuts", &before, || tour.screen.key("F1"));
    let back = tour.other_picture("after-shortcuts", &sheet, || tour.screen.key("Escape"));
    assert!(!back.is_other_than(&before), "Escape leads back to what was there");
}

/// The program ends in good order, and has nothing left behind that is nobody's business.
fn end(mut tour: Tour) {
    let end = Instant::now() + PATIENCE;
    tour.screen.key("ctrl+q");
    let status = loop {
        match tour.process.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > end => panic!("it does not end: {}", tour.log()),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success(), "{status}: {}", tour.log());
    assert!(!tour.log().contains("panicked"), "{}", tour.log());
    assert!(!tour.log().contains(PASSWORD), "the password is in no log");
}
