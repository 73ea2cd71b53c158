//! The player on the session's bus.

use std::collections::HashMap;
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::{mpsc, watch};
use zbus::fdo::RequestNameFlags;
use zbus::object_server::InterfaceRef;
use zbus::zvariant::{ObjectPath, OwnedValue, Value};
use zbus::{Connection, connection};

use super::{Key, Shown};
use crate::desktop::desk::{Desk, Wish};
use crate::desktop::status::{Board, Status};

const NAME: &str = "org.mpris.MediaPlayer2.dovetail";
const PATH: &str = "/org/mpris/MediaPlayer2";

/// Keys that wait at once; more of them are of no use to anybody.
const WAITING: usize = 8;

/// How long the bus may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which bus.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BusAddress {
    /// That of the session.
    Session,
    /// The one that listens here.
    At(String),
}

/// The keys that are pressed, as long as they are asked for. The player shows the first call of
/// `board`; its window is raised by way of `desk`.
pub fn keys(bus: BusAddress, board: &Board, desk: Desk) -> BoxStream<'static, Key> {
    let (press, pressed) = mpsc::channel(WAITING);
    let served = serve(bus, board.watch(), Handed { press, desk });
    let served = stream::once(served).filter_map(|()| std::future::ready(None));
    let pressed = stream::unfold(pressed, |mut pressed| async move {
        let key = pressed.recv().await?;
        Some((key, pressed))
    });
    stream::select(served, pressed).boxed()
}

/// What the player's objects hand on.
#[derive(Debug, Clone)]
struct Handed {
    press: mpsc::Sender<Key>,
    desk: Desk,
}

/// Shows the calls, until nobody can write any more.
async fn serve(bus: BusAddress, mut status: watch::Receiver<Status>, handed: Handed) {
    let mut player: Option<Presence> = None;
    loop {
        let shown = Shown::of(&status.borrow_and_update());
        player = match (player.take(), shown) {
            (None, None) => None,
            (Some(player), None) => {
                player.leave().await;
                None
            }
            (None, Some(shown)) => told(Presence::begin(&bus, shown, &handed).await),
            (Some(player), Some(shown)) => told(player.change(shown).await),
        };
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// Without a bus there are no such keys; the next change of a call tries again.
fn told(player: zbus::Result<Presence>) -> Option<Presence> {
    player.inspect_err(|error| tracing::info!(%error, "the keys for media are not heard")).ok()
}

/// The player while it is on the bus.
struct Presence {
    bus: Connection,
    name: String,
    player: InterfaceRef<Player>,
}

impl Presence {
    async fn begin(bus: &BusAddress, shown: Shown, handed: &Handed) -> zbus::Result<Self> {
        let builder = match bus {
            BusAddress::Session => connection::Builder::session()?,
            BusAddress::At(address) => connection::Builder::address(address.as_str())?,
        };
        let player = Player { shown, press: handed.press.clone() };
        let built = builder
            .method_timeout(PATIENCE)
            .serve_at(PATH, Root(handed.desk.clone()))?
            .serve_at(PATH, player)?
            .build();
        let bus = tokio::time::timeout(PATIENCE, built).await.map_err(|_| {
            zbus::Error::InputOutput(std::sync::Arc::new(std::io::ErrorKind::TimedOut.into()))
        })??;
        let player = bus.object_server().interface(PATH).await?;
        // A second one, of another profile, is told apart by its process.
        let second = format!("{NAME}.instance{}", std::process::id());
        for name in [NAME.to_owned(), second] {
            match bus.request_name_with_flags(&*name, RequestNameFlags::DoNotQueue.into()).await {
                Ok(_) => return Ok(Self { bus, name, player }),
                Err(zbus::Error::NameTaken) => {}
                Err(error) => return Err(error),
            }
        }
        Err(zbus::Error::NameTaken)
    }

    async fn change(self, shown: Shown) -> zbus::Result<Self> {
        let before = {
            let mut player = self.player.get_mut().await;
            std::mem::replace(&mut player.shown, shown.clone())
        };
        let (player, emitter) = (self.player.get().await, self.player.signal_emitter());
        if before.plays != shown.plays {
            player.playback_status_changed(emitter).await?;
        }
        if before.title != shown.title {
            player.metadata_changed(emitter).await?;
        }
        if before.can_play != shown.can_play {
            player.can_play_changed(emitter).await?;
            player.can_pause_changed(emitter).await?;
        }
        drop(player);
        Ok(self)
    }

    async fn leave(self) {
        let given_up = self.bus.release_name(&*self.name).await;
        if let Err(error) = given_up.and(self.bus.close().await) {
            tracing::debug!(%error, "the bus has gone before the player");
        }
    }
}

/// The program as a player.
struct Root(Desk);

#[zbus::interface(name = "org.mpris.MediaPlayer2")]
impl Root {
    fn raise(&self) {
        if let Err(error) = self.0.leave(Wish::Raise) {
            tracing::debug!(%error, "the window is not raised");
        }
    }

    fn quit(&self) {}

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_quit(&self) -> bool {
        false
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_raise(&self) -> bool {
        true
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn has_track_list(&self) -> bool {
        false
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn identity(&self) -> &str {
        "Dovetail"
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn desktop_entry(&self) -> &str {
        "im.dovetail.Dovetail"
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn supported_uri_schemes(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn supported_mime_types(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The call as what is played. What the standard wants and a call has not is refused, or 1.
struct Player {
    shown: Shown,
    press: mpsc::Sender<Key>,
}

impl Player {
    fn press(&self, key: Key) {
        if self.press.try_send(key).is_err() {
            tracing::warn!("a key for media did nothing: the window is busy");
        }
    }
}

#[zbus::interface(name = "org.mpris.MediaPlayer2.Player")]
impl Player {
    fn play_pause(&self) {
        self.press(Key::PlayPause);
    }

    fn play(&self) {
        self.press(Key::Play);
    }

    fn pause(&self) {
        self.press(Key::Pause);
    }

    fn stop(&self) {
        self.press(Key::Stop);
    }

    fn next(&self) {}

    fn previous(&self) {}

    fn seek(&self, _offset: i64) {}

    fn set_position(&self, _track: ObjectPath<'_>, _position: i64) {}

    #[zbus(property)]
    fn playback_status(&self) -> &str {
        if self.shown.plays { "Playing" } else { "Paused" }
    }

    #[zbus(property)]
    fn metadata(&self) -> HashMap<String, OwnedValue> {
        let track = ObjectPath::from_static_str_unchecked("/im/dovetail/call");
        let title = Value::from(self.shown.title.as_str());
        let facts = [("mpris:trackid", Value::from(track)), ("xesam:title", title)];
        let owned = facts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), OwnedValue::try_from(value).ok()?)));
        owned.collect()
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn rate(&self) -> f64 {
        1.0
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn minimum_rate(&self) -> f64 {
        1.0
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn maximum_rate(&self) -> f64 {
        1.0
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn volume(&self) -> f64 {
        1.0
    }

    #[zbus(property(emits_changed_signal = "false"))]
    fn position(&self) -> i64 {
        0
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_go_next(&self) -> bool {
        false
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_go_previous(&self) -> bool {
        false
    }

    #[zbus(property)]
    fn can_play(&self) -> bool {
        self.shown.can_play
    }

    #[zbus(property)]
    fn can_pause(&self) -> bool {
        self.shown.can_play
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_seek(&self) -> bool {
        false
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn can_control(&self) -> bool {
        true
    }
}
