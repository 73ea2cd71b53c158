//! The whole program, measured from outside with an account that has seen years: 1,000 contacts
//! and 100,000 messages. Start to window and to an answered click, memory, processor time while
//! nothing happens; other programs beside it where they are installed. Prints a table; asserts
//! nothing. Needs Xvfb, xdotool, Prosody and Kamailio.
//!
//! `cargo bench --bench program`

#![allow(missing_docs)]

#[path = "support/history.rs"]
mod history;
#[path = "../tests/support/screen.rs"]
mod screen;

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::config::Profile;
use dovetail::lab::{Contact, Lab, User};
use dovetail::model::time::Now;
use dovetail::rpc::client::{self, Outcome};
use dovetail::store::Store;
use screen::Screen;

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
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a click has to be answered before there is another.
const ANSWER: Duration = Duration::from_millis(100);
/// The size of the window, and the width of its side panel.
const WIDTH: u64 = 1_120;
const HEIGHT: u64 = 720;
const PANEL: u64 = 320;
/// The most points that the pointer covers.
const POINTER: usize = 32 * 32;
/// A row of the side panel's list.
const ROW: (u32, u32) = (90, 420);
/// Programs for the same.
const PEERS: [&str; 3] = ["dino-im", "gajim", "linphone"];

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
    let screen = Screen::start();
    let drawn = starts(&screen, &directory, &profile)?;
    rest(&screen, &directory, &profile)?;
    for program in PEERS {
        peer(&screen, program, drawn)?;
    }
    row("load of the machine, of one, five and fifteen minutes", load());
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

fn show(screen: &Screen, command: &mut Command) -> Outcomes<Running> {
    let command = command.env("DISPLAY", screen.name()).env_remove("WAYLAND_DISPLAY");
    Ok(Running(command.stdin(Stdio::null()).spawn()?))
}

/// Something was drawn that is not of one colour, and larger than the pointer.
fn is_drawn(screen: &Screen) -> bool {
    let pixels = screen.pixels(0..PANEL, 0..HEIGHT);
    let mut all = pixels.chunks_exact(4);
    let first = all.next();
    all.filter(|pixel| Some(*pixel) != first).nth(POINTER).is_some()
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

/// The cards of the contacts and whatever else it does at the start are done.
fn at_rest(profile: &Profile) -> Outcomes<()> {
    answered(profile, "work", |all| all.as_array().is_some_and(Vec::is_empty))
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
    at_rest(profile)?;
    std::thread::sleep(SETTLE);
    row("headless: memory", mib(memory(running.0.id(), "VmRSS:")?));
    end(running)
}

/// What one start took.
#[derive(Default)]
struct Start {
    drawn: Duration,
    drawn_work: Duration,
    answered: Duration,
    answered_work: Duration,
    contacts: Duration,
}

impl Start {
    fn measure(screen: &Screen, directory: &Path, profile: &Profile) -> Outcomes<Self> {
        let mut start = Self::default();
        let begun = Instant::now();
        let running = show(screen, &mut dovetail(directory))?;
        let id = running.0.id();
        until("the first picture", || is_drawn(screen).then_some(()))?;
        (start.drawn, start.drawn_work) = (begun.elapsed(), processor_time(id)?);
        // A click on a conversation opens it beside the list: both are there, and alive.
        let beside = || screen.pixels(PANEL + 8..WIDTH, 0..HEIGHT);
        let before = beside();
        until("an answered click", || {
            screen.click(ROW);
            let end = Instant::now() + ANSWER;
            while Instant::now() < end {
                if beside() != before {
                    return Some(());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            None
        })?;
        (start.answered, start.answered_work) = (begun.elapsed(), processor_time(id)?);
        listed(profile)?;
        start.contacts = begun.elapsed();
        end(running)?;
        until("an empty screen", || (!is_drawn(screen)).then_some(()))?;
        Ok(start)
    }
}

/// The middle of several starts, and the best. Returns the time to the window.
fn starts(screen: &Screen, directory: &Path, profile: &Profile) -> Outcomes<Duration> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Start::measure(screen, directory, profile)?);
    }
    let report = |what: &str, figure: fn(&Start) -> Duration| {
        let mut all: Vec<Duration> = starts.iter().map(figure).collect();
        all.sort();
        let at = |place: usize| all.get(place).copied().unwrap_or_default();
        let (best, middle) = (at(0), at(all.len() / 2));
        row(what, format!("{}, at best {}", millis(middle), millis(best)));
        middle
    };
    let drawn = report("window: start to the first picture", |start| start.drawn);
    report("window: processor time until then", |start| start.drawn_work);
    report("window: start to an answered click", |start| start.answered);
    report("window: processor time until then", |start| start.answered_work);
    report("window: start to all contacts", |start| start.contacts);
    Ok(drawn)
}

/// What it takes while nothing happens.
fn rest(screen: &Screen, directory: &Path, profile: &Profile) -> Outcomes<()> {
    let running = show(screen, &mut dovetail(directory))?;
    until("the first picture", || is_drawn(screen).then_some(()))?;
    online(profile)?;
    listed(profile)?;
    at_rest(profile)?;
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
fn peer(screen: &Screen, program: &str, ours: Duration) -> Outcomes<()> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new("dbus-run-session");
    command.args(["--", program]).env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = Command::new("which").arg(program).stdout(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        row(
            &format!("{program}: start to the first picture, without an account"),
            "not here".into(),
        );
        return Ok(());
    }
    let started = Instant::now();
    let running = show(screen, &mut command)?;
    until(program, || is_drawn(screen).then_some(()))?;
    let took = started.elapsed();
    let ratio = took.as_secs_f64() / ours.as_secs_f64();
    let value = format!("{} ({ratio:.1} times ours)", millis(took));
    row(&format!("{program}: start to the first picture, without an account"), value);
    drop(running);
    let _ = until("an empty screen", || (!is_drawn(screen)).then_some(()));
    Ok(())
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
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
