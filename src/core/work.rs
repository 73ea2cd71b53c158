//! Work that takes a while: what runs, how far it is, and how it is called off.

use super::command::{CommandError, Reply, WorkCommand};
use super::event::Event;
use super::{Core, Output, RequestId};
use crate::model::id::{AccountId, WorkId};
use crate::model::work::{Work, WorkKind};

/// At most so many are shown; more run unseen.
const MOST: usize = 32;
/// Fewer cards than this are no long work.
const FEW_CARDS: u64 = 20;
/// The reading of the contacts' cards.
const CARDS: &str = "contact-cards";

/// What runs.
#[derive(Debug, Default)]
pub(super) struct Works {
    all: Vec<Running>,
    /// Cards that are wanted, and how many were since the last time that none was.
    cards_left: u64,
    cards_total: u64,
}

#[derive(Debug)]
struct Running {
    work: Work,
    /// Who waits for it.
    request: Option<RequestId>,
}

impl Works {
    /// What the faces show.
    pub(super) fn views(&self) -> Vec<Work> {
        self.all.iter().map(|running| running.work.clone()).collect()
    }

    fn of(&mut self, request: RequestId) -> Option<&mut Running> {
        self.all.iter_mut().find(|running| running.request == Some(request))
    }

    fn take(&mut self, found: impl Fn(&Running) -> bool) -> Option<Running> {
        let place = self.all.iter().position(found)?;
        Some(self.all.remove(place))
    }
}

impl Core {
    /// Something that a face asked for will take a while.
    pub(super) fn begin_work(&mut self, request: RequestId, kind: WorkKind) {
        self.begin_work_about(request, kind, None);
    }

    /// The same about an account.
    pub(super) fn begin_work_about(
        &mut self,
        request: RequestId,
        kind: WorkKind,
        account: Option<AccountId>,
    ) {
        if self.works.all.len() >= MOST {
            return;
        }
        let work = Work {
            id: WorkId::new(request.0.to_string()),
            kind,
            account,
            done: 0,
            total: None,
            // A deletion is done in one piece: there is no moment to stop it at.
            can_cancel: kind != WorkKind::HistoryDelete,
        };
        self.works.all.push(Running { work: work.clone(), request: Some(request) });
        self.tell(Event::Work { work, ended: false });
    }

    /// It is done, or could not be.
    pub(super) fn end_work(&mut self, request: RequestId) {
        if let Some(running) = self.works.take(|running| running.request == Some(request)) {
            self.tell(Event::Work { work: running.work, ended: true });
        }
    }

    /// A shell says how far it is.
    pub(super) fn on_worked(&mut self, request: RequestId, done: u64, total: u64) {
        let Some(running) = self.works.of(request) else { return };
        running.work.done = done;
        running.work.total = Some(total);
        let work = running.work.clone();
        self.tell(Event::Work { work, ended: false });
    }

    pub(super) fn on_work_command(&mut self, command: WorkCommand) -> Result<Reply, CommandError> {
        match command {
            WorkCommand::List => Ok(Reply::Work(self.works.views())),
            WorkCommand::Cancel(id) => self.cancel_work(&id),
        }
    }

    fn cancel_work(&mut self, id: &WorkId) -> Result<Reply, CommandError> {
        let known = self.works.all.iter().find(|running| running.work.id == *id);
        let Some(Running { work, request }) = known else { return Err(CommandError::UnknownWork) };
        if !work.can_cancel {
            let text = "This cannot be called off any more.".to_owned();
            return Err(CommandError::Refused(text));
        }
        match (*request, work.kind) {
            (None, _) => self.leave_cards(),
            // Nothing was taken into the book yet, and nothing will be.
            (Some(request), WorkKind::BookImport) => {
                self.called_off.insert(request);
                self.outputs.push_back(Output::Reply(request, Err(CommandError::Cancelled)));
                self.end_work(request);
            }
            // It answers and ends by itself, once it has heard.
            (Some(request), _) => self.outputs.push_back(Output::CallOff(request)),
        }
        Ok(Reply::Done {})
    }

    /// What is wanted of the contacts' cards has changed. Those that come while others are read
    /// are added to the whole.
    pub(super) fn count_cards(&mut self) {
        let left = self.roster.cards_left();
        let works = &mut self.works;
        let came = left.saturating_sub(works.cards_left);
        works.cards_total = if left == 0 { 0 } else { works.cards_total.saturating_add(came) };
        if works.cards_left == left {
            return;
        }
        works.cards_left = left;
        let total = works.cards_total;
        if left == 0 {
            if let Some(running) = works.take(|running| running.work.id.as_str() == CARDS) {
                let done = running.work.total.unwrap_or_default();
                let work = Work { done, ..running.work };
                self.tell(Event::Work { work, ended: true });
            }
        } else if total >= FEW_CARDS {
            self.show_cards(total.saturating_sub(left), total);
        }
    }

    fn show_cards(&mut self, done: u64, total: u64) {
        self.changed = true;
        let work = Work {
            id: WorkId::new(CARDS),
            kind: WorkKind::ContactCards,
            account: None,
            done,
            total: Some(total),
            can_cancel: true,
        };
        let percent = |work: &Work| work.done * 100 / work.total.unwrap_or(1).max(1);
        let shown = self.works.all.iter_mut().find(|running| running.work.id == work.id);
        let is_news = match shown {
            Some(running) => {
                let before = std::mem::replace(&mut running.work, work.clone());
                percent(&before) != percent(&work)
            }
            None => {
                self.works.all.push(Running { work: work.clone(), request: None });
                true
            }
        };
        // One of a thousand cards is no news.
        if is_news {
            self.tell(Event::Work { work, ended: false });
        }
    }

    /// Cards that were not asked for yet are left until somebody needs them: their owner comes
    /// online or calls, or is called.
    fn leave_cards(&mut self) {
        self.roster.forget_wanted();
        self.count_cards();
    }
}
