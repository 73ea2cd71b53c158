//! The way through a timeline: pages as they come near, jumps, and the bar above it that finds
//! what was said, or a day.

use iced::Element;

use super::days::{self, Days};
use super::find::{self, Find};
use super::{Action, Ask, Conversations, Jump, Kept, Open, Shared, Side, rows};
use crate::core::command::Command;
use crate::gui::widget::escape::closed_by_escape;
use crate::gui::widget::feed::{Place, Sight};
use crate::gui::words::Clock;
use crate::model::message::Entry;
use crate::model::party::Party;

/// What is open above the timeline.
#[derive(Debug)]
pub enum Bar {
    /// What was said is looked for.
    Find(Find),
    /// A day is chosen.
    Days(Days),
}

/// What is done there.
#[derive(Debug, Clone)]
pub enum Act {
    /// While something is looked for.
    Find(find::Act),
    /// While a day is chosen.
    Days(days::Act),
    /// It is closed.
    Close,
}

impl Bar {
    pub fn view<'a>(&'a self, shared: Shared<'a>) -> Element<'a, Act> {
        let bar = match self {
            Self::Find(find) => find.view(shared),
            Self::Days(days) => days.view(shared),
        };
        closed_by_escape(bar, Act::Close)
    }
}

impl Kept {
    pub(super) fn go_to_newest(&mut self, clock: Clock) {
        self.span.go_to_newest(clock);
        (self.sight, self.eye, self.fresh) = (None, None, 0);
        self.go(Place::End);
    }
}

impl Conversations {
    /// The newest entries of a conversation are in sight, as far as is known.
    pub fn at_end(&self, with: &Party) -> bool {
        self.kept.get(with).is_none_or(Kept::at_end)
    }

    pub(super) fn seen(&mut self, with: &Party, sight: Sight, shared: Shared<'_>) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        kept.sight = Some(sight);
        (kept.wish, kept.pages) = (Some(sight.place), 0.0);
        if kept.at_end() {
            kept.fresh = 0;
        }
        match kept.span.wanted(sight.above, sight.below) {
            Some(side) => self.fetch(with, side, shared),
            None => Action::None,
        }
    }

