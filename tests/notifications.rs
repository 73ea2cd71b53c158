//! The real program and the desktop's notifications: a real service (dunst) and one that takes
//! replies in place, what comes in over real servers, services that come late, go and change.
#![cfg(all(target_os = "linux", feature = "gui"))]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/dunst.rs"]
mod dunst;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/notified.rs"]
mod notified;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/session.rs"]
mod session;

use std::cell::RefCell;

use dovetail::lab::{ConfigOptions, Lab, User};
use dunst::Dunst;
use instance::Instance;
use notified::Notified;
use screen::Screen;
use serde_json::{Value, json};
use session::{Bus, PATIENCE, Window, poll};
use tokio::runtime::Runtime;

const TITLE: &str = "^Dovetail";
const ALICE: &str = "alice@cusax.test";

/// Alice at her window and bob headless, who can call and write to each other.
struct World {
    runtime: Runtime,
    lab: Lab,
    screen: Screen,
    bus: Bus,
    window: Window,
    bob: RefCell<Instance>,
}

impl World {
    fn start(mut bus: Bus, with_bus: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let user = |name: &str, other: &str| {
            User::new(name, "secret").contact(other).tel(format!("sip:{name}@cusax.test").as_str())
        };
        let lab = Lab::builder().user(user("alice", "bob")).user(user("bob", "alice"));
        let lab = runtime.block_on(lab.start()).unwrap();
        let screen = Screen::start();
        let options = ConfigOptions {
            input: "null".to_owned(),
            output: "null".to_owned(),
            ..ConfigOptions::default()
        };
        if !with_bus {
            bus.stop();
        }
        let window = Window::start(&screen, &bus, &lab.config_toml("alice", &options).unwrap());
        let config = lab.config_toml("bob", &options).unwrap();
        let bob = runtime.block_on(async {
            let mut bob = Instance::start(&config).await;
            let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
            bob.wait_event(callable, PATIENCE).await;
            bob
        });
        window.until("status", |status| status["overall"] == "online");
        Self { runtime, lab, screen, bus, window, bob: RefCell::new(bob) }
    }

    fn bob_writes(&self, body: &str) {
        let message = json!({ "to": ALICE, "body": body });
        self.runtime.block_on(self.bob.borrow_mut().call("message.send", message));
    }

    fn bob_calls(&self) {
        // What is over stands in the list for a moment.
        poll(
            || self.call_of_bob().is_null().then_some(()),
            || format!("{} is not over", self.call_of_bob()),
        );
        self.bob.borrow_mut().forget_events();
        self.runtime.block_on(self.bob.borrow_mut().call("call", json!({ "to": ALICE })));
        self.window.call_is("incoming");
    }

    fn bob_hears(&self, body: &'static str) {
        let is_it = move |event: &Value| event.to_string().contains(body);
        self.runtime.block_on(self.bob.borrow_mut().wait_event(is_it, PATIENCE));
    }

    fn call_of_bob(&self) -> Value {
        let calls = self.runtime.block_on(self.bob.borrow_mut().call("calls", json!({})));
        calls[0].clone()
    }

    /// The window gets the focus and loses it: it is not in front any more.
    fn look_away(&self) {
        self.screen.focus(self.screen.window(TITLE));
        self.screen.leave();
    }

    fn unread(&self) -> Value {
        self.window.rpc("conversations", &json!({}))[0]["unread"].clone()
    }

    fn connection(&self) -> zbus::Connection {
        let address = self.bus.address();
        let builder = zbus::connection::Builder::address(address).unwrap();
        self.runtime.block_on(builder.build()).unwrap()
    }

    fn dunst(&self) -> Dunst {
        Dunst::start(self.screen.name(), self.bus.address(), self.connection())
    }

    #[track_caller]
    fn shows(&self, dunst: &Dunst, text: &str) -> (String, String, String) {
        poll(|| dunst.has_told(text), || format!("{text}: {}{}", dunst.log(), self.window.log()))
    }

    #[track_caller]
    fn are_displayed(&self, dunst: &Dunst, count: u32) {
        let displayed = || self.runtime.block_on(dunst.displayed());
        poll(
            || (displayed() == Some(count)).then_some(()),
            || format!("{:?} instead of {count}: {}", displayed(), dunst.log()),
        );
    }
}

