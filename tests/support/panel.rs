//! A real panel with a real tray (Xfce's), and a hand on what stands in it: menus are read and
//! clicked on over the bus, as the panel does it (com.canonical.dbusmenu).
#![allow(dead_code)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::guard;
use zbus::zvariant::{OwnedValue, Value};

use crate::bus::Bus;

/// For anything that is to happen, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// A panel at the lower edge of the screen that holds a tray and nothing else.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=560;y=704"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"#;

/// A running panel. Dropping it ends it.
pub struct Panel {
    process: Child,
}

impl Drop for Panel {
    fn drop(&mut self) {
        let _ = rustix_kill(self.process.id());
        let _ = self.process.kill();
        let _ = self.process.wait();
        guard::forget_group(self.process.id());
    }
}

/// The panel's plugins are processes of its group.
fn rustix_kill(group: u32) -> Option<()> {
    let group = rustix::process::Pid::from_raw(i32::try_from(group).ok()?)?;
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok()
}

impl Panel {
    /// Starts one, and waits for its tray.
    pub async fn start(bus: &Bus, display: &str) -> Self {
        use std::os::unix::process::CommandExt;
        let place = bus.home().join("config/xfce4/xfconf/xfce-perchannel-xml");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("xfce4-panel.xml"), SETTINGS).unwrap();
        let mut command = Command::new("xfce4-panel");
        command
            .arg("--disable-wm-check")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        bus.lend(&mut command);
        let process = command.env("DISPLAY", display).spawn();
        let process = process.expect("xfce4-panel (scripts/setup test installs it)");
        guard::watch_group(process.id()).unwrap();
        let panel = Self { process };
        let connection = bus.connect().await;
        let names = zbus::fdo::DBusProxy::new(&connection).await.unwrap();
        let watcher = "org.kde.StatusNotifierWatcher".try_into().unwrap();
        let end = Instant::now() + PATIENCE;
        while !names.name_has_owner(zbus::names::BusName::clone(&watcher)).await.unwrap() {
            assert!(Instant::now() < end, "the panel has no tray");
            tokio::time::sleep(PAUSE).await;
        }
        panel
    }
}

/// A program's icon, as a tray sees it.
pub struct Icon {
    connection: zbus::Connection,
    name: String,
}

/// A line of its menu: its number, its words, and whether it is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub id: i32,
    pub label: String,
    pub enabled: bool,
    pub chosen: bool,
}

type Layout = (i32, std::collections::HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Icon {
    /// That of a process.
    pub async fn of(bus: &Bus, process: u32) -> Self {
        let connection = bus.connect().await;
        Self { connection, name: format!("org.kde.StatusNotifierItem-{process}-1") }
    }

    async fn property(&self, name: &str) -> zbus::Result<OwnedValue> {
        let at = "/StatusNotifierItem";
        let of = ("org.kde.StatusNotifierItem", name);
        let properties = Some("org.freedesktop.DBus.Properties");
        let to = Some(self.name.as_str());
        let reply = self.connection.call_method(to, at, properties, "Get", &of).await?;
        let value: OwnedValue = reply.body().deserialize()?;
        Ok(value)
    }

    /// What its tooltip says; nothing while it is not there.
    pub async fn words(&self) -> String {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let Ok(value) = self.property("ToolTip").await else { return String::new() };
        let Ok(tip) = ToolTip::try_from(value) else { return String::new() };
        format!("{}: {}", tip.2, tip.3)
    }

    /// Its title.
    pub async fn title(&self) -> String {
        let value = self.property("Title").await.unwrap();
        String::try_from(value).unwrap()
    }

    /// `Active` or `NeedsAttention`.
    pub async fn status(&self) -> String {
        let value = self.property("Status").await.unwrap();
        String::try_from(value).unwrap()
    }

    /// Whether a tray has taken it.
    pub async fn is_taken(&self) -> bool {
        let of = ("org.kde.StatusNotifierWatcher", "RegisteredStatusNotifierItems");
        let reply = self
            .connection
            .call_method(
                Some("org.kde.StatusNotifierWatcher"),
                "/StatusNotifierWatcher",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &of,
            )
            .await;
        let Ok(reply) = reply else { return false };
        let value: OwnedValue = reply.body().deserialize().unwrap();
        let all = Vec::<String>::try_from(value).unwrap_or_default();
        all.iter().any(|item| item.contains(&self.name))
    }

    /// Its menu, as one list.
    pub async fn menu(&self) -> Vec<Line> {
        let ask = (0_i32, -1_i32, Vec::<&str>::new());
        let Ok(reply) = self.on_menu("GetLayout", &ask).await else { return Vec::new() };
        let (_, layout): (u32, Layout) = reply.body().deserialize().unwrap();
        let mut lines = Vec::new();
        gather(&layout, &mut lines);
        lines
    }

    async fn on_menu<B>(&self, method: &str, body: &B) -> zbus::Result<zbus::Message>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let (to, interface) = (Some(self.name.as_str()), Some("com.canonical.dbusmenu"));
        self.connection.call_method(to, "/MenuBar", interface, method, body).await
    }

    /// Chooses a line of its menu, once it is there; what it says is a whole line.
    pub async fn choose(&self, label: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let menu = self.menu().await;
            if let Some(line) = menu.iter().find(|line| line.label == label && line.enabled) {
                let event = (line.id, "clicked", Value::from(0_i32), 0_u32);
                if self.on_menu("Event", &event).await.is_ok() {
                    return;
                }
            }
            assert!(Instant::now() < end, "{label} is not in {menu:#?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Clicks on it.
    pub async fn click(&self) {
        let (at, interface) = ("/StatusNotifierItem", Some("org.kde.StatusNotifierItem"));
        let to = Some(self.name.as_str());
        self.connection.call_method(to, at, interface, "Activate", &(0_i32, 0_i32)).await.unwrap();
    }
}

fn gather((id, properties, children): &Layout, lines: &mut Vec<Line>) {
    let text = |key: &str| {
        let value = properties.get(key)?.try_clone().ok()?;
        String::try_from(value).ok()
    };
    let number = |key: &str| {
        let value = properties.get(key)?.try_clone().ok()?;
        i32::try_from(value).ok()
    };
    let enabled = properties.get("enabled").and_then(|value| bool::try_from(value).ok());
    if let Some(label) = text("label") {
        let (enabled, chosen) = (enabled.unwrap_or(true), number("toggle-state") == Some(1));
        lines.push(Line { id: *id, label, enabled, chosen });
    }
    for child in children {
        let child: Layout = child.try_clone().unwrap().try_into().unwrap();
        gather(&child, lines);
    }
}
