//! A list of rows of any height, of which only those in sight are made and laid out. What is
//! shown hangs on one row: nothing moves when rows come or go above or below it. iced's own
//! scrollable lays all of its content out, and needs to know how high it is.

mod arrange;
mod bar;

use iced::advanced::widget::{Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, layout, mouse, overlay, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, touch};

pub use arrange::{Key, Place, Sight};
use arrange::{Made, State};

use super::super::theme::step;

/// How far one notch of a wheel goes, in logical pixels.
const NOTCH: f32 = 60.0;

/// What the person, or the program, wants to see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Where to.
    pub place: Place,
    /// From there, or from where the list is: so many of its heights, below zero upwards.
    pub pages: f32,
    /// Counts the wishes: a new one takes the list there, an old one leaves it where it is.
    pub turn: u64,
}

/// Makes a row by its number.
type Make<'a, Message> = Box<dyn Fn(usize) -> Element<'a, Message> + 'a>;

/// The widget.
pub struct Feed<'a, Message> {
    keys: &'a [Key],
    make: Make<'a, Message>,
    guess: Box<dyn Fn(usize, f32) -> f32 + 'a>,
    steady: Box<dyn Fn(usize) -> bool + 'a>,
    wish: Wish,
    side: f32,
    sticks: bool,
    on_sight: Box<dyn Fn(Sight) -> Message + 'a>,
    shown: Vec<Made<'a, Message>>,
}

impl<'a, Message> Feed<'a, Message> {
    /// Rows by their keys. `make` gives one by its number, `guess` its height at a width before
    /// it was ever laid out; `on_sight` tells what is in sight whenever that changes.
    pub fn new(
        keys: &'a [Key],
        wish: Wish,
        make: impl Fn(usize) -> Element<'a, Message> + 'a,
        guess: impl Fn(usize, f32) -> f32 + 'a,
        on_sight: impl Fn(Sight) -> Message + 'a,
    ) -> Self {
        Self {
            keys,
            make: Box::new(make),
            guess: Box::new(guess),
            steady: Box::new(|_| true),
            wish,
            side: step::L,
            sticks: true,
            on_sight: Box::new(on_sight),
            shown: Vec::new(),
        }
    }

    /// The margin at both sides.
    pub fn side(self, side: f32) -> Self {
        Self { side, ..self }
    }

    /// Which rows stay when others come: what is shown hangs on one of them.
    pub fn steady(self, steady: impl Fn(usize) -> bool + 'a) -> Self {
        Self { steady: Box::new(steady), ..self }
    }

    /// Whether the end stays in sight when rows come below it.
    pub fn sticks(self, sticks: bool) -> Self {
        Self { sticks, ..self }
    }

    fn scroll(state: &mut State, by: f32, shell: &mut Shell<'_, Message>) {
        state.scroll(by);
        shell.invalidate_layout();
        shell.request_redraw();
        shell.capture_event();
    }

    /// What the list itself does with an event that no row took.
    fn moved(
        &self,
        state: &mut State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, Message>,
    ) {
        match event {
            Event::Mouse(mouse::Event::WheelScrolled { delta }) if cursor.is_over(bounds) => {
                let by = match delta {
                    mouse::ScrollDelta::Lines { y, .. } => y * NOTCH,
                    mouse::ScrollDelta::Pixels { y, .. } => *y,
                };
                Self::scroll(state, by, shell);
            }
            Event::Touch(touch::Event::FingerPressed { id, position })
                if bounds.contains(*position) =>
            {
                state.finger = Some((*id, *position));
            }
            Event::Touch(touch::Event::FingerMoved { id, position }) => {
                if let Some((_, before)) = state.finger.filter(|(finger, _)| finger == id) {
                    state.finger = Some((*id, *position));
                    Self::scroll(state, position.y - before.y, shell);
                }
            }
            Event::Touch(touch::Event::FingerLifted { .. } | touch::Event::FingerLost { .. }) => {
                state.finger = None;
            }
            _ => {}
        }
    }

