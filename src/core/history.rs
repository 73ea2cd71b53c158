//! The history as a whole: it is searched, counted, written out and deleted by the store; the core
//! forgets what is deleted, once it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::command::{CommandError, HistoryCommand, Reply};
use super::event::Event;
use super::{Core, HISTORY_PAGE, Output, RequestId};
use crate::model::call::Direction;
use crate::model::history::{Deleted, Scope};
use crate::model::message::{Conversation, Entry, MessageState, Trace};
use crate::model::party::Party;
use crate::model::work::WorkKind;

/// A deletion that the store is at.
#[derive(Debug)]
pub(super) struct Deletion {
    scope: Scope,
    /// What was at hand when it was asked for: what comes later stays, here as there.
    at_hand: Arc<[Arc<Conversation>]>,
}

impl Core {
    pub(super) fn on_history_command(&mut self, request: RequestId, mut command: HistoryCommand) {
        match &mut command {
            HistoryCommand::Search { limit, .. } => {
                *limit = Some(limit.unwrap_or(HISTORY_PAGE.0).min(HISTORY_PAGE.1));
            }
            HistoryCommand::Count(_) => {}
            HistoryCommand::Export { .. } => self.begin_work(request, WorkKind::HistoryExport),
            HistoryCommand::Delete(scope) => {
                let deletion = Deletion { scope: scope.clone(), at_hand: self.chats.view() };
                self.deletions.insert(request, deletion);
                self.begin_work(request, WorkKind::HistoryDelete);
            }
        }
        self.outputs.push_back(Output::Archive(request, command));
    }

    /// The store has deleted what it was asked to, or could not.
    pub(super) fn on_deleted(&mut self, request: RequestId, done: Result<Deleted, CommandError>) {
        self.end_work(request);
        let Some(Deletion { scope, at_hand }) = self.deletions.remove(&request) else { return };
        let reply = done.map(|deleted| {
            at_hand.iter().for_each(|conversation| self.forget(&scope, conversation));
            // The spelling under which it is filed is the last.
            let with = scope.with.last().cloned();
            self.tell(Event::HistoryDeleted { with, before: scope.before, deleted });
            Reply::Deleted(deleted)
        });
        self.outputs.push_back(Output::Reply(request, reply));
    }

    fn forget(&mut self, scope: &Scope, conversation: &Conversation) {
        let waits = |entry: &Entry| entry.state == Some(MessageState::Queued);
        let gone = conversation.entries.iter().filter(|entry| scope.has(entry) && !waits(entry));
        let gone: BTreeSet<(&str, bool)> =
            gone.map(|entry| (entry.id.as_str(), entry.direction == Direction::Out)).collect();
        let with = &conversation.with;
        let filed = with.to_string();
        let is_lost = |trace: &Trace| {
            scope.is_with(&filed)
                && scope.before.is_none_or(|before| trace.at < before)
                && trace.state != Some(MessageState::Queued)
        };
        if gone.is_empty() && !self.chats.remembers(with, is_lost) {
            return;
        }
        let is_gone =
            |entry: &Entry| gone.contains(&(entry.id.as_str(), entry.direction == Direction::Out));
        let was_unread = self.chats.unread(with);
        let account = self.chats.forget(with, is_gone, is_lost);
        self.changed = true;
        if let (Party::Jid(jid), Some(account)) = (with, account)
            && self.chats.unread(with) != was_unread
        {
            self.contact_changed(&account, jid);
        }
    }
}
