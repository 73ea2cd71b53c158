//! A session bus of a test's own (a real `dbus-daemon`), with a home for what it starts, where it
//! starts anything.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dovetail::lab::guard;
use tempfile::TempDir;

/// No services are started by it.
const BARE: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=PLACE</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A running bus. Dropping it ends it.
pub struct Bus {
    daemon: Child,
    address: String,
    home: TempDir,
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
        guard::forget_group(self.daemon.id());
    }
}

impl Bus {
    /// Starts one. `display` is where what it starts may open windows.
    pub fn start(display: &str) -> Self {
        let home = home();
        let mut command = Command::new("dbus-daemon");
        at_home(command.arg("--session").env("DISPLAY", display), home.path());
        Self::of(command, home)
    }

    /// Starts one on which nobody is but who comes by himself.
    pub fn bare() -> Self {
        let home = home();
        let config = home.path().join("bus.conf");
        let text = BARE.replace("PLACE", &home.path().to_string_lossy());
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg(format!("--config-file={}", config.display()));
        Self::of(command, home)
    }

    fn of(mut command: Command, home: TempDir) -> Self {
        use std::os::unix::process::CommandExt;
        command
            .args(["--print-address=1", "--nofork"])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut daemon = command.spawn().expect("dbus-daemon (scripts/setup test installs it)");
        guard::watch_group(daemon.id()).unwrap();
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { daemon, address: address.trim().to_owned(), home }
    }

    /// Ends it; its address leads nowhere from then on.
    pub fn stop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }

    /// Where it is to be found.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The home of what runs on it.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Lets a program run on it, at its home.
    pub fn lend(&self, command: &mut Command) {
        at_home(command, self.home.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
    }

    /// A connection to it.
    pub async fn connect(&self) -> zbus::Connection {
        let address = self.address.as_str();
        zbus::connection::Builder::address(address).unwrap().build().await.unwrap()
    }
}

fn home() -> TempDir {
    tempfile::Builder::new().prefix("dovetail-bus-").tempdir().unwrap()
}

fn at_home(command: &mut Command, home: &Path) {
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("XDG_CURRENT_DESKTOP")
        .env_remove("SESSION_MANAGER")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET");
}
