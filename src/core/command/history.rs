//! `history.search`, `history.export`, `history.delete` and `history.count`.

use std::path::PathBuf;

use crate::model::history::Scope;

/// What is asked of the history as a whole.
#[derive(Clone, PartialEq, Eq)]
pub enum HistoryCommand {
    /// `history.search`
    Search {
        /// Any text.
        text: String,
        /// Where.
        scope: Scope,
        /// At most so many; 50 when absent, 1,000 at most.
        limit: Option<u32>,
    },
    /// `history.export`
    Export {
        /// Into a new file of this absolute path; else of a name of its own, beside the history.
        path: Option<PathBuf>,
        /// What of it.
        scope: Scope,
    },
    /// `history.delete`
    Delete(Scope),
    /// `history.count`: how much that would be.
    Count(Scope),
}

/// Without what is looked for: it is what was said.
impl std::fmt::Debug for HistoryCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, scope) = match self {
            Self::Search { scope, .. } => ("Search", scope),
            Self::Export { scope, .. } => ("Export", scope),
            Self::Delete(scope) => ("Delete", scope),
            Self::Count(scope) => ("Count", scope),
        };
        f.debug_tuple(name).field(scope).finish()
    }
}