    /// What is done with the bar; true when the event was for it.
    fn on_bar(
        &self,
        state: &mut State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, Message>,
    ) -> bool {
        let thumb = bar::thumb(state, bounds);
        let at = cursor.land().position();
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
                let (Some(thumb), Some(at)) = (thumb, cursor.position()) else { return false };
                if !bar::rail(bounds).contains(at) {
                    return false;
                }
                let inside = thumb.contains(iced::Point::new(thumb.center_x(), at.y));
                state.grabbed = Some(if inside { at.y - thumb.y } else { thumb.height / 2.0 });
                self.drag(state, bounds, at.y, shell);
                true
            }
            Event::Mouse(mouse::Event::CursorMoved { .. }) if state.grabbed.is_some() => {
                if let Some(at) = at {
                    self.drag(state, bounds, at.y, shell);
                }
                true
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => {
                state.grabbed.take().is_some()
            }
            _ => false,
        }
    }

    fn drag(&self, state: &mut State, bounds: Rectangle, y: f32, shell: &mut Shell<'_, Message>) {
        let (Some(thumb), Some(grabbed)) = (bar::thumb(state, bounds), state.grabbed) else {
            return;
        };
        let room = (bounds.height - thumb.height).max(1.0);
        let share = ((y - grabbed - bounds.y) / room).clamp(0.0, 1.0);
        state.go_to_share(share, bounds.height, self.keys, |row| {
            (self.guess)(row, bounds.width - 2.0 * self.side)
        });
        shell.invalidate_layout();
        shell.request_redraw();
        shell.capture_event();
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Feed<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    /// Rows are made when it is known which are in sight: they are compared there.
    fn diff(&self, _tree: &mut Tree) {}

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fill)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let size = limits.resolve(Length::Fill, Length::Fill, Size::ZERO);
        let nodes = arrange::arrange(self, tree, renderer, size);
        layout::Node::with_children(size, nodes)
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        let Some(visible) = bounds.intersection(viewport) else { return };
        let inside = within(cursor, bounds);
        renderer.with_layer(told_apart(visible, state.moves), |renderer| {
            for ((made, tree), layout) in
                self.shown.iter().zip(&tree.children).zip(layout.children())
            {
                let row = made.element.as_widget();
                row.draw(tree, renderer, theme, style, layout, inside, &visible);
            }
        });
        if let Some(thumb) = bar::thumb(state, bounds) {
            let over = state.grabbed.is_some()
                || cursor.position().is_some_and(|at| bar::rail(bounds).contains(at));
            renderer.with_layer(visible, |renderer| bar::draw(renderer, theme, thumb, over));
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        let bounds = layout.bounds();
        let state = tree.state.downcast_mut::<State>();
        if self.on_bar(state, event, bounds, cursor, shell) {
            shell.capture_event();
            return;
        }
        let inside = within(cursor, bounds);
        let visible = bounds.intersection(viewport).unwrap_or(bounds);
        let rows = self.shown.iter_mut().zip(&mut tree.children).zip(layout.children());
        for ((made, tree), layout) in rows {
            let row = made.element.as_widget_mut();
            row.update(tree, event, layout, inside, renderer, clipboard, shell, &visible);
        }
        let state = tree.state.downcast_mut::<State>();
        if !shell.is_event_captured() {
            self.moved(state, event, bounds, cursor, shell);
        }
        if !shell.is_layout_invalid() && state.told != Some(state.sight) {
            state.told = Some(state.sight);
            shell.publish((self.on_sight)(state.sight));
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let bounds = layout.bounds();
        let inside = within(cursor, bounds);
        let rows = self.shown.iter().zip(&tree.children).zip(layout.children());
        rows.map(|((made, tree), layout)| {
            made.element.as_widget().mouse_interaction(tree, layout, inside, viewport, renderer)
        })
        .max()
        .unwrap_or_default()
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.container(None, layout.bounds());
        operation.traverse(&mut |operation| {
            let rows = self.shown.iter_mut().zip(&mut tree.children).zip(layout.children());
            for ((made, tree), layout) in rows {
                made.element.as_widget_mut().operate(tree, layout, renderer, operation);
            }
        });
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        let visible = layout.bounds().intersection(viewport)?;
        let rows = self.shown.iter_mut().zip(&mut tree.children).zip(layout.children());
        let above: Vec<_> = rows
            .filter_map(|((made, tree), layout)| {
                let row = made.element.as_widget_mut();
                row.overlay(tree, layout, renderer, &visible, translation)
            })
            .collect();
        (!above.is_empty()).then(|| overlay::Group::with_children(above).overlay())
    }
}

