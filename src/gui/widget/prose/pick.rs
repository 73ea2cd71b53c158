//! Choosing a part of a text with the pointer.

use std::ops::Range;

use iced::Point;
use iced::advanced::mouse::click::{Click, Kind};
use iced::advanced::{Shell, mouse};

use super::{State, Words, select};

/// How far the pointer goes before a press is more than a click.
const SLACK: f32 = 4.0;

/// What is done to choose a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// Nothing is chosen any more.
    Nothing,
    /// A part is.
    Part(Range<usize>),
    /// What is chosen goes into the clipboard.
    Copy,
}

/// The button is down: where, and what was chosen there.
pub(super) struct Drag {
    from: Point,
    part: Range<usize>,
    kind: Kind,
    pub moved: bool,
}

impl<Message> Words<'_, Message> {
    /// The button goes down: a second time it takes the word, a third time everything.
    pub(super) fn begin(
        &self,
        state: &mut State,
        at: Point,
        shell: &mut Shell<'_, Message>,
    ) -> bool {
        let Some(on_pick) = &self.on_pick else { return false };
        let click = Click::new(at, mouse::Button::Left, state.click);
        state.click = Some(click);
        let text = &self.prose.text;
        let offset = select::offset(state.paragraph.buffer(), text, at);
        let part = match click.kind() {
            Kind::Single => offset..offset,
            Kind::Double => select::word(text, offset),
            Kind::Triple => 0..text.len(),
        };
        state.drag = Some(Drag { from: at, part: part.clone(), kind: click.kind(), moved: false });
        shell.publish(on_pick(if part.is_empty() { Pick::Nothing } else { Pick::Part(part) }));
        true
    }

    /// The pointer moves with the button down.
    pub(super) fn drag(&self, state: &mut State, at: Point, shell: &mut Shell<'_, Message>) {
        let (Some(on_pick), Some(drag)) = (&self.on_pick, &mut state.drag) else { return };
        if !drag.moved && drag.from.distance(at) < SLACK {
            return;
        }
        drag.moved = true;
        let text = &self.prose.text;
        let offset = select::offset(state.paragraph.buffer(), text, at);
        let reached = match drag.kind {
            Kind::Double => select::word(text, offset),
            Kind::Single | Kind::Triple => offset..offset,
        };
        let part = drag.part.start.min(reached.start)..drag.part.end.max(reached.end);
        shell.capture_event();
        if !part.is_empty() && self.picked.as_ref() != Some(&part) {
            shell.publish(on_pick(Pick::Part(part)));
        }
    }
}
