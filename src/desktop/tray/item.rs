//! The icon itself, as `ksni` serves it on the session's bus.

use std::time::{Duration, Instant};

use ksni::menu::{MenuItem, RadioGroup, RadioItem, StandardItem, SubMenu};
use ksni::{Error, Icon, OfflineReason, ToolTip, TrayMethods as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::face::{Entry, Face, Mark};
use super::{Tray, pixels};
use crate::desktop::desk::{Act, Desk, Wish};

/// How long a call stands in the menu before it can be answered or declined there: whoever was
/// about to click on another one has let go by then.
const GRACE: Duration = Duration::from_millis(500);
/// A tray that refused the icon is asked again after so long.
const AGAIN: Duration = Duration::from_secs(60);

/// Shows the icon wherever a tray comes up, until it is called off; what is chosen there is left at
/// the desk.
pub async fn run(tray: Tray, desk: Desk, end: CancellationToken) {
    while show(&tray, &desk, &end).await {
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = end.cancelled() => break,
        }
    }
}

/// Until it is called off; true where it is to be tried again.
async fn show(tray: &Tray, desk: &Desk, end: &CancellationToken) -> bool {
    let mut face = tray.0.face.subscribe();
    let there = Presence::default();
    let item = Item {
        face: face.borrow_and_update().clone(),
        desk: desk.clone(),
        there: there.clone(),
        rings_since: Instant::now(),
    };
    // A session's tray may come up after its programs.
    let spawned = tokio::select! {
        spawned = item.assume_sni_available(true).spawn() => spawned,
        () = end.cancelled() => return false,
    };
    let handle = match spawned {
        Ok(handle) => handle,
        Err(error) => {
            tracing::info!(%error, "there is no tray");
            return matches!(error, Error::Watcher(_));
        }
    };
    there.begins();
    let mut known = there.0.subscribe();
    tray.0.there.send_replace(*known.borrow_and_update() == Some(true));
    let ended = loop {
        tokio::select! {
            changed = face.changed() => {
                if changed.is_err() {
                    break false;
                }
                let now = face.borrow_and_update().clone();
                if handle.update(|item| item.turn(now)).await.is_none() {
                    break true;
                }
            }
            _ = known.changed() => {
                let now = *known.borrow_and_update() == Some(true);
                tracing::debug!(there = now, "the tray came or went");
                tray.0.there.send_replace(now);
            }
            () = end.cancelled() => break false,
        }
    };
    tray.0.there.send_replace(false);
    handle.shutdown().await;
    ended
}

/// Whether the tray is there; nothing as long as nobody said so.
#[derive(Debug, Clone)]
struct Presence(std::sync::Arc<watch::Sender<Option<bool>>>);

impl Default for Presence {
    fn default() -> Self {
        Self(std::sync::Arc::new(watch::Sender::new(None)))
    }
}

impl Presence {
    /// The icon was taken, unless the opposite was said already.
    fn begins(&self) {
        let _ = self.0.send_if_modified(|there| {
            let is_new = there.is_none();
            if is_new {
                *there = Some(true);
            }
            is_new
        });
    }

    fn is(&self, there: bool) {
        self.0.send_replace(Some(there));
    }
}

struct Item {
    face: Face,
    desk: Desk,
    there: Presence,
    /// Since when the same calls ring.
    rings_since: Instant,
}

impl Item {
    fn turn(&mut self, face: Face) {
        if face.rings != self.face.rings {
            self.rings_since = Instant::now();
        }
        self.face = face;
    }

    fn leave(&self, wish: Wish) {
        let is_quick = self.rings_since.elapsed() < GRACE;
        if is_quick && matches!(wish, Wish::OnCall(_, Act::Answer | Act::Decline)) {
            return;
        }
        if let Err(error) = self.desk.leave(wish) {
            tracing::warn!(%error, "the tray's menu did nothing");
        }
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "im.dovetail.Dovetail".to_owned()
    }

    fn title(&self) -> String {
        match (self.face.mark, self.face.words.first()) {
            (Mark::New | Mark::Call, Some(line)) => format!("Dovetail – {line}"),
            _ => "Dovetail".to_owned(),
        }
    }

    fn category(&self) -> ksni::Category {
        ksni::Category::Communications
    }