    pub(super) fn fetch(&mut self, with: &Party, side: Side, shared: Shared<'_>) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        match kept.span.ask(side, with, shared.clock) {
            Some((command, turn)) => Action::Load(Command::Chat(command), Ask::Page(side, turn)),
            None => Action::None,
        }
    }

    pub(super) fn fetched(
        &mut self,
        with: &Party,
        side: Side,
        turn: u64,
        page: Option<Vec<Entry>>,
        shared: Shared<'_>,
    ) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        let failed = page.is_none();
        if !kept.span.fetched(side, turn, page, shared.clock) {
            return Action::None;
        }
        if let (Side::From(_), Some(bar)) = (side, &mut self.bar) {
            match bar {
                Bar::Find(find) if failed => find.answered(None),
                Bar::Days(days) if failed => days.failed(),
                Bar::Days(_) => self.bar = None,
                Bar::Find(_) => {}
            }
        }
        if failed {
            kept.eye = None;
            return Action::None;
        }
        match side {
            Side::From(at) => {
                let key = kept.eye.or_else(|| kept.span.at(at));
                kept.eye = key;
                kept.sight = None;
                kept.go(key.map_or(Place::End, Place::Eye));
                self.fetch(with, Side::Earlier, shared)
            }
            Side::Earlier => {
                if let Some(key) = kept.eye.take() {
                    kept.go(Place::Eye(key));
                }
                Action::None
            }
            Side::Later => Action::None,
        }
    }

    pub(super) fn again(&mut self, with: &Party, side: Side, shared: Shared<'_>) -> Action {
        if let Some(kept) = self.kept.get_mut(with) {
            kept.span.again(side);
        }
        self.fetch(with, side, shared)
    }

    /// Goes another way through the timeline.
    pub fn jump(&mut self, with: &Party, jump: Jump, shared: Shared<'_>) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        match jump {
            Jump::Newest => kept.go_to_newest(shared.clock),
            Jump::PageUp => kept.page(-PART),
            Jump::PageDown => kept.page(PART),
        }
        Action::None
    }

    /// Opens what leads elsewhere; again, and it is closed.
    pub fn open(&mut self, with: &Party, open: Open, shared: Shared<'_>) -> Action {
        let known = self.bar.take();
        match (open, known) {
            (Open::Find, Some(Bar::Find(_))) | (Open::Dates, Some(Bar::Days(_))) => Action::None,
            (Open::Find, _) => {
                self.bar = Some(Bar::Find(Find::default()));
                Action::Focus(Some(find::FIND))
            }
            (Open::Days(at), _) => self.choose_day(Days::of(at, shared.clock)),
            (Open::Dates, _) => {
                let at = self.kept.get(with).and_then(|kept| kept.span.newest());
                self.choose_day(Days::of(at.unwrap_or(shared.clock.now), shared.clock))
            }
        }
    }

    fn choose_day(&mut self, days: Days) -> Action {
        self.bar = Some(Bar::Days(days));
        Action::Focus(Some(days::DATE))
    }

    pub(super) fn on_bar(&mut self, with: &Party, act: Act, shared: Shared<'_>) -> Action {
        match (act, &mut self.bar) {
            (Act::Close, _) => {
                self.bar = None;
                Action::Focus(Some(super::COMPOSER))
            }
            (Act::Find(act), Some(Bar::Find(find))) => match find.update(act) {
                find::Next::Nothing => Action::None,
                find::Next::Ask(text) => {
                    self.asked = self.asked.wrapping_add(1);
                    find.asked = self.asked;
                    Action::Load(find::command(text, with), Ask::Find(self.asked))
                }
                find::Next::Show => self.show_hit(with, shared),
            },
            (Act::Days(act), Some(Bar::Days(days))) => match days.update(act, shared.clock) {
                Some(at) => {
                    let action = self.go_to(with, at, None, shared);
                    // It stays until what was asked for is there.
                    if action == Action::None {
                        self.bar = None;
                    }
                    action
                }
                None => Action::None,
            },
            _ => Action::None,
        }
    }

    pub(super) fn found(
        &mut self,
        with: &Party,
        turn: u64,
        entries: Option<Vec<Entry>>,
        shared: Shared<'_>,
    ) -> Action {
        match &mut self.bar {
            Some(Bar::Find(find)) if find.asked == turn => {
                find.answered(entries);
                self.show_hit(with, shared)
            }
            _ => Action::None,
        }
    }

    /// Shows the hit that was chosen, fetching it when it is far back.
    fn show_hit(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        let Some(Bar::Find(find)) = &self.bar else { return Action::None };
        match find.chosen() {
            Some(entry) => {
                let (at, key) = (entry.at, rows::key(entry));
                self.go_to(with, at, Some(key), shared)
            }
            None => Action::None,
        }
    }

    /// Shows one entry, fetching it when it is far back.
    pub fn show(&mut self, with: &Party, entry: &Entry, shared: Shared<'_>) -> Action {
        self.go_to(with, entry.at, Some(rows::key(entry)), shared)
    }

    /// Goes to an entry, or to the first from a moment on.
    fn go_to(
        &mut self,
        with: &Party,
        at: crate::model::time::Timestamp,
        key: Option<u64>,
        shared: Shared<'_>,
    ) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        let known = match key {
            Some(key) => kept.span.has(key).then_some(key),
            None => kept.span.at_within(at),
        };
        if let Some(key) = known {
            kept.eye = None;
            kept.go(Place::Eye(key));
            return Action::None;
        }
        kept.eye = key;
        self.fetch(with, Side::From(at), shared)
    }

    /// What is looked for, and the hit that was chosen: both stand out.
    pub(super) fn looked_for(&self) -> Option<&Find> {
        match &self.bar {
            Some(Bar::Find(find)) => Some(find),
            _ => None,
        }
    }
}

/// How much of the view one step through it is.
const PART: f32 = 0.85;
