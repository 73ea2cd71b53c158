//! The desktop's notifications over D-Bus (Desktop Notifications Specification 1.2, and the reply
//! in place that KDE added to it). The service may come up late, go, and come again.
//!
//! One that comes again, or takes another's place, is told what is of interest at that moment:
//! what was read or answered meanwhile is not, and what the person only closed at the old one is,
//! for it is unread still.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use zbus::zvariant::Value;
use zbus::{connection, fdo};

use super::pace::Pace;
use super::{About, Deed, MAX_REPLY, Note, Notifier, Offer, Wanted};
use crate::desktop::desk::{Desk, Wish};

/// The program's name for the desktop; that of its `.desktop` file and icon.
const ENTRY: &str = "im.dovetail.Dovetail";
/// How long an answer may take; some services are started by the question.
const PATIENCE: Duration = Duration::from_secs(5);
/// A session without notifications is looked at again after so long.
const AGAIN: Duration = Duration::from_secs(30);
/// Whoever was about to click on something else has let go by then.
const GRACE: Duration = Duration::from_millis(500);
/// So many that were taken back are known still, for a reply that was on its way.
const TAKEN_BACK: usize = 64;
/// No edition: they begin at one.
const NONE: u64 = 0;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String);

    #[zbus(signal)]
    fn notification_replied(&self, id: u32, text: String);

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32);
}

/// Has the desktop show what is wanted until `end`, and takes it back then; what the person does
/// is left at the desk. `bus` is an address other than the session's.
pub async fn run(notifier: Notifier, desk: Desk, bus: Option<String>, end: CancellationToken) {
    let mut wanted = notifier.0.wanted.subscribe();
    loop {
        match Server::connect(bus.as_deref()).await {
            Ok(mut server) => {
                notifier.0.there.send_replace(true);
                let ended = server.serve(&mut wanted, &desk, &end).await;
                notifier.0.there.send_replace(false);
                if ended {
                    return server.close_all().await;
                }
            }
            Err(error) => tracing::info!(%error, "this session shows no notifications now"),
        }
        tokio::select! {
            () = comes(bus.as_deref()) => {}
            () = tokio::time::sleep(AGAIN) => {}
            () = end.cancelled() => return,
        }
    }
}

async fn connection(bus: Option<&str>) -> zbus::Result<zbus::Connection> {
    let builder = match bus {
        Some(address) => connection::Builder::address(address)?,
        None => connection::Builder::session()?,
    };
    let built = builder.method_timeout(PATIENCE).build();
    tokio::time::timeout(PATIENCE, built).await.map_err(|_| {
        zbus::Error::InputOutput(std::sync::Arc::new(std::io::ErrorKind::TimedOut.into()))
    })?
}

/// Until somebody shows notifications; without a bus for ever.
async fn comes(bus: Option<&str>) {
    let owned = async {
        let bus = connection(bus).await?;
        let proxy = NotificationsProxy::new(&bus).await?;
        let mut owners = proxy.inner().receive_owner_changed().await?;
        while let Some(owner) = owners.next().await {
            if owner.is_some() {
                return zbus::Result::Ok(());
            }
        }
        future::pending().await
    };
    if owned.await.is_err() {
        future::pending().await
    }
}

/// What the desktop says.
enum Said {
    Invoked(u32, String),
    Replied(u32, String),
    Closed(u32),
    /// The service has gone, or another took its place.
    Gone,
}

/// One that was handed over.
struct Shown {
    /// Its number there.
    id: u32,
    edition: u64,
    since: Instant,
    /// It is not on the screen any more. What the person did to it may be told after that.
    closed: bool,
}

struct Server {
    proxy: NotificationsProxy<'static>,
    said: BoxStream<'static, Said>,
    capabilities: Vec<String>,
    shown: BTreeMap<About, Shown>,
    taken_back: VecDeque<(u32, About)>,
    pace: Pace,
}

