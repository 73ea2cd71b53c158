//! The links in the messages of the open conversation: found once for each message, and the
//! one that was clicked on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use iced::Element;

use super::super::{Action, Shared, place_linked};
use super::rows;
use crate::gui::widget::choice::{self, Act, Look};
use crate::gui::widget::feed::Key;
use crate::gui::widget::prose::Prose;
use crate::model::account::{AccountKind, AccountState};
use crate::model::link::Target;
use crate::model::message::Entry;
use crate::model::party::Party;
use crate::tr;

/// The most texts that are kept.
const LIMIT: usize = 4_096;

/// Texts by what the rows of their entries are known by, and the choice that is open.
#[derive(Debug, Default)]
pub struct Links {
    /// A view asks for texts; what it asked for once need not be read again.
    found: RefCell<HashMap<Key, Found>>,
    open: Option<Open>,
}

/// What was found in the text of an entry.
type Found = (Arc<Entry>, Rc<Prose>);

/// The choice that is open.
#[derive(Debug)]
struct Open {
    entry: Key,
    link: usize,
    target: Target,
    copied: bool,
}

impl Links {
    /// Another conversation comes into sight.
    pub fn clear(&mut self) {
        self.found.borrow_mut().clear();
        self.open = None;
    }

    /// A message's text with its links.
    pub fn prose(&self, entry: &Arc<Entry>) -> Rc<Prose> {
        let mut found = self.found.borrow_mut();
        if let Some((known, prose)) = found.get_mut(&rows::key(entry))
            && (Arc::ptr_eq(known, entry) || known.body == entry.body)
        {
            known.clone_from(entry);
            return Rc::clone(prose);
        }
        if found.len() >= LIMIT {
            found.clear();
        }
        let prose = Rc::new(Prose::of(entry.body.as_deref().unwrap_or_default()));
        found.insert(rows::key(entry), (Arc::clone(entry), Rc::clone(&prose)));
        prose
    }

    /// A link was clicked on: a contact's conversation opens, anything else is a question
    /// first. `with` is whose conversation this is.
    pub fn clicked(&mut self, entry: Key, link: usize, with: &Party, shared: Shared<'_>) -> Action {
        let again = |open: Open| open.entry == entry && open.link == link;
        if self.open.take().is_some_and(again) {
            return Action::None;
        }
        let known = self.found.get_mut().get(&entry);
        let Some(target) = known.and_then(|(_, prose)| prose.target(link)).cloned() else {
            return Action::None;
        };
        if let Target::Chat(jid) = &target
            && shared.snapshot.contact(jid).is_some()
            && with.jid() != Some(jid)
        {
            return Action::Open(jid.into());
        }
        self.open = Some(Open { entry, link, target, copied: false });
        Action::None
    }

    /// The person chose.
    pub fn chose(&mut self, act: Act) -> Action {
        let Some(open) = &mut self.open else { return Action::None };
        match (act, &open.target) {
            (Act::Call, Target::Call(to)) => {
                let action = place_linked(to.clone(), choice::shown(&open.target));
                self.open = None;
                action
            }
            (Act::Copy, target) => {
                open.copied = true;
                Action::Copy(choice::copied(target))
            }
            (Act::Call | Act::Close, _) => {
                self.open = None;
                Action::None
            }
        }
    }

    /// Closes the choice; false when none was open.
    pub fn escape(&mut self) -> bool {
        self.open.take().is_some()
    }

    /// The choice at a message, when it is open there.
    pub fn choice<'a>(
        &self,
        entry: &Entry,
        room: f32,
        shared: Shared<'_>,
    ) -> Option<Element<'a, Act>> {
        let open = self.open.as_ref().filter(|open| open.entry == rows::key(entry))?;
        let look =
            Look { hindrance: hindrance(shared), copied: open.copied, room, mode: shared.mode };
        Some(choice::view(&open.target, look))
    }
}

/// Why no number can be called now.
fn hindrance(shared: Shared<'_>) -> Option<&'static str> {
    let accounts = &shared.snapshot.accounts;
    let mut telephony = accounts.iter().filter(|account| account.kind == AccountKind::Sip);
    match telephony.clone().next() {
        None => Some(tr!("chat-call-no-account")),
        Some(_) if telephony.any(|account| account.state == AccountState::Online) => None,
        Some(_) => Some(tr!("chat-call-no-telephony")),
    }
}
