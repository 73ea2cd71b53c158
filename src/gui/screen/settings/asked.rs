//! What the controls of a section asked of the hub, and what is said at them.

use std::collections::HashMap;
use std::hash::Hash;

use super::Control;
use crate::core::command::{Command, CommandError};
use crate::gui::screen::{Action, Spot};
use crate::gui::widget::sheet::{Notes, Told};

/// The same for the controls of one section.
#[derive(Debug)]
pub(super) struct Asked<K> {
    notes: Notes<K>,
    /// What a control asked last, so that it can be asked again with the user's word.
    last: HashMap<K, Command>,
}

impl<K> Default for Asked<K> {
    fn default() -> Self {
        Self { notes: Notes::default(), last: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash + Into<Control>> Asked<K> {
    /// Asks; the answer comes back to the control.
    pub(super) fn ask(&mut self, control: K, command: Command) -> Action {
        self.notes.hush(&control);
        self.last.insert(control.clone(), command.clone());
        Action::At(Spot::Settings(control.into()), command)
    }

    /// The hub's answer; true when it was done.
    pub(super) fn answered<T>(&mut self, control: K, result: &Result<T, CommandError>) -> bool {
        let done = self.notes.answered(control.clone(), result);
        if done {
            self.last.remove(&control);
        }
        done
    }

    /// What a control asked last, unless it was done.
    pub(super) fn last(&self, control: &K) -> Option<Command> {
        self.last.get(control).cloned()
    }

    /// What is said at a control.
    pub(super) fn at(&self, control: &K) -> Option<&Told> {
        self.notes.at(control)
    }
}
