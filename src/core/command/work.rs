//! `work` and `work.cancel`.

use crate::model::id::WorkId;

/// What is asked about work that takes a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkCommand {
    /// `work`
    List,
    /// `work.cancel`: call it off.
    Cancel(WorkId),
}
