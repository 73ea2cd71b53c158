//! A real service for notifications (dunst): what it shows is written down by itself, and its
//! buttons are pressed in its own menu.
#![allow(dead_code)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use dovetail::lab::guard;
use tempfile::TempDir;
use zbus::Connection;

/// A running one. Dropping it ends it.
pub struct Dunst {
    process: Child,
    home: TempDir,
    bus: Connection,
}

#[zbus::proxy(
    interface = "org.dunstproject.cmd0",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Control {
    #[zbus(name = "NotificationAction")]
    fn act(&self, at: u32) -> zbus::Result<()>;

    #[zbus(name = "ContextMenuCall")]
    fn menu(&self) -> zbus::Result<()>;

    #[zbus(property(emits_changed_signal = "false"), name = "displayedLength")]
    fn displayed(&self) -> zbus::Result<u32>;
}

const CONFIG: &str = r#"[global]
    follow = none
    idle_threshold = 0
    dmenu = HOME/menu
    font = Sans 10
    width = 340
    format = "<b>%s</b>\n%b"
    markup = full
[urgency_low]
    timeout = 0
[urgency_normal]
    timeout = 0
[urgency_critical]
    timeout = 0
[all]
    summary = *
    script = HOME/tell
"#;
/// One line: the number, what it replaces shows in; heading and text.
const TELL: &str = "#!/bin/sh\nprintf '%s\\t%s\\t%s\\n' \"$DUNST_ID\" \"$DUNST_SUMMARY\" \"$DUNST_BODY\" >> HOME/told\n";
/// Takes the line that has the wanted words.
const MENU: &str = "#!/bin/sh\nexec grep -F -m1 -f HOME/wanted\n";

impl Drop for Dunst {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

impl Dunst {
    /// Starts one on this screen and bus.
    pub fn start(screen: &str, address: &str, bus: Connection) -> Self {
        use std::os::unix::process::CommandExt;
        let home = tempfile::Builder::new().prefix("dovetail-dunst-").tempdir().unwrap();
        let at = |text: &str| text.replace("HOME", &home.path().to_string_lossy());
        std::fs::write(home.path().join("dunstrc"), at(CONFIG)).unwrap();
        for (name, text) in [("tell", TELL), ("menu", MENU)] {
            let path = home.path().join(name);
            std::fs::write(&path, at(text)).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let process = Command::new("dunst")
            .arg("-config")
            .arg(home.path().join("dunstrc"))
            .env("DISPLAY", screen)
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .env("HOME", home.path())
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("dunst (scripts/setup test installs it)");
        guard::watch_group(process.id()).unwrap();
        Self { process, home, bus }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// What it said.
    pub fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.file(name)).unwrap_or_default();
        format!("dunst:\n{}\nshown:\n{}", read("log"), read("told"))
    }

    /// All that it showed so far: number, heading and text.
    pub fn told(&self) -> Vec<(String, String, String)> {
        let told = std::fs::read_to_string(self.file("told")).unwrap_or_default();
        let parts = |line: &str| {
            let mut parts = line.splitn(3, '\t').map(ToOwned::to_owned);
            Some((parts.next()?, parts.next()?, parts.next()?))
        };
        told.lines().filter_map(parts).collect()
    }

    /// The newest that it showed with this text.
    pub fn has_told(&self, text: &str) -> Option<(String, String, String)> {
        self.told().into_iter().rfind(|(_, _, body)| body == text)
    }

    /// How many are on the screen.
    pub async fn displayed(&self) -> Option<u32> {
        ControlProxy::new(&self.bus).await.ok()?.displayed().await.ok()
    }

    /// Clicks on the one on top.
    pub async fn click(&self) {
        ControlProxy::new(&self.bus).await.unwrap().act(0).await.unwrap();
    }

    /// Presses the button with these words.
    pub async fn press(&self, words: &str) {
        std::fs::write(self.file("wanted"), format!("{words}\n")).unwrap();
        ControlProxy::new(&self.bus).await.unwrap().menu().await.unwrap();
    }
}
