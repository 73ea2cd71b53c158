//! The whole program, measured from outside with an account that has seen years: 1,000 contacts
//! and 100,000 messages. Start to window and to an answered click, memory, processor time while
//! nothing happens; other programs beside it where they are installed. Prints a table; asserts
//! nothing. Needs Xvfb, xdotool, Prosody and Kamailio.
//!
//! `cargo bench --bench program`

#![allow(missing_docs)]

#[path = "support/history.rs"]
mod history;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::config::Profile;
use dovetail::lab::{Contact, Lab, User};
use dovetail::model::time::Now;
use dovetail::rpc::client::{self, Outcome};
use dovetail::store::Store;

type Outcomes<T> = Result<T, Box<dyn Error>>;

const CONTACTS: usize = 1_000;
const MESSAGES: usize = 100_000;
/// With how many of the contacts there were conversations.
const TALKED: usize = 400;
/// How often a start is measured: the middle one counts.
const STARTS: usize = 5;
/// How long the idle program is watched.
const IDLE: Duration = Duration::from_secs(60);
/// How long it has to become idle.
const SETTLE: Duration = Duration::from_secs(10);
/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);
/// A row of the side panel's list.
const ROW: [&str; 2] = ["90", "420"];
/// Programs for the same, by command and title.
const PEERS: [(&str, &str); 3] =
    [("dino-im", "Dino"), ("gajim", "Gajim"), ("linphone", "Linphone")];

fn main() -> Outcomes<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let lab = runtime.block_on(lab())?;
    let home = tempfile::tempdir()?;
    let profile = Profile::at(&home.path().join("profile"));
    profile.create()?;
    let directory = home.path().join("profile");
    std::fs::write(directory.join("config.toml"), lab.config_toml("alice", &Default::default())?)?;
    let store = Store::open(&profile.history_path())?;
    history::fill(&store, MESSAGES, Now::read().wall, |n| {
        // The first of them has as much as all others together.
        let who = if n % 2 == 0 { 0 } else { 1 + (n / 2) % (TALKED - 1) };
        format!("{}@{}", name(who), lab.domain())
    })?;
    runtime.block_on(store.close());

    println!("| {CONTACTS} contacts, {MESSAGES} messages | value |\n| --- | --- |");
    headless(&directory, &profile)?;
    let screen = Screen::start()?;
    let mapped = starts(&screen, &directory, &profile)?;
    rest(&screen, &directory, &profile)?;
    for (program, title) in PEERS {
        peer(&screen, program, title, mapped)?;
    }
    Ok(())
}

/// Alice, who has a thousand contacts; some of them have a telephone, some a name of hers.
async fn lab() -> Outcomes<Lab> {
    let mut alice = User::new("alice", "secret");
    for n in 0..CONTACTS {
        let contact = Contact::new(&name(n)).name(&format!("Person {n:04}")).group("Friends");
        alice = alice.contact(contact);
    }
    let mut lab = Lab::builder().user(alice);
    for n in 0..CONTACTS {
        let number = format!("sip:{}@cusax.test", name(n));
        let user = User::new(&name(n), "secret").without_sip().contact("alice");
        lab = lab.user(if n % 2 == 0 { user.tel(number.as_str()) } else { user });
    }
    Ok(lab.start().await?)
}

fn name(n: usize) -> String {
    format!("person{n:04}")
}

/// Ends a process when it is no longer needed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen without a monitor.
struct Screen {
    _server: Running,
    name: String,
}

impl Screen {
    fn start() -> Outcomes<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = server.stdout.take().ok_or("no output of Xvfb")?;
        let _server = Running(server);
        let mut number = String::new();
        BufReader::new(said).read_line(&mut number)?;
        Ok(Self { _server, name: format!(":{}", number.trim()) })
    }

    fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new("xdotool");
        let output = command.env("DISPLAY", &self.name).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Waits for a window of this title; its number.
    fn window(&self, title: &str) -> Outcomes<String> {
        until(title, || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title])?;
            found.lines().next().map(str::to_owned)
        })
    }

    fn show(&self, command: &mut Command) -> Outcomes<Running> {
        let command = command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY");
        Ok(Running(command.stdin(Stdio::null()).spawn()?))
    }
}

