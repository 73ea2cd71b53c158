//! Brings what the keyboard stands on into sight: iced moves the focus without scrolling to it.

use iced::advanced::widget::operation::scrollable::{AbsoluteOffset, Scrollable};
use iced::advanced::widget::operation::{self, Focusable, Operation, Outcome};
use iced::advanced::widget::{Id, operate};
use iced::{Rectangle, Task, Vector};

/// The room left around it, in logical pixels: that of the ring, and some more.
const MARGIN: f32 = 12.0;

/// Scrolls as little as is needed to see what has the focus.
pub fn focused<T: Send + 'static>() -> Task<T> {
    operate(operation::then(Look::default(), |goal| Go { goal, seen: 0 }))
}

/// Which scrollable is to be scrolled where; the place in the order of all.
type Goal = (usize, f32);

/// Looks for the focus, and the scrollable around it.
#[derive(Default)]
struct Look {
    seen: usize,
    next: Option<Frame>,
    around: Vec<Option<Frame>>,
    goal: Option<Goal>,
}

/// A scrollable: its place in the order, what of the window it fills, how far it is scrolled.
#[derive(Clone, Copy)]
struct Frame {
    place: usize,
    bounds: Rectangle,
    offset: f32,
}

impl Operation<Goal> for Look {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<Goal>)) {
        self.around.push(self.next.take());
        operate(self);
        self.around.pop();
    }

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        bounds: Rectangle,
        _content: Rectangle,
        translation: Vector,
        _state: &mut dyn Scrollable,
    ) {
        self.next = Some(Frame { place: self.seen, bounds, offset: translation.y });
        self.seen += 1;
    }

    fn focusable(&mut self, _id: Option<&Id>, bounds: Rectangle, state: &mut dyn Focusable) {
        let Some(frame) = self.around.iter().rev().find_map(|frame| *frame) else { return };
        if state.is_focused() {
            self.goal = scrolled(frame, bounds).map(|offset| (frame.place, offset));
        }
    }

    fn finish(&self) -> Outcome<Goal> {
        self.goal.map_or(Outcome::None, Outcome::Some)
    }
}

/// Where a scrollable has to stand for something in it to be seen; none when it is.
fn scrolled(frame: Frame, inner: Rectangle) -> Option<f32> {
    let top = inner.y - MARGIN - frame.bounds.y;
    let bottom = inner.y + inner.height + MARGIN - frame.bounds.y - frame.bounds.height;
    if frame.offset > top {
        Some(top.max(0.0))
    } else if frame.offset < bottom {
        Some(bottom)
    } else {
        None
    }
}

/// Scrolls it.
struct Go {
    goal: Goal,
    seen: usize,
}

impl<T> Operation<T> for Go {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        operate(self);
    }

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        _bounds: Rectangle,
        _content: Rectangle,
        _translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        if self.seen == self.goal.0 {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(self.goal.1) });
        }
        self.seen += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_as_much_is_scrolled_as_is_needed() {
        let bounds = Rectangle { x: 0.0, y: 100.0, width: 300.0, height: 200.0 };
        let frame = |offset| Frame { place: 0, bounds, offset };
        let inner = |y| Rectangle { x: 0.0, y, width: 100.0, height: 36.0 };
        assert_eq!(scrolled(frame(0.0), inner(150.0)), None);
        assert_eq!(scrolled(frame(0.0), inner(290.0)), Some(38.0));
        assert_eq!(scrolled(frame(100.0), inner(150.0)), Some(38.0));
        assert_eq!(scrolled(frame(100.0), inner(104.0)), Some(0.0));
    }
}