impl Server {
    async fn connect(bus: Option<&str>) -> zbus::Result<Self> {
        let bus = connection(bus).await?;
        let proxy = NotificationsProxy::new(&bus).await?;
        let owners = proxy.inner().receive_owner_changed().await?;
        let invoked = proxy.receive_action_invoked().await?.filter_map(|signal| async move {
            let args = signal.args().ok()?;
            Some(Said::Invoked(args.id, args.action_key.clone()))
        });
        let replied = proxy.receive_notification_replied().await?.filter_map(|signal| async move {
            let args = signal.args().ok()?;
            Some(Said::Replied(args.id, args.text.clone()))
        });
        let closed = proxy.receive_notification_closed().await?.filter_map(|signal| async move {
            signal.args().ok().map(|args| Said::Closed(args.id))
        });
        let capabilities = proxy.get_capabilities().await?;
        // The question may have started it, which is told as a change.
        let name = proxy.inner().destination().clone();
        let owner = fdo::DBusProxy::new(&bus).await?.get_name_owner(name).await?;
        // Another in its place, without a gap, knows nothing of the numbers of this one.
        let others = owners.filter(move |now| future::ready(now.as_ref() != Some(&*owner)));
        let gone = others.map(|_| Said::Gone).chain(stream::once(async { Said::Gone }));
        let said = [invoked.boxed(), replied.boxed(), closed.boxed(), gone.boxed()];
        let said = stream::select_all(said).boxed();
        let (shown, taken_back) = (BTreeMap::new(), VecDeque::new());
        Ok(Self { proxy, said, capabilities, shown, taken_back, pace: Pace::default() })
    }

    /// True when it is over, false when the service has gone.
    async fn serve(
        &mut self,
        wanted: &mut watch::Receiver<Wanted>,
        desk: &Desk,
        end: &CancellationToken,
    ) -> bool {
        loop {
            let now = wanted.borrow_and_update().clone();
            let Ok(wait) = self.reconcile(&now).await else { return false };
            let due = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => future::pending().await,
                }
            };
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() { return true },
                said = self.said.next() => match said {
                    None | Some(Said::Gone) => return false,
                    Some(said) => self.on(said, desk, end).await,
                },
                () = due => {}
                () = end.cancelled() => return true,
            }
        }
    }

    /// Closes what is not wanted any more and shows what is new, as far as that may be now; after
    /// how long the rest may.
    async fn reconcile(&mut self, wanted: &Wanted) -> zbus::Result<Option<Duration>> {
        let over: Vec<_> = self.shown.keys().filter(|k| !wanted.contains_key(k)).cloned().collect();
        for about in over {
            let Some(shown) = self.shown.remove(&about) else { continue };
            if !shown.closed
                && let Err(error) = self.proxy.close_notification(shown.id).await
            {
                tracing::debug!(%error, "a notification was gone already");
            }
            self.taken_back.truncate(TAKEN_BACK - 1);
            self.taken_back.push_front((shown.id, about));
        }
        let mut wait: Option<Duration> = None;
        for (about, note) in wanted {
            if self.shown.get(about).is_some_and(|shown| shown.edition == note.edition) {
                continue;
            }
            match self.pace.take(about, Instant::now()) {
                Ok(()) => self.show(about, note).await?,
                Err(later) => wait = Some(wait.map_or(later, |wait| wait.min(later))),
            }
        }
        Ok(wait)
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }

    async fn show(&mut self, about: &About, note: &Note) -> zbus::Result<()> {
        let before = self.shown.get(about).filter(|shown| !shown.closed);
        let before = before.map_or(0, |shown| shown.id);
        let keys = self.keys(note);
        let actions: Vec<&str> =
            keys.iter().flat_map(|(key, words)| [key.as_str(), *words]).collect();
        let body = if self.can("body-markup") { escaped(&note.body) } else { note.body.clone() };
        let stays = if matches!(about, About::Ringing(_)) { 0 } else { -1 };
        let told = self.proxy.notify(
            "Dovetail",
            before,
            ENTRY,
            &note.title,
            &body,
            &actions,
            hints(about),
            stays,
        );
        let id = told.await?;
        // Shown once more, it was seen coming.
        let again = self.shown.get(about).filter(|shown| shown.edition == NONE);
        let since = again.map_or_else(Instant::now, |shown| shown.since);
        let shown = Shown { id, edition: note.edition, since, closed: false };
        self.shown.insert(about.clone(), shown);
        Ok(())
    }

    /// What each button is called on the bus: some names are given, the others are of this edition
    /// alone.
    fn keys(&self, note: &Note) -> Vec<(String, &'static str)> {
        if !self.can("actions") {
            return Vec::new();
        }
        let key = |offer| match offer {
            Offer::Open => "default".to_owned(),
            Offer::Reply if self.can("inline-reply") => "inline-reply".to_owned(),
            offer => format!("{}-{}", name(offer), note.edition),
        };
        note.offers.iter().map(|(offer, words)| (key(*offer), *words)).collect()
    }

    /// Notifications of other programs have other numbers.
    async fn on(&mut self, said: Said, desk: &Desk, end: &CancellationToken) {
        let (about, deed) = match said {
            Said::Gone => return,
            Said::Closed(id) => {
                self.with(id).into_iter().for_each(|(_, shown)| shown.closed = true);
                return;
            }
            Said::Invoked(id, key) => {
                let Some((about, shown)) = self.with(id) else { return };
                let Some(deed) = deed(about, shown.edition, &key) else { return };
                if matches!(deed, Deed::Answer | Deed::Decline) && shown.since.elapsed() < GRACE {
                    // Some services close it at a press: it is shown once more.
                    shown.edition = NONE;
                    return;
                }
                (about.clone(), deed)
            }
            Said::Replied(id, text) => {
                let taken_back = || self.taken_back.iter().find(|(old, _)| *old == id);
                let shown = self.shown.iter().find(|(_, shown)| shown.id == id);
                let about = shown.map(|(about, _)| about).or_else(|| Some(&taken_back()?.1));
                let Some(deed) = about.and_then(|about| reply(about, &text)) else { return };
                let Some(about) = about.cloned() else { return };
                // Whoever wrote has the words nowhere else: they wait until there is room.
                tokio::select! {
                    () = desk.leave_in_turn(Wish::Noted(about, deed)) => {}
                    () = end.cancelled() => tracing::warn!("the end came before a reply"),
                }
                return;
            }
        };
        if let Err(error) = desk.leave(Wish::Noted(about, deed)) {
            tracing::warn!(%error, "a notification's button did nothing");
        }
    }

    fn with(&mut self, id: u32) -> Option<(&About, &mut Shown)> {
        self.shown.iter_mut().find(|(_, shown)| shown.id == id)
    }

    async fn close_all(mut self) {
        if let Err(error) = self.reconcile(&Wanted::new()).await {
            tracing::debug!(%error, "notifications stay");
        }
    }
}

