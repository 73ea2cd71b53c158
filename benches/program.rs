//! The whole program, measured from outside: time to the first window, memory, idle work.
//! Prints a table; asserts nothing. Needs Xvfb, xdotool, Prosody and Kamailio.
//!
//! `cargo bench --bench program`

#![allow(missing_docs)]

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::{Lab, User};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How long the idle program is watched.
const IDLE: Duration = Duration::from_secs(60);
/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let lab = runtime.block_on(
        Lab::builder()
            .user(User::new("alice", "secret").contact("bob"))
            .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
            .start(),
    )?;
    let profile = tempfile::tempdir()?;
    let config = lab.config_toml("alice", &Default::default())?;
    std::fs::write(profile.path().join("config.toml"), config)?;

    println!("| | value |\n| --- | --- |");
    headless(profile.path())?;
    window(profile.path())?;
    Ok(())
}

/// Ends a process when it is no longer needed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn dovetail(profile: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command.arg("--profile").arg(profile).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn headless(profile: &Path) -> Outcome<()> {
    let started = Instant::now();
    let child = dovetail(profile).arg("--headless").stdin(Stdio::piped()).spawn()?;
    let running = Running(child);
    until("both sides to connect", || {
        let status = dovetail(profile).args(["rpc", "status"]).stdout(Stdio::piped()).output();
        status
            .is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains(r#""overall":"online""#))
    })?;
    row("headless: start to both sides online", format!("{} ms", started.elapsed().as_millis()));
    row("headless: peak memory", format!("{:.1} MiB", peak_memory(running.0.id())?));
    Ok(())
}

fn window(profile: &Path) -> Outcome<()> {
    let display = format!(":{}", 200 + std::process::id() % 500);
    let screen = Command::new("Xvfb")
        .args([&display, "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let _screen = Running(screen);
    let look = |arguments: &[&str]| {
        let found = Command::new("xdotool").env("DISPLAY", &display).args(arguments).output();
        found.is_ok_and(|out| out.status.success())
    };
    until("the display", || look(&["getdisplaygeometry"]))?;
    let started = Instant::now();
    let child = dovetail(profile).env("DISPLAY", &display).env_remove("WAYLAND_DISPLAY").spawn()?;
    let running = Running(child);
    until("the window", || look(&["search", "--onlyvisible", "--name", "^Dovetail"]))?;
    row("window: start to mapped", format!("{} ms", started.elapsed().as_millis()));
    std::thread::sleep(Duration::from_secs(5));
    let before = processor_time(running.0.id())?;
    std::thread::sleep(IDLE);
    let spent = processor_time(running.0.id())? - before;
    row("window: processor time in an idle minute", format!("{:.2} s", spent.as_secs_f64()));
    row("window: peak memory", format!("{:.1} MiB", peak_memory(running.0.id())?));
    Ok(())
}

fn row(what: &str, value: String) {
    println!("| {what} | {value} |");
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Outcome<()> {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > PATIENCE {
            return Err(format!("waited in vain for {what}").into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Peak resident memory in MiB.
fn peak_memory(process: u32) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

/// Processor time of a process so far, in the kernel's ticks of 10 ms.
fn processor_time(process: u32) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().ok_or("no stat")?.split_whitespace().collect();
    let ticks = |at: usize| -> Outcome<u64> { Ok(fields.get(at).ok_or("no field")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
