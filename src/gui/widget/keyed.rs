//! A column whose rows keep their state by what they are about, and not by their place: when a
//! long list is scrolled, what stays in sight is not shaped anew. (iced's `keyed_column` keeps state
//! where rows come or go in one place; not where as many others are in sight.)

use std::collections::HashMap;

use iced::advanced::widget::{Tree, Widget, tree};
use iced::widget::column;
use iced::{Element, Renderer, Theme};

use super::passed_on::passed_on;

/// The rows, one below the other, each with its key. Two of one key are told apart by nothing.
pub fn keyed<'a, Message: 'a>(
    rows: impl IntoIterator<Item = (u64, Element<'a, Message>)>,
) -> Element<'a, Message> {
    let (keys, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    Element::new(Keyed { keys, content: column(rows).into() })
}

struct Keyed<'a, Message> {
    keys: Vec<u64>,
    content: Element<'a, Message>,
}

/// What the rows were about.
struct Keys(Vec<u64>);

impl<Message> Widget<Message, Theme, Renderer> for Keyed<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Keys>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Keys(self.keys.clone()))
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        let keys = tree.state.downcast_mut::<Keys>();
        if let Some(column) = tree.children.first_mut().filter(|_| keys.0 != self.keys) {
            let kept = keys.0.drain(..).zip(column.children.drain(..));
            let mut kept: HashMap<u64, Tree> = kept.collect();
            let rows = self.keys.iter().map(|key| kept.remove(key).unwrap_or_else(Tree::empty));
            column.children = rows.collect();
            keys.0.clone_from(&self.keys);
        }
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    passed_on!(content: size, layout, operate, update, draw, mouse_interaction, overlay);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use iced::widget::text_input;

    use super::*;

    /// Rows with a state of their own: fields, by their numbers.
    fn rows(numbers: &[u64]) -> Element<'static, ()> {
        keyed(numbers.iter().map(|n| (*n, text_input("", "").on_input(|_| ()).into())))
    }

    fn focus(row: &mut Tree) {
        type Field = text_input::State<<Renderer as iced::advanced::text::Renderer>::Paragraph>;
        row.state.downcast_mut::<Field>().focus();
    }

    fn focused(tree: &Tree) -> Vec<bool> {
        type Field = text_input::State<<Renderer as iced::advanced::text::Renderer>::Paragraph>;
        let rows = tree.children[0].children.iter();
        rows.map(|row| row.state.downcast_ref::<Field>().is_focused()).collect()
    }

    #[test]
    fn a_row_keeps_its_state_when_others_come_and_go_above_it() {
        let mut tree = Tree::new(rows(&[1, 2, 3]));
        focus(&mut tree.children[0].children[1]);
        tree.diff(rows(&[2, 3, 4]));
        assert_eq!(focused(&tree), [true, false, false]);
        tree.diff(rows(&[0, 1, 2, 3, 4]));
        assert_eq!(focused(&tree), [false, false, true, false, false]);
        // It went, and begins anew.
        tree.diff(rows(&[7]));
        tree.diff(rows(&[2]));
        assert_eq!(focused(&tree), [false]);
    }
}
