//! The machine stays awake while somebody talks: the real program in a call, on a bus of its own.
//!
//! Who is asked there is made here: Debian's services of these names are parts of whole desktops
//! (GNOME, Plasma), need a login manager of their own (xscreensaver-systemd, light-locker), or a
//! system that was booted by systemd (logind).
#![cfg(all(unix, not(target_os = "macos"), feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/session.rs"]
mod session;

use std::collections::HashMap;
use std::io::{PipeReader, Read};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};

use calls::{ALICE, lab};
use dovetail::lab::ConfigOptions;
use dovetail::model::account::Transport;
use instance::Instance;
use screen::Screen;
use serde_json::json;
use session::{Bus, Window, poll};
use tokio::runtime::Runtime;
use zbus::zvariant::{Fd, ObjectPath, OwnedObjectPath, OwnedValue};
use zbus::{ObjectServer, blocking, interface};

/// What was asked of a service, in order.
type Asked = Arc<Mutex<Vec<String>>>;

struct ScreenSaver(Asked);

#[interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    fn inhibit(&self, application: &str, reason: &str) -> u32 {
        self.0.lock().unwrap().push(format!("inhibit {application}: {reason}"));
        7
    }

    fn un_inhibit(&self, cookie: u32) {
        self.0.lock().unwrap().push(format!("uninhibit {cookie}"));
    }
}

struct Portal(Asked);

#[interface(name = "org.freedesktop.portal.Inhibit")]
impl Portal {
    async fn inhibit(
        &self,
        _window: &str,
        flags: u32,
        options: HashMap<String, OwnedValue>,
        #[zbus(object_server)] server: &ObjectServer,
    ) -> OwnedObjectPath {
        let reason: &str = options["reason"].downcast_ref().unwrap();
        self.0.lock().unwrap().push(format!("inhibit {flags}: {reason}"));
        let path = ObjectPath::try_from("/org/freedesktop/portal/desktop/request/1").unwrap();
        server.at(&path, Request(Arc::clone(&self.0))).await.unwrap();
        path.into()
    }
}

struct Request(Asked);

#[interface(name = "org.freedesktop.portal.Request")]
impl Request {
    fn close(&self) {
        self.0.lock().unwrap().push("close".to_owned());
    }
}

/// Holds the other ends of what it handed out: closed when nobody keeps it.
struct Login(Asked, Arc<Mutex<Option<PipeReader>>>);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> Fd<'static> {
        self.0.lock().unwrap().push(format!("inhibit {what} {who} {why} {mode}"));
        let (reader, writer) = std::io::pipe().unwrap();
        *self.1.lock().unwrap() = Some(reader);
        OwnedFd::from(writer).into()
    }
}

fn serve(
    bus: &Bus,
    name: &'static str,
    path: &str,
    service: impl zbus::object_server::Interface,
) -> blocking::Connection {
    let builder = blocking::connection::Builder::address(bus.address()).unwrap();
    builder.serve_at(path, service).unwrap().name(name).unwrap().build().unwrap()
}

fn saver(bus: &Bus) -> (blocking::Connection, Asked) {
    let asked = Asked::default();
    let service = ScreenSaver(Arc::clone(&asked));
    let path = "/org/freedesktop/ScreenSaver";
    (serve(bus, "org.freedesktop.ScreenSaver", path, service), asked)
}

/// Alice has a window, and bob calls her.
struct World {
    runtime: Runtime,
    bob: Instance,
    window: Window,
}

impl World {
    fn talk(&mut self) {
        let call = self.bob.call("call", json!({ "to": ALICE }));
        self.runtime.block_on(call);
        let call = self.window.call_is("incoming");
        self.window.rpc("call.answer", &json!({ "call": call["id"] }));
        self.window.call_is("active");
    }

    fn hang_up(&self) {
        let call = self.window.call_is("active");
        self.window.rpc("call.hangup", &json!({ "call": call["id"] }));
        self.window.until("calls", |calls| calls.as_array().is_some_and(Vec::is_empty));
    }

    /// Waits until exactly this was asked.
    #[track_caller]
    fn asked(&self, asked: &Asked, expected: &[&str]) {
        let said = || format!("{:?}\n{}", asked.lock().unwrap(), self.window.log());
        poll(|| (*asked.lock().unwrap() == expected).then_some(()), said);
    }
}

#[test]
fn the_machine_stays_awake_in_a_call_and_may_sleep_afterwards() {
    let runtime = Runtime::new().unwrap();
    let lab = runtime.block_on(lab());
    let bob = runtime.block_on(calls::instance(&lab, "bob"));
    let (screen, bus) = (Screen::start(), Bus::bare());
    let options = ConfigOptions {
        transport: Transport::Udp,
        output: "null".to_owned(),
        ..ConfigOptions::default()
    };
    let window = Window::start(&screen, &bus, &lab.config_toml("alice", &options).unwrap());
    window.until("status", |status| status["overall"] == "online");
    let mut world = World { runtime, bob, window };

    // Nobody is there: the call goes well all the same.
    world.talk();
    world.hang_up();

    let (login, pipe) = (Asked::default(), Arc::new(Mutex::new(None)));
    let service = Login(Arc::clone(&login), Arc::clone(&pipe));
    let served = serve(&bus, "org.freedesktop.login1", "/org/freedesktop/login1", service);
    world.talk();
    world.asked(&login, &["inhibit sleep:idle Dovetail In a call block"]);
    world.hang_up();
    let mut reader = pipe.lock().unwrap().take().unwrap();
    assert_eq!(reader.read(&mut [0]).unwrap(), 0, "nobody holds the other end");

    let portal = Asked::default();
    let path = "/org/freedesktop/portal/desktop";
    let service = Portal(Arc::clone(&portal));
    let portals = serve(&bus, "org.freedesktop.portal.Desktop", path, service);
    world.talk();
    world.asked(&portal, &["inhibit 12: In a call"]);
    world.hang_up();
    world.asked(&portal, &["inhibit 12: In a call", "close"]);

    let (first, asked) = saver(&bus);
    world.talk();
    world.asked(&asked, &["inhibit Dovetail: In a call"]);
    world.hang_up();
    world.asked(&asked, &["inhibit Dovetail: In a call", "uninhibit 7"]);

    // A desktop's shell may crash and come again while somebody talks.
    world.talk();
    poll(|| (asked.lock().unwrap().len() == 3).then_some(()), || world.window.log());
    first.close().unwrap();
    let (_second, asked) = saver(&bus);
    world.asked(&asked, &["inhibit Dovetail: In a call"]);
    world.window.terminate();
    assert_eq!(*asked.lock().unwrap(), ["inhibit Dovetail: In a call", "uninhibit 7"]);
    assert_eq!(login.lock().unwrap().len() + portal.lock().unwrap().len(), 3, "once each");
    drop((served, portals, screen));
}
