//! Fields that are typed in. iced lets the cursor of a field blink for as long as the field has
//! it, and draws the whole window each time: here it stands still when nothing was done for a
//! while, so that a window that is only open costs nothing.

use std::time::{Duration, Instant};

use iced::advanced::widget::{Tree, Widget, tree};
use iced::advanced::{Clipboard, Layout, Shell};
use iced::widget::{TextInput, text};
use iced::{Element, Event, Padding, Rectangle, Renderer, Theme, keyboard, mouse, touch, window};

use super::passed_on::passed_on;
use crate::gui::theme::{self, step};

/// How long the cursor blinks after the last key or click.
const BLINKS: Duration = Duration::from_secs(10);

/// A field of one line as it looks everywhere.
pub fn field<'a, Message: Clone + 'a>(input: TextInput<'a, Message>) -> Element<'a, Message> {
    padded(input, theme::pad(step::XS, step::S))
}

/// The same with other room around what is typed.
pub fn padded<'a, Message: Clone + 'a>(
    input: TextInput<'a, Message>,
    padding: impl Into<Padding>,
) -> Element<'a, Message> {
    let input = input
        .font(theme::REGULAR)
        .size(theme::type_size(14.0))
        .line_height(text::LineHeight::Absolute(theme::type_size(20.0).into()))
        .padding(padding)
        .style(theme::field);
    resting(input)
}

/// A field, whose cursor comes to rest.
pub fn resting<'a, Message: 'a>(content: impl Into<Element<'a, Message>>) -> Element<'a, Message> {
    Element::new(Resting { content: content.into() })
}

struct Resting<'a, Message> {
    content: Element<'a, Message>,
}

/// When somebody last did something.
#[derive(Default)]
enum State {
    /// Since the last frame.
    #[default]
    Stirred,
    /// At this frame.
    Since(Instant),
}

impl State {
    /// The time that the field is told for a frame: it stops when nothing was done for long.
    fn time(&mut self, now: Instant) -> Instant {
        match self {
            Self::Since(since) if now.saturating_duration_since(*since) >= BLINKS => *since,
            Self::Since(_) => now,
            Self::Stirred => {
                *self = Self::Since(now);
                now
            }
        }
    }
}

fn stirs(event: &Event) -> bool {
    match event {
        Event::Keyboard(event) => !matches!(event, keyboard::Event::KeyReleased { .. }),
        Event::Mouse(event) => matches!(event, mouse::Event::ButtonPressed(_)),
        Event::Touch(event) => matches!(event, touch::Event::FingerPressed { .. }),
        Event::InputMethod(_) => true,
        Event::Window(event) => matches!(event, window::Event::Focused),
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Resting<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    passed_on!(content: size, layout, operate, draw, mouse_interaction, overlay);

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
        let state = tree.state.downcast_mut::<State>();
        let before = shell.redraw_request();
        let (told, rests) = match event {
            Event::Window(window::Event::RedrawRequested(now)) => {
                let time = state.time(*now);
                (Event::Window(window::Event::RedrawRequested(time)), time != *now)
            }
            _ => {
                if stirs(event) {
                    *state = State::Stirred;
                }
                (event.clone(), false)
            }
        };
        let (content, tree) = (self.content.as_widget_mut(), &mut tree.children[0]);
        content.update(tree, &told, layout, cursor, renderer, clipboard, shell, viewport);
        if rests && matches!(shell.redraw_request(), window::RedrawRequest::At(_)) {
            // The next blink, and nobody else's wish.
            Shell::replace_redraw_request(shell, before);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use iced::advanced::clipboard;
    use iced::widget::text_input;
    use iced::{Point, Size};
    use iced_test::runtime::UserInterface;
    use iced_test::runtime::user_interface::{Cache, State as Outcome};

    use super::*;

    struct Window {
        renderer: Renderer,
        cache: Cache,
    }

    impl Window {
        /// When the next frame is wanted after these events.
        fn after(&mut self, events: &[Event]) -> window::RedrawRequest {
            let view = field(text_input("", "typed").on_input(|_| ()));
            let cache = std::mem::take(&mut self.cache);
            let size = Size::new(200.0, 40.0);
            let mut interface = UserInterface::build(view, size, cache, &mut self.renderer);
            let cursor = mouse::Cursor::Available(Point::new(20.0, 15.0));
            let (renderer, nowhere) = (&mut self.renderer, &mut clipboard::Null);
            let (outcome, _) = interface.update(events, cursor, renderer, nowhere, &mut Vec::new());
            self.cache = interface.into_cache();
            match outcome {
                Outcome::Updated { redraw_request, .. } => redraw_request,
                Outcome::Outdated => window::RedrawRequest::NextFrame,
            }
        }

        fn frame(&mut self, now: Instant) -> window::RedrawRequest {
            self.after(&[Event::Window(window::Event::RedrawRequested(now))])
        }
    }

    #[test]
    fn the_cursor_blinks_for_ten_seconds_after_whatever_was_done_last() {
        let renderer = Renderer::new(theme::REGULAR, 14.0.into());
        let mut window = Window { renderer, cache: Cache::default() };
        let button = mouse::Button::Left;
        let press = Event::Mouse(mouse::Event::ButtonPressed(button));
        let release = Event::Mouse(mouse::Event::ButtonReleased(button));
        let click = vec![press, release];
        // Another program was worked with meanwhile.
        let back = vec![Event::Window(window::Event::Focused)];
        let begun = Instant::now();
        for (done, when) in [(click, begun), (back, begun + Duration::from_secs(60))] {
            window.after(&done);
            for seconds in [0, 3, 9] {
                let request = window.frame(when + Duration::from_secs(seconds));
                assert!(matches!(request, window::RedrawRequest::At(_)), "{seconds}: {request:?}");
            }
            for seconds in [10, 11, 40] {
                let request = window.frame(when + Duration::from_secs(seconds));
                assert_eq!(request, window::RedrawRequest::Wait, "{seconds}");
            }
        }
    }
}
