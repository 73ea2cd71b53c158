//! What is closed by Escape also while its field has the cursor: iced's fields take the first
//! press to give up the cursor, and it would need a second.

use iced::advanced::widget::{Tree, Widget};
use iced::advanced::{Clipboard, Layout, Shell};
use iced::keyboard::key::{Key, Named};
use iced::{Element, Event, Rectangle, Renderer, Theme, keyboard, mouse};

use super::passed_on::passed_on;

/// The content; `message` tells that a field in it took Escape.
pub fn closed_by_escape<'a, Message: Clone + 'a>(
    content: impl Into<Element<'a, Message>>,
    message: Message,
) -> Element<'a, Message> {
    Element::new(Closed { content: content.into(), message })
}

struct Closed<'a, Message> {
    content: Element<'a, Message>,
    message: Message,
}

impl<Message: Clone> Widget<Message, Theme, Renderer> for Closed<'_, Message> {
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
        let was_taken = shell.is_event_captured();
        self.content.as_widget_mut().update(
            &mut tree.children[0],
            event,
            layout,
            cursor,
            renderer,
            clipboard,
            shell,
            viewport,
        );
        let is_escape = matches!(
            event,
            Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(Named::Escape), .. })
        );
        if is_escape && !was_taken && shell.is_event_captured() {
            shell.publish(self.message.clone());
        }
    }
}
