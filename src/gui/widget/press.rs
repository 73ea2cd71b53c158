//! A button that the keyboard reaches: Tab goes to it, Enter and Space press it, and a ring
//! shows where one is. iced's own takes the pointer only.
//!
//! A ring is there for who uses the keyboard: any click takes it away.

use iced::advanced::renderer::Quad;
use iced::advanced::widget::operation::Focusable;
use iced::advanced::widget::{Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, renderer};
use iced::keyboard::key::{Key, Named};
use iced::widget::button::{self, Button};
use iced::{
    Background, Border, Color, Element, Event, Length, Padding, Rectangle, Renderer, Theme,
    keyboard, mouse, widget,
};

use super::passed_on::passed_on;
use crate::gui::theme::{radius, tokens};

/// How thick the ring is, and how far away from the button, in logical pixels.
const RING: f32 = 2.0;

/// A button around this content; it can be pressed once it has a message.
pub fn press<'a, Message: Clone + 'a>(
    content: impl Into<Element<'a, Message>>,
) -> Press<'a, Message> {
    let ring = Ring::Around(radius::CONTROL);
    Press { button: button_of(content), on_press: None, ring, id: None }
}

fn button_of<'a, Message: Clone + 'a>(
    content: impl Into<Element<'a, Message>>,
) -> Button<'a, Message> {
    iced::widget::button(content)
}

/// A button of which more is to be said.
pub struct Press<'a, Message> {
    button: Button<'a, Message>,
    on_press: Option<Message>,
    ring: Ring,
    id: Option<widget::Id>,
}

/// Where the ring stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ring {
    /// Two pixels away, with corners for a button of this radius.
    Around(f32),
    /// Within: for what fills its place from edge to edge.
    Within,
}

impl<'a, Message: Clone + 'a> Press<'a, Message> {
    /// As [`Button::padding`].
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.button = self.button.padding(padding);
        self
    }

    /// As [`Button::width`].
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.button = self.button.width(width);
        self
    }

    /// As [`Button::height`].
    pub fn height(mut self, height: impl Into<Length>) -> Self {
        self.button = self.button.height(height);
        self
    }

    /// As [`Button::style`].
    pub fn style(mut self, style: impl Fn(&Theme, button::Status) -> button::Style + 'a) -> Self {
        self.button = self.button.style(style);
        self
    }

    /// As [`Button::on_press`].
    pub fn on_press(self, message: Message) -> Self {
        self.on_press_maybe(Some(message))
    }

    /// As [`Button::on_press_maybe`]: without a message it is greyed, and Tab passes by.
    pub fn on_press_maybe(mut self, message: Option<Message>) -> Self {
        self.button = self.button.on_press_maybe(message.clone());
        self.on_press = message;
        self
    }

    /// By this the keyboard is brought here.
    pub fn id(mut self, id: impl Into<widget::Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// It fills its place from edge to edge: the ring stands within.
    pub fn edge_to_edge(mut self) -> Self {
        self.ring = Ring::Within;
        self
    }
}

impl<'a, Message: Clone + 'a> From<Press<'a, Message>> for Element<'a, Message> {
    fn from(press: Press<'a, Message>) -> Self {
        let Press { button, on_press, ring, id } = press;
        Element::new(Reached { button: button.into(), on_press, ring, id })
    }
}

/// The button with what the keyboard does to it.
struct Reached<'a, Message> {
    button: Element<'a, Message>,
    on_press: Option<Message>,
    ring: Ring,
    id: Option<widget::Id>,
}

/// Whether the keyboard is here.
#[derive(Debug, Default)]
struct Focus(bool);

impl Focusable for Focus {
    fn is_focused(&self) -> bool {
        self.0
    }

    fn focus(&mut self) {
        self.0 = true;
    }

    fn unfocus(&mut self) {
        self.0 = false;
    }
}

impl<Message: Clone> Widget<Message, Theme, Renderer> for Reached<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Focus>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Focus::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.button)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.button));
        if self.on_press.is_none() {
            tree.state.downcast_mut::<Focus>().unfocus();
        }
    }

    passed_on!(button: size, layout, mouse_interaction, overlay);

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        if self.on_press.is_some() {
            let focus = tree.state.downcast_mut::<Focus>();
            operation.focusable(self.id.as_ref(), layout.bounds(), focus);
        }
        self.button.as_widget_mut().operate(&mut tree.children[0], layout, renderer, operation);
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
        self.button.as_widget_mut().update(
            &mut tree.children[0],
            event,
            layout,
            cursor,
            renderer,
            clipboard,
            shell,
            viewport,
        );
        let focus = tree.state.downcast_mut::<Focus>();
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(_)) if focus.0 => {
                focus.0 = false;
                shell.request_redraw();
            }
            Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, repeat, .. })
                if focus.0 && modifiers.is_empty() && !shell.is_event_captured() =>
            {
                let Key::Named(Named::Enter | Named::Space) = key else { return };
                if let Some(message) = self.on_press.clone().filter(|_| !repeat) {
                    shell.publish(message);
                }
                shell.capture_event();
            }
            _ => {}
        }
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
        let button = self.button.as_widget();
        button.draw(&tree.children[0], renderer, theme, style, layout, cursor, viewport);
        if !tree.state.downcast_ref::<Focus>().0 {
            return;
        }
        let (bounds, corners) = match self.ring {
            Ring::Around(corners) => (layout.bounds().expand(2.0 * RING), corners + 2.0 * RING),
            Ring::Within => (layout.bounds().shrink(RING), radius::CONTROL),
        };
        let border = Border { color: tokens(theme).accent, width: RING, radius: corners.into() };
        let ring = Quad { bounds, border, ..Quad::default() };
        renderer.fill_quad(ring, Background::Color(Color::TRANSPARENT));
    }
}
