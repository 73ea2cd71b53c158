//! Who is asked over D-Bus to keep the machine awake. Whoever it is gives it up by itself when
//! our connection ends, so a crash leaves nothing behind.

use std::collections::HashMap;
use std::future;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, Value};
use zbus::{Connection, Proxy, connection};

#[zbus::proxy(
    interface = "org.freedesktop.ScreenSaver",
    default_service = "org.freedesktop.ScreenSaver",
    default_path = "/org/freedesktop/ScreenSaver",
    gen_blocking = false
)]
trait ScreenSaver {
    fn inhibit(&self, application: &str, reason: &str) -> zbus::Result<u32>;
    fn un_inhibit(&self, cookie: u32) -> zbus::Result<()>;
}

#[zbus::proxy(
    interface = "org.freedesktop.portal.Inhibit",
    default_service = "org.freedesktop.portal.Desktop",
    default_path = "/org/freedesktop/portal/desktop",
    gen_blocking = false
)]
trait Portal {
    fn inhibit(
        &self,
        window: &str,
        flags: u32,
        options: HashMap<&str, Value<'_>>,
    ) -> zbus::Result<OwnedObjectPath>;
}

#[zbus::proxy(
    interface = "org.freedesktop.portal.Request",
    default_service = "org.freedesktop.portal.Desktop",
    gen_blocking = false
)]
trait PortalRequest {
    fn close(&self) -> zbus::Result<()>;
}

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1",
    gen_blocking = false
)]
trait Login {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;
}

const WHO: &str = "Dovetail";

/// The portal's flags: suspend, idle.
const SUSPEND_AND_IDLE: u32 = 4 | 8;

/// How long an answer may take; some services are started by the question.
const PATIENCE: Duration = Duration::from_secs(5);

/// Before somebody is asked again after what was asked has gone.
const PAUSE: Duration = Duration::from_secs(2);

/// Keeps the machine awake until `over`. When the service ends, as with a desktop's shell that
/// crashed, its successor is asked.
pub(super) async fn keep(reason: &str, over: impl Future<Output = ()>) {
    let mut over = pin!(over);
    loop {
        // Not called off: what is on its way would be held by nobody.
        let Some(held) = take(reason).await else { return over.await };
        tokio::select! {
            () = &mut over => return held.give_back().await,
            () = held.lost() => tracing::info!("what kept the machine awake has gone"),
        }
        drop(held);
        tokio::select! {
            () = &mut over => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// What keeps the machine awake.
enum Held {
    ScreenSaver(ScreenSaverProxy<'static>, u32),
    Portal(PortalRequestProxy<'static>),
    /// As long as it is open.
    Login(OwnedFd),
}

async fn take(reason: &str) -> Option<Held> {
    match of_session(reason).await {
        Ok(held) => return Some(held),
        Err(error) => tracing::debug!(%error, "the session cannot keep the machine awake"),
    }
    match of_login(reason).await {
        Ok(held) => Some(held),
        Err(error) => {
            tracing::info!(%error, "nobody can be asked to keep the machine awake");
            None
        }
    }
}

async fn of_session(reason: &str) -> zbus::Result<Held> {
    let bus = bus(connection::Builder::session()?).await?;
    let saver = ScreenSaverProxy::new(&bus).await?;
    match saver.inhibit(WHO, reason).await {
        Ok(cookie) => return Ok(Held::ScreenSaver(saver, cookie)),
        Err(error) => tracing::debug!(%error, "there is no screen saver to be asked"),
    }
    let options = HashMap::from([("reason", Value::from(reason))]);
    let portal = PortalProxy::new(&bus).await?;
    let request = portal.inhibit("", SUSPEND_AND_IDLE, options).await?;
    Ok(Held::Portal(PortalRequestProxy::builder(&bus).path(request)?.build().await?))
}

/// Whoever may not do it is refused; no password is asked for.
async fn of_login(reason: &str) -> zbus::Result<Held> {
    let bus = bus(connection::Builder::system()?).await?;
    let lock = LoginProxy::new(&bus).await?.inhibit("sleep:idle", WHO, reason, "block").await?;
    Ok(Held::Login(lock))
}

async fn bus(builder: connection::Builder<'_>) -> zbus::Result<Connection> {
    let connected = builder.method_timeout(PATIENCE).build();
    match tokio::time::timeout(PATIENCE, connected).await {
        Ok(connected) => connected,
        Err(_) => {
            Err(zbus::Error::InputOutput(std::sync::Arc::new(std::io::ErrorKind::TimedOut.into())))
        }
    }
}

impl Held {
    /// Comes back when it is not held any more: its service, or the bus, has gone.
    async fn lost(&self) {
        let proxy: &Proxy<'_> = match self {
            Self::ScreenSaver(saver, _) => saver.inner(),
            Self::Portal(request) => request.inner(),
            Self::Login(_) => return future::pending().await,
        };
        match proxy.receive_owner_changed().await {
            // The first change, or the end of the bus.
            Ok(mut changes) => drop(changes.next().await),
            Err(error) => tracing::debug!(%error, "the bus has gone"),
        }
    }

    async fn give_back(self) {
        let given = match self {
            Self::ScreenSaver(saver, cookie) => saver.un_inhibit(cookie).await,
            Self::Portal(request) => request.close().await,
            Self::Login(lock) => {
                drop(lock);
                Ok(())
            }
        };
        if let Err(error) = given {
            tracing::warn!(%error, "what kept the machine awake could not be given back");
        }
    }
}
