//! A service for notifications that takes a reply in place. No package has one without a whole
//! Plasma around it, so this is the test's own, to the letter of the specification and of KDE's
//! `inline-reply`.
#![allow(dead_code)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::Connection;
use zbus::fdo::RequestNameFlags;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// One that was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: u32,
    pub replaces: u32,
    pub title: String,
    pub body: String,
    pub actions: Vec<String>,
}

#[derive(Default)]
struct Book {
    shown: Vec<Shown>,
    closed: Vec<u32>,
    next: u32,
}

struct Service(Arc<Mutex<Book>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body", "inline-reply"]
    }

    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut book = self.0.lock().unwrap();
        book.next += 1;
        let id = if replaces == 0 { book.next } else { replaces };
        book.shown.push(Shown { id, replaces, title, body, actions });
        id
    }

    fn close_notification(&self, id: u32) {
        self.0.lock().unwrap().closed.push(id);
    }

    #[zbus(signal)]
    async fn notification_replied(
        emitter: &SignalEmitter<'_>,
        id: u32,
        text: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

/// The running service. It may be replaced.
pub struct Notified {
    book: Arc<Mutex<Book>>,
    bus: Connection,
}

impl Notified {
    /// Takes the name on this connection, also from another that has it. Its first number follows
    /// `after`.
    pub async fn start(bus: Connection, after: u32) -> Self {
        let book = Arc::new(Mutex::new(Book { next: after, ..Book::default() }));
        bus.object_server().at(PATH, Service(Arc::clone(&book))).await.unwrap();
        let flags = RequestNameFlags::AllowReplacement | RequestNameFlags::ReplaceExisting;
        bus.request_name_with_flags(NAME, flags).await.unwrap();
        Self { book, bus }
    }

    /// All that it was to show.
    pub fn shown(&self) -> Vec<Shown> {
        self.book.lock().unwrap().shown.clone()
    }

    /// The newest with this text.
    pub fn has_shown(&self, body: &str) -> Option<Shown> {
        self.shown().into_iter().rfind(|shown| shown.body == body)
    }

    /// The numbers that were taken back.
    pub fn closed(&self) -> Vec<u32> {
        self.book.lock().unwrap().closed.clone()
    }

    /// It goes.
    pub async fn end(self) {
        self.bus.release_name(NAME).await.unwrap();
    }

    /// The person writes in place; the notification goes with that.
    pub async fn reply(&self, id: u32, text: &str) {
        let emitter = SignalEmitter::new(&self.bus, PATH).unwrap();
        Service::notification_replied(&emitter, id, text).await.unwrap();
        Service::notification_closed(&emitter, id, 2).await.unwrap();
    }
}