#[test]
fn a_service_that_comes_late_tells_of_messages_and_calls_and_takes_the_answers() {
    let world = World::start(Bus::bare(), true);
    world.look_away();
    world.bob_writes("Nobody shows this yet");
    world.window.until("conversations", |all| all[0]["unread"] == 1);
    let dunst = world.dunst();
    // It is of interest still: nobody read it.
    let (first, title, _) = world.shows(&dunst, "Nobody shows this yet");
    assert_eq!(title, "bob");

    // The next takes its place.
    world.bob_writes("<b>Are</b> you there?");
    let (second, title, _) = world.shows(&dunst, "&lt;b&gt;Are&lt;/b&gt; you there?");
    assert_eq!((second, title.as_str()), (first, "bob · 2 new messages"));
    world.are_displayed(&dunst, 1);

    // A click opens the conversation, where it is read then.
    assert_eq!(world.unread(), 2);
    world.runtime.block_on(dunst.click());
    let window = world.screen.window(TITLE);
    poll(
        || {
            world.screen.focus(window);
            (world.unread() == 0).then_some(())
        },
        || format!("it is not read: {}", world.window.log()),
    );
    world.are_displayed(&dunst, 0);

    // A call is answered there.
    world.look_away();
    world.bob_calls();
    world.shows(&dunst, "Incoming call");
    poll(
        || {
            world.runtime.block_on(dunst.press("Answer"));
            (world.call_of_bob()["state"] == "active").then_some(())
        },
        || format!("it is not answered: {}{}", dunst.log(), world.window.log()),
    );
    world.are_displayed(&dunst, 0);
    world.window.call_is("active");
    let call = world.call_of_bob()["id"].clone();
    world.runtime.block_on(world.bob.borrow_mut().call("call.hangup", json!({ "call": call })));
    world.window.until("calls", |calls| calls.as_array().is_some_and(Vec::is_empty));

    // Another is refused.
    world.bob_calls();
    let call = world.call_of_bob()["id"].clone();
    world.are_displayed(&dunst, 1);
    poll(
        || {
            world.runtime.block_on(dunst.press("Decline"));
            (world.call_of_bob()["state"] != "ringing").then_some(())
        },
        || format!("it is not refused: {}{}", dunst.log(), world.window.log()),
    );
    let ended = |event: &Value| {
        let of = &event["call"];
        event["type"] == "call" && of["id"] == call && of["state"] == "ended"
    };
    let ended = world.runtime.block_on(world.bob.borrow_mut().wait_event(ended, PATIENCE));
    let reason = ended["call"]["end_reason"].as_str().unwrap();
    assert!(reason.starts_with("Declined"), "{reason}");
    // What was refused was not missed.
    world.are_displayed(&dunst, 0);

    // A third is given up: that is told, and goes when somebody looks.
    world.window.until("calls", |calls| calls.as_array().is_some_and(Vec::is_empty));
    world.bob_calls();
    let call = world.call_of_bob()["id"].clone();
    world.runtime.block_on(world.bob.borrow_mut().call("call.hangup", json!({ "call": call })));
    world.shows(&dunst, "Missed call");
    world.screen.focus(window);
    world.are_displayed(&dunst, 0);
    world.window.terminate();
}

#[test]
fn a_reply_in_place_is_sent_and_a_service_that_is_replaced_is_a_new_one() {
    let world = World::start(Bus::bare(), true);
    let first = world.runtime.block_on(Notified::start(world.connection(), 100));
    world.look_away();
    world.bob_writes("Shall we meet?");
    let shown = |service: &Notified, body: &str| {
        let log = || format!("{:?}\n{}", service.shown(), world.window.log());
        poll(|| service.has_shown(body), log)
    };
    let meet = shown(&first, "Shall we meet?");
    assert_eq!((meet.title.as_str(), meet.id, meet.replaces), ("bob", 101, 0));
    assert_eq!(meet.actions, ["default", "Open", "inline-reply", "Reply"]);
    world.runtime.block_on(first.reply(meet.id, "Yes, at five."));
    world.bob_hears("Yes, at five.");
    // What was answered was read.
    world.window.until("conversations", |all| all[0]["unread"] == 0);

    // Another takes its place without a gap: it knows none of the old numbers.
    world.bob_writes("Where?");
    let log = || world.window.log();
    let asked = poll(|| first.has_shown("Where?"), log);
    assert_eq!(asked.replaces, 0, "the one before is gone");
    let second = world.runtime.block_on(Notified::start(world.connection(), 500));
    let again = poll(|| second.has_shown("Where?"), log);
    assert_eq!((again.id, again.replaces), (501, 0));
    world.bob_writes("And with whom?");
    let more = poll(|| second.has_shown("And with whom?"), log);
    assert_eq!((more.id, more.replaces), (501, 501));
    assert_eq!(first.has_shown("And with whom?").map(|shown| shown.id), None);
    world.runtime.block_on(second.reply(more.id, "Here, with everybody."));
    world.bob_hears("Here, with everybody.");

    // It goes, and a real one comes.
    drop(first);
    world.runtime.block_on(second.end());
    world.bob_writes("Good");
    world.window.until("conversations", |all| all[0]["unread"] == 1);
    let dunst = world.dunst();
    world.shows(&dunst, "Good");
    world.window.terminate();
}

#[test]
fn a_session_without_a_bus_has_the_program_all_the_same() {
    let world = World::start(Bus::bare(), false);
    world.bob_writes("Hello");
    world.window.until("conversations", |all| all[0]["unread"] == 1);
    world.window.terminate();
}