    fn status(&self) -> ksni::Status {
        match self.face.calls_attention {
            true => ksni::Status::NeedsAttention,
            false => ksni::Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        let icon = |one: pixels::Pixels| Icon { width: one.side, height: one.side, data: one.argb };
        pixels::of(self.face.mark).into_iter().map(icon).collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ToolTip {
        let lines: Vec<String> = self.face.words.iter().map(|line| escaped(line)).collect();
        let (title, description) = ("Dovetail".to_owned(), lines.join("\n"));
        ToolTip { title, description, ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.leave(Wish::Toggle);
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        self.leave(Wish::Toggle);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.face.menu.iter().map(item).collect()
    }

    fn watcher_online(&self) {
        self.there.is(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.there.is(false);
        true
    }
}

fn item(entry: &Entry) -> MenuItem<Item> {
    match entry {
        Entry::Rule => MenuItem::Separator,
        Entry::Words(words) => {
            let label = label(words);
            StandardItem { label, enabled: false, ..StandardItem::default() }.into()
        }
        Entry::Do(name, wish) => {
            let (label, wish) = (label(name), wish.clone());
            let activate = Box::new(move |item: &mut Item| item.leave(wish.clone()));
            StandardItem { label, activate, ..StandardItem::default() }.into()
        }
        Entry::Presence(name, shows, selected) => {
            let option = |name: &str| RadioItem { label: label(name), ..RadioItem::default() };
            let options = shows.iter().map(|(name, _)| option(name)).collect();
            let shows: Vec<_> = shows.iter().map(|(_, show)| *show).collect();
            let select = Box::new(move |item: &mut Item, at: usize| {
                if let Some(show) = shows.get(at) {
                    item.leave(Wish::Presence(*show));
                }
            });
            let group = RadioGroup { selected: *selected, select, options };
            let label = label(name);
            SubMenu { label, submenu: vec![group.into()], ..SubMenu::default() }.into()
        }
    }
}

/// An underscore marks a letter of a menu.
fn label(words: &str) -> String {
    words.replace('_', "__")
}

/// A tooltip may have markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::id::CallId;
    use futures::StreamExt as _;
    use futures::executor::block_on;
    use ksni::Tray as _;

    fn item_with(entries: Vec<Entry>, rings: &[&str]) -> Item {
        let rings = rings.iter().map(CallId::new).collect();
        let face = Face { menu: entries, rings, ..Face::default() };
        let (desk, there) = (Desk::default(), Presence::default());
        let long_ago = Instant::now().checked_sub(GRACE).unwrap();
        Item { face, desk, there, rings_since: long_ago }
    }

    fn click(item: &mut Item, at: usize) {
        let Some(MenuItem::Standard(chosen)) = item.menu().into_iter().nth(at) else {
            panic!("nothing to click on")
        };
        (chosen.activate)(item);
    }

    #[test]
    fn what_is_chosen_is_left_at_the_desk() {
        let answer = || Wish::OnCall("1".into(), Act::Answer);
        let menu = || vec![Entry::Do("Answer", answer()), Entry::Do("Quit", Wish::Quit)];
        let mut item = item_with(menu(), &["1"]);
        click(&mut item, 0);
        // Another call took its place under the pointer.
        item.turn(Face { menu: menu(), rings: vec!["2".into()], ..Face::default() });
        click(&mut item, 0);
        click(&mut item, 1);
        let left: Vec<Wish> = block_on(item.desk.wishes().take(2).collect());
        assert_eq!(left, [answer(), Wish::Quit]);
    }

    #[test]
    fn names_are_no_markup_and_no_keys() {
        assert_eq!(label("a_b"), "a__b");
        let words = vec!["<b>Eve & co".to_owned(), "Available".to_owned()];
        let item = Item { face: Face { words, ..Face::default() }, ..item_with(vec![], &[]) };
        assert_eq!(item.tool_tip().description, "&lt;b&gt;Eve &amp; co\nAvailable");
    }

    #[test]
    fn a_tray_that_is_there_and_one_that_is_not() {
        let there = Presence::default();
        there.begins();
        assert_eq!(*there.0.borrow(), Some(true));
        let there = Presence::default();
        there.is(false);
        there.begins();
        assert_eq!(*there.0.borrow(), Some(false), "the watcher was said to be missing");
    }
}
