//! What begins anew when it becomes about something else. iced hands a widget's state on to
//! whatever takes its place: the keyboard that stood on one button would stand on another's,
//! perhaps on one that answers a call.

use std::hash::{DefaultHasher, Hash, Hasher};

use iced::advanced::widget::{Tree, Widget, tree};
use iced::{Element, Renderer, Theme};

use super::passed_on::passed_on;

/// The content, with nothing left of what stood here when it was about another `key`.
pub fn fresh<'a, Message: 'a>(
    key: impl Hash,
    content: impl Into<Element<'a, Message>>,
) -> Element<'a, Message> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    Element::new(Fresh { key: hasher.finish(), content: content.into() })
}

struct Fresh<'a, Message> {
    key: u64,
    content: Element<'a, Message>,
}

/// What the content is about.
struct About(u64);

impl<Message> Widget<Message, Theme, Renderer> for Fresh<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<About>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(About(self.key))
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        let about = tree.state.downcast_mut::<About>();
        if about.0 == self.key {
            tree.diff_children(std::slice::from_ref(&self.content));
        } else {
            about.0 = self.key;
            tree.children = self.children();
        }
    }

    passed_on!(content: size, layout, operate, update, draw, mouse_interaction, overlay);
}