/// The software renderer draws what changed in a layer: rows that moved would be dozens of places
/// that overlap, each with everything below it, and thirty milliseconds a frame. Other bounds of
/// the layer, by less than any point of the screen, make it one place.
fn told_apart(layer: Rectangle, moves: u8) -> Rectangle {
    Rectangle { height: layer.height + f32::from(moves) / 1024.0, ..layer }
}

/// The pointer as the rows see it: beside the list it is over none of them.
fn within(cursor: mouse::Cursor, bounds: Rectangle) -> mouse::Cursor {
    if cursor.is_over(bounds) { cursor } else { cursor.levitate() }
}

impl<'a, Message: 'a> From<Feed<'a, Message>> for Element<'a, Message> {
    fn from(feed: Feed<'a, Message>) -> Self {
        Self::new(feed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use iced::Point;
    use iced::advanced::clipboard;
    use iced::widget::space;
    use iced_test::runtime::UserInterface;
    use iced_test::runtime::user_interface::Cache;

    use super::*;
    use crate::gui::theme;

    struct Window {
        renderer: Renderer,
        cache: Cache,
    }

    impl Window {
        /// What the renderer compares of the list, after a frame with so many turns of a wheel.
        fn after(&mut self, turns: usize) -> Rectangle {
            let keys: Vec<Key> = (0..100).collect();
            let wish = Wish { place: Place::End, pages: 0.0, turn: 1 };
            let make = |_| Element::from(space().height(40.0));
            let view: Element<'_, ()> = Feed::new(&keys, wish, make, |_, _| 40.0, |_| ()).into();
            let size = Size::new(200.0, 300.0);
            let cache = std::mem::take(&mut self.cache);
            let mut interface = UserInterface::build(view, size, cache, &mut self.renderer);
            let delta = mouse::ScrollDelta::Lines { x: 0.0, y: 1.0 };
            let turn = Event::Mouse(mouse::Event::WheelScrolled { delta });
            let cursor = mouse::Cursor::Available(Point::new(100.0, 100.0));
            let (renderer, nowhere) = (&mut self.renderer, &mut clipboard::Null);
            let events = vec![turn; turns];
            let _ = interface.update(&events, cursor, renderer, nowhere, &mut Vec::new());
            let style = renderer::Style::default();
            interface.draw(&mut self.renderer, &theme::Mode::Light.theme(), &style, cursor);
            self.cache = interface.into_cache();
            self.renderer.layers().get(1).unwrap().bounds
        }
    }

    #[test]
    fn a_frame_in_which_rows_moved_is_told_from_the_last_however_often_they_did() {
        let renderer = Renderer::new(theme::REGULAR, 14.0.into());
        let mut window = Window { renderer, cache: Cache::default() };
        let mut last = window.after(0);
        for turns in [1, 2, 3, 4] {
            let now = window.after(turns);
            assert_ne!(now, last, "{turns}");
            assert!((now.height - last.height).abs() < 0.3, "less than a point");
            assert_eq!(window.after(0), now, "nothing moved");
            last = now;
        }
    }
}
