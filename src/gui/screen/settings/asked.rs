//! What the controls of a section asked of the hub, and what is said at them.

use std::collections::{HashMap, HashSet};
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
    /// Controls whose answer has not come yet.
    waits: HashSet<K>,
}

impl<K> Default for Asked<K> {
    fn default() -> Self {
        Self { notes: Notes::default(), last: HashMap::new(), waits: HashSet::new() }
    }
}

impl<K: Clone + Eq + Hash + Into<Control>> Asked<K> {
    /// Asks; the answer comes back to the control.
    pub(super) fn ask(&mut self, control: K, command: Command) -> Action {
        self.notes.hush(&control);
        self.last.insert(control.clone(), command.clone());
        self.waits.insert(control.clone());
        Action::At(Spot::Settings(control.into()), command)
    }

    /// The hub's answer; true when it was done.
    pub(super) fn answered<T>(&mut self, control: K, result: &Result<T, CommandError>) -> bool {
        self.waits.remove(&control);
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

    /// The person called it off: nothing is to be said of it.
    pub(super) fn forget(&mut self, control: &K) {
        self.waits.remove(control);
        self.last.remove(control);
        self.notes.hush(control);
    }

    /// Its answer has not come yet.
    pub(super) fn waits(&self, control: &K) -> bool {
        self.waits.contains(control)
    }

    /// Says something at a control.
    pub(super) fn say(&mut self, control: K, words: &str) {
        self.notes.say(control, words);
    }

    /// Says nothing at it any more.
    pub(super) fn hush(&mut self, control: &K) {
        self.notes.hush(control);
    }

    /// What is said at a control.
    pub(super) fn at(&self, control: &K) -> Option<&Told> {
        self.notes.at(control)
    }
}