fn name(offer: Offer) -> &'static str {
    match offer {
        Offer::Open => "open",
        Offer::Reply => "reply",
        Offer::Answer => "answer",
        Offer::Decline => "decline",
        Offer::CallBack => "call-back",
    }
}

fn deed(about: &About, edition: u64, key: &str) -> Option<Deed> {
    if key == "default" {
        return Some(Deed::Open);
    }
    let of = |offer| key == format!("{}-{edition}", name(offer));
    match about {
        About::Messages(_) if of(Offer::Reply) => Some(Deed::Write),
        About::Ringing(_) if of(Offer::Answer) => Some(Deed::Answer),
        About::Ringing(_) if of(Offer::Decline) => Some(Deed::Decline),
        About::Missed(_) if of(Offer::CallBack) => Some(Deed::CallBack),
        _ => None,
    }
}

fn reply(about: &About, text: &str) -> Option<Deed> {
    let About::Messages(_) = about else { return None };
    let text: String = text.trim().chars().take(MAX_REPLY).collect();
    (!text.is_empty()).then_some(Deed::Reply(text))
}

fn hints(about: &About) -> HashMap<&'static str, Value<'static>> {
    let (urgency, category) = match about {
        About::Ringing(_) => (2_u8, "call.incoming"),
        About::Missed(_) => (1, "call.unanswered"),
        About::Messages(_) => (1, "im.received"),
    };
    HashMap::from([
        ("desktop-entry", Value::from(ENTRY)),
        ("urgency", Value::from(urgency)),
        ("category", Value::from(category)),
        // A call rings by itself.
        ("suppress-sound", Value::from(urgency == 2)),
    ])
}

/// The body may have markup where the service says so: what others wrote has none.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_button_counts_for_the_edition_it_was_shown_with_alone() {
        let ringing = About::Ringing("1".into());
        assert_eq!(deed(&ringing, 7, "answer-7"), Some(Deed::Answer));
        assert_eq!(deed(&ringing, 7, "decline-7"), Some(Deed::Decline));
        assert_eq!(deed(&ringing, 7, "default"), Some(Deed::Open));
        for key in ["answer-6", "answer", "call-back-7", "", "reply-7"] {
            assert_eq!(deed(&ringing, 7, key), None, "{key}");
        }
        let messages = About::Messages("bob@cusax.test".parse().unwrap());
        assert_eq!(deed(&messages, 7, "answer-7"), None);
        assert_eq!(reply(&ringing, "yes"), None);
        assert_eq!(reply(&messages, " \n"), None);
        assert_eq!(reply(&messages, " yes\n"), Some(Deed::Reply("yes".to_owned())));
    }

    #[test]
    fn what_others_wrote_is_no_markup() {
        assert_eq!(escaped("<b>&amp;"), "&lt;b&gt;&amp;amp;");
    }
}
