//! Where the main window is: followed, and written when it has stayed there for a while, when it is
//! closed, and at the end.

use std::time::Duration;

use iced::{Size, Task, window};

use super::{App, Happened, Look, Message};
use crate::desktop::place::{Job, Kept, Place};

/// How long the window has stayed as it is before that is written: nobody writes each step of a
/// resize.
const SETTLED: Duration = Duration::from_secs(2);

/// Where the main window is.
#[derive(Debug, Default)]
pub(super) struct Placed {
    kept: Kept,
    /// What it told last; whether it fills the screen then is yet to be seen.
    size: Option<(f32, f32)>,
    /// It is waited whether it stays so.
    waits: bool,
}

impl Placed {
    pub(super) fn new(kept: Kept) -> Self {
        Self { kept, ..Self::default() }
    }

    /// Where it is, or would be.
    pub(super) fn place(&self) -> Place {
        self.kept.place()
    }

    /// Whether the person has yet to be told that closing leaves the program in the tray; once.
    pub(super) fn tell_of_tray(&mut self) -> bool {
        let place = self.kept.place();
        self.kept.set(Place { told_of_tray: true, ..place });
        !place.told_of_tray
    }
}

impl App {
    /// The main window has another size, or another corner: it is looked at.
    pub(super) fn place_changed(&mut self, size: Option<Size>) -> Task<Message> {
        let Some(main) = self.main_window() else { return Task::none() };
        // What counts in the window are pixels of its own scale.
        let factor = self.scale();
        let placed = &mut self.windows.placed;
        placed.size = size.map(|it| (it.width * factor, it.height * factor)).or(placed.size);
        let looked = window::is_maximized(main).then(move |fills| {
            window::scale_factor(main)
                .then(move |scale| window::position(main).map(move |at| Look { fills, scale, at }))
        });
        looked.map(move |look| {
            Message::Window(main, super::super::read_clock(), Happened::Looked(look))
        })
    }

    /// So it looked after that.
    pub(super) fn place_is(&mut self, look: Look) -> Task<Message> {
        let Some(main) = self.main_window() else { return Task::none() };
        let Look { fills, scale, at } = look;
        let placed = &mut self.windows.placed;
        let mut place = Place { maximized: fills, scale, ..placed.kept.place() };
        // What fills the screen has no place of its own: it goes back to where it was.
        if !fills {
            place.size = placed.size.unwrap_or(place.size);
            place.at = at.map(|at| (at.x, at.y));
        }
        placed.kept.set(place);
        if std::mem::replace(&mut placed.waits, true) {
            return Task::none();
        }
        Task::perform(async { tokio::time::sleep(SETTLED).await }, move |()| {
            Message::Window(main, super::super::read_clock(), Happened::Settled)
        })
    }

    /// It has stayed there for a while.
    pub(super) fn place_settled(&mut self) -> Task<Message> {
        self.windows.placed.waits = false;
        self.keep_place()
    }

    /// Writes where it is, if that is not written.
    pub(super) fn keep_place(&mut self) -> Task<Message> {
        self.windows.placed.waits = false;
        match self.windows.placed.kept.job() {
            Some(job) => Task::future(written(job)).discard(),
            None => Task::none(),
        }
    }

    /// The same at the end, when nothing waits for tasks any more.
    pub(super) fn keep_place_now(&mut self) {
        if let Some(job) = self.windows.placed.kept.job() {
            job.run();
        }
    }
}

async fn written(job: Job) {
    if let Err(error) = tokio::task::spawn_blocking(|| job.run()).await {
        tracing::warn!(%error, "where the window is was not kept");
    }
}