fn dovetail(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command.arg("--profile").arg(directory).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The answer of the running program, once it is as wanted.
fn answered(
    profile: &Profile,
    method: &str,
    wanted: impl Fn(&serde_json::Value) -> bool,
) -> Outcomes<()> {
    until(method, || match client::call(&profile.socket_path(), method, None) {
        Ok(Outcome::Result(value)) if wanted(&value) => Some(()),
        _ => None,
    })
}

fn online(profile: &Profile) -> Outcomes<()> {
    answered(profile, "status", |status| status["overall"] == "online")
}

fn listed(profile: &Profile) -> Outcomes<()> {
    answered(profile, "roster", |all| all.as_array().is_some_and(|all| all.len() == CONTACTS))
}

/// Ends it as the user would, and waits until it has.
fn end(mut running: Running) -> Outcomes<()> {
    let id = i32::try_from(running.0.id())?;
    let id = rustix::process::Pid::from_raw(id).ok_or("no such process")?;
    rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
    running.0.wait()?;
    Ok(())
}

fn headless(directory: &Path, profile: &Profile) -> Outcomes<()> {
    let started = Instant::now();
    let child = dovetail(directory).arg("--headless").stdin(Stdio::piped()).spawn()?;
    let running = Running(child);
    online(profile)?;
    row("headless: start to both sides online", millis(started.elapsed()));
    listed(profile)?;
    row("headless: start to all contacts", millis(started.elapsed()));
    std::thread::sleep(SETTLE);
    row("headless: memory", mib(memory(running.0.id(), "VmRSS:")?));
    end(running)
}

/// The middle of several starts. Returns the time to the window.
fn starts(screen: &Screen, directory: &Path, profile: &Profile) -> Outcomes<Duration> {
    let mut mapped = Vec::new();
    let mut clicked = Vec::new();
    let mut contacts = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let running = screen.show(&mut dovetail(directory))?;
        let window = screen.window("^Dovetail")?;
        mapped.push(started.elapsed());
        // A click on a conversation that was not looked at takes its messages from the number
        // in the title: the list is there, and alive.
        let first = until("a number of unread messages", || title(screen, &window))?;
        // Without a window manager nobody else gives it the focus.
        screen.xdotool(&["windowfocus", &window]);
        let answered = until("an answered click", || {
            screen.xdotool(&["mousemove", ROW[0], ROW[1], "click", "1"])?;
            title(screen, &window).filter(|now| *now != first)
        });
        clicked.extend(answered.ok().map(|_| started.elapsed()));
        listed(profile)?;
        contacts.push(started.elapsed());
        end(running)?;
    }
    let middle = |mut all: Vec<Duration>| {
        all.sort();
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    let mapped = middle(mapped);
    row("window: start to mapped", millis(mapped));
    let clicked = match clicked.len() {
        STARTS => millis(middle(clicked)),
        some => format!("answered in {some} of {STARTS} starts only"),
    };
    row("window: start to an answered click", clicked);
    row("window: start to all contacts", millis(middle(contacts)));
    Ok(mapped)
}

/// A title that tells how much is unread.
fn title(screen: &Screen, window: &str) -> Option<String> {
    screen.xdotool(&["getwindowname", window]).filter(|title| title.contains('('))
}

/// What it takes while nothing happens.
fn rest(screen: &Screen, directory: &Path, profile: &Profile) -> Outcomes<()> {
    let running = screen.show(&mut dovetail(directory))?;
    screen.window("^Dovetail")?;
    online(profile)?;
    listed(profile)?;
    std::thread::sleep(SETTLE);
    let id = running.0.id();
    row("window: memory, signed in", mib(memory(id, "VmRSS:")?));
    row("window: of it the program's own", mib(memory(id, "RssAnon:")?));
    let before = processor_time(id)?;
    std::thread::sleep(IDLE);
    let spent = processor_time(id)?.saturating_sub(before);
    row("window: processor time in an idle minute", format!("{:.3} s", spent.as_secs_f64()));
    row("window: peak memory", mib(memory(id, "VmHWM:")?));
    end(running)
}

/// Another program with an empty home, where it is installed.
fn peer(screen: &Screen, program: &str, title: &str, ours: Duration) -> Outcomes<()> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new("dbus-run-session");
    command.args(["--", program]).env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = Command::new("which").arg(program).stdout(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        row(&format!("{program}: start to mapped, without an account"), "not installed".into());
        return Ok(());
    }
    let started = Instant::now();
    let _running = screen.show(&mut command)?;
    if screen.window(title).is_ok() {
        let took = started.elapsed();
        let ratio = took.as_secs_f64() / ours.as_secs_f64();
        let value = format!("{} ({ratio:.1} times ours)", millis(took));
        row(&format!("{program}: start to mapped, without an account"), value);
    }
    Ok(())
}

fn row(what: &str, value: String) {
    println!("| {what} | {value} |");
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn mib(size: f64) -> String {
    format!("{size:.1} MiB")
}

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> Outcomes<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return Ok(found);
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("waited in vain for {what}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A figure of `/proc/…/status`, in MiB.
fn memory(process: u32, figure: &str) -> Outcomes<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(figure)).ok_or("no such figure")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

/// Processor time of all threads so far, as the kernel's scheduler counts it.
fn processor_time(process: u32) -> Outcomes<Duration> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let Ok(counted) = std::fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        let spent = counted.split_whitespace().next().ok_or("no figure")?;
        nanoseconds += spent.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
